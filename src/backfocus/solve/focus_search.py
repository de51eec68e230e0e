"""Where to look next for best focus, and what is known of it so far: numbers in, numbers out.

One picture tells |r|, so nothing is crept up on. What is known is held as a grid over the place of best
focus, the um per step and the lens's own blur, each look weighing it by |r| = hypot(floor, slope (e - best)):
two looks tell a slope and mostly a side, the third goes there, and four more about it pin it down. Best focus
may lie outside the span of the motor, for a lens that focuses with its front can hardly move the image at
wide; then looks along the span tell where it would be.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

MOST_LOOKS = 16
FIRST_SHARE = 1.0 / 128.0
"""Of the span: the first step, where nothing is known of the um per step."""
GROWS = 5.0
"""How much longer the next one is where that changed nothing."""
LEAST_UM, MOST_UM = 20.0, 60_000.0
"""What the whole span of a focus motor may move the image by."""
BRACKET_DEPTHS = 2.5
"""Half depths of focus from best focus to the outer looks about it: there the picture changes fastest."""
BRACKET = (-1.0, -0.5, 0.5, 1.0)
NEAR_ENOUGH = 0.3
"""Of the outer distance: a look so near a wanted place stands for it."""
COARSE = (0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875, 0.0625, 0.9375, 0.1875, 0.3125, 0.4375, 0.5625)
"""Shares of the span that are tried where nothing can be read."""
ALONG = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the span that are looked at where best focus lies outside it."""
TRIED_SHARE, SEEN_SHARE = 0.02, 0.08
"""Of the span: a place within so much of a look was tried, and one along it needs no other."""
LEAST_STEPS = 1.2
"""A step from one look to the next that is no step at all."""
LOST_DEPTHS = 15.0
"""Half depths of focus that it takes, more or less, before nothing can be read."""
LOST_NEAR, LOST_MOST = 9.0, 6.0
"""-2 ln of the chance that nothing is read in focus, falling evenly to none at `LOST_DEPTHS`; and the most
that one such look counts."""
CURVE_SIGMA = 0.03
"""What |r| of a real lens is off the hyperbola, as a share."""
LEAST_SIGMA_DEPTHS = 0.1
"""Half depths of focus: no |r| is known better than that."""
WILD_SIGMAS = 6.0
"""How far off a wild look may be: farther off it counts hardly more than so many, squared."""
FLOOR_SIGMA_DEPTHS = 0.5
"""How well a stop before tells it: the camera is the same, the lens is not."""
MOST_FLOOR_DEPTHS = 4.0
"""Half depths of focus that lens and camera together may cost at best focus."""
_BESTS, _SLOPES, _FLOORS = 161, 33, 7
_ROUNDS = 4
_LEFT_OUT = 1e-4
"""Of all weight, what a finer grid may leave out at either end."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was read at a place; `um`, `sigma_um`: |r|, None where nothing could be read."""

    position: float
    um: float | None = None
    sigma_um: float = 0.0


@dataclass(frozen=True, slots=True)
class Slope:
    """What is known before of the um per step: between two values, above 0, and most likely about a third."""

    low: float
    high: float
    likely: float


@dataclass(frozen=True, slots=True)
class Belief:
    """Best focus as far as it is known, with standard deviations; may lie outside the span.

    `likeliest`: the single likeliest place, where `best` may lie between two.
    """

    best: float
    sigma: float
    likeliest: float
    um_per_step: float
    um_per_step_sigma: float
    floor_um: float

    @property
    def sigma_um(self) -> float:
        """How well best focus is known, um."""
        return self.sigma * self.um_per_step


@dataclass(frozen=True, slots=True)
class Residual:
    """Where the sensor stands minus where the image is with the motor at one place, and its doubt; um."""

    um: float
    sigma_um: float


