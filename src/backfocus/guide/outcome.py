"""What a session amounts to: the error solved from its looks, and the verdict on it."""

import math
from collections.abc import Sequence
from dataclasses import replace

from ..measure.reading import Flag
from ..solve.backfocus import BackFocus, ZoomResidual, solve_back_focus
from ..solve.remarks import at_tele
from ..solve.verdict import LOCK_ADVICE, Adjusters, Verdict, judge
from .blur import refer
from .events import SteadyReading
from .session_state import Result, Session, Setup, half_depth_um, k_of, optics_of, ratio_of

NEW_POSITION = 0.8
"""Looks closer in scale than this to one of the ends say nothing new about the zoom law."""
LOCK_TRIES = 2
"""So often the ring is set again after the screw moved it."""
KNOWN_RATIO, UNKNOWN_RATIO = 0.1, 0.5
"""How far off k may be, as a part of itself, when it is the lens's zoom ratio or a guess."""
SOFT_SHARE, BLENDED_SHARE = 0.5, 0.25
"""How well the lens's own softness half-way is known from that at one end, and from both."""


def solve_session(
    session: Session,
    *,
    tele: SteadyReading | None,
    wide: SteadyReading | None,
    walk: Sequence[SteadyReading] = (),
) -> BackFocus | None:
    """The back-focus error from a look at either end, and looks in between; None without both ends."""
    if tele is None or wide is None:
        return None
    longest_px = tele.scale_px or session.tele_px
    widest_px = wide.scale_px or session.wide_px
    if longest_px is None or widest_px is None:
        return _solved_by_ratio(session, tele, wide)
    if widest_px > 0.99 * longest_px:
        return None
    ends = (_residual(session, tele, longest_px), _residual(session, wide, widest_px))
    between = (
        _between(session, look, look.scale_px)
        for look in walk
        if look.scale_px and widest_px / NEW_POSITION < look.scale_px < longest_px * NEW_POSITION
    )
    return solve_back_focus((*ends, *between), signed=False)


def _solved_by_ratio(session: Session, tele: SteadyReading, wide: SteadyReading) -> BackFocus:
    """Where a plain star overfills the picture and so has no scale: the ends alone, k from the lens's data.

    Without data k is held known to half of itself, which passes into sigma as far as tele is not sharp.
    """
    k = k_of(session)
    doubt = KNOWN_RATIO if session.setup.zoom_ratio else UNKNOWN_RATIO
    widest_px = wide.scale_px or session.wide_px or k * (tele.scale_px or session.tele_px or 1.0)
    at_wide = replace(_residual(session, wide, widest_px), scale_sigma_px=doubt * widest_px)
    return solve_back_focus((_residual(session, tele, widest_px / k), at_wide), signed=False)


def result(session: Session) -> Result:
    """What came out for the ND position in use; every look judged against the best seen since."""
    tele, wide = (
        refer(session, session.tele, session.tele_best, at_tele=True),
        refer(session, session.wide, session.wide_best),
    )
    found = solve_session(session, tele=tele, wide=wide, walk=session.walk)
    before = solve_session(
        session,
        tele=refer(session, session.first_tele, session.tele_best, at_tele=True),
        wide=refer(session, session.first_wide, session.wide_best),
    )
    beforehand, shown = _known_beforehand(session), session.shown
    if beforehand is None and found is None and shown is not None and shown.back_focus is not None:
        return Result(session.nd, shown.verdict, shown.back_focus, None, shown.half_depth_um, session.rounds)
    verdict = beforehand or _proved(session, verdict_on(session, found))
    if session.setup.optics is None:
        return Result(session.nd, verdict, None, None, None, session.rounds)
    return Result(session.nd, verdict, found, before, half_depth_um(session), session.rounds)


