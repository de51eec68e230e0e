"""PNG: its chunks read one by one with their checksums, and only those that are needed handed to the decoder.

So nothing that lies beside the picture (text, profiles that swell, chunks without end) is unpacked unasked,
and a wrong checksum anywhere is seen.
"""

import struct
import zlib
from collections.abc import Generator
from dataclasses import dataclass, field

from .exif import Exif, read_exif
from .file import AGAIN, StillFile
from .picture import Picture
from .tone import MOST_PROFILE_BYTES, SRGB, Tone, tone_of_code_points, tone_of_gamma, tone_of_profile

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DATA = b"IDAT"
SMALL = {
    b"IHDR": 13,
    b"PLTE": 768,
    b"tRNS": 768,
    b"cICP": 4,
    b"sRGB": 1,
    b"gAMA": 4,
    b"cHRM": 32,
    b"iCCP": MOST_PROFILE_BYTES,
    b"eXIf": 1 << 20,
    b"acTL": 8,
}
"""Chunks that are read, and how long each may be."""

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By colour type."""

ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""First column and row, and steps, of each pass of an interlaced picture."""

PIECE_BYTES = 1 << 20

UNSWOLLEN = 1.1
"""Packed data is at most this much larger than what it packs."""
MOST_CHUNKS = 1_000_000
MOST_CHECKED_BYTES = 1 << 26
"""Longer chunks that are not needed are passed over without looking at their checksum."""

GAMMA_BESIDE_SRGB = 45455
SRGB_COLOURS = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
"""gAMA and cHRM that programs write for sRGB pictures without saying sRGB; PNG (third edition), 11.3.2.5."""


@dataclass(slots=True, eq=False)
class _Chunks:
    small: dict[bytes, bytes] = field(default_factory=dict)
    data: list[bytes] = field(default_factory=list)
    is_damaged: bool = False


def pictures(file: StillFile) -> Generator[Picture]:
    """The picture of a PNG, or those of an animated one."""
    from . import plain

    chunks = _read(file)
    animation = chunks.small.get(b"acTL", b"")
    exif = read_exif(chunks.small[b"eXIf"]) if chunks.small.get(b"eXIf") else Exif()
    tone = _tone(file, chunks.small, exif)
    if len(animation) == 8 and struct.unpack(">I", animation[:4])[0] > 1:
        if chunks.small[b"IHDR"][8] == 16:
            raise file.refusal("an animation of 16 bits: save its pictures one by one")
        yield from plain.animation(file, "PNG", tone, exif, is_damaged=chunks.is_damaged)
        return
    yield _picture(file, chunks, tone, exif)


def _picture(file: StillFile, chunks: _Chunks, tone: Tone, exif: Exif) -> Picture:
    import imagecodecs

    _demand_sound(file, chunks)
    try:
        samples = imagecodecs.png_decode(_picture_alone(chunks))
    except (imagecodecs.PngError, ValueError, RuntimeError, MemoryError) as fault:
        raise file.refusal(f"the picture is damaged: {AGAIN}") from fault
    chunks.data.clear()
    return Picture(
        samples=samples,
        bits=8 * samples.dtype.itemsize,
        tone=tone,
        orientation=exif.orientation,
        is_damaged=chunks.is_damaged,
    )


def _read(file: StillFile) -> _Chunks:
    """The chunks that are needed; refuses a PNG that is too large, cut off, or has no true head."""
    found = _Chunks()
    at, most_data = len(SIGNATURE), 0
    for _ in range(MOST_CHUNKS):
        head = file.read(at, 8)
        if len(head) < 8:
            raise file.refusal(f"the picture is cut off: {AGAIN}")
        length, name = struct.unpack(">I4s", head)
        if not found.small and name != b"IHDR":
            raise file.refusal(f"the picture is damaged: {AGAIN}")
        if name == b"IEND":
            return found
        if at + 12 + length > file.size:
            raise file.refusal(f"the picture is cut off: {AGAIN}")
        if name == DATA:
            most_data -= length
            if most_data < 0:
                raise file.refusal(f"the picture is damaged, it holds more than its size: {AGAIN}")
        body = _body(file, found, at + 8, name, length)
        if name == b"IHDR":
            most_data = _demand(file, body, is_whole=not found.is_damaged)
        if name == DATA:
            found.data.append(body)
        elif name in SMALL and name not in found.small:
            found.small[name] = body
        at += 12 + length
    raise file.refusal(f"the picture is damaged, it has no end: {AGAIN}")


