"""A picture laid on another one: grown, turned and moved, as two complex numbers.

Places are complex, x + i y from the middle of the picture in pixels of the whole picture, y down. The map of
a similarity is  z -> grow * z + move:  abs(grow) is the ratio of the scales, its angle the turn.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Similarity:
    """z -> grow * z + move."""

    grow: complex = 1.0 + 0.0j
    move: complex = 0.0j

    @property
    def ratio(self) -> float:
        """Scale of the second picture over that of the first, above 0."""
        return abs(self.grow)

    @property
    def turn_rad(self) -> float:
        """From +x towards +y."""
        return math.atan2(self.grow.imag, self.grow.real)

    @property
    def inverse(self) -> "Similarity":
        """Back from the second picture to the first."""
        return Similarity(1.0 / self.grow, -self.move / self.grow)

    def of(self, places: Complex) -> Complex:
        """Where places of the first picture lie in the second."""
        return np.asarray(self.grow * places + self.move)

    def after(self, first: "Similarity") -> "Similarity":
        """`first`, and then this one."""
        return Similarity(self.grow * first.grow, self.grow * first.move + self.move)


def fitted(start: Complex, end: Complex) -> tuple[Similarity, float]:
    """The similarity that takes `start` nearest to `end`, and the sigma of the logarithm of its ratio."""
    middle_start, middle_end = complex(start.mean()), complex(end.mean())
    near, far = start - middle_start, end - middle_end
    spread = float(np.vdot(near, near).real)
    if spread <= 0.0:
        return Similarity(move=middle_end - middle_start), math.inf
    grow = complex(np.vdot(near, far)) / spread
    off = far - grow * near
    free = max(2 * len(start) - 4, 1)
    sigma = math.sqrt(float(np.vdot(off, off).real) / free / spread)
    return Similarity(grow, middle_end - grow * middle_start), sigma / max(abs(grow), 1e-9)
