"""Scale from picture to picture against pictures warped by a known zoom."""

import cv2
import numpy as np
import pytest

from backfocus.measure.zoom.corners import scale_change

from ...oracles.render import StarDrawing, clutter, disc_blurred, draw_star, seen

SHAPE = (540, 960)
MIDDLE = (480.0, 270.0)


def view(zoom, *, blur_px=0.0, star_px=60.0, seed=4, light=1.0):
    """A room with a plain star in its middle, zoomed about the star."""
    room = clutter((1080, 1920), np.random.default_rng(seed))
    half = zoom / 2
    matrix = np.float32([[half, 0, 480 - half * 960], [0, half, 270 - half * 540]])
    picture = cv2.warpAffine(room, matrix, SHAPE[::-1], flags=cv2.INTER_AREA)
    draw_star(picture, StarDrawing(*MIDDLE, star_px * zoom))
    return seen(light * disc_blurred(picture, blur_px), noise=0.01, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("zoom", [0.87, 0.97, 1.0, 1.02, 1.05, 1.12])
def test_a_known_zoom_comes_back(zoom):
    change = scale_change(view(1.5), MIDDLE, view(1.5 * zoom), MIDDLE, radius_before=90.0)
    assert change is not None
    assert change.ratio == pytest.approx(zoom, rel=0.003)  # a fifth of a pixel at 100 px from the centre
    assert change.sigma < 0.01


def test_blur_and_light_may_change():
    change = scale_change(view(1.5), MIDDLE, view(1.56, blur_px=4.0, light=0.9), MIDDLE, radius_before=90.0)
    assert change is not None
    assert change.ratio == pytest.approx(1.04, rel=0.005)


def test_a_plain_star_that_fills_the_frame_says_nothing():
    before, after = view(1.0, star_px=900.0), view(1.1, star_px=900.0)
    assert scale_change(before, MIDDLE, after, MIDDLE, radius_before=900.0) is None


def test_another_room_says_nothing():
    assert scale_change(view(1.5), MIDDLE, view(1.5, seed=9), MIDDLE, radius_before=90.0) is None


def test_an_even_picture_says_nothing():
    even = np.full(SHAPE, 120, np.uint8)
    assert scale_change(even, MIDDLE, even, MIDDLE, radius_before=50.0) is None


def test_pictures_of_two_sizes_say_nothing():
    assert (
        scale_change(view(1.0), MIDDLE, np.zeros((100, 100), np.uint8), (50, 50), radius_before=60.0) is None
    )
