"""From light to code values: transfer curve, the camera's detail circuit, noise, video range, 8 bits.

This is the ideal camera, one sharp photosite to a pixel; `real_sensor` has the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Field
from .grain import Grain
from .raster import Exposure, Floats

Codes = NDArray[np.uint8]

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


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Code values of luma, and of Cb and Cr at half the size each way where the camera has colour."""

    luma: Codes
    chroma: tuple[Codes, Codes] | None = None


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
        self._detail = detail
        span = WHITE_CODE - BLACK_CODE
        light = np.linspace(0.0, _HEADROOM, _STEPS)
        self._codes = (BLACK_CODE + span * bt709(light)).astype(np.float32)
        self._noise = np.float32(noise * span)
        self._grain = Grain(np.random.default_rng((seed, 3)))

    def picture(self, exposures: tuple[Exposure, ...], first: Field | None) -> Picture:
        """The picture of one exposure, or of two woven into one as fields, then without colour."""
        if len(exposures) == 2 and first is not None:
            return Picture(self.codes(woven([exposure.colours[1] for exposure in exposures], first)))
        red, green, blue = exposures[0].colours
        luma = self.codes(green)
        if len(exposures[0].planes) == 1:
            return Picture(luma)
        return picture_of_colours(luma, *(self.codes(plane).astype(np.float32) for plane in (red, blue)))

    def codes(self, light: Floats) -> Codes:
        """The 8-bit video-range picture of `light` (1 is white), shape kept; 109 % and more is 254."""
        entries = np.asarray(light * np.float32((_STEPS - 1) / _HEADROOM), dtype=np.intp)
        signal = np.take(self._codes, entries, mode="clip")
        if self._detail:
            signal += self._detail * (signal - cv2.GaussianBlur(signal, (0, 0), 1.0))
        if self._noise:
            signal += self._noise * self._grain.next(signal.shape)
        return code_values(signal)


def picture_of_colours(green: Codes, red: Floats, blue: Floats) -> Picture:
    """The picture of three planes of code values: luma, and colour at half the size each way."""
    colours = np.asarray(cv2.merge([blue, green.astype(np.float32), red]), np.float32)
    return Picture(code_values(luma_of(colours)), chroma_codes(colours))


def luma_of(colours: Floats) -> Floats:
    """Of planes of code values, blue, green and red, shape (height, width, 3)."""
    weights = [[LUMA_BLUE, 1.0 - LUMA_BLUE - LUMA_RED, LUMA_RED]]
    return np.asarray(cv2.transform(colours, np.array(weights, np.float32)), np.float32)


def chroma_codes(colours: Floats) -> tuple[Codes, Codes]:
    """Cb and Cr at half the size each way, from planes of code values, blue, green and red."""
    size = colours.shape[1] // 2, colours.shape[0] // 2
    small = np.asarray(cv2.resize(colours, size, interpolation=cv2.INTER_AREA), np.float32)
    luma = luma_of(small)
    span = CHROMA_SPAN / (WHITE_CODE - BLACK_CODE) / 2.0
    cb, cr = (
        code_values(128.0 + span / (1.0 - weight) * (small[:, :, colour] - luma))
        for colour, weight in ((0, LUMA_BLUE), (2, LUMA_RED))
    )
    return cb, cr


def woven(planes: Sequence[NDArray[Any]], first: Field) -> NDArray[Any]:
    """Every second line of each of two planes; `first` says which lines are the earlier one's."""
    both = planes[0].copy()
    later = 1 if first == "top" else 0
    both[later::2] = planes[1][later::2]
    return both


def code_values(signal: Floats) -> Codes:
    """Rounded to 8 bits, 0 and 255 left out as interfaces want it."""
    codes = np.asarray(cv2.addWeighted(signal, 1.0, signal, 0.0, 0.0, dtype=cv2.CV_8U), np.uint8)
    return np.clip(codes, np.uint8(1), np.uint8(254), out=codes)
