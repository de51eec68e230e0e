"""Letters as outlines, from the font that OpenCV brings with it."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

EM_PX = 480
"""Size at which a letter is drawn once, to be outlined."""
_BASE_PX = 560
_LEFT_PX = 120


@dataclass(frozen=True, slots=True, eq=False)
class Glyph:
    """Outlines in ems from the start of the base line, y down, and the way to the next letter."""

    outlines: tuple[NDArray[np.float64], ...]
    advance: float


@cache
def glyph(letter: str, weight: int) -> Glyph:
    """The outlines of one letter, `weight` 100 to 800; holes are outlines too."""
    drawn = np.zeros((_BASE_PX + 240, 960, 3), np.uint8)
    font = cv2.FontFace("sans")
    origin = (_LEFT_PX, _BASE_PX)
    after = cv2.putText(drawn, letter, origin, (255, 255, 255), font, EM_PX, weight)[0]
    found, _ = cv2.findContours(
        (drawn[:, :, 0] > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    outlines = tuple(
        (cv2.approxPolyDP(outline, 0.6, True)[:, 0, :] - np.array(origin)) / EM_PX for outline in found
    )
    return Glyph(outlines, (after[0] - _LEFT_PX) / EM_PX)
