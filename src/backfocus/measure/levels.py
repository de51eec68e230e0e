"""Where a star ends, and what its contrast is at zero frequency.

The contrast of the outermost ring is not the contrast of the chart: at 0.08 cy/px a good lens already loses
a tenth. In a printed star black and white take equal shares, so the mean of a ring is half-way between them,
and one more level gives both: the white around the rim where it is in view, or else the amplitudes of the
outer rings carried on to zero frequency.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .waves import Floats64, RingFit, Rings, middle
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


def find_rim(rings: Rings, fit: RingFit, usable: NDArray[np.bool_]) -> tuple[float | None, float | None, int]:
    """Radius of the rim and its sigma (None when not in view), and how many rings lie well inside it.

    The amplitude of the rings falls from its plateau to nothing at the rim, which says where to look.
    """
    seen = np.flatnonzero(usable)
    radius, amplitude = rings.radius_px, np.abs(fit.wave)
    held = np.concatenate([amplitude[:1], amplitude, amplitude[-1:]])
    smooth = np.convolve(held, np.full(3, 1 / 3), mode="valid")
    top = smooth[seen].max()
    last = int(seen[smooth[seen] > 0.6 * top][-1])
    beyond = seen[(seen > last) & (amplitude[seen] < 0.35 * top)]
    plateau = seen[(radius[seen] < 0.9 * radius[last]) & (radius[seen] > 0.75 * radius[last])]
    if beyond.size < 3 or plateau.size < 2:
        return None, None, last if last < seen[-1] else last + 1
    fall = slice(plateau[-1] + 1, min(2 * last - plateau[-1] + 2, len(radius)))
    paper = beyond[beyond < fall.stop][-2:] if beyond[0] < fall.stop else beyond[:2]
    outside = middle(rings.light[paper][rings.weight[paper] > 0])
    rim, sigma = _radius_held(rings, fit, plateau, fall, outside)
    return rim, sigma, int(np.searchsorted(rings.plan.outer_px, 0.94 * rim))


def _radius_held(
    rings: Rings, fit: RingFit, plateau: NDArray[np.intp], fall: slice, outside: float
) -> tuple[float, float]:
    """Radius of the disc that the star fills of the rings of its fall, and its sigma.

    Each pixel says how much of it belongs to the star: where its light stands between that of the paper
    outside and that of the spokes carried outwards. Blur moves the shares about, but not their sum.
    """
    radius, wave, light = rings.distance[fall], rings.wave[fall], rings.light[fall]
    slope, offset = _line(1 / rings.radius_px[plateau], np.abs(fit.wave[plateau]))
    phase = np.exp(1j * np.angle(fit.wave[plateau].sum()))
    third = fit.third[plateau[-3:]].mean()
    spokes = (offset + slope / radius) * (phase * np.conj(wave)).real
    spokes += (third * np.conj(wave * wave * wave)).real
    step = middle(fit.mean[plateau]) + spokes - outside
    area = (rings.plan.outer_px**2 - rings.plan.inner_px**2)[fall, None]
    weight = rings.weight[fall] * step**2
    weight *= area / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    share = weight * np.clip((light - outside) / np.where(np.abs(step) < 1e-6, 1e-6, step), -1, 2)
    order = np.argsort(radius, axis=None)
    held = np.cumsum(weight.ravel()[order], dtype=np.float64)
    rim = float(np.interp(share.sum(), held, radius.ravel()[order]))
    noise = middle(fit.noise[plateau]) / max(float(np.sqrt((step**2).mean() * light.size)), 1e-9)
    return rim, max(0.001 * rim, float(noise * area.sum() / (2 * rim)))


def _line(x: Floats64, y: Floats64) -> tuple[float, float]:
    """Slope and offset of the straight line through points."""
    off = x - x.mean()
    slope = float(off @ y) / float(off @ off)
    return slope, float(y.mean()) - slope * float(x.mean())


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
    mean, mean_sigma = _local_mean(rings, fit, inner if inner.size >= 4 else rows)
    bars = _is_bars(fit, frequency, signed, rows)
    unit = SQUARE if bars else 1.0
    half = middle(mean[rows])
    if given is not None and given[1] > given[0]:
        half = (given[0] + given[1]) / 2
        zero: Contrast | None = Contrast((given[1] - given[0]) / (given[1] + given[0]), 0.002, 0.0)
    else:
        sigma = fit.noise[rows] * np.sqrt(2 / fit.samples[rows]) / mean[rows] / unit
        surround = None if rim is None else _surround(rings, rim, mean, mean_sigma)
        zero = contrast_at_zero(frequency[rows], signed[rows] / mean[rows] / unit, sigma, surround)
    if zero is None:
        return None
    full = mean * zero.value * unit
    white, black = half * (1 + zero.value), half * (1 - zero.value)
    return Levels(white, black, full, zero.sigma / zero.value, bars)


def _local_mean(rings: Rings, fit: RingFit, rows: NDArray[np.intp]) -> tuple[Floats64, Floats64]:
    """Mean light of the star at each ring, and its sigma: flat, or a parabola in r in uneven light."""
    radius, seen = rings.radius_px, fit.mean[rows]
    curve = (radius / radius[rows].max()) ** 2
    flat = middle(seen)
    sigma = np.maximum(fit.noise[rows] / np.sqrt(fit.samples[rows]), 0.002 * flat)
    level, bow, covariance = flat, 0.0, np.eye(2)
    for _ in range(2):
        off = (seen - level - bow * curve[rows]) / sigma
        weight = 1 / (sigma * np.sqrt(1 + (off / 3) ** 2))
        row = np.array([weight, weight * curve[rows]])
        covariance = np.linalg.inv(row @ row.T + np.array([[0.0, 0.0], [0.0, (10 / flat) ** 2]]))
        level, bow = (covariance @ (row @ (seen * weight))).tolist()
    if abs(bow) < 2.5 * math.sqrt(covariance[1, 1]):
        total = float(weight @ weight)
        level, bow, covariance = (
            float(weight**2 @ seen) / total,
            0.0,
            np.array([[1 / total, 0.0], [0.0, 0.0]]),
        )
    variance = covariance[0, 0] + curve * (2 * covariance[0, 1] + curve * covariance[1, 1])
    return np.maximum(level + bow * curve, 1e-6), np.sqrt(variance)


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


def _surround(rings: Rings, rim: float, mean: Floats64, mean_sigma: Floats64) -> Surround | None:
    """Contrast of the paper just outside the rim against the star's mean; None without an even surround."""
    near = rings.plan.inner_px > rim
    radius = rings.distance[near]
    used = (rings.weight[near] > 0) & (radius > 1.06 * rim) & (radius < 1.4 * rim)
    light = rings.light[near][used]
    if light.size < 100:
        return None
    paper = middle(light)
    even = np.abs(light - paper) < 0.15 * paper
    if even.mean() < 0.6:
        return None
    inverse = float((1 / (radius[used][even] - rim)).mean())
    at_rim = max(int(np.searchsorted(rings.plan.inner_px, rim)) - 1, 0)
    white = float(light[even].mean())
    white_sigma = float(light[even].std()) / np.sqrt(light.size)
    ratio = white / float(mean[at_rim])
    sigma = np.sqrt(0.002**2 + (mean_sigma[at_rim] / mean[at_rim]) ** 2 + (white_sigma / white) ** 2)
    return Surround(ratio - 1.0, inverse, float(ratio * sigma))
