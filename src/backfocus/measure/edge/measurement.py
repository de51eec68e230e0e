"""A slanted edge measured: where it lies, and the modulation across it down to Nyquist.

The e-SFR method of ISO 12233, on pixels. Every pixel is one sample of the edge's profile, at its centre's
distance from the edge; a slanted edge is so sampled far more finely than the pixels stand. The profile is a
cubic spline with knots a quarter of a pixel apart (up to a pixel in blurs), fitted to those samples by least
squares (`esf`): no pixel is interpolated, and there is no bin whose width would have to be corrected for.
The line is refined with it (`line`), and its derivative, carried on beyond its core, is transformed
(`mtf`).
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...errors import UsageError
from ...frame import Samples
from ..reading import Flag, MeasuredCurve
from .line import Line, Pixels, Settled, line_in, settle
from .mtf import Levels, Transfer, find_levels, half_way, has_two_steps, transfer

Floats64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

FREQUENCIES = np.arange(1, 51) / 100.0
"""Of the curve, cycles per pixel. Neighbours share their noise: a core of w px resolves 1/w."""
QUARTER = 24
"""Where 0.25 cy/px stands among them."""
LEAST_SIDE_PX = 10
MOST_REACH_PX = 64.0
"""How far from the edge its plateaus are read."""
FOOT_PX = 14.0
"""Of that, what a strip's step needs beyond itself: all of it would take four times as long, and change MTF50
by 0.4 % at f/11 with 0.7 waves, by 0.03 % at f/2.6."""
LEAST_STEP, LEAST_SIGMAS = 0.01, 8.0
"""Of both levels together, and of its own sigma: a smaller step is none."""
FAINT_CONTRAST = 0.3
"""Difference over sum of the two sides below which an edge is faint; paper and ink give 0.8 and more."""
OVERSHOOT, OVERSHOOT_SIGMAS = 1.03, 3.0
"""Modulation above this and so many sigmas is no lens's: 3 % are left to uneven light along the edge."""
DARK_LIGHT, DARK_CODES = 0.03, 0.25
"""White below this light, or in the lowest quarter of the codes, is too few steps above black."""
FEWEST_IN_PIECE, PIECE_SIGMAS = 20, 5.0
"""Pixels a piece of a plateau needs for its mean to count, and how far off by chance that may be."""

