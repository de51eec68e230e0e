"""What turns the rings: the protocol of every driver, and the specification that each must pass."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from ..guide.axes import BY_HAND, Automatic, Axis, AxisName, LensState

LONGEST_S = 0.02
"""No move and no look at the state takes longer: half a picture's time."""


class LensControl(Protocol):
    """The motors of a lens; `check_lens_control` says exactly what that means.

    `axes`: those there are, each with its span in the driver's own steps (`guide.axes`).
    """

    axes: Mapping[AxisName, Axis]

    def move(self, axis: AxisName, position: float) -> None:
        """Send an axis to a place of its span; returns at once. The last one sent counts.

        Raises ValueError for an axis there is not, or a place outside its span.
        """
        ...

    def state(self) -> LensState:
        """Where the motors stand and whether they have come to rest; returns at once.

        Never `settled` before a move that was sent has ended. Raises LensLost when it does not answer.
        """
        ...

    def automatic(self, wanted: Automatic) -> Automatic:
        """Switch automatic functions on or off, and tell how they were; None is left as it is.

        Waits for the answer. Raises LensLost when there is none.
        """
        ...


@runtime_checkable
class PresetStore(Protocol):
    """A lens whose camera keeps where it stands under a number."""

    def store_preset(self, number: int) -> None:
        """Keep it, in place of what was kept under that number; LensError where it will not."""
        ...


def check_lens_control(
    make: Callable[[], LensControl],
    clock: Callable[[], float],
    wait: Callable[[], None],
    *,
    tolerance: float = 2.0,
) -> None:
    """Hold a driver against the specification; anyone can run it on theirs. It moves every axis there is.

    Parameters
    ----------
    make : callable
        Gives the lens, each time the same or a new one.
    clock : callable
        The time in seconds, to see that no call waits.
    wait : callable
        Lets a little time pass; called until a move has ended, a thousand times at most.
    tolerance : float
        Steps by which an axis may miss its place.

    Raises AssertionError naming the first rule that is broken.
    """
    lens = make()
    _demand(bool(lens.axes), "there is at least one axis")
    was = lens.automatic(BY_HAND)
    _rest(lens, wait)
    now = lens.automatic(BY_HAND)
    _demand(now.focus is not True and now.exposure is not True, "automatic functions are off once switched")
    for name, axis in lens.axes.items():
        _check_axis(lens, name, axis, clock, wait, tolerance)
    lens.automatic(was)
    again = lens.automatic(Automatic())
    _demand(again == was, "automatic functions are put back as they were")


def _check_axis(
    lens: LensControl,
    name: AxisName,
    axis: Axis,
    clock: Callable[[], float],
    wait: Callable[[], None],
    tolerance: float,
) -> None:
    for outside in (axis.low - 1.0, axis.high + 1.0, float("nan")):
        _demand(_refuses(lens, name, outside), f"{name} refuses {outside}, outside its span")
    for share in (0.4, 0.6, 0.5):
        aim = round(axis.low + share * axis.span)
        begun_s = clock()
        lens.move(name, aim)
        state = lens.state()
        _demand(clock() - begun_s < LONGEST_S, f"{name} is sent and asked without waiting")
        _demand(not state.settled, f"{name} is not settled as soon as it is sent")
        state = _rest(lens, wait)
        _demand(abs(state.positions[name] - aim) <= tolerance, f"{name} arrives where it was sent")


def _refuses(lens: LensControl, name: AxisName, position: float) -> bool:
    try:
        lens.move(name, position)
    except ValueError:
        return True
    return False


def _rest(lens: LensControl, wait: Callable[[], None]) -> LensState:
    for _ in range(1000):
        if (state := lens.state()).settled:
            return state
        wait()
    raise AssertionError("a move ends")


def _demand(kept: bool, rule: str) -> None:
    if not kept:
        raise AssertionError(rule)
