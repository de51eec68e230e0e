"""Where the pixels of a reference lie in another picture."""

import cmath
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .similarity import Similarity

Floats = NDArray[np.floating]

RADIAL_PX = 1000.0
"""The distance from the reference's middle, in its pixels, at which `radial` is told."""
LEAST_STRETCH = 0.5
TURNS = 4
"""Of the search for where a place comes from: each leaves a twentieth of the error."""


@dataclass(frozen=True, slots=True)
class Placement:
    """From a reference to a picture: smaller, turned, moved, and bent as two lenses' distortions differ.

    Attributes
    ----------
    ratio
        Scale of the picture over that of the reference.
    turn_rad
        From +x towards +y.
    x_px, y_px
        Where the middle of the reference lies in the picture, in its columns and lines.
    radial
        By which share a place 1000 px of the reference off its middle lies further out, with the square of
        the distance.
    """

    ratio: float
    turn_rad: float
    x_px: float
    y_px: float
    radial: float = 0.0

    def points(self, x_px: Floats, y_px: Floats) -> tuple[Floats, Floats]:
        """Where places lie in the picture that are so far from the reference's middle in the reference."""
        out = (np.asarray(x_px) + 1j * np.asarray(y_px)) * self._unit
        out = out * self._stretch(np.abs(out) / self.ratio)
        return out.real + self.x_px, out.imag + self.y_px

    def inverse(self, x_px: Floats, y_px: Floats) -> tuple[Floats, Floats]:
        """How far from the reference's middle, in its pixels, places in the picture lie."""
        dx, dy = np.asarray(x_px) - self.x_px, np.asarray(y_px) - self.y_px
        back = 1 / self._unit
        x, y = back.real * dx - back.imag * dy, back.imag * dx + back.real * dy
        if self.radial == 0.0:
            return x, y
        square = x * x + y * y
        found = square
        for _ in range(TURNS):
            found = square / self._stretch_of(found) ** 2
        stretch = self._stretch_of(found)
        return x / stretch, y / stretch

    def moved(self, x_px: float, y_px: float) -> "Placement":
        """The same, so much further right and down in the picture."""
        return replace(self, x_px=self.x_px + x_px, y_px=self.y_px + y_px)

    @property
    def _unit(self) -> complex:
        return cmath.rect(self.ratio, self.turn_rad)

    def _stretch(self, distance: Floats) -> Floats:
        return self._stretch_of(distance**2)

    def _stretch_of(self, square: Floats) -> Floats:
        stretch = np.asarray(1 + self.radial / RADIAL_PX**2 * square)
        if stretch.min(initial=1.0) >= LEAST_STRETCH:  # nearly always, and a limit takes longer than all else
            return stretch
        return np.asarray(np.maximum(stretch, LEAST_STRETCH))


def placed(there: Similarity, width_px: float, height_px: float) -> Placement:
    """Where the follower's similarity, from middle to middle, puts a reference in a picture of that size."""
    middle = complex((width_px - 1) / 2, (height_px - 1) / 2) + there.move
    return Placement(there.ratio, there.turn_rad, middle.real, middle.imag)


def same_place(width_px: float, height_px: float, ratio: float = 1.0) -> Placement:
    """The reference's middle in the middle of the picture, so many times as large."""
    if not (ratio > 0 and math.isfinite(ratio)):
        raise ValueError(f"a ratio of scales is above 0, got {ratio}")
    return Placement(ratio, 0.0, (width_px - 1) / 2, (height_px - 1) / 2)
