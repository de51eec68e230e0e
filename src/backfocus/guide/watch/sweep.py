"""A ring turned by hand, watched through |r|: sharper, softer, peak passed, back on it.

The lens's own blur is taken off in quadrature before anything is judged, so that a soft lens has the same
peak as a sharp one. With each event of the sweep a new stretch begins, and a hand needs time to turn round:
what goes on as before just after the way was changed is no news.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from ...solve.hand_sweep import STILL_S, Passage, sweep_by_hand
from .. import events as ev
from ..blur import less_in_quadrature, refer, steady_reading
from ..session_state import Session, half_depth_um, k_of, optics_of, ratio_of
from ..steps import Step
from .looks import is_part_way
from .pictures import StepHistory, TimedReading, last, last_scale_px, lasted, scale_px, star_gone

SWEEP_S = 40.0
"""A ring turned this long with no clear best: once more from the start."""
BACK_S = 20.0
"""The way back takes no longer; else sweep again."""
REACTION_S = 2.5
"""A hand told to turn back has done so by now."""
GONE_S = 1.0
GONE_FOR_S: dict[type | None, float] = {ev.Sharper: 6.0, ev.StarLost: 12.0, ev.Softer: 12.0}
"""Without a star this long it is lost: at once, unless the picture just got sharper (a blur disc as wide as
the spokes hides every ring, and goes by) or the way back leads through what was dark before."""
NOTHING_LEFT_S = 20.0
SETTLED_S, DECIDED_S = 0.5, 3.0
"""The last half second says where a ring stands: a longer one may still hold its passing the peak."""
CLEARLY = 1.5
APPEARED = 3
SOFTEST_HALF_DEPTHS = 5.0
"""No lens in use is softer at its best than so many half depths of focus: a lowest point above is no peak."""
CONTRAST_STEP = 0.15


def judge_find(state: StepHistory, session: Session) -> ev.Seen | None:
    """At tele, far out of focus: does something appear, does the contrast rise or fall."""
    recent = state.pictures[-APPEARED - 1 :]
    if sum(each.measured for each in recent) >= APPEARED:
        return ev.StarSeen(state.at_s, scale_px(recent))
    values = [each.reading.contrast for each in state.stretch]
    if len(values) < 10:
        return None
    now, lowest, highest, first = median(values[-5:]), min(values), max(values), median(values[:5])
    if now > (1.0 + CONTRAST_STEP) * first and state.told is not ev.Sharper and now > 0.9 * highest:
        return ev.Sharper(state.at_s)
    falls = now < highest / (1.0 + CONTRAST_STEP) and now < 1.1 * lowest
    if falls and lasted(state.stretch, REACTION_S):
        return ev.Softer(state.at_s)
    return None


def judge_sweep(state: StepHistory, session: Session) -> ev.Seen | None:
    """A ring turned through its peak, once, either way."""
    if gone := _gone(state, session):
        return gone
    stretch = [each for each in state.stretch if each.um is not None]
    found = _passage(session, stretch)
    if found is None:
        return None
    ring = turned_ring(session)
    if found.state == "too-fast" and session.setup.back_focus_ring:
        return ev.PeakMissed(state.at_s, ring, "too-fast")
    if found.state != "falling":
        return _passed(session, stretch, found, state.at_s)
    return _trend(state, session, stretch, found) or _flat(state, session)


def judge_return(state: StepHistory, session: Session) -> ev.Seen | None:
    """The way back to the peak: there, past it, lost, or too long."""
    ring = turned_ring(session)
    if star_gone(state.pictures, GONE_S):
        return ev.StarLost(state.at_s)
    if lasted(state.stretch, BACK_S):
        return ev.PeakMissed(state.at_s, ring, "not-back")
    seen = [each for each in state.stretch if each.um is not None]
    if len(seen) < 3:
        return None
    allowed_um = close_um(session, seen)
    if state.told is ev.AtPeak:
        return _settling(state, session, seen, allowed_um)
    if _now_um(seen) <= _within_um(seen, allowed_um):
        return ev.AtPeak(state.at_s, ring)
    if lasted(state.stretch, REACTION_S) and _goes_away(seen, allowed_um):
        return ev.Overshot(state.at_s, ring)
    return None


def turned_ring(session: Session) -> ev.Ring:
    """The ring this step is about."""
    return "focus" if session.step.at_tele or not session.setup.back_focus_ring else "back-focus"


def close_um(session: Session, seen: Sequence[TimedReading]) -> float:
    """How near to the peak is back on it; at tele as far as k^2 forgives, but never visibly soft."""
    depth_um = _depth_here_um(session, seen)
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
    """What a stretch has shown, the lens's softness taken off; a lowest point too soft is no peak."""
    if len(seen) < 3:
        return None
    depth_um = _depth_here_um(session, seen)
    raw = [each.um or 0.0 for each in seen]
    floor_um = sorted(raw)[min(2, len(raw) - 1)]
    if floor_um > SOFTEST_HALF_DEPTHS * depth_um:
        found = sweep_by_hand(raw, [each.sigma_um for each in seen], depth_um)
        return replace(found, state="falling") if found else None
    own = [less_in_quadrature(each.um or 0.0, each.sigma_um, floor_um) for each in seen]
    return sweep_by_hand([um for um, _ in own], [sigma_um for _, sigma_um in own], depth_um)


