"""Which part of a picture is compared with a reference: where both see the object, with the most detail."""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .placement import Placement
from .reference import CELL_PX, Reference
from .shrink import Block
from .similarity import Similarity
from .tiles import layout

Floats = NDArray[np.float32]

WIDE_PX, TALL_PX = 288, 192
"""Of a block, at most: forty tiles of 64, which a picture's time is enough for."""
SIDES_PX = (64, 48, 32)
LEAST_PX = SIDES_PX[-1] + 2
"""Of a part that somebody chooses, each way: one small tile and the line beyond it."""
ENOUGH = 15
"""Tiles a block should hold; smaller ones where it does not."""
BORDER_PX = 3
"""Kept off the borders of picture and reference, which filters have spoilt."""
MIDDLE = 0.2
"""How much less a corner of the reference counts than its middle, where lenses are the same at all zooms."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a picture in its columns and lines; ends are beyond the last one."""

    left_px: float
    top_px: float
    right_px: float
    bottom_px: float

    def through(self, place: Similarity, width_px: float, height_px: float) -> "Region":
        """Where a part of the scene's first picture lies in another one of that size, upright around it."""
        middle = complex((width_px - 1) / 2, (height_px - 1) / 2)
        across, down = np.meshgrid([self.left_px, self.right_px], [self.top_px, self.bottom_px])
        there = place.of(np.asarray(across + 1j * down).ravel() - middle) + middle
        x, y = there.real, there.imag
        return Region(float(x.min()), float(y.min()), float(x.max()), float(y.max()))

    def seen_through(self, place: Similarity, size_px: tuple[int, int]) -> "Region":
        """The same, as far as that picture shows it."""
        return self.through(place, *size_px).within(Region(0, 0, *size_px))

    @property
    def is_empty(self) -> bool:
        """Whether right is not beyond left, or bottom not below top."""
        return self.right_px <= self.left_px or self.bottom_px <= self.top_px

    def within(self, other: "Region") -> "Region":
        """What two have in common; it may be empty."""
        return Region(
            max(self.left_px, other.left_px),
            max(self.top_px, other.top_px),
            min(self.right_px, other.right_px),
            min(self.bottom_px, other.bottom_px),
        )


def seen_by_both(reference: Reference, placement: Placement, width_px: int, height_px: int) -> Region:
    """The largest upright rectangle of a picture that the reference shows too; it may be empty."""
    x = np.array([-1.0, 1.0, 1.0, -1.0, 0.0, 0.0, -1.0, 1.0]) * (reference.width_px / 2 - BORDER_PX)
    y = np.array([-1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 0.0, 0.0]) * (reference.height_px / 2 - BORDER_PX)
    px, py = placement.points(x, y)
    covered = Region(
        float(px[[0, 3, 6]].max()),
        float(py[[0, 1, 4]].max()),
        float(px[[1, 2, 7]].min()),
        float(py[[2, 3, 5]].min()),
    )
    return covered.within(Region(BORDER_PX, BORDER_PX, width_px - BORDER_PX, height_px - BORDER_PX))


def best_block(
    reference: Reference, placement: Placement, within: Region, line_step: int = 1, first_line: int = 0
) -> tuple[Block, int] | None:
    """The part of a region with the most detail at that size, and the side of its tiles; None: too small."""
    wide = min(WIDE_PX, math.floor(within.right_px - within.left_px))
    tall = min(TALL_PX, math.floor(within.bottom_px - within.top_px))
    if min(wide, tall) < SIDES_PX[-1] + 2 * line_step:
        return None
    x, y = _most_detail(reference, placement, within, wide, tall)
    row = math.ceil((y - first_line) / line_step)
    for side in SIDES_PX:
        block = Block(
            math.ceil(x), row, _whole(wide, side), _whole(tall, side) // line_step, line_step, first_line
        )
        if len(layout(block, side).row) >= ENOUGH:
            break
    return (block, side) if len(layout(block, side).row) else None


def _whole(size: int, side: int) -> int:
    """As much of a block as half overlapping tiles fill."""
    return size // (side // 2) * (side // 2) if size >= side else 0


def _most_detail(
    reference: Reference, placement: Placement, within: Region, wide: int, tall: int
) -> tuple[float, float]:
    """The top left corner of the block of that size with the most detail."""
    if wide < WIDE_PX / 2 and tall < TALL_PX / 2:
        return (within.left_px + within.right_px - wide) / 2, (within.top_px + within.bottom_px - tall) / 2
    found = detail(reference, max(0, round(-math.log2(placement.ratio))))
    cell = CELL_PX * 2 ** max(0, round(-math.log2(placement.ratio))) * placement.ratio
    columns = np.arange(within.left_px, within.right_px - wide + 0.5, cell)
    lines = np.arange(within.top_px, within.bottom_px - tall + 0.5, cell)
    x, y = np.meshgrid(columns, lines)
    score = _mean_over(found, placement, reference, x, y, wide, tall)
    best = int(np.argmax(score))
    return float(x.ravel()[best]), float(y.ravel()[best])


def _mean_over(
    found: Floats,
    placement: Placement,
    reference: Reference,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    wide: int,
    tall: int,
) -> NDArray[np.float64]:
    """The mean detail of blocks, a little less away from the middle."""
    rows, columns = found.shape
    total = np.zeros((rows + 1, columns + 1))
    total[1:, 1:] = found.astype(np.float64).cumsum(axis=0).cumsum(axis=1)
    dx, dy = placement.inverse(x, y)
    ex, ey = placement.inverse(x + wide, y + tall)
    left, right = (_cell(each / reference.width_px + 0.5, columns) for each in (dx, ex))
    top, bottom = (_cell(each / reference.height_px + 0.5, rows) for each in (dy, ey))
    right, bottom = np.maximum(right, left + 1), np.maximum(bottom, top + 1)
    right, bottom = np.minimum(right, columns), np.minimum(bottom, rows)
    left, top = np.minimum(left, right - 1), np.minimum(top, bottom - 1)
    area = (right - left) * (bottom - top)
    mean = (total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]) / area
    far = np.hypot((dx + ex) / reference.width_px, (dy + ey) / reference.height_px)
    return np.asarray(mean * (1 - MIDDLE * far**2))


def _cell(share: NDArray[np.float64], cells: int) -> NDArray[np.intp]:
    return np.clip(np.rint(share * cells), 0, cells).astype(np.intp)


@lru_cache(maxsize=16)
def detail(reference: Reference, octaves: int) -> Floats:
    """How much detail the reference has, reduced so many times by two, in cells of 16 px of that.

    The square root of the mean power of differences between neighbours; none where it is clipped.
    """
    factor = 2**octaves
    light = reference.light
    rows, columns = (max(2, round(size / factor)) for size in (reference.height_px, reference.width_px))
    small = cv2.resize(light, (columns, rows), interpolation=cv2.INTER_AREA)
    steep = np.zeros(small.shape, np.float32)
    steep[:, 1:] = np.diff(small, axis=1) ** 2
    steep[1:] += np.diff(small, axis=0) ** 2
    cells = max(1, rows // CELL_PX), max(1, columns // CELL_PX)
    mean = cv2.resize(steep, cells[::-1], interpolation=cv2.INTER_AREA)
    cut = cv2.resize(reference.cut, cells[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(np.where(cut > 0.01, 0.0, np.sqrt(mean)), np.float32)
