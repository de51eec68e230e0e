"""`backfocus auto LENS --video SOURCE`: the whole procedure by motors."""

import json
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Argument, UsageError
from ..redaction import shown
from . import options
from .asking import IRIS, Yes, as_interrupt, ask
from .certificate import certificate_words
from .files import file_in_folder, write_file
from .fleet import Order, Telling, check_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..guide.motors import MotorAnswer
    from ..session.motors import AutoRun, Progress, Wishes
    from ..session.rig import Rig
    from ..session.run import Limits
    from ..session.shots import WideShot

LensAddress = Annotated[
    str | None,
    typer.Argument(
        metavar="LENS",
        show_default=False,
        help=f"{options.WHERE_MOTORS_ARE[:-1]}; or sim://?motor=focus.",
    ),
]
JustLook = Annotated[
    bool,
    typer.Option("--look-only", help="Only measure: do not set the back focus, even where a motor could."),
]
TableFile = Annotated[
    Path | None,
    typer.Option(
        "--table",
        metavar="FILE",
        help="Write where it is sharp at each zoom: .json for `backfocus hold`, .csv for a spreadsheet. More "
        "positions between make it finer.",
        show_default=False,
    ),
]
Between = Annotated[
    int | None,
    typer.Option(
        "--between",
        metavar="N",
        min=0,
        max=8,
        help="Zoom positions to stop at between tele and wide: they show a tracking error. Default: 2.",
        show_default=False,
    ),
]
AllFile = Annotated[
    Path | None,
    typer.Option(
        "--all",
        metavar="FILE",
        help="Check all cameras that this TOML file lists, side by side (see the manual), instead of LENS.",
        show_default=False,
    ),
]
Mqtt = Annotated[
    str | None,
    typer.Option(
        "--mqtt",
        metavar="ADDRESS",
        help="With --all: publish what was found to an MQTT broker, mqtt://HOST or mqtts://HOST; Home "
        "Assistant finds the cameras by itself. Name and password: BACKFOCUS_MQTT_USER and "
        "BACKFOCUS_MQTT_PASSWORD.",
        show_default=False,
    ),
]
PrometheusFile = Annotated[
    Path | None,
    typer.Option(
        "--prometheus",
        metavar="FILE",
        help="With --all: write what was found for the textfile collector of Prometheus (.prom).",
        show_default=False,
    ),
]
Reference = Annotated[
    bool,
    typer.Option("--reference", help="Measure the drift of later runs against what is found now."),
]
AtOnce = Annotated[
    int | None,
    typer.Option(
        "--at-once",
        metavar="N",
        min=1,
        max=64,
        help="With --all: how many cameras at a time. Default: one for each core.",
        show_default=False,
    ),
]
FromStart = Annotated[
    bool,
    typer.Option(
        "--from-start", help="With --all: do not go on with a run that was cut off, check every camera."
    ),
]
WallFile = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="With --all: write a wall of small pictures, worst first, as a page (.html).",
        show_default=False,
    ),
]


