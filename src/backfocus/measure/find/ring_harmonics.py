"""Read a picture along rings around a point: harmonics of the angle, and what they say about the centre.

Angles grow from +x towards +y. Samples are interpolated, on a reduced picture for large rings so that nothing
aliases: right for finding and following a star (phase, presence), not for measuring its modulation.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Luma8 = NDArray[np.uint8]

SAMPLES = 512
"""Per ring: three and a half for each of 144 cycles."""

FINEST_RING_PX = 90.0
"""Rings from twice this radius are read in a picture of half the size, and so on: a sample per pixel."""

SECTORS = 64
FLAT_CODES = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """What was read around one point.

    Attributes
    ----------
    x_px, y_px : float
        The point, in pixels of the whole picture.
    radii_px : ndarray, shape (rings,)
    harmonics : ndarray, shape (rings, SAMPLES // 2 + 1), complex64
        Amplitudes in code values: a ring  A cos(m phi + psi)  holds  A exp(i psi)  at index m.
    inside : ndarray, shape (rings, SAMPLES), bool
        Which samples lie in the picture.
    flat : ndarray, shape (rings,)
        Share of samples at the brightest value, where whites are clipped.
    """

    x_px: float
    y_px: float
    radii_px: Floats
    harmonics: NDArray[np.complex64]
    inside: NDArray[np.bool_]
    flat: Floats

    @property
    def coverage(self) -> Floats:
        """Share of each ring that lies in the picture; shape (rings,), 0 to 1."""
        return np.asarray(self.inside.mean(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """A picture and its halves, quarters, ...; `line_step` and `first_line` as in `Frame`."""

    levels: tuple[Luma8, ...]
    line_step: int = 1
    first_line: int = 0

    def reduced(self, width_px: int) -> Luma8:
        """The largest of them that is no wider."""
        return next((level for level in self.levels if level.shape[1] <= width_px), self.levels[-1])


def pyramid(luma8: Luma8, *, line_step: int = 1, first_line: int = 0) -> Pyramid:
    """The picture and its halves by area, down to about 40 pixels."""
    levels = [luma8]
    while min(levels[-1].shape) >= 80:
        rows, columns = (side // 2 for side in levels[-1].shape)
        even = levels[-1][: 2 * rows, : 2 * columns]
        levels.append(np.asarray(cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8))
    return Pyramid(tuple(levels), line_step, first_line)


def ring_radii(smallest_px: float, largest_px: float, ratio: float) -> Floats:
    """Radii in a geometric row, at least one; pixels."""
    count = 1 + max(0, int(math.log(max(largest_px / smallest_px, 1.0)) / math.log(ratio)))
    return np.asarray(smallest_px * ratio ** np.arange(count))


def read_rings(picture: Pyramid, x_px: float, y_px: float, radii_px: Floats, shear: complex = 0j) -> Rings:
    """The harmonics of each ring around a point; parts outside the picture count as the ring's mean.

    With a `shear` the rings are the ellipses that are circles on a chart turned away (`Pose.shear`).
    """
    values, inside = _samples(picture, x_px, y_px, radii_px, shear)
    count = np.maximum(inside.sum(axis=1, keepdims=True), 1)
    values *= inside
    flat = (values >= values.max(axis=1, keepdims=True) - FLAT_CODES).sum(axis=1) / count[:, 0]
    values -= values.sum(axis=1, keepdims=True) / count
    values *= inside
    harmonics = np.fft.rfft(values, axis=1) * (2.0 / count)
    return Rings(x_px, y_px, radii_px, harmonics.astype(np.complex64), inside, flat)


def _samples(
    picture: Pyramid, x_px: float, y_px: float, radii_px: Floats, shear: complex
) -> tuple[Floats, NDArray[np.bool_]]:
    """Samples, shape (rings, SAMPLES), and which of them lie in the picture; radii rise."""
    unit = _unit_ellipse(shear)
    radii = np.asarray(radii_px, np.float32)[:, None]
    x = np.float32(x_px) + radii * unit[0]
    y = (np.float32(y_px - picture.first_line) + radii * unit[1]) / np.float32(picture.line_step)
    rows, columns = picture.levels[0].shape
    inside = (x >= -0.5) & (x <= columns - 0.5) & (y >= -0.5) & (y <= rows - 0.5)
    top = len(picture.levels) - 1
    level = np.minimum(np.log2(np.maximum(radii_px / FINEST_RING_PX, 1.0)).astype(int), top)
    values = np.empty(x.shape, np.float32)
    for k in range(int(level[0]), int(level[-1]) + 1):
        part = slice(*np.searchsorted(level, (k, k + 1)))
        scale, shift = np.float32(0.5**k), np.float32(0.5 ** (k + 1) - 0.5)
        at = (x[part] * scale + shift, y[part] * scale + shift)
        values[part] = cv2.remap(picture.levels[k], *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return values, inside


@lru_cache(maxsize=4)
def _unit_ellipse(shear: complex) -> NDArray[np.float32]:
    turn = np.exp(2j * math.pi / SAMPLES * np.arange(SAMPLES))
    seen = (turn - shear * turn.conj()) / (1 - abs(shear) ** 2)
    return np.stack([seen.real, seen.imag]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Correction:
    """What the running phase of a harmonic asks for: move the centre, count so many cycles more, and turn."""

    dx_px: float = 0.0
    dy_px: float = 0.0
    cycles: float = 0.0
    shear: complex = 0j


def centre_correction(
    rings: Rings, cycles: int, weights: Floats, *, count: bool = True, tilt: bool = False
) -> Correction:
    """How far the star's centre is from where the rings were read, and how many cycles the count is short.

    A ring read `d` off the centre shows the harmonic's phase swinging by `cycles * d / r` once around, and on
    a chart turned away by twice `cycles * shear` twice around; the swing is fitted through the phase steps
    from sector to sector, so nothing needs unwrapping.

    Parameters
    ----------
    rings : Rings
    cycles : int
        The supposed harmonic; right to within a few.
    weights : ndarray, shape (rings,)
        Trust in each ring, 0 to leave it out.
    count : bool
        False where the count is sure: the swing is then fitted without it.
    tilt : bool
        True where the rings are whole enough to tell a tilt from an offset.
    """
    wide = int(np.clip(cycles // 3, 2, 12))
    offsets = np.arange(-wide, wide + 1)
    band = rings.harmonics[:, cycles - wide : cycles + wide + 1]
    turn = ((np.arange(SECTORS) + 0.5) * (2 * math.pi / SECTORS)).astype(np.float32)
    local = band @ np.exp(1j * np.outer(offsets, turn)).astype(np.complex64)
    step = np.roll(local, -1, axis=1) * np.conj(local)
    seen = rings.inside.reshape(len(rings.radii_px), SECTORS, -1).all(axis=2)
    weight = np.abs(step) * (seen & np.roll(seen, -1, axis=1))
    weight *= (weights / np.maximum(weight.mean(axis=1), 1e-12))[:, None]
    between = turn + np.float32(math.pi / SECTORS)
    weight = weight.astype(np.float32)
    pull = (cycles / rings.radii_px).astype(np.float32)[:, None]
    columns = [pull * np.cos(between), pull * np.sin(between)]
    if count:
        columns.append(np.ones_like(weight))
    if tilt:
        columns += [-2 * cycles * np.cos(2 * between), -2 * cycles * np.sin(2 * between)]
    rows = np.stack([np.broadcast_to(column, weight.shape).ravel() for column in columns])
    found = _robust_fit(rows, (np.angle(step) * (SECTORS / (2 * math.pi))).ravel(), weight.ravel())
    if found is None:
        return Correction()
    dx, dy, *more = found.tolist()
    return Correction(dx, dy, more[0] if count else 0.0, complex(*more[-2:]) if tilt else 0j)


def _robust_fit(rows: Floats, target: Floats, weight: Floats) -> Floats | None:
    """Least squares, and again with less weight where a sector shows something else than the star."""
    found = _fit(rows, target, weight)
    if found is None:
        return None
    off = np.abs(target - found @ rows)
    usual = float(np.sqrt((weight * off**2).sum() / weight.sum()))
    again = _fit(rows, target, weight / (1 + (2 * off / max(usual, 1e-6)) ** 2))
    return found if again is None else again


def _fit(rows: Floats, target: Floats, weight: Floats) -> Floats | None:
    weighted = rows * weight
    normal, right = (weighted @ rows.T).astype(np.float64), (weighted @ target).astype(np.float64)
    if not np.isfinite(normal).all() or np.linalg.cond(normal) > 1e12:
        return None
    return np.asarray(np.linalg.solve(normal, right))
