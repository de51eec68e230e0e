"""An end of the zoom that was not read, and the answer from what was.

Two things happen to bought stars, which are plain and of one size. At tele they overfill the picture: their
blur is read there and their size is not. Then tele's size follows from the lens's zoom ratio, or, where the
walk shows that k is small anyway, from the middle of what k can be: the error goes with k squared. At wide
they are too small, or blurred until nothing is left. Then the zoom ends where the star was last read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..measure.reading import Flag, Reading
from .focus_curves import FOCUS_CY_PX
from .zoom_pull import Hold, Pull, find_holds, find_pulls, lasts

SMALL_K = 0.15
"""Below it k taken as anything from 0 up to itself costs less than 2.4 % of delta."""

KNOWN_RATIO, UNKNOWN_RATIO = 0.1, 0.3
"""How far off k may be, as a part of itself, when it is the lens's zoom ratio or a guess."""

CLEAR_OF_TELE = 0.5
"""Of the largest size that was read: smaller ones are far enough from a tele that is guessed."""

AS_SHARP = 0.02
"""A star that is not zoomed keeps its modulation within this much, or four sigma."""

LAST_READ, FEWEST_LAST = 0.25, 3
"""Pictures within this part of the smallest size read make the end of the zoom, so many at least."""

FAR_ENOUGH = 0.5
"""Of tele's size: a zoom that ends above it says too little."""

_STEADY = 5


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Pictures with a zoom from end to end.

    Attributes
    ----------
    pictures, pull
        As `zoom_pull` has them.
    k_doubt : float
        How far off the ratio of scales may be, as a part of itself.
    stopped_short : bool
        Whether the star was not read at full wide.
    """

    pictures: tuple[Reading, ...]
    pull: Pull
    k_doubt: float = 0.0
    stopped_short: bool = False


def made_up(
    readings: Sequence[Reading], pictures: Sequence[Reading], zoom_ratio: float | None
) -> MadeUp | None:
    """The zoom with the end that was not read made up for; None where that cannot be done.

    Parameters
    ----------
    readings : sequence of Reading
        All of them.
    pictures : sequence of Reading
        Those of them with a scale, as `usable` gives them.
    zoom_ratio : float | None
        Longest over shortest focal length of the lens, where it is known.
    """
    return _with_tele(readings, pictures, zoom_ratio) or _as_far_as_read(readings, pictures)


def _with_tele(
    readings: Sequence[Reading], pictures: Sequence[Reading], zoom_ratio: float | None
) -> MadeUp | None:
    holds = find_holds(pictures)
    if not holds:
        return None
    wide_px = min(hold.scale_px for hold in holds)
    largest_px = max(each.scale_px or 0.0 for each in pictures)
    most_k = wide_px / largest_px
    if zoom_ratio is not None and zoom_ratio * most_k > 1.0 / (1.0 + KNOWN_RATIO):
        tele_px, doubt = zoom_ratio * wide_px, KNOWN_RATIO
    elif most_k < SMALL_K:
        tele_px, doubt = 2.0 * largest_px, UNKNOWN_RATIO
    else:
        return None
    tele = [replace(each, scale_px=tele_px, scale_sigma_px=0.0) for each in _overfilled(readings)]
    if not tele:
        return None
    rest = [each for each in pictures if (each.scale_px or 0.0) < CLEAR_OF_TELE * largest_px]
    place = _places(readings)
    both = tuple(sorted([*tele, *rest], key=lambda each: place[each.index]))
    pulls = find_pulls(both)
    return MadeUp(both, pulls[-1], doubt) if pulls else None


def _overfilled(readings: Sequence[Reading]) -> Sequence[Reading]:
    """The pictures of one end of the clip that have a curve and no scale and rest; none where they move."""
    for ordered in (list(readings), list(readings)[::-1]):
        count = next((at for at, each in enumerate(ordered) if each.scale_px), len(ordered))
        unscaled = [each for each in ordered[:count] if each.frequency_cy_px]
        if len(unscaled) < _STEADY:
            continue
        common = min((FOCUS_CY_PX, *(each.frequency_cy_px[-1] for each in unscaled)))
        seen = np.array([np.interp(common, each.frequency_cy_px, each.modulation) for each in unscaled])
        noise = float(np.median([np.median(each.modulation_sigma) for each in unscaled]))
        away = np.abs(seen - np.median(seen[:_STEADY])) > max(AS_SHARP, 4.0 * noise)
        resting = unscaled[: int(np.argmax(away)) if away.any() else len(away)]
        if len(resting) >= _STEADY and lasts(resting[0], resting[-1]):
            return resting
    return ()


def _places(readings: Sequence[Reading]) -> dict[int, int]:
    """Where in the list each picture stands, by its index."""
    return {each.index: at for at, each in enumerate(readings)}


def _as_far_as_read(readings: Sequence[Reading], pictures: Sequence[Reading]) -> MadeUp | None:
    """The zoom from a hold at tele to where the star was last read on the way, or from there back.

    Only where it was seen beyond that and not read: a zoom that was not made tells nothing of its end.
    """
    holds = find_holds(pictures)
    if not holds:
        return None
    tele = max(holds, key=lambda hold: hold.scale_px)
    place = _places(readings)
    unread = [at for at, each in enumerate(readings) if not each.frequency_cy_px and each.target is not None]
    for way in (range(tele.last + 1, len(pictures)), range(tele.first - 1, -1, -1)):
        walk = [at for at in way if Flag.MOVING not in pictures[at].flags]
        if not walk:
            continue
        smallest_px = min(pictures[at].scale_px or 0.0 for at in walk)
        last = [at for at in walk if (pictures[at].scale_px or 0.0) < (1.0 + LAST_READ) * smallest_px]
        if len(last) < FEWEST_LAST or smallest_px > FAR_ENOUGH * tele.scale_px:
            continue
        end_at = place[pictures[walk[-1]].index]
        if sum((at - end_at) * way.step > 0 for at in unread) < _STEADY:
            continue
        scales = [pictures[at].scale_px or 0.0 for at in last]
        end = Hold(min(last), max(last), float(np.median(scales)), float(np.std(scales)))
        early, late = sorted((tele, end), key=lambda hold: hold.first)
        return MadeUp(tuple(pictures), Pull(early, late), stopped_short=True)
    return None
