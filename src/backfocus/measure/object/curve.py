"""From tiles compared with their charts to one curve: what is common to them, and how well it is known.

In a ring of waves, over all tiles, let x be the sum of conj(chart) picture, q the chart's power and w the
picture's. Two ratios stand on either side of the truth:

    forward   x / q   right if all that the picture has besides is independent of the chart: noise, moire
    reverse   w / x   right if what is wrong is independent of the picture: a codec that drops what is faint

and their ratio is the coherence, 1 where neither is troubled. A codec that drops some of the waves and adds
noise in place of others lies half-way, so behind one the geometric mean is taken, and half of what the two
ratios differ is doubt. What tells a codec is what it leaves unexplained: noise is white, moire grows towards
Nyquist, but a codec's errors are largest where the picture has most detail.

Moire is what pixels fold back from beyond Nyquist. How much there is of it follows from how a scene's power
falls with frequency. A reference has some too, which counts at nearly its own zoom: there a chart's power is
less than it seems, but where the pixels of both pictures fall on the same places of the object, as on a
tripod, both show the same moire.

A tile's window mixes each wave with its neighbours, and a ring is as wide as one wave. Most scenes have most
of their power in what is coarse, so a ring shows what is coarser than its own middle: a ratio told at that
would be too high, and defocus too small, by a tenth in tiles of 32 pixels. So a ring is told at the frequency
that its power comes from. The chart's second differences tell it: they leave of every wave what grows with
the square of its frequency.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .compare import Compared, RingSet, bends, bent_power, ring_set

Floats = NDArray[np.float32]
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
FARTHEST_RING = 0.45
"""Of the way to the nearer ring, how far from its own middle a ring's power may come from: less than half."""
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
MOIRE, MOST_MOIRE = 0.6, 0.6
"""What pixels fold back, of what they would along a row: in most directions they fold less. And at most."""
USUAL_FALL, FALLS = 2.5, (1.0, 5.0)
FINE_CY_PX = 0.8
"""Rings beyond this share of the finest tell the white noise."""
LEAST_LEFT = 0.015
"""Of a picture's power, what must be unexplained for a codec to be looked for: less does no harm."""
UNLIKE = 0.005
"""Of a picture's power, what no chart explains in any case: blur reaches across the window of a tile."""
NO_CODEC, SURE_CODEC = 0.1, 0.35
"""Of what is unexplained in the middle of the curve, the share that is neither noise nor moire."""
LEAST_RAISED = 0.8
"""Coherence down to which a codec is made up for: where less is explained, most of what is left is noise that
it let pass or made, and a picture far out of focus would read up to half as contrasty again."""
CODEC_DOUBT, HIDDEN_CODEC, HALF_KNOWN = 0.8, 0.5, 0.5
"""One sigma of what is made up for a codec, of what would be where none is seen, and of that for moire."""
FREE_RINGS = 3.0
"""What is wrong with a curve is the same in neighbours: of all rings together so many are free."""
FLOOR = 0.04
"""Of modulation at 0.5 cy/px, and with the square of frequency below: what is wrong in any case."""
SHARE = 0.03
"""Of the blur that the curve shows: what is wrong with it in any case."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One curve for all tiles; shape (rings,) each.

    `ratio`: lens of the picture over that of the reference, signed and 1 at zero frequency; `sigma` of it,
    with the level's. `level_noise` is the part of `level_sigma` that is noise. `coded`: how much it looks
    as if a codec had been at work, 0 to 1. `gain`: of the tiles, shape (tiles,).
    """

    frequency_cy_px: Floats64
    ratio: Floats64
    sigma: Floats64
    coherence: Floats64
    level_sigma: float
    level_noise: float
    coded: float
    gain: Floats64


