"""Files that an option names: refused before the work where none can stand there, written after it."""

import os
from pathlib import Path

from ..errors import OutputError


def file_in_folder(option: str, path: Path) -> Path:
    """The path given with an option, if a file can stand there: said before the work, and not after it.

    It is tried, for permissions do not tell: a disk can be mounted read-only, and root is refused in /proc.
    """
    try:
        _try_to_write(path)
    except OSError as fault:
        raise not_written(option, path, fault) from None
    return path


def write_file(option: str, path: Path, content: str | bytes) -> None:
    """Write what an option asked for, text in UTF-8."""
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as fault:
        raise not_written(option, path, fault) from None


def not_written(option: str, path: Path, fault: OSError) -> OutputError:
    """What to say of a file that cannot be written."""
    return OutputError(f"{path}: {fault.strerror or fault}: choose another place with {option}")


def _try_to_write(path: Path) -> None:
    """Open the file for writing and leave all as it was."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        path.unlink()
    except FileExistsError:
        if path.is_file() or path.is_dir():  # a pipe or a device is left alone: it could wait for its reader
            os.close(os.open(path, os.O_WRONLY))
