"""What a camera cuts off at white and black once it has sharpened, put back.

A mask lifts the bright side of every edge above white and takes the dark side below black. A recording that
ends there keeps less of the strongest waves, and only in focus; and the mean light of a ring, which tells the
mask, no longer rises. What is cut off cannot be read, but it is known: a ring is a wave of known form, and so
is what the mask makes of it. Each ring is worked through as a wave, sharpened, cut and unsharpened again;
what that takes from each place along the wave is given back, and the waves are fitted once more, until
nothing changes.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .rings import Floats, Floats64, Phasors, RingFit, Rings, fit_other_light

HALF = 32
"""Steps from a wave's crest to its trough at which it is worked out; it is the same on both sides."""

ROUNDS, SAME, STEADIEST = 30, 0.001, 0.9
"""The most rounds in which what is missing is worked out; the change, as a share of the strongest wave, below
which they end; and the largest ratio of one change to the one before by which those to come are summed up."""

DIRECTIONS, WEIGHTS = (0.0, 0.125 * np.pi, 0.25 * np.pi), (0.25, 0.5, 0.25)
"""Angles between a wave and the rows of pixels, and their shares in the mean: what harmonics beyond Nyquist
pass for depends on the angle."""

NEAR, LEAST, BEYOND = 2, 0.001, 0.03
"""Codes (of 256) on either side of an end over which a coder spreads what is cut off; the least share of a
star's samples there that makes an end; and the most beyond it, as a part of these: a coder overshoots."""

WHITE_LIGHT = 0.9999
"""Light of a curve's white."""

CHANCE = 3.0
"""Sigmas of its count by which the middle of a pile stands above its foot."""

ELSEWHERE, QUARTER = 0.1, 0.3
"""The most of what is cut off at white that may lie in black spokes, and the least that each quarter of the
star holds of it, as a part of a fair fourth: else it is a lamp, dust or dead pixels."""

LEVEL, NOISE_SIGMAS, ON_CREST = 4.0, 4.0, 0.9
"""Codes, and sigmas of paper, by which an end must lie above paper to show that something lifted codes to it;
where no paper is in view, pixels at least this far up the crests of spokes stand for it."""

AROUND = 1.08, 1.35
"""Radii of the rim between which there is paper."""

FINEST_THIRD, LEAST_WAVE = 0.45, 0.3
"""The finest third harmonic that is read, cy/px; and the least wave beside which it is, as a share of the
strongest."""


_PHASE = np.pi / HALF * np.arange(HALF + 1)
_COSINES = np.cos(np.arange(HALF + 1)[:, None] * _PHASE)
_MEAN = np.full(HALF + 1, 1.0 / HALF)
_MEAN[[0, -1]] /= 2.0
_PARTS = 2.0 * _COSINES * _MEAN
_PARTS[[0, -1]] /= 2.0
"""What the wave at each phase adds to each of its harmonics."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Codes, of 256, at which a picture is cut off, infinite where it is not.

    `lifted`: codes reach the upper one that paper does not, so that something has lifted them.
    """

    low: float = -np.inf
    high: float = np.inf
    lifted: bool = False

    @property
    def open(self) -> bool:
        """Whether nothing is cut off."""
        return not np.isfinite(self.low) and not np.isfinite(self.high)


NO_ENDS = Ends()


