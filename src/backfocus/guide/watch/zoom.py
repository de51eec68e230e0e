"""The zoom: has it left one end, has it come to rest at the other, was the star lost on the way."""

import math
from statistics import mean

from ...measure.reading import Flag
from ...solve.clip import SAME_ZOOM
from .. import events as ev
from ..session_state import Session, promised_tele_px
from .aim import taken
from .looks import judge_walk, looks_on_the_way, may_be_short_of_tele, tele_missing
from .pictures import (
    FEWEST,
    FEWEST_NOW,
    HALF_S,
    MOVED,
    STILL_CONTRAST,
    STILL_S,
    StepHistory,
    TimedReading,
    TimedReadings,
    contrast_steady,
    first,
    last,
    last_scale_px,
    lasted,
    now,
    scale_px,
    shaken_s,
    star_flickers,
    star_gone,
    star_steady,
)

NEAR_END = 1.15
"""So near to the end as it was seen or said to be, a stop is taken at once; elsewhere after a while."""
PAUSE_S = 4.0
STANDS_S = 12.0
FULLY = 0.6
"""Of the scale that the lens's data promise, from which on the zoom may well be fully in."""
NEARLY_OUT = 1.3
"""Of the scale seen fully out, up to which the zoom may well be fully out again."""
BLIND_S = 1.5
BLIND_AT_LEAST_S = 2.5
BLIND_AT_MOST_S = 8.0
LOST_S = 0.8
COVERED_S = 3.0
SMALLER = 1.05
"""A star that went while the zoom stood still may be covered by somebody who walks on."""
NOT_BACK_S = 5.0
FURTHER = 1.25
"""If the star does not show again by then, zoom in by so much more."""
SMALLEST_PX = 10.0
"""No smaller star was ever read."""
LONGEST_ZOOM = 30.0
"""How far in a zoom goes at most whose ratio nobody told."""
LEFT, STILL_SCALE_LEFT = 1.2, 1.02
"""Below what a focus ring does to the scale nobody has left an end of the zoom."""
STRAYED_SHARE = 0.02
"""Of the zoom's way: what its encoder may show while a hand works on another ring."""
STRAYED_S = 0.8
"""By scale alone the zoom has moved when away so long: an extender is known by then, at ten a second too."""
LET_GO_S = 0.7
"""A hand that shakes the picture so shortly before the zoom moves was the one on the zoom."""


def judge_to_tele(state: StepHistory, session: Session) -> ev.Seen | None:
    """At rest fully in, or nothing to be seen there."""
    if found := taken(state, session):
        return found
    if _blind(state) and zoomed(state, session, "tele"):
        return tele_missing(session, state.at_s)
    if not star_steady(state.pictures):
        return None
    now_px = scale_px(last(state.pictures, STILL_S))
    if _arrived(state, session, "tele", near_end=_near_tele(session, now_px)):
        return ev.ZoomStopped(state.at_s, "tele", now_px)
    return None


def judge_to_wide(state: StepHistory, session: Session) -> ev.Seen | None:
    """At rest fully out, or the star lost on the way."""
    if lost := _lost_zooming(state, session):
        return lost
    if not star_steady(state.pictures):
        return None
    now_px = scale_px(last(state.pictures, STILL_S))
    if _arrived(state, session, "wide", near_end=_near_wide(session, now_px)):
        return ev.ZoomStopped(state.at_s, "wide", now_px, looks_on_the_way(session, state.pictures))
    return None


def zoomed(state: StepHistory, session: Session, end: ev.ZoomEnd) -> bool:
    """Whether the picture shows that the zoom went to, or towards, `end` in this step.

    By its scale against that of the other end; where a star fills the picture and has none, by the end at
    which it has one; where none was ever seen at wide, by the zoom leaving it, or by anything that came, went
    or changed. Who began fully in and goes out first was not at wide before.
    """
    now_px = scale_px(now(state.pictures, STILL_S))
    if end == "tele":
        widest_px = min(session.scales.wide_px or math.inf, _widest_px(state))
        if widest_px == math.inf:
            return session.scales.zoom_seen or _changed(state)
        return now_px is None or now_px > MOVED * widest_px
    if now_px is None:
        return session.scales.wide_px is None and _changed(state)
    return session.scales.tele_px is None or now_px * MOVED < session.scales.tele_px


