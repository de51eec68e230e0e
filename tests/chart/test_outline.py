"""The star's curves against the formula that everything else uses."""

import math

import numpy as np
import pytest

from backfocus.chart.outline import star_outline
from backfocus.target import TWIST_SIGNS, twist_cycles


def walk(cycles: int, twisted: bool = True) -> list[tuple[str, list[tuple[float, float]]]]:
    """Each command of a few spokes (they are all the same) with points along it, for a star of radius 1."""
    here, out, spokes = (0.0, 0.0), [], 0
    for name, values in star_outline(0, 0, 1, cycles=cycles, twisted=twisted):
        points = list(zip(values[::2], values[1::2], strict=True))
        if name == "C":
            a, b, c, d = here, *points
            t = np.linspace(0, 1, 9)[:, None]
            curve = (1 - t) ** 3 * np.array(a) + 3 * (1 - t) ** 2 * t * np.array(b)
            curve = curve + 3 * (1 - t) * t**2 * np.array(c) + t**3 * np.array(d)
            out.append((name, [tuple(point) for point in curve.tolist()]))
        elif name == "L":
            t = np.linspace(0.05, 0.95, 7)[:, None]
            out.append(
                (name, [tuple(p) for p in ((1 - t) * np.array(here) + t * np.array(points[0])).tolist()])
            )
        here = points[-1] if points else here
        spokes += name == "Z"
        if spokes == 3:
            break
    return out


@pytest.mark.parametrize("cycles", [8, 36, 144])
def test_arcs_are_circles(cycles: int) -> None:
    radii = {1 / math.sqrt(2) ** j for j in range(len(TWIST_SIGNS) + 1)}
    for name, points in walk(cycles):
        if name == "C":
            distances = [math.hypot(*point) for point in points]
            nearest = min(radii, key=lambda r: abs(r - distances[0]))
            # 1e-6 of a 10 m radius is 0.01 mm, half of what a chart may be off
            assert distances == pytest.approx([nearest] * 9, rel=1e-6)


@pytest.mark.parametrize("cycles", [8, 36, 144])
@pytest.mark.parametrize("twisted", [True, False])
def test_straight_edges_lie_where_black_meets_white(cycles: int, twisted: bool) -> None:
    for name, points in walk(cycles, twisted):
        if name == "L":
            for x, y in points:
                turn = cycles * math.atan2(y, x) / (2 * math.pi)
                turn += float(twist_cycles(math.hypot(x, y))) if twisted else 0.0
                assert math.cos(2 * math.pi * turn) == pytest.approx(0, abs=1e-6)


def test_one_closed_outline_per_spoke() -> None:
    names = [name for name, _ in star_outline(0, 0, 1, cycles=36, twisted=True)]
    assert names.count("M") == names.count("Z") == 36
