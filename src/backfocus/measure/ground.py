"""What the spokes stand on: mean light of the star, white of the paper around it, and how both fall off.

In a printed star black and white take equal shares, so in even light all its rings have one mean. Three
things spoil that, and are fitted together: light that falls off across the chart (the rings' slopes) or to
its corners (a bowl under both star and paper), and the halo of diffraction, which carries some of the white
around into the star and some of the star's grey out. The halo has the same shape for every lens, known in
closed form; only how strong it is has to be found.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .waves import Floats64, RingFit, Rings, middle

SAMPLING = 0.001
"""Of the mean: what sampling the spokes leaves in the mean of a ring."""

SURE = 3.0
"""Sigmas a slope or a bowl must reach to be taken off the rings."""

NO_BOWL = 0.0025
"""Where noise hides no larger bowl, one not seen is none, for the levels too: codes make one up."""

DARKEST = 0.2
"""Of the light at the centre: no pixel is brightened more than five times."""

DISC_EDGE = 0.85
"""Of the blur disc's radius: from there the halo of a defocused lens seems to come."""

FARTHEST = 1.5
"""Radii of the star to which the paper is looked at."""

UNEVEN = 0.15
"""Pixels further off the paper's median, as a share, are something else."""

MOSTLY = 0.75
"""Of the pixels around must be paper: the halo is worked out as if white went on all around."""

HALO_PX = 0.06
"""How strong a halo may well be: diffraction at f/8 on 4 um has 0.035."""

FLAT = 1e12
"""A prior that holds a value at nothing."""

_Light = tuple[Floats64, Floats64, Floats64]
"""Radius of rings, their mean light and its sigma."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Light at the star's centre: mean of the star and paper around it (None where it does not tell).

    `noise`: what noise does to the ratio of the two, as a share.
    Elsewhere it is 1 + Re(slope conj(z)) + bow |z|**2 times as strong, z = x + i y px from the centre.
    """

    mean: float
    mean_sigma: float
    paper: float | None = None
    paper_sigma: float = 0.0
    slope: complex = 0j
    bow: float = 0.0
    noise: float = 0.0

    @property
    def even(self) -> bool:
        """Whether the light does not fall off."""
        return self.slope == 0 and self.bow == 0


def find_ground(
    rings: Rings, fit: RingFit, keep: NDArray[np.bool_], rim: float | None, disc_px: float
) -> Ground | None:
    """The ground of the rings kept; None without four of them.

    `rim` is the star's radius where it is in view, `disc_px` that of the blur disc, or about.
    """
    rows = np.flatnonzero(keep & (fit.mean > 0))
    if rows.size < 4:
        return None
    radius, mean = rings.radius_px[rows], fit.mean[rows]
    slope = _slope(rings, fit, rows)
    sigma = np.hypot(fit.noise[rows] / np.sqrt(fit.samples[rows]), SAMPLING * mean)
    around = None if rim is None else _paper(rings, rim, disc_px, slope)
    return _fitted((radius, mean, sigma), around, rim, DISC_EDGE * disc_px, slope)


def evened(rings: Rings, ground: Ground) -> Rings:
    """The rings as even light would show them."""
    across = (rings.unit * np.complex64(ground.slope.conjugate())).real * rings.distance
    light = 1 + across + np.float32(ground.bow) * rings.distance**2
    return replace(rings, light=(rings.light / np.maximum(light, DARKEST)).astype(np.float32))


def _slope(rings: Rings, fit: RingFit, rows: NDArray[np.intp]) -> complex:
    """Fall of the light across the star, per pixel, as a share; 0 where it does not stand out."""
    radius = rings.radius_px[rows]
    seen = fit.slope[rows] / (fit.mean[rows] * radius)
    weight = (fit.mean[rows] * radius / np.maximum(fit.noise[rows], 1e-9)) ** 2 * fit.samples[rows] / 2
    weight = weight / (1 + weight * (0.5 * SAMPLING / radius) ** 2)
    found = complex((seen * weight).sum() / weight.sum())
    scatter = float((np.abs(seen - found) ** 2 * weight).sum() / weight.sum())
    sigma = np.sqrt(max(scatter / rows.size, 1 / float(weight.sum())))
    return found if abs(found) > SURE * sigma else 0j


