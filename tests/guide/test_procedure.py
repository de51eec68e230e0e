"""`advance`: legal events move, illegal ones change nothing; sessions fold, undo, survive JSON, and end."""

import json
from dataclasses import replace
from functools import reduce
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfocus.errors import OutOfOrder
from backfocus.guide import events as ev
from backfocus.guide import instructions as say
from backfocus.guide.procedure import Session, Setup, Step, advance, ask, possible, replay, rounds_left, start
from backfocus.guide.records import from_dict, to_dict
from backfocus.guide.words import instruction_words
from backfocus.measure.reading import Flag
from backfocus.optics.lens import Optics
from backfocus.solve.clip import ClipAnswer
from backfocus.solve.verdict import Verdict

OPTICS = Optics(5.0, ((0.0, 1.8),))
SETUP = Setup(OPTICS, zoom_ratio=10.0)
EVENTS = get_args(ev.Event)
NOTHING_SHOWN = ClipAnswer(
    None, Verdict("unsure", "Dark.", "Light."), 9.0, referenced=False, flags=frozenset()
)


def look(scale_px: float, um: float, *, referenced: bool = True) -> ev.SteadyReading:
    return ev.SteadyReading(scale_px, um, 1.0, referenced=referenced)


def happy_road() -> list[ev.Event]:
    """A 10x lens, 40 um off, set in one round."""
    return [
        ev.StarSeen(1.0, 80.0),
        ev.Confirmed(3.0, "check"),
        ev.ZoomStopped(8.0, "tele", 800.0),
        ev.TeleSoft(9.0, look(800.0, 150.0, referenced=False)),
        ev.Sharper(11.0),
        ev.PeakPassed(14.0, "focus", look(800.0, 6.0)),
        ev.AtPeak(15.0, "focus"),
        ev.Returned(16.0, "focus", look(800.0, 1.0)),
        ev.ZoomStopped(20.0, "wide", 80.0),
        ev.StillOff(21.0, look(80.0, 40.0), 40.4, 1.0),
        ev.Softer(22.0),
        ev.Sharper(24.0),
        ev.PeakPassed(26.0, "back-focus", look(80.0, 5.0)),
        ev.Overshot(28.0, "back-focus"),
        ev.AtPeak(29.0, "back-focus"),
        ev.Returned(30.0, "back-focus", look(80.0, 1.0), 40.0),
        ev.ZoomStopped(34.0, "tele", 800.0),
        ev.TeleSharp(35.0, look(800.0, 40.0)),
        ev.ZoomStopped(39.0, "wide", 80.0),
        ev.WithinDepth(40.0, look(80.0, 1.0), 0.6, 1.0),
        ev.Walked(50.0, ()),
        ev.Confirmed(52.0, "lock"),
        ev.ZoomStopped(56.0, "wide", 80.0),
        ev.LockHeld(57.0, look(80.0, 1.0), 0.6, 1.0),
    ]


def test_a_last_look_at_clipped_pictures_is_not_called_set() -> None:
    *road, proof = happy_road()
    clipped = replace(proof, look=replace(proof.look, flags=frozenset({Flag.CLIPPED})))
    verdict = replay(SETUP, [*road, clipped]).results[-1].verdict
    assert verdict.kind == "unsure"
    assert "Darken" in verdict.advice


def test_happy_road_ends_set_after_one_round() -> None:
    session = replay(SETUP, happy_road())
    assert session.step is Step.DONE
    assert session.correction.rounds == 1
    assert session.results[-1].verdict.kind == "set"
    assert ask(session)[0] == say.Finish(
        "set",
        session.results[-1].verdict.reason,
        session.results[-1].verdict.advice,
        session.results[-1].back_focus.delta_um,
        session.results[-1].back_focus.sigma_um,
    )


def test_before_and_after_are_both_kept() -> None:
    result = replay(SETUP, happy_road()).results[-1]
    # |r_W| = 40 at k = 0.1, so delta = 40 / (1 - 0.01); noise of the looks is 1 um.
    assert result.before.delta_um == pytest.approx(40.4, abs=1.0)
    assert result.back_focus.delta_um < 2.0


def test_turning_is_told_in_the_order_the_hand_needs() -> None:
    session, said = start(SETUP)
    ways = []
    for event in happy_road()[:8]:
        session, said = advance(session, event)
        ways += [each.way for each in said if isinstance(each, say.Turn)]
    assert ways == ["either", "on", "back", "stop"]


def test_lock_is_loosened_before_the_back_focus_ring_is_turned() -> None:
    events = happy_road()[:10]
    _, said = advance(replay(SETUP, events[:-1]), events[-1])
    assert said == (say.LoosenLock(), say.Turn("back-focus", "either", left_um=40.4))


def test_the_way_to_go_is_said_in_degrees_once_the_ring_is_known() -> None:
    setup = replace(SETUP, um_per_degree=10.0)
    said = ask(replay(setup, happy_road()[:10]))[-1]
    # 40.4 um at 10 um per degree
    assert said == say.Turn("back-focus", "either", left_um=40.4, left_deg=pytest.approx(4.04))
    assert "40 um to go, 4 degrees" in instruction_words(said).sentence
    stopped = replay(setup, [*happy_road()[:10], ev.Stopped(22.0, "sweep-wide")])
    assert "about 4 degrees" in stopped.results[-1].verdict.advice


