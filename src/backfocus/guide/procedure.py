"""The procedure: `advance(session, event) -> (session, instructions)`, a table and a pure function.

A session is its events: storing is appending, resuming is folding `advance` over them, and a bug report is a
file of them. The rules of this file:

* the table (`steps.NEXT`) alone says which step follows; an event it does not know raises `OutOfOrder` and
  changes nothing;
* a command of the person carries the step it answers; one that answers another step is ignored with a note;
* obey instructions once, as they come; `ask` gives those that stand, for a reloaded page.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from typing import assert_never, get_args

from ..errors import OutOfOrder
from . import events as ev
from . import instructions as say
from .outcome import result
from .recorded import record
from .session_state import Result, Session, Setup, rounds_left
from .steps import NEXT, Step, diagram, table

__all__ = [
    "NEXT",
    "Result",
    "Session",
    "Setup",
    "Step",
    "advance",
    "ask",
    "diagram",
    "possible",
    "replay",
    "rounds_left",
    "start",
]

LONGEST_TRAIL = 64
ITEMS = (
    "iris fully open and on manual; gain, autofocus and stabiliser off",
    "focus ring at the distance of the chart",
    "extender and macro out",
    "ND position noted",
)
_COMMANDS = get_args(ev.Command)
_SILENT = (ev.Noted, ev.TargetTaken)
_KEEPS_ITS_STEP = (
    ev.Sharper,
    ev.Softer,
    ev.AtPeak,
    ev.Overshot,
    ev.StarLost,
    ev.PeakMissed,
    ev.NothingChanges,
    ev.Questioned,
    ev.Noted,
    ev.TargetTaken,
)
"""Events in the middle of a step: it goes on, and what `watch` has seen of it still counts."""
_HUNTS = ((Step.FIND, Step.SWEEP_TELE, Step.RETURN_TELE), (Step.SWEEP_WIDE, Step.RETURN_WIDE))
"""Steps in which one ring is turned for one sharpest point."""
_SETS_THE_WAY = (ev.PeakPassed, ev.PeakMissed, ev.StarLost, ev.StarSeen)
"""Events after which the ring goes on turning in the next step."""


def start(setup: Setup) -> tuple[Session, tuple[say.Instruction, ...]]:
    """A new session and the first thing to do."""
    session = Session(setup, nd=setup.nd)
    return session, ask(session)


def advance(session: Session, event: ev.Event) -> tuple[Session, tuple[say.Instruction, ...]]:
    """The session after `event`, and what to do now; nothing new to do is an empty tuple.

    Raises
    ------
    OutOfOrder
        If `event` cannot happen in this step. The session is unchanged.
    """
    if isinstance(event, _COMMANDS) and event.step != session.step:
        return session, (say.Ignored(event.step),)
    if isinstance(event, ev.Undone):
        return _undo(session, event)
    try:
        step = table(back_focus_ring=session.setup.back_focus_ring)[session.step, type(event)]
    except KeyError:
        raise OutOfOrder(f"{type(event).__name__} cannot happen during '{session.step}'") from None
    after = _enter(session, record(session, event), step, event)
    return after, _answer(after, event)


def replay(setup: Setup, events: Iterable[ev.Event]) -> Session:
    """The session that these events make; `advance` folded over them."""
    return reduce(lambda session, event: advance(session, event)[0], events, start(setup)[0])


def possible(session: Session) -> frozenset[type]:
    """The types of events that can happen now."""
    now = table(back_focus_ring=session.setup.back_focus_ring)
    return frozenset(event for step, event in now if step is session.step)


def ask(session: Session) -> tuple[say.Instruction, ...]:
    """What to do in this step."""
    step = session.step
    match step:
        case Step.AIM:
            return (say.Aim(step, session.told.fault),)
        case Step.CHECK:
            return (say.Confirm(step, ITEMS),)
        case Step.TO_TELE:
            return (say.ZoomTo("tele"),)
        case Step.FIND:
            return (say.Turn("focus", session.told.way, searching=_is_blind(session)),)
        case Step.LOOK_TELE | Step.LOOK_WIDE | Step.PROOF:
            return (say.Hold(),)
        case Step.SWEEP_TELE | Step.RETURN_TELE:
            return (
                say.Turn("focus", session.told.way, searching=session.told.lost, slower=session.told.slower),
            )
        case Step.TO_WIDE | Step.TO_PROOF:
            return (say.ZoomTo("wide"),)
        case Step.ZOOM_IN:
            return (say.ZoomUntilLost(session.scales.lost_px or session.scales.wide_px or 0.0),)
        case Step.SWEEP_WIDE | Step.RETURN_WIDE:
            return _turn_at_wide(session)
        case Step.WALK:
            return (say.WalkZoom(),)
        case Step.LOCK:
            return (say.TightenLock(step),)
        case Step.DONE:
            return (_finish(session.results[-1]),)
        case other:
            assert_never(other)


def _is_blind(session: Session) -> bool:
    """Whether nothing tells the way at tele: with an object contrast does, unless far out of focus."""
    return session.target != "object" or session.told.doubt is not None


def _turn_at_wide(session: Session) -> tuple[say.Instruction, ...]:
    """The back-focus ring, unlocked first; without one, the focus ring shows how sharp the lens can be."""
    if not session.setup.back_focus_ring:
        return (say.Turn("focus", session.told.way, slower=session.told.slower),)
    left_um = session.correction.left_um if session.setup.optics and session.step is Step.SWEEP_WIDE else None
    learned = session.setup.um_per_degree
    left_deg = left_um / learned if left_um is not None and learned else None
    turn = say.Turn(
        "back-focus", session.told.way, slower=session.told.slower, left_um=left_um, left_deg=left_deg
    )
    fresh = session.step is Step.SWEEP_WIDE and session.told.way == "either"
    return (say.LoosenLock(), turn) if fresh else (turn,)


def _finish(found: Result) -> say.Finish:
    verdict, error = found.verdict, found.back_focus
    return say.Finish(
        verdict.kind,
        verdict.reason,
        verdict.advice,
        error.delta_um if error else None,
        error.sigma_um if error else None,
    )


def _enter(before: Session, after: Session, step: Step, event: ev.Event) -> Session:
    """Stand in `step`; a step entered again starts clean and can be undone."""
    same = step is before.step
    if same and isinstance(event, _KEEPS_ITS_STEP):
        return after
    if not isinstance(event, _SETS_THE_WAY):
        after = replace(after, told=replace(after.told, way="either", slower=False, lost=False))
    trail = before.trail if same else (*before.trail, replace(before, trail=()))[-LONGEST_TRAIL:]
    goes_on = not isinstance(event, ev.Repeated) and any(
        before.step in hunt and step in hunt for hunt in _HUNTS
    )
    hunt_s = before.hunt_s if goes_on else event.at_s
    entered = replace(after, step=step, turn=before.turn + 1, since_s=event.at_s, hunt_s=hunt_s, trail=trail)
    after = replace(entered, told=replace(entered.told, doubt=None, questioned=None))
    return replace(after, results=(*after.results, result(after))) if step is Step.DONE else after


def _answer(session: Session, event: ev.Event) -> tuple[say.Instruction, ...]:
    if isinstance(event, _SILENT):
        return ()
    if isinstance(event, ev.NothingChanges):
        return (say.CheckThat(event.ask),)
    if isinstance(event, ev.Questioned):
        return (say.AskAgain(event.step, event.why),)
    return ask(session)


def _undo(session: Session, event: ev.Undone) -> tuple[Session, tuple[say.Instruction, ...]]:
    """Back to where this step was entered from; at the very beginning nothing changes."""
    if not session.trail:
        return session, ask(session)
    before = replace(
        session.trail[-1],
        turn=session.turn + 1,
        since_s=event.at_s,
        hunt_s=event.at_s,
        notes=session.notes,
        trail=session.trail[:-1],
        told=replace(session.trail[-1].told, way="either", slower=False, lost=False, questioned=None),
    )
    return before, ask(before)
