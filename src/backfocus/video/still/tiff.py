"""TIFF: every page that is a picture; what tifffile reads is put into one form, or refused in words."""

import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from .decoded import Decoded
from .exif import ORIENTATION, SRGB_SPACE
from .file import AGAIN, StillFile
from .picture import FOURTEEN_BITS, Picture
from .plain import DECODER_FAULTS
from .tone import GRID, LINEAR, MOST_PROFILE_BYTES, SRGB, Tone, tone_of_profile

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, MASK, PRINT, YCBCR, CFA, LINEAR_RAW = (
    0, 1, 2, 3, 4, 5, 6, 32803, 34892,
)  # fmt: skip
"""PhotometricInterpretation."""
PROFILE, TRANSFER_FUNCTION, MOST_SAMPLE, DNG_VERSION, EXIF_IFD = 34675, 301, 281, 50706, 34665
PREMULTIPLIED, ALPHA = 1, 2
"""ExtraSamples."""
READABLE = "save it with 8 or 16 bits or as 32-bit float"
TOO_SMALL = 0.5
"""Of width and height of the larger of the first two pages: a smaller page is a preview."""


def pictures(file: StillFile) -> Generator[Picture]:
    """Every page that is a picture of its own; previews and masks are left out."""
    import tifffile

    complaints = _Complaints()
    with file.path.open("rb") as handle, _heard(complaints):
        try:
            opened = tifffile.TiffFile(handle)
        except DECODER_FAULTS as fault:
            raise file.refusal(f"the picture is damaged at its beginning: {AGAIN}") from fault
        with opened:
            count, pages = 0, _pages(file, opened)
            begin = list(islice(pages, 2))
            whole = max(begin, key=_pixels, default=None)
            for page in chain(begin, pages):
                if whole is None or _is_preview(page, whole):
                    continue
                yield _picture(file, page, complaints)
                count += 1
            if count == 0:
                seen = f"{whole.imagewidth} x {whole.imagelength}, a preview" if whole else "nothing"
                raise file.refusal(f"{seen} is all that is in it: save the whole picture as TIFF or PNG")
            _demand_all(file, opened, count)


def is_raw(file: StillFile) -> bool:
    """Whether a TIFF is the raw file of a camera, whatever its name: its samples are a colour mosaic."""
    import tifffile

    with file.path.open("rb") as handle, _heard(_Complaints()):
        try:
            with tifffile.TiffFile(handle) as opened:
                page: Any = opened.pages.first
                inner = (page, *(page.pages or ()))
                return DNG_VERSION in page.tags or any(
                    each.photometric in (CFA, LINEAR_RAW) for each in inner
                )
        except DECODER_FAULTS:
            return False


class _Complaints(logging.Handler):
    """Hears what tifffile has to say, instead of the terminal."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


@contextmanager
def _heard(complaints: _Complaints) -> Iterator[None]:
    voice = logging.getLogger("tifffile")
    spread, voice.propagate = voice.propagate, False
    voice.addHandler(complaints)
    try:
        yield
    finally:
        voice.removeHandler(complaints)
        voice.propagate = spread


def _pages(file: StillFile, opened: "TiffFile") -> Iterator["TiffPage"]:
    pages = iter(opened.pages)
    while True:
        try:
            page: Any = next(pages, None)
        except DECODER_FAULTS as fault:
            raise file.refusal(f"the picture is damaged: {AGAIN}") from fault
        if page is None:
            return
        numbers = (
            page.imagewidth,
            page.imagelength,
            page.imagedepth,
            page.samplesperpixel,
            page.bitspersample,
        )
        if not all(isinstance(number, int) for number in numbers):
            raise file.refusal(f"the picture is damaged, or its channels are of several depths: {AGAIN}")
        yield page


def _pixels(page: "TiffPage") -> int:
    return int(page.imagewidth * page.imagelength)


def _is_preview(page: "TiffPage", whole: "TiffPage") -> bool:
    smaller = (
        page.imagewidth < TOO_SMALL * whole.imagewidth and page.imagelength < TOO_SMALL * whole.imagelength
    )
    return bool(page.is_reduced or page.is_mask or page.photometric == MASK or smaller)


def _demand_all(file: StillFile, opened: "TiffFile", count: int) -> None:
    """Refuse stacks that list one page and hold the others behind it, as some microscopes' files do."""
    told = _told_count(opened) if count == 1 else 1
    if told > 1:
        raise file.refusal(f"it holds {told} pictures and lists one: save them as pages, or one by one")


def _told_count(opened: "TiffFile") -> int:
    """How many pictures the description of the first page tells of; 1 where it tells nothing sensible."""
    try:
        if opened.is_imagej:
            return int(dict(opened.imagej_metadata or {}).get("images", 1))
        shaped = opened.shaped_metadata if opened.is_shaped else None
        shape = shaped[0].get("shape", ()) if shaped else ()
        return int(np.prod(shape, dtype=np.int64)) // max(1, opened.pages.first.size) if shape else 1
    except DECODER_FAULTS:
        return 1


def _picture(file: StillFile, page: "TiffPage", complaints: _Complaints) -> Picture:
    _demand_kind(file, page)
    _demand_whole(file, page)
    before = complaints.count
    try:
        samples = page.asarray()
    except DECODER_FAULTS as fault:
        why = "the picture is damaged, or packed in a way that is not known"
        raise file.refusal(f"{why}: {AGAIN}") from fault
    try:
        samples, bits, premultiplied = _in_order(file, page, samples)
        tone = _tone(page, is_float=bits == 0)
    except ValueError as problem:
        raise file.refusal(str(problem)) from None
    return Picture(
        samples=samples,
        bits=bits,
        tone=tone,
        orientation=_number(page, ORIENTATION, 1),
        is_premultiplied=premultiplied,
        is_damaged=complaints.count > before,
    )


