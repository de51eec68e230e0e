"""The report as one HTML page that needs nothing else: no script, no font, no network.

What stands where is written in `page.html`; every word put into it is escaped there.
"""

import base64
import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from .plots import gauge, mtf_plot, residual_plot, sweep_plot
from .session_report import MtfCurve, SessionReport
from .style import STYLE
from .words import error, micrometres, nd_name, printable, sentence, setting_name, units, verdict_word

if TYPE_CHECKING:
    from jinja2 import Template

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Should a hostile text ever get through the escaping, the page still loads and runs nothing."""


def report_html(report: SessionReport, *, printed_at: str, version: str) -> str:
    """The whole page as text, in UTF-8 when written; the same report gives the same text."""
    return _template().render(
        report=report,
        title=report.title or "Back focus",
        several=len(report.outcomes) > 1,
        printed_at=printed_at,
        version=version,
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    page = Environment(
        loader=PackageLoader(__name__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.globals.update(
        {made.__name__: made for made in _WORDS},
        policy=POLICY,
        style=Markup(STYLE),
        base64=lambda png: base64.b64encode(png).decode("ascii"),
        finite=lambda *values: all(map(math.isfinite, values)),
    )
    return page.get_template("page.html")


def by_title(curves: Sequence[MtfCurve]) -> dict[str, list[MtfCurve]]:
    """The curves of each zoom position, in the order they were given."""
    titles = dict.fromkeys(curve.title for curve in curves)
    return {title: [curve for curve in curves if curve.title == title] for title in titles}


_WORDS = (
    by_title,
    error,
    gauge,
    micrometres,
    mtf_plot,
    nd_name,
    residual_plot,
    sentence,
    setting_name,
    sweep_plot,
    units,
    verdict_word,
)
"""What `page.html` calls by name."""
