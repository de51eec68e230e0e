"""A curve through scattered samples: a cubic spline with even knots, fitted by least squares."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Floats64 = NDArray[np.float64]

KNOT_PX = 0.25
"""Four knots to a pixel: at 0.5 cy/px the spline itself is good to 1e-4."""
STIFFNESS = 1e-4
"""Of an even curve, against a sample: it only carries the spline over knots without samples."""
BASIS = np.array([[1, -3, 3, -1], [4, 0, -6, 3], [1, 3, 3, -3], [0, 0, 0, 1]]) / 6.0
"""The four cubic B-splines that are not zero in an interval, by powers of the part of it that is passed."""
PRODUCTS = np.array([[np.convolve(one, other) for other in BASIS] for one in BASIS])
"""Of each with each, by powers up to the sixth."""
AWAY = 24
"""Coefficients that far apart know nothing of each other: a neighbour's share is a quarter."""


@dataclass(frozen=True, eq=False)
class Profile:
    """Light against the distance from an edge.

    Attributes
    ----------
    start_px, knot_px : float
        The distance at which the first interval between knots begins, and from knot to knot.
    coefficients : ndarray, shape (n + 3,)
    bands : ndarray, shape (4, n + 3)
        Lower bands of the fit's normal matrix: its inverse times the variance of a sample is the covariance
        of the coefficients.
    counts : ndarray, shape (n,)
        How many samples lie in each interval.
    """

    start_px: float
    knot_px: float
    coefficients: Floats64
    bands: Floats64
    counts: Floats64

    @property
    def end_px(self) -> float:
        """The distance at which the last interval ends."""
        return self.start_px + self.knot_px * self.counts.size

    @cached_property
    def middles_px(self) -> Floats64:
        """The middle of each interval."""
        return np.asarray(self.start_px + self.knot_px * (np.arange(self.counts.size) + 0.5))

    @cached_property
    def _cubics(self) -> Floats64:
        """The light of each interval by powers of the part of it that is passed; shape (4, n)."""
        four = [self.coefficients[first : first + self.counts.size] for first in range(4)]
        return np.asarray(BASIS.T @ np.array(four))

    def value(self, at_px: Floats64) -> Floats64:
        """Light at distances; beyond the ends as at the ends."""
        return self._along(*self._place(at_px))[0]

    def slope(self, at_px: Floats64) -> Floats64:
        """Change of light per pixel."""
        return self._along(*self._place(at_px))[1]

    def _along(self, interval: NDArray[np.intp], part: Floats64) -> tuple[Floats64, Floats64]:
        """Light and its change per pixel at parts of intervals."""
        zero, once, twice, thrice = (each[interval] for each in self._cubics)
        slope = (3 * thrice * part + 2 * twice) * part + once
        return ((thrice * part + twice) * part + once) * part + zero, slope / self.knot_px

    def weights(self, at_px: Floats64) -> Floats64:
        """What each coefficient adds to the light at distances; shape (len(at_px), n + 3)."""
        first, part = self._place(at_px)
        matrix = np.zeros((at_px.size, self.coefficients.size))
        for k, weight in enumerate(BASIS @ (part ** np.arange(4)[:, None])):
            matrix[np.arange(at_px.size), first + k] = weight
        return matrix

    def spread(self, weights: Floats64) -> Floats64:
        """Variance of sums of coefficients, as a share of that of a sample; `weights` (n + 3, m) to (m,)."""
        rows = np.flatnonzero(weights.any(axis=1))
        near = slice(max(0, int(rows[0]) - AWAY), int(rows[-1]) + 1 + AWAY)
        weights = weights[near]
        return np.asarray((weights * _solved(self.bands[:, near], weights)).sum(axis=0))

    def _place(self, at_px: Floats64) -> tuple[NDArray[np.intp], Floats64]:
        way = np.clip((at_px - self.start_px) / self.knot_px, 0.0, self.counts.size - 1e-9)
        first = way.astype(np.intp)
        return first, way - first


def fit_profile(at_px: Floats64, light: Floats64, knot_px: float = KNOT_PX) -> Profile:
    """The profile that samples of `light` at distances `at_px` show; shape (m,) each, m at least 1."""
    return profile_through(at_px, light, knot_px)[0]


def profile_through(at_px: Floats64, light: Floats64, knot_px: float) -> tuple[Profile, Floats64, Floats64]:
    """The same, and its light and change of light per pixel at the samples.

    Each interval's sums of powers say all that the fit asks of its samples.
    """
    start = float(at_px.min())
    way = (at_px - start) / knot_px
    first = way.astype(np.intp)
    part = way - first
    counts = np.bincount(first).astype(np.float64)
    powers = [np.ones_like(part)]
    while len(powers) < 7:
        powers.append(powers[-1] * part)
    sums = np.array([counts, *(np.bincount(first, power) for power in powers[1:])])
    lights = np.array([np.bincount(first, power * light) for power in powers[:4]])
    bands = STIFFNESS * max(1.0, float(counts.mean())) * _stiff(counts.size + 3)
    right = np.zeros((counts.size + 3, 1))
    shares, seen = PRODUCTS @ sums, BASIS @ lights
    for a in range(4):
        here = slice(a, a + counts.size)
        right[here, 0] += seen[a]
        for b in range(a, 4):
            bands[b - a, here] += shares[a, b]
    profile = Profile(start, knot_px, _solved(bands, right)[:, 0], bands, counts)
    return profile, *profile._along(first, part)


def _solved(bands: Floats64, right: Floats64) -> Floats64:
    from scipy.linalg.lapack import dpbsv

    return np.asarray(dpbsv(bands, right, lower=1)[1])


@lru_cache(maxsize=64)
def _stiff(size: int) -> Floats64:
    """The sum of squared second differences as the lower bands of its matrix; shape (4, size)."""
    second = np.diff(np.eye(min(size, 8)), n=2, axis=0)
    whole = second.T @ second
    bands = np.zeros((4, size))
    for k in range(3):
        bands[k] = whole[3, 3 + k]
        ends = np.diagonal(whole, k)[: min(4, size - k)]
        bands[k, : ends.size] = ends
        bands[k, size - k - ends.size : size - k] = ends[::-1]
        bands[k, size - k :] = 0.0
    return bands
