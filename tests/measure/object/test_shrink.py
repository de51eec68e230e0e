"""A wave of the reference, shrunk, is a wave whose height and place are known without us."""

import cv2
import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.measure.object.placement import Placement
from backfocus.measure.object.reference import cubic_response, reference_from
from backfocus.measure.object.shrink import Block, shrunk

SIZE = 512, 640


def wave(cycles_x, cycles_y):
    """As pixels show it: their own share of its height is gone."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    height = 0.3 * np.sinc(cycles_x) * np.sinc(cycles_y)
    light = 0.5 + height * np.cos(2 * np.pi * (cycles_x * x + cycles_y * y))
    return reference_from(Frame(light.astype(np.float32), bits=0, transfer="linear"))


@pytest.mark.parametrize("ratio", [0.2, 0.45, 0.7, 1.0])
@pytest.mark.parametrize(("fx", "fy"), [(0.1, 0.05), (0.3, -0.2), (0.02, 0.42)])
def test_wave_keeps_its_place_and_loses_what_pixels_take(ratio, fx, fy):
    placement = Placement(ratio, 0.0, 60.3, 50.2)
    block = Block(30, 25, 48, 40)
    chart = shrunk(wave(ratio * fx, ratio * fy), placement, block)
    y, x = np.mgrid[25:65, 30:78]
    at = (x - 60.3) / ratio + (SIZE[1] - 1) / 2, (y - 50.2) / ratio + (SIZE[0] - 1) / 2
    phase = 2 * np.pi * ratio * (fx * at[0] + fy * at[1])
    right = 0.5 + 0.3 * np.sinc(fx) * np.sinc(fy) * np.cos(phase)
    # of 0.3: cubic interpolation leaves images of 1 %, its places are rounded to 1/32 of a sample
    assert np.abs(chart - right).max() < 0.015
    assert (chart - right).std() < 0.006


def test_what_the_pixels_cannot_hold_is_gone():
    chart = shrunk(wave(0.2, 0.0), Placement(0.3, 0.0, 60.0, 50.0), Block(30, 25, 48, 40))
    assert np.ptp(chart) < 0.01  # 0.67 cycles per pixel, 0.3 high before


def test_cubic_interpolation_is_known():
    impulse = np.zeros((1, 33), np.float32)
    impulse[0, 16] = 1
    at = np.linspace(12, 20, 8 * 32 + 1, dtype=np.float32)[None]
    kernel = cv2.remap(impulse, at, np.zeros_like(at), cv2.INTER_CUBIC)[0]
    for cycles in (0.0, 0.1, 0.18):
        left = (kernel * np.cos(2 * np.pi * cycles * (at[0] - 16))).sum() / 32
        assert cubic_response(np.array([cycles]))[0] == pytest.approx(left, abs=2e-3)


def test_placement_there_and_back():
    placement = Placement(0.3, 0.02, 200.0, 120.0, radial=-0.03)
    x, y = np.meshgrid(np.linspace(-900, 900, 7), np.linspace(-500, 500, 5))
    back = placement.inverse(*placement.points(x, y))
    assert (
        np.abs(np.array(back) - (x, y)).max() < 0.05
    )  # pixels of the reference, a twentieth of the picture's
