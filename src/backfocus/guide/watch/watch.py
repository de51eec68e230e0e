"""Readings to events: `watch(state, reading, session) -> (state, events)`, pure, owner of every judgement.

At most one event comes from one picture, and only one that the table knows in this step. The state holds the
pictures of the step in hand and starts again whenever the session enters a step; what must outlive a step
travels in the events.
"""

from collections.abc import Callable
from dataclasses import replace

from ...measure.reading import Flag, Reading, time_of
from ...solve.extender import swung
from ...solve.zoom_pull import usable
from .. import events as ev
from ..blur import blur_um
from ..session_state import Session, passed_peak
from ..steps import Step, table
from .aim import judge_aim, judge_check, judge_object
from .idle import judge_change, noticed
from .looks import LOOK_S, judge_light, judge_proof, judge_tele, judge_wide, tele_missing
from .pictures import (
    KEPT_S,
    StepHistory,
    TimedReading,
    at_most,
    jump_px,
    last,
    lasted,
    scale_px,
    since,
    star_flickers,
    star_gone,
    star_steady,
)
from .sweep import judge_find, judge_return, judge_sweep
from .zoom import (
    judge_left_tele,
    judge_lost,
    judge_strayed,
    judge_to_tele,
    judge_to_wide,
    judge_walking,
    judge_zoom_in,
)

__all__ = ["StepHistory", "watch"]

LOOK_GONE_S = 2.0
BUMP_PX, BUMP_SHARE = 25.0, 0.04
"""A hand on the lens shakes the picture by less; so does breathing."""

HUNT_AT_MOST_S = 240.0
"""So long one ring is turned for its sharpest point: a sweep there and back takes half a minute, and a slow
hand that first tries the wrong ring two."""

SWING_S, SWING_PICTURES, SWING_FPS = 2.0, 16, 25.0
"""Among which an extender shows: two rests and what lies between, in pictures of no higher rate."""

_TURNING = (Step.SWEEP_TELE, Step.RETURN_TELE, Step.SWEEP_WIDE, Step.RETURN_WIDE)
_LIT = (*_TURNING, Step.LOCK)
"""Steps in which the light is watched all the time; in others a look at the end of the zoom tells."""
_LIGHT_ONLY = (Step.AIM, Step.CHECK, Step.WALK, Step.LOCK)
"""Steps in which a star counts as it is, however blurred."""
_TAKES = (Step.AIM, Step.CHECK, Step.TO_TELE)
"""Steps in which an object may take the place of a chart; later ones wait for the chart."""

_BEGINS_ANEW = (ev.StarLost, ev.PeakMissed)
"""What was seen before these says nothing of the sharpest point."""

Judge = Callable[[StepHistory, Session], ev.Seen | None]


def watch(
    state: StepHistory, reading: Reading, session: Session, *, obeyed: bool = True
) -> tuple[StepHistory, tuple[ev.Event, ...]]:
    """The state after one more picture, and the event it makes, if any.

    Begin with `StepHistory()`. Feed the event to `advance` before the next picture. `obeyed`: whether anybody
    hears what is said; in a recording nobody does, and nobody gives up.
    """
    if session.finished:
        return state, ()
    if state.turn != session.turn:
        state = StepHistory(turn=session.turn)
    if not obeyed:
        session = replace(session, light_changes=0)
    state = _see(state, reading, session)
    event = (
        _intruded(state, session)
        or _refused(state, session)
        or (_given_up(state, session) if obeyed else None)
        or _JUDGES[session.step](state, session)
        or judge_change(state, session)
    )
    return (state, ()) if event is None else (_tell(state, event), (event,))


def _tell(state: StepHistory, event: ev.Seen) -> StepHistory:
    """The state after an event was told; only what turns the ring back ends the passage through focus."""
    at_s = state.at_s
    if isinstance(event, ev.NothingChanges):
        return replace(state, asked_s=at_s)
    sweep_s = at_s if isinstance(event, _BEGINS_ANEW) else state.sweep_s
    backs = state.backs + isinstance(event, (ev.Softer, ev.Overshot, *_BEGINS_ANEW))
    return replace(state, told=type(event), told_s=at_s, sweep_s=sweep_s, backs=backs)


def _see(state: StepHistory, reading: Reading, session: Session) -> StepHistory:
    """With the picture added; |r| is worked out only where the step needs it of every picture."""
    picture = _timed(reading, session)
    kept = since(state.pictures, picture.at_s - KEPT_S)
    state = replace(state, pictures=(*kept, picture))
    anchor, anchor_s = noticed(state, session)
    return replace(state, anchor=anchor, anchor_s=anchor_s)


