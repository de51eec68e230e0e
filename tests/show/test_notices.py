"""A notice is true now or it is gone: each is shown as long as its cause is there."""

from dataclasses import replace

import pytest

from backfocus.guide import events as ev
from backfocus.guide.procedure import Session, Setup, Step, advance, ask, replay
from backfocus.guide.watch.pictures import StepHistory, TimedReading
from backfocus.guide.words import progress_words
from backfocus.measure.reading import Flag, Reading, Star
from backfocus.optics.lens import Optics
from backfocus.show.notices import STANDS_S, Trouble, remarks_now, troubles_now
from backfocus.show.view import View, view_of

OPTICS = Optics(5.0, ((0.0, 1.8),))
DEPTH_UM = 9.0
TELE, WIDE = ev.SteadyReading(800.0, 1.0, 1.0), ev.SteadyReading(80.0, 44.0, 1.0)
AT_TELE = [ev.StarSeen(1.0, 80.0), ev.Confirmed(3.0, "check"), ev.ZoomStopped(8.0, "tele", 800.0)]
AT_WIDE = [*AT_TELE, ev.TeleSharp(9.0, TELE), ev.ZoomStopped(14.0, "wide", 80.0)]
LOST = ev.StarLost(20.0)


def session(*events: ev.Event) -> Session:
    return replay(Setup(optics=OPTICS, zoom_ratio=10.0), list(events))


def pictures(*flags: Flag, seconds: float = 2.0, measured: bool = True, star: bool = True) -> StepHistory:
    """So many seconds of pictures that all bear the flags."""
    seen = tuple(
        TimedReading(
            at / 10,
            Reading(at, at / 10, frozenset(flags), Star(320.0, 180.0, 77.0, 36) if star else None, 77.0),
            measured,
        )
        for at in range(round(10 * seconds) + 1)
    )
    return StepHistory(pictures=seen)


def test_a_star_that_is_read_again_is_not_lost() -> None:
    lost = (Trouble(LOST, 20.0),)
    gone = pictures(Flag.NO_STAR, measured=False, star=False)
    assert troubles_now(lost, session(*AT_TELE), gone, 25.0) == lost
    assert troubles_now(lost, session(*AT_TELE), pictures(), 25.0) == ()


def test_a_view_that_reads_micrometres_does_not_call_the_star_lost() -> None:
    road = session(*AT_TELE)
    gone = pictures(Flag.NO_STAR, measured=False, star=False)
    view = view_of(None, road, gone, at_s=20.0, reading=None, events=[LOST])
    assert "The star is lost." in view.notices
    assert view_of(view, road, pictures(), at_s=20.5, reading=None).notices == ()


@pytest.mark.parametrize(
    "event",
    [ev.WrongRing(20.0, "focus", 40.0, None), ev.ExtenderSwung(20.0, True), ev.ZoomStrayed(20.0, "tele")],
)
def test_what_is_over_is_off_the_screen_after_it_could_be_read(event: ev.Event) -> None:
    told = troubles_now((), session(*AT_TELE), pictures(), 20.0, [event])
    assert [each.event for each in told] == [event]
    assert troubles_now(told, session(*AT_TELE), pictures(), 20.0 + 0.9 * STANDS_S) == told
    assert troubles_now(told, session(*AT_TELE), pictures(), 20.0 + 1.1 * STANDS_S) == ()


def test_a_question_stands_below_the_instruction_and_goes_when_something_changes() -> None:
    before = session(*AT_TELE[:2])
    view = view_of(None, before, pictures(seconds=20.0), at_s=20.0, reading=None, instructions=ask(before))
    assert view.title == "Zoom fully IN"
    still = ev.NothingChanges(20.0, "right-ring")
    after, asked = advance(before, still)
    idle = replace(pictures(seconds=20.0), anchor=(80.0, 80.0), anchor_s=5.0)
    view = view_of(view, after, idle, at_s=20.0, reading=None, events=[still], instructions=asked)
    assert view.title == "Zoom fully IN"
    assert view.notices[0].startswith("Nothing changes: is it the ring")
    moved = replace(pictures(seconds=21.0), anchor=(90.0, 90.0), anchor_s=20.8)
    assert view_of(view, after, moved, at_s=21.0, reading=None).notices == ()


