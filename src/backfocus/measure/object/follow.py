"""A scene followed from picture to picture: how much larger it has become, and where it lies now.

Every picture is held against a kept one, not only against the one before, so nothing drifts: a hundred
pictures of a hold stand against one and the same, and a zoom of ten times goes over about ten kept pictures.
What is lost is found again by the kept ones, at whatever scale of theirs.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Frame
from ..picture.contrast import noise_variance
from ..picture.eight_bits import eight_bits
from .match import WIDTH_PX, Match, agreement, by_corners, by_features, by_pixels, corners_of
from .similarity import Complex, Similarity

Luma8 = NDArray[np.uint8]

State = Literal["held", "lost", "cut"]

KEEP_EVERY = 1.2
"""Growth from one kept picture to the next."""
KEEP_OVERLAP = 0.6
"""Less of the picture in common with the kept one, and this one is kept too."""
KEEP_CORNERS = 25
"""Corners that must tell where a picture lies before it is kept."""
KEEP_SIGMA = 0.003
FEW_CORNERS = 14
"""So many do where the kept one is half as far again off as it may be, before none is left to hold on to."""
KEEP_SHARE, KEEP_LATER = 0.5, 1.4
"""Of `KEEP_EVERY`, by its logarithm: a picture that is soft, or covered in part, is kept later."""
SAME_ZOOM = 0.1
SHARPER = 1.5
"""A picture so much sharper takes the kept one's place: soft ones are bad to compare with."""
MOST_KEPT = 40
STEPS_BACK = 3
"""Pictures over which the rate of a zoom is carried on while nothing is seen."""
LEAP, FOUND_NEAR, FOUND_OVER = 0.2, 0.3, 0.6
"""Share of the smaller of two pictures that must look the same where the scene is found again, and where its
scale has leapt by more than that (by its logarithm): a patterned shirt may fill nearly half of both."""
SEARCH_EVERY = 8
"""Pictures without the scene from one search for it to the next: it is slow."""
ANOTHER_SCENE = 0.3
"""Correlation with the picture before, below which everything changed at once."""
NEW_AFTER, NEW_AFTER_COVERED = 3, 75
"""Pictures of one sort that make a new scene: after a sudden change, and after one that came by and by."""
LOST_FOR = 250
"""Pictures after which what is seen is the scene, whatever it was before."""
RESTS = 0.03
"""Of the width: a new scene moves no further from picture to picture, and a person who walks by does."""
BLANK_CODES = 2.0
"""Spread of a picture that shows nothing."""
ZOOMING = 0.003
"""Growth from one picture to the next that is a zoom and no shake."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A picture kept to compare with: small, its corners, and where the first picture lies in it."""

    small: Luma8
    corners: Complex
    place: Similarity
    sigma: float
    detail: float
    lift_px: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """What is known of a scene after a picture; the caller hands it on.

    Attributes
    ----------
    place
        Where the first picture of the scene lies in this one, in pixels of the whole picture from its middle;
        while `state` is "lost", where it was last.
    sigma
        Of `place.ratio`, as a share of it.
    state
        "held", "lost", or "cut": another scene, of which this is the first picture.
    rate
        Growth of the scale from the picture before, as its natural logarithm; 0 where nothing zooms.
    sharpness
        Broadband sharpness of the middle of the picture; compares pictures of one scene at one zoom.
    misses
        Pictures since the scene was last seen.
    """

    place: Similarity
    sigma: float
    state: State
    rate: float = 0.0
    sharpness: float = 0.0
    misses: int = 0
    corners: int = 0
    kept: tuple[Kept, ...] = ()
    last: Luma8 | None = None
    stranger: Kept | None = None
    repeats: int = 0
    sudden: bool = False

    @property
    def ratio(self) -> float:
        """Scale of this picture over that of the first."""
        return self.place.ratio

    @property
    def zooms(self) -> bool:
        """Whether the zoom is moving."""
        return abs(self.rate) > ZOOMING

    def place_of(self, earlier: Similarity) -> Similarity:
        """Where an earlier picture, whose `place` was that, lies in this one."""
        return self.place.after(earlier.inverse)


def follow(known: Followed | None, frame: Frame) -> Followed:
    """What one picture (or one field of it) tells of the scene, and what to know for the next.

    Parameters
    ----------
    known : Followed | None
        From the picture before; None at first.
    frame : Frame
        All of one size; fields of interlaced pictures one by one.

    Notes
    -----
    Costs about 6 ms at 1920 columns, 60 ms where the scene is searched for again. The scale is that of a
    similarity: distortion that changes with the zoom is in it, by about half of what it is at the corners.
    """
    luma = eight_bits(frame)
    now = _now(luma, frame.line_step, frame.first_line)
    sharpness = middle_sharpness(luma)
    if known is None or not known.kept:
        return replace(_begun(now, "held"), sharpness=sharpness)
    return replace(_followed(known, now), sharpness=sharpness, last=now.small)


