"""A picture as eight bits, for finding and following: never for measuring."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Frame
from ...transfer import curve

Luma8 = NDArray[np.uint8]

LOGARITHMS = frozenset({"hlg", "pq", "slog3", "clog3", "logc3", "logc4", "vlog"})
"""Curves that widen the white spokes of a soft star so much that it passes for a wheel."""
HIGHLIGHTS = 4.0
"""Light from which such codes no longer go with its root; white is 1."""
PQ_WHITES = 10_000 / 203
"""Of reference white, ITU-R BT.2408, in the light that PQ calls 1."""


def eight_bits(frame: Frame) -> Luma8:
    """Code values as 0 to 255, or more even ones where the camera's are logarithms; shape as the frame's."""
    luma = frame.luma
    if luma.dtype.kind == "f":
        return np.asarray(np.clip(np.nan_to_num(luma), 0, 1) * 255, np.uint8)
    if frame.transfer in LOGARITHMS:
        even = _even_codes(luma.dtype.itemsize, frame.bits, frame.transfer, frame.limited)
        return np.asarray(cv2.LUT(luma, even), np.uint8)
    if luma.dtype == np.uint8:
        return np.asarray(luma, np.uint8)
    # the codes cut off, not rounded, in one pass: a shift and a cast take two, through memory at UHD
    share = 0.5 ** (frame.bits - 8)
    return np.asarray(cv2.convertScaleAbs(luma, alpha=share, beta=(share - 1.0) / 2.0), np.uint8)


@lru_cache(maxsize=8)
def _even_codes(itemsize: int, bits: int, transfer: str, limited: bool) -> Luma8:
    """For every code value one that goes with the root of light, and bends towards highlights."""
    light = np.maximum(curve(bits=bits, transfer=transfer, limited=limited), 0)
    light = light * np.float32(PQ_WHITES if transfer == "pq" else 1)
    even = np.rint(255 * np.sqrt(light / (light + HIGHLIGHTS))).astype(np.uint8)
    return np.pad(even, (0, 256**itemsize - even.size), mode="edge")
