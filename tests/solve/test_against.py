"""What tele's lens takes from a reference, put back: against the closed form of a perfect lens."""

import math

import numpy as np
import pytest

from backfocus.measure.reading import Against, Reading
from backfocus.optics.lens import Optics
from backfocus.solve.against import less_reference

OPTICS = Optics(5.0, ((1.0, 2.0), (2.0, 2.8)))


def perfect_lens(frequency_cy_px: float) -> float:
    """The textbook's formula for a circular pupil in focus, at f/2.8 and 5 um."""
    s = frequency_cy_px * 0.55 * 2.8 / 5.0
    return 2.0 / math.pi * (math.acos(s) - s * math.sqrt(1.0 - s * s))


def reading(ratio: float | None) -> Reading:
    against = None if ratio is None else Against(ratio)
    return Reading(
        0,
        0.0,
        frozenset(),
        frequency_cy_px=(0.1, 0.3),
        modulation=(0.9, 0.5),
        modulation_sigma=(0.01, 0.02),
        modulation_025=0.6,
        modulation_025_sigma=0.01,
        against=against,
    )


def test_tele_counts_at_the_frequency_it_shows_the_detail_at() -> None:
    seen = less_reference(reading(0.5), OPTICS)
    assert seen.modulation == pytest.approx((0.9 * perfect_lens(0.05), 0.5 * perfect_lens(0.15)), rel=1e-6)
    assert seen.modulation_sigma[1] / 0.02 == pytest.approx(seen.modulation[1] / 0.5)
    assert seen.modulation_025 == pytest.approx(0.6 * perfect_lens(0.125), rel=1e-6)


@pytest.mark.parametrize("optics", [None, OPTICS])
def test_a_curve_without_a_reference_stays_as_it_is(optics: Optics | None) -> None:
    assert less_reference(reading(None), optics) == reading(None)


def test_a_tiny_tele_costs_nothing() -> None:
    assert np.allclose(less_reference(reading(0.001), OPTICS).modulation, (0.9, 0.5), rtol=1e-3)
