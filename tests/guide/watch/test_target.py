"""What is measured, a chart or whatever stands there, as the guide takes it up."""

from dataclasses import replace

from backfocus.guide import events as ev
from backfocus.guide.procedure import Session, Step, advance, start
from backfocus.guide.session_state import Setup
from backfocus.guide.watch.watch import StepHistory, watch
from backfocus.measure.reading import Flag, Object, Reading, Star

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
