"""How a device counts an axis, and how it is counted here."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..guide.axes import Axis, AxisName

FOCUS_PLAY = 0.003
PLAY: dict[AxisName, float] = {"zoom": 0.004, "focus": FOCUS_PLAY, "iris": 0.0}
"""Shares of their span that axes may have as backlash, where no document says more."""


@dataclass(frozen=True, slots=True)
class Counting:
    """A span of the device's own numbers, and which way they run.

    Attributes
    ----------
    low, high : float
        The span as the device counts.
    per_step : float
        Of its numbers in one step: a device that counts from 0 to 1 has a small one.
    turned : bool
        It counts against the rule of `guide.axes`.
    """

    low: float
    high: float
    per_step: float = 1.0
    turned: bool = False

    def axis(self, play: float = 0.0, longest_s: float = 20.0) -> Axis:
        """The axis in whole steps, as motors are sent to whole ones; `play` is a share of the span.

        An end may lie half a step beyond the device's own: `told` keeps inside that.
        """
        low, high = (float(round(end / self.per_step)) for end in (self.low, self.high))
        return Axis(low, high, play=play * (high - low), longest_s=longest_s)

    def steps(self, told: float) -> float:
        """Steps of what the device tells; outside its span where it stands there."""
        return (self.low + self.high - told if self.turned else told) / self.per_step

    def told(self, steps: float) -> float:
        """What to tell the device, inside its span."""
        number = steps * self.per_step
        if self.turned:
            number = self.low + self.high - number
        return min(max(number, self.low), self.high)


def axes_of(counts: Mapping[AxisName, Counting]) -> dict[AxisName, Axis]:
    """The axes that a device counts so, with the backlash of their kind."""
    return {axis: each.axis(PLAY.get(axis, FOCUS_PLAY)) for axis, each in counts.items()}


def places_of(
    counts: Mapping[AxisName, Counting], told: Mapping[AxisName, float | None]
) -> dict[AxisName, float]:
    """Where axes stand, in steps, by what the device tells of each; what it does not tell is left out."""
    return {
        axis: counts[axis].steps(place)
        for axis, place in told.items()
        if place is not None and axis in counts
    }
