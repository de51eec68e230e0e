"""Kept sessions for the page: the list with its drift, one report, and the files to take away."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from .. import __version__
from ..errors import UsageError
from ..guide.session_state import Setup
from ..report import (
    Comparison,
    Outcome,
    PastError,
    comparison_title,
    comparison_words,
    drift_plot,
    enlarged,
    error,
    figure_groups,
    filmed_name,
    place_drawing,
    report_html,
    report_json,
    sharp_name,
    tiles_drawing,
    tiles_words,
)
from ..session.certificate import session_report
from ..session.journal import fold
from ..session.paper import report_pdf
from ..session.store import Store, Summary
from ..solve.titles import verdict_word

Json = dict[str, Any]
MOST_SESSIONS = 500
ComparedPart = Literal["shrunk", "filmed", "whole"]
PLACE = "Where it is in the picture."


def listed(store: Store) -> list[Json]:
    """Every session in one line, newest first."""
    return [_line(summary) for summary in store.sessions(limit=MOST_SESSIONS)]


def drifts(store: Store) -> list[Json]:
    """How the error went from session to session, drawn for each camera and lens that has been set twice."""
    found: dict[str, list[PastError]] = {}
    for each in reversed(store.sessions(limit=MOST_SESSIONS)):
        if each.delta_um is not None:
            title = " with ".join(filter(None, (each.camera, each.lens))) or each.source
            day = f"{each.started_at:%Y-%m-%d}"
            error = PastError(each.started_at.timestamp(), day, each.delta_um, each.sigma_um or 0.0)
            found.setdefault(title, []).append(error)
    drawn = ((title, drift_plot(errors)) for title, errors in found.items())
    return [{"title": title, "drawing": drawing} for title, drawing in drawn if drawing]


def one(store: Store, session_id: int) -> Json:
    """Everything that is shown of one session."""
    stored = store.load(session_id)
    report = session_report(stored)
    setup: Setup = fold(stored).session.setup
    return {
        "line": _line(stored.summary),
        "optics": setup.optics is not None,
        "words": [verdict_word(outcome.verdict) for outcome in report.outcomes],
        "report": report_json(report, printed_at=_now(), version=__version__),
        "drawings": [
            [asdict(group) for group in figure_groups(outcome, f"nd{number}")]
            for number, outcome in enumerate(report.outcomes)
        ],
        "compared": _compared(session_id, report.outcomes),
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


def compared_picture(store: Store, session_id: int, number: int, part: ComparedPart) -> bytes:
    """One picture of an object that was compared: PNG, the whole one JPEG."""
    found = [each for o in session_report(store.load(session_id)).outcomes for each in o.comparisons]
    if not 0 <= number < len(found):
        raise UsageError("there is no such picture")
    shown = found[number]
    return {"shrunk": shown.shrunk_png, "filmed": shown.filmed_png, "whole": shown.whole_jpeg}[part]


def _compared(session_id: int, outcomes: tuple[Outcome, ...]) -> list[list[Json]]:
    """What was compared, by result; its pictures are numbered through all of them."""
    shown: list[list[Json]] = []
    number = 0
    for outcome in outcomes:
        shown.append([])
        for comparison in outcome.comparisons:
            address = f"/api/sessions/{session_id}/compared/{number}"
            found = outcome.before if comparison.when == "before" else outcome.after
            shown[-1].append(_beside(comparison, address, error(found) if found else None))
            number += 1
    return shown


def _beside(comparison: Comparison, address: str, found: str | None) -> Json:
    images = {part: f"{address}/{part}" for part in get_args(ComparedPart)}
    return {
        "title": comparison_title(comparison),
        "sharp": sharp_name(comparison),
        "filmed": filmed_name(comparison),
        "words": comparison_words(comparison),
        "number": found,
        "width_px": comparison.width_px,
        "height_px": comparison.height_px,
        "times": enlarged(comparison),
        "images": images,
        "tiles": {
            "drawing": tiles_drawing(comparison, images["filmed"]),
            "words": tiles_words(comparison.object),
        },
        "place": {"drawing": place_drawing(comparison, images["whole"]), "words": PLACE},
    }


def _line(summary: Summary) -> Json:
    return {
        "id": summary.id,
        "started_at": summary.started_at.isoformat().replace("+00:00", "Z"),
        "source": summary.source,
        "title": summary.title,
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
