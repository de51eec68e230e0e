"""Crossings of edges, where they are known to cross."""

import math

import cv2
import numpy as np
import pytest

from backfocus.measure.find.edge_votes import crossings

from ...oracles.render import StarDrawing, disc_blurred, draw_star, seen


def star(x, y, radius, cycles, blur_px=0.0):
    picture = np.full((400, 500), 0.8, np.float32)
    draw_star(picture, StarDrawing(x, y, radius, cycles))
    return seen(disc_blurred(picture, blur_px), noise=0.01, rng=np.random.default_rng(2))


@pytest.mark.parametrize(
    ("radius", "cycles", "blur_px"), [(60, 36, 0), (120, 36, 8), (150, 12, 12), (40, 24, 0)]
)
def test_the_edges_of_a_star_cross_at_its_centre(radius, cycles, blur_px):
    best = crossings(star(230.4, 190.7, radius, cycles, blur_px), 3)[0]
    assert math.hypot(best.x_px - 230.4, best.y_px - 190.7) < 2  # half a cell


def test_parallel_edges_cross_nowhere():
    y, x = np.mgrid[0:400, 0:500]
    grating = (120 + 100 * np.sin((x + 0.4 * y) / 3)).astype(np.uint8)
    best = max((place.support for place in crossings(grating, 5)), default=0.0)
    assert best < 0.5 * crossings(star(230.4, 190.7, 120, 36), 1)[0].support


@pytest.mark.parametrize("shape", [(4, 4), (7, 300), (60, 60)])
def test_small_and_even_pictures_have_none(shape):
    assert crossings(np.full(shape, 77, np.uint8), 5) == ()


def test_a_cross_of_two_lines_is_no_better_than_a_star():
    page = np.full((400, 500), 220, np.uint8)
    cv2.line(page, (30, 40), (460, 350), 20, 3, cv2.LINE_AA)
    cv2.line(page, (40, 360), (470, 50), 20, 3, cv2.LINE_AA)
    best = max((place.support for place in crossings(page, 5)), default=0.0)
    assert best < 0.5 * crossings(star(230.4, 190.7, 60, 36), 1)[0].support