@dataclass(frozen=True, slots=True)
class Search:
    """The search at one zoom position.

    Attributes
    ----------
    low, high : float
        The span of the motor.
    half_depth_um : float
        Half depth of focus there.
    slope : Slope | None
        What is known before of the um per step.
    floor_um : float | None
        What lens and camera cost at best focus, as a stop before told it: best focus beyond the span is
        drawn aside by what is not known of it.
    looks : tuple of Look
        So far, in order.
    bracket : tuple of float
        Where about best focus to look, in parts of the distance of the outer looks.
    reference : float | None
        Where the picture was taken that the looks are against; they tell |r|^2 less that picture's own.
    between : tuple of float | None
        Where best focus must lie, if that is known: from its side, say.
    """

    low: float
    high: float
    half_depth_um: float
    slope: Slope | None = None
    floor_um: float | None = None
    looks: tuple[Look, ...] = ()
    bracket: tuple[float, ...] = BRACKET
    reference: float | None = None
    between: tuple[float, float] | None = None

    @property
    def span(self) -> float:
        """From one end to the other, steps."""
        return self.high - self.low

    @property
    def readable(self) -> tuple[Look, ...]:
        """The looks that could be read."""
        return tuple(look for look in self.looks if look.um is not None)

    def with_look(self, look: Look) -> "Search":
        """The search after one more look."""
        return replace(self, looks=(*self.looks, look))

    @property
    def belief(self) -> Belief | None:
        """What is known; None before two looks could be read."""
        if len({look.position for look in self.readable}) < 2:
            return None
        return _belief(self._grid())

    def residual_at(self, position: float) -> Residual:
        """The residual with the motor at `position`; ValueError before two looks could be read."""
        if self.belief is None:
            raise ValueError("two places must have been read before a residual is known")
        grid = self._grid()
        um = grid.steep * (position - grid.best[:, None])
        weight = grid.weight.sum(axis=2)
        mean = float(np.sum(weight * um))
        return Residual(mean, math.sqrt(max(float(np.sum(weight * (um - mean) ** 2)), 0.0)))

    def _grid(self) -> "_Grid":
        span = self.span
        slope = self.slope or Slope(LEAST_UM / span, MOST_UM / span, MOST_UM / span)
        bests = self.between or (self.low - span, self.high + span)
        return _believed(self.looks, bests, slope, self.half_depth_um, self.floor_um, self.reference)

    def next_position(self) -> float | None:
        """Where to look next; None where enough is known, or no more is to be had."""
        if len(self.looks) >= MOST_LOOKS or not self.looks:
            return None if self.looks else self._within(0.5 * (self.low + self.high))
        if not self.readable:
            return self._coarse()
        belief = self.belief
        if belief is None or self._learned_nothing():
            return self._probe() or self._coarse()
        return self._aimed(belief) or (None if self.is_known else self._coarse())

    @property
    def is_known(self) -> bool:
        """Whether best focus is known well enough to count: to within half the depth of focus.

        Where it lies beyond an end of the span, whether the residual at that end is.
        """
        belief = self.belief
        if belief is None:
            return False
        end = min(max(belief.best, self.low), self.high)
        beyond = end != belief.best and self.residual_at(end).sigma_um < self.half_depth_um
        return beyond or belief.sigma_um < self.half_depth_um

    def _aimed(self, belief: Belief) -> float | None:
        """Where what is known so far says to look."""
        if self.slope is None and len(self.readable) == 2 and belief.sigma_um > 2.0 * self.half_depth_um:
            return self._towards(belief.likeliest)
        if self._is_outside(belief):
            return self._along()
        reach = BRACKET_DEPTHS * self.half_depth_um / belief.um_per_step
        likeliest = self._within(belief.likeliest)
        if belief.sigma > reach and not self._near(likeliest, reach):
            return likeliest
        return self._bracket(belief, reach)

    def _within(self, position: float) -> float:
        return float(round(min(max(position, self.low), self.high)))

    def _near(self, position: float, reach: float) -> bool:
        return any(abs(look.position - position) < NEAR_ENOUGH * reach for look in self.looks)

    def _coarse(self) -> float | None:
        places = (self.low + share * self.span for share in COARSE)
        tried = [look.position for look in self.looks]
        left = (each for each in places if min(abs(each - at) for at in tried) > TRIED_SHARE * self.span)
        place = next(left, None)
        return None if place is None else self._within(place)

    def _learned_nothing(self) -> bool:
        known = sorted((look.um, look.sigma_um) for look in self.readable if look.um is not None)
        (least, least_sigma), (most, most_sigma) = known[0], known[-1]
        return most - least < max(3.0 * math.hypot(least_sigma, most_sigma), 0.5 * self.half_depth_um)

    def _probe(self) -> float | None:
        """A step from the last readable look that should change the picture; back where that lost it."""
        at = self.readable[0]
        tried = [abs(look.position - at.position) for look in self.looks if look is not at]
        span = self.span
        if self.slope is not None and len(tried) < 3:
            known = self.slope.high if len(tried) == 2 else self.slope.likely
            step = max(at.um or 0.0, 2.0 * self.half_depth_um) / known
        elif not tried:
            step = FIRST_SHARE * span
        else:
            lost = [look for look in self.looks if look.um is None]
            step = (
                min(abs(look.position - at.position) for look in lost) / 2.0 if lost else GROWS * max(tried)
            )
        step = min(step, span)
        room_above, room_below = self.high - at.position, at.position - self.low
        way = 1.0 if room_above >= min(step, room_below) else -1.0
        if self.between is not None:
            way = math.copysign(1.0, sum(self.between) - 2.0 * at.position)
        places = (self._within(at.position + side * way * step) for side in (1.0, -1.0))
        return next((each for each in places if not self._near(each, LEAST_STEPS / NEAR_ENOUGH)), None)

    def _towards(self, position: float) -> float:
        """There, but not so far that two looks could have misled by more than a few steps of theirs."""
        first, second = self.readable
        nearer = min(first, second, key=lambda look: look.um or 0.0)
        most = GROWS * abs(second.position - first.position)
        return self._within(nearer.position + min(max(position - nearer.position, -most), most))

    def _is_outside(self, belief: Belief) -> bool:
        margin = 0.5 * BRACKET_DEPTHS * self.half_depth_um / belief.um_per_step
        return not self.low + margin <= belief.best <= self.high - margin and belief.sigma < 3.0 * margin

    def _along(self) -> float | None:
        """Places along the span that are not looked at yet, from the low end."""
        span = self.span
        for share in ALONG:
            place = self.low + share * span
            if not any(abs(look.position - place) < SEEN_SHARE * span for look in self.looks):
                return self._within(place)
        return None

    def _bracket(self, belief: Belief, reach: float) -> float | None:
        for offset in self.bracket:
            place = belief.best + offset * reach
            if self.low <= place <= self.high and not self._near(place, reach):
                return self._within(place)
        return None


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """How likely each (best, slope, floor) is, adding up to 1; shape of the three."""

    best: Vector
    steep: Vector
    floor: Vector
    weight: Vector


