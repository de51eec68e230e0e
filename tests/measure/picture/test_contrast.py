"""Broadband contrast: what any blur, brightness and noise may do to it."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from backfocus.measure.picture.contrast import scene_contrast


@pytest.fixture(scope="module")
def scene(golden) -> np.ndarray:
    picture = cv2.imread(str(golden / "stack" / "pcb_004.JPG"), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(picture, (1280, 720), interpolation=cv2.INTER_AREA)


def blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), sigma) if sigma else picture
    return np.clip(np.rint(soft), 0, 255).astype(np.uint8)


def test_rises_at_every_step_towards_focus(scene) -> None:
    values = [scene_contrast(blurred(scene, sigma)) for sigma in (200, 80, 40, 20, 10, 5, 2, 0)]
    assert all(later > earlier for earlier, later in pairwise(values))
    assert 0 < values[0] < 0.05 < values[-1] < 1


def test_brightness_changes_nothing(scene) -> None:
    # half the code values: rounding to 8 bits adds a noise of 0.3 codes
    assert scene_contrast(scene // 2) == pytest.approx(scene_contrast(scene), rel=0.01)


def test_bit_depth_changes_nothing(scene) -> None:
    ten = scene.astype(np.uint16) * 4
    # halving rounds integers: a third of a code of noise, seen in the finest band
    assert scene_contrast(ten, bits=10) == pytest.approx(scene_contrast(scene), rel=0.005)
    assert scene_contrast(scene.astype(np.float32) / 255, bits=0) == pytest.approx(
        scene_contrast(scene), rel=0.005
    )


def test_noise_is_not_detail(scene) -> None:
    rng = np.random.default_rng(5)
    soft = blurred(scene, 20)
    noisy = np.clip(soft + rng.normal(0, 4, soft.shape), 0, 255).astype(np.uint8)
    # a sixtieth of full scale of noise must not look like turning the ring
    assert scene_contrast(noisy) == pytest.approx(scene_contrast(soft), rel=0.03)


@pytest.mark.parametrize("picture", [np.zeros((40, 60), np.uint8), np.full((1, 1), 200, np.uint8)])
def test_nothing_to_see_reads_zero(picture) -> None:
    assert scene_contrast(picture) == 0.0


def test_even_grey_and_nan_survive() -> None:
    assert scene_contrast(np.full((64, 64), 128, np.uint8)) == 0.0
    floats = np.full((64, 64), 0.5, np.float32)
    floats[10:20] = np.nan
    assert 0 < scene_contrast(floats, bits=0) <= 1
