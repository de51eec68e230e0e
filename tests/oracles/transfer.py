"""Transfer functions worked out apart from the package: lens, blur disc, bell and pixel.

Every function of frequency takes and gives arrays; cycles per pixel.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import special

Otf = Callable[[np.ndarray], np.ndarray]

CUT_OFF = {"f/4, 4 um": 4 / (0.55 * 4), "f/1.8, 5 um": 5 / (0.55 * 1.8), "f/8, 4 um": 4 / (0.55 * 8)}
"""Where diffraction ends at 0.55 um, cy/px."""


@cache
def hopkins(w020_waves: float, cut_off: float) -> Otf:
    """A defocused round pupil: the overlap integral of Hopkins (1955), done over strips of the overlap."""
    s = np.linspace(0, 1, 601)[:, None]
    turn = np.linspace(0, np.pi / 2, 1201)[None, :]
    top = np.sqrt(np.maximum(1 - s**2, 0))
    half = np.maximum(np.sqrt(np.maximum(1 - (top * np.sin(turn)) ** 2, 0)) - s, 0)
    a = 8 * np.pi * w020_waves * s
    strip = np.where(a > 1e-9, np.sin(a * half) / np.maximum(a, 1e-9), half)
    values = 4 / np.pi * np.trapezoid(strip * top * np.cos(turn), turn[0], axis=1)
    return lambda f: np.interp(np.asarray(f) / cut_off, s[:, 0], values, right=0.0)


def bell(sigma_px: float) -> Otf:
    """A Gaussian blur."""
    return lambda f: np.exp(-2 * (np.pi * sigma_px * np.asarray(f)) ** 2)


def disc(diameter_px: float) -> Otf:
    """A uniform disc: defocus by geometry."""

    def transfer(f: np.ndarray) -> np.ndarray:
        x = np.maximum(np.pi * diameter_px * np.asarray(f), 1e-9)
        return 2 * special.j1(x) / x

    return transfer


def ring_pixel(f: np.ndarray) -> np.ndarray:
    """A square pixel averaged over all directions, as round a ring of a star."""
    angle = (np.arange(360) + 0.5) / 360 * np.pi / 2
    across = np.asarray(f)[..., None]
    return np.asarray((np.sinc(across * np.cos(angle)) * np.sinc(across * np.sin(angle))).mean(axis=-1))


def on_rings(otf: Otf) -> Otf:
    """Lens times pixel, as the rings of a star show it."""
    return lambda f: otf(np.asarray(f)) * ring_pixel(f)


def half_modulation(modulation: Otf) -> float:
    """Frequency of the first fall to 0.5, cy/px; beyond 1 none is looked for."""
    f = np.linspace(0.005, 1.0, 4976)
    values = modulation(f)
    first = int(np.flatnonzero(values < 0.5)[0])
    return float(np.interp(0.5, values[first : first - 2 : -1], f[first : first - 2 : -1]))
