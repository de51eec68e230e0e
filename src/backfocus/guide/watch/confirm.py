"""What a person confirms, held against the picture: it shows it, it does not, or it cannot show such a thing.

What the picture shows takes the place of the word, with the reading that belongs to it. What it does not show
is asked back, once: said again it counts, and the session remembers that nobody saw it.
"""

from .. import events as ev
from ..blur import steady_reading
from ..session_state import Session, depth_here_um, passed_peak
from ..steps import Step
from .aim import fault_of
from .looks import LOOK_S, is_part_way, judge_walk, looks_on_the_way
from .pictures import STILL_S, StepHistory, last, now, scale_px, star_steady
from .sweep import returned, turned_ring
from .zoom import is_short_of, zoomed

Shown = ev.Event | ev.Unshown | None


def confirmed(state: StepHistory, session: Session, said: ev.Confirmed) -> ev.Event:
    """What a confirmation amounts to: what the picture shows, a question back, or the word itself.

    Parameters
    ----------
    state : StepHistory
        What `watch` made of the pictures so far.
    session : Session
        As it stands now; if it entered a step since, no picture of that was seen yet.
    """
    if said.step != session.step:
        return said
    here = state if state.turn == session.turn and state.pictures else None
    shown = _shown(here, session) if here else _unseen(session)
    if isinstance(shown, str):
        shown = None if _was_asked(session, shown) else ev.Questioned(said.at_s, said.step, shown)
    return said if shown is None else shown


def _was_asked(session: Session, why: ev.Unshown) -> bool:
    """Whether this was asked back: "moving" only asks to wait, and the end is another question."""
    asked = session.told.questioned
    return asked is not None and not (asked == "moving" and why == "part-way")


def _unseen(session: Session) -> Shown:
    """Confirmed before a picture of this step was seen."""
    if session.step in (Step.TO_TELE, Step.TO_WIDE, Step.TO_PROOF, Step.WALK):
        return "no-zoom"
    return None if session.step in (Step.CHECK, Step.LOCK) else "no-star"


def _shown(state: StepHistory, session: Session) -> Shown:
    match session.step:
        case Step.AIM:
            return fault_of(state) or _star(state)
        case Step.FIND | Step.LOOK_TELE | Step.LOOK_WIDE | Step.PROOF:
            return _star(state)
        case Step.TO_TELE:
            return _zoomed_in(state, session)
        case Step.TO_WIDE | Step.TO_PROOF:
            return _zoomed_out(state, session)
        case Step.ZOOM_IN:
            return _star(state) or _stopped(state, "wide")
        case Step.WALK:
            return _walked(state, session)
        case Step.SWEEP_TELE | Step.RETURN_TELE | Step.SWEEP_WIDE | Step.RETURN_WIDE:
            return _focused(state, session)
        case _:
            return None


def _star(state: StepHistory) -> ev.Unshown | None:
    recent = now(state.pictures, STILL_S)
    return None if 2 * sum(each.measured for each in recent) >= len(recent) else "no-star"


def _zoomed_in(state: StepHistory, session: Session) -> Shown:
    why = _not_in(state, session)
    if why == "no-zoom" or (why and not _was_asked(session, why)):
        return why
    return None if _star(state) else _stopped(state, "tele")


def _not_in(state: StepHistory, session: Session) -> ev.Unshown | None:
    if not zoomed(state, session, "tele"):
        return "no-zoom"
    if _star(state) is None and not star_steady(state.pictures):
        return "moving"
    return "part-way" if is_short_of(session, state.pictures, "tele") else None


def _zoomed_out(state: StepHistory, session: Session) -> Shown:
    if _star(state):
        return None  # lost on the way out: the picture will say so
    if not zoomed(state, session, "wide"):
        return "no-zoom"
    if not star_steady(state.pictures):
        return "moving"
    if is_short_of(session, state.pictures, "wide") and not _was_asked(session, "part-way"):
        return "part-way"
    stopped = _stopped(state, "wide")
    if not isinstance(stopped, ev.ZoomStopped):
        return stopped
    now_px = scale_px(now(state.pictures, STILL_S))
    return ev.ZoomStopped(stopped.at_s, "wide", now_px, looks_on_the_way(session, state.pictures))


def _stopped(state: StepHistory, end: ev.ZoomEnd) -> Shown:
    """At rest, with the scale to be remembered."""
    if not star_steady(state.pictures):
        return "moving"
    return ev.ZoomStopped(state.at_s, end, scale_px(last(state.pictures, STILL_S)))


def _walked(state: StepHistory, session: Session) -> Shown:
    why = _not_in(state, session)
    if why == "no-zoom" or (why and not _was_asked(session, why)):
        return why
    return judge_walk(session, state.pictures, state.at_s) if star_steady(state.pictures) else "moving"


def _focused(state: StepHistory, session: Session) -> Shown:
    """The ring stands where the person wants it: read there, whatever was seen on the way."""
    if why := _star(state):
        return why
    if not star_steady(state.pictures, LOOK_S):
        return "moving"
    best = passed_peak(session)
    look = steady_reading(session, [each.reading for each in last(state.pictures, LOOK_S)], best)
    if look is None:
        return "moving"
    if not session.told.questioned and (why := _not_sharpest(session, look, best)):
        return why
    return None if _only_the_word(session, look) else returned(state, session, look, best)


def _not_sharpest(
    session: Session, look: ev.SteadyReading, best: ev.SteadyReading | None
) -> ev.Unshown | None:
    if best is None:
        return "no-peak"
    return "soft" if look.residual_um > depth_here_um(session, look.scale_px) else None


def _only_the_word(session: Session, look: ev.SteadyReading) -> bool:
    """Where the table has no way for a reading: no ring to set, or a correction part of the way out."""
    if turned_ring(session) == "focus":
        return not session.step.at_tele
    return session.step is Step.SWEEP_WIDE and is_part_way(session, look)
