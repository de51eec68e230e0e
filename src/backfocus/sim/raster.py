"""Where the photosites stand, and what light they collect in one exposure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .settings import SimSettings

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Raster:
    """The photosites that are read.

    Attributes
    ----------
    width, height : int
        How many, both even.
    per_px : float
        How many to a delivered pixel, each way.
    pitch_um : float
        From one that is read to the next.
    aperture : float
        Side of what collects light, in pitches.
    spots : float
        How far apart the low-pass filter sets two images of one point, in pitches.
    """

    width: int
    height: int
    per_px: float
    pitch_um: float
    aperture: float
    spots: float

    def place(self, px: float) -> float:
        """Where a place in delivered pixels is among the photosites; integers are centres in both."""
        return (px + 0.5) * self.per_px - 0.5


def raster_of(settings: SimSettings) -> Raster:
    """The photosites behind the pictures of `settings`.

    The number along the width is rounded to even, and `per_px` is what it then is: `scale` to a part in the
    delivered width.
    """
    width = _even(settings.width_px * settings.scale)
    per_px = width / settings.width_px
    return Raster(
        width=width,
        height=_even(settings.height_px * per_px),
        per_px=per_px,
        pitch_um=settings.pixel_um / per_px,
        aperture=1.0 / settings.skip,
        spots=settings.olpf,
    )


def _even(count: float) -> int:
    return 2 * round(count / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """The light of one exposure, 1 is white.

    `planes` are one for all colours or three for red, green and blue, each of shape (height, width) of the
    raster; `shake_px` is how far the picture stands from where it stands without shake, in delivered pixels.
    """

    planes: tuple[Floats, ...]
    shake_px: tuple[float, float] = (0.0, 0.0)

    @property
    def colours(self) -> tuple[Floats, ...]:
        """The planes of red, green and blue, which are one where the light is grey."""
        return self.planes if len(self.planes) == 3 else self.planes * 3
