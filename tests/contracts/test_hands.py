"""Whatever obeys the guide keeps to one specification: told, may answer, never waits."""

import time
from collections.abc import Callable

import pytest

from backfocus.cli.keys import Keyboard
from backfocus.cli.person import Person
from backfocus.guide import events as ev
from backfocus.guide.hands import Hands, check_hands, position_of
from backfocus.guide.session_state import Session, Setup
from backfocus.measure.reading import RingPosition
from backfocus.sim.hand import Hand
from backfocus.sim.settings import parse_sim
from backfocus.web.messages import Note, Say
from backfocus.web.person import AtThePage, event_of


def at_the_page() -> AtThePage:
    person = AtThePage()
    person.say(event_of(Say("confirm", "check")))
    person.say(event_of(Note("nd", "1/4")))
    return person


def at_the_keyboard() -> Person:
    keyboard = Keyboard()
    for key in "r1q":
        keyboard._pressed.put(key)
    return Person(keyboard, Session(Setup()))


class Motor:
    """As a motor or an encoder will be: it knows where the rings stand."""

    def hear(self, said: object, at_s: float) -> None:
        """Goes there in its own time."""

    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        return ()

    def position(self, at_s: float) -> RingPosition | None:
        return RingPosition(focus_steps=100.0 * at_s)


ALL: dict[str, Callable[[], Hands]] = {
    "page": at_the_page,
    "keyboard": at_the_keyboard,
    "good hand": lambda: Hand(parse_sim("sim://?seed=3")),
    "no hand": lambda: Hand(parse_sim("sim://?hand=none")),
    "motor": Motor,
}


@pytest.mark.parametrize("name", ALL)
def test_they_keep_to_the_specification(name: str) -> None:
    check_hands(ALL[name], time.thread_time)  # the processor's time: a busy machine makes nobody slow


class Slow(Motor):
    def hear(self, said: object, at_s: float) -> None:
        end_s = time.thread_time() + 0.05
        while time.thread_time() < end_s:
            pass


class Stale(Motor):
    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        return (ev.Confirmed(at_s - 1.0, "check"),)


class Again(Motor):
    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        return (ev.Confirmed(at_s, "check"),)


class Words(Motor):
    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        return ("done",)  # type: ignore[return-value]


class Lost(Motor):
    def position(self, at_s: float) -> RingPosition | None:
        return 12.0  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        (Slow, "heard without waiting"),
        (Stale, "stamped"),
        (Again, "given once"),
        (Words, "are events"),
        (Lost, "position"),
    ],
)
def test_the_check_sees_what_is_broken(broken: Callable[[], Hands], rule: str) -> None:
    with pytest.raises(AssertionError, match=rule):
        check_hands(broken, time.thread_time)


def test_the_first_that_knows_tells_where_the_rings_stand() -> None:
    hands = (at_the_page(), Motor(), Motor())
    assert position_of(hands, 2.0) == RingPosition(focus_steps=200.0)
    assert position_of(hands[:1], 2.0) is None
    assert position_of((), 2.0) is None
