"""From a decoded picture to a `Frame`: its planes as they are, with what the stream says about them.

Rules of this file: the samples are a read-only view of the decoder's own memory, cut to the width (the memory
lives as long as the view). Where luma lies between other samples, or the wrong way round for this machine, it
is copied out, code for code; so is a picture that its file says to turn, as phones do. Only pictures without
luma (RGB, palettes, sensor mosaics) are converted, and only those whose samples are not square (XDCAM's 1440
for 1920) are stretched or shrunk along their lines.
"""

from dataclasses import dataclass
from functools import cache
from typing import cast

import av
import cv2
import numpy as np

from ..frame import BT601, BT709, BT2020, Field, Frame, Samples

TRANSFER_OF_TAG = {
    1: "bt709",
    4: "gamma2.2",
    5: "gamma2.8",
    6: "bt709",  # SMPTE 170M: the same curve
    8: "linear",
    11: "bt709",  # xvYCC: the same curve, extended below black
    13: "srgb",
    14: "bt709",  # BT.2020, 10 bit
    15: "bt709",  # BT.2020, 12 bit
    16: "pq",
    18: "hlg",
}
"""Code points of ITU-T H.273, table 3, as FFmpeg hands them on."""

WEIGHTS_OF_TAG = {4: (0.30, 0.59, 0.11), 5: BT601, 6: BT601, 7: (0.212, 0.701, 0.087), 9: BT2020, 10: BT2020}
"""Code points of ITU-T H.273, table 4, that are not BT.709 or like it."""

FULL_RANGE_TAG = 2
LIMITED_RANGE_TAG = 1

HIGH_BITS = ("p010", "p012", "p210", "p212", "p410", "p412", "y210", "y212")
"""Layouts that keep 10 or 12 bits in the upper part of 16: read as 16 bits they need no shift."""

PACKED_LUMA = {"yuyv422": 0, "yvyu422": 0, "uyvy422": 1, "y210": 0, "y212": 0, "ya8": 0, "ya16": 0}
"""Layouts whose luma is every second sample, and at which sample it begins."""


QUARTERS = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}
"""What stands a picture upright, by the quarters of a turn, counter-clockwise, that its file tells."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What the user says about the signal; None leaves it to the stream's own tags."""

    transfer: str | None = None
    limited: bool | None = None


AS_TAGGED = Signal()


@dataclass(frozen=True, slots=True)
class Layout:
    """How the luma of a pixel format lies in memory.

    `bits` as in `Frame`. `dtype`: of a sample as it lies there. `is_full`: the range where the stream names
    none. `first`, `step`: which samples of a row are luma. `convert_to`: what to convert to first, if at all.
    """

    bits: int
    dtype: str
    is_full: bool
    first: int = 0
    step: int = 1
    convert_to: str | None = None


def frame_of(
    picture: av.VideoFrame,
    *,
    index: int,
    at_s: float | None,
    interlaced: Field | None = None,
    signal: Signal = AS_TAGGED,
    sample_aspect: float = 1.0,
    damaged: bool = False,
) -> Frame:
    """The luma of a decoded picture with its depth, transfer curve, range and field order; square samples.

    `sample_aspect`: width of a sample over its height. `damaged`: as in `Frame`.
    """
    layout = _layout(picture.format.name)
    quarters = 0 if interlaced is not None else round(picture.rotation / 90.0) % 4
    if layout.convert_to is not None:
        picture = picture.reformat(
            format=layout.convert_to, dst_colorspace="ITU709", src_color_range="JPEG", dst_color_range="JPEG"
        )
    as_they_lie = sample_aspect == 1.0 and quarters == 0
    has_chroma = len(picture.planes) >= 3 and interlaced is None and as_they_lie
    return Frame(
        luma=_upright(_square(_plane(picture, 0, layout), sample_aspect), quarters),
        index=index,
        at_s=at_s,
        bits=layout.bits,
        transfer=signal.transfer or TRANSFER_OF_TAG.get(picture.color_trc, "unknown"),
        limited=_limited(picture, layout) if signal.limited is None else signal.limited,
        interlaced=interlaced,
        chroma=(_plane(picture, 1, layout), _plane(picture, 2, layout)) if has_chroma else None,
        weights=BT709 if layout.convert_to else WEIGHTS_OF_TAG.get(picture.colorspace, BT709),
        damaged=damaged,
    )


def _limited(picture: av.VideoFrame, layout: Layout) -> bool:
    if layout.convert_to is not None:
        return False
    if picture.color_range in (FULL_RANGE_TAG, LIMITED_RANGE_TAG):
        return picture.color_range == LIMITED_RANGE_TAG
    return not layout.is_full


def _square(luma: Samples, sample_aspect: float) -> Samples:
    """Stretched along the lines only, so that fields stay apart; above the old Nyquist nothing is added."""
    if sample_aspect == 1.0:
        return luma
    size = (max(1, round(luma.shape[1] * sample_aspect)), luma.shape[0])
    how = cv2.INTER_LANCZOS4 if sample_aspect > 1.0 else cv2.INTER_AREA
    stretched = cast(Samples, cv2.resize(luma, size, interpolation=how))
    stretched.flags.writeable = False
    return stretched


def _upright(luma: Samples, quarters: int) -> Samples:
    if quarters == 0:
        return luma
    turned = cast(Samples, cv2.rotate(luma, QUARTERS[quarters]))
    turned.flags.writeable = False
    return turned


def _plane(picture: av.VideoFrame, number: int, layout: Layout) -> Samples:
    plane = picture.planes[number]
    rows = np.frombuffer(memoryview(plane), layout.dtype).reshape(plane.height, -1)
    if plane.line_size < 0:  # stored from the bottom up
        rows = rows[::-1]
    samples = rows[:, layout.first : layout.first + layout.step * plane.width : layout.step]
    if layout.step > 1 or not rows.dtype.isnative:
        samples = np.ascontiguousarray(samples, rows.dtype.newbyteorder("="))
    samples.flags.writeable = False
    return samples


@cache
def _layout(name: str) -> Layout:
    shape = av.VideoFormat(name)
    bits = max(part.bits for part in shape.components)
    is_full = name.startswith(("yuvj", "gray", "ya"))
    if name == "grayf32le":
        return Layout(0, "<f4", is_full)
    stem = name.removesuffix("le").removesuffix("be")
    if stem not in PACKED_LUMA and not _has_luma_plane(shape):
        return _converted(bits)
    if stem.startswith(HIGH_BITS) or stem.endswith("msb"):
        bits = 16
    dtype = "u1" if bits <= 8 else ">u2" if shape.is_big_endian else "<u2"
    step = 2 if stem in PACKED_LUMA else 1
    return Layout(max(8, bits), dtype, is_full, PACKED_LUMA.get(stem, 0), step)


def _has_luma_plane(shape: av.VideoFormat) -> bool:
    if shape.is_rgb or shape.is_bayer or shape.has_palette or shape.is_bit_stream or "f" in shape.name:
        return False
    return shape.is_planar or len(shape.components) == 1


def _converted(bits: int) -> Layout:
    """RGB and its like, by the weights of BT.709 at full range."""
    for depth, target in ((8, "yuv444p"), (10, "yuv444p10le"), (12, "yuv444p12le")):
        if bits <= depth:
            return Layout(depth, "u1" if depth == 8 else "<u2", is_full=True, convert_to=target)
    return Layout(16, "<u2", is_full=True, convert_to="yuv444p16le")
