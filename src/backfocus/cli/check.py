"""`backfocus check SOURCE`: from a clip or stream that goes from tele to wide, is the back focus right?"""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from . import options
from .progress import pictures

if TYPE_CHECKING:
    from ..measure.reading import Reading
    from ..run import Limits
    from ..solve.clip import ClipAnswer
    from ..video.source import VideoSource

EXIT_CODES = {"set": 0, "adjust": 1, "tracking": 1, "not-front-focus": 1, "unsure": 4}

FirstTurn = Annotated[
    Literal["near", "infinity", "away", "towards"] | None,
    typer.Option(
        "--first-turn",
        help="Which way the focus ring went first in a sweep at wide; it tells the side of the error.",
        show_default=False,
    ),
]


def check(
    source: options.Source,
    pixel_um: options.PixelUm = None,
    f_number: options.FNumber = None,
    wavelength_um: options.WavelengthUm = 0.55,
    camera: options.CameraName = None,
    lens: options.LensName = None,
    first_turn: FirstTurn = None,
    shims: options.Shims = None,
    transfer: options.Transfer = "auto",
    range_: options.Range = "auto",
    frames: options.Frames = None,
    seconds: options.Seconds = None,
    json_: options.Json = False,
) -> None:
    """Tell from a clip or stream that goes from tele to wide (or back) whether the back focus is right.

    Focus at full tele, hold for two seconds, zoom out without touching focus, hold again. A slow sweep of the
    focus ring at wide, both ways, shows how sharp the lens can be and makes the answer surer.

    Examples:

      backfocus check clip.mp4 --camera b4-hd --lens canon-cj20ex7.8b

      backfocus check rtsp://192.0.2.10/stream --pixel-um 5 --f-number 1.8 --shims 10,30,50

      backfocus check "sim://?clip=check&delta_um=40"

    Exit codes: 0 set, 1 adjust, tracking or not-front-focus, 4 could not decide.
    """
    from ..run import Limits
    from ..solve.clip import judge_clip
    from ..solve.verdict import Means, check_json
    from ..video.source import open_source

    optics = options.optics_from(
        pixel_um=pixel_um,
        f_number=f_number,
        wavelength_um=wavelength_um,
        camera=camera,
        lens=lens,
        address=source,
    )
    profile = options.lens_profile(lens)
    means = Means(profile.back_focus_ring if profile else True, options.shims_um(shims))
    opened = open_source(source, transfer=transfer, range_=range_, notice=options.notice)
    seen = _seen(opened, Limits(frames, seconds), quiet=json_)
    answer = judge_clip(seen, optics, first_turn=first_turn, means=means)
    if json_:
        line = check_json(answer.back_focus, answer.verdict, answer.half_depth_um)
        sys.stdout.write(json.dumps(line) + "\n")
    else:
        _show(answer)
    if not any(reading.star for reading in seen):
        options.notice("no star in any picture: is the chart in view and lit?")
    raise typer.Exit(EXIT_CODES[answer.verdict.kind])


def _seen(opened: "VideoSource", limits: "Limits", *, quiet: bool) -> "list[Reading]":
    """All readings of a recording; of a live source those up to the first steady wide after a steady tele."""
    from ..run import readings
    from ..solve.zoom_pull import finished

    seen: list[Reading] = []
    for sighting in pictures(readings(opened, limits), opened, quiet=quiet):
        seen.append(sighting.reading)
        if opened.live and finished(seen):
            break
    return seen


def _show(answer: "ClipAnswer") -> None:
    from rich.console import Console

    from .live import residual_plot, verdict_lines

    console = Console(highlight=False)
    console.print(verdict_lines(answer.verdict, console.width))
    if answer.back_focus is not None:
        console.print(residual_plot(answer.back_focus, answer.half_depth_um))
