"""The back focus from a clip that goes from tele to wide, or back: what `check` answers.

The two holds give two residuals, the walk between them more, for the tracking error. Each |r| is read with
the f-number of its own zoom. If the focus ring was swept through its sharpest point at wide (or at tele), the
best picture of that sweep is the reference there.

What a sweep can and cannot tell. |r| is the same on both sides of focus, so a clip looks the same if delta
and every movement of a ring change their signs together: no clip by itself tells the side. It does once the
direction of one movement is known. A lens set nearer brings the image of the chart forward, towards the
lens, and r grows; set towards infinity, r falls. So if the person says which way the ring went first, then
|r| falling at first means that r had the other sign than the move, and |r| rising the same.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..measure.reading import Flag, Reading
from ..optics.lens import Optics
from .backfocus import BackFocus, ZoomResidual, solve_back_focus
from .defocus import Defocus, Reference, defocus, reference_from, sharpest
from .hand_sweep import sweep_by_hand
from .verdict import Means, Verdict, judge
from .zoom_pull import Hold, Pull, find_pull, usable

Vector = NDArray[np.float64]

FirstTurn = Literal["near", "infinity"]
"""Which way the focus ring went first in the sweep."""

SAME_ZOOM = 0.85
"""Breathing changes the scale by up to 15 % without a zoom."""

WALK_STEPS = 5
WALK_SIGMA = 0.05
"""Pictures of a moving zoom are a little out of step with their scale: a part of |r|."""

FEWEST_NEAR = 5
"""Pictures within two half depths of focus of the sharpest, so that it is within h/3 of true focus."""

_STEADY = 5
_DISTRUSTED = (Flag.SHARPENED, Flag.CLIPPED, Flag.TOO_DARK)


@dataclass(frozen=True, slots=True)
class ClipAnswer:
    """What a clip says about the back focus.

    `referenced`: an in-focus picture was seen at wide. `flags`: what spoils the pictures it rests on.
    """

    back_focus: BackFocus | None
    verdict: Verdict
    half_depth_um: float | None
    referenced: bool
    flags: frozenset[Flag]


def judge_clip(
    readings: Sequence[Reading],
    optics: Optics | None,
    *,
    first_turn: FirstTurn | None = None,
    means: Means | None = None,
) -> ClipAnswer:
    """Back focus and verdict from the readings of a clip, in their order; `unsure` where they do not suffice.

    Parameters
    ----------
    readings : sequence of Reading
        All of them; those without a star are passed over.
    optics : Optics | None
        None gives `unsure`.
    first_turn : "near" | "infinity", optional
        Which way the focus ring was turned first in a sweep at wide. Only with it can the sign be known.
    means : Means, optional
        What can be moved on this lens, for the advice.
    """
    pictures = usable(readings)
    pull = find_pull(pictures)
    if optics is None or pull is None:
        depth = None if optics is None else optics.half_depth_um(0.0)
        return ClipAnswer(None, judge(None, depth, means=means), depth, False, frozenset())
    long = _end(pictures, pull, pull.long, optics)
    wide = _end(pictures, pull, pull.wide, optics)
    magnitudes = (long.residual, wide.residual, *_walk(pictures, pull, optics))
    side = _side(wide, first_turn) * (1 if pull.wide is pull.late else -1)
    found = _solved(magnitudes, side)
    depths = tuple(optics.half_depth_um(each.scale_px / pull.long.scale_px) for each in found.zoom)
    flags = long.flags | wide.flags
    verdict = judge(
        found,
        depths[-1],
        half_depths_um=depths,
        referenced=wide.reference is not None,
        flags=flags,
        means=means,
    )
    return ClipAnswer(found, verdict, depths[-1], wide.reference is not None, flags)


@dataclass(frozen=True, slots=True)
class _End:
    """One end of the zoom: its residual in the hold, and what a sweep there showed."""

    residual: ZoomResidual
    swept: bool
    reference: Reference | None
    blur_um: tuple[float, ...]
    sigma_um: tuple[float, ...]
    half_depth_um: float
    flags: frozenset[Flag]


def _end(pictures: Sequence[Reading], pull: Pull, hold: Hold, optics: Optics) -> _End:
    """Reads the hold, and the sweep that follows or precedes it at the same zoom, if there is one."""
    ratio = hold.scale_px / pull.long.scale_px
    depth = optics.half_depth_um(ratio)
    read = [(each, defocus(each, optics, ratio=ratio)) for each in _at_same_zoom(pictures, pull, hold)]
    there = [each for each, value in read if value is not None]
    plain = [value for _, value in read if value is not None]
    left = _departure([value.um for value in plain], [value.sigma_um for value in plain], depth)
    steady = there[: min(left, hold.last - hold.first + 1)]
    swept, reference = _sweep(there, plain, depth)
    values = [defocus(each, optics, ratio=ratio, reference=reference) for each in steady]
    return _End(
        _residual(hold, [value for value in values if value is not None]),
        swept,
        reference,
        tuple(value.um for value in plain),
        tuple(value.sigma_um for value in plain),
        depth,
        _spoilt(steady),
    )


def _at_same_zoom(pictures: Sequence[Reading], pull: Pull, hold: Hold) -> Sequence[Reading]:
    """The hold and what lies beyond it, seen from the zoom: outwards in time."""
    outwards = pictures[hold.first :] if hold is pull.late else pictures[hold.last :: -1]
    count = next((at for at, each in enumerate(outwards) if not _same_zoom(each, hold)), len(outwards))
    return outwards[:count]


def _same_zoom(reading: Reading, hold: Hold) -> bool:
    return SAME_ZOOM < (reading.scale_px or 0.0) / hold.scale_px < 1.0 / SAME_ZOOM


def _sweep(
    pictures: Sequence[Reading], read: Sequence[Defocus], depth_um: float
) -> tuple[bool, Reference | None]:
    """Whether a sweep went through the sharpest point, and its sharpest picture if it went slowly enough.

    A hold alone is no reference for itself: it would read as in focus whatever the error.
    """
    blur, sigma = [each.um for each in read], [each.sigma_um for each in read]
    swept = _swept(blur, sigma, depth_um)
    passage = sweep_by_hand(blur[swept], sigma[swept], depth_um)
    if passage is None or passage.state == "falling":
        return False, None
    best = sharpest(pictures[swept])
    return True, None if best is None or passage.near < FEWEST_NEAR else reference_from(best)


def _swept(blur: Sequence[float], sigma: Sequence[float], depth_um: float) -> slice:
    """From where |r| first leaves the value it starts with to where it last differs from its last."""
    start = _departure(blur, sigma, depth_um)
    stop = len(blur) - _departure(blur[::-1], sigma[::-1], depth_um)
    return slice(start, max(start, stop))


def _departure(blur: Sequence[float], sigma: Sequence[float], depth_um: float) -> int:
    """How many pictures from the first on show the same |r|: all of them if it never changes."""
    limit = _limit(sigma, depth_um)
    away = np.abs(np.array(blur) - np.median(blur[:_STEADY])) > limit
    lasting = away[:-1] & away[1:]
    return int(np.argmax(lasting)) if lasting.any() else len(blur)


def _limit(sigma: Sequence[float], depth_um: float) -> float:
    """The change of |r| that is believed: beyond noise, and half a depth of focus at least."""
    return max(3.0 * float(np.median(sigma)), depth_um / 2.0)


def _residual(hold: Hold, values: Sequence[Defocus]) -> ZoomResidual:
    """The middle of the hold's readings; scatter averages down, what the model may be off does not."""
    um = np.array([value.um for value in values])
    middle = float(np.median(um))
    scatter = 1.4826 * float(np.median(np.abs(um - middle))) / math.sqrt(len(um))
    model = float(np.median([value.model_sigma_um for value in values]))
    return ZoomResidual(
        hold.scale_px,
        middle,
        max(math.hypot(1.25 * scatter, model), 1e-3),
        hold.scale_sigma_px,
        values[0].softness_um,
    )


