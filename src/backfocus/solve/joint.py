"""Back focus, tele's focus, the lens's softness and the camera, from all zoom positions together.

Every position says what its curve allows (`evidence`). The zoom law r = delta (1 - x) + t x, with
x = (M / M_tele)**2, ties them to one delta and one t, and one camera stands behind them all. What is not
asked for is summed over: the camera's taps in closed form; t by how well people focus by the picture; the
lens's own softness at either end, any share of it as likely as any other, in between along the logarithm of
the scale; a zoom ratio that is not known well; and an f-number that falls off towards tele undeclared.

Two positions alone tell only sqrt(r_wide**2 - t**2): what tele may be off is then a doubt of the answer. The
walk between them, a sweep or a known camera says more. Nothing here decides which was seen: all of them are
positions, and a best picture of a sweep is one whose r is known.

A picture is the same in front of and behind focus, and a wavefront turned over turns focus over; so delta is
taken as positive here, and both sides of the aberration are tried.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..optics.lens import Optics
from .backfocus import BackFocus, Side, ZoomResidual
from .camera import TAP_SIGMA, TAPS, CameraCurve, camera_curve, unknown_camera
from .defocus import F_NUMBER_SIGMA, plain_um
from .evidence import SOFTEST_HALF_DEPTHS, Evidence, Seen, added, camera_after, chance, evidence
from .grid import Grid
from .interval import shortest
from .misfit import Rings

Vector = NDArray[np.float64]

TELE_SIGMA_HALF_DEPTHS = 0.45
TELE_TAILS = 4.0
"""How well tele is focused by its picture: Student's t, in half depths of focus there, of so many degrees of
freedom. One in ten is off by more than one half depth of focus."""

VARYING_STILL, VARYING_MOVING = 0.01, 0.035
"""What the camera differs by from one picture to another at one zoom, as a share of the modulation at 0.5
cy/px: where the picture rests, and while zoom or ring moves (H.264 takes 3 to 5 % from the sharpest)."""

RAMPS = ((0.0, 0.6), (0.5, 0.2), (1.0, 0.2))
"""Stops that an f-number given as one value may fall off by at tele, and how likely each is: with a front
lens of a fixed size it grows with the focal length from some zoom on."""

UNSURE_SCALE = 0.03
"""A zoom ratio known less well than this, as a part of itself, is tried at three values."""

ZERO_LIKELY, ZERO_LIKELY_DIVIDED = 0.15, 0.05
"""Of the likeliest magnitude's chance: an interval holds zero where zero is as likely as the end of a normal
curve's 95 %. A third of that for curves against a reference: nothing in them tells a camera from an error,
and a lens is more often where it was set than anywhere else. Chosen on objects, seeds 100 to 138."""

OTHER_MODE = 0.1
"""Prior chance that a known camera is not as it was: another mode, another detail setting."""

LEFT_ASIDE = 0.9
"""So likely that must be afterwards for it to be said."""

_TURNED_BACK_HALF_DEPTHS = (0.7, 1.2, 2.0, 3.4, 5.8)
"""Where a ring that met its stop before the sharpest point turned, each as likely: steps in which the blur
grows by two thirds."""

_PARTS, _PART_STEP, _PART_SIGMA = 4, 0.15, 0.1
"""The unknown camera of an object in parts by its nearest tap: so many to either side, and their distance and
width: within one, C(f) / C(k f) is linear to 1 or 2 %."""

_THREE_POINTS = ((-math.sqrt(3.0), 1.0 / 6.0), (0.0, 2.0 / 3.0), (math.sqrt(3.0), 1.0 / 6.0))
"""Gauss and Hermite's rule: places in standard deviations, and weights."""

_AT_TELE = 0.85
"""Of the largest scale: a best picture nearer to it is one of tele, whose ring breathes."""

_LEAST_WEIGHT = 1e-3
"""Beside the likeliest: a softness less likely says nothing of the camera."""

_MARGIN, _MARGIN_HALF_DEPTHS = 1.3, 4.0
"""How much further than a perfect camera would read r is looked for."""

_COARSE_HALF_DEPTHS, _MOST_COARSE = 0.25, 200
_PASSES = (
    (150.0, (3, 4, 41, 21)),
    (60.0, (3, 4, 41, 21)),
    (25.0, (3, 4, 41, 21)),
    (16.0, (3, 5, 61, 31)),
)
"""-2 ln of the chance beside the best, beyond which nothing is looked for, pass after pass, and the places of
the grid that comes of it: shares at tele and at wide, delta, t."""