@lru_cache(maxsize=4)
def _believed(
    looks: tuple[Look, ...],
    bests: tuple[float, float],
    slope: Slope,
    half_depth_um: float,
    floor_um: float | None,
    reference: float | None,
) -> _Grid:
    """The grid, made finer about what is likely."""
    lost = np.array([look.position for look in looks if look.um is None])
    looks = tuple(look for look in looks if look.um is not None)
    e = np.array([look.position for look in looks])
    um = np.array([look.um for look in looks], float)
    sigma_um = np.array([look.sigma_um for look in looks])
    sigma_um = np.sqrt(sigma_um**2 + (CURVE_SIGMA * um) ** 2 + (LEAST_SIGMA_DEPTHS * half_depth_um) ** 2)
    lost_um = LOST_DEPTHS * half_depth_um
    best = np.linspace(*bests, _BESTS)
    steep = np.geomspace(slope.low, slope.high, _SLOPES)
    floor = half_depth_um * np.linspace(0.0, MOST_FLOOR_DEPTHS, _FLOORS)
    if floor_um is not None:
        beside = half_depth_um * FLOOR_SIGMA_DEPTHS
        floor = np.maximum(floor_um + beside * np.linspace(-1.5, 1.5, _FLOORS), 0.0)
    for _ in range(_ROUNDS):
        tried = _with_crossings(best, steep, e, um)
        weight = _weights((e, um, sigma_um), (lost, lost_um), tried, steep, floor, reference)
        best = _finer(tried, weight.sum(axis=(1, 2)), _BESTS)
        steep = np.exp(_finer(np.log(steep), weight.sum(axis=(0, 2)), _SLOPES))
    best = _with_crossings(best, steep, e, um)
    weight = _weights((e, um, sigma_um), (lost, lost_um), best, steep, floor, reference)
    return _Grid(best, steep, floor, weight)


