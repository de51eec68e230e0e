"""One decoded picture with what its file says about it, and the way from there to luma.

Rules of this file: grey stays as it is, code for code; colour becomes luma by the weights of its file on the
code values, in strips: of a file that keeps its colours more coarsely than its luma, other weights would mix
the coarse into the fine; where the picture is transparent it lies on white; what is turned is put upright
last.
"""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from ...frame import BT709, Frame, Samples, Weights
from ..luma import Signal
from ..upright import upright
from .decoded import Decoded
from .floats import full_scale, settled
from .tone import Tone

MOST_IN_COLOUR = 1 << 26
"""Pixels: of larger pictures only the luma is kept."""

STRIP_ROWS = 256

FOURTEEN_BITS = 16383
"""Highest code of 14 bits: samples of 16 bits that end there are those of a camera as it counted them."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture out of a file.

    Attributes
    ----------
    samples : ndarray, shape (rows, columns) or (rows, columns, channels)
        uint8, uint16 or float32; channels are grey and alpha (2), RGB (3), or RGB and alpha (4).
    bits : int
        Significant bits of an integer sample; 0 for floats.
    tone : Tone
        The transfer curve that the file names, and the range.
    orientation : int
        As in EXIF, 1 to 8: how to turn the picture to stand upright.
    weights : (float, float, float)
        Of red, green and blue in the luma that the file holds.
    luma : ndarray, shape (rows, columns), optional
        The luma itself where the decoder gives it: colours that do not fit into RGB are cut off there.
    is_premultiplied : bool
        Colour is already weighted by alpha.
    is_damaged : bool
        The decoder complained; parts of the picture may be wrong.
    """

    samples: Decoded
    bits: int
    tone: Tone
    orientation: int = 1
    weights: Weights = BT709
    luma: Decoded | None = None
    is_premultiplied: bool = False
    is_damaged: bool = False


def frame_of(picture: Picture, index: int, signal: Signal) -> Frame:
    """The luma of a picture with all that is needed to read it as light; what the user says wins.

    Raises
    ------
    ValueError
        With the reason, for samples that cannot be read as light.
    """
    samples, bits, tone, odd = _settled(_on_white(picture), picture, signal)
    luma = _luma(samples, picture.weights) if picture.luma is None else cast(Samples, picture.luma)
    if bits == 16 and int(luma.max()) <= FOURTEEN_BITS:
        luma, bits = _of_few_bits(luma)
    chroma = _chroma(samples, bits, picture) if bits else None
    transfer = signal.transfer or tone.transfer
    if signal.transfer is None and tone.table is not None:
        luma, bits, chroma = tone.light_of(luma, bits), 0, None
    luma = upright(luma, picture.orientation)
    luma.flags.writeable = False
    return Frame(
        luma=luma,
        index=index,
        bits=bits,
        transfer=transfer,
        limited=tone.limited if signal.limited is None else signal.limited,
        chroma=chroma,
        weights=picture.weights,
        damaged=picture.is_damaged or odd,
    )


def _settled(samples: Decoded, picture: Picture, signal: Signal) -> tuple[Decoded, int, Tone, bool]:
    if samples.dtype == np.float32:
        return settled(samples, picture.tone, signal.transfer)
    return samples, picture.bits, picture.tone, False


def _of_few_bits(luma: Samples) -> tuple[Samples, int]:
    """16-bit samples that end where fewer bits do: of a real picture of 16 bits white would be near black."""
    bits = next(each for each in (8, 10, 12, 14) if int(luma.max()) < 1 << each)
    return (luma.astype(np.uint8) if bits == 8 else luma), bits


def _on_white(picture: Picture) -> Decoded:
    """The samples without alpha; white, which is full scale, where the picture is transparent."""
    samples = picture.samples
    if samples.ndim == 2 or samples.shape[2] in (1, 3):
        return samples[:, :, 0] if samples.ndim == 3 and samples.shape[2] == 1 else samples
    colour = np.ascontiguousarray(samples[:, :, :-1])
    top, opaque = _white(picture, colour), _white(picture, samples[:, :, -1])
    for begin in range(0, len(colour), STRIP_ROWS):
        rows = slice(begin, begin + STRIP_ROWS)
        share = samples[rows, :, -1:].astype(np.float32) / opaque
        if bool((share == 1.0).all()):
            continue
        part = colour[rows].astype(np.float32)
        mixed = (part if picture.is_premultiplied else part * share) + top * (1.0 - share)
        mixed = np.clip(np.rint(mixed), 0, top) if picture.bits else mixed
        colour[rows] = mixed.astype(colour.dtype)
    return colour[:, :, 0] if colour.shape[2] == 1 else colour


def _white(picture: Picture, samples: Decoded) -> np.float32:
    """Full scale of samples; floats may be codes, whether their alpha is one or not."""
    if picture.bits:
        return np.float32((1 << picture.bits) - 1)
    return np.float32(full_scale(float(np.max(samples, where=np.isfinite(samples), initial=0.0))))


def _luma(samples: Decoded, weights: Weights) -> Samples:
    if samples.ndim == 2:
        return cast(Samples, np.ascontiguousarray(samples))
    luma = np.empty(samples.shape[:2], samples.dtype)
    for top in range(0, len(luma), STRIP_ROWS):
        strip = np.ascontiguousarray(samples[top : top + STRIP_ROWS])
        luma[top : top + STRIP_ROWS] = cv2.transform(strip, np.array([weights])).reshape(strip.shape[:2])
    return cast(Samples, luma)


def _chroma(samples: Decoded, bits: int, picture: Picture) -> tuple[Samples, Samples] | None:
    """Cb and Cr at half the resolution each way."""
    if samples.ndim == 2 or samples.shape[0] * samples.shape[1] > MOST_IN_COLOUR:
        return None
    size = (max(1, samples.shape[1] // 2), max(1, samples.shape[0] // 2))
    half = cv2.resize(np.ascontiguousarray(samples), size, interpolation=cv2.INTER_AREA)
    luma = np.array(picture.weights)
    differences = [
        (primary - luma) / (2.0 * (1.0 - share))
        for primary, share in ((np.array([0.0, 0.0, 1.0]), luma[2]), (np.array([1.0, 0.0, 0.0]), luma[0]))
    ]
    both = cv2.transform(half, np.column_stack([differences, [1 << (bits - 1)] * 2]))
    kept = np.uint8 if bits == 8 else np.uint16
    blue, red = (upright(np.ascontiguousarray(both[:, :, k], kept), picture.orientation) for k in (0, 1))
    return cast(Samples, blue), cast(Samples, red)
