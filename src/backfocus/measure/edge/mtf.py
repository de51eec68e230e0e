"""From the profile across an edge to its two levels, its width and its modulation.

The line spread of diffraction falls as 1/x**2, and any region cuts it off: with a plain cut at 16 px the
modulation at f/11 would read 1.5 % high. Beyond its core the profile is therefore carried on by the tail that
theory has, whose size is fitted together with the levels of both sides. That keeps the noise of the plateaus
out too.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .esf import Profile

Floats64 = NDArray[np.float64]

SPREAD, MARGIN_PX = 0.95, 1.2
"""Core on each side: so many times the way from 5 to 95 %, and a margin."""
HALO, QUIET = 1.0, 0.0005
"""A lens with aberrations has a wider foot: so many times more where the profile has no noise, half of that
where a pixel's width of it is known to this share of the step. In noise it would cost more than it brings."""
PLATEAU_PX = 3.0
TAPER = 1.5
"""Where the fitted tail has taken over from the profile, in cores."""
TAIL_PX, TAIL_SIGMA_PX = 0.04, 0.06
"""What is supposed of a tail before it is looked at, as the share of the step it lacks at 1 px: a perfect
lens of cutoff c has 2 / (pi**3 c), 0.013 px at f/1.8 on 5 um pixels and 0.12 px at f/11 on 3.3 um."""
SHADE_SIGMA = 0.0005
"""Change of light per pixel across the edge, as a share: 30 % over a picture is some 0.0003."""
RISE, REST = 0.25, 0.75
"""A second rise has this share of the first's slope, and between them the slope falls by the other share of
the lesser: one blurred edge has no such rest."""
GRID_PX = 0.25
"""Steps of the transform, whose first difference is corrected for exactly."""
SMOOTH = 5
"""Knots over which the profile is averaged to find how wide it is."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Light of the two sides and what lies between.

    Attributes
    ----------
    low, high, sigma
        On the negative and the positive side, and the sigma of their difference.
    centre_px, width_px, core_px
        Of the step: its half-way point, from 5 to 95 %, and what is taken from the profile on each side.
    tail_px
        What each side lacks of its level at 1 px, as a share of the step.
    misfit
        The largest difference of the plateaus from what was fitted that noise does not explain, in steps.
    """

    low: float
    high: float
    sigma: float
    centre_px: float
    width_px: float
    core_px: float
    tail_px: float
    misfit: float

    @property
    def step(self) -> float:
        """Positive where it grows lighter along the normal."""
        return self.high - self.low


