"""Where an edge lies: found in a region by votes, then refined with the profile across it.

How far a pixel is off the profile at its distance, over the profile's slope there, is how far off the line is
at that place. So all pixels together move, turn and bend the line by least squares, and the profile is fitted
anew, until nothing moves: noise of 4 % turns an edge of 100 px by a ten-thousandth.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .profile import KNOT_PX, Profile, fit_profile

Floats64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_PIXELS = 200
ROUNDS = 8
SETTLED_PX = 0.003
"""Last move of the line's ends."""
MOST_MOVE_PX = 2.0
DUST, DUST_SIGMAS = 0.03, 6.0
"""A pixel is left out when it is off the profile by this share of the step, the noise and half a pixel."""
COARSE_PX, COARSE_ROUNDS = 1.0, 3
"""Knots that the line is first refined with. Where an edge runs almost along a simple direction of pixels,
their distance from it goes with their place along it, and a fine profile would swallow what is to be seen."""
KNOTS, NARROW_PX = 0.5, 1.5
"""So much of the step's spread beyond that of a sharp one, no finer than a profile and no coarser than a
pixel."""
STEEP = 0.2
"""Of the largest squared slope: less is noise."""
PLATEAU = 0.1
"""Of the steepest slope: less is plateau."""
STEP_SPREADS, STEP_PX = 4.0, 10.0
"""How far from the step pixels still help to place it: so many times its spread, and some."""
STEEPEST = 85
"""Percentile of the slopes from which they vote."""


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """Centres in lines of the whole picture, and light; shape (n,) each. `kept` is False for dust.

    `shape` is that of the rectangle they fill, row by row; `line_step` the height of a row.
    """

    x: Floats64
    y: Floats64
    light: Floats64
    kept: Mask
    shape: tuple[int, int]
    line_step: int
    reach_px: float
    half_length_px: float = math.inf


