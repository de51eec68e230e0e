"""Sharpening told by its trace on curves worked out elsewhere, and on pictures."""

import cv2
import numpy as np
import pytest

from backfocus.measure.reading import Flag
from backfocus.measure.star.measurement import measure_star
from backfocus.measure.star.sharpening import least_mask

from ...oracles.star_picture import Scene, light, noisy
from ...oracles.transfer import CUT_OFF, disc, hopkins, on_rings

F = np.geomspace(0.03, 0.5, 70)


def mask(curve: np.ndarray) -> float:
    return least_mask(F, curve, np.full(F.size, 0.002), 0.002)


@pytest.mark.parametrize("lens", CUT_OFF)
@pytest.mark.parametrize("waves", [0.0, 0.25, 0.5, 1.0, 2.0])
def test_no_lens_breaks_a_bound(lens: str, waves: float) -> None:
    assert mask(on_rings(hopkins(waves, CUT_OFF[lens]))(F)) == 0


@pytest.mark.parametrize("lens", CUT_OFF)
@pytest.mark.parametrize("diameter", [0.1, 1.0, 1.9])
def test_a_mask_shows_up_to_2_px_of_blur_and_the_more_the_larger(lens: str, diameter: float) -> None:
    soft = on_rings(hopkins(0.0, CUT_OFF[lens]))(F) * disc(diameter)(F)
    lift = 1 - np.exp(-2 * (np.pi * F) ** 2)
    told = [mask(soft * (1 + amount * lift)) for amount in (0.0, 1.0, 2.0)]
    assert told[0] == 0
    # a lower bound: what is the lens and what the mask, one picture does not tell
    assert 0.1 < told[1] < 1.1
    assert told[1] < told[2] < 2.2


def test_level_and_noise_are_allowed_for() -> None:
    curve = on_rings(hopkins(0.0, CUT_OFF["f/1.8, 5 um"]))(F)
    # at its lowest frequency this curve is 0.97: 5 % more, by two sigmas of the level, is no trace
    assert mask(1.05 * curve) > 0
    assert least_mask(F, 1.05 * curve, np.full(F.size, 0.002), 0.02) == 0


@pytest.mark.parametrize("noise", [0.03, 0.1])
@pytest.mark.parametrize("lens", CUT_OFF)
def test_noise_does_not_look_like_a_mask(lens: str, noise: float) -> None:
    sharp = light(Scene(radius_px=75.0, cycles=24), hopkins(0.0, CUT_OFF[lens]))
    for seed in range(4):
        assert Flag.SHARPENED not in measure_star(noisy(sharp, noise, seed), 160, 156, 24).flags


@pytest.mark.parametrize(("diameter", "flag"), [(1.5, Flag.SHARPENED), (9.0, Flag.SHARPENING_UNKNOWN)])
def test_pictures(diameter: float, flag: Flag) -> None:
    picture = light(Scene(), disc(diameter))
    crisp = 2 * picture - cv2.GaussianBlur(picture, (0, 0), 1.0)
    assert flag in measure_star(crisp, 160, 156, 36).flags
    assert Flag.SHARPENED not in measure_star(picture, 160, 156, 36).flags
