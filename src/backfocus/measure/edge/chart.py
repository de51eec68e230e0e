"""An edge chart in one picture: its squares found, the sides of one of them measured, and the zoom's scale.

The largest square that is whole in view gives the reading: the mean of its four sides, so that both
directions count equally, as on a star. The distance between opposite sides is its exact size, and with its
name the scale: half the side that the outermost square has or would have.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Frame, Samples
from ...target import SQUARE_RATIOS, SQUARE_SHARES
from ...transfer import code_fraction, curve, linearise
from ..find.ring_harmonics import Pyramid
from ..picture.clipping import clipped, combed, line_doubled
from ..reading import Edge, Flag, Reading
from .measurement import QUARTER, EdgeMeasurement, Region, Strip, measure_edge
from .squares import Squares, find_squares

SEARCH_PX, LEAST_SIDE_PX = 640, 48
LONGEST_PX = 64.0
"""Of the piece of a side that is measured: at 1 % noise four such tell |r| to a third of a um."""
CORNER, FREE = 0.25, 0.85
"""Of the half side left out at each end; of the way to the next edge that a profile may take."""
PAPER = 0.25
"""White around the outermost square that can be relied on, in half sides."""
FEWEST_SIDES = 2
CROP_COLUMNS = 40
"""Of the square, looked at for clipped whites and doubled lines."""
SCALE_SIGMA, SCALE_SIGMA_PX = 0.002, 0.1
MOVING_PX, OFF_AXIS = 1.0, 0.1
"""Shift that is none; and how far the zoom's axis may lie off the middle, as a share of the width."""


@dataclass(frozen=True, slots=True)
class EdgeTrack:
    """What is known of an edge chart after a picture: its squares in pixels of the whole picture."""

    squares: Squares


