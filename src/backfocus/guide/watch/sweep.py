"""A ring turned by hand, watched through |r|: sharper, softer, peak passed, back on it.

The lens's own blur is taken off in quadrature before anything is judged, so that a soft lens has the same
peak as a sharp one. With each event of the sweep a new stretch begins, and a hand needs time to turn round:
what goes on as before just after the way was changed is no news.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from ...solve.hand_sweep import FRAMES_NEAR, Passage, sweep_by_hand
from ...solve.sweep_best import FLANK_HALF_DEPTHS, InFocus, in_focus
from .. import events as ev
from ..blur import (
    SOFTEST_HALF_DEPTHS,
    against_sharpest,
    as_in_focus,
    less_in_quadrature,
    refer,
    steady_reading,
)
from ..session_state import Session, depth_here_um, half_depth_um, k_of, passed_peak
from ..steps import Step
from .idle import is_changing
from .looks import is_part_way
from .pictures import (
    FEWEST_NOW,
    HALF_S,
    MOVED,
    STILL_S,
    StepHistory,
    TimedReading,
    last,
    last_scale_px,
    lasted,
    now,
    scale_px,
    since,
    star_gone,
)
from .tenths import Tenths, scatter, tenths

SWEEP_S = 40.0
"""A ring turned this long with no clear best: once more from the start."""
BACK_S = 20.0
"""The way back takes no longer; else sweep again."""
BACK_AT_MOST_S = 45.0
"""Nor all its tries together: there, past it and back again must end, too."""
REACTION_S = 2.5
"""A hand told to turn back has done so by now."""
MOST_AGAIN = 4
"""Told back again and again, a hand turns to and fro: its way shows in so many times as long."""
GONE_S = 1.0
GONE_FOR_S: dict[type | None, float] = {ev.Sharper: 6.0, ev.StarLost: 12.0, ev.Softer: 12.0}
"""Without a star this long it is lost: at once, unless the picture just got sharper (a blur disc as wide as
the spokes hides every ring, and goes by) or the way back leads through what was dark before."""
NOTHING_LEFT_S = 20.0
SETTLED_S, DECIDED_S = 0.5, 3.0
"""The last half second says where a ring stands: a longer one may still hold its passing the peak."""
CLEARLY = 1.5
APPEARED_S, APPEARED_SHARE = 0.3, 0.75
STRAYS_SCATTERS = 5.0
"""In a minute's tenths of seconds the third highest of normal noise lies five sigmas above the lowest."""
RISEN_HALF_DEPTHS = 0.5
"""The far flank of a passage has just begun when it is told as passed."""
TOP_HALF_DEPTHS = FLANK_HALF_DEPTHS[-1]
"""As far up as the flanks of a passage may be looked at. There the pictures of a camera that sharpens still
read lower by a perfect lens than by its own sharpest: a flank made of both would have a step."""
FEWEST_BY_TIME = 6
"""Of fewer pictures in focus the sharpest has little luck, and how far off the others are is a guess."""
DIP_HALF_DEPTHS = 1.0
"""How much softer than the sharpest of a sweep its peak may be: tenths of a second are means."""
PLAIN_HALF_DEPTHS, DIP_SHARE = 2.0, 0.5
"""A lowest point softer than so many half depths of focus is that of a very soft lens, or a hand turned round
there: it is one of focus only between flanks that rise by half of it. Turning to and fro rises by less."""
SHARPER_HALF_DEPTHS = 0.7
"""How much sharper than its peak a sweep gets on the way back without a mistake: pictures have luck."""
LATEST, BEFORE = slice(-3, None), slice(-10, -7)
"""Tenths of a second that show whether a hand that was told to turn back has done so."""
CONTRAST_STEP = 0.15
OBJECT_NOISE = 0.8
"""Sigmas of an object's reading that are its noise from picture to picture, at most."""


