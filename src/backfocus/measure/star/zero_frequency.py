"""The contrast a star has at zero frequency, where no ring can show it.

The rings in view are carried on by the shape that lenses have: diffraction, times a defocus disc, times a
Gaussian for all the rest, times the pixel. Where even paper is in view around the star, its white tells the
contrast too: the more of it, the stronger the halo that darkens it is taken to be; and the halo is the slope
with which diffraction starts. So rings and paper each tell the two together, and count by their covariances.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .rings import Floats64

SAMPLING_SIGMA, MODEL_SIGMA = 0.001, 0.04
"""What sampling adds to a ring, and how far from this shape a lens with aberrations may be, as a share of the
modulation lost: so the rings nearest to zero frequency decide."""

LEAST_MODULATION = 0.33
"""Of the highest; below it the shape is no longer that simple."""

MOST_SIGMA = 0.2
"""Of the contrast; a worse extrapolation is none."""

STEPS = 9
PRIOR_SIGMA = np.array([0.5, 1.5, 100.0, 1.0])
"""Of log contrast, diffraction slope, disc and Gaussian: loose, but they keep the fit solvable."""

LEAST = np.array([-np.inf, 0.0, 0.0, 0.0])
DISC = np.array([0.0, 0.5, 0.58, 0.0])
BELL = np.array([0.0, 0.1, 0.058, 0.4])
"""Where the fit starts: the log of the contrast over the highest seen, then slope, disc and Gaussian."""

HALO_PER_SLOPE = 1 / (4 * math.pi**2)
"""A transfer function that begins as 1 - a f comes of a halo of (a / (4 pi**2)) / distance**3."""

IDENTITY = np.eye(4)
PRIOR_ROOT = 1.0 / PRIOR_SIGMA
PRIOR = np.diag(PRIOR_ROOT**2)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Contrast at zero frequency and its sigma.

    `noise`: the part of sigma that is noise, and so another one in the next picture.
    """

    value: float
    sigma: float
    noise: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Contrast at zero frequency and strength of the halo, px, as a part of the picture tells them.

    `covariance` of the two, and `noise`, the part of it that is noise; shape (2, 2).
    """

    values: Floats64
    covariance: Floats64
    noise: Floats64

    @property
    def contrast(self) -> Contrast:
        """What it says of the contrast alone."""
        return Contrast(float(self.values[0]), math.sqrt(self.covariance[0, 0]), math.sqrt(self.noise[0, 0]))

    def with_other(self, other: "Estimate") -> "Estimate":
        """What both say, by their covariances."""
        part = self.covariance @ np.linalg.inv(self.covariance + other.covariance)
        rest = np.eye(2) - part
        return Estimate(
            self.values + part @ (other.values - self.values),
            rest @ self.covariance,
            rest @ self.noise @ rest.T + part @ other.noise @ part.T,
        )


def contrast_at_zero(
    frequency: Floats64, contrast: Floats64, sigma: Floats64, surround: Estimate | None = None
) -> Contrast | None:
    """Contrast at zero frequency; None when the rings do not tell it to a fifth.

    Parameters
    ----------
    frequency, contrast, sigma : ndarray, shape (rings,)
        Cycles per pixel; amplitude of the rings over their mean light; and its sigma.
    surround : Estimate, optional
        The white around the rim: counts too where its contrast agrees with the rings' to 4 sigma; else it is
        some other paper.
    """
    order = np.argsort(frequency)
    f, m = frequency[order], contrast[order]
    top = float(np.max(m, initial=0.0))
    if top <= 0:
        return None
    low = np.flatnonzero(m < LEAST_MODULATION * top)
    count = f.size if low.size == 0 else int(low[0])
    if count < 4:
        return None
    f, m = f[:count], m[:count]
    spread = np.hypot(sigma[order][:count], SAMPLING_SIGMA * top + MODEL_SIGMA * (top - m))
    half = float(f[np.argmin(np.abs(m - 0.6 * top))])
    noise = sigma[order][:count]
    cost, alone = _fit(f, m, noise, spread, half, DISC)
    if surround is not None and _agree(alone.contrast, surround.contrast):
        return alone.with_other(surround).contrast
    scatter = float(np.square(noise / spread).sum())
    if cost > 0.1 * count + 1.5 * scatter:
        other_cost, other = _fit(f, m, noise, spread, half, BELL)
        alone = other if other_cost < cost else alone
    found = alone.contrast
    return found if found.sigma < MOST_SIGMA * found.value else None


def _agree(one: Contrast, other: Contrast) -> bool:
    return abs(one.value - other.value) < 4 * math.hypot(one.sigma, other.sigma)


def _fit(
    f: Floats64, m: Floats64, noise: Floats64, sigma: Floats64, half: float, start: Floats64
) -> tuple[float, Estimate]:
    """Levenberg-Marquardt from `start`: the cost reached, and what it tells.

    A number that is at its bound and would go beyond is held there, or the others would step for it in vain.
    """
    at = start * np.array([1.0, 1.0, 1 / half, 1.0]) + np.array([math.log(m.max()), 0.0, 0.0, 0.0])
    known = _Known.of(f, m, sigma, half, np.array([at[0], 0.5, 0.0, 0.0]))
    damping = 1e-3
    rows, off, strain = known.linear(at)
    cost = float(off @ off) + float(strain @ strain)
    for _ in range(STEPS):
        uphill = rows @ off + strain * PRIOR_ROOT
        normal = rows @ rows.T + PRIOR
        held = (at <= LEAST) & (uphill < 0)
        if held.any():
            normal, uphill = _without(normal, held), uphill * ~held
        step = np.linalg.solve(normal * (1 + damping * IDENTITY), uphill)
        tried = np.maximum(at + step, LEAST)
        new_rows, new_off, new_strain = known.linear(tried)
        gain = cost - float(new_off @ new_off) - float(new_strain @ new_strain)
        if gain <= 0:
            damping = max(damping * 30, 1e-2)
            continue
        at, cost, damping = tried, cost - gain, damping / 10
        rows, off, strain = new_rows, new_off, new_strain
        if gain < 0.01 * cost + 0.02:
            break
    values = np.array([math.exp(at[0]), HALO_PER_SLOPE * at[1]])
    scale = np.outer([values[0], HALO_PER_SLOPE], [values[0], HALO_PER_SLOPE])
    normal, held = rows @ rows.T + PRIOR, at <= LEAST
    covariance = scale * np.linalg.inv(normal)[:2, :2] * max(1.0, cost / len(f))
    answer = np.linalg.solve(_without(normal, held), rows * ~held[:, None])[:2] * noise / sigma
    return cost, Estimate(values, np.asarray(covariance), scale * (answer @ answer.T))


def _without(normal: Floats64, held: NDArray[np.bool_]) -> Floats64:
    """Normal equations in which the numbers held stay where they are."""
    free = ~held
    return np.asarray(normal * (free & free[:, None]) + np.diag(held))


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What the fit goes by: the rings in sigmas, and what of its shape does not change from step to step.

    `seen`: contrast, `pixel`: what the pixel leaves of it, both over its sigma. `tilt`, `width`: pi f / 4 and
    pi f. `squared`: (f / half)**2, and `bend`: pi**2 / 4 f**2. `prior`: of the four numbers.
    """

    f: Floats64
    seen: Floats64
    pixel: Floats64
    tilt: Floats64
    width: Floats64
    squared: Floats64
    bend: Floats64
    prior: Floats64

    @classmethod
    def of(cls, f: Floats64, m: Floats64, sigma: Floats64, half: float, prior: Floats64) -> "_Known":
        return cls(
            *(f, m / sigma, _pixel(f) / sigma, np.pi / 4 * f, np.pi * f),
            *((f / half) ** 2, np.pi**2 / 4 * f * f, prior),
        )

    def linear(self, at: Floats64) -> tuple[Floats64, Floats64, Floats64]:
        """Slopes of the shape in its four numbers; what is left of the rings and the priors, in sigmas."""
        zero, slope, disc, bell = at.tolist()
        s = np.minimum(slope * self.tilt, 0.98)
        root = np.sqrt(1 - s * s)
        perfect = 2 / np.pi * (np.arccos(s) - s * root)
        reach = self.width * (1 - s)
        blur, fall = _disc(disc * reach)
        rows = np.empty((4, s.size))
        shape = rows[0]
        np.multiply(np.exp(zero - bell * self.squared) * self.pixel, perfect * blur, out=shape)
        np.multiply(shape, -self.f * root / perfect - (disc * fall) * self.bend, out=rows[1])
        np.multiply(shape, fall * reach, out=rows[2])
        np.multiply(shape, -self.squared, out=rows[3])
        return rows, self.seen - shape, (self.prior - at) * PRIOR_ROOT


def _pixel(f: Floats64) -> Floats64:
    """MTF of a square pixel averaged over angle, to 1e-5 up to 0.5 cy/px: its series in (pi f)**2."""
    q = (np.pi * f) ** 2
    return np.asarray(1 + q * (-1 / 6 + q * (7 / 720 + q * (-1 / 3360 + q * 5.7e-6))))


def _disc(x: Floats64) -> tuple[Floats64, Floats64]:
    """2 J1(x) / x up to just before its zero, and the slope of its logarithm."""
    grid, value, slope = _disc_table()
    inside = np.minimum(x, grid[-1])
    return np.interp(inside, grid, value), np.interp(inside, grid, slope)


@lru_cache(maxsize=1)
def _disc_table() -> tuple[Floats64, Floats64, Floats64]:
    grid = np.linspace(0.0, 3.7, 371)
    angle = (np.arange(400) + 0.5) / 400 * np.pi
    bessel = np.cos(angle - grid[1:, None] * np.sin(angle)).mean(axis=1)
    value = np.concatenate([[1.0], 2 * bessel / grid[1:]])
    return grid, value, np.gradient(np.log(value), grid)
