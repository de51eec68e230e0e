"""What happened: seen in the picture, done by the person, or befallen the source.

`watch` makes the events of the first group, a face those of the other two. Each is a plain record of numbers
and words, so that a session is a file of events. Micrometres are those of the lens named in `Setup`; where
none was named they are those of a nominal lens (f/2, 5 um pixels), good for comparing pictures only.
"""

from dataclasses import dataclass
from typing import Literal

from ..measure.reading import Flag, RingPosition, TargetName
from ..solve.clip import ClipAnswer, FirstTurn

Ring = Literal["focus", "back-focus"]
ZoomEnd = Literal["tele", "wide"]
Unfit = Literal[
    "no-star", "cropped", "clipped", "too-bright", "too-dark", "sharpened", "moving",
    "never-still", "repeating", "glossy", "several-depths", "too-smooth",
]  # fmt: skip
"""Why the picture cannot be used yet."""
OF_OBJECT: dict[Flag, Unfit] = {
    Flag.MOVING: "never-still",
    Flag.REPEATING: "repeating",
    Flag.GLOSSY: "glossy",
    Flag.SEVERAL_DEPTHS: "several-depths",
    Flag.TOO_SMOOTH: "too-smooth",
}
"""Why nobody should measure by what stands there, the surest first."""
Doubt = Literal["lock-screw", "right-ring", "iris-open", "zoom-end"]
"""What to check when nothing changes, in this order."""
Miss = Literal["too-fast", "flat", "not-back"]
"""Why a sweep gave no peak: too few sharp pictures, no clear best, not back on it in time."""
Circle = Literal["light", "no-peak"]
"""What came again and again: other light, or a ring that was turned and found no sharpest point."""
Unshown = Literal[Unfit, "no-zoom", "part-way", "no-peak", "soft"]
"""What the picture shows instead of what was confirmed."""


@dataclass(frozen=True, slots=True)
class SteadyReading:
    """One steady look at one zoom position: the mean of some still pictures.

    `residual_um`: |r|, against the best picture seen at this zoom where there is one (`referenced`). `flags`:
    what was noticed in most of these pictures. The curve, its sigmas and `white_light` are as in `Reading`.
    `position`: where the rings stood, where something knows it. `against`: of an object the scale over that
    of the reference its curve is measured against, 0 to 1; 0 for star and edge.
    """

    scale_px: float | None
    residual_um: float
    sigma_um: float
    frequency_cy_px: tuple[float, ...] = ()
    modulation: tuple[float, ...] = ()
    modulation_sigma: tuple[float, ...] = ()
    referenced: bool = False
    flags: frozenset[Flag] = frozenset()
    level_sigma: float = 0.0
    level_noise: float = 0.0
    white_light: float | None = None
    position: RingPosition | None = None
    against: float = 0.0


# Seen in the picture ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NotReady:
    """The picture at wide cannot be used yet, or tele shows that nobody should measure by the object."""

    at_s: float
    why: Unfit


@dataclass(frozen=True, slots=True)
class StarSeen:
    """A star is measured, the light is right and the picture stands still."""

    at_s: float
    scale_px: float | None


@dataclass(frozen=True, slots=True)
class TargetTaken:
    """Something else is measured from here on: an object, as no chart is in view, or a chart that came."""

    at_s: float
    target: TargetName


@dataclass(frozen=True, slots=True)
class ZoomMoved:
    """The zoom left the end it stood at; `touched`: the picture had shaken while it still stood there."""

    at_s: float
    toward: ZoomEnd
    touched: bool = False


@dataclass(frozen=True, slots=True)
class ZoomStopped:
    """The zoom went towards `end` and came to rest with the star in sight; `looks` were taken on the way."""

    at_s: float
    end: ZoomEnd
    scale_px: float | None
    looks: tuple[SteadyReading, ...] = ()


@dataclass(frozen=True, slots=True)
class NothingThere:
    """No star can be measured and nothing moves: far out of focus."""

    at_s: float


@dataclass(frozen=True, slots=True)
class LostOnTheWay:
    """Zooming out, the star went; `scale_px` is the last scale at which it was read."""

    at_s: float
    scale_px: float


