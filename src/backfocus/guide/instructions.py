"""What to do next: obeyed alike by a person, a motor and the simulated hand."""

from dataclasses import dataclass
from typing import Literal

from .events import Ring, ZoomEnd

Way = Literal["either", "on", "back", "stop"]
"""How to turn: whichever way you like; go on as you are; back the way you came; let go."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Turn one ring slowly."""

    ring: Ring
    way: Way


@dataclass(frozen=True, slots=True)
class ZoomTo:
    """Zoom fully in or out and leave every other ring alone."""

    end: ZoomEnd


@dataclass(frozen=True, slots=True)
class WalkZoom:
    """Zoom slowly from wide to tele and touch nothing else."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """Look after `items` by hand, then say so; nothing in a picture shows them."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """Hands off: a reading is being taken."""


@dataclass(frozen=True, slots=True)
class TightenLock:
    """Tighten the lock screw of the back-focus ring."""
