"""The zoom law against a ray trace of a published lens, and against the procedure played step by step."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.optics.zoom import (
    delta_from_two,
    focused_at_tele_um,
    residual_um,
    rounds_needed,
    shrink_per_round,
    tele_after_correction_um,
    tele_enough,
    tele_limit_um,
)

# A published 15-150 mm f/2.4 zoom, traced: focused at tele, then the sensor moved 50 um away from the lens.
TRACED_RATIO = np.array([0.10016, 0.21572, 0.46453, 1.0])
TRACED_PARAXIAL_UM = np.array([49.499, 47.675, 39.213, 0.0])
TRACED_REAL_RAYS_UM = np.array([49.37, 47.83, 40.35])

um = st.floats(-300.0, 300.0)
ratios = st.floats(0.05, 0.7)


def test_law_meets_the_paraxial_ray_trace():
    # The table has three decimals and its ratios five digits: 50 um * 2 * 0.46 * 5e-6 is below 1 nm. What is
    # left, 3 nm at 0.46453, is the second order in delta over a focal length of millimetres.
    assert focused_at_tele_um(50.0, TRACED_RATIO) == pytest.approx(TRACED_PARAXIAL_UM, abs=0.005)


def test_law_meets_real_rays_within_the_lens_own_aberration():
    # Full rays at f/2.4 feel spherical aberration that changes over the zoom; 1.2 um is a tenth of h.
    assert focused_at_tele_um(50.0, TRACED_RATIO[:3]) == pytest.approx(TRACED_REAL_RAYS_UM, abs=1.2)


def test_two_traced_positions_give_delta_back():
    wide, tele = TRACED_REAL_RAYS_UM[0], 0.0
    delta_um, _ = delta_from_two(wide, tele, TRACED_RATIO[0])
    assert delta_um == pytest.approx(50.0, abs=0.2)  # 0.13 um of aberration over 1 - k^2


def test_half_way_out_three_quarters_show():
    assert focused_at_tele_um(80.0, 0.5) == pytest.approx(60.0, rel=1e-12)  # exact arithmetic


@given(delta=um, b=um, k=ratios)
def test_delta_comes_back_whatever_the_focus_ring_did(delta, b, k):
    got, _ = delta_from_two(float(residual_um(delta, b, k)), float(residual_um(delta, b, 1.0)), k)
    assert got == pytest.approx(delta, abs=1e-9)  # rounding of doubles, 600 um over 1 - k^2 >= 0.5


@given(k=ratios, wide_sigma=st.floats(0.1, 5.0), tele_sigma=st.floats(0.1, 5.0))
def test_sigma_follows_from_the_slopes(k, wide_sigma, tele_sigma):
    centre, sigma = delta_from_two(30.0, 10.0, k, wide_sigma_um=wide_sigma, tele_sigma_um=tele_sigma)
    by_wide = delta_from_two(30.0 + wide_sigma, 10.0, k)[0] - centre
    by_tele = delta_from_two(30.0, 10.0 + tele_sigma, k)[0] - centre
    assert sigma == pytest.approx(
        math.hypot(by_wide, by_tele), rel=1e-9
    )  # the law is linear: no error but rounding


@pytest.mark.parametrize("k", [1.0, 1.5, -0.1, math.nan])
def test_one_zoom_position_is_not_two(k):
    with pytest.raises(ValueError, match="k must lie"):
        delta_from_two(1.0, 1.0, k)


@given(delta=st.floats(1.0, 300.0), k=ratios)
def test_the_procedure_itself_shrinks_the_error(delta, k):
    """Focus at tele, null at wide with the back-focus ring: play it, do not trust the formula."""
    b = -delta  # sharp at tele
    moved = -(delta + b * k**2)  # back-focus ring: the same everywhere
    assert (delta + moved) == pytest.approx(shrink_per_round(k) * delta, rel=1e-9)


@given(delta=st.floats(1.0, 300.0), k=ratios)
def test_the_rings_swapped_make_it_grow(delta, k):
    """Sharp at wide with the focus ring, then at tele with the back-focus ring."""
    b = -delta / k**2  # sharp at wide by the focus ring
    moved = -(delta + b)  # sharp at tele by the back-focus ring
    assert abs(delta + moved) == pytest.approx(delta / shrink_per_round(k), rel=1e-9)


def test_design_figures_for_the_shrinking():
    assert shrink_per_round(1 / 3) == pytest.approx(0.11, abs=0.005)  # the design says 11 %
    assert shrink_per_round(1 / 10) == pytest.approx(0.01, rel=1e-9)


@given(error=um, half_depth=st.floats(2.0, 20.0), k=ratios)
def test_rounds_needed_is_the_first_that_suffices(error, half_depth, k):
    rounds = rounds_needed(error, half_depth, k)
    left = abs(error) * shrink_per_round(k) ** np.arange(rounds + 1)
    assert left[-1] <= half_depth * (1 + 1e-6)  # a nanometre over is not another round
    assert rounds == 0 or left[-2] > half_depth * (1 - 1e-6)


def test_tele_is_good_enough_when_it_adds_a_fifth_of_the_half_depth():
    half_depth_um, k = 9.0, 0.2
    limit_um = tele_limit_um(half_depth_um, k)
    off, _ = delta_from_two(40.0 + k**2 * limit_um, 0.0, k)
    true, _ = delta_from_two(40.0 + k**2 * limit_um, limit_um, k)
    # Taking tele for focused costs k^2 r_T / (1 - k^2): a fifth of h, and 4 % more for the denominator.
    assert off - true == pytest.approx(half_depth_um / 5, rel=0.05)
    assert tele_enough(limit_um, half_depth_um, k)
    assert tele_enough(-limit_um, half_depth_um, k)
    assert not tele_enough(1.01 * limit_um, half_depth_um, k)


@given(delta=st.floats(5.0, 300.0), k=ratios)
def test_back_at_tele_tells_which_ring_was_turned(delta, k):
    b = -delta
    correction = delta + b * k**2  # what stood at wide, nulled
    with_back_focus = abs((delta - correction) + b)
    with_focus = abs(delta + (b - correction / k**2))
    assert tele_after_correction_um(correction, k, turned="back-focus") == pytest.approx(with_back_focus)
    assert tele_after_correction_um(correction, k, turned="focus") == pytest.approx(with_focus)


def test_a_ring_that_is_neither():
    with pytest.raises(ValueError, match="turned must be"):
        tele_after_correction_um(10.0, 0.1, turned="iris")
