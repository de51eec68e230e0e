"""Which pixels a star is sampled at, and the waves fitted to them."""

from dataclasses import replace

import numpy as np
import pytest

from backfocus.measure.star.pose import Pose
from backfocus.measure.star.rings import (
    RingFit,
    Rings,
    fit_clean,
    fit_other_light,
    fit_rings,
    gather,
    middle,
    outliers,
    parity,
    plan_rings,
    power,
    ring_count,
)


def wave_picture(cycles: int, x: float, y: float, square: bool = False, size: int = 241) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size]
    angle = cycles * np.arctan2(rows - y, columns - x) - 0.7
    level = np.sign(np.cos(angle)) if square else np.cos(angle)
    return (0.5 + 0.3 * level).astype(np.float32)


@pytest.mark.parametrize("cycles", [8, 36, 72, 144])
def test_powers_of_a_turn(cycles: int) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 30, (2, 50)).astype(np.float32)
    # float32 with seven squarings: a few parts in 1e5
    unit = ((x + 1j * y) / np.hypot(x, y)).astype(np.complex64)
    assert power(unit, cycles) == pytest.approx(np.exp(1j * cycles * np.arctan2(y, x)), abs=2e-4)


@pytest.mark.parametrize("cycles", [8, 36, 72])
@pytest.mark.parametrize("line_step", [1, 2])
def test_a_wave_comes_back(cycles: int, line_step: int) -> None:
    x, y = 120.3, 119.6
    picture = wave_picture(cycles, x, y)
    first = 1 if line_step == 2 else 0
    odd = parity(round(y), first, line_step)
    plan = plan_rings(cycles, ring_count(cycles, 100.0), line_step, odd)
    rings = gather(picture[first::line_step], plan, Pose(x, y), line_step=line_step, first_line=first)
    fit = fit_rings(rings)
    # exact but for the ridge and 32 bits, from rings of 40 pixels up
    filled = fit.samples > 40
    assert fit.wave[filled] == pytest.approx(0.3 * np.exp(0.7j), abs=1e-3)
    assert fit.mean[filled] == pytest.approx(0.5, abs=1e-3)


def test_square_spokes_do_not_leak() -> None:
    x, y = 120.3, 119.6
    plan = plan_rings(36, ring_count(36, 110.0), 1, 0)
    rings = gather(wave_picture(36, x, y, square=True), plan, Pose(x, y))
    fit = fit_rings(rings)
    outer = rings.radius_px > 60
    # the worst case, edges sharper than any pixel: harmonics from the 7th on are sampled, not fitted
    assert np.abs(fit.wave[outer]).mean() == pytest.approx(0.3 * 4 / np.pi, rel=0.005)
    assert fit.mean[outer].mean() == pytest.approx(0.5, abs=0.004)
    assert np.abs(fit.third[outer]).mean() == pytest.approx(0.1 * 4 / np.pi, rel=0.03)


@pytest.mark.parametrize("cycles", [8, 16, 36, 72, 144])
def test_no_phase_of_the_spokes_is_seen_oftener_than_another(cycles: int) -> None:
    x, y = 1500.3, 1499.6
    plan = plan_rings(cycles, ring_count(cycles, 1200.0), 1, 0)
    rings = gather(np.zeros((3000, 3000), np.float32), plan, Pose(x, y))
    wide = (rings.radius_px > 8 * cycles) & (rings.radius_px < 1200)
    turns = np.angle(rings.wave[wide])[..., None] / (2 * np.pi) + np.arange(20) / 20
    white = (((turns % 1.0) < 0.5) * rings.weight[wide][..., None]).sum(axis=1)
    share = white / rings.weight[wide].sum(axis=1)[:, None]
    # bars of any phase: half of a ring is white, give or take three pixels of some 330
    assert np.abs(share - 0.5).max() < 0.01


def test_cost_does_not_grow_with_the_star() -> None:
    small, large = (plan_rings(36, ring_count(36, radius), 1, 0) for radius in (100.0, 900.0))
    assert large.used.sum() < 3 * small.used.sum()


