"""Pictures to steady readings: the mean of some, and its |r| against the best picture seen at that zoom.

A picture as sharp as the best always reads as in focus: the solver sees to that. Far from focus, where the
best says little about the shape of the curve, only its size is taken off.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..measure.reading import Against, Reading, RingPosition
from ..optics.blur import lens_pixel_mtf
from ..optics.lens import Optics
from ..solve import light
from ..solve.defocus import Defocus, Reference, defocus, sharpening, sharpest_first
from ..solve.mean_curve import mean_reading
from ..solve.remarks import borne
from .events import SteadyReading
from .session_state import Session, optics_of, ratio_of, zoom_unproved

READABLE_SHARE = 0.1
"""A blur not known to a tenth of itself is a guess among the ripples of a far defocus."""
LARGEST_DISC_PX = 44.0
"""The solver's curves end at a blur disc of 46 pixels: what lies beyond reads as that."""
FAINT = 0.5
"""Of a best picture's contrast no more than half is ever taken to have been lost between its pictures."""
SHARPEST = 5
"""Pictures whose mean is the sharpest of a sweep for the time being: one alone may be luck."""
SOFTEST_HALF_DEPTHS = 5.0
"""No lens in use is softer at its best than so many half depths of focus: a lowest point above is no peak."""


def blur_um(
    session: Session, reading: Reading, best: SteadyReading | None = None
) -> tuple[float, float] | None:
    """|r| of one picture and its sigma, um, against `best` if given; None where it cannot be told."""
    at_tele = session.step.at_tele and not zoom_unproved(session)
    ratio = 1.0 if at_tele else round(ratio_of(session, reading.scale_px, at_tele=False), 2)
    return _against(reading, optics_of(session), ratio, best)


def steady_reading(
    session: Session, readings: Sequence[Reading], best: SteadyReading | None = None
) -> SteadyReading | None:
    """The mean of some readings of one zoom position as a steady reading; None where none has a curve."""
    mean = mean_reading(readings)
    if mean is None or (found := blur_um(session, mean, best)) is None:
        return None
    residual_um, sigma_um = found
    return SteadyReading(
        mean.scale_px,
        residual_um,
        sigma_um,
        mean.frequency_cy_px,
        mean.modulation,
        mean.modulation_sigma,
        referenced=best is not None,
        flags=borne(readings),
        level_sigma=mean.level_sigma,
        level_noise=mean.level_noise,
        white_light=light.white_light(readings),
        position=mean_position([each.position for each in readings if each.frequency_cy_px]),
        against=mean.against.ratio if mean.against else 0.0,
    )


def against_sharpest(
    session: Session, readings: Sequence[Reading]
) -> list[tuple[float, float] | None] | None:
    """|r| of the pictures of a sweep and its sigma, um, against its own sharpest ones.

    None where no camera makes these sharper than a perfect lens is: only then do many read as in focus.
    """
    best = steady_reading(session, sharpest_first(readings)[:SHARPEST])
    if best is None or not beyond_perfect(session, best, at_tele=session.step.at_tele):
        return None
    return [blur_um(session, each, best) for each in readings]


def beyond_perfect(session: Session, best: SteadyReading, *, at_tele: bool) -> bool:
    """Whether the best of a sweep is sharper than a perfect lens can be: the camera sharpens."""
    number = optics_of(session).f_number(ratio_of(session, best.scale_px, at_tele=at_tele))
    return sharpening(_reference(best), optics_of(session), f_number=round(number, 3)) is not None


def as_in_focus(session: Session, best: SteadyReading, off_um: float) -> SteadyReading:
    """The best of a sweep as it would be in focus: its pictures were `off_um` out, root mean square."""
    optics, frequency = optics_of(session), np.array(best.frequency_cy_px)
    number = optics.f_number(ratio_of(session, best.scale_px, at_tele=session.step.at_tele))
    sharp, soft = (
        lens_pixel_mtf(
            frequency, um, f_number=number, pixel_um=optics.pixel_um, wavelength_um=optics.wavelength_um
        )
        for um in (0.0, off_um)
    )
    curve = tuple(map(float, np.array(best.modulation) * sharp / np.maximum(soft, FAINT * sharp)))
    found = blur_um(session, as_reading(replace(best, modulation=curve)))
    if found is None:
        return best
    return replace(best, modulation=curve, residual_um=found[0], sigma_um=found[1])


