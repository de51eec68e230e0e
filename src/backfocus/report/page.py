"""The report as one HTML page that needs nothing else: no script, no font, no network.

What stands where is written in `page.html`; every word put into it is escaped there.
"""

import math
from functools import cache
from typing import TYPE_CHECKING

from .beside import (
    PLACE_WORDS,
    STEPS,
    comparison_title,
    comparison_words,
    enlarged,
    filmed_name,
    place_drawing,
    sharp_name,
    slider_rules,
    tiles_drawing,
    tiles_words,
)
from .figures import figure_groups
from .plots import gauge
from .session_report import SessionReport
from .style import STYLE
from .words import (
    error,
    inline,
    micrometres,
    nd_name,
    printable,
    sentence,
    setting_name,
    units,
    verdict_in_large,
)

if TYPE_CHECKING:
    from jinja2 import Environment, Template

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Should a hostile text ever get through the escaping, the page still loads and runs nothing."""


def report_html(report: SessionReport, *, printed_at: str, version: str) -> str:
    """The whole page as text, in UTF-8 when written; the same report gives the same text."""
    return _template().render(
        report=report,
        title=report.title or "Back focus",
        several=len(report.outcomes) > 1,
        compared=any(outcome.comparisons for outcome in report.outcomes),
        printed_at=printed_at,
        version=version,
    )


@cache
def _template() -> "Template":
    from markupsafe import Markup

    page = environment()
    page.globals.update(
        {made.__name__: made for made in _WORDS},
        style=Markup(STYLE),
        slider_style=Markup(slider_rules()),
        steps=STEPS,
        place_words=PLACE_WORDS,
        finite=lambda *values: all(map(math.isfinite, values)),
    )
    return page.get_template("page.html")


def environment() -> "Environment":
    """Where pages are made of templates: every word is escaped, and an unknown one is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader(__name__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals["policy"] = POLICY
    return pages


_WORDS = (
    comparison_title,
    comparison_words,
    enlarged,
    error,
    figure_groups,
    filmed_name,
    gauge,
    inline,
    micrometres,
    nd_name,
    place_drawing,
    sentence,
    setting_name,
    sharp_name,
    tiles_drawing,
    tiles_words,
    units,
    verdict_in_large,
)
"""What `page.html` calls by name."""
