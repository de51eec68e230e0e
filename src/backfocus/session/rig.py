"""A rig: camera, lens, what hangs in front of them, and where the pictures come from.

The one place that knows what may be said of a rig, between which limits, what goes together and what it
amounts to. Terminal, page, configuration file and Python all say `RigOptions` (through `rig_options`), lay
them over one another (`over`) and have them made into a `Rig` (`resolve`).
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import reduce
from numbers import Real
from typing import Any, TypeGuard, get_args

from ..control.login import with_login
from ..errors import Argument, UsageError
from ..guide.session_state import Setup
from ..measure.edge.measurement import Region
from ..measure.object.region import Region as Part
from ..measure.object.track import ObjectTrack
from ..measure.track import Target, Track
from ..optics.lens import GREEN_UM, Optics, extended, parse_f_numbers
from ..optics.profiles import Camera, Lens
from ..optics.profiles import camera as camera_named
from ..optics.profiles import lens as lens_named
from ..solve.learned import LONGEST_NAME
from ..solve.verdict import Adjusters
from ..transfer import curve
from ..video.address import kind
from ..video.size_limit import MAX_MEGAPIXELS
from ..video.source import Range, VideoSource, open_source
from .run import Tracking

MOST_SHIMS = 50
LONGEST_TEXT = 200
LONGEST_ADDRESS = 32_768
PIXEL_UM = (0.1, 100.0)
WAVELENGTH_UM = (0.2, 2.0)
EXTENDER = (1.0, 4.0)
SHIM_UM = (0.1, 5000.0)
UM_PER_DEGREE = (0.01, 1000.0)
RED_BLUE_UM = (-100.0, 100.0)
MEGAPIXELS = (0.01, 10_000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RigOptions:
    """What a person says of a rig; None is not said. Made by `rig_options`, which checks every value.

    Attributes
    ----------
    source : str | None
        Where the pictures come from: a file, a folder, an address.
    camera, lens : str | None
        Names of profiles.
    camera_id : str | None
        What its owner calls camera and mode: "FX9 4K50"; what is learned of it is kept under that name.
    pixel_um, wavelength_um : float | None
        Pixel pitch of the picture and mean wavelength of the light.
    f_number : str | None
        As `parse_f_numbers` reads it, without the extender.
    extender : float | None
        Factor of the extender that is swung in.
    transfer, range : str | None
        Transfer curve and video range to take instead of those the source names.
    target : "auto" | "star" | "edge" | "object" | None
        What to look for, `region`: the part of the picture that holds one slanted edge, or of the first
        picture in which the object stands.
    no_ring : bool | None
        Whether the lens has no back-focus ring, whatever its profile says.
    shims : tuple of float | None
        The washers at hand, um.
    um_per_degree : float | None
        How far a degree of the back-focus ring moves the lens.
    red_blue_um : float | None
        How much further from the lens red focuses than blue.
    max_megapixels : float | None
        Larger pictures are refused.
    """

    source: str | None = None
    camera: str | None = None
    camera_id: str | None = None
    lens: str | None = None
    pixel_um: float | None = None
    f_number: str | None = None
    wavelength_um: float | None = None
    extender: float | None = None
    transfer: str | None = None
    range: Range | None = None
    target: Target | None = None
    region: Region | None = None
    no_ring: bool | None = None
    shims: tuple[float, ...] | None = None
    um_per_degree: float | None = None
    red_blue_um: float | None = None
    max_megapixels: float | None = None


NOTHING_SAID = RigOptions()
NAMES = tuple(each.name for each in fields(RigOptions))
OF_THE_CAMERA = ("camera", "camera_id", "pixel_um", "transfer", "range")
OF_THE_LENS = ("lens", "f_number", "extender", "no_ring", "um_per_degree", "red_blue_um")
"""What goes when another camera or lens is named over it."""


def rig_options(given: Mapping[str, object]) -> RigOptions:
    """What was said, from plain values by the names of `RigOptions`; None is not said.

    Numbers may be texts where their form has more than a number in it: `f_number` (1.8, "1.8@7.8-108"),
    `shims` ((10, 30), "10, 30"), `region` ((400, 300, 120, 160), "400,300,120x160").

    Raises
    ------
    UsageError
        For a value that cannot be meant; its `Argument` is the name.
    """
    read = {name: _READERS[name](name, value) for name, value in given.items() if value is not None}
    return RigOptions(**read)


def over(upper: RigOptions, lower: RigOptions) -> RigOptions:
    """`upper`, and `lower` where that says nothing.

    A camera or lens that is named goes with its own data: what `lower` says of another one is left out.
    """
    for group in (OF_THE_CAMERA, OF_THE_LENS):
        named = getattr(upper, group[0])
        if named is not None and named != getattr(lower, group[0]):
            lower = replace(lower, **dict.fromkeys(group))
    return replace(lower, **_said(upper))


def with_region_of_object(said: RigOptions) -> RigOptions:
    """With a region as the part in which an object stands, and not as one that holds an edge."""
    if said.region is None:
        return said
    if said.target not in (None, "auto", "object"):
        raise UsageError(
            Argument("region"),
            " is a part of an object here: it goes without ",
            Argument("target", said.target),
        )
    return replace(said, target="object")


def layered(lowest_first: Iterable[RigOptions]) -> RigOptions:
    """Each laid over those before it."""
    return reduce(lambda lower, upper: over(upper, lower), lowest_first, NOTHING_SAID)


def _said(options: RigOptions) -> dict[str, Any]:
    return {name: value for name in NAMES if (value := getattr(options, name)) is not None}


@dataclass(frozen=True, slots=True)
class Rig:
    """A rig as the rest of the house needs it.

    Attributes
    ----------
    source : str
        Where its pictures come from; "" where they come from elsewhere.
    camera, lens : str
        Names of the profiles, "" without one.
    camera_id : str
        What its owner calls camera and mode; "" where that was not said.
    optics : Optics | None
        With the extender; None where too little is known for micrometres.
    zoom_ratio : float | None
        Longest over shortest focal length of the lens's profile.
    lens_kind, back_focus_ring, shims_um, um_per_degree, red_blue_um
        As in `Setup` and `RigOptions`.
    profile_px : (int, int) | None
        Size of the picture that the pixel of the camera's profile belongs to; None where the pixel is not
        from a profile.
    transfer, range, max_megapixels
        As `open_source` takes them.
    target, region
        What to look for in the first picture, and where.
    """

    source: str = ""
    camera: str = ""
    camera_id: str = ""
    lens: str = ""
    optics: Optics | None = None
    extender: float = 1.0
    zoom_ratio: float | None = None
    lens_kind: str = "unknown"
    back_focus_ring: bool = True
    shims_um: tuple[float, ...] = ()
    um_per_degree: float | None = None
    red_blue_um: float | None = None
    profile_px: tuple[int, int] | None = None
    transfer: str = "auto"
    range: Range = "auto"
    target: Target = "auto"
    region: Region | None = None
    max_megapixels: float = MAX_MEGAPIXELS

    @property
    def setup(self) -> Setup:
        """What the guide knows before the first picture."""
        return Setup(
            optics=self.optics,
            zoom_ratio=self.zoom_ratio,
            back_focus_ring=self.back_focus_ring,
            shims_um=self.shims_um,
            um_per_degree=self.um_per_degree,
            lens_kind=self.lens_kind,
            camera_id=self.camera_id,
        )

    @property
    def adjusters(self) -> Adjusters:
        """What can be moved on it."""
        return Adjusters(
            back_focus_ring=self.back_focus_ring,
            shims_um=self.shims_um,
            um_per_degree=self.um_per_degree,
            lens_kind=self.lens_kind,
        )

    def measure(
        self, *, colours: bool = False, object_: ObjectTrack | None = None, only_charts: bool = False
    ) -> Tracking:
        """What to measure, as `readings` takes it.

        `colours`: red and blue too. `object_`: what was known of an object, when its session was left.
        `only_charts`: no object, unless that is what is wanted.
        """
        track = self.only_charts if only_charts else self.track
        known = replace(track, colours=colours, object=object_ or track.object)
        return Tracking(known, lambda picture: self.fitted(picture.size_px).optics)

    def fitted(self, size_px: tuple[int, int] | None) -> "Rig":
        """The rig with the pixel of a picture of this size, where a profile gave that of another size.

        A proxy, a sub-stream or HD from a UHD camera shows the whole sensor in fewer, larger pixels. As wide
        or as high as the profile's it is a window of the sensor, or squeezed: the pixel stays.
        """
        profile_px = self.profile_px
        if profile_px is None or size_px is None or size_px == profile_px or self.optics is None:
            return self
        shrunk = max(profile_px) / max(size_px)
        if shrunk == 1.0 or min(size_px) == min(profile_px):
            return replace(self, profile_px=size_px)
        optics = replace(self.optics, pixel_um=round(self.optics.pixel_um * shrunk, 3))
        return replace(self, optics=optics, profile_px=size_px)

    def fitted_words(self, size_px: tuple[int, int] | None) -> str:
        """What to say where the pixel is not the profile's; "" where it is."""
        fitted = self.fitted(size_px)
        if fitted.optics == self.optics or size_px is None or fitted.optics is None:
            return ""
        return (
            f"the picture is {size_px[0]} x {size_px[1]}, {self.camera} gives "
            f"{' x '.join(map(str, self.profile_px or ()))}: taken as the whole picture, scaled, with "
            f"pixels of {fitted.optics.pixel_um:.3g} um; of a crop that would be wrong: say its pixel size"
        )

    @property
    def track(self) -> Track:
        """What is known before the first picture of what to measure."""
        if self.target == "object" and self.region is not None:
            return Track(want="object", object=ObjectTrack(region=self.part))
        return Track(want=self.target, region=self.region)

    @property
    def only_charts(self) -> Track:
        """The same where a chart is waited for, however long it takes."""
        return replace(self.track, waits=True)

    @property
    def part(self) -> Part | None:
        """The part of the first picture in which the object stands; None where all of it counts."""
        region = self.region
        if region is None or self.target != "object":
            return None
        right, bottom = region.x_px + region.width_px, region.y_px + region.height_px
        return Part(region.x_px, region.y_px, right, bottom)

    def pictures(
        self, notice: Callable[[str], None] | None = None, *, source: str | None = None
    ) -> VideoSource:
        """The source of this rig, open, or another one seen through it; raises as `open_source`.

        Name and password of a camera on the network may stand in the environment or the keyring.
        """
        return open_source(
            with_login(self.source if source is None else source),
            transfer=self.transfer,
            range_=self.range,
            max_megapixels=self.max_megapixels,
            notice=notice,
        )

    @property
    def is_virtual(self) -> bool:
        """Whether its camera is made of arithmetic and its rings are turned by a hand of its own."""
        return is_virtual(self.source)


