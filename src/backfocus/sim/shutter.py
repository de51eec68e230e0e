"""A shutter that rolls: the rows of a picture are read in turn, and what moves meanwhile is bent.

Only where things stand is bent: within a picture a lens turns by a tenth of a depth of focus at most.
"""

import math
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .raster import Floats, Raster

READOUT_S = 0.02
"""From the first row to the last, as large sensors take; never more than a picture's time."""

_TAPS, _PLACES, _BAND_ROWS = 8, 32, 16

Array = NDArray[np.float64]


def read_at_s(raster: Raster, fps: float) -> Array:
    """When each row is read, from the moment the middle one is."""
    readout_s = min(READOUT_S, 1.0 / fps)
    return np.asarray((np.arange(raster.height) - (raster.height - 1) / 2) * (readout_s / raster.height))


def rolled(
    seen: Floats,
    raster: Raster,
    pad: tuple[int, int],
    *,
    axis: tuple[float, float],
    growth_per_s: float,
    rows_s: Array,
    shake: Array,
) -> Floats:
    """The light on photosites whose rows are read at `rows_s`; shape (height, width) of the raster.

    Parameters
    ----------
    seen : ndarray
        What photosites would see anywhere on the canvas when the middle row is read, without shake: one or
        two samples to a photosite.
    pad : (int, int)
        Where the raster begins on the canvas, x and y in photosites.
    axis : (float, float)
        Where the zoom's axis meets the raster, x and y in photosites.
    growth_per_s : float
        Rate at which the logarithm of the scale grows.
    rows_s : ndarray, shape (height,)
    shake : ndarray, shape (2, height)
        How far the scene stands off to the right and down when each row is read, in photosites.
    """
    fine = round(seen.shape[1] / (raster.width + 2 * pad[0]))
    if growth_per_s == 0.0 and np.abs(shake).max() < min(pad) - _TAPS:
        x, y = pad[0] - shake[0], np.arange(raster.height) + pad[1] - shake[1]
        return _shifted(seen, fine, x * fine, y * fine, raster.width)
    back = np.exp(-growth_per_s * rows_s)
    columns, rows = np.arange(raster.width), np.arange(raster.height)
    x = axis[0] + (columns[None, :] - (shake[0] + axis[0])[:, None]) * back[:, None]
    y = axis[1] + (rows - shake[1] - axis[1]) * back
    return np.asarray(
        cv2.remap(
            seen,
            ((x + pad[0]) * fine).astype(np.float32),
            np.repeat(((y + pad[1]) * fine).astype(np.float32)[:, None], raster.width, axis=1),
            cv2.INTER_LANCZOS4,
            borderMode=cv2.BORDER_REFLECT,
        ),
        np.float32,
    )


def _shifted(seen: Floats, fine: int, x: Array, y: Array, width: int) -> Floats:
    """Rows of `width` samples, every `fine` of `seen`, the first of each row at its `x` and `y` there.

    What `cv2.remap` gives, which knows 32 places between two samples; but in a row all weights are the same,
    so columns are weighed by a product of matrices, then rows tap by tap.
    """
    (left, x_weights), (above, y_weights) = _taps(x), _taps(y)
    out = np.empty((len(x), width), np.float32)
    for first in range(0, len(x), _BAND_ROWS):
        rows = slice(first, first + _BAND_ROWS)
        top = int(above[rows].min())
        mix = np.zeros((len(above[rows]), int(above[rows].max()) - top + _TAPS), np.float32)
        for tap in range(_TAPS):
            mix[np.arange(len(mix)), above[rows] - top + tap] = y_weights[rows, tap]
        band = mix @ seen[top : top + mix.shape[1]]
        phases = [np.ascontiguousarray(band[:, phase::fine]) for phase in range(fine)]
        for begin in np.unique(left[rows]):
            same = np.flatnonzero(left[rows] == begin)
            row = slice(same[0], same[-1] + 1)
            out[rows][same] = _weighed(phases, row, int(begin), x_weights[rows][row], width)[same - same[0]]
    return out


def _weighed(phases: list[Floats], rows: slice, begin: int, weights: Floats, width: int) -> Floats:
    """The sum of every tap of the rows; `begin` is where the first tap of the first sample is."""
    fine = len(phases)
    total = np.zeros((len(weights), width), np.float32)
    for tap in range(_TAPS):
        column, phase = divmod(begin + tap, fine)
        total += phases[phase][rows, column : column + width] * weights[:, tap, None]
    return total


def _taps(places: Array) -> tuple[NDArray[np.intp], Floats]:
    """Of each place: its first tap, and the weights of all."""
    steps = np.rint(places * _PLACES).astype(np.intp)
    return steps // _PLACES - (_TAPS // 2 - 1), _weights()[steps % _PLACES]


@cache
def _weights() -> Floats:
    """Lanczos weights of the taps at each of the places between two samples."""
    apart = np.arange(_TAPS) - (_TAPS // 2 - 1) - np.arange(_PLACES)[:, None] / _PLACES
    weights = np.sinc(apart) * np.sinc(apart / (_TAPS // 2))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def growth(scale: float, before: float, passed_s: float) -> float:
    """Rate at which the logarithm of the scale grew from the picture before; 0 without one."""
    return math.log(scale / before) / passed_s if before > 0.0 and passed_s > 0.0 else 0.0