def _walk(pictures: Sequence[Reading], pull: Pull, optics: Optics) -> tuple[ZoomResidual, ...]:
    """Residuals at zoom positions between the ends, where three or more pictures of the walk lie close by."""
    walk = [pictures[at] for at in pull.between if Flag.MOVING not in pictures[at].flags]
    k = pull.wide.scale_px / pull.long.scale_px
    found = []
    for step in range(1, WALK_STEPS + 1):
        scale = pull.long.scale_px * k ** (step / (WALK_STEPS + 1.0))
        near = [each for each in walk if abs(math.log((each.scale_px or 1.0) / scale)) < 0.08]
        read = [defocus(each, optics, ratio=scale / pull.long.scale_px) for each in near]
        values = [value for value in read if value is not None]
        if len(values) >= 3:
            found.append(_walk_residual(near, values))
    return tuple(found)


def _walk_residual(near: Sequence[Reading], values: Sequence[Defocus]) -> ZoomResidual:
    scales = np.array([each.scale_px for each in near], dtype=float)
    scale = float(np.median(scales))
    still = _residual(Hold(0, 0, scale, float(np.std(scales) / math.sqrt(len(scales)))), values)
    return ZoomResidual(
        scale,
        still.residual_um,
        math.hypot(still.sigma_um, WALK_SIGMA * still.residual_um),
        still.scale_sigma_px,
        still.softness_um,
    )


def _solved(magnitudes: Sequence[ZoomResidual], side: int) -> BackFocus:
    found = solve_back_focus(magnitudes, signed=False)
    if not side:
        return found
    signed = [
        ZoomResidual(
            each.scale_px, side * each.residual_um, each.sigma_um, each.scale_sigma_px, each.softness_um
        )
        for each in found.zoom
    ]
    return solve_back_focus(signed, signed=True)


def _side(wide: _End, first_turn: FirstTurn | None) -> int:
    """Sign of the residual in the hold at wide: +1, -1, or 0 where the sweep does not tell.

    Turning towards near makes r grow. If |r| fell first, r had the other sign. It must have been clear of
    zero, or a short fall would have been missed.
    """
    if first_turn is None or not wide.swept:
        return 0
    blur, limit = wide.blur_um, _limit(wide.sigma_um, wide.half_depth_um)
    start, left = float(np.median(blur[:_STEADY])), _departure(blur, wide.sigma_um, wide.half_depth_um)
    if left == len(blur) or min(start, wide.residual.residual_um) < 1.5 * limit:
        return 0
    turned = 1 if first_turn == "near" else -1
    return turned if blur[left] > start else -turned


def _spoilt(pictures: Sequence[Reading]) -> frozenset[Flag]:
    """The flags that half of the pictures or more carry and that make |r| untrue."""
    return frozenset(
        flag
        for flag in _DISTRUSTED
        if 2 * sum(flag in each.flags for each in pictures) >= max(1, len(pictures))
    )
