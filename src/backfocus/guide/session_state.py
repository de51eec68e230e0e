"""A session: what is known so far, folded from its events, and the numbers that follow from it."""

import math
from dataclasses import dataclass, replace

from ..measure.reading import TargetName
from ..optics.lens import Optics
from ..optics.zoom import UNKNOWN_K, rounds_needed
from ..solve.backfocus import BackFocus
from ..solve.camera import CameraCurve
from ..solve.clip import ClipAnswer, SolvedCamera
from ..solve.verdict import SweepSlope, Verdict
from . import events as ev
from .instructions import Way
from .steps import Step

NOMINAL = Optics(5.0, ((0.0, 2.0),))
"""Stands in where nothing is known of camera and lens, so that blur can be compared; its um mean nothing."""


BY_RESIDUALS, ALL_TOGETHER = 1, 2
"""Methods: each residual by a perfect camera, as once was done; all positions and the camera together."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What is known before the first picture.

    Attributes
    ----------
    optics : Optics | None
        None: relative blur only, and the verdict is `unsure`.
    zoom_ratio : float | None
        Longest over shortest focal length, above 1.
    back_focus_ring : bool
        Whether the lens has one (or a motor that does its work).
    shims_um : tuple of float
        The washers at hand.
    um_per_degree : float | None
        How far the back-focus ring moves the lens, once somebody has learned it; above 0.
    nd : str
        The ND position the session begins with.
    lens_kind : "front-focus" | "rear-focus" | "varifocal" | "unknown"
        As in the profiles; only the first can be set with a back-focus ring. A lens of unknown kind is
        focused at tele once more after a correction: that tells.
    camera_id : str
        What its owner calls camera and mode; "" where that was not said.
    known_camera : CameraCurve | None
        What an earlier session told of the camera.
    method : int
        How the error is solved for; sessions keep the one they began with.
    """

    optics: Optics | None = None
    zoom_ratio: float | None = None
    back_focus_ring: bool = True
    shims_um: tuple[float, ...] = ()
    um_per_degree: float | None = None
    nd: str = "clear"
    lens_kind: str = "unknown"
    camera_id: str = ""
    known_camera: CameraCurve | None = None
    method: int = ALL_TOGETHER

    def __post_init__(self) -> None:
        if self.zoom_ratio is not None and not self.zoom_ratio > 1.0:
            raise ValueError(f"a zoom ratio is above 1, not {self.zoom_ratio}")
        if self.um_per_degree is not None and not self.um_per_degree > 0.0:
            raise ValueError(f"a ring moves the lens by more than 0 um per degree, not {self.um_per_degree}")


@dataclass(frozen=True, slots=True)
class Result:
    """What came out for one ND position."""

    nd: str
    verdict: Verdict
    back_focus: BackFocus | None
    before: BackFocus | None
    half_depth_um: float | None
    rounds: int
    camera: SolvedCamera | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """All that is known, and where the procedure stands; changed only by `advance`.

    Attributes
    ----------
    turn, since_s
        Counts the times a step was entered, and when that was; `watch` starts again with each.
    target
        What is measured: a star unless something else was taken.
    way, slower, lost, fault, doubt
        What the last instruction said, and whether the ring was turned until the star went.
    questioned
        What the picture showed when this step was confirmed; None while it was not, or was believed.
    unproved
        Steps that were confirmed although no picture shows them.
    zoom_seen
        Whether the zoom was seen to leave wide, though nothing was read there.
    wide_px, tele_px
        Scale fully out and fully in.
    tele, wide
        The last steady look at either end; `tele_best`, `wide_best`: the sharpest picture of the last sweep
        there.
    first_tele, first_wide
        The looks the error was first solved from: "before".
    corrected_um
        By how much the back-focus ring changed the residual since the last look at tele; None: not known.
    last_corrected_um, swept_tele
        The whole correction of the last round, and whether tele was focused again since.
    same_shifts, law_seen
        How often in a row focusing at tele moved the focus at wide as far, and whether it was seen not to.
    slopes
        How far one turn of the focus ring moves the image at tele and at wide, where not as M squared.
    not_parfocal
        Whether the residuals were found not to go with M squared.
    left_um
        How far off the last look at wide was; None where a ring was turned, or the light changed, since.
    rounds, lock_moves, lock_held
        How often the back focus was corrected, how often the lock screw spoilt it, and whether it held.
    lock_seen, lock_slipped
        Whether somebody said or showed that the screw is tight, and whether the ring moved after that.
    light_changed
        Whether the last look was through another opening, or in other light, than the one at the other end.
    growths
        How often the error was found larger where it should have shrunk.
    lost_px
        The scale at which the star was last read on the way out.
    walk
        Looks taken on the way through the zoom.
    shown
        What a recording says as a clip from tele to wide, with or without a guide.
    """

    setup: Setup
    step: Step = Step.AIM
    turn: int = 0
    since_s: float = 0.0
    target: TargetName = "star"
    way: Way = "either"
    slower: bool = False
    lost: bool = False
    fault: ev.Unfit = "no-star"
    doubt: ev.Doubt | None = None
    questioned: ev.Unshown | None = None
    unproved: tuple[Step, ...] = ()
    zoom_seen: bool = False
    wide_px: float | None = None
    tele_px: float | None = None
    tele: ev.SteadyReading | None = None
    wide: ev.SteadyReading | None = None
    tele_best: ev.SteadyReading | None = None
    wide_best: ev.SteadyReading | None = None
    first_tele: ev.SteadyReading | None = None
    first_wide: ev.SteadyReading | None = None
    corrected_um: float | None = None
    last_corrected_um: float | None = None
    swept_tele: bool = False
    same_shifts: int = 0
    law_seen: bool = False
    slopes: tuple[SweepSlope, SweepSlope] | None = None
    not_parfocal: bool = False
    left_um: float | None = None
    growths: int = 0
    rounds: int = 0
    lock_moves: int = 0
    lock_held: bool = False
    lock_seen: bool = False
    lock_slipped: bool = False
    light_changed: bool = False
    lost_px: float | None = None
    walk: tuple[ev.SteadyReading, ...] = ()
    shown: ClipAnswer | None = None
    nd: str = "clear"
    notes: tuple[tuple[str, str], ...] = ()
    results: tuple[Result, ...] = ()
    trail: "tuple[Session, ...]" = ()

    @property
    def finished(self) -> bool:
        """Whether the end is reached."""
        return self.step is Step.DONE


