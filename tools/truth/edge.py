"""The slanted edge against exact pictures of edges, and a captured one that two other programs have read."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tests.oracles.edge import ExactEdge, pupil_lens

from backfocus.measure.edge.measurement import FREQUENCIES, EdgeMeasurement, Region, measure_edge

from .row import Plan, Plot, Row, Series

TITLE = "The slanted edge"
INTRO = """
An edge chart is measured by the e-SFR method of ISO 12233. Exact pictures of edges at any angle are made from
prysm's transfer functions of pupils with defocus and spherical aberration, times the square pixel seen along
the edge's normal, by a Fourier series; black is 0.1 and white 0.9 of full scale, and noise is given against
full scale. The captured edge is the test picture of sfrmat, read straight from its pixel values;
the two programs whose readings of it are published differ by 3.6 % from each other, and 5 % is allowed.
"""
ORACLE = "exact edge from prysm's pupil"
GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "edge"
LENSES = tuple(
    (f_number, pixel_um, w020, w040)
    for f_number, pixel_um in ((1.8, 5.0), (4.0, 4.0), (8.0, 4.0), (11.0, 3.3))
    for w020, w040 in ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (2.0, 0.0), (-0.4, 0.7))
)
ANGLES_DEG = (1.5, 3.0, 5.0, 8.0, 12.0, 20.0, 33.0, 40.0, 50.0, 72.0, 85.0, 100.0, 187.0, 275.0)
LOW, HIGH = 0.05, 0.44
"""Between which MTF50 is promised, cy/px."""


def parts(plan: Plan) -> Iterator[Row | Plot]:
    yield from _clean(plan)
    yield from _noisy(plan)
    yield _sizes()
    yield from _captured()


def _edge(lens: tuple[float, float, float, float], normal_deg: float, rows: int, columns: int) -> ExactEdge:
    f_number, pixel_um, w020, w040 = lens
    shape = pupil_lens(w020, w040, f_number=f_number, pixel_um=pixel_um)
    return ExactEdge(shape, normal_deg, columns / 2 + 0.3, rows / 2 + 0.2)


def _read(picture: NDArray[np.float64]) -> EdgeMeasurement:
    return measure_edge(picture, Region(0, 0, picture.shape[1], picture.shape[0]))  # type: ignore[arg-type]


def _error(found: EdgeMeasurement, edge: ExactEdge) -> float:
    """Of MTF50, per cent; not a number where none was read."""
    return 100 * (found.mtf50_cy_px / edge.mtf50_cy_px - 1) if found.mtf50_cy_px else float("nan")


def _promised(edge: ExactEdge) -> bool:
    return edge.mtf50_cy_px is not None and LOW <= edge.mtf50_cy_px <= HIGH


def _clean(plan: Plan) -> Iterator[Row | Plot]:
    angles = ANGLES_DEG if not plan.short else ANGLES_DEG[::4]
    errors, points, blur, where = [], [], [], []
    for lens in LENSES:
        for angle in angles:
            edge = _edge(lens, angle, 120, 120)
            found = _read(edge.seen(120, 120))
            points.append(np.abs(np.array(found.modulation) - edge.modulation(FREQUENCIES))[:45].max())
            if _promised(edge):
                errors.append(_error(found, edge))
                blur.append(edge.mtf50_cy_px)
                where.append(angle)
    worst = float(np.max(np.abs(errors)))
    yield Row(
        "edge MTF50, 0.05 to 0.44 cy/px, noise-free, 1.5 to 275 degrees, f/1.8 to f/11",
        ORACLE,
        len(errors),
        f"{worst:.2f} % worst",
        "0.3 %",
        worst <= 0.3,
    )
    yield Row(
        "any point of the edge's curve below 0.45 cy/px, the same pictures",
        ORACLE,
        len(points),
        f"{max(points):.4f} worst",
        "0.01",
        max(points) <= 0.01,
    )
    yield Plot(
        "edge-angle",
        "Slanted edge, noise-free: error of MTF50 against the angle",
        "angle of the edge's normal, degrees",
        "error of MTF50, %",
        (Series("20 lenses", tuple(where), tuple(errors), "dots"),),
        (-0.3, 0.3),
    )
    yield Plot(
        "edge-blur",
        "Slanted edge, noise-free: error of MTF50 against blur",
        "true MTF50, cy/px",
        "error of MTF50, %",
        (Series("all angles", tuple(blur), tuple(errors), "dots"),),
        (-0.3, 0.3),
    )


def _noisy(plan: Plan) -> Iterator[Row | Plot]:
    noises = (0.01, 0.02, 0.04, 0.1)
    count = plan.cases(60, 12)
    bias: dict[float, list[float]] = {noise: [] for noise in noises}
    spread: dict[float, list[float]] = {noise: [] for noise in noises}
    pulls: list[float] = []
    rng = np.random.default_rng((plan.seed, 5))
    for lens in LENSES if not plan.short else LENSES[5::6]:
        edge = _edge(lens, 5.0, 200, 120)
        if not _promised(edge) or edge.mtf50_cy_px > 0.4:
            continue
        clean = edge.seen(200, 120)
        for noise in noises:
            found = [_read(clean + rng.normal(0, noise, clean.shape)) for _ in range(count)]
            errors = np.array([_error(each, edge) for each in found])
            bias[noise].append(float(np.nanmean(errors)))
            spread[noise].append(float(np.nanstd(errors)))
            pulls += [
                float(error / (100 * each.mtf50_sigma_cy_px / edge.mtf50_cy_px))
                for error, each in zip(errors, found, strict=True)
                if noise <= 0.04 and each.mtf50_sigma_cy_px
            ]
    worst = max(map(abs, bias[0.04]))
    unsure = max(spread[0.04]) / count**0.5
    yield Row(
        "edge MTF50 at 4 % noise, 200 x 120 pixels: bias of the mean of each lens",
        ORACLE,
        count * len(bias[0.04]),
        f"{worst:.2f} % worst, known to {unsure:.2f} %",
        "1.5 %",
        worst <= 1.5,
    )
    inside = 100 * float(np.mean(np.abs(pulls) < 1.96))
    yield Row(
        "edge MTF50 up to 4 % noise: truth within 1.96 of the sigma stated",
        ORACLE,
        len(pulls),
        f"{inside:.1f} %",
        "93 to 97 %",
        93 <= inside <= 97,
        "" if 93 <= inside <= 97 else "sigma holds the noise of the profile, not that of the line it lies on",
    )
    yield Plot(
        "edge-noise",
        "Slanted edge, 200 x 120 pixels: MTF50 against noise",
        "noise, % of full scale",
        "% of MTF50",
        (
            Series(
                "bias, worst lens",
                tuple(100 * n for n in noises),
                tuple(max(map(abs, bias[n])) for n in noises),
            ),
            Series(
                "spread, mean of lenses",
                tuple(100 * n for n in noises),
                tuple(np.mean(spread[n]) for n in noises),
            ),
        ),
        (1.5,),
    )


def _sizes() -> Plot:
    sizes = (20, 28, 40, 60, 80, 120, 200)
    lines = []
    for lens in LENSES[5], LENSES[6], LENSES[15]:
        errors = []
        for size in sizes:
            edge = _edge(lens, 5.0, size, size)
            errors.append(_error(_read(edge.seen(size, size)), edge))
        lines.append(Series(f"f/{lens[0]:g}, {lens[2]:g} waves", sizes, tuple(errors)))
    return Plot(
        "edge-size",
        "Slanted edge, noise-free: error of MTF50 against the size of the region",
        "side of the region, px",
        "error of MTF50, %",
        tuple(lines),
        (-0.3, 0.3),
    )


def _captured() -> Iterator[Row]:
    picture = cv2.imread(str(GOLDEN / "Test_edge1.bmp")).astype(np.float64) / 255
    luminance = picture @ np.array([0.114, 0.587, 0.299])
    for name, plane, program, published in (
        ("red", picture[..., 2], "sfrmat5", 0.2698),
        ("luminance", luminance, "sfrmat5", 0.272),
        ("luminance", luminance, "MTF Mapper", 0.2817),
    ):
        found = _read(plane).mtf50_cy_px or float("nan")
        off = 100 * (found / published - 1)
        yield Row(
            f"captured edge, {name}",
            f"{program}'s published {published:g} cy/px",
            1,
            f"{found:.4f} cy/px, {off:+.1f} %",
            "5 %",
            abs(off) <= 5,
        )
