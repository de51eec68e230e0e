"""`backfocus profiles`: the cameras, lenses and mounts known by name."""

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options

if TYPE_CHECKING:
    from ..optics.mounts import Mount
    from ..optics.profiles import Camera, Lens
    from ..solve.learned import LearnedCamera

Sources = Annotated[bool, typer.Option("--sources", help="Also print the source of each number.")]


Forget = Annotated[
    str | None,
    typer.Option("--forget", metavar="NAME", help="Drop what was learned of a camera.", show_default=False),
]


def profiles(
    sources: Sources = False,
    forget: Forget = None,
    store: options.StoreUrl = None,
    json_: options.Json = False,
) -> None:
    """List the cameras, lenses and mounts known by name.

    Those of --camera and --lens, and the cameras that were learned here, those of --camera-id.

    Examples:

      backfocus profiles

      backfocus profiles --sources
    """
    from ..optics.profiles import cameras, lenses, mounts
    from ..session.cameras import forget_camera, learned_in

    write = sys.stdout.write
    store = options.store_of(store)
    if forget is not None:
        forget_camera(forget, store)
    learned = learned_in(store)
    if json_:
        for each in learned:
            write(json.dumps({"kind": "learned-camera", **asdict(each)}) + "\n")
        for kind, entries in (("camera", cameras()), ("lens", lenses()), ("mount", mounts())):
            for entry in entries:
                write(json.dumps({"kind": kind, **_plain(entry)}) + "\n")
        return
    write("Cameras (--camera)\n")
    for camera in cameras():
        write(
            f"  {camera.name:<20} {camera.title}: {camera.pixel_um:g} um pixels, "
            f"{camera.width_px}x{camera.height_px}\n" + _said(camera, sources)
        )
    if learned:
        write("\nCameras learned here (--camera-id)\n")
    for known in learned:
        write(f"  {known.name:<20} {_learned_words(known)}\n")
    write("\nLenses (--lens)\n")
    for lens in lenses():
        write(f"  {lens.name:<20} {lens.title}: {_lens_words(lens)}\n" + _said(lens, sources))
    write("\nMounts\n")
    for mount in mounts():
        write(f"  {mount.name:<20} {mount.flange_mm:g} mm flange distance\n" + _said(mount, sources))


def _learned_words(known: "LearnedCamera") -> str:
    from ..solve.learned import cost_words

    size = "" if known.size_px is None else f"{known.size_px[0]}x{known.size_px[1]}, "
    lens = f"through {known.lens}, " if known.lens else ""
    return (
        f"{size}{known.pixel_um:g} um pixels, learned {known.learned_at} {lens}at f/{known.f_number:g} "
        f"({known.end}). {cost_words(known.half_depths)}"
    )


def _lens_words(lens: "Lens") -> str:
    fastest, slowest = lens.f_numbers[0][1], lens.f_numbers[-1][1]
    ramp = f"f/{fastest:g}" if fastest == slowest else f"f/{fastest:g} to f/{slowest:g}"
    ring = "" if lens.back_focus_ring else ", no back-focus ring"
    return f"{lens.wide_mm:g} to {lens.tele_mm:g} mm {ramp}, {lens.kind}{ring}"


def _said(entry: "Camera | Lens | Mount", wanted: bool) -> str:
    if not wanted:
        return ""
    return "".join(f"      {field}: {source}\n" for field, source in entry.sources)


def _plain(entry: "Camera | Lens | Mount") -> dict[str, Any]:
    return asdict(entry)
