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

from .rings import Floats, Floats64, RingFit, Rings, middle
from .shading import Shading
from .zero_frequency import Contrast, Estimate, contrast_at_zero

SQUARE = 4 / np.pi
"""Amplitude of the fundamental of a square wave of amplitude 1."""

DECIDED = 12.0
"""Log odds from which nobody doubts whether the spokes are bars or a sine."""

SHOWN = 2.0
"""Sigmas of a fundamental that foretells a third harmonic."""

PAPER_SIGMA = 0.05
"""How far the paper may be from the star's own white, when it has to say which of the two they are."""

GONE = 0.02
"""Of the largest amplitude: a ring below it has nothing of the star; what is dark there is something else."""

RADIUS_STEPS = 64
WHOLE = 0.9
"""Of the amplitude of the rings next to it: a ring at the border of the picture with less has some paper."""

DISC_AT_HALF = 0.353
"""Radius of a blur disc times the frequency at which it leaves half: 2.215 / (2 pi)."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Light of white and black, and the amplitude that full modulation has.

    `relative_sigma` is that of the amplitude as a share, `relative_noise` the part of it that is noise.
    """

    white: float
    black: float
    full: float
    relative_sigma: float
    relative_noise: float


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
    out_of_view = None, None, _before_paper(amplitude, seen[seen <= last]) if last == seen[-1] else last
    if beyond.size < 3 or plateau.size < 2:
        return out_of_view
    gone = beyond[amplitude[beyond] < GONE * top][:1].tolist()
    fall = slice(plateau[-1] + 1, min(2 * last - plateau[-1] + 2, len(radius), *(ring + 1 for ring in gone)))
    paper = beyond[beyond >= fall.stop - 1][:2]
    light = rings.light[paper][rings.weight[paper] > 0]
    if not light.size:
        # a blur so wide that the spokes fall off beyond the last ring that is read
        return out_of_view
    rim, sigma = _radius_held(rings, fit, plateau, fall, middle(light))
    return rim, sigma, int(np.searchsorted(rings.plan.outer_px, 0.94 * rim))


def _before_paper(amplitude: Floats64, seen: NDArray[np.intp]) -> int:
    """How many rings hold spokes where the rim may lie in the last of those seen.

    Blur takes more further in, so that an outermost ring with less than those next to it holds paper.
    """
    while seen.size > 4 and amplitude[seen[-1]] < WHOLE * amplitude[seen[-4:-1]].min():
        seen = seen[:-1]
    return int(seen[-1]) + 1


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
    rim = _reach_of(radius.ravel(), weight.ravel(), float(share.sum()))
    noise = middle(fit.noise[plateau]) / max(float(np.sqrt((step**2).mean() * light.size)), 1e-9)
    return rim, max(0.001 * rim, float(noise * area.sum() / (2 * rim)))


def _reach_of(radius: Floats, weight: Floats64, part: float) -> float:
    """The radius up to which pixels hold so much of the weight of all.

    Sorting them takes longest: so first only by steps of radius, and then those about the one that is meant.
    """
    lowest, highest = float(radius.min(where=weight > 0, initial=np.inf)), float(radius.max())
    step = ((radius - lowest) * (RADIUS_STEPS / max(highest - lowest, 1e-6))).astype(np.intp)
    held = np.bincount(np.maximum(step, 0), weight).cumsum()
    at = int(np.searchsorted(held, part))
    before = 0.0
    if 2 <= at < held.size and (step == at - 1).any():
        near = (step >= at - 1) & (step <= at + 1)
        before, radius, weight = float(held[at - 2]), radius[near], weight[near]
    order = np.argsort(radius, kind="stable")  # of 32 bits: by digits, in half the time
    return float(np.interp(part, before + np.cumsum(weight[order], dtype=np.float64), radius[order]))


def _line(x: Floats64, y: Floats64) -> tuple[float, float]:
    """Slope and offset of the straight line through points."""
    off = x - x.mean()
    slope = float(off @ y) / float(off @ off)
    return slope, float(y.mean()) - slope * float(x.mean())


