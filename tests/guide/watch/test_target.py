"""What is measured, a chart or whatever stands there, as the guide takes it up."""

from dataclasses import replace

import pytest

from backfocus.guide import events as ev
from backfocus.guide import instructions as say
from backfocus.guide.outcome import result
from backfocus.guide.procedure import Session, Step, advance, ask, start
from backfocus.guide.session_state import Setup
from backfocus.guide.watch.watch import StepHistory, watch
from backfocus.measure.reading import Flag, Object, Reading, Star
from backfocus.optics.lens import Optics

OBJECT = Object(480.0, 270.0, 960.0, 540.0)
STAR = Star(480.0, 270.0, 77.0, 36)


def shown(session: Session, seconds: float, **reading: object) -> tuple[Session, list[ev.Event]]:
    """The session after pictures that all read the same."""
    history, events = StepHistory(), []
    for index in range(round(25 * seconds)):
        each = replace(Reading(index, index / 25, frozenset(), scale_px=480.0), **reading)  # type: ignore[arg-type]
        history, seen = watch(history, each, session)
        for event in seen:
            session, _ = advance(session, event)
            events.append(event)
    return session, events


def test_an_object_is_told_before_it_is_taken_and_a_star_takes_its_place() -> None:
    session, _ = start(Setup())
    nothing = frozenset({Flag.NO_REFERENCE})
    session, events = shown(session, 2.0, object=OBJECT, flags=nothing)
    assert [type(each) for each in events] == [ev.TargetTaken, ev.StarSeen]
    assert (session.step, session.target) == (Step.CHECK, "object")
    session, events = shown(session, 2.0, star=STAR)
    assert isinstance(events[0], ev.TargetTaken)
    assert session.target == "star"


def test_in_the_middle_of_a_session_with_a_star_no_object_is_looked_at() -> None:
    session = replace(start(Setup())[0], step=Step.SWEEP_TELE, turn=7)
    curve = {"frequency_cy_px": (0.1, 0.2), "modulation": (0.9, 0.8), "modulation_sigma": (0.01, 0.01)}
    after, events = shown(session, 3.0, object=OBJECT, **curve)
    assert after.target == "star"
    assert [type(each) for each in events] == [ev.StarLost]


POOR = frozenset({Flag.REPEATING})


def test_an_object_that_nobody_should_measure_by_is_not_gone_on_with() -> None:
    session, _ = shown(start(Setup())[0], 2.0, object=OBJECT, flags=POOR | {Flag.NO_REFERENCE})
    assert (session.step, session.told.fault) == (Step.AIM, "repeating")
    assert ask(session) == (say.Aim("aim", "repeating"),)


@pytest.mark.parametrize("step", [Step.TO_TELE, Step.FIND, Step.LOOK_TELE, Step.SWEEP_TELE, Step.RETURN_TELE])
def test_what_tele_shows_of_it_leads_back_to_another_object(step: Step) -> None:
    known = Setup(optics=Optics(5.0, ((0.0, 1.8),)))
    at_tele = replace(
        start(known)[0],
        step=step,
        target="object",
        scales=replace(start(known)[0].scales, wide_px=100.0, tele_px=800.0),
    )
    _, events = shown(at_tele, 3.0, object=OBJECT, flags=POOR | {Flag.NO_REFERENCE})
    assert not any(isinstance(event, ev.NotReady) for event in events), "out of focus nothing is sure"
    session, events = shown(at_tele, 3.0, object=OBJECT, flags=POOR)
    assert isinstance(events[0], ev.NotReady)
    assert (session.step, session.scales.tele_px, session.target) == (Step.AIM, None, "object")
    verdict = result(session).verdict
    assert verdict.kind == "unsure"
    assert "repeats itself" in verdict.reason


def test_what_is_smooth_at_tele_may_be_out_of_focus_for_a_while() -> None:
    finding = replace(
        start(Setup())[0],
        step=Step.FIND,
        target="object",
        scales=replace(start(Setup())[0].scales, wide_px=100.0),
    )
    smooth = frozenset({Flag.TOO_SMOOTH})
    session, _ = shown(finding, 10.0, object=OBJECT, flags=smooth)
    assert session.step is Step.FIND
    session, _ = shown(finding, 25.0, object=OBJECT, flags=smooth)
    assert (session.step, session.told.fault) == (Step.AIM, "too-smooth")
