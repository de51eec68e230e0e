"""Scenes that no one should measure by: smooth, shining, repeating."""

import numpy as np

from .printed import HALF_HEIGHT, HALF_WIDTH
from .sheet import Sheet


def wall(sheet: Sheet, seed: int) -> None:
    """A painted wall."""
    sheet.paint(158.0 + 5.0 * sheet.noise(seed, 300.0, 60.0, 0.6) + _dither(sheet, seed))


def sky(sheet: Sheet, seed: int) -> None:
    """Soft clouds, lower down brighter."""
    clouds = np.clip(sheet.noise(seed, 300.0, 18.0, 0.62) * 0.6 + 0.2, 0.0, None)
    sheet.paint(96.0 + 0.09 * (sheet.y + 300.0) + 66.0 * clouds + _dither(sheet, seed))


def water(sheet: Sheet, seed: int) -> None:
    """Ripples on a pond."""
    ripples = sheet.noise(seed, 80.0, 2.5, 0.75) + 0.6 * np.sin(
        sheet.y / 9.0 + 2.0 * sheet.noise(seed + 1, 120.0, 20.0)
    )
    sheet.paint(70.0 + 26.0 * ripples + _dither(sheet, seed))


def glossy(sheet: Sheet, seed: int) -> None:
    """Polished metal: nothing but reflections, many of them brighter than white."""
    rng = np.random.default_rng((seed, 61))
    sheet.paint(9.0 + 5.0 * sheet.noise(seed, 200.0, 30.0, 0.7) + _dither(sheet, seed))
    for inner in (1.0, 0.14):
        for _ in range(150):
            x, y = rng.uniform(-1.0, 1.0, 2) * (inner * HALF_WIDTH, inner * HALF_HEIGHT)
            size, turn = float(rng.uniform(4.0, 34.0)) * inner**0.5, float(rng.normal(0.4, 0.3))
            for share, level in ((1.0, 22), (0.7, 60), (0.45, 140), (0.25, 250)):
                sheet.ellipse(x, y, share * size, 0.22 * share * size, level, turn)


def blinds(sheet: Sheet, seed: int) -> None:
    """The slats of a blind, each like the next."""
    slat = 0.5 + sheet.y / 5.5 - np.floor(sheet.y / 5.5 + 0.5)
    lit = np.where(slat < 0.16, 18.0, 120.0 + 76.0 * slat)
    sheet.paint(lit + 0.0 * sheet.x + _dither(sheet, seed))


def _dither(sheet: Sheet, seed: int) -> np.ndarray:
    """Half a level up and down: smooth shades have no steps."""
    rng = np.random.default_rng((seed, 62))
    return rng.uniform(-0.5, 0.5, sheet.samples.shape).astype(np.float32)