def find_levels(
    fit: RingFit,
    frequency: Floats64,
    signed: Floats64,
    keep: NDArray[np.bool_],
    shading: Shading,
    given: tuple[float, float] | None,
) -> Levels | None:
    """White and black of the chart and full amplitude in even light; None when too few rings carry it."""
    rows = np.flatnonzero(keep)
    if rows.size < 4:
        return None
    half = shading.mean
    odds = _odds_of_bars(fit, frequency, signed, rows)
    if given is not None and given[1] > given[0]:
        half = (given[0] + given[1]) / 2
        zero: Contrast | None = Contrast((given[1] - given[0]) / (given[1] + given[0]), 0.002)
    else:
        sigma = _sigma(fit, rows) / half
        zero, odds = _contrast(frequency[rows], signed[rows] / half, sigma, shading.surround, odds)
    if zero is None:
        return None
    white, black = half * (1 + zero.value), half * (1 - zero.value)
    # a star of which nothing tells is taken for bars, as nearly all are
    doubt = math.log(SQUARE) / (2 * math.cosh(odds / 2)) if 0 < abs(odds) < DECIDED else 0.0
    return Levels(
        white,
        black,
        shading.mean * zero.value * (SQUARE if odds >= 0 else 1.0),
        math.hypot(zero.sigma / zero.value, doubt),
        zero.noise / zero.value,
    )


def _contrast(
    frequency: Floats64, ratio: Floats64, sigma: Floats64, surround: Estimate | None, odds: float
) -> tuple[Contrast | None, float]:
    """Contrast at zero frequency, and the odds of bars: the paper helps where the third harmonic is weak."""
    if abs(odds) < DECIDED and surround is not None:
        wave = contrast_at_zero(frequency, ratio, sigma)
        if wave is not None:
            off = math.log(wave.value / surround.contrast.value) - math.log(SQUARE) / 2
            odds += math.log(SQUARE) * off / ((wave.sigma / wave.value) ** 2 + PAPER_SIGMA**2)
    unit = SQUARE if odds >= 0 else 1.0
    return contrast_at_zero(frequency, ratio / unit, sigma / unit, surround), odds


def blur_disc_px(frequency: Floats64, signed: Floats64, keep: NDArray[np.bool_]) -> float:
    """About the radius of the blur disc, or that of one that falls to half as soon; 0 where no ring does.

    The strongest ring has lost some already: what is lost grows with the square of the frequency.
    """
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(frequency[rows])]
    low = np.flatnonzero(signed[rows] < 0.5 * signed[rows].max(initial=0.0))
    if low.size == 0:
        return 0.0
    half, strongest = frequency[rows[low[0]]], frequency[rows[np.argmax(signed[rows])]]
    return DISC_AT_HALF / math.sqrt(max(half**2 - strongest**2, 0.25 * half**2))


def _odds_of_bars(fit: RingFit, frequency: Floats64, signed: Floats64, rows: NDArray[np.intp]) -> float:
    """Log odds of square bars against a sine; 0 where no ring tells, bars above.

    Bars have a third harmonic: a third of the fundamental at 3 f, and against it.
    """
    seen = rows[np.argsort(frequency[rows])]
    order = seen[3 * frequency[seen] < frequency[seen[-1]]]
    shown = np.where(np.abs(signed[seen]) > SHOWN * _sigma(fit, seen), signed[seen], 0.0)
    expected = np.interp(3 * frequency[order], frequency[seen], shown) / 3
    phase = fit.wave[order] * np.sign(signed[order])
    third = -(fit.third[order] * np.conj(phase / np.maximum(np.abs(phase), 1e-9)) ** 3).real
    odds = expected * (third - expected / 2) / np.maximum(_sigma(fit, order), 1e-6) ** 2
    return float(odds.sum())


def _sigma(fit: RingFit, rows: NDArray[np.intp]) -> Floats64:
    return fit.noise[rows] * np.sqrt(2 / fit.samples[rows])