def find_ends(
    codes: Rings, fit: RingFit, inside: NDArray[np.bool_], rim_px: float | None, curve: Floats
) -> Ends:
    """Where the codes of a star, of 256, are cut off: at the curve's black or white, or at the last code.

    `fit`: of the light of the same pixels. `inside`: the rings of the star. `curve`: the light of every code.
    """
    steps = curve.size / 256.0
    white = float(np.searchsorted(curve, WHITE_LIGHT)) / steps
    black = float(np.searchsorted(curve, 0.0, side="right") - 1) / steps
    star = _Samples.of(codes, fit, inside)
    top = next((each for each in (white, 255.0) if star.ends_at(each)), None)
    upside_down = _Samples(-star.codes, -star.crest, star.quarter)
    bottom = next((each for each in (black, 0.0) if upside_down.ends_at(-each)), None)
    counts = np.bincount(np.clip(np.rint(star.codes), 0, 255).astype(np.intp), minlength=256).astype(float)
    paper = _paper(codes, fit, inside, rim_px)
    spread = 1.48 * float(np.median(np.abs(paper - np.median(paper)))) if paper.size else np.inf
    return Ends(
        -np.inf if bottom is None else 255.0 - _pile(counts[::-1], 255.0 - bottom),
        np.inf if top is None else _pile(counts, top),
        top is not None and top > float(np.median(paper)) + max(LEVEL, NOISE_SIGMAS * spread),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Samples:
    """Codes of the pixels of a star.

    `crest`: 1 on the crest of their wave, -1 in its trough. `quarter`: of the star, 0 to 3.
    """

    codes: Floats
    crest: Floats64
    quarter: NDArray[np.intp]

    @classmethod
    def of(cls, codes: Rings, fit: RingFit, inside: NDArray[np.bool_]) -> "_Samples":
        there = inside[:, None] & (codes.weight > 0)
        unit = codes.unit[there]
        return cls(
            codes.light[there],
            np.cos(_phase(codes.wave, fit))[there],
            2 * (unit.real > 0).astype(np.intp) + (unit.imag > 0),
        )

    def ends_at(self, end: float) -> bool:
        """Whether codes pile up at an upper end, as crests do, all around the star, and none beyond."""
        near = np.abs(self.codes - end) <= NEAR
        if near.mean() < LEAST or (self.codes > end + 2 * NEAR).mean() > BEYOND * near.mean():
            return False
        quarters = np.bincount(self.quarter[near], minlength=4)
        return bool((self.crest[near] < 0).mean() < ELSEWHERE and quarters.min() > QUARTER * near.sum() / 4)


def _paper(codes: Rings, fit: RingFit, inside: NDArray[np.bool_], rim_px: float | None) -> Floats:
    """Codes of paper: around the star, or on the crests of its widest spokes."""
    there = codes.weight > 0
    if rim_px is not None:
        radius = codes.radius_px
        around = (radius > AROUND[0] * rim_px) & (radius < AROUND[1] * rim_px)
        if (there[around]).any():
            return codes.light[around][there[around]]
    rows = np.flatnonzero(inside)
    widest = np.zeros_like(inside)
    widest[rows[-(rows.size // 3) :]] = True
    return np.asarray(codes.light[there & widest[:, None] & (np.cos(_phase(codes.wave, fit)) > ON_CREST)])


def _pile(counts: Floats64, end: float) -> float:
    """The middle of the pile at an upper end of the codes, which a coder spreads: by its outer flank."""
    counts = np.append(counts, [0.0, 0.0])
    about = range(max(round(end) - NEAR - 1, NEAR), min(round(end) + NEAR, 255) + 1)
    peaks = [
        each
        for each in about
        if counts[each] > max(counts[each - 1], counts[each + 1])
        and counts[each] - counts[each - NEAR] > CHANCE * math.sqrt(counts[each])
    ]
    top = max(peaks, default=round(end))  # the outermost: codes of paper pile up too, a little below
    if top >= 255:  # the last code has no outer flank; of 10 bits it is 255.75
        return end
    at, above, beyond = np.log(counts[top : top + 3] + 0.5)
    bend = (above - beyond) - (at - above)
    return float(top + 0.5 - min((at - above) / bend, 1.0)) if bend > 0.0 else float(top)


@dataclass(frozen=True, slots=True, eq=False)
class Cutting:
    """How a camera sharpens codes and where it cuts them off; `curve`: the light of every code."""

    amount: float
    radius_px: float
    ends: Ends
    curve: Floats

    def lost(self, light: Floats64, gain: Floats64) -> Floats64:
        """Light that is missing once a mask is taken back from waves that were cut off.

        `light`: shape (rings, phases); `gain`: what the mask does to each harmonic in each direction, shape
        (directions, rings, phases).
        """
        at, steps = np.arange(self.curve.size), self.curve.size / 256.0
        parts = np.interp(light, self.curve, at) @ _PARTS.T
        cut = np.clip((parts * gain) @ _COSINES, self.ends.low * steps, self.ends.high * steps)
        soft = ((cut @ _PARTS.T) / gain) @ _COSINES
        return np.asarray(light - np.tensordot(WEIGHTS, np.interp(soft, at, self.curve), 1))

    def gain(self, frequency: Floats64) -> Floats64:
        """What the mask does to each harmonic of waves of these frequencies, in each direction."""
        order = np.arange(HALF + 1) * frequency[:, None]
        seen = np.stack(
            [np.hypot(_folded(order * np.cos(each)), _folded(order * np.sin(each))) for each in DIRECTIONS]
        )
        return np.asarray(1.0 + self.amount * (1.0 - np.exp(-2.0 * (np.pi * self.radius_px * seen) ** 2)))


def _folded(frequency: Floats64) -> Floats64:
    """What a wave of a frequency passes for on pixels."""
    return np.asarray(np.abs((frequency + 0.5) % 1.0 - 0.5))


def put_back(
    light: Floats, wave: Phasors, fit: RingFit, frequency: Floats64, cutting: Cutting
) -> tuple[Floats, RingFit, Floats64]:
    """The light of pixels with what was cut off, the fit to it, and what that adds to the mean of each ring.

    Parameters
    ----------
    light, wave : ndarray, shape (rings, samples)
        Of the pixels, as in `Rings`; the light is that without a mask.
    fit : RingFit
        To that light.
    frequency : ndarray, shape (rings,)
        Cycles per pixel.
    """
    bars, gain = _Bars.of(fit, frequency), cutting.gain(frequency)
    seen = np.stack([fit.mean, np.abs(fit.wave)])
    told = seen
    changes: list[Floats64] = []
    for _ in range(ROUNDS):
        lost = cutting.lost(bars.light(told[0], told[1]), gain)
        changes.append(seen + np.stack([lost @ _MEAN, lost @ _PARTS[1]]) - told)
        told = told + changes[-1]
        if np.abs(changes[-1]).max() < SAME * told[1].max():
            break
        if len(changes) == 3:
            told = told + _rest(changes)
            changes = []
    if not lost.any():
        return light, fit, np.zeros(len(fit.mean))
    place = np.rint(np.abs(_phase(wave, fit)) * (HALF / np.pi)).astype(np.intp)
    whole = (light + np.take_along_axis(lost, place, axis=1)).astype(np.float32)
    return whole, fit_other_light(fit, whole), lost @ _MEAN


def _rest(changes: list[Floats64]) -> Floats64:
    """The sum of all changes to come, if each goes on being the same part of the one before (Aitken)."""
    before, last = changes[-2], changes[-1]
    part = np.clip(last / np.where(np.abs(before) < 1e-9, 1e-9, before), 0.0, STEADIEST)
    return np.asarray(last * part / (1.0 - part))


def _phase(wave: Phasors, fit: RingFit) -> Floats64:
    """Where each pixel stands along the wave of its ring, from its crest."""
    return np.asarray(np.angle(wave * np.conj(fit.wave)[:, None]), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Bars:
    """How the waves of rings are made up: each odd harmonic of bars is as high as finer rings' waves are.

    `finer`: frequency of each harmonic, `share`: of it in the wave, with its sign; shape (rings, harmonics).
    """

    order: NDArray[np.intp]
    frequency: Floats64
    finer: Floats64
    share: Floats64

    @classmethod
    def of(cls, fit: RingFit, frequency: Floats64) -> "_Bars":
        order = np.argsort(frequency)
        times = np.arange(3, HALF, 2)
        finer = times * frequency[:, None]
        left = np.clip((1.0 - finer) / (1.0 - frequency.max()), 0.0, 1.0)
        sign = np.where(times % 4 == 3, -1.0, 1.0)
        return cls(order, frequency[order], finer, _bars(fit, frequency) * sign * left / times)

    def light(self, mean: Floats64, height: Floats64) -> Floats64:
        """Light along the wave of each ring from its crest to its trough, shape (rings, phases)."""
        harmonics = self.share * np.interp(self.finer, self.frequency, height[self.order])
        return np.asarray(mean[:, None] + height[:, None] * _COSINES[1] + harmonics @ _COSINES[3:HALF:2])


def _bars(fit: RingFit, frequency: Floats64) -> float:
    """How much of the harmonics of bars the waves have: 1 for bars, 0 for a sine; 1 if few rings tell."""
    height = np.abs(fit.wave)
    rows = np.flatnonzero((3.0 * frequency < FINEST_THIRD) & (height > LEAST_WAVE * height.max()))
    if rows.size < 3:
        return 1.0
    order = np.argsort(frequency)
    expected = np.interp(3.0 * frequency[rows], frequency[order], height[order]) / 3.0
    unit = fit.wave[rows] / np.maximum(height[rows], 1e-9)
    third = -(fit.third[rows] * np.conj(unit**3)).real
    return float(np.clip(third @ expected / max(float(expected @ expected), 1e-12), 0.0, 1.0))
