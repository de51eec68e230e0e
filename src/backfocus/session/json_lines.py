"""Files of one JSON object a line, each on the disk before the next: read after a program was killed."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def begin_file(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """A new file with these lines in place of an old one; at every moment one of them is whole.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    for told in lines:
        add_line(beside, told)
    beside.replace(path)


def add_line(path: Path, told: Mapping[str, Any]) -> None:
    """One line more, on the disk when this returns; nobody else may read it. Raises OSError."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "a", encoding="utf-8") as out:
        out.write(json.dumps(told) + "\n")
        out.flush()
        os.fsync(out.fileno())


def read_file(path: Path) -> tuple[list[dict[str, Any]], float] | None:
    """The objects of a file, and when it was last written in seconds of the epoch; None where there is none.

    A line that was cut off is left out.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
        written_s = path.stat().st_mtime
    except (OSError, UnicodeDecodeError):
        return None
    found = (_read(line) for line in lines)
    return [each for each in found if each is not None], written_s


def digest(*what: str) -> str:
    """A name for texts that tells nothing of them, as a file may be called."""
    return hashlib.sha256("\n".join(what).encode()).hexdigest()[:20]


def _read(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