def refer(
    session: Session, look: SteadyReading | None, best: SteadyReading | None, *, at_tele: bool = False
) -> SteadyReading | None:
    """The look judged once more, now against `best`; as it was where there is nothing to judge it against."""
    if look is None or best is None or not look.frequency_cy_px:
        return look
    ratio = round(ratio_of(session, look.scale_px, at_tele=at_tele), 2)
    found = _against(as_reading(look), optics_of(session), ratio, best)
    return look if found is None else replace(look, residual_um=found[0], sigma_um=found[1], referenced=True)


def best_between(session: Session, scale_px: float) -> SteadyReading | None:
    """How sharp the lens can be half-way: between its best at either end, by the logarithm of the scale."""
    tele, wide = session.looks.tele_best, session.looks.wide_best
    if not (tele and wide and tele.scale_px and wide.scale_px and wide.scale_px < tele.scale_px):
        return None
    share = math.log(scale_px / wide.scale_px) / math.log(tele.scale_px / wide.scale_px)
    share = min(max(share, 0.0), 1.0)
    at = np.array(wide.frequency_cy_px)
    curves = [np.interp(at, best.frequency_cy_px, best.modulation) for best in (wide, tele)]
    blend = (1.0 - share) * curves[0] + share * curves[1]
    soft_um = (1.0 - share) * wide.residual_um + share * tele.residual_um
    return replace(wide, scale_px=scale_px, residual_um=soft_um, modulation=tuple(map(float, blend)))


def mean_position(positions: Sequence[RingPosition | None]) -> RingPosition | None:
    """Where the rings stood on the whole; None, or None for one of them, where some picture does not know."""
    known = [each for each in positions if each is not None]
    if not known or len(known) < len(positions):
        return None
    return RingPosition(
        _mean([each.focus_steps for each in known]),
        _mean([each.back_focus_steps for each in known]),
        _mean([each.zoom_steps for each in known]),
    )


def _mean(steps: Sequence[float | None]) -> float | None:
    known = [each for each in steps if each is not None]
    return float(np.mean(known)) if len(known) == len(steps) else None


def _reference(best: SteadyReading) -> Reference:
    curve = (best.frequency_cy_px, best.modulation, best.modulation_sigma)
    return Reference(*curve, best.level_sigma, best.level_noise)


def as_reading(look: SteadyReading) -> Reading:
    """A look as the one picture that it stands for."""
    return Reading(
        0,
        None,
        frozenset(),
        scale_px=look.scale_px,
        frequency_cy_px=look.frequency_cy_px,
        modulation=look.modulation,
        modulation_sigma=look.modulation_sigma,
        level_sigma=look.level_sigma,
        level_noise=look.level_noise,
        against=Against(look.against) if look.against else None,
    )


def _against(
    reading: Reading, optics: Optics, ratio: float, best: SteadyReading | None
) -> tuple[float, float] | None:
    """|r| against `best`; far out of focus, where its shape says little, only its size is taken off."""
    if best is None:
        return _blur(reading, optics, ratio, None)
    found = _blur(reading, optics, ratio, _reference(best))
    if found is None and (plain := _blur(reading, optics, ratio, None)):
        return less_in_quadrature(*plain, best.residual_um)
    return found


def _blur(
    reading: Reading, optics: Optics, ratio: float, reference: Reference | None
) -> tuple[float, float] | None:
    found = defocus(reading, optics, ratio=ratio, reference=reference)
    if found is None or not _readable(found, optics, ratio):
        return None
    return found.um, found.sigma_um


def _readable(found: Defocus, optics: Optics, ratio: float) -> bool:
    sure = found.sigma_um <= max(READABLE_SHARE * found.um, optics.half_depth_um(ratio))
    return sure and found.um < LARGEST_DISC_PX * optics.f_number(ratio) * optics.pixel_um


def less_in_quadrature(um: float, sigma_um: float, floor_um: float) -> tuple[float, float]:
    """|r| and sigma less a floor, in quadrature; near it the sigma grows, as the curve is flat there."""
    if floor_um <= sigma_um:
        return um, sigma_um
    left = math.sqrt(max(um**2 - floor_um**2, 0.0))
    flat = math.sqrt(2.0 * um * sigma_um)
    return left, min(flat, um * sigma_um / left) if left else flat
