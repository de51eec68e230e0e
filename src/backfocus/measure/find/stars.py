"""Find Siemens stars in a whole picture, and count their cycles.

Two steps. `edge_votes.crossings` names places where edges from many sides point. Around such a place the
picture is then read along rings: in a star, and in nothing else, one angular harmonic dominates ring after
ring with a steady phase. The harmonic's number is the number of cycles, and the way its phase runs around the
rings tells how far off the supposed centre is. Wheels pass that test too, but their thin spokes show the
double harmonic as strong as the single.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .edge_votes import CELL_PX, REACH_CELLS, crossings
from .ring_harmonics import Pyramid, centre_correction, pyramid, read_rings, ring_radii
from .spokes import Spokes, is_star, rim_px, shares, spokes

Floats = NDArray[np.floating]
Luma8 = NDArray[np.uint8]

MIN_CYCLES, MAX_CYCLES = 8, 144
MIN_SIDE_PX = 48
MAX_PIXELS = 2_300_000
"""Larger pictures are halved first, and searched in full only when nothing is found."""
MAX_PIXELS_IN_FULL = 9_000_000
PLACES, PLACES_PER_LEVEL = 12, 8
"""Crossings looked at in the finest level and in each of the others."""
SECOND_LOOKS = 20
MANY, MOST_SPREAD, SPREAD_TRUST = 72, 10, 0.8
"""So many cycles, and more, spread over so many harmonics each side when the chart is turned away."""
SHARE_PERCENTILE = 70
FIRST_SHARE, SECOND_SHARE = 0.58, 0.45
FIRST_STEP, SECOND_STEP, FINE_STEP, TRACKED_STEP = 1.12, 1.05, 1.03, 1.08
"""From one ring to the next."""
FEWEST_PX = 6.0
"""Radius of the smallest ring read; with many cycles, the one where they are 2.5 px wide."""
DEEP = 5.0
CENTRING_RINGS = 30
CHANCE_SHARE = 0.3
"""Share of a ring's power in one harmonic that textures reach too: it is trusted for what it has above."""
TOO_FAR_PX = 3.0
"""A followed star still moving by more than this after the last step was not followed."""
COUNT_SETTLED, COUNT_OFF, COUNT_LOST = 0.3, 0.4, 0.45
"""Cycles by which a count may be off: to stop correcting it, at its end, and while a known star is followed;
half a cycle would round to a neighbour."""
UNSETTLED = 0.02
"""Of the ring: a centre still moving by more at the end has not settled."""
SAME_PLACE, SAME_RING = 0.05, 1.25
"""Two places of one count are one star: so near by the ring, with rings within this factor."""
SETTLED = 0.1
"""Of a wavelength over 2 pi: the next step would be smaller still."""
SAME_CENTRE = 0.5
"""Of a wavelength over 2 pi: a centre moved by less changes nothing on the rings."""
WHOLE = 0.95
"""Of rings less visible the tilt is not asked for."""
LEVEL_RAD = 0.3
"""Swing of the phase up to which a star counts as facing the camera."""
MOST_SHEAR = 0.06
"""Of a chart turned away by 28 degrees."""
INSIDE, BESIDE = 0.8, 0.97
"""Of the widest good ring of a star found: no other has its centre nearer, nor does the ring on which it
shows best reach further in. Where edges cross on a rim there seems to be a star of few cycles."""
EQUALS = 0.85
"""Of the largest star's widest good ring: stars of one print, seen by a lens that bends, differ by less."""
UNCOUNTED = 0.75
"""Of a star less visible than this on average, the next numbers of cycles are tried too."""


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
    """The Siemens stars in a picture, larger first, of equals the one nearest the middle; empty without one.

    Parameters
    ----------
    luma8 : ndarray, shape (rows, columns), uint8
        Code values as they come; neither gamma nor range matter.

    Notes
    -----
    Bars or sine, 8 to 144 cycles, centre in view, from 40 px radius to overfilling the frame, rim frequency
    up to 0.2 cycles per pixel, blurred as long as a fifth of the rings show a modulation of 0.1. Above 2.3
    million pixels the picture is halved first; the smallest stars are then found only in pictures up to 9
    million.
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


def star_near(
    picture: Pyramid, x_px: float, y_px: float, cycles: int, reach_px: float = math.inf
) -> Candidate | None:
    """The star of so many cycles with its centre near a point, or None; a few milliseconds.

    Half a wavelength of the widest rings may lie between the point and the centre. The rim is not looked
    for, and nothing beyond `reach_px`.
    """
    for _ in range(4):
        farthest = min(_farthest(picture, x_px, y_px), reach_px)
        rings = read_rings(picture, x_px, y_px, ring_radii(_least_px(cycles), farthest, TRACKED_STEP))
        trust = np.clip(shares(rings, max(2, cycles // 10))[:, cycles] - CHANCE_SHARE, 0, None)
        ask = centre_correction(rings, cycles, trust)
        x_px, y_px = x_px + ask.dx_px, y_px + ask.dy_px
        moved = math.hypot(ask.dx_px, ask.dy_px)
        if not moved < farthest / 2 or abs(ask.cycles) > COUNT_LOST:
            return None
        if moved < 1.0:
            break
    seen = spokes(rings, cycles)
    if len(seen.members) < 3 or moved > TOO_FAR_PX:
        return None
    return Candidate(x_px, y_px, None, cycles, float(seen.radii_px[seen.members[-1]]))


def _least_px(cycles: int) -> float:
    return max(FEWEST_PX, cycles / 2.5)


def _search(picture: Pyramid, levels: range) -> tuple[Candidate, ...]:
    """Stars whose edges show in the levels given, larger first, of equals the one nearest the middle."""
    places = [_first_look(picture, x, y, k) for x, y, k in _crossings(picture, levels)]
    found: list[Candidate] = []
    refused: list[_Place] = []
    for place in sorted(places, key=lambda place: -place.share):
        if place.share < FIRST_SHARE or len(refused) >= SECOND_LOOKS:
            break
        if any(_near(place, star, _reach_px(star, place)) for star in found):
            continue
        at = _centred(picture, place, ring_radii(place.ring_px / 1.25, place.ring_px * 1.6, SECOND_STEP))
        if at is None or at.share < SECOND_SHARE or any(_same(at, other) for other in refused):
            continue
        star = _star_at(picture, at)
        if star is None:
            refused.append(at)
        elif not any(_near(star, other, 0.8 * other.score) for other in found):
            found.append(star)
    return _by_size(found, picture)


def _by_size(found: list[Candidate], picture: Pyramid) -> tuple[Candidate, ...]:
    """Larger stars first; of those as large, the one that a zoom about the middle keeps in view."""
    rows, columns = picture.levels[0].shape
    middle_x, middle_y = (columns - 1) / 2, (rows * picture.line_step - 1) / 2
    least = EQUALS * max((star.score for star in found), default=0.0)

    def rank(star: Candidate) -> tuple[bool, float]:
        equal = star.score >= least
        away = math.hypot(star.x_px - middle_x, star.y_px - middle_y)
        return not equal, away if equal else -star.score

    return tuple(sorted(found, key=rank))


def _crossings(picture: Pyramid, levels: range) -> list[tuple[float, float, int]]:
    """Where edges cross in each level, in pixels of the whole picture and with the level; no place twice."""
    found: list[tuple[float, float, int]] = []
    for k in levels:
        if min(picture.levels[k].shape) < MIN_SIDE_PX:
            break
        for x, y, _ in crossings(picture.levels[k], PLACES if k == levels[0] else PLACES_PER_LEVEL):
            at = ((x + 0.5) * 2**k - 0.5, (y + 0.5) * 2**k - 0.5)
            if all(math.hypot(at[0] - u, at[1] - v) > 1.5 * 2**k or level < k - 1 for u, v, level in found):
                found.append((*at, k))
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """A supposed centre: the harmonic that dominates around it, the ring where it does most.

    Its share there, and the shear of a chart that is turned away.
    """

    x_px: float
    y_px: float
    cycles: int
    ring_px: float
    share: float
    shear: complex = 0j


def _near(one: "_Place | Candidate", other: "_Place | Candidate", reach_px: float) -> bool:
    return math.hypot(one.x_px - other.x_px, one.y_px - other.y_px) < reach_px


def _reach_px(star: Candidate, place: _Place) -> float:
    """How near a place may not be to the centre of a star found, to be another star beside it."""
    return max(INSIDE * star.score, BESIDE * star.score + place.ring_px)


def _first_look(picture: Pyramid, x_px: float, y_px: float, level: int) -> _Place:
    """Read a few rings around a crossing seen in one level of the pyramid."""
    unit = 2.0**level
    reach = min(1.1 * CELL_PX * REACH_CELLS * unit, _farthest(picture, x_px, y_px))
    rings = read_rings(picture, x_px, y_px, ring_radii(9 * unit, reach, FIRST_STEP))
    share = shares(rings, spread=2)
    many = share[:, MANY:]
    np.maximum(many, SPREAD_TRUST * shares(rings, spread=MOST_SPREAD)[:, MANY:], out=many)
    share = np.asarray(cv2.blur(share, (1, 3), borderType=cv2.BORDER_CONSTANT), dtype=np.float32)
    share[:, :MIN_CYCLES] = share[:, MAX_CYCLES + 1 :] = 0
    ring, cycles = np.unravel_index(int(np.argmax(share)), share.shape)
    return _Place(x_px, y_px, int(cycles), float(rings.radii_px[ring]), float(share[ring, cycles]))


def _farthest(picture: Pyramid, x_px: float, y_px: float) -> float:
    """Distance from a point to the farthest corner."""
    rows, columns = picture.levels[0].shape
    return math.hypot(max(x_px, columns - x_px), max(y_px, rows * picture.line_step - y_px))


def _same(one: _Place, other: _Place) -> bool:
    return (
        one.cycles == other.cycles
        and _near(one, other, SAME_PLACE * other.ring_px)
        and 1 / SAME_RING < one.ring_px / other.ring_px < SAME_RING
    )


def _star_at(picture: Pyramid, place: _Place) -> Candidate | None:
    """The star around a settled place, centred and counted on all its rings; None if it is not one."""
    seen = _spokes_at(picture, place)
    if len(seen.members) < 3:
        return None
    at = _recentred(picture, place, seen)
    if at is None:
        return None
    if at.cycles != place.cycles or not _near(at, place, SAME_CENTRE * place.ring_px / place.cycles):
        seen = _spokes_at(picture, at)
    if not is_star(seen):
        return None
    return Candidate(at.x_px, at.y_px, rim_px(seen), at.cycles, float(seen.radii_px[seen.members[-1]]))


def _spokes_at(picture: Pyramid, at: _Place) -> Spokes:
    radii = ring_radii(_least_px(at.cycles), _farthest(picture, at.x_px, at.y_px), FINE_STEP)
    return spokes(read_rings(picture, at.x_px, at.y_px, radii, at.shear), at.cycles, at.ring_px)


def _recentred(picture: Pyramid, at: _Place, seen: Spokes) -> _Place | None:
    """Centre and count once more from all good rings; with half of them cut, the two can be confused."""
    radii = seen.radii_px[seen.members][:: 1 + len(seen.members) // CENTRING_RINGS]
    best = _centred(picture, at, radii)
    if seen.coverage[seen.members].mean() > UNCOUNTED:
        return best
    radii = np.geomspace(radii[-1] / DEEP, radii[-1], CENTRING_RINGS)
    others = [
        _centred(picture, replace(at, cycles=at.cycles + more), radii, count=False) for more in (-1, 0, 1)
    ]
    tried = [each for each in others if each is not None]
    return max(tried, key=lambda each: _held(picture, each, radii), default=None)


def _held(picture: Pyramid, at: _Place, radii: Floats) -> float:
    """Power of the very harmonic on these rings: cut rings smear a wrong count, and not the right one."""
    wave = read_rings(picture, at.x_px, at.y_px, radii, at.shear).harmonics[:, at.cycles]
    return float(np.vdot(wave, wave).real)


def _centred(picture: Pyramid, place: _Place, radii: Floats, *, count: bool = True) -> _Place | None:
    """A place with its centre, tilt, and unless told otherwise its count, corrected from the running phase.

    None if they do not settle. Its share is then that of its harmonic alone, on the better of these rings.
    """
    x, y, cycles, before, shear = place.x_px, place.y_px, place.cycles, place.ring_px, place.shear
    for _ in range(5):
        rings = read_rings(picture, x, y, radii, shear)
        trust = np.clip(shares(rings, max(2, cycles // 10))[:, cycles] - CHANCE_SHARE, 0, None)
        tilt = float(rings.coverage.min()) > WHOLE
        ask = centre_correction(rings, cycles, trust, count=count, tilt=tilt)
        moved, more = math.hypot(ask.dx_px, ask.dy_px), round(ask.cycles)
        if moved > before or not MIN_CYCLES <= cycles + more <= MAX_CYCLES:
            return None
        before = max(moved, 0.01 * place.ring_px)
        x, y, cycles = x + ask.dx_px, y + ask.dy_px, cycles + more
        turned, shear = cycles * abs(ask.shear), _level(shear + ask.shear, cycles)
        if (
            moved < SETTLED * place.ring_px / cycles
            and abs(ask.cycles) < COUNT_SETTLED
            and turned < LEVEL_RAD
        ):
            break
    if moved > UNSETTLED * place.ring_px or abs(ask.cycles) > COUNT_OFF:
        return None
    share = float(np.percentile(spokes(rings, cycles).share, SHARE_PERCENTILE))
    return replace(place, x_px=x, y_px=y, cycles=cycles, share=share, shear=shear)


def _level(shear: complex, cycles: int) -> complex:
    """The shear of a chart, within reason, and none where its swing is too small to matter."""
    if cycles * abs(shear) < LEVEL_RAD:
        return 0j
    return shear * min(1.0, MOST_SHEAR / abs(shear))
