"""Modulation by direction: motion is told with its length and direction, and from astigmatism and tilt."""

import math

import pytest

from backfocus.measure.reading import Flag
from backfocus.measure.star.measurement import measure_star

from ...oracles.star_picture import Scene, light, noisy
from ...oracles.transfer import CUT_OFF, hopkins

OTF = hopkins(0.5, CUT_OFF["f/4, 4 um"])


@pytest.mark.parametrize("direction_deg", [0.0, 40.0, 90.0, 135.0])
@pytest.mark.parametrize("waves", [0.0, 1.0])
def test_motion_is_told_with_its_direction(direction_deg: float, waves: float) -> None:
    way = math.radians(direction_deg)
    otf = hopkins(waves, CUT_OFF["f/4, 4 um"])
    measured = measure_star(light(Scene(), otf, (3 * math.cos(way), 3 * math.sin(way))), 160, 156, 36)
    assert Flag.MOVING in measured.flags
    # the first term of the series of sin(x) / x is good to a tenth there
    assert measured.motion_blur.length_px == pytest.approx(3.0, rel=0.12)
    off = (measured.motion_blur.direction_deg - direction_deg + 90) % 180 - 90
    assert abs(off) < 4


@pytest.mark.parametrize("twisted", [False, True])
def test_motion_is_told_behind_a_blur_of_nine_pixels(twisted: bool) -> None:
    scene, lens = Scene(radius_px=122.0, cycles=24, twisted=twisted), hopkins(2.0, CUT_OFF["f/8, 4 um"])
    still, moved = light(scene, lens), light(scene, lens, (3.0, 0.0))
    for seed in range(4):
        # the rings before the first zero, with the pixels of every picture, tell it in half of these
        assert Flag.MOVING in measure_star(noisy(moved, 0.025, seed), 160, 156, 24).flags
        assert Flag.MOVING not in measure_star(noisy(still, 0.025, seed), 160, 156, 24).flags


@pytest.mark.parametrize("noise", [0.0, 0.03, 0.1])
@pytest.mark.parametrize("tilt_deg", [0.0, 20.0])
def test_a_still_picture_is_not_moving(noise: float, tilt_deg: float) -> None:
    picture = noisy(light(Scene(tilt_deg=tilt_deg, axis_deg=30.0), OTF), noise, 3)
    measured = measure_star(picture, 160, 156, 36)
    assert Flag.MOVING not in measured.flags
    assert measured.motion_blur.length_px < 1.7


def test_noise_widens_sigma() -> None:
    picture = light(Scene(), OTF, (3.0, 0.0))
    spread = [
        measure_star(noisy(picture, noise, 5), 160, 156, 36).motion_blur.sigma_px2 for noise in (0.01, 0.1)
    ]
    assert spread[1] > 2 * spread[0]
