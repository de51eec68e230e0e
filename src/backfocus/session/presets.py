"""A table of focus over zoom as presets of the camera: each is driven to, and stored there by its number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..control.lens_control import LensControl
from ..guide.axes import Axis, AxisName
from ..solve.focus_table import FocusTable


@dataclass(frozen=True, slots=True)
class Stored:
    """A preset, where its zoom and focus stand, and how well that focus is known."""

    number: int
    zoom: float
    focus: float
    sigma: float


def store_presets(
    lens: LensControl,
    store: Callable[[int], None],
    table: FocusTable,
    numbers: Sequence[int],
    *,
    wait: Callable[[], None],
) -> Iterator[Stored]:
    """Store a preset at each of as many zoom positions, evenly from wide to tele; raises LensError.

    Parameters
    ----------
    store : callable
        Stores where the camera stands under a number.
    wait : callable
        Lets a little time pass.
    """
    axis = lens.axes["focus"]
    for number, zoom in zip(numbers, _places(table, lens.axes["zoom"], len(numbers)), strict=True):
        place, sigma = table.focus_at(zoom)
        focus = axis.step_near(place)
        _drive(lens, {"zoom": zoom, "focus": focus}, wait)
        store(number)
        yield Stored(number, zoom, focus, sigma)


def _places(table: FocusTable, zoom: Axis, count: int) -> list[float]:
    """Zoom positions of the table from its wide end to its tele end; of one alone, wide."""
    low, high = table.knots[0].zoom, table.knots[-1].zoom
    return [zoom.step_near(low + (high - low) * index / max(count - 1, 1)) for index in range(count)]


def _drive(lens: LensControl, places: dict[AxisName, float], wait: Callable[[], None]) -> None:
    """Go there from lower steps, as the table was made, so that the play of the gears does not count."""
    below = {axis: max(place - lens.axes[axis].play, lens.axes[axis].low) for axis, place in places.items()}
    for leg in (below, places):
        for axis, place in leg.items():
            lens.move(axis, place)
        wait()
        while not lens.state().settled:
            wait()
