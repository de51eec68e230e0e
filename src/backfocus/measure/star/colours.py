"""The star of a picture as red and as blue light show it.

Lenses focus red and blue some micrometres apart, so out of focus one of them is sharper. Video keeps colour
at half the luma's resolution as a rule; both planes are therefore made there: luma averaged, and the colour
difference added by the weights that luma has. The encoder's filter mixes a little luma into both, which makes
their difference smaller, the same on every picture of a camera.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Frame, Samples, Weights
from ...transfer import curve
from ..reading import Curve
from .measurement import StarMeasurement, measure_star

Singles = NDArray[np.float32]

SHRUNK = 2
CHROMA_SPAN = 219.0 / 224.0
"""In video range luma spans 219 codes and a colour difference 224."""
GREY_CODES = 0.5
"""A colour difference that varies by less, of 8 bits, is none."""


def colour_spans(weights: Weights) -> tuple[float, float]:
    """Red and blue less luma, each for one unit of its colour difference: 1.5748 and 1.8556 in BT.709."""
    return 2.0 * (1.0 - weights[0]), 2.0 * (1.0 - weights[2])


def in_red_and_blue(
    frame: Frame, star: StarMeasurement, twist_radius_px: float | None
) -> tuple[Curve, Curve] | None:
    """The curves in red and in blue of a star just measured, in pixels of half the resolution; None in grey.

    Parameters
    ----------
    twist_radius_px : float, optional
        As in `measure_star`, in pixels of the luma.
    """
    if frame.chroma is None or not star.frequency_cy_px:
        return None
    rows, columns = (side // SHRUNK for side in frame.luma.shape)
    luma, blue, red = (_shrunk(plane, columns, rows) for plane in (frame.luma, *frame.chroma))
    unit = 1 << (frame.bits - 8)
    if max(float(red.std()), float(blue.std())) < GREY_CODES * unit:
        return None
    span = CHROMA_SPAN if frame.limited else 1.0
    curves = [
        _measured(luma + np.float32(by * span) * (plane - 128 * unit), frame, star, twist_radius_px)
        for by, plane in zip(colour_spans(frame.weights), (red, blue), strict=True)
    ]
    return (curves[0], curves[1]) if all(each.modulation for each in curves) else None


def _shrunk(plane: Samples, columns: int, rows: int) -> Singles:
    return np.asarray(cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _measured(codes: Singles, frame: Frame, star: StarMeasurement, twist_radius_px: float | None) -> Curve:
    found = measure_star(
        np.clip(np.rint(codes), 0, (1 << frame.bits) - 1).astype(np.uint16),
        (star.x_px + 0.5) / SHRUNK - 0.5,
        (star.y_px + 0.5) / SHRUNK - 0.5,
        star.cycles,
        radius_px=None if star.radius_px is None else star.radius_px / SHRUNK,
        curve=curve(bits=frame.bits, transfer=frame.transfer, limited=frame.limited),
        twist_radius_px=None if twist_radius_px is None else twist_radius_px / SHRUNK,
        tracked=True,
        asks_mask=False,  # planes at half the resolution hold nothing of a mask of a pixel
    )
    return Curve(found.frequency_cy_px, found.modulation)