def optics_of(session: Session) -> Optics:
    """The optics to judge blur with, the nominal ones where none are known."""
    return session.setup.optics or NOMINAL


def k_of(session: Session) -> float:
    """M_wide / M_tele, 0 to 1: as measured, else as the lens says, else what a small zoom has."""
    if session.wide_px and session.tele_px and session.wide_px < session.tele_px:
        return session.wide_px / session.tele_px
    return 1.0 / session.setup.zoom_ratio if session.setup.zoom_ratio else UNKNOWN_K


def ratio_of(session: Session, scale_px: float | None, *, at_tele: bool) -> float:
    """M / M_tele for the f-number, 0 to 1; where no scale is known the end of the zoom decides."""
    if scale_px is None or session.tele_px is None:
        return 1.0 if at_tele else k_of(session)
    return min(1.0, scale_px / session.tele_px)


def half_depth_um(session: Session) -> float:
    """Half depth of focus at wide, where delta is judged, um."""
    return optics_of(session).half_depth_um(k_of(session))


def rounds_left(session: Session) -> int | None:
    """How many more rounds (tele and back) are likely; None while nothing was read at wide."""
    if session.left_um is None:
        return None
    return rounds_needed(session.left_um, half_depth_um(session), min(k_of(session), 0.99))


def record(session: Session, event: ev.Event) -> Session:
    """The session with what `event` tells written down; it still stands in the step the event happened in."""
    match event:
        case ev.NotReady(why=why):
            # what tele shows of an object that nobody should measure by undoes what was read of it
            again = session if session.step in (Step.AIM, Step.CHECK) else _fresh(session)
            return replace(again, fault=why)
        case ev.StarSeen(scale_px=scale_px):
            return _record_star(session, scale_px)
        case ev.TargetTaken(target=target):
            return replace(session, target=target)
        case ev.ZoomStopped():
            return _record_zoom(session, event)
        case ev.LostOnTheWay(scale_px=scale_px):
            return replace(session, lost_px=scale_px)
        case ev.NothingChanges(ask=ask):
            return replace(session, doubt=ask)
        case ev.Questioned(why=why):
            return replace(session, questioned=why)
        case ev.Confirmed() if session.questioned:
            return replace(session, unproved=(*session.unproved, session.step))
        case ev.Noted(name=name, value=value):
            return replace(session, notes=(*(n for n in session.notes if n[0] != name), (name, value)))
        case ev.Ended(shown=shown):
            return replace(session, shown=shown)
        case ev.ExtenderSwung():
            return _fresh(session)
        case ev.Confirmed() if session.step is Step.LOCK:
            return replace(session, lock_seen=True)
        case ev.ZoomMoved(touched=touched) if session.step is Step.LOCK:
            return replace(session, lock_seen=touched)
        case ev.ZoomMoved():
            return replace(session, zoom_seen=True)
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
        return replace(session, way="on", tele_px=scale_px or session.tele_px)
    return replace(session, wide_px=scale_px)


_ENDS: dict[ev.ZoomEnd, tuple[Step, ...]] = {
    "tele": (Step.TO_TELE,),
    "wide": (Step.TO_WIDE, Step.ZOOM_IN, Step.TO_PROOF),
}


def zoom_unproved(session: Session) -> bool:
    """Whether the zoom was said to stand at an end where no picture shows it."""
    return any(step in session.unproved for steps in _ENDS.values() for step in steps)


def _record_zoom(session: Session, event: ev.ZoomStopped) -> Session:
    """The scale at the ends; a stop part of the way out is not the end. What was seen needs no word."""
    session = replace(
        session, unproved=tuple(step for step in session.unproved if step not in _ENDS[event.end])
    )
    scale_px = event.scale_px
    if event.end == "tele":
        return replace(session, tele_px=scale_px or session.tele_px, walk=())
    looks = event.looks or session.walk
    if scale_px is None or session.step is Step.ZOOM_IN:
        return replace(session, walk=looks)
    return replace(session, wide_px=scale_px, walk=looks)


