"""How far out of focus a picture is: its modulation curve to |r| in um.

The exact model (Hopkins' integral times the pixel) is fitted to all frequencies by weighted least squares
over every |r| the star can show: coarsely everywhere, since a curve with several zeros has several near
misses, then finely about the best. The signed modulation picks the branch of |r|; it never tells the side,
for a defocused picture is the same in front of and behind focus.

With a reference (the best picture seen at that zoom) the lens's own blur is taken for spherical aberration:
its W040 is what makes best focus look like the reference. Then the two sides of focus differ; where both fit,
their mean by how well each does is reported, still as a magnitude: whether W040 is positive is not known.
What the reference still reads against itself (a lens soft for another reason) is taken off in quadrature.
Zero is where the picture is sharpest at 0.25 cy/px.

The sigma holds the noise of the rings, what the curve may be off, the lens's own blur as far as it is not
known, and the f-number's tolerance. Near focus the curve is flat in r: the sigma there is a good part of the
depth of focus, however low the noise.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..measure.reading import Flag, Reading
from ..optics.blur import pixel_mtf
from ..optics.lens import Optics
from .focus_curves import FOCUS_CY_PX, FocusCurves, best_focus_waves, focus_curves, overlap
from .misfit import Reference as Reference
from .misfit import Rings, misfit, rings_of

Vector = NDArray[np.float64]

F_NUMBER_SIGMA = 0.015
"""Relative tolerance of a working f-number taken from a data sheet."""

WORST_W040_WAVES = 1.0
"""Spherical aberration that a lens at full aperture may have without anybody calling it broken."""

ABERRATION_SIGMA_WAVES = 0.08
"""What W040 of up to a wave, not known, shifts |r| by beyond its softness, either way by the side of focus,
from a wave of defocus on; below in proportion. Root mean square over exact curves at f/1.8 to f/2.9."""

REFERENCE_SIGMA_WAVES = 0.01
"""The same with a reference, whose own noise leaves W040 uncertain."""

_COARSE_PX = 0.25
_FINE = np.linspace(-1.5, 1.5, 49)
_STOPPED = 0.01
_W040_STEP = 0.05
_SOFTEST_W040 = 1.6


@dataclass(frozen=True, slots=True)
class Defocus:
    """Sensor minus image without its sign.

    Attributes
    ----------
    um, sigma_um : float
        The magnitude from best focus, 0 and up, and one standard deviation of one picture.
    flags : frozenset of Flag
        Those of the reading.
    model_sigma_um : float
        The part of `sigma_um` that averaging over pictures does not lessen.
    softness_um : float
        The most that the lens's own blur can have added; 0 with a reference.
    """

    um: float
    sigma_um: float
    flags: frozenset[Flag]
    model_sigma_um: float = 0.0
    softness_um: float = 0.0


def defocus(
    reading: Reading,
    optics: Optics,
    *,
    ratio: float = 1.0,
    reference: Reference | None = None,
    f_number_sigma: float = F_NUMBER_SIGMA,
) -> Defocus | None:
    """|r| in um, from 0 to 46 pixels of blur, with sigma and the reading's flags; None without a curve.

    Parameters
    ----------
    reading : Reading
        With at least one ring.
    optics : Optics
        Pixel, wavelength and f-number over the zoom.
    ratio : float
        M / M_tele of this picture, 0 to 1; picks the f-number.
    reference : Reference, optional
        Best picture at this zoom. Without it a soft lens reads as defocus: |r| is biased upwards by up to
        `softness_um` in quadrature.
    f_number_sigma : float
        Relative tolerance of the f-number.

    Notes
    -----
    From one or two rings |r| has several branches; sigma then covers all that fit.
    """
    rings = rings_of(reading)
    if rings is None:
        return None
    f_number = round(optics.f_number(ratio), 3)
    if reference is None:
        curves, floor_um = focus_curves(f_number, optics.pixel_um, optics.wavelength_um), 0.0
    else:
        curves, floor_um = _own_curves(reference, optics, f_number)
    found = _fit(rings, curves)
    um, noise_um, model_um = _less(floor_um, found)
    if reference is None:
        unknown_um = ABERRATION_SIGMA_WAVES * min(um, curves.um_per_wave)
    else:
        unknown_um = REFERENCE_SIGMA_WAVES * curves.um_per_wave
    model_um = math.hypot(model_um, f_number_sigma * found.by_f_number * um, unknown_um)
    return Defocus(
        um,
        math.hypot(noise_um, model_um),
        reading.flags,
        model_um,
        softness_um(f_number, optics.pixel_um, optics.wavelength_um) if reference is None else 0.0,
    )


@lru_cache(maxsize=64)
def softness_um(f_number: float, pixel_um: float, wavelength_um: float) -> float:
    """The defocus that blurs as much as the worst usual aberration does at best focus, um.

    Both leave the same modulation at 0.25 cy/px. By the size of the spot it would be sqrt(2)/3 of W040; where
    the pixel is finer than that, diffraction hides more of it.
    """
    s = min(1.0, FOCUS_CY_PX * wavelength_um * f_number / pixel_um)
    best = best_focus_waves(s, WORST_W040_WAVES)
    left = overlap(np.array(s), np.array(8.0 * s * best), WORST_W040_WAVES)
    waves = np.linspace(0.0, 0.6 * WORST_W040_WAVES, 61)
    falling = overlap(np.full(waves.shape, s), 8.0 * s * waves, 0.0)
    return float(np.interp(-left, -falling, waves)) * 8.0 * wavelength_um * f_number**2


def reference_from(reading: Reading) -> Reference | None:
    """The reading as a reference; None without a curve."""
    if not reading.frequency_cy_px:
        return None
    return Reference(
        reading.frequency_cy_px,
        reading.modulation,
        reading.modulation_sigma,
        reading.level_sigma,
        reading.level_noise,
    )


def sharpest(readings: Iterable[Reading]) -> Reading | None:
    """The reading with the highest modulation at 0.25 cy/px, or at the highest frequency all reach."""
    having = [each for each in readings if each.frequency_cy_px]
    if not having:
        return None
    common = min(FOCUS_CY_PX, *(each.frequency_cy_px[-1] for each in having), FOCUS_CY_PX)
    return max(having, key=lambda each: float(np.interp(common, each.frequency_cy_px, each.modulation)))


@lru_cache(maxsize=64)
def spherical_waves(reference: Reference, optics: Optics, *, f_number: float) -> float:
    """The W040 in waves, 0 to 1.6 in steps of 0.05, that makes best focus look like the reference."""
    rings = rings_of(reference)
    if rings is None:
        return 0.0
    s_per_cy_px = optics.wavelength_um * f_number / optics.pixel_um
    s = np.minimum(rings.frequency * s_per_cy_px, 1.0)
    tried = np.arange(0.0, _SOFTEST_W040 + _W040_STEP / 2.0, _W040_STEP)
    best = [best_focus_waves(min(1.0, FOCUS_CY_PX * s_per_cy_px), float(w040)) for w040 in tried]
    lens = [overlap(s, 8.0 * s * waves, float(w040)) for waves, w040 in zip(best, tried, strict=True)]
    off = misfit(rings, np.transpose(lens) * pixel_mtf(rings.frequency)[:, None])
    return abs(round(_vertex(tried, off, int(np.argmin(off))), 2))


@lru_cache(maxsize=64)
def _own_curves(reference: Reference, optics: Optics, f_number: float) -> tuple[FocusCurves, float]:
    """The curves of the lens that took the reference, and the defocus the reference still reads by them."""
    w040 = spherical_waves(reference, optics, f_number=f_number)
    curves = focus_curves(f_number, optics.pixel_um, optics.wavelength_um, w040)
    rings = rings_of(reference)
    return curves, 0.0 if rings is None else _fit(rings, curves).um


def _less(floor_um: float, found: "_Fit") -> tuple[float, float, float]:
    """|r| and its sigmas less a floor in quadrature; where little is left the curve is flat and they grow."""
    if floor_um <= 0.0:
        return found.um, found.noise_um, found.model_um
    left = math.sqrt(max(found.um**2 - floor_um**2, 0.0))
    sigma_um = math.hypot(found.noise_um, found.model_um)
    grown = max(1.0, min(found.um / max(left, 1e-9), math.sqrt(2.0 * found.um / max(sigma_um, 1e-9))))
    return left, found.noise_um * grown, found.model_um * grown


@dataclass(frozen=True, slots=True)
class _Fit:
    """|r| and the two parts of its sigma: what noise does, and what is the same in all pictures.

    `by_f_number`: by how many per cent |r| grows with one of the f-number; 1 far from focus, more near it.
    """

    um: float
    noise_um: float
    model_um: float
    by_f_number: float


def _fit(rings: Rings, curves: FocusCurves) -> _Fit:
    r, chi2 = _landscape(rings, curves)
    lowest = float(chi2.min())
    inflation = max(1.0, lowest / max(1, len(rings.frequency) - 1))
    um = _magnitude(r, (chi2 - lowest) / inflation)
    sigma_um = _half_width(r, chi2 - lowest, 3.84 * inflation, um) / 1.96
    side = r[int(np.argmin(chi2))]
    noise_um, straight_um, by_f_number = _straight(rings, curves, math.copysign(max(um, sigma_um), side))
    noise_um *= min(1.0, sigma_um / straight_um)
    return _Fit(um, noise_um, math.sqrt(sigma_um**2 - noise_um**2), by_f_number)


def _magnitude(r: Vector, above: Vector) -> float:
    """The |r| that fits best; where both sides of focus fit, their mean by how well each does."""
    best = [int(np.argmin(np.where(side, above, np.inf))) for side in (r >= 0.0, r < 0.0) if side.any()]
    weight = np.exp(-0.5 * above[best])
    return float(weight @ [abs(_vertex(r, above, at)) for at in best] / weight.sum())


def _straight(rings: Rings, curves: FocusCurves, at: float) -> tuple[float, float, float]:
    """What moves a defocus whose curve is straight about `at`: noise, everything (um), and the f-number."""
    step = 0.02 * curves.um_per_disc_px
    below, model, above = curves.modulation(rings.frequency, np.array([at - step, at, at + step])).T
    slopes = np.array([(above - below) / (2.0 * step), model])
    weighted = slopes / rings.sigma**2
    normal = weighted @ slopes.T + np.diag([0.0, rings.level**-2])
    answer = np.linalg.solve(normal, weighted)[0]
    stopped = curves.stopped_down(_STOPPED).modulation(rings.frequency, np.array([at]))[:, 0]
    by_f_number = float(answer @ (model - stopped)) / (_STOPPED * at)
    noise_um = math.hypot(
        float(np.linalg.norm(answer * rings.noise)), float(answer @ model) * rings.level_noise
    )
    return noise_um, math.sqrt(np.linalg.inv(normal)[0, 0]), abs(by_f_number)


def _landscape(rings: Rings, curves: FocusCurves) -> tuple[Vector, Vector]:
    """Rising defocuses and how badly each fits: a comb everywhere, a fine one about the best of each side."""
    step = _COARSE_PX * curves.um_per_disc_px
    coarse = np.arange(0.0, curves.largest_um, step)
    both_sides = curves.best_waves != 0.0
    if both_sides:
        coarse = np.concatenate([-coarse[:0:-1], coarse])
    everywhere = misfit(rings, curves.modulation(rings.frequency, coarse))
    sides = (coarse >= 0.0, coarse < 0.0) if both_sides else (coarse >= 0.0,)
    best = [coarse[np.argmin(np.where(side, everywhere, np.inf))] for side in sides]
    fine = np.concatenate([at + step * _FINE for at in best])
    fine = fine if both_sides else fine[fine >= 0.0]
    r, first = np.unique(np.concatenate([coarse, fine]).round(9), return_index=True)
    near = misfit(rings, curves.modulation(rings.frequency, fine))
    return r, np.concatenate([everywhere, near])[first]


def _vertex(r: Vector, chi2: Vector, best: int) -> float:
    """The bottom of the parabola through the best point and its neighbours."""
    if not 0 < best < len(r) - 1:
        return float(r[best])
    a, b, c = r[best - 1 : best + 2]
    fa, fb, fc = chi2[best - 1 : best + 2]
    top = (b - a) ** 2 * (fb - fc) - (b - c) ** 2 * (fb - fa)
    bottom = (b - a) * (fb - fc) - (b - c) * (fb - fa)
    return float(np.clip(b - 0.5 * top / bottom, a, c)) if bottom else float(b)


def _half_width(r: Vector, above: Vector, limit: float, um: float) -> float:
    """How far from `um` a magnitude may lie that fits within `limit`, the crossings interpolated."""
    within = np.flatnonzero(above <= limit)
    ends = [abs(float(r[index])) for index in within]
    for inside, outside in ((within[0], within[0] - 1), (within[-1], within[-1] + 1)):
        if 0 <= outside < len(r):
            rise = (limit - above[inside]) / (above[outside] - above[inside])
            ends.append(abs(float(r[inside] + math.sqrt(max(rise, 0.0)) * (r[outside] - r[inside]))))
    return max(abs(end - um) for end in ends)
