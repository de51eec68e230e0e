"""What the picture at one zoom position says of its defocus, its lens and the camera together.

For every r and every softness of the lens that are tried, the misfit of the curve is a quadratic form in the
camera's unknowns: its taps, and what it takes from faint detail (`camera`). Forms of several positions add
up, since one camera stands behind all of them, and the unknowns are then summed over in closed form. So a
position says nothing by itself of how far out of focus it is; together they do.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .camera import FAINT, FAINT_SIGMA, TAPS, CameraCurve, camera_curve, cosines, faint_losses
from .defocus import softness_um
from .focus_curves import FocusCurves, focus_curves
from .misfit import Rings

Vector = NDArray[np.float64]

SOFTEST_HALF_DEPTHS = 0.8
"""The most a sound lens's own blur seems to add at best focus, in half depths of focus; the least is none."""

SOFTEST_W040 = 1.6
"""Waves of spherical aberration beyond which no curves are worked out."""

ZOOM_VARYING = 0.035
"""What all pictures of one zoom position may differ by from others, as a share of the modulation at 0.5
cy/px: faults of the lens that are no spherical aberration, the exposure, the detail that the coder meets, and
what a mosaic filled in along edges makes of finer or paler spokes (2 to 6 %). Chosen on 42 recordings."""

SWEPT_VARYING = 0.1
"""The same where the ring was surely seen to go through its sharpest point: that is in focus however soft the
lens is there, and in whatever way. Faults of a wide end's corners and colours take up to a third of 0.5
cy/px."""

SHARPENED_LEVEL = 0.025
"""What zero frequency may be off where the camera sharpens, as a share. Code values are sharpened, not light,
and the mask that is taken back from them (`measure.star.unsharpened`) is up to 0.2 too large behind a mosaic:
between tele and wide zero frequency was then off by 2 to 4 %, else by 1 %."""

_NODES = 5
"""Softnesses from none to the most at which the curves are worked out."""

_STEP_PX = 0.06
"""Between two r, as the growth of the blur disc: phases at 0.5 cy/px move by a tenth of a radian."""

ONE_REFERENCE = 0.5
"""What a curve against a reference counts for: the others share the errors of the reference with it. Of
two at one zoom position only what both share counts so: which of them is sharper, no other tells."""

SHARED_DOUBT = 0.8
"""Of what curves of one zoom position against one reference may be off, squared, the part that both share:
the scene, the reference, the moire of their pixels. It cancels where one is held against the other."""

_SAME_FREQUENCY = 0.02
"""Rings nearer than this, as a share of the frequency, are of the same waves."""

_LEAST_LEFT = 0.05
"""Of the modulation, of any camera about which the ratio is taken as linear."""

_SHARPER_SHARE = 0.25
"""Of the grid of r to one side: how much sharper than its reference a picture may be."""

_UNKNOWNS = TAPS + len(FAINT)
_UPPER = np.triu_indices(_UNKNOWNS)
_BEND = np.zeros((_UNKNOWNS, _UNKNOWNS), int)
_BEND[_UPPER] = _BEND.T[_UPPER] = range(1 + _UNKNOWNS, 1 + _UNKNOWNS + len(_UPPER[0]))
"""Which entry of a form holds the bend in each two unknowns."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The misfit at one zoom position as quadratic forms in the camera's unknowns.

    Attributes
    ----------
    half_depth_um : float
        h there.
    first_um, step_um : float
        Where the grid of r begins, and its step.
    forms : ndarray, shape (rows, entries, softness)
        Misfit without a camera, its slope in each unknown, its bend in each two (upper triangle). Rows: the
        grid of r, and after it, for a picture with a reference, one that begins at 0 again: pictures sharper
        than their reference by as much as that r would be softer.
    """

    half_depth_um: float
    first_um: float
    step_um: float
    forms: Vector

    @property
    def rows_of_r(self) -> int:
        """Rows of the grid of r."""
        return 2 * round(-self.first_um / self.step_um) + 1

    def rows(self, r_um: Vector, reference_um: Vector | float = 0.0) -> Vector:
        """Where r stands among the rows; beyond the grid at its end.

        Parameters
        ----------
        r_um : ndarray
        reference_um : ndarray or float
            Defocus of the reference, as far as it counts in this picture: both take modulation with their
            squares, so what is left is that of sqrt(r^2 - reference^2), or a picture sharper than in focus.
        """
        left = np.square(r_um) - np.square(reference_um)
        softer = np.where(r_um < 0.0, -1.0, 1.0) * np.sqrt(np.maximum(left, 0.0))
        rows = np.clip((softer - self.first_um) / self.step_um, 0.0, self.rows_of_r - 1.001)
        sharper = self.rows_of_r + np.sqrt(np.maximum(-left, 0.0)) / self.step_um
        is_sharper = (left < 0.0) & (len(self.forms) > self.rows_of_r)
        return np.asarray(np.where(is_sharper, np.minimum(sharper, len(self.forms) - 1.001), rows))

    def at(self, rows: Vector, shares: Vector) -> Vector:
        """The forms at any rows and shares (0 to 1) of the most softness, shape (entries, shares, *rows)."""
        return added([(self, rows, shares)])


