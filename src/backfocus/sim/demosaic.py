"""Filling in the colours that a mosaic of filters leaves out: three planes from one.

The mosaic is red in the corner, green beside and below, blue across (RGGB).

    bilinear         the mean of the nearest of each colour
    edge-aware       green from the pair that differs least, the others by means
    vng              all three from the sides on which the picture changes little
    hamilton-adams   green as edge-aware, mended by the curvature of the colour that is there; the others by
                     their difference to green. Close to what cameras do since they have the power.

References
----------
.. [1] E. Chang, S. Cheung, D. Y. Pan, "Color filter array recovery using a threshold-based variable number of
   gradients", Proc. SPIE 3650 (1999).
.. [2] J. F. Hamilton, J. E. Adams, "Adaptive color plan interpolation in single sensor color electronic
   camera", US patent 5,629,734 (1997).
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from .settings import Demosaic

Raw = NDArray[np.uint16]
Singles = NDArray[np.float32]


def demosaic(raw: Raw, method: Demosaic) -> Raw:
    """Blue, green and red of every photosite, shape (height, width, 3), from `raw`, shape (height, width).

    Both sides are even.
    """
    match method:
        case "bilinear":
            return np.asarray(cv2.cvtColor(raw, cv2.COLOR_BayerRGGB2BGR))
        case "edge-aware":
            return np.asarray(cv2.cvtColor(raw, cv2.COLOR_BayerRGGB2BGR_EA))
        case "vng":
            return _whole(_variable_number_of_gradients(raw))
        case "hamilton-adams":
            return _whole(_hamilton_adams(raw))


def _whole(colours: Singles) -> Raw:
    return np.asarray(cv2.addWeighted(colours, 1.0, colours, 0.0, 0.0, dtype=cv2.CV_16U))


# --- Hamilton and Adams -------------------------------------------------------------------------------------

_BESIDE = np.array([[0.5, 0.0, 0.5]], np.float32)
_CURVED = np.array([[-0.25, 0.0, 0.5, 0.0, -0.25]], np.float32)
_NEAREST = np.array([[0.25, 0.5, 0.25], [0.5, 1.0, 0.5], [0.25, 0.5, 0.25]], np.float32)


def _hamilton_adams(raw: Raw) -> Singles:
    mosaic = raw.astype(np.float32)
    filled, green = _greens(mosaic), mosaic.copy()
    for row, column in ((0, 0), (1, 1)):
        green[row::2, column::2] = filled[row::2, column::2]
    blue, red = (green + _spread(mosaic - green, row, column) for row, column in ((1, 1), (0, 0)))
    return np.asarray(cv2.merge([blue, green, red]))


def _greens(mosaic: Singles) -> Singles:
    """Green where red or blue is, along the direction in which both colours change less."""
    mends, changes = [], []
    for turned in (False, True):
        beside, curved, step = (
            kernel.T if turned else kernel
            for kernel in (_BESIDE, _CURVED, np.array([[1.0, 0.0, -1.0]], np.float32))
        )
        curvature = cv2.filter2D(mosaic, -1, curved)
        mends.append(cv2.filter2D(mosaic, -1, beside) + curvature)
        changes.append(np.abs(cv2.filter2D(mosaic, -1, step)) + 4.0 * np.abs(curvature))
    (across, down), (across_change, down_change) = mends, changes
    either = np.where(across_change < down_change, across, down)
    return np.where(across_change == down_change, (across + down) / 2.0, either)


def _spread(difference: Singles, row: int, column: int) -> Singles:
    """The difference known at every second photosite from (row, column), between them by means."""
    known = np.zeros_like(difference)
    known[row::2, column::2] = difference[row::2, column::2]
    return np.asarray(cv2.filter2D(known, -1, _NEAREST))


# --- Variable number of gradients ---------------------------------------------------------------------------

Way = tuple[int, int]
Step = tuple[Way, Way]
At = Callable[[int, int], Singles]
"""The photosites so many columns and rows from those looked at."""
_WAYS: tuple[Way, ...] = ((0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1))
_EDGE = 2


def _variable_number_of_gradients(raw: Raw) -> Singles:
    mosaic = cv2.copyMakeBorder(raw.astype(np.float32), *(_EDGE,) * 4, cv2.BORDER_REFLECT_101)
    quarters = [
        [np.ascontiguousarray(mosaic[row::2, column::2], np.float32) for column in (0, 1)] for row in (0, 1)
    ]
    colours = np.empty((*raw.shape, 3), np.float32)
    for row in (0, 1):
        for column in (0, 1):
            colours[row::2, column::2] = _filled(_looking_from(quarters, row, column), row, column)
    return colours


def _looking_from(quarters: list[list[Singles]], row: int, column: int) -> At:
    """The photosites of one colour and their neighbours; each quarter of the mosaic lies in one piece."""
    height, width = (size - _EDGE for size in quarters[0][0].shape)

    def at(x: int, y: int) -> Singles:
        (top, odd_row), (left, odd_column) = divmod(_EDGE + row + y, 2), divmod(_EDGE + column + x, 2)
        return quarters[odd_row][odd_column][top : top + height, left : left + width]

    return at


def _filled(at: At, row: int, column: int) -> Singles:
    """Blue, green and red of the photosites of one colour."""
    on_green = row != column
    gradients = [_gradient(at, way, on_green) for way in _WAYS]
    least, most = np.minimum.reduce(gradients), np.maximum.reduce(gradients)
    chosen = [gradient <= least + most / 2.0 for gradient in gradients]
    own, first, second = (np.zeros_like(at(0, 0)) for _ in range(3))
    for way, smooth in zip(_WAYS, chosen, strict=True):
        for total, mean in zip((own, first, second), _side(at, way, on_green), strict=True):
            total += np.where(smooth, mean, np.float32(0.0))
    count = np.sum(chosen, axis=0, dtype=np.float32)
    here = at(0, 0)
    others = [here + (total - own) / count for total in (first, second)]
    if not on_green:  # others: green, and the colour across
        green, across = others
        return np.stack([across, green, here] if row == 0 else [here, green, across], axis=-1)
    beside, above = others
    return np.stack([above, here, beside] if row == 0 else [beside, here, above], axis=-1)


def _gradient(at: At, way: Way, on_green: bool) -> Singles:
    """How much each colour changes towards one side, within two photosites."""
    x, y = way
    along: list[Step] = [((x, y), (-x, -y)), ((2 * x, 2 * y), (0, 0))]
    if x and y and on_green:
        return _changes(at, [*along, ((x, 2 * y), (-x, 0)), ((2 * x, y), (0, -y))])
    if x and y:
        beside: list[Step] = [
            ((0, y), (-x, 0)),
            ((x, 0), (0, -y)),
            ((x, 2 * y), (0, y)),
            ((2 * x, y), (x, 0)),
        ]
    else:
        beside = [
            ((far * x + side * y, far * y + side * x), (near * x + side * y, near * y + side * x))
            for side in (-1, 1)
            for far, near in ((1, -1), (2, 0))
        ]
    return np.asarray(_changes(at, along) + _changes(at, beside) * np.float32(0.5))


def _changes(at: At, steps: list[Step]) -> Singles:
    total = np.asarray(cv2.absdiff(at(*steps[0][0]), at(*steps[0][1])), np.float32)
    for far, near in steps[1:]:
        total += cv2.absdiff(at(*far), at(*near))
    return total


def _side(at: At, way: Way, on_green: bool) -> tuple[Singles, Singles, Singles]:
    """Means on one side: of the own colour, then of the two others.

    From green these are what stands beside and what stands above; else green, then what stands across.
    """
    x, y = way
    own = (at(2 * x, 2 * y) + at(0, 0)) / 2.0
    if x and y:
        if on_green:
            return at(x, y), (at(x, 0) + at(x, 2 * y)) / 2.0, (at(0, y) + at(2 * x, y)) / 2.0
        return own, (at(x, 0) + at(0, y) + at(2 * x, y) + at(x, 2 * y)) / 4.0, at(x, y)
    near = at(x, y)
    if not on_green:
        return own, near, (at(x + y, y + x) + at(x - y, y - x)) / 2.0
    a, b = y, x
    far = (at(a, b) + at(-a, -b) + at(2 * x + a, 2 * y + b) + at(2 * x - a, 2 * y - b)) / 4.0
    return (own, near, far) if x else (own, far, near)
