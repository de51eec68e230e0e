import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import curve_fit

from backfocus.optics.zoom import delta_from_two
from backfocus.solve.backfocus import BackFocus, ZoomResidual, solve_back_focus

RATIOS = (0.10016, 0.21572, 0.46453, 1.0)
TRACED_UM = (49.499, 47.675, 39.213, 0.0)
"""Paraxial trace of a published 15-150 mm f/2.4 zoom, focused at tele, sensor 50 um too far."""

REAL_RAYS_UM = (49.37, 47.83, 40.35, 0.0)
"""The same lens with full real rays."""


def positions(residuals, ratios=RATIOS, sigma_um=0.5, **more):
    return tuple(
        ZoomResidual(1000.0 * ratio, residual, sigma_um, **more)
        for ratio, residual in zip(ratios, residuals, strict=True)
    )


def law(delta_um, b_um, ratios=RATIOS):
    return [delta_um + b_um * ratio**2 for ratio in ratios]


def test_the_traced_zoom_gives_the_error_that_was_put_in():
    found = solve_back_focus(positions(TRACED_UM), signed=True)
    # The trace is printed to 0.001 um and the law is exact in paraxial optics.
    assert found.delta_um == pytest.approx(50.0, abs=0.005)
    assert max(abs(value) for value in found.misfit_um) < 0.005
    assert found.b_um == pytest.approx(-50.0, abs=0.005)


def test_real_rays_stay_within_two_per_cent_of_the_law():
    found = solve_back_focus(positions(REAL_RAYS_UM), signed=True)
    # Spherical aberration of real rays shifts best focus by 1 um at f/2.4: 2 % of delta.
    assert found.delta_um == pytest.approx(50.0, rel=0.02)
    assert found.scatter_um is not None
    assert found.scatter_um < 1.5


def test_magnitudes_alone_give_the_same_size_and_no_sign():
    found = solve_back_focus(positions([abs(value) for value in TRACED_UM]), signed=False)
    assert not found.sign_known
    assert found.delta_um == pytest.approx(50.0, abs=0.01)
    assert found.zoom[-1].residual_um > 0.0


@given(
    wide=st.floats(-300.0, 300.0),
    tele=st.floats(-300.0, 300.0),
    k=st.floats(0.05, 0.95),
    sigmas=st.tuples(st.floats(0.1, 10.0), st.floats(0.1, 10.0)),
)
def test_two_positions_are_solved_exactly(wide, tele, k, sigmas):
    zoom = (ZoomResidual(1000.0, tele, sigmas[0]), ZoomResidual(1000.0 * k, wide, sigmas[1]))
    found = solve_back_focus(zoom, signed=True)
    delta, sigma = delta_from_two(wide, tele, k, wide_sigma_um=sigmas[1], tele_sigma_um=sigmas[0])
    # Same algebra by elimination; only rounding (grown by 1 / (1 - k^2), at most 10) may differ.
    assert found.delta_um == pytest.approx(delta, abs=1e-6)
    assert found.sigma_um == pytest.approx(sigma, rel=1e-6)
    assert found.scatter_um is None
    assert found.probability == 1.0


residuals = st.lists(st.floats(-200.0, 200.0), min_size=4, max_size=4)


@given(residuals=residuals, factor=st.floats(0.01, 100.0), signed=st.booleans())
@settings(max_examples=40)
def test_only_ratios_of_scales_count(residuals, factor, signed):
    zoom = positions(residuals)
    larger = tuple(replace(each, scale_px=factor * each.scale_px) for each in zoom)
    a, b = solve_back_focus(zoom, signed=signed), solve_back_focus(larger, signed=signed)
    assert close(a.delta_um, b.delta_um)
    # An interval about as narrow as it can be is free to slide: rounding moves it by tenths of a sigma.
    assert close(a.low_um, b.low_um, abs_um=0.2 * a.sigma_um)


