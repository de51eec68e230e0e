"""What the camera itself does to the picture, as an unknown of its own: C in H = L P C.

Between the light and the samples stand a low-pass filter, the interpolation of a single sensor, scaling,
noise reduction and sharpening. Each that is even and the same all over the picture is a short symmetric
filter on the delivered pixels, and the transfer of such a filter is a sum of cosines:

    C(f) = 1 + sum over j of  a_j (cos(2 pi j f) - 1)        f in cycles per pixel, j = 1 to 4

with C = 1 at zero frequency by itself. The a_j are the taps j pixels from the middle, twice over. That form
is chosen because it names no kind of camera, may fall below 1 or rise above it, stays linear in its unknowns
(so that they can be summed over in closed form), and is smooth: it cannot imitate the ripples of a far
defocus. Four taps are what an edge-aware demosaic needs; a fifth changed no answer.

Noise reduction smooths what it takes for noise: faint detail and not strong detail, the star's rings where
they are blurred and not where they are sharp; a coder and a demosaic that follows edges do the same. One C
for all zooms does not describe that. So of each ring a share may be lost that grows with frequency as the
smoothing of neighbours does and falls with the ring's modulation m:

    C(f, m) = C(f) - sum over i of  b_i (1 - cos(2 pi f)) / 2 / (1 + (m / m_i)**2)**2

The b_i, one for each m_i, are the same at every zoom and unknown as the taps are, with nothing as the guess;
pictures in which faint and strong rings of one frequency agree hold them there.

How sharp a camera may be is a broad prior: two in three have C between 0.5 and 1.5 at the finest
detail. C is the same at every zoom position and at every turn of a ring. What a camera learned from an
earlier session tells takes the place of the guess.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..optics.lens import Optics
from .focus_curves import FOCUS_CY_PX, focus_curves

Vector = NDArray[np.float64]

TAPS = 4
"""Pixels to either side that the filter reaches."""

TAP_SIGMA = (0.25, 0.10, 0.05, 0.03)
"""Standard deviation of the prior of each a_j: C at 0.5 cy/px, 1 - 2 a_1 - 2 a_3, from near 0 to near 2."""

FAINT = (0.1, 0.2)
"""Modulations m_i before the loss, to which noise reduction reaches: two to three times the noise of a
picture of 0.5 % and of 1.5 %, as a share of the contrast of a well lit chart."""

FAINT_SIGMA = 0.3
"""Standard deviation of the prior of each b_i: of both together the loss is nearly all in the strongest."""

_FAINT_LOST, _FAINT_ROUNDS = 0.6, 8
"""The loss for which the modulation before it is worked out, and how often; others differ little there."""

_MOST_HALF_DEPTHS = 6.0


@dataclass(frozen=True, slots=True)
class CameraCurve:
    """The taps of a camera, with how well they are known.

    `taps`: from the nearest pixel outwards. `covariance`: as many rows of as many.
    """

    taps: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        size = len(self.taps)
        if not size or len(self.covariance) != size or any(len(row) != size for row in self.covariance):
            raise ValueError("a camera has taps, and a covariance of as many rows and columns")

    @property
    def precision(self) -> Vector:
        """The inverse of the covariance, shape (TAPS, TAPS)."""
        return np.asarray(np.linalg.inv(np.array(self.covariance)), dtype=np.float64)

    def modulation(self, frequency_cy_px: Vector) -> Vector:
        """C at each frequency, 1 at zero; above 1 where the camera sharpens."""
        return np.asarray(1.0 + cosines(frequency_cy_px, len(self.taps)) @ np.array(self.taps))

    def sigma(self, frequency_cy_px: Vector) -> Vector:
        """One standard deviation of C at each frequency."""
        rows = cosines(frequency_cy_px, len(self.taps))
        return np.asarray(np.sqrt(np.einsum("fi,ij,fj->f", rows, np.array(self.covariance), rows)))


def camera_curve(taps: Vector, covariance: Vector) -> CameraCurve:
    """A camera from arrays of shape (TAPS,) and (TAPS, TAPS)."""
    return CameraCurve(tuple(map(float, taps)), tuple(tuple(map(float, row)) for row in covariance))


def unknown_camera() -> CameraCurve:
    """Any camera: the broad prior."""
    return camera_curve(np.zeros(TAPS), np.diag(np.square(TAP_SIGMA)))


def cost_half_depths(camera: CameraCurve, optics: Optics) -> float:
    """What the camera costs, in half depths of focus at wide: 0 for the ideal one, below 0 if it sharpens.

    The defocus of a perfect lens that takes as much modulation at 0.25 cy/px; for a sharpening camera the one
    that it makes up for.
    """
    number = optics.f_number(0.0)
    um = optics.half_depth_um(0.0) * np.linspace(0.0, _MOST_HALF_DEPTHS, 241)
    seen = focus_curves(number, optics.pixel_um, optics.wavelength_um).modulation(
        np.array([FOCUS_CY_PX]), um
    )[0]
    left = np.minimum.accumulate(seen / seen[0])
    share = float(camera.modulation(np.array([FOCUS_CY_PX]))[0])
    place = float(np.interp(-min(share, 1.0 / max(share, 1e-9)), -left, um)) / optics.half_depth_um(0.0)
    return math.copysign(place, 1.0 - share)


def cosines(frequency_cy_px: Vector, taps: int = TAPS) -> Vector:
    """What a unit of each tap adds to C, shape (frequencies, taps)."""
    steps = 2.0 * math.pi * np.arange(1, taps + 1)
    return np.asarray(np.cos(np.asarray(frequency_cy_px, float)[:, None] * steps) - 1.0)


def faint_losses(frequency_cy_px: Vector, modulation: Vector) -> Vector:
    """What a unit of each b adds to C at rings of a modulation as seen, shape (frequencies, 2); 0 to -1."""
    smoothed = (1.0 - np.cos(2.0 * math.pi * np.asarray(frequency_cy_px, float))) / 2.0
    seen = np.abs(np.asarray(modulation, float))
    return np.stack([-smoothed * _faint_share(smoothed, seen, reach) for reach in FAINT], axis=1)


def _faint_share(smoothed: Vector, seen: Vector, reach: float) -> Vector:
    """How much of the smoothing meets each ring, 0 to 1, by its modulation before it."""
    before = seen
    for _ in range(_FAINT_ROUNDS):
        before = seen / (1.0 - _FAINT_LOST * smoothed / (1.0 + (before / reach) ** 2) ** 2)
    return np.asarray(1.0 / (1.0 + (before / reach) ** 2) ** 2)
