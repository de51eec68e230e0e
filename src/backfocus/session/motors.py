"""The loop of `auto`: pictures in, moves out, until the procedure knows its answer."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from ..control.lens_control import LensControl
from ..errors import SourceLost
from ..frame import fields
from ..guide.axes import AxisName
from ..guide.motors import Ask, MotorAnswer, MotorRig, Procedure, Seen, procedure
from ..guide.stillness import Lag, Waiting, at_rest, wait
from ..measure.reading import Reading
from ..video.source import VideoSource
from .run import Limits, Measure

Places = Mapping[AxisName, float]


@dataclass(frozen=True, slots=True)
class Progress:
    """One look done, or the end.

    Attributes
    ----------
    at_s : float
        On the pictures' clock.
    moves, looks : int
        So far.
    ask : Ask
        What was asked for.
    seen : Seen | None
        What was seen there; None at the end.
    answer : MotorAnswer | None
        At the end.
    """

    at_s: float
    moves: int
    looks: int
    ask: Ask
    seen: Seen | None = None
    answer: MotorAnswer | None = None


def drive(
    source: VideoSource,
    lens: LensControl,
    measure: Measure,
    make_rig: Callable[[Places], MotorRig],
    *,
    limits: Limits | None = None,
) -> Iterator[Progress]:
    """Lead the procedure to its end with the pictures of `source` and the motors of `lens`.

    Parameters
    ----------
    make_rig : callable
        The rig, from where the motors stand.

    Raises
    ------
    SourceLost
        Where the pictures end before the answer is known.
    LensLost
        Where the motors do.
    """
    limits = limits or Limits()
    first = lens.state().positions
    course = _Course(lens, procedure(make_rig(first)), first)
    begun_s: float | None = None
    with closing(source):
        for count, frame in enumerate(source.frames(), start=1):
            at_s = frame.at_s or 0.0
            begun_s = at_s if begun_s is None else begun_s
            for picture in fields(frame):
                reading = replace(measure(picture), at_s=at_s)
                for progress in course.take(reading, at_s - begun_s):
                    yield progress
                    if progress.answer is not None:
                        return
            if limits.passed(count, at_s - begun_s):
                break
    raise SourceLost(f"{source.title}: the pictures ended before the answer was known")


class _Course:
    """Where the procedure has got to: the look that is asked for, and the moves on the way there."""

    def __init__(self, lens: LensControl, running: Procedure, found: Places) -> None:
        self._lens, self._running = lens, running
        self._sent: dict[AxisName, float] = dict(found)
        self._pushed_up: set[AxisName] = set()
        self._legs: deque[dict[AxisName, float]] = deque()
        self._moves = self._looks = 0
        self._lag, self._waiting = Lag(), Waiting()
        self._ask = next(running)
        self._set_out()

    def take(self, reading: Reading, at_s: float) -> Iterator[Progress]:
        """One more picture."""
        state = self._lens.state()
        if state.settled and self._legs:
            self._send(self._legs.popleft())
            state = replace(state, settled=False)
        reading = replace(reading, position=state.rings, at_s=at_s)
        self._waiting = wait(self._waiting, reading, at_s, settled=state.settled)
        rested = at_rest(self._waiting, at_s, self._lag)
        if rested is None:
            return
        mean, self._lag = rested
        self._looks += 1
        seen = Seen(mean, dict(state.positions))
        yield Progress(at_s, self._moves, self._looks, self._ask, seen)
        try:
            self._ask = self._running.send(seen)
        except StopIteration as end:
            yield Progress(at_s, self._moves, self._looks, self._ask, answer=end.value)
            return
        self._set_out()

    def _set_out(self) -> None:
        """Lay out the way to the look: each axis from lower steps, so that its play does not count."""
        wanted: dict[AxisName, float] = {"zoom": self._ask.zoom, "focus": self._ask.focus}
        if self._ask.back_focus is not None:
            wanted["back-focus"] = self._ask.back_focus
        below = {axis: self._below(axis, place) for axis, place in wanted.items()}
        run_up = {axis: place for axis, place in below.items() if place is not None}
        there = {
            axis: place for axis, place in wanted.items() if axis in run_up or place != self._sent.get(axis)
        }
        self._legs = deque(leg for leg in (run_up, there) if leg)
        self._pushed_up |= set(there)
        self._waiting = Waiting()
        if self._legs:
            self._send(self._legs.popleft())

    def _below(self, axis: AxisName, place: float) -> float | None:
        """Where to come from, where the motor does not push upwards there anyway."""
        now, span = self._sent.get(axis), self._lens.axes[axis]
        if now is not None and axis in self._pushed_up and place >= now:
            return None
        return max(place - span.play, span.low)

    def _send(self, leg: Places) -> None:
        for axis, place in leg.items():
            if place != self._sent.get(axis):
                self._lens.move(axis, place)
                self._sent[axis] = place
                self._moves += 1
