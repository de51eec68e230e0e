"""The curve of a star against the exact wave of a blurred ring."""

import numpy as np
import pytest
from scipy import special

from backfocus.measure.star.levels import Levels
from backfocus.measure.star.mtf import respond

from ...oracles.transfer import bell

SIGMA_PX = 4.0


def blurred_ring(cycles: int, radius_px: np.ndarray) -> np.ndarray:
    """Amplitude left of cos(n phi) at these radii by a bell of `SIGMA_PX`.

    From the integral of exp(-t**2) I_n (Gradshteyn and Ryzhik, 6.618.4).
    """
    z = (radius_px / SIGMA_PX) ** 2 / 4
    orders = special.ive((cycles - 1) / 2, z) + special.ive((cycles + 1) / 2, z)
    return np.asarray(np.sqrt(np.pi / 8) * radius_px / SIGMA_PX * orders)


@pytest.mark.parametrize("cycles", [8, 12, 20, 36])
def test_a_ring_reads_as_a_straight_wave_of_its_frequency(cycles: int) -> None:
    frequency = np.geomspace(0.008, 0.085, 60)
    straight, radius = bell(SIGMA_PX)(frequency), cycles / (2 * np.pi * frequency)
    seen, sigma, levels = blurred_ring(cycles, radius), np.full(60, 1e-3), Levels(1, 0, 1.0, 0.0, 0.0)
    read = respond(frequency, seen, sigma, radius, np.full(60, True), levels, cycles).modulation
    # the next term, about 50 / n**4 where it is largest, and a thousandth for the fit of the bend
    assert np.abs(np.array(read) - straight).max() < 0.001 + 50 / cycles**4
