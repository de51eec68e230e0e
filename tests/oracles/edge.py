"""Exact pictures of slanted edges, and the modulation they must be measured to have.

The image of a straight edge varies in one direction only, so a pixel at distance d from it sees

    E(d) = 1/2 + 1/pi * integral over f > 0 of  T(f) sinc(f cos a) sinc(f sin a) sin(2 pi f d) / f

with T the lens's transfer function and a the angle of the edge's normal: the two sinc are the square pixel
seen along it. The integral is summed as the Fourier series of a square wave whose next edge is 2048 px away,
which is exact for a lens with a cutoff below 16 cy/px. The truth is T(f) sinc(f cos a) sinc(f sin a) itself.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import CubicSpline

from .pupil import pupil_transfer

PERIOD_PX = 4096
PER_PX = 32


@dataclass(frozen=True)
class ExactEdge:
    """An edge through (x, y) whose normal, towards white, points `normal_deg` from +x towards +y.

    `lens`: transfer function of frequencies in cycles per pixel, as `pupil_lens` and `gaussian_lens` give it.
    `side_px`: of what collects a pixel's light.
    """

    lens: object
    normal_deg: float
    x_px: float = 0.0
    y_px: float = 0.0
    black: float = 0.1
    white: float = 0.9
    side_px: float = 1.0

    def modulation(self, frequency_cy_px):
        f, angle = np.asarray(frequency_cy_px, float), math.radians(self.normal_deg)
        side = f * self.side_px
        return self.lens(f) * np.sinc(side * math.cos(angle)) * np.sinc(side * math.sin(angle))

    @cached_property
    def mtf50_cy_px(self):
        """First downward crossing of 0.5; None above Nyquist."""
        f = np.linspace(0, 0.5, 50_001)
        below = np.flatnonzero(self.modulation(f) < 0.5)
        return float(f[below[0]]) if below.size else None

    @cached_property
    def profile(self):
        """What a pixel at a distance from the edge sees, 0 black to 1 white, up to 400 px."""
        samples = PERIOD_PX * PER_PX
        spectrum = np.zeros(samples // 2 + 1, complex)
        odd = np.arange(1, samples // 2, 2)
        spectrum[odd] = -2j / (math.pi * odd) * self.modulation(odd / PERIOD_PX) * samples
        wave = np.fft.irfft(spectrum, samples)
        near = np.arange(-400 * PER_PX, 400 * PER_PX + 1)
        return CubicSpline(near / PER_PX, 0.5 + wave[near] / 2)

    def seen(self, rows, columns, *, line_step=1, first_line=0):
        """The picture, float64; `line_step` 2 gives one field of it, of full-height pixels."""
        y, x = np.mgrid[:rows, :columns]
        angle = math.radians(self.normal_deg)
        y = first_line + line_step * y
        distance = (x - self.x_px) * math.cos(angle) + (y - self.y_px) * math.sin(angle)
        return self.black + (self.white - self.black) * self.profile(distance)


def pupil_lens(w020, w040=0.0, *, f_number=4.0, pixel_um=4.0):
    """A round pupil with defocus and spherical aberration in waves, through prysm."""
    return lambda f: pupil_transfer(f, w020, w040, f_number=f_number, pixel_um=pixel_um)


def gaussian_lens(sigma_px):
    return lambda f: np.exp(-2 * (np.pi * np.asarray(f) * sigma_px) ** 2)