def added(places: Sequence[tuple[Evidence, Vector, Vector]]) -> Vector:
    """The sum of the forms of several positions, shape (entries, shares, *rows).

    Each with its rows and shares of the greatest softness, of one shape. Between two rows a straight line is
    laid, over the softness a parabola through three: a misfit grows with the square of what the softness is
    off. The softness is weighed first, in the few rows that are asked for; what is left is one product with a
    matrix of two weights a place.
    """
    from scipy.sparse import csr_matrix

    shape, count = places[0][1].shape, places[0][1].size
    forms: list[Vector] = []
    columns, weights, width = [], [], 0
    for each, rows, shares in places:
        low = rows.ravel().astype(np.intp)
        part = rows.ravel() - low
        used = each.forms[low.min() : low.max() + 2]
        softness = _between_softnesses(shares, each.forms.shape[2])
        forms.append((used @ softness.T).reshape(len(used), -1))
        first = low - low.min() + width
        columns += [first, first + 1]
        weights += [1.0 - part, part]
        width += len(used)
    begins = np.arange(count + 1) * len(columns)
    between = csr_matrix((np.stack(weights, 1).ravel(), np.stack(columns, 1).ravel(), begins), (count, width))
    total = cv2.transpose(between @ np.concatenate(forms))  # in blocks: numpy goes through memory by columns
    return np.asarray(total.reshape(places[0][0].forms.shape[1], -1, *shape))


