"""`backfocus check SOURCE`: from a clip or stream that goes from tele to wide, is the back focus right?"""

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import UsageError
from . import options
from .progress import pictures

if TYPE_CHECKING:
    from ..measure.reading import Reading
    from ..measure.track import Track
    from ..optics.lens import Optics
    from ..session.run import Limits
    from ..solve.clip import ClipAnswer
    from ..solve.verdict import Adjusters
    from ..video.source import VideoSource

EXIT_CODES = {"set": 0, "adjust": 1, "tracking": 1, "not-front-focus": 1, "unsure": 4}

FirstTurn = Annotated[
    Literal["near", "infinity", "away", "towards"] | None,
    typer.Option(
        "--first-turn",
        help="Which way the focus ring went first at wide (near, infinity), or the lens by the back-focus "
        "ring (away from the sensor, towards it); it tells the side of the error.",
        show_default=False,
    ),
]
After = Annotated[
    str | None,
    typer.Argument(metavar="[AFTER]", help="With --shim-um: the clip after it.", show_default=False),
]
ShimUm = Annotated[
    float | None,
    typer.Option(
        "--shim-um",
        help="How much further the lens is from the sensor in the second clip (negative: nearer), by a shim "
        "or a known turn of the back-focus ring; calibrates the f-number and tells the side.",
        show_default=False,
        min=-1000.0,
        max=1000.0,
    ),
]


def check(
    source: options.Source,
    after: After = None,
    pixel_um: options.PixelUm = None,
    f_number: options.FNumber = None,
    wavelength_um: options.WavelengthUm = 0.55,
    camera: options.CameraName = None,
    lens: options.LensName = None,
    extender: options.Extender = 1.0,
    first_turn: FirstTurn = None,
    shim_um: ShimUm = None,
    shims: options.Shims = None,
    red_blue_um: options.RedBlueUm = None,
    transfer: options.Transfer = "auto",
    range_: options.Range = "auto",
    max_megapixels: options.MaxMegapixels = options.MAX_MEGAPIXELS,
    target: options.Target = "auto",
    frames: options.Frames = None,
    seconds: options.Seconds = None,
    json_: options.Json = False,
) -> None:
    """Tell from a clip that zooms out whether the back focus is right.

    Any clip or stream that goes from tele to wide, or back. Focus at full tele, hold for two seconds, zoom
    out without touching focus, hold again. A slow sweep of the focus ring at wide, both ways, shows how sharp
    the lens can be and makes the answer surer. A clip that starts at wide, zooms in, is focused there and
    zooms out shows whether the lens focuses with its front.

    Examples:

      backfocus check clip.mp4 --camera b4-hd --lens canon-cj20ex7.8b

      backfocus check rtsp://192.0.2.10/stream --pixel-um 5 --f-number 1.8 --shims 10,30,50

      backfocus check --shim-um 50 before.mp4 after.mp4 --pixel-um 5 --f-number T2.0

      backfocus check "sim://?clip=check&delta_um=40"

    Exit codes: 0 set, 1 adjust, tracking or not-front-focus, 4 could not decide.
    """
    from ..measure.reading import Flag
    from ..session.run import Limits
    from ..show.lines import check_json
    from ..solve.clip import judge_clip
    from ..solve.remarks import REMARKS, remark_words
    from ..solve.verdict import Adjusters
    from ..video.source import open_source

    optics = options.optics_from(
        pixel_um=pixel_um,
        f_number=f_number,
        wavelength_um=wavelength_um,
        camera=camera,
        lens=lens,
        address=source,
        extender=extender,
    )
    profile = options.lens_profile(lens)
    adjusters = Adjusters(shims_um=options.shims_um(shims))
    if profile:
        adjusters = replace(adjusters, back_focus_ring=profile.back_focus_ring, lens_kind=profile.kind)

    told = first_turn is not None or shim_um is not None or red_blue_um is not None
    known = replace(options.track_for(target), colours=told)

    def look(address: str) -> "list[Reading]":
        opened = open_source(
            address,
            transfer=transfer,
            range_=range_,
            max_megapixels=max_megapixels,
            notice=options.notice,
        )
        return _seen(opened, Limits(frames, seconds), known, quiet=json_)

    if (shim_um is None) != (after is None) or shim_um == 0.0:
        raise UsageError("two clips and the step between them belong together: --shim-um 50 BEFORE AFTER")
    if shim_um is not None and first_turn is not None:
        raise UsageError("--shim-um tells the side by itself: leave --first-turn out")
    seen = look(source)
    found: dict[str, float | str | None] = {}
    if shim_um is None or after is None:
        answer = judge_clip(seen, optics, first_turn=first_turn, adjusters=adjusters)
    else:
        later = look(after)
        answer, found = _calibrated(seen, later, optics, shim_um, adjusters)
        seen += later
    colours = _colours(answer, red_blue_um)
    if json_:
        line = check_json(answer.back_focus, answer.verdict, answer.half_depth_um)
        sys.stdout.write(json.dumps(line | found | colours) + "\n")
    else:
        _show(answer)
        if found:
            typer.echo(_calibration_words(found))
        for name, value in colours.items():
            typer.echo(COLOUR_WORDS[name].format(value) if value is not None else NO_HINT)
    if not any(reading.target for reading in seen):
        options.notice(remark_words(REMARKS[Flag.NO_EDGE if target == "edge" else Flag.NO_STAR]))
    raise typer.Exit(EXIT_CODES[answer.verdict.kind])