def find_levels(profile: Profile, noise: float) -> Levels | None:
    """Levels of the two sides; None where there is no step, or no plateau on both sides of it."""
    x, seen = profile.middles_px, profile.value(profile.middles_px)
    quarter = max(4, x.size // 6)
    low, high = float(np.median(seen[:quarter])), float(np.median(seen[-quarter:]))
    if low == high:
        return None
    share = (seen - low) / (high - low)
    ends = _ends(x, share, SMOOTH)
    if ends is not None:
        ends = _ends(x, share, max(SMOOTH, round((ends[1] - ends[0]) / profile.knot_px / 6)))
    if ends is None:
        return None
    width, centre = ends[1] - ends[0], (ends[0] + ends[1]) / 2
    core = SPREAD * width + MARGIN_PX
    grain = noise / abs(high - low) * math.sqrt(profile.knot_px / max(float(np.median(profile.counts)), 1.0))
    room = min(centre - float(x[0]), float(x[-1]) - centre) - PLATEAU_PX
    core = max(core, min(core + HALO * width / (1 + grain / QUIET), room / TAPER))
    if room < core:
        return Levels(low, high, math.inf, centre, width, core, 0.0, 0.0)
    return _fitted(profile, low, high, noise, centre, width, core)


def _ends(x: Floats64, share: Floats64, knots: int) -> tuple[float, float] | None:
    """Where the step, averaged over some knots, leaves 5 % and reaches 95 % on the way out from its half."""
    share = np.convolve(share, np.full(knots, 1 / knots), "same")
    crossing = np.flatnonzero((share[knots : -knots - 1] < 0.5) & (share[knots + 1 : -knots] >= 0.5)) + knots
    if crossing.size == 0:
        return None
    half = int(crossing[np.argmin(np.abs(x[crossing] - x.mean()))])
    below, above = np.flatnonzero(share[: half + 1] < 0.05), np.flatnonzero(share[half:] > 0.95)
    if below.size == 0 or above.size == 0:
        return None
    return float(x[below[-1]]), float(x[half + above[0]])


def half_way(profile: Profile, levels: Levels) -> float:
    """The distance at which the profile is half-way between its levels, px."""
    x = levels.centre_px + np.linspace(-0.5, 0.5, 201) * levels.width_px
    share = (profile.value(x) - levels.low) / levels.step
    return float(x[np.argmin(np.abs(share - 0.5))])


def has_two_steps(profile: Profile, levels: Levels, noise: float) -> bool:
    """Whether the profile rises twice, with a rest between: two edges side by side."""
    knots = max(SMOOTH, round(levels.width_px / profile.knot_px / 8))
    inside = np.abs(profile.middles_px - levels.centre_px) < levels.core_px
    rise = np.convolve(profile.slope(profile.middles_px), np.full(knots, 1 / knots), "same")[inside]
    rise = rise * math.copysign(1.0, levels.step)
    least = np.minimum(np.maximum.accumulate(rise), np.maximum.accumulate(rise[::-1])[::-1])
    doubt = 8 * noise / (profile.knot_px * knots * math.sqrt(max(float(profile.counts.mean()), 1.0)))
    return bool(((least > RISE * rise.max()) & (least - rise > REST * least + doubt)).any())


def _fitted(
    profile: Profile, low: float, high: float, noise: float, centre: float, width: float, core: float
) -> Levels:
    """Both levels, the tail and the shading by least squares beyond the core, interval by interval."""
    beyond = (np.abs(profile.middles_px - centre) > core) & (profile.counts > 0)
    x = profile.middles_px[beyond] - centre
    seen = profile.value(profile.middles_px[beyond])
    right = x > 0
    step = high - low
    sigma = np.hypot(noise / np.sqrt(profile.counts[beyond]), 1e-4 * step)
    rows = np.stack([~right, right, -step / x, np.where(right, high, low) * x]).astype(np.float64) / sigma
    prior = np.array([0.0, 0.0, TAIL_SIGMA_PX**-2, SHADE_SIGMA**-2])
    covariance = np.linalg.inv(rows @ rows.T + np.diag(prior))
    fit = covariance @ (rows @ (seen / sigma) + prior * np.array([0.0, 0.0, TAIL_PX, 0.0]))
    left = _mean_of_8(seen - (fit @ rows) * sigma)
    doubt = np.sqrt(_mean_of_8(sigma**2) / 8)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    return Levels(
        float(fit[0]),
        float(fit[1]),
        math.sqrt(max(variance, 0.0)),
        centre,
        width,
        core,
        max(float(fit[2]), 0.0),
        float((np.abs(left) - 5 * doubt).max(initial=0.0)) / abs(step),
    )


def _mean_of_8(values: Floats64) -> Floats64:
    return np.convolve(values, np.full(8, 1 / 8), "valid")


@dataclass(frozen=True, slots=True, eq=False)
class Transfer:
    """The modulation across the edge at any frequency in cycles per pixel, signed: with sigma, or quickly."""

    at: Callable[[Floats64], tuple[Floats64, Floats64]]
    about: Callable[[Floats64], Floats64]


def transfer(profile: Profile, levels: Levels, noise: float) -> Transfer:
    """The transform of the profile's derivative over the step, about the edge's own middle."""
    reach = TAPER * levels.core_px
    count = math.ceil(reach / GRID_PX) + 1
    off = np.asarray(GRID_PX * (np.arange(-count, count) + 0.5))
    share, weights = _carried_on(profile, levels, off, reach)
    rise, rises = np.diff(share), np.diff(weights, axis=0)
    share_of_noise = (noise / levels.step) ** 2
    middle = np.asarray(off[:-1] + GRID_PX / 2)
    shift = _middle_px(middle, rise, levels.tail_px)

    def turns(frequency_cy_px: Floats64) -> NDArray[np.complex128]:
        # from place to place by the same factor: a product costs a tenth of an exponential
        turn = np.empty((frequency_cy_px.size, middle.size), np.complex128)
        turn[:] = np.exp(-2j * np.pi * GRID_PX * frequency_cy_px)[:, None]
        first = np.exp(-2j * np.pi * (middle[0] - shift) * frequency_cy_px)
        turn[:, 0] = first / np.sinc(GRID_PX * frequency_cy_px)
        return np.asarray(np.cumprod(turn, axis=1))

    def whole(frequency_cy_px: Floats64, turn: NDArray[np.complex128]) -> NDArray[np.complex128]:
        tail = levels.tail_px * _beyond(float(off[-1]), frequency_cy_px)
        return np.asarray(turn @ rise + tail * np.exp(2j * np.pi * frequency_cy_px * shift))

    def about(frequency_cy_px: Floats64) -> Floats64:
        wave = whole(frequency_cy_px, turns(frequency_cy_px))
        return np.copysign(np.abs(wave), wave.real)

    def at(frequency_cy_px: Floats64) -> tuple[Floats64, Floats64]:
        turn = turns(frequency_cy_px)
        wave = whole(frequency_cy_px, turn)
        variance = profile.spread((turn.real @ rises).T) * share_of_noise
        across = profile.spread((turn.imag @ rises).T) * share_of_noise
        size = np.sqrt(np.maximum(np.abs(wave) ** 2 - across, 0.0))
        modulation = np.copysign(size, wave.real)
        return modulation, np.sqrt(variance + (modulation * levels.sigma / levels.step) ** 2)

    return Transfer(at, about)


def _carried_on(profile: Profile, levels: Levels, off: Floats64, reach: float) -> tuple[Floats64, Floats64]:
    """The step from 0 to 1 at distances from its middle, its tails as fitted; what each coefficient adds."""
    way = np.clip((np.abs(off) - levels.core_px) / (reach - levels.core_px), 0.0, 1.0)
    own = 0.5 + 0.5 * np.cos(np.pi * way)
    at = levels.centre_px + off
    own *= (at >= profile.start_px) & (at <= profile.end_px)
    tail = np.where(off < 0, 0.0, 1.0) - levels.tail_px / np.where(np.abs(off) < 1, np.copysign(1, off), off)
    weights = own[:, None] * profile.weights(at)
    return weights @ ((profile.coefficients - levels.low) / levels.step) + (1 - own) * tail, weights


def _beyond(reach_px: float, frequency_cy_px: Floats64) -> Floats64:
    """What tails of 1 px add to the transform from there on: twice the cosine integral of 1 / x**2."""
    from scipy.special import sici

    turn = 2 * np.pi * frequency_cy_px
    rest = np.pi / 2 - sici(turn * reach_px)[0]
    return np.asarray(2 * (np.cos(turn * reach_px) / reach_px - turn * rest))


def _middle_px(x: Floats64, rise: Floats64, tail_px: float) -> float:
    """Where the line spread's phase is zero at low frequencies: its middle."""
    frequency = np.array([0.01, 0.02, 0.03])
    tail = tail_px * _beyond(float(x[-1]) + GRID_PX / 2, frequency)
    wave = np.exp(-2j * np.pi * np.outer(frequency, x)) @ rise + tail
    weight = np.abs(wave) ** 2 * frequency
    return float(-(np.unwrap(np.angle(wave)) @ weight) / (2 * np.pi * frequency @ weight))
