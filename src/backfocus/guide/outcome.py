"""What a session amounts to: the error solved from its looks, and the verdict on it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from ..measure.reading import Flag
from ..solve.backfocus import BackFocus
from ..solve.clip import ClipAnswer, SolvedCamera, solved_camera
from ..solve.joint import VARYING_MOVING, VARYING_STILL, JointAnswer, ZoomCurve, solve_zoom
from ..solve.misfit import rings_of
from ..solve.remarks import at_tele
from ..solve.unread_end import KNOWN_RATIO, UNKNOWN_RATIO
from ..solve.verdict import LOCK_ADVICE, Adjusters, Verdict, is_of_stills, judge
from .blur import as_reading, refer
from .events import OF_OBJECT, Circle, SteadyReading
from .residual_method import solve_by_residuals
from .session_state import (
    BY_RESIDUALS,
    Result,
    Session,
    Setup,
    half_depth_um,
    k_of,
    optics_of,
    zoom_unproved,
)

ONE_POSITION = 0.99
"""Scales closer than this are one zoom position: k is known to 1 %, and the error is divided by 1 - k**2."""
NEW_POSITION = 0.8
"""Looks closer in scale than this to one of the ends say nothing new about the zoom law."""
_GIVEN_UP: dict[Circle, Verdict] = {
    "light": Verdict(
        "unsure",
        "The light changed again and again: no two looks can be compared.",
        "Iris fully open and on manual, no ND, steady lamps; zoom fully in and out each time, as many lenses "
        "let through less light fully in. Then once more.",
    ),
    "no-peak": Verdict(
        "unsure",
        "One ring was turned for minutes and its sharpest point was not found.",
        "Loosen the lock screw. FOCUS is the large ring at the front, BACK FOCUS the narrow one next to the "
        "camera. Turn the ring that is asked for slowly one way, without turning to and fro, as long as the "
        "meter falls, and past its lowest point. Then once more.",
    ),
}
LOCK_TRIES = 2
"""So often the ring is set again after the screw moved it."""


def solve_session(
    session: Session,
    *,
    tele: SteadyReading | None,
    wide: SteadyReading | None,
    walk: Sequence[SteadyReading] = (),
) -> BackFocus | None:
    """The back-focus error from a look at either end, looks in between, and the best pictures of both ends.

    None without a look at both ends; looks that kept no curve are taken by their residuals. Where a plain
    star overfills the picture and so has no scale, k is taken from the lens's data, or held known to half of
    itself.
    """
    if tele is None or wide is None:
        return None
    if session.setup.method == BY_RESIDUALS or not (tele.frequency_cy_px and wide.frequency_cy_px):
        return solve_by_residuals(session, tele, wide, walk)
    curves = _curves(session, tele, wide, walk)
    return _solved(session, curves).back_focus if curves else None


def _solved(session: Session, curves: Sequence[ZoomCurve]) -> JointAnswer:
    return solve_zoom(curves, optics_of(session), camera=session.setup.known_camera)


def _curves(
    session: Session, tele: SteadyReading, wide: SteadyReading, walk: Sequence[SteadyReading]
) -> tuple[ZoomCurve, ...]:
    """The looks as the solver takes them; none where tele and wide are not two zoom positions with curves."""
    longest_px = tele.scale_px or session.scales.tele_px
    widest_px = wide.scale_px or session.scales.wide_px
    unsure_px = 0.0
    if longest_px is None or widest_px is None:
        widest_px, longest_px = _by_ratio(session, longest_px, widest_px)
        unsure_px = widest_px * (KNOWN_RATIO if session.setup.zoom_ratio else UNKNOWN_RATIO)
    if widest_px > ONE_POSITION * longest_px:
        return ()
    ends = (_curve(tele, longest_px), _curve(wide, widest_px, unsure_px))
    if None in ends:
        return ()
    between = [
        _curve(look, look.scale_px, varying=VARYING_MOVING)
        for look in walk
        if look.scale_px and widest_px / NEW_POSITION < look.scale_px < longest_px * NEW_POSITION
    ]
    best = [
        _curve(look, scale_px, varying=VARYING_MOVING, in_focus=True)
        for look, scale_px in ((session.looks.tele_best, longest_px), (session.looks.wide_best, widest_px))
        if look is not None
    ]
    sharpened = any(Flag.SHARPENED in look.flags for look in (tele, wide))
    curves = (*ends, *between, *best)
    return tuple(replace(each, sharpened=sharpened) for each in curves if each is not None)


def camera_of(
    session: Session, *, tele: SteadyReading | None, wide: SteadyReading | None
) -> SolvedCamera | None:
    """What the looks say of the camera; None without a look at both ends, or by the old method."""
    if tele is None or wide is None or session.setup.method == BY_RESIDUALS or session.light_changed:
        return None
    curves = _curves(session, tele, wide, session.looks.walk)
    if not curves:
        return None
    swept: Literal["wide", "tele"] | None = (
        "wide" if session.looks.wide_best else "tele" if session.looks.tele_best else None
    )
    known = session.setup.known_camera
    return solved_camera(_solved(session, curves), curves, optics_of(session), known, swept)


def _by_ratio(session: Session, longest_px: float | None, widest_px: float | None) -> tuple[float, float]:
    """Scales at wide and at tele that stand k apart, from whichever is known."""
    k = k_of(session)
    widest_px = widest_px or k * (longest_px or 1.0)
    return widest_px, widest_px / k


def _curve(
    look: SteadyReading,
    scale_px: float,
    scale_sigma_px: float = 0.0,
    *,
    in_focus: bool = False,
    varying: float = VARYING_STILL,
) -> ZoomCurve | None:
    """A look as the solver takes it; None without a curve."""
    rings = rings_of(as_reading(look))
    return ZoomCurve(scale_px, rings, scale_sigma_px, in_focus, varying, look.against) if rings else None


def result(session: Session) -> Result:
    """What came out for the ND position in use; every look judged against the best seen since."""
    tele, wide = (
        refer(session, session.looks.tele, session.looks.tele_best, at_tele=True),
        refer(session, session.looks.wide, session.looks.wide_best),
    )
    found = None
    if not session.light_changed:
        found = solve_session(session, tele=tele, wide=wide, walk=session.looks.walk)
    before = solve_session(
        session,
        tele=refer(session, session.looks.first_tele, session.looks.tele_best, at_tele=True),
        wide=refer(session, session.looks.first_wide, session.looks.wide_best),
    )
    if session.given_up:
        found = None
    if zoom_unproved(session):
        found = before = None
    anyway, shown = _known_anyway(session), session.shown
    if anyway is None and found is None and shown is not None and _tells(shown):
        return Result(
            session.nd,
            shown.verdict,
            shown.back_focus,
            None,
            shown.half_depth_um,
            session.correction.rounds,
            shown.camera,
        )
    if session.setup.optics is None:
        verdict = _proved(session, anyway or verdict_on(session, found))
        return Result(session.nd, verdict, None, None, None, session.correction.rounds)
    camera = None if zoom_unproved(session) else camera_of(session, tele=tele, wide=wide)
    verdict = _proved(session, anyway or verdict_on(session, found, camera))
    return Result(
        session.nd, verdict, found, before, half_depth_um(session), session.correction.rounds, camera
    )


def _tells(shown: ClipAnswer) -> bool:
    """Whether a recording as a clip gives an error, or the reason why nothing in it can, or is of stills."""
    reasons = {Flag.LIGHT_CHANGED, Flag.EXTENDER, *OF_OBJECT}
    return shown.back_focus is not None or bool(shown.flags & reasons) or is_of_stills(shown.verdict)


def verdict_on(session: Session, found: BackFocus | None, camera: SolvedCamera | None = None) -> Verdict:
    """The verdict on an error solved in this session; `camera`: what came out beside it."""
    known = session.setup.optics is not None
    return judge(
        found,
        half_depth_um(session) if known else None,
        half_depths_um=_depths(session, found) if found and known else None,
        referenced=session.looks.wide_best is not None,
        slopes=session.law.slopes,
        flags=noticed(session) | ({Flag.OTHER_MODE} if camera and camera.left_aside else set()),
        adjusters=adjusters_of(session.setup),
        camera_solved=session.setup.method != BY_RESIDUALS,
        f_number=_widest_f_number(session, found) if found and known else None,
        on_object=session.target == "object" or bool(_refused(session)),
    )


def noticed(session: Session) -> frozenset[Flag]:
    """The flags of the last looks that can change the answer."""
    tele, wide = (look.flags if look else frozenset() for look in (session.looks.tele, session.looks.wide))
    light = {Flag.LIGHT_CHANGED} if session.light_changed else set()
    return at_tele(tele) | wide | light | _refused(session)


def _refused(session: Session) -> set[Flag]:
    """Why nobody should measure by what stands there, where that is how the session stands."""
    return {
        flag for flag, why in OF_OBJECT.items() if why == session.told.fault and session.looks.tele is None
    }


def adjusters_of(setup: Setup) -> Adjusters:
    """What can be moved on the lens, for the advice."""
    return Adjusters(setup.back_focus_ring, setup.shims_um, setup.um_per_degree, setup.lens_kind)


def is_within(found: BackFocus, depth_um: float) -> bool:
    """Whether the whole interval of the error lies within the depth of focus."""
    return max(abs(found.low_um), abs(found.high_um)) <= depth_um


def tracks_badly(session: Session, found: BackFocus) -> bool:
    """Whether residuals lie further off the zoom law than depth of focus and noise explain."""
    return verdict_on(session, found).kind == "tracking"


def _widest_f_number(session: Session, found: BackFocus) -> float:
    return optics_of(session).f_number(found.zoom[-1].scale_px / found.zoom[0].scale_px)


def _depths(session: Session, found: BackFocus) -> tuple[float, ...]:
    longest_px = found.zoom[0].scale_px
    return tuple(optics_of(session).half_depth_um(each.scale_px / longest_px) for each in found.zoom)


def _proved(session: Session, verdict: Verdict) -> Verdict:
    """What the lock screw adds to the advice: it was proved and all is done, or it is to blame."""
    again = session.lock.moves > LOCK_TRIES
    if verdict.kind == "set" and session.lock.held:
        proved = "The ring is locked and was checked after locking."
        return replace(verdict, advice=verdict.advice.replace(LOCK_ADVICE, proved))
    if verdict.kind in ("adjust", "unsure") and session.lock.slipped:
        blame = (
            f"The lock screw {'moves the ring each time' if again else 'moved the ring'}: hold the ring and "
            "tighten a little at a time, watching the meter."
        )
        return replace(verdict, advice=f"{blame} {verdict.advice}")
    return verdict


def _known_anyway(session: Session) -> Verdict | None:
    """What is so whatever was solved for."""
    if session.setup.lens_kind not in ("front-focus", "unknown"):
        return verdict_on(session, None)
    if session.given_up:
        return _GIVEN_UP[session.given_up]
    if zoom_unproved(session):
        return Verdict(
            "unsure",
            "The zoom was said to be fully in and out, and no picture shows it: there is no answer without.",
            "Zoom fully in and fully out where it is asked for, and wait until the guide sees it.",
        )
    corrected_um, rounds = session.correction.corrected_um, session.correction.rounds
    if session.law.not_parfocal and rounds:
        return Verdict(
            "tracking",
            f"After {rounds} rounds the error is no smaller: the lens does not follow the zoom law.",
            "If the right rings were turned, no back-focus ring can cure this: have the lens serviced.",
        )
    if corrected_um or (corrected_um is None and rounds):
        return Verdict(
            "unsure",
            "The back-focus ring was turned and tele was not looked at since.",
            "Go on where it stopped: zoom in, look, zoom out, look.",
        )
    return None
