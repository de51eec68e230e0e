"""What the spokes stand on: mean light of the star, white of the paper around it, and how both fall off.

In a printed star black and white take equal shares, so in even light all its rings have one mean. Three
things spoil that, and are fitted together: light that falls off across the chart (the rings' slopes) or to
its corners (a bowl under both star and paper), and the halo of diffraction, which carries some of the white
around into the star and some of the star's grey out. The halo has the same shape for every lens, known in
closed form; only how strong it is has to be found. Paper goes on as far as rings are mostly of one light;
what is printed or hung beyond it counts for the halo by the mean light of its rings.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .rings import Floats, Floats64, RingFit, Rings, bars_at, middle, slope_at
from .zero_frequency import Estimate

SAMPLING = 0.001
"""Of the mean: what sampling the spokes leaves in the mean of a ring."""

SURE = 3.0
"""Sigmas a slope or a bowl must reach to be taken off the rings."""

NO_BOWL = 0.0025
"""Where noise hides no larger bowl, one not seen is none, for the levels too: codes make one up."""

UNCUT = 0.97
"""Of a ring, to count as whole: dust may take some of it."""

LEAST_FALL = 0.02
"""Of the light, over the radius of the largest ring: less spoils nothing, whether added or multiplied."""

ADDED = 0.5
"""Of what multiplied light of this slope does to the spokes: less, and the light is added."""

CENTRE_STRONG, CENTRE_RINGS, CENTRE_RISE, CENTRE_SHAPE = 0.4, 9, 0.08, 0.004
"""Rings with so much of the strongest spokes tell of light in the centre, so many of them, where it is so
much more (as a logarithm) than outside; and how far heights may be off the two powers that are fitted."""

BRIGHTEST, CUT_LIGHT, CUT_SHARE, LIFTED = 0.98, 0.97, 0.2, 0.25
"""So near the brightest but two per cent, and so many samples of the outer rings: whites that are cut off, or
even light. So many of the darkest that bright: light that is added."""

DARKEST = 0.2
"""Of the light at the centre: no pixel is brightened more than five times."""

DISC_EDGE = 0.85
"""Of the blur disc's radius: from there the halo of a defocused lens seems to come."""

NEAREST = 8.0
"""Radii of the star from which it may be seen at a slant."""

FARTHEST = 1.5
"""Radii of the star to which the paper is looked at."""

UNEVEN = 0.02
"""Pixels further off the median of their ring, as a share, are something else than paper."""

MOSTLY = 0.85
"""Of a ring must be paper, or paper ends there."""

MISSING = 0.01
"""Of white, times the share of a ring that is no paper: how far off the rest of it may be."""

LEAST_PIXELS = 12
"""Of a ring, beyond the rim."""

HALO_PX = 0.06
"""How strong a halo may well be: diffraction at f/8 on 4 um has 0.035."""

HALO_SIGMA = 0.003
"""How far the halo may be from that of the lens."""

ROBUST_TURNS = 3
FLAT = 1e12
"""A prior that holds a value at nothing."""

_Light = tuple[Floats64, Floats64, Floats64]
"""Radius of rings, their mean light and its sigma."""


@dataclass(frozen=True, slots=True, eq=False)
class _Around:
    """Rings of paper around the star, and the steps by which the mean light changes beyond them."""

    paper: _Light
    edge_px: Floats64
    step: Floats64


@dataclass(frozen=True, slots=True)
class Shading:
    """Mean light of the star at its centre, and what the paper around tells (None where it does not).

    Elsewhere it is 1 + Re(slope conj(z)) + bow |z|**2 times as strong, z = x + i y px from the centre.
    `glossy`: light that the chart mirrors is added to it, which changes no spoke and is left where it is.
    """

    mean: float
    surround: Estimate | None = None
    slope: complex = 0j
    bow: float = 0.0
    glossy: bool = False

    @property
    def even(self) -> bool:
        """Whether the light does not fall off."""
        return self.slope == 0 and self.bow == 0


