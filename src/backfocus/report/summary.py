"""One outcome as a small table and plot, for a page that is not ours: a notebook."""

from collections.abc import Iterator

from markupsafe import Markup

from .beside import filmed_name, sharp_name
from .ink import COLOURS, FONT
from .plots import gauge, residual_plot
from .session_report import Comparison, Outcome
from .words import error, inline, micrometres, printable, sentence, verdict_in_large

PAPER, INK, SOFT, HAIR = (COLOURS[name][0] for name in ("paper", "ink", "soft", "hair"))
BOX = (
    f"background:{PAPER};color:{INK};font:14px/1.45 {FONT.replace(chr(34), chr(39))};max-width:640px;"
    "padding:14px 18px;border-radius:8px;font-variant-numeric:tabular-nums"
)
"""On paper of its own: a notebook may be dark."""


def summary_html(outcome: Outcome, name: str) -> str:
    """The verdict, its numbers and plots, each word escaped; `name` makes its parts unique on the page."""
    rows = Markup("").join(_row(*each) for each in _numbers(outcome))
    colour = COLOURS.get(outcome.verdict, COLOURS["bad"])[0]
    return Markup(
        '<div class="backfocus" style="{box}"><p style="margin:0;font-size:22px;font-weight:700;'
        'color:{colour}">{verdict}</p><p style="margin:4px 0">{reason}</p>'
        '<p style="margin:4px 0 10px;font-weight:600">{advice}</p>'
        '<table style="border-collapse:collapse;margin:0 0 10px;background:none">{rows}</table>'
        "{pair}{gauge}{plot}</div>"
    ).format(
        box=BOX,
        colour=colour,
        verdict=verdict_in_large(outcome.verdict),
        reason=printable(sentence(outcome.reason)),
        advice=printable(sentence(outcome.advice)),
        rows=rows,
        pair=Markup("").join(_pair(each) for each in outcome.comparisons),
        gauge=Markup(gauge(outcome)),
        plot=Markup(residual_plot(outcome, name)),
    )


def _numbers(outcome: Outcome) -> Iterator[tuple[str, str]]:
    found = outcome.after
    if found is None:
        return
    yield "error" if found.sign_known else "error, side not known", f"{error(found)} \u00b5m"
    signed = found.sign_known
    ends = (micrometres(each, signed=signed) for each in (found.low_um, found.high_um))
    yield "95 % interval", " to ".join(ends) + " \u00b5m"
    if outcome.half_depth_um:
        yield "half depth of focus", f"{micrometres(outcome.half_depth_um, signed=False)} \u00b5m"
    yield "zoom positions", str(len(found.zoom))


def _pair(comparison: Comparison) -> Markup:
    """Tele, shrunk, and wide side by side."""
    column = Markup(
        '<figure style="margin:0;flex:1"><img alt="{0}" src="{1}" '
        'style="display:block;width:100%;image-rendering:pixelated"><figcaption style="color:{2}">{0}'
        "</figcaption></figure>"
    )
    both = (
        (sharp_name(comparison), comparison.shrunk_png),
        (filmed_name(comparison), comparison.filmed_png),
    )
    columns = (column.format(name, inline(png), SOFT) for name, png in both)
    row = Markup('<div style="display:flex;gap:10px;margin:0 0 12px">{}</div>')
    return row.format(Markup("").join(columns))


def _row(name: str, value: str) -> Markup:
    cell = f"text-align:left;padding:3px 18px 3px 0;border:0;border-bottom:1px solid {HAIR};background:none"
    row = Markup('<tr style="background:none"><td style="{};color:{}">{}</td><td style="{}">{}</td></tr>')
    return row.format(cell, SOFT, printable(name), cell, printable(value))