def _between_softnesses(shares: Vector, nodes: int) -> Vector:
    """What each of evenly spaced softnesses weighs in the parabola at a share, shape (shares, nodes)."""
    place = np.clip(np.asarray(shares, float), 0.0, 1.0) * (nodes - 1)
    middle = np.clip(np.rint(place).astype(int), 1, nodes - 2)
    t, row = place - middle, np.arange(len(place))
    weights = np.zeros((len(place), nodes))
    for step, weight in ((-1, t * (t - 1.0) / 2.0), (0, 1.0 - t**2), (1, t * (t + 1.0) / 2.0)):
        weights[row, middle + step] = weight
    return weights


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A curve, and what the camera may differ by from one picture to another in it, as `varying`.

    `against`: the scale over that of the reference that this curve is divided by, 0 to 1; 0 for none.
    `turned_back_um`: of the best picture of a sweep, the defocus where the ring turned back; 0 if it passed.
    `off_um`: of the best picture of a sweep, the mean of some on both sides of focus, root mean square.
    `sharpened`: the camera sharpens, as pictures of this clip show.
    """

    rings: Rings
    varying: float
    against: float = 0.0
    turned_back_um: float = 0.0
    off_um: float = 0.0
    sharpened: bool = False


def evidence(
    seen: Seen,
    best: Seen | None = None,
    *,
    f_number: float,
    pixel_um: float,
    wavelength_um: float,
    largest_um: float,
    about: Sequence[float] = (0.0,) * TAPS,
    passed: bool = False,
) -> Evidence:
    """The forms of one position for r from -`largest_um` to `largest_um`.

    Parameters
    ----------
    seen : Seen
        The curve of the pictures at this position.
    best : Seen, optional
        The best picture of a sweep there: its r is next to 0 or that at which the ring turned back, and it is
        as soft as the lens is here.
    f_number, pixel_um, wavelength_um : float
        Of the lens here, and of the camera.
    about : sequence of float
        Taps of a camera near the one sought. Without a reference C is linear in the taps, and they do not
        matter; with one C(f) / C(k f) is taken as linear about them.
    passed : bool
        Whether the ring surely went through the sharpest point that `best` shows.

    Notes
    -----
    `varying` is a share of the modulation at 0.5 cy/px; below that it goes with 1 - cos(2 pi f). What this
    zoom differs by from others (`ZOOM_VARYING`, `SWEPT_VARYING`), the best picture shares with the others
    here.
    """
    number = round(f_number, 3)
    depth = max(number * pixel_um, 2.0 * wavelength_um * number**2)
    per_wave = softness_um(number, pixel_um, wavelength_um)
    softest = min(SOFTEST_HALF_DEPTHS * depth / per_wave, SOFTEST_W040)
    waves = [round(float(each), 2) for each in softest * np.linspace(0.0, 1.0, _NODES)]
    curves = [focus_curves(number, pixel_um, wavelength_um, each) for each in waves]
    step = _STEP_PX * curves[0].um_per_disc_px
    steps = math.ceil(min(largest_um, *(each.largest_um for each in curves)) / step)
    r: Vector = step * np.arange(-steps, steps + 1).astype(np.float64)
    all_seen = [seen] if best is None else [seen, best]
    inverse: Vector = np.linalg.inv(_covariance(all_seen, SWEPT_VARYING if passed else ZOOM_VARYING)).astype(
        np.float64
    )
    frequency, modulation = (
        np.concatenate([getattr(each.rings, name) for each in all_seen])
        for name in ("frequency", "modulation")
    )
    against = np.concatenate([each.against * each.rings.frequency for each in all_seen])
    # how strong the detail of a curve against a reference is, nobody knows
    faint = faint_losses(frequency, modulation) * (against == 0.0)[:, None]
    camera = _Ratio.of(cosines(frequency), cosines(against), np.array(about), faint)
    models = (_models(each, all_seen, r) for each in curves)
    forms = np.stack([_forms(modulation, model, inverse, camera) for model in models], axis=2)
    forms /= _inflation(np.moveaxis(forms, 1, 0), len(frequency))
    if seen.against and not _has_one_reference(all_seen):
        forms *= ONE_REFERENCE
    return Evidence(depth, float(r[0]), step, forms)


def chance(forms: Vector, camera: CameraCurve) -> Vector:
    """-2 ln of the chance of forms, summed over the cameras that `camera` allows; shape without entries."""
    precision, guess = _before(camera)
    towards = precision @ guess
    root = _cholesky(
        [
            [forms[_BEND[row, column]] + precision[row, column] for column in range(row + 1)]
            for row in range(_UNKNOWNS)
        ]
    )
    half = _solved(root, [forms[1 + each] + towards[each] for each in range(_UNKNOWNS)])
    found = forms[0] + (guess @ towards - float(np.linalg.slogdet(precision)[1]))
    for each in half:
        found -= each**2
    return np.asarray(found + 2.0 * np.log(math.prod(root[each][each] for each in range(_UNKNOWNS))))


def camera_after(forms: Vector, camera: CameraCurve) -> CameraCurve:
    """The camera once the forms of one hypothesis, shape (entries,), have been seen."""
    precision, guess = _before(camera)
    _, pull, bend = _split(forms)
    covariance = np.asarray(np.linalg.inv(bend + precision), dtype=np.float64)
    found = covariance @ (pull + precision @ guess)
    return camera_curve(found[:TAPS], covariance[:TAPS, :TAPS])


def _before(camera: CameraCurve) -> tuple[Vector, Vector]:
    """Precision and guess of all unknowns: a camera's taps, and that it treats faint detail as strong."""
    precision = np.diag(np.full(_UNKNOWNS, FAINT_SIGMA**-2))
    precision[:TAPS, :TAPS] = camera.precision
    return precision, np.append(camera.taps, np.zeros(len(FAINT)))


