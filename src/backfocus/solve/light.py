"""Whether the light changed where only the zoom was to move: iris, ND, lamp, or auto exposure.

The white of a chart goes as the light that the lens lets through, as 1 / N**2. Two looks through different
openings are blurred differently by the same error, so no number can be made of them; and an exposure that
stays where a declared ramp of the f-number should lower it was held by somebody: by an iris or by gain.
"""

import math
from collections.abc import Sequence

import numpy as np

from ..measure.reading import Flag, Reading
from ..optics.lens import Optics
from .joint import RAMPS

LEAST_STOPS = 1.0 / 3.0
"""A change of less is a lamp that flickers, or a corner of the chart that is lit worse."""

SHARPENED_STOPS = 1.0 / 3.0
"""By so much more the white of a sharpened picture changes with its blur: it is lifted beside each edge.
Half a stop from tele in focus to wide 45 um out of it at f/1.8, with detail at 100 % (virtual camera)."""

UNDECLARED_STOPS = max(stops for stops, _ in RAMPS)
"""By so much a lens given by one f-number may be darker at tele without anybody having touched it."""

SMOOTHED = 5
"""Pictures whose middle is compared, so that one flash or one wild reading is no change."""


def unexplained_stops(
    tele: Sequence[Reading], wide: Sequence[Reading], optics: Optics, ratio: float
) -> float | None:
    """Stops by which wide is brighter than tele and the lens explain, below 0 darker; None where they do.

    Parameters
    ----------
    tele, wide : sequence of Reading
        Steady pictures of both ends.
    optics : Optics
        One f-number may hide a ramp; several are taken at their word.
    ratio : float
        M at wide over M at tele, 0 to 1.
    """
    lights = [white_light(each) for each in (tele, wide)]
    if lights[0] is None or lights[1] is None:
        return None
    flags = frozenset[Flag]().union(*(each.flags for each in (*tele, *wide)))
    return beyond_ramp(math.log2(lights[1] / lights[0]), optics, ratio, flags)


def least_stops(flags: frozenset[Flag]) -> float:
    """From how many stops on it is a change, between pictures of which some bear `flags`."""
    return LEAST_STOPS + (SHARPENED_STOPS if Flag.SHARPENED in flags else 0.0)


def beyond_ramp(
    brighter_stops: float, optics: Optics, ratio: float, flags: frozenset[Flag] = frozenset()
) -> float | None:
    """What of a wide end so much brighter than tele no ramp of the lens explains; None where one does."""
    declared = 2.0 * math.log2(optics.f_number() / optics.f_number(ratio))
    off = brighter_stops - declared
    if len(optics.f_numbers) == 1:
        off -= min(max(off, 0.0), UNDECLARED_STOPS)
    return off if abs(off) > least_stops(flags) else None


def wandered_stops(pictures: Sequence[Reading]) -> float | None:
    """Stops by which the light changed within pictures of one zoom, last less first; None where it stood."""
    telling = [each for each in pictures if _tells(each)]
    if len(telling) < 2 * SMOOTHED:
        return None
    lights = [each.white_light for each in telling]
    stops = np.log2(np.array(lights, dtype=float))
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(stops, SMOOTHED), axis=1)
    low, high = int(np.argmin(smooth)), int(np.argmax(smooth))
    change = float(smooth[high] - smooth[low])
    least = least_stops(frozenset[Flag]().union(*(each.flags for each in telling)))
    return math.copysign(change, high - low) if change > least else None


def white_light(pictures: Sequence[Reading]) -> float | None:
    """The middle of the chart's white, light; None where it is clipped or was not read."""
    lights = [each.white_light for each in pictures if each.white_light is not None and _tells(each)]
    return float(np.median(lights)) if lights else None


def _tells(reading: Reading) -> bool:
    """A clipped white hides how bright it is."""
    return bool(reading.white_light and reading.white_light > 0.0) and Flag.CLIPPED not in reading.flags
