"""From the sharp scene to light on the pixels: the lens' transfer function and the pixel's area, in
frequencies.

A scene drawn with two samples to a pixel is transformed once per zoom position; while a ring turns only the
transfer function changes. What lies above the pixels' Nyquist frequency is folded down as a sensor folds it.
Wide blurs need few samples, so the wider the disc the coarser the grid.

Spectra are gone through in bands of rows that stay in the processor's cache: drawing waits for memory.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .raster import Floats

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Transfer at frequencies in cycles per pixel."""

Sharp = NDArray[np.uint8] | NDArray[np.float32]
"""A scene as bytes of reflectance, 255 is 100 %, or between them."""
Entries = NDArray[np.uint16]
Window = Callable[[Floats, Floats], Floats]
"""What drawing has left of each frequency, in cycles per sample along x and y."""

_TABLE = 8192
_ENTRIES = 65536
"""What a table must hold to be looked up with entries of two bytes; those from `_TABLE` on are not used."""
_BAND_ROWS = 16
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
    def entries(self) -> Entries:
        """Which entry of a radial table each frequency takes."""
        radial = np.hypot(self.x_cy_px, self.y_cy_px) * ((_TABLE - 1) / self.highest_cy_px)
        return np.rint(radial).astype(np.uint16)

    @cached_property
    def folded_entries(self) -> tuple[Entries, ...]:
        """The same for the four parts that fold onto each other, as `SharpSpectrum.parts` has them."""
        return _folding(self.entries)

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
        return _turned(self.x_cy_px, dx_px), _turned(self.y_cy_px, dy_px)

    def moved_folded(
        self, dx_px: float, dy_px: float
    ) -> tuple[NDArray[np.complex64], NDArray[np.complex64], tuple[complex, ...]]:
        """The same for the four parts that fold onto each other: columns, rows, then a factor for each part.

        Frequencies that fold onto each other are whole cycles to a pixel apart.
        """
        columns, rows = self.x_cy_px.shape[1] // 2 + 1, self.y_cy_px.shape[0] // 2
        x, y = self.x_cy_px[:, :columns], np.arange(rows, dtype=np.float32)[:, None] / rows
        across, down = (complex(np.exp(2j * math.pi * by_px)) for by_px in (dx_px, dy_px))
        return _turned(x, dx_px), _turned(y, dy_px), (1.0, down, across, down * across)


def _turned(frequency_cy_px: Floats, by_px: float) -> NDArray[np.complex64]:
    return np.asarray(np.exp(-2j * math.pi * frequency_cy_px * by_px), np.complex64)


def _folding(values: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """What of a half spectrum falls on each other when every second sample each way is left out.

    The same rows from both halves, then what the half spectrum's upper columns stand for: the frequencies
    of the other sign, in the order of those that they fall on.
    """
    rows, columns = values.shape[0] // 2, (values.shape[1] - 1) // 2
    at, upper = np.arange(rows), values[:, : columns - 1 : -1]
    parts = values[:rows, : columns + 1], values[rows:, : columns + 1], upper[-at], upper[rows - at]
    return tuple(np.ascontiguousarray(part) for part in parts)


@dataclass(frozen=True, eq=False)
class SharpSpectrum:
    """The spectrum of a sharp scene through the pixel's area, on its grid."""

    grid: Grid
    values: NDArray[np.complex64]

    @cached_property
    def parts(self) -> tuple[tuple[Floats, Floats], ...]:
        """Four parts that fold onto each other, each its real and its imaginary values."""
        same, below, right, across = _folding(self.values)
        return (
            *((np.ascontiguousarray(part.real), np.ascontiguousarray(part.imag)) for part in (same, below)),
            *((np.ascontiguousarray(part.real), -part.imag) for part in (right, across)),
        )


def analyse(sharp: Sharp, light: Floats, grid: Grid, shift_px: tuple[float, float]) -> SharpSpectrum:
    """The spectrum of `sharp`, moved by a part of a pixel.

    Parameters
    ----------
    sharp : ndarray, shape (rows, columns) of the grid
    light : ndarray, same shape
        How bright each place is lit, per byte.
    """
    values = np.asarray(np.fft.rfft2(cv2.multiply(sharp, light, dtype=cv2.CV_32F)), np.complex64)
    factors = None if shift_px == (0.0, 0.0) else grid.moved(*shift_px)
    for rows in _bands(values.shape[0]):
        band = values[rows]
        band *= grid.aperture[rows]
        if factors:
            band *= factors[0]
            band *= factors[1][rows]
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
    grid = spectrum.grid
    table = _table(curve, grid.highest_cy_px, disc_px)
    folds = grid.fine == 2 and not between
    values = (_folded if folds else _filtered)(spectrum, table, shift_px)
    rows = values.shape[0]
    columns = round(rows * grid.width_px / grid.height_px)
    seen = np.asarray(np.fft.irfft2(values, s=(rows, columns)), np.float32)
    if grid.fine < 1:
        size = grid.width_px, grid.height_px
        seen = np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_CUBIC), np.float32)
    return seen


def _table(curve: Curve, highest_cy_px: float, disc_px: float) -> Floats:
    """The curve at `_TABLE` equal steps, splined from as many values as its ripples need."""
    from scipy.interpolate import CubicSpline

    # Ten values to a period of the ripples, which are 1 / disc apart.
    count = 48 + math.ceil(10.0 * highest_cy_px * disc_px)
    knots = np.linspace(0.0, highest_cy_px, count)
    spline = CubicSpline(knots, curve(knots))
    table = np.zeros(_ENTRIES, np.float32)
    table[:_TABLE] = spline(np.linspace(0.0, highest_cy_px, _TABLE))
    return table


def _bands(rows: int) -> Iterator[slice]:
    return (slice(first, min(first + _BAND_ROWS, rows)) for first in range(0, rows, _BAND_ROWS))


def _filtered(spectrum: SharpSpectrum, table: Floats, shift_px: tuple[float, float]) -> NDArray[np.complex64]:
    """The spectrum through the lens, moved."""
    grid, values = spectrum.grid, np.empty_like(spectrum.values)
    factors = None if shift_px == (0.0, 0.0) else grid.moved(*shift_px)
    for rows in _bands(values.shape[0]):
        band = np.multiply(spectrum.values[rows], cv2.LUT(grid.entries[rows], table), out=values[rows])
        if factors:
            band *= factors[0]
            band *= factors[1][rows]
    return values


def _folded(spectrum: SharpSpectrum, table: Floats, shift_px: tuple[float, float]) -> NDArray[np.complex64]:
    """The spectrum of every second sample each way of what `_filtered` gives."""
    grid, table = spectrum.grid, table * np.float32(0.25)
    shape = spectrum.parts[0][0].shape
    values, moves = np.empty(shape, np.complex64), shift_px != (0.0, 0.0)
    across, down, turns = grid.moved_folded(*shift_px)
    for rows in _bands(shape[0]):
        real, imaginary = np.zeros((2, *values[rows].shape), np.float32)
        for (each, other), entries, turn in zip(spectrum.parts, grid.folded_entries, turns, strict=True):
            passed = cv2.LUT(entries[rows], table)
            a, b = each[rows] * passed, other[rows] * passed
            real += a if turn == 1.0 else np.float32(turn.real) * a - np.float32(turn.imag) * b
            imaginary += b if turn == 1.0 else np.float32(turn.imag) * a + np.float32(turn.real) * b
        band = values[rows]
        band.real, band.imag = real, imaginary
        if moves:
            band *= across
            band *= down[rows]
    return values