def read_region(frame: Frame, region: Region, contrast: float) -> Reading:
    """The edge in a region of the picture, whatever chart it belongs to: no scale is known."""
    light, table = _light(frame)
    found = measure_edge(light, region, curve=table, line_step=frame.line_step, first_line=frame.first_line)
    rows = slice(region.y_px // frame.line_step, (region.y_px + region.height_px) // frame.line_step)
    crop = frame.luma[rows, region.x_px : region.x_px + region.width_px]
    flags = found.flags | {Flag.SCALE_UNSURE}
    if clipped(crop, bits=frame.bits, limited=frame.limited):
        flags |= {Flag.CLIPPED}
    edge = None if Flag.NO_EDGE in flags else Edge(found.x_px, found.y_px, found.angle_deg, found.length_px)
    plain = Reading(frame.index, frame.at_s, flags, edge=edge, contrast=contrast, field=frame.field)
    return _with_curve(plain, frame, [found]) if found.frequency_cy_px else plain


def read_chart(
    frame: Frame, picture: Pyramid, contrast: float, before: EdgeTrack | None, *, lone: bool
) -> tuple[EdgeTrack, Reading] | None:
    """The edge chart in a picture measured, and what to know for the next; None where there is none.

    Parameters
    ----------
    picture : Pyramid
        Of the frame's samples in 8 bits.
    lone : bool
        Whether a slanted square by itself is a chart.
    """
    squares = _found(frame, picture, before, lone=lone)
    if squares is None:
        return None
    number = squares.seen[0]
    light, table = _light(frame)
    sides = [
        measure_edge(light, strip, curve=table, line_step=frame.line_step, first_line=frame.first_line)
        for strip in _strips(squares, number)
    ]
    squares = _exact(squares, number, sides)
    good = [side for side in sides if side.frequency_cy_px]
    edge = Edge(squares.x_px, squares.y_px, squares.turn_deg % 90.0, 2 * _half(squares, number))
    flags = _flags(frame, squares, before, good)
    reading = Reading(
        frame.index,
        frame.at_s,
        flags,
        edge=edge,
        scale_px=squares.half_px,
        scale_sigma_px=max(SCALE_SIGMA * squares.half_px, SCALE_SIGMA_PX),
        contrast=contrast,
        shift_px=_shift_px(frame, squares, before),
        field=frame.field,
    )
    after = EdgeTrack(squares)
    if len(good) < FEWEST_SIDES:
        why = {Flag.ON_GRID} if any(Flag.ON_GRID in side.flags for side in sides) else set()
        return after, replace(reading, flags=flags | {Flag.LOST} | why)
    return after, _with_curve(reading, frame, good)


def _light(frame: Frame) -> tuple[Samples, NDArray[np.float32] | None]:
    if frame.bits == 0:
        return linearise(frame.luma, bits=0, transfer=frame.transfer, limited=frame.limited), None
    return frame.luma, curve(bits=frame.bits, transfer=frame.transfer, limited=frame.limited)


def _found(frame: Frame, picture: Pyramid, before: EdgeTrack | None, *, lone: bool) -> Squares | None:
    """The squares in pixels of the whole picture, looked for in a smaller one."""
    rows, columns = frame.luma.shape
    lines = rows * frame.line_step
    shrink = max(1.0, columns / SEARCH_PX)
    size = (round(columns / shrink), round(lines / shrink))
    if min(size) < LEAST_SIDE_PX:
        return None
    # by less than two: the mean of the nearest four is as good as that of the area, and seven times as fast
    half = picture.reduced(2 * SEARCH_PX - 1)
    small = np.asarray(cv2.resize(half, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    known = None if before is None else _scaled(before.squares, 1 / shrink)
    found = find_squares(small, known, lone=lone)
    return None if found is None else _scaled(found, shrink)


def _scaled(squares: Squares, by: float) -> Squares:
    x, y = (squares.x_px + 0.5) * by - 0.5, (squares.y_px + 0.5) * by - 0.5
    return replace(squares, x_px=x, y_px=y, half_px=squares.half_px * by)


def _share(squares: Squares, number: int) -> float:
    return 1.0 if squares.lone else SQUARE_SHARES[number]


def _half(squares: Squares, number: int) -> float:
    return squares.half_px * _share(squares, number)


def _strips(squares: Squares, number: int) -> list[Strip]:
    """The four sides of a square: right, bottom, left, top when it is not turned."""
    half = _half(squares, number)
    outward = PAPER if number == 0 else SQUARE_RATIOS[number - 1] - 1
    inward = 1.0 if squares.lone or number + 1 == len(SQUARE_SHARES) else 1 - 1 / SQUARE_RATIOS[number]
    reach = FREE * half * min(outward, inward)
    long = min((1 - CORNER) * half, LONGEST_PX / 2)
    strips = []
    for side in range(4):
        angle = math.radians(squares.turn_deg + 90 * side)
        cos, sin = math.cos(angle), math.sin(angle)
        x, y = squares.x_px + half * cos, squares.y_px + half * sin
        strips.append(Strip(x + long * sin, y - long * cos, x - long * sin, y + long * cos, reach))
    return strips


def _exact(squares: Squares, number: int, sides: Sequence[EdgeMeasurement]) -> Squares:
    """The centre and size that opposite sides tell; as found where a side is missing."""
    if any(side.length_px == 0 or Flag.NO_EDGE in side.flags for side in sides):
        return squares
    turn = math.radians(squares.turn_deg)
    right, bottom, left, top = sides
    across = (right.x_px - left.x_px) * math.cos(turn) + (right.y_px - left.y_px) * math.sin(turn)
    down = (top.x_px - bottom.x_px) * math.sin(turn) + (bottom.y_px - top.y_px) * math.cos(turn)
    half = (across + down) / 4
    if abs(math.log(max(half, 1e-3) / _half(squares, number))) > 0.1:
        return squares
    x, y = (sum(values) / 4 for values in ([s.x_px for s in sides], [s.y_px for s in sides]))
    turned = float(np.mean([(side.angle_deg + 45.0) % 90.0 - 45.0 for side in sides]))
    return replace(squares, x_px=x, y_px=y, half_px=half / _share(squares, number), turn_deg=turned)


def _shift_px(frame: Frame, squares: Squares, before: EdgeTrack | None) -> float | None:
    """How far the centre moved beyond what the zoom, about the middle of the picture, explains."""
    if before is None:
        return None
    rows, columns = frame.luma.shape
    middle = ((columns - 1) / 2, (rows * frame.line_step - 1) / 2)
    zoom = squares.half_px / before.squares.half_px
    dx = squares.x_px - middle[0] - zoom * (before.squares.x_px - middle[0])
    dy = squares.y_px - middle[1] - zoom * (before.squares.y_px - middle[1])
    return math.hypot(dx, dy)


def _flags(
    frame: Frame, squares: Squares, before: EdgeTrack | None, good: Sequence[EdgeMeasurement]
) -> frozenset[Flag]:
    flags = {flag for side in good for flag in side.flags}
    half = int(squares.half_px * _share(squares, squares.seen[0])) + 4
    y = round((squares.y_px - frame.first_line) / frame.line_step)
    tall = half // frame.line_step
    x = round(squares.x_px)
    step = max(1, 2 * half // CROP_COLUMNS)
    crop = frame.luma[max(0, y - tall) : y + tall, max(0, x - half) : x + half : step]
    if crop.size and clipped(crop, bits=frame.bits, limited=frame.limited):
        flags.add(Flag.CLIPPED)
    if frame.field is None and (frame.interlaced or line_doubled(crop) or combed(crop)):
        flags.add(Flag.INTERLACED)
    shift = _shift_px(frame, squares, before)
    if before is not None and shift is not None:
        zoomed = abs(squares.half_px / before.squares.half_px - 1)
        if shift > MOVING_PX + OFF_AXIS * frame.luma.shape[1] * zoomed:
            flags.add(Flag.MOVING)
    return frozenset(flags)


def _with_curve(reading: Reading, frame: Frame, sides: Sequence[EdgeMeasurement]) -> Reading:
    """The mean of the sides' curves: both directions count equally."""
    count = len(sides)
    modulation = np.mean([side.modulation for side in sides], axis=0)
    sigma = np.sqrt(np.mean(np.square([side.modulation_sigma for side in sides]), axis=0) / count)
    fifties = [(side.mtf50_cy_px, side.mtf50_sigma_cy_px) for side in sides]
    known = [(value, error) for value, error in fifties if value is not None and error is not None]
    whole = len(known) == count
    white = max(side.white for side in sides if side.white is not None)
    return replace(
        reading,
        frequency_cy_px=sides[0].frequency_cy_px,
        modulation=tuple(modulation.tolist()),
        modulation_sigma=tuple(sigma.tolist()),
        modulation_025=float(modulation[QUARTER]),
        modulation_025_sigma=float(sigma[QUARTER]),
        mtf50_cy_px=float(np.mean([value for value, _ in known])) if whole else None,
        mtf50_sigma_cy_px=math.hypot(*(error for _, error in known)) / count if whole else None,
        flags=reading.flags if whole else reading.flags | {Flag.ABOVE_NYQUIST},
        white=code_fraction(white, bits=frame.bits, transfer=frame.transfer, limited=frame.limited),
        white_light=float(white),
    )
