"""`backfocus demo`: the whole procedure on the virtual camera."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, get_args

import typer

from . import options
from .certificate import file_to_write
from .guide import Record

FPS = 15
"""Enough for a hand's speed, and a minute's procedure takes less than a minute on two cores."""

SCENE_ZOOM = 6
"""With a scene: what tele shows of it is so many times smaller at wide. Of 540 lines it has 90; with the 20x
of the lens before the star it would have 27."""

Seed = Annotated[
    int, typer.Option("--seed", metavar="N", help="Draws the lens, the room, the hand and the noise.", min=0)
]
DeltaUm = Annotated[
    float | None,
    typer.Option(
        "--delta-um",
        metavar="NUMBER",
        help="The error to find, in um. Default: drawn from the seed.",
        show_default=False,
    ),
]
HandKind = Annotated[
    str, typer.Option("--hand", metavar="KIND", help="Whose hand: good, slow or wrong-ring.")
]


def known_scene(name: str | None) -> str | None:
    """The scene, if there is one of that name."""
    from ..sim.settings import SceneKind

    if name is not None and name not in get_args(SceneKind):
        raise typer.BadParameter(f"give one of {', '.join(get_args(SceneKind))}")
    return name


SceneName = Annotated[
    str | None,
    typer.Option(
        "--scene",
        metavar="NAME",
        callback=known_scene,
        help="What stands before the camera instead of a star: text, shelf, leaves, brick, street, facade.",
        show_default=False,
    ),
]
ReportOut = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write the certificate too: a page (.html) or a PDF.",
        show_default=False,
    ),
]


def demo(
    seed: Seed = 7,
    delta_um: DeltaUm = None,
    hand: HandKind = "good",
    scene: SceneName = None,
    report: ReportOut = None,
    record: Record = None,
    store: options.StoreUrl = None,
    quiet: options.Quiet = None,
    config: options.ConfigFile = None,
    json_: options.Json = False,
) -> None:
    """Run the whole procedure on the virtual camera.

    A simulated hand turns the rings. The pictures are compressed as H.264 and read back, like those of a real
    camera.

    Examples:

      backfocus demo

      backfocus demo --scene shelf

      backfocus demo --seed 3 --delta-um 120 --hand wrong-ring
    """
    from ..session.config import read_config
    from ..session.opened import Opened
    from ..session.rig import resolve, rig_options
    from ..sim.source import open_sim
    from .session import Wanted, lead

    path = report and file_to_write("--report", report)
    address = shown_address(seed, hand, delta_um, scene)
    target = "object" if scene is not None else None
    source = open_sim(address)
    holds = read_config(config)
    quiet = holds.quiet if quiet is None else quiet
    wanted = Wanted(
        rig=replace(resolve(rig_options({"source": address, "target": target})), lens_kind="front-focus"),
        typed=f"backfocus guide {shlex.quote(address)}" + (f" --target {target}" if target else ""),
        notes=(("note", "demonstration on the virtual camera"),),
        record=record,
        store=options.store_of(store, holds),
        sound=not quiet and not json_,
        json=json_,
        report=path,
    )
    code = lead(wanted, Opened(source, (source.hand,)))
    if not json_:
        left_um = source.bench.lens.delta_um(source.bench.pose)
        sys.stdout.write(
            f"The virtual lens began {source.settings.delta_um:+.1f} um off and is now {left_um:+.1f} um off "
            f"(half depth of focus {source.settings.optics.half_depth_um(0.0):.1f} um).\n"
        )
        sys.stdout.write(
            "Turn the rings yourself, in a browser or on a phone: backfocus serve --practice, "
            "then http://127.0.0.1:8080/\n"
        )
    raise typer.Exit(code)


def shown_address(seed: int, hand: str, delta_um: float | None, scene: str | None) -> str:
    """The `sim://` that is shown: before the printed star, or before a scene."""
    from ..sim.settings import SHOWN_CAMERA, SHOWN_CHART

    address = f"sim://?{SHOWN_CAMERA}&seed={seed}&hand={hand}&fps={FPS}"
    address += f"&delta_um={delta_um:g}" if delta_um is not None else ""
    return f"{address}&scene={scene}&zoom={SCENE_ZOOM}" if scene is not None else f"{address}&{SHOWN_CHART}"
