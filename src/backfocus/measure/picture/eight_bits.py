"""A picture as eight bits, for finding and following: never for measuring."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Frame
from ...transfer import curve, linearise

Luma8 = NDArray[np.uint8]
Floats = NDArray[np.float32]

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


def eight_bits_of(light: Floats, frame: Frame) -> Luma8:
    """Light of another picture of the same camera as `eight_bits` has this one's; shape as the light's."""
    if frame.transfer in LOGARITHMS and frame.bits:
        return _even(light, frame.transfer)
    codes: Floats = np.arange(256, dtype=np.float32)
    if frame.bits:
        table = curve(bits=8, transfer=frame.transfer, limited=frame.limited)
    else:
        whole = np.asarray(codes / 255, np.float32)
        table = linearise(whole, bits=0, transfer=frame.transfer, limited=False)
    return np.asarray(np.rint(np.interp(light, table, codes)), np.uint8)


@lru_cache(maxsize=8)
def _even_codes(itemsize: int, bits: int, transfer: str, limited: bool) -> Luma8:
    """For every code value the even one."""
    even = _even(curve(bits=bits, transfer=transfer, limited=limited), transfer)
    return np.pad(even, (0, 256**itemsize - even.size), mode="edge")


def _even(light: Floats, transfer: str) -> Luma8:
    """Codes that go with the root of light, and bend towards highlights."""
    whites = np.maximum(light, 0) * np.float32(PQ_WHITES if transfer == "pq" else 1)
    return np.asarray(np.rint(255 * np.sqrt(whites / (whites + HIGHLIGHTS))), np.uint8)
