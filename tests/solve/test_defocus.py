import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfocus.measure.reading import Flag
from backfocus.optics.blur import pixel_mtf
from backfocus.optics.lens import Optics
from backfocus.solve.defocus import (
    Reference,
    defocus,
    reference_from,
    sharpest_first,
    softness_um,
    spherical_waves,
)

from ..oracles.pupil import pupil_transfer, sharpest_w020
from .conftest import FREQUENCIES

HD = Optics(5.0, ((0.0, 1.8),))
WAVE_UM = 8.0 * 0.55 * 1.8**2
H = HD.half_depth_um()


def prysm_reading(make_reading, w020, w040=0.0, f_number=1.8, pixel_um=5.0, **more):
    """A reading whose curve comes from prysm's pupil instead of from our integral."""
    lens = pupil_transfer(FREQUENCIES, w020, w040, f_number=f_number, pixel_um=pixel_um)
    return make_reading(0.0, curve=lens * pixel_mtf(FREQUENCIES), noise=0.002, **more)


def best_focus(w040) -> float:
    return sharpest_w020(w040, f_number=1.8, pixel_um=5.0)


def um(reading, optics=HD, **more) -> float:
    found = defocus(reading, optics, **more)
    assert found is not None
    return found.um


@pytest.mark.parametrize("waves", [0.5, 0.8, 1.0, 1.5, 2.0, 2.5, -1.5])
def test_prysm_pictures_read_within_a_tenth_of_h(make_reading, waves):
    r = abs(waves) * WAVE_UM
    assert um(prysm_reading(make_reading, waves)) == pytest.approx(r, abs=max(H / 10.0, 0.01 * r))


@pytest.mark.parametrize("w040", [0.3, 0.65, 1.0])
def test_with_aberration_and_a_reference_within_a_fifth_of_h(make_reading, w040):
    best = best_focus(w040)
    reference = reference_from(prysm_reading(make_reading, best, w040))
    for waves in (-2.5, -1.0, -0.5, 0.5, 1.3, 2.5):
        r = abs(waves) * WAVE_UM
        seen = um(prysm_reading(make_reading, best + waves, w040), reference=reference)
        assert seen == pytest.approx(r, abs=max(H / 5.0, 0.03 * r)), waves


@pytest.mark.parametrize("seed", [2])
@pytest.mark.parametrize("w040", [0.3, 0.65, 1.0])
def test_ring_noise_of_half_a_per_cent_does_not_spoil_that(make_reading, w040, seed):
    rng, best = np.random.default_rng(seed), best_focus(w040)
    reference = reference_from(noisy(prysm_reading(make_reading, best, w040), 0.005, rng))
    for waves in (-2.0, -1.0, 1.0, 2.0):
        r = abs(waves) * WAVE_UM
        reading = noisy(prysm_reading(make_reading, best + waves, w040), 0.005, rng)
        assert um(reading, reference=reference) == pytest.approx(r, abs=max(H / 5.0, 0.03 * r)), waves


def noisy(reading, noise, rng):
    values = np.array(reading.modulation) + noise * rng.standard_normal(len(reading.modulation))
    sigma = (noise,) * len(values)
    return replace(reading, modulation=tuple(values), modulation_sigma=sigma)


def test_the_aberration_is_read_off_the_reference(make_reading):
    for w040 in (0.3, 0.65, 1.0):
        reference = reference_from(prysm_reading(make_reading, best_focus(w040), w040))
        # The reference's curve differs by 0.002 from one step of 0.05 waves to the next.
        assert spherical_waves(reference, HD, f_number=1.8) == pytest.approx(w040, abs=0.11)


def test_a_reference_reads_as_in_focus_whatever_made_it_soft(make_reading):
    grey = np.exp(-3.0 * FREQUENCIES**1.5)  # no aberration has this shape
    soft = make_reading(0.0, curve=np.array(make_reading(0.0).modulation) * grey, noise=0.002)
    assert um(soft) > H / 2.0
    assert um(soft, reference=reference_from(soft)) < 1e-6


CODED = 0.985 * np.exp(-0.12 * FREQUENCIES)
"""What H.264 at CRF 20 left of the sharpest pictures of a sweep: 0.97 at 0.1 cy/px, 0.93 at 0.45."""


