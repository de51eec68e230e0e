"""From ring waves to a signed modulation curve, and what is read off it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...target import twist_cycles, twist_radii
from ..reading import Flag
from .levels import Levels
from .rings import Floats64
from .sharpening import TELLING_CY_PX, least_mask

NYQUIST, NEARLY_NYQUIST = 0.5, 0.45

SMALLEST_PX = 9.9
"""Below this radius rings hold too few pixels for an MTF50 to stand on; 10 px, less its own error."""

MOST_START = 0.85
"""Lowest frequency of the rings, of MTF50, at which the crossing can still be told."""

FLATTEST = -0.05
"""Slope of the modulation over log frequency at which a crossing of 0.5 is still one."""

FAINT = 0.08
"""Of the largest amplitude: a ring below it may stand at a zero of the modulation."""

STRAIGHT, BENDING, BUMPY = 36, 0.3, 0.003
"""Cycles of rings that count as straight; log frequency to either side over which their bend is fitted; and
what sampling leaves in a ring."""

NEAR_ENOUGH = 0.01
"""Last step of the search for a crossing, in log frequency; its own error is a hundredth of that."""

TWIST_MARGIN = 0.1
"""Of log radius: rings nearer to a twist are left out."""


@dataclass(frozen=True, slots=True)
class Response:
    """A modulation curve and what is read off it, each value with its sigma."""

    frequency_cy_px: tuple[float, ...]
    modulation: tuple[float, ...]
    sigma: tuple[float, ...]
    at_025: tuple[float, float] | None
    mtf50: tuple[float, float] | None
    mask: float
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
        inside = _before_zero(wave, inside) if twists.size else inside
    keep = inside
    if twists.size:
        keep = inside & (np.abs(np.log(radius_px[:, None] / twists)).min(axis=1) > TWIST_MARGIN)
    rows = np.flatnonzero(keep)
    if rows.size == 0:
        return np.abs(wave), keep
    outer = rows[np.abs(turned[rows]) > 0.6 * np.abs(turned[rows]).max()]
    reference = np.exp(-1j * np.angle((turned[outer] / np.maximum(sigma[outer], 1e-9)).sum()))
    return np.asarray((turned * reference).real), keep


def _before_zero(wave: NDArray[np.complex128], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rings outside the first zero of the modulation: past it a twist may be its own opposite."""
    amplitude = np.where(inside, np.abs(wave), 0.0)
    faint = np.flatnonzero(inside & (amplitude < FAINT * amplitude.max()))
    return inside if faint.size == 0 else inside & (np.arange(len(wave)) > faint[-1])


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
    quarter = (np.angle(wave * np.conj(wave[strong[0]])) / (np.pi / 2)).tolist()
    last, first, turn, waiting = int(strong[0]), int(strong[0]), 0, 0
    for ring in strong[1:].tolist():
        off = quarter[ring] - turn
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
    if waiting and twists:  # the innermost ring alone: probably a twist as well
        twists.append(float(np.sqrt(radius_px[last] * radius_px[first])))
    return wave * np.exp(-0.5j * np.pi * quarters), np.array(twists)


def respond(
    frequency: Floats64,
    signed: Floats64,
    sigma: Floats64,
    radius_px: Floats64,
    keep: NDArray[np.bool_],
    levels: Levels,
    cycles: int,
    mask: float = 0.0,
) -> Response:
    """The curve on the rings kept, up to Nyquist, with MTF50 and the modulation at 0.25 cy/px.

    `mask`: of the sharpening that is known to be in it.
    """
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(frequency[rows])]
    m, s = signed[rows] / levels.full, sigma[rows] / levels.full
    f = frequency[rows]
    m = _straightened(f, m, s, cycles)
    fifty, flags = _fifty(f, m, s, radius_px[rows], levels.relative_sigma)
    quarter = _value_at(f, m, s, 0.25, levels.relative_sigma)
    if m.size > 4:
        mask = max(mask, least_mask(f, _smooth(m), s / 2, levels.relative_sigma))
    told = f <= NYQUIST
    return Response(
        tuple(f[told].tolist()),
        tuple(m[told].tolist()),
        tuple(np.hypot(s, levels.relative_sigma * m)[told].tolist()),
        quarter,
        fifty,
        mask,
        flags | _sharpening(mask, fifty, flags),
    )


def _sharpening(mask: float, fifty: tuple[float, float] | None, flags: frozenset[Flag]) -> frozenset[Flag]:
    """Whether the picture is sharpened, or so soft that it could be without showing it."""
    if mask > 0:
        return frozenset({Flag.SHARPENED})
    sharp = Flag.ABOVE_NYQUIST in flags if fifty is None else fifty[0] > TELLING_CY_PX
    return frozenset() if sharp else frozenset({Flag.SHARPENING_UNKNOWN})


