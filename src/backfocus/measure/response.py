"""From ring waves to a signed modulation curve, and what is read off it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..target import twist_cycles, twist_radii
from .levels import Levels
from .reading import Flag
from .waves import Floats64

NYQUIST = 0.5

TWIST_MARGIN = 0.1
"""Of log radius: rings nearer to a twist are left out."""


@dataclass(frozen=True, slots=True)
class Response:
    """A modulation curve with what is read off it; fields as in `StarMeasurement`."""

    frequency_cy_px: tuple[float, ...]
    modulation: tuple[float, ...]
    sigma: tuple[float, ...]
    at_025: float | None
    at_025_sigma: float | None
    mtf50: float | None
    mtf50_sigma: float | None
    flags: frozenset[Flag]


def upright(
    wave: NDArray[np.complex128],
    sigma: Floats64,
    radius_px: Floats64,
    inside: NDArray[np.bool_],
    twist_radius: float | None,
) -> tuple[Floats64, NDArray[np.bool_]]:
    """Amplitudes signed against the phase of the outer rings, and the rings that may be used.

    Twists are undone first: those of a star of known size, else those the phases show. Rings near a twist mix
    two phases and are left out.
    """
    if twist_radius is not None:
        turned = wave * np.exp(2j * np.pi * twist_cycles(radius_px / twist_radius))
        twists = twist_radii(twist_radius)
    else:
        turned, twists = _untwisted(wave, sigma, radius_px, inside)
    keep = inside
    if twists.size:
        keep = inside & (np.abs(np.log(radius_px[:, None] / twists)).min(axis=1) > TWIST_MARGIN)
    rows = np.flatnonzero(keep)
    if rows.size == 0:
        return np.abs(wave), keep
    outer = rows[np.abs(turned[rows]) > 0.6 * np.abs(turned[rows]).max()]
    reference = np.exp(-1j * np.angle((turned[outer] / np.maximum(sigma[outer], 1e-9)).sum()))
    return np.asarray((turned * reference).real), keep


def _untwisted(
    wave: NDArray[np.complex128], sigma: Floats64, radius_px: Floats64, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.complex128], Floats64]:
    """Waves with the quarter turns between them undone, and the radii where these were found.

    From the outside in: a ring a quarter turn from the last one, and another that agrees with it, is a twist;
    half a turn is a modulation that has gone negative.
    """
    strong = np.flatnonzero(inside & (np.abs(wave) > 6 * sigma))[::-1]
    quarters = np.zeros(len(wave), dtype=int)
    twists: list[float] = []
    if strong.size == 0:
        return wave, np.array(twists)
    phase, last, turn = np.angle(wave), int(strong[0]), 0
    first, waiting = last, 0
    for ring in strong[1:].tolist():
        off = (phase[ring] - phase[strong[0]]) / (np.pi / 2) - turn
        step = round(off)
        if abs(off - step) > 0.25:
            continue
        step = (step + 1) % 4 - 1
        if step in (0, 2):
            last, waiting = ring, 0
        elif waiting == step:
            turn += step
            twists.append(float(np.sqrt(radius_px[last] * radius_px[first])))
            quarters[: first + 1] = turn
            last, waiting = ring, 0
        else:
            first, waiting = ring, step
    return wave * np.exp(-0.5j * np.pi * quarters), np.array(twists)


def respond(
    frequency: Floats64, signed: Floats64, sigma: Floats64, keep: NDArray[np.bool_], levels: Levels
) -> Response:
    """The curve on the rings kept, up to Nyquist, with MTF50 and the modulation at 0.25 cy/px."""
    rows = np.flatnonzero(keep & (frequency <= NYQUIST))[::-1]
    f, m = frequency[rows], signed[rows] / levels.full[rows]
    s = sigma[rows] / levels.full[rows]
    fifty, fifty_sigma = _crossing(f, m, s, levels.relative_sigma)
    quarter = _value_at(f, m, s, 0.25, levels.relative_sigma)
    flags = set()
    if fifty is None and m.size and f.max() > 0.4 and m[-3:].mean() > 0.5:
        flags.add(Flag.ABOVE_NYQUIST)
    if m.size > 4 and _smooth(m).max() > 1.03 + 3 * float(np.median(s)):
        flags.add(Flag.SHARPENED)
    return Response(
        tuple(f.tolist()),
        tuple(m.tolist()),
        tuple(np.hypot(s, levels.relative_sigma * m).tolist()),
        None if quarter is None else quarter[0],
        None if quarter is None else quarter[1],
        fifty,
        fifty_sigma,
        frozenset(flags),
    )


def _smooth(values: Floats64) -> Floats64:
    return np.convolve(np.pad(values, 2, mode="edge"), np.ones(5) / 5, mode="valid")


def _local(f: Floats64, m: Floats64, s: Floats64, at: float) -> tuple[Floats64, float] | None:
    """Parabola of the modulation over log frequency around `at`, and the sigma of its value there."""
    away = np.abs(np.log(f / at))
    near = away < (0.25 if (away < 0.25).sum() >= 6 else 0.4)
    if near.sum() < 4 or f[near].min() > at or f[near].max() < at:
        return None
    x, w = np.log(f[near] / at), 1 / np.maximum(s[near], 1e-4)
    rows = np.stack([np.ones_like(x), x, x**2], axis=1) * w[:, None]
    normal = rows.T @ rows
    return np.asarray(np.linalg.solve(normal, rows.T @ (m[near] * w))), math.sqrt(np.linalg.inv(normal)[0, 0])


def _value_at(
    f: Floats64, m: Floats64, s: Floats64, at: float, level_sigma: float
) -> tuple[float, float] | None:
    found = _local(f, m, s, at)
    if found is None:
        return None
    value = float(found[0][0])
    return value, math.hypot(found[1], level_sigma * value)


def _crossing(f: Floats64, m: Floats64, s: Floats64, level_sigma: float) -> tuple[float | None, float | None]:
    if m.size < 5:
        return None, None
    below = np.flatnonzero(_smooth(m) < 0.5)
    if below.size == 0 or below[0] == 0:
        return None, None
    at = float(f[below[0]])
    for _ in range(4):
        found = _local(f, m, s, at)
        if found is None:
            return None, None
        (value, slope, _), sigma = found
        if slope > -0.05:
            return None, None
        at *= math.exp(max(-0.1, min(0.1, (0.5 - value) / slope)))
    if at > NYQUIST:
        return None, None
    return at, float(at * math.hypot(sigma, 0.5 * level_sigma) / abs(slope))