def judge_find(state: StepHistory, session: Session) -> ev.Seen | None:
    """At tele, far out of focus: does something appear, does the contrast rise or fall."""
    recent = last(state.pictures, APPEARED_S)
    seen = [each.measured for each in recent]
    if sum(seen) >= max(FEWEST_NOW, APPEARED_SHARE * len(seen)):
        return _appeared(state, session, scale_px(recent))
    if not lasted(state.stretch, 2.0 * HALF_S):
        return None
    values = _by_tenths(state.stretch, [each.reading.contrast for each in state.stretch]).values
    present, earliest = np.median(values[-5:]), np.median(values[:5])
    lowest, highest = values.min(), values.max()
    rose = earliest < highest / (1.0 + CONTRAST_STEP)  # up and down again is no hand that has not heard yet
    if (
        present > (1.0 + CONTRAST_STEP) * earliest
        and state.told is not ev.Sharper
        and present > 0.9 * highest
    ):
        return ev.Sharper(state.at_s)
    falls = present < highest / (1.0 + CONTRAST_STEP) and present < 1.1 * lowest
    if falls and (rose or lasted(state.stretch, REACTION_S)):
        return ev.Softer(state.at_s)
    return None


def _appeared(state: StepHistory, session: Session, now_px: float | None) -> ev.Seen:
    """A star; as small as at wide it was only covered, and the zoom does not stand at tele."""
    at_wide = (
        now_px is not None and session.scales.wide_px is not None and now_px < MOVED * session.scales.wide_px
    )
    return ev.ZoomMoved(state.at_s, "wide") if at_wide else ev.StarSeen(state.at_s, now_px)


def judge_sweep(state: StepHistory, session: Session) -> ev.Seen | None:
    """A ring turned through its peak, once, either way.

    Whether the peak lies behind is seen in all of the sweep, whatever was told or asked on the way; whether
    it gets sharper or softer, in what came since.
    """
    if gone := _gone(state, session):
        return gone
    sweep = [each for each in state.sweep if each.um is not None]
    found = _passage(session, sweep)
    if found is None:
        return None
    if found.state == "too-fast" and session.setup.back_focus_ring:
        return ev.PeakMissed(state.at_s, turned_ring(session), "too-fast")
    if found.state != "falling":
        return _passed(session, sweep, found, state.at_s)
    return _trend(state, session) or _flat(state, session)


def judge_return(state: StepHistory, session: Session) -> ev.Seen | None:
    """The way back to the peak: there, past it, lost, or too long."""
    ring = turned_ring(session)
    if star_gone(state.pictures, GONE_S):
        return ev.StarLost(state.at_s)
    if lasted(state.stretch, BACK_S) or lasted(state.pictures, BACK_AT_MOST_S):
        return ev.PeakMissed(state.at_s, ring, "not-back")
    seen = [each for each in state.stretch if each.um is not None]
    if len(seen) < FEWEST_NOW:
        return None
    allowed_um = close_um(session, seen)
    if _is_sharper(session, seen, allowed_um):
        return ev.Sharper(state.at_s)
    if state.told is ev.AtPeak:
        return _settling(state, session, seen, allowed_um)
    if _now_um(seen) <= _widened_um(session, allowed_um, seen[-1].sigma_um):
        return ev.AtPeak(state.at_s, ring)
    if lasted(state.stretch, REACTION_S * min(max(state.backs, 1), MOST_AGAIN)) and _goes_away(
        seen, allowed_um
    ):
        return ev.Overshot(state.at_s, ring)
    return None


def _is_sharper(session: Session, seen: Sequence[TimedReading], allowed_um: float) -> bool:
    """Whether it is sharper now than at the peak that was passed: a hand turned round there, before focus."""
    best, recent = passed_peak(session), last(seen, SETTLED_S)
    if best is None or not lasted(seen, SETTLED_S) or max(each.um or 0.0 for each in recent) > allowed_um:
        return False
    depth_um = depth_here_um(session, last_scale_px(seen))
    if best.residual_um <= SHARPER_HALF_DEPTHS * depth_um:
        return False
    plain = steady_reading(session, [each.reading for each in recent])
    if plain is None:
        return False
    clear_um = max(3.0 * math.hypot(plain.sigma_um, best.sigma_um), SHARPER_HALF_DEPTHS * depth_um)
    return plain.residual_um < best.residual_um - clear_um


