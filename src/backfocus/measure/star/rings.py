"""Where a star is sampled for measuring, and the waves fitted to it.

A ring of radius r of a star of n cycles carries the frequency n / (2 pi r). The rings run from the one at
0.52 cy/px outwards, each 4 % wider than the last, and each holds about `SAMPLES` pixels whatever the size of
the star: so the cost does not grow with resolution. Small rings hold every pixel they have; in large ones the
pixels are picked at evenly spread angles whose number does not go with n, so that they sample the phase of
the spokes evenly and the harmonics of square bars do not leak into the fundamental. Pixels are never
interpolated.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Samples
from .pose import Pose

Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]
Phasors = NDArray[np.complex64]

SAMPLES = 320
STEP = 1.04
THINNEST_PX = 0.9
NEAREST_PX = 1e-3
"""A pixel nearer to the centre has no direction."""

TOP_FREQUENCY = 0.52
MOST_RINGS = 240
BUILT = 40
"""Rings that are planned at a time: while the zoom moves a plan of a few more is cut from the same."""

HARMONICS = 150
"""Harmonics of square spokes kept apart when samples are picked."""

LEAKS = np.array([0.51, 0.56, 0.23, 0.061, 0.012, 0.002, 0.0])
"""Of a wave of so many turns into the mean of a ring, the finest harmonic that pixels show being swung by up
to 1.5 rad: the Bessel functions of 1.5."""

TRIES = 8
"""Pixels across a wide ring of which the one nearest to the wanted angle is taken."""

GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0

CLEANINGS = 2
"""Times outliers are taken out: the largest hide others the first time."""

ALL = slice(None)
FITTED = ("mean", "slope", "wave", "third", "noise", "samples", "residual")
"""What a fit says of each ring."""


@dataclass(frozen=True, slots=True, eq=False)
class RingPlan:
    """Which pixels to look at, as offsets from the pixel that holds the centre; shapes (rings, samples).

    `rows` are the lines counted in rows of a field. `offset` is column + i line. `sector` numbers ring and
    sector of each pixel in one: ring * sectors + sector. `full` counts the pixels of each ring, `radius_px`
    is its mean radius.
    """

    cycles: int
    columns: NDArray[np.intp]
    lines: NDArray[np.intp]
    rows: NDArray[np.intp]
    offset: Phasors
    used: Floats
    sector: NDArray[np.intp]
    sectors: int
    inner_px: Floats64
    outer_px: Floats64
    radius_px: Floats64
    full: Floats64

    @property
    def reach_px(self) -> int:
        """Farthest a pixel lies from the centre, along either axis."""
        return math.ceil(float(self.outer_px[-1])) + 2


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """The pixels of a star as seen from its centre, facing the camera; shapes (rings, samples).

    Each lies at `distance` px in the direction `unit`, exp(i phi), and `wave` is exp(i n phi); `weight` is 0
    outside the picture.
    """

    distance: Floats
    unit: Phasors
    wave: Phasors
    light: Floats
    weight: Floats
    plan: RingPlan

    @property
    def radius_px(self) -> Floats64:
        """Mean radius of each ring."""
        return self.plan.radius_px

    @property
    def whole(self) -> bool:
        """Whether no planned pixel is missing."""
        return self.weight is self.plan.used

    @property
    def visible(self) -> Floats64:
        """Part of each ring that lies in the picture, 0 to 1."""
        return np.asarray(self.weight.sum(axis=1) / self.plan.full)

    def visible_of(self, rows: NDArray[np.intp]) -> Floats64:
        """The same of the rings of these numbers."""
        return np.asarray(self.weight[rows].sum(axis=1) / self.plan.full[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """What is fitted to the pixels of every ring, and 0 where a pixel does not count.

    `columns` has the shape (rings, columns, samples): the mean, which is 1 where a pixel counts, the shading,
    the harmonics, and one that is 0. `products` are theirs with each other, so little more on the diagonal
    that a ring without pixels can be solved too. `samples` counts the pixels.
    """

    columns: Floats
    products: Floats64
    samples: Floats64


@dataclass(frozen=True, slots=True, eq=False)
class RingFit:
    """Least-squares waves on every ring, shape (rings,); what they left over, shape (rings, samples)."""

    mean: Floats64
    slope: NDArray[np.complex128]
    wave: NDArray[np.complex128]
    third: NDArray[np.complex128]
    noise: Floats64
    samples: Floats64
    residual: Floats
    waves: Waves | None = None


@lru_cache(maxsize=64)
def ring_edges(cycles: int) -> Floats64:
    """Radii of the borders of `MOST_RINGS` rings, from the smallest that resolves the star outwards."""
    edges = [max(cycles / (2 * math.pi * TOP_FREQUENCY), 3.0)]
    for _ in range(MOST_RINGS):
        edges.append(max(edges[-1] * STEP, edges[-1] + THINNEST_PX))
    return np.asarray(edges)


def ring_count(cycles: int, radius_px: float) -> int:
    """How many rings reach to `radius_px`, rounded up to a multiple of 4 so that plans are reused."""
    reached = int(np.searchsorted(ring_edges(cycles), radius_px))
    return max(4, min(4 * math.ceil(reached / 4), MOST_RINGS))


@lru_cache(maxsize=64)
def plan_rings(
    cycles: int, count: int, line_step: int, odd: int, every: int = 1, samples: int = SAMPLES
) -> RingPlan:
    """About `samples` pixels of each `every`-th of the first `count` rings.

    `odd` is 1 where a field's lines lie between the centre's lines.
    """
    built = _plan_steps(cycles, BUILT * math.ceil(count / BUILT), line_step, odd, every, samples)
    return _first(built, math.ceil(count / every))


@lru_cache(maxsize=32)
def _plan_steps(cycles: int, count: int, line_step: int, odd: int, every: int, samples: int) -> RingPlan:
    edges = ring_edges(cycles)[: count + 1]
    return _planned(cycles, edges[:-1][::every], edges[1:][::every], line_step, odd, samples)


def _first(plan: RingPlan, count: int) -> RingPlan:
    """The innermost rings of a plan."""
    return replace(
        plan,
        columns=plan.columns[:count],
        lines=plan.lines[:count],
        rows=plan.rows[:count],
        offset=plan.offset[:count],
        used=plan.used[:count],
        sector=plan.sector[:count],
        inner_px=plan.inner_px[:count],
        outer_px=plan.outer_px[:count],
        radius_px=plan.radius_px[:count],
        full=plan.full[:count],
    )


@lru_cache(maxsize=16)
def plan_between(
    cycles: int, inner_px: float, outer_px: float, count: int, line_step: int, odd: int
) -> RingPlan:
    """Every pixel of `count` rings between two radii that lie further in than those of `plan_rings`."""
    edges = np.linspace(inner_px, outer_px, count + 1)
    return _planned(cycles, edges[:-1], edges[1:], line_step, odd, SAMPLES)


def _planned(
    cycles: int, inner: Floats64, outer: Floats64, line_step: int, odd: int, samples: int
) -> RingPlan:
    shape = (len(inner), _even_samples(cycles, samples))
    columns, lines = np.zeros(shape, np.intp), np.full(shape, odd, np.intp)
    used = np.zeros(shape, np.float32)
    for ring in range(len(inner)):
        x, y = _ring_pixels(inner[ring], outer[ring], shape[1], line_step, odd)
        columns[ring, : x.size], lines[ring, : x.size], used[ring, : x.size] = x, y, 1.0
    sectors = cycles if cycles < 16 else min(cycles // 2, 40)
    which = np.floor((np.arctan2(lines, columns) / (2 * math.pi) + 0.5) * sectors).astype(np.intp) % sectors
    sector = np.arange(len(inner))[:, None] * sectors + which
    full = np.maximum(used.sum(axis=1, dtype=np.float64), 1.0)
    offset = (columns + 1j * lines).astype(np.complex64)
    radius = np.sqrt((inner**2 + outer**2) / 2)
    rows = (lines - odd) // line_step
    return RingPlan(cycles, columns, lines, rows, offset, used, sector, sectors, inner, outer, radius, full)


def gather(
    picture: Samples,
    plan: RingPlan,
    pose: Pose,
    *,
    curve: Floats | None = None,
    line_step: int = 1,
    first_line: int = 0,
    first_column: int = 0,
) -> Rings:
    """The planned pixels around a pose; pixels outside the picture or NaN get weight 0.

    The picture begins at `first_line` and `first_column` of the whole one, in which the pose is told.
    """
    codes, weight = picked(
        picture, plan, pose, line_step=line_step, first_line=first_line, first_column=first_column
    )
    light = codes.astype(np.float32) if curve is None else light_of(codes, curve)
    if curve is None and not (good := np.isfinite(light)).all():
        weight, light = weight * good, np.where(good, light, np.float32(0))
    offset = plan.offset - np.complex64(complex(pose.x_px - round(pose.x_px), pose.y_px - round(pose.y_px)))
    if pose.shear:
        offset += np.complex64(pose.shear) * offset.conj()
    distance = np.abs(offset)
    if distance.min() < NEAREST_PX:
        distance = np.maximum(distance, np.float32(NEAREST_PX))
    unit = offset * (1 / distance)
    return Rings(distance, unit, power(unit, plan.cycles), light, weight, plan)


def picked(
    picture: Samples,
    plan: RingPlan,
    pose: Pose,
    *,
    line_step: int = 1,
    first_line: int = 0,
    first_column: int = 0,
) -> tuple[Samples, Floats]:
    """The samples of the planned pixels, and which of them count; as `gather`."""
    column0, line0 = round(pose.x_px) - first_column, round(pose.y_px) - first_line
    row0 = -(-line0 // line_step)
    samples, width, start = _in_a_row(picture)
    places, first = _places(plan, width)
    first += start + row0 * width + column0
    if _holds(picture, column0, line0 / line_step, plan.reach_px):
        return cast(Samples, np.take(samples[first:], places, mode="clip")), plan.used
    height, length = picture.shape
    weight = plan.used * (_within(plan.columns + column0, length) & _within(plan.rows + row0, height))
    return cast(Samples, np.take(samples, places + first, mode="clip")), weight


def light_of(codes: Samples, curve: Floats) -> Floats:
    """Light of codes, by that of every code value; what lies between two codes is rounded to one."""
    if codes.dtype == np.uint8 and curve.size == 256:
        return np.asarray(cv2.LUT(codes, curve), np.float32)
    whole = np.rint(codes) if codes.dtype.kind == "f" else codes
    return np.asarray(np.take(curve, whole.astype(np.intp), mode="clip"))


def _holds(picture: Samples, column: int, row: float, reach: int) -> bool:
    height, width = picture.shape
    return bool(min(column, width - 1 - column, row, height - 1 - row) > reach)


def _within(places: NDArray[np.intp], size: int) -> NDArray[np.bool_]:
    """Which places lie from 0 to below a size: negative ones are huge without their sign."""
    return np.asarray(places.view(np.uintp) < size)


def _in_a_row(picture: Samples) -> tuple[Samples, int, int]:
    """A picture's samples as they lie in memory, from one row to the next, and where row 0 begins."""
    height, length = picture.shape
    if picture.flags.c_contiguous:
        return picture.reshape(-1), length, 0
    step, size = picture.strides
    if size != picture.itemsize or step % size:
        return cast(Samples, np.ascontiguousarray(picture).reshape(-1)), length, 0
    width = step // size
    first = picture if width > 0 else picture[::-1]
    count = (height - 1) * abs(width) + length
    samples = np.lib.stride_tricks.as_strided(first, (count,), (size,), writeable=False)
    return cast(Samples, samples), width, 0 if width > 0 else (1 - height) * width


