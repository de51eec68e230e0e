"""The absolute size of our twisted star, from the phases of its rings (see `target`).

Wherever the rim is, a supposed rim radius says which quarter turn every ring should have. The right one
turns the waves of all rings to one common phase; any other leaves steps between them. A modulation zero may
reverse the sign of all rings on its far side, so rings are compared within runs between zeros, and runs up
to a sign.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...target import TWIST_RATIO, TWIST_SIGNS, TWIST_WINDOW, twist_cycles, twist_radii
from ..star.rings import middle

Floats = NDArray[np.float64]
Phasors = NDArray[np.complex128]

TURNS: Phasors = np.exp(2j * math.pi * twist_cycles(TWIST_RATIO ** (-np.arange(len(TWIST_SIGNS) + 1) - 0.5)))
"""Of the spokes, from the rim inwards, before each twist and after the last."""

LEAST_SIGNAL = 4.0
"""A ring counts when its amplitude stands so many sigma above nothing."""
DIP = 0.5
"""A ring with less amplitude than this share of both sides lies on a modulation zero; a jump leaves 0.7."""
REVERSED_RAD = 0.7 * math.pi
"""A step of phase between neighbours that only a modulation zero makes."""
SURROUNDINGS = 6
COARSE, FINE = 0.008, 0.002
"""Steps of the supposed radius, as shares of it."""
MIN_MATCH = 0.88
"""Common phase of all rings, 1 at best; another place in the sequence gives about 0.8."""
MIN_MARGIN = 0.06
"""How much better than any other place in the sequence, and than no twist at all."""
ELSEWHERE = 0.08
NEAR = 0.17
"""Reach of a search near an expected radius; the next place in the sequence is 41 % away."""
BESIDE = 2
"""Good rings a twist needs on each side."""


@dataclass(frozen=True, slots=True)
class TwistScale:
    """The radius the rim has or would have in the picture, and how many twists in a row said so."""

    radius_px: float
    sigma_px: float
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class _Waves:
    """Rings that count: logarithms of their borders (inner, outer), their phasors, and the run each belongs
    to.

    A phasor's length is the trust in its ring: less beside a zero, where a jump smears it, and where little
    modulation is left.
    """

    inner: Floats
    outer: Floats
    phasor: Phasors
    run: NDArray[np.intp]


def read_twists(
    radii_px: ArrayLike,
    phases_rad: ArrayLike,
    amplitudes: ArrayLike,
    sigmas: ArrayLike,
    *,
    near_px: float | None = None,
) -> TwistScale | None:
    """Radius of the rim in pixels from the quarter jumps of the phase; None when they do not tell.

    Parameters
    ----------
    radii_px, phases_rad, amplitudes, sigmas : array_like, shape (rings,)
        Rings from the centre outwards, without large gaps: phase and amplitude of the spokes' wave, which is
        amplitude * cos(cycles * phi - phase), and the sigma of the amplitude in the same unit.
    near_px : float, optional
        Look only within 17 % of this radius; two twists are then enough, for nothing needs to be told apart
        but a plain star.

    Notes
    -----
    Without `near_px` four good twists in a row must fit, and better than any other place in the
    sequence: a plain star, one too small or too blurred gives None. Twists beside a modulation zero do not
    count.
    """
    waves = _usable(
        *(np.asarray(values, np.float64) for values in (radii_px, phases_rad, amplitudes, sigmas))
    )
    if waves is None:
        return None
    supposed = _supposed(waves, near_px)
    match = _match(waves, supposed)
    if near_px is not None and np.argmax(match) in (0, 1, len(match) - 2, len(match) - 1):
        return None
    best = float(supposed[int(np.argmax(match))])
    count = _twists_in_a_row(waves, best)
    if count < (2 if near_px else TWIST_WINDOW) or not _stands_out(waves, supposed, match, best):
        return None
    return _refined(waves, best, count)


def _usable(radii: Floats, phases: Floats, amplitudes: Floats, sigmas: Floats) -> _Waves | None:
    """The rings that carry the star, in runs without a modulation zero inside.

    None when there are too few.
    """
    if len(radii) < 8:
        return None
    beyond = np.ones(SURROUNDINGS)
    padded = np.concatenate([amplitudes[0] * beyond, amplitudes, amplitudes[-1] * beyond])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * SURROUNDINGS + 1)
    inside, outside = windows[:, : SURROUNDINGS + 1].max(axis=1), windows[:, SURROUNDINGS:].max(axis=1)
    good = (amplitudes > LEAST_SIGNAL * sigmas) & (amplitudes > DIP * np.minimum(inside, outside))
    if good.sum() < 8:
        return None
    trust = amplitudes / np.maximum(np.maximum(inside, outside), 1e-12)
    trust *= np.sqrt(amplitudes / amplitudes[good].max())
    phasor = (trust * np.exp(-1j * phases))[good]
    reversed_ = np.abs(np.angle(phasor[1:] * np.conj(phasor[:-1]))) > REVERSED_RAD
    run = np.cumsum((np.diff(np.flatnonzero(good), prepend=-1) > 1) | np.concatenate([[False], reversed_]))
    at = np.log(radii)
    border = (at[1:] + at[:-1]) / 2
    border = np.concatenate([[2 * at[0] - border[0]], border, [2 * at[-1] - border[-1]]])
    return _Waves(border[:-1][good], border[1:][good], phasor, run)


def _supposed(waves: _Waves, near_px: float | None) -> Floats:
    if near_px is not None:
        return np.asarray(near_px * np.exp(np.arange(-NEAR, NEAR, COARSE)))
    least = math.exp(float(waves.inner[-1]))
    most = math.exp(float(waves.inner[0])) * TWIST_RATIO ** len(TWIST_SIGNS)
    return np.asarray(least * np.exp(np.arange(0.0, max(math.log(most / least), COARSE), COARSE)))


def _expected(waves: _Waves, rim_px: Floats) -> Phasors:
    """Mean turn of each ring for each supposed rim; shape (rims, rings).

    A jump inside a ring is shared out.
    """
    log_rim = np.log(rim_px)[:, None]
    inwards = log_rim - waves.outer
    inner, outer = _turn(log_rim - waves.inner), _turn(inwards)
    step = math.log(TWIST_RATIO)
    to_jump = inwards - step * np.floor(inwards / step)  # `np.mod` takes four times as long
    share = np.clip((step - to_jump) / (waves.outer - waves.inner), 0.0, 1.0)
    share = np.where(to_jump + (waves.outer - waves.inner) > step, share, 1.0)
    return np.asarray(share * outer + (1 - share) * inner)


def _turn(inwards: Floats) -> Phasors:
    """Turn of the spokes at so much less than the rim, in logarithms of the radius."""
    crossed = np.ceil(inwards / math.log(TWIST_RATIO) - 1e-12) - 1
    return np.take(TURNS, crossed.astype(np.intp), mode="clip")


def _match(waves: _Waves, rim_px: Floats) -> Floats:
    """Common phase of all rings for each supposed rim, 0 to 1; shape (rims,)."""
    return _in_phase(waves, np.conj(_expected(waves, rim_px)))


def _in_phase(waves: _Waves, turned_back: Phasors) -> Floats:
    turned = waves.phasor * turned_back
    starts = np.flatnonzero(np.diff(waves.run, prepend=waves.run[0] - 1))
    runs = np.add.reduceat(turned, starts, axis=1)
    axis = np.exp(-0.5j * np.angle((runs**2).sum(axis=1)))[:, None]
    return np.asarray(np.abs((runs * axis).real).sum(axis=1) / np.abs(waves.phasor).sum())


def _twists_in_a_row(waves: _Waves, rim_px: float) -> int:
    """Longest row of twists with good rings of one run on both sides."""
    longest = row = 0
    for good in _good_twists(waves, rim_px).tolist():
        row = row + 1 if good else 0
        longest = max(longest, row)
    return longest


def _good_twists(waves: _Waves, rim_px: float) -> NDArray[np.bool_]:
    """Which of the twists, from the rim inwards, have enough good rings of one run on both sides.

    The rings go outwards and so do their runs: those next to a twist say whether one run goes through it.
    """
    half = math.log(TWIST_RATIO) / 2
    at = np.log(twist_radii(rim_px))
    last, first = np.searchsorted(waves.outer, at), np.searchsorted(waves.inner, at, side="right")
    inside = last - np.searchsorted(waves.outer, at - half, side="right")
    outside = np.searchsorted(waves.inner, at + half) - first
    enough = (inside >= BESIDE) & (outside >= BESIDE)
    through = np.take(waves.run, last - BESIDE, mode="clip") == np.take(
        waves.run, first + BESIDE - 1, mode="clip"
    )
    return np.asarray(enough & through & (waves.inner[0] < at) & (at < waves.outer[-1]))


def _stands_out(waves: _Waves, supposed: Floats, match: Floats, best: float) -> bool:
    elsewhere = np.abs(np.log(supposed / best)) > ELSEWHERE
    plain = _in_phase(waves, np.ones((1, len(waves.phasor)), np.complex128))
    rival = max(float(plain[0]), float(match[elsewhere].max(initial=0.0)))
    return bool(match.max() > MIN_MATCH and match.max() > rival + MIN_MARGIN)


def _refined(waves: _Waves, best: float, count: int) -> TwistScale:
    """The best radius between the coarse steps, and its sigma from what the fit leaves over."""
    fine = best * np.exp(np.arange(-COARSE, COARSE + FINE / 2, FINE))
    match = _match(waves, fine)
    top = float(fine[int(np.argmax(match))])
    beside = _expected(waves, top * np.exp(np.array([-COARSE, 0.0, COARSE])))
    slope = float((np.abs(beside[2] - beside[0]) ** 2).sum()) / (2 * COARSE) ** 2
    left = 2 * (1 - float(match.max())) * len(waves.phasor)
    relative = math.sqrt(left / max(2 * len(waves.phasor) - 3, 1) / max(slope, 1e-9))
    ring = middle(waves.outer - waves.inner)
    return TwistScale(top, top * math.hypot(relative, ring / math.sqrt(12 * count)), count)