def turned_ring(session: Session) -> ev.Ring:
    """The ring this step is about."""
    return "focus" if session.step.at_tele or not session.setup.back_focus_ring else "back-focus"


def close_um(session: Session, seen: Sequence[TimedReading]) -> float:
    """How near to the peak is back on it; at tele as far as k^2 forgives, but never visibly soft."""
    depth_um = depth_here_um(session, last_scale_px(seen))
    if session.step is not Step.RETURN_TELE:
        return depth_um / 3.0
    forgiven_um = half_depth_um(session) / (5.0 * k_of(session) ** 2)
    return max(depth_um / 3.0, min(forgiven_um, 0.7 * depth_um))


def _gone(state: StepHistory, session: Session) -> ev.Seen | None:
    """Turned until the star went: once back the way it came, and again if that was wrong."""
    if session.step is Step.SWEEP_TELE and star_gone(state.pictures, NOTHING_LEFT_S):
        return ev.NothingThere(state.at_s)
    if star_gone(state.stretch, GONE_FOR_S.get(state.told, GONE_S)):
        return ev.StarLost(state.at_s)
    return None


def _passage(session: Session, seen: Sequence[TimedReading]) -> Passage | None:
    """What pictures have shown, the lens's softness taken off; None of too few.

    A lowest point too soft is no peak, and neither is one out of which the blur rose, or into which it fell,
    by no more than it strays: near its floor a soft lens makes much of little.
    """
    if len(seen) < FEWEST_NOW:
        return None
    depth_um = depth_here_um(session, last_scale_px(seen))
    raw = _by_tenths(seen, [each.um or 0.0 for each in seen])
    sigma_um = raw.mean_of([each.sigma_um for each in seen])
    floor_um, fast = _floor_um(seen, raw.values, depth_um)
    own = list(zip(raw.values, sigma_um, strict=True))
    if floor_um <= SOFTEST_HALF_DEPTHS * depth_um:
        own = [less_in_quadrature(um, sigma, floor_um) for um, sigma in own]
    found = sweep_by_hand([um for um, _ in own], [sigma for _, sigma in own], depth_um, pictures=raw.counts)
    if found is None:
        return None
    lowest_um, strays_um = raw.values[found.index], _strays_um(raw.values, sigma_um)
    fell_um = _third(raw.values[: found.index + 1]) - lowest_um
    rose_um = _third(raw.values[found.index :]) - lowest_um
    seen_of_it = "too-fast" if fast and found.state == "passed" else found.state
    least_um = max(strays_um, DIP_SHARE * lowest_um if lowest_um > PLAIN_HALF_DEPTHS * depth_um else 0.0)
    # a hand that turned to and fro on its way makes a dip, too: softer than what it has reached since
    is_peak = (
        floor_um <= SOFTEST_HALF_DEPTHS * depth_um
        and (fast or lowest_um <= floor_um + DIP_HALF_DEPTHS * depth_um)
        and min(fell_um, rose_um) >= least_um
    )
    return replace(
        found,
        state=seen_of_it if is_peak else "falling",
        fell_um=found.fell_um if fell_um >= strays_um else 0.0,
        rose_um=found.rose_um if rose_um >= strays_um else 0.0,
    )


def _by_tenths(seen: Sequence[TimedReading], values: Sequence[float]) -> Tenths:
    return tenths([each.at_s for each in seen], values)


def _third(values: NDArray[np.float64], *, lowest: bool = False) -> float:
    """The third highest value, or the third lowest: one or two wild ones are no end."""
    ordered = np.sort(values) if lowest else -np.sort(-values)
    return float(ordered[min(2, len(ordered) - 1)])


