"""What changed by itself while a clip was filmed: which of its pictures make a number together."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from ..measure.reading import Flag, Reading
from ..optics.lens import Optics
from .extender import without_extender
from .light import unexplained_stops, wandered_stops
from .zoom_pull import AS_FAR, Hold, Pull, find_holds, find_pulls

BREATHES = 0.15
"""By so much the scale changes without a zoom."""
FEWEST_STRAYED = 3
"""Pictures that show the zoom away from its end, so that one wild scale is no zoom."""


def undisturbed(pictures: Sequence[Reading], optics: Optics | None) -> tuple[Reading, ...]:
    """The stretch that no swing of an extender interrupts and that zooms farthest; the last of equals.

    Each of its pictures bears `extender` where one swung before or after it, `light-changed` where its ends
    were not seen in the same light (then no number can be made of them), and `zoom-moved` where the zoom left
    one of them and did not go to the other: a hand on the zoom while a ring was to be turned.
    """
    stretches = [(each, find_pulls(each)) for each in without_extender(pictures)]
    stretch, pulls = max(reversed(stretches), key=lambda each: each[1][-1].reach if each[1] else 0.0)
    flags = frozenset({Flag.EXTENDER} if len(stretch) < len(pictures) else ())
    if optics is not None and pulls and _light_changed(stretch, pulls[-1], optics):
        flags |= {Flag.LIGHT_CHANGED}
    if pulls and any(_strayed(stretch, pulls, hold) for hold in (pulls[-1].long, pulls[-1].wide)):
        flags |= {Flag.ZOOM_MOVED}
    return tuple(replace(each, flags=each.flags | flags) for each in stretch) if flags else tuple(stretch)


def comparable(pictures: Sequence[Reading]) -> bool:
    """Whether tele and wide of these pictures, as `undisturbed` gives them, make a number together."""
    return not any(Flag.LIGHT_CHANGED in each.flags for each in pictures)


def _light_changed(pictures: Sequence[Reading], pull: Pull, optics: Optics) -> bool:
    """Whether the ends differ in light by what no ramp explains, or one of them does from itself."""
    if any(wandered_stops(_stayed(pictures, hold, pull)) is not None for hold in (pull.long, pull.wide)):
        return True
    tele, wide = (pictures[hold.first : hold.last + 1] for hold in (pull.long, pull.wide))
    return unexplained_stops(tele, wide, optics, pull.wide.scale_px / pull.long.scale_px) is not None


def _strayed(pictures: Sequence[Reading], pulls: Sequence[Pull], hold: Hold) -> bool:
    """Whether the zoom left the end of a hold, and came back or rested before it was at the other."""
    reach = pulls[-1].reach
    inwards = 1.0 if hold is pulls[-1].wide else -1.0
    least, most = -math.log(1.0 - BREATHES), AS_FAR * reach

    def inside(at: int) -> float:
        return inwards * math.log((pictures[at].scale_px or hold.scale_px) / hold.scale_px)

    runs = [
        (is_away, list(run)) for is_away, run in groupby(range(len(pictures)), lambda at: inside(at) > least)
    ]
    for place, (is_away, run) in enumerate(runs):
        seen = [pictures[at] for at in run]
        if not is_away or place == 0 or max(map(inside, run)) > most or len(run) < FEWEST_STRAYED:
            continue
        if place + 1 < len(runs) or find_holds(seen):
            return True
    return False


def _stayed(pictures: Sequence[Reading], hold: Hold, pull: Pull) -> Sequence[Reading]:
    """The hold and what lies beyond it at its zoom, seen from the walk."""
    outwards = pictures[hold.first :] if hold is pull.late else pictures[hold.last :: -1]
    low_px, high_px = hold.scale_px * (1.0 - BREATHES), hold.scale_px * (1.0 + BREATHES)
    return list(takewhile(lambda each: low_px < (each.scale_px or 0.0) < high_px, outwards))
