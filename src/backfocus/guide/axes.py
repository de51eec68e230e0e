"""The axes of a lens that motors turn: how far each goes, and where they stand.

Positions are in the driver's own steps. What a step is in um is learned from pictures, never told; but which
way steps count is a rule, so that an error has a side:

    zoom        steps rise towards tele
    focus       steps rise towards near: the image moves away from the lens
    iris        steps rise as it closes
    back-focus  steps rise as the lens moves away from the sensor

A driver whose device counts the other way turns its numbers over.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..measure.reading import RingPosition

AxisName = Literal["zoom", "focus", "iris", "back-focus"]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis can do.

    Attributes
    ----------
    low, high : float
        The span in steps; never left.
    tells_position : bool
        Whether it can be asked where it stands; where not, the last place it was sent to counts.
    play : float
        Steps that its backlash may take, as a guess from above; places are approached from lower steps by so
        much, so that it does not count.
    spacing_s : float
        Shortest time from one move to the next.
    longest_s : float
        A move that is not over after so long is stuck.
    near : float
        Steps from where it was sent within which a motor that stands has arrived.
    way_is_told : bool
        Whether the maker says which way its numbers run; where not, a picture has to tell.
    """

    low: float
    high: float
    tells_position: bool = True
    play: float = 0.0
    spacing_s: float = 0.0
    longest_s: float = 20.0
    near: float = 2.0
    way_is_told: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"a span runs from a lower to a higher step, not {self.low} to {self.high}")
        if min(self.play, self.spacing_s) < 0.0 or self.longest_s <= 0.0:
            raise ValueError("play and spacing are 0 or more, the longest move above 0")

    @property
    def span(self) -> float:
        """From one end to the other, steps."""
        return self.high - self.low

    def within(self, position: float) -> float:
        """The nearest place of the span."""
        return min(max(position, self.low), self.high)

    def step_near(self, position: float) -> float:
        """The whole step nearest to `position` within the span."""
        return float(round(self.within(position)))


def demand_within(axes: Mapping[AxisName, Axis], axis: AxisName, position: float) -> None:
    """Raise ValueError for an axis there is not, and for a place outside its span."""
    span = axes.get(axis)
    if span is None:
        raise ValueError(f"this lens has no motor for {axis}")
    if not span.low <= position <= span.high:  # nor is it no number
        raise ValueError(f"{axis} goes from {span.low:g} to {span.high:g}, not to {position:g}")


@dataclass(frozen=True, slots=True)
class Automatic:
    """Which automatic functions are on; None where that cannot be told, or set."""

    focus: bool | None = None
    exposure: bool | None = None


BY_HAND = Automatic(focus=False, exposure=False)


@dataclass(frozen=True, slots=True)
class LensState:
    """Where the motors stand, and whether all of them have come to rest.

    `positions`: of the axes that are known; one that cannot tell its place is where it was last sent.
    `refused`: what was not carried out, in words; None where all was.
    """

    positions: Mapping[AxisName, float]
    settled: bool
    automatic: Automatic = Automatic()
    refused: str | None = None

    @property
    def rings(self) -> RingPosition:
        """As a reading keeps it."""
        at = self.positions
        return RingPosition(at.get("focus"), at.get("back-focus"), at.get("zoom"))
