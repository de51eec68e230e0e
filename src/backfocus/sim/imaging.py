"""From the sharp scene to light on the pixels: the lens' transfer function and the pixel's area, in
frequencies.

A scene drawn with two samples to a pixel is transformed once per zoom position; while a ring turns only the
transfer function changes. What lies above the pixels' Nyquist frequency is folded down as a sensor folds it.
Wide blurs need few samples, so the wider the disc the coarser the grid.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from .raster import Floats

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Transfer at frequencies in cycles per pixel."""

Sharp = NDArray[np.uint8] | NDArray[np.float32]
"""A scene as bytes of reflectance, 255 is 100 %, or between them."""
Window = Callable[[Floats, Floats], Floats]
"""What drawing has left of each frequency, in cycles per sample along x and y."""

_TABLE = 8192
_PAD_PX = 16
WIDEST_DISC_SAMPLES = 20.0
"""A disc wider than this many samples is rendered on a grid of half as many."""


def canvas_size(size_px: int) -> int:
    """The next length with some margin that Fourier transforms fast and halves four times."""
    length = math.ceil((size_px + 2 * _PAD_PX) / 16)
    while _rest(length) > 1:
        length += 1
    return 16 * length


def _rest(number: int) -> int:
    for prime in (2, 3, 5, 7):
        while number % prime == 0:
            number //= prime
    return number


def star_window(x_cy_sample: Floats, y_cy_sample: Floats) -> Floats:
    """The triangular window across their edges that bars and squares are drawn through."""
    return np.asarray(np.sinc(np.hypot(x_cy_sample, y_cy_sample)) ** 2)


@dataclass(frozen=True, eq=False)
class Grid:
    """Samples and frequencies of a canvas of `width_px` by `height_px` with `fine` samples to a pixel.

    `fine` is 1 or 2, or a half, a quarter, ... for a coarse grid. A pixel here is what is sampled: a
    photosite, or the distance between two that are read. `aperture_px` is the side of what collects the
    light of each; `spots_px` how far apart a low-pass filter sets two images of one point, each way;
    `window` what the scene is drawn through.
    """

    width_px: int
    height_px: int
    fine: float
    aperture_px: float = 1.0
    spots_px: float = 0.0
    window: Window = star_window

    @cached_property
    def x_cy_px(self) -> Floats:
        """Frequencies of the columns of a half spectrum, shape (1, n)."""
        count = round(self.width_px * self.fine)
        return (np.fft.rfftfreq(count) * self.fine).astype(np.float32)[None, :]

    @cached_property
    def y_cy_px(self) -> Floats:
        """Frequencies of the rows, shape (n, 1)."""
        count = round(self.height_px * self.fine)
        return (np.fft.fftfreq(count) * self.fine).astype(np.float32)[:, None]

    @property
    def highest_cy_px(self) -> float:
        """In the corner of the spectrum."""
        return self.fine * math.sqrt(0.5)

    @cached_property
    def entries(self) -> NDArray[np.intp]:
        """Which entry of a radial table each frequency takes."""
        radial = np.hypot(self.x_cy_px, self.y_cy_px) * ((_TABLE - 1) / self.highest_cy_px)
        return np.rint(radial).astype(np.intp)

    @cached_property
    def aperture(self) -> Floats:
        """The pixel's square area and the filter before it, less what the drawn scene's window has taken."""
        x_sample, y_sample = self.x_cy_px / self.fine, self.y_cy_px / self.fine
        split = self._split(self.x_cy_px) * self._split(self.y_cy_px)
        if self.fine < 1:
            return np.asarray(split / (np.sinc(x_sample) * np.sinc(y_sample)), dtype=np.float32)
        side = self.aperture_px
        pixel = split * np.sinc(side * self.x_cy_px) * np.sinc(side * self.y_cy_px)
        drawn = self.window(x_sample, y_sample)
        return np.asarray(pixel / np.maximum(drawn, 0.1), dtype=np.float32)

    def _split(self, frequency_cy_px: Floats) -> Floats:
        """Two equal spots `spots_px` apart."""
        return np.asarray(np.cos(np.float32(math.pi * self.spots_px) * frequency_cy_px))

    def moved(self, dx_px: float, dy_px: float) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
        """Factors that move a picture by less than its margin: for columns and for rows."""
        x = np.exp(-2j * math.pi * self.x_cy_px * dx_px)
        y = np.exp(-2j * math.pi * self.y_cy_px * dy_px)
        return x.astype(np.complex64), y.astype(np.complex64)


