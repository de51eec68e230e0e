"""Where a star stands in the picture, and how it is turned away from the camera."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pose:
    """Centre of a star, and the two shears that turn its ellipses back into circles."""

    x_px: float
    y_px: float
    stretch: float = 0.0
    skew: float = 0.0

    @property
    def shear(self) -> complex:
        """What takes an offset z = x + i y to z + shear * conj(z), as on a star that faces the camera."""
        return complex(self.stretch, self.skew)

    def moved(self, step: NDArray[np.float64]) -> "Pose":
        """The pose corrected by (dx, dy, stretch, skew)."""
        return Pose(
            self.x_px + float(step[0]),
            self.y_px + float(step[1]),
            self.stretch + float(step[2]),
            self.skew + float(step[3]),
        )

    def squared(self, least: float) -> "Pose":
        """The pose without shears smaller than `least`."""
        small = abs(self.stretch) < least and abs(self.skew) < least
        return Pose(self.x_px, self.y_px) if small else self
