"""A certificate as the file that an option names: a page, or a PDF."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from ..errors import OutputError, UsageError

if TYPE_CHECKING:
    from ..report import SessionReport


def now_words() -> str:
    """The time, as a report tells when it was printed."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def file_to_write(option: str, path: Path) -> Path:
    """The path given with an option, if its name says what to write and its folder is there."""
    if path.suffix.lower() not in (".html", ".htm", ".pdf"):
        raise UsageError(f"{option} {path}: a certificate is a page or a PDF: end its name in .html or .pdf")
    return file_in_folder(option, path)


def file_in_folder(option: str, path: Path) -> Path:
    """The path given with an option, if a file can stand there: said before the work, and not after it.

    It is tried, for permissions do not tell: a disk can be mounted read-only, and root is refused in /proc.
    """
    try:
        _try_to_write(path)
    except OSError as fault:
        raise OutputError(f"{path}: {fault.strerror or fault}: choose another place with {option}") from None
    return path


def _try_to_write(path: Path) -> None:
    """Open the file for writing and leave all as it was."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        path.unlink()
    except FileExistsError:
        if path.is_file() or path.is_dir():  # a pipe or a device is left alone: it could wait for its reader
            os.close(os.open(path, os.O_WRONLY))


def write_report(option: str, path: Path, report: "SessionReport") -> None:
    """Write the certificate where an option said, as a page or a PDF by the name of the file."""
    from ..report import report_html
    from ..session.paper import report_pdf

    page = report_html(report, printed_at=now_words(), version=__version__)
    try:
        path.write_bytes(report_pdf(page) if path.suffix.lower() == ".pdf" else page.encode())
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}: choose another place with {option}") from None


def write_session(option: str, path: Path, number: int, store_address: str | None) -> None:
    """Write the certificate of a session that was kept."""
    from ..session.certificate import session_report
    from ..session.store import Store

    with Store.open(store_address) as kept:
        report = session_report(kept.load(number))
    write_report(option, path, report)
