"""The value now, the best and the trend of a camera that is only measured."""

from dataclasses import replace

import pytest

from backfocus.measure.reading import Flag, Object, Reading, Star
from backfocus.optics.lens import Optics
from backfocus.show.meter import Tally, counted, meter_view, summary_words
from backfocus.show.view import TREND_S
from backfocus.solve.defocus import Defocus

OPTICS = Optics(5.0, ((0.0, 1.8),))
PICTURE = Reading(0, 0.0, frozenset(), Star(320.0, 180.0, 77.0, 36), 77.0, modulation_025=0.5)


def after(values: list[float | None], *, in_um: bool = True, flags: frozenset[Flag] = frozenset()) -> Tally:
    """A second between one picture and the next."""
    tally = Tally(in_um)
    for at, value in enumerate(values):
        reading = replace(PICTURE, index=at, at_s=float(at), flags=flags, modulation_025=value)
        tally = counted(
            tally, reading, None if value is None or not in_um else Defocus(value, 0.5, frozenset())
        )
    return tally


@pytest.mark.parametrize(("in_um", "best", "at_s"), [(True, 2.0, 2.0), (False, 9.0, 0.0)])
def test_the_best_is_the_least_blur_or_the_most_modulation(in_um: bool, best: float, at_s: float) -> None:
    found = after([9.0, 4.0, 2.0, None, 3.0], in_um=in_um).best
    assert found is not None
    assert (found.value, found.at_s) == (best, at_s)


def test_the_screen_shows_value_best_and_trend() -> None:
    tally = after([9.0, 4.0, 2.0, None, 3.0])
    view = meter_view(tally, PICTURE, Defocus(3.0, 0.5, frozenset()), OPTICS)
    assert view.title == "3.0 um"
    assert view.hint == "Best 2.0 um, 2 s ago."
    assert [at_s for at_s, _ in view.trend] == [0.0, 1.0, 2.0, 4.0]
    shares = dict(view.trend)
    assert shares[2.0] == view.best_sharpness == max(shares.values())


def test_without_optics_there_are_no_micrometres_and_without_a_star_no_value() -> None:
    assert meter_view(after([0.4], in_um=False), PICTURE, None, None).title == "M(0.25) 0.400"
    assert meter_view(after([3.0, None]), PICTURE, None, OPTICS).title == "no star"


def test_the_trend_is_of_the_last_seconds_and_hours_cost_nothing() -> None:
    tally = after([5.0] * 200)
    assert len(tally.recent) <= TREND_S + 1
    assert tally.pictures == 200


def test_a_flag_is_told_while_most_pictures_bear_it() -> None:
    clipped = after([5.0] * 3, flags=frozenset({Flag.CLIPPED}))
    assert "clipped" in meter_view(clipped, PICTURE, Defocus(5.0, 0.5, frozenset()), OPTICS).remarks[0]
    clean = counted(counted(clipped, replace(PICTURE, at_s=9.0), None), replace(PICTURE, at_s=9.1), None)
    assert meter_view(clean, PICTURE, None, OPTICS).remarks == ()


def test_the_summary_says_how_many_the_best_and_the_middle() -> None:
    words = summary_words(after([9.0, 4.0, 2.0, None, 3.0]))
    assert words.startswith("5 pictures in 4.0 s, 4 with a value. Best: 2.0 um at 2.0 s.")
    assert "3.5 um" in words  # the middle of 2, 3, 4 and 9
    assert summary_words(after([None])) == "1 picture in 0.0 s, 0 with a value."


def test_an_object_without_a_reference_says_what_to_do() -> None:
    there = Object(320.0, 180.0, 300.0, 200.0)
    reading = Reading(0, 0.0, frozenset({Flag.NO_REFERENCE}), scale_px=320.0, object=there)
    view = meter_view(counted(Tally(in_um=True), reading, None), reading, None, OPTICS)
    assert (view.title, view.hint[:30]) == ("pass the peak", "Turn the ring past the sharpes")
    lost = Reading(0, 0.0, frozenset({Flag.NO_OBJECT, Flag.LOST}))
    assert meter_view(counted(Tally(in_um=True), lost, None), lost, None, OPTICS).title == "no object"
