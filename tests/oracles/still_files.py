"""Stills made byte by byte or by other people's encoders, each saying one thing about its picture."""

import struct
import zlib
from pathlib import Path

import numpy as np

PNG = b"\x89PNG\r\n\x1a\n"


def icc(curves: dict[bytes, bytes], space: bytes = b"RGB ") -> bytes:
    """A display profile (ICC.1:2022) with these tone curves and nothing else."""
    body, table, at = b"", b"", 132 + 12 * len(curves)
    for name, tag in curves.items():
        table += struct.pack(">4sII", name, at + len(body), len(tag))
        body += tag + b"\0" * (-len(tag) % 4)
    head = bytearray(128)
    head[8:12] = b"\4\x40\0\0"
    head[12:24] = b"mntr" + space + b"XYZ "
    head[36:40] = b"acsp"
    profile = bytes(head) + struct.pack(">I", len(curves)) + table + body
    return struct.pack(">I", len(profile)) + profile[4:]


def rgb(tag: bytes) -> dict[bytes, bytes]:
    """The same curve for all three colours."""
    return dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), tag)


def curv(*points: int) -> bytes:
    """curveType: nothing is linear, one number a gamma in 256ths, more a table."""
    return b"curv\0\0\0\0" + struct.pack(f">I{len(points)}H", len(points), *points)


def para(kind: int, *numbers: float) -> bytes:
    """parametricCurveType."""
    return b"para\0\0\0\0" + struct.pack(f">HH{len(numbers)}i", kind, 0, *(round(n * 65536) for n in numbers))


SRGB_PARA = para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""IEC 61966-2-1 as Apple's profiles (sRGB and Display P3) write it."""


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of PNG with its checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with one chunk more, right behind its head."""
    return png[:33] + chunk(name, body) + png[33:]


def png_of(head: tuple[int, int, int, int], packed: bytes) -> bytes:
    """A PNG of (width, height, depth, colour type) and this packed data."""
    width, height, depth, colour = head
    return b"".join(
        [
            PNG,
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)),
            chunk(b"IDAT", packed),
            chunk(b"IEND", b""),
        ]
    )


def exif(orientation: int = 1, space: int = 65535, interop: str = "") -> bytes:
    """A block of EXIF, big-endian: orientation, ColorSpace, and the interoperability index."""
    links_at, names_at = 8 + 2 + 2 * 12 + 4, 8 + 2 + 2 * 12 + 4 + 2 + 2 * 12 + 4
    first = struct.pack(">H", 2) + _short(0x0112, orientation) + _long(0x8769, links_at) + b"\0\0\0\0"
    details = struct.pack(">H", 2) + _short(0xA001, space) + _long(0xA005, names_at) + b"\0\0\0\0"
    index = struct.pack(">HHI4s", 1, 2, 4, interop.encode().ljust(4, b"\0"))
    return b"Exif\0\0MM\0*\0\0\0\x08" + first + details + struct.pack(">H", 1) + index + b"\0\0\0\0"


def _short(tag: int, value: int) -> bytes:
    return struct.pack(">HHIHH", tag, 3, 1, value, 0)


def _long(tag: int, value: int) -> bytes:
    return struct.pack(">HHII", tag, 4, 1, value)


def write_dng(path: Path, mosaic: np.ndarray, preview: np.ndarray) -> Path:
    """A raw file as cameras write it: a small preview first, the mosaic (RGGB, 12 bits) inside it."""
    import tifffile

    tags = [
        (50706, "B", 4, b"\1\4\0\0", True),
        (50707, "B", 4, b"\1\1\0\0", True),
        (50708, "s", 0, "Raspberry Pi", True),
    ]
    inner = [
        (33421, "H", 2, (2, 2), True),
        (33422, "B", 4, b"\0\1\1\2", True),
        (50714, "H", 1, 0, True),
        (50717, "H", 1, 4095, True),
    ]
    with tifffile.TiffWriter(path) as writer:
        writer.write(preview, photometric="rgb", subfiletype=1, subifds=1, extratags=tags, metadata=None)
        writer.write(mosaic, photometric="cfa", subfiletype=0, extratags=inner, metadata=None)
    return path
