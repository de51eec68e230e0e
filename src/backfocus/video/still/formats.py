"""Which format a file is of, by what is in it and not by its name; and its pictures."""

from collections.abc import Callable, Generator
from pathlib import Path

from . import heif, jpeg, plain, png, raw, tiff
from .file import StillFile
from .picture import Picture

Reader = Callable[[StillFile], Generator[Picture]]

FORMATS = "PNG, TIFF, JPEG, HEIC, AVIF, WebP, GIF, BMP"

RAW = frozenset(
    {".dng", ".nef", ".nrw", ".cr2", ".cr3", ".crw", ".arw", ".srf", ".sr2", ".raf", ".rw2", ".orf", ".pef"}
    | {".srw", ".x3f", ".3fr", ".fff", ".iiq", ".mrw", ".erf", ".mos", ".kdc", ".dcr", ".rwl"}
)
"""Suffixes of raw files."""

STILL_SUFFIXES = RAW | frozenset(
    {".png", ".apng", ".tif", ".tiff", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".webp"}
    | {".heic", ".heif", ".hif", ".avif"}
)
OTHERS = frozenset({".exr", ".jp2", ".j2k", ".jxl", ".psd", ".dpx", ".hdr", ".tga", ".pgm", ".ppm", ".pnm"})
"""Suffixes of stills that are refused in words."""

STREAMS = frozenset({".mjpg", ".mjpeg"})
"""Moving pictures that begin as a JPEG does."""

MAGIC: tuple[tuple[bytes, Reader], ...] = (
    (png.SIGNATURE, png.pictures),
    (b"\xff\xd8\xff", jpeg.pictures),
    (b"GIF87a", plain.gif),
    (b"GIF89a", plain.gif),
    (b"II*\0\x10\0\0\0CR", raw.pictures),
    (b"IIU\0", raw.pictures),  # Panasonic
    (b"IIRO", raw.pictures),  # Olympus
    (b"IIRS", raw.pictures),
    (b"MMOR", raw.pictures),
    (b"FUJIFILMCCD-RAW", raw.pictures),
    (b"FOVb", raw.pictures),
    (b"\0MRM", raw.pictures),
    (b"II*\0", tiff.pictures),
    (b"MM\0*", tiff.pictures),
    (b"II+\0", tiff.pictures),
    (b"MM\0+", tiff.pictures),
)
BRANDS: dict[bytes, Reader] = {
    b"heic": heif.heic,
    b"heix": heif.heic,
    b"heim": heif.heic,
    b"heis": heif.heic,
    b"mif1": heif.heic,
    b"mif2": heif.heic,
    b"avif": heif.avif,
    b"crx ": raw.pictures,
}
"""By the first brand of a file of boxes."""

BMP_HEADS = (12, 16, 40, 52, 56, 64, 108, 124)
HEAD_BYTES = 64

NAMED: tuple[tuple[bytes, str], ...] = (
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"SDPX", "a DPX picture"),
    (b"XPDS", "a DPX picture"),
    (b"\x80\x2a\x5f\xd7", "a Cineon picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"#?RADIANCE", "a Radiance picture"),
    (b"II\xbc\x01", "a JPEG XR picture"),
    (b"qoif", "a QOI picture"),
    *((b"P%d" % n, "a Netpbm picture") for n in range(1, 8)),
    (b"%PDF", "a PDF"),
)
"""Stills that nothing here reads: some of them hide their curve."""


def is_still(path: Path) -> bool:
    """Whether a file is a single picture: by its content, or by its name where that tells nothing."""
    if path.suffix.lower() in STREAMS:
        return False
    if path.suffix.lower() in STILL_SUFFIXES | OTHERS:
        return True
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return False  # opening it says why it cannot be read
    return _reader(head) is not None or _name(head) is not None


def pictures(path: Path, megapixels: float) -> Generator[Picture]:
    """The pictures in a file, one as a rule. Raises SourceUnreadable, in words that say what to do."""
    with StillFile(path, megapixels) as file:
        head = file.read(0, HEAD_BYTES)
        reader = _reader(head)
        if reader is tiff.pictures and (path.suffix.lower() in RAW or tiff.is_raw(file)):
            reader = raw.pictures
        if reader is None:
            what = _name(head) or "not a picture that can be read"
            raise file.refusal(f"{what}: save it as PNG, TIFF or JPEG")
        yield from reader(file)


def _reader(head: bytes) -> Reader | None:
    for magic, reader in MAGIC:
        if head.startswith(magic):
            return reader
    if head[4:8] == b"ftyp":
        is_avif = b"avif" in head[16:] and b"heic" not in head
        return heif.avif if head[8:11] == b"mif" and is_avif else BRANDS.get(head[8:12])
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return plain.webp
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in BMP_HEADS:
        return plain.bmp
    return None


def _name(head: bytes) -> str | None:
    """What a still is called that nothing here reads; None for anything else."""
    for magic, name in NAMED:
        if head.startswith(magic) and (magic[0:1] != b"P" or head[2:3].isspace()):
            return name
    return None
