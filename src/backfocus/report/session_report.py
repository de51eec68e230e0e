"""What a report is made of. Signs as everywhere: delta positive, the sensor is too far from the lens."""

from dataclasses import dataclass
from typing import Literal

from ..measure.reading import Object

When = Literal["before", "after"]
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"
ONE_ZOOM = 0.97
"""Of the ratio of two scales: above, both are of one zoom position."""


@dataclass(frozen=True, slots=True)
class ZoomPoint:
    """The residual at one zoom position; `half_depth_um` there, None without optics."""

    scale_px: float
    residual_um: float
    sigma_um: float
    half_depth_um: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The back-focus error at one time.

    Attributes
    ----------
    delta_um, sigma_um, low_um, high_um
        The error, one standard deviation and the 95 % interval; magnitudes where `sign_known` is false.
    b_um
        What the focus ring added at tele: the residual is delta + b (M / M_tele)**2.
    zoom
        From tele to wide.
    """

    delta_um: float
    sigma_um: float
    low_um: float
    high_um: float
    sign_known: bool = True
    b_um: float = 0.0
    zoom: tuple[ZoomPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Sweep:
    """A ring turned through focus: (place, |r| in um), the place in `unit` (seconds, steps, degrees)."""

    title: str
    points: tuple[tuple[float, float], ...]
    unit: str = "s"
    half_depth_um: float | None = None


@dataclass(frozen=True, slots=True)
class MtfCurve:
    """Lens times pixel at one zoom position; frequencies in cycles per pixel, rising, up to 0.5."""

    title: str
    when: When
    frequency_cy_px: tuple[float, ...]
    modulation: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.frequency_cy_px) != len(self.modulation):
            raise ValueError("a curve needs as many modulations as frequencies")


@dataclass(frozen=True, slots=True)
class Picture:
    """The star as the camera saw it, as a PNG file."""

    title: str
    png: bytes

    def __post_init__(self) -> None:
        if not self.png.startswith(PNG_SIGNATURE):
            raise ValueError(f"the picture {self.title!r} is not a PNG")


@dataclass(frozen=True, slots=True)
class Comparison:
    """An object at tele, shrunk to the size it has at wide, and at wide: what the number looks like.

    Attributes
    ----------
    shrunk_png, filmed_png : bytes
        PNG files of one size, `width_px` by `height_px`: the pixels of the camera.
    whole_jpeg : bytes
        The whole picture at wide, small.
    left_px, top_px
        Where the pair begins in the whole picture, `whole_width_px` by `whole_height_px` in the camera.
    object : Object
        What was compared, with its tiles.
    ratio
        The scale at wide over that at tele; 1 where both are of one zoom.
    at_s
        When the picture was taken, seconds; None: not known.
    when
        Before anything was set, or as it was in the end.
    """

    shrunk_png: bytes
    filmed_png: bytes
    whole_jpeg: bytes
    width_px: int
    height_px: int
    left_px: float
    top_px: float
    whole_width_px: int
    whole_height_px: int
    object: Object
    ratio: float
    at_s: float | None = None
    when: When = "after"

    @property
    def is_one_zoom(self) -> bool:
        """Whether both are of one zoom position, and not of tele and wide."""
        return self.ratio > ONE_ZOOM

    def __post_init__(self) -> None:
        if not (self.shrunk_png.startswith(PNG_SIGNATURE) and self.filmed_png.startswith(PNG_SIGNATURE)):
            raise ValueError("the two pictures of a comparison are PNG files")
        if not self.whole_jpeg.startswith(JPEG_SIGNATURE):
            raise ValueError("the whole picture of a comparison is a JPEG file")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out at one ND position.

    Attributes
    ----------
    verdict, reason, advice
        As in `solve.verdict`.
    shim_um, ring_degrees
        The nearest shim at hand and the turn of the back-focus ring that would cure it; None where unknown.
    comparisons
        Of an object: tele beside wide, before and after.
    """

    nd: str
    verdict: str
    reason: str
    advice: str
    half_depth_um: float | None = None
    after: Estimate | None = None
    before: Estimate | None = None
    shim_um: float | None = None
    ring_degrees: float | None = None
    rounds: int | None = None
    sweeps: tuple[Sweep, ...] = ()
    curves: tuple[MtfCurve, ...] = ()
    pictures: tuple[Picture, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionReport:
    """A session that came to its end.

    `settings` are (name, value) pairs in the order to be shown: ND, extender, iris, serial numbers,
    temperature, operator, note, optics, ... `started_at` is text: how to write a time is the caller's affair.
    """

    title: str
    started_at: str
    source: str
    outcomes: tuple[Outcome, ...]
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PastError:
    """What a session found: its error, one standard deviation, when (seconds) and on which day (text)."""

    at_s: float
    day: str
    delta_um: float
    sigma_um: float
