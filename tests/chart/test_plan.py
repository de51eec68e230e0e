"""How large a star a camera needs."""

import pytest

from backfocus.chart import parse_paper, plan_chart
from backfocus.errors import UsageError


def test_the_star_covers_150_px_at_wide() -> None:
    plan = plan_chart(3.0, 5.0, 7.8)
    # by hand: 3 m less the focal length is 2992.2 mm, so the picture is 7.8/2992.2 of the chart;
    # 150 px of 5 um are 0.75 mm there, 287.7 mm on the wall
    assert plan.needed_mm == pytest.approx(0.75 * 2992.2 / 7.8, rel=1e-9)
    assert plan.covers_px == pytest.approx(plan.chart.star_mm / plan.needed_mm * 150)
    assert 150 <= plan.covers_px < 160


@pytest.mark.parametrize(
    ("distance_m", "paper", "tiled"), [(1.5, "A4", False), (2.5, "A3", False), (3, "A4", True)]
)
def test_the_smallest_paper_that_fits(distance_m: float, paper: str, tiled: bool) -> None:
    chart = plan_chart(distance_m, 5.0, 7.8).chart
    assert (chart.paper.name, chart.tiled) == (paper, tiled)


def test_given_paper_is_used() -> None:
    assert not plan_chart(3, 5.0, 7.8, paper=parse_paper("A2")).chart.tiled
    assert plan_chart(3, 5.0, 7.8, paper=parse_paper("Letter")).chart.tiled


def test_a_star_of_many_cycles_is_larger() -> None:
    """Its rim must not be finer than 0.2 cy/px: 144 cycles need 229 px."""
    plain, fine = plan_chart(1, 5.0, 7.8), plan_chart(1, 5.0, 7.8, cycles=144)
    assert fine.needed_mm / plain.needed_mm == pytest.approx(144 / (3.14159265 * 0.2) / 150)


def test_too_near_is_said() -> None:
    assert not plan_chart(1.5, 5.0, 7.8, near_m=0.9).warnings
    assert "nearer than the lens focuses" in plan_chart(0.8, 5.0, 7.8, near_m=0.9).warnings[0]
    assert "no room" in plan_chart(0.95, 5.0, 7.8, near_m=0.9).warnings[0]
    assert "6 pages of A4" in plan_chart(3.0, 5.0, 7.8, near_m=0.9).warnings[0]


@pytest.mark.parametrize("distance_m", [0.0, -3.0, float("nan"), float("inf"), 0.05, 40.0, 1e6])
def test_distances_that_cannot_be(distance_m: float) -> None:
    with pytest.raises(UsageError):
        plan_chart(distance_m, 5.0, 7.8)
