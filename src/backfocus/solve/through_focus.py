"""Best focus of a sweep on a position axis, straight from its pictures.

For a hand that knows where the ring stood at each picture, as one that goes from mark to mark. No command
does: `auto` chooses each look by what it has seen (`focus_search`), and a ring turned freely has no such axis
(`hand_sweep`).

|r| of every picture goes through `peak`, which refuses flat and one-sided sweeps and tells the backlash and,
unless it is known, how far the image moves with a step. Then the exact curves are fitted to all pictures at
once. An aberrated lens blurs more on one side of focus than on the other and would draw a hyperbola aside,
and its um per step with it; here every W040 of up to a wave and either side is tried, and counts by how well
it fits, at the um per step with which the best of them fits best.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..measure.reading import Reading
from ..optics.lens import Optics
from .defocus import defocus
from .focus_curves import FocusCurves, focus_curves
from .misfit import Rings, misfit, rings_of
from .peak import NoPeak, Peak, find_peak

Vector = NDArray[np.float64]

_W040 = np.linspace(0.0, 1.0, 11)
_PLACES = 41
_WILD = 6.0
_SLOPES = np.array([-0.06, -0.03, 0.03, 0.06])
_NARROWER = 4.0
_SLOPE_ROUNDS = 3
"""The um per step that |r| of an aberrated lens tells is up to 6 % off; it is looked for to 0.2 %."""


def through_focus(
    positions: Sequence[float],
    readings: Sequence[Reading],
    optics: Optics,
    *,
    ratio: float = 1.0,
    um_per_step: float | None = None,
) -> Peak | NoPeak:
    """Best focus of a sweep in steps with its sigma, or the reason why there is none.

    Parameters
    ----------
    positions : sequence of float, shape (n,)
        Ring or motor steps, in the order of the sweep; need not be regular, may go up and down again.
    readings : sequence of Reading, shape (n,)
        The pictures; those without a star are left out.
    optics : Optics
        Pixel, wavelength and f-number over the zoom.
    ratio : float
        M / M_tele of the sweep, 0 to 1.
    um_per_step : float, optional
        How far the image moves with a step, above 0, where it is known better than |r| tells.

    Raises
    ------
    ValueError
        If positions and readings are not equally many.
    """
    seen = [
        (position, reading, found)
        for position, reading in zip(positions, readings, strict=True)
        if (found := defocus(reading, optics, ratio=ratio)) is not None
    ]
    e = [position for position, _, _ in seen]
    least_um = 0.02 * optics.half_depth_um(ratio)
    sigma_um = [max(math.sqrt(f.sigma_um**2 - f.model_sigma_um**2), least_um) for *_, f in seen]
    peak = find_peak(e, [found.um for *_, found in seen], sigma_um, um_per_step=um_per_step)
    if isinstance(peak, NoPeak):
        return peak
    half_backlash = 0.5 * (peak.backlash or 0.0)
    at = np.array(e) - half_backlash * np.sign(np.gradient(e))
    rings = [rings for _, reading, _ in seen if (rings := rings_of(reading)) is not None]
    lens = [
        focus_curves(round(optics.f_number(ratio), 3), optics.pixel_um, optics.wavelength_um, float(w040))
        for w040 in _W040
    ]
    best, height = _fitted(peak, at, rings, lens)
    for turn in range(_SLOPE_ROUNDS if um_per_step is None else 0):
        slopes = best.um_per_step * (1.0 + _SLOPES / _NARROWER**turn)
        tried = [_fitted(replace(peak, um_per_step=float(slope)), at, rings, lens) for slope in slopes]
        best, height = min((best, height), *tried, key=lambda each: each[1])
    return best


def _fitted(
    peak: Peak, at: Vector, rings: Sequence[Rings], lens: Sequence[FocusCurves]
) -> tuple[Peak, float]:
    """The peak moved to where all pictures fit best, with the best aberration of either side; how badly."""
    at_um = peak.um_per_step * at
    reach_um = max(3.0 * peak.sigma * peak.um_per_step, lens[0].um_per_disc_px)
    start_um = peak.position * peak.um_per_step
    tried = start_um + reach_um * np.linspace(-1.0, 1.0, _PLACES)
    off = np.array(
        [_misfits(-1.0, tried, at_um, rings, curves) for curves in lens[:0:-1]]
        + [_misfits(1.0, tried, at_um, rings, curves) for curves in lens]
    )
    um, sigma_um, height = np.array([_lowest(tried, each) for each in off]).T
    weight = np.exp(-0.5 * (height - height.min()) / max(1.0, height.min() / len(rings)))
    place_um = float(weight @ um / weight.sum())
    spread_um = math.sqrt(float(weight @ (sigma_um**2 + (um - place_um) ** 2) / weight.sum()))
    found = replace(peak, position=place_um / peak.um_per_step, sigma=spread_um / peak.um_per_step)
    return found, float(height.min())


def _lowest(tried: Vector, off: Vector) -> tuple[float, float, float]:
    """Where a row of misfits is lowest by a parabola, its sigma, and the misfit there."""
    best = int(np.clip(np.argmin(off), 1, len(tried) - 2))
    left, middle, right = off[best - 1 : best + 2]
    step, bend = float(tried[1] - tried[0]), float(left - 2.0 * middle + right)
    if bend <= 0.0:
        return float(tried[best]), float(np.ptp(tried)), float(middle)
    shift = float(np.clip(0.5 * (left - right) / bend, -1.0, 1.0))
    return (
        float(tried[best]) + shift * step,
        step * math.sqrt(2.0 / bend),
        float(middle - 0.5 * bend * shift**2),
    )


def _misfits(
    side: float, tried: Vector, at_um: Vector, rings: Sequence[Rings], curves: FocusCurves
) -> Vector:
    """How badly each place of focus fits all pictures; a wild picture counts no more than `_WILD` sigma."""
    total = np.zeros_like(tried)
    for at, each in zip(at_um, rings, strict=True):
        off = misfit(each, curves.modulation(each.frequency, side * (at - tried)))
        total += off / (1.0 + off / _WILD**2)
    return total
