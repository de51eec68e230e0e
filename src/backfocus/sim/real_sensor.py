"""From light on photosites to the picture a camera delivers.

The order is that in which cameras do it:

    photons and read noise, a photosite that is full    raw values
    demosaic                                            where there is a mosaic of colour filters
    scaling, then the stabiliser                        in light
    transfer curve                                      of each colour
    pairs of lines averaged                             into those of a field, where there are two
    noise reduction, then sharpening                    of the luma, as code values
"""

from functools import cache

import cv2
import numpy as np

from ..frame import Field
from .demosaic import Raw, demosaic
from .grain import Grain
from .raster import Exposure, Floats
from .sensor import (
    BLACK_CODE,
    WHITE_CODE,
    Picture,
    bt709,
    chroma_codes,
    code_values,
    luma_of,
    woven,
)
from .settings import SimSettings

PEDESTAL = 4096
PER_LIGHT = 48_000.0
"""Raw values of black, and of white over black: a photosite is full at 128 % of white."""
READ_NOISE_LIGHT = 0.003
"""The light whose photons scatter as much as reading does."""
SHARPEN_SIGMA_PX = 1.0
STEADIED_SHARE = 0.95
"""How much of the shake the stabiliser takes away."""
NR_WINDOW_PX, NR_SIGMA_PX, NR_SIGMA_CODES = 5, 1.5, 3.0
"""What is averaged; differences are smoothed out up to so many standard deviations of the noise."""
NR_PREVIOUS_SHARE = 0.5
"""How much of the previous picture still shows where nothing moved, with all noise reduction."""


class RealSensor:
    """Pictures of a camera that is more than one sharp photosite to a pixel.

    Parameters
    ----------
    settings : SimSettings
    """

    def __init__(self, settings: SimSettings) -> None:
        self._settings = settings
        self._grain = Grain(np.random.default_rng((settings.seed, 3)))
        self._previous: Floats | None = None

    def picture(self, exposures: tuple[Exposure, ...], first: Field | None) -> Picture:
        """The picture of one exposure, or of two woven into one as fields, then without colour."""
        pictures = [self._developed(exposure, paired=first is not None) for exposure in exposures]
        if len(pictures) == 1 or first is None:
            return pictures[0]
        return Picture(woven([picture.luma for picture in pictures], first))

    def _developed(self, exposure: Exposure, *, paired: bool) -> Picture:
        colours = self._scaled(self._colours(exposure))
        if self._settings.eis:
            colours = _steadied(colours, exposure.shake_px)
        signal = np.asarray(cv2.LUT(colours, _curve()), np.float32)
        if paired:
            signal = _paired(signal)
        if signal.ndim == 2:
            return Picture(code_values(self._finished(signal)))
        return Picture(code_values(self._finished(luma_of(signal))), chroma_codes(signal))

    def _colours(self, exposure: Exposure) -> Raw:
        """Raw values of the whole raster: of one grey plane, or blue, green and red."""
        match self._settings.sensor:
            case "mono":
                return self._raw(exposure.colours[1])
            case "bayer":
                return demosaic(self._raw(_through_mosaic(exposure)), self._settings.demosaic)
            case "three-chip":
                return np.asarray(cv2.merge([self._raw(plane) for plane in exposure.colours[::-1]]))

    def _raw(self, light: Floats) -> Raw:
        """What the photosites hold after one exposure: photons scatter by the root of their number."""
        scatter = np.sqrt(np.maximum(light + np.float32(READ_NOISE_LIGHT), np.float32(0.0)))
        scatter *= self._grain.next(light.shape)
        # White's slope in the transfer curve is a half: twice the noise in light is that of the code values.
        spread = 2.0 * self._settings.noise * PER_LIGHT
        return np.asarray(cv2.addWeighted(light, PER_LIGHT, scatter, spread, PEDESTAL, dtype=cv2.CV_16U))

    def _scaled(self, colours: Raw) -> Raw:
        """The raster at the delivered size: averaged over areas, or enlarged by cubic convolution."""
        size = self._settings.width_px, self._settings.height_px
        if size == colours.shape[1::-1]:
            return colours
        smaller = size[0] < colours.shape[1]
        return np.asarray(
            cv2.resize(colours, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
        )

    def _finished(self, luma: Floats) -> Floats:
        if self._settings.nr:
            luma = self._previous = self._denoised(luma)
        added = self._settings.sharpen + self._settings.detail
        if added:
            luma = luma + added * (luma - cv2.GaussianBlur(luma, (0, 0), SHARPEN_SIGMA_PX))
        return luma

    def _denoised(self, luma: Floats) -> Floats:
        """Averaged with neighbours, then with the previous picture, where these differ by no more than noise.

        The scale of noise is at least a code, which is what an encoder makes.
        """
        strength = self._settings.nr
        like = NR_SIGMA_CODES * max(self._settings.noise * (WHITE_CODE - BLACK_CODE), 1.0)
        smooth = cv2.bilateralFilter(luma, NR_WINDOW_PX, like, NR_SIGMA_PX)
        luma = luma + strength * (smooth - luma)
        if self._previous is None:
            return luma
        moved = luma - self._previous
        share = strength * NR_PREVIOUS_SHARE * np.exp(-((moved / like) ** 2))
        return np.asarray(luma - share * moved, np.float32)


def _steadied(colours: Raw, shake_px: tuple[float, float]) -> Raw:
    """The picture moved against the shake; parts of a pixel are interpolated between the nearest four."""
    x, y = (STEADIED_SHARE * by for by in shake_px)
    size = colours.shape[1::-1]
    return np.asarray(
        cv2.warpAffine(
            colours,
            np.array([[1.0, 0.0, -x], [0.0, 1.0, -y]]),
            size,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def _paired(signal: Floats) -> Floats:
    """Each line averaged with the next: a field alone would flicker where detail is a line high."""
    following = np.concatenate((signal[1:], signal[-1:]))
    return np.asarray((signal + following) * np.float32(0.5))


def _through_mosaic(exposure: Exposure) -> Floats:
    """The light behind the filters of the mosaic that `demosaic` knows; white is white behind each."""
    if len(exposure.planes) == 1:
        return exposure.planes[0]
    red, green, blue = exposure.planes
    light = green.copy()
    light[0::2, 0::2] = red[0::2, 0::2]
    light[1::2, 1::2] = blue[1::2, 1::2]
    return light


@cache
def _curve() -> Floats:
    """Code value of every raw value."""
    light = (np.arange(2**16) - PEDESTAL) / PER_LIGHT
    return (BLACK_CODE + (WHITE_CODE - BLACK_CODE) * bt709(light)).astype(np.float32)
