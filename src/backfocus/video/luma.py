"""From a decoded picture to a `Frame`: the luma plane as it is, with what the stream says about it.

Rules of this file: the samples are a read-only view of the decoder's own memory, cut to the width (the memory
lives as long as the view). Only layouts in which luma is no plane of its own (packed, RGB, big endian,
palettes) are converted first, to a planar YUV of at least the same depth, and never rescaled in level.
"""

from dataclasses import dataclass
from functools import cache

import av
import numpy as np

from ..frame import Field, Frame, Samples

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

FULL_RANGE_TAG = 2
LIMITED_RANGE_TAG = 1

FIRST_FIELD: dict[int, Field] = {2: "top", 3: "bottom", 4: "bottom", 5: "top"}
"""FFmpeg's AVFieldOrder (tt, bb, tb, bt): the field that is shown first."""

HIGH_BITS = ("p010", "p012", "p210", "p212", "p410", "p412")
"""Semi-planar layouts that keep 10 or 12 bits in the upper part of 16: read as 16 bits they need no shift."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What the user says about the signal; None leaves it to the stream's own tags."""

    transfer: str | None = None
    limited: bool | None = None


AS_TAGGED = Signal()


@dataclass(frozen=True, slots=True)
class Layout:
    """How the luma of a pixel format lies in memory.

    `bits` as in `Frame`; `convert_to`: the planar format to convert to first, None when plane 0 is luma.
    """

    bits: int
    is_full: bool
    convert_to: str | None = None


def frame_of(
    picture: av.VideoFrame,
    *,
    index: int,
    at_s: float | None,
    field_order: int = 0,
    signal: Signal = AS_TAGGED,
) -> Frame:
    """The luma of a decoded picture with its depth, transfer curve, range and field order.

    `field_order` is the codec context's; a picture not marked as interlaced counts as progressive whatever
    it says.
    """
    layout = _layout(picture.format.name)
    return Frame(
        luma=_luma(picture, layout),
        index=index,
        at_s=at_s,
        bits=layout.bits,
        transfer=signal.transfer or TRANSFER_OF_TAG.get(picture.color_trc, "unknown"),
        limited=_limited(picture, layout) if signal.limited is None else signal.limited,
        interlaced=FIRST_FIELD.get(field_order, "top") if picture.interlaced_frame else None,
    )


def _limited(picture: av.VideoFrame, layout: Layout) -> bool:
    if layout.convert_to is not None and layout.is_full:
        return False
    if picture.color_range in (FULL_RANGE_TAG, LIMITED_RANGE_TAG):
        return picture.color_range == LIMITED_RANGE_TAG
    return not layout.is_full


def _luma(picture: av.VideoFrame, layout: Layout) -> Samples:
    if layout.convert_to is not None or picture.planes[0].line_size < 0:
        picture = _planar(picture, layout)
    plane = picture.planes[0]
    dtype = np.dtype(np.float32 if layout.bits == 0 else np.uint8 if layout.bits == 8 else np.uint16)
    rows = np.frombuffer(memoryview(plane), dtype).reshape(plane.height, plane.line_size // dtype.itemsize)
    luma = rows[:, : picture.width]
    luma.flags.writeable = False
    return luma


def _planar(picture: av.VideoFrame, layout: Layout) -> av.VideoFrame:
    range_ = "JPEG" if layout.is_full or picture.color_range == FULL_RANGE_TAG else "MPEG"
    return picture.reformat(
        format=layout.convert_to or picture.format.name,
        dst_colorspace="ITU709",
        src_color_range=range_,
        dst_color_range=range_,
    )


@cache
def _layout(name: str) -> Layout:
    shape = av.VideoFormat(name)
    bits = max(part.bits for part in shape.components)
    is_full = (
        shape.is_rgb or shape.has_palette or shape.is_bayer or name.startswith(("yuvj", "gray", "mono", "ya"))
    )
    if name == "grayf32le":
        return Layout(0, is_full)
    has_luma_plane = shape.is_planar or (len(shape.components) == 1 and name.startswith("gray"))
    is_plain = not (shape.is_rgb or shape.is_bayer or shape.has_palette or shape.is_big_endian)
    if has_luma_plane and is_plain and "f16" not in name and "f32" not in name:
        upper = name.startswith(HIGH_BITS) or "msb" in name
        return Layout(16 if upper else max(8, bits), is_full)
    return _converted(bits, is_full)


def _converted(bits: int, is_full: bool) -> Layout:
    for depth, target in ((8, "yuv444p"), (10, "yuv444p10le"), (12, "yuv444p12le")):
        if bits <= depth:
            return Layout(depth, is_full, target)
    return Layout(16, is_full, "yuv444p16le")
