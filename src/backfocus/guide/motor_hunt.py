"""Where nothing can be measured yet: up the contrast of the picture, to a chart on the way or to its peak.

Far from focus neither a star nor an object tells |r|, and an object tells none before one sharp picture of it
was kept. The contrast of the whole picture tells enough to go there: its power -1.5 over defocus is nearly
the hyperbola that |r| is, at a scale that nobody knows. So the search for best focus is led by that, roughly,
and knows afterwards about how many um a step is.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

from ..solve.focus_search import Belief, Look, Search, Slope
from .axes import Axis
from .motor_looks import Ask, Seen

POWER = 1.5
"""Of the contrast: from 0 to 800 um it follows a hyperbola to within a tenth (bookshelf, virtual camera)."""
SHARPEST_UM, DEPTH_UM = 20.0, 10.0
"""What the sharpest picture so far counts as, and the half depth of focus that goes with it."""
SIGMA = 0.06
"""What a picture is off that hyperbola, as a share."""
UM_OF_ONE = 2.8 / 9.0
"""True um of such a um, for each um of a blur disc one pixel wide; depends on the object: `LIKELY`."""
LIKELY = 3.5
"""The factor either way."""
FEWEST, MOST = 3, 12
NEAR_UM, AS_SHARP = 4.0, 0.98
"""Of such um: a look so near the peak, and as sharp as the sharpest but for noise, has seen it."""


@dataclass(frozen=True, slots=True)
class Hunted:
    """Where the hunt ended; `slope`: the um per step there, None where it met a chart."""

    focus: float
    slope: Slope | None = None


def hunt(
    at: Ask, seen: Seen, axis: Axis, disc_um: float, is_read: Callable[[Seen], bool]
) -> Generator[Ask, Seen, Hunted | None]:
    """Turn the focus to where `is_read`, or to the peak of the contrast; None where there is none.

    Parameters
    ----------
    at, seen : Ask, Seen
        The first look.
    disc_um : float
        Defocus that makes a blur disc one pixel wide.
    """
    looks: list[tuple[float, float]] = []
    while not is_read(seen):
        looks.append((seen.positions["focus"], seen.reading.contrast))
        search = _by_contrast(looks, axis)
        belief = search.belief
        if belief is not None and len(search.readable) >= FEWEST and search.is_known:
            place: float | None = axis.step_near(belief.best)
            if len(looks) > MOST or _was_there(looks, belief):
                um = UM_OF_ONE * disc_um * belief.um_per_step
                return Hunted(belief.best, Slope(um / LIKELY, um * LIKELY, um))
        else:
            place = search.next_position() if search.readable else None
        if place is None:
            return None
        seen = yield replace(at, focus=place)
    return Hunted(seen.positions["focus"])


def _was_there(looks: Sequence[tuple[float, float]], belief: Belief) -> bool:
    """Whether a look about the peak is as sharp as any."""
    most = max(contrast for _, contrast in looks)
    near = NEAR_UM / belief.um_per_step
    return any(abs(place - belief.best) < near and contrast > AS_SHARP * most for place, contrast in looks)


def _by_contrast(looks: Sequence[tuple[float, float]], axis: Axis) -> Search:
    """The looks as if they told |r|."""
    most = max(contrast for _, contrast in looks)
    as_um = [
        Look(place, um := SHARPEST_UM * (most / contrast) ** POWER, SIGMA * um) if contrast else Look(place)
        for place, contrast in looks
    ]
    return Search(axis.low, axis.high, DEPTH_UM, looks=tuple(as_um))
