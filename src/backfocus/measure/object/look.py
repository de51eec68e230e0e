"""What several pictures say of an object that one alone cannot: what moves, and what stands at another depth.

One picture out of focus looks like something smooth. So while nothing fine shows, no more is said than "turn
the focus ring", until the sharpest point was passed. What moves changes where the zoom rests; what stands at
another depth is sharpest at another turn of the focus ring.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Frame
from ..picture.eight_bits import eight_bits
from .quality import LEAST_COARSE, LEAST_DETAIL, Cells, Quality, Why, cells_of, codes_of, mean_of, quality
from .region import Region
from .similarity import Similarity

Luma8 = NDArray[np.uint8]
Floats = NDArray[np.float32]

SAME_ZOOM = 0.04
"""Change of scale, by its logarithm, that is still one zoom position; focus rings breathe by more, slowly."""
ZOOMED_IN = 1.3
"""Growth since the first picture from which nothing in view may only be out of focus."""
PASSED = 0.6
"""Of the finest detail seen at a zoom position: below it, the sharpest point was passed."""
SOFTER, MANY = 0.5, 0.25
"""Of its own finest detail, what a cell shows at least when the whole is sharpest; how many may not."""
APART_S = 0.2
"""Between two pictures that are held against each other for what moves."""
CHANGED, CHANGED_CODES = 0.6, 3.0
"""Difference of a cell against its contrast, and in codes, that no noise or shake makes."""
SAME_FOCUS = 0.1
"""Change of the fine detail that is noise, or what moves, and no ring that is turned."""
RESTING = 0.2
"""Of the looks, in which an object rests at least: if less of them are without movement, it moves itself."""
FEWEST_LOOKS, MOST_LOOKS = 5, 15
SMALL_PX = 240
FEW_TELL = 0.1
"""Share of the cells that must have contrast."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What some pictures said of an object; the caller hands it on.

    Attributes
    ----------
    quality
        As it stands now.
    moves
        What share of it moved by itself from one look to the next, of the last looks without a turned ring.
    """

    quality: Quality
    moves: tuple[float, ...] = ()
    _first_ratio: float = 1.0
    _ratio: float = 1.0
    _best: Floats | None = None
    _at_sharpest: Floats | None = None
    _sharpest: float = 0.0
    _quality: Quality | None = None
    _passed: bool = False
    _small: Luma8 | None = None
    _small_of: Region | None = None
    _small_s: float = 0.0
    _small_fine: float = 0.0
    _fine: float = 0.0
    _moved: tuple[float, float] = (0.0, 0.0)


def look(
    known: Seen | None, frame: Frame, *, place: Similarity | None = None, region: Region | None = None
) -> Seen:
    """What one more picture says of how good the object is, with what is known from those before.

    Parameters
    ----------
    known : Seen | None
        From the picture before; None at first, and after another part was chosen.
    frame : Frame
        A few pictures a second are enough.
    place : Similarity, optional
        Where the scene's first picture lies in this one, by the follower; None where it is not known.
    region : Region, optional
        The part to judge, as in `quality`.
    """
    ratio = place.ratio if place else known._ratio if known else 1.0
    own = region is None
    kept = known is not None and abs(math.log(ratio / known._ratio)) <= SAME_ZOOM
    if region is None and known is not None and kept and known.quality.colour != "poor":
        region = known.quality.region  # what was chosen stays so, or no two pictures would compare
    cells = cells_of(frame)
    now = quality(frame, region, cells)
    part = cells.within(now.region)
    if known is None or not kept:
        known = Seen(now, known.moves if known else (), known._first_ratio if known else ratio, ratio)
    known = _remembered(known, now, part.fine)
    known = _held_against(known, frame, now, now.region if own else None)
    return replace(known, quality=_with_history(known, now, part, ratio))


def _remembered(known: Seen, now: Quality, fine: Floats) -> Seen:
    """With this picture among those at its zoom position."""
    level = float(fine.mean())
    same = known._best is not None and known._best.shape == fine.shape
    best = np.maximum(known._best, fine) if same and known._best is not None else fine
    known = replace(known, _best=best, _fine=level, _passed=known._passed or level < PASSED * known._sharpest)
    if level <= known._sharpest and same:
        return known
    return replace(known, _at_sharpest=fine, _sharpest=level, _quality=now)


def _held_against(known: Seen, frame: Frame, now: Quality, own_choice: Region | None) -> Seen:
    """With how much of the part changed since the picture a moment ago; shaking is taken out.

    `own_choice`: the part, where nobody chose it: another one is no movement.
    """
    at_s = frame.at_s if frame.at_s is not None else known._small_s + APART_S
    codes = eight_bits(replace(frame, luma=codes_of(frame, now.region)))
    small = made_small(codes, frame.line_step)
    before = known._small
    if before is None or before.shape != small.shape or known._small_of != own_choice:
        return replace(known, _small=small, _small_of=own_choice, _small_s=at_s, _small_fine=known._fine)
    if at_s - known._small_s < APART_S - 1e-3:
        return known
    refocused = abs(known._fine - known._small_fine) > SAME_FOCUS * known._small_fine
    share = None if refocused else moved_share(before, small)
    moves = known.moves if share is None else (*known.moves, share)[-MOST_LOOKS:]
    moved = (known._moved[1], share or 0.0)
    return replace(known, moves=moves, _small=small, _small_s=at_s, _small_fine=known._fine, _moved=moved)


def never_rests(moves: Sequence[float]) -> bool:
    """Whether the object itself moves, by the shares that did; while a zoom runs everything moves."""
    return len(moves) >= FEWEST_LOOKS and float(np.quantile(moves, RESTING)) > MANY


def made_small(codes: Luma8, line_step: int = 1) -> Luma8:
    """A picture, or a part of one, as `moved_share` takes it; of a field with its lines as far apart."""
    share = min(SMALL_PX / codes.shape[1], 1.0)
    size = (max(round(codes.shape[1] * share), 8), max(round(codes.shape[0] * line_step * share), 8))
    return np.asarray(cv2.resize(codes, size, interpolation=cv2.INTER_AREA), np.uint8)


def moved_share(before: Luma8, after: Luma8) -> float | None:
    """Share of the cells with contrast that are not where they were, 0 to 1; a shake of all is none.

    None where hardly a cell has contrast: nothing would show that it moved.
    """
    one, other = (np.asarray(cv2.GaussianBlur(each, (0, 0), 1.0), np.float32) for each in (before, after))
    (right, down), _ = cv2.phaseCorrelate(one, other, cv2.createHanningWindow(one.shape[::-1], cv2.CV_32F))
    back = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    other = np.asarray(cv2.warpAffine(other, back, one.shape[::-1], flags=how, borderMode=cv2.BORDER_REFLECT))
    rows, columns = (max(size // 16, 1) for size in one.shape)
    off = np.sqrt(mean_of((one - other) ** 2, rows, columns))
    mean = mean_of(one, rows, columns)
    contrast = np.sqrt(np.maximum(mean_of(one**2, rows, columns) - mean**2, 0.0))
    tells = contrast > CHANGED_CODES
    if tells.mean() < FEW_TELL:
        return None
    return float((off[tells] > np.maximum(CHANGED * contrast[tells], CHANGED_CODES)).mean())


def _with_history(known: Seen, now: Quality, part: Cells, ratio: float) -> Quality:
    """The quality of the sharpest picture of this zoom position, with what only several of them tell."""
    shown = known._quality or now
    near = ratio <= ZOOMED_IN * known._first_ratio
    if "too-smooth" in shown.why and not known._passed and not (near and part.coarse <= LEAST_COARSE):
        why = tuple("unfocused" if each == "too-smooth" else each for each in shown.why)
        shown = replace(shown, why=why, colour="fair" if why == ("unfocused",) else "poor")
    more: list[Why] = []
    if min(known._moved) > MANY:
        more.append("moving")
    if known._passed and known._best is not None and known._at_sharpest is not None:
        tells = known._best > LEAST_DETAIL
        if tells.any() and float((known._at_sharpest < SOFTER * known._best)[tells].mean()) > MANY:
            more.append("several-depths")
    if not more:
        return shown
    return replace(shown, colour="poor", why=(*shown.why, *more))
