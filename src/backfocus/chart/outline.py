"""The target's black as closed curves: the spokes of the star, or the slanted squares.

Each spoke is one outline from the rim to the centre: it steps sideways at every twist and stays in one piece,
as a twist moves it by half its own width. Filled sector by sector it would show hairlines where sectors meet.
"""

import math
from collections.abc import Iterator

import numpy as np

from ..target import SQUARE_SHARES, SQUARE_TILT_RAD, twist_cycles, twist_radii
from .sheet import SQUARES, Chart, Sheet

Command = tuple[str, tuple[float, ...]]
"""("M" | "L", (x, y)), ("C", (x1, y1, x2, y2, x, y)) or ("Z", ()), as in SVG; y down."""


def target_outline(sheet: Sheet, chart: Chart) -> Iterator[Command]:
    """What to fill with the dark tone, as one path."""
    x, y, radius = sheet.star_x_mm, sheet.star_y_mm, sheet.star_radius_mm
    if chart.target == "edge":
        return squares_outline(x, y, SQUARES * radius)
    return star_outline(x, y, radius, cycles=chart.cycles, twisted=chart.twisted)


def squares_outline(x_mm: float, y_mm: float, half_mm: float) -> Iterator[Command]:
    """The nested squares; each runs the other way round than the last, so that every second one is a hole."""
    for number, share in enumerate(SQUARE_SHARES):
        reach = half_mm * share * math.sqrt(2.0)
        for corner in range(4):
            turn = SQUARE_TILT_RAD + math.pi / 4 + corner * math.pi / 2 * (-1) ** number
            px, py = _at(reach, turn)
            yield "L" if corner else "M", (x_mm + px, y_mm + py)
        yield "Z", ()


def star_outline(
    x_mm: float, y_mm: float, radius_mm: float, *, cycles: int, twisted: bool
) -> Iterator[Command]:
    """All spokes as one path; no point is more than a millionth of the radius off.

    Arcs span at most pi/cycles, a cubic curve's error there is below 1e-7 of the radius even at 8 cycles.
    """
    rims = [radius_mm, *twist_radii(radius_mm)] if twisted else [radius_mm]
    middles = np.array(rims) / radius_mm * 0.9
    turns = twist_cycles(middles) if twisted else np.zeros(1)
    for spoke in range(cycles):
        starts = [(math.pi / 2 + 2 * math.pi * (spoke - turn)) / cycles for turn in turns]
        for name, points in _spoke(rims, starts, math.pi / cycles):
            yield name, tuple(v + (x_mm, y_mm)[i % 2] for i, v in enumerate(points))


def _spoke(rims: list[float], starts: list[float], width: float) -> Iterator[Command]:
    """One spoke about the origin: in along its far edge, out along its near one."""
    yield "M", _at(rims[0], starts[0])
    yield _arc(rims[0], starts[0], starts[0] + width)
    for i in range(1, len(rims)):
        yield "L", _at(rims[i], starts[i - 1] + width)
        yield _arc(rims[i], starts[i - 1] + width, starts[i] + width)
    yield "L", (0.0, 0.0)
    for i in range(len(rims) - 1, 0, -1):
        yield "L", _at(rims[i], starts[i])
        yield _arc(rims[i], starts[i], starts[i - 1])
    yield "Z", ()


def _at(radius: float, angle: float) -> tuple[float, float]:
    return radius * math.cos(angle), radius * math.sin(angle)


def _arc(radius: float, start: float, end: float) -> Command:
    """A cubic curve along the circle, with the usual handles of 4/3 tan(angle/4)."""
    reach = 4 / 3 * math.tan((end - start) / 4)
    (ax, ay), (bx, by) = _at(radius, start), _at(radius, end)
    return "C", (ax - reach * ay, ay + reach * ax, bx + reach * by, by - reach * bx, bx, by)
