"""What happened: seen in the picture, done by the person, or befallen the source."""

from dataclasses import dataclass
from typing import Literal

Ring = Literal["focus", "back-focus"]
ZoomEnd = Literal["tele", "wide"]


@dataclass(frozen=True, slots=True)
class StarSeen:
    """A star is measured and the picture stands still."""

    at_s: float
    scale_px: float