def _fifty(
    f: Floats64, m: Floats64, s: Floats64, radius_px: Floats64, level_sigma: float
) -> tuple[tuple[float, float] | None, frozenset[Flag]]:
    """MTF50 with its sigma, and the flag that qualifies it; None with the reason.

    It is above Nyquist only where the rings go that far. Where they end before, at a disc in the centre or
    for want of spokes, or come near enough only with rings too small, beyond the doubt of two sigmas, the
    star is too small for it.
    """
    if m.size < 5 or _smooth(m)[0] < 0.5:
        return None, frozenset({Flag.LOW_CONTRAST})
    fifty = _crossing(f, m, s, level_sigma)
    if fifty is None:
        return None, frozenset({Flag.ABOVE_NYQUIST if f[-1] > NEARLY_NYQUIST else Flag.TOO_SMALL})
    lowest, highest = fifty[0] - 2 * fifty[1], fifty[0] + 2 * fifty[1]
    small = radius_px[0] * f[0] < 1.1 * lowest * SMALLEST_PX or f[0] > MOST_START * highest
    return fifty, frozenset({Flag.TOO_SMALL} if small else ())


def _straightened(f: Floats64, m: Floats64, s: Floats64, cycles: int) -> Floats64:
    """The modulation of straight waves of these frequencies, from that of rings.

    A blur whose modulation M is a series in k**2 takes exp(i n phi) through powers of the Laplacian; the j-th
    gives n**2 (n**2 - 4) ... (n**2 - 4 (j - 1)**2) / r**2j where a straight wave has (n / r)**2j. So a ring
    shows M - f**3 M''' / (6 n**2), the next term being smaller by n**2 again.
    """
    if cycles >= STRAIGHT or f.size < 8:
        return m
    x = np.log(f)
    about = np.clip(x, x[0] + BENDING, max(x[-1] - BENDING, x[0] + BENDING))
    off = x[None, :] - about[:, None]
    weight = np.clip(1 - (off / BENDING) ** 2, 0, None) / np.hypot(s, BUMPY) ** 2
    powers = off[:, :, None] ** np.arange(4)
    weighted = np.swapaxes(powers * weight[:, :, None], 1, 2)
    normal = weighted @ powers + np.diag([1e-3, 0.1, 0.1, 1.0])
    found = np.linalg.solve(normal, weighted @ m[None, :, None])[:, :, 0]
    at = x - about
    first = found[:, 1] + 2 * found[:, 2] * at + 3 * found[:, 3] * at**2
    second = 2 * found[:, 2] + 6 * found[:, 3] * at
    bend = 6 * found[:, 3] - 3 * second + 2 * first
    return np.asarray(m + bend / (6 * cycles**2))


def _smooth(values: Floats64) -> Floats64:
    if values.size < 5:
        return values
    held = np.concatenate([values[:1], values[:1], values, values[-1:], values[-1:]])
    return np.convolve(held, np.full(5, 0.2), mode="valid")


def _local(f: Floats64, m: Floats64, s: Floats64, at: float) -> tuple[Floats64, float] | None:
    """Parabola of the modulation over log frequency around `at`, and the sigma of its value there."""
    x = np.log(f / at)
    near = np.abs(x) < 0.25
    if np.count_nonzero(near) < 6:
        near = np.abs(x) < 0.4
    x, m, s = x[near], m[near], s[near]
    if x.size < 4 or x[0] > 0 or x[-1] < 0:
        return None
    rows = np.array([np.ones_like(x), x, x * x]) / np.maximum(s, 1e-4)
    covariance = np.linalg.inv(rows @ rows.T)
    return covariance @ (rows @ (m / np.maximum(s, 1e-4))), math.sqrt(covariance[0, 0])


def _value_at(
    f: Floats64, m: Floats64, s: Floats64, at: float, level_sigma: float
) -> tuple[float, float] | None:
    found = _local(f, m, s, at)
    if found is None:
        return None
    value = float(found[0][0])
    return value, math.hypot(found[1], level_sigma * value)


def _crossing(f: Floats64, m: Floats64, s: Floats64, level_sigma: float) -> tuple[float, float] | None:
    below = np.flatnonzero(_smooth(m) < 0.5)
    if below.size == 0 and m[-1] > 0.5:
        return None
    at, sigma, slope = float(f[below[0] if below.size else -1]), 0.0, -1.0
    for _ in range(5):
        found = _local(f, m, s, at)
        if found is None or found[0][1] > FLATTEST:
            return None
        value, slope, sigma = float(found[0][0]), float(found[0][1]), found[1]
        step = max(-0.1, min(0.1, (0.5 - value) / slope))
        at *= math.exp(step)
        if abs(step) < NEAR_ENOUGH:
            break
    return (at, at * math.hypot(sigma, 0.5 * level_sigma) / abs(slope)) if at <= NYQUIST else None
