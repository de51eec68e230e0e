"""Hold focus: watch the zoom, and drive the focus motor from a table."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..control.lens_control import LensControl
from ..errors import LensError, UsageError
from ..guide.axes import Axis, AxisName, LensState
from ..solve.focus_table import FocusTable

AHEAD_S = 0.12
"""How far ahead the zoom is foreseen: what a command and its answer take on a usual network."""
LEAST_STEPS = 2.0
"""A smaller correction is not worth a command."""
MOST_AHEAD = 0.1
"""Of the zoom's span: no further than that is the zoom foreseen."""
BESIDE = 0.02
"""Of a motor's span: a table of its own goes no further beyond it."""


@dataclass(frozen=True, slots=True)
class Held:
    """One moment: where the zoom stands, where the focus was sent, and how well that is known there."""

    at_s: float
    zoom: float
    focus: float
    sigma: float
    moved: bool


def demand_own_table(table: FocusTable, axes: Mapping[AxisName, Axis]) -> None:
    """Raise UsageError where a table is of another lens or protocol: it names places these motors lack."""
    spans: tuple[tuple[AxisName, float, float], ...] = (
        ("zoom", table.knots[0].zoom, table.knots[-1].zoom),
        ("focus", table.low, table.high),
    )
    for name, low, high in spans:
        axis = axes[name]
        if low < axis.low - BESIDE * axis.span or high > axis.high + BESIDE * axis.span:
            raise UsageError(
                f"this table is of another lens, or was made over another protocol: its {name} goes from "
                f"{low:.0f} to {high:.0f}, that of this lens from {axis.low:.0f} to {axis.high:.0f}: "
                "make one for this lens"
            )


def demand_told_zoom(axes: Mapping[AxisName, Axis]) -> None:
    """Raise LensError for a lens that does not tell where its zoom stands: there is nothing to follow."""
    if not axes["zoom"].tells_position:
        raise LensError(
            "this protocol does not tell where the zoom stands, so focus cannot follow it: use another one "
            "of this camera, such as visca://"
        )


def hold(
    lens: LensControl,
    table: FocusTable,
    *,
    clock: Callable[[], float],
    wait: Callable[[], bool],
    ahead_s: float = AHEAD_S,
) -> Iterator[Held]:
    """Follow the zoom with the focus until `wait` says that it is enough; raises LensLost.

    Parameters
    ----------
    clock : callable
        The time in seconds.
    wait : callable
        Lets a little time pass; False ends.
    ahead_s : float
        How far ahead of its last known place the zoom is foreseen, while it moves.
    """
    foresight = _Foresight(lens.axes["zoom"].span)
    axis = lens.axes["focus"]
    sent: float | None = None
    while True:
        state = lens.state()
        now_s = clock()
        zoom = foresight.zoom_at(state, now_s, ahead_s)
        place, sigma = table.focus_at(zoom)
        place = axis.step_near(place)
        moved = sent is None or abs(place - sent) >= LEAST_STEPS
        if moved:
            lens.move("focus", place)
            sent = place
        yield Held(now_s, state.positions["zoom"], place, sigma, moved)
        if not wait():
            return


class _Foresight:
    """Where the zoom will be, from where it was last seen and how fast it went."""

    def __init__(self, span: float) -> None:
        self._most = MOST_AHEAD * span
        self._last: tuple[float, float] | None = None
        self._steps_s = 0.0

    def zoom_at(self, state: LensState, now_s: float, ahead_s: float) -> float:
        """The zoom `ahead_s` from now."""
        zoom = state.positions["zoom"]
        if self._last is None:
            self._last = now_s, zoom
        then_s, before = self._last
        if zoom != before and now_s > then_s:
            self._steps_s = (zoom - before) / (now_s - then_s)
            self._last = now_s, zoom
        elif now_s - then_s > 2.0 * ahead_s:
            self._steps_s = 0.0
        ahead = self._steps_s * (ahead_s + now_s - self._last[0])
        return zoom + min(max(ahead, -self._most), self._most)
