"""What an event changes in what is known: the session with what it tells written down."""

import math
from dataclasses import replace

from ..solve.verdict import SweepSlope
from . import events as ev
from .session_state import ENDS, Session, optics_of, ratio_of
from .steps import Step


def record(session: Session, event: ev.Event) -> Session:
    """The session with what `event` tells written down; it still stands in the step the event happened in."""
    match event:
        case ev.NotReady(why=why):
            # what tele shows of an object that nobody should measure by undoes what was read of it
            again = session if session.step in (Step.AIM, Step.CHECK) else _fresh(session)
            return replace(again, told=replace(again.told, fault=why))
        case ev.StarSeen(scale_px=scale_px):
            return _record_star(session, scale_px)
        case ev.TargetTaken(target=target):
            return replace(session, target=target)
        case ev.ZoomStopped():
            return _record_zoom(session, event)
        case ev.LostOnTheWay(scale_px=scale_px):
            return replace(session, scales=replace(session.scales, lost_px=scale_px))
        case ev.NothingChanges(ask=ask):
            return replace(session, told=replace(session.told, doubt=ask))
        case ev.Questioned(why=why):
            return replace(session, told=replace(session.told, questioned=why))
        case ev.Confirmed() if session.told.questioned:
            return replace(session, unproved=(*session.unproved, session.step))
        case ev.Noted(name=name, value=value):
            return replace(session, notes=(*(n for n in session.notes if n[0] != name), (name, value)))
        case ev.Ended(shown=shown):
            return replace(session, shown=shown)
        case ev.ExtenderSwung():
            return _fresh(session)
        case ev.Confirmed() if session.step is Step.LOCK:
            return replace(session, lock=replace(session.lock, seen=True))
        case ev.ZoomMoved(touched=touched) if session.step is Step.LOCK:
            return replace(session, lock=replace(session.lock, seen=touched))
        case ev.ZoomMoved():
            return replace(session, scales=replace(session.scales, zoom_seen=True))
        case ev.NdChanged(nd=nd):
            return replace(_fresh(session), nd=nd)
        case _:
            return _record_looks(_record_way(session, event), event)


def _fresh(session: Session) -> Session:
    """Nothing measured yet; what was noted and what came out before is kept."""
    return Session(
        session.setup,
        step=session.step,
        turn=session.turn,
        since_s=session.since_s,
        target=session.target,
        nd=session.nd,
        notes=session.notes,
        results=session.results,
    )


def _record_star(session: Session, scale_px: float | None) -> Session:
    if session.step is Step.FIND:
        return replace(
            session,
            told=replace(session.told, way="on"),
            scales=replace(session.scales, tele_px=scale_px or session.scales.tele_px),
        )
    return replace(session, scales=replace(session.scales, wide_px=scale_px))


def _record_zoom(session: Session, event: ev.ZoomStopped) -> Session:
    """The scale at the ends; a stop part of the way out is not the end. What was seen needs no word."""
    session = replace(
        session, unproved=tuple(step for step in session.unproved if step not in ENDS[event.end])
    )
    scale_px = event.scale_px
    if event.end == "tele":
        return replace(
            session,
            scales=replace(session.scales, tele_px=scale_px or session.scales.tele_px),
            looks=replace(session.looks, walk=()),
        )
    looks = event.looks or session.looks.walk
    if scale_px is None or session.step is Step.ZOOM_IN:
        return replace(session, looks=replace(session.looks, walk=looks))
    return replace(
        session, scales=replace(session.scales, wide_px=scale_px), looks=replace(session.looks, walk=looks)
    )


def _record_way(session: Session, event: ev.Event) -> Session:
    """Which way to turn now."""
    match event:
        case ev.Sharper():
            return replace(session, told=replace(session.told, way="on", lost=False))
        case ev.StarLost():
            return replace(session, told=replace(session.told, way="back", slower=True, lost=True))
        case ev.Softer() | ev.PeakPassed():
            return replace(session, told=replace(session.told, way="back", slower=False, lost=False))
        case ev.PeakMissed() | ev.Overshot():
            return replace(session, told=replace(session.told, way="back", slower=True))
        case ev.AtPeak():
            return replace(session, told=replace(session.told, way="stop"))
        case _:
            return session


