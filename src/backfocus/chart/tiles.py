"""How a poster is cut into sheets of the printer's paper.

All tiles are equally large, so that none is a sliver, and neighbours share a strip of `OVERLAP_MM`. No strip
comes near the middle of the star: a join there would be measured.
"""

import math
from dataclasses import dataclass

from .sheet import Paper

MARGIN_MM = 12.0
"""Left white around each tile: no printer prints to the edge, and the marks need room."""
OVERLAP_MM = 10.0
MAX_TILES = 200
CLEAR_MM = 10.0
"""No strip is nearer than this to the middle of the star, where the spokes are finest."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One page: which part of the poster it shows."""

    row: int
    column: int
    x_mm: float
    y_mm: float


@dataclass(frozen=True, slots=True)
class Tiling:
    """The pages of a poster, row by row; `page_*` is the paper, turned if that saves pages."""

    rows: int
    columns: int
    page_width_mm: float
    page_height_mm: float
    width_mm: float
    height_mm: float
    tiles: tuple[Tile, ...]


def tiling(poster: Paper, paper: Paper, middle_mm: tuple[float, float] | None = None) -> Tiling:
    """The fewest pages of `paper` that cover `poster`; `ValueError` above `MAX_TILES`.

    `middle_mm`: a place of the poster that is on one page, with `CLEAR_MM` around it.
    """
    upright = _cover(poster, paper.width_mm, paper.height_mm, middle_mm)
    turned = _cover(poster, paper.height_mm, paper.width_mm, middle_mm)
    best = min(upright, turned, key=lambda cut: cut.rows * cut.columns)
    if len(best.tiles) > MAX_TILES:
        raise ValueError(
            f"the poster needs {len(best.tiles)} pages of {paper.name}: use larger paper or a smaller star"
        )
    return best


def _cover(
    poster: Paper, page_width: float, page_height: float, middle_mm: tuple[float, float] | None
) -> Tiling:
    x_mm, y_mm = middle_mm or (None, None)
    columns, width = _split(poster.width_mm, page_width - 2 * MARGIN_MM, x_mm)
    rows, height = _split(poster.height_mm, page_height - 2 * MARGIN_MM, y_mm)
    tiles = tuple(
        Tile(row, column, column * (width - OVERLAP_MM), row * (height - OVERLAP_MM))
        for row in range(rows)
        for column in range(columns)
    )
    return Tiling(rows, columns, page_width, page_height, width, height, tiles)


def _split(whole: float, room: float, middle: float | None) -> tuple[int, float]:
    """Into how many equal parts, and how long each is with its overlaps; no overlap is near `middle`."""
    fewest = max(1, math.ceil((whole - OVERLAP_MM) / (room - OVERLAP_MM) - 1e-9))
    counts = (fewest, fewest + 1)
    count = next((each for each in counts if middle is None or _is_clear(whole, each, middle)), fewest)
    return count, _length(whole, count)


def _length(whole: float, count: int) -> float:
    return (whole + (count - 1) * OVERLAP_MM) / count


def _is_clear(whole: float, count: int, middle: float) -> bool:
    """Whether every strip between `count` parts stays away from `middle`."""
    step = _length(whole, count) - OVERLAP_MM
    strips = (number * step + OVERLAP_MM / 2 for number in range(1, count))
    return all(abs(strip - middle) >= CLEAR_MM + OVERLAP_MM / 2 for strip in strips)
