"""The back focus from a clip that goes from tele to wide, or back: what `check` answers.

The two holds give two residuals, the walk between them more, for the tracking error. Each |r| is read with
the f-number of its own zoom. If the focus ring was swept through its sharpest point at wide (or at tele), the
best picture of that sweep is the reference there, and all of them together tell the lens's aberration.

What a movement can and cannot tell. |r| is the same on both sides of focus, so a clip looks the same if
delta and every movement of a ring change their signs together; spherical aberration only adds its own sign,
which is not known either. No clip by itself tells the side. It does once the direction of one movement is
known. A lens set nearer brings the image of the chart forward, towards the lens, and r grows; set towards
infinity, r falls; a back-focus ring that takes the lens away from the sensor makes r grow. So if the person
says which way the ring went first, then |r| falling at first means that r had the other sign than the move,
and |r| rising the same. A nudge will do for this, a sweep through the sharpest point gives a reference too.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..measure.reading import Flag, Reading
from ..optics.lens import Optics
from .backfocus import BackFocus, Side
from .camera import CameraCurve, cost_half_depths
from .defocus import Defocus, defocus, sharpest_first
from .hand_sweep import Passage, dips, sweep_by_hand
from .joint import VARYING_MOVING, VARYING_STILL, JointAnswer, ZoomCurve, solve_zoom
from .mean_curve import mean_reading
from .misfit import rings_of
from .remarks import at_tele, borne
from .side_hint import ColourGap, colour_gap
from .sweep_best import in_focus
from .undisturbed import comparable, undisturbed
from .unread_end import made_up
from .unsteady import Unsteady, unsteadiness
from .verdict import Adjusters, Verdict, judge
from .zoom_pull import Hold, Pull, find_pulls, usable

Vector = NDArray[np.float64]

FirstTurn = Literal["near", "infinity", "away", "towards"]
"""Which way the focus ring went first at wide, or the lens by the back-focus ring: from or to the sensor."""

GROWS = ("near", "away")
"""The turns that make r grow."""

SAME_ZOOM = 0.85
"""Breathing changes the scale by up to 15 % without a zoom."""

WALK_STEPS = 5
UNSCALED_SHARE = 0.2
"""Of the pictures with a curve: more without a scale are why there is no answer."""

CLOSE_BY, FEWEST_CLOSE = 0.08, 3
"""Pictures of the walk within this log scale of a zoom position are at it, and so many make a curve."""
ON_THE_WAY = 0.8
"""Of the rise: a picture below it and above where it began is one on the way up, and none at its end."""
TURNED_BACK, TURNED_BACK_LIKELY = 0.01, 0.5
"""Chance that a ring turned back before its sharpest point, at its stop or in a hand that went no further;
and where the blur came down once and ended as it began. None where it came down twice, there and back."""
RISEN, NEAR_FOCUS = 0.75, 1.5
"""Half depths of focus to the other side that show between two times that it came down; and how near to the
sharpest it comes where the ring is turned fast. Chosen on the recordings 10077, 10088, 10090 and 10092."""
SHOWN_OF_OBJECT = 0.85
"""Of a turn beyond focus what an object's blur shows of it, at least: a camera blurs otherwise than a lens
out of focus does, and their squares do not quite add. 0.85 to 1.0 at about h on the objects 1, 55 and 59."""
FEWEST_NEAR = 5
"""Pictures within two half depths of focus of the sharpest, so that it is within h/3 of true focus."""

SURE_STEP = 0.7
"""Of |r|: a ring that moves the image by more from one picture to the next may have jumped across focus."""

WATCHED = 6
"""Pictures before and after |r| left its first value that must show how."""

LONGEST_GAP_S = 0.25
"""Between two of them."""

RESTING_PX = 0.5
"""From one field to the next; a shake that blurs as much as line pairs do moves the star by more."""

STOP_EARLIER = (
    "At full wide the star was too small or too blurred to be read, and the answer is that of the last size "
    "that was: stop the zoom there and hold, or use a larger star."
)

_STEADY = 5
_BEST = 3
"""Pictures of a sweep, the sharpest, whose mean is the reference there."""


@dataclass(frozen=True, slots=True)
class SolvedCamera:
    """The camera beside an answer.

    Attributes
    ----------
    curve : CameraCurve
        As it came out.
    half_depths : float
        What it costs, in half depths of focus at wide.
    known : bool
        Whether a camera known from before was used.
    left_aside : bool
        Whether there was one, and the pictures do not fit it.
    learned, learned_half_depths : CameraCurve | None, float
        What the sweep in these pictures tells of it, with nothing known before; None without a sweep.
    end : "wide" | "tele" | None
        Where that sweep was.
    """

    curve: CameraCurve
    half_depths: float
    known: bool = False
    left_aside: bool = False
    learned: CameraCurve | None = None
    learned_half_depths: float = 0.0
    end: Literal["wide", "tele"] | None = None


@dataclass(frozen=True, slots=True)
class ClipAnswer:
    """What a clip says about the back focus.

    `referenced`: an in-focus picture was seen at wide. `flags`: what was noticed in the pictures it rests on.
    `colours`: which of red and blue is sharper at wide, where they were read. `camera`: what the camera does,
    None where nothing was solved for.
    """

    back_focus: BackFocus | None
    verdict: Verdict
    half_depth_um: float | None
    referenced: bool
    flags: frozenset[Flag]
    colours: ColourGap | None = None
    camera: SolvedCamera | None = None

    @property
    def red_blue_um(self) -> float | None:
        """How much further from the lens red focuses than blue, um; None where the side is not known."""
        if self.back_focus is None or not self.back_focus.sign_known:
            return None
        if self.colours is None or not self.colours.clear:
            return None
        return math.copysign(self.colours.um, self.colours.um * self.back_focus.zoom[-1].residual_um)


def judge_clip(
    readings: Sequence[Reading],
    optics: Optics | None,
    *,
    first_turn: FirstTurn | None = None,
    side: Side = 0,
    adjusters: Adjusters | None = None,
    camera: CameraCurve | None = None,
    zoom_ratio: float | None = None,
) -> ClipAnswer:
    """Back focus and verdict from the readings of a clip, in their order; `unsure` where they do not suffice.

    Parameters
    ----------
    readings : sequence of Reading
        All of them; those without a star are passed over.
    optics : Optics | None
        None gives `unsure`.
    first_turn : "near" | "infinity" | "away" | "towards", optional
        Which way a ring was turned first at wide, after the zoom. Only so can a clip tell the sign.
    side : int
        The sign of the residual at wide where it is known from elsewhere, +1 or -1; else 0.
    adjusters : Adjusters, optional
        What can be moved on this lens, for the advice.
    camera : CameraCurve, optional
        What is known of the camera before this clip.
    zoom_ratio : float, optional
        Longest over shortest focal length of the lens, for stars that overfill the picture at tele.
    """
    on_object = any(each.object for each in readings)
    pictures = undisturbed(usable(readings), optics)
    pulls = find_pulls(pictures) if comparable(pictures) else ()
    pull, k_doubt, short = pulls[-1] if pulls else None, 0.0, False
    made = None if pulls or not comparable(pictures) else made_up(readings, pictures, zoom_ratio)
    if made is not None:
        pictures, pull, k_doubt, short = made.pictures, made.pull, made.k_doubt, made.stopped_short
    long = pull and optics and _end(pictures, pull, pull.long, optics)
    wide = pull and optics and _end(pictures, pull, pull.wide, optics)
    if not (pull and optics and long and wide):
        depth = None if optics is None else optics.half_depth_um(0.0)
        flags = borne(pictures or [each for each in readings if each.object])
        unseen = not any(each.target for each in readings)
        verdict = judge(
            None,
            depth,
            unscaled=_unscaled(readings),
            unseen=unseen,
            flags=flags,
            adjusters=adjusters,
            on_object=on_object,
        )
        return ClipAnswer(None, verdict, depth, False, flags)
    turn_tells = pull.wide is pull.late
    told = side or (_side(wide, first_turn) if turn_tells else 0)
    curves = _curves(pictures, pull, long, wide, k_doubt)
    answer = solve_zoom(curves, optics, camera=camera, side=told)
    found = answer.back_focus
    referenced = wide.best is not None and not answer.has_turned_back
    end: Literal["wide", "tele"] | None = "wide" if referenced else "tele" if long.best else None
    shown = solved_camera(answer, curves, optics, camera, end)
    depths = tuple(optics.half_depth_um(each.scale_px / pull.long.scale_px) for each in found.zoom)
    # Shaking that blurs wide blurs tele more: as far as both have it, it is no error that wide alone shows.
    flags = at_tele(long.flags) | (wide.flags - (long.flags & {Flag.MOVING}))
    flags |= {Flag.OTHER_MODE} if shown.left_aside else set()
    verdict = judge(
        found,
        depths[-1],
        half_depths_um=depths,
        referenced=referenced,
        before_refocus=_before_refocus(pictures, pulls, optics),
        flags=flags,
        adjusters=adjusters,
        camera_half_depths=None if shown.known else shown.half_depths,
        f_number=optics.f_number(found.zoom[-1].scale_px / found.zoom[0].scale_px),
        swept=wide.best is not None,
        turn_asked=wide.best is not None and turn_tells and first_turn is None,
        on_object=on_object,
    )
    if short:
        verdict = replace(verdict, advice=f"{verdict.advice} {STOP_EARLIER}")
    return ClipAnswer(found, verdict, depths[-1], referenced, flags, wide.colours, shown)


def solved_camera(
    answer: JointAnswer,
    curves: Sequence[ZoomCurve],
    optics: Optics,
    before: CameraCurve | None,
    end: Literal["wide", "tele"] | None,
) -> SolvedCamera:
    """The camera of an answer; `before`: what was known of it, `end`: where a sweep was."""
    alone = answer if before is None or end is None else solve_zoom(curves, optics)
    return SolvedCamera(
        curve=answer.camera,
        half_depths=cost_half_depths(answer.camera, optics),
        known=before is not None and not answer.left_aside,
        left_aside=answer.left_aside,
        learned=alone.camera if end else None,
        learned_half_depths=cost_half_depths(alone.camera, optics) if end else 0.0,
        end=end,
    )


def _unscaled(readings: Sequence[Reading]) -> bool:
    """Whether a good part of the pictures with a curve has no scale."""
    read = [each for each in readings if each.frequency_cy_px]
    return sum(not each.scale_px for each in read) > UNSCALED_SHARE * max(len(read), 1)


def _before_refocus(pictures: Sequence[Reading], pulls: Sequence[Pull], optics: Optics) -> BackFocus | None:
    """What the zoom in to tele showed, where the last pull goes out again; None without one."""
    if len(pulls) < 2 or pulls[-1].early is pulls[-1].wide or pulls[-2].early is pulls[-2].long:
        return None
    inward = pulls[-2]
    ends = [_end(pictures, inward, hold, optics) for hold in (inward.long, inward.wide)]
    if ends[0] is None or ends[1] is None:
        return None
    return solve_zoom(_curves(pictures, inward, ends[0], ends[1]), optics).back_focus


@dataclass(frozen=True, slots=True)
class _End:
    """One end of the zoom: its pictures at rest, the best of a sweep there, and what the sweep showed."""

    hold: Hold
    steady: Sequence[Reading]
    best: "_Best | None"
    turned_back: float
    blur_um: tuple[float, ...]
    noise_um: tuple[float, ...]
    at_s: tuple[float | None, ...]
    floor_um: float
    half_depth_um: float
    flags: frozenset[Flag]
    colours: ColourGap | None

    @property
    def read_um(self) -> float:
        """|r| of the hold as a perfect camera would show it."""
        return float(np.median(self.blur_um[: max(len(self.steady), 1)]))


def _end(pictures: Sequence[Reading], pull: Pull, hold: Hold, optics: Optics) -> _End | None:
    """The hold, and the sweep that follows or precedes it at the same zoom, if there is one.

    None where no picture of the hold tells a defocus.
    """
    ratio = hold.scale_px / pull.long.scale_px
    depth = optics.half_depth_um(ratio)
    read = [(each, defocus(each, optics, ratio=ratio)) for each in _at_same_zoom(pictures, pull, hold)]
    there = [each for each, value in read if value is not None]
    plain = [value for _, value in read if value is not None]
    if not plain:
        return None
    blur = tuple(value.um for value in plain)
    noise = _noise(there, plain)
    left = _departure(blur, noise, depth)
    steady = there[: min(max(left, _STEADY), hold.last - hold.first + 1)]
    swept = _swept(blur, noise, depth, _softness_um(there, blur))
    shown = SHOWN_OF_OBJECT if any(each.against for each in there) else 1.0
    passage = _passage(blur[swept], _from_picture_to_picture(there, plain, noise)[swept], depth, shown)
    seen = passage is not None and passage.near >= FEWEST_NEAR
    return _End(
        hold,
        steady,
        _best(there[swept], blur[swept], depth, shown) if seen else None,
        _turned_back(blur, noise, depth, passage.floor_um) if passage else 0.0,
        blur,
        noise,
        tuple(each.at_s for each in there),
        passage.floor_um if passage else plain[0].softness_um,
        depth,
        _flags(steady),
        colour_gap(steady, optics, ratio),
    )


@dataclass(frozen=True, slots=True)
class _Best:
    """Pictures of a sweep that are in focus, and by how much they are not, root mean square, um."""

    pictures: Sequence[Reading]
    off_um: float = 0.0


def _best(swept: Sequence[Reading], blur_um: Sequence[float], depth_um: float, shown: float) -> _Best:
    """By when they were taken; by how sharp they are where the ring did not turn evenly."""
    found = in_focus(blur_um, depth_um, risen_half_depths=shown, at_s=_uneven_times(swept))
    if found is None:
        limit_um = min(blur_um) + depth_um
        near = [each for each, um in zip(swept, blur_um, strict=True) if um <= limit_um]
        return _Best(sharpest_first(near)[:_BEST])
    return _Best([swept[at] for at in found.pictures], found.off_um)


def _flags(steady: Sequence[Reading]) -> frozenset[Flag]:
    """What most pictures of a hold carry; fields that stay in place are softer one way by their camera.

    Cameras average pairs of lines for a field. Sectors show that as they show motion, but nothing moves.
    """
    shifts = [each.shift_px for each in steady if each.shift_px is not None]
    at_rest = bool(shifts) and float(np.median(shifts)) < RESTING_PX
    woven = all(each.field is not None for each in steady)
    return borne(steady) - ({Flag.MOVING} if woven and at_rest else set())


def _curves(
    pictures: Sequence[Reading], pull: Pull, long: _End, wide: _End, k_doubt: float = 0.0
) -> list[ZoomCurve]:
    """All that was seen, as the solver takes it: both ends, their best pictures and the walk between.

    `k_doubt`: how far off the ratio of scales may be, as a part of itself.
    """
    ends = (long, wide)
    unsure_px = (long.hold.scale_sigma_px, math.hypot(wide.hold.scale_sigma_px, k_doubt * wide.hold.scale_px))
    unsteady = unsteadiness(long.steady)
    holds = [
        _curve(end.steady, end.hold.scale_px, sigma, unsteady=unsteady)
        for end, sigma in zip(ends, unsure_px, strict=True)
    ]
    bests = [
        _curve(
            end.best.pictures,
            end.hold.scale_px,
            varying=VARYING_MOVING,
            unsteady=unsteady,
            off_um=end.best.off_um,
            turned_back=end.turned_back,
        )
        for end in ends
        if end.best
    ]
    sharpened = any(Flag.SHARPENED in end.flags for end in ends)
    curves = (*holds, *bests, *_walk(pictures, pull, unsteady))
    return [replace(each, sharpened=sharpened) for each in curves if each is not None]


def _curve(
    pictures: Sequence[Reading],
    scale_px: float,
    scale_sigma_px: float = 0.0,
    *,
    varying: float = VARYING_STILL,
    unsteady: Unsteady,
    off_um: float | None = None,
    turned_back: float = 0.0,
) -> ZoomCurve | None:
    """The mean of some pictures as the solver takes it; None without a ring that can be used.

    `off_um`: they are the best of a sweep, out of focus by that.
    """
    mean = mean_reading(pictures)
    rings = rings_of(mean) if mean else None
    if mean is None or rings is None:
        return None
    against = mean.against.ratio if mean.against else 0.0
    varying = math.hypot(varying, unsteady.of_mean(len(pictures)))
    focused = off_um is not None
    return ZoomCurve(scale_px, rings, scale_sigma_px, focused, varying, against, turned_back, off_um or 0.0)


def _at_same_zoom(pictures: Sequence[Reading], pull: Pull, hold: Hold) -> Sequence[Reading]:
    """The hold and what lies beyond it, seen from the zoom: outwards in time."""
    outwards = pictures[hold.first :] if hold is pull.late else pictures[hold.last :: -1]
    count = next((at for at, each in enumerate(outwards) if not _same_zoom(each, hold)), len(outwards))
    return outwards[:count]


def _same_zoom(reading: Reading, hold: Hold) -> bool:
    return SAME_ZOOM < (reading.scale_px or 0.0) / hold.scale_px < 1.0 / SAME_ZOOM


def _uneven_times(pictures: Sequence[Reading]) -> list[float] | None:
    """When pictures of an object were taken, as only some of them were kept; None for other pictures."""
    times = [each.at_s for each in pictures if each.against and each.at_s is not None]
    return times if times and len(times) == len(pictures) else None


def _noise(pictures: Sequence[Reading], read: Sequence[Defocus]) -> tuple[float, ...]:
    """What |r| may be off in one picture and not in the next.

    Most of the doubt about an object is shared by all pictures that are held against one reference. What
    differs from one picture to the next shows in how far |r| strays.
    """
    own = [math.sqrt(max(each.sigma_um**2 - each.model_sigma_um**2, 0.0)) for each in read]
    if not any(each.against for each in pictures):
        return tuple(own)
    most = _scatter([each.um for each in read])
    return tuple(min(each, most) for each in own)


def _from_picture_to_picture(
    pictures: Sequence[Reading], read: Sequence[Defocus], noise_um: Sequence[float]
) -> Sequence[float]:
    """What |r| may be off in one picture of a sweep and not in the next.

    Most of what an object's reading doubts of itself all pictures share that are held against one reference.
    """
    return noise_um if any(each.against for each in pictures) else [each.sigma_um for each in read]


def _passage(
    blur_um: Sequence[float], sigma_um: Sequence[float], depth_um: float, shown: float
) -> Passage | None:
    """The sweep through the sharpest point; None if there was none. `shown`: of one h beyond it.

    A hold alone is no reference for itself: it would read as in focus whatever the error.
    """
    passage = sweep_by_hand(blur_um, sigma_um, depth_um, risen_half_depths=shown)
    return None if passage is None or passage.state == "falling" else passage


def _turned_back(blur: Sequence[float], noise: Sequence[float], depth_um: float, floor_um: float) -> float:
    """How likely the ring turned back before the sharpest point, by what the blur alone shows."""
    first, last = (float(np.median(each)) for each in (blur[:_STEADY], blur[-_STEADY:]))
    limit = _limit(noise, depth_um)
    risen = max(math.hypot(floor_um, RISEN * depth_um), floor_um + 4.0 * _scatter(blur))
    near_um = math.hypot(floor_um, NEAR_FOCUS * depth_um)
    if first < floor_um + limit or dips(blur, risen - floor_um, near_um) > 1:
        return 0.0
    return TURNED_BACK_LIKELY if abs(last - first) < limit else TURNED_BACK


def _scatter(blur: Sequence[float]) -> float:
    """By how much |r| strays from picture to picture beside its going up or down, one standard deviation."""
    bent = np.abs(np.diff(np.array(blur), 2))
    return 1.4826 * float(np.median(bent)) / math.sqrt(6.0) if bent.size else 0.0


def _swept(blur: Sequence[float], noise: Sequence[float], depth_um: float, softness_um: float) -> slice:
    """From where |r| first leaves the value it starts with to where it last differs from its last."""
    start = _departure(blur, noise, depth_um, softness_um)
    stop = len(blur) - _departure(blur[::-1], noise[::-1], depth_um, softness_um)
    return slice(start, max(start, stop))


def _softness_um(pictures: Sequence[Reading], blur: Sequence[float]) -> float:
    """What the sharpest pictures of an object blur; 0 of a chart, whose every picture of a sweep is read.

    A soft camera hides a ring's turn near focus: from 8 um beyond it, |r| may fall by 1 and no more.
    """
    return float(np.sort(blur)[:_BEST].max()) if any(each.against for each in pictures) else 0.0


def _departure(
    blur: Sequence[float], noise: Sequence[float], depth_um: float, softness_um: float = 0.0
) -> int:
    """How many pictures from the first on show the same |r|: all of them if it never changes.

    A change is what a ring does that moves the image by a quarter of a depth of focus, and more than noise.
    """
    first = float(np.median(blur[:_STEADY]))
    step_um, off_um = depth_um / 4.0, math.sqrt(max(first**2 - softness_um**2, 0.0))
    least = _beyond_noise(noise)
    up = max(math.hypot(softness_um, off_um + step_um) - first, least)
    down = max(first - math.hypot(softness_um, max(off_um - step_um, 0.0)), least)
    change = np.array(blur) - first
    away = (change > up) | (change < -down)
    lasting = away[:-1] & away[1:]
    return int(np.argmax(lasting)) if lasting.any() else len(blur)


def _limit(noise: Sequence[float], depth_um: float) -> float:
    """The change of |r| that is believed: beyond noise, and a quarter of a depth of focus at least."""
    return max(_beyond_noise(noise), depth_um / 4.0)


def _beyond_noise(noise: Sequence[float]) -> float:
    """The change of |r| that noise does not make."""
    return 4.0 * float(np.median(noise))


def _walk(pictures: Sequence[Reading], pull: Pull, unsteady: Unsteady) -> Iterator[ZoomCurve | None]:
    """Curves at zoom positions between the ends, where three or more pictures of the walk lie close by."""
    walk = [pictures[at] for at in pull.between if Flag.MOVING not in pictures[at].flags]
    k = pull.wide.scale_px / pull.long.scale_px
    for step in range(1, WALK_STEPS + 1):
        scale = pull.long.scale_px * k ** (step / (WALK_STEPS + 1.0))
        near = [each for each in walk if abs(math.log((each.scale_px or 1.0) / scale)) < CLOSE_BY]
        if len(near) >= FEWEST_CLOSE:
            middle = float(np.median([each.scale_px for each in near if each.scale_px]))
            yield _curve(near, middle, varying=VARYING_MOVING, unsteady=unsteady)


def _side(wide: _End, first_turn: FirstTurn | None) -> Side:
    """Sign of the residual in the hold at wide: +1, -1, or 0 where no movement tells.

    If |r| fell first, r had the other sign than the move; but not so near focus, where a codec that comes to
    rest lowers |r| as well. If it rose, the same, provided that a fall would have been seen: |r| stood clear
    above the least that this lens reads, and the rise itself was watched.
    """
    if first_turn is None:
        return 0
    blur, limit = wide.blur_um, _limit(wide.noise_um, wide.half_depth_um)
    start, left = float(np.median(blur[:_STEADY])), _departure(blur, wide.noise_um, wide.half_depth_um)
    if left == len(blur):
        return 0
    turned: Side = 1 if first_turn in GROWS else -1
    if blur[left] < start:
        return -turned if wide.read_um > max(limit, wide.half_depth_um / 2.0) else 0
    dipped = min(blur[: left + 1]) < start - limit / 2.0
    clear = start > wide.floor_um + limit
    return turned if clear and not dipped and _watched(wide, left, start, limit) else 0


def _watched(wide: _End, left: int, start: float, limit: float) -> bool:
    """Whether |r| was seen on its way up: without gaps, and not in one jump that may have crossed focus."""
    first, last = max(left - WATCHED, 0), min(left + WATCHED, len(wide.blur_um) - 1)
    times = wide.at_s[first : last + 1]
    if any(each is None for each in times):
        return False
    gaps = np.flatnonzero(np.diff(np.array(times, dtype=float)) > LONGEST_GAP_S)
    last = first + int(gaps[0]) if gaps.size else last
    blur = np.array(wide.blur_um[first : last + 1])
    if last < left + 1 or np.abs(np.diff(blur)).max() > SURE_STEP * start:
        return False
    on_the_way = (blur > start + limit / 4.0) & (blur < start + ON_THE_WAY * (blur[-1] - start))
    return bool(np.count_nonzero(on_the_way) >= 2)
