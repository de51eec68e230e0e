"""Find Siemens stars in a whole picture, and count their cycles.

Two steps. `votes.crossings` names places where edges from many sides point. Around such a place the picture
is then read along rings: in a star, and in nothing else, one angular harmonic dominates ring after ring
with a steady phase. The harmonic's number is the number of cycles, and the way its phase runs around the
rings tells how far off the supposed centre is. Wheels pass that test too, but their thin spokes show the
double harmonic as strong as the single.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .rings import Pyramid, Rings, centre_correction, pyramid, read_rings, ring_radii
from .votes import CELL_PX, REACH_CELLS, crossings

Floats = NDArray[np.floating]
Luma8 = NDArray[np.uint8]

MIN_CYCLES, MAX_CYCLES = 8, 144
MIN_RADIUS_PX = 35.0
"""Of the outermost good ring, which is not quite the rim."""
MIN_SPAN = 1.17
"""Outermost over innermost good ring: a star may show its outer fifth only."""
MIN_CYCLES_IN_VIEW = 3.5
TRACKED_STEP = 1.08
MIN_GROWTH = 0.55
"""Modulation of the outer rings against the best: it grows outwards in a star, falls as 1/r in a wheel."""
PLACES_PER_LEVEL = 8
MIN_SIDE_PX = 48
MAX_PIXELS = 2_300_000
"""Larger pictures are halved first, and searched in full only when nothing is found."""
MAX_PIXELS_IN_FULL = 9_000_000

LOWEST_ORDER = 5
"""Harmonics below belong to light, tilt and a centre a little off."""
HIGHEST_ORDER = 220
NOISE_POWER = 2.0
"""Code values squared; a flat ring has no harmonic that dominates."""
MIN_FIRST_SHARE, MIN_SHARE = 0.55, 0.35
MAX_DOUBLE = 0.5
"""Second harmonic against the first: 0.3 at most in a star with clipped whites or gamma, 0.8 in a wheel."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A star found.

    `radius_px` is None where the rim is not in view; `score` is its widest good ring, in pixels.
    """

    x_px: float
    y_px: float
    radius_px: float | None
    cycles: int
    score: float


def find_star(luma8: Luma8) -> tuple[Candidate, ...]:
    """The Siemens stars in a picture, larger first; empty when there is none.

    Parameters
    ----------
    luma8 : ndarray, shape (rows, columns), uint8
        Code values as they come; neither gamma nor range matter.

    Notes ----- Bars or sine, 8 to 144 cycles, centre in view, from 40 px radius up to overfilling the
    frame, rim frequency up to 0.2 cycles per pixel, blurred as long as a fifth of the rings show a
    modulation of 0.1. Above 2.3 million pixels the picture is halved first; the smallest stars are then
    found only in pictures up to 9 million.
    """
    if min(luma8.shape) < MIN_SIDE_PX:
        return ()
    whole = pyramid(luma8)
    first = next(
        (k for k, level in enumerate(whole.levels) if level.size <= MAX_PIXELS), len(whole.levels) - 1
    )
    found = _search(whole, range(first, len(whole.levels)))
    if not found and first and luma8.size <= MAX_PIXELS_IN_FULL:
        found = _search(whole, range(first))
    return found


def star_near(picture: Pyramid, x_px: float, y_px: float, cycles: int) -> Candidate | None:
    """The star of so many cycles with its centre near a point, or None; a few milliseconds.

    Half a wavelength of the widest rings may lie between the point and the centre. The rim is not looked for.
    """
    for _ in range(4):
        farthest = _farthest(picture, x_px, y_px)
        rings = read_rings(picture, x_px, y_px, ring_radii(max(6.0, cycles / 2.5), farthest, TRACKED_STEP))
        share = _shares(rings, max(2, cycles // 10))[:, cycles]
        ask = centre_correction(rings, cycles, np.clip(share - 0.3, 0, None))
        x_px, y_px = x_px + ask.dx_px, y_px + ask.dy_px
        moved = math.hypot(ask.dx_px, ask.dy_px)
        if not moved < farthest / 2 or abs(ask.cycles) > 0.45:
            return None
        if moved < 1.0:
            break
    good = _good_rings(rings, cycles)
    run = _run_through(good, int(np.argmax(share * good)))
    if run is None or good[run[0] : run[1] + 1].sum() < 3 or moved > 3.0:
        return None
    return Candidate(x_px, y_px, None, cycles, float(rings.radii_px[run[1]]))


def _search(picture: Pyramid, levels: range) -> tuple[Candidate, ...]:
    """Stars whose edges show in the levels given, larger first."""
    places = []
    for k in levels:
        if min(picture.levels[k].shape) >= MIN_SIDE_PX:
            places += [
                _first_look(picture, ((x + 0.5) * 2**k - 0.5), ((y + 0.5) * 2**k - 0.5), k)
                for x, y, _ in crossings(picture.levels[k], PLACES_PER_LEVEL)
            ]
    found: list[Candidate] = []
    for place in sorted(places, key=lambda place: -place.share):
        if place.share > MIN_FIRST_SHARE and not _inside_any(place, found):
            star = _star_at(picture, place)
            if star is not None and not _inside_any(star, found):
                found.append(star)
    return tuple(sorted(found, key=lambda star: -star.score))


def _inside_any(place: "_Place | Candidate", stars: list[Candidate]) -> bool:
    return any(
        math.hypot(place.x_px - star.x_px, place.y_px - star.y_px) < 0.8 * star.score for star in stars
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A supposed centre, the harmonic that dominates around it, the ring where it does most.

    And its share there.
    """

    x_px: float
    y_px: float
    cycles: int
    ring_px: float
    share: float


