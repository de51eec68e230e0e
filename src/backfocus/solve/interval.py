"""Which back-focus errors the readings of a zoom allow: their 95 % interval, summed over all that is open.

A reading without a sign tells r^2 rather than r: near focus the modulation falls with the square, noise may
take it either way there, and the lens's own blur adds in squares too. So each position says

    m^2 = r^2 + (q s)^2  within  sigma_z = sqrt((2 m sigma)^2 + (1.96 sigma^2)^2)

with m the reading, sigma its standard deviation, s the most the lens's own blur can add there and q the share
of it that this lens has, as likely as any other from 0 to 1: one at tele, one at all other positions, so that
many positions do not average away what none of them knows. The zoom law
gives r at every position from delta and the residual t at the longest zoom: r = delta (1 - x) + t x with
x = (M / M_tele)^2. The chance of a delta is the sum over every t and q; no t, side or delta is preferred
in advance. Far from focus this is the normal curve of a weighted fit, near zero it is not symmetric.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

HELD = 0.95
_COARSE, _FINE, _TELES, _SHARES = 61, 121, 20, 6
_REACH = 4.5
"""Standard deviations that are summed over."""


def magnitudes_density(
    delta_um: Vector, x: Vector, reading_um: Vector, sigma_um: Vector, softness_um: Vector
) -> Vector:
    """How likely each delta is, to a factor, from |r| at every position; the widest r taken as positive.

    Parameters
    ----------
    delta_um : ndarray, shape (d,)
        In the frame in which the residual at the widest position is positive: negative ones occur where the
        focus ring is off by more than the back focus.
    x, reading_um, sigma_um, softness_um : ndarray, shape (n,)
        From tele to wide: (M / M_tele)**2, |r|, its standard deviation, the most that blur of the lens adds.
    """
    share, share_weight = _shares(softness_um)
    blur = np.square(share[:, None] * softness_um)
    width = np.hypot(2.0 * reading_um * sigma_um, 1.96 * sigma_um**2)
    seen = reading_um**2 - blur
    tele, tele_weight = _teles(seen, width)
    at_tele = np.exp(-0.5 * ((seen[:, :1] - tele**2) / width[0]) ** 2)
    tele_weight = tele_weight * (share_weight @ at_tele)
    r = delta_um[:, None, None] * (1.0 - x[1:]) + tele[None, :, None] * x[1:]
    off = (seen[:, None, None, 1:] - r**2) / width[1:]
    chi2 = np.einsum("qdtn,qdtn->qdt", off, off)
    likely = np.exp(-0.5 * (chi2 - chi2.min()))
    likely[:, r[:, :, -1] < 0.0] = 0.0
    return np.asarray(np.tensordot(share_weight, likely, 1) @ tele_weight)


def shortest(at_um: Vector, density: Vector) -> tuple[float, float]:
    """Ends of the shortest interval with 95 % of what lies under a density, um."""
    mass = np.concatenate([[0.0], np.cumsum(np.diff(at_um) * 0.5 * (density[1:] + density[:-1]))])
    mass /= mass[-1]
    tail = np.linspace(0.0, 1.0 - HELD, 501)
    low, high = np.interp(tail, mass, at_um), np.interp(tail + HELD, mass, at_um)
    narrowest = int(np.argmin(high - low))
    return float(low[narrowest]), float(high[narrowest])


def folded(at_um: Vector, density: Vector) -> tuple[Vector, Vector]:
    """The density of the magnitude, on rising places from 0."""
    size = np.unique(np.concatenate([[0.0], np.abs(at_um)]))
    both = (np.interp(side * size, at_um, density, left=0.0, right=0.0) for side in (1.0, -1.0))
    return size, sum(both, start=np.zeros(size.shape))


def _shares(softness_um: Vector) -> tuple[Vector, Vector]:
    if not softness_um.any():
        return np.zeros(1), np.ones(1)
    nodes, weight = np.polynomial.legendre.leggauss(_SHARES)
    return (nodes + 1.0) / 2.0, weight / 2.0


def _teles(seen: Vector, width: Vector) -> tuple[Vector, Vector]:
    """Residuals at tele that its own reading allows, on both sides, and the weight of each."""
    least = math.sqrt(max(float(seen[:, 0].min()) - _REACH * width[0], 0.0))
    most = math.sqrt(float(seen[:, 0].max()) + _REACH * width[0])
    nodes, weight = np.polynomial.legendre.leggauss(_TELES)
    size = least + (most - least) * (nodes + 1.0) / 2.0
    return np.concatenate([-size[::-1], size]), np.concatenate([weight[::-1], weight])


def magnitudes_interval(
    x: Vector,
    reading_um: Vector,
    sigma_um: Vector,
    softness_um: Vector,
    ends_um: Sequence[float],
    *,
    side_known: bool,
) -> tuple[float, float]:
    """The 95 % interval of delta, or of its magnitude where the side is not known; um.

    Parameters
    ----------
    ends_um : (float, float)
        Between which delta is looked for.
    """
    at = np.linspace(ends_um[0], ends_um[1], _COARSE)
    density = magnitudes_density(at, x, reading_um, sigma_um, softness_um)
    likely = np.flatnonzero(density > 1e-4 * density.max())
    at = np.linspace(at[max(likely[0] - 1, 0)], at[min(likely[-1] + 1, len(at) - 1)], _FINE)
    density = magnitudes_density(at, x, reading_um, sigma_um, softness_um)
    return shortest(at, density) if side_known else shortest(*folded(at, density))
