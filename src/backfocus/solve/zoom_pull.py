"""Where a clip stands still at tele and at wide, and what lies between: found from the star's scale alone.

A *hold* is a run of pictures at one scale. A *pull* is two holds, one long and one wide, with the zoom moving
from one to the other between them; the focus ring is taken to rest from the first hold to the second, and
what comes before and after (focusing at tele, a focus sweep at wide) belongs to the ends but not to the pull.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np

from ..measure.reading import Flag, Reading

HOLD_S = 0.4
"""The shortest hold that is believed in a clip."""

LONGEST_GAP_S, LONGEST_GAP_PICTURES = 1.0, 1.5
"""Between two usable pictures of one hold; where the clip's own pictures are further apart, in those."""

LIVE_HOLD_S = 1.0
"""How long a live picture must hold at wide before it is taken for the end."""

FAR_OUT = 0.7
"""A live picture counts as zoomed out below this ratio of scales; above it nothing could be solved for."""

SAME_SCALE = 0.02
"""Within a hold the scale wanders by no more than this part: noise and a breath of focus."""

AS_FAR = 0.8
"""Pulls that reach this much of the longest, in log scale, count with it: a hand stops a little short."""
BREATH = 0.2
"""Holds whose log scales differ by less are one end of the zoom, breathing of a focus ring included."""
MEDIAN_OF = 5
"""Scales of which the middle is taken, so that two wild ones in a row do not end a hold."""
LEAST_ZOOM = 0.9
"""Two holds whose scales are nearer than this ratio are one zoom position; focus alone breathes that much."""

_UNUSABLE = frozenset({Flag.NO_STAR, Flag.NO_EDGE, Flag.LOST})


@dataclass(frozen=True, slots=True)
class Hold:
    """Pictures `first` to `last` (both included) of the usable ones, all at `scale_px`."""

    first: int
    last: int
    scale_px: float
    scale_sigma_px: float


@dataclass(frozen=True, slots=True)
class Pull:
    """A zoom from one end to the other: indices count the usable pictures.

    `early` and `late` are the holds in the order of time; `long` and `wide` are the same two by scale.
    """

    early: Hold
    late: Hold

    @property
    def long(self) -> Hold:
        """The hold with the larger scale."""
        return max(self.early, self.late, key=lambda hold: hold.scale_px)

    @property
    def wide(self) -> Hold:
        """The hold with the smaller scale."""
        return min(self.early, self.late, key=lambda hold: hold.scale_px)

    @property
    def reach(self) -> float:
        """How far it zooms: the logarithm of the ratio of scales."""
        return math.log(self.long.scale_px / self.wide.scale_px)

    @property
    def between(self) -> range:
        """The pictures of the walk through the zoom."""
        return range(self.early.last + 1, self.late.first)


