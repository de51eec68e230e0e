"""Files that a person wrote: their text and their TOML, or in words why they cannot be read."""

import tomllib
from pathlib import Path
from typing import Any

LONGEST = 8 << 20
"""Letters that are read; a thousand cameras take a tenth. A device such as `/dev/zero` has no end."""


def text_in(file: Path) -> str:
    """The text of a file.

    Raises
    ------
    FileNotFoundError
        There is none.
    ValueError
        It cannot be read, or is no text: the reason in words.
    """
    try:
        with file.open(encoding="utf-8-sig") as lines:  # Notepad puts a mark at the beginning
            text = lines.read(LONGEST + 1)
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise ValueError(fault.strerror or str(fault)) from None
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    if len(text) > LONGEST:
        raise ValueError("it has no end, or is far too long")
    return text


def toml_in(text: str) -> dict[str, Any]:
    """What a TOML text says; ValueError in words where it is none."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("brackets stand within brackets without end") from None