def test_a_confirmation_that_the_picture_does_not_bear_out_is_asked_about_below_the_instruction() -> None:
    before = session(*AT_TELE[:2])
    view = view_of(None, before, pictures(), at_s=4.0, reading=None, instructions=ask(before))
    doubted = ev.Questioned(5.0, "to-tele", "no-zoom")
    after, asked = advance(before, doubted)
    view = view_of(view, after, pictures(), at_s=5.0, reading=None, events=[doubted], instructions=asked)
    assert view.title == "Zoom fully IN"
    assert "does not show that the zoom moved" in view.notices[0]
    assert "confirm once more" in view.notices[0]
    stopped, said = advance(after, ev.ZoomStopped(8.0, "tele", 800.0))
    assert view_of(view, stopped, pictures(), at_s=8.0, reading=None, instructions=said).notices == ()


def test_what_goes_well_takes_older_troubles_off_the_screen() -> None:
    told = (Trouble(ev.FocusTouched(20.0, 1.0, 60.0), 20.0),)
    assert troubles_now(told, session(*AT_TELE), pictures(), 21.0, [ev.TeleSharp(21.0, TELE)]) == ()


def test_changed_light_is_told_until_a_look_finds_it_put_back() -> None:
    changed = ev.LightChanged(16.0, 1.0)
    after = session(*AT_WIDE, changed)
    told = troubles_now((), after, pictures(), 16.0, [changed])
    assert troubles_now(told, after, pictures(), 90.0) == told
    assert troubles_now(told, replace(after, light_changed=False), pictures(), 90.0) == ()


def test_the_star_has_a_size_again_as_soon_as_the_rim_is_in_view() -> None:
    look = replace(TELE, flags=frozenset({Flag.SCALE_UNSURE}))
    road = session(*AT_TELE, ev.TeleSharp(9.0, look), ev.ZoomStopped(14.0, "wide", 80.0))
    (said,) = remarks_now((), road, pictures(Flag.SCALE_UNSURE), 2.0, DEPTH_UM)
    assert "size of the chart" in said
    assert remarks_now((said,), road, pictures(), 2.0, DEPTH_UM) == ()


@pytest.mark.parametrize("um", [None, 60.0])
def test_no_other_chart_is_asked_for_where_blur_hides_the_size(um: float | None) -> None:
    assert remarks_now((), session(*AT_TELE), pictures(Flag.SCALE_UNSURE), um, DEPTH_UM) == ()


def test_a_hand_on_a_ring_may_move_the_picture_and_a_steady_look_may_not() -> None:
    sweeping = session(*AT_TELE, ev.TeleSoft(9.0, TELE))
    assert sweeping.step is Step.SWEEP_TELE
    assert remarks_now((), sweeping, pictures(Flag.MOVING), 2.0, DEPTH_UM) == ()
    (said,) = remarks_now((), session(*AT_TELE), pictures(Flag.MOVING), 2.0, DEPTH_UM)
    assert said.startswith("The picture moves.")


def test_one_wild_picture_remarks_nothing_and_the_first_second_of_a_step_keeps_what_was_said() -> None:
    assert remarks_now((), session(*AT_TELE), pictures(Flag.CLIPPED, seconds=0.3), 2.0, DEPTH_UM) == ()
    assert remarks_now(("said",), session(*AT_TELE), pictures(seconds=0.3), 2.0, DEPTH_UM) == ("said",)


def test_how_far_wide_is_off_is_told_only_while_the_look_that_told_it_holds() -> None:
    found = ev.StillOff(15.0, WIDE, 44.0, 1.0)
    best = replace(WIDE, residual_um=0.0)
    turning = session(*AT_WIDE, found)
    assert progress_words(turning) == "Expect one more round"
    set_, _ = advance(turning, ev.PeakPassed(20.0, "back-focus", best))
    set_, _ = advance(set_, ev.Returned(22.0, "back-focus", best, 44.0))
    assert progress_words(set_) == ""  # 44 um are corrected: nobody knows what is left before the next look


def test_what_matters_most_comes_first() -> None:
    old, new = Trouble(ev.Bumped(1.0, 30.0), 1.0), Trouble(LOST, 5.0)
    view = View("", "", troubles=(old, new), remarks=("White is clipped.",))
    assert view.notices == (new.words, "White is clipped.", old.words)
