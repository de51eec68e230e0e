from dataclasses import replace

import numpy as np
import pytest

from backfocus.optics.blur import pixel_mtf
from backfocus.optics.lens import Optics
from backfocus.solve.peak import NoPeak, Peak
from backfocus.solve.through_focus import through_focus

from ..oracles.pupil import pupil_transfer, sharpest_w020
from .conftest import FREQUENCIES

HD = Optics(5.0, ((0.0, 1.8),))
WAVE_UM = 8.0 * 0.55 * 1.8**2
H = HD.half_depth_um()
STEPS = np.linspace(-5.0, 5.0, 13)
"""In half depths of focus; the image moves by one of them a step."""


@pytest.fixture
def sweep(make_reading):
    """Pictures at some steps, their curves from prysm's pupil."""

    def make(steps=STEPS, best=0.3, w040=0.0, noise=0.003, seed=1):
        rng, there = np.random.default_rng(seed), sharpest_w020(w040, f_number=1.8, pixel_um=5.0)
        places = np.broadcast_to(best, np.shape(steps))
        waves = [there + (at - place) * H / WAVE_UM for at, place in zip(steps, places, strict=True)]
        lens = [pupil_transfer(FREQUENCIES, w, w040, f_number=1.8, pixel_um=5.0) for w in waves]
        return [make_reading(0.0, curve=one * pixel_mtf(FREQUENCIES), noise=noise, rng=rng) for one in lens]

    return make


def peak_of(steps, readings, **more) -> Peak:
    found = through_focus(steps, readings, HD, **more)
    assert isinstance(found, Peak), found
    return found


@pytest.mark.parametrize(("w040", "best"), [(0.0, 0.3), (0.8, 0.1), (-0.5, 0.4)])
def test_with_the_slope_known_the_peak_is_within_a_twentieth_of_h(sweep, w040, best):
    pictures = sweep(best=best, w040=w040)
    assert peak_of(STEPS, pictures, um_per_step=H).position == pytest.approx(best, abs=0.05)


def test_without_it_a_perfect_lens_does_as_well_and_tells_the_slope(sweep):
    found = peak_of(STEPS, sweep())
    assert found.position == pytest.approx(0.3, abs=0.05)
    assert found.um_per_step == pytest.approx(H, rel=0.01)


@pytest.mark.parametrize("w040", [-1.0, 0.65])
def test_nor_does_an_aberrated_one_mislead_the_slope(sweep, w040):
    found = peak_of(STEPS, sweep(best=0.4, w040=w040))
    assert found.position == pytest.approx(0.4, abs=0.05)
    # |r| of its two sides alone tells up to 6 % too little
    assert found.um_per_step == pytest.approx(H, rel=0.01)


def test_an_aberrated_lens_draws_the_hyperbola_aside_but_not_the_curves(sweep):
    from backfocus.solve.defocus import defocus
    from backfocus.solve.peak import find_peak

    pictures = sweep(best=0.4, w040=-0.5)
    drawn = find_peak(STEPS, [defocus(each, HD).um for each in pictures], [0.3] * 13)
    assert isinstance(drawn, Peak)
    fitted = peak_of(STEPS, pictures, um_per_step=H)
    assert abs(drawn.position - 0.4) > 2.0 * abs(fitted.position - 0.4)


def test_irregular_steps_and_a_wild_picture(sweep):
    steps = np.array([-5.0, -4.6, -3.0, -1.2, -0.9, 0.2, 1.4, 1.5, 2.8, 3.3, 4.9])
    pictures = sweep(steps)
    pictures[3] = sweep([4.0])[0]
    assert peak_of(steps, pictures, um_per_step=H).position == pytest.approx(0.3, abs=0.1)


def test_pictures_without_a_star_are_left_out(sweep):
    pictures = sweep()
    pictures[6] = replace(pictures[6], frequency_cy_px=(), modulation=(), modulation_sigma=(), star=None)
    assert peak_of(STEPS, pictures).position == pytest.approx(0.3, abs=0.1)


def test_backlash_of_a_sweep_up_and_down(sweep):
    steps = np.concatenate([STEPS, STEPS[::-1]])
    places = np.repeat([0.3 + 0.4, 0.3 - 0.4], 13)
    found = peak_of(steps, sweep(steps, best=places), um_per_step=H)
    assert found.backlash == pytest.approx(0.8, abs=0.1)
    assert found.position == pytest.approx(0.3, abs=0.1)


@pytest.mark.parametrize(
    ("steps", "best", "word"),
    [
        (STEPS, 9.0, "only one way"),
        (STEPS, -7.0, "only one way"),
        (np.linspace(0.0, 5.0, 13), 0.2, "only one way"),
        (np.linspace(-0.005, 0.005, 13), 3.0, "did not change"),
    ],
)
def test_a_flat_or_one_sided_sweep_has_no_peak(sweep, steps, best, word):
    found = through_focus(steps, sweep(steps, best=best), HD, um_per_step=H)
    assert isinstance(found, NoPeak)
    assert word in found.reason


def test_unequal_lengths_are_a_wrong_call(sweep):
    with pytest.raises(ValueError, match="argument"):
        through_focus(STEPS[1:], sweep(), HD)
