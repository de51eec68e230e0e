"""Where a star ends towards its centre: at a disc, a logo or a hole that many printed stars have there.

What covers the spokes takes their modulation away, as blur does; but blur cannot do it at once. Over a step
of 1 in log frequency a lens loses at most about its highest modulation, and a camera that sharpens twice
that; at the edge of a disc the spokes are gone within the width of the blur. And blur leaves the mean light
of a ring as it is, where most discs are white or black.

A logo that is not round, or lies beside the centre, covers more and more of each ring. That does not look
like an edge, but such rings fit no wave: spokes and logo take turns along them, and the rings just outside
fit. Twists and printed rings are as sudden, and the spokes go on further in.
"""

import math

import numpy as np
from numpy.typing import NDArray

from .rings import Floats64, RingFit

STEEPEST = 2.5
"""Most that blur takes of the highest modulation over a step of 1 in log frequency: of a disc 0.97, of motion
along one direction 1.22, of either in a sharpened picture below 2."""

GONE, STAYS_GONE = 0.25, 0.35
"""Of the amplitude before: what is left of spokes that have ended, and what may seem to be further in."""

OTHER_LIGHT = 0.2
"""Of the highest amplitude: a step of the mean light that blur does not make."""

SIGMAS = 4.0
"""Of the noise of two rings, not to be taken for a step."""

ABRUPT = 0.5
"""Log radius within which spokes end at an edge."""

LARGEST = 0.6
"""Of the star: no disc in its centre is larger, and the rings left would tell little."""

PATCHY, CLEAN, SUDDEN = 0.15, 0.25, 0.25
"""What stands off the wave of a partly covered ring, of the highest amplitude; of that, the most which
stands off that of a whole ring beside it; and the log radius between the two. A centre or a direction of blur
that is not quite right grows inwards step by step."""

SAME_PHASE_RAD = 0.35
"""How far the spokes beside a logo seem turned; by a twist they are, a quarter of a wave."""

INNERMOST = 3
"""Rings at the centre that hold nothing of the spokes where no ring further in is whole."""

FAINT = 0.2
"""Of the highest amplitude: spokes below it are too near a zero of the modulation to tell."""


def find_inner_end(radius_px: Floats64, fit: RingFit, inside: NDArray[np.bool_]) -> float | None:
    """Radius at which the spokes end before the centre; None where only blur ends them.

    Parameters
    ----------
    radius_px : ndarray, shape (rings,)
        Rising.
    inside : ndarray of bool, shape (rings,)
        The rings of the star that may be judged.
    """
    rows = np.flatnonzero(inside)
    if rows.size < 4:
        return None
    edges = (_sudden_edge(radius_px[rows], fit, rows), _patchy_edge(radius_px[rows], fit, rows))
    end = max((edge for edge in edges if edge is not None), default=math.inf)
    return end if end < LARGEST * radius_px[rows[-1]] else None


def _sudden_edge(radius_px: Floats64, fit: RingFit, rows: NDArray[np.intp]) -> float | None:
    """Radius of the edge of something round about the centre; None without one."""
    x, mean, amplitude = np.log(radius_px), fit.mean[rows], np.abs(fit.wave[rows])
    noise = fit.noise[rows] * np.sqrt(2 / np.maximum(fit.samples[rows], 1.0))
    top = _highest(amplitude)
    most_further_in = np.maximum.accumulate(amplitude)
    step = x[:, None] - x[None, :] + 1e-9
    ended = (step > 0) & (step < ABRUPT) & (amplitude[None, :] < GONE * amplitude[:, None])
    ended &= most_further_in[None, :] < STAYS_GONE * amplitude[:, None]
    if not ended.any():
        return None
    lost = amplitude[:, None] - amplitude[None, :]
    paler = np.abs(mean[:, None] - mean[None, :])
    steep = lost - SIGMAS * np.hypot(noise[:, None], noise[None, :]) > STEEPEST * top * step
    for seen, value in (
        (ended & (paler > OTHER_LIGHT * top), mean),
        (ended & steep & (amplitude > FAINT * top)[:, None], amplitude),
    ):
        if seen.any():
            return _edge_px(radius_px, value, np.where(seen, np.abs(value[:, None] - value) / step, 0.0))
    return None


def _patchy_edge(radius_px: Floats64, fit: RingFit, rows: NDArray[np.intp]) -> float | None:
    """Radius of the innermost whole ring outside of something that is not round; None without it."""
    x, wave, off = np.log(radius_px), fit.wave[rows], fit.noise[rows]
    amplitude = np.abs(wave)
    for covered in np.flatnonzero(off > PATCHY * _highest(amplitude))[::-1].tolist():
        clean = off < CLEAN * off[covered]
        outside = np.flatnonzero(clean & (x > x[covered]) & (x < x[covered] + SUDDEN))
        if outside.size == 0:
            continue
        whole = wave[outside[0]]
        further_in = np.flatnonzero(clean[:covered])
        left = amplitude[further_in[-1]] if further_in.size else amplitude[:INNERMOST].max()
        shown = wave[: covered + 1][amplitude[: covered + 1] > GONE * np.abs(whole)]
        turned = np.abs(np.angle(shown * np.conj(whole))).max(initial=0.0)
        if left < GONE * np.abs(whole) and turned < SAME_PHASE_RAD:
            return float(radius_px[outside[0]])
    return None


def _highest(amplitude: Floats64) -> float:
    """The highest amplitude of the rings, but for the eighth of them that chance may have lifted."""
    return float(np.sort(amplitude)[-1 - amplitude.size // 8])


def _edge_px(radius_px: Floats64, value: Floats64, steepness: Floats64) -> float:
    """Where a value is half-way over its steepest step."""
    outer, inner = (int(at) for at in np.unravel_index(int(np.argmax(steepness)), steepness.shape))
    passed = np.abs(value[inner : outer + 1] - value[outer]) / abs(value[inner] - value[outer])
    return float(np.interp(-0.5, np.maximum.accumulate(-passed), radius_px[inner : outer + 1]))
