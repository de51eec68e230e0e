"""The picture at wide: is there a star, is the light right, does the camera stand still."""

from collections.abc import Sequence

from ...measure.reading import Flag, Reading
from .. import events as ev
from ..session_state import Session
from .pictures import HALF_S, StepHistory, first, last, lasted, now, scale_px, star_steady

BRIGHTEST, DARKEST = 0.90, 0.60
"""White of the chart as a fraction of full scale: above it clips soon, below it noise grows."""
FAULT_S = 1.0
SMOOTH_S = 20.0
ZOOMED = 1.3
GROWN_S = 0.6
LEFT = 1.2
"""A focus ring, which is to be set here, changes the scale by up to 15 % without a zoom."""
FURTHER_OUT = 0.95
"""Share of the scale at which the star was first seen: if it gets smaller, only now it is at wide."""


def judge_aim(state: StepHistory, session: Session) -> ev.Seen | None:
    """Ready, or what is wrong, or that the person has gone on.

    Without a star nothing follows by itself: whether it is too blurred to be seen or not there at all, only
    the person can say.
    """
    if _grown(state, ZOOMED):
        return ev.ZoomMoved(state.at_s, "tele")
    if found := taken(state, session):
        return found
    why = fault_of(state)
    if why is not None:
        return ev.NotReady(state.at_s, why) if why != session.told.fault else None
    if star_steady(state.pictures):
        return ev.StarSeen(state.at_s, scale_px(last(state.pictures, 1.0)))
    return None


def judge_check(state: StepHistory, session: Session) -> ev.Seen | None:
    """Zooming in says that everything was checked; opening the iris may have spoiled the light."""
    if _grown(state, LEFT):
        return ev.ZoomMoved(state.at_s, "tele")
    if found := taken(state, session):
        return found
    if star_steady(state.pictures):
        now_px, wide_px = scale_px(last(state.pictures, 1.0)), session.scales.wide_px
        if wide_px is None or (now_px is not None and now_px < FURTHER_OUT * wide_px):
            return ev.StarSeen(state.at_s, now_px)
    why = fault_of(state)
    if why not in (None, "no-star", "moving", session.told.fault):
        return ev.NotReady(state.at_s, why)
    return None


def taken(state: StepHistory, session: Session) -> ev.TargetTaken | None:
    """An object where a chart is waited for, or the chart in its place; that there is one needs no word."""
    if not lasted(state.pictures, HALF_S):
        return None
    seen = {each.reading.target_name for each in last(state.pictures, HALF_S)}
    name = seen.pop()
    if seen or name is None or (name == "object") == (session.target == "object"):
        return None
    return ev.TargetTaken(state.at_s, name)


def _grown(state: StepHistory, factor: float) -> bool:
    """Whether the scale has grown since the step began, for so long that an extender is known by then."""
    scaled = [each for each in state.pictures if each.scale_px is not None]
    start_px = scale_px(first(scaled, HALF_S))
    if start_px is None or not lasted(scaled, HALF_S + GROWN_S):
        return False
    return all((each.scale_px or 0.0) > factor * start_px for each in now(scaled, GROWN_S))


def fault_of(state: StepHistory) -> ev.Unfit | None:
    """What most of the last pictures have wrong; None while that is not known."""
    if not lasted(state.pictures, FAULT_S):
        return None
    return _mostly([_unfit(each.reading) for each in last(state.pictures, FAULT_S)])


def judge_object(state: StepHistory, session: Session) -> ev.NotReady | None:
    """At tele: nobody should measure by what stands there.

    Out of focus everything is smooth: there the ring may be turned for a while.
    """
    if session.target != "object" or not lasted(state.pictures, FAULT_S):
        return None
    recent = last(state.pictures, FAULT_S)
    why = _mostly([_none_to_measure_by(each.reading) for each in recent])
    if why is None or (why == "too-smooth" and not lasted(state.pictures, SMOOTH_S)):
        return None
    return ev.NotReady(state.at_s, why)


def _mostly(faults: Sequence[ev.Unfit | None]) -> ev.Unfit | None:
    """The fault of most of the pictures, if there is one."""
    return next((why for why in faults if why and faults.count(why) > 0.7 * len(faults)), None)


def _none_to_measure_by(reading: Reading) -> ev.Unfit | None:
    """The fault that tele's sharpest picture showed in the object; before there is one nothing is sure."""
    return None if Flag.NO_REFERENCE in reading.flags else _of_object(reading)


def _of_object(reading: Reading) -> ev.Unfit | None:
    """Why nobody should measure by what stands there, where no star is; what has a curve is measured."""
    if reading.star or reading.edge or reading.frequency_cy_px:
        return None
    return next((why for flag, why in ev.OF_OBJECT.items() if flag in reading.flags), None)


def _unfit(reading: Reading) -> ev.Unfit | None:
    flags, white = reading.flags, reading.white
    if (why := _of_object(reading)) is not None:
        return why
    if reading.target is None:
        return "no-star"
    if Flag.CROPPED in flags and Flag.SCALE_UNSURE in flags:
        return "cropped"
    if Flag.CLIPPED in flags:
        return "clipped"
    if white is not None and white > BRIGHTEST:
        return "too-bright"
    if Flag.TOO_DARK in flags or (white is not None and white < DARKEST and Flag.LOW_CONTRAST not in flags):
        return "too-dark"
    return "moving" if Flag.MOVING in flags else None
