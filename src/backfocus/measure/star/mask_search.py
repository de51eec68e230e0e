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
from .unsharpened import MASK_PX, MOST_MASK, RADIUS_SPREAD, STEP, Mask, Means
from .view import View

RADIUS_STEP, MOST_STEPS = 1.3, 3
"""Ratio of the radii that are tried at first, and so many to either side; and so many finer steps."""

AMOUNTS = (0.12, 0.25, 0.4, 0.6, 0.85, 1.15, 1.55, 2.1)
"""Tried at first."""

FINE_AMOUNT, FINE_RADIUS, AMOUNT_FALLS = 0.08, math.sqrt(RADIUS_STEP), -1.5
"""Steps of an amount as a share of 1 + mask, and the ratio of radii, once the best is near; and the power of
the radius with which the amount goes that does about the same."""

LEAST_AMOUNT, LEAST_SPREAD = 0.02, 0.04
"""What is looked for; and no picture tells the logarithm of a radius better."""

FLATTEST = 1e-3
"""A bend that tells no lowest place."""

SURE_MISFIT, WORST_SCALE = 16.0, 5.0
"""So much less must be left, as -2 ln of its chance, to believe in a mask: 4 sigmas; and so many times more
than sampling and noise it may leave. Behind a demosaic it is twice, with a dead pixel in 300 14 times."""


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

    def left(self) -> Mask:
        """The mask that seems to be in the picture, were it small."""
        as_seen, softer = (self._fit(amount, MASK_PX)[0].mean for amount in (0.0, STEP))
        return self.means.mask_left(as_seen, softer)

    def found(self) -> Mask | None:
        """The best mask of any radius; None where none makes the means more even, beyond doubt.

        Where codes are lifted above paper there is one, whatever the means say.
        """
        tried = {
            step: min((self._misfit(amount, _radius(step)), amount) for amount in AMOUNTS)
            for step in range(-MOST_STEPS, MOST_STEPS + 1)
        }
        scale = self._scale(min(tried.values())[0])
        cost = {step: misfit / scale + _unusual(_radius(step)) for step, (misfit, _) in tried.items()}
        best = min(cost, key=lambda step: cost[step])
        sure = scale < WORST_SCALE and self._misfit(0.0, MASK_PX) / scale > cost[best] + SURE_MISFIT
        if not sure and not self.known.ends.lifted:
            return None
        return self.around(tried[best][1], _radius(best))

    def around(self, amount: float, radius_px: float) -> Mask:
        """The best mask near one, with how well the picture tells it."""
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
        cut = self._cut(best)
        spread = math.hypot(math.log(FINE_RADIUS) * math.sqrt(2.0 / bend), LEAST_SPREAD, cut)
        return replace(
            self.known,
            amount=best.amount,
            sigma=math.hypot(best.sigma * math.sqrt(scale), cut * (1.0 + best.amount)),
            radius_px=best.radius_px,
            spread=min(spread, RADIUS_SPREAD),
        )

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
        if radius_px not in self._softer:
            self._softer[radius_px] = self.view.softer(self.rings, self.pose, rows, radius_px)
        light = self._softer[radius_px](amount)
        fit = fit_other_light(self.seen, light)
        if not amount or self.known.ends.open or curve is None:
            return fit, None
        cutting = Cutting(amount, radius_px, self.known.ends, curve)
        frequency = self.rings.plan.cycles / (2.0 * math.pi * self.rings.radius_px[rows])
        return put_back(light, self.rings.wave[rows], fit, frequency, cutting)[1:]

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
    return (math.log(radius_px / MASK_PX) / RADIUS_SPREAD) ** 2


def _radius(step: int) -> float:
    return float(MASK_PX * RADIUS_STEP**step)


def _vertex(low: float, middle: float, high: float) -> tuple[float, float]:
    """Where the parabola through three values a step apart is lowest, up to a step away; and its bend."""
    bend = low - 2.0 * middle + high
    if bend <= FLATTEST:
        return (-1.0 if low < high else 1.0), FLATTEST
    return min(max(0.5 * (low - high) / bend, -1.0), 1.0), bend
