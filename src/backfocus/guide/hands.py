"""What obeys the guide: a person at a terminal or a page, the simulated hand, a motor.

All of them hear the same instructions, each once, as they come. Whatever is slow in them (a person, a wire)
happens elsewhere: none of these calls may wait, or the loop that looks at the pictures would wait too.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, get_args

from ..measure.reading import RingPosition
from . import events as ev
from . import instructions as say

Heard = say.Instruction | ev.WrongRing
"""An instruction, or the warning that the wrong ring was turned."""
Word = Literal["confirm", "repeat", "skip", "undo", "stop"]
COMMANDS: dict[Word, type[ev.Command]] = {
    "confirm": ev.Confirmed,
    "repeat": ev.Repeated,
    "skip": ev.Skipped,
    "undo": ev.Undone,
    "stop": ev.Stopped,
}
"""What a person says with a key or a button, in one word."""
LONGEST_S = 0.02
"""No call takes longer: half a picture's time."""


class Hands(Protocol):
    """Whatever has its hands on the lens; `check_hands` says exactly what that means."""

    def hear(self, said: Heard, at_s: float) -> None:
        """Take in one instruction, or the warning that the wrong ring was turned; returns at once."""
        ...

    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        """What was said by `at_s`, each thing once, stamped with that time; () where nothing was."""
        ...

    def position(self, at_s: float) -> RingPosition | None:
        """Where the rings stood at `at_s`; None where nobody knows, as with a person."""
        ...


def position_of(hands: Sequence[Hands], at_s: float) -> RingPosition | None:
    """Where the rings stood at `at_s`, by the first that knows."""
    known = (each.position(at_s) for each in hands)
    return next((position for position in known if position is not None), None)


def check_hands(make: Callable[[], Hands], clock: Callable[[], float]) -> None:
    """Hold something that obeys against the specification; anyone can run it on theirs.

    Parameters
    ----------
    make : callable
        Gives new ones each time.
    clock : callable
        The time in seconds, to see that no call waits.

    Raises AssertionError naming the first rule that is broken.
    """
    hands = make()
    for at_s, said in enumerate((*_every_instruction(), *_every_instruction())):
        begun_s = clock()
        hands.hear(said, float(at_s))
        answers = hands.answers(float(at_s))
        position = hands.position(float(at_s))
        _demand(clock() - begun_s < LONGEST_S, f"{type(said).__name__} is heard without waiting")
        _demand(isinstance(answers, tuple), "answers are a tuple")
        _demand(all(isinstance(each, get_args(ev.Event)) for each in answers), "answers are events")
        _demand(all(each.at_s == at_s for each in answers), "answers are stamped with the time asked for")
        _demand(position is None or isinstance(position, RingPosition), "a position is a record or None")
        _demand(hands.answers(float(at_s)) == (), "each answer is given once")


def _every_instruction() -> tuple[Heard, ...]:
    """One of each kind."""
    return (
        say.Aim("aim", "no-star"),
        say.Confirm("check", ("iris fully open",)),
        say.ZoomTo("tele"),
        say.ZoomUntilLost(60.0),
        say.Turn("focus", "either", searching=True),
        say.Turn("back-focus", "back", slower=True),
        say.Turn("focus", "stop"),
        say.Hold(),
        say.WalkZoom(),
        say.LoosenLock(),
        say.TightenLock("lock"),
        say.CheckThat("right-ring"),
        say.Ignored("aim"),
        ev.WrongRing(0.0, "focus", 1.0, 2.0),
        say.Finish("set", "", ""),
    )


def _demand(kept: bool, rule: str) -> None:
    if not kept:
        raise AssertionError(rule)
