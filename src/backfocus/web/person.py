"""The person at the page, as the loop knows one: what was tapped becomes events of the guide."""

import queue
from collections.abc import Callable
from contextlib import suppress

from ..guide import events as ev
from ..guide.hands import COMMANDS, Heard
from ..session.guided import noted
from .messages import Note, Say

EventAt = Callable[[float], ev.Event]


class AtThePage:
    """The person who answers on a page."""

    def __init__(self) -> None:
        self._said: queue.SimpleQueue[EventAt] = queue.SimpleQueue()

    def hear(self, said: Heard, at_s: float) -> None:
        """Instructions reach a person by what is shown."""

    def position(self, at_s: float) -> None:
        """A person does not know to the step where a ring stands."""

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
        kind, step = COMMANDS[message.word], message.step
        return lambda at_s: kind(at_s, step)
    return lambda at_s: noted(message.name, message.value, at_s)
