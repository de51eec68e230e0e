"""The guards that every driver goes through: span, spacing, a watchdog, and automatic functions put back."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from ..errors import LensError, LensLost
from ..guide.axes import BY_HAND, Automatic, Axis, AxisName, LensState, demand_within
from .lens_control import LensControl

STANDS_STILL_S = 3.0
"""A motor that was sent somewhere and has not moved for so long is stuck."""
BACK, IRIS_BACK = 0.002, 0.03
"""Shares of its span that an axis may be off, beside its backlash, where it was put back: some count an iris
in 25 steps in all."""


class Guarded:
    """A lens that is never sent outside its span, nor faster than it likes, nor left to hang.

    A move that comes sooner after the last one than the axis likes is kept and sent later, by `state`, and
    the newest wins. A place outside the span is an error of the program, so it is refused and not clipped.

    Parameters
    ----------
    lens : LensControl
    clock : callable
        The time in seconds, of the pictures or of the machine; never runs back.
    """

    def __init__(self, lens: LensControl, clock: Callable[[], float]) -> None:
        self._lens = lens
        self.axes: Mapping[AxisName, Axis] = lens.axes
        self._clock = clock
        self._kept: dict[AxisName, float] = {}
        self._sent: dict[AxisName, float] = {}
        self._sent_s: dict[AxisName, float] = {}
        self._under_way: set[AxisName] = set()
        self._last: Mapping[AxisName, float] = {}
        self._moved_s = clock()

    def move(self, axis: AxisName, position: float) -> None:
        """Send it now, or as soon as the axis likes."""
        demand_within(self.axes, axis, position)
        self._kept[axis] = position
        self._send()

    def state(self) -> LensState:
        """As the lens says; raises LensLost for a move that does not end."""
        self._send()
        state = self._lens.state()
        if state.refused:
            raise LensError(f"the lens does not obey ({state.refused}): look at the camera's menu")
        if state.positions != self._last or state.settled:
            self._moved_s = self._clock()
        self._last = dict(state.positions)
        if state.settled:
            self._under_way.discard("iris")  # wherever it stands: it may open no further than it has
        else:
            self._watch(state)
        return replace(state, settled=False) if self._kept else state

    def automatic(self, wanted: Automatic) -> Automatic:
        """As the lens does."""
        return self._lens.automatic(wanted)

    def _send(self) -> None:
        now_s = self._clock()
        for axis, position in tuple(self._kept.items()):
            if now_s - self._sent_s.get(axis, -math.inf) >= self.axes[axis].spacing_s:
                del self._kept[axis]
                self._sent[axis], self._sent_s[axis] = position, now_s
                self._moved_s = now_s
                self._under_way.add(axis)
                self._lens.move(axis, position)

    def _watch(self, state: LensState) -> None:
        """Stop what has not moved for too long by sending it where it stands."""
        now_s = self._clock()
        for axis in self._under_way:
            sent_s, limits = self._sent_s[axis], self.axes[axis]
            still = limits.tells_position and now_s - max(self._moved_s, sent_s) > STANDS_STILL_S
            off = abs(state.positions.get(axis, math.inf) - self._sent[axis]) > 1.0
            if off and (still or now_s - sent_s > limits.longest_s):
                at = state.positions.get(axis)
                if at is not None:
                    self._lens.move(axis, limits.within(at))
                # A silent link shows the last place it told, so both look the same from here.
                raise LensLost(
                    f"the {axis} motor was sent to {self._sent[axis]:.0f} and "
                    f"{'stands still' if still else 'has not arrived'}"
                    f"{'' if at is None else f' at {at:.0f}'}, or the camera answers no more: see that "
                    "the network reaches it, that nothing holds the motor, and that the camera lets the "
                    "network move it"
                )


@contextmanager
def by_hand(
    lens: LensControl,
    *,
    how_to_restore: Callable[[Automatic], str],
    notice: Callable[[str], None],
    before: Automatic | None = None,
    wanted: Automatic = BY_HAND,
) -> Iterator[Automatic]:
    """Automatic focus and exposure off inside, and as they were after it, whatever happens inside.

    Parameters
    ----------
    wanted : Automatic
        What holds inside.
    before : Automatic, optional
        As they were before a run that could not put them back; else they are asked for.
    how_to_restore : callable
        What to do by hand, in words, where they cannot be put back.
    notice : callable taking a line of text
        Told that.
    """
    was = lens.automatic(wanted)
    if before is not None:
        was = before
    try:
        yield was
    finally:
        try:
            lens.automatic(was)
        except LensError:
            notice(f"automatic functions could not be put back: {how_to_restore(was)}")


@contextmanager
def places_put_back(
    lens: LensControl,
    places: Mapping[AxisName, float],
    *,
    wait: Callable[[], bool],
    notice: Callable[[str], None],
) -> Iterator[set[AxisName]]:
    """At the end, also after an error, the axes go back to `places`; those in the set that it gives stay.

    Parameters
    ----------
    wait : callable
        Lets a little time pass; False where no more is to be waited.
    notice : callable taking a line of text
        Told where they were, where they cannot be moved back.
    """
    staying: set[AxisName] = set()
    try:
        yield staying
    finally:
        back = {axis: at for axis, at in places.items() if axis not in staying and axis in lens.axes}
        try:
            for axis, at in back.items():
                lens.move(axis, lens.axes[axis].within(at))
            while not (state := lens.state()).settled and wait():
                pass
            off = [axis for axis, at in back.items() if _is_off(state, axis, at, lens.axes[axis])]
            if off:
                where = ", ".join(_in_words(axis, back[axis], lens.axes[axis]) for axis in off)
                notice(f"it did not go back to where it was: {where}")
        except LensError:
            where = ", ".join(_in_words(axis, at, lens.axes[axis]) for axis, at in back.items())
            notice(f"the lens could not be moved back to where it was: {where}")


def _is_off(state: LensState, name: AxisName, wanted: float, axis: Axis) -> bool:
    """Whether a motor stands elsewhere: some cameras refuse without a word, and a hand may hold the ring.

    What a camera refuses of an iris is no error, as it may be at its end.
    """
    at = state.positions.get(name)
    slack = axis.near + axis.play + (IRIS_BACK if name == "iris" else BACK) * axis.span
    return at is not None and abs(at - axis.within(wanted)) > slack


def _in_words(name: AxisName, at: float, axis: Axis) -> str:
    """A place as a person finds it again: of an iris how far it was closed, for its steps are ours alone."""
    if name != "iris":
        return f"{name} {at:.0f}"
    return f"iris closed by {100.0 * (at - axis.low) / axis.span:.0f} % of its way"
