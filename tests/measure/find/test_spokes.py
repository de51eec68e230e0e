"""Stars told from wheels on rings made up of formulas."""

import math

import numpy as np
import pytest

from backfocus.measure.find.ring_harmonics import SAMPLES, Rings, ring_radii
from backfocus.measure.find.spokes import is_star, rim_px, shares, spokes

TURN = np.arange(SAMPLES) * 2 * math.pi / SAMPLES


def rings_of(profile, smallest_px=15.0, largest_px=220.0, noise=1.0, seed=0):
    """Rings whose samples are `profile(r, phi)`; all in the picture."""
    rng = np.random.default_rng(seed)
    radii = ring_radii(smallest_px, largest_px, 1.03)
    values = np.stack([profile(r, TURN) for r in radii]) + rng.normal(0, noise, (len(radii), SAMPLES))
    harmonics = np.fft.rfft(values - values.mean(axis=1, keepdims=True), axis=1) * (2 / SAMPLES)
    inside = np.ones(values.shape, bool)
    return Rings(0.0, 0.0, radii, harmonics.astype(np.complex64), inside, np.zeros(len(radii)))


def star(cycles=36, rim=150.0, blur=4.0):
    """Bars whose fundamental a blur has left: 60 codes at the rim."""

    def profile(r, phi):
        left = math.exp(-((blur * cycles / (2 * math.pi * r)) ** 2)) * (r < rim)
        return 60 * left * np.cos(cycles * phi) + 10 * np.cos(2 * phi)

    return profile


def wheel(count=36, rim=200.0, width=3.0):
    """Dark spokes of one width on light."""

    def profile(r, phi):
        along = np.abs(np.mod(phi * count / (2 * math.pi) + 0.5, 1) - 0.5) * 2 * math.pi * r / count
        return np.where((along < width / 2) & (r < rim), -150.0, 0.0)

    return profile


@pytest.mark.parametrize("cycles", [8, 36, 90])
def test_a_star_is_one_up_to_its_rim(cycles):
    seen = spokes(rings_of(star(cycles, blur=3.0)), cycles)
    assert is_star(seen)
    assert rim_px(seen) == pytest.approx(150, rel=0.03)  # rings 3 % apart
    assert seen.share[seen.members].mean() > 0.9


def test_a_star_beyond_the_last_ring_has_no_rim():
    seen = spokes(rings_of(star(rim=900.0)), 36)
    assert is_star(seen)
    assert rim_px(seen) is None


@pytest.mark.parametrize(("count", "width"), [(12, 8), (20, 4), (36, 3), (36, 6)])
def test_a_wheel_is_none(count, width):
    assert not is_star(spokes(rings_of(wheel(count, width=width)), count))


def test_another_count_is_none():
    assert not is_star(spokes(rings_of(star(36)), 35))


def test_noise_is_none():
    noise = rings_of(lambda r, phi: 0 * phi, noise=20.0)
    assert not any(is_star(spokes(noise, cycles)) for cycles in range(8, 145))


def test_a_few_rings_are_not_enough():
    assert not is_star(spokes(rings_of(star(), 100.0, 112.0), 36))


def test_shares_add_up_to_the_whole():
    rings = rings_of(star(), noise=5.0)
    assert shares(rings, 0).sum(axis=1).max() <= 1.0
    assert (shares(rings, 2)[:, 36] >= shares(rings, 0)[:, 36]).all()
