"""`backfocus guide SOURCE`: the procedure, step by step."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from . import options
from .serve import Lan, Port, serve

if TYPE_CHECKING:
    from ..guide.session_state import Setup
    from ..optics.lens import Optics
    from ..optics.profiles import Lens

Resume = Annotated[
    int | None,
    typer.Option(
        "--resume",
        help="Go on with this session (see `backfocus history`).",
        show_default=False,
        min=1,
        max=options.MOST_SESSIONS,
    ),
]
New = Annotated[
    bool, typer.Option("--new", help="Begin anew even if a session on this source was left open.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No tone.")]
NoRing = Annotated[
    bool, typer.Option("--no-ring", help="The lens has no back-focus ring: shims, or an answer.")
]
Note = Annotated[
    list[str] | None,
    typer.Option(
        "--note",
        help="For the record, as NAME=TEXT and as often as you like: nd, extender, iris, camera-serial, "
        "lens-serial, temperature, operator, note.",
        show_default=False,
    ),
]
Record = Annotated[
    str | None, typer.Option("--record", help="Also save the pictures as this MP4 file.", show_default=False)
]
Web = Annotated[bool, typer.Option("--web", help="On a web page instead (see `backfocus serve`).")]
UmPerDegree = Annotated[
    float | None,
    typer.Option(
        "--um-per-degree",
        help="How far the back-focus ring moves the lens: then the way to go is said in degrees too. The end "
        "of a session says how many um it was turned.",
        min=0.01,
        max=1000.0,
        show_default=False,
    ),
]
RECORD_NAMES = ("nd", "extender", "iris", "camera-serial", "lens-serial", "temperature", "operator", "note")


def guide(
    source: options.Source,
    pixel_um: options.PixelUm = None,
    f_number: options.FNumber = None,
    wavelength_um: options.WavelengthUm = 0.55,
    camera: options.CameraName = None,
    lens: options.LensName = None,
    no_ring: NoRing = False,
    shims: options.Shims = None,
    um_per_degree: UmPerDegree = None,
    note: Note = None,
    transfer: options.Transfer = "auto",
    range_: options.Range = "auto",
    max_megapixels: options.MaxMegapixels = options.MAX_MEGAPIXELS,
    target: options.Target = "auto",
    frames: options.Frames = None,
    seconds: options.Seconds = None,
    resume: Resume = None,
    new: New = False,
    record: Record = None,
    store: options.StoreUrl = None,
    quiet: Quiet = False,
    json_: options.Json = False,
    web: Web = False,
    lan: Lan = False,
    port: Port = 8080,
) -> None:
    """Lead you through setting the back focus.

    It says which ring to turn, how far is left and when it is right. Both hands stay on the lens: the guide
    goes on by itself from what it sees. Enter says "done", R repeats a step, S skips it, U goes back, Q
    finishes.

    Examples:

      backfocus guide rtsp://192.0.2.10/stream --camera b4-hd --lens canon-cj20ex7.8b

      backfocus guide device:0 --pixel-um 5 --f-number 1.8 --note operator=Kim --note nd=clear

      backfocus guide "sim://?delta_um=40&seed=7"

    Exit codes: 0 set, 1 adjust, tracking or not-front-focus, 4 could not decide, 130 interrupted (the session
    is kept: --resume).
    """
    if web:
        if json_ or record or resume or note or no_ring or um_per_degree or target != "auto":
            raise UsageError(
                "--web goes without --json, --record, --resume, --note, --no-ring, --um-per-degree, --target"
            )
        return serve(
            source,
            port=port,
            lan=lan,
            camera=camera,
            lens=lens,
            pixel_um=pixel_um,
            f_number=f_number,
            transfer=transfer,
            max_megapixels=max_megapixels,
            shims=shims,
            store=store,
        )
    from .session import Plan, lead

    profile = options.lens_profile(lens)
    optics = options.optics_from(
        pixel_um=pixel_um,
        f_number=f_number,
        wavelength_um=wavelength_um,
        camera=camera,
        lens=lens,
        address=source,
    )
    notes = _notes(note or [])
    if not json_ and resume is None and not source.startswith("sim://"):
        notes = ask_for_the_record(notes)
    plan = Plan(
        source=source,
        setup=replace(
            setup_for(optics, profile, no_ring, options.shims_um(shims)), um_per_degree=um_per_degree
        ),
        notes=notes,
        camera=camera or "",
        lens=lens or "",
        transfer=transfer,
        range_=range_,
        max_megapixels=max_megapixels,
        target=target,
        frames=frames,
        seconds=seconds,
        resume=resume,
        new=new,
        record=record,
        store=store,
        sound=not quiet and not json_,
        json=json_,
    )
    raise typer.Exit(lead(plan))


def setup_for(
    optics: "Optics | None", profile: "Lens | None", no_ring: bool, shims_um: tuple[float, ...]
) -> "Setup":
    """What is known before the first picture, from the options."""
    from ..guide.session_state import Setup

    ring = not no_ring and (profile.back_focus_ring if profile else True)
    return Setup(
        optics=optics,
        zoom_ratio=1.0 / profile.k if profile else None,
        back_focus_ring=ring,
        shims_um=shims_um,
        lens_kind=profile.kind if profile else "unknown",
    )


def _notes(given: list[str]) -> tuple[tuple[str, str], ...]:
    notes = []
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in RECORD_NAMES:
            raise UsageError(f"--note {each}: write NAME=TEXT with a name of {', '.join(RECORD_NAMES)}")
        notes.append((name, value.strip()))
    return tuple(notes)


def ask_for_the_record(known: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """What stands in the record, asked once; Enter leaves a line out. Nothing is asked without a terminal."""
    if known or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return known
    typer.echo("For the record (Enter leaves a line out):")
    asked = ((name, typer.prompt(f"  {name}", default="", show_default=False)) for name in RECORD_NAMES)
    return tuple((name, value.strip()) for name, value in asked if value.strip())
