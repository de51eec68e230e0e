"""What an event changes in what is known: the session with what it tells written down."""

import math
from dataclasses import replace

from ..solve.verdict import SweepSlope
from . import events as ev
from .session_state import ENDS, Correction, LawSeen, Session, optics_of, ratio_of
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
        case ev.TurnTold(first_turn=first_turn, shown=shown):
            return replace(session, first_turn=first_turn, shown=shown, results=session.results[:-1])
        case ev.ExtenderSwung():
            return _fresh(session)
        case ev.Confirmed() if session.step is Step.LOCK:
            return replace(session, lock=replace(session.lock, seen=True))
        case ev.ZoomMoved(touched=touched) if session.step is Step.LOCK:
            return replace(session, lock=replace(session.lock, seen=touched))
        case ev.ZoomMoved():
            return replace(session, scales=replace(session.scales, zoom_seen=True))
        case ev.NdChanged(nd=nd):  # another recording, if it is one: its sweep may begin the other way
            return replace(_fresh(session), nd=nd, first_turn=None)
        case ev.Repeated() if session.step is Step.DONE:
            return replace(session, given_up=None, light_changes=0)
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
        first_turn=session.first_turn,
        results=session.results,
    )


def _record_star(session: Session, scale_px: float | None) -> Session:
    scales = session.scales
    if session.step is Step.FIND:
        scales = replace(scales, tele_px=scale_px or scales.tele_px)
        return replace(session, told=replace(session.told, way="on"), scales=scales)
    return replace(session, scales=replace(scales, wide_px=scale_px))


def _record_zoom(session: Session, event: ev.ZoomStopped) -> Session:
    """The scale at the ends; a stop part of the way out is not the end. What was seen needs no word."""
    scales, walk = session.scales, event.looks or session.looks.walk
    if event.end == "tele":
        scales, walk = replace(scales, tele_px=event.scale_px or scales.tele_px), ()
    elif event.scale_px is not None and session.step is not Step.ZOOM_IN:
        scales = replace(scales, wide_px=event.scale_px)
    unproved = tuple(step for step in session.unproved if step not in ENDS[event.end])
    return replace(session, unproved=unproved, scales=scales, looks=replace(session.looks, walk=walk))


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
    looks, correction = session.looks, session.correction
    match event:
        case ev.PeakPassed(best=best) if session.step is Step.SWEEP_TELE:
            swept = replace(correction, swept_tele=True)
            return replace(session, looks=replace(looks, tele_best=best), correction=swept)
        case ev.PeakPassed(best=best):
            return replace(session, looks=replace(looks, wide_best=best))
        case ev.Returned(ring="focus", look=look) | ev.TeleSharp(look=look) | ev.TeleSoft(look=look):
            return _record_tele(session, look)
        case ev.Returned(look=look, corrected_um=corrected_um):
            return _record_round(session, look, _total_um(correction, corrected_um))
        case ev.PartWaySharp(corrected_um=corrected_um):
            there = replace(correction, corrected_um=_total_um(correction, corrected_um), left_um=None)
            return replace(session, looks=replace(looks, wide_best=None), correction=there)
        case ev.WithinDepth(look=look, delta_um=left_um) | ev.StillOff(look=look, delta_um=left_um):
            return replace(
                session,
                looks=replace(looks, wide=look, first_wide=looks.first_wide or look),
                correction=replace(correction, left_um=left_um),
                law=_law_after(session, near=isinstance(event, ev.WithinDepth)),
                light_changed=False,
            )
        case ev.Unclear(look=look):
            return replace(session, looks=replace(looks, wide=look, first_wide=looks.first_wide or look))
        case ev.LockUnseen(look=look):
            return replace(session, looks=replace(looks, wide=look))
        case ev.LockHeld() | ev.LockMoved() | ev.LockKeepsMoving() | ev.LockSlipped():
            return _record_lock(session, event)
        case ev.LightChanged(or_zoom=or_zoom):
            return _record_light(session, or_zoom=or_zoom)
        case ev.GivenUp(why=why):
            return replace(session, given_up=why)
        case ev.ZoomStrayed():
            return replace(session, correction=_outdated(replace(correction, corrected_um=None)))
        case ev.WrongRing(turned="back-focus"):
            grown = replace(correction, growths=correction.growths + 1)
            law = replace(session.law, same_shifts=session.law.same_shifts + 1)
            return replace(session, law=law, correction=_outdated(grown))
        case ev.WrongRing() | ev.FocusTouched():
            grown = replace(correction, corrected_um=None, growths=correction.growths + 1)
            return replace(session, correction=_outdated(grown))
        case ev.NotFrontFocus(look=look):
            law = replace(session.law, slopes=_slopes(session, event))
            return replace(session, looks=replace(looks, wide=look), law=law)
        case ev.Walked(looks=walk):
            return replace(session, looks=replace(looks, walk=walk))
        case ev.NotParfocal(looks=walk):
            law = replace(session.law, not_parfocal=True)
            return replace(session, looks=replace(looks, walk=walk), law=law)
        case _:
            return session


