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

Sources = Annotated[bool, typer.Option("--sources", help="Also print where each number is from.")]


def profiles(sources: Sources = False, json_: options.Json = False) -> None:
    """List the cameras, lenses and mounts known by name.

    Those of --camera and --lens.

    Examples:

      backfocus profiles

      backfocus profiles --sources
    """
    from ..optics.profiles import cameras, lenses, mounts

    write = sys.stdout.write
    if json_:
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
    write("\nLenses (--lens)\n")
    for lens in lenses():
        write(f"  {lens.name:<20} {lens.title}: {_lens_words(lens)}\n" + _said(lens, sources))
    write("\nMounts\n")
    for mount in mounts():
        write(f"  {mount.name:<20} {mount.flange_mm:g} mm flange distance\n" + _said(mount, sources))


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