_AT_EDGE, _MOST_WIDENED = 9.0, 4
"""-2 ln of the chance beside the best, within which the grid's first or last place shows that it was closed
in too far; and how often it is let out again by half of itself."""

_PASSES_DIVIDED = (
    (100.0, (3, 3, 25, 13)),
    (30.0, (3, 3, 25, 13)),
    (16.0, (3, 4, 45, 17)),
)
"""The same for curves against a reference, whose doubt is wider than steps of that size, and whose parts of
the unknown camera are many."""


@dataclass(frozen=True, slots=True, eq=False)
class ZoomCurve:
    """The curve seen at one zoom position.

    `in_focus`: it is the best picture of a sweep, out of focus by `off_um`, root mean square, both ways.
    `varying`: what the camera may differ by here.
    `against`: the scale over that of the reference that this curve is divided by, 0 to 1; 0 for none. The
    reference is the sharpest picture of tele: as far out of focus as that, or of a sweep there in focus.
    `turned_back`: of a best picture, how likely the ring turned back before it came to the sharpest point.
    `sharpened`: the camera sharpens, as pictures of this clip show.
    """

    scale_px: float
    rings: Rings
    scale_sigma_px: float = 0.0
    in_focus: bool = False
    varying: float = VARYING_STILL
    against: float = 0.0
    turned_back: float = 0.0
    off_um: float = 0.0
    sharpened: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class JointAnswer:
    """The back focus with its interval, and the camera that came out beside it.

    `other_mode`: how likely it is that the camera is not the known one, 0 to 1; None where none was known.
    `turned_back`: how likely it is that the ring of a sweep turned back before its sharpest point, 0 to 1.
    """

    back_focus: BackFocus
    camera: CameraCurve
    other_mode: float | None = None
    turned_back: float = 0.0

    @property
    def has_turned_back(self) -> bool:
        """Whether the best picture of a sweep is none in focus."""
        return self.turned_back > 0.5

    @property
    def left_aside(self) -> bool:
        """Whether the known camera does not fit the pictures."""
        return self.other_mode is not None and self.other_mode > LEFT_ASIDE


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """One position as the sums take it: x, the way from tele (1) to wide (0), and the evidence of its curve.

    The best picture of a sweep there stands in the same evidence. `reference`: how much of tele's defocus
    counts here as that of the reference; `reference_soft_um`: the defocus that tele's greatest softness
    counts for here.
    """

    x: float
    along: float
    evidence: Evidence
    reference: float = 0.0
    reference_soft_um: float = 0.0

    def rows(self, r_um: Vector, tele_um: Vector | float, share_tele: float) -> Vector:
        """Where r stands in the evidence, with tele out of focus and soft by so much."""
        of_reference = np.hypot(self.reference * np.asarray(tele_um), share_tele * self.reference_soft_um)
        return self.evidence.rows(r_um, of_reference)

    def shares(self, at_tele: Vector | float, at_wide: Vector) -> Vector:
        """Of the greatest softness here, between both ends."""
        return np.asarray(self.along * at_tele + (1.0 - self.along) * at_wide)


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """One course of the f-number, one zoom ratio and one sort of camera, with its prior probability.

    `camera`: what is known of it. `known`: it is the one from earlier. `turned_back`: the ring of
    a sweep did so before its sharpest point.
    """

    likely: float
    places: tuple[_Place, ...]
    camera: CameraCurve
    known: bool
    turned_back: bool


def solve_zoom(
    curves: Sequence[ZoomCurve], optics: Optics, *, camera: CameraCurve | None = None, side: Side = 0
) -> JointAnswer:
    """The back-focus error with its 95 % interval, and the camera, from the curves at two or more positions.

    Parameters
    ----------
    curves : sequence of ZoomCurve
        In any order; best pictures of sweeps beside the positions that follow the zoom law.
    optics : Optics
        Pixel, wavelength and f-number over the zoom.
    camera : CameraCurve, optional
        What is known of the camera before this clip.
    side : int
        The sign of the residual at the widest position, where a move told it.

    Raises
    ------
    ValueError
        With fewer than two positions beside the best pictures, or all at one scale; with a camera of another
        number of taps.
    """
    ordered = sorted(curves, key=lambda each: -each.scale_px)
    law = [each for each in ordered if not each.in_focus]
    if len(law) < 2 or law[-1].scale_px > 0.999 * law[0].scale_px:
        raise ValueError("the back-focus error needs curves at two or more zoom positions")
    if camera is not None and len(camera.taps) != TAPS:
        raise ValueError(f"a camera of {len(camera.taps)} taps is not one of {TAPS}")
    best = [each for each in ordered if each.in_focus]
    answer = _answer(*_narrowed(list(_worlds(law, best, optics, camera))), law, side)
    return answer if camera else replace(answer, other_mode=None)