@dataclass(frozen=True, slots=True)
class Line:
    """The edge: through (x, y), its normal at `angle_rad`, bent by `bow_per_px` times the way squared."""

    x: float
    y: float
    angle_rad: float
    bow_per_px: float = 0.0

    def ways(self, pixels: Pixels) -> tuple[Floats64, Floats64]:
        """How far pixels lie across (towards the normal) and along the edge, px."""
        cos, sin = math.cos(self.angle_rad), math.sin(self.angle_rad)
        dx, dy = pixels.x - self.x, pixels.y - self.y
        along = dy * cos - dx * sin
        return dx * cos + dy * sin - self.bow_per_px * along**2, along

    def at(self, along: float) -> "Line":
        """The same line, its point moved along it."""
        cos, sin = math.cos(self.angle_rad), math.sin(self.angle_rad)
        across = self.bow_per_px * along**2
        return replace(
            self,
            x=self.x - along * sin + across * cos,
            y=self.y + along * cos + across * sin,
            angle_rad=self.angle_rad - 2 * self.bow_per_px * along,
        )

    def beside(self, across: float) -> tuple[float, float]:
        """The place so far from the line's point along its normal."""
        return self.x + across * math.cos(self.angle_rad), self.y + across * math.sin(self.angle_rad)

    def moved(self, across: float, turned_rad: float, bow_per_px: float) -> "Line":
        """The line moved along its normal, turned about its point and bent."""
        cos, sin = math.cos(self.angle_rad), math.sin(self.angle_rad)
        return Line(
            self.x + across * cos,
            self.y + across * sin,
            self.angle_rad + turned_rad,
            self.bow_per_px + bow_per_px,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """The line, the profile across it, and for the pixels used: their ways across and along, and light."""

    line: Line
    profile: Profile
    across: Floats64
    along: Floats64
    light: Floats64


def line_in(pixels: Pixels) -> Line | None:
    """The line that most of the slope in a rectangle lies on; None in an even one."""
    light = cv2.GaussianBlur(np.nan_to_num(pixels.light).reshape(pixels.shape), (0, 0), 1.5)
    gx = np.asarray(cv2.Sobel(light, cv2.CV_64F, 1, 0), np.float64).ravel()
    gy = np.asarray(cv2.Sobel(light, cv2.CV_64F, 0, 1), np.float64).ravel() / pixels.line_step
    size = np.hypot(gx, gy)
    steep = np.flatnonzero(size >= max(float(np.percentile(size, STEEPEST)), 1e-12))
    if steep.size == 0:
        return None
    middle = float(pixels.x.mean()), float(pixels.y.mean())
    place = pixels.x[steep] - middle[0], pixels.y[steep] - middle[1]
    slope = gx[steep], gy[steep]
    angle, _ = _most_votes(place, slope, np.arange(0.0, 360.0, 3.0))
    angle, offset = _most_votes(place, slope, angle + np.arange(-3.0, 3.1, 0.25))
    normal = math.radians(angle)
    return Line(middle[0] + offset * math.cos(normal), middle[1] + offset * math.sin(normal), normal)


def _most_votes(
    place: tuple[Floats64, Floats64], slope: tuple[Floats64, Floats64], angles_deg: Floats64
) -> tuple[float, float]:
    """Angle of the normal in degrees and distance from the origin of the line with the most slope on it."""
    best = (-1.0, 0.0, 0.0)
    reach = float(np.hypot(*place).max()) + 2.0
    for angle in angles_deg.tolist():
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        votes = np.clip(slope[0] * cos + slope[1] * sin, 0, None) ** 2
        bins = (place[0] * cos + place[1] * sin + reach).astype(np.intp)
        count = np.convolve(np.bincount(bins, votes), [0.5, 1.0, 0.5], mode="same")
        top = int(np.argmax(count))
        if count[top] > best[0]:
            best = (float(count[top]), angle, top + 0.5 - reach)
    return best[1], best[2]


def settle(pixels: Pixels, line: Line) -> Settled | None:
    """The line refined until it stays, and the profile across it; None where too few pixels lie along it."""
    now = _seen(pixels, line, COARSE_PX)
    if now is None:
        return None
    if math.isinf(pixels.half_length_px):
        line = line.at(_middle(pixels, line))
    middle, spread = _spread(now.profile)
    near = _near(pixels, now, max(abs(middle) + STEP_SPREADS * spread + STEP_PX, STEP_PX))
    fine = min(max(KNOT_PX, KNOTS * (spread - NARROW_PX)), COARSE_PX)
    for turn in range(ROUNDS):
        now = _seen(near, line, fine if turn >= COARSE_ROUNDS else max(COARSE_PX, spread / 2))
        if now is None:
            return None
        if turn >= 1:
            near = replace(near, light=_evened(near, now))
        if turn >= 2:
            near = replace(near, kept=_clean(near, now))
        across, turned, bow = _move(now)
        line = line.moved(across, turned, bow)
        half = float(np.abs(now.along).max())
        if turn > COARSE_ROUNDS and abs(turned) * half + abs(bow) * half**2 < SETTLED_PX:
            break
    return _whole(pixels, line, fine)


def _spread(profile: Profile) -> tuple[float, float]:
    """Where the slope is, and how wide: its square's mean and deviation, px."""
    x, weight = profile.middles_px, profile.slope(profile.middles_px) ** 2
    weight[weight < STEEP * weight.max()] = 0.0
    weight /= max(float(weight.sum()), 1e-30)
    middle = float(x @ weight)
    return middle, math.sqrt(float((x - middle) ** 2 @ weight))


def _near(pixels: Pixels, now: Settled, reach_px: float) -> Pixels:
    """The pixels of the step and a little around it: the others say nothing of where it lies."""
    across, along = now.line.ways(pixels)
    within = pixels.kept & (np.abs(across) < reach_px) & (np.abs(along) <= pixels.half_length_px)
    return replace(
        pixels,
        x=pixels.x[within],
        y=pixels.y[within],
        light=pixels.light[within],
        kept=pixels.kept[within],
        reach_px=min(reach_px, pixels.reach_px),
    )


def _whole(pixels: Pixels, line: Line, knot_px: float) -> Settled | None:
    """All pixels along a line, without dust and shading."""
    now = _seen(pixels, line, knot_px)
    for _ in range(2):
        if now is None:
            return None
        pixels = replace(pixels, light=_evened(pixels, now), kept=np.isfinite(pixels.light))
        pixels = replace(pixels, kept=pixels.kept & _clean(pixels, now))
        now = _seen(pixels, line, knot_px)
    return now


def _middle(pixels: Pixels, line: Line) -> float:
    across, along = line.ways(pixels)
    near = along[np.abs(across) < 1.0]
    return float(near.min() + near.max()) / 2 if near.size else 0.0


def _seen(pixels: Pixels, line: Line, knot_px: float) -> Settled | None:
    across, along = line.ways(pixels)
    used = pixels.kept & (np.abs(across) < pixels.reach_px) & (np.abs(along) <= pixels.half_length_px)
    if used.sum() < LEAST_PIXELS:
        return None
    across, along, light = across[used], along[used], pixels.light[used]
    return Settled(line, fit_profile(across, light, knot_px), across, along, light)


def _move(now: Settled) -> tuple[float, float, float]:
    """How far the line is to be moved, turned and bent, from how far the pixels are off the profile."""
    half = float(np.abs(now.along).max())
    way = now.along / half
    rows = np.stack([np.ones_like(way), way, way**2 - 1 / 3]) * now.profile.slope(now.across)
    off = now.profile.value(now.across) - now.light
    normal = rows @ rows.T
    normal += 1e-9 * max(float(np.trace(normal)), 1e-30) * np.eye(3)
    across, turned, bow = np.clip(np.linalg.solve(normal, rows @ off), -MOST_MOVE_PX, MOST_MOVE_PX).tolist()
    return across - bow / 3, -turned / half, bow / half**2


def _clean(pixels: Pixels, now: Settled) -> Mask:
    """The pixels without dust and dead ones."""
    off = np.abs(now.light - now.profile.value(now.across))
    step = float(np.ptp(now.profile.coefficients))
    across, _ = now.line.ways(pixels)
    most = DUST_SIGMAS * 1.4826 * float(np.median(off)) + DUST * step
    allowed = most + 0.5 * np.abs(now.profile.slope(across))
    return np.asarray(np.abs(pixels.light - now.profile.value(across)) < allowed)


def _evened(pixels: Pixels, now: Settled) -> Floats64:
    """Light evened out along the edge, by its plateaus: lamps hardly ever light a chart evenly."""
    level, slope = now.profile.value(now.across), np.abs(now.profile.slope(now.across))
    part = level * now.along * (slope < PLATEAU * slope.max())
    per_px = float((now.light - level) @ part) / max(float(part @ part), 1e-30)
    return pixels.light / np.clip(1 + per_px * now.line.ways(pixels)[1], 0.2, 5.0)
