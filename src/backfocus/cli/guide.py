"""`backfocus guide SOURCE`: the procedure, step by step."""

import shlex
from typing import Annotated

import typer

from ..errors import UsageError
from . import options
from .serve import Lan, Port, serve_page

Resume = Annotated[
    int | None,
    typer.Option(
        "--resume",
        metavar="ID",
        help="Go on with this session (see `backfocus history`).",
        show_default=False,
        min=1,
        max=options.MOST_SESSIONS,
    ),
]
New = Annotated[
    bool, typer.Option("--new", help="Start a new session even if one on this source was left open.")
]
Note = Annotated[
    list[str] | None,
    typer.Option(
        "--note",
        metavar="NAME=TEXT",
        help="For the record: NAME=TEXT, can be repeated. Names: nd, extender, iris, camera-serial, "
        "lens-serial, temperature, operator, note.",
        show_default=False,
    ),
]
Record = Annotated[
    str | None,
    typer.Option(
        "--record", metavar="FILE", help="Also save the pictures as this MP4 file.", show_default=False
    ),
]
Web = Annotated[bool, typer.Option("--web", help="Use a web page instead (see `backfocus serve`).")]


@options.with_rig("no_ring", "shims", "um_per_degree", "region")
def guide(
    asked: options.Asked,
    note: Note = None,
    frames: options.Frames = None,
    seconds: options.Seconds = None,
    resume: Resume = None,
    new: New = False,
    record: Record = None,
    positions: options.Positions = None,
    store: options.StoreUrl = None,
    quiet: options.Quiet = None,
    json_: options.Json = False,
    web: Web = False,
    lan: Lan = False,
    port: Port = 8080,
) -> None:
    """Lead you through setting the back focus.

    It says which ring to turn, how far is left and when it is right. Both hands stay on the lens: the guide
    sees what you do and goes on by itself. Enter says "done", R repeats a step, S skips it, U goes back, N
    writes a note, 1 to 8 say which ND filter is in, M mutes, Q finishes (it asks first). Without a chart
    the arrow keys move the part of the picture that is measured, by a tenth.

    Examples:

      backfocus guide rtsp://192.0.2.10/stream --camera b4-hd --lens canon-cj20ex7.8b

      backfocus guide device:0 --pixel-um 5 --f-number 1.8 --note operator=Kim --note nd=clear

      backfocus guide "sim://?delta_um=40&seed=7"

    Exit codes: 0 set, 1 off (or no ring can help: tracking error, not a front-focus lens), 4 not sure, 130
    interrupted (the session is kept: --resume).
    """
    if web:
        if json_ or record or resume or note or frames or seconds or positions:
            raise UsageError(
                "--web goes without --json, --record, --resume, --note, --frames, --seconds, --positions"
            )
        return serve_page(asked, port=port, lan=lan, store=store)
    from .session import Wanted, lead

    quiet = asked.config.quiet if quiet is None else quiet
    wanted = Wanted(
        rig=asked.rig(region_of_object=True),
        typed=options.as_typed("guide", asked, store=store)
        + (f" --positions {shlex.quote(positions)}" if positions else ""),
        notes=_notes(note or []),
        frames=frames,
        seconds=seconds,
        resume=resume,
        new=new,
        record=record,
        positions=options.checked_positions(positions),
        store=options.store_of(store, asked.config),
        sound=not quiet and not json_,
        json=json_,
    )
    raise typer.Exit(lead(wanted))


def _notes(given: list[str]) -> tuple[tuple[str, str], ...]:
    from ..session.guided import RECORD_NAMES

    notes = []
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in RECORD_NAMES:
            raise UsageError(f"--note {each}: write NAME=TEXT with a name of {', '.join(RECORD_NAMES)}")
        notes.append((name, value.strip()))
    return tuple(notes)