@given(residuals=residuals)
@settings(max_examples=40)
def test_turning_every_residual_over_turns_the_answer_over(residuals):
    a = solve_back_focus(positions(residuals), signed=True)
    b = solve_back_focus(positions([-value for value in residuals]), signed=True)
    assert close(a.delta_um, -b.delta_um)
    assert close(a.low_um, -b.high_um)


@given(residuals=residuals, order=st.permutations(range(4)), signed=st.booleans())
@settings(max_examples=40)
def test_the_order_of_the_readings_does_not_matter(residuals, order, signed):
    zoom = positions(residuals)
    a = solve_back_focus(zoom, signed=signed)
    b = solve_back_focus([zoom[at] for at in order], signed=signed)
    assert a == b
    assert [each.scale_px for each in b.zoom] == sorted((each.scale_px for each in zoom), reverse=True)


@given(residuals=residuals, turned=st.lists(st.booleans(), min_size=4, max_size=4))
@settings(max_examples=40)
def test_without_a_move_signs_are_not_looked_at(residuals, turned):
    other = [-value if flip else value for value, flip in zip(residuals, turned, strict=True)]
    assert solve_back_focus(positions(residuals), signed=False) == solve_back_focus(
        positions(other), signed=False
    )


@given(delta=st.floats(20.0, 200.0), b=st.floats(-400.0, 400.0))
@settings(max_examples=60)
def test_relative_signs_are_found_from_three_or_more_scales(delta, b):
    ratios = (0.1, 0.3, 0.5, 0.7, 1.0)
    true = law(delta, b, ratios)
    found = solve_back_focus(positions([abs(r) for r in true], ratios, sigma_um=0.1), signed=False)
    wide_positive = np.array(true[::-1]) * np.sign(true[0])
    clear = np.abs(wide_positive) > 1.0  # ten sigma: nearer to zero either sign fits
    seen = np.array([each.residual_um for each in found.zoom])
    assert seen[clear] == pytest.approx(wide_positive[clear], abs=1e-6)
    assert found.delta_um == pytest.approx(delta, abs=1.0)


def test_two_magnitudes_that_fit_both_ways_give_an_interval_over_both():
    k, tele, wide = 0.4, 60.0, 50.0
    same, opposite = ((wide - side * k**2 * tele) / (1.0 - k**2) for side in (1.0, -1.0))
    found = solve_back_focus((ZoomResidual(1000.0, tele, 1.0), ZoomResidual(400.0, wide, 1.0)), signed=False)
    assert found.low_um < same < opposite < found.high_um
    assert found.delta_um == pytest.approx((same + opposite) / 2.0)
    assert found.sigma_um > (opposite - same) / 2.0


@pytest.mark.parametrize("reading_um", [0.0, 0.5, 5.0])
def test_a_magnitude_near_zero_has_an_interval_from_zero(reading_um):
    zoom = (ZoomResidual(1000.0, 0.0, 1.0), ZoomResidual(10.0, reading_um, 1.0))
    found = solve_back_focus(zoom, signed=False)

    def likely(r):
        # Noise acts on r^2, and at r = 0 by as much as makes 1.96 sigma of it the two-sided 95 % point.
        return math.exp(-0.5 * (reading_um**2 - r**2) ** 2 / ((2.0 * reading_um) ** 2 + 1.96**2))

    held = quad(likely, found.low_um, found.high_um)[0] / quad(likely, 0.0, 12.0)[0]
    # At k = 0.01 delta is the residual at wide. A grid of 121 places holds its integral to some thousandths.
    assert held == pytest.approx(0.95, abs=0.005)
    assert found.low_um == pytest.approx(0.0, abs=1e-9) if reading_um < 1.0 else found.low_um > 0.0


