"""A lens that is asked and answers, made into one that never waits: a thread does the asking."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ..errors import LensError, LensLost, LensUnreachable
from ..guide.axes import Automatic, Axis, AxisName, LensState, demand_within

ASK_EVERY_S = 0.1
"""Between two questions while a motor turns: as often as slow cameras stand."""
REST_EVERY_S = 1.0
"""Between two questions while all stands still, to see that the camera is there."""
TRIES = 4
"""A question without an answer is asked again so often, then the camera is lost."""
ANSWER_S = 10.0
"""Longest wait for automatic functions to be switched."""
BEGIN_S = 1.0
"""A motor that has not arrived may stand because it has not begun yet: for so long, with slow cameras."""

T = TypeVar("T")


class NoAnswerError(Exception):
    """A question stayed without an answer: lost on the way, or the camera is busy. It may be asked again."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the camera says of its motors.

    `positions`: of the axes that tell theirs. `moving`: None where the camera does not say; then a motor is
    at rest once two looks in a row show the same. `refused`: what it did not carry out, in words.
    """

    positions: Mapping[AxisName, float] = field(default_factory=dict)
    moving: bool | None = None
    refused: str | None = None


class Remote(Protocol):
    """A lens where every call waits for its answer: what a driver over HTTP or a serial line writes.

    `title`: what to call it in an error, without secrets. `axes`: as in `LensControl`. Every call raises
    NoAnswerError where it may be asked again, and LensError where that is of no use (a wrong password). It
    may have a `remark`: what to know of it before its numbers are believed.
    """

    title: str
    axes: Mapping[AxisName, Axis]

    def send(self, places: Mapping[AxisName, float]) -> None:
        """Send axes off, each within its span; does not wait for them to arrive."""
        ...

    def look(self) -> Look:
        """Where they stand."""
        ...

    def automatic(self, wanted: Automatic) -> Automatic:
        """Switch automatic functions, None is left; tells how they were."""
        ...

    def how_to_restore(self, was: Automatic) -> str:
        """What to do by hand where automatic functions cannot be put back from here; no secrets."""
        ...


@dataclass(frozen=True, slots=True)
class _Switch:
    """Automatic functions to switch, and how they were once that is done."""

    wanted: Automatic
    was: list[Automatic] = field(default_factory=list)


class Polled:
    """A `Remote` as `LensControl`; close it at the end.

    Parameters
    ----------
    remote : Remote
    clock : callable
        The time in seconds.

    Raises LensUnreachable where the first question stays without an answer.
    """

    def __init__(self, remote: Remote, clock: Callable[[], float] = time.monotonic) -> None:
        self.axes: Mapping[AxisName, Axis] = remote.axes
        self._remote, self._clock = remote, clock
        self._changed = threading.Condition()
        self._wanted: dict[AxisName, float] = {}
        self._sent: dict[AxisName, float] = {}
        self._sent_s = clock()
        self._switch: _Switch | None = None
        self._lost: NoAnswerError | LensError | None = None
        self._closing = False
        try:
            self._look = tried(remote.look)
        except NoAnswerError as fault:
            raise LensUnreachable(f"{remote.title} does not answer: {fault}: look at the address") from None
        self._resting = not self._look.moving
        self._thread = threading.Thread(target=self._run, name="lens", daemon=True)
        self._thread.start()

    def move(self, axis: AxisName, position: float) -> None:
        """Send a motor somewhere; the thread says it to the camera."""
        demand_within(self.axes, axis, position)
        with self._changed:
            self._wanted[axis] = position
            self._resting = False
            self._changed.notify_all()

    def state(self) -> LensState:
        """What was last answered."""
        with self._changed:
            self._demand_alive()
            places = {**self._sent, **self._look.positions}
            return LensState(places, self._resting, refused=self._look.refused)

    def automatic(self, wanted: Automatic) -> Automatic:
        """Switch, and tell how they were."""
        with self._changed:
            self._demand_alive()
            switch = self._switch = _Switch(wanted)
            self._changed.notify_all()
            self._changed.wait_for(lambda: bool(switch.was) or self._lost is not None, ANSWER_S)
            self._demand_alive()
        if not switch.was:
            raise LensLost(f"{self._remote.title} does not answer: look at the network")
        return switch.was[0]

    @property
    def remark(self) -> str:
        """What to know of this lens before its numbers are believed; "" for nothing."""
        return str(getattr(self._remote, "remark", ""))

    def how_to_restore(self, was: Automatic) -> str:
        """What puts automatic functions back by hand."""
        return self._remote.how_to_restore(was)

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(ANSWER_S)

    def _demand_alive(self) -> None:
        if isinstance(self._lost, NoAnswerError):
            raise LensLost(
                f"{self._remote.title} does not answer any more ({self._lost}): look at the network"
            )
        if self._lost is not None:
            raise self._lost
        if not self._thread.is_alive():
            raise LensLost(f"{self._remote.title}: the thread that asks it has ended")

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._is_due, REST_EVERY_S if self._resting else ASK_EVERY_S)
            if self._closing:
                return
            try:
                self._once()
            except (NoAnswerError, LensError) as fault:
                with self._changed:
                    self._lost = fault
                    self._changed.notify_all()
                return

    def _is_due(self) -> bool:
        return self._closing or bool(self._wanted) or self._switch is not None

    def _once(self) -> None:
        with self._changed:
            switch, places = self._switch, dict(self._wanted)
            self._switch = None
            self._wanted.clear()
        was: Automatic | None = None
        if switch is not None:
            # Asked first: after a lost answer to the switching itself, they would be told as switched.
            was = tried(lambda: self._remote.automatic(Automatic()))
            tried(lambda: self._remote.automatic(switch.wanted))
        if places:
            tried(lambda: self._remote.send(places))
            with self._changed:
                self._sent.update(places)
                self._sent_s = self._clock()
        look = tried(self._remote.look)
        with self._changed:
            stood = look.positions == self._look.positions if look.moving is None else not look.moving
            self._look = look
            if switch is not None and was is not None:  # now, for the switching may have moved an iris
                switch.was.append(was)
            self._resting = stood and not self._wanted and (bool(look.refused) or self._has_begun())
            self._changed.notify_all()

    def _has_begun(self) -> bool:
        """Whether a motor that stands has been where it was sent, or will not go."""
        told = {axis: place for axis, place in self._sent.items() if axis in self._look.positions}
        arrived = all(
            abs(self._look.positions[axis] - place) <= self.axes[axis].near for axis, place in told.items()
        )
        return (bool(told) and arrived) or self._clock() - self._sent_s > BEGIN_S


class EndlessError(NoAnswerError):
    """An answer began and did not end: to ask again would take as long once more."""


def tried(ask: Callable[[], T]) -> T:
    """What is answered, asked again where there was none; raises NoAnswerError after `TRIES`."""
    last: NoAnswerError | None = None
    for _ in range(TRIES):
        try:
            return ask()
        except EndlessError:
            raise
        except NoAnswerError as fault:
            last = fault
    raise last or NoAnswerError


@contextmanager
def polled(remote: Remote) -> Iterator[Polled]:
    """A lens over a remote, let go at the end; raises LensUnreachable."""
    lens = Polled(remote)
    try:
        yield lens
    finally:
        lens.close()
