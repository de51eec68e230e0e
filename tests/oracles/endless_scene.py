"""A scene that repeats for ever: its pictures at any zoom, through any lens, are sums of its waves and exact.

The scene's waves are n cycles a period. A picture with M pixels a period shows each at n / M cycles per
pixel, times lens and pixel; waves too fine for the pixels fold back by themselves, as they do on a sensor.
"""

from functools import cache

import cv2
import numpy as np
from scipy.fft import fft2, ifft2

from backfocus.frame import Frame
from backfocus.optics.blur import diffraction_defocus_mtf

PERIOD = 2048
"""Samples of the drawing; of a picture at tele there are fewer, so that it has waves finer than pixels."""


def leaves(seed=1, count=6000, smallest=6, largest=90):
    """Ellipses of all sizes and greys, one over the other, shape (PERIOD, PERIOD), light 0.05 to 0.85."""
    rng = np.random.default_rng(seed)
    drawn = np.full((PERIOD, PERIOD), 0.4, np.float32)
    for size in 1 / np.sqrt(rng.uniform(1 / largest**2, 1 / smallest**2, count)):
        middle = tuple(int(each) for each in rng.integers(0, PERIOD, 2))
        axes = int(size), int(size * rng.uniform(0.3, 1.0))
        cv2.ellipse(drawn, middle, axes, rng.uniform(0, 360), 0, 360, float(rng.uniform(0.05, 0.85)), -1)
    return drawn


class EndlessScene:
    """What is drawn, photographed."""

    def __init__(self, drawn):
        self.waves = fft2(drawn.astype(np.float32)) / drawn.size
        self.order = np.fft.fftfreq(PERIOD, 1 / PERIOD)

    def picture(self, pixels_a_period, lens, shift_px=(0.0, 0.0)):
        """One period of a picture as light; `lens` says what is left at frequencies in cy/px."""
        frequency = self.order / pixels_a_period
        table = np.linspace(0, frequency.max() * 1.5, 2000)
        radius = np.hypot(frequency[:, None], frequency)
        seen = self.waves * np.interp(radius, table, lens(table)).astype(np.float32)
        for axis, shift in ((0, shift_px[1]), (1, shift_px[0])):
            one_way = np.sinc(frequency) * np.exp(-2j * np.pi * frequency * shift)
            seen *= np.expand_dims(one_way.astype(np.complex64), 1 - axis)
        folded = _folded(_folded(seen, pixels_a_period).T, pixels_a_period).T
        return np.real(ifft2(folded)) * pixels_a_period**2


def _folded(waves, size):
    """The rows of waves that a picture cannot tell apart added up."""
    first = (-(PERIOD // 2)) % size
    rows = np.zeros((-(-(first + PERIOD) // size) * size, waves.shape[1]), np.complex64)
    rows[first : first + PERIOD] = np.fft.fftshift(waves, axes=0)
    return rows.reshape(-1, size, waves.shape[1]).sum(axis=0)


def defocused(um, f_number=2.0, pixel_um=5.0):
    """A perfect lens so far out of focus."""
    return lambda cy_px: diffraction_defocus_mtf(cy_px, um, f_number=f_number, pixel_um=pixel_um)


def middle_of(picture, columns, rows):
    """A frame's worth out of the middle of a period, and where its top left pixel was."""
    top, left = (picture.shape[0] - rows) // 2, (picture.shape[1] - columns) // 2
    return picture[top : top + rows, left : left + columns], left, top


def light_frame(light, *, noise=0.0, seed=0):
    """Light as a frame, with noise."""
    grain = noise * np.random.default_rng(seed).standard_normal(light.shape)
    return Frame((light + grain).astype(np.float32), bits=0, transfer="linear")


@cache
def leaves_scene(seed=1):
    """Drawn once."""
    return EndlessScene(leaves(seed))