def _first_look(picture: Pyramid, x_px: float, y_px: float, level: int) -> _Place:
    """Read a few rings around a crossing seen in one level of the pyramid."""
    unit = 2.0**level
    radii = ring_radii(
        9 * unit, min(1.1 * CELL_PX * REACH_CELLS * unit, _farthest(picture, x_px, y_px)), 1.12
    )
    rings = read_rings(picture, x_px, y_px, radii)
    share = cv2.blur(_shares(rings, spread=2), (1, 3), borderType=cv2.BORDER_CONSTANT)
    share[:, :MIN_CYCLES] = share[:, MAX_CYCLES + 1 :] = 0
    ring, cycles = np.unravel_index(int(np.argmax(share)), share.shape)
    return _Place(x_px, y_px, int(cycles), float(radii[ring]), float(share[ring, cycles]))


def _farthest(picture: Pyramid, x_px: float, y_px: float) -> float:
    """Distance from a point to the farthest corner."""
    rows, columns = picture.levels[0].shape
    return math.hypot(max(x_px, columns - x_px), max(y_px, rows * picture.line_step - y_px))


def _gathered(power: Floats, spread: int) -> Floats:
    """Each harmonic with `spread` neighbours on each side."""
    return np.asarray(
        cv2.boxFilter(power, -1, (2 * spread + 1, 1), normalize=False, borderType=cv2.BORDER_CONSTANT)
    )


def _shares(rings: Rings, spread: int) -> Floats:
    """Power of each harmonic with `spread` neighbours on each side, as a share of all; (rings, harmonics)."""
    power = np.abs(rings.harmonics) ** 2
    power[:, :LOWEST_ORDER] = power[:, HIGHEST_ORDER:] = 0
    share = _gathered(power, spread) / (power.sum(axis=1, keepdims=True) + NOISE_POWER)
    share[rings.coverage < 0.25] = 0
    return np.asarray(share)


def _star_at(picture: Pyramid, place: _Place) -> Candidate | None:
    """The star around a place, centred and counted; None if it is not one."""
    radii = ring_radii(place.ring_px / 1.25, place.ring_px * 1.6, 1.05)
    at = _centred(picture, place, radii)
    for _ in range(2):
        if at is None:
            return None
        rings = read_rings(
            picture,
            at.x_px,
            at.y_px,
            ring_radii(max(6.0, at.cycles / 2.5), _farthest(picture, at.x_px, at.y_px), 1.03),
        )
        good = _good_rings(rings, at.cycles)
        run = _run_through(good, int(np.argmin(np.abs(rings.radii_px - place.ring_px))))
        if run is None:
            return None
        best = at
        at = _centred(picture, at, rings.radii_px[run[0] : run[1] + 1][good[run[0] : run[1] + 1]][-40:])
    if not _is_star(rings, best.cycles, good, run):
        return None
    return Candidate(
        best.x_px, best.y_px, _rim(rings, best.cycles, run), best.cycles, float(rings.radii_px[run[1]])
    )


