"""How a poster is cut into sheets of the printer's paper.

All tiles are equally large, so that none is a sliver, and neighbours share a strip of `OVERLAP_MM`.
"""

import math
from dataclasses import dataclass

from .sheet import Paper

MARGIN_MM = 12.0
"""Left white around each tile: no printer prints to the edge, and the marks need room."""
OVERLAP_MM = 10.0
MAX_TILES = 200


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


def tiling(poster: Paper, paper: Paper) -> Tiling:
    """The fewest pages of `paper` that cover `poster`; `ValueError` above `MAX_TILES`."""
    upright = _cover(poster, paper.width_mm, paper.height_mm)
    turned = _cover(poster, paper.height_mm, paper.width_mm)
    best = min(upright, turned, key=lambda cut: cut.rows * cut.columns)
    if len(best.tiles) > MAX_TILES:
        raise ValueError(
            f"the poster needs {len(best.tiles)} pages of {paper.name}: use larger paper or a smaller star"
        )
    return best


def _cover(poster: Paper, page_width: float, page_height: float) -> Tiling:
    columns, width = _split(poster.width_mm, page_width - 2 * MARGIN_MM)
    rows, height = _split(poster.height_mm, page_height - 2 * MARGIN_MM)
    tiles = tuple(
        Tile(row, column, column * (width - OVERLAP_MM), row * (height - OVERLAP_MM))
        for row in range(rows)
        for column in range(columns)
    )
    return Tiling(rows, columns, page_width, page_height, width, height, tiles)


def _split(whole: float, room: float) -> tuple[int, float]:
    """Into how many equal parts, and how long each is with its overlaps."""
    count = max(1, math.ceil((whole - OVERLAP_MM) / (room - OVERLAP_MM) - 1e-9))
    return count, (whole + (count - 1) * OVERLAP_MM) / count
