"""Where a star ends, and what its contrast is at zero frequency.

The contrast of the outermost ring is not the contrast of the chart: at 0.08 cy/px a good lens already loses
a tenth. In a printed star black and white take equal shares, so the mean of a ring is half-way between them,
and one more level gives both: the white around the rim where it is in view, or else the amplitudes of the
outer rings carried on to zero frequency.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .waves import Floats64, RingFit, Rings
from .zero_frequency import Contrast, Surround, contrast_at_zero

SQUARE = 4 / np.pi
"""Amplitude of the fundamental of a square wave of amplitude 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Light of white and black, and the amplitude that full modulation has on each ring, shape (rings,)."""

    white: float
    black: float
    full: Floats64
    relative_sigma: float
    bars: bool


def find_rim(
    rings: Rings, amplitude: Floats64, sigma: Floats64, usable: NDArray[np.bool_]
) -> tuple[float | None, float | None, int]:
    """Radius of the rim and its sigma (None when not in view), and how many rings lie well inside it.

    The amplitude falls from its plateau to nothing at the rim, however blurred; what is left of the plateau,
    added up over the rings of the fall, says how much of their pixels lies inside the rim.
    """
    seen = np.flatnonzero(usable)
    radius = rings.radius_px
    smooth = np.convolve(np.pad(amplitude, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    top = smooth[seen].max()
    last = int(seen[smooth[seen] > 0.6 * top][-1])
    beyond = seen[(seen > last) & (amplitude[seen] < 0.35 * top)]
    plateau = seen[(radius[seen] < 0.9 * radius[last]) & (radius[seen] > 0.7 * radius[last])]
    if beyond.size < 3 or plateau.size < 2:
        return None, None, int(seen[-1]) + 1
    slope, offset = np.polyfit(1 / radius[plateau], amplitude[plateau], 1)
    full = offset + slope / radius
    fall = slice(plateau[-1] + 1, min(2 * last - plateau[-1] + 1, len(radius)))
    share = amplitude[fall] / full[fall]
    floor = 2 * float(np.median(amplitude[beyond])) / float(full[last])
    share = np.where(share < floor, 0.0, np.clip(share, 0.0, 1.2))
    rim = _radius_holding(rings, fall, share)
    spread = float(np.mean(sigma[plateau] / amplitude[plateau]))
    return rim, rim * max(0.2 * spread, 0.001), int(np.searchsorted(rings.plan.outer_px, 0.94 * rim))


def _radius_holding(rings: Rings, fall: slice, share: Floats64) -> float:
    """Radius that has the given shares of the rings' pixels inside it."""
    area = (rings.plan.outer_px**2 - rings.plan.inner_px**2)[fall]
    weight = rings.weight[fall]
    weight = weight * (area / np.maximum(weight.sum(axis=1), 1.0))[:, None]
    radius = np.hypot(rings.x[fall], rings.y[fall])
    order = np.argsort(radius, axis=None)
    held = np.cumsum(weight.ravel()[order], dtype=np.float64)
    return float(np.interp((share * area).sum(), held, radius.ravel()[order]))


def find_levels(
    rings: Rings,
    fit: RingFit,
    frequency: Floats64,
    signed: Floats64,
    keep: NDArray[np.bool_],
    rim: float | None,
    given: tuple[float, float] | None,
) -> Levels | None:
    """White and black of the chart and full amplitude per ring; None when too few rings carry the star."""
    rows = np.flatnonzero(keep)
    if rows.size < 4:
        return None
    inner = rows if rim is None else rows[rings.radius_px[rows] < 0.85 * rim]
    mean = _local_mean(rings, fit, inner if inner.size >= 4 else rows)
    bars = _is_bars(fit, frequency, signed, rows)
    unit = SQUARE if bars else 1.0
    middle = float(np.median(mean[rows]))
    if given is not None and given[1] > given[0]:
        middle = (given[0] + given[1]) / 2
        zero: Contrast | None = Contrast((given[1] - given[0]) / (given[1] + given[0]), 0.002, 0.0)
    else:
        sigma = fit.noise[rows] * np.sqrt(2 / fit.samples[rows]) / mean[rows] / unit
        surround = None if rim is None else _surround(rings, rim, mean)
        zero = contrast_at_zero(frequency[rows], signed[rows] / mean[rows] / unit, sigma, surround)
    if zero is None:
        return None
    full = mean * zero.value * unit
    white, black = middle * (1 + zero.value), middle * (1 - zero.value)
    return Levels(white, black, full, zero.sigma / zero.value, bars)


def _local_mean(rings: Rings, fit: RingFit, rows: NDArray[np.intp]) -> Floats64:
    """Mean light of the star at each ring: a parabola in r, as uneven light makes it."""
    radius = rings.radius_px
    x = np.stack([np.ones_like(radius), (radius / radius[rows].max()) ** 2], axis=1)
    middle = float(np.median(fit.mean[rows]))
    sigma = np.maximum(fit.noise[rows] / np.sqrt(fit.samples[rows]), 0.002 * middle)
    found = np.array([middle, 0.0])
    for _ in range(3):
        off = (fit.mean[rows] - x[rows] @ found) / sigma
        weight = 1 / (sigma * np.sqrt(1 + (off / 3) ** 2))
        weighted = x[rows] * weight[:, None]
        normal = weighted.T @ weighted + np.diag([0.0, (10 / middle) ** 2])
        found = np.linalg.solve(normal, weighted.T @ (fit.mean[rows] * weight))
    return np.asarray(np.maximum(x @ found, 1e-6))


def _is_bars(fit: RingFit, frequency: Floats64, signed: Floats64, rows: NDArray[np.intp]) -> bool:
    """Whether the spokes are square bars: then the third harmonic is a third of the fundamental at 3 f."""
    order = rows[np.argsort(frequency[rows])]
    thrice = 3 * frequency[order]
    there = thrice < frequency[order].max()
    if there.sum() < 2:
        return True
    expected = np.interp(thrice[there], frequency[order], np.abs(signed[order])) / 3
    seen = np.abs(fit.third[order][there])
    return bool((seen * expected).sum() > 0.5 * (expected**2).sum())


def _surround(rings: Rings, rim: float, mean: Floats64) -> Surround | None:
    """Contrast of the paper just outside the rim against the star's mean; None without an even surround."""
    near = np.flatnonzero((rings.plan.inner_px > 1.06 * rim) & (rings.plan.outer_px < 1.4 * rim))
    used = rings.weight[near] > 0
    light = rings.light[near][used]
    if light.size < 100:
        return None
    middle = float(np.median(light))
    even = np.abs(light - middle) < 0.15 * middle
    if even.mean() < 0.6:
        return None
    away = (rings.radius_px[near] - rim)[:, None] * np.ones_like(used)
    inverse = float((1 / away[used][even]).mean())
    at_rim = float(mean[max(int(np.searchsorted(rings.plan.inner_px, rim)) - 1, 0)])
    white = float(light[even].mean())
    return Surround(white / at_rim - 1.0, inverse, 0.002 * white / at_rim)
