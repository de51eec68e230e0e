"""Rings printed across the spokes against curves that fall, rise and swing by themselves."""

import numpy as np
import pytest

from backfocus.measure.star.measurement import measure_star
from backfocus.measure.star.printed_rings import beside_printed_rings

from ...oracles.star_picture import Scene, light
from ...oracles.transfer import CUT_OFF, Otf, bell, disc, hopkins, on_rings

RADIUS_PX = 9.5 * 1.04 ** np.arange(70)
KEEP = np.ones(RADIUS_PX.size, bool)


def sharpened(otf: Otf, share: float, radius_px: float) -> Otf:
    return lambda f: otf(f) * (1 + share - share * bell(radius_px)(f))


CURVES = {
    **{f"disc {d}": disc(d) for d in (1.5, 3.0, 8.0, 16.0)},
    "bell": bell(2.0),
    "2 waves": hopkins(2.0, CUT_OFF["f/1.8, 5 um"]),
    "straight motion": lambda f: np.sinc(9.0 * f),
    "sharpened": sharpened(disc(3.0), 1.0, 1.0),
    "much sharpened": sharpened(disc(3.0), 2.0, 2.5),
}


@pytest.mark.parametrize("name", CURVES)
def test_no_curve_of_a_lens_or_a_camera_is_taken_for_a_ring(name: str) -> None:
    wave = CURVES[name](36 / (2 * np.pi * RADIUS_PX))
    for seed in range(5):
        grain = np.random.default_rng(seed).normal(0, 0.01, RADIUS_PX.size)
        kept = beside_printed_rings(RADIUS_PX, wave + grain, np.full(RADIUS_PX.size, 0.01), KEEP)
        assert kept.all()


@pytest.mark.parametrize("tone", [0.0, 0.5, 1.0])
def test_a_star_with_a_ring_across_reads_as_without_it(tone: float) -> None:
    otf = hopkins(0.5, CUT_OFF["f/4, 4 um"])
    scene = Scene(200, 200, 99.7, 100.4, 75.0, hub_px=40.0, hub=tone, hub_inner_px=36.0)
    measured = measure_star(light(scene, otf), 100, 100, 36)
    f, m = np.array(measured.frequency_cy_px), np.array(measured.modulation)
    # sampling; the rings covered read .9 too low, and the picture was called sharpened
    assert np.abs(m - on_rings(otf)(f))[f < 0.45].max() < 0.012
