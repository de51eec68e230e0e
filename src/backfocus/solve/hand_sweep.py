"""Best focus from a sweep by hand, where only the order of the pictures is known.

The blur must have fallen and risen again by more than noise can, slowly enough that the sharpest moment was
seen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
State = Literal["falling", "passed", "too-fast"]

FRAMES_NEAR = 8
"""Pictures that must lie within two half depths of focus of the sharpest, or the sweep was too fast."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What a sweep by hand has shown so far.

    Attributes
    ----------
    state : "falling" | "passed" | "too-fast"
        Whether the sharpest point lies behind; "too-fast" if it does and was hardly seen.
    index : int
        The sharpest picture of this sweep; once passed, of those that were passed.
    floor_um : float
        Its blur, as a defocus: the median of it and its neighbours.
    fell_um, rose_um : float
        How far the blur fell before it and rose after it.
    near : int
        Pictures within two half depths of focus of the sharpest.
    """

    state: State
    index: int
    floor_um: float
    fell_um: float
    rose_um: float
    near: int


def sweep_by_hand(
    blur_um: Sequence[float],
    sigma_um: Sequence[float],
    half_depth_um: float,
    *,
    pictures: Sequence[int] | NDArray[np.int64] | None = None,
    risen_half_depths: float = 1.0,
) -> Passage | None:
    """Whether |r| has passed its minimum in a sweep by hand; None from fewer than 3 pictures.

    Passed: on each side it fell and rose again by h and by 3 sigma, with at least 8 pictures within 2 h of
    it. What camera and lens blur in focus stands below all of it and adds with its square: where that is
    much, the blur hardly grows within the first h.

    Parameters
    ----------
    blur_um, sigma_um : sequence of float, shape (n,)
        |r| of this sweep's pictures in their order, and one standard deviation each.
    half_depth_um : float
        h at this zoom position.
    pictures : sequence of int, shape (n,)
        How many pictures each |r| is the mean of, where not of one.
    risen_half_depths : float
        What it must show on each side, in h.
    """
    if len(blur_um) < 3:
        return None
    blur = _smooth(np.array(blur_um, dtype=float))
    fell = np.maximum.accumulate(blur) - blur
    rose = np.maximum.accumulate(blur[::-1])[::-1] - blur
    least = np.maximum(
        3.0 * float(np.median(sigma_um)), np.hypot(blur, risen_half_depths * half_depth_um) - blur
    )
    enough = np.minimum(fell, rose) >= least
    index = int(np.argmin(np.where(enough, blur, np.inf) if enough.any() else blur))
    floor = float(blur[index])
    is_near = np.array(blur_um) <= math.hypot(floor, 2.0 * half_depth_um)
    near = int(np.sum(is_near if pictures is None else np.array(pictures)[is_near]))
    passed: State = "passed" if near >= FRAMES_NEAR else "too-fast"
    state: State = passed if enough.any() else "falling"
    return Passage(state, index, floor, float(fell[index]), float(rose[index]), near)


def dips(blur_um: Sequence[float], rise_um: float, level_um: float) -> int:
    """How often the blur came down to `level_um` or below and up again, by `rise_um` each way."""
    blur = _smooth(np.array(blur_um, dtype=float))
    count, falling = 0, True
    lowest = highest = float(blur[0])
    for um in blur.tolist():
        lowest, highest = min(lowest, um), max(highest, um)
        if falling and um >= lowest + rise_um:
            count += lowest <= level_um
            falling, highest = False, um
        elif not falling and um <= highest - rise_um:
            falling, lowest = True, um
    return count


def _smooth(blur: Vector) -> Vector:
    """Median of three neighbours, at the ends of the last three: one wild picture makes no floor."""
    if len(blur) < 3:
        return blur
    padded = np.concatenate([blur[2:3], blur, blur[-3:-2]])
    return np.asarray(np.median(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0))