def is_virtual(address: str | None) -> bool:
    """Whether an address is that of the virtual camera, which tells its own optics."""
    return bool(address) and kind(address or "") == "sim"


def resolve(said: RigOptions, *, half_is_wrong: bool = True) -> Rig:
    """The rig that is meant.

    A number given by hand wins over a profile; both are those without the extender. The virtual camera tells
    its own pixel and f-number, as a real one would in its menu.

    Parameters
    ----------
    half_is_wrong : bool
        Whether a pixel pitch without an f-number, or the other way round, is refused; else there are no
        micrometres.

    Raises
    ------
    UsageError
        For names that are not known, and for what does not go together.
    """
    body = camera_named(said.camera) if said.camera else None
    glass = lens_named(said.lens) if said.lens else None
    return Rig(
        source=said.source or "",
        camera=body.name if body else "",
        camera_id=" ".join((said.camera_id or "").split()),
        lens=glass.name if glass else "",
        optics=_optics(said, body, glass, half_is_wrong=half_is_wrong),
        extender=said.extender or 1.0,
        zoom_ratio=1.0 / glass.k if glass else None,
        lens_kind=glass.kind if glass else "unknown",
        back_focus_ring=not said.no_ring if said.no_ring is not None else not glass or glass.back_focus_ring,
        shims_um=said.shims or (),
        um_per_degree=said.um_per_degree,
        red_blue_um=said.red_blue_um,
        profile_px=None if body is None or _tells_its_pixel(said) else (body.width_px, body.height_px),
        transfer=said.transfer or "auto",
        range=said.range or "auto",
        target="edge" if said.region and said.target != "object" else said.target or "auto",
        region=said.region,
        max_megapixels=said.max_megapixels or MAX_MEGAPIXELS,
    )


