"""HEIC and AVIF: whole pictures, also those that phones keep in tiles, at their full depth."""

import io
import struct
from collections.abc import Generator

import numpy as np

from ...frame import BT601, BT709, Weights
from ..luma import WEIGHTS_OF_TAG
from .boxes import MOST_META_BYTES, BoxesError, Main, main_picture
from .file import AGAIN, StillFile
from .picture import Picture
from .plain import DECODER_FAULTS
from .tone import SRGB, UNSPECIFIED, Tone, tone_of_code_points, tone_of_profile

DEEP = "16"
"""Ends the mode of a picture of more than 8 bits."""
PQ, HLG = 16, 18
MOST_TOP_BOXES = 1000
SPARE_BYTES = 1 << 26
"""For what else lies in the file: depth, previews, metadata."""


def heic(file: StillFile) -> Generator[Picture]:
    """Every picture of the same size as the main one; previews and depth maps are left out."""
    import pillow_heif

    main = _main(file)
    tone, data = _tone(file, main), _data(file, main)
    try:
        opened = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
        first = opened[opened.primary_index]
        for image in [each for each in opened if each.size == first.size]:
            file.demand_size(*image.size, sample_bytes=8 if image.mode.endswith(DEEP) else 4)
            samples = np.array(image)
            yield Picture(
                samples=samples,
                bits=8 * samples.dtype.itemsize,
                tone=tone,
                weights=_weights(main),
                is_premultiplied=image.premultiplied_alpha,
            )
    except DECODER_FAULTS as fault:
        raise file.refusal(f"the picture is damaged: {AGAIN}") from fault


def avif(file: StillFile) -> Generator[Picture]:
    """The one picture of an AVIF."""
    main = _main(file)
    yield _avif_picture(file, main, _tone(file, main))


def _avif_picture(file: StillFile, main: Main, tone: Tone) -> Picture:
    import imagecodecs

    try:
        samples = imagecodecs.avif_decode(_data(file, main), index=0)
    except (imagecodecs.AvifError, ValueError, RuntimeError, MemoryError) as fault:
        raise file.refusal(f"the picture is damaged: {AGAIN}") from fault
    return Picture(
        samples=samples,
        bits=8 if samples.dtype == np.uint8 else max(main.bits, 10),
        tone=tone,
        orientation=main.orientation,
        weights=_weights(main),
    )


def _weights(main: Main) -> Weights:
    """Of red, green and blue in luma; BT.601 where nothing is said (ISO/IEC 23000-22, 7.3.6.4)."""
    return BT601 if main.matrix == UNSPECIFIED else WEIGHTS_OF_TAG.get(main.matrix, BT709)


def _main(file: StillFile) -> Main:
    """What the boxes say of the main picture; refuses one that is too large, cut off or contradictory."""
    try:
        main = main_picture(_meta(file))
    except BoxesError as fault:
        raise file.refusal(f"the picture is damaged at its beginning: {AGAIN}") from fault
    deep = 8 if main.bits > 8 else 4
    file.demand_size(main.width, main.height, sample_bytes=deep)
    file.demand_size(main.most_pixels, 1, sample_bytes=deep)
    if main.ends_at > file.size:
        raise file.refusal(f"the picture is cut off: {AGAIN}")
    return main


def _meta(file: StillFile) -> bytes:
    at = 0
    for _ in range(MOST_TOP_BOXES):
        head = file.read(at, 16)
        if len(head) < 8:
            raise BoxesError("no meta box")
        size, name = struct.unpack(">I4s", head[:8])
        start = 8
        if size == 1 and len(head) == 16:
            size, start = struct.unpack(">Q", head[8:])[0], 16
        elif size == 0:
            size = file.size - at
        if size < start:
            raise BoxesError(f"a box of {size} bytes")
        if name == b"meta":
            if size > MOST_META_BYTES or at + size > file.size:
                raise BoxesError("a meta box of no size that can be")
            return file.read(at + start, size - start)
        at += size
    raise BoxesError("no meta box")


def _data(file: StillFile, main: Main) -> bytes:
    most = 6 * main.width * main.height + SPARE_BYTES
    if file.size > most:
        raise file.refusal(f"the file is far larger than its picture can be: {AGAIN}")
    return file.read(0, file.size)


def _tone(file: StillFile, main: Main) -> Tone:
    """A broadcast curve by its code point first: where a profile stands beside it, it is for old programs."""
    try:
        named = tone_of_code_points(main.transfer)
        if main.profile and main.transfer not in (PQ, HLG):
            return tone_of_profile(main.profile)
    except ValueError as problem:
        raise file.refusal(str(problem)) from None
    return named or SRGB
