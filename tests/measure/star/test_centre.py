"""Poses found from spokes that were put there."""

import numpy as np
import pytest

from backfocus.measure.star.centre import pixel_step, ring_frequencies, sector_step
from backfocus.measure.star.pose import Pose
from backfocus.measure.star.rings import Rings, fit_rings, gather, plan_rings, ring_count

TRUE = Pose(120.3, 118.8, 0.02, -0.01)


def picture(pose: Pose, cycles: int) -> np.ndarray:
    rows, columns = np.mgrid[:240, :240].astype(np.float64)
    x, y = columns - pose.x_px, rows - pose.y_px
    u, v = (1 + pose.stretch) * x + pose.skew * y, pose.skew * x + (1 - pose.stretch) * y
    return (0.5 + 0.4 * np.cos(cycles * np.arctan2(v, u) - 1.0)).astype(np.float32)


def seen_from(light: np.ndarray, pose: Pose, cycles: int) -> Rings:
    plan = plan_rings(cycles, ring_count(cycles, 105.0), 1, 0)
    return gather(light, plan, pose)


@pytest.mark.parametrize("cycles", [12, 36, 72])
@pytest.mark.parametrize("start", [Pose(121.0, 118.0), Pose(116.5, 122.0)])
def test_sectors_then_pixels(cycles: int, start: Pose) -> None:
    light, pose = picture(TRUE, cycles), start
    for _ in range(4):
        rings = seen_from(light, pose, cycles)
        step = sector_step(rings, 1 / rings.plan.full**2)
        pose = pose.moved(step)
    # sectors hold whole cycles only nearly, and few of them at 12 cycles
    assert (pose.x_px, pose.y_px) == pytest.approx((TRUE.x_px, TRUE.y_px), abs=0.3)
    for _ in range(2):
        rings = seen_from(light, pose, cycles)
        step, sigma = pixel_step(rings, fit_rings(rings))
        pose = pose.moved(step)
    # noise-free and exactly modelled: what 32 bits leave
    assert (pose.x_px, pose.y_px) == pytest.approx((TRUE.x_px, TRUE.y_px), abs=0.003)
    assert (pose.stretch, pose.skew) == pytest.approx((TRUE.stretch, TRUE.skew), abs=2e-4)
    assert sigma < 0.01


def test_frequency_of_rings() -> None:
    light = picture(Pose(120.0, 120.0), 36)
    level = seen_from(light, Pose(120.0, 120.0), 36)
    upright = ring_frequencies(level, Pose(120.0, 120.0), fit_rings(level))
    # n / (2 pi r) of pixels picked from rings 4 to 8 % wide
    assert upright == pytest.approx(36 / (2 * np.pi * level.radius_px), rel=0.015)
    # a star squeezed along x: local frequency is the slope of the phase, by finite differences along x = 0
    pose = Pose(120.0, 120.0, 0.03, 0.0)
    tilted = seen_from(light, pose, 36)
    bearing = np.linspace(0, 2 * np.pi, 3600, endpoint=False)
    squeezed = np.unwrap(np.arctan2((1 - 0.03) * np.sin(bearing), (1 + 0.03) * np.cos(bearing)))
    along = np.diff(squeezed, append=squeezed[0] + 2 * np.pi) / (2 * np.pi / 3600)
    # averaged over the pixels of a round ring: the mean slope of the angle is one turn per turn
    assert along.mean() == pytest.approx(1.0)
    # the pixels at the crests of the smallest rings lie up to a per cent further in or out
    seen = ring_frequencies(tilted, pose, fit_rings(tilted))
    assert seen == pytest.approx(upright * along.mean(), rel=0.012)