def _paper(rings: Rings, rim: float, disc_px: float, slope: complex) -> _Light | None:
    """Radius, light and sigma of the rings of paper beyond the blur of the rim; None without even paper."""
    clear = max(1.03 * rim, rim + disc_px + 1.5)
    near = rings.plan.outer_px > clear
    radius, light = rings.distance[near], rings.light[near]
    if slope != 0:
        light = light / np.maximum(
            1 + (rings.unit[near] * np.complex64(slope.conjugate())).real * radius, DARKEST
        )
    used = (rings.weight[near] > 0) & (radius > clear) & (radius < max(FARTHEST * rim, clear + 6.0))
    if used.sum() < 100:
        return None
    paper = middle(light[used])
    even = used & (np.abs(light - paper) < UNEVEN * paper)
    if even.sum() < MOSTLY * used.sum():
        return None
    count = even.sum(axis=1)
    rows = np.flatnonzero(count > 12)
    count = count[rows]
    if rows.size < 2:
        return None
    mean = (light * even).sum(axis=1)[rows] / count
    spread = np.sqrt((((light[rows] - mean[:, None]) * even[rows]) ** 2).sum(axis=1) / count)
    sigma = np.hypot(spread / np.sqrt(count), SAMPLING * mean)
    return (radius * even).sum(axis=1)[rows] / count, mean.astype(np.float64), sigma


def _fitted(
    star: _Light, paper: _Light | None, rim: float | None, disc_edge: float, slope: complex
) -> Ground:
    """Mean, paper, halo and bowl by least squares; rings that stand off count less."""
    radius, light, sigma = star if paper is None else map(np.concatenate, zip(star, paper, strict=True))
    inside = np.arange(radius.size) < star[0].size
    far = float(radius.max())
    bowl, halo = (radius / far) ** 2, np.zeros(radius.size)
    if rim is not None and paper is not None:
        within, beyond = _halo_in(radius / (rim - disc_edge)), _halo_out(radius / (rim + disc_edge))
        halo = np.where(inside, within, -beyond)
        halo *= (middle(paper[1]) - middle(star[1])) / rim
    prior = np.diag([0.0, 0.0 if paper is not None else 1.0, HALO_PX**-2, 0.0])
    ratio = 1.0 if paper is None else middle(paper[1]) / middle(star[1])
    grain = np.sqrt(np.maximum(sigma**2 - (SAMPLING * light) ** 2, 0.0))
    for _ in range(2):
        rows = np.array([inside, ~inside, halo, np.where(inside, 1.0, ratio) * bowl], dtype=np.float64)
        found, covariance, answer = _robust(rows, light, sigma, prior)
        seen = abs(found[3]) > SURE * math.sqrt(covariance[3, 3])
        if not seen and np.linalg.norm(answer[3] * grain) < NO_BOWL * found[0]:
            prior[3, 3] = FLAT
        ratio = float(found[1] / found[0]) if paper is not None else 1.0
    mean = float(found[0])
    return Ground(
        mean=mean,
        mean_sigma=math.sqrt(covariance[0, 0]),
        paper=float(found[1]) if paper is not None else None,
        paper_sigma=math.sqrt(covariance[1, 1]),
        slope=slope,
        bow=float(found[3]) / (mean * far**2) if seen else 0.0,
        noise=0.0
        if paper is None
        else float(np.linalg.norm((answer[1] / found[1] - answer[0] / found[0]) * grain)),
    )


def _robust(
    rows: Floats64, light: Floats64, sigma: Floats64, prior: Floats64
) -> tuple[Floats64, Floats64, Floats64]:
    """The fit, its covariance, and how much each light moves it."""
    weight = 1 / sigma
    for _ in range(3):
        weighted = rows * weight
        covariance = np.linalg.inv(weighted @ weighted.T + prior)
        answer = covariance @ weighted * weight
        found = answer @ light
        weight = 1 / (sigma * np.sqrt(1 + ((light - found @ rows) / (3 * sigma)) ** 2))
    return np.asarray(found), np.asarray(covariance), np.asarray(answer)


def _halo_in(u: Floats64) -> Floats64:
    """Light that a tail of 1 / distance**3 brings from outside the unit circle to radius u < 1."""
    m = np.minimum(u, 0.99) ** 2
    return np.asarray(4 * _elliptic_e(m) / (1 - m))


def _halo_out(u: Floats64) -> Floats64:
    """The same from inside the unit circle to radius u > 1."""
    u = np.maximum(u, 1.01)
    m = u**-2
    return np.asarray(4 * (u * _elliptic_e(m) - (u - 1 / u) * _elliptic_k(m)) / (u * u - 1))


def _elliptic_e(m: Floats64) -> Floats64:
    """Abramowitz and Stegun 17.3.35, to 4e-5."""
    n = 1 - m
    return np.asarray(1 + n * (0.4630151 + 0.1077812 * n) - n * (0.2452727 + 0.0412496 * n) * np.log(n))


def _elliptic_k(m: Floats64) -> Floats64:
    """Abramowitz and Stegun 17.3.33, to 3e-5."""
    n = 1 - m
    return np.asarray(
        1.3862944 + n * (0.1119723 + 0.0725296 * n) - (0.5 + n * (0.1213478 + 0.0288729 * n)) * np.log(n)
    )
