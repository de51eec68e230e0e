"""The places at which the sums over back focus, tele's focus and the lens's softness are taken."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Places at which the sums are taken, um and shares of the greatest softness."""

    delta: Vector
    tele: Vector
    share_tele: Vector
    share_wide: Vector

    def around(self, likely: NDArray[np.bool_], counts: Sequence[int]) -> "Grid":
        """Closed in on what is likely, shape (share at tele, at wide, delta, tele); places along each."""
        axes = (self.share_tele, self.share_wide, self.delta, self.tele)
        seen = (
            np.asarray(likely.any(axis=tuple(each for each in range(4) if each != axis))) for axis in range(4)
        )
        share_tele, share_wide, delta, tele = map(_span, axes, seen, counts)
        return Grid(delta, tele, share_tele, share_wide)

    def widened(self, likely: NDArray[np.bool_]) -> "Grid":
        """Let out where the likely delta and t reach the end of it; itself where they do not."""
        delta = _let_out(self.delta, np.asarray(likely.any(axis=(0, 1, 3))), lowest=0.0)
        tele = _let_out(self.tele, np.asarray(likely.any(axis=(0, 1, 2))))
        same = delta is self.delta and tele is self.tele
        return self if same else replace(self, delta=delta, tele=tele)


def _span(grid: Vector, likely: NDArray[np.bool_], count: int) -> Vector:
    within = np.flatnonzero(likely)
    return np.linspace(grid[max(within[0] - 1, 0)], grid[min(within[-1] + 1, len(grid) - 1)], count)


def _let_out(grid: Vector, likely: NDArray[np.bool_], lowest: float = -math.inf) -> Vector:
    """Half as far again towards each end that is likely, with steps as they were; not below `lowest`."""
    step = float(grid[1] - grid[0])
    room = int(max(grid[0] - lowest, 0.0) / step) if math.isfinite(lowest) else len(grid)
    before = min(len(grid) // 2, room) if likely[0] else 0
    after = len(grid) // 2 if likely[-1] else 0
    if not before and not after:
        return grid
    return np.linspace(grid[0] - before * step, grid[-1] + after * step, len(grid) + before + after)
