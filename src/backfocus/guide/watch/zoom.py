"""The zoom: has it left one end, has it come to rest at the other, was the star lost on the way."""

from .. import events as ev
from ..session_state import Session
from .looks import judge_walk, looks_on_the_way, tele_missing
from .pictures import (
    StepHistory,
    contrast_steady,
    last,
    last_scale_px,
    lasted,
    scale_px,
    star_flickers,
    star_gone,
    star_steady,
)

MOVED = 1.3
"""Breathing drifts the scale by up to 15 %; this much is a zoom."""
NEAR_END = 1.15
"""So near to the end as it was seen or said to be, a stop is taken at once; elsewhere after a while."""
PAUSE_S = 4.0
BLIND_S = 1.5
BLIND_AT_LEAST_S = 2.5
BLIND_AT_MOST_S = 8.0
LOST_S = 0.8
NOT_BACK_S = 5.0
FURTHER = 1.25
"""If the star does not show again by then, zoom in by so much more."""
LEFT = 1.05


def judge_to_tele(state: StepHistory, session: Session) -> ev.Seen | None:
    """At rest fully in, or nothing to be seen there."""
    if _blind(state):
        return tele_missing(session, state.at_s)
    if not star_steady(state.pictures):
        return None
    now_px = scale_px(last(state.pictures, 1.0))
    if _arrived(state, _grown(state, session, now_px), _near_tele(session, now_px)):
        return ev.ZoomStopped(state.at_s, "tele", now_px)
    return None


def judge_to_wide(state: StepHistory, session: Session) -> ev.Seen | None:
    """At rest fully out, or the star lost on the way."""
    if lost := _lost(state, session):
        return lost
    if not star_steady(state.pictures):
        return None
    now_px = scale_px(last(state.pictures, 1.0))
    shrunk = now_px is None or session.tele_px is None or now_px * MOVED < session.tele_px
    near = now_px is not None and session.wide_px is not None and now_px < NEAR_END * session.wide_px
    if _arrived(state, shrunk, near):
        return ev.ZoomStopped(state.at_s, "wide", now_px, looks_on_the_way(session, state.pictures))
    return None


def judge_zoom_in(state: StepHistory, session: Session) -> ev.Seen | None:
    """The star is back and at rest, part of the way out; or it does not come back at all."""
    if star_gone(state.pictures, NOT_BACK_S):
        further_px = FURTHER * (session.lost_px or 1.0)
        at_end = session.tele_px is None or further_px > session.tele_px
        return ev.NothingThere(state.at_s) if at_end else ev.LostOnTheWay(state.at_s, further_px)
    if star_steady(state.pictures):
        return ev.ZoomStopped(state.at_s, "wide", scale_px(last(state.pictures, 1.0)))
    return None


def judge_lost(state: StepHistory, session: Session) -> ev.Seen | None:
    """The star went, though the zoom was at rest."""
    return _lost(state, session)


def judge_left_tele(state: StepHistory, session: Session) -> ev.Seen | None:
    """Zooming out says that the screw is tight."""
    scales = [each.scale_px for each in state.pictures if each.scale_px is not None]
    start_px = session.tele_px or (scales[0] if scales else None)
    if start_px and len(scales) >= 3 and max(scales[-3:]) * LEFT < start_px:
        return ev.ZoomMoved(state.at_s, "wide")
    return None


def judge_walking(state: StepHistory, session: Session) -> ev.Seen | None:
    """The walk from wide to tele, judged once it is at rest there."""
    if star_gone(state.stretch, 2.0):
        return ev.StarLost(state.at_s) if state.told is not ev.StarLost else None
    if not star_steady(state.pictures):
        return None
    now_px = scale_px(last(state.pictures, 1.0))
    near = now_px is not None and session.tele_px is not None and now_px > session.tele_px / NEAR_END
    if _arrived(state, _grown(state, session, now_px), near):
        return judge_walk(session, state.pictures, state.at_s)
    return None


def _arrived(state: StepHistory, moved: bool, near_end: bool) -> bool:
    """A stop near the end counts at once, one on the way only after a pause."""
    return moved and (near_end or star_steady(state.pictures, PAUSE_S))


def _grown(state: StepHistory, session: Session, now_px: float | None) -> bool:
    return now_px is None or session.wide_px is None or now_px > MOVED * session.wide_px


def _near_tele(session: Session, now_px: float | None) -> bool:
    expected_px = session.tele_px
    if expected_px is None and session.wide_px and session.setup.zoom_ratio:
        expected_px = session.wide_px * session.setup.zoom_ratio
    return now_px is not None and expected_px is not None and now_px > expected_px / NEAR_END


def _blind(state: StepHistory) -> bool:
    """No star, and nothing moves any more; after a good while also if something does."""
    if star_flickers(state.pictures) and contrast_steady(last(state.pictures, BLIND_S)):
        return True
    if not lasted(state.pictures, BLIND_AT_LEAST_S) or not star_gone(state.pictures, BLIND_S):
        return False
    return star_gone(state.pictures, BLIND_AT_MOST_S) or contrast_steady(last(state.pictures, BLIND_S))


def _lost(state: StepHistory, session: Session) -> ev.Seen | None:
    if not star_gone(state.pictures, LOST_S) and not star_flickers(state.pictures):
        return None
    seen_px = last_scale_px(state.pictures) or session.tele_px
    return ev.LostOnTheWay(state.at_s, seen_px) if seen_px else None