def test_a_ring_that_moves_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="degree"):
        replace(SETUP, um_per_degree=0.0)


@pytest.mark.parametrize("position", range(len(happy_road())))
def test_illegal_event_raises_and_leaves_the_session_as_it_was(position: int) -> None:
    session = replay(SETUP, happy_road()[:position])
    before = json.dumps(repr(session))
    for event in happy_road():
        if type(event) not in possible(session) and not isinstance(event, ev.Confirmed):
            with pytest.raises(OutOfOrder, match=session.step):
                advance(session, event)
    assert json.dumps(repr(session)) == before


def test_stale_command_is_ignored_with_a_note() -> None:
    session = replay(SETUP, happy_road()[:3])
    assert session.step is Step.LOOK_TELE
    after, said = advance(session, ev.Confirmed(9.0, "check"))
    assert after is session
    assert said == (say.Ignored("check"),)


def test_undo_goes_back_where_the_step_was_entered_from() -> None:
    events = happy_road()
    there, here = replay(SETUP, events[:3]), replay(SETUP, events[:4])
    undone, said = advance(here, ev.Undone(10.0, here.step))
    assert undone.step is there.step
    assert said == ask(undone)
    assert undone.turn > here.turn, "watch must start again"


def test_undo_at_the_very_beginning_changes_nothing() -> None:
    session, _ = start(SETUP)
    assert advance(session, ev.Undone(1.0, "aim"))[0] == session


def test_repeat_starts_the_step_afresh() -> None:
    session = replay(SETUP, happy_road()[:6])
    again, _ = advance(session, ev.Repeated(15.0, session.step))
    assert (again.step, again.turn, again.told.way) == (session.step, session.turn + 1, "either")


def test_stop_gives_a_verdict_that_does_not_claim_what_was_not_proved() -> None:
    for count in range(len(happy_road())):
        session = replay(SETUP, happy_road()[:count])
        stopped, said = advance(session, ev.Stopped(99.0, session.step))
        assert stopped.finished
        assert isinstance(said[0], say.Finish)
        turned_and_unproved = 15 < count < 18
        assert not (turned_and_unproved and said[0].verdict == "set")


def test_each_nd_position_has_a_result_of_its_own() -> None:
    done = replay(SETUP, happy_road())
    session, said = advance(done, ev.NdChanged(60.0, "1/4"))
    assert (session.step, session.nd, session.looks.wide) == (Step.AIM, "1/4", None)
    assert said == (say.Aim("aim", "no-star"),)
    later = [replace(event, at_s=event.at_s + 60.0) for event in happy_road()]
    session = reduce(lambda each, event: advance(each, event)[0], later, session)
    assert [result.nd for result in session.results] == ["clear", "1/4"]


def test_which_way_a_ring_went_first_is_not_taken_over_to_the_recording_with_another_nd() -> None:
    done = replace(replay(SETUP, happy_road()), first_turn="near")
    assert advance(done, ev.NdChanged(60.0, "1/4"))[0].first_turn is None
    assert advance(done, ev.Repeated(60.0, "done"))[0].first_turn == "near"


def test_notes_are_kept_and_the_last_one_counts() -> None:
    session = replay(SETUP, [ev.Noted(0.0, "iris", "1.9"), ev.Noted(1.0, "iris", "open")])
    assert session.notes == (("iris", "open"),)
    assert advance(session, ev.Noted(2.0, "operator", "A"))[1] == ()


def test_rounds_to_expect_shrink_with_the_square_of_k() -> None:
    off = replay(SETUP, happy_road()[:10])
    # 40 um at h = 9 um: one round at 10x leaves 0.4 um.
    assert rounds_left(off) == 1
    assert rounds_left(start(SETUP)[0]) is None


def test_lens_without_ring_ends_in_advice_not_in_a_dead_end() -> None:
    setup = replace(SETUP, back_focus_ring=False, shims_um=(10.0, 30.0, 50.0))
    events = happy_road()[:9]
    session = replay(setup, [*events, ev.StillOff(21.0, look(80.0, 40.0), 40.4, 1.0)])
    assert session.step is Step.DONE
    verdict = session.results[-1].verdict
    assert verdict.kind == "adjust"
    assert "shim" in verdict.advice
    assert "50 um" in verdict.advice or "30 um" in verdict.advice


def test_unknown_optics_are_never_called_set() -> None:
    session = replay(Setup(), happy_road())
    assert session.results[-1].verdict.kind == "unsure"
    assert session.results[-1].back_focus is None
    said = [each for event in [happy_road()] for each in ask(replay(Setup(), event[:10]))]
    assert all(each.left_um is None for each in said if isinstance(each, say.Turn))


def test_rear_focus_lens_is_called_by_its_name() -> None:
    session = replay(replace(SETUP, lens_kind="rear-focus"), happy_road())
    assert session.results[-1].verdict.kind == "not-front-focus"


