"""The picture that others are measured against, kept as light, and levels of it as fine as they need.

A wider picture shows the same object k times smaller: what the reference shows up to 0.5 k cycles per pixel
is all that picture can hold. `level` gives the reference just so fine, rid of its own pixel. It goes by
cosine transforms, which see a picture continued as in a mirror: its borders do not ring.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Frame
from ...transfer import linearise
from ..picture.clipping import clipped

Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]

PIXEL_FLOOR = 0.35
"""The reference's pixel is undone down to this; along a row or a column 0.64 is the least within Nyquist."""
CELL_PX = 16
"""Of the map of what is cut off."""
QUIET = 0.2
"""Share of the cells that are taken for even: what is rough there is noise."""
SECOND_DIFFERENCES = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
SAMPLES_PER_CYCLE = 5.6
"""Of a level, at its highest frequency: cubic interpolation then leaves images of 1 % and less."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One picture as light, shape (rows, columns); `noise` is the rms of a pixel.

    `cut`: the share of clipped samples in each cell of 16 x 16. `line_step`, `first_line` as in `Frame`.
    """

    light: Floats
    noise: float
    cut: Floats
    index: int = 0
    at_s: float | None = None
    line_step: int = 1
    first_line: int = 0

    @property
    def width_px(self) -> int:
        """Columns."""
        return int(self.light.shape[1])

    @property
    def height_px(self) -> int:
        """Lines of the whole picture."""
        return int(self.light.shape[0]) * self.line_step


def reference_from(frame: Frame) -> Reference:
    """The picture (or one field) as a reference."""
    light = linearise(frame.luma, bits=frame.bits, transfer=frame.transfer, limited=frame.limited)
    return Reference(
        light, noise_of(light), _cut(frame), frame.index, frame.at_s, frame.line_step, frame.first_line
    )


def noise_of(light: Floats) -> float:
    """The rms of a pixel's noise in light, from the evenest fifth of the picture.

    References
    ----------
    Immerkaer, "Fast noise variance estimation", Computer Vision and Image Understanding 64 (1996), 300-302.
    """
    if min(light.shape) < 3 * CELL_PX:
        return 0.0
    rough = np.asarray(cv2.filter2D(light, cv2.CV_32F, SECOND_DIFFERENCES)[1:-1, 1:-1] ** 2, np.float32)
    return math.sqrt(float(np.quantile(_cells(rough), QUIET)) / 36.0)


def share_of_cells(which: NDArray[np.bool_]) -> Floats:
    """The share of each cell of 16 x 16 that is so, shape (cells down, cells across)."""
    return _cells(which.astype(np.float32))


