"""How large a chart a camera needs at a distance."""

import math
from dataclasses import dataclass

from ..errors import UsageError
from ..target import CYCLES
from .sheet import WIDE_PX, Chart, Paper, largest_star_mm, make_chart, middle_of, parse_paper
from .tiles import tiling

RIM_CY_PX = 0.2
"""The finest rim the search finds; a star of many cycles must be larger in the picture for it."""
SWEEP_ROOM = 1.1
"""A sweep goes past best focus on both sides; a tenth of the distance is room enough."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A chart that fits the camera, and what to mind.

    `needed_mm`: the smallest star that will do. `covers_px`: how many pixels the chart's star covers at wide.
    """

    chart: Chart
    needed_mm: float
    covers_px: float
    warnings: tuple[str, ...]


def plan_chart(
    distance_m: float,
    pixel_um: float,
    wide_mm: float,
    near_m: float | None = None,
    *,
    paper: Paper | None = None,
    cycles: int = CYCLES,
    twisted: bool = True,
    made_for: str = "",
) -> Plan:
    """The chart whose star covers 150 px at full wide, on the smallest paper up to A3, else tiled on A4.

    Parameters
    ----------
    distance_m : float
        From the lens to the chart.
    pixel_um, wide_mm : float
        Pixel pitch of the sensor and shortest focal length of the lens.
    near_m : float | None
        The nearest distance the lens focuses at; nearer than a tenth above it is warned about.
    paper : Paper | None
        To be used whatever the star's size; the star then fills it, or spreads over several sheets.

    Notes
    -----
    Thin lens: one millimetre at distance d is f/(d - f) on the sensor. Good to the breathing of the lens.
    """
    if not 0 < distance_m < math.inf:
        raise UsageError(f"a distance of {distance_m:g} m cannot be: give metres above zero")
    wide_m = wide_mm / 1000
    if distance_m <= 10 * wide_m:
        raise UsageError(
            f"{distance_m:g} m is too near for a {wide_mm:g} mm lens: give the distance in metres"
        )
    mm_per_px = pixel_um / 1000 * (distance_m - wide_m) / wide_m
    needed = mm_per_px * max(WIDE_PX, cycles / (math.pi * RIM_CY_PX))
    if needed > 20_000:
        raise UsageError(f"at {distance_m:g} m the star must be {needed / 1000:.0f} m across: come nearer")
    sheet = paper or _smallest_paper(needed)
    fits = needed <= largest_star_mm(sheet)
    star = largest_star_mm(sheet) if fits else 10 * math.ceil(needed / 10)
    chart = make_chart(
        sheet, star_mm=star, cycles=cycles, twisted=twisted, distance_m=distance_m, made_for=made_for
    )
    return Plan(chart, needed, star / mm_per_px, tuple(_warnings(chart, distance_m, near_m)))


def _smallest_paper(needed_mm: float) -> Paper:
    a4, a3 = parse_paper("A4"), parse_paper("A3")
    return a3 if largest_star_mm(a4) < needed_mm <= largest_star_mm(a3) else a4


def _warnings(chart: Chart, distance_m: float, near_m: float | None) -> list[str]:
    warnings = []
    if near_m is not None and distance_m < near_m:
        warnings.append(
            f"{distance_m:g} m is nearer than the lens focuses ({near_m:g} m): move the chart back"
        )
    elif near_m is not None and distance_m < SWEEP_ROOM * near_m:
        warnings.append(
            f"{distance_m:g} m leaves no room to focus nearer than the chart (near limit {near_m:g} m): "
            f"use {SWEEP_ROOM * near_m:.2g} m or more"
        )
    if chart.tiled:
        try:
            pages = len(tiling(chart.poster, chart.paper, middle_of(chart)).tiles)
        except ValueError as error:
            raise UsageError(str(error)) from None
        warnings.append(
            f"the star is {chart.star_mm:g} mm across: {pages} pages of {chart.paper.name} to be joined"
        )
    return warnings