def coded(reading):
    return replace(reading, modulation=tuple(CODED * np.array(reading.modulation)), level_sigma=0.01)


@pytest.mark.parametrize("waves", [1.0, 2.5])
def test_a_softened_reference_does_not_make_a_good_lens_aberrated(make_reading, waves):
    soft = reference_from(coded(prysm_reading(make_reading, 0.0)))
    assert spherical_waves(soft, HD, f_number=1.8) > 0.4  # alone it looks like an aberrated lens
    r = waves * WAVE_UM
    seen = um(prysm_reading(make_reading, waves), reference=soft)
    assert seen == pytest.approx(r, abs=max(H / 5.0, 0.03 * r))


UNSHARP = 1.0 + 1.5 * (1.0 - np.exp(-2.0 * (np.pi * 0.7 * FREQUENCIES) ** 2))
"""An unsharp mask of 150 % with a Gauss of 0.7 pixels: more than any unknown camera's four taps can be."""


@pytest.mark.parametrize("waves", [0.0, 0.3, 0.6, 0.9, 2.5])
def test_beside_a_reference_that_a_camera_sharpened_every_defocus_is_read(make_reading, waves):
    """Without that all within two half depths of focus is as sharp as perfect, and reads as in focus."""

    def sharpened(at):
        reading = prysm_reading(make_reading, at)
        return replace(reading, modulation=tuple(UNSHARP * np.array(reading.modulation)))

    r = waves * WAVE_UM
    assert um(sharpened(min(waves, 0.9))) < 0.5 * H + max(r - 0.6 * WAVE_UM, 0.0)
    seen = um(sharpened(waves), reference=reference_from(sharpened(0.0)))
    assert seen == pytest.approx(r, abs=max(H / 5.0, 0.03 * r))


@pytest.mark.parametrize(("f_number", "pixel_um"), [(1.8, 5.0), (1.8, 2.5), (2.8, 6.0), (3.8, 1.5)])
def test_without_a_reference_a_soft_lens_reads_high_by_what_is_stated(make_reading, f_number, pixel_um):
    camera, read = {"f_number": f_number, "pixel_um": pixel_um}, []
    for w040 in (0.3, 0.65, 1.0):
        best = sharpest_w020(w040, **camera)
        reading = prysm_reading(make_reading, best, w040, **camera)
        read.append(um(reading, Optics(pixel_um, ((0.0, f_number),))))
    most = softness_um(f_number, pixel_um, 0.55)
    assert 0.5 < read[0] < read[1] < read[2]
    # one frequency stands for the curve: the fit over all of it reads up to 9 % less
    assert 0.88 * most < read[2] < 1.02 * most


@pytest.mark.parametrize("waves", [0.5, 1.0, 2.5])
def test_the_sigma_without_a_reference_holds_the_unequal_sides_of_focus(make_reading, waves):
    sides = [prysm_reading(make_reading, best_focus(1.0) + side * waves, 1.0) for side in (-1.0, 1.0)]
    apart = abs(um(sides[0]) - um(sides[1]))
    found = defocus(sides[0], HD, f_number_sigma=0.0)
    assert found is not None
    # W040 spread evenly up to a wave of either sign shifts |r| by half of that over sqrt(3), in root mean
    # square: 0.04 to 0.08 of |r|, by camera and rings
    assert 0.4 * found.model_sigma_um < apart / math.sqrt(12.0) < 1.3 * found.model_sigma_um


@given(r=st.floats(0.0, 350.0))
@settings(max_examples=60)
def test_every_defocus_comes_back(make_reading_once, r):
    # Noise-free curves of the same integral: what is left is the table, and near zero the flat curve.
    assert um(make_reading_once(r)) == pytest.approx(r, abs=max(0.002 * r, 0.05 if r > 2.0 else 0.7))


@pytest.fixture(scope="module")
def make_reading_once():
    from .conftest import reading_at

    return reading_at


@given(low=st.floats(3.0, 300.0), more=st.floats(1.05, 2.0))
@settings(max_examples=40)
def test_more_blur_reads_more(make_reading_once, low, more):
    assert um(make_reading_once(low)) < um(make_reading_once(low * more))


