"""Motors made of arithmetic, on the rings of the virtual lens.

A motor goes at its own speed, arrives nearly where it was sent, and rings for a moment. Between it and the
ring there is play: a ring that is pushed from below stands lower than one that is pushed from above.
Satisfies `LensControl` by shape; it knows nothing of pictures, and what measures knows nothing of it.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..guide.axes import Automatic, Axis, AxisName, LensState, demand_within
from .lens import BACK_FOCUS_LIMIT_UM, BACK_FOCUS_UM_PER_DEG, Pose, ZoomLens

ZOOM = Axis(0.0, float(0x4000), play=40.0)
FOCUS = Axis(float(0x1000), float(0xF000), play=120.0)
BACK_FOCUS = Axis(0.0, 4095.0, play=30.0)
IRIS = Axis(0.0, 1000.0)
BACK_FOCUS_S, IRIS_S = 2.0, 0.6
"""From one end to the other."""
IRIS_STOPS = 8.0
"""From open to closed."""
PAST_INFINITY = 0.03
"""Share of the focus ring's travel that lies behind infinity."""
REAR_FOCUS_UM = 2500.0
"""Travel of the focus of a lens that focuses with its rear; its chart stands at 0.4 of it."""
RINGS_BY = 0.002
"""Of its way: how far a motor overshoots as it stops."""
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class _Way:
    """A motor on its way from one place to another; where its ring stood as it set out; how it arrives."""

    begun_s: float
    start: float
    end: float
    steps_s: float
    ring: float
    missed: float

    @property
    def over_s(self) -> float:
        return self.begun_s + abs(self.end - self.start) / self.steps_s

    def motor(self, at_s: float) -> float:
        gone = min(max(at_s - self.begun_s, 0.0) * self.steps_s, abs(self.end - self.start))
        return self.start + math.copysign(gone, self.end - self.start)

    def ring_at(self, at_s: float, backlash: float, settle_s: float) -> float:
        """Where the ring stands: it follows once the play is used up, and rings after the stop."""
        if at_s <= self.begun_s or self.end == self.start:
            return self.ring
        motor = self.motor(at_s) + self.missed
        ring = max(self.ring, motor - backlash) if self.end >= self.start else min(self.ring, motor)
        since_s = at_s - self.over_s
        if not 0.0 < since_s < 2.0 * settle_s:
            return ring
        swing = RINGS_BY * abs(self.end - self.start) * math.exp(-4.0 * since_s / settle_s)
        return ring + swing * math.sin(2.0 * math.pi * 12.0 * since_s)


