"""The pictures of a recording that tell, kept until its end, and then measured against the sharpest of tele.

What is sharpest is known only at the end, and a recording may as well begin at wide. So of every rest of the
zoom a few pictures are kept, more where a ring turns, none while the zoom runs: its own blur is in those.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...frame import Frame
from ..reading import Against, Flag, MeasuredCurve, Object, Reading, curve_fields
from .beside import Beside, beside
from .follow import Followed, follow
from .look import APART_S, made_small, moved_share, never_rests
from .measurement import ObjectMeasurement, measure_object
from .placement import Placement, placed
from .quality import REFUSED, quality
from .reference import Reference, reference_from
from .region import Region
from .similarity import Similarity

STILL = 0.0012
"""Growth from one picture to the next up to which the zoom rests: less than a tenth of a pixel of blur 100 px
from the axis, with the shutter open all the time."""
STILL_OF = 3
"""Pictures whose mean growth that is: a shake is no zoom."""
SAME_SHARPNESS, SAME_SCALE = 0.04, 0.005
"""What a picture of a rest differs by from its first, as a share; more, and a ring or the zoom moved."""
EVERY_S, EVERY_TURNING_S = 0.1, 0.06
"""From one kept picture to the next, in a rest and while a ring turns."""
FIRST, MIDDLE, LAST = 8, 16, 8
"""Pictures of a rest that are kept: of its beginning, of its middle as evenly as may be, and of its end. With
a soft camera a ring that turns about focus changes less than a rest may, and turns in the middle of one."""
MOST = 160
"""Pictures kept in all; at 1080p 330 MB."""
AT_TELE = 0.98
"""Of the largest scale, from which a picture can be the reference."""
NEAR_BEST = 0.97
"""Of the highest sharpness: pictures of tele that are as good as the best one."""
BREATHING, HOLD_S = 0.16, 0.5
"""Change of scale, by its logarithm, that is still one zoom position: rings breathe. And so long a hold is
looked at next to the zoom."""
AFTER_REST = 3
"""Pictures of a hold, from the zoom on, after which it is sure to rest."""
SURE_SCALE = 0.004
"""How well a ratio of scales is known from a picture that was laid on the reference."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A picture of the album: where the scene's first picture lies in it, and how sharp it is."""

    frame: Frame
    place: Similarity
    sharpness: float
    scene: int


