"""How a back-focus error shows over the zoom, and how fast the procedure removes it.

Lenses that focus with the front group move an intermediate image; the zoom behind it magnifies that move
along the axis by M squared. So the residual at a zoom position of scale M, with `ratio` = M / M_tele, is

    r(ratio) = delta + b ratio^2

with delta the back-focus error and b what the focus ring and the chart's distance add at tele. Both in um,
signs as in `optics`. Only ratios of scales count, so M is any length measured on the picture of the chart.
Engraved focal lengths are no substitute: at 1.5 to 3 m they spoil readings half-way by up to 77 % of delta.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

TELE_SHARE = 0.2
"""Tele is good enough once what it adds to delta is this part of the half depth of focus."""

UNKNOWN_K = 0.3
"""The k = M_wide / M_tele assumed while nothing is known of a lens: a zoom of little more than 3x."""


def residual_um(delta_um: ArrayLike, b_um: ArrayLike, ratio: ArrayLike) -> Any:
    """Where the sensor stands minus where the image is, in um, at `ratio` = M / M_tele (0 to 1); broadcasts.

    Parameters
    ----------
    delta_um : array_like
        Back-focus error; positive: the sensor is too far from the lens.
    b_um : array_like
        What the focus ring and the chart's distance add at tele. A lens focused at tele has b = -delta.
    ratio : array_like
        M / M_tele.
    """
    return np.asarray(delta_um, float) + np.asarray(b_um, float) * np.asarray(ratio, float) ** 2


def focused_at_tele_um(delta_um: ArrayLike, ratio: ArrayLike) -> Any:
    """The residual in um of a lens that is sharp at tele: `delta (1 - ratio^2)`; half-way out 3/4 of it."""
    return residual_um(delta_um, -np.asarray(delta_um, float), ratio)


def delta_from_two(
    wide_um: float, tele_um: float, k: float, *, wide_sigma_um: float = 0.0, tele_sigma_um: float = 0.0
) -> tuple[float, float]:
    """The back-focus error and its sigma, both um, from the residuals at two zoom positions.

    Parameters
    ----------
    wide_um, tele_um : float
        Signed residuals at the shorter and the longer of the two. Tele need not be sharp: it counts only k^2.
    k : float
        Scale at the shorter over scale at the longer, 0 to below 1.
    wide_sigma_um, tele_sigma_um : float
        Their sigmas.

    Raises
    ------
    ValueError
        If k is not within 0 to 1, where the two readings would be one.
    """
    if not 0.0 <= k < 1.0:
        raise ValueError(f"k must lie from 0 to below 1, not {k}")
    spread = 1.0 - k**2
    sigma_um = math.hypot(wide_sigma_um, k**2 * tele_sigma_um) / spread
    return (wide_um - k**2 * tele_um) / spread, sigma_um


def tele_limit_um(half_depth_um: float, k: float = UNKNOWN_K) -> float:
    """How far off tele may be left, in um either way: it then adds a fifth of the half depth to delta.

    Parameters
    ----------
    half_depth_um : float
        Half the depth of focus where delta is judged, at the wide end.
    k : float
        M_wide / M_tele, above 0 to 1.
    """
    return TELE_SHARE * half_depth_um / k**2


def tele_enough(tele_um: float, half_depth_um: float, k: float = UNKNOWN_K) -> bool:
    """Whether tele is focused well enough to read delta at wide: `k^2 |r_T| <= h / 5`."""
    return abs(tele_um) <= tele_limit_um(half_depth_um, k)


def shrink_per_round(k: float) -> float:
    """What one round (focus at tele, back focus at wide) leaves of the error: k^2; 0.11 for 3x, 0.01 for 10x.

    With the two rings swapped a round leaves `1 / shrink_per_round(k)` of it: the error grows. That betrays a
    wrong ring.
    """
    return k**2


def rounds_needed(error_um: float, half_depth_um: float, k: float = UNKNOWN_K) -> int:
    """Rounds of the procedure until the error is within the half depth of focus, from 0.

    Parameters
    ----------
    error_um : float
        The back-focus error now; its sign does not matter.
    half_depth_um : float
        What it must come below, above 0.
    k : float
        M_wide / M_tele, above 0 to below 1.
    """
    if abs(error_um) <= half_depth_um:
        return 0
    return max(1, math.ceil(math.log(half_depth_um / abs(error_um)) / math.log(shrink_per_round(k)) - 1e-9))


def tele_after_correction_um(correction_um: float, k: float, *, turned: str) -> float:
    """What |r| at tele is to be expected after a correction of this size at wide, in um from 0.

    Parameters
    ----------
    correction_um : float
        By how much the residual at wide was changed.
    k : float
        M_wide / M_tele, above 0 to 1.
    turned : "back-focus" | "focus"
        The ring it was done with. The back-focus ring moves the image by the same amount at every zoom
        position; the focus ring moves it 1 / k^2 times as far at tele.
    """
    if turned not in ("back-focus", "focus"):
        raise ValueError(f"turned must be 'back-focus' or 'focus', not {turned!r}")
    return abs(correction_um) / (1.0 if turned == "back-focus" else k**2)