@given(
    residuals=st.lists(st.floats(-200.0, 200.0), min_size=4, max_size=4),
    sigmas=st.lists(st.floats(0.3, 20.0), min_size=4, max_size=4),
)
@settings(max_examples=40)
def test_the_fit_is_that_of_weighted_least_squares(residuals, sigmas):
    zoom = tuple(
        ZoomResidual(1000.0 * ratio, r, sigma)
        for ratio, r, sigma in zip(RATIOS, residuals, sigmas, strict=True)
    )
    found = solve_back_focus(zoom, signed=True)
    x = np.array(RATIOS) ** 2
    best, covariance = curve_fit(
        lambda x, d, b: d + b * x,
        x,
        residuals,
        p0=(7.0, -3.0),
        jac=lambda x, d, b: np.stack([np.ones_like(x), x], axis=1),
        sigma=sigmas,
        absolute_sigma=True,
    )
    # curve_fit ends when a step changes chi-square by less than 1e-8 of it
    assert found.delta_um == pytest.approx(best[0], abs=1e-4 * sigmas[0])
    assert found.b_um == pytest.approx(best[1], abs=1e-3 * max(sigmas))
    inflation = max(1.0, found.chi2 / 2.0)
    assert found.sigma_um == pytest.approx(math.sqrt(covariance[0, 0] * inflation), rel=1e-4)
    left = np.array(residuals) - best[0] - best[1] * x
    assert found.chi2 == pytest.approx(float(np.sum((left / sigmas) ** 2)), rel=1e-4, abs=1e-6)


def test_errors_in_common_and_of_each_position_add_up_as_drawn():
    # Monte Carlo: every residual is off by its own error and by one that all share.
    rng = np.random.default_rng(5)
    own, common = np.array([0.4, 1.0, 0.7, 2.0]), np.array([1.5, 1.2, 1.0, 0.3])
    true = np.array(law(30.0, -30.0))
    sigma = np.hypot(own, common)
    delta, misfit = [], []
    for _ in range(2000):
        r = true + own * rng.standard_normal(4) + common * rng.standard_normal()
        zoom = [
            ZoomResidual(1000.0 * ratio, float(each), float(s), common_um=float(c))
            for ratio, each, s, c in zip(RATIOS, r, sigma, common, strict=True)
        ]
        found = solve_back_focus(zoom, signed=True)
        delta.append(found.delta_um)
        misfit.append(found.misfit_um)
        told = found.misfit_sigma_um
    plain = solve_back_focus(
        [
            ZoomResidual(1000.0 * ratio, float(each), float(s), common_um=float(c))
            for ratio, each, s, c in zip(RATIOS, true, sigma, common, strict=True)
        ],
        signed=True,
    )
    # 2000 draws know a standard deviation to 1.6 %.
    assert plain.sigma_um == pytest.approx(np.std(delta), rel=0.06)
    assert np.std(misfit, axis=0)[::-1] == pytest.approx(told[::-1], rel=0.06)


def test_a_lens_that_may_be_soft_widens_the_interval_downwards_only():
    hard = positions((20.0, 0.0), (0.1, 1.0))
    soft = tuple(replace(each, softness_um=8.0) for each in hard)
    plain, wary = solve_back_focus(hard, signed=False), solve_back_focus(soft, signed=False)
    assert wary.delta_um == plain.delta_um
    assert wary.low_um < plain.low_um - 0.5
    assert wary.high_um <= plain.high_um + 0.01
    # All the softness there may be, taken off in quadrature, and two sigma.
    assert wary.low_um > math.sqrt(20.0**2 - 8.0**2) / (1.0 - 0.01) - 1.3


def test_misfits_beyond_the_noise_widen_sigma():
    calm = solve_back_focus(positions(law(30.0, -30.0)), signed=True)
    rough = solve_back_focus(
        positions([value + off for value, off in zip(law(30.0, -30.0), (3, -3, 3, -3), strict=True)]),
        signed=True,
    )
    assert rough.sigma_um > 2.0 * calm.sigma_um
    assert rough.probability < 0.01 < calm.probability


def test_a_scale_known_badly_widens_sigma():
    exact = solve_back_focus(positions(law(80.0, -80.0)), signed=True)
    blurry = solve_back_focus(positions(law(80.0, -80.0), scale_sigma_px=30.0), signed=True)
    assert blurry.sigma_um > exact.sigma_um