class Album:
    """Takes the pictures of a recording in their order; `readings` measures those that were kept.

    `region`: the part of the first picture to keep to.
    """

    def __init__(self, region: Region | None = None) -> None:
        self._region = region
        self._kept: list[Page] = []
        self._rest: list[Page] = []
        self._known: Followed | None = None
        self._rates: list[float] = []
        self._scene = 0
        self._before: tuple[float, NDArray[np.uint8]] | None = None
        self._moved: list[float] = []

    def take(self, frame: Frame) -> None:
        """The next picture, or field of one."""
        self._known = follow(self._known, frame)
        known = self._known
        self._watch(frame, known)
        if known.state == "cut":
            self._scene += 1
        if known.state == "lost":
            return
        self._rates = [*self._rates, known.rate][-STILL_OF:]
        if abs(sum(self._rates)) > STILL * len(self._rates):
            self._turn_page()
            return
        own = replace(frame, luma=frame.luma.copy(), chroma=None)  # the decoder's buffer is let go
        self._keep(Page(own, known.place, known.sharpness, self._scene))

    def scales(self) -> list[Reading]:
        """Time and scale of the pictures kept so far, without a curve: where the zoom rested."""
        return [
            Reading(each.frame.index, each.frame.at_s, frozenset(), scale_px=1000.0 * each.place.ratio)
            for each in self._pages()
        ]

    def readings(self) -> list[Reading]:
        """All kept pictures against the sharpest of tele, in their order; empty where there is none.

        Those of an object that none should measure by have no curve, and a flag that says why.
        """
        pages = self._pages()
        best = _best_at_tele(pages)
        if best is None:
            return []
        moving = {Flag.MOVING} if never_rests(self._moved) else set()
        faults = frozenset(moving | (quality(best.frame, _part(self._region, best)).flags & REFUSED))
        if faults:
            return [_refused(each, faults) for each in pages]
        reference = reference_from(best.frame)
        return _held([_measured(reference, best, each, self._region) for each in pages if each is not best])

    def beside(self, readings: Sequence[Reading]) -> Beside | None:
        """The reference beside the widest picture of those that were read, as the zoom had left it."""
        pages = self._pages()
        best, shown = _best_at_tele(pages), _widest(readings)
        if best is None or shown is None:
            return None
        page = next(each for each in pages if _is_of(shown, each.frame))
        reference = reference_from(best.frame)
        return beside(reference, page.frame, _found(reference, best, page, self._region)[1])

    def _watch(self, frame: Frame, known: Followed) -> None:
        """Note how much of the picture moved by itself since the one a moment ago."""
        if known.last is None or frame.at_s is None:
            return
        if self._before is not None and frame.at_s - self._before[0] < APART_S - 1e-3:
            return
        small = made_small(known.last)
        share = None if self._before is None else moved_share(self._before[1], small)
        self._before = frame.at_s, small
        if share is not None:
            self._moved.append(share)

    def _pages(self) -> list[Page]:
        pages = [*self._kept, *self._rest]
        # the scene that is seen longest is what the recording is of
        scenes = [each.scene for each in pages]
        longest = max(scenes, key=scenes.count, default=0)
        return [each for each in pages if each.scene == longest]

    def _keep(self, page: Page) -> None:
        if not self._rest:
            self._rest = [page]
            return
        first, last = self._rest[0], self._rest[-1]
        if not _same(first, page):
            if _apart_s(last, page) >= EVERY_TURNING_S:
                self._turn_page()
                self._rest = [page]
            return
        if _apart_s(last, page) < EVERY_S:
            return
        self._rest.append(page)
        if len(self._rest) > FIRST + MIDDLE + LAST:
            del self._rest[_closest(self._rest, FIRST, FIRST + MIDDLE)]

    def _turn_page(self) -> None:
        """What was a rest is over."""
        self._kept += self._rest
        self._rest = []
        while len(self._kept) > MOST:
            del self._kept[_least_telling(self._kept)]


def _same(one: Page, other: Page) -> bool:
    zoomed = abs(math.log(other.place.ratio / one.place.ratio))
    sharper = abs(other.sharpness - one.sharpness) / max(one.sharpness, 1e-9)
    return one.scene == other.scene and zoomed < SAME_SCALE and sharper < SAME_SHARPNESS


def _apart_s(one: Page, other: Page) -> float:
    if one.frame.at_s is None or other.frame.at_s is None:
        return math.inf
    return other.frame.at_s - one.frame.at_s


def _closest(pages: Sequence[Page], first: int, last: int) -> int:
    """Of the pictures from the first to the last of these the one with the least time about it."""
    return min(range(first, last + 1), key=lambda at: _apart_s(pages[at - 1], pages[at + 1]))


def _least_telling(pages: Sequence[Page]) -> int:
    """The picture that is most like its neighbours."""

    def tells(at: int) -> float:
        before, page, after = pages[at - 1 : at + 2]
        zoomed = abs(math.log(after.place.ratio / before.place.ratio))
        sharper = abs(page.sharpness - before.sharpness) + abs(after.sharpness - page.sharpness)
        return zoomed / SAME_SCALE + sharper / max(page.sharpness, 1e-9) / SAME_SHARPNESS

    return min(range(1, len(pages) - 1), key=tells)


