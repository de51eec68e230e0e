"""What changes by itself in a campaign: light, scale and zoom follow the change that is said of it."""

import dataclasses

import pytest
from tools.truth.long import draw_disturbed, guide_disturbed
from tools.truth.long.draw_disturbed import Case, Kind, disturb, drawn

from backfocus.sim.bench import Bench
from backfocus.sim.lens import Pose
from backfocus.sim.settings import parse_sim

SEEDS = (29_000, 29_001, 29_002, 29_003)


def around(kind: Kind, seed: int) -> tuple[Case, Bench, list[Pose]]:
    """A case, its bench at wide, and where the rings stand before and after the change."""
    case = drawn(kind, seed)
    bench = Bench(parse_sim(case.address))
    poses = []
    for at_s in (case.from_s - 0.1, case.from_s + case.takes_s + 0.1):
        bench.pose = Pose(focus_um=100.0)
        disturb(bench, case, at_s)
        poses.append(bench.pose)
    return case, bench, poses


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["iris", "nd"])
def test_a_change_of_light_takes_the_stops_that_are_told(kind: Kind, seed: int) -> None:
    case, bench, poses = around(kind, seed)
    before, after = map(bench.lens.light, poses)
    assert after / before == pytest.approx(2.0**-case.amount)
    assert max(before, after) == pytest.approx(1.0)  # from fully open, or to it


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["extender", "zoom-in-sweep"])
def test_an_extender_and_a_stray_zoom_enlarge_by_what_is_told(kind: Kind, seed: int) -> None:
    case, bench, poses = around(kind, seed)
    before, after = map(bench.lens.scale_px, poses)
    factor = case.amount if case.amount > 0.0 else -1.0 / case.amount
    assert after / before == pytest.approx(factor)
    least = 1.3 if kind == "zoom-in-sweep" else 1.4
    assert least <= max(factor, 1.0 / factor) <= 2.2


@pytest.mark.parametrize("campaign", [draw_disturbed, guide_disturbed])
def test_a_seed_is_one_case_and_another_seed_another(campaign) -> None:
    for kind in campaign.KINDS:
        first, again, other = (campaign.drawn(kind, seed) for seed in (29_000, 29_000, 29_001))
        assert dataclasses.asdict(first) == dataclasses.asdict(again) != dataclasses.asdict(other)
