"""The person at the page, as the loop knows one: what was tapped becomes events of the guide."""

import queue
from collections.abc import Callable
from contextlib import suppress

from ..guide import events as ev
from ..guide.instructions import Instruction
from .messages import Note, Say

EventAt = Callable[[float], ev.Event]

_WORDS: dict[str, type[ev.Command]] = {
    "confirm": ev.Confirmed,
    "repeat": ev.Repeated,
    "skip": ev.Skipped,
    "undo": ev.Undone,
    "stop": ev.Stopped,
}


class AtThePage:
    """The person who answers on a page: `run.Person`."""

    def __init__(self) -> None:
        self._said: queue.SimpleQueue[EventAt] = queue.SimpleQueue()

    def hear(self, said: Instruction | ev.WrongRing, at_s: float) -> None:
        """Instructions reach a person by what is shown."""

    def say(self, event_at: EventAt) -> None:
        """Say something; it is stamped with the time of the next picture."""
        self._said.put(event_at)

    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        """What was said since last asked."""
        said = []
        with suppress(queue.Empty):
            while True:
                said.append(self._said.get_nowait()(at_s))
        return tuple(said)


def event_of(message: Say | Note) -> EventAt:
    """The event that a word or a note is, once its time is known."""
    if isinstance(message, Say):
        kind, step = _WORDS[message.word], message.step
        return lambda at_s: kind(at_s, step)
    if message.name == "nd":
        return lambda at_s: ev.NdChanged(at_s, message.value)
    return lambda at_s: ev.Noted(at_s, message.name, message.value)
