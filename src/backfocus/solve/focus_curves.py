"""The modulation a lens shows at every frequency and defocus, spherical aberration included, tabulated.

The overlap integral of a round pupil with the wavefront W = a rho**2 + b rho**4 (a: defocus, b: W040, waves
at the pupil's edge). With s the frequency over the cut-off, the two shifted pupils differ in phase by
8 pi s x (a + 2 b (x**2 + y**2 + s**2)), so the transfer function is real:

    T(s) = 4/pi  integral over  (x + s)**2 + y**2 <= 1,  x and y > 0  of  cos(that phase)

Held over s and u = 8 s a, which is the blur disc in periods and in which T is smooth, each table serves every
star; without aberration it equals `optics.blur`, against which it is tested.

References
----------
.. [1] H. H. Hopkins, "The frequency response of a defocused optical system", Proc. R. Soc. Lond. A 231
   (1955) 91, doi:10.1098/rspa.1955.0158.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..optics.blur import pixel_mtf

Vector = NDArray[np.float64]

FOCUS_CY_PX = 0.25
"""Best focus is where the modulation at this frequency is highest: the one meters and peaks go by."""

LARGEST_DISC_PX = 48.0
"""The widest blur disc tabulated; beyond it a star of any usual size is grey."""

_U_STEP = 0.1
_U_LAST = 0.5 * LARGEST_DISC_PX + 3.0 * _U_STEP
_ACROSS = 48


@dataclass(frozen=True, slots=True, eq=False)
class FocusCurves:
    """All through-focus curves of one lens at one zoom position.

    Attributes
    ----------
    um_per_wave : float
        Defocus that puts one wave at the pupil's edge: 8 lambda N**2.
    um_per_disc_px : float
        Defocus that makes a blur disc one pixel wide: N times the pixel.
    best_waves : float
        The defocus term at best focus; W040 and defocus balance there.
    """

    um_per_wave: float
    um_per_disc_px: float
    best_waves: float
    _s_per_cy_px: float
    _s_step: float
    _table: Vector

    @property
    def largest_um(self) -> float:
        """The largest defocus tabulated, um from best focus."""
        return (LARGEST_DISC_PX - 2.0) * self.um_per_disc_px - abs(self.best_waves) * self.um_per_wave

    def stopped_down(self, share: float) -> "FocusCurves":
        """The same with an f-number larger by a small share."""
        more = 1.0 + share
        return replace(
            self,
            um_per_wave=self.um_per_wave * more**2,
            um_per_disc_px=self.um_per_disc_px * more,
            _s_per_cy_px=self._s_per_cy_px * more,
        )

    def between(self, s: Vector, defocus_um: float) -> Vector:
        """What the lens alone shows at shares of its cut-off and one defocus; shape of `s`."""
        u = 8.0 * s * (defocus_um / self.um_per_wave + self.best_waves)
        at = np.clip((u + _U_LAST) / _U_STEP, 1.0, self._table.shape[1] - 3.0)
        first = at.astype(np.intp)
        weights = np.stack(_cubic(at - first))
        middle, t = _nearest(self._table, s / self._s_step)
        columns = first + np.arange(-1, 3)[:, None]
        rows = middle + np.arange(-1, 2)[:, None, None]
        below, here, above = np.sum(weights * self._table[rows, columns], axis=1)
        return np.asarray(here + t * ((above - below) / 2.0 + t * (above - 2.0 * here + below) / 2.0))

    def modulation(self, frequency_cy_px: Vector, defocus_um: Vector) -> Vector:
        """Lens times pixel, signed, shape (frequencies, defocuses); defocus counts from best focus."""
        return self.at(frequency_cy_px).modulation(defocus_um)

    def at(self, frequency_cy_px: Vector) -> "RingCurves":
        """The same at fixed frequencies, for a picture that is held against many defocuses."""
        frequency = np.asarray(frequency_cy_px, float)
        s = np.minimum(frequency * self._s_per_cy_px, 1.0)
        return RingCurves(self, s, pixel_mtf(frequency), _between_rows(self._table, s / self._s_step))


@dataclass(frozen=True, slots=True, eq=False)
class RingCurves:
    """The through-focus curves of one lens at the frequencies of the rings of one picture."""

    curves: FocusCurves
    _s: Vector
    _pixel: Vector
    _rows: Vector

    def modulation(self, defocus_um: Vector) -> Vector:
        """Lens times pixel, signed, shape (rings, defocuses); defocus counts from best focus."""
        waves = np.asarray(defocus_um, float) / self.curves.um_per_wave + self.curves.best_waves
        lens = _between_columns(self._rows, (8.0 / _U_STEP * self._s)[:, None] * waves + _U_LAST / _U_STEP)
        lens *= self._pixel[:, None]
        return lens

    def seen_through(self, camera: Vector) -> "RingCurves":
        """The same through a camera that leaves this much at each ring, shape (rings,)."""
        return replace(self, _pixel=self._pixel * camera)

    def stopped_down(self, share: float, defocus_um: float) -> Vector:
        """What an f-number larger by a small share shows at one defocus, shape (rings,)."""
        lens = self.curves.stopped_down(share)
        s = np.minimum(self._s * (1.0 + share), 1.0)
        return np.asarray(lens.between(s, defocus_um) * self._pixel)


def focus_curves(
    f_number: float, pixel_um: float, wavelength_um: float, w040_waves: float = 0.0
) -> FocusCurves:
    """The tabulated curves of a lens; a table is made in 0.1 to 0.5 s and kept.

    Parameters
    ----------
    f_number : float
        Working f-number.
    pixel_um, wavelength_um : float
        Pixel pitch and mean wavelength.
    w040_waves : float
        Spherical aberration at the pupil's edge, 0 to 2 waves. Its side is not known and does not matter
        here: turning it over turns the defocus axis over.

    Notes
    -----
    Within 1e-3 of the integral up to 24 periods of blur and 1 wave of aberration.
    """
    s_per_cy_px = wavelength_um * f_number / pixel_um
    s_last = next(last for last in (0.125, 0.25, 0.5, 1.0) if last >= min(0.5 * s_per_cy_px, 1.0))
    table = _table(s_last, w040_waves)
    return FocusCurves(
        8.0 * wavelength_um * f_number**2,
        f_number * pixel_um,
        best_focus_waves(min(1.0, FOCUS_CY_PX * s_per_cy_px), w040_waves),
        s_per_cy_px,
        s_last / (len(table) - 1),
        table,
    )


@lru_cache(maxsize=64)
def _table(s_last: float, w040_waves: float) -> Vector:
    """T over s from 0 to `s_last` and u either way, shape (s, u); serves every f-number and pixel."""
    s = np.linspace(0.0, s_last, 9 + round(40 * s_last))
    u = np.arange(-_U_LAST, _U_LAST + _U_STEP / 2, _U_STEP)
    return np.stack([_row(float(each), u, w040_waves) for each in s])


@lru_cache(maxsize=256)
def best_focus_waves(s: float, w040_waves: float) -> float:
    """The defocus term in waves that gives the highest modulation at s; -4/3 of W040 as s goes to 0."""
    if w040_waves == 0.0:
        return 0.0
    waves = w040_waves * np.linspace(-2.0, -0.6, 57)
    height = overlap(np.full(waves.shape, s), 8.0 * s * waves, w040_waves)
    top = int(np.clip(np.argmax(height), 1, len(waves) - 2))
    left, middle, right = height[top - 1 : top + 2]
    bend = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return float(waves[top] + shift * (waves[1] - waves[0]))


def overlap(s: Vector, u: Vector, w040_waves: float) -> Vector:
    """The transfer function at s (0 to 1) and u = 8 s a; the shape both broadcast to."""
    s, u = np.broadcast_arrays(s, u)
    out = np.empty(s.shape)
    flat_s, flat_u, flat_out = s.ravel(), u.ravel(), out.reshape(-1)
    for first in range(0, flat_s.size, 256):  # blocks that stay in the processor's cache
        block = slice(first, first + 256)
        flat_out[block] = _overlap_block(flat_s[block, None, None], flat_u[block, None, None], w040_waves)
    return out


def _row(s: float, u: Vector, w040_waves: float) -> Vector:
    """The transfer function at one s and every u: u turns with x alone, so y is summed over once for all."""
    x, y, weight = (each[0] for each in _pupil(np.array([[[s]]])))
    own = 16.0 * math.pi * w040_waves * s * x * (x**2 + y**2 + s**2)
    even, odd = (np.sum(weight * part(own), axis=1) for part in (np.cos, np.sin))
    turn = math.pi * u[:, None] * x[:, 0]
    return np.asarray(4.0 / math.pi * (np.cos(turn) @ even - np.sin(turn) @ odd))


def _overlap_block(s: Vector, u: Vector, w040_waves: float) -> Vector:
    x, y, weight = _pupil(s)
    phase = math.pi * x * (u + 16.0 * w040_waves * s * (x**2 + y**2 + s**2))
    return np.asarray(4.0 / math.pi * np.sum(weight * np.cos(phase), axis=(1, 2)))


def _pupil(s: Vector) -> tuple[Vector, Vector, Vector]:
    """Points and weights over a quarter of the overlap of two pupils; s of shape (n, 1, 1)."""
    across, across_weight = _gauss(_ACROSS)
    along, along_weight = _gauss(4 + round(8.0 * float(s.max())))
    half_arc = np.arccos(s) / 2.0
    theta = half_arc * (across[:, None] + 1.0)
    top = np.sin(theta)
    y = top * (along + 1.0) / 2.0
    weight = half_arc * across_weight[:, None] * top**2 * along_weight / 2.0
    return np.cos(theta) - s, y, weight


@lru_cache(maxsize=64)
def _gauss(points: int) -> tuple[Vector, Vector]:
    """Points and weights of Gauss' rule over -1 to 1; making them costs as much as using them."""
    return np.polynomial.legendre.leggauss(points)


