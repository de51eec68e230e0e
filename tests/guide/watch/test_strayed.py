"""A zoom that moves while a ring is turned, told by its encoder."""

from dataclasses import replace

import pytest

from backfocus.guide import events as ev
from backfocus.guide.session_state import Looks, Session, Setup
from backfocus.guide.steps import Step
from backfocus.guide.watch.pictures import StepHistory, TimedReading
from backfocus.guide.watch.zoom import judge_strayed
from backfocus.measure.reading import Reading, RingPosition, Star

WIDE, TELE = 58_000.0, 2_000.0  # an encoder that counts down towards tele
WIDE_PX, TELE_PX = 77.0, 771.0


def look(scale_px: float, steps: float | None) -> ev.SteadyReading:
    position = None if steps is None else RingPosition(zoom_steps=steps)
    return ev.SteadyReading(scale_px, 20.0, 1.0, position=position)


def strayed(share: float, *, scale_px: float = WIDE_PX, known: bool = True) -> ev.Seen | None:
    """After a second in which the zoom went `share` of its way towards tele, then a second there."""
    looks = Looks(tele=look(TELE_PX, TELE), wide=look(WIDE_PX, WIDE if known else None))
    session = Session(Setup(None), step=Step.SWEEP_WIDE, looks=looks)
    pictures = []
    for count in range(40):
        steps = WIDE + (TELE - WIDE) * share * min(count / 20.0, 1.0)
        reading = Reading(count, count / 20.0, frozenset(), scale_px=scale_px, star=Star(9, 9, scale_px, 36))
        pictures.append(TimedReading(count / 20.0, _at(reading, steps), measured=True, um=20.0, sigma_um=1.0))
    return judge_strayed(StepHistory(pictures=tuple(pictures)), session)


def _at(reading: Reading, steps: float) -> Reading:
    return replace(reading, position=RingPosition(zoom_steps=steps))


@pytest.mark.parametrize(("share", "end"), [(0.03, "tele"), (-0.03, "wide")])
def test_three_hundredths_of_the_way_are_seen_and_which_way(share: float, end: str) -> None:
    seen = strayed(share)
    assert isinstance(seen, ev.ZoomStrayed)
    assert seen.toward == end


def test_a_lens_that_breathes_much_has_not_been_zoomed() -> None:
    # the picture grows by 40 %, more than lenses breathe, and the encoder says that the zoom stood still
    assert strayed(0.001, scale_px=1.4 * WIDE_PX) is None
    assert isinstance(strayed(0.001, scale_px=1.4 * WIDE_PX, known=False), ev.ZoomStrayed)
