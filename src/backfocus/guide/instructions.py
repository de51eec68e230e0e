"""What to do next: obeyed by a person, by a motor and by the simulated hand.

`advance` gives one or two at a time, to be done in their order, each once: "back" given twice turns twice. An
instruction holds until the next one is given. Those with a `step` can be answered by `Confirmed(at_s, step)`;
the others are seen to be done in the picture.
"""

from dataclasses import dataclass
from typing import Literal

from .events import Doubt, Ring, Unfit, Unshown, ZoomEnd

Way = Literal["either", "on", "back", "stop"]
"""How to turn: whichever way you like; go on as you are; back the way you came; let go."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Point the camera at the star and zoom fully out; `fault` is what is still wrong with the picture."""

    step: str
    fault: Unfit


@dataclass(frozen=True, slots=True)
class Confirm:
    """Check `items` by hand, then say so; nothing in a picture shows them. Zooming in says so too."""

    step: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoomTo:
    """Zoom fully in or out and leave every other ring alone."""

    end: ZoomEnd


@dataclass(frozen=True, slots=True)
class ZoomUntilLost:
    """The star went on the way out: zoom back in until it just shows again, to about `scale_px`, and stop."""

    scale_px: float


@dataclass(frozen=True, slots=True)
class Turn:
    """Turn one ring slowly.

    `searching`: nothing can be measured yet, only that something appears. `slower`: the last time it was too
    fast. `left_um`, `left_deg`: how far there is to go, and what that is on the ring; None while unknown.
    """

    ring: Ring
    way: Way
    searching: bool = False
    slower: bool = False
    left_um: float | None = None
    left_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Hands off: a reading is being taken."""


@dataclass(frozen=True, slots=True)
class WalkZoom:
    """Zoom slowly from wide to tele and touch nothing else."""


@dataclass(frozen=True, slots=True)
class LoosenLock:
    """Loosen the lock screw of the back-focus ring."""


@dataclass(frozen=True, slots=True)
class TightenLock:
    """Tighten the lock screw of the back-focus ring, then say so. Zooming out says so too."""

    step: str


@dataclass(frozen=True, slots=True)
class CheckThat:
    """Nothing changes: check this one thing and go on with what was asked."""

    doubt: Doubt


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The picture does not show what was confirmed: do it, or say so once more. What was asked for stands."""

    step: str
    why: Unshown


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do: the command answered `step`, which is over."""

    step: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The end: verdict, its reason and what to do."""

    verdict: str
    reason: str
    advice: str
    delta_um: float | None = None
    sigma_um: float | None = None


Instruction = (
    Aim
    | Confirm
    | ZoomTo
    | ZoomUntilLost
    | Turn
    | Hold
    | WalkZoom
    | LoosenLock
    | TightenLock
    | CheckThat
    | AskAgain
    | Ignored
    | Finish
)
