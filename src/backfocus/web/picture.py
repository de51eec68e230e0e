"""The camera's picture as a phone gets it: small, 8 bits, with the star's place, and its centre."""

import json
import struct
from dataclasses import dataclass

import numpy as np

from ..frame import Frame
from ..measure.reading import Edge, Object, Star
from ..session.shots import jpeg, on_screen, small

QUALITY = 72
CENTRE_PX = 96
"""Side of the magnified part, in pixels of the camera."""
CENTRE_QUALITY = 88

Target = Star | Edge | Object


@dataclass(frozen=True, slots=True)
class Picture:
    """Two JPEGs and where things are in them.

    Attributes
    ----------
    whole, centre : bytes
        The picture made smaller, and the middle of the target as it is ("" without one).
    width_px, height_px : int
        Of the camera's picture: the target's place counts in these.
    target : Star | Edge | Object | None
        What was read in it.
    """

    whole: bytes
    centre: bytes
    width_px: int
    height_px: int
    target: Target | None

    def packed(self, number: int) -> bytes:
        """One message: length of the head, head as JSON, then the two JPEGs."""
        target = self.target
        star = target if isinstance(target, Star) else None
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
            "object": _outline(target) if isinstance(target, Object) else None,
            "label": _label(target),
        }
        text = json.dumps(head, separators=(",", ":")).encode()
        return struct.pack(">I", len(text)) + text + self.whole + self.centre


def _label(target: Target | None) -> str:
    """What was read, in a few words."""
    match target:
        case Star(cycles=cycles):
            return f"star, {cycles} spokes"
        case Edge():
            return "edge chart"
        case Object():
            return "object"
        case None:
            return "no star"


def _outline(target: Object) -> dict[str, object]:
    """The part in use, and its tiles: their middles, and whether they counted."""
    return {
        "x": round(target.x_px, 1),
        "y": round(target.y_px, 1),
        "width": round(target.width_px, 1),
        "height": round(target.height_px, 1),
        "tiles": [[round(tile.x_px), round(tile.y_px), int(tile.used)] for tile in target.tiles],
    }


def picture_of(frame: Frame, target: Target | None) -> Picture:
    """The picture of a frame or field, with what was read in it."""
    return Picture(jpeg(small(frame), QUALITY), _centre(frame, target), *frame.size_px, target)


def _centre(frame: Frame, target: Target | None) -> bytes:
    """The camera's own pixels around the centre, lines of a field doubled; b"" out of the picture."""
    if target is None:
        return b""
    half = CENTRE_PX // 2
    x, y = round(target.x_px), round((target.y_px - frame.first_line) / frame.line_step)
    rows = half // frame.line_step
    part = frame.luma[max(0, y - rows) : max(0, y + rows), max(0, x - half) : max(0, x + half)]
    if part.shape[0] < 8 or part.shape[1] < 8:
        return b""
    codes = np.repeat(on_screen(frame, part), frame.line_step, axis=0)
    return jpeg(codes, CENTRE_QUALITY)
