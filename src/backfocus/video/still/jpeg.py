"""JPEG: its segments up to the picture, the picture itself, and nothing of what follows its end marker.

Phones put a video or a second picture behind the end of a JPEG; that is their business.
"""

import struct
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np

from ...frame import BT601
from .exif import Exif, read_exif
from .file import AGAIN, StillFile
from .picture import Picture
from .tone import SRGB, Tone, tone_of_profile

START, END, SCAN = 0xD8, 0xD9, 0xDA
END_MARKER = b"\xff\xd9"
HUFFMAN, PROGRESSIVE = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA), (0xC2, 0xCA)
"""Kinds of frame that are decoded: baseline, extended and progressive ones, also with arithmetic coding."""
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
EXIF, PROFILE = b"Exif\0\0", b"ICC_PROFILE\0"
MOST_SEGMENTS = 10_000
MOST_SCANS = 500
"""More scans than any program writes keep a decoder busy for hours."""
CUT_OFF = "premature end of jpeg"
"""What libjpeg says of a file that ends before its picture does."""


@dataclass(slots=True, eq=False)
class _Head:
    width: int = 0
    height: int = 0
    channels: int = 0
    scan_at: int = 0
    exif: bytes = b""
    profile: dict[int, bytes] = field(default_factory=dict)


def pictures(file: StillFile) -> Generator[Picture]:
    """The one picture of a JPEG."""
    head = _read(file)
    exif = read_exif(head.exif) if head.exif else Exif()
    yield _picture(file, head, _tone(file, head, exif), exif)


def _picture(file: StillFile, head: _Head, tone: Tone, exif: Exif) -> Picture:
    (samples, luma), is_damaged = _decoded(file, head)
    return Picture(
        samples=samples[:, :, 0] if samples.shape[2] == 1 else samples,
        bits=8,
        tone=tone,
        orientation=exif.orientation,
        weights=BT601,
        luma=luma,
        is_damaged=is_damaged,
    )


def _read(file: StillFile) -> _Head:
    """What stands before the first scan; refuses what cannot be decoded or is too large."""
    head, at = _Head(), 2
    for _ in range(MOST_SEGMENTS):
        start = file.read(at, 4)
        if len(start) < 4:
            raise file.refusal(f"the picture is cut off: {AGAIN}")
        fill, marker, length = struct.unpack(">BBH", start)
        if fill != 0xFF:
            break
        if marker == 0xFF:  # padding before a marker
            at += 1
            continue
        if marker == SCAN and head.width:
            head.scan_at = at
            return head
        if marker in (START, END, SCAN) or length < 2:
            break
        _segment(file, head, marker, at + 4, length - 2)
        at += 2 + length
    raise file.refusal(f"the picture is damaged at its beginning: {AGAIN}")


def _segment(file: StillFile, head: _Head, marker: int, at: int, length: int) -> None:
    if marker in FRAMES:
        _frame(file, head, marker, file.read(at, length))
    elif marker == 0xE1 and not head.exif and file.read(at, 6) == EXIF:
        head.exif = file.read(at, length)
    elif marker == 0xE2 and length > 14 and file.read(at, 12) == PROFILE:
        part = file.read(at, length)
        head.profile[part[12]] = part[14:]


def _frame(file: StillFile, head: _Head, marker: int, body: bytes) -> None:
    if len(body) < 6 or head.width or len(body) < 6 + 3 * body[5]:
        raise file.refusal(f"the picture is damaged at its beginning: {AGAIN}")
    bits, head.height, head.width, head.channels = struct.unpack(">BHHB", body[:6])
    if marker not in HUFFMAN or bits != 8:
        raise file.refusal(f"a JPEG of {bits} bits of a rare kind: save it as PNG or TIFF")
    if head.channels not in (1, 3):
        raise file.refusal("a JPEG for print (CMYK): save it in RGB")
    file.demand_size(head.width, head.height, sample_bytes=_bytes_a_pixel(marker, body))


def _bytes_a_pixel(marker: int, body: bytes) -> int:
    """Bytes a pixel while it is decoded: progressive pictures keep all their coefficients till the end."""
    channels = body[5]
    areas = [(body[7 + 3 * n] >> 4) * (body[7 + 3 * n] & 15) for n in range(channels)]
    kept = 2 * sum(areas) / max(1, *areas) if marker in PROGRESSIVE else 0
    return round(channels + kept)


def _tone(file: StillFile, head: _Head, exif: Exif) -> Tone:
    try:
        if head.profile:
            return tone_of_profile(b"".join(head.profile[n] for n in sorted(head.profile)))
    except ValueError as problem:
        raise file.refusal(str(problem)) from None
    return exif.tone or SRGB


def _decoded(file: StillFile, head: _Head) -> tuple[tuple[np.ndarray, np.ndarray | None], bool]:
    """The samples, the luma as the file holds it where they are colours, and whether the decoder complained.

    The first end marker behind the first scan is taken as the end; should that have been a table's, all of
    the file is tried.
    """
    whole = file.read(0, head.scan_at + 2 * head.width * head.height * head.channels + (1 << 20))
    end = whole.find(END_MARKER, head.scan_at)
    if end < 0:
        raise file.refusal(f"the picture is cut off: {AGAIN}")
    alone = whole[: end + 2]
    if alone.count(bytes((0xFF, SCAN))) > MOST_SCANS:
        raise file.refusal(f"the picture is damaged, it is drawn in more than {MOST_SCANS} scans: {AGAIN}")
    complaint = ""
    for data, strict in ((alone, True), (whole, True), (alone, False)):
        try:
            return _simplejpeg(data, head, strict=strict), not strict
        except (ValueError, MemoryError) as fault:
            complaint = complaint or str(fault).lower()
        if CUT_OFF in complaint and len(alone) == len(whole):
            break
    why = "cut off" if CUT_OFF in complaint else "damaged"
    raise file.refusal(f"the picture is {why}: {AGAIN}")


def _simplejpeg(data: bytes, head: _Head, *, strict: bool) -> tuple[np.ndarray, np.ndarray | None]:
    import simplejpeg

    height, width, _, _ = simplejpeg.decode_jpeg_header(data, strict=strict)
    if (width, height) != (head.width, head.height):
        raise ValueError("two sizes")
    luma = np.asarray(simplejpeg.decode_jpeg(data, "GRAY", strict=strict))
    if head.channels == 1:
        return luma, None
    return np.asarray(simplejpeg.decode_jpeg(data, "RGB", strict=strict)), luma[:, :, 0]
