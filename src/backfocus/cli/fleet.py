"""`backfocus auto --all FILE`: many cameras side by side, one table, one wall of pictures."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import typer

from .. import __version__
from ..errors import UsageError
from . import options
from .asking import as_interrupt, ask_for_all
from .certificate import now_words
from .crash import crash_line
from .files import file_in_folder, not_written, write_file

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

    from ..session.fleet.listed import Fleet, Listed
    from ..session.fleet.rows import Row
    from ..session.run import Limits
    from ..session.store import Store

HEAD_AND_FOOT = 3
"""Lines of a terminal that a table takes beside its rows."""
Tell = Callable[["Row"], None]
STYLES = {"set": "green", "adjust": "yellow", "unsure": "magenta"}


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told what was found: a page, a broker, a file for Prometheus."""

    report: Path | None = None
    mqtt: str | None = None
    prometheus: Path | None = None

    def check(self) -> None:
        """Refuse what cannot be written or meant before anybody is asked, and not after the work."""
        if self.mqtt is not None:
            from ..session.fleet.mqtt import broker_at, demand_client

            broker_at(self.mqtt)
            demand_client()
        if self.report is not None:
            if self.report.suffix.lower() not in (".html", ".htm"):
                raise UsageError(f"--report {self.report}: the wall is a page: end its name in .html")
            file_in_folder("--report", self.report)
        if self.prometheus is not None:
            file_in_folder("--prometheus", self.prometheus)


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked of a run over many cameras."""

    file: Path
    at_once: int | None
    from_start: bool
    telling: Telling
    reference: bool
    limits: "Limits"
    store: str | None
    json: bool


def check_all(asked: options.Asked, order: Order, *, yes: bool, look_only: bool, between: int | None) -> int:
    """Check all cameras of a file; the exit code is the worst of 1, 3, 4, in that order."""
    from ..session.fleet.listed import read_fleet
    from ..session.fleet.log import log_of
    from ..session.fleet.rows import worst
    from ..session.fleet.run import FleetRun, cores
    from ..session.store import Store

    if asked.rig_name is not None or asked.said.source is not None:
        raise UsageError("--all has its cameras in its file: leave --rig and --video out")
    fleet = _as_wanted(read_fleet(order.file, asked.config, asked.said), look_only, between)
    order.telling.check()
    for words in fleet.warnings:
        options.notice(words)
    with Store.open(order.store) as store, ExitStack() as stack:
        ask_for_all(yes, [each.camera.address for each in fleet.cameras])
        signal.signal(signal.SIGTERM, as_interrupt)
        tell = stack.enter_context(_broker(order.telling.mqtt))
        at_once = order.at_once or cores()
        run = FleetRun(
            fleet, store, log_of(fleet), at_once, order.limits, order.reference, options.notice, crash_line
        )
        try:
            rows = _followed(fleet, run.rows(again=order.from_start), tell, json_=order.json)
        except KeyboardInterrupt:
            options.notice("cut off; every lens was put back: the same command goes on where it stopped")
            raise
        if order.telling.report is not None:
            _write_wall(order.telling.report, store, fleet, rows)
        if order.telling.prometheus is not None:
            _write_metrics(order.telling.prometheus, rows)
    _sum_up(rows, order)
    return worst(rows)


def _as_wanted(fleet: "Fleet", look_only: bool, between: int | None) -> "Fleet":
    """The cameras with what was said in this call over what the file says."""

    def wanted(listed: "Listed") -> "Listed":
        wishes = listed.wishes
        count = wishes.between if between is None else between
        wishes = replace(wishes, between=count, correct=wishes.correct and not look_only)
        return replace(listed, wishes=wishes)

    return replace(fleet, cameras=tuple(map(wanted, fleet.cameras)))


def _write_wall(path: Path, store: "Store", fleet: "Fleet", rows: "list[Row]") -> None:
    from ..report.wall import wall_html
    from ..session.fleet.wall import cards_of

    title = fleet.file.stem.replace("_", " ").replace("-", " ").capitalize()
    page = wall_html(cards_of(store, rows), title=title, checked_at=now_words(), version=__version__)
    write_file("--report", path, page)


def _write_metrics(path: Path, rows: "list[Row]") -> None:
    """At once, as the collector demands: it may read at any moment."""
    from ..show.prometheus import Checked, exposition

    text = exposition(Checked(row.as_json(), time.time()) for row in rows)
    if path.exists() and not path.is_file():  # a pipe or a device is written to, and stays what it is
        write_file("--prometheus", path, text)
        return
    place = path.resolve()  # what a link leads to is replaced, and not the link
    half = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        half.write_text(text, "utf-8")
        half.replace(place)
    except OSError as fault:
        half.unlink(missing_ok=True)
        raise not_written("--prometheus", path, fault) from None


@contextmanager
def _broker(address: str | None) -> "Iterator[Tell]":
    """What to call with each camera that is done; says at the end where a broker has not got it all."""
    if address is None:
        yield lambda row: None
        return
    from ..session.fleet.mqtt import broker_at, publishing
    from ..show.home_assistant import messages

    broker = broker_at(address)
    with publishing(broker) as publisher:

        def tell(row: "Row") -> None:
            said = {"verdict": row.word, "checked_at": now_words(), "version": __version__}
            publisher.tell(messages(row.as_json() | {"reason": row.reason}, **said, prefix=broker.prefix))

        yield tell
        if not publisher.all_arrived():
            options.notice(f"{broker.title} has not got all of it: the line to it was lost")


# While it goes on ------------------------------------------------------------------------------------------


class Screen(Protocol):
    """Where the person sees how far it is."""

    def show(self, rows: "list[Row]", changed: "Row") -> None:
        """One camera has changed."""


def _followed(fleet: "Fleet", run: "Generator[Row, None, None]", tell: "Tell", *, json_: bool) -> "list[Row]":
    """All cameras as they ended, in the order of the file, shown while they go on."""
    from ..session.fleet.rows import Row

    rows = {each.camera.name: Row(each.camera.name, each.camera.group) for each in fleet.cameras}
    with _screen(json_) as screen, closing(run):
        for row in run:
            rows[row.name] = row
            if row.state == "done":
                tell(row)
            screen.show(list(rows.values()), row)
    return list(rows.values())


@contextmanager
def _screen(json_: bool) -> "Iterator[Screen]":
    """A table that lives in a terminal, one line for each camera that is done elsewhere, or JSON lines."""
    if json_:
        yield _JsonLines()
    elif not sys.stdout.isatty():
        yield _Lines()
    else:
        from rich.console import Console
        from rich.live import Live

        console = Console(highlight=False)
        with Live(console=console, auto_refresh=False, transient=True) as live:
            yield _LiveTable(live)


class _JsonLines:
    def show(self, rows: "list[Row]", changed: "Row") -> None:
        """A line for each camera that is done."""
        if changed.state == "done":
            sys.stdout.write(json.dumps({"kind": "camera"} | changed.as_json()) + "\n")
            sys.stdout.flush()


class _Lines:
    def show(self, rows: "list[Row]", changed: "Row") -> None:
        """The same in words."""
        if changed.state == "done":
            done = sum(row.state == "done" for row in rows)
            what = error_words(changed) if changed.line is not None else changed.error
            typer.echo(f"{done:3d} of {len(rows)}  {changed.name}: {changed.word}{what and f', {what}'}")


class _LiveTable:
    def __init__(self, live: "Live") -> None:
        self._live = live

    def show(self, rows: "list[Row]", changed: "Row") -> None:
        """The table, with those that are at work first where not all of them fit."""
        lines = max(self._live.console.height - HEAD_AND_FOOT, 1)
        table = table_of_rows(rows_that_fit(rows, lines))
        table.caption = f"{sum(row.state == 'done' for row in rows)} of {len(rows)} done"
        self._live.update(table, refresh=True)


def rows_that_fit(rows: "list[Row]", lines: int) -> "list[Row]":
    """All of them, or so many: those at work, then the worst of those that are done, then those that wait."""
    from ..session.fleet.rows import worst_first

    if len(rows) <= lines:
        return rows
    by_state = {
        state: [row for row in rows if row.state == state] for state in ("running", "done", "waiting")
    }
    return [*by_state["running"], *worst_first(by_state["done"]), *by_state["waiting"]][:lines]


# The table -------------------------------------------------------------------------------------------------


def _sum_up(rows: "list[Row]", order: Order) -> None:
    from rich.console import Console

    from ..session.fleet.rows import worst

    counts = _counts(rows)
    if order.json:
        all_ = {"kind": "all", "cameras": len(rows), "counts": counts, "exit_code": worst(rows)}
        sys.stdout.write(json.dumps(all_) + "\n")
        return
    console = Console(highlight=False)
    console.print(table_of_rows(rows))
    print_what_to_do(rows, console)
    said = ", ".join(f"{count} {word}" for word, count in counts.items())
    typer.echo(f"{len(rows)} cameras: {said}.")
    for path in (order.telling.report, order.telling.prometheus):
        if path is not None:
            typer.echo(str(path))


def print_what_to_do(rows: "list[Row]", console: "Console") -> None:
    """A paragraph for each camera that needs a hand; in a terminal broken between words, else in one line."""
    from rich.text import Text

    from ..session.fleet.rows import worst_first

    console.print()
    for row in worst_first(rows):
        if words := _to_do(row):
            console.print(Text(f"{row.name}: {words}"), soft_wrap=not console.is_terminal)


def _counts(rows: "list[Row]") -> dict[str, int]:
    from ..session.fleet.rows import worst_first

    found: dict[str, int] = {}
    for row in worst_first(rows):
        found[row.word] = found.get(row.word, 0) + 1
    return found


def table_of_rows(rows: "list[Row]") -> "Table":
    """One row a camera, in the order of the file."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    has_groups = any(row.group for row in rows)
    for name in ("camera", *(("group",) if has_groups else ()), "result"):
        table.add_column(name, overflow="fold")
    for name in ("error um", "in focus", "drift um"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        state = row.word if row.state == "done" else _doing(row)
        style = STYLES.get(row.verdict, "red") if row.state == "done" else "dim"
        group = (Text(row.group),) if has_groups else ()
        table.add_row(Text(row.name), *group, Text(state, style), *_numbers(row))
    return table


def _numbers(row: "Row") -> tuple[str, str, str]:
    """Error, half depth of focus and drift; "" where there is none."""
    line = row.line or {}
    depth, drift = line.get("half_depth_of_focus_um"), line.get("drift_um")
    return (
        error_words(row).removesuffix(" um"),
        "" if depth is None else f"± {depth:.1f}",
        "" if drift is None else f"{drift:+.1f}",
    )


def error_words(row: "Row") -> str:
    """`+19.2 ± 1.4 um`; "" without an error."""
    line = row.line or {}
    um = line.get("delta_um")
    if um is None:
        return ""
    return f"{um:{'+' if line['sign_known'] else ''}.1f} ± {line['sigma_um'] or 0.0:.1f} um"


def _doing(row: "Row") -> str:
    if row.state == "waiting":
        return "waits"
    return f"{row.doing}, {row.looks} looks" if row.looks else "calling it"


def _to_do(row: "Row") -> str:
    """What to do about a camera, or what was done, in a sentence; "" where there is nothing."""
    if row.line is None:
        return row.error
    return f"{row.moved or row.corrected} {'' if row.verdict == 'set' else row.line['advice']}".strip()