UNEVEN = 0.06
"""Of the step: a plateau that differs by more from place to place is not one."""
PIECES = 8
NEAR = np.linspace(0.8, 1.2, 9)
PARABOLA = np.linalg.pinv(np.vander(NEAR - 1, 3))
"""Frequencies about MTF50, as shares of it, and the parabola laid through the curve there."""
FLATTEST = -0.05
"""Slope of the modulation over them at which a crossing of 0.5 is still one."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of whole pixels; `x_px`, `y_px` is its top left one, in lines of the whole picture."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Strip:
    """Where an edge is supposed: a straight piece from end to end, and the room it has on each side."""

    x0_px: float
    y0_px: float
    x1_px: float
    y1_px: float
    reach_px: float


@dataclass(frozen=True, slots=True)
class EdgeMeasurement(MeasuredCurve):
    """What one picture says about an edge, with the curve across it; light is in the unit of the picture.

    Attributes
    ----------
    x_px, y_px
        The middle of the piece that was measured, in lines of the whole picture; integers are pixel centres.
    angle_deg
        Direction of the edge, 0 to 180, from +x towards +y: 90 is upright.
    length_px
        Of the piece.
    white, black, noise
        Light on the two sides, and the noise of a pixel.
    width_px
        From 5 to 95 % of the step.
    flags
        Without a curve: `no-edge` (nothing like one), `two-edges` (more than one, or one that ends here),
        `on-grid` (it runs along the rows, columns or diagonals of pixels and is not sampled finely enough),
        `cropped` (too little of a plateau is in view for so wide a blur). With one: `too-dark`,
        `low-contrast`, `sharpened`, `above-nyquist`.
    """

    x_px: float
    y_px: float
    angle_deg: float
    length_px: float
    white: float | None = None
    black: float | None = None
    noise: float | None = None
    width_px: float | None = None
    flags: frozenset[Flag] = frozenset()


def measure_edge(
    picture: Samples,
    where: Region | Strip,
    *,
    curve: NDArray[np.floating] | None = None,
    line_step: int = 1,
    first_line: int = 0,
) -> EdgeMeasurement:
    """Measure the edge in a region, or along a strip; modulation runs from -1 to 1, sharpened ones above.

    Parameters
    ----------
    picture : ndarray, shape (rows, columns)
        Linear light, float32; or code values when `curve` is given. Pixels that are not finite are left out.
    where : Region | Strip
        A region holds one edge, at any angle, and some of both sides; a strip says where to 2 px.
    curve : ndarray of float32, optional
        Light of every code value (`transfer.curve`).
    line_step, first_line : int
        A field of an interlaced picture: row k is line first_line + line_step * k.

    Raises
    ------
    UsageError
        When a region does not lie in the picture, or has fewer than 10 pixels on a side.

    Notes
    -----
    A poor picture comes back with flags. An angle works where pixel centres stand at most a quarter of a
    pixel apart across the edge (up to a pixel, the wider the blur): on 100 px every angle does that is half a
    degree or more off 0, 27, 45, 63 and 90.

    References
    ----------
    ISO 12233:2023, clause 7 (e-SFR); Burns, "Slanted-edge MTF for digital camera and scanner analysis", Proc.
    IS&T PICS (2000), 135-138.
    """
    if isinstance(where, Region):
        pixels = _in_region(picture, where, curve, line_step, first_line)
        line = line_in(pixels)
    else:
        pixels = _in_strip(picture, where, curve, line_step, first_line)
        line = _line_of(where)
    settled = None if line is None or pixels.light.size == 0 else settle(pixels, line)
    if settled is None:
        return _without_edge(pixels)
    return _measured(settled, curve)


def _in_region(
    picture: Samples, region: Region, curve: NDArray[np.floating] | None, line_step: int, first_line: int
) -> Pixels:
    rows, columns = picture.shape
    lines = rows * line_step
    if min(region.width_px, region.height_px) < LEAST_SIDE_PX:
        raise UsageError(
            f"a region of {region.width_px} x {region.height_px} pixels is too small for an edge: "
            f"give at least {LEAST_SIDE_PX} each way"
        )
    if not (0 <= region.x_px <= columns - region.width_px and 0 <= region.y_px <= lines - region.height_px):
        raise UsageError(
            f"the region {region.x_px},{region.y_px},{region.width_px}x{region.height_px} is not within the "
            f"picture of {columns} x {lines} pixels: give X,Y,WIDTHxHEIGHT within it"
        )
    first = max(0, math.ceil((region.y_px - first_line) / line_step))
    last = math.ceil((region.y_px + region.height_px - first_line) / line_step)
    box = slice(first, last), slice(region.x_px, region.x_px + region.width_px)
    return _gathered(picture, box, curve, line_step, first_line, MOST_REACH_PX)


def _in_strip(
    picture: Samples, strip: Strip, curve: NDArray[np.floating] | None, line_step: int, first_line: int
) -> Pixels:
    reach = min(strip.reach_px, MOST_REACH_PX)
    dx, dy = strip.x1_px - strip.x0_px, strip.y1_px - strip.y0_px
    length = max(math.hypot(dx, dy), 1e-9)
    wide, tall = (reach * abs(way) / length + 2 for way in (dy, dx))
    rows = [(y - first_line) / line_step for y in (strip.y0_px, strip.y1_px)]
    box = (
        _within(min(rows) - tall / line_step, max(rows) + tall / line_step),
        _within(min(strip.x0_px, strip.x1_px) - wide, max(strip.x0_px, strip.x1_px) + wide),
    )
    pixels = _gathered(picture, box, curve, line_step, first_line, reach)
    return replace(pixels, half_length_px=length / 2, foot_px=FOOT_PX)


def _within(first: float, last: float) -> slice:
    return slice(max(0, math.floor(first)), max(0, math.ceil(last) + 1))


def _gathered(
    picture: Samples,
    box: tuple[slice, slice],
    curve: NDArray[np.floating] | None,
    line_step: int,
    first_line: int,
    reach_px: float,
) -> Pixels:
    crop = picture[box]
    light = np.asarray(crop if curve is None else curve[crop], np.float64).ravel()
    row, column = np.mgrid[: crop.shape[0], : crop.shape[1]].astype(np.float64)
    return Pixels(
        x=(column + box[1].start).ravel(),
        y=(first_line + line_step * (row + box[0].start)).ravel(),
        light=light,
        shape=crop.shape,
        line_step=line_step,
        reach_px=reach_px,
    )


def _line_of(strip: Strip) -> Line | None:
    dx, dy = strip.x1_px - strip.x0_px, strip.y1_px - strip.y0_px
    if math.hypot(dx, dy) < LEAST_SIDE_PX:
        return None
    middle = (strip.x0_px + strip.x1_px) / 2, (strip.y0_px + strip.y1_px) / 2
    return Line(*middle, math.atan2(dx, -dy))


def _without_edge(pixels: Pixels) -> EdgeMeasurement:
    x, y = (float(at.mean()) if at.size else 0.0 for at in (pixels.x, pixels.y))
    return EdgeMeasurement(x, y, 0.0, 0.0, flags=frozenset({Flag.NO_EDGE}))


def _measured(seen: Settled, curve: NDArray[np.floating] | None) -> EdgeMeasurement:
    off = seen.off
    levels = find_levels(seen.profile, _rms(off))
    nothing = EdgeMeasurement(
        seen.line.x,
        seen.line.y,
        math.degrees(seen.line.angle_rad + math.pi / 2) % 180.0,
        float(np.ptp(seen.along)),
        noise=_rms(off),
    )
    if levels is None or _flat(levels):
        return replace(nothing, flags=frozenset({Flag.NO_EDGE}))
    core = np.abs(seen.across - levels.centre_px) < levels.core_px
    x_px, y_px = seen.line.beside(half_way(seen.profile, levels))
    known = replace(
        nothing,
        x_px=x_px,
        y_px=y_px,
        white=max(levels.low, levels.high),
        black=min(levels.low, levels.high),
        noise=_rms(off[core]),
        width_px=levels.width_px,
    )
    if why := _why_not(seen, levels, off, core):
        return replace(known, flags=frozenset({why}))
    return _with_curve(known, transfer(seen.profile, levels, _rms(off[core])), curve)


def _rms(values: Floats64) -> float:
    return math.sqrt(float(values @ values) / max(values.size, 1))


def _flat(levels: Levels) -> bool:
    least = LEAST_STEP * (abs(levels.low) + abs(levels.high))
    return abs(levels.step) < max(least, LEAST_SIGMAS * levels.sigma if math.isfinite(levels.sigma) else 0.0)


def _why_not(seen: Settled, levels: Levels, off: Floats64, core: Mask) -> Flag | None:
    """Why no curve can be read, None where it can."""
    if not math.isfinite(levels.sigma):
        return Flag.CROPPED
    doubled = has_two_steps(seen.profile, levels, _rms(off[core]))
    if doubled or levels.misfit > UNEVEN or _uneven(seen, levels, off, core):
        return Flag.TWO_EDGES
    inside = np.abs(seen.profile.middles_px - levels.centre_px) < levels.core_px
    return Flag.ON_GRID if (seen.profile.counts[inside] == 0).any() else None


def _uneven(seen: Settled, levels: Levels, off: Floats64, core: Mask) -> bool:
    """Whether a plateau has not the same level all along the edge."""
    half = max(float(np.abs(seen.along).max()), 1e-9)
    piece = np.clip((seen.along / half + 1) / 2 * PIECES, 0, PIECES - 1).astype(np.intp)
    piece += PIECES * (seen.across > levels.centre_px)
    count = np.bincount(piece[~core], minlength=2 * PIECES)
    total = np.bincount(piece[~core], off[~core], 2 * PIECES)
    enough = count > FEWEST_IN_PIECE
    allowed = UNEVEN * abs(levels.step) + PIECE_SIGMAS * _rms(off) / np.sqrt(count[enough])
    return bool((np.abs(total[enough] / count[enough]) > allowed).any())


def _with_curve(
    known: EdgeMeasurement, response: Transfer, curve: NDArray[np.floating] | None
) -> EdgeMeasurement:
    modulation, sigma = response.at(FREQUENCIES)
    fifty = _fifty(response, modulation, sigma)
    flags = _flags(known, modulation, sigma, curve) | (set() if fifty else {Flag.ABOVE_NYQUIST})
    return replace(
        known,
        frequency_cy_px=tuple(FREQUENCIES.tolist()),
        modulation=tuple(modulation.tolist()),
        modulation_sigma=tuple(sigma.tolist()),
        modulation_025=float(modulation[QUARTER]),
        modulation_025_sigma=float(sigma[QUARTER]),
        mtf50_cy_px=fifty and fifty[0],
        mtf50_sigma_cy_px=fifty and fifty[1],
        flags=frozenset(flags),
    )


def _fifty(response: Transfer, modulation: Floats64, sigma: Floats64) -> tuple[float, float] | None:
    """MTF50 with its sigma, where a parabola through the curve around it crosses; None above Nyquist."""
    below = np.flatnonzero(modulation < 0.5)
    at = float(FREQUENCIES[below[0] if below.size else -1])
    for _ in range(6):
        value = response.about(at * NEAR)
        _, slope, middle = (PARABOLA @ (value - 0.5)).tolist()
        if slope > FLATTEST:
            return None
        step = max(-0.2, min(0.2, -middle / slope))
        at *= 1 + step
        if abs(step) < 1e-4:
            break
    off = float(np.interp(at, FREQUENCIES, sigma))
    return (at, at * off / abs(slope)) if at <= FREQUENCIES[-1] else None


def _flags(
    known: EdgeMeasurement, modulation: Floats64, sigma: Floats64, curve: NDArray[np.floating] | None
) -> set[Flag]:
    white, black = known.white or 0.0, known.black or 0.0
    found = set()
    if white - black < FAINT_CONTRAST * (white + black):
        found.add(Flag.LOW_CONTRAST)
    if (modulation > OVERSHOOT + OVERSHOOT_SIGMAS * sigma).any():
        found.add(Flag.SHARPENED)
    if white < DARK_LIGHT if curve is None else np.searchsorted(curve, white) < DARK_CODES * curve.size:
        found.add(Flag.TOO_DARK)
    return found
