"""Whether a camera lets detail through that is finer than its pixels can show: rings that come back.

A square pixel as wide as the pitch leaves 0.23 to 0.05 of a wave of 0.8 to 0.95 cycles per pixel, and folds
it down. Cameras that skip rows and columns, or scale down without a filter, look through pixels smaller than
their pitch: there the rings beyond Nyquist stand nearly as strong as those before it. Such a camera reads
sharper than its lens is, and its pictures shimmer. The waves of those rings are fitted to the pixels as any
others are: a wave has one value at every pixel, however fine it is.
"""

import math

import numpy as np

from .mtf import Response
from .rings import Rings, fit_rings

BEYOND_CY_PX = (0.80, 0.95)
BEFORE_CY_PX = 0.42
"""Where rings are looked for that come back, and from where to Nyquist they are compared with."""

SHARP = 0.12
"""Modulation before Nyquist below which the lens leaves nothing that could come back."""

STRONG, SHARE = 0.25, 0.55
"""Modulation of rings that have come back, and that over what stands before Nyquist. Of ideal pixels,
mosaics, low-pass filters and sharpening of 100 % none had more than 0.18 and 0.44; with rows skipped 0.31 and
0.65 (virtual camera, f/2.8, 5 um)."""

FEWEST, THICKNESS_PX = 2, 0.9
"""Rings, and how thick they are."""


def radii_px(cycles: int) -> tuple[float, float, int]:
    """Inner and outer radius of the rings that may come back, and how many they are."""
    inner, outer = (cycles / (2.0 * math.pi * each) for each in reversed(BEYOND_CY_PX))
    return inner, outer, max(FEWEST, int((outer - inner) / THICKNESS_PX))


def near_nyquist(response: Response) -> float | None:
    """Modulation just before Nyquist; None where the lens leaves too little to tell."""
    near = [
        modulation
        for frequency, modulation in zip(response.frequency_cy_px, response.modulation, strict=True)
        if frequency > BEFORE_CY_PX
    ]
    mean = float(np.mean(near)) if near else 0.0
    return mean if mean > SHARP else None


def come_back(rings: Rings, full: float, near: float) -> bool:
    """Whether the rings between `radii_px` stand nearly as strong as those before Nyquist.

    Parameters
    ----------
    full : float
        Height of a wave at full modulation.
    near : float
        `near_nyquist`.
    """
    fit = fit_rings(rings, harmonics=1)
    noise = 2.0 * fit.noise**2 / np.maximum(fit.samples, 1.0)
    power = float((fit.samples * (np.abs(fit.wave) ** 2 - noise)).sum() / max(fit.samples.sum(), 1.0))
    seen = math.sqrt(max(power, 0.0)) / full
    return seen > STRONG and seen > SHARE * near