def _optics(
    said: RigOptions, body: Camera | None, glass: Lens | None, *, half_is_wrong: bool
) -> Optics | None:
    pixel_um = said.pixel_um or (body.pixel_um if body else None)
    knots = parse_f_numbers(said.f_number) if said.f_number else glass.f_numbers if glass else None
    if is_virtual(said.source):
        from ..sim.settings import parse_sim  # the bench is heavy, and real cameras do not need it

        bench = parse_sim(said.source or "")
        pixel_um, knots = pixel_um or bench.pixel_um, knots or bench.f_numbers
    if pixel_um is None or knots is None:
        if half_is_wrong and (pixel_um is not None or knots is not None):
            raise _half_known(pixel_um)
        return None
    return Optics(pixel_um, extended(knots, said.extender or 1.0), said.wavelength_um or GREEN_UM)


def _tells_its_pixel(said: RigOptions) -> bool:
    """Whether the pixel was given for the picture as it comes."""
    return said.pixel_um is not None or is_virtual(said.source)


def _half_known(pixel_um: float | None) -> UsageError:
    words = "micrometres need both the pixel size and the f-number: add "
    if pixel_um is None:
        return UsageError(words, Argument("pixel_um"), " or ", Argument("camera"))
    return UsageError(words, Argument("f_number"), " or ", Argument("lens"))


