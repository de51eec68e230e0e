"""The options that mean the same on every command, and what they amount to."""

import re
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import UsageError

if TYPE_CHECKING:
    from ..measure.track import Track
    from ..optics.lens import Optics
    from ..optics.profiles import Lens

MOST_SESSIONS = 2**31 - 1
"""Highest number of a session: what every database can count to."""

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A file, a folder of stills, rtsp://, http://, srt://, device:0 or sim://?delta_um=40&seed=7",
        show_default=False,
    ),
]
PixelUm = Annotated[
    float | None,
    typer.Option("--pixel-um", help="Pixel pitch of the sensor.", show_default=False, min=0.1, max=100.0),
]
FNumber = Annotated[
    str | None,
    typer.Option(
        "--f-number",
        help="Working f-number: 1.8, or 1.8@7.8-108,2.6@156 for a lens whose f-number ramps; T2.0 or "
        "T2.0/0.8 (transmission) for a T-stop.",
        show_default=False,
    ),
]
Extender = Annotated[
    float,
    typer.Option("--extender", help="Factor of an extender that is swung in, as 2.", min=1.0, max=4.0),
]
WavelengthUm = Annotated[
    float, typer.Option("--wavelength-um", help="Wavelength of the light.", min=0.2, max=2.0)
]
CameraName = Annotated[
    str | None,
    typer.Option("--camera", help="A camera profile (see `backfocus profiles`).", show_default=False),
]
LensName = Annotated[
    str | None, typer.Option("--lens", help="A lens profile (see `backfocus profiles`).", show_default=False)
]
Transfer = Annotated[
    str,
    typer.Option(
        "--transfer", help="Transfer curve: auto, linear, srgb, bt709, bt1886, gamma2.2, hlg, pq, slog3, ..."
    ),
]
Range = Annotated[str, typer.Option("--range", help="Video range: auto, full or limited.")]
MaxMegapixels = Annotated[
    float,
    typer.Option(
        "--max-megapixels",
        help="Larger pictures are refused, by what their head says, before they fill the memory.",
        min=0.01,
        max=10_000.0,
    ),
]
MAX_MEGAPIXELS = 135.0
"""As `video.size_limit`, which is too heavy to be imported for `--help`."""

Frames = Annotated[
    int | None, typer.Option("--frames", help="Stop after this many pictures.", show_default=False, min=1)
]
Seconds = Annotated[
    float | None, typer.Option("--seconds", help="Stop after this many seconds.", show_default=False, min=0.0)
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line.")]
Shims = Annotated[
    str | None, typer.Option("--shims", help="Shims at hand, in um: 10,30,50", show_default=False)
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Where sessions are kept: a file or a database URL; the user's data folder unless given.",
        show_default=False,
        envvar="BACKFOCUS_STORE",
    ),
]


Target = Annotated[
    Literal["auto", "star", "edge"],
    typer.Option(
        "--target",
        help="A star or our edge chart, whichever is there (auto); edge takes any slanted square.",
    ),
]
RegionText = Annotated[
    str | None,
    typer.Option(
        "--region",
        help="Measure the one slanted edge in this part of the picture: X,Y,WIDTHxHEIGHT in pixels.",
        show_default=False,
    ),
]


def _not_together(red_blue_um: float | None) -> float | None:
    if red_blue_um == 0.0:
        raise UsageError("--red-blue-um 0: a lens that focuses red and blue together gives no hint")
    return red_blue_um


RedBlueUm = Annotated[
    float | None,
    typer.Option(
        "--red-blue-um",
        callback=_not_together,
        help="How much further from the lens red focuses than blue, as `check` learned it: colours then hint "
        "at the side.",
        show_default=False,
        min=-100.0,
        max=100.0,
    ),
]


def track_for(target: 'Literal["auto", "star", "edge"]', region: str | None = None) -> "Track":
    """What to look for in the first picture."""
    from ..measure.edge.measurement import Region
    from ..measure.track import Track

    if region is None:
        return Track(want=target)
    whole = r"\s*(\d{1,6})\s*"  # more digits than any picture has pixels in a row
    found = re.fullmatch(f"{whole},{whole},{whole}[xX]{whole}", region)
    if found is None:
        raise UsageError(f"--region {region:.40}: give X,Y,WIDTHxHEIGHT in pixels such as 400,300,120x160")
    return Track(want="edge", region=Region(*(int(part) for part in found.groups())))


def lens_profile(name: str | None) -> "Lens | None":
    """The profile called `name`, or None without one; UsageError names the nearest match."""
    if name is None:
        return None
    from ..optics.profiles import lens

    return lens(name)


def optics_from(
    *,
    pixel_um: float | None,
    f_number: str | None,
    wavelength_um: float,
    camera: str | None,
    lens: str | None,
    address: str = "",
    extender: float = 1.0,
) -> "Optics | None":
    """The optics that the options describe, or None when too little is known for micrometres.

    A number given by hand wins over a profile; both are those without the extender. The virtual camera tells
    its own pixel and f-number, as a real one would in its menu.
    """
    from ..optics.lens import Optics, extended, parse_f_numbers
    from ..optics.profiles import camera as camera_named

    if pixel_um is None and camera is not None:
        pixel_um = camera_named(camera).pixel_um
    profile = lens_profile(lens)
    knots = parse_f_numbers(f_number) if f_number is not None else profile.f_numbers if profile else None
    if address.startswith("sim://"):
        from ..sim.settings import parse_sim

        bench = parse_sim(address)
        pixel_um = bench.pixel_um if pixel_um is None else pixel_um
        knots = bench.f_numbers if knots is None else knots
    if pixel_um is None and knots is None:
        return None
    if pixel_um is None or knots is None:
        missing = "--pixel-um or --camera" if pixel_um is None else "--f-number or --lens"
        raise UsageError(f"micrometres need pixel pitch and f-number both: add {missing}")
    return Optics(pixel_um=pixel_um, f_numbers=extended(knots, extender), wavelength_um=wavelength_um)


def notice(message: str) -> None:
    """Tell the person something beside the output, on stderr so that JSON lines stay clean."""
    typer.echo(f"backfocus: {message}", err=True)


def shims_um(text: str | None) -> tuple[float, ...]:
    """The shims of a list such as `10,30,50`, in um."""
    try:
        found = tuple(float(part) for part in (text or "").split(",") if part.strip())
    except ValueError:
        found = (-1.0,)
    if any(not 0 < shim < 10_000 for shim in found):
        raise UsageError(f"--shims {text}: give thicknesses in um such as 10,30,50")
    return found
