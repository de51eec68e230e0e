"""The geometry of our printed star: what the chart draws, the bench renders and the measurement reads.

Angles grow from +x towards +y (clockwise in a picture, y down). A star of `cycles` black-and-white pairs has
reflectance  sign(cos(cycles * phi + 2 * pi * twist(r)))  inside its rim, white positive.

A plain star looks the same at every size, so nothing inside it tells the zoom. Ours is *twisted*: at the
radii R / sqrt(2)**j, j = 1 to 16, the spokes jump by a quarter of a cycle, to one side (+1) or the other
(-1), the signs following a binary de Bruijn sequence, in which every window of four occurs once. Four twists
in view therefore name their own j, and with it the radius R of a rim that may be far outside the picture.
The amplitude of a ring does not see a twist; leave out rings within a few per cent of one.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CYCLES = 36
TWIST_RATIO = math.sqrt(2.0)
TWIST_WINDOW = 4
"""Consecutive twists that name their place: every window of this length is unique."""

TWIST_SIGNS: tuple[int, ...] = (-1, -1, -1, -1, 1, -1, -1, 1, 1, -1, 1, -1, 1, 1, 1, 1)
"""From the rim inwards: j = 1, 2, ..., 16. A binary de Bruijn sequence B(2, 4), cut open."""

_TWISTED = np.concatenate([[0.0], np.cumsum(TWIST_SIGNS) / 4.0])
"""Twist between one of them and the next, in cycles."""


def twist_radii(radius: float) -> NDArray[np.float64]:
    """Radii of the twists from the rim inwards, in the unit of `radius`; shape (16,)."""
    return np.asarray(radius / TWIST_RATIO ** np.arange(1, len(TWIST_SIGNS) + 1), np.float64)


def twist_cycles(radius_fraction: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Twist of the spokes in cycles (multiples of a quarter) at radii given as fractions of the rim's.

    Zero between the rim and the first twist; the jumps of all twists outside a radius are added up.
    """
    inside = np.maximum(np.asarray(radius_fraction, dtype=np.float64), 1e-9)
    crossed = np.ceil(np.log(inside) / -math.log(TWIST_RATIO) - 1e-12) - 1
    return np.asarray(_TWISTED[np.clip(crossed, 0, len(TWIST_SIGNS)).astype(int)])


PATCH_TOP, PATCH_BOTTOM = 1.09, 1.27
"""The strip of patches below the star, in its radii from the centre, y down."""
PATCH_WIDTH, PATCH_STEP = 0.25, 0.4
"""From one patch to the next; white paper is left between them."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch of upright black lines, `pitch` star radii from one to the next, that leave `white` of it bare.

    So its mean light is geometry, whatever ink and paper reflect, and sharp or not.
    """

    x: float
    white: float
    pitch: float


PATCHES: tuple[Patch, ...] = tuple(
    Patch(PATCH_STEP * (place - 2), white, pitch)
    for place, (white, pitch) in enumerate(
        ((0.0, 0.25), (0.25, 0.025), (0.5, 0.025), (0.5, 0.0125), (0.75, 0.025))
    )
)
"""Black and four greys from left to right; two halves of unequal pitch tell how far ink spreads."""


SQUARE_RATIOS = (1.8, 2.2, 1.6, 2.5, 2.0, 1.5, 1.9)
"""Of our edge chart: from the half side of a square to that of the next one inside it."""
SQUARE_TILT_RAD = math.radians(5.0)
SQUARE_SHARES: tuple[float, ...] = tuple((1.0 / np.cumprod((1.0, *SQUARE_RATIOS))).tolist())
"""Half sides of the nested squares against the outermost, which is black; white and black take turns.

Some of them are in view at every zoom, with a long slanted edge each way on all four sides; any three in a
row have sizes of their own, and so name their place, and with it the size of the outermost.
"""


def square_tone(half_share: NDArray[np.floating]) -> NDArray[np.float64]:
    """1 where the nested squares are white, 0 where black, at places given by the half side they lie on."""
    inside = np.searchsorted(np.array(SQUARE_SHARES[::-1]), half_share, side="right")
    return np.asarray((len(SQUARE_SHARES) - inside) % 2 == 0, np.float64)