def test_the_chance_of_a_misfit_is_that_of_the_tables():
    # Tail of the chi-square distribution from printed tables: 5 % and 50 % points.
    found = solve_back_focus(positions(TRACED_UM), signed=True)
    for dof, five, half in ((1, 3.841, 0.455), (2, 5.991, 1.386), (3, 7.815, 2.366), (6, 12.592, 5.348)):
        # Wilson and Hilferty is good to 0.01 from one degree of freedom up.
        assert replace(found, chi2=five, dof=dof).probability == pytest.approx(0.05, abs=0.01)
        assert replace(found, chi2=half, dof=dof).probability == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "zoom",
    [
        (),
        (ZoomResidual(100.0, 1.0, 1.0),),
        (ZoomResidual(100.0, 1.0, 1.0), ZoomResidual(100.0, 2.0, 1.0)),
    ],
)
def test_one_zoom_position_is_a_wrong_call(zoom):
    with pytest.raises(ValueError, match="two or more zoom positions"):
        solve_back_focus(zoom, signed=True)


@pytest.mark.parametrize(
    "values",
    [(0.0, 1.0, 1.0), (100.0, math.nan, 1.0), (100.0, 1.0, 0.0), (100.0, 1.0, math.inf)],
)
def test_a_residual_without_a_scale_or_a_sigma_cannot_be_made(values):
    with pytest.raises(ValueError, match=r"finite|above zero"):
        ZoomResidual(*values)


def coverage(runs, seed, *, signed, positions_at, soft_um=0.0):
    """Share of runs whose interval holds the truth, everything drawn again in each."""
    rng = np.random.default_rng(seed)
    held = 0
    for _ in range(runs):
        delta, b = rng.uniform(-40.0, 40.0), rng.normal(0.0, 60.0)
        sigma = rng.uniform(0.5, 4.0)
        ratios = positions_at(rng)
        zoom = []
        for ratio in ratios:
            true = delta + b * ratio**2
            blur = rng.uniform(0.0, 1.0) * soft_um
            r = math.copysign(math.hypot(true, blur), true) + sigma * rng.standard_normal()
            zoom.append(ZoomResidual(1000.0 * ratio, r, sigma, softness_um=soft_um))
        found = solve_back_focus(zoom, signed=signed)
        held += holds(found, delta)
    return held / runs


def holds(found: BackFocus, delta_um: float) -> bool:
    truth = delta_um if found.sign_known else abs(delta_um)
    return found.low_um <= truth <= found.high_um


def many(rng):
    return (1.0, rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.4), rng.uniform(0.05, 0.2))


def ends(rng):
    return (1.0, rng.uniform(0.05, 0.33))


@pytest.mark.parametrize("seed", [11])
@pytest.mark.parametrize(
    ("signed", "positions_at", "soft_um"),
    [(True, ends, 0.0), (True, many, 0.0), (False, ends, 0.0), (False, many, 0.0), (False, ends, 8.0)],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(seed, signed, positions_at, soft_um):
    share = coverage(300, seed, signed=signed, positions_at=positions_at, soft_um=soft_um)
    # 300 runs: a true 95 % scatters by 1.3 %; the interval may be up to 2 % wide of it.
    assert 0.93 - 0.026 < share < 0.97 + 0.026


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("signed", "positions_at", "soft_um"),
    [(True, ends, 0.0), (True, many, 0.0), (False, ends, 0.0), (False, many, 0.0), (False, ends, 8.0)],
)
def test_the_interval_holds_the_truth_in_93_to_97_of_100(seed, signed, positions_at, soft_um):
    share = coverage(2000, seed, signed=signed, positions_at=positions_at, soft_um=soft_um)
    assert 0.93 <= share <= 0.97  # 2000 runs: 0.5 % of scatter


def close(a: float, b: float, abs_um: float = 1e-6) -> bool:
    return a == pytest.approx(b, rel=1e-6, abs=abs_um)
