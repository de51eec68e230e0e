"""Where the edges of a picture cross: supposed centres of stars.

Small cells of the picture that hold one clear edge direction vote along their own edge line. Votes are kept
apart by direction and each direction counts only as far as it stands out from its surroundings, so that one
long edge, or a crowd of parallel ones, makes no centre: only edges from many sides do.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Luma8 = NDArray[np.uint8]

CELL_PX = 4
REACH_CELLS = 48
DIRECTIONS = 256
SECTORS = 8
MIN_COHERENCE = 0.6
MIN_ENERGY = 60.0
"""Of a cell's gradients, Sobel units squared: above the rounding of 8-bit samples."""
MAX_LINES = 10_000
ENOUGH_LINES = 4_000
"""For settling on a crossing once it is known."""
STRIP_ROWS = 16 * CELL_PX
STAND_OUT = 6.0
"""What one direction can add to a place, in standard deviations of its surroundings."""
MIN_SUPPORT = 4.0
PEAKS_PER_PLACE = 3
"""Cells around the centre of a clear star that may all have the greatest support there is."""
TOLERANCES = 2.0, 1.0, 0.7
"""How far from the crossing a line may pass, in cells, while the crossing settles."""


class Lines(NamedTuple):
    """Edge lines: cells they pass through and their direction; cells and radians, each of shape (lines,).

    Points of a line satisfy normal_x * x + normal_y * y = offset.
    """

    x: Floats
    y: Floats
    direction: Floats
    normal: Floats
    offset: Floats


class Crossing(NamedTuple):
    """A place where many edge lines cross, in pixels of the picture given."""

    x_px: float
    y_px: float
    support: float