COLOUR_WORDS = {
    "red_blue_um": "Red focuses {0:.1f} um further from the lens than blue: give --red-blue-um {0:.1f} for "
    "clips of this lens that do not show the side.",
    "side_hint": "Hint from the colours, which enters no verdict: the sensor is probably too {}.",
}
NO_HINT = "The colours hint at no side."


def _colours(answer: "ClipAnswer", red_blue_um: float | None) -> "dict[str, float | str | None]":
    """What the colours say: of the lens where the side is known, else of the side where the lens is known."""
    from ..solve.side_hint import side_hint

    if answer.red_blue_um is not None:
        return {"red_blue_um": round(answer.red_blue_um, 1)}
    return {} if red_blue_um is None else {"side_hint": side_hint(answer.colours, red_blue_um)}


def _calibrated(
    before: "list[Reading]",
    after: "list[Reading]",
    optics: "Optics | None",
    shim_um: float,
    adjusters: "Adjusters",
) -> "tuple[ClipAnswer, dict[str, float | str | None]]":
    """The answer of the clip after a known step, and what the step told; read as it is if it fits nothing."""
    from ..solve.clip import judge_clip
    from ..solve.shim import calibrate

    found = calibrate(before, after, optics, shim_um, adjusters=adjusters) if optics else None
    if found is None:
        options.notice(f"a step of {shim_um:g} um does not fit these two clips: the f-number stays as given")
        return judge_clip(after, optics, adjusters=adjusters), {}
    first = found.before.back_focus
    return found.after, {
        "f_number": round(found.optics.f_number(0.0), 3),
        "f_number_sigma": round(found.factor_sigma * found.optics.f_number(0.0) / found.factor, 3),
        "before_um": None if first is None else round(first.delta_um, 3),
    }


def _calibration_words(found: "dict[str, float | str | None]") -> str:
    return (
        f"By the step the working f-number at wide is {found['f_number']} +- {found['f_number_sigma']}; "
        f"before it the error was {found['before_um']} um."
    )


def _seen(opened: "VideoSource", limits: "Limits", known: "Track", *, quiet: bool) -> "list[Reading]":
    """All readings of a recording; of a live source those up to the first steady wide after a steady tele."""
    from ..session.run import readings
    from ..solve.zoom_pull import finished

    seen: list[Reading] = []
    for sighting in pictures(readings(opened, limits, known), opened, quiet=quiet):
        seen.append(sighting.reading)
        if opened.live and finished(seen):
            break
    return seen


def _show(answer: "ClipAnswer") -> None:
    from rich.console import Console

    from .live import residual_plot, verdict_lines

    console = Console(highlight=False)
    console.print(verdict_lines(answer.verdict, console))
    if answer.back_focus is not None:
        console.print(residual_plot(answer.back_focus, answer.half_depth_um))