@dataclass(frozen=True, slots=True, eq=False)
class SharpSpectrum:
    """The spectrum of a sharp scene through the pixel's area, on its grid."""

    grid: Grid
    values: NDArray[np.complex64]


def analyse(sharp: Sharp, light: Floats, grid: Grid, shift_px: tuple[float, float]) -> SharpSpectrum:
    """The spectrum of `sharp`, moved by a part of a pixel.

    Parameters
    ----------
    sharp : ndarray, shape (rows, columns) of the grid
    light : ndarray, same shape
        How bright each place is lit, per byte.
    """
    from scipy.fft import rfft2

    values = rfft2(cv2.multiply(sharp, light, dtype=cv2.CV_32F), workers=1)
    values *= grid.aperture
    _move(values, grid, shift_px)
    return SharpSpectrum(grid, values)


def coarsen(sharp: Sharp, factor: int) -> Sharp:
    """The scene of one sample per pixel on a grid `factor` times coarser, by area."""
    height, width = sharp.shape
    size = width // factor, height // factor
    smaller: Sharp = cv2.resize(sharp, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return smaller


def picture(
    spectrum: SharpSpectrum,
    curve: Curve,
    disc_px: float,
    shift_px: tuple[float, float] = (0.0, 0.0),
    *,
    between: bool = False,
) -> Floats:
    """The light on every pixel of the canvas, shape (height_px, width_px).

    Parameters
    ----------
    curve : function
        Transfer of the lens at frequencies in cycles per pixel.
    disc_px : float
        Width of its blur disc: how finely the curve must be sampled.
    shift_px : (float, float)
        Shake.
    between : bool
        Also half-way between the pixels, what a pixel there would see, where the grid is as fine as that.
    """
    from scipy.fft import irfft2

    grid = spectrum.grid
    values = spectrum.values * np.take(_table(curve, grid.highest_cy_px, disc_px), grid.entries)
    _move(values, grid, shift_px)
    if grid.fine == 2 and not between:
        values = _folded(values)
    rows = values.shape[0]
    columns = round(rows * grid.width_px / grid.height_px)
    seen = irfft2(values, s=(rows, columns), overwrite_x=True, workers=1)
    if grid.fine < 1:
        seen = cv2.resize(seen, (grid.width_px, grid.height_px), interpolation=cv2.INTER_CUBIC)
    return np.asarray(seen, dtype=np.float32)


def _table(curve: Curve, highest_cy_px: float, disc_px: float) -> Floats:
    """The curve at `_TABLE` equal steps, splined from as many values as its ripples need."""
    from scipy.interpolate import CubicSpline

    # Ten values to a period of the ripples, which are 1 / disc apart.
    count = 48 + math.ceil(10.0 * highest_cy_px * disc_px)
    knots = np.linspace(0.0, highest_cy_px, count)
    spline = CubicSpline(knots, curve(knots))
    return np.asarray(spline(np.linspace(0.0, highest_cy_px, _TABLE)), dtype=np.float32)


def _move(values: NDArray[np.complex64], grid: Grid, shift_px: tuple[float, float]) -> None:
    if shift_px != (0.0, 0.0):
        x, y = grid.moved(*shift_px)
        values *= x
        values *= y


def _folded(values: NDArray[np.complex64]) -> NDArray[np.complex64]:
    """The spectrum of every second sample each way, from the spectrum of all."""
    rows, columns = values.shape[0] // 2, (values.shape[1] - 1) // 2
    down = values[:rows] + values[rows:]
    out = down[:, : columns + 1].copy()
    mirrored = down[(-np.arange(rows)) % rows, columns:][:, ::-1]
    out += mirrored.conj()
    out *= np.float32(0.25)
    return out
