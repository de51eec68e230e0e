"""Readings made by formula: the exact curve of a lens at some defocus, with ring noise."""

from collections.abc import Callable

import numpy as np
import pytest

from backfocus.measure.reading import Flag, Reading, Star
from backfocus.optics.blur import lens_pixel_mtf

FREQUENCIES = np.linspace(0.06, 0.45, 16)


@pytest.fixture
def make_reading() -> Callable[..., Reading]:
    return reading_at


def reading_at(
    defocus_um: float,
    *,
    f_number: float = 1.8,
    pixel_um: float = 5.0,
    noise: float = 0.0,
    rng: np.random.Generator | None = None,
    frequency: np.ndarray = FREQUENCIES,
    at_s: float | None = 0.0,
    index: int = 0,
    scale_px: float | None = None,
    flags: frozenset[Flag] = frozenset(),
    curve: np.ndarray | None = None,
) -> Reading:
    if curve is None:
        curve = lens_pixel_mtf(frequency, defocus_um, f_number=f_number, pixel_um=pixel_um)
    if noise and rng is not None:
        curve = curve + noise * rng.standard_normal(len(frequency))
    return Reading(
        index=index,
        at_s=at_s,
        flags=flags,
        star=Star(480.0, 270.0, scale_px, 36),
        scale_px=scale_px,
        scale_sigma_px=None if scale_px is None else 0.003 * scale_px,
        frequency_cy_px=tuple(float(value) for value in frequency),
        modulation=tuple(float(value) for value in curve),
        modulation_sigma=(max(noise, 1e-4),) * len(frequency),
    )
