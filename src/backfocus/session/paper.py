"""The report on paper: its page turned into a PDF by WeasyPrint, which is an extra."""

import contextlib
import io

from ..errors import UsageError

INSTALL = "PDF needs one more package: pip install 'backfocus[pdf]'"
INSTALL_PANGO = (
    "PDF needs Pango, a library of this system: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0, or brew install pango"
)


def report_pdf(page: str) -> bytes:
    """The report's page as a PDF; nothing is fetched for it. UsageError where a part for it is missing."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # where it prints a banner about missing libraries
            from weasyprint import HTML
            from weasyprint.urls import URLFetcher
    except ImportError:
        raise UsageError(INSTALL) from None
    except OSError:
        raise UsageError(INSTALL_PANGO) from None
    inside_only = URLFetcher(allowed_protocols=("data",))
    return bytes(HTML(string=page, url_fetcher=inside_only).write_pdf())