def _floor_um(
    seen: Sequence[TimedReading], values: NDArray[np.float64], depth_um: float
) -> tuple[float, bool]:
    """The least |r|, of which one or two wild pictures say nothing, and whether focus went by too fast.

    The third lowest value. Where focus went by within a few pictures that is far out of focus already, and
    the middle of three that follow one another says it.
    """
    blur_um = np.array([each.um or 0.0 for each in seen])
    middle_um = float(np.median(np.lib.stride_tricks.sliding_window_view(blur_um, 3), axis=1).min())
    third_um = _third(values, lowest=True)
    if middle_um >= third_um - depth_um:
        return third_um, False
    near = np.count_nonzero(blur_um <= np.hypot(middle_um, 2.0 * depth_um))
    return middle_um, bool(near < FRAMES_NEAR)


def _strays_um(raw_um: NDArray[np.float64], sigma_um: NDArray[np.float64]) -> float:
    """By how much |r| goes up and down in a minute while nothing is turned."""
    return max(STRAYS_SCATTERS * scatter(raw_um), float(np.median(sigma_um)))


def _passed(session: Session, seen: Sequence[TimedReading], found: Passage, at_s: float) -> ev.Seen | None:
    """The pictures in focus, by when they were taken: the sharpest of many are those with luck."""
    if told_apart := _told_apart(session, seen):
        seen, found = told_apart, _passage(session, told_apart) or found
    by_time = _by_time(session, seen)
    if by_time is None:
        best = steady_reading(session, [each.reading for each in _sharpest(seen, found)])
    elif best := steady_reading(session, [seen[at].reading for at in by_time.pictures]):
        best = as_in_focus(session, best, by_time.off_um)
    return ev.PeakPassed(at_s, turned_ring(session), best) if best else None


def _told_apart(session: Session, seen: Sequence[TimedReading]) -> Sequence[TimedReading] | None:
    """The pictures of a sweep that a camera made sharper than perfect: they read as in focus, one as another.

    Here the top is read against its sharpest pictures. None where no camera sharpens.
    """
    limit_um = TOP_HALF_DEPTHS * depth_here_um(session, last_scale_px(seen))
    top = [at for at, each in enumerate(seen) if (each.um or 0.0) <= limit_um]
    again = against_sharpest(session, [seen[at].reading for at in top])
    if again is None:
        return None
    apart = list(seen)
    for at, found in zip(top, again, strict=True):
        if found is not None:
            apart[at] = replace(apart[at], um=found[0], sigma_um=found[1])
    return apart


def _by_time(session: Session, seen: Sequence[TimedReading]) -> InFocus | None:
    """The pictures about the moment of focus; None where the ring went by in a few, or not evenly."""
    depth_um = depth_here_um(session, last_scale_px(seen))
    blur_um = np.array([each.um or 0.0 for each in seen])
    floor_um = min(_floor_um(seen, blur_um, depth_um)[0], SOFTEST_HALF_DEPTHS * depth_um)
    own_um = np.sqrt(np.maximum(np.square(blur_um) - floor_um**2, 0.0))
    found = in_focus(own_um, depth_um, risen_half_depths=RISEN_HALF_DEPTHS)
    return found if found is not None and len(found.pictures) >= FEWEST_BY_TIME else None