def _models(curves: FocusCurves, all_seen: Sequence[Seen], r: Vector) -> Vector:
    """What is expected of all rings, shape (rings, r): at r, and of the best picture nearest to focus."""
    first, *best = all_seen
    own = curves.modulation(first.rings.frequency, r)
    nearest = [_around(curves, each, _where_turned_back(each.turned_back_um, r)) for each in best]
    if not first.against:
        return np.concatenate([own, *nearest])
    sharper = slice(len(r) // 2, len(r) // 2 + _rows_sharper(len(r)))
    focused = [_around(curves, each, np.zeros(1)) for each in all_seen]
    beyond = [2.0 * focused[0] - own[:, sharper]]
    beyond += [np.repeat(each, beyond[0].shape[1], axis=1) for each in focused[1:]]
    return np.concatenate([np.hstack(both) for both in zip([own, *nearest], beyond, strict=True)])


def _around(curves: FocusCurves, seen: Seen, r: Vector) -> Vector:
    """The mean of pictures on both sides of r."""
    sides = (curves.modulation(seen.rings.frequency, r + side * seen.off_um) for side in (-1.0, 1.0))
    return np.asarray(sum(sides) / 2.0)


def _where_turned_back(at_um: float, r: Vector) -> Vector:
    """R of the best picture where the ring turned back at `at_um`: on the side of r, nearer to focus."""
    return np.asarray(np.sign(r) * np.minimum(np.abs(r), at_um))


def _rows_sharper(rows_of_r: int) -> int:
    """Rows for pictures sharper than their reference, beside so many of r."""
    return max(2, round(_SHARPER_SHARE * (rows_of_r // 2)))


def _covariance(all_seen: Sequence[Seen], zoom_varying: float) -> Vector:
    """Of all rings: the noise of each, what the rings of a picture share, and what this zoom shares."""
    own = [_of_one(each) for each in all_seen]
    size = sum(map(len, own))
    total, first = np.zeros((size, size)), 0
    for each in own:
        total[first : first + len(each), first : first + len(each)] = each
        first += len(each)
    zoom = np.concatenate([_tap_errors(each.rings, zoom_varying) for each in all_seen], axis=1)
    shared = zoom.T @ zoom
    if not _has_one_reference(all_seen):
        return np.asarray(total + shared)
    likeness, common = _in_common(*(each.rings for each in all_seen))
    grown = np.sqrt(likeness**2 + (1.0 - likeness**2) / ONE_REFERENCE)
    alone = (total - _blocks_of(common, len(own[0]))) * np.outer(grown, grown)
    return np.asarray(alone + (common + shared) / ONE_REFERENCE)


def _has_one_reference(all_seen: Sequence[Seen]) -> bool:
    """Whether these are two pictures against one reference."""
    return len(all_seen) == 2 and all(each.against for each in all_seen)


def _in_common(one: Rings, other: Rings) -> tuple[Vector, Vector]:
    """How like each other the rings of two pictures are, 0 to 1, and what they are off in the same way.

    Both pictures are against one reference. The likeness has the shape (rings of both,), the other is their
    covariance. The less like each other two rings are, the less their errors agree: a coder treats them
    otherwise.
    """
    first, second = _pairs(one.frequency, other.frequency)
    rings = [(each.modulation[at], each.sigma[at]) for each, at in ((one, first), (other, second))]
    relative = [sigma / np.maximum(np.abs(modulation), sigma) for modulation, sigma in rings]
    size = [np.maximum(modulation, 1e-9) for modulation, _ in rings]
    likeness = np.minimum(*size) / np.maximum(*size)
    off = np.minimum(*relative) * likeness
    level = min(math.sqrt(each.level**2 - each.level_noise**2) for each in (one, other))
    rows = np.zeros((len(first) + 1, len(one.frequency) + len(other.frequency)))
    row = np.arange(len(first))
    rows[row, first], rows[row, len(one.frequency) + second] = off, off
    rows[-1] = level
    rows *= np.concatenate([one.modulation, other.modulation])
    of_both = np.zeros(rows.shape[1])
    of_both[first], of_both[len(one.frequency) + second] = likeness, likeness
    return of_both, np.asarray(SHARED_DOUBT * rows.T @ rows)


def _pairs(one: Vector, other: Vector) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which frequencies of two pictures are those of the same waves."""
    near = np.abs(np.subtract.outer(one, other)).argmin(axis=1)
    same = np.abs(other[near] - one) < _SAME_FREQUENCY * one
    return np.flatnonzero(same), near[same]


def _blocks_of(both: Vector, first: int) -> Vector:
    """What a covariance of two pictures says of each by itself."""
    alone = both.copy()
    alone[:first, first:] = alone[first:, :first] = 0.0
    return alone


def _of_one(seen: Seen) -> Vector:
    rings = seen.rings
    level = math.hypot(rings.level, SHARPENED_LEVEL) if seen.sharpened else rings.level
    shared = np.vstack(
        [
            level * rings.modulation,
            _tap_errors(rings, seen.varying),
        ]
    )
    return np.asarray(np.diag(rings.sigma**2) + shared.T @ shared)


def _tap_errors(rings: Rings, varying: float) -> Vector:
    """What one standard deviation of each tap alone does to every ring, shape (TAPS, rings)."""
    sigma = varying / 2.0 / np.arange(1, TAPS + 1)
    return np.asarray(rings.modulation * cosines(rings.frequency).T * sigma[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class _Ratio:
    """What the camera leaves in a picture over what it left in the reference, `start + slope @ unknowns`.

    `start`: shape (rings,). `slope`: shape (rings, unknowns).
    """

    start: Vector
    slope: Vector

    @classmethod
    def of(cls, here: Vector, there: Vector, about: Vector, faint: Vector) -> "_Ratio":
        """From the cosines at each ring's frequency in picture and reference, shape (rings, TAPS).

        `faint`: what is lost of faint detail, shape (rings, 2).
        """
        own, other = (np.maximum(1.0 + each @ about, _LEAST_LEFT) for each in (here, there))
        slope = (own / other)[:, None] * (here / own[:, None] - there / other[:, None])
        return cls(own / other - slope @ about, np.hstack([slope, faint]))


def _forms(modulation: Vector, model: Vector, inverse: Vector, camera: _Ratio) -> Vector:
    """The entries for every column of `model`, shape (rows, 1 + n + n (n + 1) / 2) with n unknowns."""
    off = modulation[:, None] - model * camera.start[:, None]
    slopes = camera.slope[:, :, None] * model[:, None, :]
    weighed = np.einsum("fg,gjr->fjr", inverse, slopes)
    constant = np.einsum("fr,fr->r", off, inverse @ off)
    pull = np.einsum("fjr,fr->jr", weighed, off)
    bend = np.einsum("fir,fjr->ijr", weighed, slopes)[_UPPER]
    return np.concatenate([constant[None], pull, bend]).T


def _split(forms: Vector) -> tuple[Vector, Vector, Vector]:
    """Constant (...), slope (..., n) and bend (..., n, n) of forms."""
    return forms[0], np.moveaxis(forms[1 : 1 + _UNKNOWNS], 0, -1), np.moveaxis(forms[_BEND], (0, 1), (-2, -1))


def _inflation(forms: Vector, rings: int) -> float:
    """How many times worse than its noise the best curve of any lens and camera fits, 1 and up."""
    constant, pull, bend = _split(forms)
    best = np.linalg.solve(bend + 4.0 * np.eye(_UNKNOWNS), pull[..., None])[..., 0]
    lowest = float(np.min(constant - np.einsum("...i,...i->...", pull, best)))
    return max(1.0, lowest / max(1, rings - _UNKNOWNS - 1))


def _cholesky(matrix: Sequence[Sequence[Vector]]) -> list[list[Vector]]:
    """The lower root of matrices given entry by entry, the lower triangle: far faster than one by one."""
    root: list[list[Vector]] = []
    for row in range(_UNKNOWNS):
        root.append([])
        for column in range(row + 1):
            left = _less(matrix[row][column], root[row][:column], root[column][:column])
            root[row].append(np.sqrt(left) if row == column else left / root[column][column])
    return root


def _solved(root: Sequence[Sequence[Vector]], right: Sequence[Vector]) -> list[Vector]:
    """What the root, multiplied with it, makes `right`, entry by entry."""
    found: list[Vector] = []
    for row in range(_UNKNOWNS):
        found.append(_less(right[row], root[row][:row], found) / root[row][row])
    return found


def _less(start: Vector, some: Sequence[Vector], others: Sequence[Vector]) -> Vector:
    """`start` without the products of some with others."""
    if not some:
        return start
    left = start - some[0] * others[0]
    for one, other in zip(some[1:], others[1:], strict=True):
        left -= one * other
    return left
