"""Judge rings read around a centre: do they cut through the spokes of a star, and from where to where?

In a star black and white are equally wide at every radius, so the harmonic of its cycles holds nearly all
the power of a ring, its double next to none, and its amplitude grows outwards as the spokes grow coarser.
The spokes of a wheel are thin: their double harmonic is strong, the more so the further out.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .ring_harmonics import Rings

Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]

LOWEST_ORDER, HIGHEST_ORDER = 5, 220
"""Harmonics below belong to light, tilt and a centre a little off; above there is nothing but noise."""
NOISE_ORDERS = slice(150, HIGHEST_ORDER)
MEDIAN_OF_POWER = 0.69
"""Median of the power of noise against its mean."""
FLAT_POWER = 2.0
"""Code values squared: a flat ring has no harmonic that dominates."""
RIM_RINGS, PAPER_RINGS, LEAST_PAPER = 6, 4, 3
"""Rings on either side of the outermost good one in which the rim is looked for; and of so many beyond it,
how many must be in view to call what lies there paper."""
LEAST_COVERAGE = 0.25
CUT = 0.9
"""A ring less visible than this smears its harmonics over their neighbours."""

GOOD_SHARE = 0.35
MOST_DOUBLE = 0.5
CYCLES_IN_VIEW = 3.5

LEAST_RADIUS_PX = 37.0
"""Of the outermost good ring, which is not quite the rim."""
LEAST_SPAN = 1.17
"""Outermost over innermost good ring: a star may show its outer fifth only."""
LEAST_FILLED = 0.6
SHARE, SHARE_PER_DOUBLE, SHORT_SHARE = 0.62, 1.5, 0.85
"""What the harmonic must hold: the more the stronger its double, and if seen over less than a wavelength."""
LONG, LONG_PER_DOUBLE = 8.0, 1.0
"""Wavelengths from the first good ring to the last that no wheel was seen to reach."""
THIN_WAVE = 0.1
"""Thin spokes have more than this of the star's own amplitude; the noise of plain paper has less."""
CLIPPED = 0.3, 0.75
"""Part of a ring at one brightest value where clipping, not thin spokes, makes the double harmonic."""
LEAST_GROWTH = 0.55
STEADY_RAD, STEADY_SHARE = 0.5, 0.7
"""Twists and modulation zeros step the phase now and then; most rings continue the one before."""


@dataclass(frozen=True, slots=True, eq=False)
class Spokes:
    """Rings around a centre and their harmonic of so many cycles; arrays have the shape (rings,).

    `share` is the harmonic's part of the power, noise taken off; `double` the amplitude of the double
    harmonic against its own; `good` the rings it dominates; `run` the first and last of those that belong
    together.
    """

    cycles: int
    radii_px: Floats
    coverage: Floats
    wave: NDArray[np.complex64]
    share: Floats
    double: Floats
    flat: Floats
    good: Mask
    run: tuple[int, int] | None

    @property
    def members(self) -> NDArray[np.intp]:
        """Indices of the good rings of the run."""
        first, last = self.run or (0, -1)
        return first + np.flatnonzero(self.good[first : last + 1])


def shares(rings: Rings, spread: int) -> Floats:
    """Power of each harmonic with `spread` neighbours on each side, as a share of all; (rings, harmonics)."""
    power = _powers(rings)
    return np.asarray(_gathered(power, spread) / (power.sum(axis=1, keepdims=True) + FLAT_POWER))


def spokes(rings: Rings, cycles: int, near_px: float | None = None) -> Spokes:
    """What the rings say about spokes of so many cycles.

    The run is the one nearest to `near_px`, or the best.
    """
    power = _powers(rings)
    noise = np.median(power[:, NOISE_ORDERS], axis=1) / MEDIAN_OF_POWER
    total = power.sum(axis=1) - noise * (HIGHEST_ORDER - LOWEST_ORDER)
    cut = (rings.coverage < CUT)[:, None]
    power = np.where(cut, _gathered(power, 1), power)
    single, double = power[:, cycles], power[:, min(2 * cycles, power.shape[1] - 1)]
    share = np.clip(single - noise, 0, None) / (np.maximum(total, single) + FLAT_POWER)
    ratio = np.sqrt(double / np.maximum(single, 1e-9))
    good = (share > GOOD_SHARE) & (ratio < MOST_DOUBLE) & (rings.coverage * cycles > CYCLES_IN_VIEW)
    best = share * good if near_px is None else -np.abs(rings.radii_px - near_px)
    return Spokes(
        cycles=cycles,
        radii_px=rings.radii_px,
        coverage=rings.coverage,
        wave=rings.harmonics[:, cycles],
        share=share,
        double=ratio,
        flat=rings.flat,
        good=good,
        run=_run_through(good, int(np.argmax(best)), _rings_apart(rings.radii_px)),
    )


