"""A file of a still, opened with care: only regular files, read piece by piece."""

import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Self

from ...errors import PictureTooLarge, SourceUnreadable
from ..size_limit import too_large

AGAIN = "copy or save it again"

WITHOUT_WAITING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""How to open: a pipe would wait for its writer, and Windows would change line ends."""


class StillFile:
    """The bytes of one file, and how to refuse it.

    Raises SourceUnreadable for what is no file: a folder, a device, a pipe.
    """

    def __init__(self, path: Path, megapixels: float) -> None:
        self.path = path
        self.megapixels = megapixels
        try:
            self._number = os.open(path, WITHOUT_WAITING)
        except OSError as fault:
            raise SourceUnreadable(f"{path}: {fault.strerror}: check the path and the rights") from fault
        status = os.fstat(self._number)
        self.size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise self.refusal("a device, a pipe or a folder, not a file: save the picture as a file")
        if self.size == 0:
            self.close()
            raise self.refusal(f"the file is empty: {AGAIN}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; may be called again."""
        number, self._number = self._number, -1
        if number >= 0:
            os.close(number)

    def read(self, at: int, count: int) -> bytes:
        """Up to `count` bytes from `at`; fewer at the end of the file."""
        try:
            os.lseek(self._number, min(at, self.size), os.SEEK_SET)
            parts: list[bytes] = []
            while count > 0 and (part := os.read(self._number, min(count, 1 << 24))):
                parts.append(part)
                count -= len(part)
        except OSError as fault:
            raise self.refusal(f"{fault.strerror}: {AGAIN}") from fault
        return b"".join(parts)

    def refusal(self, why: str) -> SourceUnreadable:
        """The error that says why this file gives no picture."""
        return SourceUnreadable(f"{self.path}: {why}")

    def demand_size(self, width: int, height: int, *, sample_bytes: int = 1) -> None:
        """Refuse a picture without pixels and one beyond the limit."""
        if width <= 0 or height <= 0:
            raise self.refusal(f"a picture of {width} x {height} pixels: {AGAIN}")
        if problem := too_large(width, height, self.megapixels, sample_bytes=sample_bytes):
            raise PictureTooLarge(f"{self.path}: the picture is {problem}")
