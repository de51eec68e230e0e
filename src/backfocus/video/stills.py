"""Single pictures: one file, or a folder of them in natural order (2 before 10).

Any number and any size, one picture in memory at a time. Colour becomes luma by the weights of BT.709 on the
code values, in strips, so that a 16k picture needs its own size and little more.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import SourceUnreadable
from ..frame import Frame, Samples
from .luma import AS_TAGGED, Signal

SUFFIXES = frozenset({".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp"})

WEIGHTS_BGR = np.array([[0.0722, 0.7152, 0.2126]])
"""Luma of ITU-R BT.709, clause 3.2, in OpenCV's order of channels."""

CHROMA_BGR = np.array([[0.5, -0.3854, -0.1146], [-0.0458, -0.4542, 0.5]])
"""Cb and Cr of clause 3.3."""

MOST_IN_COLOUR = 1 << 26
"""Pixels: of larger pictures only the luma is kept."""

STRIP_ROWS = 256

Decoded = NDArray[np.integer[Any] | np.floating[Any]]


class Stills:
    """A source of pictures without times; each call of `frames` begins at the first one."""

    live = False

    def __init__(self, path: Path, *, signal: Signal = AS_TAGGED) -> None:
        self.title = path.name or str(path)
        self._paths = _pictures(path)
        self._signal = signal
        self._closed = False
        self.frame_count = len(self._paths)

    def frames(self) -> Iterator[Frame]:
        """Every picture; ends early when closed. Raises SourceUnreadable at a file that is no picture."""
        if self._closed:
            raise ValueError(f"{self.title} is closed")
        return self._frames()

    def close(self) -> None:
        """End all reading; may be called again."""
        self._closed = True

    def _frames(self) -> Iterator[Frame]:
        for index, path in enumerate(self._paths):
            if self._closed:
                return
            yield _frame(path, index, self._signal)


def is_still(path: Path) -> bool:
    """Whether the name says that this file is a single picture."""
    return path.suffix.lower() in SUFFIXES


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sort key under which numbers inside names count as numbers: `f2` before `f10`."""
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part.lower()) for part in re.split(r"(\d+)", name)
    )


def _pictures(path: Path) -> tuple[Path, ...]:
    if not path.is_dir():
        return (path,)
    found = [entry for entry in path.iterdir() if is_still(entry) and entry.is_file()]
    if not found:
        raise SourceUnreadable(
            f"{path} holds no pictures (PNG, TIFF, JPEG, BMP): give another folder, or a video file"
        )
    return tuple(sorted(found, key=lambda entry: natural(entry.name)))


def _frame(path: Path, index: int, signal: Signal) -> Frame:
    picture = _decoded(path)
    luma = _luma(picture, path)
    luma.flags.writeable = False
    is_float = luma.dtype == np.float32
    return Frame(
        luma=luma,
        index=index,
        bits=0 if is_float else luma.dtype.itemsize * 8,
        transfer=signal.transfer or ("linear" if is_float else "unknown"),
        limited=bool(signal.limited),
        chroma=None if is_float or picture.ndim == 2 or luma.size > MOST_IN_COLOUR else _chroma(picture),
    )


def _decoded(path: Path) -> Decoded:
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as fault:
        raise SourceUnreadable(f"{path}: {fault.strerror}: check the path and the rights") from fault
    if problem := _incomplete(data):
        raise SourceUnreadable(f"{path}: {problem}: copy or save it again")
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    except (cv2.error, MemoryError) as fault:
        raise SourceUnreadable(f"{path}: {_refusal(fault)}") from fault
    if picture is None:
        raise SourceUnreadable(f"{path}: not a picture that can be read: save it as PNG, TIFF or JPEG")
    return np.asarray(picture)


def _chroma(picture: Decoded) -> tuple[Samples, Samples]:
    """Cb and Cr at half the resolution each way."""
    size = (max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2))
    half = cv2.resize(picture[:, :, :3], size, interpolation=cv2.INTER_AREA)
    middle = 1 << (8 * picture.dtype.itemsize - 1)
    both = cv2.transform(half, np.column_stack([CHROMA_BGR, [middle, middle]]))
    blue, red = (cast(Samples, np.ascontiguousarray(both[:, :, k])) for k in (0, 1))
    return blue, red


def _incomplete(data: NDArray[np.uint8]) -> str | None:
    """What a file lacks that decoders would silently fill with grey; None when its end is there."""
    if data.size == 0:
        return "the file is empty"
    head, tail = data[:8].tobytes(), data[-65536:].tobytes()
    if head.startswith(b"\x89PNG") and b"IEND" not in tail:
        return "the picture is cut off"
    if head.startswith(b"\xff\xd8\xff") and b"\xff\xd9" not in tail:
        return "the picture is cut off"
    return None


def _refusal(fault: Exception) -> str:
    if isinstance(fault, MemoryError) or "imum" in str(fault) or "IMAGE_PIXELS" in str(fault):
        return "the picture is too large: cut out the part with the star and save that"
    return "not a picture that can be read: save it as PNG, TIFF or JPEG"


def _luma(picture: Decoded, path: Path) -> Samples:
    if picture.dtype == np.float64:
        picture = picture.astype(np.float32)
    if picture.dtype not in (np.uint8, np.uint16, np.float32):
        raise SourceUnreadable(
            f"{path}: samples of type {picture.dtype}: save it with 8 or 16 bits or as 32-bit float"
        )
    if picture.ndim == 2:
        return cast(Samples, picture)
    luma = np.empty(picture.shape[:2], picture.dtype)
    for top in range(0, len(luma), STRIP_ROWS):
        strip = picture[top : top + STRIP_ROWS, :, :3]
        luma[top : top + STRIP_ROWS] = cv2.transform(strip, WEIGHTS_BGR).reshape(strip.shape[:2])
    return cast(Samples, luma)
