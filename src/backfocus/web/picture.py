"""The camera's picture as a phone gets it: small, 8 bits, with the star's place, and its centre."""

import json
import struct
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Frame
from ..measure.reading import Star

WIDEST_PX = 640
QUALITY = 72
CENTRE_PX = 96
"""Side of the magnified part, in pixels of the camera."""
CENTRE_QUALITY = 88

Bytes8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Picture:
    """Two JPEGs and where things are in them.

    Attributes
    ----------
    whole, centre : bytes
        The picture made smaller, and the star's centre as it is ("" without a star).
    width_px, height_px : int
        Of the camera's picture: the star's place counts in these.
    star : Star | None
    """

    whole: bytes
    centre: bytes
    width_px: int
    height_px: int
    star: Star | None

    def packed(self, number: int) -> bytes:
        """One message: length of the head, head as JSON, then the two JPEGs."""
        star = self.star
        head = {
            "number": number,
            "width": self.width_px,
            "height": self.height_px,
            "whole": len(self.whole),
            "star": star
            and {
                "x": round(star.x_px, 1),
                "y": round(star.y_px, 1),
                "radius": star.radius_px and round(star.radius_px, 1),
                "cycles": star.cycles,
            },
        }
        text = json.dumps(head, separators=(",", ":")).encode()
        return struct.pack(">I", len(text)) + text + self.whole + self.centre


def picture_of(frame: Frame, star: Star | None) -> Picture:
    """The picture of a frame or field, with the star that was read in it."""
    rows, width_px = frame.luma.shape
    height_px = rows * frame.line_step
    share = min(1.0, WIDEST_PX / width_px)
    size = max(1, round(width_px * share)), max(1, round(height_px * share))
    small = np.asarray(cv2.resize(_shown(frame, frame.luma), size, interpolation=cv2.INTER_AREA), np.uint8)
    return Picture(_jpeg(small, QUALITY), _centre(frame, star), width_px, height_px, star)


def _centre(frame: Frame, star: Star | None) -> bytes:
    """The camera's own pixels around the centre, lines of a field doubled; b"" out of the picture."""
    if star is None:
        return b""
    half = CENTRE_PX // 2
    x, y = round(star.x_px), round((star.y_px - frame.first_line) / frame.line_step)
    rows = half // frame.line_step
    part = frame.luma[max(0, y - rows) : max(0, y + rows), max(0, x - half) : max(0, x + half)]
    if part.shape[0] < 8 or part.shape[1] < 8:
        return b""
    codes = np.repeat(_shown(frame, part), frame.line_step, axis=0)
    return _jpeg(codes, CENTRE_QUALITY)


def _shown(frame: Frame, luma: NDArray[np.generic]) -> Bytes8:
    """Code values as a screen takes them: 8 bits, full range; linear light gets a screen's gamma."""
    if frame.bits == 0:
        light = np.clip(np.nan_to_num(luma), 0.0, 1.0)
        return np.asarray(255.0 * (np.sqrt(light) if frame.transfer == "linear" else light), np.uint8)
    codes = luma if frame.bits == 8 else np.asarray(luma >> (frame.bits - 8), np.uint16)  # type: ignore[operator]
    codes8 = np.asarray(np.minimum(codes, 255), np.uint8)
    return np.asarray(cv2.LUT(codes8, _FULL_RANGE), np.uint8) if frame.limited else codes8


_FULL_RANGE = np.clip((np.arange(256) - 16.0) * (255.0 / 219.0), 0, 255).round().astype(np.uint8)


def _jpeg(codes: Bytes8, quality: int) -> bytes:
    return cv2.imencode(".jpg", codes, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes()