def _widest_px(state: StepHistory) -> float:
    """The smallest scale of this step; single wild readings do not count."""
    scales = sorted(each.scale_px or 0.0 for each in state.pictures if _scaled(each))
    return scales[FEWEST - 1] if len(scales) >= FEWEST else math.inf


def _changed(state: StepHistory) -> bool:
    """Whether the picture became another one since the step began, by its contrast or a star in it."""
    early, late = first(state.pictures, HALF_S), now(state.pictures, HALF_S)
    shares = [sum(each.measured for each in some) / len(some) for some in (early, late)]
    if abs(shares[1] - shares[0]) > 0.5:
        return True
    before, after = (mean(each.reading.contrast for each in some) for some in (early, late))
    return abs(after - before) > STILL_CONTRAST * max(before, after, 1e-6)


def judge_zoom_in(state: StepHistory, session: Session) -> ev.Seen | None:
    """The star is back and at rest, part of the way out; or it does not come back at all."""
    if star_gone(state.pictures, NOT_BACK_S):
        further_px = FURTHER * (session.scales.lost_px or 1.0)
        end_px = promised_tele_px(session) or LONGEST_ZOOM * (session.scales.wide_px or math.inf)
        at_end = further_px > end_px
        return ev.NothingThere(state.at_s) if at_end else ev.LostOnTheWay(state.at_s, further_px)
    if star_steady(state.pictures):
        return ev.ZoomStopped(state.at_s, "wide", scale_px(last(state.pictures, STILL_S)))
    return None


def judge_lost(state: StepHistory, session: Session) -> ev.Seen | None:
    """The star went, and the scale at which it was last read; None while it is there.

    Of a star that filled the picture until it went no scale was read: it may show anywhere from wide on.
    """
    if not star_gone(state.pictures, LOST_S) and not star_flickers(state.pictures):
        return None
    seen_px = last_scale_px(state.pictures) or session.scales.tele_px or session.scales.wide_px
    return ev.LostOnTheWay(state.at_s, seen_px or SMALLEST_PX)


def judge_left_tele(state: StepHistory, session: Session) -> ev.Seen | None:
    """Zooming out goes on; a hand that was seen on the lens before it says that the screw is tight."""
    scaled = [each for each in state.pictures if each.scale_px is not None]
    start_px, recent = scale_px(first(scaled, HALF_S)), now(scaled)
    if start_px is None or len(recent) < FEWEST_NOW:
        return None
    if not all(_has_left(each, start_px, LEFT) for each in recent):
        return None
    touched_s = shaken_s(state.pictures)
    left_s = next(each.at_s for each in scaled if _has_left(each, start_px, STILL_SCALE_LEFT))
    return ev.ZoomMoved(state.at_s, "wide", touched_s is not None and touched_s < left_s - LET_GO_S)


def _has_left(picture: TimedReading, start_px: float, factor: float) -> bool:
    return picture.scale_px is not None and picture.scale_px * factor < start_px


def judge_strayed(state: StepHistory, session: Session) -> ev.Seen | None:
    """The zoom was moved while a ring was to be turned: by its encoder, else by more than a lens breathes."""
    recent = last(state.pictures, HALF_S)
    shares = [_zoom_share(state, session, each) for each in recent]
    told = [share for share in shares if share is not None]
    if len(told) == len(shares) >= FEWEST:
        if min(told) > STRAYED_SHARE:
            return ev.ZoomStrayed(state.at_s, "tele")
        return ev.ZoomStrayed(state.at_s, "wide") if max(told) < -STRAYED_SHARE else None
    recent = last(state.pictures, STRAYED_S)
    if len(recent) < FEWEST or not all(map(_scaled, recent)):
        return None
    look = session.looks.tele if session.step.at_tele else session.looks.wide
    start_px = (look.scale_px if look else None) or _first_scale_px(state)
    scales = [(each.scale_px or 0.0) / start_px for each in recent]
    if min(scales) > 1.0 / SAME_ZOOM:
        return ev.ZoomStrayed(state.at_s, "tele")
    return ev.ZoomStrayed(state.at_s, "wide") if max(scales) < SAME_ZOOM else None


