"""What the code values say before any star is measured: codes cut off or missing, lines doubled or woven."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Samples

PILED_UP = 0.02
"""Share of the samples on one value at the top that noise and lens do not put there."""
SPIKE = 4.0
"""How much oftener the clipped value occurs than those just below it."""
COMBED = 1.04
"""Difference to the next line against that to the next but one: 0.5 to 0.8 in clean stars, 1 in noise."""
BINS_BELOW = 6
FEWEST_SHADES, NEARLY_ALL, SHADES_SPAN = 8, 0.999, 64
"""So many codes that hold this share of the samples, and lie so far apart, are all shades of a picture of 3
bits or fewer: of a star, the edges alone of its spokes hold more samples on codes in between."""
BLACK_PILE, FLOOR_CODES, GAP_CODES, GAP_SHARE = 0.03, 4, 24, 0.001
"""Least share of a star's samples on its lowest codes, and above the gap; how many codes a coder spreads the
lowest over; and how many above them hold less than this share: blurred spokes have all shades."""
CUT_MORE = 0.15
"""Share of its samples by which one part of a star is cut off more than another does not come of a lens."""
WITHIN = 0.95
"""Of the radius of a star: further out there may be paper."""
FAIR_PART = 0.3
"""The least that an eighth of a star holds of what is cut off at black, as a part of a fair eighth."""
DOUBLED = 0.1
"""Difference of doubled lines against that of neighbouring pairs; 1 in a clean picture."""


def clipped(codes: Samples, *, bits: int, limited: bool, piled_up: float = PILED_UP) -> bool:
    """Whether the whites of a crop are cut off: a pile of samples on one value near the top of the range.

    Parameters
    ----------
    codes : ndarray, shape (rows, columns)
        The star and a little around it; floats run from 0 to 1.
    bits, limited
        As in `Frame`.
    piled_up
        The share of the samples that makes a pile: less for a whole scene, of which little is white.
    """
    levels = _levels(codes, bits)
    counts = np.bincount(levels, minlength=256)
    top = int(np.flatnonzero(counts)[-1])
    below = counts[max(0, top - BINS_BELOW) : top]
    piled = counts[top] > piled_up * levels.size and counts[top] > SPIKE * float(below.mean() if top else 0.0)
    return bool(piled and top >= least_cut(limited))


@dataclass(frozen=True, slots=True, eq=False)
class Shades:
    """Codes of a star, of 256: `levels` of all samples, those `within` its circle, and `counts` of these."""

    levels: NDArray[np.intp]
    within: NDArray[np.bool_]
    counts: NDArray[np.intp]


def shades(codes: Samples, *, bits: int) -> Shades:
    """The shades of a star.

    Parameters
    ----------
    codes : ndarray, shape (rows, columns)
        The star, its centre in the middle; what lies outside its circle does not count.
    bits
        As in `Frame`.
    """
    x, y = _from_centre(codes.shape)
    levels, within = _levels(codes, bits).reshape(codes.shape), x * x + y * y < WITHIN**2
    return Shades(levels, within, np.bincount(levels[within], minlength=256))


def crushed(star: Shades) -> bool:
    """Whether dark shades of a star are missing: a pile of samples on the lowest code, and few just above.

    Notes
    -----
    Blacks that are cut off at a code to which the shades above reach down are not seen: black spokes lie
    on one code by themselves, too.
    """
    counts = star.counts
    if not counts.any():  # a star that is all but out of the picture
        return False
    floor = int(np.flatnonzero(counts)[0]) + FLOOR_CODES
    low, gap, high = (each.sum() / counts.sum() for each in np.split(counts, [floor, floor + GAP_CODES]))
    has_gap = gap < GAP_SHARE and min(low, high) > BLACK_PILE
    return bool(has_gap and _all_around((star.levels < floor) & star.within))


def few_shades(star: Shades) -> bool:
    """Whether a star was recorded in so few shades, 8 or fewer, that its edges are steps."""
    counts = star.counts
    commonest = np.argsort(counts)[-FEWEST_SHADES:]
    used = commonest[counts[commonest] > 0]
    return bool(counts[used].sum() > NEARLY_ALL * counts.sum() and np.ptp(used) >= SHADES_SPAN)


def _all_around(dark: NDArray[np.bool_]) -> bool:
    """Whether each eighth of a star has its part of what is dark; of black bars and boxes it has not."""
    x, y = _from_centre(dark.shape)
    eighth = np.rint(np.arctan2(y, x) / (np.pi / 4.0)).astype(np.intp) % 8
    counts = np.bincount(eighth[dark], minlength=8)
    return bool(counts.min() > FAIR_PART * counts.mean())


def _from_centre(shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Across and down from -1 to 1, a row and a column."""
    return np.linspace(-1.0, 1.0, shape[1])[None, :], np.linspace(-1.0, 1.0, shape[0])[:, None]


def least_cut(limited: bool) -> int:
    """The lowest code, of 256, at which whites are cut off."""
    return 234 if limited else 254


def glare_cut(codes: Samples, *, bits: int) -> bool:
    """Whether one part of a crop is cut off and another is not: a lamp is mirrored there, or shines there.

    Parameters
    ----------
    codes : ndarray, shape (rows, columns)
        The star, its centre in the middle; of a crop that is `clipped`. Too much light everywhere cuts the
        whites of all parts, the middle least, where blur has taken them.
    """
    levels = _levels(codes, bits).reshape(codes.shape)
    cut = levels >= levels.max() - 2  # the coder leaves a little noise on what is cut
    y, x = (np.linspace(-1.0, 1.0, size) for size in codes.shape)
    distance = np.hypot(x[None, :], y[:, None])
    ring = (distance > 0.5) & (distance < 0.95)
    quarters = [
        float(cut[ring & (below == (y[:, None] > 0.0)) & (right == (x[None, :] > 0.0))].mean())
        for below in (False, True)
        for right in (False, True)
    ]
    middle = float(cut[distance < 0.5].mean())
    return max(quarters) - min(quarters) > CUT_MORE or middle - float(cut[ring].mean()) > CUT_MORE


def _levels(codes: Samples, bits: int) -> NDArray[np.intp]:
    if codes.dtype.kind == "f":
        return np.asarray(np.clip(np.nan_to_num(codes.ravel()), 0, 1) * 255, np.intp)
    levels = codes.ravel().astype(np.intp)
    return np.asarray(levels >> (bits - 8)) if bits > 8 else levels


def line_doubled(codes: Samples) -> bool:
    """Whether every line of a crop comes twice: a field blown up to a frame, which hides half the detail.

    Parameters
    ----------
    codes : ndarray, shape (rows, columns)
        Uneven across the lines, as any star is; an even crop gives False.
    """
    if len(codes) < 8:
        return False
    rows = codes[: len(codes) // 2 * 2]
    pairs = sorted((_difference(rows[1::2], rows[0::2]), _difference(rows[2::2], rows[1:-1:2])))
    return pairs[1] > 0 and pairs[0] < DOUBLED * pairs[1]


def combed(codes: Samples) -> bool:
    """Whether two fields of a moving picture are woven together: lines are liker to the next but one.

    Parameters
    ----------
    codes : ndarray, shape (rows, columns)
        Two fields less than 2 px apart are not told from one picture, nor from each other.
    """
    if len(codes) < 8:
        return False
    near, far = (_difference(codes[step:], codes[:-step]) for step in (1, 2))
    return near > COMBED * far


def _difference(codes: Samples, others: Samples) -> float:
    """Of each sample from another, in the mean."""
    return float(cv2.norm(codes, others, cv2.NORM_L1)) / codes.size
