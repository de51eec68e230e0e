"""The report as one HTML page that needs nothing else: no script, no font, no network."""

import base64
import math
from collections.abc import Iterator

from .plots import gauge, mtf_plot, residual_plot, sweep_plot
from .session_report import Estimate, Outcome, Picture, SessionReport
from .style import STYLE
from .words import error, micrometres, nd_name, safe, sentence, setting_name, units, verdict_word

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Should a hostile text ever get through the escaping, the page still loads and runs nothing."""


def report_html(report: SessionReport, *, printed_at: str, version: str) -> str:
    """The whole page as text, in UTF-8 when written; the same report gives the same text."""
    title = f"{report.title or 'Back focus'} \u00b7 back-focus report"
    body = "".join(
        [
            _head(report),
            _overview(report),
            *(
                _outcome(outcome, f"nd{i}", len(report.outcomes) > 1)
                for i, outcome in enumerate(report.outcomes)
            ),
            _nothing() if not report.outcomes else "",
            _settings(report),
            f"<footer><span>backfocus {safe(version)}</span><span>Printed {safe(printed_at)}</span></footer>",
        ]
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{safe(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _head(report: SessionReport) -> str:
    return (
        f'<header class="top"><h1>{safe(report.title or "Back focus")}</h1>'
        f"<p>{safe(report.started_at)}<br>{safe(report.source)}</p></header>"
    )


def _nothing() -> str:
    return "<section><p>Nothing was measured in this session.</p></section>"


def _overview(report: SessionReport) -> str:
    """One line per ND position where there are several."""
    if len(report.outcomes) < 2:
        return ""
    rows = "".join(
        f"<tr><td>{safe(outcome.nd)}</td>"
        f'<td class="is-{safe(outcome.verdict)}">{safe(verdict_word(outcome.verdict))}</td>'
        f'<td class="n">{_cell(outcome.before)}</td><td class="n">{_cell(outcome.after)}</td>'
        f'<td class="n depth">{_depth(outcome)}</td></tr>'
        for outcome in report.outcomes
    )
    head = (
        '<tr><th>ND</th><th>Verdict</th><th class="n">Before, \u00b5m</th><th class="n">After, \u00b5m</th>'
        '<th class="n depth">Half depth of focus, \u00b5m</th></tr>'
    )
    return (
        f"<section><h2>ND positions</h2><table><thead>{head}</thead><tbody>{rows}</tbody></table></section>"
    )


def _cell(found: Estimate | None) -> str:
    return error(found) if found else "\u2013"


def _depth(outcome: Outcome) -> str:
    return micrometres(outcome.half_depth_um, signed=False) if outcome.half_depth_um else "\u2013"


def _outcome(outcome: Outcome, name: str, several: bool) -> str:
    label = f'<p class="nd">{safe(nd_name(outcome.nd))}</p>' if several else ""
    sections = (_residuals(outcome, name), _sweeps(outcome), _mtf(outcome), _pictures(outcome))
    return f"<article>{label}{_verdict(outcome)}{_to_do(outcome)}{''.join(sections)}</article>"


def _verdict(outcome: Outcome) -> str:
    word = verdict_word(outcome.verdict)
    size = " long" if len(word) > 8 else ""
    number = ""
    if outcome.after:
        side = "" if outcome.after.sign_known else "<small>which way is not known</small>"
        number = f'<p class="number">{error(outcome.after)}\u00a0\u00b5m{side}</p>'
    return (
        f'<div class="verdict"><div><p class="word{size} is-{safe(outcome.verdict)}">{safe(word)}</p>'
        f"{number}</div><div>{gauge(outcome)}</div></div>"
        f'<p class="reason">{sentence(outcome.reason)}</p><p class="advice">{sentence(outcome.advice)}</p>'
    )


def _to_do(outcome: Outcome) -> str:
    """The few numbers that go to the bench; only where something is to be done, or was."""
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in _actions(outcome))
    return f'<dl class="todo">{items}</dl>' if items else ""


def _actions(outcome: Outcome) -> Iterator[tuple[str, str]]:
    after, before = outcome.after, outcome.before
    if before and after and before != after:
        yield "Before", f"{error(before)} <small>\u00b5m</small>"
        yield "After", f"{error(after)} <small>\u00b5m</small>"
    if after and math.isfinite(after.low_um + after.high_um):
        low, high = (micrometres(v, signed=after.sign_known) for v in (after.low_um, after.high_um))
        yield "95\u00a0% interval", f"{low} <small>to</small> {high} <small>\u00b5m</small>"
    if after and outcome.verdict == "adjust":
        way = ("towards" if after.delta_um > 0 else "away from") + " the sensor"
        move = micrometres(abs(after.delta_um), signed=False)
        yield (
            "Move the lens",
            f"{move} <small>\u00b5m {way if after.sign_known else '(which way is not known)'}</small>",
        )
        if outcome.shim_um:
            verb = ("take out " if after.delta_um > 0 else "add ") if after.sign_known else ""
            yield "Nearest shim", f"<small>{verb}</small>{outcome.shim_um:g} <small>\u00b5m</small>"
        if outcome.ring_degrees:
            yield "Back-focus ring", f"{abs(outcome.ring_degrees):.0f}\u00b0"
    if outcome.half_depth_um:
        yield (
            "Half depth of focus",
            f"{micrometres(outcome.half_depth_um, signed=False)} <small>\u00b5m</small>",
        )
    if outcome.rounds:
        yield "Rounds", f"{outcome.rounds}"


def _figure(content: str, caption: str) -> str:
    return f"<figure>{content}<figcaption>{caption}</figcaption></figure>" if content else ""


def _residuals(outcome: Outcome, name: str) -> str:
    plot = residual_plot(outcome, name)
    caption = (
        "How far the sensor stands from the image at each zoom position; what rises to tele alone is the "
        "focus ring's part, and focusing cures it. Green: the depth of focus. "
        "Bars: one standard deviation. Lines: the zoom law fitted to the readings."
    )
    return (
        '<section class="broad"><h2>Residual over zoom</h2>' + _figure(plot, caption) + "</section>"
        if plot
        else ""
    )


def _sweeps(outcome: Outcome) -> str:
    plots = "".join(_figure(sweep_plot(sweep), safe(sweep.title)) for sweep in outcome.sweeps)
    return f'<section><h2>Through focus</h2><div class="pair">{plots}</div></section>' if plots else ""


def _mtf(outcome: Outcome) -> str:
    """One plot per zoom position, in the order the curves were given."""
    titles = dict.fromkeys(curve.title for curve in outcome.curves)
    plots = "".join(
        _figure(
            mtf_plot(title, [c for c in outcome.curves if c.title == title]), _mtf_caption(outcome, title)
        )
        for title in titles
    )
    return f'<section><h2>MTF, lens and pixel</h2><div class="pair">{plots}</div></section>' if plots else ""


def _mtf_caption(outcome: Outcome, title: str) -> str:
    both = {curve.when for curve in outcome.curves if curve.title == title} == {"before", "after"}
    return safe(title) + (" \u00b7 dashed: before" if both else "")


def _pictures(outcome: Outcome) -> str:
    stars = "".join(_star(picture) for picture in outcome.pictures)
    return f'<section><h2>The star</h2><div class="stars">{stars}</div></section>' if stars else ""


def _star(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode("ascii")
    title = safe(picture.title)
    return _figure(f'<img alt="{title}" src="data:image/png;base64,{data}">', title)


def _settings(report: SessionReport) -> str:
    rows = "".join(
        f"<div><dt>{safe(setting_name(name))}</dt><dd>{units(value)}</dd></div>"
        for name, value in report.settings
        if value
    )
    return f'<section><h2>Settings</h2><dl class="settings">{rows}</dl></section>' if rows else ""