def _body(file: StillFile, found: _Chunks, at: int, name: bytes, length: int) -> bytes:
    """A chunk without its frame; empty for one that is not needed. A wrong checksum or length is noted."""
    needed = name == DATA or name in SMALL
    if name in SMALL and length > SMALL[name]:
        found.is_damaged = True
        return b""
    if not needed and length > MOST_CHECKED_BYTES:
        return b""
    body = file.read(at, length + 4)
    if zlib.crc32(name + body[:-4]) != struct.unpack(">I", body[-4:])[0]:
        found.is_damaged = True
    return body[:-4] if needed else b""


def _demand(file: StillFile, head: bytes, *, is_whole: bool) -> int:
    """The most bytes of packed data there can be; refuses a head that cannot be or is too large."""
    if len(head) != 13 or not is_whole:
        raise file.refusal(f"the picture is damaged at its beginning: {AGAIN}")
    width, height, depth, colour = struct.unpack(">IIBB", head[:10])
    if colour not in CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise file.refusal(f"the picture is damaged at its beginning: {AGAIN}")
    # a palette becomes colour, and each may get an alpha
    channels = 4 if colour == 3 else CHANNELS[colour]
    file.demand_size(width, height, sample_bytes=channels * max(1, depth // 8))
    row = (width * CHANNELS[colour] * depth + 7) // 8 + 1
    return int(row * height * UNSWOLLEN) + (1 << 20)


def _demand_sound(file: StillFile, chunks: _Chunks) -> None:
    """Refuse packed data that breaks, fails its own check, or unpacks to more or less than the picture.

    libpng would go on after some of these, and write about it past Python to the terminal.
    """
    expected, count = _unpacked_bytes(chunks.small[b"IHDR"]), 0
    unpacking = zlib.decompressobj()
    try:
        for part in chunks.data:
            while part and count <= expected:
                count += len(unpacking.decompress(part, PIECE_BYTES))
                part = unpacking.unconsumed_tail
        while not unpacking.eof and count <= expected and (piece := unpacking.decompress(b"", PIECE_BYTES)):
            count += len(piece)
    except zlib.error as fault:
        raise file.refusal(f"the picture is damaged: {AGAIN}") from fault
    if count != expected or not unpacking.eof:
        raise file.refusal(f"the picture is damaged, its data are not of its size: {AGAIN}")


def _unpacked_bytes(head: bytes) -> int:
    """Bytes of all rows with their filter bytes; PNG (third edition), 8.2 for the seven passes of Adam7."""
    width, height, depth, colour = struct.unpack(">IIBB", head[:10])
    bits = CHANNELS[colour] * depth
    if not head[12]:
        return int(height * (1 + (width * bits + 7) // 8))
    total = 0
    for left, top, across, down in ADAM7:
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return int(total)


def _picture_alone(chunks: _Chunks) -> bytes:
    needed = [(name, chunks.small[name]) for name in (b"IHDR", b"PLTE", b"tRNS") if chunks.small.get(name)]
    needed += [(DATA, part) for part in chunks.data]
    return SIGNATURE + b"".join(_chunk(name, body) for name, body in [*needed, (b"IEND", b"")])


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _tone(file: StillFile, small: dict[bytes, bytes], exif: Exif) -> Tone:
    """By the order of PNG (third edition), 4.3: cICP before iCCP before sRGB before gAMA; then EXIF."""
    try:
        return _told(small) or exif.tone or SRGB
    except ValueError as problem:
        raise file.refusal(str(problem)) from None


def _told(small: dict[bytes, bytes]) -> Tone | None:
    if len(points := small.get(b"cICP", b"")) == 4:
        tone = tone_of_code_points(points[1], full_range=points[3] == 1)
        if tone is not None:
            return tone
    if profile := small.get(b"iCCP"):
        return tone_of_profile(_unpacked(profile))
    if small.get(b"sRGB"):
        return Tone("srgb")
    if len(gamma := small.get(b"gAMA", b"")) == 4:
        (hundred_thousandths,) = struct.unpack(">I", gamma)
        if hundred_thousandths == GAMMA_BESIDE_SRGB and _colours(small.get(b"cHRM", b"")) == SRGB_COLOURS:
            return Tone("srgb")
        return tone_of_gamma(1e5 / max(hundred_thousandths, 1))
    return None


def _colours(chunk: bytes) -> tuple[int, ...]:
    return struct.unpack(">8I", chunk) if len(chunk) == 32 else ()


def _unpacked(chunk: bytes) -> bytes:
    """The profile of an iCCP chunk: a name, a method, and what is packed."""
    _, _, rest = chunk.partition(b"\0")
    try:
        unpacking = zlib.decompressobj()
        profile = unpacking.decompress(rest[1:], MOST_PROFILE_BYTES)
    except zlib.error:
        profile = b""
    return profile