def verdict_on(session: Session, found: BackFocus | None) -> Verdict:
    """The verdict on an error solved in this session."""
    known = session.setup.optics is not None
    return judge(
        found,
        half_depth_um(session) if known else None,
        half_depths_um=_depths(session, found) if found and known else None,
        referenced=session.wide_best is not None,
        slopes=session.slopes,
        flags=noticed(session),
        adjusters=adjusters_of(session.setup),
    )


def noticed(session: Session) -> frozenset[Flag]:
    """The flags of the last looks that can change the answer."""
    tele, wide = (look.flags if look else frozenset() for look in (session.tele, session.wide))
    return at_tele(tele) | wide


def adjusters_of(setup: Setup) -> Adjusters:
    """What can be moved on the lens, for the advice."""
    return Adjusters(setup.back_focus_ring, setup.shims_um, setup.um_per_degree, setup.lens_kind)


def is_within(found: BackFocus, depth_um: float) -> bool:
    """Whether the whole interval of the error lies within the depth of focus."""
    return max(abs(found.low_um), abs(found.high_um)) <= depth_um


def tracks_badly(session: Session, found: BackFocus) -> bool:
    """Whether residuals lie further off the zoom law than depth of focus and noise explain."""
    return verdict_on(session, found).kind == "tracking"


def _residual(session: Session, look: SteadyReading, scale_px: float) -> ZoomResidual:
    """A look as the solver takes it; without a reference the lens's own blur may be in it."""
    depth = optics_of(session).half_depth_um(ratio_of(session, scale_px, at_tele=False))
    softness = 0.0 if look.referenced else min(look.residual_um, 1.5 * depth)
    return ZoomResidual(scale_px, look.residual_um, max(look.sigma_um, 1e-3), softness_um=softness)


def _between(session: Session, look: SteadyReading, scale_px: float) -> ZoomResidual:
    """A look half-way, less the softness that the lens shows there, taken from its ends."""
    soft = max((best.residual_um for best in (session.tele_best, session.wide_best) if best), default=0.0)
    if soft == 0.0:
        return _residual(session, look, scale_px)
    if look.referenced:
        return ZoomResidual(scale_px, look.residual_um, math.hypot(look.sigma_um, BLENDED_SHARE * soft))
    left = math.sqrt(max(look.residual_um**2 - soft**2, 0.0))
    return ZoomResidual(scale_px, left, math.hypot(look.sigma_um, SOFT_SHARE * soft) + 1e-3)


def _depths(session: Session, found: BackFocus) -> tuple[float, ...]:
    longest_px = found.zoom[0].scale_px
    return tuple(optics_of(session).half_depth_um(each.scale_px / longest_px) for each in found.zoom)


def _proved(session: Session, verdict: Verdict) -> Verdict:
    """What the lock screw adds to the advice: it was proved and all is done, or it is to blame."""
    if verdict.kind == "set" and session.lock_held:
        proved = "The ring is locked and was proved after locking. Nothing more to do."
        return replace(verdict, advice=verdict.advice.replace(LOCK_ADVICE, proved))
    if verdict.kind == "adjust" and session.lock_moves > LOCK_TRIES:
        blame = (
            "The lock screw moves the ring each time: hold the ring and tighten a little at a time, watching."
        )
        return replace(verdict, advice=f"{blame} {verdict.advice}")
    return verdict


def _known_beforehand(session: Session) -> Verdict | None:
    """What is so whatever was solved for."""
    if session.setup.lens_kind not in ("front-focus", "unknown"):
        return verdict_on(session, None)
    if session.not_parfocal and session.rounds:
        return Verdict(
            "tracking",
            f"After {session.rounds} rounds the error is no smaller: the lens does not follow the zoom law.",
            "If the right rings were turned, no back-focus ring can cure this: have the lens serviced.",
        )
    if (session.corrected_um is None and session.rounds) or session.corrected_um:
        return Verdict(
            "unsure",
            "The back-focus ring was turned and tele was not looked at since.",
            "Go on where it stopped: zoom in, look, zoom out, look.",
        )
    return None
