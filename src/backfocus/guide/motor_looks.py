"""What a procedure with motors asks for, and what it is told: the words between it and the loop."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..measure.reading import Reading
from .axes import AxisName


@dataclass(frozen=True, slots=True)
class Ask:
    """Go there, wait until the picture stands still, and tell what is seen; None leaves an axis alone.

    `keep`: what is seen there is the picture that an object is measured against from then on, itself first.
    """

    zoom: float
    focus: float
    back_focus: float | None = None
    why: str = ""
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen at rest: the mean reading, and where the motors say they are."""

    reading: Reading
    positions: Mapping[AxisName, float]
