"""Tele beside wide as files: what a report shows of an object and the store keeps."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..measure.object.beside import Beside
from ..report.session_report import Comparison

WHOLE_QUALITY = 80
"""Of the whole picture's JPEG, which only shows where the rest is."""


def comparison_of(found: Beside) -> Comparison:
    """The pair as files, the whole picture small."""
    lines, columns = found.filmed.shape
    return Comparison(
        _file(".png", found.shrunk),
        _file(".png", found.filmed),
        _file(".jpg", found.whole, cv2.IMWRITE_JPEG_QUALITY, WHOLE_QUALITY),
        columns,
        lines,
        found.left_px,
        found.top_px,
        found.width_px,
        found.height_px,
        found.object,
        found.ratio,
        found.at_s,
    )


def _file(ending: str, codes: NDArray[np.uint8], *options: int) -> bytes:
    return cv2.imencode(ending, codes, options)[1].tobytes()