class Motors:
    """The motors of a virtual lens.

    Parameters
    ----------
    lens : ZoomLens
        With the settings of a bench whose `motor` is not "none".
    pose : Pose
        Where the rings stand at the start.
    clock : callable
        The time in seconds.
    """

    def __init__(self, lens: ZoomLens, pose: Pose, clock: Callable[[], float]) -> None:
        settings = lens.settings
        self._lens, self._settings, self._clock = lens, settings, clock
        self._rng = np.random.default_rng((settings.seed, 9))
        self._found = pose
        self._automatic = Automatic(focus=True, exposure=True)
        self.axes: Mapping[AxisName, Axis] = {"zoom": ZOOM, "focus": FOCUS, "iris": IRIS}
        if settings.motor == "back-focus":
            self.axes = {**self.axes, "back-focus": BACK_FOCUS}
        self._full_s: dict[AxisName, float] = {
            "zoom": settings.zoom_s,
            "focus": settings.focus_s,
            "iris": IRIS_S,
            "back-focus": BACK_FOCUS_S,
        }
        self._ways: dict[AxisName, deque[_Way]] = {
            axis: deque([self._standing(axis, self._steps(axis, pose))], maxlen=REMEMBERED)
            for axis in self.axes
        }
        self._refused: str | None = None

    def move(self, axis: AxisName, position: float) -> None:
        """Send a motor off; one that an automatic function holds refuses, as cameras do."""
        demand_within(self.axes, axis, position)
        held_by = self._held_by(axis)
        self._refused = f"not executable: automatic {held_by} is on" if held_by else None
        if self._refused:
            return
        now_s, last = self._clock(), self._ways[axis][-1]
        noise = 0.0 if axis == "iris" else self._settings.motor_noise
        missed = float(self._rng.normal(0.0, noise)) if noise else 0
        steps_s = self.axes[axis].span / self._full_s[axis]
        ring = last.ring_at(now_s, self._settings.backlash, 0.0)
        self._ways[axis].append(_Way(now_s, last.motor(now_s), position, steps_s, ring, missed))

    def state(self) -> LensState:
        """Where the motors stand now."""
        now_s = self._clock()
        last = {axis: ways[-1] for axis, ways in self._ways.items()}
        return LensState(
            {axis: round(way.motor(now_s)) for axis, way in last.items()},
            all(now_s > way.begun_s and now_s >= way.over_s for way in last.values()),
            self._automatic,
            self._refused,
        )

    def automatic(self, wanted: Automatic) -> Automatic:
        """Switch automatic focus and exposure, and tell how they were."""
        was = self._automatic
        self._automatic = Automatic(
            focus=was.focus if wanted.focus is None else wanted.focus,
            exposure=was.exposure if wanted.exposure is None else wanted.exposure,
        )
        return was

    def pose_at(self, at_s: float) -> Pose:
        """Where the rings stood at a time, which may lie some moves back."""
        pose = self._found
        for axis, ways in self._ways.items():
            way = next((way for way in reversed(ways) if way.begun_s <= at_s), ways[0])
            steps = way.ring_at(at_s, self._settings.backlash, self._settings.settle_s)
            pose = self._turned(pose, axis, steps)
        heat_um = self._settings.heat_um_min * max(at_s, 0.0) / 60.0
        return replace(pose, focus_um=pose.focus_um + heat_um)

    def _held_by(self, axis: AxisName) -> str:
        """The automatic function that moves an axis by itself now; "" for none."""
        on = {"focus": self._automatic.focus, "exposure": self._automatic.exposure}
        function = {"focus": "focus", "iris": "exposure"}.get(axis, "")
        return function if on.get(function) else ""

    def _standing(self, axis: AxisName, steps: float) -> _Way:
        span = self.axes[axis]
        at = span.step_near(steps)
        return _Way(-math.inf, at, at, span.span / self._full_s[axis], at, 0.0)

    @property
    def _focus_um(self) -> tuple[float, float]:
        """The ends of the focus motor as the pose counts."""
        if self._settings.lens == "rear":
            chart_um = self._lens.chart_focus_um
            return chart_um - 0.4 * REAR_FOCUS_UM, chart_um + 0.6 * REAR_FOCUS_UM
        range_um = self._lens.focus_range_um
        return -PAST_INFINITY * range_um, range_um

    @property
    def _open_f(self) -> float:
        return min(number for _, number in self._settings.f_numbers)

    def _closed(self, iris_f: float) -> float:
        """The share of the way from open to closed at an f-number, 0 where the lens has no wider one."""
        stops = 2.0 * math.log2(max(iris_f, self._open_f) / self._open_f)
        return min(stops / IRIS_STOPS, 1.0)

    def _steps(self, axis: AxisName, pose: Pose) -> float:
        low_um, high_um = self._focus_um
        share = {
            "zoom": pose.zoom,
            "focus": (pose.focus_um - low_um) / (high_um - low_um),
            "iris": self._closed(pose.iris_f),
            "back-focus": 0.5 + 0.5 * pose.back_focus_deg * BACK_FOCUS_UM_PER_DEG / BACK_FOCUS_LIMIT_UM,
        }[axis]
        return self.axes[axis].low + share * self.axes[axis].span

    def _turned(self, pose: Pose, axis: AxisName, steps: float) -> Pose:
        share = (steps - self.axes[axis].low) / self.axes[axis].span
        low_um, high_um = self._focus_um
        match axis:
            case "zoom":
                return replace(pose, zoom=share)
            case "focus":
                return replace(pose, focus_um=low_um + share * (high_um - low_um))
            case "iris":
                stops = IRIS_STOPS * share
                return replace(pose, iris_f=self._open_f * 2.0 ** (0.5 * stops) if stops > 0.0 else 0.0)
            case _:
                um = (2.0 * share - 1.0) * BACK_FOCUS_LIMIT_UM
                return replace(pose, back_focus_deg=um / BACK_FOCUS_UM_PER_DEG)
