"""`backfocus check SOURCE`: from a clip or stream that goes from tele to wide, is the back focus right?"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from . import options
from .certificate import file_to_write, now_words, write_report
from .progress import pictures
from .remedies import REMEDIES

if TYPE_CHECKING:
    from ..session.clip_check import ClipCheck

FirstTurn = Annotated[
    Literal["near", "infinity", "away", "towards"] | None,
    typer.Option(
        "--first-turn",
        metavar="WAY",
        help="Which way a ring was turned first at wide. Focus ring: near or infinity. Back-focus ring, by "
        "how the lens moved: away from the sensor or towards it. It tells the direction of the error.",
        show_default=False,
    ),
]
After = Annotated[
    str | None,
    typer.Argument(
        metavar="AFTER", help="With --shim-um: the clip taken after the change.", show_default=False
    ),
]
ShimUm = Annotated[
    str | None,
    typer.Option(
        "--shim-um",
        metavar="NUMBER",
        help="How much further the lens is from the sensor in the second clip (negative: closer), by a "
        "shim or a known turn of the back-focus ring. Calibrates the f-number and tells the direction.",
        show_default=False,
    ),
]
ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write the answer as a certificate too: a page (.html) or a PDF. Without a chart it shows tele "
        "beside wide.",
        show_default=False,
    ),
]


@options.with_rig("no_ring", "shims", "um_per_degree", "region", "red_blue_um")
def check(
    asked: options.Asked,
    after: After = None,
    first_turn: FirstTurn = None,
    shim_um: ShimUm = None,
    frames: options.Frames = None,
    seconds: options.Seconds = None,
    store: options.StoreUrl = None,
    report: ReportFile = None,
    json_: options.Json = False,
) -> None:
    """Tell from a clip that zooms out whether the back focus is right.

    Takes any clip or stream that goes from tele to wide, or back. With a star or an edge chart it needs no
    more; without one it compares wide with the tele picture of what is in front of the camera: a poster, a
    bookshelf, a brick wall, in the middle and at one distance. Focus at full tele, hold for two seconds,
    zoom out without touching focus, hold again. A slow sweep of the focus ring at wide, both ways, shows how
    sharp the lens can be: the answer is then more certain. A clip that starts at wide, zooms in, is focused
    there and zooms out shows whether the lens focuses with its front.

    Examples:

      backfocus check clip.mp4 --camera b4-hd --lens canon-cj20ex7.8b

      backfocus check rtsp://192.0.2.10/stream --pixel-um 5 --f-number 1.8 --shims 10,30,50

      backfocus check --shim-um 50 before.mp4 after.mp4 --pixel-um 5 --f-number T2.0

      backfocus check bookshelf.mp4 --camera b4-hd --lens canon-cj20ex7.8b --report bookshelf.html

      backfocus check "sim://?clip=check&delta_um=40"

    Exit codes: 0 set, 1 off (or no ring can help: tracking error, not a front-focus lens), 4 not sure.
    """
    from ..session.certificate import check_report
    from ..session.clip_check import Question, check_clip
    from ..session.run import Limits
    from ..solve.titles import EXIT_CODES

    path = report and file_to_write("--report", report)
    rig, begun_at = asked.rig(region_of_object=True), now_words()
    found = check_clip(
        rig,
        Question(first_turn, after, None if shim_um is None else options.decimal(shim_um)),
        limits=Limits(frames, seconds),
        notice=options.notice,
        passing=lambda sightings, source: pictures(sightings, source, quiet=json_),
        store_address=options.store_of(store, asked.config),
    )
    if json_:
        sys.stdout.write(json.dumps(found.as_json()) + "\n")
    else:
        _show(found)
    if path is not None:
        write_report("--report", path, check_report(found, rig, started_at=begun_at))
        if not json_:
            typer.echo(str(path))
    if not found.read and rig.target == "edge":
        options.notice(_no_edge())
    raise typer.Exit(EXIT_CODES[found.answer.verdict.kind])


def _no_edge() -> str:
    from ..measure.reading import Flag
    from ..solve.remarks import REMARKS, remark_words

    return remark_words(REMARKS[Flag.NO_EDGE], REMEDIES)


def _show(found: "ClipCheck") -> None:
    from rich.console import Console

    from .live import residual_plot, verdict_lines

    answer = found.answer
    console = Console(highlight=False)
    console.print(verdict_lines(answer.verdict, console))
    if answer.back_focus is not None:
        console.print(residual_plot(answer.back_focus, answer.half_depth_um))
    if (words := found.camera_words(options.NAME_THE_CAMERA)) is not None:
        typer.echo(words)
    for words in _beside(found.as_json()):
        typer.echo(words)


def _beside(line: dict[str, Any]) -> Iterator[str]:
    """What was learned besides the error."""
    if "f_number" in line:
        yield (
            f"By the step the working f-number at wide is {line['f_number']} +- {line['f_number_sigma']}; "
            f"before it the error was {line['before_um']} um."
        )
    if "red_blue_um" in line:
        yield (
            f"Red focuses {line['red_blue_um']} um further from the lens than blue: give --red-blue-um "
            f"{line['red_blue_um']} for clips of this lens that do not show the side."
        )
    if "side_hint" in line:
        hint = line["side_hint"]
        yield (
            f"Hint from the colours, which enters no verdict: the sensor is probably too {hint}."
            if hint
            else "The colours hint at no side."
        )
