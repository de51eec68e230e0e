"""From tiles compared with their charts to one curve: what is common to them, and how well it is known.

In a ring of waves, over all tiles, let x be the sum of conj(chart) picture, q the chart's power and w the
picture's. Two ratios stand on either side of the truth:

    forward   x / q   right if all that the picture has besides is independent of the chart: noise, moire
    reverse   w / x   right if what is wrong is independent of the picture: a codec that drops what is faint

and their ratio is the coherence, 1 where neither is troubled. Noise is white, and what a codec takes is not:
so much of w as no chart explains in the finest ring is taken for noise everywhere; what is more than that in
the others may be the codec's.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compare import Compared, RingSet, ring_set

Floats64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

FEWEST_TILES = 8
LEAST_COHERENCE = 0.25
"""A ring of less does not count."""
SURE_COHERENCE, SURE_FROM, SURE_TO = 0.9, 0.03, 0.1
"""Less than this over those frequencies (cy/px), and nothing is measured at all."""
SPREADS = 4.0
"""How many robust spreads a tile may be off the others."""
LEAST_OFF = 0.05
"""Of modulation, what a tile may be off in any case."""
MOVED_PX = 1.0
"""More than a tile may be shifted against what all of them say."""
LEVEL_FROM = 0.35
"""Of the lowest ring: those above tell the level at zero frequency, by a disc's curve laid through them."""
LEVEL_TO_CY_PX = 0.3
CONE = 0.25
"""How steeply diffraction lets a usual picture's modulation fall from zero frequency, per cy/px: f/2 and
pixels of 5 um. A disc's curve is flat there, and a reference loses k times as much."""
LEVEL_DOUBT = 0.012
"""What the level is off because lenses differ in that, and none blurs quite like a disc."""
OVERLAP = 1.15
"""Half overlapping tiles share some of their noise: so much wider are sigmas."""
DISCS_PX = np.concatenate([[0.0], np.geomspace(0.3, 40.0, 60)])
FLOOR = 0.03
"""Of modulation at 0.5 cy/px, and with the square of frequency below: what is wrong in any case."""
SHARE = 0.03
"""Of the blur that the curve shows: what is wrong with it in any case."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One curve for all tiles; shape (rings,) each.

    `ratio`: lens of the picture over that of the reference, signed and 1 at zero frequency; `sigma` of it,
    with the level's. `level_noise` is the part of `level_sigma` that is noise. `forward`, `reverse`:
    the two ratios it was made of. `gain`: of the tiles, shape (tiles,), 0 for those left out.
    """

    frequency_cy_px: Floats64
    ratio: Floats64
    sigma: Floats64
    coherence: Floats64
    forward: Floats64
    reverse: Floats64
    level_sigma: float
    level_noise: float
    gain: Floats64


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """x, q and w of every tile and ring, shape (tiles, rings)."""

    cross: Floats64
    chart: Floats64
    picture: Floats64

    def only(self, which: Mask) -> "Sums":
        """Some of the tiles."""
        return Sums(self.cross[which], self.chart[which], self.picture[which])

    def of_gain(self, gain: Floats64) -> "Sums":
        """With each tile's own gain taken out of its picture."""
        return Sums(self.cross / gain[:, None], self.chart, self.picture / gain[:, None] ** 2)

    def forward(self) -> Floats64:
        """Of all tiles together, shape (rings,)."""
        return np.asarray(self.cross.sum(axis=0) / np.maximum(self.chart.sum(axis=0), 1e-30))

    def coherence(self) -> Floats64:
        """Of all tiles together, 0 to 1; shape (rings,)."""
        both = self.chart.sum(axis=0) * self.picture.sum(axis=0)
        return np.asarray(self.cross.sum(axis=0) ** 2 / np.maximum(both, 1e-30))


def sums(aligned: Compared, rings: RingSet, noise_power: Floats64 | float = 0.0) -> Sums:
    """Tiles that are not shifted any more, ring by ring; `noise_power` is a chart wave's, by ring."""
    even = aligned.evened()
    power = aligned.chart.sum(axis=1)
    share = 1.0 / (power + np.median(power))
    waves = (aligned.plane.weight @ rings.of) * noise_power
    return Sums(
        (even.cross.real @ rings.of).astype(np.float64),
        (even.chart @ rings.of).astype(np.float64) - np.outer(share, waves),
        (even.picture @ rings.of).astype(np.float64),
    )


