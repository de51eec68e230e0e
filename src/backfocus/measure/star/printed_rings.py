"""Rings printed across the spokes, as some stars have for scale: where they lie nothing tells of blur.

Blur takes more from a ring the further in it lies, and sharpening adds most to rings half-way. Neither makes
a ring lower than others on both sides of it: something covers that one, whatever its tone. Beyond the first
zero of the modulation nothing is concluded.
"""

import numpy as np
from numpy.typing import NDArray

from .rings import Floats64

NEARBY = 0.35
"""Log radius within which the other side of a printed ring is looked for."""

DIP = 0.95
"""Of the lower of the waves on both sides; sampling leaves a hundredth."""

STRONG = 0.4
"""Of the highest wave: what comes back beyond a zero, of straight motion too, stays below it."""

SIGMAS = 5.0
"""Of the noise of a ring, of which some always lie lower than the next."""


def beside_printed_rings(
    radius_px: Floats64, signed: Floats64, sigma: Floats64, keep: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Of the rings kept, those that no printed ring covers, nor the two next to it.

    Parameters
    ----------
    radius_px, signed, sigma : ndarray, shape (rings,)
        Rising radii; height of the wave with its sign, and its sigma.
    """
    rows = np.flatnonzero(keep)
    if rows.size < 4:
        return keep
    x, wave, noise = np.log(radius_px[rows]), signed[rows], SIGMAS * sigma[rows]
    top = float(np.sort(wave)[-1 - rows.size // 8])
    apart, sure = x[:, None] - x[None, :], (wave - noise)[None, :]
    further_in = np.where((apart > 0) & (apart < NEARBY), sure, 0.0).max(axis=1)
    further_out = np.where((apart < 0) & (apart > -NEARBY), sure, 0.0).max(axis=1)
    beside = np.minimum(further_in, further_out)
    dips = (beside > STRONG * top) & (wave + noise < DIP * beside)
    covered = dips.copy()
    covered[1:] |= dips[:-1]
    covered[:-1] |= dips[1:]
    clear = keep.copy()
    clear[rows[covered]] = False
    return clear