def test_pixels_outside_the_picture_have_no_weight() -> None:
    picture = wave_picture(36, 120.0, 120.0)
    plan = plan_rings(36, ring_count(36, 100.0), 1, 0)
    rings = gather(picture[:, :130], plan, Pose(120.0, 120.0))
    assert rings.visible[-1] == pytest.approx(0.53, abs=0.06)
    assert not rings.whole
    assert gather(picture, plan, Pose(120.0, 120.0)).whole


def test_pixels_are_found_however_the_picture_lies_in_memory() -> None:
    picture = wave_picture(36, 120.0, 120.0)[:, :200]
    wider = np.zeros((241, 256), np.float32)
    wider[:, :200] = picture
    doubled = np.repeat(picture, 2, axis=0)
    plan = plan_rings(36, ring_count(36, 100.0), 1, 0)
    plain = gather(np.ascontiguousarray(picture), plan, Pose(120.0, 120.0))
    upside_down = np.ascontiguousarray(wider[::-1])[::-1, :200]
    for other in (wider[:, :200], doubled[1::2], upside_down, np.asfortranarray(picture)):
        found = gather(other, plan, Pose(120.0, 120.0))
        assert np.array_equal(found.weight, plain.weight)
        assert np.array_equal(found.light * found.weight, plain.light * plain.weight)


def test_field_lines_are_hit_exactly() -> None:
    # every pixel that is used must lie on a line the field has
    for first in (0, 1):
        for line0 in (100, 101):
            plan = plan_rings(36, 20, 2, parity(line0, first, 2))
            lines = (plan.lines + line0 - first)[plan.used > 0]
            assert (lines % 2 == 0).all()


def test_outliers_are_dust_and_not_edges() -> None:
    x, y = 120.3, 119.6
    picture = wave_picture(36, x, y, square=True)
    plan = plan_rings(36, ring_count(36, 110.0), 1, 0)
    clean = gather(picture, plan, Pose(x, y))
    fit = fit_rings(clean)
    outer = clean.radius_px > 90
    # unblurred edges, of which some always lie just off a pixel; a lens leaves less
    assert outliers(clean, fit)[outer].mean() < 0.02
    dusty = wave_picture(36, x, y)
    dusty[60:64, 117:123] = 1.5
    seen = gather(dusty, plan, Pose(x, y))
    found = outliers(seen, fit_rings(seen))
    offset = seen.distance * seen.unit
    on_dust = (np.abs(offset.imag + y - 61.5) < 2) & (np.abs(offset.real + x - 119.5) < 3)
    assert found[on_dust & (seen.weight > 0)].mean() > 0.95


def dusty_rings() -> Rings:
    x, y = 120.3, 119.6
    picture = wave_picture(36, x, y)
    picture[60:64, 117:123] = 1.5
    return gather(picture, plan_rings(36, ring_count(36, 110.0), 1, 0), Pose(x, y))


def same_fit(one: RingFit, other: RingFit) -> None:
    # each ring is a fit of its own; only the order of 32-bit sums may differ
    for part in ("mean", "wave", "third", "noise", "samples", "residual"):
        assert getattr(one, part) == pytest.approx(getattr(other, part), abs=1e-5)


def test_rings_without_their_outliers_are_fitted_as_if_these_had_not_been_there() -> None:
    rings = dusty_rings()
    clean, fit = fit_clean(rings)
    changed = (clean.weight != rings.weight).any(axis=1)
    assert 0 < changed.sum() < len(fit.mean)
    same_fit(fit, fit_rings(clean))


def test_another_light_is_fitted_as_rings_of_that_light() -> None:
    clean, fit = fit_clean(dusty_rings())
    other = replace(clean, light=clean.light * (1 + np.float32(0.002) * clean.distance))
    same_fit(fit_other_light(fit, other.light), fit_rings(other))


def test_middle_is_the_upper_median() -> None:
    assert middle(np.array([3.0, 1.0, 2.0])) == 2.0
    assert middle(np.array([1.0, 2.0])) == 2.0
