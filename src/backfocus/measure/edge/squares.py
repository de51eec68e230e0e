"""Find the nested slanted squares of our edge chart in a picture, or a lone slanted square.

Outlines of light and dark patches that are square and share a centre and an angle are squares of one chart;
their sizes name them (`target.SQUARE_RATIOS`). Three in a row are believed anywhere; where the picture before
had them, one is. A poster or a window is a square too, so a lone one counts only where it was asked for.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...target import SQUARE_SHARES

Luma8 = NDArray[np.uint8]

LEVELS = (48, 80, 112, 144, 176)
"""Code values that may lie between the chart's black and white."""
LEAST_HALF_PX = 6.0
UNEVEN, FILLED = 0.12, 0.86
"""Most difference of the sides, and least share of the outline's own rectangle: a disc has 0.79."""
SAME_PLACE, SAME_TURN_DEG = 0.15, 6.0
"""Of the half side of the smaller: one centre. Small squares are turned less surely."""
FEWEST, MANY = 3, 4
"""Squares in a row that are believed, and that are even where the picture before says otherwise."""
MISFIT, MISFIT_PX = 0.03, 0.7
"""Of their sizes from those the chart has, as a share of each and in pixels, rms."""
TURN_PX_DEG = 90.0
LEAST_TURN_DEG = 1.0
NEAR, GROWN = 0.3, 0.2
"""Since the picture before: how far the centre may have gone, in half sides, and the chart grown, in logs."""
SIZES = len(SQUARE_SHARES)


@dataclass(frozen=True, slots=True)
class Squares:
    """The chart in a picture: its centre, half the side of its outermost square, and how far it is turned.

    `turn_deg` lies within 45 either way. `seen`: which squares were found whole, 0 the outermost; a lone
    square is number 0 of a chart of its own (`lone`). `level`: the code value between their black and white.
    """

    x_px: float
    y_px: float
    half_px: float
    turn_deg: float
    seen: tuple[int, ...]
    level: int
    lone: bool = False


@dataclass(frozen=True, slots=True)
class _Square:
    x: float
    y: float
    half: float
    turn_deg: float
    level: int


def find_squares(luma8: Luma8, before: Squares | None = None, *, lone: bool = False) -> Squares | None:
    """The nested squares in a picture, in its own pixels; None without them.

    Parameters
    ----------
    luma8 : ndarray, shape (rows, columns), uint8
        Code values of square pixels, best about 500 wide.
    before : Squares, optional
        Where the picture before had them: then one square is enough, and its level is looked at alone first.
    lone : bool
        Whether a slanted square by itself counts, the largest first.
    """
    if before is not None and (found := _best([_outlined(luma8, before.level)], before)) is not None:
        return found
    layers = [_outlined(luma8, level) for level in LEVELS]
    found = _best(layers, before)
    if found is not None or not lone:
        return found
    slanted = [each for layer in layers for each in layer if abs(each.turn_deg) > LEAST_TURN_DEG]
    if not slanted:
        return None
    one = max(slanted, key=lambda each: each.half)
    return Squares(one.x, one.y, one.half, one.turn_deg, (0,), one.level, lone=True)


def _best(layers: list[list[_Square]], before: Squares | None) -> Squares | None:
    """The most squares: a long row of them, else those where they were, else a short row."""
    row = _most([_named(layer) for layer in layers])
    if before is None or (row is not None and len(row.seen) >= MANY):
        return row
    return _most([_again(layer, before) for layer in layers]) or row


def _most(fits: list[tuple[float, Squares] | None]) -> Squares | None:
    having = [fit for fit in fits if fit is not None]
    best = max(having, key=lambda fit: (len(fit[1].seen), -fit[0]), default=None)
    return None if best is None else best[1]


def _outlined(luma8: Luma8, level: int) -> list[_Square]:
    """What is square among the outlines of the places lighter than a level, largest first."""
    outlines, _ = cv2.findContours(np.asarray(luma8 > level, np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    found = [
        _square(outline, level, luma8.shape) for outline in outlines if len(outline) >= 6 * LEAST_HALF_PX
    ]
    return sorted((each for each in found if each is not None), key=lambda each: -each.half)


def _square(outline: cv2.typing.MatLike, level: int, shape: tuple[int, ...]) -> _Square | None:
    left, top, width, height = cv2.boundingRect(outline)
    if min(left, top) <= 1 or left + width >= shape[1] - 1 or top + height >= shape[0] - 1:
        return None
    (x, y), (a, b), turn = cv2.minAreaRect(outline)
    if min(a, b) < 2 * LEAST_HALF_PX or abs(math.log(a / b)) > UNEVEN:
        return None
    if cv2.contourArea(outline) < FILLED * a * b:
        return None
    return _Square(x, y, (a + b) / 4, (turn + 45.0) % 90.0 - 45.0, level)


def _named(layer: list[_Square]) -> tuple[float, Squares] | None:
    """The longest row of squares about one centre with the sizes of our chart, and their misfit."""
    best: tuple[float, Squares] | None = None
    for first in layer:
        family = [each for each in layer if each.half <= first.half and _together(each, first)]
        for count in range(len(family), FEWEST - 1, -1):
            if best is not None and count < len(best[1].seen):
                break
            fits = [_fit(family[:count], tuple(range(n, n + count))) for n in range(SIZES - count + 1)]
            good = min((fit for fit in fits if fit[0] < 1), key=lambda fit: fit[0], default=None)
            if good is not None and (best is None or count > len(best[1].seen) or good[0] < best[0]):
                best = good
    return best


def _together(one: _Square, other: _Square) -> bool:
    apart = math.hypot(one.x - other.x, one.y - other.y)
    small = min(one.half, other.half)
    return apart < SAME_PLACE * small + 1 and _turned(one.turn_deg, other.turn_deg, small)


def _turned(one_deg: float, other_deg: float, half: float) -> bool:
    return abs((one_deg - other_deg + 45.0) % 90.0 - 45.0) < SAME_TURN_DEG + TURN_PX_DEG / half


def _fit(members: list[_Square], numbers: tuple[int, ...]) -> tuple[float, Squares]:
    """The chart whose squares these are, and how badly their sizes fit, 1 at the limit."""
    halves = np.array([each.half for each in members])
    logs = np.log(halves / np.array(SQUARE_SHARES)[list(numbers)])
    weight = 1 / np.hypot(MISFIT, MISFIT_PX / halves)
    middle = float((logs * weight**2).sum() / (weight**2).sum())
    misfit = math.sqrt(float(np.mean(((logs - middle) * weight) ** 2)))
    largest = members[0]
    found = Squares(largest.x, largest.y, math.exp(middle), largest.turn_deg, numbers, largest.level)
    return misfit, found


def _again(layer: list[_Square], before: Squares) -> tuple[float, Squares] | None:
    """The chart where it was: the squares near its centre, each named by the size it should have."""
    shares = (1.0,) if before.lone else SQUARE_SHARES
    seen: dict[int, _Square] = {}
    for each in layer:
        near = math.hypot(each.x - before.x_px, each.y - before.y_px) < NEAR * each.half + 3
        off, number = min((abs(math.log(each.half / (before.half_px * s))), n) for n, s in enumerate(shares))
        if near and off < GROWN and _turned(each.turn_deg, before.turn_deg, each.half):
            seen.setdefault(number, each)
    if not seen:
        return None
    numbers = tuple(sorted(seen))
    misfit, squares = _fit([seen[number] for number in numbers], numbers)
    return (misfit, replace(squares, lone=before.lone)) if misfit < 1 else None
