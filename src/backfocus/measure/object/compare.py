"""Tiles of a picture against their charts: how each is shifted, and what is common to them.

    picture = gain * H * chart * exp(-2 pi i f . shift)

in every tile, with one real and signed H for all of them: shift and gain are the tile's own.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .tiles import Layout, Plane, Waves, plane, waves

Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]

TURNS = 3
"""Of aligning: each makes the common curve sharper, and with it the shifts."""
FARTHEST_PX = 1.5
"""Of a step in one turn."""
SETTLED_PX = 0.02
"""A shorter step is not worth another turn: at 0.25 cy/px it costs half a thousandth."""
FLATTEST = 1e-3
"""Of the peak of a tile's correlation, its one curvature against the other: lines that all run one way tell
of no shift along them."""
RING_WAVES = 1.0
"""Width of a ring of waves that share a modulation, in waves of a tile."""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What tiles and charts share: shape (tiles, waves) each, times how often a wave counts.

    `cross`: conj(chart) picture. `chart`, `picture`: powers. `known`: the chart's waves, each counted once.
    """

    tiles: Layout
    cross: NDArray[np.complex64]
    chart: Floats
    picture: Floats
    known: Waves

    @property
    def plane(self) -> Plane:
        """Which waves these are."""
        return plane(self.tiles.side_px, self.tiles.line_step)

    def only(self, which: NDArray[np.bool_]) -> "Compared":
        """Some of the tiles."""
        tiles = replace(self.tiles, row=self.tiles.row[which], column=self.tiles.column[which])
        return Compared(tiles, self.cross[which], self.chart[which], self.picture[which], self.known[which])

    def shifted(self, shift_px: Floats64) -> "Compared":
        """With every tile shifted back by (x, y), shape (tiles, 2)."""
        if not shift_px.any():
            return self
        phase = _phase(self.plane, shift_px)
        turn = np.empty(phase.shape, np.complex64)  # cosine and sine of floats are ten times as fast as exp
        turn.real, turn.imag = np.cos(phase), np.sin(phase)
        turn *= self.cross
        return replace(self, cross=turn)

    def share(self) -> Floats:
        """Weight of every tile, so that those full of contrast do not drown the others; shape (tiles,)."""
        power = self.chart.sum(axis=1)
        return np.asarray(1.0 / (power + np.median(power)), np.float32)


def compare(chart: Floats, seen: Waves, tiles: Layout) -> Compared:
    """Spectra of all tiles of a block's picture, `seen`, against those of its chart."""
    known = waves(chart, tiles)
    weight = plane(tiles.side_px, tiles.line_step).weight
    cross = np.conj(known) * seen * weight
    return Compared(tiles, cross, _power(known) * weight, _power(seen) * weight, known)


def bends(waves_of: Plane, line_step: int) -> Floats:
    """What second differences leave of each wave, from pixel to pixel and from line to line."""
    across, down = (
        (2 * np.sin(np.pi * step * along) / step) ** 2
        for along, step in ((waves_of.x_cy_px, 1), (waves_of.y_cy_px, line_step))
    )
    return np.asarray(across + down, np.float32)


def bent_power(chart: Floats, of: Compared) -> Floats:
    """What the chart and its second differences share in every tile, as `Compared.chart`; (tiles, waves).

    `chart`: what the tiles were compared with.
    """
    lines = of.tiles.line_step**-2
    differences = np.array([[0, -lines, 0], [-1, 2 + 2 * lines, -1], [0, -lines, 0]], np.float32)
    bent = cv2.filter2D(chart, cv2.CV_32F, differences, borderType=cv2.BORDER_REFLECT)
    shared = np.conj(of.known) * waves(np.asarray(bent, np.float32), of.tiles)
    return np.asarray(shared.real * of.plane.weight, np.float32)


def _power(of: Waves) -> Floats:
    return np.asarray(of.real**2 + of.imag**2, np.float32)


def _phase(waves_of: Plane, shift_px: Floats64) -> Floats:
    shift = shift_px.astype(np.float32)
    along = shift[:, :1] * waves_of.x_cy_px + shift[:, 1:] * waves_of.y_cy_px
    return np.asarray(np.float32(2 * np.pi) * along, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class RingSet:
    """Rings of waves of about one frequency; `of` sums over them: (..., waves) @ of -> (..., rings)."""

    of: Floats
    ring: NDArray[np.intp]
    frequency: Floats64


@lru_cache(maxsize=32)
def ring_set(side_px: int, line_step: int) -> RingSet:
    """A ring to every wave of the tile."""
    radius = plane(side_px, line_step).frequency
    lowest = float(radius.min())
    ring = ((radius - lowest) * side_px / RING_WAVES).astype(np.intp)
    of = np.zeros((radius.size, int(ring.max()) + 1), np.float32)
    of[np.arange(radius.size), ring] = 1.0
    weight = plane(side_px, line_step).weight
    return RingSet(of, ring, np.asarray((radius * weight) @ of / (weight @ of), np.float64))


def aligned(found: Compared, start_px: Floats64 | None = None) -> tuple[Compared, Floats64]:
    """The tiles without their shifts, and those shifts; phases beyond a zero of H count with its sign."""
    rings = ring_set(found.tiles.side_px, found.tiles.line_step)
    shift = np.zeros((len(found.cross), 2)) if start_px is None else start_px.copy()
    moved = found.shifted(shift)
    for _ in range(TURNS):
        step = _steps(moved, rings)
        if np.abs(step).max(initial=0.0) < SETTLED_PX:
            break
        shift += np.clip(step, -FARTHEST_PX, FARTHEST_PX)
        moved = found.shifted(shift)
    return moved, shift


def _steps(found: Compared, rings: RingSet) -> Floats64:
    """How much further each tile is shifted, by the phases of its waves."""
    common = _common(found, rings)[rings.ring]
    x, y = 2 * np.pi * found.plane.x_cy_px, 2 * np.pi * found.plane.y_cy_px
    late = -(found.cross.imag * common) @ np.stack([x, y], axis=1)
    bent = (found.cross.real * common) @ np.stack([x * x, x * y, y * y], axis=1)
    (down, right), (a, b, c) = late.T[::-1].astype(np.float64), bent.T.astype(np.float64)
    volume = a * c - b * b
    known = (a > 0) & (c > 0) & (volume > FLATTEST * (a + c) ** 2)
    step = np.stack([c * right - b * down, a * down - b * right], axis=1)
    return np.where(known[:, None], step / np.where(known, volume, 1.0)[:, None], 0.0)


def _common(found: Compared, rings: RingSet) -> Floats:
    """H by rings, as far as it stands out of its own scatter over the tiles; 0 where it does not."""
    share = found.share()
    cross = (found.cross.real @ rings.of) * share[:, None]
    total = cross.sum(axis=0)
    scatter = np.sqrt(((cross - cross.mean(axis=0)) ** 2).sum(axis=0))
    power = (share @ found.chart) @ rings.of
    ratio = total / np.maximum(power, 1e-20)
    return np.asarray(np.where(np.abs(total) > 2 * scatter, ratio, 0.0), np.float32)


def agreement(found: Compared) -> Floats64:
    """How like the common curve's picture of them aligned tiles are, -1 to 1; shape (tiles,)."""
    rings = ring_set(found.tiles.side_px, found.tiles.line_step)
    common = _common(found, rings)[rings.ring]
    counted = common != 0
    like = found.cross.real @ common
    model = found.chart @ common**2
    return np.asarray(like / np.sqrt(np.maximum(model * (found.picture @ counted), 1e-30)), np.float64)
