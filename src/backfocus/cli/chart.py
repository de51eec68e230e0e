"""`backfocus chart OUT`: the printable target."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import OutputError, Remedy, UsageError
from . import options

if TYPE_CHECKING:
    from ..chart import Chart, Plan

Out = Annotated[
    Path, typer.Argument(metavar="OUT.pdf|.svg|.png", help="The file to write.", show_default=False)
]
PaperName = Annotated[
    str | None,
    typer.Option(
        "--paper",
        metavar="SIZE",
        help="A4 to A0, Letter, Tabloid, or WIDTHxHEIGHT in mm.",
        show_default=False,
    ),
]
DistanceM = Annotated[
    float | None,
    typer.Option(
        "--distance-m",
        metavar="METRES",
        help="Distance from lens to chart. With --camera and --lens it decides the size of the star.",
        min=0.05,
        max=1000.0,
    ),
]
StarMm = Annotated[
    float | None,
    typer.Option("--star-mm", metavar="MM", help="Diameter of the star.", min=20.0, max=20_000.0),
]
Cycles = Annotated[
    int | None,
    typer.Option(
        "--cycles", metavar="N", help="Black-and-white pairs in the star. Default: 36.", min=8, max=144
    ),
]
Plain = Annotated[bool, typer.Option("--plain", help="Leave out the twists that tell the zoom.")]
TargetKind = Annotated[
    Literal["star", "edge"],
    typer.Option("--target", help="A Siemens star, or nested slanted squares for the e-SFR of ISO 12233."),
]
Contrast = Annotated[
    float | None,
    typer.Option(
        "--contrast",
        metavar="NUMBER",
        help="White of the squares over their dark: 4 in ISO 12233. Default: full ink on paper.",
        min=1.5,
        max=25.0,
        show_default=False,
    ),
]
Dpi = Annotated[
    float, typer.Option("--dpi", metavar="NUMBER", help="Resolution of a PNG.", min=30.0, max=1200.0)
]


def chart(
    out: Out,
    paper: PaperName = None,
    distance_m: DistanceM = None,
    camera: options.CameraName = None,
    lens: options.LensName = None,
    rig: options.RigName = None,
    config: options.ConfigFile = None,
    star_mm: StarMm = None,
    cycles: Cycles = None,
    plain: Plain = False,
    target: TargetKind = "star",
    contrast: Contrast = None,
    dpi: Dpi = 150.0,
    json_: options.Json = False,
) -> None:
    """Draw the chart to print, in true size.

    A star, or slanted squares, with grey patches, corner marks and a ruler.

    Examples:

      backfocus chart star.pdf --paper A3

      backfocus chart star.pdf --distance-m 3 --camera b4-hd --lens canon-cj20ex7.8b

      backfocus chart star.svg --star-mm 250 --plain

      backfocus chart edges.pdf --target edge --contrast 4

    Print at 100 % ("actual size"), then check the ruler on the print.
    """
    from ..chart import chart_pdf, chart_png, chart_svg
    from ..target import CYCLES

    if distance_m is not None and star_mm is None:
        said = options.asked({"camera": camera, "lens": lens}, rig, config).options
        camera, lens = said.camera, said.lens
    drawing, plan = _drawn(paper, distance_m, camera, lens, star_mm, cycles or CYCLES, twisted=not plain)
    drawing = _with_target(drawing, target, contrast, plain=plain or cycles is not None)
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
    if (camera or lens or distance_m) and star_mm is None:
        given = {"--distance-m": distance_m, "--camera": camera, "--lens": lens}
        wanted = " and ".join(name for name, value in given.items() if value is None)
        raise UsageError(
            f"to size the star for a distance, give {wanted} too (",
            Remedy("profiles"),
            "); or give --star-mm",
        )
    fixed = make_chart(
        sheet or parse_paper("A3"), star_mm=star_mm, cycles=cycles, twisted=twisted, distance_m=distance_m
    )
    return fixed, None


def _with_target(
    drawing: "Chart", target: Literal["star", "edge"], contrast: float | None, *, plain: bool
) -> "Chart":
    from ..chart.picture import INK, PAPER

    if target == "star":
        if contrast is not None:
            raise UsageError("--contrast goes with --target edge")
        return drawing
    if plain:
        raise UsageError("--plain and --cycles say how a star is drawn: leave them out with --target edge")
    dark = 0.0 if contrast is None else max(0.0, (PAPER / contrast - INK) / (PAPER - INK))
    return replace(drawing, target="edge", dark_tone=dark)


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"{out}: {error.strerror or error}: choose a folder that can be written to"
        ) from None


def _summary(out: Path, drawing: "Chart", plan: "Plan | None", json_: bool) -> str:
    from ..chart.sheet import SQUARES

    covers_px = plan.covers_px if plan else None
    if json_:
        return json.dumps(
            {
                "file": str(out),
                "paper": drawing.paper.name,
                "star_mm": round(drawing.star_mm, 2),
                "cycles": drawing.cycles,
                "twisted": drawing.twisted,
                "target": drawing.target,
                "covers_px": covers_px and round(covers_px, 1),
                "warnings": list(plan.warnings) if plan else [],
            }
        )
    covers = f", covers {covers_px:.0f} px at wide" if covers_px else ""
    name, size_mm = (
        ("star", drawing.star_mm) if drawing.target == "star" else ("squares", SQUARES * drawing.star_mm)
    )
    return f"{out}: {name} of {size_mm:.0f} mm on {sheets_words(out, drawing)}{covers}; print at 100 %"


def sheets_words(out: Path, drawing: "Chart") -> str:
    """The paper it goes on: one sheet, pages to be joined (in a PDF), or a sheet as large as all of them."""
    from ..chart import tiling
    from ..chart.sheet import middle_of

    if not drawing.tiled:
        return drawing.paper.name
    if out.suffix.lower() != ".pdf":
        return f"one sheet of {drawing.poster.width_mm:.0f} x {drawing.poster.height_mm:.0f} mm"
    pages = len(tiling(drawing.poster, drawing.paper, middle_of(drawing)).tiles)
    return f"{pages} pages of {drawing.paper.name} to be joined, as its first page shows"
