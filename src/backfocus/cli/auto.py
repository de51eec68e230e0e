"""`backfocus auto LENS --video SOURCE`: the whole procedure by motors."""

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Argument, OutputError, UsageError
from . import options
from .certificate import file_in_folder
from .check import EXIT_CODES

if TYPE_CHECKING:
    from ..guide.motors import MotorAnswer
    from ..session.motors import AutoRun, Progress
    from ..session.rig import Rig

LensAddress = Annotated[
    str,
    typer.Argument(
        metavar="LENS",
        help="Where its motors are: visca://HOST[:PORT] (Sony, UDP), visca+tcp://HOST[:PORT] (PTZOptics and "
        "others), onvif://HOST, l10+serial:///dev/ttyUSB0 (Fujinon), or sim://?motor=focus.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="The lens may move: do not ask first.")]
JustLook = Annotated[
    bool, typer.Option("--look-only", help="Do not set the back focus, also where there is a motor for it.")
]
TableFile = Annotated[
    Path | None,
    typer.Option(
        "--table",
        help="Write where it is sharp at each zoom: .json for `backfocus hold`, .csv for a spreadsheet. More "
        "positions between make it finer.",
        show_default=False,
    ),
]
Between = Annotated[
    int,
    typer.Option(
        "--between",
        min=0,
        max=8,
        help="Zoom positions to stop at between tele and wide: they show a tracking error.",
    ),
]


@options.with_rig(source=options.Video)
def auto(
    asked: options.Asked,
    address: LensAddress,
    yes: Yes = False,
    look_only: JustLook = False,
    between: Between = 2,
    table: TableFile = None,
    frames: options.Frames = None,
    seconds: options.Seconds = None,
    json_: options.Json = False,
) -> None:
    """Verify, and where there is a motor for it set, the back focus of a motorised lens.

    Hang up a star, aim the camera at it, and go. Automatic focus and exposure are switched off, and put back
    at the end. The zoom goes to tele, wide and some positions between, and at each the focus is searched for;
    where a motor moves the back focus, it is set and proved at both ends. Most PTZ cameras have none: then
    you are told whether the lens holds focus, how far it is off, and where it is sharp at each zoom.

    Nothing moves before you have said yes, or with --yes.

    Examples:

      backfocus auto "sim://?delta_um=40&zoom=10&motor=back-focus" --yes

      backfocus auto visca://192.0.2.10 --video rtsp://192.0.2.10/stream --pixel-um 2.9 --f-number 1.8-2.8

    Exit codes: 0 set, 1 off (or no motor can help: tracking error, not a front-focus lens), 4 not sure.
    """
    from ..session.motors import Wishes, auto_json, open_run, optics_of
    from ..session.run import Limits

    rig = _rig(asked, address)
    optics_of(rig)  # before anyone is asked
    if table is not None:
        file_in_folder("--table", table)
    ask(yes, address)
    signal.signal(signal.SIGTERM, as_interrupt)
    wishes = Wishes(between=between, correct=not look_only)
    with open_run(rig, address, wishes, notice=options.notice) as run:
        last: Progress | None = None
        for last in run.progress(Limits(frames, seconds)):
            if last.seen is not None and not json_:
                typer.echo(_line(last, run))
    if last is None or last.answer is None:
        raise typer.Exit(4)
    if table is not None:
        _write(table, last.answer, run)
    if json_:
        sys.stdout.write(json.dumps(auto_json(last)) + "\n")
    else:
        _show(last.answer, last)
    raise typer.Exit(EXIT_CODES[last.answer.verdict.kind])


def _rig(asked: options.Asked, address: str) -> "Rig":
    """The rig whose pictures are taken: a virtual lens shows its own, any other is told where they are."""
    from ..control.address import VIRTUAL, check_lens

    source = asked.options.source
    if check_lens(address) == VIRTUAL:
        if source not in (None, address):
            raise UsageError("a virtual lens comes with its own pictures: leave ", Argument("video"), " out")
        return asked.rig(source=address)
    if not source:
        raise UsageError(
            "no ", Argument("video"), ": say where the pictures of this lens come from, such as "
            "rtsp://CAMERA/stream, or name a rig that has a source with ", Argument("rig"),
        )  # fmt: skip
    return asked.rig()


def as_interrupt(_number: int, _frame: object) -> None:
    """Ended by the system, as by Ctrl-C: the lens is put back first."""
    raise KeyboardInterrupt


def ask(yes: bool, address: str) -> None:
    """Nothing moves before it is said once."""
    if yes or address.startswith("sim:"):
        return
    if not options.is_at_a_terminal():
        raise UsageError("the lens will move: say so with ", Argument("yes", True))
    typer.confirm("Zoom and focus of this lens will move. Is nobody on air with it?", abort=True, err=True)


def _write(path: Path, answer: "MotorAnswer", run: "AutoRun") -> None:
    from ..session.motors import table_of
    from ..solve.focus_table import table_csv, table_json

    found = table_of(answer, run.lens.axes["focus"])
    if found is None:
        options.notice("there is no table to write: it takes two zoom positions that were found")
        return
    try:
        path.write_text(table_csv(found) if path.suffix.lower() == ".csv" else table_json(found), "utf-8")
    except OSError as fault:
        raise OutputError(f"{path}: {fault.strerror or fault}: choose another place with --table") from None


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
