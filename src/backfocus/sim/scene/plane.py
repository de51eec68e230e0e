"""A drawn plane that is as fine as the longest focal length sees it, wherever that looks.

A zoom that closes in on the middle sees the middle ever finer and ever less around it. So the plane is kept
as levels, each with half the pitch of the next and half its reach. What a finer level knows the coarser has
from it, through a half-band filter; only its own outer part is drawn. All of them are one scene.

A cut at any scale is the samples of the level that is at least as fine, through a window of two samples each
way (Lanczos, 1956) of known transfer: what would fold is gone, and `imaging` takes the rest out again.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .sheet import Bytes, Sheet

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]
Draw = Callable[[Sheet], None]

WINDOW_REACH = 2.0
"""Samples of the cut that the window takes in, each way."""
_HALF_BAND_TAPS = 19


class Plane:
    """A scene at every zoom position.

    Parameters
    ----------
    draw : function
        Draws the scene on a sheet of any pitch, always the same scene.
    finest : float
        Pitch of the finest level, in units of the scene.
    coarsest : float
        The largest pitch that will be cut.
    half_samples : (int, int)
        Half of what is cut, x and y, at the densest, with the margin for what stands off the middle.
    half_units : (float, float)
        Half of what is cut at the widest, the same way.
    """

    def __init__(
        self,
        draw: Draw,
        *,
        finest: float,
        coarsest: float,
        half_samples: tuple[int, int],
        half_units: tuple[float, float],
    ) -> None:
        self._finest = finest
        self._levels: list[Bytes] = []
        for level in range(max(math.floor(math.log2(coarsest / finest) + 1e-9), 0) + 1):
            pitch = finest * 2**level
            # Cut at up to twice its pitch, but never wider than the widest view.
            across, down = (
                min(2 * samples, math.ceil(units / pitch))
                for samples, units in zip(half_samples, half_units, strict=True)
            )
            sheet = Sheet.blank(pitch, across, down)
            finer = _halved(self._levels[-1]) if self._levels else None
            if finer is not None:
                rows, columns = finer.shape
                sheet.known = columns // 2 * pitch, rows // 2 * pitch
            draw(sheet)
            if finer is not None:
                _inlay(sheet.samples, finer)
            self._levels.append(sheet.samples)

    def cut(self, pitch: float, first: tuple[float, float], size: tuple[int, int]) -> Singles:
        """The scene through the window, sampled.

        Parameters
        ----------
        pitch : float
            From sample to sample, in units of the scene.
        first : (float, float)
            Where the first sample is, x and y in units from the middle of the scene.
        size : (int, int)
            Columns and rows.

        Returns
        -------
        ndarray, shape (rows, columns)
        """
        level = min(max(math.floor(math.log2(pitch / self._finest) + 1e-9), 0), len(self._levels) - 1)
        samples = self._levels[level]
        ratio = pitch / (self._finest * 2**level)
        columns, left, right = _weights(size[0], first[0] / pitch * ratio, ratio, samples.shape[1])
        rows, top, bottom = _weights(size[1], first[1] / pitch * ratio, ratio, samples.shape[0])
        seen = rows @ samples[top:bottom, left:right].astype(np.float32)
        return np.ascontiguousarray((columns @ np.ascontiguousarray(seen.T)).T)


def _weights(count: int, first: float, ratio: float, length: int) -> tuple[Any, int, int]:
    """The window's weights as a sparse matrix on a part of a row of samples, and where that part is.

    `first` and `ratio` are the first sample and the step, in samples of the level from its middle.
    """
    from scipy.sparse import csr_matrix

    at = length // 2 + first + ratio * np.arange(count)
    taps = math.ceil(2 * WINDOW_REACH * ratio) + 1
    entries = np.floor(at - WINDOW_REACH * ratio).astype(np.intp)[:, None] + np.arange(taps)
    weights = _lanczos((entries - at[:, None]) / ratio)
    weights /= weights.sum(axis=1, keepdims=True)
    inside = np.clip(entries, 0, length - 1)
    low, high = int(inside.min()), int(inside.max()) + 1
    starts = np.arange(count + 1) * taps
    parts = weights.ravel().astype(np.float32), (inside - low).ravel(), starts
    return csr_matrix(parts, shape=(count, high - low)), low, high


def _lanczos(x: Floats) -> Floats:
    inside = np.abs(x) < WINDOW_REACH
    return np.where(inside, np.sinc(x) * np.sinc(x / WINDOW_REACH), 0.0)


@cache
def _window_table() -> Floats:
    """Transfer of the window at 0, 1/2048, ... 1 cycle a sample."""
    x = (np.arange(4096) + 0.5) / 4096 * WINDOW_REACH
    kernel = _lanczos(x)
    frequency = np.linspace(0.0, 1.0, 2049)
    return np.asarray(np.cos(2 * math.pi * frequency[:, None] * x) @ kernel / kernel.sum())


def window_transfer(cy_sample: Singles) -> Singles:
    """What is left of a frequency, in cycles a sample, behind the window of a cut along one axis."""
    table = _window_table()
    return np.interp(np.abs(cy_sample), np.linspace(0.0, 1.0, table.size), table).astype(np.float32)


@cache
def _half_band() -> Floats:
    """A filter that passes the lower half of a level's frequencies, to be sampled half as often."""
    n = np.arange(_HALF_BAND_TAPS) - _HALF_BAND_TAPS // 2
    taps = np.sinc(n / 2.0) * np.kaiser(_HALF_BAND_TAPS, 4.0)
    return np.asarray(taps / taps.sum())


def _halved(samples: Bytes) -> Bytes:
    """Every second sample of what passes the half-band filter; the middle stays the middle."""
    taps = _half_band()
    passed = cv2.sepFilter2D(samples, -1, taps, taps, borderType=cv2.BORDER_REPLICATE)
    rows, columns = (length // 2 % 2 for length in samples.shape)
    # The filter's reach is left out at the rim: there it has seen what is not there.
    rim = _HALF_BAND_TAPS // 2
    rows, columns = rows + 2 * (rim // 2 + 1), columns + 2 * (rim // 2 + 1)
    return np.asarray(passed[rows : samples.shape[0] - rows : 2, columns : samples.shape[1] - columns : 2])


def _inlay(samples: Bytes, middle: Bytes) -> None:
    """Put what is finer into the middle; where that reaches further it is cut."""
    rows, columns = (min(a, b) // 2 for a, b in zip(samples.shape, middle.shape, strict=True))
    y, x = (length // 2 for length in samples.shape)
    from_y, from_x = (length // 2 for length in middle.shape)
    part = middle[from_y - rows : from_y + rows + 1, from_x - columns : from_x + columns + 1]
    samples[y - rows : y - rows + part.shape[0], x - columns : x - columns + part.shape[1]] = part