def _between_rows(table: Vector, at: Vector) -> Vector:
    """Rows of the table at places between them, by a parabola through three; shape (places, columns)."""
    middle, t = _nearest(table, at)
    t = t[:, None]
    found = table[middle]
    found *= 1.0 - t**2
    found += (0.5 * t * (t - 1.0)) * table[middle - 1]
    found += (0.5 * t * (t + 1.0)) * table[middle + 1]
    return np.asarray(found)


def _nearest(table: Vector, at: Vector) -> tuple[NDArray[np.intp], Vector]:
    """The row nearest to each place that has one on either side, and how far off the place is."""
    middle = np.clip(np.rint(at).astype(np.intp), 1, len(table) - 2)
    return middle, at - middle


def _between_columns(rows: Vector, at: Vector) -> Vector:
    """Each row at its own places between columns, by a cubic through four; the ends repeat outside."""
    at = np.clip(at, 1.0, rows.shape[1] - 3.0)
    first = at.astype(np.intp)
    at -= first
    first += rows.shape[1] * np.arange(len(rows))[:, None]
    flat = rows.ravel()
    found = np.zeros(at.shape)
    for step, weight in enumerate(_cubic(at), start=-1):
        weight *= flat[1 + step :].take(first - 1)
        found += weight
    return found


def _cubic(t: Vector) -> tuple[Vector, ...]:
    """What a place t, 0 to 1 behind a column, takes of the one before it, of it, and of the two after it.

    One array each: together they would be so large that every call had to ask the system for memory.
    """
    left, right, far = t + 1.0, t - 1.0, t - 2.0
    inside, outside = t * right, left * far
    far *= inside
    far /= -6.0
    left *= inside
    left /= 6.0
    right *= outside
    right /= 2.0
    outside *= t
    outside /= -2.0
    return far, right, outside, left
