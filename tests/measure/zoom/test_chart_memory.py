"""What the chart is known for, on made-up measurements."""

import math

import pytest

from backfocus.measure.reading import Flag
from backfocus.measure.star.measurement import StarMeasurement
from backfocus.measure.zoom.chart_memory import Chart, believed, learned
from backfocus.measure.zoom.scale import Scale
from backfocus.target import twist_cycles

SURE = Scale(px=200.0, sigma_px=0.2, sure=True)
RADII = (50.0, 100.0, 150.0, 190.0)


def measured(top=0.9, phase=0.3, white=0.8, black=0.1, radius_px=200.0, twist_px=None, flags=()):
    turns = [0.0 if twist_px is None else float(twist_cycles(r / twist_px)) for r in RADII]
    return StarMeasurement(
        x_px=300.0,
        y_px=200.0,
        centre_sigma_px=0.01,
        cycles=36,
        radius_px=radius_px,
        frequency_cy_px=(0.03, 0.1),
        modulation=(top, 0.5 * top),
        modulation_025=0.2,
        mtf50_cy_px=0.15,
        ring_radius_px=RADII,
        ring_phase_rad=tuple(phase - 2 * math.pi * turn for turn in turns),
        ring_amplitude=(0.1, 0.2, 0.3, 0.35),
        white=white,
        black=black,
        flags=frozenset(flags),
    )


def test_a_clear_picture_teaches_and_is_believed():
    chart = learned(Chart(), measured(), SURE)
    assert chart.contrast == pytest.approx(0.7 / 0.9)
    assert chart.phase_rad == pytest.approx(0.3)
    assert believed(measured(), SURE, chart) == measured()


def test_a_blurred_picture_teaches_nothing():
    chart = Chart(0.7, 0.1)
    assert learned(chart, measured(top=0.4), SURE) == chart


def test_twists_are_undone_before_phases_are_compared():
    twisted = Scale(px=200.0, sigma_px=0.2, sure=True, twisted=True)
    chart = learned(Chart(), measured(twist_px=200.0), twisted)
    assert chart.phase_rad == pytest.approx(0.3)
    assert learned(Chart(), measured(twist_px=200.0), Scale(px=200.0, twisted=True)).phase_rad is None


def test_spokes_half_a_cycle_off_are_beyond_the_zero():
    seen = believed(measured(top=0.14, phase=0.3 + math.pi), SURE, Chart(0.78, 0.3))
    assert seen.modulation == (-0.14, -0.07)
    assert seen.modulation_025 == -0.2
    assert seen.mtf50_cy_px is None


def test_spokes_a_quarter_off_prove_nothing():
    assert believed(measured(phase=0.3 + math.pi / 2), SURE, Chart(0.78, 0.3)).modulation == (0.9, 0.45)


@pytest.mark.parametrize(
    "strayed", [measured(radius_px=150.0), measured(white=0.5, black=0.4, flags=[Flag.LOW_CONTRAST])]
)
def test_a_smaller_star_or_less_contrast_is_not_the_chart(strayed):
    seen = believed(strayed, SURE, Chart(0.78, 0.3))
    assert seen.flags == {Flag.LOST}
    assert seen.frequency_cy_px == seen.modulation == ()
    assert seen.mtf50_cy_px is seen.modulation_025 is None


def test_nothing_is_doubted_while_nothing_is_known():
    dim = measured(white=0.5, black=0.4, radius_px=150.0)
    assert believed(dim, Scale(), Chart()) == dim


def test_a_chart_learned_from_a_blur_does_not_reverse_a_clear_picture():
    clear = measured(phase=0.3 + math.pi)
    assert believed(clear, SURE, Chart(0.13, 0.3)) == clear