def _record_lock(
    session: Session, event: ev.LockHeld | ev.LockMoved | ev.LockKeepsMoving | ev.LockSlipped
) -> Session:
    """Whether the lock screw moved the ring, and how far off that left wide."""
    looks, correction, lock = session.looks, session.correction, session.lock
    match event:
        case ev.LockHeld(look=look, delta_um=left_um):
            lock = replace(lock, held=True, slipped=False)
        case ev.LockMoved(look=look, moved_um=left_um):
            correction = replace(correction, corrected_um=None)
            lock = replace(lock, moves=lock.moves + 1, slipped=True)
        case ev.LockKeepsMoving(look=look, moved_um=left_um):
            looks = replace(looks, walk=())
            lock = replace(lock, moves=lock.moves + 1, slipped=True)
        case ev.LockSlipped(look=look, moved_um=left_um):
            looks = replace(looks, walk=())
            lock = replace(lock, held=False, slipped=True)
    looks, correction = replace(looks, wide=look), replace(correction, left_um=left_um)
    return replace(session, looks=looks, correction=correction, lock=lock)


def _record_light(session: Session, *, or_zoom: bool) -> Session:
    """No look before it tells the light or the sharpest point, and how far a ring was turned is not known.

    Neither is what tele is to show, where it may have been looked at part of the way in.
    """
    looks, correction = session.looks, session.correction
    if or_zoom or session.step in (Step.SWEEP_WIDE, Step.RETURN_WIDE):
        correction = replace(correction, corrected_um=None)
    looks = replace(
        looks,
        tele=replace(looks.tele, white_light=None) if looks.tele else None,
        wide=replace(looks.wide, white_light=None) if looks.wide else None,
        tele_best=None,
        wide_best=None,
        walk=(),
    )
    return replace(
        session,
        light_changed=True,
        light_changes=session.light_changes + 1,
        looks=looks,
        correction=_outdated(correction),
    )


def _outdated(correction: Correction) -> Correction:
    """The last round and what it left no longer hold: a wrong ring, the zoom or the light came between."""
    return replace(correction, last_um=None, left_um=None)


def _law_after(session: Session, *, near: bool) -> LawSeen:
    """The law as seen: after a correction tele was focused, and wide stayed where it was."""
    if not (session.correction.swept_tele and session.correction.last_um):
        return session.law
    return replace(session.law, same_shifts=0, seen=session.law.seen or near)


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


def _record_round(session: Session, look: ev.SteadyReading, corrected_um: float | None) -> Session:
    """One more round is done; `corrected_um`: by all that was turned at wide since tele was looked at."""
    correction = replace(
        session.correction,
        corrected_um=corrected_um,
        rounds=session.correction.rounds + 1,
        last_um=corrected_um,
        left_um=None,
        swept_tele=False,
    )
    return replace(session, looks=replace(session.looks, wide=look), correction=correction)


def _total_um(correction: Correction, more_um: float | None) -> float | None:
    """What was corrected so far and now; None where either is not known."""
    if more_um is None or correction.corrected_um is None:
        return None
    return correction.corrected_um + more_um