@dataclass(frozen=True, slots=True)
class StarLost:
    """The star went in the middle of a step."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Sharper:
    """Turning has begun and the picture gets sharper."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Softer:
    """Turning has begun and the picture gets softer, and no peak was passed."""

    at_s: float


@dataclass(frozen=True, slots=True)
class PeakPassed:
    """A ring went through best focus; `best` is the sharpest picture of this sweep."""

    at_s: float
    ring: Ring
    best: SteadyReading


@dataclass(frozen=True, slots=True)
class PeakMissed:
    """A sweep ended without a peak."""

    at_s: float
    ring: Ring
    why: Miss


@dataclass(frozen=True, slots=True)
class AtPeak:
    """On the way back the picture is as sharp as it was at best."""

    at_s: float
    ring: Ring


@dataclass(frozen=True, slots=True)
class Overshot:
    """On the way back it gets softer again: best focus was passed once more, or the way was wrong."""

    at_s: float
    ring: Ring


@dataclass(frozen=True, slots=True)
class Returned:
    """The ring is back on its best focus and still; `corrected_um`: by how much the residual was changed."""

    at_s: float
    ring: Ring
    look: SteadyReading
    corrected_um: float | None = None


@dataclass(frozen=True, slots=True)
class PartWaySharp:
    """Sharp at a zoom position part of the way out, where the star can be read: go on outwards."""

    at_s: float
    look: SteadyReading
    corrected_um: float | None = None


@dataclass(frozen=True, slots=True)
class TeleSharp:
    """A steady look at tele: sharp enough, the rest is solved for."""

    at_s: float
    look: SteadyReading


@dataclass(frozen=True, slots=True)
class TeleSoft:
    """A steady look at tele: the focus ring is needed."""

    at_s: float
    look: SteadyReading


@dataclass(frozen=True, slots=True)
class WithinDepth:
    """A steady look at wide: the whole interval of delta lies within the depth of focus."""

    at_s: float
    look: SteadyReading
    delta_um: float
    sigma_um: float


@dataclass(frozen=True, slots=True)
class StillOff:
    """A steady look at wide: the back focus needs the ring; how far is None where no other zoom was read."""

    at_s: float
    look: SteadyReading
    delta_um: float | None
    sigma_um: float | None


@dataclass(frozen=True, slots=True)
class Unclear:
    """A steady look at wide of a lens without a back-focus ring: soft or off, which look the same in it."""

    at_s: float
    look: SteadyReading


@dataclass(frozen=True, slots=True)
class Walked:
    """The walk through the zoom is over and the residuals follow the law."""

    at_s: float
    looks: tuple[SteadyReading, ...]


@dataclass(frozen=True, slots=True)
class NotParfocal:
    """The walk through the zoom is over and the residuals do not follow M squared."""

    at_s: float
    looks: tuple[SteadyReading, ...]
    worst_um: float


@dataclass(frozen=True, slots=True)
class NotFrontFocus:
    """Once more, focusing at tele by `tele_um` moved the focus at wide by about as much, `wide_um`."""

    at_s: float
    look: SteadyReading
    tele_um: float
    wide_um: float


@dataclass(frozen=True, slots=True)
class LockHeld:
    """A steady look at wide after the screw: nothing moved."""

    at_s: float
    look: SteadyReading
    delta_um: float
    sigma_um: float


@dataclass(frozen=True, slots=True)
class LockUnseen:
    """A steady look at wide, nothing moved; but nobody said or showed that the screw was tightened."""

    at_s: float
    look: SteadyReading


@dataclass(frozen=True, slots=True)
class LockMoved:
    """A steady look at wide after the screw: it turned the ring by `moved_um`."""

    at_s: float
    look: SteadyReading
    moved_um: float


@dataclass(frozen=True, slots=True)
class LockKeepsMoving:
    """The screw has moved the ring too often: setting it once more would not help."""

    at_s: float
    look: SteadyReading
    moved_um: float


@dataclass(frozen=True, slots=True)
class LockSlipped:
    """What a recording shows at wide after the end: the ring has moved by `moved_um` after all."""

    at_s: float
    look: SteadyReading
    moved_um: float


