"""An extender that swings in or out of a recording: found from the star's scale alone.

A zoom passes through all scales between two rests; a lens that swings in passes through none, or through a
few while it crosses the beam. So a scale that rests, jumps by an extender's factor within a few pictures and
rests again was no zoom, and pictures before and after it belong to two lenses.
"""

import math
from collections.abc import Sequence
from statistics import median

from ..measure.reading import Flag, Reading

LEAST, MOST = 1.35, 2.15
"""Extenders are made for 1.4 to 2 times; the scale is known to a few per cent."""

SWING_S = 0.6
"""From rest to rest, pictures without a star in between included."""

BETWEEN = 2
"""Pictures that may show something in between; a zoom of that factor shows more."""

RIM_SHARE = 0.1

CHANGED = 0.05
"""Share by which the contrast of the whole picture changes at least when all in it grows by 1.35 or more; at
rest it wanders by 0.2 % (virtual camera, grain of 0.6 %)."""

RESTING = 5
SAME_SCALE = 0.03
"""Pictures before and after, within this part of one scale."""


def swung(pictures: Sequence[Reading]) -> tuple[tuple[int, bool], ...]:
    """Each swing as the first picture after it, and whether the extender went in.

    `pictures` as `usable` has them.
    """
    found: list[tuple[int, bool]] = []
    at = RESTING
    while at <= len(pictures) - RESTING:
        before = pictures[at - RESTING : at]
        after = next(
            (end for end in _ends(pictures, at) if _is_swing(before, pictures[end : end + RESTING])), None
        )
        if after is None:
            at += 1
            continue
        found.append((after, _scale(pictures[after]) > _scale(pictures[at - 1])))
        at = after + RESTING
    return tuple(found)


def without_extender(pictures: Sequence[Reading]) -> tuple[Sequence[Reading], ...]:
    """The stretches between swings in which the extender was out, in time; all of it where it never swung."""
    swings = swung(pictures)
    if not swings:
        return (pictures,)
    edges = [0, *(at for at, _ in swings), len(pictures)]
    out = [swings[0][1], *(not into for _, into in swings)]
    return tuple(
        pictures[first:last] for first, last, is_out in zip(edges, edges[1:], out, strict=False) if is_out
    )


def _ends(pictures: Sequence[Reading], at: int) -> range:
    """Where a swing may be over that began after picture `at` - 1."""
    began_s = pictures[at - 1].at_s
    last = min(at + BETWEEN, len(pictures) - RESTING)
    for end in range(at, last + 1):
        ended_s = pictures[end].at_s
        if began_s is not None and ended_s is not None and ended_s - began_s > SWING_S:
            return range(at, end)
    return range(at, last + 1)


def _is_swing(before: Sequence[Reading], after: Sequence[Reading]) -> bool:
    factor = median(map(_scale, after)) / median(map(_scale, before))
    if not LEAST <= max(factor, 1.0 / factor) <= MOST:
        return False
    return _is_sure(before) and _rests(before) and _rests(after) and _rims_agree(before, after, factor)


def _scale(picture: Reading) -> float:
    return picture.scale_px or 1.0


def _is_sure(pictures: Sequence[Reading]) -> bool:
    """A scale held while nothing told it jumps by itself where something tells it again."""
    return sum(Flag.SCALE_UNSURE in each.flags for each in pictures) < len(pictures) / 2


def _rests(pictures: Sequence[Reading]) -> bool:
    scales = [_scale(each) for each in pictures]
    return math.log(max(scales) / min(scales)) < SAME_SCALE


def _rims_agree(before: Sequence[Reading], after: Sequence[Reading], factor: float) -> bool:
    """Twists stand sqrt(2) apart: taken for their neighbours they feign a jump, which the rim denies.

    Where the rim is out of the picture, a picture that stays as it was denies it.
    """
    rims = [
        [each.star.radius_px for each in side if each.star and each.star.radius_px]
        for side in (before, after)
    ]
    if not (rims[0] and rims[1]):
        return _picture_changed(before[-1].contrast, after[0].contrast)
    return abs(math.log(median(rims[1]) / median(rims[0]) / factor)) < RIM_SHARE


def _picture_changed(before: float, after: float) -> bool:
    """Whether the contrast is another; told of readings that have one."""
    return min(before, after) <= 0.0 or abs(math.log(after / before)) > CHANGED