def _worlds(
    law: Sequence[ZoomCurve], best: Sequence[ZoomCurve], optics: Optics, camera: CameraCurve | None
) -> Iterator[_World]:
    widest = law[-1]
    unsure = widest.scale_sigma_px / widest.scale_px
    ratios = _THREE_POINTS if unsure > UNSURE_SCALE else ((0.0, 1.0),)
    ramps = RAMPS if len(optics.f_numbers) == 1 else ((0.0, 1.0),)
    divided = any(each.against for each in law)
    for (stops, by_stops), (off, by_ratio) in product(ramps, ratios):
        shrunk = max(1.0 + off * unsure, 0.05)
        sets: list[tuple[float, tuple[_Place, ...]]] = []
        for likely, guess in _cameras(camera, divided):
            if divided or not sets:
                sets = _sets_of_places(law, best, optics, stops, shrunk, guess)
            for at, (by_turning, places) in enumerate(sets):
                chance_of = by_stops * by_ratio * likely * by_turning
                yield _World(chance_of, places, guess, known=guess is camera, turned_back=at > 0)


def _sets_of_places(
    law: Sequence[ZoomCurve],
    bests: Sequence[ZoomCurve],
    optics: Optics,
    stops: float,
    shrunk: float,
    camera: CameraCurve,
) -> list[tuple[float, tuple[_Place, ...]]]:
    """All positions, once for every way that the sweeps may have gone, and how likely that is."""
    places = tuple(_place(each, bests, law, optics, stops, shrunk, camera) for each in law)
    sets = [(math.prod(1.0 - each.turned_back for each in bests), places)]
    for at, curve in enumerate(law):
        best = _best_at(curve, bests, law)
        if best is None or not best.turned_back:
            continue
        likely = best.turned_back / len(_TURNED_BACK_HALF_DEPTHS)
        for half_depths in _TURNED_BACK_HALF_DEPTHS:
            there = _place(curve, bests, law, optics, stops, shrunk, camera, half_depths)
            sets.append((likely, (*places[:at], there, *places[at + 1 :])))
    return sets


def _cameras(known: CameraCurve | None, divided: bool) -> list[tuple[float, CameraCurve]]:
    """What the camera may be, and how likely each is; `divided`: it stands below a fraction line too."""
    unknown = list(zip(*_parts_of_unknown(), strict=True)) if divided else [(1.0, unknown_camera())]
    if known is None:
        return unknown
    return [(1.0 - OTHER_MODE, known), *((OTHER_MODE * likely, guess) for likely, guess in unknown)]


def _parts_of_unknown() -> tuple[Vector, list[CameraCurve]]:
    """The broad prior of a camera as a mixture of narrow ones, in each of which a ratio of C is linear."""
    sigma = np.array(TAP_SIGMA)
    middles = _PART_STEP * np.arange(-_PARTS, _PARTS + 1)
    between = sigma[0] ** 2 - _PART_SIGMA**2
    likely = np.exp(-0.5 * middles**2 / between)
    inside = np.diag(np.square([_PART_SIGMA, *sigma[1:]]))
    parts = [camera_curve(np.array([middle, *np.zeros(TAPS - 1)]), inside) for middle in middles]
    return likely / likely.sum(), parts


def _best_at(curve: ZoomCurve, best: Sequence[ZoomCurve], law: Sequence[ZoomCurve]) -> ZoomCurve | None:
    """The best picture of a sweep at this zoom position, if there is one."""

    def apart(one: ZoomCurve, other: ZoomCurve) -> float:
        return abs(math.log(one.scale_px / other.scale_px))

    mine = (each for each in best if min(law, key=lambda place: apart(each, place)) is curve)
    return next(mine, None)


def _seen(curve: ZoomCurve) -> Seen:
    return Seen(curve.rings, curve.varying, curve.against, off_um=curve.off_um, sharpened=curve.sharpened)


