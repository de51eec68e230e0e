"""What is known of an object's reference as a file and numbers, and taken up again: a session may be left.

The file holds light by its square root in 8 bits, so that noise is as many codes in bright pixels as in dark
ones. It is a PNG where that stays small, else a JPEG.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .reference import CELL_PX, Reference, share_of_cells
from .similarity import Similarity
from .track import ObjectTrack

MOST_BYTES = 1_500_000
"""Of the file; a picture of 1920 x 1080 is less as a PNG unless it is very noisy."""
QUALITIES = (95, 90, 80, 65)
WHITE = 250
"""Codes from here on are cut off, where anything was: a JPEG does not keep them to the code."""


@dataclass(frozen=True, slots=True)
class KeptReference:
    """A reference at rest.

    Attributes
    ----------
    picture : bytes
        PNG or JPEG.
    peak, noise
        The light of the highest code, and the rms of a pixel.
    is_cut
        Whether highlights are cut off in it.
    index, at_s, line_step, first_line
        As in `Reference`.
    grow, turned, right_px, down_px
        Where the first picture of the scene lies in it: what scales count against.
    sharpness, longest
        As in `ObjectTrack`.
    """

    picture: bytes
    peak: float
    noise: float
    is_cut: bool
    index: int
    at_s: float | None
    line_step: int
    first_line: int
    grow: float
    turned: float
    right_px: float
    down_px: float
    sharpness: float
    longest: float


def kept(known: ObjectTrack) -> KeptReference | None:
    """The reference that pictures are measured against, to be kept; None while there is none."""
    reference = known.reference
    if reference is None or not known.is_peak:
        return None
    peak = max(float(reference.light.max()), 1e-6)
    codes = np.rint(255 * np.sqrt(np.clip(reference.light / peak, 0.0, 1.0))).astype(np.uint8)
    return KeptReference(
        _file(codes),
        peak,
        reference.noise,
        bool(reference.cut.any()),
        reference.index,
        reference.at_s,
        reference.line_step,
        reference.first_line,
        known.place.grow.real,
        known.place.grow.imag,
        known.place.move.real,
        known.place.move.imag,
        known.sharpness,
        known.longest,
    )


def _file(codes: NDArray[np.uint8]) -> bytes:
    png = cv2.imencode(".png", codes)[1].tobytes()
    if len(png) <= MOST_BYTES:
        return png
    for quality in QUALITIES:
        jpeg = cv2.imencode(".jpg", codes, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes()
        if len(jpeg) <= MOST_BYTES:
            break
    return jpeg


def taken_up(found: KeptReference) -> ObjectTrack | None:
    """What was known of the object, before its first picture now; None where the file cannot be read."""
    codes = cv2.imdecode(np.frombuffer(found.picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    if codes is None or min(codes.shape) < CELL_PX:
        return None
    light = np.asarray((codes / 255) ** 2 * found.peak, np.float32)
    cut = share_of_cells((codes >= WHITE) & found.is_cut)
    reference = Reference(light, found.noise, cut, found.index, found.at_s, found.line_step, found.first_line)
    return ObjectTrack(
        reference=reference,
        place=Similarity(complex(found.grow, found.turned), complex(found.right_px, found.down_px)),
        sharpness=found.sharpness,
        is_peak=True,
        longest=found.longest,
    )
