"""A certificate as the file that an option names: a page, or a PDF."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from ..errors import UsageError
from .files import file_in_folder, write_file

if TYPE_CHECKING:
    from ..report import SessionReport


def now_words() -> str:
    """The time, as a report tells when it was printed."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def certificate_words(number: int | None) -> str:
    """How to have the certificate of a session that was kept."""
    return f"The certificate: backfocus report {number}"


def file_to_write(option: str, path: Path) -> Path:
    """The path given with an option, if its name says what to write and its folder is there."""
    if path.suffix.lower() not in (".html", ".htm", ".pdf"):
        raise UsageError(f"{option} {path}: a certificate is a page or a PDF: end its name in .html or .pdf")
    return file_in_folder(option, path)


def write_report(option: str, path: Path, report: "SessionReport") -> None:
    """Write the certificate where an option said, as a page or a PDF by the name of the file."""
    from ..report import report_html
    from ..session.paper import report_pdf

    page = report_html(report, printed_at=now_words(), version=__version__)
    write_file(option, path, report_pdf(page) if path.suffix.lower() == ".pdf" else page)


def write_session(option: str, path: Path, number: int, store_address: str | None) -> None:
    """Write the certificate of a session that was kept."""
    from ..session.certificate import session_report
    from ..session.store import Store

    with Store.open(store_address) as kept:
        report = session_report(kept.load(number))
    write_report(option, path, report)