# How each value is read -----------------------------------------------------------------------------------


def _number(low: float, high: float, what: str) -> Callable[[str, object], float]:
    def read(name: str, value: object) -> float:
        number = number_of(value)
        if not low <= number <= high:
            said = number if math.isinf(number) else value
            raise UsageError(Argument(name, said), f": give {what} from {low:g} to {high:g}")
        return number

    return read


def number_of(value: object) -> float:
    """The number; infinite where it is a whole one of hundreds of digits, NaN where it is none."""
    try:
        return float(value) if _is_number(value) else math.nan
    except OverflowError:
        return math.inf


def _is_number(value: object) -> TypeGuard[Real]:
    """Numpy's numbers are numbers, True is none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _text(name: str, value: object, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise UsageError(Argument(name, value), f": give a text of 1 to {longest} letters")
    return value


def _address(name: str, value: object) -> str:
    return _text(name, value, LONGEST_ADDRESS)


def _profile(name: str, value: object) -> str:
    return _text(name, value).strip().lower()


def _camera_id(name: str, value: object) -> str:
    found = _text(name, value, LONGEST_NAME)
    if not found.isprintable():
        raise UsageError(Argument(name, value), ": there are letters in it that cannot be printed")
    return found


def _f_number(name: str, value: object) -> str:
    if not isinstance(value, str) and not _is_number(value):
        raise UsageError(Argument(name, value), ": give a number, or a text such as 1.8@7.8-108,2.6@156")
    text = value if isinstance(value, str) else str(number_of(value))
    try:
        parse_f_numbers(text)
    except UsageError as error:
        raise UsageError(Argument(name), ": ", *error.args) from None
    return text


def _curve(name: str, value: object) -> str:
    found = _text(name, value)
    if found != "auto":
        try:
            curve(bits=8, transfer=found, limited=False)
        except UsageError as error:
            raise UsageError(Argument(name), ": ", *error.args) from None
    return found


def _one_of(words: tuple[str, ...]) -> Callable[[str, object], str]:
    def read(name: str, value: object) -> str:
        if value not in words:
            raise UsageError(Argument(name, value), f": use {', '.join(words[:-1])} or {words[-1]}")
        return str(value)

    return read


def _region(name: str, value: object) -> Region:
    form = ": give X,Y,WIDTHxHEIGHT in pixels such as 400,300,120x160"
    if isinstance(value, Region):
        return value
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*[xX]\s*(\d{1,6})\s*", value)
        parts = tuple(int(part) for part in found.groups()) if found else ()
    else:
        parts = tuple(value) if isinstance(value, tuple | list) else ()
    if len(parts) != 4 or not all(isinstance(part, int) and 0 <= part < 10**6 for part in parts):
        raise UsageError(Argument(name, value), form)
    return Region(*parts)


def _yes(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(Argument(name, value), ": yes or no")
    return value


def _shims(name: str, value: object) -> tuple[float, ...]:
    """Washers as numbers, or as a text that divides them by commas or spaces; an empty one is none."""
    low, high = SHIM_UM
    refusal = UsageError(
        Argument(name, value), f": give their thickness in um, {low:g} to {high:g}, such as 10,30,50"
    )
    parts: Iterable[object]
    match value:
        case str():
            parts = value.replace(",", " ").split()
        case tuple() | list():
            parts = value
        case _:
            parts = (value,)
    try:
        shims = tuple(float(part) if isinstance(part, str) else number_of(part) for part in parts)
    except ValueError:
        raise refusal from None
    if len(shims) > MOST_SHIMS:
        raise refusal
    if not all(low <= each <= high for each in shims):
        raise refusal
    return shims


def _red_blue(name: str, value: object) -> float:
    um = _number(*RED_BLUE_UM, "um")(name, value)
    if um == 0.0:
        raise UsageError(Argument(name, 0), ": a lens that focuses red and blue together gives no hint")
    return um


_READERS: dict[str, Callable[[str, object], Any]] = {
    "source": _address,
    "camera": _profile,
    "camera_id": _camera_id,
    "lens": _profile,
    "pixel_um": _number(*PIXEL_UM, "um"),
    "f_number": _f_number,
    "wavelength_um": _number(*WAVELENGTH_UM, "um"),
    "extender": _number(*EXTENDER, "its factor"),
    "transfer": _curve,
    "range": _one_of(get_args(Range)),
    "target": _one_of(get_args(Target)),
    "region": _region,
    "no_ring": _yes,
    "shims": _shims,
    "um_per_degree": _number(*UM_PER_DEGREE, "um"),
    "red_blue_um": _red_blue,
    "max_megapixels": _number(*MEGAPIXELS, "megapixels"),
}