def _best_at_tele(pages: Sequence[Page]) -> Page | None:
    """Of the pictures of tele as sharp as the sharpest the one in the middle; None of no pictures.

    The sharpest by itself is the one with the luckiest noise.
    """
    if not pages:
        return None
    longest = max(each.place.ratio for each in pages)
    tele = [each for each in pages if each.place.ratio > AT_TELE * longest]
    best = max(each.sharpness for each in tele)
    good = [each for each in tele if each.sharpness >= NEAR_BEST * best]
    return good[len(good) // 2]


def _widest(readings: Sequence[Reading]) -> Reading | None:
    """Of the pictures at the widest zoom with a curve one that is near the reference in time."""
    read = [each for each in readings if each.frequency_cy_px and each.against and each.scale_px]
    if not read:
        return None
    last = min(read, key=lambda each: each.scale_px or 0.0)
    near = [each for each in read if _one_zoom(last, each)]
    return sorted(near, key=_from_reference)[min(AFTER_REST, len(near) - 1)]


def _from_reference(reading: Reading) -> float:
    """Pictures from that of the reference to this one."""
    return abs(reading.index - reading.against.index) if reading.against else math.inf


def _is_of(reading: Reading, frame: Frame) -> bool:
    return (reading.index, reading.field) == (frame.index, frame.field)


def _part(region: Region | None, page: Page) -> Region | None:
    """The chosen part where it lies in a picture, as far as that shows it."""
    return region and region.seen_through(page.place, page.frame.size_px)


def _refused(page: Page, faults: frozenset[Flag]) -> Reading:
    """A picture of an object that is none to measure by: where it lies, and why there is no curve."""
    frame = page.frame
    where = placed(page.place, *frame.size_px)
    shown = Object(where.x_px, where.y_px, 0.0, 0.0)
    return Reading(frame.index, frame.at_s, faults, field=frame.field, object=shown)


def _held(readings: Sequence[Reading]) -> list[Reading]:
    """Without the curves of a zoom position whose hold, next to the zoom, was not read.

    There a ring was turned later, or before: what could be read of that is not where the zoom had left it.
    """
    groups: list[list[Reading]] = []
    for each in readings:
        if groups and _one_zoom(groups[-1][-1], each):
            groups[-1].append(each)
        else:
            groups.append([each])
    kept = []
    for at, group in enumerate(groups):
        entered = at == 0 or _is_read(group)
        left = at == len(groups) - 1 or _is_read(group[::-1])
        kept += group if entered and left else [_curveless(each) for each in group]
    return kept


def _one_zoom(one: Reading, other: Reading) -> bool:
    return abs(math.log((one.scale_px or 1.0) / (other.scale_px or 1.0))) < BREATHING


def _is_read(group: Sequence[Reading]) -> bool:
    """Whether most of the pictures at this end of a zoom position were read."""
    first = group[0].at_s
    at_end = [each for each in group if first is None or abs((each.at_s or 0.0) - first) <= HOLD_S]
    return 2 * sum(bool(each.frequency_cy_px) for each in at_end) > len(at_end)


def _curveless(reading: Reading) -> Reading:
    return replace(reading, **curve_fields(MeasuredCurve()))


def _measured(reference: Reference, best: Page, page: Page, region: Region | None) -> Reading:
    """One picture against the reference."""
    frame = page.frame
    guess, found = _found(reference, best, page, region)
    ratio = (found.placement or guess).ratio
    return Reading(
        index=frame.index,
        at_s=frame.at_s,
        flags=found.flags,
        scale_px=ratio * reference.width_px / 2,
        scale_sigma_px=SURE_SCALE * ratio * reference.width_px / 2,
        field=frame.field,
        object=found.object or Object(guess.x_px, guess.y_px, 0.0, 0.0),
        against=Against(min(ratio, 1.0), reference.index, reference.at_s),
        **curve_fields(found),
    )


def _found(
    reference: Reference, best: Page, page: Page, region: Region | None
) -> tuple[Placement, ObjectMeasurement]:
    """Where the follower puts the reference in a picture, and what is measured there."""
    frame = page.frame
    there = page.place.after(best.place.inverse)
    guess = placed(there, *frame.size_px)
    return guess, measure_object(reference, frame, guess, region=_part(region, page))
