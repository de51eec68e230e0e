"""Compression recognised: a codec saves the bits that bare paper does not need, and spoils what has detail.

A camera's grain is the same on bare paper as on the spokes. A codec at few bits smooths it off the paper, and
leaves noise of its own beside every edge, which grows with what it takes from fine detail.
"""

import numpy as np

from ...frame import Frame
from ...transfer import linearise
from ..star.measurement import StarMeasurement

EXCESS = 0.04
"""Of white: more noise than this on the spokes, over that of the paper, goes with a loss of some per cent of
MTF50: H.264 at a CRF of 28 and up, most of Motion JPEG at a quantiser of 8 and up."""

RATIO = 6.0
"""Grain that differs less is taken for the camera's: shot noise, or white that is nearly clipped."""

PAPER = 0.12
"""Of the rim: so far around it nothing but paper is expected."""

BLOCK_PX = 8.0
"""How far a codec carries the noise of an edge; of the paper around, twice as much is looked at or more."""

ROWS = 24
LEAST_SAMPLES = 50
SHARE = 0.7
BEND_OF_WHITE_NOISE = np.sqrt(1.5) * 1.0364
"""What |x[1] - (x[0] + x[2]) / 2| of white noise of sigma 1 stays below in that share of all places."""


def compressed(frame: Frame, star: StarMeasurement) -> bool:
    """Whether compression took detail from a star; False without an MTF50 or paper around it."""
    if star.radius_px is None or star.mtf50_cy_px is None or not star.noise or not star.white:
        return False
    if star.noise < EXCESS * star.white:
        return False
    paper = _grain(frame, star, star.radius_px)
    if paper is None or star.noise < RATIO * paper:
        return False
    return bool(np.sqrt(star.noise**2 - paper**2) > EXCESS * star.white)


def _grain(frame: Frame, star: StarMeasurement, radius_px: float) -> float | None:
    """Noise of the light of a pixel of the paper around the star, from a few lines."""
    reach = radius_px + max(PAPER * radius_px, 2 * BLOCK_PX)
    middle, tall = (star.y_px - frame.first_line) / frame.line_step, reach / frame.line_step
    lines, columns = frame.luma.shape
    first, last = max(0, int(middle - tall)), min(lines, int(middle + tall) + 1)
    row = np.arange(first, last, max(1, (last - first) // ROWS))
    column = np.arange(max(0, int(star.x_px - reach)), min(columns, int(star.x_px + reach) + 1))
    if row.size == 0 or column.size < 3:
        return None
    samples = frame.luma[row, column[0] : column[-1] + 1]
    light = linearise(samples, bits=frame.bits, transfer=frame.transfer, limited=frame.limited)
    bend = np.abs(light[:, 1:-1] - (light[:, :-2] + light[:, 2:]) / 2)
    across, down = column[1:-1] - star.x_px, (row - middle) * frame.line_step
    distance = np.hypot(across, down[:, None])
    there = bend[(distance > radius_px + BLOCK_PX) & (distance < reach)]
    return float(np.quantile(there, SHARE) / BEND_OF_WHITE_NOISE) if there.size > LEAST_SAMPLES else None