def usable(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Readings with a star, a scale and a modulation curve; a scale that is unsure gives way to the rim.

    After a star was lost in blur the scale carried over may be another one; the rim is seen.
    """
    return tuple(
        _by_rim(each)
        for each in readings
        if each.scale_px and each.frequency_cy_px and each.target is not None and not each.flags & _UNUSABLE
    )


def _by_rim(reading: Reading) -> Reading:
    rim_px = reading.star.radius_px if reading.star else None
    if rim_px is None or Flag.SCALE_UNSURE not in reading.flags:
        return reading
    return replace(reading, scale_px=rim_px)


def find_holds(pictures: Sequence[Reading], hold_s: float = HOLD_S) -> tuple[Hold, ...]:
    """The holds among usable pictures, in time; stills without times are holds one by one."""
    holds = []
    scales = _smooth([each.scale_px or 0.0 for each in pictures])
    for first, last in _runs(scales, [each.at_s for each in pictures], _longest_gap_s(pictures)):
        if lasts(pictures[first], pictures[last], hold_s):
            holds.append(_hold(pictures, first, last))
    return tuple(holds)


def find_pulls(pictures: Sequence[Reading], hold_s: float = HOLD_S) -> tuple[Pull, ...]:
    """The pulls over about the largest zoom ratio, in time; none where the zoom did not move."""
    holds = find_holds(pictures, hold_s)
    if not holds:
        return ()
    longest = max(hold.scale_px for hold in holds)
    widest = min(hold.scale_px for hold in holds)
    if widest > LEAST_ZOOM * longest:
        return ()
    middle = math.sqrt(longest * widest)
    across = [Pull(a, b) for a, b in _neighbours(holds, middle) if _moves(a, b)]
    reach = max((pull.reach for pull in across), default=0.0)
    return tuple(pull for pull in across if pull.reach > AS_FAR * reach)


def finished(readings: Sequence[Reading]) -> bool:
    """Whether a live clip is complete: held at tele, then zoomed out, and now holding at wide."""
    longest = max((each.scale_px or 0.0 for each in readings), default=0.0)
    if not readings or (readings[-1].scale_px or longest) >= FAR_OUT * longest:
        return False  # told at once while the picture is still at tele, which may be for minutes
    return finished_rests(usable(readings))


def finished_rests(pictures: Sequence[Reading]) -> bool:
    """The same of pictures that have a scale all."""
    holds = find_holds(pictures, LIVE_HOLD_S)
    if len(holds) < 2:
        return False
    earlier, last = holds[:-1], holds[-1]
    longest = max(hold.scale_px for hold in earlier)
    return last.last == len(pictures) - 1 and last.scale_px < FAR_OUT * longest


def _neighbours(holds: Sequence[Hold], middle: float) -> list[tuple[Hold, Hold]]:
    """The last hold on one side of the middle scale and the end it leads to on the other.

    Pauses on the way are skipped: from the crossing outwards each side goes to the hold that is farthest
    along.
    """
    pairs = []
    for at, (a, b) in enumerate(pairwise(holds)):
        if (a.scale_px > middle) != (b.scale_px > middle):
            pairs.append((_outermost(holds[at::-1], middle), _outermost(holds[at + 1 :], middle)))
    return pairs


def _outermost(holds: Sequence[Hold], middle: float) -> Hold:
    """Going away from the crossing, the first hold within a breath of this side's extreme."""
    side = [holds[0]]
    for hold in holds[1:]:
        if (hold.scale_px > middle) != (side[0].scale_px > middle):
            break
        side.append(hold)
    farthest = max(abs(math.log(hold.scale_px / middle)) for hold in side)
    return next(hold for hold in side if abs(math.log(hold.scale_px / middle)) > farthest - BREATH)


def _moves(a: Hold, b: Hold) -> bool:
    return min(a.scale_px, b.scale_px) < LEAST_ZOOM * max(a.scale_px, b.scale_px)


def _smooth(scale: Sequence[float]) -> list[float]:
    """Running median, so that one wild scale does not end a hold."""
    if len(scale) < MEDIAN_OF:
        return list(scale)
    padded = np.pad(np.array(scale), MEDIAN_OF // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, MEDIAN_OF)
    return [float(value) for value in np.median(windows, axis=1)]


def _longest_gap_s(pictures: Sequence[Reading]) -> float:
    """The longest time between two pictures of one hold, s: by the clip's own pictures, unread ones too."""
    periods_s = [
        _apart_s(one.at_s, other.at_s) / (other.index - one.index)
        for one, other in pairwise(pictures)
        if other.index > one.index
    ]
    return max(LONGEST_GAP_S, LONGEST_GAP_PICTURES * median(periods_s)) if periods_s else LONGEST_GAP_S


def _runs(
    scale: Sequence[float], at_s: Sequence[float | None], longest_gap_s: float
) -> list[tuple[int, int]]:
    """First and last index of each run whose scales stay within `SAME_SCALE` of its mean so far.

    None goes on over a time without usable pictures, in which the zoom may have gone anywhere and come back.
    """
    runs, first, total = [], 0, 0.0
    for at, value in enumerate(scale):
        wandered = at > first and abs(value * (at - first) / total - 1.0) > SAME_SCALE
        if wandered or (at > first and _apart_s(at_s[at - 1], at_s[at]) > longest_gap_s):
            runs.append((first, at - 1))
            first, total = at, 0.0
        total += value
    return [*runs, (first, len(scale) - 1)] if scale else []


def _apart_s(before: float | None, after: float | None) -> float:
    return 0.0 if before is None or after is None else abs(after - before)


def lasts(first: Reading, last: Reading, hold_s: float = HOLD_S) -> bool:
    """Whether a hold from one picture to another, in either order, is long enough; stills have no time."""
    if first.at_s is None or last.at_s is None:
        return True
    return abs(last.at_s - first.at_s) >= hold_s


def _hold(pictures: Sequence[Reading], first: int, last: int) -> Hold:
    scales = np.array([each.scale_px for each in pictures[first : last + 1]], dtype=float)
    sigmas = [each.scale_sigma_px or 0.0 for each in pictures[first : last + 1]]
    return Hold(first, last, float(np.median(scales)), float(np.median(sigmas)))