def _place(
    curve: ZoomCurve,
    bests: Sequence[ZoomCurve],
    law: Sequence[ZoomCurve],
    optics: Optics,
    stops: float,
    shrunk: float,
    camera: CameraCurve,
    turned_back_half_depths: float = 0.0,
) -> _Place:
    longest, widest = law[0], law[-1]
    best = _best_at(curve, bests, law)
    swept_at_tele = any(each.scale_px > _AT_TELE * longest.scale_px for each in bests)
    ratio = min(curve.scale_px / longest.scale_px, 1.0)
    zoomed = math.log(curve.scale_px / widest.scale_px) / math.log(longest.scale_px / widest.scale_px)
    along = min(max(zoomed, 0.0), 1.0)
    ratio = min(ratio * shrunk ** (1.0 - along), 1.0)
    number = optics.f_number(ratio) * max(1.0, ratio * 2.0 ** (stops / 2.0))
    read_um = plain_um(curve.rings, optics, number)
    depth = max(number * optics.pixel_um, 2.0 * optics.wavelength_um * number**2)
    sure = [each for each in bests if not (each.turned_back or each.against)]
    # of tele only where wide was swept, too: else tele alone shows the camera
    passed = best in sure and any(each.scale_px <= _AT_TELE * longest.scale_px for each in sure)
    seen = evidence(
        _seen(curve),
        replace(_seen(best), turned_back_um=turned_back_half_depths * depth) if best else None,
        f_number=number,
        pixel_um=optics.pixel_um,
        wavelength_um=optics.wavelength_um,
        largest_um=_MARGIN * read_um + _MARGIN_HALF_DEPTHS * depth,
        about=camera.taps,
        passed=passed,
    )
    at_tele = optics.f_number(1.0) * max(1.0, 2.0 ** (stops / 2.0))
    counts = curve.against * number / at_tele
    soft_um = (
        counts * SOFTEST_HALF_DEPTHS * max(at_tele * optics.pixel_um, 2.0 * optics.wavelength_um * at_tele**2)
    )
    return _Place(ratio**2, along, seen, 0.0 if swept_at_tele else counts, soft_um)


