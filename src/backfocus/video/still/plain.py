"""GIF, BMP and WebP, and animations in PNG: by Pillow, once their own head has said how large they are."""

import struct
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from ...frame import BT601, BT709
from .exif import Exif, read_exif
from .file import AGAIN, StillFile
from .picture import Picture
from .tone import SRGB, Tone, tone_of_profile

if TYPE_CHECKING:
    from PIL import Image

DECODER_FAULTS = (
    *(OSError, ValueError, SyntaxError, RuntimeError, EOFError, LookupError, TypeError, AttributeError),
    *(ArithmeticError, MemoryError, struct.error),
)
"""What Pillow and its plug-ins raise on rubbish."""

CONVERTED = {"1": "L", "P": "RGB", "PA": "RGBA", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB"}
"""Modes that become one of `AS_THEY_ARE` first."""
AS_THEY_ARE = ("L", "LA", "RGB", "RGBA")


def gif(file: StillFile) -> Generator[Picture]:
    """Every picture of a GIF."""
    width, height = struct.unpack("<HH", file.read(6, 4).ljust(4, b"\0"))
    file.demand_size(width, height, sample_bytes=4)
    yield from animation(file, "GIF", SRGB, Exif())


def bmp(file: StillFile) -> Generator[Picture]:
    """The one picture of a BMP."""
    head = file.read(14, 12).ljust(12, b"\0")
    old = struct.unpack("<I", head[:4])[0] == 12
    width, height = struct.unpack("<HH", head[4:8]) if old else struct.unpack("<ii", head[4:12])
    file.demand_size(width, abs(height), sample_bytes=4)
    yield from animation(file, "BMP", SRGB, Exif())


def webp(file: StillFile) -> Generator[Picture]:
    """Every picture of a WebP."""
    width, height = _webp_size(file.read(12, 18).ljust(18, b"\0"))
    file.demand_size(width, height, sample_bytes=4)
    (length,) = struct.unpack("<I", file.read(4, 4))
    if length + 8 > file.size + 1:  # the last chunk may lack its padding
        raise file.refusal(f"the picture is cut off: {AGAIN}")
    yield from animation(file, "WEBP", None, None)


def animation(
    file: StillFile, kind: str, tone: Tone | None, exif: Exif | None, *, is_damaged: bool = False
) -> Generator[Picture]:
    """Every picture that Pillow finds; `tone` and `exif` None: as it finds them too."""
    with _opened(file, kind) as image:
        exif = read_exif(image.info.get("exif", b"")) if exif is None else exif
        if tone is None:
            tone = _tone(file, image, exif)
        begin = 1 if getattr(image, "default_image", False) else 0
        number = begin
        while (found := _loaded(file, image, number)) is not None:
            samples, complained = found
            yield Picture(
                samples=samples,
                bits=8,
                tone=tone,
                orientation=exif.orientation,
                weights=BT601 if kind == "WEBP" else BT709,
                is_damaged=is_damaged or complained,
            )
            number += 1
        if number == begin:
            raise file.refusal(f"the picture is damaged: {AGAIN}")


@contextmanager
def _opened(file: StillFile, kind: str) -> Iterator["Image.Image"]:
    from PIL import Image

    with file.path.open("rb") as handle:
        with _by_our_own_limits():
            try:
                image = Image.open(handle, formats=(kind,))
            except DECODER_FAULTS as fault:
                raise file.refusal(f"the picture is damaged at its beginning: {AGAIN}") from fault
        yield image


@contextmanager
def _by_our_own_limits() -> Iterator[None]:
    """Pillow without its limit of size, as ours was looked at, and strict with files that are cut off.

    Both are set for the whole process, and other libraries do: WeasyPrint lets cut files pass everywhere.
    """
    from PIL import Image, ImageFile

    most, lenient = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = None, False
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = most, lenient


def _loaded(file: StillFile, image: "Image.Image", number: int) -> tuple[np.ndarray, bool] | None:
    """Picture `number`, and whether there were complaints; None behind the last one."""
    try:
        with _by_our_own_limits(), warnings.catch_warnings(record=True) as complaints:
            warnings.simplefilter("always")
            try:
                image.seek(number)
            except EOFError:
                return None
            file.demand_size(*image.size, sample_bytes=4)
            image.load()
            return _samples(file, image), bool(complaints)
    except DECODER_FAULTS as fault:
        raise file.refusal(f"the picture is damaged: {AGAIN}") from fault


def _samples(file: StillFile, image: "Image.Image") -> np.ndarray:
    mode = image.mode
    if mode == "P" and "transparency" in image.info:
        mode = "PA"
    if mode not in AS_THEY_ARE:
        if mode not in CONVERTED:
            raise file.refusal(f"a picture of the kind {mode}: save it as PNG or TIFF")
        image = image.convert(CONVERTED[mode])
    return np.array(image)


def _tone(file: StillFile, image: "Image.Image", exif: Exif) -> Tone:
    try:
        if profile := image.info.get("icc_profile"):
            return tone_of_profile(profile)
    except ValueError as problem:
        raise file.refusal(str(problem)) from None
    return exif.tone or SRGB


def _webp_size(head: bytes) -> tuple[int, int]:
    """Width and height by the first chunk, whose name is at the beginning of `head`.

    References
    ----------
    .. [1] RFC 9649, 2.5 to 2.7 (VP8, VP8L, VP8X).
    """
    name, body = head[:4], head[8:]
    if name == b"VP8X":
        wide, high = (int.from_bytes(body[at : at + 3], "little") for at in (4, 7))
        return wide + 1, high + 1
    if name == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    wide, high = struct.unpack("<HH", body[6:10])
    return wide & 0x3FFF, high & 0x3FFF
