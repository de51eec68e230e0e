"""Where an edge lies: found in a region by votes, then refined with the profile across it.

How far a pixel is off the profile at its distance, over the profile's slope there, is how far off the line is
at that place. So all pixels together move, turn and bend the line by least squares, and the profile is fitted
again, until nothing moves: noise of 4 % turns an edge of 100 px by a ten-thousandth.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .esf import KNOT_PX, Profile, profile_through

Floats64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_PIXELS = 200
ROUNDS, SETTLED_PX = 6, 0.005
"""At most, and the last move of the line's ends."""
MOST_MOVE_PX = 2.0
DUST, DUST_SIGMAS = 0.03, 6.0
"""A pixel is left out when it is off the profile by this share of the step, the noise and half a pixel."""
COARSE_PX, COARSE_ROUNDS, ROUGH_PX = 1.0, 3, 0.05
"""Knots that the line is first refined with. Where an edge runs almost along a simple direction of pixels,
their distance from it goes with their place along it, and a fine profile would swallow what we look for."""
KNOTS, NARROW_PX = 0.5, 1.5
"""So much of the step's spread beyond that of a sharp one, no finer than a profile and no coarser than a
pixel."""
STEEP = 0.2
"""Of the largest squared slope: less is noise."""
PLATEAU = 0.1
"""Of the steepest slope: less is plateau."""
STEP_SPREADS, STEP_PX = 4.0, 10.0
"""How far from the step pixels still help to place it: so many times its spread, and some."""
FOOT_SPREADS = 14.0
"""Of the step's spread that its core, halo and taper take on each side (`mtf`)."""
STEEPEST = 85
"""Percentile of the slopes from which they vote."""


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """Centres in lines of the whole picture, and light; shape (n,) each.

    `shape` is that of the rectangle they filled, row by row; `line_step` the height of a row; `foot_px` how
    much of the plateaus is read beyond what the step takes.
    """

    x: Floats64
    y: Floats64
    light: Floats64
    shape: tuple[int, int]
    line_step: int
    reach_px: float
    half_length_px: float = math.inf
    foot_px: float = math.inf


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
    """The line, the profile across it, and for each pixel used its ways, px, and the profile there."""

    line: Line
    profile: Profile
    pixels: Pixels
    across: Floats64
    along: Floats64
    level: Floats64
    slope: Floats64

    @property
    def off(self) -> Floats64:
        """How far the light of each pixel is off the profile."""
        return self.pixels.light - self.level


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
    some = _along(replace(pixels, half_length_px=pixels.half_length_px / 3), line, pixels.reach_px)
    if some.x.size < LEAST_PIXELS / 3:
        return None
    if math.isinf(pixels.half_length_px):
        line = line.at(_middle(some, line))
    middle, spread = _spread(_seen(some, line, COARSE_PX).profile)
    pixels = _along(pixels, line, min(pixels.reach_px, abs(middle) + FOOT_SPREADS * spread + pixels.foot_px))
    near = _along(pixels, line, abs(middle) + STEP_SPREADS * spread + STEP_PX)
    rough = _refined(near, line, max(COARSE_PX, spread / 2), COARSE_ROUNDS, ROUGH_PX)
    if rough is None:
        return None
    fine = min(max(KNOT_PX, KNOTS * (spread - NARROW_PX)), COARSE_PX)
    return _refined(pixels, rough.line, fine, ROUNDS, SETTLED_PX, clean=True)


def _refined(
    pixels: Pixels, line: Line, knot_px: float, rounds: int, still_px: float, *, clean: bool = False
) -> Settled | None:
    """The line refined until it stays, its pixels evened out and, if asked, `clean` of dust."""
    now = None
    for turn in range(rounds):
        if pixels.x.size < LEAST_PIXELS:
            return None
        now = _seen(pixels, line, knot_px)
        pixels = _cleaned(now) if clean else replace(pixels, light=_evened(now))
        line, moved_px = _moved(now)
        if moved_px < still_px and (turn or not clean):
            break
    return now


def _along(pixels: Pixels, line: Line, reach_px: float) -> Pixels:
    """The pixels within reach of a line, without holes."""
    across, along = line.ways(pixels)
    near = (np.abs(across) < reach_px) & (np.abs(along) <= pixels.half_length_px)
    return _picked(pixels, near & np.isfinite(pixels.light))


def _picked(pixels: Pixels, which: Mask) -> Pixels:
    return replace(pixels, x=pixels.x[which], y=pixels.y[which], light=pixels.light[which])


def _middle(pixels: Pixels, line: Line) -> float:
    across, along = line.ways(pixels)
    near = along[np.abs(across) < 1.0]
    return float(near.min() + near.max()) / 2 if near.size else 0.0


def _spread(profile: Profile) -> tuple[float, float]:
    """Where the slope is, and how wide: its square's mean and deviation, px."""
    x, weight = profile.middles_px, profile.slope(profile.middles_px) ** 2
    weight[weight < STEEP * weight.max()] = 0.0
    weight /= max(float(weight.sum()), 1e-30)
    middle = float(x @ weight)
    return middle, math.sqrt(float((x - middle) ** 2 @ weight))


def _seen(pixels: Pixels, line: Line, knot_px: float) -> Settled:
    across, along = line.ways(pixels)
    profile, level, slope = profile_through(across, pixels.light, knot_px)
    return Settled(line, profile, pixels, across, along, level, slope)


def _moved(now: Settled) -> tuple[Line, float]:
    """The line moved, turned and bent by how far pixels are off the profile; and how far its ends went."""
    half = float(np.abs(now.along).max())
    way = now.along / half
    rows = np.stack([np.ones_like(way), way, way**2 - 1 / 3]) * now.slope
    normal = rows @ rows.T
    normal += 1e-9 * max(float(np.trace(normal)), 1e-30) * np.eye(3)
    move = np.clip(np.linalg.solve(normal, -rows @ now.off), -MOST_MOVE_PX, MOST_MOVE_PX)
    across, turned, bow = move.tolist()
    return now.line.moved(across - bow / 3, -turned / half, bow / half**2), float(np.abs(move).sum())


def _cleaned(now: Settled) -> Pixels:
    """The pixels evened out, without dust and dead ones."""
    light = _evened(now)
    step = float(np.ptp(now.profile.coefficients))
    off = np.abs(now.off)
    usual = float(np.partition(off, off.size // 2)[off.size // 2])
    most = DUST_SIGMAS * 1.4826 * usual + DUST * step
    clean = np.abs(light - now.level) < most + 0.5 * np.abs(now.slope)
    return _picked(replace(now.pixels, light=light), clean)


def _evened(now: Settled) -> Floats64:
    """Light evened out along the edge, by its plateaus: lamps hardly ever light a chart evenly."""
    slope = np.abs(now.slope)
    part = now.level * now.along * (slope < PLATEAU * slope.max())
    per_px = float(now.off @ part) / max(float(part @ part), 1e-30)
    return now.pixels.light / np.clip(1 + per_px * now.along, 0.2, 5.0)
