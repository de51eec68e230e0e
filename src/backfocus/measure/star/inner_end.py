"""Where a star ends towards its centre: at a disc, a logo or a hole that many printed stars have there.

What covers the spokes takes their modulation away, as blur does; but blur cannot do it at once. Over a step
of 1 in log frequency a lens loses at most about its highest modulation, and a camera that sharpens twice
that; at the edge of a disc the spokes are gone within the width of the blur. And blur leaves the mean light
of a ring as it is, where most discs are white or black.
"""

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
    x, mean, amplitude = np.log(radius_px[rows]), fit.mean[rows], np.abs(fit.wave[rows])
    most_further_in = np.maximum.accumulate(amplitude)
    highest = _highest_beyond(x, amplitude)
    gone = np.flatnonzero((amplitude < GONE * highest) & (most_further_in < STAYS_GONE * highest))
    if gone.size == 0:
        return None
    step = x[:, None] - x[gone] + 1e-9
    ended = (step > 0) & (step < ABRUPT) & (amplitude[gone] < GONE * amplitude[:, None])
    ended &= most_further_in[gone] < STAYS_GONE * amplitude[:, None]
    if not ended.any():
        return None
    noise = fit.noise[rows] * np.sqrt(2 / np.maximum(fit.samples[rows], 1.0))
    top = float(np.sort(amplitude)[-1 - rows.size // 8])
    lost = amplitude[:, None] - amplitude[gone]
    paler = np.abs(mean[:, None] - mean[gone])
    steep = lost - SIGMAS * np.hypot(noise[:, None], noise[gone]) > STEEPEST * top * step
    for seen, value in (
        (ended & (paler > OTHER_LIGHT * top), mean),
        (ended & steep & (amplitude > FAINT * top)[:, None], amplitude),
    ):
        if seen.any():
            steepness = np.where(seen, np.abs(value[:, None] - value[gone]) / step, 0.0)
            end = _edge_px(radius_px[rows], value, gone, steepness)
            return end if end < LARGEST * radius_px[rows[-1]] else None
    return None


def _highest_beyond(x: Floats64, amplitude: Floats64) -> Floats64:
    """Of each ring and those further out within an edge: the highest amplitude."""
    ends = np.searchsorted(x, x + ABRUPT)
    runs = np.stack([np.arange(x.size), ends], axis=1).ravel()
    return np.asarray(np.maximum.reduceat(np.append(amplitude, 0.0), runs)[::2])


def _edge_px(radius_px: Floats64, value: Floats64, gone: NDArray[np.intp], steepness: Floats64) -> float:
    """Where a value is half-way over its steepest step, from a ring further in that is gone."""
    outer, place = (int(at) for at in np.unravel_index(int(np.argmax(steepness)), steepness.shape))
    inner = int(gone[place])
    passed = np.abs(value[inner : outer + 1] - value[outer]) / abs(value[inner] - value[outer])
    return float(np.interp(-0.5, np.maximum.accumulate(-passed), radius_px[inner : outer + 1]))
