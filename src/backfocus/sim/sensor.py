"""From light to code values: transfer curve, the camera's detail circuit, noise, video range, 8 bits."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Frame

Floats = NDArray[np.float32]

BLACK_CODE, WHITE_CODE = 16, 235
LUMA_RED, LUMA_BLUE = 0.2126, 0.0722
"""ITU-R BT.709-6, item 3.2."""
CHROMA_SPAN = 224
_STEPS = 16384
_HEADROOM = 2.0
"""The table of the transfer curve reaches this far above white: clipping is left to the codes."""


def bt709(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """The opto-electronic transfer of ITU-R BT.709-6, item 1.2: light, 1 is white, to signal, 1 is white."""
    bright = np.maximum(light, 0.018)
    return np.where(light < 0.018, 4.5 * light, 1.099 * bright**0.45 - 0.099)


class Sensor:
    """Code values of pictures, with noise that the seed gives.

    Parameters
    ----------
    noise : float
        Standard deviation as a fraction of full scale.
    detail : float
        How much of the difference to a blurred picture is added; 0 is off.
    seed : int
    """

    def __init__(self, *, noise: float, detail: float, seed: int) -> None:
        self._rng = np.random.default_rng((seed, 3))
        self._detail = detail
        span = WHITE_CODE - BLACK_CODE
        light = np.linspace(0.0, _HEADROOM, _STEPS)
        self._codes = (BLACK_CODE + span * bt709(light)).astype(np.float32)
        self._noise = noise * span
        self._grain: Floats = np.zeros(0, np.float32)

    def codes(self, light: Floats) -> NDArray[np.uint8]:
        """The 8-bit video-range picture of `light` (1 is white), shape kept; 109 % and more is 254."""
        entries = np.asarray(light * np.float32((_STEPS - 1) / _HEADROOM), dtype=np.intp)
        signal = np.take(self._codes, entries, mode="clip")
        if self._detail:
            signal += self._detail * (signal - cv2.GaussianBlur(signal, (0, 0), 1.0))
        if self._noise:
            signal += self._next_grain(signal.size).reshape(signal.shape)
        return np.asarray(np.clip(np.rint(signal, out=signal), 1, 254), dtype=np.uint8)

    def _next_grain(self, count: int) -> Floats:
        """Noise cut from a store of it at a random place: drawing it anew for each picture is slow."""
        if self._grain.size < 2 * count + 99_991:
            grain = self._rng.standard_normal(2 * count + 99_991, dtype=np.float32)
            self._grain = grain * np.float32(self._noise)
        start = int(self._rng.integers(0, self._grain.size - count))
        cut = self._grain[start : start + count]
        return cut if self._rng.random() < 0.5 else -cut[::-1]


def frame_of_colours(green: Frame, red: Floats, blue: Floats) -> Frame:
    """The picture of three planes of code values: luma, and colour at half the size each way."""
    luma = green.luma + LUMA_RED * (red - green.luma) + LUMA_BLUE * (blue - green.luma)
    size = (luma.shape[1] // 2, luma.shape[0] // 2)
    span = CHROMA_SPAN / (WHITE_CODE - BLACK_CODE) / 2.0
    cb, cr = (
        _codes(128.0 + span / (1.0 - weight) * cv2.resize(plane - luma, size, interpolation=cv2.INTER_AREA))
        for plane, weight in ((blue, LUMA_BLUE), (red, LUMA_RED))
    )
    return replace(green, luma=_codes(luma), chroma=(cb, cr))


def _codes(signal: Floats) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(signal), 1, 254), np.uint8)