def _sharpest(seen: Sequence[TimedReading], found: Passage) -> Sequence[TimedReading]:
    """Those of the sharpest tenth of a second, at least three: of a ring that did not turn evenly."""
    starts = _by_tenths(seen, [0.0] * len(seen)).starts
    following = starts[found.index + 1] if found.index + 1 < len(starts) else len(seen)
    middle = int(starts[found.index] + following) // 2
    half = max(1, int(following - starts[found.index]) // 2)
    return seen[max(0, middle - half) : middle + half + 1]


def _trend(state: StepHistory, session: Session) -> ev.Seen | None:
    """Sharper or softer since the last news."""
    seen = [each for each in state.stretch if each.um is not None]
    found = _passage(session, seen)
    if found is None:
        return None
    enough_um = max(3.0 * seen[-1].sigma_um, depth_here_um(session, last_scale_px(seen)))
    if found.fell_um >= enough_um and found.rose_um < 2.0 * enough_um:
        return ev.Sharper(state.at_s) if state.told is not ev.Sharper else None
    turned_back = state.told in (ev.Softer, ev.StarLost, ev.PeakMissed)
    again = state.backs if turned_back else state.backs - 1
    if again > 0 and not lasted(state.stretch, REACTION_S * min(again, MOST_AGAIN)):
        return None
    values = _by_tenths(seen, [each.um or 0.0 for each in seen]).values
    has_turned = turned_back and _gets_sharper(values)
    if found.rose_um >= enough_um and not has_turned and _now_um(seen) >= values.max() - 0.5 * enough_um:
        return ev.Softer(state.at_s)
    return None


def _gets_sharper(values: NDArray[np.float64]) -> bool:
    """Whether the last tenths of a second are sharper than those up to 0.7 s ago; False of too few."""
    before = values[BEFORE]
    return before.size > 0 and bool(values[LATEST].mean() < before.mean())


def _flat(state: StepHistory, session: Session) -> ev.Seen | None:
    """No clear best for long; a focus ring at wide may not reach it at all.

    Who rests does not turn: with a back-focus ring the time starts again at each "Nothing changes".
    """
    if session.setup.back_focus_ring:
        turned = since(state.stretch, state.asked_s)
        is_long = lasted(turned, SWEEP_S) and is_changing(state)
    else:
        is_long = lasted(state.pictures, BACK_S)
    return ev.PeakMissed(state.at_s, turned_ring(session), "flat") if is_long else None


def _settling(
    state: StepHistory, session: Session, seen: Sequence[TimedReading], allowed_um: float
) -> ev.Seen | None:
    """Told to stop: still there after a second, or gone past; what lies between is decided after a while."""
    if not lasted(seen, SETTLED_S):
        return None
    best = passed_peak(session)
    look = steady_reading(session, [each.reading for each in last(seen, SETTLED_S)], best)
    if look is None:
        return None
    within_um = _widened_um(session, allowed_um, look.sigma_um)
    if look.residual_um > CLEARLY * within_um:
        return ev.Overshot(state.at_s, turned_ring(session))
    is_back = lasted(seen, SETTLED_S + STILL_S) and look.residual_um <= within_um
    return returned(state, session, look, best) if is_back or lasted(seen, DECIDED_S) else None


def returned(
    state: StepHistory, session: Session, look: ev.SteadyReading, best: ev.SteadyReading | None
) -> ev.Seen:
    """The ring stands where it is to be; by how much it changed the residual only a peak between tells."""
    ring = turned_ring(session)
    if ring == "focus":
        return ev.Returned(state.at_s, ring, look)
    if best is None:
        return ev.Returned(state.at_s, ring, look, None)
    before = refer(session, session.looks.wide, best)
    corrected_um = before.residual_um if before else None
    if is_part_way(session, look):
        return ev.PartWaySharp(state.at_s, look, corrected_um)
    return ev.Returned(state.at_s, ring, look, corrected_um)


def _widened_um(session: Session, allowed_um: float, sigma_um: float) -> float:
    """What counts as back on the peak: noise may widen it, but not beyond the depth of focus.

    Most of what an object's reading doubts of itself it shares with the sharpest picture it is held against.
    """
    if session.target == "object":
        return max(allowed_um, min(OBJECT_NOISE * sigma_um, 2.0 * allowed_um))
    return max(allowed_um, min(2.0 * sigma_um, 3.0 * allowed_um))


def _goes_away(seen: Sequence[TimedReading], allowed_um: float) -> bool:
    """Whether the picture is now as soft as on any part of this way, and softer than its best."""
    values = _by_tenths(seen, [each.um or 0.0 for each in seen]).values
    if len(values) < 5:
        return False
    smooth = np.median(np.stack([values[:-2], values[1:-1], values[2:]]), axis=0)
    later = smooth[int(np.argmin(smooth)) :]
    risen_um = max(3.0 * seen[-1].sigma_um, 1.5 * allowed_um)
    return bool(smooth[-1] > later[0] + risen_um and smooth[-1] >= later.max() - 0.3 * risen_um)


def _now_um(seen: Sequence[TimedReading]) -> float:
    return median(each.um or 0.0 for each in now(seen))
