"""What one picture tells: the record every measurement returns."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Literal

from ..frame import Field, Frame

USUAL_FPS = 25.0
"""For pictures without a time, by their number: stills count as pictures of a film."""


class Flag(StrEnum):
    """Why a value is missing, or how far to trust it; spelled as in every JSON output."""

    NO_STAR = "no-star"
    TWO_STARS = "two-stars"
    CROPPED = "cropped"
    TILTED = "tilted"
    LOST = "lost"
    CLIPPED = "clipped"
    CRUSHED = "crushed"
    FEW_SHADES = "few-shades"
    TOO_DARK = "too-dark"
    LOW_CONTRAST = "low-contrast"
    SHARPENED = "sharpened"
    SHARPENING_UNKNOWN = "sharpening-unknown"
    INTERLACED = "interlaced"
    MOVING = "moving"
    ABOVE_NYQUIST = "above-nyquist"
    SCALE_UNSURE = "scale-unsure"
    NO_OPTICS = "no-optics"
    NO_EDGE = "no-edge"
    TWO_EDGES = "two-edges"
    ON_GRID = "on-grid"
    OTHER_CURVE = "other-curve"
    COMPRESSED = "compressed"
    DAMAGED = "damaged"
    LIGHT_CHANGED = "light-changed"
    EXTENDER = "extender"
    ZOOM_MOVED = "zoom-moved"
    OTHER_MODE = "other-mode"
    TOO_SMALL = "too-small"
    GLOSSY = "glossy"
    ALIASED = "aliased"
    NO_OBJECT = "no-object"
    NO_REFERENCE = "no-reference"
    TOO_SMOOTH = "too-smooth"
    SEVERAL_DEPTHS = "several-depths"
    REPEATING = "repeating"


TargetName = Literal["star", "edge", "object"]


@dataclass(frozen=True, slots=True)
class Star:
    """A Siemens star in the picture.

    `x_px`, `y_px`: its centre; integers are pixel centres, lines of the whole picture also for a field.
    `radius_px`: its rim, None when the rim is not in view. `cycles`: black-and-white pairs per turn.
    """

    x_px: float
    y_px: float
    radius_px: float | None
    cycles: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A slanted edge in the picture, or the square of an edge chart that was measured.

    `x_px`, `y_px`: the middle of the edge, or the chart's centre. `angle_deg`: direction of the edge, 0 to
    180 from +x towards +y, of a square 0 to 90. `length_px`: of the edge, or of a side.
    """

    x_px: float
    y_px: float
    angle_deg: float
    length_px: float


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of an object that was compared with the reference; `x_px`, `y_px`: its middle.

    `why`: why it was left out, by key: "smooth", "clipped", "moved", "depth", "outside"; else "".
    """

    x_px: float
    y_px: float
    side_px: float
    used: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class ObjectQuality:
    """How good an object is to measure by, as far as the pictures so far tell.

    `colour`: "good", "fair" (it will do, or more must be seen) or "poor" (choose another). `why`: what is
    wrong, by key, the worst first; "unfocused" is no fault: the focus ring tells more.
    """

    colour: Literal["good", "fair", "poor"]
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Object:
    """What stands in front of the camera, as the target; `x_px`, `y_px`: the middle of the part in use.

    `quality`: how good it is, where that was looked at.
    """

    x_px: float
    y_px: float
    width_px: float
    height_px: float
    tiles: tuple[Tile, ...] = ()
    quality: ObjectQuality | None = None


@dataclass(frozen=True, slots=True)
class Against:
    """The picture that an object's curve is measured against: its own at tele, or the sharpest of a sweep.

    `ratio`: the scale of the picture over that of the reference, 0 to 1. `index`, `at_s`: of the reference.
    """

    ratio: float
    index: int = 0
    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """Modulation at rising frequencies; equally long."""

    frequency_cy_px: tuple[float, ...]
    modulation: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RingPosition:
    """Where the rings of the lens stand, in steps of what knows it, a motor or an encoder; None: not known.

    Steps rise one way for as long as that is switched on; what they are in um is learned, not told.
    """

    focus_steps: float | None = None
    back_focus_steps: float | None = None
    zoom_steps: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCurve:
    """The modulation that was read of a star, an edge or an object, and what is told of it.

    Attributes
    ----------
    frequency_cy_px, modulation, modulation_sigma
        Lens times pixel, signed, 1 at zero frequency, rising frequencies up to 0.5 cy/px; equally long, and
        empty where nothing was read. Of an object it is divided by what lens and camera left of the reference
        at the ratio of the two pictures times f.
    level_sigma
        The part of `modulation_sigma` that all rings share, as a share of the modulation: how well zero
        frequency is known.
    level_noise
        The part of `level_sigma` that is noise: another picture has another.
    modulation_025, modulation_025_sigma
        The modulation at 0.25 cy/px.
    mtf50_cy_px, mtf50_sigma_cy_px
        First downward crossing of 0.5; None above Nyquist (`Flag.ABOVE_NYQUIST`), or where the rings of a
        star end before it (`Flag.TOO_SMALL`; with a value, they barely reach it).
    sharpening
        The camera's detail as the least unsharp mask of 1 px that explains the curve, 1 for 100 %.
    """

    frequency_cy_px: tuple[float, ...] = ()
    modulation: tuple[float, ...] = ()
    modulation_sigma: tuple[float, ...] = ()
    level_sigma: float = 0.0
    level_noise: float = 0.0
    modulation_025: float | None = None
    modulation_025_sigma: float | None = None
    mtf50_cy_px: float | None = None
    mtf50_sigma_cy_px: float | None = None
    sharpening: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading(MeasuredCurve):
    """One picture measured: the curve, and what it was read of.

    Attributes
    ----------
    star, edge, object
        What was measured: at most one of the three.
    against
        The reference of an object's curve; None for star and edge, which need none.
    scale_px, scale_sigma_px
        The zoom's measure: the radius the star's rim, half the side the edge chart's outermost square, or
        half the width an object's whole reference has or would have in this picture. None when unknown.
    contrast
        Broadband contrast of the whole picture, 0 to 1, read also where there is no star; more is sharper.
    white
        The chart's white as a fraction of full scale in code values, 0 to 1; None without a star, and
        where blur leaves no white in view.
    white_light
        The same as light, by the transfer curve: twice the light is twice the value.
    shift_px
        How far the star's centre moved since the reading before, less what the zoom explains; None at first.
    colours
        The curves of the star in red and in blue at half the resolution, where they were asked for.
    position
        Where the rings stood, where something knows it.
    """

    index: int
    at_s: float | None
    flags: frozenset[Flag]
    star: Star | None = None
    scale_px: float | None = None
    scale_sigma_px: float | None = None
    contrast: float = 0.0
    white: float | None = None
    white_light: float | None = None
    shift_px: float | None = None
    field: Field | None = None
    edge: Edge | None = None
    colours: tuple[Curve, Curve] | None = None
    position: RingPosition | None = None
    object: Object | None = None
    against: Against | None = None

    @property
    def target(self) -> Star | Edge | Object | None:
        """Whatever was measured; it has a place, `x_px` and `y_px`."""
        return self.star or self.edge or self.object

    @property
    def target_name(self) -> TargetName | None:
        """What it is."""
        return "star" if self.star else "edge" if self.edge else "object" if self.object else None


def time_of(picture: Frame | Reading) -> float:
    """When a picture was taken, in seconds of its source."""
    return picture.at_s if picture.at_s is not None else picture.index / USUAL_FPS


def curve_fields(measured: MeasuredCurve) -> dict[str, Any]:
    """The curve of a measurement as the keywords of another record that holds one."""
    return {each.name: getattr(measured, each.name) for each in fields(MeasuredCurve)}
