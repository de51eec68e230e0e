"""The pictures of all stops as one: where each lens stands, and what no single picture tells apart.

While a motor searches, a picture is one number, |r|, and a lens is a hyperbola. A lens with spherical
aberration is none: on one side of focus it reads less than it is off, on the other more, by as much as a
wave of it shifts the best place (1 to 2 um at f/1.8), and all looks from one side err the same way. A camera
that softens adds in no square either. So at the end the exact curves are fitted to all pictures together:

    modulation = level of the picture * C(f, m) * lens and pixel (f; r0 + slope (e - e0), W040)

with one camera C (`camera`) for all, one W040, of either side, for each zoom position, and one slope for each
motor at each zoom position. W040 of both signs is tried; what fits nearly as well widens the answer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..measure.reading import Reading
from ..optics.lens import Optics
from .camera import FAINT, FAINT_SIGMA, TAP_SIGMA, TAPS, cosines, faint_losses
from .focus_curves import FocusCurves, RingCurves, focus_curves
from .misfit import Rings, rings_of

Vector = NDArray[np.float64]

W040_SIGMA, MOST_W040 = 0.6, 1.4
"""Waves: what lenses at full aperture have, and the most that is tried, either way."""
SLOPE_SIGMA = 0.3
"""How well the um per step is known before, as a share: the search has told it."""
ANYWHERE_UM = 1e4
"""How well a residual is known before: not at all, but pictures without detail do not leave it open."""
FEWEST_LOOKS = 3
_NODE = 0.1
"""Waves from one table of curves to the next; between two of them goes a straight line."""
_TRIED, _TURNED_LEAST = (0.4, -0.4), 0.2
"""Waves of W040 to begin with, at all zoom positions; and the least with which one is turned over."""
_ROUNDS, _ENOUGH, _MOST_DAMPING = 25, 1e-3, 1e6
"""Steps at most; the fall of the cost at which one was the last; damping above which none leads down."""
_WILD = 3.0
"""Sigmas from which on a ring counts straight instead of squared."""
_ONE_PLACE = 0.5
"""Sigmas within which all unknowns of two fits lie where they are the same place, found twice."""
_STEP_PX = 0.02
"""Blur disc, px, over which the slope of a curve is taken."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What was seen at one stop of the zoom, with one motor at several places.

    `zoom`, `motor`: which; looks with the same two share the um per step, those with the same zoom the lens.
    `ratio`: M / M_tele. `best`, `um_per_step`: about where it is sharp, as the search told it.
    """

    zoom: float
    motor: str
    ratio: float
    positions: tuple[float, ...]
    readings: tuple[Reading, ...]
    best: float
    um_per_step: float


@dataclass(frozen=True, slots=True)
class Line:
    """The residual over the places of a motor: `um` at `at`, and how far it moves with a step.

    `sigma_um`, `um_per_step_sigma`, `covariance`: of the two, and what they share (um times um per step).
    """

    at: float
    um: float
    um_per_step: float
    sigma_um: float
    um_per_step_sigma: float
    covariance: float

    def residual_at(self, position: float) -> tuple[float, float]:
        """The residual there with its sigma, um."""
        way = position - self.at
        more = 2.0 * way * self.covariance + (way * self.um_per_step_sigma) ** 2
        return self.um + self.um_per_step * way, math.sqrt(max(self.sigma_um**2 + more, 0.0))

    @property
    def best(self) -> float:
        """Where the residual is nothing; may lie outside the span of the motor."""
        return self.at - self.um / self.um_per_step

    @property
    def sigma(self) -> float:
        """How well that place is known, steps."""
        return self.residual_at(self.best)[1] / self.um_per_step


def fitted_lines(stops: Sequence[Looks], optics: Optics) -> tuple[Line, ...] | None:
    """The line of every stop; None where some stop has fewer than three pictures with a curve."""
    pictures = [each for number, stop in enumerate(stops) for each in _pictures(number, stop)]
    if any(sum(each.stop == number for each in pictures) < FEWEST_LOOKS for number in range(len(stops))):
        return None
    fit = _Fit(tuple(stops), tuple(pictures), optics)
    tried = [fit.solved(fit.start(w040)) for w040 in _TRIED]
    best = min(tried, key=lambda each: each.cost)
    tried += [fit.solved(fit.turned(best.at, zoom)) for zoom in range(len(fit.zooms))]
    return fit.lines(tried)


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    """A picture with a curve; `camera`: how much of each ring each part of the camera takes or adds."""

    stop: int
    position: float
    rings: Rings
    camera: Vector


def _pictures(number: int, stop: Looks) -> list[_Picture]:
    """Those of a stop that have a curve."""
    found = []
    for position, reading in zip(stop.positions, stop.readings, strict=True):
        rings = rings_of(reading)
        if rings is not None:
            parts = cosines(rings.frequency), faint_losses(rings.frequency, rings.modulation)
            found.append(_Picture(number, position, rings, np.hstack(parts)))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """The unknowns where all fits best, what is left there (`_cost` and the priors), and their covariance."""

    at: Vector
    cost: float
    covariance: Vector


class _Fit:
    """The unknowns in a row: r0 of each stop, log slope of each motor, W040 of each zoom, camera, levels."""

    def __init__(self, stops: tuple[Looks, ...], pictures: tuple[_Picture, ...], optics: Optics) -> None:
        self._stops, self._pictures, self._optics = stops, pictures, optics
        self.zooms = tuple(dict.fromkeys(stop.zoom for stop in stops))
        self._motors = tuple(dict.fromkeys((stop.zoom, stop.motor) for stop in stops))
        self._middle = [
            float(np.mean([each.position for each in pictures if each.stop == number]))
            for number in range(len(stops))
        ]
        self._slope = len(stops)
        self._w040 = self._slope + len(self._motors)
        self._camera = self._w040 + len(self.zooms)
        self._level = self._camera + TAPS + len(FAINT)
        self._prior = self._start()
        self._sigma = self._priors()
        self._curves: dict[tuple[int, int], RingCurves] = {}

    def start(self, w040: float) -> Vector:
        """What the searches told, with all lenses the same."""
        at = self._prior.copy()
        at[self._w040 : self._camera] = w040
        return at

    def turned(self, at: Vector, zoom: int) -> Vector:
        """The same with the aberration at one zoom position turned over."""
        at = at.copy()
        place = self._w040 + zoom
        at[place] = -math.copysign(max(abs(at[place]), _TURNED_LEAST), at[place])
        return at

    def solved(self, at: Vector) -> _Solved:
        """The nearest place at which all pictures fit best."""
        damping = 1e-3
        off, slopes = self._linear(at)
        cost = _cost(off) + self._held(at)
        for _ in range(_ROUNDS):
            normal, down = self._normal(at, off, slopes)
            step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), down)
            tried = self._within(at + step)
            off_there, slopes_there = self._linear(tried)
            there = _cost(off_there) + self._held(tried)
            gained = cost - there
            if gained < 0.0:
                damping *= 10.0
                if damping > _MOST_DAMPING:
                    break
                continue
            at, off, slopes, cost, damping = tried, off_there, slopes_there, there, damping / 5.0
            if gained < _ENOUGH:
                break
        normal, _ = self._normal(at, off, slopes)
        return _Solved(at, cost, np.asarray(np.linalg.inv(normal), dtype=np.float64))

    def lines(self, tried: Sequence[_Solved]) -> tuple[Line, ...]:
        """The mean of all that fit nearly as well as the best, with what they are apart."""
        lowest = min(each.cost for each in tried)
        rows = sum(len(each.rings.frequency) for each in self._pictures)
        inflation = max(1.0, lowest / max(rows - self._level, 1))
        apart = _different(tried)
        weight = np.exp([0.5 * (lowest - each.cost) / inflation for each in apart])
        weight /= weight.sum()
        return tuple(self._line(number, apart, weight, inflation) for number in range(len(self._stops)))

    def _line(self, number: int, tried: Sequence[_Solved], weight: Vector, inflation: float) -> Line:
        pair = [number, self._slope + self._motor(number)]
        found = np.array([(each.at[pair[0]], math.exp(each.at[pair[1]])) for each in tried])
        mean = weight @ found
        spread = np.zeros((2, 2))
        for each, share, place in zip(tried, weight, found, strict=True):
            scale = np.diag([1.0, place[1]])
            own = inflation * scale @ each.covariance[np.ix_(pair, pair)] @ scale
            spread += share * (own + np.outer(place - mean, place - mean))
        um_sigma, slope_sigma = np.sqrt(np.diag(spread))
        return Line(
            self._middle[number],
            float(mean[0]),
            float(mean[1]),
            float(um_sigma),
            float(slope_sigma),
            float(spread[0, 1]),
        )

    def _start(self) -> Vector:
        at = np.zeros(self._level + len(self._pictures))
        for number, stop in enumerate(self._stops):
            at[number] = stop.um_per_step * (self._middle[number] - stop.best)
            at[self._slope + self._motor(number)] = math.log(stop.um_per_step)
        return at

    def _priors(self) -> Vector:
        """How far each unknown may be from its start; a residual may be anything."""
        levels = [each.rings.level for each in self._pictures]
        return np.array(
            [ANYWHERE_UM] * len(self._stops)
            + [SLOPE_SIGMA] * len(self._motors)
            + [W040_SIGMA] * len(self.zooms)
            + [*TAP_SIGMA, *([FAINT_SIGMA] * len(FAINT))]
            + levels
        )

    def _motor(self, number: int) -> int:
        stop = self._stops[number]
        return self._motors.index((stop.zoom, stop.motor))

    def _held(self, at: Vector) -> float:
        return float(np.sum(((at - self._prior) / self._sigma) ** 2))

    def _within(self, at: Vector) -> Vector:
        lenses = slice(self._w040, self._camera)
        at[lenses] = np.clip(at[lenses], -MOST_W040, MOST_W040)
        return at

    def _normal(self, at: Vector, off: Vector, slopes: Vector) -> tuple[Vector, Vector]:
        held = self._sigma**-2
        weighed = slopes * (_WILD / np.maximum(np.abs(off), _WILD))[:, None]
        return weighed.T @ slopes + np.diag(held), weighed.T @ off - held * (at - self._prior)

    def _linear(self, at: Vector) -> tuple[Vector, Vector]:
        """What is left of each ring in its sigmas, and how the model moves with each unknown."""
        rows = [self._row(number, at) for number in range(len(self._pictures))]
        return np.concatenate([off for off, _ in rows]), np.vstack([slopes for _, slopes in rows])

    def _row(self, number: int, at: Vector) -> tuple[Vector, Vector]:
        picture = self._pictures[number]
        stop = self._stops[picture.stop]
        slope, zoom = self._slope + self._motor(picture.stop), self._w040 + self.zooms.index(stop.zoom)
        way_um = math.exp(at[slope]) * (picture.position - self._middle[picture.stop])
        lens, by_um, by_w040 = self._lens(number, at[picture.stop] + way_um, at[zoom])
        parts = slice(self._camera, self._level)
        seen = 1.0 + picture.camera @ at[parts]
        level = 1.0 + at[self._level + number]
        slopes = np.zeros((len(lens), len(at)))
        slopes[:, picture.stop] = level * seen * by_um
        slopes[:, slope] = level * seen * by_um * way_um
        slopes[:, zoom] = level * seen * by_w040
        slopes[:, parts] = (level * lens)[:, None] * picture.camera
        slopes[:, self._level + number] = seen * lens
        sigma = picture.rings.sigma
        return (picture.rings.modulation - level * seen * lens) / sigma, slopes / sigma[:, None]

    def _lens(self, number: int, um: float, w040: float) -> tuple[Vector, Vector, Vector]:
        """Lens and pixel at the rings of a picture, and how that moves with r and with W040."""
        node = math.floor(w040 / _NODE)
        low, high = (self._signed(number, each, um) for each in (node, node + 1))
        share = w040 / _NODE - node
        below, here, above = ((1.0 - share) * low + share * high).T
        return here, (above - below) / (2.0 * self._step_um(number)), (high - low)[:, 1] / _NODE

    def _signed(self, number: int, node: int, um: float) -> Vector:
        """At three residuals; an aberration of the other side turns the focus axis over."""
        key = number, abs(node)
        if key not in self._curves:
            rings = self._pictures[number].rings
            self._curves[key] = self._table(number, abs(node)).at(rings.frequency)
        side, step = (-1.0 if node < 0 else 1.0), self._step_um(number)
        return self._curves[key].modulation(side * np.array([um - step, um, um + step]))

    def _table(self, number: int, node: int) -> FocusCurves:
        return _curves(round(self._f_number(number), 3), self._optics, node)

    def _step_um(self, number: int) -> float:
        return _STEP_PX * self._f_number(number) * self._optics.pixel_um

    def _f_number(self, number: int) -> float:
        return self._optics.f_number(self._stops[self._pictures[number].stop].ratio)


@lru_cache(maxsize=128)
def _curves(f_number: float, optics: Optics, node: int) -> FocusCurves:
    return focus_curves(f_number, optics.pixel_um, optics.wavelength_um, round(node * _NODE, 3))


def _cost(off: Vector) -> float:
    """Squared, straight on beyond some sigma: a wild ring does little harm."""
    most = np.minimum(np.abs(off), _WILD)
    return float(np.sum(most * (2.0 * np.abs(off) - most)))


def _different(tried: Sequence[_Solved]) -> list[_Solved]:
    """Those that are not the same place found twice."""
    kept: list[_Solved] = []
    for each in sorted(tried, key=lambda one: one.cost):
        sigma = np.sqrt(np.diag(each.covariance))
        if all(np.max(np.abs(each.at - other.at) / sigma) > _ONE_PLACE for other in kept):
            kept.append(each)
    return kept
