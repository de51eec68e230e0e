"""The camera's sharpening ("detail"), recognised by what no lens can do.

A lens and a pixel only ever add light to light. Such a blur, whatever its shape, has modulation M with

    M <= 1,   M(2 f) >= 2 M(f)**2 - 1,   M(3 f) >= 4 M(f)**3 - 3 M(f)  (where M(f) > 0.5)

since each is the mean of a cosine, and the cosines of twice and three times an angle bend upwards over that
of the angle; and no lens known has a curve that rises before it falls. Sharpening lifts the middle of the
curve and breaks one of these. Its size is told as the least unsharp mask of 1 px that explains it: 1 is a
mask of 100 %. Of a blur disc well over 2 px it leaves no such trace.
"""

import numpy as np

from .rings import Floats64

MARGIN = 0.02
"""By how much a bound must be broken, over what noise and level may do."""

RISING = 0.5
"""Modulation above which a rise is one: below, a curve may come back from its first zero."""

SIGMAS = 2.0
"""Few, since a lens stays so far from its bounds that noise alone does not bring a clean curve to them."""

MOST = 8.0
"""Largest mask told."""

TELLING_CY_PX = 0.28
"""A curve with a higher MTF50 would show a mask of 100 %: f/8 on 4 um with a disc of 2.5 px, sharpened, reads
0.277 and shows it."""


def least_mask(frequency: Floats64, modulation: Floats64, sigma: Floats64, level_sigma: float) -> float:
    """Least 1 px unsharp mask without which the curve could be a lens's, 0 (clean) to 8.

    Parameters
    ----------
    frequency, modulation, sigma : ndarray, shape (rings,)
        Rising cycles per pixel up to 0.5; modulation, noise smoothed away; its sigma.
    level_sigma : float
        Of what all modulations share, as a share.
    """
    lift = 1 - np.exp(-2 * (np.pi * frequency) ** 2)
    if _broken(frequency, modulation, sigma, level_sigma) <= 0:
        return 0.0
    low, high = 0.0, MOST
    for _ in range(7):
        middle = (low + high) / 2
        mask = 1 + middle * lift
        if _broken(frequency, modulation / mask, sigma / mask, level_sigma) > 0:
            low = middle
        else:
            high = middle
    return high


def _broken(f: Floats64, m: Floats64, s: Floats64, level: float) -> float:
    """By how much the worst bound is broken, beyond what may be chance."""
    worst = m - 1 - SIGMAS * np.hypot(s, level)
    rise = m - np.minimum.accumulate(m) - SIGMAS * s
    found = max(float(worst.max()), float(rise[m > RISING].max(initial=-1.0))) - MARGIN
    for times, least in ((2, 0.0), (3, 0.5)):
        there = (times * f <= f[-1]) & (m > least)
        at, noise = m[there], s[there]
        bound, steep = (2 * at**2 - 1, 4 * at) if times == 2 else (4 * at**3 - 3 * at, 12 * at**2 - 3)
        seen = np.interp(times * f[there], f, m)
        spread = np.hypot(np.interp(times * f[there], f, s), steep * noise)
        spread = np.hypot(spread, level * (steep * at - seen))
        found = max(found, float((bound - seen - SIGMAS * spread).max(initial=-1.0)) - MARGIN)
    return found