def _with_crossings(best: Vector, steep: Vector, e: Vector, um: Vector) -> Vector:
    """A grid with places where the looks say that best focus may be: it would step over a steep valley."""
    crossings = [(e + side * um / steep[:, None]).ravel() for side in (-1.0, 1.0)]
    tried = np.unique(np.concatenate([best, *crossings]))
    return np.asarray(tried[(tried >= best[0]) & (tried <= best[-1])])


def _belief(grid: _Grid) -> Belief:
    """The moments of a grid."""
    best, steep = grid.best, grid.steep
    by_best, by_slope = grid.weight.sum(axis=(1, 2)), grid.weight.sum(axis=(0, 2))
    mean, slope_mean = float(by_best @ best), float(by_slope @ steep)
    return Belief(
        mean,
        math.sqrt(max(float(by_best @ (best - mean) ** 2), 0.0)),
        float(best[np.argmax((grid.weight / np.gradient(best)[:, None, None]).max(axis=(1, 2)))]),
        slope_mean,
        math.sqrt(max(float(by_slope @ (steep - slope_mean) ** 2), 0.0)),
        float(grid.weight.sum(axis=(0, 1)) @ grid.floor),
    )


def _weights(
    read: tuple[Vector, Vector, Vector],
    lost: tuple[Vector, float],
    best: Vector,
    steep: Vector,
    floor: Vector,
    reference: float | None,
) -> Vector:
    """How likely each (best, slope, floor) is, adding up to 1; uneven grids count by their spacing.

    `read`: places, |r| and its sigma; `lost`: places where nothing could be read, and the |r| that loses it.
    """
    own = 0.0 if reference is None else (np.abs(reference - best)[:, None] * steep)[:, :, None]
    total = np.zeros((len(best), len(steep), len(floor)))
    for at, seen, sigma in zip(*read, strict=True):
        far = np.abs(at - best)[:, None] * steep
        um = np.hypot(far[:, :, None], floor)
        if reference is not None:
            um = np.sqrt(np.maximum(um**2 - own**2, 0.0))
        off = (um - seen) / sigma
        total += off**2 / (1.0 + (off / WILD_SIGMAS) ** 2)
    places, lost_um = lost
    for at in places:
        far = np.abs(at - best)[:, None] * steep
        total += np.minimum(LOST_NEAR * np.maximum(1.0 - far / lost_um, 0.0), LOST_MOST)[:, :, None]
    weight = np.exp(-0.5 * (total - total.min()))
    weight *= np.gradient(best)[:, None, None] * np.gradient(np.log(steep))[None, :, None]
    return np.asarray(weight / weight.sum())


def _finer(grid: Vector, weight: Vector, count: int) -> Vector:
    """As many places over the part of a grid that holds nearly all weight, with some room about it."""
    run = np.cumsum(weight)
    first = max(int(np.searchsorted(run, _LEFT_OUT)) - 1, 0)
    last = min(int(np.searchsorted(run, 1.0 - _LEFT_OUT)) + 1, len(grid) - 1)
    return np.linspace(grid[first], grid[last], count)
