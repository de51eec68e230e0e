"""What `watch` keeps of the pictures of one step, and what they say together: still, steady, gone.

Times are those of the pictures: nothing waits, and a recording played at any speed gives the same answers.
What counts is time, never a number of pictures: ten a second tell the same as sixty, or as fields.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

import numpy as np

from ...measure.reading import Reading, RingPosition
from ...solve.light import LEAST_STOPS
from .tenths import TENTH_S, tenths

STILL_S = 1.0
"""A picture that stays the same this long is at rest."""
STILL_SCALE = 0.02
"""Scale is known to about 1 %: a spread above this is a zoom that moves."""
MOVED = 1.3
"""Breathing drifts the scale by up to 15 %; this much is a zoom."""
STILL_CONTRAST = 0.15
"""Without a star: noise changes the contrast by a few per cent, a zoom or a ring by more."""
STEADY_SHARE, GONE_SHARE = 0.8, 0.15
"""A star is steady when nearly all pictures read it, and gone when hardly one does."""
FLICKER_S = 4.0
SHAKEN_PX, SHAKEN_TIMES = 1.5, 5.0
"""A hand on a screw moves the picture by more than this, and by so many times what wind and noise do."""
FEWEST = 5
"""Pictures that a second must hold at least."""
KEPT_S = 60.0
"""So long pictures of one step are kept: longer than anything is waited for."""
NOW_S, FEWEST_NOW = 0.12, 3
"""What is so now is so for this long, and in so many pictures: one alone may be luck."""
HALF_S = 0.5


@dataclass(frozen=True, slots=True)
class TimedReading:
    """One picture: when, what was read, whether that can be used here, and |r| where the step needs it."""

    at_s: float
    reading: Reading
    measured: bool
    um: float | None = None
    sigma_um: float = 0.0

    @property
    def scale_px(self) -> float | None:
        """Its scale, None without a star."""
        return self.reading.scale_px if self.reading.target is not None else None

    @property
    def position(self) -> RingPosition | None:
        """Where the rings stood, where something knows it."""
        return self.reading.position


TimedReadings = Sequence[TimedReading]


@dataclass(frozen=True, slots=True)
class StepHistory:
    """The pictures of the step in hand, and what was already said about them.

    Attributes
    ----------
    turn
        Of the session these belong to.
    told, told_s
        The last event of this step and when; a question (`NothingChanges`) tells nothing new and is none.
    anchor, anchor_s
        Between which values what this step is to change has stayed since it last changed, and since when.
    asked_s
        When it was last asked why nothing changes.
    sweep_s
        Since when the pictures belong to one passage through focus; news on the way does not end it.
    backs
        How often in this step the ring was told to go back the other way.
    """

    turn: int = -1
    pictures: tuple[TimedReading, ...] = ()
    told: type | None = None
    told_s: float = 0.0
    anchor: tuple[float, float] | None = None
    anchor_s: float = 0.0
    asked_s: float = 0.0
    sweep_s: float = 0.0
    backs: int = 0

    @property
    def at_s(self) -> float:
        """When the last picture was taken."""
        return self.pictures[-1].at_s

    @property
    def stretch(self) -> tuple[TimedReading, ...]:
        """The pictures since the last event of this step."""
        return self.pictures if self.told is None else since(self.pictures, self.told_s)

    @property
    def sweep(self) -> tuple[TimedReading, ...]:
        """The pictures of one passage through focus."""
        return since(self.pictures, self.sweep_s)


def since(pictures: tuple[TimedReading, ...], at_s: float) -> tuple[TimedReading, ...]:
    """The pictures from `at_s` on."""
    return pictures[bisect_left(pictures, at_s, key=_at_s) :]


def _at_s(picture: TimedReading) -> float:
    return picture.at_s


def last(pictures: TimedReadings, seconds: float) -> TimedReadings:
    """The pictures of the last `seconds`, oldest first."""
    if not pictures:
        return ()
    return pictures[bisect_left(pictures, pictures[-1].at_s - seconds - 1e-6, key=_at_s) :]


def first(pictures: TimedReadings, seconds: float) -> TimedReadings:
    """The pictures of the first `seconds`, oldest first."""
    if not pictures:
        return ()
    return pictures[: bisect_left(pictures, pictures[0].at_s + seconds - 1e-6, key=_at_s)]


def at_most(pictures: TimedReadings, per_s: float) -> list[TimedReading]:
    """Pictures thinned to so many a second, for what was made for such a rate; of two fields the first."""
    kept: list[TimedReading] = []
    for each in pictures:
        if not kept or each.at_s - kept[-1].at_s >= 1.0 / per_s - 1e-3:
            kept.append(each)
    return kept


def now(pictures: TimedReadings, seconds: float = NOW_S) -> TimedReadings:
    """The last pictures that say how it is: those of `seconds`, and three where these are fewer."""
    recent = last(pictures, seconds)
    return recent if len(recent) >= FEWEST_NOW else pictures[-FEWEST_NOW:]


def lasted(pictures: TimedReadings, seconds: float) -> bool:
    """Whether this step has been watched for `seconds`."""
    return bool(pictures) and pictures[-1].at_s - pictures[0].at_s >= seconds - 1e-6


def star_steady(pictures: TimedReadings, seconds: float = STILL_S) -> bool:
    """Whether a star was read in nearly every picture of the last `seconds`, and the zoom stood still."""
    recent = last(pictures, seconds)
    seen = [each for each in recent if each.measured]
    if not lasted(pictures, seconds) or len(seen) < max(FEWEST, round(STEADY_SHARE * len(recent))):
        return False
    scales = [each.scale_px for each in seen if each.scale_px is not None]
    if len(scales) < FEWEST:
        return contrast_steady(recent) and light_steady(recent)
    half = len(scales) // 2
    drift = abs(median(scales[half:]) / median(scales[:half]) - 1.0)
    return drift < 0.5 * STILL_SCALE and median(abs(s / median(scales) - 1.0) for s in scales) < STILL_SCALE


def star_gone(pictures: TimedReadings, seconds: float) -> bool:
    """Whether hardly any star was read for `seconds`, and none in the last pictures."""
    return lasted(pictures, seconds) and _share(pictures, seconds) < GONE_SHARE and not _is_back(pictures)


def star_flickers(pictures: TimedReadings) -> bool:
    """Whether a star is read now and then, too seldom for a steady look."""
    return (
        lasted(pictures, FLICKER_S) and _share(pictures, FLICKER_S) < STEADY_SHARE and not _is_back(pictures)
    )


def _is_back(pictures: TimedReadings) -> bool:
    return all(each.measured for each in now(pictures))


def _share(pictures: TimedReadings, seconds: float) -> float:
    recent = last(pictures, seconds)
    return sum(each.measured for each in recent) / len(recent)


def contrast_steady(pictures: TimedReadings) -> bool:
    """Whether the contrast of the picture stayed the same: nothing zooms, nothing is turned."""
    values = [each.reading.contrast for each in pictures]
    if len(values) < FEWEST:
        return False
    half = len(values) // 2
    early, late = mean(values[:half]), mean(values[half:])
    return abs(late - early) <= STILL_CONTRAST * max(early, late, 1e-6)


def light_steady(pictures: TimedReadings) -> bool:
    """Whether the white of the chart stayed the same: a zoom goes along a ramp of the f-number, too."""
    lights = sorted(each.reading.white_light for each in pictures if each.reading.white_light)
    if len(lights) < FEWEST:
        return True
    spare = len(lights) // 10  # a flash is no zoom
    return math.log2(lights[-1 - spare] / lights[spare]) < LEAST_STOPS / 2.0


def scale_px(pictures: TimedReadings) -> float | None:
    """The median scale, None where no picture has one."""
    scales = [each.scale_px for each in pictures if each.scale_px is not None]
    return median(scales) if scales else None


def last_scale_px(pictures: TimedReadings) -> float | None:
    """The scale at which the star was last read: of the half second before, as one alone may be luck."""
    recent: list[TimedReading] = []
    for each in reversed(pictures):
        if len(recent) >= FEWEST_NOW and recent[0].at_s - each.at_s > HALF_S + 1e-6:
            break
        if each.measured and each.scale_px:
            recent.append(each)
    return scale_px(recent)


def jump_px(pictures: TimedReadings) -> float:
    """How far the star's centre moved from one half second to the next; 0 if not seen in both."""
    recent = [each for each in last(pictures, 1.0) if each.reading.target is not None]
    middle_s = pictures[-1].at_s - HALF_S
    groups = (
        [each for each in recent if each.at_s < middle_s],
        [each for each in recent if each.at_s >= middle_s],
    )
    if min(map(len, groups)) < 3 or _zoomed(*groups):
        return 0.0
    (x0, y0), (x1, y1) = map(_centre, groups)
    return float(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)