def _centred(picture: Pyramid, place: _Place, radii: Floats) -> _Place | None:
    """A place with centre and cycles corrected from the running phase; None if they do not settle."""
    x, y, cycles = place.x_px, place.y_px, place.cycles
    for _ in range(5):
        rings = read_rings(picture, x, y, radii)
        trust = np.clip(_shares(rings, max(2, cycles // 10))[:, cycles] - 0.3, 0, None)
        ask = centre_correction(rings, cycles, trust)
        moved = math.hypot(ask.dx_px, ask.dy_px)
        if moved > place.ring_px or not MIN_CYCLES <= cycles + round(ask.cycles) <= MAX_CYCLES:
            return None
        x, y, cycles = x + ask.dx_px, y + ask.dy_px, cycles + round(ask.cycles)
        if moved < 0.003 * place.ring_px and abs(ask.cycles) < 0.3:
            break
    settled = moved < 0.02 * place.ring_px and abs(ask.cycles) < 0.4
    return replace(place, x_px=x, y_px=y, cycles=cycles) if settled else None


def _good_rings(rings: Rings, cycles: int) -> NDArray[np.bool_]:
    """Rings that the harmonic dominates, with enough cycles in the picture."""
    enough = rings.coverage * cycles > MIN_CYCLES_IN_VIEW
    return np.asarray((_share(rings, cycles) > MIN_SHARE) & ~_spoked(rings, cycles) & enough)


def _share(rings: Rings, cycles: int) -> Floats:
    """Share of the harmonic in the power of each ring."""
    cut = rings.coverage < 0.9
    return np.where(cut, _shares(rings, 1)[:, cycles], _shares(rings, 0)[:, cycles])


def _spoked(rings: Rings, cycles: int) -> NDArray[np.bool_]:
    """Rings that cut through thin spokes: the double harmonic is as strong as the single."""
    if 2 * cycles >= HIGHEST_ORDER:
        return np.zeros(len(rings.radii_px), bool)
    cut = (rings.coverage < 0.9)[:, None]
    power = np.abs(rings.harmonics) ** 2
    total = power[:, LOWEST_ORDER:HIGHEST_ORDER].sum(axis=1) + NOISE_POWER
    power = np.where(cut, _gathered(power, 1), power)
    single, double, triple = (power[:, min(k * cycles, 256)] for k in (1, 2, 3))
    return np.asarray((single + double + triple > MIN_SHARE * total) & (double > MAX_DOUBLE**2 * single))


def _run_through(good: NDArray[np.bool_], start: int) -> tuple[int, int] | None:
    """First and last of the good rings around `start`, with gaps of up to four rings.

    None if there are none.
    """
    near = np.flatnonzero(good[max(0, start - 5) : start + 6])
    if not len(near):
        return None
    at = np.flatnonzero(good)
    parts = np.split(at, np.flatnonzero(np.diff(at) > 5) + 1)
    inside = int(near[len(near) // 2]) + max(0, start - 5)
    return next((int(part[0]), int(part[-1])) for part in parts if part[0] <= inside <= part[-1])


def _is_star(rings: Rings, cycles: int, good: NDArray[np.bool_], run: tuple[int, int]) -> bool:
    """Whether a run of good rings is long, dense and steady enough to be a star."""
    part = slice(run[0], run[1] + 1)
    radii = rings.radii_px[part]
    if radii[-1] < MIN_RADIUS_PX or radii[-1] / radii[0] < MIN_SPAN or good[part].mean() < 0.6:
        return False
    if _spoked(rings, cycles)[run[0] : run[1] + 12].sum() > 3:
        return False
    share = float(_share(rings, cycles)[part][good[part]].mean())
    long = cycles * math.log(radii[-1] / radii[0]) / (2 * math.pi)
    harmonic = rings.harmonics[part, cycles][good[part]]
    amplitude = np.abs(harmonic)
    third = len(amplitude) // 3
    if share < (0.85 if long < 1 else 0.45):
        return False
    if np.median(amplitude[-third:-1]) < MIN_GROWTH * np.max(amplitude[:-third]):
        return False
    turn = np.abs(np.angle(harmonic[1:] * np.conj(harmonic[:-1])))
    return bool(np.mean(turn < 0.5) > 0.7)


def _rim(rings: Rings, cycles: int, run: tuple[int, int]) -> float | None:
    """Radius where the harmonic falls to half of what it is inside; None when that is not in view."""
    beyond = slice(run[1] + 1, run[1] + 5)
    if (rings.coverage[beyond] > 0.25).sum() < 3:
        return None
    amplitude = np.abs(rings.harmonics[:, cycles])
    first = max(run[0], run[1] - 6)
    last = first + int(np.argmax(amplitude[first : run[1] + 1]))
    half = 0.5 * float(amplitude[last])
    below = last + int(np.argmax(amplitude[last : run[1] + 6] < half))
    if below == last:
        return float(rings.radii_px[run[1]])
    low, high = amplitude[below], amplitude[below - 1]
    share = float((high - half) / max(high - low, 1e-9))
    return float(rings.radii_px[below - 1] * (rings.radii_px[below] / rings.radii_px[below - 1]) ** share)
