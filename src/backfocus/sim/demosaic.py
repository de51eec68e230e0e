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
from dataclasses import dataclass

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
            return _in_bands(raw, _variable_number_of_gradients)
        case "hamilton-adams":
            return _in_bands(raw, _hamilton_adams)


_BAND_PHOTOSITES = 120_000
"""What is filled in at a time: so few that all there is of them stays in the processor's cache."""
_REACH = 4
"""How many rows up and down a colour may come from, rounded up to even."""


def _in_bands(raw: Raw, filled: Callable[[Raw], Singles]) -> Raw:
    """What `filled` makes of all rows, made of some at a time."""
    height, width = raw.shape
    colours = np.empty((height, width, 3), np.uint16)
    rows = max(2 * (_BAND_PHOTOSITES // (2 * width)), _REACH)
    for first in range(0, height, rows):
        above, beyond = max(first - _REACH, 0), min(first + rows, height)
        band = filled(raw[above : beyond + _REACH])[first - above : beyond - above]
        cv2.addWeighted(band, 1.0, band, 0.0, 0.0, dst=colours[first:beyond], dtype=cv2.CV_16U)
    return colours


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
At = Callable[[int, int], Singles]
"""What is so many columns and rows from the photosites looked at."""
_WAYS: tuple[Way, ...] = ((0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1))
_QUARTERS = ((0, 0), (0, 1), (1, 0), (1, 1))
_EDGE = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Quarters:
    """Values of all photosites and `edge` more around, each corner of the mosaic in one piece."""

    pieces: tuple[Singles, ...]
    edge: int

    def at(self, column: int, row: int, around: int = 0) -> Singles:
        """Those so many columns and rows from the first of each two by two, and `around` them."""
        left_out = self.edge - around
        top, left = left_out + row, left_out + column
        piece = self.pieces[2 * (top % 2) + left % 2]
        height, width = piece.shape[0] - left_out, piece.shape[1] - left_out
        return piece[top // 2 : top // 2 + height, left // 2 : left // 2 + width]


def _variable_number_of_gradients(raw: Raw) -> Singles:
    mosaic = cv2.copyMakeBorder(raw.astype(np.float32), *(_EDGE,) * 4, cv2.BORDER_REFLECT_101)
    pieces = (np.ascontiguousarray(mosaic[row::2, column::2], np.float32) for row, column in _QUARTERS)
    quarters = _Quarters(tuple(pieces), _EDGE)
    gradients = {way: _gradients(quarters, way) for way in _WAYS[:4]}
    colours = np.empty((*raw.shape, 3), np.float32)
    for row, column in _QUARTERS:
        # What changes towards one side is what changes towards the other, seen from one photosite further.
        here = [
            gradients[way].at(column, row) if way in gradients else gradients[-x, -y].at(column + x, row + y)
            for way in _WAYS
            for x, y in (way,)
        ]
        _fill(_looking_from(quarters, row, column), here, row, column, colours[row::2, column::2])
    return colours


def _looking_from(quarters: _Quarters, row: int, column: int) -> At:
    """The photosites of one corner of the mosaic and their neighbours."""
    return lambda x, y: quarters.at(column + x, row + y)


def _fill(at: At, gradients: list[Singles], row: int, column: int, colours: Singles) -> None:
    """Blue, green and red of the photosites of one corner of the mosaic."""
    least, most = _extreme(np.minimum, gradients), _extreme(np.maximum, gradients)
    limit = least + most * np.float32(0.5)
    here, on_green = at(0, 0), row != column
    first, second, count = (np.zeros(here.shape, np.float32) for _ in range(3))
    for way, gradient in zip(_WAYS, gradients, strict=True):
        # Both are whole quarters, so what is not above the limit is below it and an eighth.
        _, smooth = cv2.threshold(cv2.subtract(limit, gradient), -0.125, 1.0, cv2.THRESH_BINARY)
        own, one, other = _side(at, way, on_green)
        cv2.add(count, smooth, dst=count)
        for total, mean in ((first, one), (second, other)):
            cv2.add(total, cv2.multiply(cv2.subtract(mean, own), smooth), dst=total)
    others = [here + total / count for total in (first, second)]
    if not on_green:  # others: green, and the colour across
        green, across = others
        planes = (across, green, here) if row == 0 else (here, green, across)
    else:
        beside, above = others
        planes = (above, here, beside) if row == 0 else (beside, here, above)
    for colour, plane in enumerate(planes):
        colours[:, :, colour] = plane


def _extreme(which: np.ufunc, values: list[Singles]) -> Singles:
    found: Singles = which(values[0], values[1])
    for each in values[2:]:
        which(found, each, out=found)
    return found


def _gradients(quarters: _Quarters, way: Way) -> _Quarters:
    """How much each colour changes towards one side, within two photosites."""
    x, y = way
    steps, near = _changes(quarters, 2 * x, 2 * y), _changes(quarters, x, y) if x and y else None
    pieces = []
    for row, column in _QUARTERS:

        def at(of: _Quarters, across: int, down: int, row: int = row, column: int = column) -> Singles:
            return of.at(column + across, row + down, 2)

        along = at(steps, -x, -y) + at(steps, 0, 0)
        if near is None:
            beside = at(steps, y - x, x - y) + at(steps, y, x)
            beside += at(steps, -y - x, -x - y)
            beside += at(steps, -y, -x)
        elif row != column:
            along += at(steps, -x, 0)
            along += at(steps, 0, -y)
            pieces.append(along)
            continue
        else:
            beside = at(near, -x, 0) + at(near, 0, -y)
            beside += at(near, 0, y)
            beside += at(near, x, 0)
        beside *= np.float32(0.5)
        along += beside
        pieces.append(along)
    return _Quarters(tuple(pieces), 2)


def _changes(quarters: _Quarters, x: int, y: int) -> _Quarters:
    """How much what is so many columns and rows away differs; 0 where that is not known."""
    pieces = []
    for (row, column), near in zip(_QUARTERS, quarters.pieces, strict=True):
        (down, odd_row), (across, odd_column) = divmod(row + y, 2), divmod(column + x, 2)
        far = quarters.pieces[2 * odd_row + odd_column]
        differs = np.zeros_like(near)
        inside = tuple(
            slice(max(-by, 0), size - max(by, 0)) for by, size in zip((down, across), near.shape, strict=True)
        )
        moved = tuple(
            slice(max(by, 0), size + min(by, 0)) for by, size in zip((down, across), near.shape, strict=True)
        )
        differs[inside] = cv2.absdiff(far[moved], near[inside])
        pieces.append(differs)
    return _Quarters(tuple(pieces), quarters.edge)


def _side(at: At, way: Way, on_green: bool) -> tuple[Singles, Singles, Singles]:
    """Means on one side: of the own colour, then of the two others.

    From green these are what stands beside and what stands above; else green, then what stands across.
    """
    x, y = way
    if x and y:
        if on_green:
            return at(x, y), _mean(at(x, 0), at(x, 2 * y)), _mean(at(0, y), at(2 * x, y))
        green = _mean(at(x, 0), at(0, y), at(2 * x, y), at(x, 2 * y))
        return _mean(at(2 * x, 2 * y), at(0, 0)), green, at(x, y)
    own, near = _mean(at(2 * x, 2 * y), at(0, 0)), at(x, y)
    if not on_green:
        return own, near, _mean(at(x + y, y + x), at(x - y, y - x))
    a, b = y, x
    far = _mean(at(a, b), at(-a, -b), at(2 * x + a, 2 * y + b), at(2 * x - a, 2 * y - b))
    return (own, near, far) if x else (own, far, near)


def _mean(*values: Singles) -> Singles:
    """Of two or four."""
    share = 1.0 / len(values)
    if len(values) == 2:
        return np.asarray(cv2.addWeighted(values[0], share, values[1], share, 0.0))
    pairs = (cv2.add(values[at], values[at + 1]) for at in (0, 2))
    return np.asarray(cv2.addWeighted(next(pairs), share, next(pairs), share, 0.0))
