"""The picture around a star: its rings about a pose, and the pose to a few hundredths of a pixel."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...frame import Samples
from .aliasing import radii_px
from .centre import pixel_step, sector_step
from .pose import Pose
from .rings import (
    SAMPLES,
    Floats,
    Floats64,
    RingPlan,
    Rings,
    fit_rings,
    gather,
    parity,
    picked,
    plan_between,
    plan_rings,
    ring_count,
)
from .unsharpened import BLURRED_PX, MASK_PX, Codes, blurred, light_without, unsharpened

LEAST_VISIBLE = 0.2
"""A ring counts when this part of it lies in the picture."""

LEAST_SAMPLES = 27
"""Pixels a ring needs, three for each of the nine numbers fitted to it."""

MOST_STEP = np.array([1.0, 1.0, 0.02, 0.02])
"""Farthest a pose is moved once it is known to a tenth of a pixel."""

MOVED = 0.5
"""Pixels of centre, or radians of phase: a longer step of a tracked star is not believed."""

NO_SWING = 0.01
"""Radians of phase below which a star counts as facing the camera."""

LOWEST_FREQUENCY = 0.004
"""Cycles per pixel: no ring is looked for farther out."""

BEYOND, BEYOND_PX = 1.25, 12
"""Of the reach: the last rings, rounded up to a multiple of four, and what a mask blurs."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Where a star is read: a picture, how its lines lie, and how far rings are looked for.

    `picture` holds codes where `curve` is given, else light; it begins at `first_line` and `first_column`.
    """

    picture: Samples
    cycles: int
    curve: Floats | None
    line_step: int
    first_line: int
    reach_px: float
    first_column: int = 0

    def rings(self, pose: Pose, every: int = 1, samples: int = SAMPLES) -> Rings:
        """The pixels of its rings, or of one ring in so many, about a pose."""
        odd = parity(round(pose.y_px), self.first_line, self.line_step)
        count = ring_count(self.cycles, self.reach_px)
        return self._gathered(plan_rings(self.cycles, count, self.line_step, odd, every, samples), pose)

    def beyond(self, pose: Pose) -> Rings:
        """The pixels of rings finer than Nyquist."""
        odd = parity(round(pose.y_px), self.first_line, self.line_step)
        return self._gathered(plan_between(self.cycles, *radii_px(self.cycles), self.line_step, odd), pose)

    def _gathered(self, plan: RingPlan, pose: Pose) -> Rings:
        return gather(
            self.picture,
            plan,
            pose,
            curve=self.curve,
            line_step=self.line_step,
            first_line=self.first_line,
            first_column=self.first_column,
        )

    def codes(self, pose: Pose) -> Rings:
        """The codes of the pixels of its rings, in 256 steps, in place of their light."""
        size = 256 if self.curve is None else self.curve.size
        plain = (np.arange(size) * (256.0 / size)).astype(np.float32)
        return replace(self, curve=plain).rings(pose)

    def without(self, amount: float, pose: Pose, radius_px: float = MASK_PX) -> "View":
        """The part of the picture around a star with a mask of the camera taken back."""
        if self.curve is None or not amount:
            return self
        part = self._around(pose, BEYOND * self.reach_px + BEYOND_PX)
        soft = unsharpened(Codes(part.picture, self.curve), amount, self.line_step, radius_px)
        return replace(part, picture=soft.picture, curve=soft.curve)

    def softer(
        self, rings: Rings, pose: Pose, rows: NDArray[np.intp], radius_px: float = MASK_PX
    ) -> Callable[[float], Floats]:
        """The light of these rings about a pose with any mask taken back: all is blurred once for it."""
        if self.curve is None:
            raise ValueError("a mask of light cannot be taken back")
        curve, plan = self.curve, rings.plan
        part = self._around(pose, float(plan.outer_px[rows].max()) + BLURRED_PX * max(radius_px, MASK_PX))
        at = {"line_step": part.line_step, "first_line": part.first_line, "first_column": part.first_column}
        levels = blurred(part.picture, part.line_step, radius_px)
        blurs = [np.asarray(picked(each, plan, pose, **at)[0][rows], np.float32) for each in levels]
        return lambda amount: light_without(amount, blurs, curve)

    def _around(self, pose: Pose, reach_px: float) -> "View":
        """The same star in the part of the picture that reaches so far from its centre."""
        columns, rows = (
            slice(
                max(0, math.floor((at - reach_px - first) / step)),
                max(0, math.ceil((at + reach_px - first) / step)),
            )
            for at, first, step in ((pose.x_px, 0, 1), (pose.y_px, self.first_line, self.line_step))
        )
        return replace(
            self,
            picture=self.picture[rows, columns],
            first_line=self.first_line + rows.start * self.line_step,
            first_column=columns.start,
        )


def reach_of(
    picture: Samples, x: float, y: float, cycles: int, radius: float | None, line_step: int
) -> float:
    """How far from a centre rings are looked for, px: to the borders, or beyond a rim that is known."""
    rows, columns = picture.shape
    far = float(max(x, columns - x, y, rows * line_step - y))
    far = min(far, cycles / (2 * math.pi * LOWEST_FREQUENCY))
    return far if radius is None else min(far, 1.35 * radius)


def _settled(view: View, pose: Pose, radius: float | None) -> Pose:
    """The pose to a tenth of a pixel, from one that may be several pixels off."""
    limit = np.array([0.25 * view.reach_px, 0.25 * view.reach_px, 0.1, 0.1])
    for _ in range(4):
        rings = view.rings(pose, every=3)
        trust = _trust(rings)
        if radius is not None:
            trust *= rings.plan.outer_px < 0.98 * radius
        step = sector_step(rings, trust)
        pose = pose.moved(np.clip(step, -limit, limit))
        if _small(step, view.cycles, 0.3):
            break
    return pose


def _trust(rings: Rings) -> Floats64:
    total = np.maximum(rings.weight.sum(axis=1), 1.0)
    mean = (rings.light * rings.weight).sum(axis=1) / total
    power = (rings.light**2 * rings.weight).sum(axis=1) / total - mean**2
    usable = (rings.visible > LEAST_VISIBLE) & (total > LEAST_SAMPLES)
    floor = max(0.02 * float(power.max()), 1e-9)
    return np.asarray(usable / np.maximum(power, floor) / total**2, dtype=np.float64)


def posed(view: View, pose: Pose, radius: float | None, tracked: bool) -> tuple[Pose, float]:
    """The pose to a few hundredths of a pixel, on every second ring, and the sigma of its centre.

    A tracked star is settled only when its first step says that it moved.
    """
    if not tracked:
        pose = _settled(view, pose, radius)
    for turn in range(4):
        rings = view.rings(pose, every=3)
        step, sigma = pixel_step(rings, fit_rings(rings, harmonics=1))
        if tracked and turn == 0 and not _small(step, view.cycles, MOVED):
            pose = _settled(view, pose, radius)
            continue
        pose = pose.moved(np.clip(step, -MOST_STEP, MOST_STEP))
        if _small(step, view.cycles, 0.1):
            break
    return pose.squared(NO_SWING / view.cycles), sigma


def _small(step: Floats64, cycles: int, least: float) -> bool:
    """Whether a step moves the centre by less than `least` pixels, and no phase by as many radians."""
    return bool(np.abs(step[:2]).max() < least and cycles * np.abs(step[2:]).max() < least)
