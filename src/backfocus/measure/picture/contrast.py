"""Sharpness of a picture without a chart: how much of its contrast lies in fine detail.

While no star can be measured (at tele an unfocused lens shows a blur disc of hundreds of pixels) this is what
tells the hand that it turns the right way: it rises at every turn towards focus, from blurs as large as the
picture.
"""

from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Samples
from ..star.rings import middle

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Whole = TypeVar("Whole", NDArray[np.float32], NDArray[np.int16])

WIDTH_PX = 720
"""Wider pictures are halved first: it must be cheap, and the finest detail is mostly noise."""

SMALLEST_PX = 8


def scene_contrast(luma: Samples, *, bits: int = 8) -> float:
    """Broadband contrast of a picture, 0 (nothing seen, or all black) to 1; brightness does not change it.

    The picture is split into bands an octave apart. Blur takes the finest first, so any blur lowers a sum
    over all of them; each coarser band weighs half as much: a soft outline is not detail.

    Parameters
    ----------
    luma : ndarray, shape (rows, columns)
        Code values; floats run from 0 to 1. NaN counts as black.
    bits : int
        Significant bits of an integer sample.

    Notes
    -----
    Good for comparing pictures of the same scene, not of different ones. Even noise is subtracted, by its
    size in the finest band. Fields and whole pictures do not compare.

    References
    ----------
    Immerkaer, "Fast noise variance estimation", Computer Vision and Image Understanding 64 (1996), 300-302.
    """
    small = _small(luma)
    level = _floats(small, bits)
    mean = cv2.mean(level)[0]
    if mean <= 1e-4 or min(level.shape) < 2 * SMALLEST_PX:
        return 0.0
    if small.dtype == np.uint8:
        noise = noise_variance(cast(Bytes, small)) / 255.0**2
    else:
        noise = noise_variance(level)
    energy, weight = 0.0, 1.0
    while min(level.shape) >= 2 * SMALLEST_PX:
        smaller = np.asarray(halved(level), dtype=np.float32)
        back = cv2.resize(smaller, (level.shape[1], level.shape[0]), interpolation=cv2.INTER_LINEAR)
        band = cv2.norm(level, back, cv2.NORM_L2SQR) / level.size
        energy += weight * max(band - 0.8 * noise, 0.0)
        level, noise, weight = smaller, noise / 4, weight / 2
    return float(min(1.0, 2 * np.sqrt(energy) / mean))


def _small(luma: Samples) -> Samples:
    # halved while still integers: most of the cost of a large picture is turning it into floats
    while luma.shape[1] > WIDTH_PX and min(luma.shape) >= 4 * SMALLEST_PX:
        luma = halved(luma)
    return luma


def _floats(small: Samples, bits: int) -> Floats:
    if small.dtype.kind == "f":
        return np.asarray(np.clip(np.nan_to_num(small), 0.0, 1.0), dtype=np.float32)
    return np.multiply(small, np.float32(1 / ((1 << bits) - 1)), dtype=np.float32)


def halved(picture: Samples) -> Samples:
    """A picture reduced by two, its last line and column included."""
    rows, columns = picture.shape
    size = ((columns + 1) // 2, (rows + 1) // 2)
    return cast(Samples, cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def noise_variance(level: Floats | Bytes) -> float:
    """Noise of a pixel from second differences both ways, which straight edges and slopes do not show."""
    if level.dtype == np.uint8:
        # of bytes there are so few that they are counted in a fifth of the time
        counts = np.bincount(np.abs(_both_ways(level.astype(np.int16))).ravel())
        typical = float(np.searchsorted(counts.cumsum(), counts.sum() // 2, side="right"))
    else:
        typical = middle(np.abs(_both_ways(cast(Floats, level))).ravel())
    return float((1.4826 * typical / 6.0) ** 2)


def _both_ways(level: Whole) -> Whole:
    return _second_differences(_second_differences(level).T)


def _second_differences(level: Whole) -> Whole:
    """Of every fourth line from those beside it."""
    above, here, below = (level[first : level.shape[0] - 2 + first : 4] for first in range(3))
    return cast(Whole, above - 2 * here + below)
