"""`backfocus history` and `backfocus report ID`: what was done, and the certificate."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import __version__
from ..errors import UsageError
from . import options
from .certificate import file_to_write, now_words, write_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..session.store import NdResult, Summary

SessionId = Annotated[
    int,
    typer.Argument(
        metavar="ID",
        help="Number of the session, from `backfocus history`.",
        min=1,
        max=options.MOST_SESSIONS,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="The file to write, .html or .pdf. Default: backfocus-ID.html.",
        show_default=False,
    ),
]
Most = Annotated[
    int, typer.Option("--most", metavar="N", help="How many, newest first.", min=1, max=options.MOST_SESSIONS)
]


def history(
    store: options.StoreUrl = None,
    config: options.ConfigFile = None,
    most: Most = 30,
    json_: options.Json = False,
    csv: options.Csv = False,
) -> None:
    """List the sessions that were kept.

    Date, verdict, the error that was left; camera, lens and where the pictures came from.

    Examples:

      backfocus history

      backfocus history --json

      backfocus history --csv > history.csv
    """
    from ..report.plain import number
    from ..session.store import Store

    if json_ and csv:
        raise UsageError("--json or --csv: one of them")
    with Store.open(options.store_of(store, config)) as kept:
        sessions = kept.sessions(most)
    if not sessions:
        options.notice("no session yet: `backfocus demo` makes one")
    if csv:
        sys.stdout.writelines(_table(sessions))
        return
    for each in sessions:
        if json_:
            line = {
                "id": each.id,
                "started_at": each.started_at.isoformat(),
                "title": each.title,
                "source": each.source,
                "camera": each.camera,
                "lens": each.lens,
                "state": each.state,
                "verdict": each.verdict,
                "delta_um": number(each.delta_um),
                "sigma_um": number(each.sigma_um),
            }
            sys.stdout.write(json.dumps(line) + "\n")
        else:
            sys.stdout.write(f"{session_line(each)}\n")


def session_line(kept: "Summary") -> str:
    """One session in a line, told by camera, lens and source; each of several NDs in a line below."""
    from ..report.words import nd_name

    named = dict.fromkeys(name for name in (kept.camera, kept.lens, kept.title or kept.source) if name)
    return "\n".join(
        [
            f"{kept.id:5d}  {kept.started_at:%Y-%m-%d %H:%M}  {_outcome(kept) or kept.state:<43}"
            f"{', '.join(named)}",
            *(f"{'':25}{_outcome(each)}{nd_name(each.nd)}" for each in kept.results if len(kept.results) > 1),
        ]
    )


def _outcome(kept: "Summary | NdResult") -> str:
    """Verdict and what is left, in two columns; "" before there is a verdict."""
    from ..solve.titles import verdict_word

    if not kept.verdict:
        return ""
    error = "" if kept.delta_um is None else f"{kept.delta_um:6.1f} ± {kept.sigma_um or 0.0:.1f} um"
    return f"{verdict_word(kept.verdict):<23}{error:<20}"


def _table(sessions: "Iterable[Summary]") -> "Iterator[str]":
    from ..show.table import SESSION_COLUMNS, csv_line, session_row

    yield csv_line(SESSION_COLUMNS)
    for each in sessions:
        names = each.camera, each.lens, each.source
        result = each.verdict or each.state
        when = f"{each.started_at:%Y-%m-%d %H:%M:%S}"
        yield csv_line(session_row(each.id, when, result, each.delta_um, each.sigma_um, *names))


def report(
    number: SessionId,
    out: Out = None,
    store: options.StoreUrl = None,
    config: options.ConfigFile = None,
    json_: options.Json = False,
) -> None:
    """Write the certificate of a session.

    One HTML page that needs no other files, a PDF (when --out ends in .pdf), or JSON on the terminal.

    Examples:

      backfocus report 12

      backfocus report 12 --out certificate.pdf

      backfocus report 12 --json
    """
    from ..report import report_json
    from ..session.certificate import session_report
    from ..session.store import Store

    path = file_to_write("--out", out or Path(f"backfocus-{number}.html"))
    if json_ and out:
        raise UsageError("--json prints on the terminal: leave --out out")
    with Store.open(options.store_of(store, config)) as kept:
        session = session_report(kept.load(number))
    if json_:
        sys.stdout.write(json.dumps(report_json(session, printed_at=now_words(), version=__version__)) + "\n")
        return
    write_report("--out", path, session)
    sys.stdout.write(f"{path}\n")
