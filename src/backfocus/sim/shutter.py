"""A shutter that rolls: the rows of a picture are read in turn, and what moves meanwhile is bent.

Only where things stand is bent: within a picture a lens turns by a tenth of a depth of focus at most.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .raster import Floats, Raster

READOUT_S = 0.02
"""From the first row to the last, as large sensors take; never more than a picture's time."""

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


def growth(scale: float, before: float, passed_s: float) -> float:
    """Rate at which the logarithm of the scale grew from the picture before; 0 without one."""
    return math.log(scale / before) / passed_s if before > 0.0 and passed_s > 0.0 else 0.0
