"""How far out of focus a picture is: its modulation curve to |r| in um.

The exact model (Hopkins' integral times the pixel) is fitted to all frequencies by weighted least squares
over every |r| the star can show: coarsely everywhere, since a curve with several zeros has several near
misses, then finely about the best. The signed modulation picks the branch of |r|; it never tells the side,
for a defocused picture is the same in front of and behind focus.

With a reference (the best picture seen at that zoom) the lens's own blur is taken for spherical aberration.
The W040 that makes best focus look like the reference is the most there is, for a codec, a moving ring and
other faults of the lens soften the best picture too; but they soften both sides of focus equally, and W040
does not. So every W040 up to that counts by how well it fits the picture that is read. Where both sides
of focus fit, their mean by how well each does is reported, still as a magnitude: whether W040 is positive is
not known. What the reference still reads against itself (a lens soft for another reason) is taken off in
quadrature. Zero is where the picture is sharpest at 0.25 cy/px.

A reference sharper than a perfect lens and pixel can be is the work of a camera that sharpens. It does so in
every picture: what it adds there is then taken for the camera's at every |r|, and the lens for a perfect one.
Without that all pictures on a wide top would read as in focus.

The sigma holds the noise of the rings, what the curve may be off, the lens's own blur as far as it is not
known, and the f-number's tolerance. Near focus the curve is flat in r: the sigma there is a good part of the
depth of focus, however low the noise.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..measure.reading import Flag, Reading
from ..optics.blur import pixel_mtf
from ..optics.lens import Optics
from .camera import TAPS, CameraCurve, camera_curve, cosines, unknown_camera
from .focus_curves import FOCUS_CY_PX, FocusCurves, RingCurves, best_focus_waves, focus_curves, overlap
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
_LENS_STEP = 0.2


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
    lenses = _lenses(reference, optics, f_number)
    found = _mean([_less(lens, _fit(rings, lens.curves, lens.camera)) for lens in lenses])
    um_per_wave = lenses[0].curves.um_per_wave
    if reference is None:
        unknown_um = ABERRATION_SIGMA_WAVES * min(found.um, um_per_wave)
    else:
        unknown_um = REFERENCE_SIGMA_WAVES * um_per_wave
    model_um = math.hypot(found.model_um, f_number_sigma * found.by_f_number * found.um, unknown_um)
    return Defocus(
        found.um,
        math.hypot(found.noise_um, model_um),
        reading.flags,
        model_um,
        softness_um(f_number, optics.pixel_um, optics.wavelength_um) if reference is None else 0.0,
    )


def plain_um(rings: Rings, optics: Optics, f_number: float) -> float:
    """|r| in um as a perfect lens before a perfect camera would show these rings."""
    return _fit(rings, _curves(optics, round(f_number, 3), 0.0)).um


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


def sharpest_first(readings: Iterable[Reading]) -> list[Reading]:
    """Those with a curve, by their modulation at 0.25 cy/px, or at the highest frequency all reach."""
    having = [each for each in readings if each.frequency_cy_px]
    common = min((FOCUS_CY_PX, *(each.frequency_cy_px[-1] for each in having)))
    return sorted(having, key=lambda each: -float(np.interp(common, each.frequency_cy_px, each.modulation)))


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
def sharpening(reference: Reference, optics: Optics, *, f_number: float) -> CameraCurve | None:
    """What a camera adds whose best picture is sharper than perfect; None where it is not.

    Sharper is what a little defocus of a perfect lens would fit worse still.
    """
    rings = rings_of(reference)
    if rings is None:
        return None
    curves = _curves(optics, f_number, 0.0)
    perfect, softer = curves.modulation(rings.frequency, np.array([0.0, curves.um_per_disc_px])).T
    excess = (rings.modulation - perfect) / rings.sigma
    if float(excess @ ((perfect - softer) / rings.sigma)) <= 0.0:
        return None
    rows = perfect[:, None] * cosines(rings.frequency) / rings.sigma[:, None]
    known = rows.T @ rows + unknown_camera().precision
    return camera_curve(np.linalg.solve(known, rows.T @ excess), np.linalg.solve(known, np.eye(TAPS)))


@dataclass(frozen=True, slots=True)
class _Lens:
    """The curves of a lens, what its camera adds, and the defocus its best picture still reads by them."""

    curves: FocusCurves
    camera: CameraCurve | None = None
    floor_um: float = 0.0


@lru_cache(maxsize=64)
def _lenses(reference: Reference | None, optics: Optics, f_number: float) -> tuple[_Lens, ...]:
    """All lenses that may have taken the reference; a perfect one without."""
    if reference is None:
        return (_Lens(_curves(optics, f_number, 0.0)),)
    rings = rings_of(reference)
    camera = sharpening(reference, optics, f_number=f_number)
    aberrations = _aberrations(reference, optics, f_number) if camera is None else np.zeros(1)
    curves = [_curves(optics, f_number, w040) for w040 in aberrations]
    return tuple(
        _Lens(each, camera, 0.0 if rings is None else _fit(rings, each, camera).um) for each in curves
    )


def _aberrations(reference: Reference, optics: Optics, f_number: float) -> Vector:
    """W040 up to the one that explains all blur of the reference, waves; steps that all references share."""
    most = spherical_waves(reference, optics, f_number=f_number)
    return np.append(np.arange(0.0, most, _LENS_STEP), most)


def _curves(optics: Optics, f_number: float, w040_waves: float) -> FocusCurves:
    return focus_curves(f_number, optics.pixel_um, optics.wavelength_um, round(float(w040_waves), 3))


@dataclass(frozen=True, slots=True)
class _Fit:
    """|r| and the two parts of its sigma: what noise does, and what is the same in all pictures.

    `by_f_number`: by how many per cent |r| grows with one of the f-number; 1 far from focus, more near it.
    `chi2`: how badly it fits; `inflation`: the same against what noise would do, 1 and up.
    """

    um: float
    noise_um: float
    model_um: float
    by_f_number: float
    chi2: float
    inflation: float


def _less(lens: _Lens, found: _Fit) -> _Fit:
    """The fit less the floor in quadrature; where little is left the curve is flat and the sigmas grow."""
    if lens.floor_um <= 0.0:
        return found
    left = math.sqrt(max(found.um**2 - lens.floor_um**2, 0.0))
    sigma_um = math.hypot(found.noise_um, found.model_um)
    grown = max(1.0, min(found.um / max(left, 1e-9), math.sqrt(2.0 * found.um / max(sigma_um, 1e-9))))
    return replace(found, um=left, noise_um=found.noise_um * grown, model_um=found.model_um * grown)


def _mean(fits: Sequence[_Fit]) -> _Fit:
    """The mean over lenses by how well each fits; how far they are apart goes into the sigma."""
    best = min(fits, key=lambda each: each.chi2)
    weight = np.exp([0.5 * (best.chi2 - each.chi2) / best.inflation for each in fits])
    weight /= weight.sum()
    um, noise_um, model_um = np.array([(each.um, each.noise_um, each.model_um) for each in fits]).T
    mean = float(weight @ um)
    spread_um = math.sqrt(float(weight @ (model_um**2 + (um - mean) ** 2)))
    return replace(best, um=mean, noise_um=float(weight @ noise_um), model_um=spread_um)


def _fit(rings: Rings, curves: FocusCurves, camera: CameraCurve | None = None) -> _Fit:
    lens = curves.at(rings.frequency)
    if camera is not None:
        lens = lens.seen_through(camera.modulation(rings.frequency))
    r, chi2 = _landscape(rings, lens)
    lowest = float(chi2.min())
    inflation = _inflation(rings, lowest)
    um = _magnitude(r, (chi2 - lowest) / inflation)
    sigma_um = _half_width(r, chi2 - lowest, 3.84 * inflation, um) / 1.96
    side = r[int(np.argmin(chi2))]
    noise_um, straight_um, by_f_number = _straight(rings, lens, math.copysign(max(um, sigma_um), side))
    noise_um *= min(1.0, sigma_um / straight_um)
    model_um = math.sqrt(sigma_um**2 - noise_um**2)
    return _Fit(um, noise_um, model_um, by_f_number, lowest, inflation)


def _inflation(rings: Rings, lowest: float) -> float:
    """How many times worse than noise the best curve fits, 1 and up."""
    return max(1.0, lowest / max(1, len(rings.frequency) - 1))


def _magnitude(r: Vector, above: Vector) -> float:
    """The |r| that fits best; where both sides of focus fit, their mean by how well each does."""
    best = [int(np.argmin(np.where(side, above, np.inf))) for side in (r >= 0.0, r < 0.0) if side.any()]
    weight = np.exp(-0.5 * above[best])
    return float(weight @ [abs(_vertex(r, above, at)) for at in best] / weight.sum())


def _straight(rings: Rings, lens: RingCurves, at: float) -> tuple[float, float, float]:
    """What moves a defocus whose curve is straight about `at`: noise, everything (um), and the f-number."""
    step = 0.02 * lens.curves.um_per_disc_px
    below, model, above = lens.modulation(np.array([at - step, at, at + step])).T
    slopes = np.array([(above - below) / (2.0 * step), model])
    weighted = slopes / rings.sigma**2
    normal = weighted @ slopes.T + np.diag([0.0, rings.level**-2])
    answer = np.linalg.solve(normal, weighted)[0]
    by_f_number = float(answer @ (model - lens.stopped_down(_STOPPED, at))) / (_STOPPED * at)
    noise_um = math.hypot(
        float(np.linalg.norm(answer * rings.noise)), float(answer @ model) * rings.level_noise
    )
    return noise_um, math.sqrt(np.linalg.inv(normal)[0, 0]), abs(by_f_number)


def _landscape(rings: Rings, lens: RingCurves) -> tuple[Vector, Vector]:
    """Rising defocuses and how badly each fits: a comb everywhere, a fine one about the best of each side."""
    step = _COARSE_PX * lens.curves.um_per_disc_px
    coarse = np.arange(0.0, lens.curves.largest_um, step)
    both_sides = lens.curves.best_waves != 0.0
    if both_sides:
        coarse = np.concatenate([-coarse[:0:-1], coarse])
    everywhere = misfit(rings, lens.modulation(coarse))
    sides = (coarse >= 0.0, coarse < 0.0) if both_sides else (coarse >= 0.0,)
    best = [coarse[np.argmin(np.where(side, everywhere, np.inf))] for side in sides]
    fine = np.concatenate([at + step * _FINE for at in best])
    fine = fine if both_sides else fine[fine >= 0.0]
    r, first = np.unique(np.concatenate([coarse, fine]).round(9), return_index=True)
    near = misfit(rings, lens.modulation(fine))
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
