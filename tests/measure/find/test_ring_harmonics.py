"""Harmonics of rings against waves written down as formulas."""

import math

import numpy as np
import pytest

from backfocus.measure.find.ring_harmonics import centre_correction, pyramid, read_rings, ring_radii

CENTRE = (210.3, 170.6)


def wave(cycles, amplitude=60.0, phase=0.7, shape=(360, 440), line_step=1, first_line=0):
    """127 + A cos(n phi + psi) about CENTRE, exactly at the pixels."""
    y, x = np.mgrid[first_line : shape[0] : line_step, 0 : shape[1]].astype(float)
    angle = np.arctan2(y - CENTRE[1], x - CENTRE[0])
    return np.round(127 + amplitude * np.cos(cycles * angle + phase)).astype(np.uint8)


@pytest.mark.parametrize("cycles", [8, 37, 60])
def test_amplitude_and_phase_of_a_known_wave(cycles):
    rings = read_rings(pyramid(wave(cycles)), *CENTRE, np.array([120.0, 150.0]))
    # bilinear samples lose sinc-like a few per cent at 12 px per cycle and more; the phase does not suffer
    assert np.abs(rings.harmonics[:, cycles]) == pytest.approx(60, rel=0.1)
    assert np.angle(rings.harmonics[:, cycles]) == pytest.approx(0.7, abs=0.02)
    assert (rings.coverage == 1).all()


@pytest.mark.parametrize(("line_step", "first_line"), [(2, 0), (2, 1)])
def test_a_field_reads_as_the_whole_picture_does(line_step, first_line):
    field = wave(24, line_step=line_step, first_line=first_line)
    rings = read_rings(pyramid(field, line_step=line_step, first_line=first_line), *CENTRE, np.array([140.0]))
    assert np.angle(rings.harmonics[0, 24]) == pytest.approx(0.7, abs=0.03)


def test_large_rings_of_the_reduced_pictures_keep_their_phase():
    y, x = np.mgrid[0:900, 0:900].astype(float)
    picture = np.round(127 + 60 * np.cos(36 * np.arctan2(y - 450.3, x - 449.6) + 0.7)).astype(np.uint8)
    rings = read_rings(pyramid(picture), 449.6, 450.3, np.array([80.0, 185.0, 390.0]))
    assert np.angle(rings.harmonics[:, 36]) == pytest.approx(0.7, abs=0.02)


@pytest.mark.parametrize(("dx", "dy"), [(1.5, 0.0), (-2.0, 3.0), (0.2, -0.1)])
def test_the_running_phase_tells_the_way_to_the_centre(dx, dy):
    rings = read_rings(pyramid(wave(36)), CENTRE[0] - dx, CENTRE[1] - dy, ring_radii(60, 160, 1.05))
    ask = centre_correction(rings, 36, np.ones(len(rings.radii_px)))
    # one step leaves the second order, offset^2 over the smallest ring
    assert (ask.dx_px, ask.dy_px) == pytest.approx((dx, dy), abs=0.05 + math.hypot(dx, dy) ** 2 / 60)
    assert ask.cycles == pytest.approx(0, abs=0.05)


def test_a_wrong_count_is_corrected():
    rings = read_rings(pyramid(wave(37)), *CENTRE, ring_radii(60, 160, 1.05))
    assert centre_correction(rings, 36, np.ones(len(rings.radii_px))).cycles == pytest.approx(1, abs=0.05)


def test_the_part_outside_the_picture_is_known():
    rings = read_rings(pyramid(wave(36)), 0.0, 170.0, np.array([100.0]))
    assert rings.coverage[0] == pytest.approx(0.5, abs=0.01)  # half a ring, to a few samples of 512


def test_an_even_picture_asks_for_nothing():
    rings = read_rings(pyramid(np.full((200, 200), 90, np.uint8)), 100, 100, ring_radii(20, 80, 1.1))
    ask = centre_correction(rings, 36, np.ones(len(rings.radii_px)))
    assert (ask.dx_px, ask.dy_px, ask.cycles) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("shear", [0.031 + 0j, 0.02 - 0.024j])
def test_a_tilted_star_asks_for_its_shear_and_is_one_wave_on_its_ellipses(shear):
    # shears of a chart turned away by 20 degrees: (1 - cos 20) / (1 + cos 20) = 0.031
    y, x = np.mgrid[0:360, 0:440].astype(float)
    offset = (x - CENTRE[0]) + 1j * (y - CENTRE[1])
    facing = offset + shear * offset.conj()
    tilted = pyramid(np.round(127 + 60 * np.cos(72 * np.angle(facing) + 0.7)).astype(np.uint8))
    radii = ring_radii(100, 160, 1.05)
    ask = centre_correction(read_rings(tilted, *CENTRE, radii), 72, np.ones(len(radii)), tilt=True)
    # sectors average the swing a little
    assert ask.shear == pytest.approx(shear, abs=0.15 * abs(shear))
    assert math.hypot(ask.dx_px, ask.dy_px) < 0.1
    across = np.abs(read_rings(tilted, *CENTRE, radii).harmonics[:, 72])
    along = np.abs(read_rings(tilted, *CENTRE, radii, shear).harmonics[:, 72])
    # swung by 72 * 0.031 rad it keeps J0(2.2) = 0.11 of its harmonic
    assert (across < 0.25 * along).all()