def looked_for(luma: Luma8, place: Similarity, *, line_step: int = 1, first_line: int = 0) -> Followed:
    """A scene of before, to be found by one picture of it; `place`: where its first picture lies in that."""
    then = _now(luma, line_step, first_line)
    return Followed(place, 0.0, "lost", misses=SEARCH_EVERY, kept=(_keep(then, place, 0.0),))


@dataclass(frozen=True, slots=True, eq=False)
class _Now:
    """The picture made small; `px` of the whole picture to one of it, its middle `lift_px` lower."""

    small: Luma8
    px: float
    lift_px: float


def _now(luma: Luma8, line_step: int, first_line: int) -> _Now:
    rows, columns = luma.shape
    size = (WIDTH_PX, max(1, round(rows * line_step * WIDTH_PX / columns)))
    how = cv2.INTER_AREA if columns >= WIDTH_PX else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(luma, size, interpolation=how), np.uint8)
    return _Now(small, columns / WIDTH_PX, first_line - (line_step - 1) / 2)


def middle_sharpness(luma: Luma8) -> float:
    """Slopes in the middle half of the picture, root mean square over its light; more is sharper."""
    rows, columns = luma.shape
    middle = luma[rows // 4 : max(rows * 3 // 4, 1), columns // 4 : max(columns * 3 // 4, 1)]
    light = float(middle.mean())
    if light < 1.0 or min(middle.shape) < 8:
        return 0.0
    slopes = sum(cv2.norm(cv2.Sobel(middle, cv2.CV_16S, *way), cv2.NORM_L2SQR) for way in ((1, 0), (0, 1)))
    noise = 24.0 * noise_variance(middle)
    return math.sqrt(max(slopes / middle.size - noise, 0.0)) / light


def _detail(small: Luma8) -> float:
    """Slopes of a small picture over its spread: what it has to hold on to."""
    slopes = cv2.norm(cv2.Laplacian(small, cv2.CV_16S, ksize=3), cv2.NORM_L2) / math.sqrt(small.size)
    return float(slopes)


def _keep(now: _Now, place: Similarity, sigma: float) -> Kept:
    return Kept(now.small, corners_of(now.small), place, sigma, _detail(now.small), now.lift_px)


def _begun(now: _Now, state: State) -> Followed:
    """The first picture of a scene; a blank one shows none."""
    if _blank(now.small):
        return Followed(Similarity(), math.inf, "lost")
    first = _keep(now, Similarity(), 0.0)
    return Followed(Similarity(), 0.0, state, kept=(first,), last=now.small, corners=len(first.corners))


def _blank(small: Luma8) -> bool:
    return float(small[::4, ::4].std()) < BLANK_CODES


def _followed(known: Followed, now: _Now) -> Followed:
    guess = _carried_on(known)
    held = None if _blank(now.small) else _held(known, now, guess)
    if held is not None:
        return held
    return _without(known, now)


def _carried_on(known: Followed) -> Similarity:
    """Where the first picture lies if the zoom goes on as it did."""
    if known.misses > STEPS_BACK or not known.zooms:
        return known.place
    return Similarity(complex(math.exp(known.rate))).after(known.place)


def _held(known: Followed, now: _Now, guess: Similarity) -> Followed | None:
    """The picture held against the kept ones that are nearest."""
    near = _nearest(known.kept, guess, now)
    found = _matched(near, now, guess)
    if found is None and guess != known.place:
        found = _matched(near, now, known.place)
    if found is None and (known.misses == 0 or known.misses % SEARCH_EVERY == 0):
        return _searched(known, now)
    return None if found is None else _seen(known, now, near, found)


def _nearest(kept: tuple[Kept, ...], guess: Similarity, now: _Now) -> Kept:
    """The oldest kept picture of about this scale and view, or else the nearest."""
    far = [_distance(each, guess, now) for each in kept]
    within = [each for each, away in zip(kept, far, strict=True) if away <= math.log(KEEP_EVERY)]
    return within[0] if within else kept[int(np.argmin(far))]


def _distance(kept: Kept, guess: Similarity, now: _Now) -> float:
    """How far a kept picture is in scale, with what it lacks of the view."""
    there = guess.after(kept.place.inverse)
    lacking = max(KEEP_OVERLAP - _overlap(there, now), 0.0)
    return abs(math.log(there.ratio)) + lacking


def _overlap(there: Similarity, now: _Now) -> float:
    """Share of the smaller of two pictures that both show, by their boxes; 0 to 1."""
    rows, columns = now.small.shape
    share = 1.0
    for side, off in ((columns * now.px, there.move.real), (rows * now.px, there.move.imag)):
        other = side * there.ratio
        common = min(side / 2, off + other / 2) - max(-side / 2, off - other / 2)
        share *= max(common, 0.0) / min(side, other)
    return share


def _matched(kept: Kept, now: _Now, guess: Similarity) -> Match | None:
    """By corners, or else by all pixels; in pixels of the whole picture, from the scene's first picture."""
    there = _to_small(guess.after(kept.place.inverse), kept, now)
    found = by_corners(kept.small, kept.corners, now.small, there) or by_pixels(kept.small, now.small, there)
    return found and _whole(found, kept, now)


def _to_small(there: Similarity, kept: Kept, now: _Now) -> Similarity:
    lift = 1j * (there.grow * kept.lift_px - now.lift_px)
    return Similarity(there.grow, (there.move + lift) / now.px)


def _whole(found: Match, kept: Kept, now: _Now) -> Match:
    small = found.place
    lift = 1j * (small.grow * kept.lift_px - now.lift_px)
    place = Similarity(small.grow, small.move * now.px - lift).after(kept.place)
    return replace(found, place=place, sigma=math.hypot(found.sigma, kept.sigma))


def _searched(known: Followed, now: _Now) -> Followed | None:
    """The scene searched for again, in the order of how near in scale the kept pictures are."""
    by_distance = sorted(known.kept, key=lambda each: _distance(each, known.place, now))
    turn = known.misses // SEARCH_EVERY
    tried = by_distance[:2] if turn == 0 else [by_distance[turn % len(by_distance)]]
    for each in tried:
        rough = by_features(each.small, now.small)
        if rough is None:
            continue
        fine = by_corners(each.small, each.corners, now.small, rough.place) or rough
        found = _whole(fine, each, now)
        leaps = abs(math.log(found.place.ratio / known.place.ratio)) > LEAP
        common = _overlap(found.place.after(each.place.inverse), now)
        same = common * agreement(each.small, now.small, fine.place)
        if same < (FOUND_OVER if leaps else FOUND_NEAR):
            continue  # found on somebody's shirt, and nowhere else
        return replace(_seen(known, now, each, found), rate=0.0)
    return None


def _seen(known: Followed, now: _Now, near: Kept, found: Match) -> Followed:
    rate = math.log(found.place.ratio / known.place.ratio) / (known.misses + 1)
    kept = _kept_on(known.kept, now, near, found)
    return Followed(found.place, found.sigma, "held", rate, corners=found.corners, kept=kept)


def _kept_on(kept: tuple[Kept, ...], now: _Now, near: Kept, found: Match) -> tuple[Kept, ...]:
    """With this picture where none like it is kept yet, or in place of a much softer one."""
    far = _distance(near, found.place, now) / math.log(KEEP_EVERY)
    sure = found.corners >= KEEP_CORNERS or (found.sigma < KEEP_SIGMA and not found.corners)
    sure = sure or (found.corners >= FEW_CORNERS and found.sigma < KEEP_SIGMA and far > 1.5 * KEEP_LATER)
    if sure and far > (1.0 if found.corners and found.share > KEEP_SHARE else KEEP_LATER):
        return (*kept, _keep(now, found.place, found.sigma))[-MOST_KEPT:]
    if found.corners < KEEP_CORNERS:
        return kept
    same_zoom = abs(math.log(found.place.ratio / near.place.ratio)) < SAME_ZOOM
    if same_zoom and _detail(now.small) > SHARPER * near.detail:
        better = _keep(now, found.place, found.sigma)
    elif found.elsewhere is not None and found.elsewhere.any():
        better = replace(near, corners=near.corners[~found.elsewhere])
    else:
        return kept
    return tuple(better if each is near else each for each in kept)


def _without(known: Followed, now: _Now) -> Followed:
    """The scene is not in this picture: lost, or, where another one has come to stay, cut."""
    misses = known.misses + 1
    lost = replace(
        known, state="lost", misses=misses, corners=0, rate=known.rate if misses <= STEPS_BACK else 0.0
    )
    if _blank(now.small):
        return replace(lost, stranger=None, repeats=0, sudden=False)
    sudden = known.sudden if known.misses else _correlation(known.last, now.small) < ANOTHER_SCENE
    repeats = known.repeats + 1 if known.stranger is not None and _rests(known.stranger, now) else 1
    if repeats >= (NEW_AFTER if sudden else NEW_AFTER_COVERED) or misses >= LOST_FOR:
        return _begun(now, "cut")
    return replace(lost, stranger=_keep(now, Similarity(), 0.0), repeats=repeats, sudden=sudden)


def _rests(stranger: Kept, now: _Now) -> bool:
    """Whether something that came into view stays where it is, as a scene does and nobody who walks by."""
    found = _matched(stranger, now, stranger.place)
    if found is None:
        return False
    return abs(found.place.move) < RESTS * now.px * WIDTH_PX and abs(found.place.ratio - 1.0) < RESTS


def _correlation(before: Luma8 | None, small: Luma8) -> float:
    """Of two pictures as thumbnails, -1 to 1."""
    if before is None or before.shape != small.shape:
        return 0.0
    one, other = (
        np.asarray(cv2.resize(each, (32, 18), interpolation=cv2.INTER_AREA), np.float64)
        for each in (before, small)
    )
    one, other = one - one.mean(), other - other.mean()
    size = math.sqrt(float((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / size if size else 0.0