@pytest.mark.parametrize("f_number", [1.4, 2.0, 2.8, 5.6])
@pytest.mark.parametrize("pixel_um", [1.5, 2.5, 5.0])
def test_every_camera(make_reading, f_number, pixel_um):
    optics = Optics(pixel_um, ((0.0, f_number),))
    h = optics.half_depth_um()
    for r in (h, 3.0 * h, 6.0 * h):
        assert um(make_reading(r, f_number=f_number, pixel_um=pixel_um), optics) == pytest.approx(
            r, abs=h / 20
        )


def test_the_f_number_of_the_zoom_position_is_used(make_reading):
    ramp = Optics(5.0, ((7.8, 1.8), (108.0, 1.8), (156.0, 2.6)))
    assert um(make_reading(40.0, f_number=2.6), ramp, ratio=1.0) == pytest.approx(40.0, abs=0.1)
    assert um(make_reading(40.0, f_number=1.8), ramp, ratio=0.3) == pytest.approx(40.0, abs=0.1)


def test_the_negative_lobe_picks_the_branch(make_reading):
    # The disc is 7.8 px wide: at 0.2 cy/px that is beyond the first zero, at 1.22 / 0.2 = 6.1 px.
    ring = np.array([0.15, 0.2])
    found = um(make_reading(70.0, frequency=ring))
    assert found == pytest.approx(70.0, abs=0.5)
    turned = make_reading(70.0, frequency=ring)
    unsigned = replace(turned, modulation=tuple(abs(value) for value in turned.modulation))
    assert um(unsigned) != pytest.approx(70.0, abs=5.0)


@pytest.mark.parametrize("waves", [0.7, 2.0])
def test_both_sides_of_focus_read_the_same(make_reading, waves):
    near, far = (prysm_reading(make_reading, side * waves) for side in (-1.0, 1.0))
    assert min(near.modulation) < 0.0 or waves < 1.0  # with and without a negative lobe
    assert um(near) == pytest.approx(um(far), abs=1e-6)


@given(level=st.floats(-0.02, 0.02))
@settings(max_examples=15)
def test_a_wrong_zero_frequency_hardly_matters_where_it_is_said_to_be_unsure(make_reading_once, level):
    reading = make_reading_once(20.0)
    values = np.array(reading.modulation) * (1.0 + level)
    sigma = np.hypot(1e-4, 0.02 * values)
    off = replace(reading, modulation=tuple(values), modulation_sigma=tuple(sigma), level_sigma=0.02)
    # A level wrong by 2 % moves |r| by 0.8 um if it is believed.
    assert um(off) == pytest.approx(20.0, abs=0.15)


def test_from_one_ring_sigma_covers_every_branch_that_fits(make_reading):
    from backfocus.optics.blur import lens_pixel_mtf

    r = np.linspace(0.0, 200.0, 2001)
    curve = lens_pixel_mtf(0.2, r, f_number=1.8, pixel_um=5.0)
    value = 0.03
    branches = r[1:][np.diff(np.sign(curve - value)) != 0]
    assert len(branches) >= 3
    found = defocus(make_reading(0.0, frequency=np.array([0.2]), curve=np.array([value])), HD)
    assert found is not None
    assert found.um + 1.96 * found.sigma_um >= branches[-1] - 1.0


def test_the_sigma_near_focus_is_a_part_of_h_however_low_the_noise(make_reading):
    best = reference_from(make_reading(0.0))  # or the lens's own blur would hide the flat curve
    near, far = (defocus(make_reading(r), HD, reference=best) for r in (0.0, 2.0 * H))
    assert near is not None
    assert far is not None
    assert H / 10.0 < near.sigma_um < H / 2.0
    assert far.sigma_um < near.sigma_um


@pytest.mark.parametrize("seed", [6])
def test_the_noise_part_of_sigma_is_what_readings_scatter_by(make_reading, seed):
    rng = np.random.default_rng(seed)
    score = []
    for _ in range(150):
        r = rng.uniform(0.5, 2.5) * WAVE_UM
        found = defocus(make_reading(r, noise=float(rng.uniform(0.003, 0.02)), rng=rng), HD)
        assert found is not None
        score.append((found.um - r) / noise_um(found))
    assert 0.85 < np.std(score) < 1.15  # 150 runs: 6 % of scatter


