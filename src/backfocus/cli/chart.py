"""`backfocus chart OUT`: the printable target."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import StoreError, UsageError
from . import options

if TYPE_CHECKING:
    from ..chart import Chart, Plan

Out = Annotated[
    Path, typer.Argument(metavar="OUT.pdf|.svg|.png", help="The file to write.", show_default=False)
]
PaperName = Annotated[
    str | None,
    typer.Option("--paper", help="A4 to A0, Letter, Tabloid, or WIDTHxHEIGHT in mm.", show_default=False),
]
DistanceM = Annotated[
    float | None,
    typer.Option("--distance-m", help="Lens to chart; with --camera and --lens sizes the star.", min=0.05),
]
StarMm = Annotated[float | None, typer.Option("--star-mm", help="Diameter of the star.", min=10.0)]
Cycles = Annotated[
    int | None,
    typer.Option("--cycles", help="Black-and-white pairs in the star: 36 unless given.", min=8, max=144),
]
Plain = Annotated[bool, typer.Option("--plain", help="Without the twists that tell the zoom.")]
Dpi = Annotated[float, typer.Option("--dpi", help="Resolution of a PNG.", min=30.0, max=1200.0)]


def chart(
    out: Out,
    paper: PaperName = None,
    distance_m: DistanceM = None,
    camera: options.CameraName = None,
    lens: options.LensName = None,
    star_mm: StarMm = None,
    cycles: Cycles = None,
    plain: Plain = False,
    dpi: Dpi = 150.0,
    json_: options.Json = False,
) -> None:
    """Draw the target: a star that tells the zoom, grey patches, fiducials and a ruler, in true size.

    Examples:

      backfocus chart star.pdf --paper A3

      backfocus chart star.pdf --distance-m 3 --camera b4-hd --lens canon-cj20ex7.8b

      backfocus chart star.svg --star-mm 250 --plain

    Print at 100 % ("actual size"), then check the ruler on the print.
    """
    from ..chart import chart_pdf, chart_png, chart_svg
    from ..target import CYCLES

    drawing, plan = _drawn(paper, distance_m, camera, lens, star_mm, cycles or CYCLES, twisted=not plain)
    kind = out.suffix.lower()
    if kind == ".pdf":
        _write(out, chart_pdf(drawing))
    elif kind == ".svg":
        _write(out, chart_svg(drawing).encode())
    elif kind == ".png":
        _write(out, chart_png(drawing, dpi))
    else:
        raise UsageError(f"{out}: the name must end in .pdf, .svg or .png")
    for warning in plan.warnings if plan else ():
        options.notice(warning)
    sys.stdout.write(_summary(out, drawing, plan, json_) + "\n")


def _drawn(
    paper: str | None,
    distance_m: float | None,
    camera: str | None,
    lens: str | None,
    star_mm: float | None,
    cycles: int,
    *,
    twisted: bool,
) -> "tuple[Chart, Plan | None]":
    from ..chart import make_chart, parse_paper, plan_chart
    from ..optics import profiles

    sheet = parse_paper(paper) if paper else None
    if distance_m is not None and camera and lens and star_mm is None:
        body, glass = profiles.camera(camera), profiles.lens(lens)
        plan = plan_chart(
            distance_m,
            body.pixel_um,
            glass.wide_mm,
            glass.near_m,
            paper=sheet,
            cycles=cycles,
            twisted=twisted,
            made_for=f"{body.title}, {glass.title}",
        )
        return plan.chart, plan
    if (camera or lens) and star_mm is None:
        raise UsageError("to size the star, give all three: --distance-m, --camera and --lens")
    fixed = make_chart(
        sheet or parse_paper("A3"), star_mm=star_mm, cycles=cycles, twisted=twisted, distance_m=distance_m
    )
    return fixed, None


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise StoreError(
            f"{out}: {error.strerror or error}: choose a folder that can be written to"
        ) from None


def _summary(out: Path, drawing: "Chart", plan: "Plan | None", json_: bool) -> str:
    covers_px = plan.covers_px if plan else None
    if json_:
        return json.dumps(
            {
                "file": str(out),
                "paper": drawing.paper.name,
                "star_mm": round(drawing.star_mm, 2),
                "cycles": drawing.cycles,
                "twisted": drawing.twisted,
                "covers_px": covers_px and round(covers_px, 1),
                "warnings": list(plan.warnings) if plan else [],
            }
        )
    covers = f", covers {covers_px:.0f} px at wide" if covers_px else ""
    return f"{out}: star of {drawing.star_mm:.0f} mm on {drawing.paper.name}{covers}; print at 100 %"
