"""Looks for the mask without which the rings of a star have the means that even light gives them.

What a mask of each radius and amount leaves of the means is tried, coarsely and then finely around the best.
Its blur is applied to the picture once for each radius; every amount is then a mixture of the same codes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from .cut_ends import Cutting, put_back
from .pose import Pose
from .rings import Floats, Floats64, RingFit, Rings, fit_other_light, fit_some
from .unsharpened import MASK_PX, MOST_MASK, OF_RADIUS, RADIUS_SPREAD, STEP, Mask, Means, own_mask
from .view import View

RADIUS_STEP, MOST_STEPS = 1.3, 3
"""Ratio of the radii that are tried at first, and so many to either side; and so many finer steps."""

AMOUNTS = (0.12, 0.25, 0.4, 0.6, 0.85, 1.15, 1.55, 2.1)
"""Tried at first."""

FINE_AMOUNT, FINE_RADIUS, AMOUNT_FALLS = 0.08, math.sqrt(RADIUS_STEP), -1.5
"""Steps of an amount as a share of 1 + mask, and the ratio of radii, once the best is near. Masks that do
about the same to the means have amounts that go with this power of their radius."""

LEAST_AMOUNT, LEAST_SPREAD = 0.02, 0.04
"""The smallest amount that is looked for; and the least doubt of the logarithm of a radius that one picture
leaves."""

NARROW_SPREAD = 0.15
"""The spread of radii below the usual one: what a demosaic does to the means looks like a mask
of half a pixel."""

LEAST_CUT, END_CODES = 0.002, 1.5
"""Where less was put back, as a share of the mean of a ring, it does not matter where exactly codes are cut
off. How far off that may be, in codes of 256: behind a coder, or where each colour was cut off by itself."""

FLATTEST = 1e-3
"""A bend that tells no lowest place."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskSearch:
    """A picture about a pose, the means it is judged by, and what is known of its camera.

    `rings`: of the picture as it is. `seen`: the fit to those of them whose means count.
    """

    view: View
    pose: Pose
    means: Means
    known: Mask
    rings: Rings
    seen: RingFit
    _softer: dict[float, Callable[[float], Floats]] = field(default_factory=dict)

    @classmethod
    def of(cls, view: View, pose: Pose, means: Means, known: Mask) -> "MaskSearch":
        """Of a view that has a curve."""
        rings = view.rings(pose)
        return cls(view, pose, means, known, rings, fit_some(rings, means.rows))

    def of_usual_radius(self) -> Mask:
        """The mask of the radius that most have, with nothing put back: it tells whether there is any."""

        def left(amount: float) -> Mask:
            mean, less = (self._unsharpened(each, MASK_PX).mean for each in (amount, amount + STEP))
            return self.means.mask_left(amount, mean, less)

        return own_mask(left, 0.0)

    def found(self) -> Mask:
        """The best mask of any radius, where there is one."""
        tried = {
            step: min((self._misfit(amount, _radius(step)), amount) for amount in AMOUNTS)
            for step in range(-MOST_STEPS, MOST_STEPS + 1)
        }
        scale = self._scale(min(tried.values())[0])
        cost = {step: misfit / scale + _unusual(_radius(step)) for step, (misfit, _) in tried.items()}
        best = min(cost, key=lambda step: cost[step])
        return self.around(tried[best][1], _radius(best))

    def around(self, amount: float, radius_px: float) -> Mask:
        """The best mask near one, with how well the picture tells it."""
        best, sigma, spread = self._near(amount, radius_px)
        cut = self._cut(best)
        if cut > LEAST_CUT:
            # the end is not known exactly: how different is the mask if it lies a little lower
            ends = self.known.ends
            lower = replace(self.known, ends=replace(ends, high=ends.high - END_CODES))
            other = replace(self, known=lower)._near(best.amount, best.radius_px)[0]
            radius_off = math.log(best.radius_px / other.radius_px)
            spread = math.hypot(spread, radius_off, math.log(best.amount / other.amount) / OF_RADIUS)
        return replace(
            self.known,
            amount=best.amount,
            sigma=math.hypot(sigma, cut * (1.0 + best.amount)),
            radius_px=best.radius_px,
            spread=min(math.hypot(spread, LEAST_SPREAD), RADIUS_SPREAD),
        )

    def _near(self, amount: float, radius_px: float) -> "tuple[_Best, float, float]":
        """The best mask near one, the sigma of its amount and that of the logarithm of its radius."""
        places: dict[int, _Best] = {}

        def at(place: int) -> _Best:
            ratio = FINE_RADIUS**place
            if place not in places:
                places[place] = self._best(amount * ratio**AMOUNT_FALLS, radius_px * ratio)
            return places[place]

        scale = self._scale(at(0).misfit)
        middle = 0
        for _ in range(MOST_STEPS):
            lower, _, higher = (at(middle + side).cost(scale) for side in (-1, 0, 1))
            side = -1 if lower < higher else 1
            if min(lower, higher) >= at(middle).cost(scale):
                break
            middle += side
        off, bend = _vertex(*(at(middle + side).cost(scale) for side in (-1, 0, 1)))
        ratio = FINE_RADIUS**off
        best = self._best(at(middle).amount * ratio**AMOUNT_FALLS, at(middle).radius_px * ratio)
        return best, best.sigma * math.sqrt(scale), math.log(FINE_RADIUS) * math.sqrt(2.0 / bend)

    def _best(self, amount: float, radius_px: float) -> "_Best":
        """The best amount near one, at a radius."""
        for _ in range(MOST_STEPS):
            step = min(FINE_AMOUNT * (1.0 + amount), 0.9 * amount)
            three = [self._misfit(amount + side * step, radius_px) for side in (-1, 0, 1)]
            off, bend = _vertex(*three)
            amount = min(max(amount + off * step, LEAST_AMOUNT), MOST_MASK)
            if abs(off) < 1.0:
                break
        return _Best(amount, radius_px, step * math.sqrt(2.0 / bend), three[1] - 0.5 * bend * off**2)

    def _misfit(self, amount: float, radius_px: float) -> float:
        """-2 ln of the chance of the means once a mask is taken back."""
        return self.means.misfit(*self._fit(amount, radius_px))

    def _cut(self, best: "_Best") -> float:
        """The most that was put back to the mean of a ring, as a share of it."""
        fit, more = self._fit(best.amount, best.radius_px)
        return 0.0 if more is None else float((np.abs(more) / fit.mean).max())

    def _fit(self, amount: float, radius_px: float) -> tuple[RingFit, Floats64 | None]:
        """The rings once a mask is taken back, and what was put back to their means."""
        rows, curve = self.means.rows, self.view.curve
        light = self._light(amount, radius_px)
        fit = fit_other_light(self.seen, light)
        if not amount or self.known.ends.open or curve is None:
            return fit, None
        cutting = Cutting(amount, radius_px, self.known.ends, curve)
        frequency = self.rings.plan.cycles / (2.0 * math.pi * self.rings.radius_px[rows])
        return put_back(light, self.rings.wave[rows], fit, frequency, cutting)[1:]

    def _unsharpened(self, amount: float, radius_px: float) -> RingFit:
        return fit_other_light(self.seen, self._light(amount, radius_px))

    def _light(self, amount: float, radius_px: float) -> Floats:
        if radius_px not in self._softer:
            self._softer[radius_px] = self.view.softer(self.rings, self.pose, self.means.rows, radius_px)
        return self._softer[radius_px](amount)

    def _scale(self, misfit: float) -> float:
        """How many times more than sampling and noise the best of all leaves."""
        return max(1.0, misfit / self.means.rows.size)


@dataclass(frozen=True, slots=True)
class _Best:
    """The best amount at a radius, its sigma, and the misfit there."""

    amount: float
    radius_px: float
    sigma: float
    misfit: float

    def cost(self, scale: float) -> float:
        """-2 ln of its chance, by the means and by how usual its radius is."""
        return self.misfit / scale + _unusual(self.radius_px)


def _unusual(radius_px: float) -> float:
    """-2 ln of the chance of a radius."""
    spread = NARROW_SPREAD if radius_px < MASK_PX else RADIUS_SPREAD
    return (math.log(radius_px / MASK_PX) / spread) ** 2


def _radius(step: int) -> float:
    return float(MASK_PX * RADIUS_STEP**step)


def _vertex(low: float, middle: float, high: float) -> tuple[float, float]:
    """Where the parabola through three values a step apart is lowest, up to a step away; and its bend."""
    bend = low - 2.0 * middle + high
    if bend <= FLATTEST:
        return (-1.0 if low < high else 1.0), FLATTEST
    return min(max(0.5 * (low - high) / bend, -1.0), 1.0), bend