@dataclass(frozen=True, eq=False)
class Sums:
    """x, q and w of every tile and ring, shape (tiles, rings).

    `bent`: as `chart`, of the chart's second differences against the chart. `rings` and how many `waves` each
    has, shape (rings,), and `steps`: what second differences leave of a ring of even power.
    """

    cross: Floats64
    chart: Floats64
    picture: Floats64
    bent: Floats64
    rings: Floats64
    steps: Floats64
    waves: Floats64

    @cached_property
    def frequency_cy_px(self) -> Floats64:
        """Where the power of each ring comes from, rising; shape (rings,)."""
        bent = self.bent.sum(axis=0) / np.maximum(self.chart.sum(axis=0), 1e-30)
        roots, rings = (np.concatenate([[0.0], each]) for each in (np.sqrt(self.steps), self.rings))
        found = np.interp(np.sqrt(np.maximum(bent, 0.0)), roots, rings)
        gaps = np.diff(rings)
        farthest = FARTHEST_RING * np.minimum(gaps, np.append(gaps[1:], gaps[-1]))
        return np.asarray(np.clip(found, self.rings - farthest, self.rings + farthest))

    def only(self, which: Mask) -> "Sums":
        """Some of the tiles."""
        return replace(
            self,
            cross=self.cross[which],
            chart=self.chart[which],
            picture=self.picture[which],
            bent=self.bent[which],
        )

    def of_gain(self, gain: Floats64) -> "Sums":
        """With each tile's own gain taken out of its picture."""
        return replace(self, cross=self.cross / gain[:, None], picture=self.picture / gain[:, None] ** 2)

    def forward(self) -> Floats64:
        """Of all tiles together, shape (rings,)."""
        return np.asarray(self.cross.sum(axis=0) / np.maximum(self.chart.sum(axis=0), 1e-30))

    def coherence(self) -> Floats64:
        """Of all tiles together, 0 to 1; shape (rings,)."""
        both = self.chart.sum(axis=0) * self.picture.sum(axis=0)
        return np.asarray(self.cross.sum(axis=0) ** 2 / np.maximum(both, 1e-30))


def sums(aligned: Compared, chart: Floats, noise_power: Floats64 | float = 0.0) -> Sums:
    """Tiles that are not shifted any more, ring by ring.

    `chart`: what they were cut from; `noise_power` is a chart wave's, by ring.
    """
    rings = rings_of(aligned)
    share = aligned.share()[:, None].astype(np.float64)
    weight = aligned.plane.weight
    waves = (weight @ rings.of).astype(np.float64)
    step = bends(aligned.plane, aligned.tiles.line_step)
    steps = ((weight * step) @ rings.of).astype(np.float64) / waves
    bent = share * (bent_power(chart, aligned) @ rings.of)
    noise = share * (waves * noise_power)
    return Sums(
        share * (aligned.cross.real @ rings.of),
        share * (aligned.chart @ rings.of) - noise,
        share * (aligned.picture @ rings.of),
        bent - noise * steps,
        rings.frequency,
        steps,
        waves,
    )


def rings_of(compared: Compared) -> RingSet:
    """The rings that the sums are taken over."""
    return ring_set(compared.tiles.side_px, compared.tiles.line_step)


def band_coherence(found: Sums, low: float, high: float) -> float:
    """Coherence of all tiles over a band, 0 to 1; of its nearest ring where it holds none."""
    frequency = found.frequency_cy_px
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


def odd_ones(found: Sums) -> tuple[Mask, Mask]:
    """Tiles that do not follow the common curve: for having moved, and for another depth."""
    clear = _clear(found)
    common = found.forward()[clear]
    x, q, w = (each[:, clear] for each in (found.cross, found.chart, found.picture))
    model = common**2 * q
    fit = (common * x).sum(axis=1) / np.sqrt(np.maximum(model.sum(axis=1) * w.sum(axis=1), 1e-30))
    middle, spread = _robust(fit)
    moved = fit < middle - max(SPREADS * spread, LEAST_OFF)
    bend = found.frequency_cy_px[clear] ** 2
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


def fitted(found: Sums, ratio: float = 1.0, in_step: float = 0.0) -> Fitted:
    """One curve through tiles that belong together.

    Parameters
    ----------
    found : Sums
    ratio : float
        The picture's scale over the reference's.
    in_step : float
        How far the pixels of the two fall on the same places of the object, 0 to 1; below 0, between them.

    Notes
    -----
    Sigma is a jackknife over the tiles, widened for their overlap, and what is wrong in any case.
    """
    frequency = found.frequency_cy_px
    gain = gains(found)
    own = found.of_gain(np.maximum(gain, 0.05 * float(np.median(gain))))
    shared = _moire(own, ratio)
    straight = (1 - in_step * shared) / (1 - shared)
    coded, raised = _codec(own)
    lens = own.forward() * straight * raised
    each = _without_each(own) * straight * raised
    telling = _telling(lens, frequency)
    cone = 1 - CONE * max(0.0, 1 - ratio) * frequency
    level, level_doubt = _level(lens[None, :] / cone, frequency, telling)
    levels, _ = _level(each / cone, frequency, telling)
    lens, scatter = lens / level[0], OVERLAP * _jackknife(each / levels[:, None])
    level_noise = OVERLAP * float(_jackknife((levels / each[:, telling].mean(axis=1))[:, None])[0])
    level_sigma = math.hypot(level_noise, level_doubt, LEVEL_DOUBT)
    wrong = np.hypot(_wrong(found.rings, lens), HALF_KNOWN * np.abs(straight - 1) * lens)
    wrong = np.hypot(wrong, _codec_doubt(own.coherence(), coded) * lens)
    wrong *= math.sqrt(max(1.0, len(lens) / FREE_RINGS))
    sigma = np.sqrt(scatter**2 + wrong**2 + (level_sigma * lens) ** 2)
    return Fitted(frequency, lens, sigma, own.coherence(), level_sigma, level_noise, coded, gain)