NUMBERS = st.floats(0.5, 900.0)
LOOKS = st.builds(
    ev.SteadyReading, NUMBERS, st.floats(0.0, 200.0), st.floats(0.1, 20.0), referenced=st.booleans()
)


def any_event(session: Session, draw: Any) -> ev.Event:
    """An event the session may or may not expect; commands answer the right step as often as a wrong one."""
    kind = draw(st.sampled_from(EVENTS))
    step = draw(st.sampled_from([session.step, *Step]))
    named = {
        "at_s": NUMBERS,
        "step": st.just(str(step)),
        "scale_px": NUMBERS,
        "look": LOOKS,
        "best": LOOKS,
        "looks": st.lists(LOOKS, max_size=4).map(tuple),
        "value": st.text(max_size=4),
        "name": st.sampled_from(["iris", "note"]),
        "nd": st.sampled_from(["clear", "1/4"]),
        "shown": st.just(NOTHING_SHOWN),
    }
    fixed = {
        name: named.get(name, st.floats(0.0, 300.0))
        for name, field in kind.__dataclass_fields__.items()
        if name in named or "float" in str(field.type)
    }
    return draw(st.builds(kind, **fixed))


@given(st.data(), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_events_leave_a_valid_session_that_can_end_and_replays(
    data: Any, ring: bool, known: bool
) -> None:
    setup = Setup(OPTICS if known else None, 10.0 if known else None, back_focus_ring=ring)
    session, taken = start(setup)[0], []
    for _ in range(data.draw(st.integers(0, 30))):
        event = any_event(session, data.draw)
        is_legal = type(event) in possible(session) or isinstance(event, get_args(ev.Command))
        try:
            after, _ = advance(session, event)
        except OutOfOrder:
            assert type(event) not in possible(session)
            continue
        assert is_legal
        assert after.step in Step
        assert after.turn >= session.turn
        assert ask(after)
        session = after
        taken.append(event)
    stored = [json.loads(json.dumps(to_dict(event))) for event in taken]
    assert replay(setup, [from_dict(plain) for plain in stored]) == session
    if not session.finished:
        assert advance(session, ev.Stopped(999.0, session.step))[0].finished


def test_a_recording_that_can_give_no_number_ends_with_its_own_reason() -> None:
    """Not with "not read at two zoom positions", which is what the procedure itself saw of it."""
    why = Verdict("unsure", "The light changed.", "Leave the iris alone.")
    shown = ClipAnswer(None, why, 9.0, referenced=False, flags=frozenset({Flag.LIGHT_CHANGED}))
    session, _ = advance(start(SETUP)[0], ev.Ended(9.0, shown))
    assert session.results[-1].verdict == why


def test_a_recording_of_an_object_that_none_should_measure_by_ends_with_the_reason() -> None:
    """Whatever was seen since: sky that is not even found again at wide is too smooth, and not lost."""
    why = Verdict("unsure", "What they show has too little fine detail at tele.", "Choose print.")
    shown = ClipAnswer(None, why, 9.0, referenced=False, flags=frozenset({Flag.TOO_SMOOTH}))
    aimed = replay(SETUP, [ev.TargetTaken(1.0, "object"), ev.NotReady(1.5, "too-smooth")])
    session, _ = advance(aimed, ev.NotReady(4.0, "no-star"))
    session, _ = advance(session, ev.Ended(9.0, shown))
    assert session.results[-1].verdict == why


def test_an_object_is_searched_for_at_tele_as_slowly_as_it_is_swept() -> None:
    """Its contrast tells the way from far off; only where that shows nothing the ring is turned fast."""
    road = [
        ev.TargetTaken(1.0, "object"),
        ev.StarSeen(2.0, 80.0),
        ev.Confirmed(3.0, "check"),
        ev.NothingThere(8.0),
    ]
    seen = replay(SETUP, road)
    assert seen.target == "object"
    assert ask(seen) == (say.Turn("focus", "either", searching=False),)
    asked, _ = advance(seen, ev.NothingChanges(20.0, "right-ring"))
    assert ask(asked) == (say.Turn("focus", "either", searching=True),)
    blind = replay(SETUP, road[1:])
    assert ask(blind) == (say.Turn("focus", "either", searching=True),)


def test_another_target_is_told_and_aiming_goes_on() -> None:
    session, _ = start(SETUP)
    after, instructions = advance(session, ev.TargetTaken(1.0, "object"))
    assert (after.step, after.turn, instructions) == (Step.AIM, session.turn, ())
    with pytest.raises(OutOfOrder):
        advance(replace(after, step=Step.WALK), ev.TargetTaken(2.0, "star"))


def test_a_verdict_that_rests_on_an_object_says_so() -> None:
    road = happy_road()
    on_star, on_object = (replay(SETUP, each) for each in (road, [ev.TargetTaken(0.5, "object"), *road]))
    said = [each.results[-1].verdict for each in (on_star, on_object)]
    assert said[0].kind == said[1].kind == "set"
    assert ["without a chart" in each.reason for each in said] == [False, True]
