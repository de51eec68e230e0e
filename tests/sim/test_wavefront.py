import numpy as np
import pytest

from backfocus.optics.blur import diffraction_defocus_mtf
from backfocus.sim.wavefront import cutoff_cy_px, defocus_waves, sharpest_w020, transfer

FREQUENCY = np.linspace(0.0, 1.4, 29)


@pytest.mark.parametrize(("f_number", "pixel_um"), [(1.8, 5.0), (2.6, 5.0), (4.0, 2.5)])
@pytest.mark.parametrize("residual_um", [0.0, 9.0, -36.0, 150.0, 400.0])
def test_without_aberration_it_is_the_exact_defocus_integral(f_number, pixel_um, residual_um):
    exact = diffraction_defocus_mtf(FREQUENCY, residual_um, f_number=f_number, pixel_um=pixel_um)
    ours = transfer(FREQUENCY, defocus_waves(residual_um, f_number), 0.0, cutoff_cy_px(f_number, pixel_um))
    # Two quadratures of one integral in different coordinates; both claim better than 1e-6.
    np.testing.assert_allclose(ours, exact, atol=1e-6)


def sampled_pupil_transfer(w020, w040, shifts):
    """The overlap of a pupil drawn on a square grid with itself, moved by whole samples along x."""
    radius = 300
    y, x = np.mgrid[-radius : radius + 1, -2 * radius : 2 * radius + 1] / (radius + 0.5)
    squared = x**2 + y**2
    pupil = np.where(squared <= 1, np.exp(2j * np.pi * (w020 * squared + w040 * squared**2)), 0)
    overlaps = [np.vdot(pupil, np.roll(pupil, round(s * (radius + 0.5)), axis=1)).real for s in shifts]
    return np.array(overlaps) / np.sum(squared <= 1)


@pytest.mark.parametrize(("w020", "w040"), [(0.0, 0.5), (-0.7, 0.7), (1.5, -0.4), (-2.0, 1.0)])
def test_with_aberration_it_is_the_overlap_of_a_sampled_pupil(w020, w040):
    shifts = np.arange(0, 13) * 45 / 300.5
    ours = transfer(shifts / 2.0, w020, w040, 1.0)
    # The pupil's rim is a staircase of 1/300 of its radius.
    np.testing.assert_allclose(ours, sampled_pupil_transfer(w020, w040, shifts), atol=4e-3)


def test_sharpest_is_sharper_than_a_little_to_either_side():
    cutoff = cutoff_cy_px(1.8, 5.0)
    best = sharpest_w020(0.8, cutoff)
    at, left, right = (transfer(np.array([0.25]), best + step, 0.8, cutoff)[0] for step in (0.0, -0.05, 0.05))
    assert at > left
    assert at > right
    # At low frequencies rays decide: the least mean square of 2 w020 p + 4 w040 p^3 is at w020 = -4/3 w040.
    # 0.25 cy/px is a twentieth of the cutoff, so a tenth of a wave is near enough.
    assert best == pytest.approx(-4 / 3 * 0.8, abs=0.1)


def test_no_aberration_is_sharpest_in_focus():
    assert sharpest_w020(0.0, 5.0) == 0.0
