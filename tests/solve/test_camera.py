"""The camera's curve: what it can be, and what it costs."""

import math

import numpy as np
import pytest

from backfocus.optics.blur import lens_pixel_mtf
from backfocus.optics.lens import Optics
from backfocus.solve.camera import TAPS, CameraCurve, camera_curve, cost_half_depths, unknown_camera

FREQUENCY = np.linspace(0.0, 0.5, 51)
OPTICS = Optics(5.0, ((0.0, 2.0),))
NONE = np.zeros((TAPS, TAPS))


def filtered(kernel: list[float]) -> CameraCurve:
    """The camera that passes its pictures through a symmetric filter; taps beside the middle, one side."""
    return camera_curve(np.array([2.0 * each for each in kernel] + [0.0] * (TAPS - len(kernel))), NONE)


@pytest.mark.parametrize("kernel", [[0.25], [0.2, 0.05], [-0.15], [0.1, -0.05, 0.02, 0.01]])
def test_it_is_the_transfer_of_a_symmetric_filter(kernel: list[float]) -> None:
    taps = [*kernel[::-1], 1.0 - 2.0 * sum(kernel), *kernel]
    places = np.arange(len(taps)) - len(kernel)
    # the discrete Fourier transform, term by term: exact but for rounding
    exact = [
        sum(t * math.cos(2 * math.pi * f * p) for t, p in zip(taps, places, strict=True)) for f in FREQUENCY
    ]
    assert filtered(kernel).modulation(FREQUENCY) == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("spots_px", [0.4, 0.7, 1.0])
def test_it_can_be_a_low_pass_filter(spots_px: float) -> None:
    """Two spots `spots_px` apart: cos(pi f d), the exact transfer of a birefringent plate."""
    frequency = FREQUENCY[FREQUENCY < 0.46]
    exact = np.cos(np.pi * frequency * spots_px)
    basis = np.cos(2.0 * np.pi * frequency[:, None] * np.arange(1, TAPS + 1)) - 1.0
    guess = np.sqrt(np.diag(unknown_camera().covariance))
    taps = np.linalg.solve(basis.T @ basis + 1e-4 * np.diag(guess**-2), basis.T @ (exact - 1.0))
    # the solver lets a camera differ by 0.02 from one position to another, so that much is no error
    assert camera_curve(taps, NONE).modulation(frequency) == pytest.approx(exact, abs=0.022)
    assert np.all(np.abs(taps) < 2.0 * guess)


def test_an_ideal_camera_costs_nothing() -> None:
    assert cost_half_depths(filtered([0.0]), OPTICS) == 0.0


@pytest.mark.parametrize("r_um", [5.0, 10.0, 20.0])
def test_the_cost_is_the_defocus_that_takes_as_much_at_a_quarter(r_um: float) -> None:
    sharp, soft = (
        float(lens_pixel_mtf(0.25, um, f_number=2.0, pixel_um=5.0, wavelength_um=0.55)) for um in (0.0, r_um)
    )
    # one tap: C(0.25) = 1 - 2 a_1 / 2
    costs = cost_half_depths(filtered([(1.0 - soft / sharp) / 2.0]), OPTICS)
    assert costs == pytest.approx(r_um / 10.0, abs=0.03)  # the places that are tried stand 0.025 apart
    sharpens = cost_half_depths(filtered([(1.0 - sharp / soft) / 2.0]), OPTICS)
    assert sharpens == pytest.approx(-r_um / 10.0, abs=0.03)


def test_a_guess_says_how_far_it_may_be_off() -> None:
    sigma = unknown_camera().sigma(FREQUENCY)
    assert sigma[0] == 0.0
    assert 0.3 < sigma[-1] < 0.7


def test_a_covariance_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="taps"):
        CameraCurve((0.1, 0.0), ((1.0,),))
