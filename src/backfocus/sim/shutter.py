"""A shutter that rolls: the rows of a picture are read in turn, and what moves meanwhile is bent.

Only where things stand is bent: within a picture a lens turns by a tenth of a depth of focus at most.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .raster import Raster

READOUT_S = 0.02
"""From the first row to the last, as large sensors take; never more than a picture's time."""

Array = NDArray[np.float64]
Bytes = NDArray[np.uint8]


def read_at_s(raster: Raster, rows: int, fps: float) -> Array:
    """When each of a canvas' `rows` is read, from the moment the middle one is; the picture lies in its
    middle."""
    readout_s = min(READOUT_S, 1.0 / fps)
    return np.asarray((np.arange(rows) - (rows - 1) / 2) * (readout_s / raster.height))


def rolled(
    sharp: Bytes, *, axis: tuple[float, float], growth_per_s: float, rows_s: Array, shake: Array
) -> Bytes:
    """The sharp scene as rows see it that are read at `rows_s`.

    Parameters
    ----------
    sharp : ndarray, shape (rows, columns)
        The scene when the middle row is read, without shake.
    axis : (float, float)
        Where the zoom's axis meets it, x and y in samples.
    growth_per_s : float
        Rate at which the logarithm of its scale grows.
    rows_s : ndarray, shape (rows,)
    shake : ndarray, shape (2, rows)
        How far the scene stands off to the right and down when each row is read, in samples.
    """
    back = np.exp(-growth_per_s * rows_s)
    columns, rows = np.arange(sharp.shape[1]), np.arange(sharp.shape[0])
    x = axis[0] + (columns[None, :] - (shake[0] + axis[0])[:, None]) * back[:, None]
    y = axis[1] + (rows - shake[1] - axis[1]) * back
    return np.asarray(
        cv2.remap(
            sharp,
            x.astype(np.float32),
            np.repeat(y.astype(np.float32)[:, None], sharp.shape[1], axis=1),
            cv2.INTER_LANCZOS4,
            borderMode=cv2.BORDER_REFLECT,
        )
    )


def growth(scale: float, before: float, passed_s: float) -> float:
    """Rate at which the logarithm of the scale grew from the picture before; 0 without one."""
    return math.log(scale / before) / passed_s if before > 0.0 and passed_s > 0.0 else 0.0