def rings_of(compared: Compared) -> RingSet:
    """The rings that the sums are taken over."""
    return ring_set(compared.tiles.side_px, compared.tiles.line_step)


def band_coherence(found: Sums, frequency: Floats64, low: float, high: float) -> float:
    """Coherence of all tiles over a band, 0 to 1; of its nearest ring where it holds none."""
    band = (frequency >= low) & (frequency <= high)
    if not band.any():
        band = np.arange(len(frequency)) == np.argmin(np.abs(frequency - (low + high) / 2))
    x, q, w = (each[:, band].sum(axis=0) for each in (found.cross, found.chart, found.picture))
    return float((x**2 / np.maximum(q, 1e-30)).sum() / max(float(w.sum()), 1e-30))


def gains(found: Sums) -> Floats64:
    """How much brighter each tile's picture is than its chart, by what is clear in all of them."""
    clear = _clear(found)
    common = found.forward()
    model = (common**2 * found.chart)[:, clear].sum(axis=1)
    return np.asarray((common * found.cross)[:, clear].sum(axis=1) / np.maximum(model, 1e-30))


def odd_ones(found: Sums, frequency: Floats64) -> tuple[Mask, Mask]:
    """Tiles that do not follow the common curve: for having moved, and for another depth."""
    clear = _clear(found)
    common = found.forward()[clear]
    x, q, w = (each[:, clear] for each in (found.cross, found.chart, found.picture))
    model = common**2 * q
    fit = (common * x).sum(axis=1) / np.sqrt(np.maximum(model.sum(axis=1) * w.sum(axis=1), 1e-30))
    middle, spread = _robust(fit)
    moved = fit < middle - max(SPREADS * spread, LEAST_OFF)
    bend = frequency[clear] ** 2
    bend = bend - (model.sum(axis=0) @ bend) / max(float(model.sum()), 1e-30)
    off = (
        common * x
        - model * (found_gain := (common * x).sum(axis=1) / np.maximum(model.sum(axis=1), 1e-30))[:, None]
    )
    slope = (off * bend).sum(axis=1) / np.maximum(
        (model * bend**2).sum(axis=1) * np.maximum(found_gain, 1e-3), 1e-30
    )
    middle, spread = _robust(slope[~moved]) if (~moved).any() else (0.0, 1.0)
    reach = float(np.ptp(bend)) if bend.size else 0.0
    depth = np.abs(slope - middle) > max(SPREADS * spread, 2 * LEAST_OFF / max(reach, 1e-9))
    return moved, depth & ~moved


def _robust(values: Floats64) -> tuple[float, float]:
    middle = float(np.median(values))
    return middle, 1.4826 * float(np.median(np.abs(values - middle)))


def _clear(found: Sums) -> Mask:
    """Rings where most of the picture is explained; at least the lowest three."""
    clear = found.coherence() > 0.6
    end = int(np.argmin(clear)) if not clear.all() else len(clear)
    return np.arange(len(clear)) < max(end, 3)


def fitted(found: Sums, frequency: Floats64, ratio: float = 1.0) -> Fitted:
    """One curve through tiles that belong together.

    Parameters
    ----------
    found : Sums
    frequency : ndarray, shape (rings,)
        Of its rings, cy/px.
    ratio : float
        The picture's scale over the reference's.

    Notes
    -----
    Sigma is a jackknife over the tiles, widened for their overlap, and what is wrong in any case.
    """
    gain = gains(found)
    own = found.of_gain(np.maximum(gain, 0.05 * float(np.median(gain))))
    forward, coherence = own.forward(), own.coherence()
    x = own.cross.sum(axis=0)
    noise = _white_noise(own)
    reverse = (own.picture.sum(axis=0) - noise) / np.where(np.abs(x) > 1e-30, x, 1e-30)
    left_out = _without_each(own)
    telling = _telling(forward, frequency)
    cone = 1 - CONE * max(0.0, 1 - ratio) * frequency
    level, level_doubt = _level(forward[None, :] / cone, frequency, telling)
    levels, _ = _level(left_out / cone, frequency, telling)
    lens = forward / level[0]
    each = left_out / levels[:, None]
    scatter = OVERLAP * _jackknife(each)
    level_noise = OVERLAP * float(_jackknife((levels / left_out[:, telling].mean(axis=1))[:, None])[0])
    level_sigma = math.hypot(level_noise, level_doubt, LEVEL_DOUBT)
    sigma = np.sqrt(scatter**2 + (level_sigma * lens) ** 2 + _doubt(frequency, lens) ** 2)
    return Fitted(frequency, lens, sigma, coherence, lens, reverse / level[0], level_sigma, level_noise, gain)