def _coarse(worlds: Sequence[_World]) -> Grid:
    """Everything that is tried at first: steps of a quarter and a half depth of focus, all lenses."""
    law = worlds[0].places
    first, last = law[0].evidence, law[-1].evidence
    reach = -last.first_um / max(1.0 - law[-1].x, 0.05)
    count = min(math.ceil(reach / (_COARSE_HALF_DEPTHS * last.half_depth_um)), _MOST_COARSE)
    step = 2.0 * _COARSE_HALF_DEPTHS * first.half_depth_um
    half = min(math.ceil(-first.first_um / step), _MOST_COARSE // 4)
    return Grid(
        np.linspace(0.0, reach, count + 1),
        np.linspace(first.first_um, -first.first_um, 2 * half + 1),
        np.linspace(0.0, 1.0, 3),
        np.linspace(0.0, 1.0, 5),
    )


def _narrowed(worlds: Sequence[_World]) -> tuple[list[_World], Grid, Vector]:
    """The worlds that have any mass, the grid closed in on it until it no longer shrinks, and their -2 ln."""
    left, grid = list(worlds), _coarse(worlds)
    divided = any(place.reference_soft_um for place in worlds[0].places)
    # A narrow peak may stand between two places of the coarse grid: near misses are let in, fewer each time.
    for limit, counts in _PASSES_DIVIDED if divided else _PASSES:
        each_seen = [_unlikely(world, grid).min(axis=0) for world in left]
        lowest = min(float(seen.min()) for seen in each_seen)
        likely = [bool((seen < lowest + limit).any()) for seen in each_seen]
        grid = grid.around(np.min(each_seen, axis=0) < lowest + limit, counts)
        left = [world for world, may in zip(left, likely, strict=True) if may]
    for _ in range(_MOST_WIDENED):
        ln = _all_unlikely(left, grid)
        seen = ln.min(axis=(0, 1))
        wider = grid.widened(seen < seen.min() + _AT_EDGE)
        if wider is grid:
            return left, grid, ln
        grid = wider
    return left, grid, _all_unlikely(left, grid)


def _all_unlikely(worlds: Sequence[_World], grid: Grid) -> Vector:
    """`_unlikely` of each world."""
    return np.stack([_unlikely(world, grid) for world in worlds])


def _unlikely(world: _World, grid: Grid) -> Vector:
    """-2 ln of the chance, shape (side of the aberration, share at tele, share at wide, delta, tele)."""
    seen = np.stack([chance(forms, world.camera) for forms in _added(world, grid)])
    return np.asarray(seen + _misfocus(world, grid.tele) - 2.0 * math.log(world.likely))


def _added(world: _World, grid: Grid) -> Iterator[Vector]:
    """The forms of all places added, one array for each side of the aberration.

    What a reference takes off depends on how soft tele is: with one each softness goes by itself.
    """
    has_reference = any(each.reference_soft_um for each in world.places)
    groups = grid.share_tele[:, None] if has_reference else grid.share_tele[None]
    size = len(grid.share_wide), len(grid.delta), len(grid.tele)
    for side in (1.0, -1.0):
        totals = []
        for group in groups:
            at_tele, at_wide = (each.ravel() for each in np.meshgrid(group, grid.share_wide, indexing="ij"))
            places = []
            for each in world.places:
                r_um = side * (grid.delta[:, None] * (1.0 - each.x) + grid.tele * each.x)
                rows = each.rows(r_um, grid.tele, float(group[0]))
                places.append((each.evidence, rows, each.shares(at_tele, at_wide)))
            total = added(places)
            totals.append(total.reshape(len(total), len(group), *size))
        yield np.concatenate(totals, axis=1)


def _misfocus(world: _World, tele: Vector) -> Vector:
    """-2 ln of the prior of t."""
    scaled = tele / (TELE_SIGMA_HALF_DEPTHS * world.places[0].evidence.half_depth_um)
    return np.asarray((TELE_TAILS + 1.0) * np.log1p(scaled**2 / TELE_TAILS))


def _answer(
    worlds: Sequence[_World], grid: Grid, ln: Vector, law: Sequence[ZoomCurve], side: Side
) -> JointAnswer:
    likely = np.exp(-0.5 * (ln - ln.min()))
    likely[:, :, [0, -1]] /= 2.0
    likely[:, :, :, [0, -1]] /= 2.0
    at, density = _f_number_in_doubt(grid.delta, likely.sum(axis=(0, 1, 2, 3, 5)))
    low, high = shortest(at, density)
    divided = any(each.against for each in law)
    if density[0] > (ZERO_LIKELY_DIVIDED if divided else ZERO_LIKELY) * density.max():
        low = 0.0
    mass = density / density.sum()
    single = _hypothesis(worlds, grid, np.unravel_index(int(np.argmin(ln)), ln.shape))
    zoom = single.each_by_itself(law)
    misfit = tuple(each.residual_um - place_um for each, place_um in zip(zoom, single.law_um(), strict=True))
    sigma = tuple(each.sigma_um for each in zoom)
    dof = len(zoom) - 2
    found = BackFocus(
        delta_um=min(max(_likeliest(at, density), low), high),
        sigma_um=math.sqrt(float(mass @ np.square(at - mass @ at))),
        low_um=low,
        high_um=high,
        b_um=single.tele_um - single.delta_um,
        sign_known=side != 0,
        zoom=zoom,
        misfit_um=misfit,
        misfit_sigma_um=sigma,
        scatter_um=math.sqrt(sum(each**2 for each in misfit) / dof) if dof else None,
        chi2=sum((off / each) ** 2 for off, each in zip(misfit, sigma, strict=True)),
        dof=dof,
    )
    by_world = likely.sum(axis=(1, 2, 3, 4, 5)) / likely.sum()
    other = sum(float(part) for part, world in zip(by_world, worlds, strict=True) if not world.known)
    back = sum(float(part) for part, world in zip(by_world, worlds, strict=True) if world.turned_back)
    camera = _camera_after_all(worlds, grid, ln, likely)
    return JointAnswer(_turned(found) if side < 0 else found, camera, other, back)


def _camera_after_all(worlds: Sequence[_World], grid: Grid, ln: Vector, likely: Vector) -> CameraCurve:
    """The camera, whatever the lens's softness: its mean and spread over all shares and sides tried."""
    weight = likely.sum(axis=(4, 5))
    places = np.argwhere(weight > _LEAST_WEIGHT * weight.max())
    taps, spread = np.zeros((len(places), TAPS)), np.zeros((len(places), TAPS, TAPS))
    for row, (world, side, at_tele, at_wide) in enumerate(places):
        delta, tele = np.unravel_index(int(np.argmin(ln[world, side, at_tele, at_wide])), ln.shape[4:])
        single = _hypothesis(worlds, grid, (world, side, at_tele, at_wide, delta, tele))
        curve = single.camera()
        taps[row], spread[row] = curve.taps, curve.covariance
    share = weight[tuple(places.T)] / weight[tuple(places.T)].sum()
    mean = share @ taps
    off = taps - mean
    covariance = np.einsum("p,pij->ij", share, spread) + np.einsum("p,pi,pj->ij", share, off, off)
    return camera_curve(mean, covariance)


def _hypothesis(worlds: Sequence[_World], grid: Grid, at: Sequence[np.intp | int]) -> "_Hypothesis":
    """The hypothesis at a place of the grid: world, side, shares at tele and at wide, delta, t."""
    world, side, share_tele, share_wide, delta, tele = map(int, at)
    return _Hypothesis(
        worlds[world],
        1.0 - 2.0 * side,
        (float(grid.share_tele[share_tele]), float(grid.share_wide[share_wide])),
        float(grid.delta[delta]),
        float(grid.tele[tele]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Hypothesis:
    """One answer to everything: the likeliest, against which each position is read by itself.

    `turned`: the side of the aberration. `shares`: of the greatest softness, at tele and at wide.
    """

    world: _World
    turned: float
    shares: tuple[float, float]
    delta_um: float
    tele_um: float

    def law_um(self) -> tuple[float, ...]:
        """The law's r at each position, um."""
        return tuple(self._r_um(each) for each in self.world.places)

    def camera(self) -> CameraCurve:
        """The camera that all positions tell."""
        total = np.sum([self._forms(each) for each in self.world.places], axis=0)
        return camera_after(total, self.world.camera)

    def each_by_itself(self, law: Sequence[ZoomCurve]) -> tuple[ZoomResidual, ...]:
        """R of each position as its own curve has it, before the camera that all the others tell."""
        total = np.sum([self._forms(each) for each in self.world.places], axis=0)
        return tuple(
            self._by_itself(place, curve, camera_after(total - self._forms(place), self.world.camera))
            for place, curve in zip(self.world.places, law, strict=True)
        )

    def _by_itself(self, place: _Place, curve: ZoomCurve, camera: CameraCurve) -> ZoomResidual:
        side = 1.0 if self._r_um(place) >= 0.0 else -1.0
        size = np.arange(0.0, -place.evidence.first_um, place.evidence.step_um)
        rows = place.rows(self.turned * side * size, self.tele_um, self.shares[0])
        seen = chance(place.evidence.at(rows, self._share(place))[:, 0], camera)
        likely = np.exp(-0.5 * (seen - seen.min()))
        likely /= likely.sum()
        mean = float(likely @ size)
        sigma = max(math.sqrt(float(likely @ np.square(size - mean))), 1e-3)
        return ZoomResidual(curve.scale_px, side * mean, sigma, curve.scale_sigma_px)

    def _forms(self, place: _Place) -> Vector:
        rows = place.rows(np.array(self.turned * self._r_um(place)), self.tele_um, self.shares[0])
        return np.asarray(place.evidence.at(rows, self._share(place))[:, 0])

    def _r_um(self, place: _Place) -> float:
        return self.delta_um * (1.0 - place.x) + self.tele_um * place.x

    def _share(self, place: _Place) -> Vector:
        return place.shares(self.shares[0], np.array([self.shares[1]]))


def _f_number_in_doubt(delta: Vector, density: Vector) -> tuple[Vector, Vector]:
    """With what the f-number may be off, which stretches all of it equally."""
    reach = 1.0 + math.sqrt(3.0) * F_NUMBER_SIGMA
    at = np.linspace(delta[0] / reach, delta[-1] * reach, 4 * len(delta))
    parts = (
        share * np.interp(at / (1.0 + off * F_NUMBER_SIGMA), delta, density, left=0.0, right=0.0)
        for off, share in _THREE_POINTS
    )
    return at, sum(parts, start=np.zeros(at.shape))


def _likeliest(at: Vector, density: Vector) -> float:
    """The top of the density: a mean or median of magnitudes would never come near zero."""
    top = int(np.argmax(density))
    if not 0 < top < len(at) - 1:
        return float(at[top])
    left, middle, right = density[top - 1 : top + 2]
    bend = left - 2.0 * middle + right
    return float(at[top] + 0.5 * (left - right) / bend * (at[1] - at[0])) if bend < 0.0 else float(at[top])


def _turned(found: BackFocus) -> BackFocus:
    """On the negative side."""
    return replace(
        found,
        delta_um=-found.delta_um,
        low_um=-found.high_um,
        high_um=-found.low_um,
        b_um=-found.b_um,
        zoom=tuple(replace(each, residual_um=-each.residual_um) for each in found.zoom),
        misfit_um=tuple(-each for each in found.misfit_um),
    )
