"""How a session was solved before the camera was an unknown: residuals by a perfect camera, one by one.

Sessions of that time are folded by it, so that they say what they said; and looks that kept no curve.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from ..solve.backfocus import BackFocus, ZoomResidual, solve_back_focus
from .events import SteadyReading
from .session_state import Session, k_of, optics_of, ratio_of

ONE_POSITION = 0.99
"""As of today's method: scales closer than this are one zoom position."""
NEW_POSITION = 0.8
"""Looks closer in scale than this to one of the ends say nothing new about the zoom law."""
KNOWN_RATIO, UNKNOWN_RATIO = 0.1, 0.5
"""How far off k may be, as a part of itself, when it is the lens's zoom ratio or a guess."""
SOFT_SHARE, BLENDED_SHARE = 0.5, 0.25
"""How well the lens's own softness half-way is known from that at one end, and from both."""


def solve_by_residuals(
    session: Session, tele: SteadyReading, wide: SteadyReading, walk: Sequence[SteadyReading]
) -> BackFocus | None:
    """The back-focus error from a look at either end, and looks in between; None over too little zoom."""
    longest_px = tele.scale_px or session.scales.tele_px
    widest_px = wide.scale_px or session.scales.wide_px
    if longest_px is None or widest_px is None:
        return _solved_by_ratio(session, tele, wide)
    if widest_px > ONE_POSITION * longest_px:
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
    widest_px = (
        wide.scale_px or session.scales.wide_px or k * (tele.scale_px or session.scales.tele_px or 1.0)
    )
    at_wide = replace(_residual(session, wide, widest_px), scale_sigma_px=doubt * widest_px)
    return solve_back_focus((_residual(session, tele, widest_px / k), at_wide), signed=False)


def _residual(session: Session, look: SteadyReading, scale_px: float) -> ZoomResidual:
    """A look as the solver takes it; without a reference the lens's own blur may be in it."""
    depth = optics_of(session).half_depth_um(ratio_of(session, scale_px, at_tele=False))
    softness = 0.0 if look.referenced else min(look.residual_um, 1.5 * depth)
    return ZoomResidual(scale_px, look.residual_um, max(look.sigma_um, 1e-3), softness_um=softness)


def _between(session: Session, look: SteadyReading, scale_px: float) -> ZoomResidual:
    """A look half-way, less the softness that the lens shows there, taken from its ends."""
    soft = max(
        (best.residual_um for best in (session.looks.tele_best, session.looks.wide_best) if best), default=0.0
    )
    if soft == 0.0:
        return _residual(session, look, scale_px)
    if look.referenced:
        return ZoomResidual(scale_px, look.residual_um, math.hypot(look.sigma_um, BLENDED_SHARE * soft))
    left = math.sqrt(max(look.residual_um**2 - soft**2, 0.0))
    return ZoomResidual(scale_px, left, math.hypot(look.sigma_um, SOFT_SHARE * soft) + 1e-3)
