"""A reference shrunk to a picture, beside what the picture shows there: the softness that a number states.

Both are laid on the same pixels and shown through one and the same curve, so that they differ in nothing but
what the picture's lens and focus took away. The shrunk one is what a perfect lens would leave: a good lens
comes near it.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Frame
from ...transfer import linearise, srgb_signal
from ..reading import Object
from .measurement import ObjectMeasurement
from .placement import Placement
from .reference import Reference
from .shrink import Block, shrunk

Floats = NDArray[np.float32]
Bytes8 = NDArray[np.uint8]

WHOLE_PX = 640
"""Columns of the whole picture made small, at most."""
FINER = 3
"""Parts of a pixel that it is summed up from."""
WHITE_SHARE = 0.995
"""Of the pixels that are not shown as white."""


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Two pictures of one place, of one shape, and where that is.

    Attributes
    ----------
    shrunk, filmed : ndarray of uint8, shape (lines, columns)
        The reference as a perfect lens would show it there, and what was filmed; for a screen (sRGB).
    whole : ndarray of uint8
        The whole picture, small.
    left_px, top_px : float
        The pair's first column and line in the picture.
    width_px, height_px : int
        Of the whole picture.
    object : Object
        What was measured, with its tiles.
    ratio : float
        The picture's scale over the reference's.
    index, at_s
        Of the picture.
    """

    shrunk: Bytes8
    filmed: Bytes8
    whole: Bytes8
    left_px: float
    top_px: float
    width_px: int
    height_px: int
    object: Object
    ratio: float
    index: int
    at_s: float | None


def beside(reference: Reference, frame: Frame, found: ObjectMeasurement) -> Beside | None:
    """The reference beside the picture (or field) it was measured in; None where it was not found there."""
    if found.placement is None or found.object is None:
        return None
    block = _block(frame, found.object)
    light = linearise(frame.luma, bits=frame.bits, transfer=frame.transfer, limited=frame.limited)
    filmed = light[block.row : block.row + block.rows, block.column : block.column + block.columns]
    chart = _as_pixels_show_it(reference, found.placement, block)
    chart = chart * np.float32(filmed.mean() / max(float(chart.mean()), 1e-9))
    white = max(float(np.quantile(filmed, WHITE_SHARE)), float(np.quantile(chart, WHITE_SHARE)), 1e-6)
    return Beside(
        _shown(chart, white, frame.line_step),
        _shown(filmed, white, frame.line_step),
        _shown(_small(light, frame.line_step), white, 1),
        float(block.column),
        block.line(0) - (frame.line_step - 1) / 2,
        *frame.size_px,
        found.object,
        found.placement.ratio,
        frame.index,
        frame.at_s,
    )


def _block(frame: Frame, target: Object) -> Block:
    """The samples of what was measured."""
    step = frame.line_step
    columns, rows = round(target.width_px), round(target.height_px / step)
    column = round(target.x_px - (columns - 1) / 2)
    row = round((target.y_px - frame.first_line) / step - (rows - 1) / 2)
    return Block(column, row, columns, rows, step, frame.first_line)


def _as_pixels_show_it(reference: Reference, placement: Placement, block: Block) -> Floats:
    """The chart of a block summed up over its pixels, with what those fold back.

    The chart that is compared holds nothing beyond what pixels can tell apart, and rings where it is cut.
    """
    shift = (FINER - 1) / 2
    finer = replace(
        placement,
        ratio=FINER * placement.ratio,
        x_px=FINER * placement.x_px + shift,
        y_px=FINER * placement.y_px + shift,
    )
    lines = block.rows * block.line_step
    first = round(block.line(0))
    fine = shrunk(
        reference, finer, Block(FINER * block.column, FINER * first, FINER * block.columns, FINER * lines)
    )
    summed = cv2.resize(fine, (block.columns, lines), interpolation=cv2.INTER_AREA)
    return np.asarray(summed, np.float32)[:: block.line_step]


def _small(light: Floats, line_step: int) -> Floats:
    rows, columns = light.shape[0] * line_step, light.shape[1]
    share = min(1.0, WHOLE_PX / columns)
    size = max(1, round(columns * share)), max(1, round(rows * share))
    return np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.float32)


def _shown(light: Floats, white: float, line_step: int) -> Bytes8:
    """Light as a screen takes it; lines of a field doubled."""
    signal = srgb_signal(np.clip(light / np.float32(white), 0.0, 1.0))
    return np.repeat(np.rint(255.0 * signal).astype(np.uint8), line_step, axis=0)