def _white_noise(found: Sums) -> Floats64:
    """Of w in every ring, what is white noise: no more than the finest rings leave unexplained."""
    left = found.picture.sum(axis=0) - found.cross.sum(axis=0) ** 2 / np.maximum(
        found.chart.sum(axis=0), 1e-30
    )
    return np.zeros_like(left)


def _without_each(found: Sums) -> Floats64:
    """The forward ratio without one tile at a time, shape (tiles, rings)."""
    x, q = found.cross.sum(axis=0) - found.cross, found.chart.sum(axis=0) - found.chart
    return np.asarray(x / np.maximum(q, 1e-30))


def _jackknife(values: Floats64) -> Floats64:
    count = len(values)
    return np.asarray(np.sqrt((count - 1) / count * ((values - values.mean(axis=0)) ** 2).sum(axis=0)))


def _telling(forward: Floats64, frequency: Floats64) -> Mask:
    """Rings that tell the level: the lowest, down to a share of the first."""
    low = (forward > LEVEL_FROM * forward[0]) & (frequency < LEVEL_TO_CY_PX)
    end = int(np.argmin(low)) if not low.all() else len(low)
    return np.arange(len(low)) < max(end, 2)


def _level(forward: Floats64, frequency: Floats64, telling: Mask) -> tuple[Floats64, float]:
    """Zero frequency of curves, shape (curves,), and by how much of it two shapes of blur disagree."""
    low = forward[:, telling]
    found = []
    for shape in (_disc, _bell):
        model = shape(np.multiply.outer(DISCS_PX, frequency[telling]))
        level = (low @ model.T) / (model**2).sum(axis=1)
        off = ((low[:, None, :] - level[:, :, None] * model) ** 2).sum(axis=2)
        best = np.clip(off.argmin(axis=1), 1, len(DISCS_PX) - 2)
        found.append(_at_least(off, level, best))
    disc, bell = found
    return disc, float(abs(bell[0] - disc[0]) / max(abs(disc[0]), 1e-30)) / 2


def _at_least(off: Floats64, level: Floats64, best: NDArray[np.intp]) -> Floats64:
    """The level where a parabola through the best three misfits is lowest."""
    each = np.arange(len(off))
    a, b, c = off[each, best - 1], off[each, best], off[each, best + 1]
    bend = a - 2 * b + c
    at = np.clip(np.where(bend > 0, 0.5 * (a - c) / np.where(bend > 0, bend, 1.0), 0.0), -1.0, 1.0)
    before, middle, after = level[each, best - 1], level[each, best], level[each, best + 1]
    return np.asarray(middle + 0.5 * at * (after - before) + 0.5 * at**2 * (after - 2 * middle + before))


def _disc(waves: Floats64) -> Floats64:
    """What a disc blurs of so many waves across it, 1 at none."""
    from scipy.special import j1

    x = np.maximum(np.pi * waves, 1e-6)
    return np.asarray(2 * j1(x) / x)


def _bell(waves: Floats64) -> Floats64:
    return np.asarray(np.exp(-((np.pi * waves) ** 2) / 8))


def _doubt(frequency: Floats64, ratio: Floats64) -> Floats64:
    """What a modulation is off in any case: a share of the blur, and a floor."""
    slope = np.gradient(ratio, frequency) * frequency
    return np.asarray(np.hypot(FLOOR * (frequency / 0.5) ** 2, SHARE * slope))
