"""Filling in the colours that a mosaic of filters leaves out: three planes from one.

The mosaic is red in the corner, green beside and below, blue across (RGGB).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from .settings import Demosaic

Raw = NDArray[np.uint16]


def demosaic(raw: Raw, method: Demosaic) -> Raw:
    """Blue, green and red of every photosite, shape (height, width, 3), from `raw`, shape (height, width)."""
    code = cv2.COLOR_BayerRGGB2BGR if method == "bilinear" else cv2.COLOR_BayerRGGB2BGR_EA
    return np.asarray(cv2.cvtColor(raw, code))
