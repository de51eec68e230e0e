"""What pictures differ by: that which was put in, beside noise and level, which are not counted."""

import numpy as np
import pytest

from backfocus.solve.unsteady import Unsteady, unsteadiness

from .conftest import FREQUENCIES


def pictures(make_reading, shares, *, noise=0.004, level=0.0):
    rng = np.random.default_rng(5)
    sharp = np.array(make_reading(6.0).modulation)
    curves = (
        sharp
        * (1.0 + share * (1.0 - np.cos(2.0 * np.pi * FREQUENCIES)) / 2.0 + level * rng.standard_normal())
        for share in shares
    )
    return [make_reading(6.0, noise=noise, rng=rng, curve=curve) for curve in curves]


def test_noise_and_level_are_no_unsteadiness(make_reading):
    # a standard deviation of 40 is known to a ninth of itself: what noise leaves of itself
    assert unsteadiness(pictures(make_reading, [0.0] * 40, level=0.005)).share < 0.02


def test_what_was_put_in_comes_out_and_means_are_steadier(make_reading):
    shares = 0.1 * np.random.default_rng(7).standard_normal(40)
    found = unsteadiness(pictures(make_reading, shares))
    assert found.share == pytest.approx(shares.std(ddof=1), rel=0.15)
    assert found.of_mean(40) < found.of_mean(4) < found.of_mean(1) == found.share


def test_pictures_like_the_one_before_count_for_fewer(make_reading):
    slow = 0.1 * np.sin(np.arange(40) / 3.0)
    mixed = np.random.default_rng(3).permutation(slow)
    found, other = (unsteadiness(pictures(make_reading, shares)) for shares in (slow, mixed))
    assert found.of_mean(9) > 1.5 * other.of_mean(9)


def test_too_few_tell_nothing(make_reading):
    assert unsteadiness(pictures(make_reading, [0.1, -0.1, 0.1])) == Unsteady()
    assert unsteadiness([]) == Unsteady()