def _timed(reading: Reading, session: Session) -> TimedReading:
    if reading.object is not None and session.target != "object" and session.step not in _TAKES:
        return TimedReading(time_of(reading), reading, measured=False)
    has_curve = reading.target is not None and bool(reading.frequency_cy_px)
    has_star = has_curve or (session.step in _LIGHT_ONLY and Flag.NO_REFERENCE in reading.flags)
    if session.step in _LIGHT_ONLY or not has_star:
        return TimedReading(time_of(reading), reading, has_star)
    found = blur_um(session, reading, passed_peak(session))
    if found is None:
        return TimedReading(time_of(reading), reading, measured=False)
    return TimedReading(time_of(reading), reading, True, *found)


def _intruded(state: StepHistory, session: Session) -> ev.Seen | None:
    """What no step asks for: an extender, a zoom that moves while a ring is turned, other light, a bump."""
    strayed = judge_strayed(state, session) if session.step in _TURNING else None
    relit = judge_light(session, state.pictures, state.at_s) if session.step in _LIT else None
    return _swung(state) or strayed or relit or _bumped(state, session)


def _given_up(state: StepHistory, session: Session) -> ev.Seen | None:
    """A person has turned a ring for so long, with all tries, that more of it leads nowhere.

    Motors, which know where they stand, give up by themselves. Who was told to stop is about to be done.
    """
    if session.step not in (*_TURNING, Step.FIND) or state.told is ev.AtPeak:
        return None
    by_motor = state.pictures[-1].position is not None
    is_long = state.at_s - session.hunt_s >= HUNT_AT_MOST_S
    return ev.GivenUp(state.at_s, "no-peak") if is_long and not by_motor else None


def _refused(state: StepHistory, session: Session) -> ev.Seen | None:
    """At tele, an object that nobody should measure by."""
    if (session.step, ev.NotReady) not in table(back_focus_ring=session.setup.back_focus_ring):
        return None
    return None if session.step in _LIGHT_ONLY else judge_object(state, session)


def _swung(state: StepHistory) -> ev.Seen | None:
    """An extender, as soon as the picture rests again."""
    recent = at_most(last(state.pictures, SWING_S), SWING_FPS)[-SWING_PICTURES:]
    swings = swung(usable([each.reading for each in recent]))
    return ev.ExtenderSwung(state.at_s, swings[-1][1]) if swings else None


def _bumped(state: StepHistory, session: Session) -> ev.Seen | None:
    if (session.step, ev.Bumped) not in table(back_focus_ring=session.setup.back_focus_ring):
        return None
    if not lasted(state.pictures, 1.0) or state.told is ev.Bumped:
        return None
    shift_px = jump_px(state.pictures)
    if shift_px > BUMP_PX and shift_px > BUMP_SHARE * (scale_px(state.pictures) or 0.0):
        return ev.Bumped(state.at_s, shift_px)
    return None


def _look_tele(state: StepHistory, session: Session) -> ev.Seen | None:
    if star_gone(state.pictures, LOOK_GONE_S) or star_flickers(state.pictures):
        return tele_missing(session, state.at_s)
    return judge_tele(session, state.pictures, state.at_s) if star_steady(state.pictures, LOOK_S) else None


def _look_wide(state: StepHistory, session: Session) -> ev.Seen | None:
    if lost := judge_lost(state, session):
        return lost
    return judge_wide(session, state.pictures, state.at_s) if star_steady(state.pictures, LOOK_S) else None


def _proof(state: StepHistory, session: Session) -> ev.Seen | None:
    if lost := judge_lost(state, session):
        return lost
    return judge_proof(session, state.pictures, state.at_s) if star_steady(state.pictures, LOOK_S) else None


_JUDGES: dict[Step, Judge] = {
    Step.AIM: judge_aim,
    Step.CHECK: judge_check,
    Step.TO_TELE: judge_to_tele,
    Step.FIND: judge_find,
    Step.LOOK_TELE: _look_tele,
    Step.SWEEP_TELE: judge_sweep,
    Step.RETURN_TELE: judge_return,
    Step.TO_WIDE: judge_to_wide,
    Step.ZOOM_IN: judge_zoom_in,
    Step.LOOK_WIDE: _look_wide,
    Step.SWEEP_WIDE: judge_sweep,
    Step.RETURN_WIDE: judge_return,
    Step.WALK: judge_walking,
    Step.LOCK: judge_left_tele,
    Step.TO_PROOF: judge_to_wide,
    Step.PROOF: _proof,
}