def _record_looks(session: Session, event: ev.Event) -> Session:
    match event:
        case ev.PeakPassed(best=best):
            if session.step is Step.SWEEP_TELE:
                return replace(
                    session,
                    looks=replace(session.looks, tele_best=best),
                    correction=replace(session.correction, swept_tele=True),
                )
            return replace(session, looks=replace(session.looks, wide_best=best))
        case ev.Returned(ring="focus", look=look) | ev.TeleSharp(look=look) | ev.TeleSoft(look=look):
            return _record_tele(session, look)
        case ev.Returned(look=look, corrected_um=corrected):
            return _record_round(_corrected(session, corrected), look)
        case ev.PartWaySharp(corrected_um=corrected):
            session = _corrected(session, corrected)
            return replace(
                session,
                looks=replace(session.looks, wide_best=None),
                correction=replace(session.correction, left_um=None),
            )
        case ev.WithinDepth(look=look, delta_um=delta) | ev.StillOff(look=look, delta_um=delta):
            session = _record_law(session, near=isinstance(event, ev.WithinDepth))
            session = replace(session, light_changed=False)
            return replace(
                session,
                looks=replace(session.looks, wide=look, first_wide=session.looks.first_wide or look),
                correction=replace(session.correction, left_um=delta),
            )
        case ev.LockHeld(look=look, delta_um=delta):
            return replace(
                session,
                looks=replace(session.looks, wide=look),
                correction=replace(session.correction, left_um=delta),
                lock=replace(session.lock, held=True, slipped=False),
            )
        case ev.LockUnseen(look=look):
            return replace(session, looks=replace(session.looks, wide=look))
        case ev.Unclear(look=look):
            return replace(
                session, looks=replace(session.looks, wide=look, first_wide=session.looks.first_wide or look)
            )
        case ev.LockMoved(look=look, moved_um=moved):
            session = replace(
                session,
                correction=replace(session.correction, corrected_um=None),
                lock=replace(session.lock, slipped=True),
            )
            return replace(
                session,
                looks=replace(session.looks, wide=look),
                correction=replace(session.correction, left_um=moved),
                lock=replace(session.lock, moves=session.lock.moves + 1),
            )
        case ev.LockKeepsMoving(look=look, moved_um=moved):
            again = session.lock.moves + 1
            return replace(
                session,
                looks=replace(session.looks, wide=look, walk=()),
                correction=replace(session.correction, left_um=moved),
                lock=replace(session.lock, moves=again, slipped=True),
            )
        case ev.LockSlipped(look=look, moved_um=moved):
            return replace(
                session,
                looks=replace(session.looks, wide=look, walk=()),
                correction=replace(session.correction, left_um=moved),
                lock=replace(session.lock, held=False, slipped=True),
            )
        case ev.LightChanged():
            return _record_light(session)
        case ev.ZoomStrayed():
            return replace(
                session, correction=replace(session.correction, corrected_um=None, last_um=None, left_um=None)
            )
        case ev.WrongRing(turned="back-focus"):
            session = replace(
                session,
                law=replace(session.law, same_shifts=session.law.same_shifts + 1),
                correction=replace(session.correction, growths=session.correction.growths + 1),
            )
            return replace(session, correction=replace(session.correction, last_um=None, left_um=None))
        case ev.WrongRing() | ev.FocusTouched():
            session = replace(
                session,
                correction=replace(
                    session.correction, corrected_um=None, growths=session.correction.growths + 1
                ),
            )
            return replace(session, correction=replace(session.correction, last_um=None, left_um=None))
        case ev.NotFrontFocus(look=look):
            return replace(
                session,
                looks=replace(session.looks, wide=look),
                law=replace(session.law, slopes=_slopes(session, event)),
            )
        case ev.Walked(looks=looks):
            return replace(session, looks=replace(session.looks, walk=looks))
        case ev.NotParfocal(looks=looks):
            return replace(
                session, looks=replace(session.looks, walk=looks), law=replace(session.law, not_parfocal=True)
            )
        case _:
            return session


def _record_light(session: Session) -> Session:
    """No look before it tells the light or the sharpest point, and how far a ring was turned is not known."""
    turning = session.step in (Step.SWEEP_WIDE, Step.RETURN_WIDE)
    return replace(
        session,
        light_changed=True,
        looks=replace(
            session.looks,
            tele=replace(session.looks.tele, white_light=None) if session.looks.tele else None,
            wide=replace(session.looks.wide, white_light=None) if session.looks.wide else None,
            tele_best=None,
            wide_best=None,
            walk=(),
        ),
        correction=replace(
            session.correction,
            corrected_um=None if turning else session.correction.corrected_um,
            last_um=None,
            left_um=None,
        ),
    )


def _record_law(session: Session, *, near: bool) -> Session:
    """Tele was focused after a correction, and wide stayed where it was."""
    if not (session.correction.swept_tele and session.correction.last_um):
        return session
    return replace(session, law=replace(session.law, same_shifts=0, seen=session.law.seen or near))


def _slopes(session: Session, found: ev.NotFrontFocus) -> tuple[SweepSlope, SweepSlope]:
    """The same turn of the focus ring at both ends, in shares of its effect at tele.

    A hand brings a ring back to within a third of the depth of focus.
    """
    ratio = ratio_of(session, found.look.scale_px, at_tele=False)
    tele_um, wide_um = (
        math.hypot(found.look.sigma_um, optics_of(session).half_depth_um(each) / 3.0) for each in (1.0, ratio)
    )
    return (
        SweepSlope(1.0, 1.0, tele_um / found.tele_um),
        SweepSlope(ratio, found.wide_um / found.tele_um, wide_um / found.tele_um),
    )


def _record_tele(session: Session, look: ev.SteadyReading) -> Session:
    return replace(
        session,
        looks=replace(session.looks, tele=look, first_tele=session.looks.first_tele or look),
        scales=replace(session.scales, tele_px=look.scale_px or session.scales.tele_px),
        correction=replace(session.correction, corrected_um=0.0),
    )


def _record_round(session: Session, look: ev.SteadyReading) -> Session:
    return replace(
        session,
        looks=replace(session.looks, wide=look),
        correction=replace(
            session.correction,
            rounds=session.correction.rounds + 1,
            last_um=session.correction.corrected_um,
            left_um=None,
            swept_tele=False,
        ),
    )


def _corrected(session: Session, corrected_um: float | None) -> Session:
    if corrected_um is None or session.correction.corrected_um is None:
        return replace(session, correction=replace(session.correction, corrected_um=None))
    return replace(
        session,
        correction=replace(session.correction, corrected_um=session.correction.corrected_um + corrected_um),
    )
