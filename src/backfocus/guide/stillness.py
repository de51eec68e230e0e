"""When a picture stands still after a move, so that it may be measured: counted in pictures, never slept.

Pictures come late, and nobody says how late. So a look begins when the motors have come to rest *and* what
was on its way then has arrived. How long that takes is learned from the first moves: the last picture that
still changed after the motors had stopped tells it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..measure.reading import Flag, Reading
from ..solve.mean_curve import mean_reading

PICTURES = 5
"""Of a picture at rest: their mean is what is measured."""
UNKNOWN_LAG_S = 0.6
"""How late pictures are taken to come until it is learned."""
MOVES_TO_LEARN = 3
SPARE_S = 0.1
SAME_SCALE = 0.004
SAME_CURVE_SIGMAS = 4.0
LEAST_CHANGE = 0.01
"""Of modulation: a smaller difference between two pictures is no move."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How late pictures come, as far as it is known: the longest seen after each move, s."""

    seen_s: tuple[float, ...] = ()

    @property
    def s(self) -> float:
        """How long to wait after the motors have stopped."""
        if len(self.seen_s) < MOVES_TO_LEARN:
            return UNKNOWN_LAG_S
        return min(max(self.seen_s) + SPARE_S, UNKNOWN_LAG_S)

    def learned(self, late_s: float) -> "Lag":
        """With what one more move showed."""
        return Lag((*self.seen_s, late_s)[-8:])


@dataclass(frozen=True, slots=True)
class Waiting:
    """A look that is waited for.

    `settled_s`: when the motors came to rest, None while they move. `seen`: the pictures since.
    """

    settled_s: float | None = None
    seen: tuple[Reading, ...] = ()


def wait(waiting: Waiting, reading: Reading, at_s: float, *, settled: bool) -> Waiting:
    """What is waited for after one more picture."""
    if not settled:
        return Waiting()
    if waiting.settled_s is None:
        return Waiting(at_s, (reading,))
    return replace(waiting, seen=(*waiting.seen, reading))


def at_rest(waiting: Waiting, at_s: float, lag: Lag) -> tuple[Reading, Lag] | None:
    """The mean of the pictures at rest and what is known now of their lag; None while it is not over."""
    if waiting.settled_s is None or at_s < waiting.settled_s + lag.s:
        return None
    last = waiting.seen[-PICTURES:]
    times = [each.at_s or 0.0 for each in last]
    if len(last) < PICTURES or times[0] < waiting.settled_s + lag.s or not _agree(last):
        return None
    mean = mean_reading(last)
    if mean is None:
        return last[-1], lag
    return _calm(mean, last), lag.learned(_late_s(waiting, mean))


def _calm(mean: Reading, last: Sequence[Reading]) -> Reading:
    flags = frozenset[Flag]().union(*(each.flags for each in last)) - {Flag.MOVING}
    return replace(mean, flags=flags)


def _late_s(waiting: Waiting, mean: Reading) -> float:
    """When after the stop the picture last differed from the one at rest."""
    settled_s = waiting.settled_s or 0.0
    return max(
        ((each.at_s or 0.0) - settled_s for each in waiting.seen if not same_picture(each, mean)), default=0.0
    )


def _agree(last: Sequence[Reading]) -> bool:
    """Whether the pictures show the same: all with a curve or none, and the same in it."""
    having = [bool(each.frequency_cy_px) for each in last]
    if not any(having):
        return True
    return all(having) and same_picture(last[0], last[-1]) and same_picture(last[0], last[len(last) // 2])


def same_picture(one: Reading, other: Reading) -> bool:
    """Whether two readings show the same scale and blur, to within their noise."""
    if not one.frequency_cy_px or not other.frequency_cy_px:
        return False
    if one.scale_px and other.scale_px and abs(one.scale_px / other.scale_px - 1.0) > SAME_SCALE:
        return False
    at = np.array(other.frequency_cy_px)
    inside = (at >= one.frequency_cy_px[0]) & (at <= one.frequency_cy_px[-1])
    if not inside.any():
        return True
    seen, sigma = (
        np.interp(at[inside], one.frequency_cy_px, row) for row in (one.modulation, one.modulation_sigma)
    )
    there, sigma_there = (np.array(row)[inside] for row in (other.modulation, other.modulation_sigma))
    noise = np.maximum(SAME_CURVE_SIGMAS * np.hypot(sigma, sigma_there), LEAST_CHANGE)
    return bool(np.mean(np.abs(seen - there) > noise) < 0.25)