def crossings(picture: Luma8, count: int) -> tuple[Crossing, ...]:
    """Up to `count` places where the edges of a picture point, best first; no place twice."""
    lines, shape = _edge_lines(picture)
    if len(lines.x) < 8:
        return ()
    support = _support(lines, shape)
    some = slice(None, None, 1 + len(lines.x) // ENOUGH_LINES)
    lines = Lines(*(values[..., some] for values in lines))
    found: list[Crossing] = []
    for x, y in _peaks(support, PEAKS_PER_PLACE * count):
        crossing = _crossing(_crossing_point(lines, x, y), float(support[y, x]))
        if all(math.dist(crossing[:2], other[:2]) > CELL_PX / 2 for other in found):
            found.append(crossing)
        if len(found) == count:
            break
    return tuple(found)


def _crossing(cell: tuple[float, float], support: float) -> Crossing:
    x_px, y_px = ((at + 0.5) * CELL_PX - 0.5 for at in cell)
    return Crossing(x_px, y_px, support)


def _edge_lines(picture: Luma8) -> tuple[Lines, tuple[int, int]]:
    """Lines of the cells with one clear direction, and the rows and columns of cells."""
    xx, yy, xy = _structure(picture)
    energy, difference = xx + yy, xx - yy
    coherence = np.sqrt(difference * difference + 4 * xy * xy) / (energy + 1e-6)
    y, x = np.nonzero((coherence > MIN_COHERENCE) & (energy > MIN_ENERGY))
    if len(x) > MAX_LINES:
        some = np.linspace(0, len(x) - 1, MAX_LINES).astype(int)
        y, x = y[some], x[some]
    direction = 0.5 * np.arctan2(2 * xy[y, x], difference[y, x]) + math.pi / 2
    normal = np.stack([-np.sin(direction), np.cos(direction)])
    at_x, at_y = x.astype(np.float32), y.astype(np.float32)
    lines = Lines(at_x, at_y, direction, normal, normal[0] * at_x + normal[1] * at_y)
    return lines, (xx.shape[0], xx.shape[1])


def _structure(picture: Luma8) -> Floats:
    """Mean products (xx, yy, xy) of the gradients in and around each cell; shape (3, rows, columns)."""
    rows, columns = (side // CELL_PX for side in picture.shape)
    gx, gy = cv2.spatialGradient(np.ascontiguousarray(picture[: rows * CELL_PX, : columns * CELL_PX]))
    products = np.empty((3, rows, columns), np.float32)
    for top in range(0, rows * CELL_PX, STRIP_ROWS):
        x, y = (g[top : top + STRIP_ROWS].astype(np.float32) for g in (gx, gy))
        first = top // CELL_PX
        for plane, product in zip(products, (x * x, y * y, x * y), strict=True):
            size = (columns, len(x) // CELL_PX)
            plane[first : first + size[1]] = cv2.resize(product, size, interpolation=cv2.INTER_AREA)
    return np.stack([cv2.GaussianBlur(plane, (3, 3), 0.8) for plane in products])


def _support(lines: Lines, shape: tuple[int, int]) -> Floats:
    """How far the votes of each cell stand out, summed over directions; shape (rows, columns)."""
    rows, columns = shape
    wide = columns + 2 * REACH_CELLS
    turn = np.mod(lines.direction / math.pi, 1.0)
    direction = (turn * DIRECTIONS).astype(np.intp) % DIRECTIONS
    start = (lines.y.astype(np.intp) + REACH_CELLS) * wide + lines.x.astype(np.intp) + REACH_CELLS
    steps = _steps(wide)
    support = np.zeros(shape, np.float32)
    for sector in range(SECTORS):
        mine = direction * SECTORS // DIRECTIONS == sector
        cells = (start[mine, None] + steps[direction[mine]]).ravel()
        votes = np.bincount(cells, minlength=wide * (rows + 2 * REACH_CELLS)).reshape(-1, wide)
        inner = votes[REACH_CELLS:-REACH_CELLS, REACH_CELLS:-REACH_CELLS].astype(np.float32)
        support += _standing_out(inner)
    return support


def _steps(wide: int) -> NDArray[np.intp]:
    """Offsets of the cells along each direction in a flat accumulator; shape (DIRECTIONS, cells)."""
    along = np.r_[-REACH_CELLS + 1 : -1, 2:REACH_CELLS]
    angle = (np.arange(DIRECTIONS)[:, None] + 0.5) * (math.pi / DIRECTIONS)
    down, right = (np.rint(part(angle) * along).astype(np.intp) for part in (np.sin, np.cos))
    return np.asarray(down * wide + right)


def _standing_out(votes: Floats) -> Floats:
    smooth = np.asarray(cv2.GaussianBlur(votes, (3, 3), 0.7))
    around = np.asarray(cv2.boxFilter(smooth, -1, (17, 17)))
    return np.asarray(np.clip((smooth - around) / np.sqrt(around + 0.3), -1.0, STAND_OUT))


def _peaks(support: Floats, count: int) -> list[tuple[int, int]]:
    """Cells (x, y) of the greatest support, no two within three cells of each other."""
    highest = cv2.dilate(support, np.ones((7, 7), np.uint8))
    y, x = np.nonzero((support >= highest) & (support > MIN_SUPPORT))
    order = np.argsort(-support[y, x], kind="stable")[:count]
    return [(int(x[i]), int(y[i])) for i in order]


def _crossing_point(lines: Lines, x: float, y: float) -> tuple[float, float]:
    """The point nearest to all lines that pass close to a cell, in cells; the cell itself if none is."""
    distance2 = (lines.x - x) ** 2 + (lines.y - y) ** 2
    near = np.abs(lines.normal[0] * x + lines.normal[1] * y - lines.offset) < 2 * TOLERANCES[0]
    near &= (distance2 < REACH_CELLS**2) & (distance2 > 4)
    normal, offset = lines.normal[:, near], lines.offset[near]
    point = np.array([x, y], float)
    for tolerance in TOLERANCES:
        close = np.abs(point @ normal - offset) < tolerance
        some = normal[:, close]
        matrix = some @ some.T
        if np.linalg.det(matrix) < 1e-3 * np.trace(matrix) ** 2 + 1e-9:
            break
        better = np.linalg.solve(matrix, some @ offset[close])
        if np.hypot(*(better - (x, y))) > 3:
            break
        point = better
    return float(point[0]), float(point[1])
