import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfocus.optics.blur import lens_pixel_mtf, pixel_mtf
from backfocus.solve.focus_curves import FOCUS_CY_PX, best_focus_waves, focus_curves, overlap

from ..oracles.pupil import pupil_transfer

FREQUENCIES = np.linspace(0.03, 0.48, 16)
CAMERAS = [(1.8, 5.0), (2.6, 5.0), (1.8, 2.5), (3.8, 1.5), (8.0, 2.0)]


@pytest.mark.parametrize(("f_number", "pixel_um"), CAMERAS)
def test_without_aberration_the_table_is_the_exact_integral(f_number, pixel_um):
    curves = focus_curves(f_number, pixel_um, 0.55)
    r = np.linspace(0.0, curves.largest_um, 97)
    exact = lens_pixel_mtf(FREQUENCIES[:, None], r, f_number=f_number, pixel_um=pixel_um)
    # Interpolation in a table 0.1 periods fine: a tenth of what a modulation may be off anyway.
    assert curves.modulation(FREQUENCIES, r) == pytest.approx(exact, abs=4e-4)


@pytest.mark.parametrize(("f_number", "pixel_um"), [(1.8, 5.0), (3.8, 1.5)])
@pytest.mark.parametrize(("w020", "w040"), [(0.0, 0.3), (-1.0, 0.65), (1.0, 1.0), (-2.5, 1.0)])
def test_with_aberration_it_is_the_pupil_of_prysm(f_number, pixel_um, w020, w040):
    s = np.minimum(FREQUENCIES * 0.55 * f_number / pixel_um, 1.0)
    theirs = pupil_transfer(FREQUENCIES, w020, w040, f_number=f_number, pixel_um=pixel_um)
    # 256 samples across their pupil leave up to 1.5e-3.
    assert overlap(s, 8.0 * s * w020, w040) == pytest.approx(theirs, abs=2.5e-3)


@pytest.mark.parametrize(("f_number", "pixel_um"), CAMERAS)
@pytest.mark.parametrize("w040", [0.3, 1.0])
def test_the_table_is_its_own_integral_either_side_of_focus(f_number, pixel_um, w040):
    curves = focus_curves(f_number, pixel_um, 0.55, w040)
    r = np.linspace(-3.0, 3.0, 41) * curves.um_per_wave
    r = r[np.abs(r) < curves.largest_um]
    s = np.minimum(FREQUENCIES * 0.55 * f_number / pixel_um, 1.0)[:, None]
    exact = overlap(s, 8.0 * s * (r / curves.um_per_wave + curves.best_waves), w040)
    # Near the modulation's own uncertainty of 4e-3 nothing would be gained.
    assert curves.modulation(FREQUENCIES, r) == pytest.approx(
        exact * pixel_mtf(FREQUENCIES)[:, None], abs=2e-3
    )


def test_best_focus_balances_a_third_more_than_the_wavefront_at_low_frequency():
    # The smallest spot of rays needs W020 = -4/3 W040 (minimum of the mean square ray aberration).
    assert best_focus_waves(0.002, 0.5) == pytest.approx(-4.0 / 3.0 * 0.5, rel=0.01)


@given(w040=st.floats(0.1, 1.2), waves=st.floats(-3.0, 3.0))
@settings(max_examples=20)
def test_nothing_is_sharper_than_best_focus(w040, waves):
    s = FOCUS_CY_PX * 0.55 * 1.8 / 5.0
    there = overlap(np.array([s]), np.array([8.0 * s * best_focus_waves(s, w040)]), w040)
    elsewhere = overlap(np.array([s]), np.array([8.0 * s * waves]), w040)
    assert elsewhere[0] <= there[0] + 1e-6  # the vertex is found to 1e-3 waves
