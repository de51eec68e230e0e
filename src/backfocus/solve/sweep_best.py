"""Which pictures of a sweep are in focus, by when they were taken and not by how sharp they are.

Pictures differ by themselves: a stabiliser that interpolates, a coder, a hand that shakes. The sharpest of
many are then those with luck, sharper than pictures at rest ever are, and a lens that is set would seem to be
out of focus beside them. So the moment of focus is taken from both flanks of the passage: blur adds to the
floor in squares, and where the ring turns evenly

    read^2 = floor^2 + speed^2 (picture - moment)^2

is a parabola. All pictures near that moment then count, each as far out of focus as its time says.

Of an object only some pictures of a sweep were kept, so their times are needed. And behind a soft camera a
passage reaches as far as the ring goes, where it is slowed down: with another term the parabola follows that.
A ring that meets its stop a little beyond focus and comes back makes two passages, with a hump between them
that such a camera makes low.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

USED_HALF_DEPTHS = 0.7
"""Out of focus by no more than this a picture still shows what a picture in focus does; the rest is known."""

NEAREST_PICTURES = 0.75
"""So near the moment of focus, in pictures, one counts however fast the ring went."""

FLANK_HALF_DEPTHS = (3.0, 4.5, 6.0)
"""How far up its flanks a passage is looked at: as far as it needs to show them. A camera that sharpens reads
as in focus for a while, and then a ring that is turned fast leaves few pictures in the first."""

CLOSE_HALF_DEPTHS = 0.5
"""How much softer than the sharpest passage another may be at its best and still be one through focus."""

NO_BLUR = 0.3
"""Half depths of focus: what reads less tells no flank."""

UNEVEN_HALF_DEPTHS = 0.5
"""Where a flank ends farther from the parabola the ring rested on its way, or turned to and fro."""

_SMOOTHED, _SMOOTHED_SPARSE = 5, 3
_LOWEST_HUMP = 0.1
"""Half depths of focus: what rises by less between two passages may be noise."""
_FEWEST, _FEWEST_A_SIDE = 5, 3
_FEWEST_UNEVEN = 8
"""Pictures that tell a ring that is slowed down from one that is not."""
_LEAST_SHARE = 0.5
"""Of the middle blur, what one with less is weighed as: its square has no smaller doubt."""


@dataclass(frozen=True, slots=True)
class InFocus:
    """Pictures of a sweep that are in focus.

    `pictures`: their places among those given. `off_um`: how far out of focus they are, root mean square.
    """

    pictures: tuple[int, ...]
    off_um: float


def in_focus(
    blur_um: Sequence[float],
    half_depth_um: float,
    *,
    risen_half_depths: float = 1.0,
    at_s: Sequence[float] | None = None,
) -> InFocus | None:
    """The pictures near the moments of focus; None where the ring did not pass evenly through any.

    Parameters
    ----------
    blur_um : sequence of float, shape (n,)
        |r| of the pictures of a sweep as a perfect camera would show it, in their order.
    half_depth_um : float
        h at this zoom position.
    risen_half_depths : float
        What is softer by so much on both sides is a passage.
    at_s : sequence of float, shape (n,), optional
        When the pictures were taken, rising or falling, where that is not evenly.
    """
    blur = np.array(blur_um, dtype=float)
    if len(blur) < _FEWEST:
        return None
    place = np.arange(len(blur), dtype=float) if at_s is None else _in_pictures(at_s)
    parts = (
        _passages(blur, half_depth_um, risen_half_depths * half_depth_um)
        if at_s is None
        else _sparse_passages(blur, half_depth_um, risen_half_depths * half_depth_um)
    )
    found = [
        each
        for part in parts
        if (each := _passage(place[part], blur[part], half_depth_um, slowing=at_s is not None)) is not None
    ]
    if not found:
        return None
    sharpest = min(each.floor_um for each in found)
    found = [each for each in found if each.floor_um <= sharpest + CLOSE_HALF_DEPTHS * half_depth_um]
    pictures, off = [], []
    for each in found:
        away = each.speed_um * np.abs(place - each.moment)
        near = np.flatnonzero(away <= max(USED_HALF_DEPTHS * half_depth_um, NEAREST_PICTURES * each.speed_um))
        pictures += [int(at) for at in near]
        off += [float(away[at]) for at in near]
    places, first = np.unique(pictures, return_index=True)
    squares = np.square(np.array(off)[first])
    return InFocus(tuple(int(at) for at in places), math.sqrt(float(squares.mean())))


@dataclass(frozen=True, slots=True)
class _Moment:
    """When the ring passed the sharpest point, in pictures; um a picture then, and the blur left."""

    moment: float
    speed_um: float
    floor_um: float


def _passages(blur: Vector, depth_um: float, risen_um: float) -> list[slice]:
    """Where the blur, smoothed, is lower than on both sides by so much, flanks and all."""
    smooth = _smoothed(blur)
    left, found = smooth.copy(), []
    while len(left):
        bottom = int(np.argmin(left))
        # where the ring was fast the median of neighbours is far above the sharpest picture
        lowest = min(smooth[bottom], blur[max(bottom - 1, 0) : bottom + 2].min())
        if not np.isfinite(left[bottom]) or lowest > smooth.min() + depth_um:
            break
        first, last = _flanks(blur, smooth, bottom, depth_um)
        if min(smooth[bottom - first], smooth[bottom + last]) >= smooth[bottom] + risen_um:
            found.append(slice(bottom - first, bottom + last + 1))
        left[bottom - first : bottom + last + 1] = np.inf
    return found


def _sparse_passages(blur: Vector, depth_um: float, risen_um: float) -> list[slice]:
    """The same in few pictures, with what the camera blurs added in squares: between lasting rises.

    A rise counts from where a ring that is out of focus by `risen_um` would be.
    """
    smooth = _smoothed(blur, _SMOOTHED_SPARSE)
    turns = _turns(smooth, risen_um, _LOWEST_HUMP * depth_um)
    found = []
    for before, bottom, after in zip(turns[0::2], turns[1::2], turns[2::2], strict=False):
        if smooth[bottom] <= smooth.min() + depth_um:
            most = math.hypot(smooth[bottom], FLANK_HALF_DEPTHS[0] * depth_um)
            first = _until(smooth[before : bottom + 1][::-1], most)
            found.append(slice(bottom - first, bottom + _until(smooth[bottom : after + 1], most) + 1))
    return found


def _turns(smooth: Vector, risen_um: float, least_um: float) -> list[int]:
    """Places of the highest and the lowest in turn, a highest first and last.

    Between two of them blur changes by what a ring does that goes `risen_um` out of focus.
    """
    turns: list[int] = []
    extreme, rising = 0, True
    for at in range(1, len(smooth)):
        change = float(smooth[at] - smooth[extreme])
        low = float(min(smooth[at], smooth[extreme]))
        if (change > 0.0) == rising:
            extreme = at
        elif abs(change) >= max(math.hypot(low, risen_um) - low, least_um):
            turns.append(extreme)
            extreme, rising = at, not rising
    return [*turns, extreme] if rising else turns


def _flanks(blur: Vector, smooth: Vector, bottom: int, depth_um: float) -> tuple[int, int]:
    """How many pictures belong to a passage before its sharpest one, and after it."""
    first = last = 0
    for half_depths in FLANK_HALF_DEPTHS:
        most = math.hypot(smooth[bottom], half_depths * depth_um)
        first, last = _until(smooth[bottom::-1], most), _until(smooth[bottom:], most)
        sides = blur[bottom - first : bottom], blur[bottom : bottom + last + 1]
        if min(np.count_nonzero(side > NO_BLUR * depth_um) for side in sides) >= _FEWEST_A_SIDE:
            break
    return first, last


def _until(outwards: Vector, most: float) -> int:
    """How many steps outwards until the blur is above `most`, or falls again by more than it strays."""
    above = np.flatnonzero(outwards > most)
    stop = int(above[0]) if above.size else len(outwards) - 1
    return int(np.argmax(outwards[: stop + 1]))


def _in_pictures(at_s: Sequence[float]) -> Vector:
    """Times in the usual distance of two pictures, rising in any case."""
    at = np.array(at_s, dtype=float)
    return np.asarray((at - at[0]) / (float(np.median(np.diff(at))) or 1e-9))


def _passage(at: Vector, seen: Vector, depth_um: float, *, slowing: bool) -> _Moment | None:
    """Where blur squared is lowest by a parabola; with a third power where the ring may be `slowing`."""
    # a sharpening camera reads as in focus for a while: only flanks show where the middle is
    flank = seen > NO_BLUR * depth_um
    at, seen = at[flank], seen[flank]
    if len(seen) < _FEWEST:
        return None
    middle = float(at.mean())
    powers = np.arange(4 if slowing and len(seen) >= _FEWEST_UNEVEN else 3)
    rows = (at - middle)[:, None] ** powers
    weight = 1.0 / np.maximum(seen, _LEAST_SHARE * float(np.median(seen)))
    found = np.linalg.lstsq(rows * weight[:, None], np.square(seen) * weight, rcond=None)[0]
    curve = np.polynomial.Polynomial(found)
    level = [float(each.real) for each in curve.deriv().roots() if each.imag == 0.0]
    lowest = [each for each in level if curve.deriv(2)(each) > 0.0]
    if not lowest or not at[0] - middle < lowest[0] < at[-1] - middle:
        return None
    even = np.sqrt(np.maximum(rows @ found, 0.0))
    if np.abs(_smoothed(even - seen))[[0, -1]].max() > UNEVEN_HALF_DEPTHS * depth_um:
        return None
    speed = math.sqrt(float(curve.deriv(2)(lowest[0])) / 2.0)
    return _Moment(middle + lowest[0], speed, math.sqrt(max(float(curve(lowest[0])), 0.0)))


def _smoothed(blur: Vector, neighbours: int = _SMOOTHED) -> Vector:
    """The median of five neighbours, or so many; at the ends of those that there are."""
    half = neighbours // 2
    padded = np.pad(blur, half, mode="reflect")
    rows = [padded[step : step + len(blur)] for step in range(neighbours)]
    return np.asarray(np.median(np.stack(rows), axis=0))
