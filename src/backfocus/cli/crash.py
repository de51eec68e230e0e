"""The net under everything: an unexpected error is recorded, and said in one line."""

import contextlib
import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from .. import __version__
from ..redaction import redact, shown

LIBRARIES = (
    "av",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "tifffile",
    "imagecodecs",
    "sqlalchemy",
    "typer",
)
"""Those whose version matters to a report."""

KEPT = 20
"""Records kept; older ones go."""


def crash_line(error: BaseException) -> str:
    """What to tell the person: what went wrong, where its record lies, how to report it."""
    what = redact(f"{type(error).__name__}: {error}".splitlines()[0])[:200]
    path = _recorded(error)
    if path is None:
        return f"unexpected error ({what}); no record of it could be written: please report this line"
    return f"unexpected error ({what}), a fault of this program: please report it with the record in {path}"


def _recorded(error: BaseException) -> Path | None:
    """The record, readable by this user only: in the user's log folder, else in the temporary one."""
    text = _record(error)
    name = f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.log"
    for folder in _folders():
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / name
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            _tidy(folder)
            return path
    return None


def _folders() -> tuple[Path, ...]:
    import platformdirs

    return platformdirs.user_log_path("backfocus", appauthor=False), Path(tempfile.gettempdir())


def _tidy(folder: Path) -> None:
    for old in sorted(folder.glob("crash-????????-??????-*.log"))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()


def _record(error: BaseException) -> str:
    """The stack, the command and the versions, with passwords and tokens hidden."""
    libraries = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    stack = "".join(traceback.format_exception(error))
    return redact(
        f"backfocus {__version__}, Python {platform.python_version()} on {platform.platform()}\n"
        f"{libraries}\n"
        f"command: {' '.join(repr(shown(each)) for each in sys.argv[1:])}\n\n{stack}"
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"
