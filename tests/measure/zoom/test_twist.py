"""Twists read from made-up phases, whose radius is exact, and from renders through the whole measurement."""

import math

import numpy as np
import pytest

from backfocus.measure.star.measurement import measure_star
from backfocus.measure.zoom.twist import read_twists
from backfocus.target import TWIST_SIGNS, twist_cycles
from backfocus.transfer import curve

from ...oracles.render import StarDrawing, disc_blurred, draw_star, seen


def made_up(rim_px, smallest_px, largest_px, *, twisted=True, noise=0.0, flipped_below_px=0.0, seed=0):
    """Phases and amplitudes of rings 3 % apart, with a modulation zero where asked for."""
    rng = np.random.default_rng(seed)
    radii = smallest_px * 1.03 ** np.arange(int(math.log(largest_px / smallest_px) / math.log(1.03)))
    wave = np.exp(-2j * np.pi * twist_cycles(radii / rim_px) * twisted + 0.4j)
    if flipped_below_px:
        wave *= np.tanh(8 * np.log(radii / flipped_below_px))
    wave += noise * (rng.normal(size=radii.size) + 1j * rng.normal(size=radii.size))
    return radii, np.angle(wave), np.abs(wave), np.full(radii.size, max(noise, 0.01))


@pytest.mark.parametrize("rim_px", [300.0, 517.0, 900.0, 1400.0, 2500.0])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_the_rim_far_outside_the_picture(rim_px, noise):
    scale = read_twists(*made_up(rim_px, 60, 290, noise=noise))
    assert scale is not None
    assert scale.radius_px == pytest.approx(rim_px, rel=0.01)  # what the zoom law needs of a scale
    assert abs(scale.radius_px - rim_px) < 3 * scale.sigma_px
    assert scale.count >= 4


def test_a_modulation_zero_is_an_erasure_not_a_twist():
    scale = read_twists(*made_up(1000, 40, 900, flipped_below_px=120))
    assert scale is not None
    assert scale.radius_px == pytest.approx(1000, rel=0.01)


def test_a_plain_star_says_nothing():
    for seed in range(20):
        assert read_twists(*made_up(1000, 40, 900, twisted=False, noise=0.1, seed=seed)) is None
        assert read_twists(*made_up(1000, 40, 900, twisted=False, noise=0.1, seed=seed), near_px=1000) is None


def test_a_plain_star_with_a_zero_says_nothing():
    assert read_twists(*made_up(1000, 40, 900, twisted=False, flipped_below_px=120)) is None


def test_noise_says_nothing():
    rng = np.random.default_rng(3)
    radii = 40 * 1.03 ** np.arange(100)
    for _ in range(20):
        phases = rng.uniform(-np.pi, np.pi, 100)
        assert read_twists(radii, phases, np.ones(100), np.full(100, 0.01)) is None


def test_three_twists_are_too_few_unless_the_rim_is_known():
    rings = made_up(100.0, 30, 96)
    assert read_twists(*rings) is None
    near = read_twists(*rings, near_px=103.0)
    assert near is not None
    assert near.radius_px == pytest.approx(100, rel=0.01)


def test_the_wrong_neighbourhood_says_nothing():
    assert read_twists(*made_up(1000.0, 60, 290), near_px=1414.0) is None


def test_too_few_rings_say_nothing():
    assert read_twists([10, 20], [0, 0], [1, 1], [0.1, 0.1]) is None


@pytest.mark.parametrize("start", range(len(TWIST_SIGNS) - 5))
def test_every_place_in_the_sequence_is_told_from_every_other(start):
    outer = 500.0
    rim = outer * math.sqrt(2) ** (start + 0.5)
    scale = read_twists(*made_up(rim, outer / math.sqrt(2) ** 5, outer))
    assert scale is not None
    assert scale.radius_px == pytest.approx(rim, rel=0.01)


@pytest.mark.parametrize(
    ("rim_px", "blur_px"),
    [(110, 0), (110, 2), (300, 4), (500, 8), (800, 4), (1200, 12), (1500, 2), (1500, 16)],
)
def test_renders(rim_px, blur_px):
    picture = np.full((720, 1280), 0.85, np.float32)
    draw_star(picture, StarDrawing(652.3, 351.6, rim_px, twisted=True, angle_rad=0.3, white=0.85))
    codes = seen(disc_blurred(picture, blur_px), noise=0.01, rng=np.random.default_rng(0))
    table = curve(bits=8, transfer="gamma2.2", limited=False)
    star = measure_star(codes, 652.4, 351.4, 36, curve=table, twist_radius_px=rim_px)
    scale = read_twists(star.ring_radius_px, star.ring_phase_rad, star.ring_amplitude, star.ring_sigma)
    assert scale is not None
    # rings 4 % apart, at least four jumps: 4 % / sqrt(12 * 4) is 0.6 %; blur smears the jumps besides
    assert scale.radius_px == pytest.approx(rim_px, rel=0.015)