# Something went wrong, and has a name -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WrongRing:
    """The error grew where it should have shrunk: `turned` was turned instead of the other ring.

    `found_um` is None where the star was lost altogether.
    """

    at_s: float
    turned: Ring
    expected_um: float
    found_um: float | None


@dataclass(frozen=True, slots=True)
class FocusTouched:
    """The focus ring was moved while zooming: tele does not come back as it was left."""

    at_s: float
    expected_um: float
    found_um: float


@dataclass(frozen=True, slots=True)
class Bumped:
    """The camera or the chart was moved."""

    at_s: float
    shift_px: float


@dataclass(frozen=True, slots=True)
class ZoomStrayed:
    """The zoom was moved while a ring was to be turned."""

    at_s: float
    toward: ZoomEnd


@dataclass(frozen=True, slots=True)
class LightChanged:
    """Iris, ND or lamp: the light is brighter by `stops` (below 0 darker) than zoom and lens explain.

    `or_zoom`: a zoom along the lens's own loss of light would look so, too; a star without a scale hides it.
    """

    at_s: float
    stops: float
    or_zoom: bool = False


@dataclass(frozen=True, slots=True)
class GivenUp:
    """It goes round and round and comes to no end; `why` is what came again and again."""

    at_s: float
    why: Circle


@dataclass(frozen=True, slots=True)
class ExtenderSwung:
    """The extender was swung in, or out."""

    at_s: float
    into: bool


@dataclass(frozen=True, slots=True)
class NothingChanges:
    """Ten seconds after an instruction the picture is the same; `ask` is what to check."""

    at_s: float
    ask: Doubt


# Done by the person -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Confirmed:
    """ "Done" or "go on", said in answer to `step`."""

    at_s: float
    step: str


@dataclass(frozen=True, slots=True)
class Questioned:
    """ "Done" was said in answer to `step`, and the picture does not show it; said once more it counts."""

    at_s: float
    step: str
    why: Unshown


@dataclass(frozen=True, slots=True)
class Repeated:
    """ "Again": start `step` over."""

    at_s: float
    step: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """ "Leave `step` out"."""

    at_s: float
    step: str


@dataclass(frozen=True, slots=True)
class Undone:
    """ "Back to the step before `step`"."""

    at_s: float
    step: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """ "Finish here" during `step`."""

    at_s: float
    step: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something for the record: name ("extender", "iris", "lens-serial", "operator", ...) and value."""

    at_s: float
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class NdChanged:
    """Another ND filter (`nd`: "clear", "1/4", ...) is in: what follows has a result of its own."""

    at_s: float
    nd: str


@dataclass(frozen=True, slots=True)
class TurnTold:
    """Which way a ring went first in the sweep of a recording, said after its end.

    `shown`: what the recording says as a clip now that this is known.
    """

    at_s: float
    first_turn: FirstTurn
    shown: ClipAnswer


# Befallen the source ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ended:
    """The recording is over, or the source did not come back; `shown` is what it says as a clip."""

    at_s: float
    shown: ClipAnswer | None = None


Seen = (
    NotReady
    | StarSeen
    | TargetTaken
    | ZoomMoved
    | ZoomStopped
    | NothingThere
    | LostOnTheWay
    | StarLost
    | Sharper
    | Softer
    | PeakPassed
    | PeakMissed
    | AtPeak
    | Overshot
    | Returned
    | PartWaySharp
    | TeleSharp
    | TeleSoft
    | WithinDepth
    | StillOff
    | Unclear
    | Walked
    | NotParfocal
    | NotFrontFocus
    | LockHeld
    | LockUnseen
    | LockMoved
    | LockKeepsMoving
    | LockSlipped
    | WrongRing
    | FocusTouched
    | Bumped
    | ZoomStrayed
    | LightChanged
    | GivenUp
    | ExtenderSwung
    | NothingChanges
)
Command = Confirmed | Repeated | Skipped | Undone | Stopped
Event = Seen | Command | Questioned | Noted | NdChanged | TurnTold | Ended