def find_shading(
    rings: Rings,
    fit: RingFit,
    keep: NDArray[np.bool_],
    rim: float | None,
    disc_px: float,
    shear: complex = 0j,
) -> Shading | None:
    """The shading of the rings kept; None without four of them.

    `rim` is the star's radius where it is in view, `disc_px` that of the blur disc, or about; `shear` that of
    a chart turned away from the camera.
    """
    rows = np.flatnonzero(keep & (fit.mean > 0))
    if rows.size < 4:
        return None
    radius, mean = rings.radius_px[rows], fit.mean[rows]
    slope = _slope(rings, fit, rows)
    if (slope != 0 and _is_added(rings, fit, rows)) or _bell_is_added(rings, fit, rows):
        return Shading(middle(mean), glossy=True)
    noise = middle(fit.noise[rows[: (rows.size + 1) // 2]])
    sigma = np.hypot(fit.noise[rows] / np.sqrt(fit.samples[rows]), SAMPLING * mean)
    around = None if rim is None else _around(rings, rim, disc_px + _off_centre_px(rim, shear), slope, noise)
    return _fitted((radius, mean, sigma), around, rim, DISC_EDGE * disc_px, slope)


def flat_fielded(rings: Rings, shading: Shading) -> Rings:
    """The rings as even light would show them."""
    across = (rings.unit * np.complex64(shading.slope.conjugate())).real * rings.distance
    light = 1 + across + np.float32(shading.bow) * rings.distance**2
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


def _is_added(rings: Rings, fit: RingFit, rows: NDArray[np.intp]) -> bool:
    """Whether light falls across the star but its spokes do not: a reflection adds light, a lamp multiplies.

    What multiplied light would do to the spokes is looked for in what the fits of the rings left over. On
    rings cut by the frame a bowl feigns a slope: only whole ones tell. What is left of light that has been
    taken off once is too little to tell.
    """
    rows = rows[rings.visible[rows] > UNCUT]
    slope = _slope(rings, fit, rows) if rows.size >= 4 else 0j
    if abs(slope) * rings.radius_px[rows].max(initial=0.0) < LEAST_FALL:
        return False
    multiplied = slope_at(fit, slope) * bars_at(fit) * rings.distance
    sure = 1 / np.maximum(fit.noise[rows], 1e-9) ** 2
    known = max(float(sure @ np.vecdot(multiplied, multiplied)[rows]), 1e-12)
    share = float(sure @ np.vecdot(multiplied, fit.residual)[rows]) / known
    return share + SURE / math.sqrt(known) < ADDED


def _bell_is_added(rings: Rings, fit: RingFit, rows: NDArray[np.intp]) -> bool:
    """Whether light grows towards the centre but the spokes' height does not: a lamp is mirrored just there.

    What the lens takes from the spokes grows with the square of the frequency, which goes as 1 / radius; how
    the height goes with the mean light besides is fitted along with it: in proportion if light is multiplied.
    """
    height = np.abs(fit.wave[rows])
    strong = height > CENTRE_STRONG * height.max()
    rows, height = rows[strong], height[strong]
    if rows.size < CENTRE_RINGS:
        return False
    light = np.log(fit.mean[rows])
    inner = middle(light[: rows.size // 3])
    if inner - middle(light[-(rows.size // 3) :]) < CENTRE_RISE or _whites_level(rings, rows):
        return False
    radius = rings.radius_px[rows]
    square = (radius[0] / radius) ** 2
    columns = np.array([np.ones(rows.size), square, square**2, light])
    sigma = np.hypot(fit.noise[rows] * np.sqrt(2.0 / fit.samples[rows]) / height, CENTRE_SHAPE)
    found, covariance, _ = robust(columns, np.log(height), sigma, np.zeros((4, 4)))
    scatter = np.sqrt(np.mean(((np.log(height) - found @ columns) / sigma) ** 2))
    share, doubt = float(found[3]), math.sqrt(covariance[3, 3]) * max(1.0, float(scatter))
    return share + SURE * doubt < ADDED


def _whites_level(rings: Rings, rows: NDArray[np.intp]) -> bool:
    """Whether the outer rings are as bright as any, and their blacks black.

    Where all whites are cut off, means rise as blur grows; a lamp as wide as the star lifts the blacks there.
    """
    seen = rings.weight[rows] > 0
    brightest = np.quantile(rings.light[rows][seen], BRIGHTEST)
    outer = rings.light[rows][-(rows.size // 3) :][seen[-(rows.size // 3) :]]
    cut = np.mean(outer > CUT_LIGHT * brightest) > CUT_SHARE
    return bool(cut and np.quantile(outer, CUT_SHARE) < LIFTED * brightest)


def _off_centre_px(rim: float, shear: complex) -> float:
    """How far from the star's centre that of its rim may lie: sin(tilt) rim**2 / distance."""
    return 2 * math.sqrt(abs(shear)) * rim / NEAREST


def _around(rings: Rings, rim: float, disc_px: float, slope: complex, noise: float) -> _Around | None:
    """What lies beyond the blur of the rim; None without even paper there."""
    clear = max(1.03 * rim, rim + disc_px + 1.5)
    far = max(FARTHEST * rim, clear + 6.0)
    near = np.flatnonzero((rings.plan.outer_px > clear) & (rings.plan.inner_px < far))
    seen = (rings.weight[near] > 0) & (rings.distance[near] > clear)
    count = seen.sum(axis=1)
    told = count > LEAST_PIXELS
    near, seen, count = near[told], seen[told], count[told]
    if near.size < 2:
        return None
    radius, light = rings.distance[near], rings.light[near]
    if slope != 0:
        across = (rings.unit[near] * np.complex64(slope.conjugate())).real * radius
        light = light / np.maximum(1 + across, DARKEST)
    white = _medians(light, seen)[:, None]
    even = seen & (np.abs(light - white) < np.hypot(UNEVEN * white, SURE * noise))
    share = even.sum(axis=1) / count
    end = int(np.append(share < MOSTLY, True).argmax())
    if end < 2:
        return None
    paper = _paper(radius[:end], light[:end], even[:end], share[:end])
    mean = (light[end:] * seen[end:]).sum(axis=1) / count[end:]
    return _Around(paper, rings.plan.inner_px[near[end:]], np.diff(mean, prepend=paper[1][-1]))


def _medians(light: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Of what is seen of each ring, or about: the rest takes the lowest and highest places in turn."""
    ends = np.where(np.arange(light.shape[1]) % 2, np.inf, -np.inf).astype(np.float32)
    half = light.shape[1] // 2
    return np.asarray(np.partition(np.where(seen, light, ends), half, axis=1)[:, half])


def _paper(radius: Floats, light: Floats, even: NDArray[np.bool_], share: Floats64) -> _Light:
    """Radius, light and sigma of rings of paper, from their even pixels."""
    count = even.sum(axis=1)
    mean = (light * even).sum(axis=1) / count
    squares = (((light - mean[:, None]) * even) ** 2).sum(axis=1) / count
    sigma = np.sqrt(squares / count + (SAMPLING**2 + (MISSING * (1 - share)) ** 2) * mean**2)
    return (radius * even).sum(axis=1) / count, mean.astype(np.float64), sigma


def _fitted(
    star: _Light, around: _Around | None, rim: float | None, disc_edge: float, slope: complex
) -> Shading:
    """Mean, paper, halo and bowl by least squares; rings that stand off count less."""
    paper = None if around is None else around.paper
    radius, light, sigma = star if paper is None else map(np.concatenate, zip(star, paper, strict=True))
    inside = np.arange(radius.size) < star[0].size
    far = float(radius.max())
    bowl, halo = (radius / far) ** 2, np.zeros(radius.size)
    ratio = 1.0
    if rim is not None and around is not None:
        white, grey = middle(around.paper[1]), middle(star[1])
        ratio = white / grey
        halo = (white - grey) * _halo(radius, np.where(inside, rim - disc_edge, rim + disc_edge))
        if around.step.size:
            halo += _halo(radius[:, None], around.edge_px) @ around.step
    prior = np.diag([0.0, 0.0 if paper is not None else 1.0, HALO_PX**-2, 0.0])
    grain = np.sqrt(np.maximum(sigma**2 - (SAMPLING * light) ** 2, 0.0))
    for _ in range(2):
        rows = np.array([inside, ~inside, halo, np.where(inside, 1.0, ratio) * bowl], dtype=np.float64)
        found, covariance, answer = robust(rows, light, sigma, prior)
        seen = abs(found[3]) > SURE * math.sqrt(covariance[3, 3])
        if not seen and np.linalg.norm(answer[3] * grain) < NO_BOWL * found[0]:
            prior[3, 3] = FLAT
        ratio = float(found[1] / found[0]) if paper is not None else 1.0
    mean = float(found[0])
    return Shading(
        mean,
        None if paper is None else _surround(found, covariance, answer * grain),
        slope,
        float(found[3]) / (mean * far**2) if seen else 0.0,
    )


def _surround(found: Floats64, covariance: Floats64, noise: Floats64) -> Estimate | None:
    """What the paper tells against the star's mean; None where it is too dark to be the star's white."""
    mean, paper, halo = found[:3].tolist()
    if paper <= mean:
        return None
    ratio = paper / mean
    told = np.array([[-ratio / mean, ratio / paper, 0, 0], [0, 0, 1, 0]])
    grain = told @ noise
    return Estimate(
        np.array([ratio - 1, halo]),
        told @ covariance @ told.T + np.diag([SAMPLING * ratio, HALO_SIGMA]) ** 2,
        grain @ grain.T,
    )


def robust(
    rows: Floats64, light: Floats64, sigma: Floats64, prior: Floats64
) -> tuple[Floats64, Floats64, Floats64]:
    """The fit, its covariance, and how much each light moves it."""
    weight = 1 / sigma
    for _ in range(ROBUST_TURNS - 1):
        found = _weighted(rows, weight, prior)[1] @ light
        weight = 1 / (sigma * np.sqrt(1 + ((light - found @ rows) / (3 * sigma)) ** 2))
    covariance, answer = _weighted(rows, weight, prior)
    return np.asarray(answer @ light), covariance, answer


def _weighted(rows: Floats64, weight: Floats64, prior: Floats64) -> tuple[Floats64, Floats64]:
    """The covariance of a fit, and how much each light moves it."""
    weighted = rows * weight
    covariance = np.asarray(np.linalg.inv(weighted @ weighted.T + prior))
    return covariance, np.asarray(covariance @ weighted * weight)


def halo_within(radius: Floats64, rim: float, disc_px: float) -> Floats64:
    """Light inside a rim that the halo of paper brings, for paper that is a unit brighter."""
    return _halo(radius, np.full(radius.size, rim - DISC_EDGE * disc_px))


def _halo(radius: Floats64, edge: Floats64) -> Floats64:
    """Light that a tail of 1 / distance**3 brings to a radius from a step of 1 up at a round edge."""
    u = radius / edge
    return np.asarray(np.where(u < 1, _halo_in(u), -_halo_out(u)) / edge)


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
