"""The modulation by direction: what tells defocus from motion, astigmatism and a chart out of square.

Each ring is cut into eight sectors, and the amplitude of the spokes found in each, along the phase of the
whole ring. Spokes in the sector at angle a carry detail *across* a: their frequency points at a + 90 degrees.

- Defocus: all sectors are the same.
- Motion and astigmatism: opposite sectors are the same, but a quarter turn apart they differ. Motion takes
  from one direction only, by sin(pi f d) / (pi f d), in focus and out of it; astigmatism changes over with
  focus.
- A chart (or sensor) out of square to the lens: opposite sectors differ, as one side lies nearer to focus.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .rings import Floats64, RingFit, RingPlan, Rings, spokes_at

SECTORS = 8
LEAST_SAMPLES = 6.0
"""Effective pixels of a sector, each counted by how much spoke it holds."""

FLOOR = 0.06
"""Of the largest amplitude: fainter rings do not say which way they are blurred."""

WIDEST = 1.6
"""pi f d up to which motion is told by its first term."""

SYSTEMATIC = 0.002
"""What sampling leaves in the ratio of two directions."""

TILT_LEFT = 0.3
"""Of what the tilt does to two directions: a seventh of it is left when it has been taken off."""

SECTOR_LOSS = math.sin(math.pi / 4) / (math.pi / 4)
"""What is left of a wave of two per turn in sectors of an eighth."""


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Amplitude of the spokes against that of their ring, (rings, 8); NaN where a sector holds too little.

    Sector k is the eighth of a turn around k * 45 degrees, from +x towards +y.
    """

    ratio: Floats64
    sigma: Floats64


@dataclass(frozen=True, slots=True)
class MotionBlur:
    """How far a picture seems to have run while the shutter was open, and the direction, 0 to 180 degrees.

    `sigma_px2` is of the square of the length, which is what the blur of a short move grows with.
    """

    length_px: float
    direction_deg: float
    sigma_px2: float


def by_direction(rings: Rings, fit: RingFit) -> Directions:
    """The amplitude in each sector of each ring."""
    spoke = spokes_at(fit)
    order, first = _sectors(rings.plan)
    held, left = (
        np.add.reduceat(np.take(each, order), first, dtype=np.float64).reshape(-1, SECTORS)
        for each in (spoke * spoke, spoke * fit.residual)
    )
    amplitude = np.maximum(np.abs(fit.wave), 1e-12)[:, None]
    enough = held > LEAST_SAMPLES
    held = np.where(enough, held, np.nan)
    return Directions(1 + left / held / amplitude, fit.noise[:, None] / np.sqrt(held) / amplitude)


@lru_cache(maxsize=16)
def _sectors(plan: RingPlan) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The pixels ring by ring and sector by sector, and where in that order each sector begins.

    As seen from the pixel that holds the centre. A sector without a pixel takes the next one's first.
    """
    sector = np.rint(np.angle(plan.offset) * (SECTORS / (2 * np.pi))).astype(np.intp) % SECTORS
    where = (np.arange(len(sector))[:, None] * SECTORS + sector).ravel()
    order = np.argsort(where, kind="stable")
    first = np.searchsorted(where[order], np.arange(len(sector) * SECTORS))
    return order, np.minimum(first, where.size - 1)


def motion_blur(
    seen: Directions,
    frequency: Floats64,
    amplitude: Floats64,
    keep: NDArray[np.bool_],
    shear: complex,
) -> MotionBlur | None:
    """The motion that would explain why one direction is blurred more than another; None where nothing tells.

    Rings beyond a zero of the modulation and rings near a twist tell it like all others: signs do not matter.
    `shear` is the star's tilt, whose sectors show other frequencies on a round ring: that is taken off.
    """
    rows = np.flatnonzero(keep & (amplitude > FLOOR * amplitude.max(initial=0.0)))
    rows = rows[np.isfinite(seen.ratio[rows]).all(axis=1)]
    if rows.size < 4:
        return None
    rows = rows[np.argsort(frequency[rows])]
    f, m = frequency[rows], amplitude[rows]
    steep = np.gradient(m, np.log(f)) / m
    turn = np.exp(-2j * np.pi / SECTORS * 2 * np.arange(SECTORS))
    twofold = 2 / SECTORS / SECTOR_LOSS * (seen.ratio[rows] @ turn) + 2 * np.conj(shear) * steep
    sigma = (
        np.sqrt(np.square(seen.sigma[rows]).mean(axis=1) * 2 / SECTORS)
        + SYSTEMATIC * (1 + np.abs(steep))
        + TILT_LEFT * abs(shear) * np.abs(steep)
    )
    reach = WIDEST
    found, spread = 0j, 0.0
    for _ in range(3):
        shape = (np.pi * f) ** 2 / 12
        used = np.pi * f < reach
        if used.sum() < 3:
            return None
        weight = (shape[used] / sigma[used]) ** 2
        found = complex((twofold[used] / shape[used] * weight).sum() / weight.sum())
        spread = float(weight.sum()) ** -0.5
        reach = WIDEST / max(math.sqrt(abs(found)), 0.5)
    # spokes along the motion stay sharp
    direction = math.degrees(-np.angle(found)) / 2
    return MotionBlur(math.sqrt(abs(found)), direction % 180.0, spread)