@pytest.mark.parametrize("r", [8.0, 20.0, 60.0, 200.0])
def test_the_f_number_part_of_sigma_is_how_far_a_wrong_one_moves_the_reading(make_reading, r):
    reading = make_reading(r)
    wrong = abs(um(reading, Optics(5.0, ((0.0, 1.8 * 1.02),))) - um(reading))
    sure, unsure = (defocus(reading, HD, f_number_sigma=sigma) for sigma in (0.0, 0.02))
    assert sure is not None
    assert unsure is not None
    # 2 % are no differential: the curvature over them, near focus, is a fifth of the shift.
    assert math.sqrt(unsure.sigma_um**2 - sure.sigma_um**2) == pytest.approx(wrong, rel=0.2, abs=0.01)


@pytest.mark.parametrize("r", [2.0, 6.0, 14.0, 36.0, 120.0])
@pytest.mark.parametrize("seed", [4])
def test_two_sigma_hold_the_truth(make_reading, r, seed):
    rng = np.random.default_rng(seed)
    for _ in range(20):
        found = defocus(make_reading(r, noise=0.01, rng=rng), HD)
        assert found is not None
        # Sigma also holds errors common to all pictures, which are absent here: 20 of 20, at 2.5 sigma.
        assert abs(found.um - r) < 2.5 * found.sigma_um


def test_noise_widens_sigma(make_reading):
    calm = defocus(make_reading(20.0, noise=0.001), HD)
    loud = defocus(make_reading(20.0, noise=0.03), HD)
    assert calm is not None
    assert loud is not None
    assert loud.sigma_um > calm.sigma_um
    # The part that averages out is in proportion to the noise; the common part hardly knows of it.
    assert noise_um(loud) > 10.0 * noise_um(calm)
    assert loud.model_sigma_um == pytest.approx(calm.model_sigma_um, rel=0.05)


def noise_um(found):
    return math.sqrt(found.sigma_um**2 - found.model_sigma_um**2)


@pytest.mark.parametrize("wild", [0, 7, 15])
def test_one_wild_ring_does_no_harm(make_reading, wild):
    reading = make_reading(30.0, noise=0.003)
    values = list(reading.modulation)
    values[wild] += 0.5
    assert um(replace(reading, modulation=tuple(values))) == pytest.approx(30.0, abs=0.5)


def test_an_unknown_f_number_widens_sigma_with_the_defocus(make_reading):
    found = defocus(make_reading(100.0), HD, f_number_sigma=0.1)
    assert found is not None
    assert found.sigma_um > 10.0


def test_flags_pass_through(make_reading):
    flags = frozenset({Flag.SHARPENED, Flag.CROPPED})
    found = defocus(make_reading(10.0, flags=flags), HD)
    assert found is not None
    assert found.flags == flags


def test_without_rings_there_is_no_number(make_reading):
    empty = make_reading(0.0, frequency=np.array([]), curve=np.array([]))
    assert defocus(empty, HD) is None
    assert reference_from(empty) is None
    broken = replace(make_reading(10.0, frequency=np.array([0.2])), modulation=(math.nan,))
    assert defocus(broken, HD) is None


def test_the_sharpest_of_some_readings(make_reading):
    readings = [make_reading(r) for r in (30.0, 4.0, 12.0)]
    assert sharpest_first(readings) == [readings[1], readings[2], readings[0]]
    small = make_reading(2.0, frequency=np.linspace(0.05, 0.15, 6))  # a small star ends below 0.25 cy/px
    assert sharpest_first([*readings, small])[0] is small
    assert sharpest_first([make_reading(0.0, frequency=np.array([]), curve=np.array([]))]) == []


def test_a_reference_without_rings_changes_nothing(make_reading):
    nothing = Reference((), (), ())
    assert um(make_reading(20.0), reference=nothing) == pytest.approx(20.0, abs=0.05)
