import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfocus.optics.lens import Optics
from backfocus.solve.defocus import defocus
from backfocus.solve.peak import NoPeak, Peak, find_peak

STEPS = np.linspace(-20.0, 20.0, 13)


def hyperbola(e, best=1.3, slope=2.0, floor=3.0):
    return np.hypot(floor, slope * (np.asarray(e) - best))


def peak_of(positions, blur, sigma=1.0, **more) -> Peak:
    found = find_peak(positions, blur, np.full(len(positions), sigma), **more)
    assert isinstance(found, Peak), found
    return found


def refusal_of(positions, blur, sigma=1.0) -> str:
    found = find_peak(positions, blur, np.full(len(positions), sigma))
    assert isinstance(found, NoPeak), found
    return found.reason


def test_a_clean_sweep_gives_back_what_was_put_in():
    found = peak_of(STEPS, hyperbola(STEPS))
    assert found.position == pytest.approx(1.3, abs=1e-4)
    assert found.um_per_step == pytest.approx(2.0, abs=1e-4)
    assert found.floor_um == pytest.approx(3.0, abs=1e-2)


@pytest.mark.parametrize("seed", [5])
def test_the_peak_of_thirteen_pictures_is_within_a_tenth_of_h(make_reading, seed):
    rng, optics = np.random.default_rng(seed), Optics(5.0, ((0.0, 1.8),))
    h = optics.half_depth_um()
    off = []
    for _ in range(25):
        best = rng.uniform(-1.0, 1.0) * h
        e = np.linspace(-5.0, 5.0, 13) * h
        # 1 % pixel noise over the some 2000 pixels of a ring: 0.001 in modulation; four times that here.
        read = [defocus(make_reading(at - best, noise=0.004, rng=rng), optics) for at in e]
        assert all(each is not None for each in read)
        found = peak_of(e, [each.um for each in read], sigma=0.4)
        off.append(found.position - best)
    assert np.abs(off).max() < h / 10.0


@pytest.mark.parametrize("seed", [3])
def test_its_sigma_is_what_positions_scatter_by(seed):
    rng = np.random.default_rng(seed)
    score = []
    for _ in range(150):
        best, floor = rng.uniform(-5.0, 5.0), rng.uniform(0.5, 6.0)
        blur = np.abs(hyperbola(STEPS, best, 2.0, floor) + rng.standard_normal(13))
        found = peak_of(STEPS, blur)
        score.append((found.position - best) / found.sigma)
    assert 0.85 < np.std(score) < 1.2  # 150 runs: 6 % of scatter


@given(
    offset=st.floats(-1e4, 1e4),
    factor=st.floats(0.01, 100.0),
    turned=st.booleans(),
)
@settings(max_examples=25)
def test_the_unit_origin_and_direction_of_the_steps_do_not_matter(offset, factor, turned):
    way = -factor if turned else factor
    blur = hyperbola(STEPS) + 0.5 * np.cos(7.0 * STEPS)
    plain, moved = peak_of(STEPS, blur), peak_of(offset + way * STEPS, blur)
    # The descent stops at 1e-9 of the loss; a thousandth of sigma.
    assert moved.position == pytest.approx(offset + way * plain.position, abs=2e-3 * factor)
    assert moved.sigma == pytest.approx(factor * plain.sigma, rel=0.01)


@pytest.mark.parametrize("seed", [8])
def test_irregular_steps_in_any_order(seed):
    rng = np.random.default_rng(seed)
    e = rng.permutation(np.sort(rng.uniform(-20.0, 20.0, 15)))
    assert peak_of(e, hyperbola(e)).position == pytest.approx(1.3, abs=0.05)


@pytest.mark.parametrize("wild", [0, 4, 6, 7, 12])
def test_one_wild_picture_does_not_move_the_peak(wild):
    blur = hyperbola(STEPS)
    blur[wild] += 60.0
    assert peak_of(STEPS, blur).position == pytest.approx(1.3, abs=0.1)


def test_a_wider_noise_gives_a_wider_sigma():
    assert peak_of(STEPS, hyperbola(STEPS), 2.0).sigma > 1.5 * peak_of(STEPS, hyperbola(STEPS), 1.0).sigma


def test_a_known_slope_sharpens_the_peak_of_few_points():
    e = [-12.0, -6.0, 0.0, 4.0, 8.0]
    free = peak_of(e, hyperbola(e))
    held = peak_of(e, hyperbola(e), um_per_step=2.0)
    assert held.position == pytest.approx(1.3, abs=0.01)
    assert held.um_per_step == 2.0
    assert held.sigma <= free.sigma


def test_backlash_is_told_from_a_sweep_up_and_down():
    up, down = STEPS, STEPS[::-1]
    e = np.concatenate([up, down])
    blur = np.concatenate([hyperbola(up, 1.3 + 1.0), hyperbola(down, 1.3 - 1.0)])
    found = peak_of(e, blur)
    assert found.backlash == pytest.approx(2.0, abs=0.1)
    assert found.position == pytest.approx(1.3, abs=0.1)


def test_no_backlash_is_claimed_of_a_sweep_one_way():
    assert peak_of(STEPS, hyperbola(STEPS)).backlash is None


@pytest.mark.parametrize(
    ("blur", "word"),
    [
        (np.full(13, 20.0), "did not change"),
        (20.0 + 0.5 * np.cos(STEPS), "did not change"),
        (hyperbola(STEPS, 40.0), "only one way"),
        (hyperbola(STEPS, -40.0), "only one way"),
        (hyperbola(STEPS, 19.9), "only one way"),
    ],
)
def test_a_flat_or_one_sided_curve_is_no_peak(blur, word):
    assert word in refusal_of(STEPS, blur)


@pytest.mark.parametrize("seed", range(12))
def test_noise_is_no_peak(seed):
    blur = np.abs(20.0 + np.random.default_rng(seed).standard_normal(13))
    assert isinstance(find_peak(STEPS, blur, np.ones(13)), NoPeak)


def test_too_few_points_are_no_peak():
    assert "Too few" in refusal_of([0.0, 1.0, 2.0, 3.0], [3.0, 1.0, 2.0, 4.0])
    assert "Too few" in refusal_of([0.0, 1.0] * 6, [3.0, 1.0] * 6)


def test_unequal_lengths_are_a_wrong_call():
    with pytest.raises(ValueError, match="equally long"):
        find_peak([0.0, 1.0], [1.0], [1.0])
    with pytest.raises(ValueError, match="above zero"):
        find_peak(STEPS, hyperbola(STEPS), np.zeros(13))