@lru_cache(maxsize=32)
def _places(plan: RingPlan, width: int) -> tuple[NDArray[np.intp], int]:
    """Where the planned pixels lie in such a row, from the first of them; and that one, from the centre's."""
    places = plan.rows * width + plan.columns
    first = int(places.min())
    return places - first, first


def parity(line0: int, first_line: int, line_step: int) -> int:
    """How many lines below `line0` the next line of the field lies: 0 for a whole picture."""
    return (first_line - line0) % line_step


def middle(values: Floats | Floats64) -> float:
    """Upper median of a one-dimensional array: `np.median` without its overhead."""
    return float(np.partition(values, values.size // 2)[values.size // 2])


def power(unit: Phasors, exponent: int) -> Phasors:
    """exp(i n phi) of exp(i phi), n at least 1, by squaring: an arc tangent costs more."""
    found: Phasors | None = None
    while exponent:
        if exponent & 1:
            found = unit if found is None else found * unit
        exponent >>= 1
        if exponent:
            unit = unit * unit
    return np.ones_like(unit) if found is None else found


def fit_rings(rings: Rings, *, harmonics: int = 3) -> RingFit:
    """Mean, shading and the first odd `harmonics` of every ring, by weighted least squares.

    The fundamental comes back as a complex number z with the ring being mean + Re(z conj(wave)): its angle is
    the phase, its magnitude the amplitude; the third harmonic the same way, and zero when it was not fitted.
    The shading adds Re(slope conj(unit)).
    """
    return _fitted(_waves(_columns(rings.unit, rings.wave, rings.weight, harmonics)), rings.light)


def fit_clean(rings: Rings) -> tuple[Rings, RingFit]:
    """The rings without their outliers, and the fit of all three harmonics to them."""
    fit = fit_rings(rings)
    rows, strongest = np.arange(len(fit.wave)), 0.0
    for _ in range(CLEANINGS):
        before, strongest = strongest, float(np.abs(fit.wave).max())
        if strongest < before:  # less is allowed then, on rings that had no outlier too
            rows = np.arange(len(fit.wave))
        odd = outliers(rings, fit, rows)
        there = odd.any(axis=1)
        if not there.any():
            break
        rows = rows[there]
        weight = rings.weight.copy()
        weight[rows] *= ~odd[there]
        rings = replace(rings, weight=weight)
        _fit_again(rings, fit, rows)
    return rings, fit


def fit_some(rings: Rings, rows: NDArray[np.intp]) -> RingFit:
    """As `fit_rings`, of the rings of these numbers."""
    columns = _columns(rings.unit[rows], rings.wave[rows], rings.weight[rows], 3)
    return _fitted(_waves(columns), rings.light[rows])


def fit_other_light(fit: RingFit, light: Floats) -> RingFit:
    """The same waves fitted to the same pixels in another light: for a third of the work."""
    return _fitted(_waves_of(fit), light)


def spokes_at(fit: RingFit) -> Floats:
    """The fundamental at every pixel, as high as 1 at its crests; 0 where a pixel does not count."""
    return _at_pixels(fit, 3, fit.wave / np.maximum(np.abs(fit.wave), 1e-12))


def bars_at(fit: RingFit) -> Floats:
    """Both harmonics of the spokes at every pixel, as they were fitted; 0 where a pixel does not count."""
    return _at_pixels(fit, 3, fit.wave, fit.third)


def slope_at(fit: RingFit, slope: complex) -> Floats:
    """What light that falls by `slope` is more at every pixel, for a ring of radius 1."""
    return _at_pixels(fit, 1, np.full(len(fit.wave), slope))


def _at_pixels(fit: RingFit, column: int, *parts: NDArray[np.complex128]) -> Floats:
    """Re(z conj(wave)) of numbers z for each ring, of the waves in two columns each from this one on."""
    numbers = np.stack([each for part in parts for each in (part.real, part.imag)], axis=1)
    columns = _waves_of(fit).columns[:, column : column + numbers.shape[1]]
    return (numbers.astype(np.float32)[:, None, :] @ columns)[:, 0, :]


def _waves_of(fit: RingFit) -> Waves:
    if fit.waves is None:
        raise ValueError("a fit without its waves")
    return fit.waves


def _fit_again(rings: Rings, fit: RingFit, rows: NDArray[np.intp]) -> None:
    """Does the rings of these numbers again, of which fewer pixels count: in the fit's own arrays."""
    waves = _waves_of(fit)
    fewer = _waves(waves.columns[rows] * rings.weight[rows, None])
    again = _fitted(fewer, rings.light[rows])
    for whole, part, names in ((fit, again, FITTED), (waves, fewer, Waves.__slots__)):
        for name in names:
            getattr(whole, name)[rows] = getattr(part, name)


def _waves(columns: Floats) -> Waves:
    """`columns` and one more, which is 0: a product of two shapes.

    Of small matrices that are symmetric the library takes four times as long.
    """
    told = columns[:, :-1]
    products = (told @ columns.transpose(0, 2, 1))[:, :, :-1].astype(np.float64)
    samples = told[:, 0].sum(axis=1).astype(np.float64)
    every = np.arange(told.shape[1])
    products[:, every, every] += (1e-5 * samples + 1e-3)[:, None]
    return Waves(columns, products, samples)


def _fitted(waves: Waves, light: Floats) -> RingFit:
    """Waves of rings whose pixels hold light = column by column a number."""
    columns, samples = waves.columns[:, :-1], waves.samples
    right = (columns @ light[:, :, None]).astype(np.float64)
    found = np.asarray(np.linalg.solve(waves.products, right)[:, :, 0], np.float64)
    residual = light * columns[:, 0]
    residual -= (found.astype(np.float32)[:, None, :] @ columns)[:, 0, :]
    squares = np.vecdot(residual, residual)
    return RingFit(
        mean=found[:, 0],
        slope=found[:, 1] + 1j * found[:, 2],
        wave=found[:, 3] + 1j * found[:, 4],
        third=found[:, 5] + 1j * found[:, 6] if found.shape[1] > 5 else np.zeros(len(found), np.complex128),
        noise=np.sqrt(squares / np.maximum(samples - columns.shape[1], 1.0)),
        samples=samples,
        residual=residual,
        waves=waves,
    )


def outliers(rings: Rings, fit: RingFit, rows: NDArray[np.intp] | slice = ALL) -> NDArray[np.bool_]:
    """Pixels far off the fit of their ring: dust, dead pixels, a line of text; shape (rings, samples).

    On the outer rings the edges of square spokes stand off the harmonics fitted by up to their height, so
    there only what is larger counts.
    """
    frequency = rings.plan.cycles / (2 * np.pi * rings.radius_px[rows])
    edges = np.interp(frequency, [0.02, 0.08], [1.2, 0.12]) * np.abs(fit.wave).max() * np.pi / 4
    off = np.abs(fit.residual[rows])
    typical = off.sum(axis=1) / np.maximum(fit.samples[rows], 1.0)
    return np.asarray(off > np.maximum(5.6 * typical, edges)[:, None].astype(np.float32))


def _columns(unit: Phasors, wave: Phasors, weight: Floats, harmonics: int) -> Floats:
    """What is fitted to the pixels that count, which weigh 1, and a column of 0."""
    planes = np.empty((4 + 2 * harmonics, *wave.shape), np.float32)
    planes[-1] = 0
    counts = weight.astype(np.complex64)
    unit, wave = unit * counts, wave * counts
    planes[0], planes[1], planes[2], planes[3], planes[4] = weight, unit.real, unit.imag, wave.real, wave.imag
    squared = wave * wave if harmonics > 1 else wave
    for place in range(5, len(planes) - 1, 2):
        wave = wave * squared
        planes[place], planes[place + 1] = wave.real, wave.imag
    return planes.transpose(1, 0, 2)


@lru_cache(maxsize=64)
def _even_samples(cycles: int, about: int) -> int:
    """A number of angles, about as many as told, at which no harmonic of the spokes passes for another wave.

    Harmonic k looks like a slow wave of (k n mod samples) turns. On an off-centre pixel grid, which swings
    its phase once per turn, it leaks into the mean the more the fewer turns those are, and also into the
    fundamental. Where n and the number share a factor the same few phases are seen over and over.
    """
    harmonic = np.arange(2, HARMONICS + 1)

    def leak(samples: int) -> float:
        turns = (harmonic + np.array([[-1], [0], [1]])) * cycles % samples
        apart = np.minimum(turns, samples - turns).min(axis=0)
        return float((LEAKS[np.minimum(apart, LEAKS.size - 1)] / harmonic).max())

    return min(range(about, about + 40), key=leak)


@lru_cache(maxsize=1024)  # plans of a star at other sizes share them
def _ring_pixels(
    inner: float, outer: float, samples: int, line_step: int, odd: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    if math.pi * (outer**2 - inner**2) / line_step <= samples * 1.1:
        x, y = _every_pixel(inner, outer, line_step, odd)
        return x[:samples], y[:samples]
    angle = (2 * math.pi / samples * np.arange(samples))[:, None]
    share = (np.arange(TRIES) + 0.5) / TRIES + (np.arange(samples) * GOLDEN)[:, None]
    radius = np.sqrt(inner**2 + share % 1.0 * (outer**2 - inner**2))
    x = np.rint(radius * np.cos(angle))
    y = np.rint((radius * np.sin(angle) - odd) / line_step) * line_step + odd
    off = np.abs(y * np.cos(angle) - x * np.sin(angle)) / radius
    best = np.arange(samples), off.argmin(axis=1)
    return x[best].astype(np.intp), y[best].astype(np.intp)


def _every_pixel(
    inner: float, outer: float, line_step: int, odd: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    reach = math.ceil(outer)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    radius = np.hypot(x, y)
    inside = (radius >= inner) & (radius < outer) & ((y - odd) % line_step == 0)
    return x[inside], y[inside]