def _zoom_share(state: StepHistory, session: Session, picture: TimedReading) -> float | None:
    """How far towards tele the zoom is since the step began, of its way from wide, by an encoder.

    None where there is none, or it was not there when wide and tele were looked at.
    """
    looks = (session.looks.tele, session.looks.wide)
    steps = [
        place.zoom_steps if place is not None else None
        for place in (
            picture.position,
            state.pictures[0].position,
            *(look.position if look else None for look in looks),
        )
    ]
    now_, start, tele, wide = steps
    if now_ is None or start is None or tele is None or wide is None or tele == wide:
        return None
    return (now_ - start) / (tele - wide)


def _first_scale_px(state: StepHistory) -> float:
    scales = scale_px(first([each for each in state.pictures if _scaled(each)], HALF_S))
    return scales or 1.0


def _scaled(picture: TimedReading) -> bool:
    return picture.scale_px is not None and Flag.SCALE_UNSURE not in picture.reading.flags


def judge_walking(state: StepHistory, session: Session) -> ev.Seen | None:
    """The walk from wide to tele, judged once it is at rest there."""
    if star_gone(state.stretch, 2.0):
        return ev.StarLost(state.at_s) if state.told is not ev.StarLost else None
    if not star_steady(state.pictures):
        return None
    now_px = scale_px(last(state.pictures, STILL_S))
    near = (
        now_px is not None
        and session.scales.tele_px is not None
        and now_px > session.scales.tele_px / NEAR_END
    )
    if _arrived(state, session, "tele", near_end=near):
        return judge_walk(session, state.pictures, state.at_s)
    return None


def _arrived(state: StepHistory, session: Session, end: ev.ZoomEnd, *, near_end: bool) -> bool:
    """A stop near the end counts at once, one on the way only after a pause.

    Where the zoom is known to go further the pause is longer than any question about it waits.
    """
    if not zoomed(state, session, end):
        return False
    return near_end or star_steady(
        state.pictures, STANDS_S if is_short_of(session, state.pictures, end) else PAUSE_S
    )


def is_short_of(session: Session, pictures: TimedReadings, end: ev.ZoomEnd) -> bool:
    """Whether the zoom stands short of an end, by what was seen of it before or its data promise."""
    now_px, wide_px = scale_px(now(pictures, STILL_S)), session.scales.wide_px
    if end == "wide":
        return now_px is not None and wide_px is not None and now_px > NEARLY_OUT * wide_px
    promised_px = promised_tele_px(session)
    far_from_it = now_px is not None and promised_px is not None and now_px < FULLY * promised_px
    return far_from_it or may_be_short_of_tele(session, pictures)


def _near_wide(session: Session, now_px: float | None) -> bool:
    """Whether it stands near the smallest scale seen; one as large as that of tele was not wide's."""
    wide_px, tele_px = session.scales.wide_px, session.scales.tele_px
    if now_px is None or wide_px is None or (tele_px is not None and wide_px * MOVED > tele_px):
        return False
    return now_px < NEAR_END * wide_px


def _near_tele(session: Session, now_px: float | None) -> bool:
    promised_px = promised_tele_px(session)
    return now_px is not None and promised_px is not None and now_px > promised_px / NEAR_END


def _blind(state: StepHistory) -> bool:
    """No star, and nothing moves any more; after a good while also if something does."""
    if star_flickers(state.pictures) and contrast_steady(last(state.pictures, BLIND_S)):
        return True
    if not lasted(state.pictures, BLIND_AT_LEAST_S) or not star_gone(state.pictures, BLIND_S):
        return False
    return star_gone(state.pictures, BLIND_AT_MOST_S) or contrast_steady(last(state.pictures, BLIND_S))


def _lost_zooming(state: StepHistory, session: Session) -> ev.Seen | None:
    """The star went on the way out; at once only if it was seen to get smaller before."""
    smallest_px = last_scale_px(state.pictures)
    left = (
        smallest_px is None
        or session.scales.tele_px is None
        or smallest_px * SMALLER < session.scales.tele_px
    )
    return judge_lost(state, session) if left or star_gone(state.pictures, COVERED_S) else None
