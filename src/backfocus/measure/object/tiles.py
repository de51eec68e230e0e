"""A block of a picture and its chart in half overlapping tiles, and their spectra.

A tile is weighted by a Hann window, so that all of a block counts evenly, and taken less its mean: what is
left of uneven light and of a wrong black level is in the lowest waves only, which do not count.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .shrink import Block

Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]
Waves = NDArray[np.complex64]

LOWEST_WAVES = 1.6
"""Of a tile, waves: those below hold the mean and the window."""
HIGHEST_CY_PX = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where the tiles of a block lie: rows and columns of their corners within it, shape (tiles,)."""

    side_px: int
    line_step: int
    row: NDArray[np.intp]
    column: NDArray[np.intp]

    @property
    def rows(self) -> int:
        """Rows of a tile."""
        return self.side_px // self.line_step

    def middles(self, block: Block) -> tuple[Floats64, Floats64]:
        """Columns and lines of the tiles' middles in the whole picture."""
        y = block.line(0) + block.line_step * (self.row + (self.rows - 1) / 2)
        x = block.column + self.column + (self.side_px - 1) / 2
        return np.asarray(x, np.float64), np.asarray(y, np.float64)


def layout(block: Block, side_px: int) -> Layout:
    """As many half overlapping tiles as the block holds, none where it holds none."""
    tall = side_px // block.line_step
    rows = np.arange(0, block.rows - tall + 1, tall // 2)
    columns = np.arange(0, block.columns - side_px + 1, side_px // 2)
    row, column = np.meshgrid(rows, columns, indexing="ij")
    return Layout(side_px, block.line_step, row.ravel(), column.ravel())


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The waves of a tile that count, shape (waves,): frequencies in cy/px and how often each stands for one.

    `index` picks them out of a tile's half plane of waves.
    """

    index: NDArray[np.intp]
    x_cy_px: Floats
    y_cy_px: Floats
    weight: Floats

    @property
    def frequency(self) -> Floats:
        """In any direction."""
        return np.hypot(self.x_cy_px, self.y_cy_px)


@lru_cache(maxsize=16)
def plane(side_px: int, line_step: int) -> Plane:
    """Those from the lowest that tell to half a cycle per pixel; a field's rows hold half of that."""
    rows = side_px // line_step
    x = np.fft.rfftfreq(side_px).astype(np.float32)[None, :]
    y = (np.fft.fftfreq(rows) / line_step).astype(np.float32)[:, None]
    radius = np.hypot(x, y)
    inner = (x < 0.5 - 0.6 / side_px) & (np.abs(y) < (0.5 - 0.6 / rows) / line_step)
    index = np.flatnonzero((radius > LOWEST_WAVES / side_px) & (radius <= HIGHEST_CY_PX) & inner)
    twice = np.broadcast_to(np.where(x == 0, 1.0, 2.0), radius.shape).ravel()[index]
    xs, ys = (np.broadcast_to(each, radius.shape).ravel()[index] for each in (x, y))
    return Plane(index, xs, ys, twice.astype(np.float32))


def waves(light: Floats, tiles: Layout) -> Waves:
    """The spectra of all tiles, shape (tiles, waves of the plane)."""
    from scipy.fft import rfft2

    window = _window(tiles.rows, tiles.side_px)
    views = np.lib.stride_tricks.sliding_window_view(light, window.shape)[tiles.row, tiles.column]
    views -= (np.tensordot(views, window, 2) / window.sum())[:, None, None]  # a copy: tiles overlap
    views *= window
    spectra = rfft2(views, axes=(1, 2), overwrite_x=True)
    return np.asarray(spectra.reshape(len(views), -1)[:, plane(tiles.side_px, tiles.line_step).index])


@lru_cache(maxsize=16)
def _window(rows: int, columns: int) -> Floats:
    down, across = (np.sin(np.pi * (np.arange(size) + 0.5) / size) ** 2 for size in (rows, columns))
    return np.outer(down, across).astype(np.float32)


@lru_cache(maxsize=16)
def noise_power(rows: int, columns: int) -> float:
    """Power of a wave of white noise of variance 1."""
    return float((_window(rows, columns).astype(np.float64) ** 2).sum())
