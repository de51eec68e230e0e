"""What every face shows of what was noticed in the pictures."""

import numpy as np
import pytest

from backfocus.guide import events as ev
from backfocus.guide.procedure import Session, Setup, ask, replay, start
from backfocus.guide.watch.watch import StepHistory, watch
from backfocus.measure.reading import Flag, Reading, Star
from backfocus.optics.blur import lens_pixel_mtf
from backfocus.optics.lens import Optics
from backfocus.show.view import view_of


def aimed(flag: Flag, flagged: int) -> tuple[Session, StepHistory]:
    """A second of pictures at wide of which the first `flagged` bear the flag."""
    session, state = start(Setup())[0], StepHistory()
    for at in range(11):  # a second
        flags = frozenset({flag} if at < flagged else ())
        reading = Reading(at, at / 10, flags, Star(320.0, 180.0, 77.0, 36), 77.0, white=0.8)
        state, _ = watch(state, reading, session)
    return session, state


def remarks(session: Session, state: StepHistory) -> tuple[str, ...]:
    return view_of(None, session, state, at_s=1.0, reading=None).remarks


@pytest.mark.parametrize(("flagged", "told"), [(2, 0), (8, 1)])
def test_compression_is_told_while_aiming_unless_it_is_one_picture(flagged: int, told: int) -> None:
    said = remarks(*aimed(Flag.COMPRESSED, flagged))
    assert len(said) == told
    assert all("encoder" in words for words in said)


def test_detail_that_could_be_switched_off_is_told_while_aiming() -> None:
    (said,) = remarks(*aimed(Flag.SHARPENED, 8))
    assert "detail (sharpening) off" in said


@pytest.mark.parametrize("flag", [Flag.CLIPPED, Flag.MOVING, Flag.CROPPED])
def test_what_the_instruction_says_or_nothing_depends_on_is_not_told(flag: Flag) -> None:
    assert remarks(*aimed(flag, 11)) == ()


def test_whoever_finishes_early_has_not_done_the_rest() -> None:
    road: list[ev.Event] = [ev.StarSeen(1.0, 80.0), ev.Confirmed(3.0, "check")]
    before = view_of(None, replay(Setup(), road), StepHistory(), at_s=3.0, reading=None)
    for end in (ev.Stopped(4.0, "to-tele"), ev.Ended(4.0)):
        after = view_of(
            before, replay(Setup(), [*road, end]), StepHistory(), at_s=4.0, reading=None, events=(end,)
        )
        assert [state for _, state in after.steps] == ["done"] * 2 + ["ahead"] * 6
        later = view_of(after, replay(Setup(), [*road, end]), StepHistory(), at_s=5.0, reading=None)
        assert later.steps == after.steps


def test_the_curve_through_focus_does_not_jump_when_its_best_becomes_known() -> None:
    """A camera that softens: against the best picture it reads 0 there, and much more by itself."""
    curve = {
        "frequency_cy_px": tuple(np.linspace(0.06, 0.45, 16).tolist()),
        "modulation": tuple(
            (0.8 * lens_pixel_mtf(np.linspace(0.06, 0.45, 16), 20.0, f_number=1.8, pixel_um=5.0)).tolist()
        ),
        "modulation_sigma": (0.01,) * 16,
    }
    soft = Reading(0, 0.0, frozenset(), Star(320.0, 180.0, 77.0, 36), 800.0, **curve)
    best = ev.SteadyReading(800.0, 0.0, 1.0, *curve.values())
    setup = Setup(optics=Optics(5.0, ((0.0, 1.8),)))
    road: list[ev.Event] = [
        ev.StarSeen(1.0, 80.0), ev.Confirmed(3.0, "check"), ev.ZoomStopped(8.0, "tele", 800.0),
        ev.TeleSoft(9.0, ev.SteadyReading(800.0, 60.0, 1.0)),
    ]  # fmt: skip
    view = view_of(None, replay(setup, road), StepHistory(), at_s=10.0, reading=soft)
    road.append(ev.PeakPassed(11.0, "focus", best))
    view = view_of(view, replay(setup, road), StepHistory(), at_s=11.0, reading=soft)
    assert view.blur_um is not None
    assert view.blur_um < 3.0
    assert len(view.sweep) == 2
    assert view.sweep[0] == pytest.approx(view.sweep[1]), "the same picture is as high in the curve"


def test_a_recording_is_watched_for_what_can_be_seen_in_it() -> None:
    road: list[ev.Event] = [ev.StarSeen(1.0, 80.0)]
    view = view_of(None, replay(Setup(), road), StepHistory(), at_s=1.0, reading=None, plays=True)
    assert view.title == "Next: the zoom moves"  # no picture shows iris, extender, macro and ND


def test_a_lens_without_a_ring_has_none_to_set_or_to_lock() -> None:
    named = {
        ring: [
            name
            for name, _ in view_of(
                None, start(Setup(back_focus_ring=ring))[0], StepHistory(), at_s=0.0, reading=None
            ).steps
        ]
        for ring in (True, False)
    }
    assert [name for name in named[True] if name not in named[False]] == [
        "set back focus", "lock the ring", "look again",
    ]  # fmt: skip
    assert len(named[False]) == len(named[True]) - 3


def test_the_best_of_one_end_of_the_zoom_is_no_place_to_come_back_to_at_the_other() -> None:
    """The mark on the meter belongs to the sweep in hand."""
    frequency = np.linspace(0.06, 0.45, 16)
    modulation = lens_pixel_mtf(frequency, 30.0, f_number=1.8, pixel_um=5.0)
    curve = {
        "frequency_cy_px": tuple(frequency.tolist()),
        "modulation": tuple(modulation.tolist()),
        "modulation_sigma": (0.01,) * 16,
    }
    sharp = Reading(0, 0.0, frozenset(), Star(320.0, 180.0, 77.0, 36), 77.0, **curve)
    road: list[ev.Event] = [ev.StarSeen(1.0, 80.0), ev.Confirmed(3.0, "check")]
    view, marks = None, []
    soft = ev.TeleSoft(9.0, ev.SteadyReading(800.0, 60.0, 1.0))
    for event in (None, ev.ZoomStopped(8.0, "tele", 800.0), soft):
        road += [event] if event else []
        session = replay(Setup(), road)
        view = view_of(view, session, StepHistory(), at_s=1.0, reading=sharp, events=[event] if event else ())
        marks.append((session.step, view.best_sharpness is not None, view.sharpness is not None))
    assert marks == [("to-tele", False, True), ("look-tele", False, True), ("sweep-tele", True, True)]


def test_of_an_object_title_steps_and_troubles_say_object() -> None:
    session = replay(Setup(), [ev.TargetTaken(0.5, "object")])
    state, lost = StepHistory(), (ev.StarLost(1.0),)
    view = view_of(None, session, state, at_s=1.0, reading=None, events=lost, instructions=ask(session))
    assert view.title == "Aim at the object"
    assert view.steps[0] == ("aim at the object", "now")
    assert view.notices[0] == "The object is lost."