@options.with_rig(source=options.Video)
def auto(
    asked: options.Asked,
    address: LensAddress = None,
    yes: Yes = False,
    look_only: JustLook = False,
    between: Between = None,
    table: TableFile = None,
    all_: AllFile = None,
    at_once: AtOnce = None,
    from_start: FromStart = False,
    report: WallFile = None,
    mqtt: Mqtt = None,
    prometheus: PrometheusFile = None,
    reference: Reference = False,
    store: options.StoreUrl = None,
    frames: options.Frames = None,
    seconds: options.Seconds = None,
    json_: options.Json = False,
) -> None:
    """Check a lens with motors, and set its back focus by them.

    Hang up a star, aim the camera at it, and go; or aim it at a bookshelf, a brick wall, anything with fine
    detail that stands still. Automatic focus and exposure are switched off, an iris with a motor is opened,
    and all is put back at the end. The zoom goes to tele, wide and some positions between, and at each the
    focus is searched for; where a motor moves the back focus, it is set and proved at both ends. Most PTZ
    cameras have none: then you are told whether the lens holds focus, how far it is off, and where it is
    sharp at each zoom.

    Nothing moves before you say yes, or give --yes. What was found is kept in the history. If the lens has
    drifted by more than half the depth of focus since then, you are told, and the exit code is 1.

    Examples:

      backfocus auto "sim://?delta_um=40&zoom=10&motor=back-focus" --yes

      backfocus auto visca://192.0.2.10 --video rtsp://192.0.2.10/stream --pixel-um 2.9 --f-number 1.8

      backfocus auto "sim://?scene=shelf&delta_um=40&zoom=6&motor=back-focus" --yes

      backfocus auto visca://192.0.2.10 --video rtsp://192.0.2.10/stream --rig stage --table stage.json

      backfocus auto --all cameras.toml --yes --report wall.html

    Exit codes: 0 set, 1 off or drifted (or no motor can help: tracking error, not a front-focus lens), 3 not
    reached, 4 not sure. With --all the worst of 1, 3 (a camera was not reached) and 4, in this order.
    """
    from ..session.run import Limits

    limits = Limits(frames, seconds)
    kept_in = options.store_of(store, asked.config)
    if all_ is not None:
        if address is not None or table is not None:
            word = "LENS" if address is not None else "--table"
            raise UsageError(f"--all has its cameras in its file: leave {word} out")
        telling = Telling(report, mqtt, prometheus)
        order = Order(all_, at_once, from_start, telling, reference, limits, kept_in, json_)
        raise typer.Exit(check_all(asked, order, yes=yes, look_only=look_only, between=between))
    if address is None:
        raise UsageError(
            "no LENS: say where its motors are, as visca://192.0.2.10, or name a list with --all"
        )
    for_many = {"at-once": at_once, "report": report, "mqtt": mqtt, "prometheus": prometheus}
    for_many |= {"from-start": from_start}
    for name, value in for_many.items():
        if value:
            raise UsageError(f"--{name} goes with --all")
    _one(asked, address, _Wanted(yes, look_only, between, table, reference, limits, kept_in, json_))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked of one camera."""

    yes: bool
    look_only: bool
    between: int | None
    table: Path | None
    reference: bool
    limits: "Limits"
    store: str | None
    json: bool

    @property
    def wishes(self) -> "Wishes":
        """The same as a run takes it."""
        from ..session.motors import Wishes

        count = Wishes().between if self.between is None else self.between
        return Wishes(between=count, correct=not self.look_only)


def _one(asked: options.Asked, address: str, wanted: _Wanted) -> None:
    """Check one camera, print what was found, and end with its exit code."""
    from ..session.fleet.rows import Row
    from ..session.motor_history import MotorCamera, keep_run
    from ..session.motors import auto_json, open_run, optics_of
    from ..session.shots import WideShot
    from ..session.store import Store

    rig = _rig(asked, address)
    optics_of(rig)  # before anyone is asked
    if wanted.table is not None:
        file_in_folder("--table", wanted.table)
    camera, wide = MotorCamera(asked.rig_name or shown(address), address), WideShot()
    with Store.open(wanted.store) as store:
        ask(wanted.yes, address, IRIS)
        signal.signal(signal.SIGTERM, as_interrupt)
        begun_at = datetime.now(UTC)
        with open_run(rig, address, wanted.wishes, notice=options.notice) as run:
            last, answer = _followed(run, wide, wanted)
        line = keep_run(
            store, camera, run.rig, auto_json(last), wide.shot,
            begun_at=begun_at, is_reference=wanted.reference,
        )  # fmt: skip
    if wanted.json:
        sys.stdout.write(json.dumps(line) + "\n")
    else:
        _show(answer, last)
        show_kept(line)
    if wanted.table is not None:  # last: what was found is told, though the disk is full
        _write(wanted.table, answer, run)
    raise typer.Exit(Row(camera.name, line=line).exit_code)


def _followed(run: "AutoRun", wide: "WideShot", wanted: _Wanted) -> "tuple[Progress, MotorAnswer]":
    """The end of a run and its answer, shown while it goes on."""
    last: Progress | None = None
    for last in run.progress(wanted.limits):
        wide.take(last)
        if last.seen is not None and not wanted.json:
            typer.echo(_line(last, run))
    if last is None or last.answer is None:
        raise typer.Exit(4)
    return last, last.answer


def _rig(asked: options.Asked, address: str) -> "Rig":
    """The rig whose pictures are taken: a virtual lens shows its own, any other is told where they are.

    Without a source where the camera itself will be asked for it.
    """
    from ..control.address import VIRTUAL, check_lens, tells_stream

    source = asked.options.source
    if check_lens(address) == VIRTUAL:
        if source not in (None, address):
            raise UsageError("a virtual lens comes with its own pictures: leave ", Argument("video"), " out")
        return asked.rig(source=address)
    if not source and not tells_stream(address):
        raise UsageError(
            "no ", Argument("video"), ": say where the pictures of this lens come from, such as "
            "rtsp://CAMERA/stream, or name a rig that has a source with ", Argument("rig"),
        )  # fmt: skip
    return asked.rig() if source else options.rig_of(asked.options, asked.said)


def _write(path: Path, answer: "MotorAnswer", run: "AutoRun") -> None:
    from ..session.motors import table_of, why_no_table
    from ..solve.focus_table import table_text

    found = table_of(answer, run.lens.axes["focus"])
    if found is None:
        options.notice(why_no_table(answer))
        return
    write_file("--table", path, table_text(found, path.name))
    options.notice(f"where it is sharp at each zoom is written to {path}")


def _line(progress: "Progress", run: "AutoRun") -> str:
    """One look in words."""
    from ..show.lines import mtf50_words

    seen = progress.seen
    if seen is None:
        return ""
    ask, reading = progress.ask, seen.reading
    blur = run.blur_um(seen.reading)
    where = f"{ask.why:<10} zoom {ask.zoom:6.0f}  focus {ask.focus:6.0f}"
    if ask.back_focus is not None:
        where += f"  back focus {ask.back_focus:5.0f}"
    read = (
        f"blur {blur:6.1f} um  MTF50 {mtf50_words(reading.mtf50_cy_px, reading.flags)}"
        if blur is not None
        else "nothing to read"
    )
    return f"{progress.at_s:7.2f} s  {where}  {read}"


def _show(answer: "MotorAnswer", last: "Progress") -> None:
    from rich.console import Console

    from .live import residual_plot, verdict_lines

    console = Console(highlight=False)
    console.print(verdict_lines(answer.verdict, console))
    found = answer.answer
    if found is not None and found.back_focus is not None:
        console.print(residual_plot(found.back_focus, found.half_depth_um))
    typer.echo("Where it is sharp, in the steps of its motors:")
    for stop in answer.stops:
        belief = stop.belief
        typer.echo(
            f"  zoom {stop.zoom:6.0f}  scale {stop.scale_px:7.1f} px  focus {belief.best:8.0f} "
            f"+- {belief.sigma:.0f}" + ("" if stop.reachable else "  (beyond the end of the focus motor)")
        )
    if answer.corrected_um is not None:
        typer.echo(f"The lens was moved {answer.corrected_um:+.0f} um towards the sensor by its motor.")
    typer.echo(f"{last.looks} looks, {last.moves} moves, {last.at_s:.0f} s of the camera's time.")


def show_kept(line: "Mapping[str, Any]") -> None:
    """How far it has moved since earlier runs, and where it is found again."""
    from ..session.motor_history import drift_words

    if words := drift_words(line):
        typer.echo(words)
    number = line["session"]
    typer.echo(f"It is session {number} in the history. {certificate_words(number)}")
