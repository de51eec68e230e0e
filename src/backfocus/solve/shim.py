"""Two clips with a known step of the back focus between them: the f-number calibrated, and the side told.

A shim, or a known turn of the back-focus ring, takes the lens `step` further from the sensor: delta grows by
it. A working f-number that is wrong by a part makes every |r| wrong by about that part, and the step too. So
the f-number is the one by which the errors before and after lie the step apart. That also settles on which
side of focus both are: (-, -), (-, +) or (+, +) for a lens that moved away. Of the three the one is taken
that needs the smallest correction of the f-number.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..measure.reading import Reading
from ..optics.lens import Optics
from .backfocus import Side
from .camera import CameraCurve
from .clip import ClipAnswer, judge_clip
from .verdict import Adjusters

MOST_WRONG = 1.3
"""Nobody's f-number is wrong by more than this factor: a larger one means another step, or another lens."""

AS_LIKELY = 0.1
"""Two ways to explain the step are equally good if one needs at most a tenth more change of the f-number."""

_ROUNDS = 4
_CLOSE = 1e-3


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What two clips with a known step between them say.

    Attributes
    ----------
    before, after : ClipAnswer
        Read with the calibrated f-number; the side is unknown where both fit equally well, near zero.
    optics : Optics
        With the f-number that fits the step.
    factor, factor_sigma : float
        By which the f-number given was multiplied, and one standard deviation.
    """

    before: ClipAnswer
    after: ClipAnswer
    optics: Optics
    factor: float
    factor_sigma: float


def calibrate(
    before: Sequence[Reading],
    after: Sequence[Reading],
    optics: Optics,
    step_um: float,
    *,
    adjusters: Adjusters | None = None,
    camera: CameraCurve | None = None,
) -> Calibrated | None:
    """Both clips read by the f-number that makes their errors `step_um` apart.

    None where a clip gives no back focus, or where no f-number within a factor of 1.3 fits the step.

    Parameters
    ----------
    before, after : sequence of Reading
        All readings of a clip from tele to wide each, refocused at tele in between or not.
    step_um : float
        How much further the lens is from the sensor in the second clip; negative if nearer.
    camera : CameraCurve, optional
        What is known of the camera before.

    Raises
    ------
    ValueError
        For a step of zero.
    """
    if step_um == 0.0 or not math.isfinite(step_um):
        raise ValueError(f"a step of {step_um} um calibrates nothing")
    ways = (_fitted(before, after, optics, step_um, sides, camera) for sides in _sides(step_um))
    fits = [way for way in ways if way is not None]
    if not fits:
        return None
    factor = min((fit[0] for fit in fits), key=lambda each: abs(math.log(each)))
    equal = [sides for each, sides in fits if abs(math.log(each)) < abs(math.log(factor)) + AS_LIKELY]
    true = _scaled(optics, factor)
    first, second = (
        judge_clip(clip, true, side=side if len(set(told)) == 1 else 0, adjusters=adjusters, camera=camera)
        for clip, side, told in zip((before, after), equal[0], zip(*equal, strict=True), strict=True)
    )
    return Calibrated(first, second, true, factor, _factor_sigma(first, second, step_um) * factor)


def _sides(step_um: float) -> tuple[tuple[Side, Side], ...]:
    """The sides before and after that a step can lead from and to."""
    return ((1, 1), (-1, -1), (-1, 1) if step_um > 0 else (1, -1))


def _fitted(
    before: Sequence[Reading],
    after: Sequence[Reading],
    optics: Optics,
    step_um: float,
    sides: tuple[Side, Side],
    camera: CameraCurve | None,
) -> tuple[float, tuple[Side, Side]] | None:
    """The factor of the f-number that makes the step right with these sides, by repeated proportion."""
    factor = 1.0
    for _ in range(_ROUNDS):
        seen = [
            judge_clip(clip, _scaled(optics, factor), side=side, camera=camera).back_focus
            for clip, side in zip((before, after), sides, strict=True)
        ]
        if seen[0] is None or seen[1] is None:
            return None
        step = seen[1].delta_um - seen[0].delta_um
        if step * step_um <= 0.0:
            return None
        change = step_um / step
        factor *= change
        if not 1.0 / MOST_WRONG < factor < MOST_WRONG:
            return None
        if abs(change - 1.0) < _CLOSE:
            break
    return factor, sides


def _scaled(optics: Optics, factor: float) -> Optics:
    return replace(optics, f_numbers=tuple((at, number * factor) for at, number in optics.f_numbers))


def _factor_sigma(first: ClipAnswer, second: ClipAnswer, step_um: float) -> float:
    if first.back_focus is None or second.back_focus is None:
        return math.inf
    return math.hypot(first.back_focus.sigma_um, second.back_focus.sigma_um) / abs(step_um)