def _moire(found: Sums, ratio: float) -> Floats64:
    """Of a chart's power in every ring, the share that the reference's pixels folded there."""
    at = found.frequency_cy_px * ratio
    return np.minimum(_folded(at, _fall(found)), MOST_MOIRE) * (at > 0)


def _folded(frequency: Floats64, fall: float) -> Floats64:
    """The power that pixels fold back to a frequency, over the power there."""
    beyond = 1 - frequency
    pixel = np.sinc(beyond) / np.sinc(frequency)
    return np.asarray(MOIRE * (beyond / frequency) ** -fall * pixel**2)


def _fall(found: Sums) -> float:
    """With which power of frequency the scene's power falls; pixels are taken out."""
    band = (found.frequency_cy_px > 0.2) & (found.frequency_cy_px < 0.48)
    frequency = found.frequency_cy_px[band]
    power = (found.chart.sum(axis=0) / found.waves)[band] / np.sinc(frequency) ** 2
    if band.sum() < 3 or (power <= 0).any():
        return USUAL_FALL
    return float(np.clip(-np.polyfit(np.log(frequency), np.log(power), 1)[0], *FALLS))


def _codec(found: Sums) -> tuple[float, Floats64]:
    """How much it looks like a codec, 0 to 1, and by how much the forward ratio is raised for it, by ring."""
    q, x, w = (each.sum(axis=0) for each in (found.chart, found.cross, found.picture))
    frequency = found.frequency_cy_px
    forward = x / np.maximum(q, 1e-30)
    folded = forward**2 * np.maximum(q, 0.0) * _folded(frequency, _fall(found))
    left = np.maximum(w - forward * x - folded, 0.0)
    fine = frequency > FINE_CY_PX * float(frequency[-1])
    white = found.waves * float(left[fine].sum() / found.waves[fine].sum())
    middle = (frequency > 0.1) & (frequency < 0.3) & (left > LEAST_LEFT * w)
    if not middle.any():
        return 0.0, np.ones(len(w))
    more = np.maximum(left - white - UNLIKE * w, 0.0)[middle].sum() / left[middle].sum()
    coded = float(np.clip((more - NO_CODEC) / (SURE_CODEC - NO_CODEC), 0.0, 1.0))
    coherence = np.clip(found.coherence(), LEAST_RAISED, 1.0)
    return coded, np.asarray(coherence ** (-0.5 * coded))


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
    """Zero frequency of curves, shape (curves,), and by how much of it two shapes of blur disagree.

    Light bends round the edge of a lens: its disc is rounder than a disc, and half-way to a bell.
    """
    low = forward[:, telling]
    found = []
    for shape in (_disc, _bell):
        model = shape(np.multiply.outer(DISCS_PX, frequency[telling]))
        level = (low @ model.T) / (model**2).sum(axis=1)
        off = ((low[:, None, :] - level[:, :, None] * model) ** 2).sum(axis=2)
        best = np.clip(off.argmin(axis=1), 1, len(DISCS_PX) - 2)
        found.append(_at_least(off, level, best))
    disc, bell = found
    return (disc + bell) / 2, float(abs(bell[0] - disc[0]) / max(abs(disc[0]), 1e-30)) / 2


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


def _codec_doubt(coherence: Floats64, coded: float) -> Floats64:
    """Of the modulation, one sigma of what a codec may have done to it."""
    most = np.clip(coherence, LEAST_COHERENCE, 1.0) ** -0.5 - 1
    return np.asarray((HIDDEN_CODEC + (CODEC_DOUBT - HIDDEN_CODEC) * coded) * most)


def _wrong(frequency: Floats64, ratio: Floats64) -> Floats64:
    """What a modulation is off in any case: a share of the blur, and a floor."""
    slope = np.gradient(ratio, frequency) * frequency
    return np.asarray(np.hypot(FLOOR * (frequency / 0.5) ** 2, SHARE * slope))