def _demand_kind(file: StillFile, page: "TiffPage") -> None:
    if page.photometric in (CFA, LINEAR_RAW):
        raise file.refusal("a raw picture: develop it to TIFF first")
    if page.photometric == PRINT:
        raise file.refusal("a picture for print (CMYK): save it in RGB")
    if page.photometric not in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, YCBCR):
        raise file.refusal("a TIFF of a rare kind of colour: save it in RGB or grey")
    if page.imagedepth > 1 or page.axes not in ("YX", "YXS", "SYX"):
        raise file.refusal(f"a TIFF with samples in the order {page.axes}: save pages of rows and columns")
    kind = page.dtype.kind if page.dtype is not None else "?"
    if kind not in "ufb" or (kind == "u" and page.bitspersample > 16):
        name = page.dtype or f"{page.bitspersample} bits"
        raise file.refusal(f"samples of type {name}: {READABLE}")
    size = page.dtype.itemsize * page.samplesperpixel if page.dtype is not None else 1
    file.demand_size(page.imagewidth, page.imagelength, sample_bytes=size)


def _demand_whole(file: StillFile, page: "TiffPage") -> None:
    ends = (at + count for at, count in zip(page.dataoffsets, page.databytecounts, strict=False))
    if max(ends, default=0) > file.size:
        raise file.refusal(f"the picture is cut off: {AGAIN}")
    if not page.dataoffsets or not all(page.databytecounts):
        raise file.refusal(f"the picture is damaged, parts of it are missing: {AGAIN}")


def _in_order(file: StillFile, page: "TiffPage", samples: np.ndarray) -> tuple[Decoded, int, bool]:
    """Samples as (rows, columns[, channels]) with black at zero, their bits, and whether alpha is in them."""
    if page.axes == "SYX":
        samples = np.moveaxis(samples, 0, -1)
    if page.photometric == PALETTE:
        return _of_palette(page, samples), 16, False
    samples, bits = _in_depth(page, samples)
    if page.photometric == WHITE_IS_ZERO:
        if bits == 0:
            raise ValueError("float samples with white at zero: save it with black at zero")
        samples = ((1 << bits) - 1 - samples).astype(samples.dtype)
    if samples.ndim == 2:
        return samples, bits, False
    return _channels(page, samples, bits)


def _channels(page: "TiffPage", samples: Decoded, bits: int) -> tuple[Decoded, int, bool]:
    """Colour or grey with its alpha, if any; other channels are left out."""
    count = 1 if page.photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO) else 3
    extra = [int(kind) for kind in page.extrasamples]
    if samples.shape[2] != count + len(extra):
        raise ValueError(f"a TIFF of {samples.shape[2]} channels: save it in RGB or grey")
    keep = list(range(count))
    if alpha := [n for n, kind in enumerate(extra) if kind in (PREMULTIPLIED, ALPHA)]:
        keep.append(count + alpha[0])
    premultiplied = bool(alpha) and extra[alpha[0]] == PREMULTIPLIED
    chosen = samples if keep == list(range(samples.shape[2])) else samples[:, :, keep]
    return (chosen[:, :, 0] if len(keep) == 1 else chosen), bits, premultiplied


def _in_depth(page: "TiffPage", samples: np.ndarray) -> tuple[Decoded, int]:
    bits = int(page.bitspersample)
    if samples.dtype.kind == "f":
        return samples.astype(np.float32, copy=False), 0
    if bits < 8:
        return (samples.astype(np.uint8) * np.uint8(255 // ((1 << bits) - 1))), 8
    if bits == 16 and 255 <= (most := _number(page, MOST_SAMPLE, 0)) <= FOURTEEN_BITS:
        bits = most.bit_length()
    return samples, bits


def _of_palette(page: "TiffPage", samples: np.ndarray) -> Decoded:
    colours = np.asarray(page.colormap)
    if colours.ndim != 2 or int(samples.max(initial=0)) >= colours.shape[1]:
        raise ValueError(f"its palette lacks colours: {AGAIN}")
    return np.ascontiguousarray(colours.T[samples].astype(np.uint16))


def _tone(page: "TiffPage", *, is_float: bool) -> Tone:
    profile = page.tags.get(PROFILE)
    if profile is not None and isinstance(profile.value, bytes) and len(profile.value) <= MOST_PROFILE_BYTES:
        return tone_of_profile(profile.value)
    table = page.tags.get(TRANSFER_FUNCTION)
    if table is not None and isinstance(table.value, tuple) and len(table.value) > 1:
        light = np.array(table.value[: 1 << min(16, int(page.bitspersample))]) / 65535
        return Tone("linear", table=np.interp(GRID, np.linspace(0.0, 1.0, len(light)), light))
    held = page.tags.get(EXIF_IFD)
    details = held.value if held is not None and isinstance(held.value, dict) else {}
    if details.get("ColorSpace") == SRGB_SPACE:
        return Tone("srgb")
    return LINEAR if is_float else SRGB


def _number(page: "TiffPage", tag: int, default: int) -> int:
    held = page.tags.get(tag)
    value = held.value if held is not None else default
    if isinstance(value, tuple):
        value = value[0]
    return int(value) if isinstance(value, int) else default