def is_star(seen: Spokes) -> bool:
    """Whether the run of good rings is long, dense, pure and steady enough to be a star."""
    run = seen.members
    if len(run) < 3:
        return False
    outer, span = seen.radii_px[run[-1]], seen.radii_px[run[-1]] / seen.radii_px[run[0]]
    if outer < LEAST_RADIUS_PX or span < LEAST_SPAN or len(run) < LEAST_FILLED * (run[-1] + 1 - run[0]):
        return False
    wave = seen.wave[run]
    return _pure(seen, run) and _grows(np.abs(wave)) and _steady(wave) and not _spoked(seen)


def rim_px(seen: Spokes) -> float | None:
    """Radius where the harmonic falls to half of what it is inside; None when that is not in view."""
    if seen.run is None:
        return None
    first, last = max(seen.run[0], seen.run[1] - RIM_RINGS), seen.run[1]
    if (seen.coverage[last + 1 : last + 1 + PAPER_RINGS] > LEAST_COVERAGE).sum() < LEAST_PAPER:
        return None
    amplitude = np.abs(seen.wave)
    top = first + int(np.argmax(amplitude[first : last + 1]))
    half = 0.5 * float(amplitude[top])
    below = top + int(np.argmax(amplitude[top : last + RIM_RINGS] < half))
    if below == top:
        return float(seen.radii_px[last])
    low, high = float(amplitude[below]), float(amplitude[below - 1])
    ratio = float(seen.radii_px[below] / seen.radii_px[below - 1])
    return float(seen.radii_px[below - 1] * ratio ** ((high - half) / max(high - low, 1e-9)))


def _powers(rings: Rings) -> Floats:
    power = np.abs(rings.harmonics) ** 2
    power[:, :LOWEST_ORDER] = power[:, HIGHEST_ORDER:] = 0
    power[rings.coverage < LEAST_COVERAGE] = 0
    return np.asarray(power)


def _gathered(power: Floats, spread: int) -> Floats:
    """Each harmonic with `spread` neighbours on each side."""
    width = (2 * spread + 1, 1)
    return np.asarray(cv2.boxFilter(power, -1, width, normalize=False, borderType=cv2.BORDER_CONSTANT))


def _rings_apart(radii_px: Floats) -> int:
    """How many rings a gap of about 15 % spans."""
    return max(1, round(0.15 / math.log(radii_px[1] / radii_px[0]))) if len(radii_px) > 1 else 1


def _run_through(good: Mask, start: int, gap: int) -> tuple[int, int] | None:
    """First and last of the good rings around `start` with no gap as wide as `gap`.

    None if there are none.
    """
    near = np.flatnonzero(good[max(0, start - gap) : start + gap + 1])
    if not len(near):
        return None
    at = np.flatnonzero(good)
    parts = np.split(at, np.flatnonzero(np.diff(at) > gap) + 1)
    inside = int(near[len(near) // 2]) + max(0, start - gap)
    return next((int(part[0]), int(part[-1])) for part in parts if part[0] <= inside <= part[-1])


def _pure(seen: Spokes, run: NDArray[np.intp]) -> bool:
    """Whether the harmonic holds enough: judged in the outer third.

    Where the spokes of a wheel are thinnest.
    """
    outer = run[-max(3, len(run) // 3) :]
    clipped = CLIPPED[0] < float(np.median(seen.flat[outer])) < CLIPPED[1]
    double = 0.0 if clipped else float(np.median(seen.double[outer]))
    wavelengths = seen.cycles * math.log(seen.radii_px[run[-1]] / seen.radii_px[run[0]]) / (2 * math.pi)
    per_double = SHARE_PER_DOUBLE if wavelengths < LONG else LONG_PER_DOUBLE
    least = max(SHARE + per_double * double, SHORT_SHARE if wavelengths < 1 else 0.0)
    return float(seen.share[run].mean()) > least


def _grows(amplitude: Floats) -> bool:
    third = max(1, len(amplitude) // 3)
    outer = amplitude[-third:-1] if third > 1 else amplitude[-1:]
    return bool(np.median(outer) > LEAST_GROWTH * np.max(amplitude[:-third]))


def _steady(wave: NDArray[np.complex64]) -> bool:
    step = np.abs(np.angle(wave[1:] * np.conj(wave[:-1])))
    return bool(np.mean(step < STEADY_RAD) >= STEADY_SHARE)


def _spoked(seen: Spokes) -> bool:
    """Whether the rings just beyond the run, up to 40 %, still cut through thin spokes."""
    last = seen.run[1] if seen.run else 0
    beyond = slice(last + 1, int(np.searchsorted(seen.radii_px, 1.4 * seen.radii_px[last])))
    double = seen.double[beyond]
    amplitude = np.abs(seen.wave)
    thin = (double > MOST_DOUBLE) & (seen.share[beyond] * (1 + double**2) > GOOD_SHARE)
    thin &= amplitude[beyond] * np.hypot(1, double) > THIN_WAVE * amplitude[seen.members].max()
    return bool(thin.sum() > 3)