def _passed(session: Session, seen: Sequence[TimedReading], found: Passage, at_s: float) -> ev.Seen | None:
    around = seen[max(0, found.index - 1) : found.index + 2]
    best = steady_reading(session, [each.reading for each in around])
    return ev.PeakPassed(at_s, turned_ring(session), best) if best else None


def _trend(
    state: StepHistory, session: Session, seen: Sequence[TimedReading], found: Passage
) -> ev.Seen | None:
    enough_um = max(3.0 * seen[-1].sigma_um, _depth_here_um(session, seen))
    if found.fell_um >= enough_um and found.rose_um < 2.0 * enough_um:
        return ev.Sharper(state.at_s) if state.told is not ev.Sharper else None
    turned_back = state.told in (ev.Softer, ev.StarLost, ev.PeakMissed)
    if turned_back and not lasted(state.stretch, REACTION_S):
        return None
    highest = max(each.um or 0.0 for each in seen)
    if found.rose_um >= enough_um and _now_um(seen) >= highest - 0.5 * enough_um:
        return ev.Softer(state.at_s)
    return None


def _flat(state: StepHistory, session: Session) -> ev.Seen | None:
    """No clear best for long; a focus ring at wide may not reach it at all."""
    too_long_s = SWEEP_S if session.setup.back_focus_ring else BACK_S
    if not lasted(state.pictures if not session.setup.back_focus_ring else state.stretch, too_long_s):
        return None
    return ev.PeakMissed(state.at_s, turned_ring(session), "flat")


def _settling(
    state: StepHistory, session: Session, seen: Sequence[TimedReading], allowed_um: float
) -> ev.Seen | None:
    """Told to stop: still there after a second, or gone past; what lies between is decided after a while."""
    if not lasted(seen, SETTLED_S):
        return None
    best = session.tele_best if session.step is Step.RETURN_TELE else session.wide_best
    look = steady_reading(session, [each.reading for each in last(seen, SETTLED_S)], best)
    if look is None:
        return None
    within_um = max(allowed_um, min(2.0 * look.sigma_um, 3.0 * allowed_um))
    if look.residual_um > CLEARLY * within_um:
        return ev.Overshot(state.at_s, turned_ring(session))
    is_back = lasted(seen, SETTLED_S + STILL_S) and look.residual_um <= within_um
    return _returned(state, session, look, best) if is_back or lasted(seen, DECIDED_S) else None


def _returned(
    state: StepHistory, session: Session, look: ev.SteadyReading, best: ev.SteadyReading | None
) -> ev.Seen:
    ring = turned_ring(session)
    if ring == "focus":
        return ev.Returned(state.at_s, ring, look)
    before = refer(session, session.wide, best)
    corrected_um = before.residual_um if before else None
    if is_part_way(session, look):
        return ev.PartWaySharp(state.at_s, look, corrected_um)
    return ev.Returned(state.at_s, ring, look, corrected_um)


def _within_um(seen: Sequence[TimedReading], allowed_um: float) -> float:
    """What counts as back on the peak: noise may widen it, but not beyond the depth of focus."""
    return max(allowed_um, min(2.0 * seen[-1].sigma_um, 3.0 * allowed_um))


def _goes_away(seen: Sequence[TimedReading], allowed_um: float) -> bool:
    """Whether the picture is now as soft as on any part of this way, and softer than its best."""
    values = [each.um or 0.0 for each in seen]
    if len(values) < 5:
        return False
    smooth = [median(values[i : i + 3]) for i in range(len(values) - 2)]
    lowest = min(smooth)
    since = smooth[smooth.index(lowest) :]
    risen_um = max(3.0 * seen[-1].sigma_um, 1.5 * allowed_um)
    return smooth[-1] > lowest + risen_um and smooth[-1] >= max(since) - 0.3 * risen_um


def _now_um(seen: Sequence[TimedReading]) -> float:
    return median(each.um or 0.0 for each in seen[-3:])


def _depth_here_um(session: Session, seen: Sequence[TimedReading]) -> float:
    """Half depth of focus at the zoom position of these pictures, um."""
    ratio = ratio_of(session, last_scale_px(seen), at_tele=session.step.at_tele)
    return optics_of(session).half_depth_um(ratio)