def _cells(values: Floats) -> Floats:
    rows, columns = (size // CELL_PX for size in values.shape)
    whole = values[: rows * CELL_PX, : columns * CELL_PX]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _cut(frame: Frame) -> Floats:
    """The share of each cell that stands at the top of the range, where anything is cut off at all."""
    codes = frame.luma
    if min(codes.shape) < CELL_PX:
        return np.zeros((1, 1), np.float32)
    if not clipped(codes, bits=frame.bits, limited=frame.limited, piled_up=1e-3):
        return np.zeros((codes.shape[0] // CELL_PX, codes.shape[1] // CELL_PX), np.float32)
    top = 1.0 if codes.dtype.kind == "f" else float(codes.max())
    return share_of_cells(codes >= top)


@dataclass(slots=True, eq=False)
class Level:
    """Part of a reference, so many samples for a pixel.

    Sample (row i, column j) lies at column `x_px + j / per_px` and row `y_rows + i / per_row` of it. Its rows
    are made when they are asked for: a zoom asks for a few more in every picture.
    """

    x_px: float
    y_rows: float
    per_px: float
    per_row: float
    _waves: Floats
    _light: Floats
    _first: int = 0
    _after: int = 0

    def light(self, first: int, last: int) -> Floats:
        """All samples, of which the rows from `first` to `last` hold, and what lies beyond as in a mirror."""
        count = len(self._light)
        first, after = max(0, min(first, 2 * count - 1 - last)), min(count, max(last + 1, -first))
        if self._after:
            first, after = min(first, self._first), max(after, self._after)
            self._make(first, self._first)
            self._make(self._after, after)
        else:
            self._make(first, after)
        self._first, self._after = first, after
        return self._light

    def _make(self, first: int, after: int) -> None:
        """Rows from their waves along the row."""
        from scipy.fft import idct

        if first < after:
            columns = self._light.shape[1]
            self._light[first:after] = idct(self._waves[first:after], n=columns, axis=1, norm="ortho")


@lru_cache(maxsize=6)
def level(reference: Reference, box: tuple[int, int, int, int], highest_cy_px: float) -> Level:
    """Part of a reference without its pixel, up to a frequency and no further.

    Parameters
    ----------
    box : (int, int, int, int)
        First and last-but-one row, then column.
    highest_cy_px : float
        Up to 0.5; in lines of the whole picture also for a field.
    """
    from scipy.fft import idct, next_fast_len

    rows, columns = box[1] - box[0], box[3] - box[2]
    step = reference.line_step
    per_px = SAMPLES_PER_CYCLE * highest_cy_px
    wanted = tuple(next_fast_len(max(8, round(each * per_px)), real=True) for each in (rows * step, columns))
    down, across = min(rows, wanted[0]), min(columns, wanted[1])
    per_row, per_column = wanted[0] / rows, wanted[1] / columns
    along = _undone(rows, wanted[0], step, highest_cy_px)[:down] * np.float32(math.sqrt(per_row * per_column))
    kept = _waves(reference, box)[:down, :across] * along[:, None]
    kept *= _undone(columns, wanted[1], 1, highest_cy_px)[:across]
    return Level(
        box[2] + 0.5 / per_column - 0.5,
        box[0] + 0.5 / per_row - 0.5,
        per_column,
        per_row,
        np.asarray(idct(kept, n=wanted[0], axis=0, norm="ortho"), np.float32),
        np.empty(wanted, np.float32),
    )


@lru_cache(maxsize=2)
def _waves(reference: Reference, box: tuple[int, int, int, int]) -> Floats:
    """The cosine waves of a part of a reference: the whole of it is asked for by several levels."""
    from scipy.fft import dctn

    return np.asarray(dctn(reference.light[box[0] : box[1], box[2] : box[3]], norm="ortho"))


def _undone(samples: int, wanted: int, step: int, highest: float) -> Floats:
    """What the waves of a row or column are multiplied by: pixel and interpolation undone, cut at the top."""
    frequency = np.arange(samples) / (2.0 * samples * step)
    pixel = np.maximum(np.sinc(frequency), PIXEL_FLOOR)
    kept = frequency <= highest
    interpolated = np.interp(np.arange(samples) / (2.0 * wanted), *_cubic_table())
    return np.asarray(kept / (pixel * np.where(kept, interpolated, 1.0)), np.float32)


@lru_cache(maxsize=1)
def _cubic_table() -> tuple[Floats64, Floats64]:
    """The cubic's response up to half a cycle per sample, so close that a straight line joins the values."""
    at = np.linspace(0.0, 0.5, 1025)
    return at, cubic_response(at)


def cubic_response(cycles_per_sample: Floats64) -> Floats64:
    """What OpenCV's cubic interpolation leaves of a wave on the mean over all positions, 1 at zero."""
    at = np.arange(-2.0, 2.0, 1 / 64) + 1 / 128
    x, a = np.abs(at), -0.75
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * (x**3 - 5 * x**2 + 8 * x - 4)
    weight = np.where(x < 1, near, far) / 64
    return np.asarray(np.cos(2 * np.pi * np.multiply.outer(cycles_per_sample, at)) @ weight)