def _record_way(session: Session, event: ev.Event) -> Session:
    """Which way to turn now."""
    match event:
        case ev.Sharper():
            return replace(session, way="on", lost=False)
        case ev.StarLost():
            return replace(session, way="back", slower=True, lost=True)
        case ev.Softer() | ev.PeakPassed():
            return replace(session, way="back", slower=False, lost=False)
        case ev.PeakMissed() | ev.Overshot():
            return replace(session, way="back", slower=True)
        case ev.AtPeak():
            return replace(session, way="stop")
        case _:
            return session


def _record_looks(session: Session, event: ev.Event) -> Session:
    match event:
        case ev.PeakPassed(best=best):
            if session.step is Step.SWEEP_TELE:
                return replace(session, tele_best=best, swept_tele=True)
            return replace(session, wide_best=best)
        case ev.Returned(ring="focus", look=look) | ev.TeleSharp(look=look) | ev.TeleSoft(look=look):
            return _record_tele(session, look)
        case ev.Returned(look=look, corrected_um=corrected):
            return _record_round(_corrected(session, corrected), look)
        case ev.PartWaySharp(corrected_um=corrected):
            return replace(_corrected(session, corrected), wide_best=None, left_um=None)
        case ev.WithinDepth(look=look, delta_um=delta) | ev.StillOff(look=look, delta_um=delta):
            session = _record_law(session, near=isinstance(event, ev.WithinDepth))
            session = replace(session, light_changed=False)
            return replace(session, wide=look, left_um=delta, first_wide=session.first_wide or look)
        case ev.LockHeld(look=look, delta_um=delta):
            return replace(session, wide=look, left_um=delta, lock_held=True, lock_slipped=False)
        case ev.LockUnseen(look=look):
            return replace(session, wide=look)
        case ev.Unclear(look=look):
            return replace(session, wide=look, first_wide=session.first_wide or look)
        case ev.LockMoved(look=look, moved_um=moved):
            session = replace(session, corrected_um=None, lock_slipped=True)
            return replace(session, wide=look, left_um=moved, lock_moves=session.lock_moves + 1)
        case ev.LockKeepsMoving(look=look, moved_um=moved):
            again = session.lock_moves + 1
            return replace(session, wide=look, left_um=moved, lock_moves=again, walk=(), lock_slipped=True)
        case ev.LockSlipped(look=look, moved_um=moved):
            return replace(session, wide=look, left_um=moved, walk=(), lock_held=False, lock_slipped=True)
        case ev.LightChanged():
            return _record_light(session)
        case ev.ZoomStrayed():
            return replace(session, corrected_um=None, last_corrected_um=None, left_um=None)
        case ev.WrongRing(turned="back-focus"):
            session = replace(session, same_shifts=session.same_shifts + 1, growths=session.growths + 1)
            return replace(session, last_corrected_um=None, left_um=None)
        case ev.WrongRing() | ev.FocusTouched():
            session = replace(session, corrected_um=None, growths=session.growths + 1)
            return replace(session, last_corrected_um=None, left_um=None)
        case ev.NotFrontFocus(look=look):
            return replace(session, wide=look, slopes=_slopes(session, event))
        case ev.Walked(looks=looks):
            return replace(session, walk=looks)
        case ev.NotParfocal(looks=looks):
            return replace(session, walk=looks, not_parfocal=True)
        case _:
            return session


def _record_light(session: Session) -> Session:
    """No look before it tells the light or the sharpest point, and how far a ring was turned is not known."""
    turning = session.step in (Step.SWEEP_WIDE, Step.RETURN_WIDE)
    return replace(
        session,
        light_changed=True,
        tele=replace(session.tele, white_light=None) if session.tele else None,
        wide=replace(session.wide, white_light=None) if session.wide else None,
        tele_best=None,
        wide_best=None,
        walk=(),
        corrected_um=None if turning else session.corrected_um,
        last_corrected_um=None,
        left_um=None,
    )


def _record_law(session: Session, *, near: bool) -> Session:
    """Tele was focused after a correction, and wide stayed where it was."""
    if not (session.swept_tele and session.last_corrected_um):
        return session
    return replace(session, same_shifts=0, law_seen=session.law_seen or near)


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
        tele=look,
        tele_px=look.scale_px or session.tele_px,
        first_tele=session.first_tele or look,
        corrected_um=0.0,
    )


def _record_round(session: Session, look: ev.SteadyReading) -> Session:
    return replace(
        session,
        wide=look,
        rounds=session.rounds + 1,
        last_corrected_um=session.corrected_um,
        left_um=None,
        swept_tele=False,
    )


def _corrected(session: Session, corrected_um: float | None) -> Session:
    if corrected_um is None or session.corrected_um is None:
        return replace(session, corrected_um=None)
    return replace(session, corrected_um=session.corrected_um + corrected_um)