def _zoomed(before: TimedReadings, after: TimedReadings) -> bool:
    """Whether the scale changed as well: what moves the picture then is the zoom, or an extender."""
    scales = [scale_px(before), scale_px(after)]
    return None not in scales and abs(math.log((scales[1] or 1.0) / (scales[0] or 1.0))) > STILL_SCALE


def shaken_s(pictures: TimedReadings) -> float | None:
    """When the picture last shook while the zoom stood where it stood at first: a hand on the lens, or None.

    A picture that shakes all the time tells of no hand.
    """
    first_px = scale_px(first(pictures, HALF_S))
    if first_px is None:
        return None
    shifts = _shifts([each for each in pictures if _stands_at(each, first_px)])
    if len(shifts) < FEWEST:
        return None
    least_px = max(SHAKEN_PX, SHAKEN_TIMES * median(shift_px for _, shift_px in shifts))
    return max((at_s for at_s, shift_px in shifts if shift_px > least_px), default=None)


def _stands_at(picture: TimedReading, first_px: float) -> bool:
    near = picture.scale_px is not None and abs(picture.scale_px / first_px - 1.0) < STILL_SCALE
    return near and picture.reading.target is not None


def _shifts(pictures: TimedReadings) -> list[tuple[float, float]]:
    """How far the star's centre moved from one tenth of a second to the next, and when; gaps left out."""
    if not pictures:
        return []
    at_s = [each.at_s for each in pictures]
    x_px = tenths(at_s, [each.reading.target.x_px for each in pictures if each.reading.target])
    y_px = x_px.mean_of([each.reading.target.y_px for each in pictures if each.reading.target])
    times = x_px.mean_of(at_s)
    moved_px = np.hypot(np.diff(x_px.values), np.diff(y_px))
    together = np.diff(times) < 2.5 * TENTH_S
    return list(zip(times[1:][together].tolist(), moved_px[together].tolist(), strict=True))


def _centre(pictures: TimedReadings) -> tuple[float, float]:
    stars = [each.reading.target for each in pictures if each.reading.target is not None]
    return median(star.x_px for star in stars), median(star.y_px for star in stars)
