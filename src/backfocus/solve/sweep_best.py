"""Which pictures of a sweep are in focus, by when they were taken and not by how sharp they are.

Pictures differ by themselves: a stabiliser that interpolates, a coder, a hand that shakes. The sharpest of
many are then those with luck, sharper than pictures at rest ever are, and a lens that is set would seem to be
out of focus beside them. So the moment of focus is taken from both flanks of the passage: blur adds to the
floor in squares, and where the ring turns evenly

    read^2 = floor^2 + speed^2 (picture - moment)^2

is a parabola. All pictures near that moment then count, each as far out of focus as its time says.
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

_SMOOTHED = 5
_FEWEST, _FEWEST_A_SIDE = 5, 3
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
    blur_um: Sequence[float], half_depth_um: float, *, risen_half_depths: float = 1.0
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
    """
    blur = np.array(blur_um, dtype=float)
    if len(blur) < _FEWEST:
        return None
    found = [
        each
        for part in _passages(blur, half_depth_um, risen_half_depths * half_depth_um)
        if (each := _passage(blur, part, half_depth_um)) is not None
    ]
    if not found:
        return None
    sharpest = min(each.floor_um for each in found)
    found = [each for each in found if each.floor_um <= sharpest + CLOSE_HALF_DEPTHS * half_depth_um]
    pictures, off = [], []
    for each in found:
        away = each.speed_um * np.abs(np.arange(len(blur)) - each.moment)
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
        if not np.isfinite(left[bottom]) or smooth[bottom] > smooth.min() + depth_um:
            break
        first, last = _flanks(blur, smooth, bottom, depth_um)
        if min(smooth[bottom - first], smooth[bottom + last]) >= smooth[bottom] + risen_um:
            found.append(slice(bottom - first, bottom + last + 1))
        left[bottom - first : bottom + last + 1] = np.inf
    return found


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


def _passage(blur: Vector, part: slice, depth_um: float) -> _Moment | None:
    at = np.arange(part.start, part.stop, dtype=float)
    seen = blur[part]
    # a sharpening camera reads as in focus for a while: only flanks show where the middle is
    flank = seen > NO_BLUR * depth_um
    at, seen = at[flank], seen[flank]
    if len(seen) < _FEWEST:
        return None
    middle = float(at.mean())
    rows = np.stack([np.ones_like(at), at - middle, np.square(at - middle)], axis=1)
    weight = 1.0 / np.maximum(seen, _LEAST_SHARE * float(np.median(seen)))
    level, slope, bend = np.linalg.lstsq(rows * weight[:, None], np.square(seen) * weight, rcond=None)[0]
    if bend <= 0.0:
        return None
    moment = middle - slope / (2.0 * bend)
    if not at[0] < moment < at[-1]:
        return None
    even = np.sqrt(np.maximum(rows @ (level, slope, bend), 0.0))
    if np.abs(_smoothed(even - seen))[[0, -1]].max() > UNEVEN_HALF_DEPTHS * depth_um:
        return None
    floor = float(level - slope**2 / (4.0 * bend))
    return _Moment(float(moment), math.sqrt(float(bend)), math.sqrt(max(floor, 0.0)))


def _smoothed(blur: Vector) -> Vector:
    """The median of five neighbours; at the ends of those that there are."""
    half = _SMOOTHED // 2
    padded = np.pad(blur, half, mode="reflect")
    rows = [padded[step : step + len(blur)] for step in range(_SMOOTHED)]
    return np.asarray(np.median(np.stack(rows), axis=0))
