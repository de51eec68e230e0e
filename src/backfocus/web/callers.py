"""Who is at the door, and how long anybody may stand in it. To connect costs nothing, so it is worth little:

    unknown   has not yet sent a request that the guard let through. There is room for so many; a newcomer
              puts out the one that came first among those of the address with the most of them
    known     was let through by the guard; no number of unknown ones can put it out

A caller has `say_s` for the whole of a message, in however many pieces it comes; one that does not take
what was sent to it is cut off after `take_s`. Time is an argument.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

STATE = "caller"
"""Under this name a request's state holds its `Caller`."""
LET_IN_WITH = "let-in-with"
"""And under this one the cookie it was let in with."""
TAKEN_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """How many may be connected at once, and how long they may be silent.

    Attributes
    ----------
    unknown, known : int
        Connections before and after the guard let them through. Their sum stays below the 256 open files that
        some systems allow.
    say_s : float
        From connecting to the end of the first request, from one answer to the end of the next request, and
        from opening a WebSocket to its first message.
    take_s : float
        In this time some of what was sent, `TAKEN_BYTES` or all that is left, has to be taken.
    """

    unknown: int = 96
    known: int = 112
    say_s: float = 10.0
    take_s: float = 20.0


class Line(Protocol):
    """What is asked of a connection: the part of `asyncio.Transport` that is needed here."""

    def abort(self) -> None:
        """End it at once."""

    def get_write_buffer_size(self) -> int:
        """How many bytes wait to be taken."""


@dataclass(eq=False, slots=True)
class Caller:
    """One connection, from `Callers.arrived`.

    Attributes
    ----------
    waits_s : float | None
        Since when something whole is awaited from it; None: it has said what it had to say.
    stuck_s, stuck_bytes : float | None, int
        Since when it has taken nothing to speak of, and what waited for it then. None: nothing waits.
    """

    address: str
    line: Line
    callers: "Callers"
    since_s: float
    waits_s: float | None
    known: bool = False
    stuck_s: float | None = None
    stuck_bytes: int = 0

    def said(self) -> None:
        """It said something whole."""
        self.waits_s = None

    def may_speak(self) -> None:
        """From now on it is expected to say something."""
        self.waits_s = self.callers.now_s()

    def look(self, now_s: float) -> None:
        """Note whether it takes what is sent to it."""
        waiting = self.line.get_write_buffer_size()
        if waiting == 0:
            self.stuck_s = None
        elif self.stuck_s is None or waiting <= self.stuck_bytes - TAKEN_BYTES:
            self.stuck_s, self.stuck_bytes = now_s, waiting
        else:  # more was sent meanwhile: what is to become less is the larger heap
            self.stuck_bytes = max(self.stuck_bytes, waiting)

    def let_in(self) -> bool:
        """The guard let it through; False if there is no room, as so many others are being served."""
        return self.callers.let_in(self)

    def left(self) -> None:
        """It is gone."""
        self.callers.left(self)


@dataclass(eq=False, slots=True)
class Callers:
    """All connections of one server."""

    limits: Limits = field(default_factory=Limits)
    now_s: Callable[[], float] = time.monotonic
    _all: set[Caller] = field(default_factory=set)

    def arrived(self, address: str, line: Line) -> Caller:
        """A new connection; somebody else's may have to go for it."""
        now_s = self.now_s()
        caller = Caller(address, line, self, now_s, now_s)
        self._all.add(caller)
        self._make_room((each for each in self._all if not each.known), self.limits.unknown, first_to_go)
        return caller

    def let_in(self, caller: Caller) -> bool:
        """Whether there is room for one more known caller, made where one of them does nothing."""
        if caller.known:
            return True
        self._make_room((each for each in self._all if each.known), self.limits.known - 1, longest_idle)
        caller.known = sum(each.known for each in self._all) < self.limits.known
        return caller.known

    def left(self, caller: Caller) -> None:
        """That connection is gone."""
        self._all.discard(caller)

    def look_round(self) -> None:
        """Cut off callers whose time is over; to be called several times a second."""
        now_s = self.now_s()
        for caller in tuple(self._all):
            caller.look(now_s)
            if _is_over(caller.waits_s, self.limits.say_s, now_s) or _is_over(
                caller.stuck_s, self.limits.take_s, now_s
            ):
                self._put_out(caller)

    def _make_room(
        self, some: Iterable[Caller], most: int, chosen: Callable[[list[Caller]], Caller | None]
    ) -> None:
        standing = list(some)
        while len(standing) > most and (goes := chosen(standing)) is not None:
            standing.remove(goes)
            self._put_out(goes)

    def _put_out(self, caller: Caller) -> None:
        self._all.discard(caller)
        caller.line.abort()


def first_to_go(unknown: list[Caller]) -> Caller:
    """The one that came first, of the address with the most: one address cannot crowd out another."""
    share = Counter(each.address for each in unknown)
    return min(unknown, key=lambda each: (-share[each.address], each.since_s))


def longest_idle(known: list[Caller]) -> Caller | None:
    """The one that has been silent longest; None if all of them are being served."""
    idle = [each for each in known if each.waits_s is not None]
    return min(idle, key=lambda each: each.waits_s or 0.0, default=None)


def caller_of(scope: Mapping[str, Any]) -> Caller | None:
    """Whose request this is; None where the app runs without `PageServer`."""
    found = scope.get("state", {}).get(STATE)
    return found if isinstance(found, Caller) else None


def _is_over(since_s: float | None, longest_s: float, now_s: float) -> bool:
    return since_s is not None and now_s - since_s >= longest_s
