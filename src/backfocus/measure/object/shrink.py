"""The reference as a picture of another zoom would show it, were its lens perfect: the chart of that picture.

The reference without its own pixel is laid where it lies in the picture, integrated over the picture's
pixels, and rid of all that is finer than those can hold. What a sharp picture shows of that as moire is left
out on purpose: it has nothing to do with the chart, so it makes the comparison noisier, and not wrong.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .placement import Placement
from .reference import Reference, level

Floats = NDArray[np.float32]

FINER = 1.5
"""Samples for a pixel of the picture, or a line, while pixels are integrated."""
MARGIN = 8
"""Samples around a block, so that its border is not seen."""
ROOM_PX = 24
"""Pixels of the reference around what a block needs."""
WHOLE_TO_CY_PX = 0.18
"""A level up to here has no more samples than the reference has pixels, and is made of all of it at once: so
the next ones need no transform of the reference any more."""
CUBIC = 2
"""Samples on either side of a place that tell what lies between."""
ROUND_PX = 128
"""What is cut out of the reference begins and ends at multiples of this: the next picture needs the same."""


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of a picture's samples; `line_step` and `first_line` as in `Frame`."""

    column: int
    row: int
    columns: int
    rows: int
    line_step: int = 1
    first_line: int = 0

    def line(self, row: float) -> float:
        """The line of the whole picture of a row counted within the block."""
        return self.first_line + self.line_step * (self.row + row)


def shrunk(reference: Reference, placement: Placement, block: Block) -> Floats:
    """The chart of a block of a picture as light, shape (rows, columns); no lens blurs it, the pixels do.

    Parameters
    ----------
    reference : Reference
    placement : Placement
        Where it lies in the picture.
    block : Block
        Beyond the reference's borders it is continued as in a mirror.
    """
    from scipy.fft import dct, idctn

    rows, columns = block.rows + 2 * MARGIN, block.columns + 2 * MARGIN
    fine_rows, fine_columns = math.ceil(rows * FINER * block.line_step), math.ceil(columns * FINER)
    x = block.column - MARGIN + _fine(columns, fine_columns)
    y = block.line(-MARGIN - 0.5) + block.line_step * (_fine(rows, fine_rows) + np.float32(0.5))
    fine = _laid(reference, placement, x.astype(np.float32), y.astype(np.float32))
    waves = dct(dct(fine, axis=1, norm="ortho")[:, :columns], axis=0, norm="ortho")[:rows]
    down, across = _pixel(rows, block.line_step), _pixel(columns, 1)
    waves *= (down * np.float32(math.sqrt(rows * columns / (fine_rows * fine_columns))))[:, None]
    waves *= across
    chart = idctn(waves, norm="ortho", overwrite_x=True)
    return np.asarray(chart[MARGIN:-MARGIN, MARGIN:-MARGIN])


def _fine(samples: int, finer: int) -> Floats:
    """Where finer samples lie among samples, both filling the same length."""
    return ((np.arange(finer) + 0.5) * (samples / finer) - 0.5).astype(np.float32)


@lru_cache(maxsize=32)
def _pixel(samples: int, line_step: int) -> Floats:
    """What a pixel, one line high, leaves of every wave along a row or column."""
    return np.sinc(np.arange(samples) / (2.0 * samples * line_step)).astype(np.float32)


def _laid(reference: Reference, placement: Placement, x: Floats, y: Floats) -> Floats:
    """The reference's light at lines y and columns x of the picture."""
    across, down = placement.inverse(x[None, :].astype(np.float32), y[:, None].astype(np.float32))
    column = across + np.float32((reference.width_px - 1) / 2)
    line = down + np.float32((reference.height_px - 1) / 2)
    row = (line - np.float32(reference.first_line)) / np.float32(reference.line_step)
    highest = _highest(placement.ratio)
    # so much that it lasts until the next level, whose ratios are smaller
    box = (0, reference.light.shape[0], 0, reference.light.shape[1])
    if highest > WHOLE_TO_CY_PX:
        box = _box(reference, row, column, placement.ratio / (math.sqrt(2.0) * highest))
    part = level(reference, box, highest)
    at_x = (column - np.float32(part.x_px)) * np.float32(part.per_px)
    at_y = (row - np.float32(part.y_rows)) * np.float32(part.per_row)
    shape = len(y), len(x)
    first, last = math.floor(float(at_y.min())) - CUBIC, math.ceil(float(at_y.max())) + CUBIC
    return np.asarray(
        cv2.remap(
            part.light(first, last),
            np.broadcast_to(at_x, shape).astype(np.float32),
            np.broadcast_to(at_y, shape).astype(np.float32),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT,
        ),
        np.float32,
    )


def _highest(ratio: float) -> float:
    """The highest frequency of the level for a ratio, in half octaves so that it lasts through a zoom."""
    return float(min(0.5, 0.5 * 2.0 ** (math.ceil(2 * math.log2(ratio) - 1e-9) / 2)))


def _box(reference: Reference, row: Floats, column: Floats, grown: float) -> tuple[int, int, int, int]:
    """Part of the reference around these rows and columns, and so many times as much."""
    rows, columns = reference.light.shape
    ends = []
    for at, size in ((row, rows), (column, columns)):
        middle, half = (float(at.min()) + float(at.max())) / 2, float(np.ptp(at)) / 2 * grown + ROOM_PX
        first = math.floor((middle - half) / ROUND_PX) * ROUND_PX
        last = math.ceil((middle + half) / ROUND_PX) * ROUND_PX
        first = min(max(0, first), max(0, size - ROUND_PX))
        ends += [first, max(min(size, last), min(size, first + ROUND_PX))]
    return ends[0], ends[1], ends[2], ends[3]
