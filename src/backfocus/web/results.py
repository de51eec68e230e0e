"""Kept sessions for the page: the list with its drift, one report, and the files to take away."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from .. import __version__
from ..errors import UsageError
from ..report import (
    PLACE_WORDS,
    Comparison,
    Estimate,
    Outcome,
    PastError,
    comparison_title,
    comparison_words,
    drift_plot,
    enlarged,
    error,
    figure_groups,
    filmed_name,
    inline,
    place_drawing,
    report_html,
    report_json,
    sharp_name,
    tiles_drawing,
    tiles_words,
)
from ..session.certificate import session_report
from ..session.comparison import comparisons_in
from ..session.journal import setup_of
from ..session.motor_history import motor_result
from ..session.paper import report_pdf
from ..session.store import Store, Summary
from ..solve.titles import verdict_word

Json = dict[str, Any]
MOST_SESSIONS = 500


def listed(store: Store) -> list[Json]:
    """Every session in one line, newest first."""
    return [_line(summary) for summary in store.sessions(limit=MOST_SESSIONS)]


def drifts(store: Store) -> list[Json]:
    """How the error went from session to session, drawn for each camera and lens that has been set twice."""
    found: dict[str, list[PastError]] = {}
    for each in reversed(store.sessions(limit=MOST_SESSIONS)):
        if each.delta_um is not None:
            named = (
                each.title if motor_result(each) else " with ".join(filter(None, (each.camera, each.lens)))
            )
            title = named or each.source
            day = f"{each.started_at:%Y-%m-%d}"
            error = PastError(each.started_at.timestamp(), day, each.delta_um, each.sigma_um or 0.0)
            found.setdefault(title, []).append(error)
    drawn = ((title, drift_plot(errors)) for title, errors in found.items())
    return [{"title": title, "drawing": drawing} for title, drawing in drawn if drawing]


def one(store: Store, session_id: int) -> Json:
    """Everything that is shown of one session."""
    stored = store.load(session_id)
    report = session_report(stored)
    setup = setup_of(stored)
    return {
        "line": _line(stored.summary),
        "optics": setup.optics is not None,
        "words": [verdict_word(outcome.verdict) for outcome in report.outcomes],
        "report": report_json(report, printed_at=_now(), version=__version__),
        "drawings": [
            [asdict(group) for group in figure_groups(outcome, f"nd{number}")]
            for number, outcome in enumerate(report.outcomes)
        ],
        "compared": [_compared(outcome) for outcome in report.outcomes],
        "pictures": [{"name": f"{o.nd}: {p.title}"} for o in report.outcomes for p in o.pictures],
    }


def as_html(store: Store, session_id: int) -> str:
    """The report as one page that needs nothing else."""
    return report_html(session_report(store.load(session_id)), printed_at=_now(), version=__version__)


def as_json(store: Store, session_id: int) -> Json:
    """The report as JSON."""
    return report_json(session_report(store.load(session_id)), printed_at=_now(), version=__version__)


def as_pdf(store: Store, session_id: int) -> bytes:
    """The report on paper; UsageError where the extra for it is missing."""
    return report_pdf(as_html(store, session_id))


def picture(store: Store, session_id: int, number: int) -> bytes:
    """One of the kept pictures of the star, as PNG."""
    pictures = [p for o in session_report(store.load(session_id)).outcomes for p in o.pictures]
    if not 0 <= number < len(pictures):
        raise UsageError("there is no such picture")
    return pictures[number].png


def compared(store: Store, session_id: int) -> list[Json]:
    """What was compared of an object, with the numbers that the session ended with; quick."""
    stored = store.load(session_id, "compared")
    summary = stored.summary
    known = summary.delta_um is not None and summary.sigma_um is not None
    delta_um, sigma_um = summary.delta_um or 0.0, summary.sigma_um or 0.0
    last = summary.results[-1].payload if summary.results else {}
    signed = bool(last.get("sign_known"))
    after = Estimate(delta_um, sigma_um, delta_um, delta_um, signed) if known else None
    found = comparisons_in(stored.entries)
    return [_beside(each, after if each.when == "after" else None) for each in found]


def _compared(outcome: Outcome) -> list[Json]:
    return [
        _beside(each, outcome.before if each.when == "before" else outcome.after)
        for each in outcome.comparisons
    ]


def _beside(comparison: Comparison, found: Estimate | None) -> Json:
    """One comparison with its pictures in it."""
    parts = comparison.shrunk_png, comparison.filmed_png, comparison.whole_jpeg
    shrunk, filmed, whole = (inline(each) for each in parts)
    return {
        "title": comparison_title(comparison),
        "sharp": sharp_name(comparison),
        "filmed": filmed_name(comparison),
        "words": comparison_words(comparison),
        "number": error(found) if found else None,
        "width_px": comparison.width_px,
        "height_px": comparison.height_px,
        "times": enlarged(comparison),
        "images": {"shrunk": shrunk, "filmed": filmed},
        "tiles": {"drawing": tiles_drawing(comparison, filmed), "words": tiles_words(comparison.object)},
        "place": {"drawing": place_drawing(comparison, whole), "words": PLACE_WORDS},
    }


def _line(summary: Summary) -> Json:
    return {
        "id": summary.id,
        "started_at": summary.started_at.isoformat().replace("+00:00", "Z"),
        "source": summary.source,
        "title": summary.title,
        "motors": motor_result(summary) is not None,
        "camera": summary.camera,
        "lens": summary.lens,
        "state": summary.state,
        "verdict": summary.verdict,
        "word": verdict_word(summary.verdict or ""),
        "delta_um": summary.delta_um,
        "sigma_um": summary.sigma_um,
        "results": [
            {"nd": r.nd, "verdict": r.verdict, "delta_um": r.delta_um, "sigma_um": r.sigma_um}
            for r in summary.results
        ],
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
