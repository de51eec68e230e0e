"""Values of pictures by tenths of a second.

What a hand does needs no finer time, and so pictures of every rate say the same: many a second do not stray
further than few, and both fields of a picture, which have one time, count as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TENTH_S = 0.1
_NORMAL = 0.6745 * 6.0**0.5
"""The median size of a second difference of normal noise, in its standard deviations."""


@dataclass(frozen=True, slots=True)
class Tenths:
    """The mean of each tenth of a second that has a picture, how many it has, and which is its first."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    starts: NDArray[np.int64]

    def mean_of(self, values: Sequence[float]) -> NDArray[np.float64]:
        """The means of other values of the same pictures."""
        return np.asarray(np.add.reduceat(np.asarray(values, dtype=float), self.starts) / self.counts)


def tenths(at_s: Sequence[float], values: Sequence[float]) -> Tenths:
    """`values` by tenths of a second from the first picture on; at least one picture."""
    times = np.asarray(at_s, dtype=float)
    slots = np.floor((times - times[0]) / TENTH_S + 1e-3)
    starts = np.flatnonzero(np.diff(slots, prepend=-1.0))
    counts = np.diff(np.append(starts, len(times)))
    means = np.add.reduceat(np.asarray(values, dtype=float), starts) / counts
    return Tenths(np.asarray(means), counts, starts)


def scatter(values: NDArray[np.float64]) -> float:
    """How far neighbours stray from one another where nothing turns or turns evenly; 0 of fewer than 5."""
    if len(values) < 5:
        return 0.0
    return float(np.median(np.abs(np.diff(values, 2)))) / _NORMAL
