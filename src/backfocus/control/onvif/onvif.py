"""What is asked of an ONVIF camera and what its answers say: Core, Media, PTZ and Imaging. Opens nothing.

References
----------
ONVIF Core, Media, Media2, PTZ and Imaging Service Specifications, and the schema onvif.xsd.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from xml.etree.ElementTree import Element

from ..untrusted import number_in_text
from .soap import NAMESPACES, Node, again, below, inner, local_name, node, number

DEVICE_PATH = "/onvif/device_service"
"""Where every camera has its device service: Core, 5.1."""
ZOOM_SPACE = "http://www.onvif.org/ver10/tptz/ZoomSpaces/PositionGenericSpace"
Service = Literal["tds", "trt", "tr2", "tptz", "timg"]
SERVICES: tuple[Service, ...] = ("tds", "trt", "tr2", "tptz", "timg")
BY_CAPABILITY: Mapping[str, Service] = {"Media": "trt", "PTZ": "tptz", "Imaging": "timg"}

AUTO, MANUAL = "AUTO", "MANUAL"
LAST_YEAR = 2999
"""Of a clock that is believed: what is reckoned from a later one could leave the calendar."""


@dataclass(frozen=True, slots=True)
class Span:
    """From where to where something goes, in the camera's own unit; `space` is its name for that unit."""

    low: float
    high: float
    space: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of picture and motors: `source` is its picture sensor, `node` its motors; empty without."""

    token: str
    source: str
    node: str
    zoom_limits: Span | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a motor stands and whether it moves; None where the camera does not say."""

    position: float | None
    moving: bool | None


@dataclass(frozen=True, slots=True)
class Modes:
    """Imaging settings as they came: the whole elements, None where the camera has none."""

    focus: Element | None
    exposure: Element | None

    @property
    def focus_is_automatic(self) -> bool | None:
        """Whether the focus is."""
        return _is_automatic(self.focus, "AutoFocusMode")

    @property
    def exposure_is_automatic(self) -> bool | None:
        """Whether the exposure is."""
        return _is_automatic(self.exposure, "Mode")


def get_clock() -> Node:
    """Answered to anyone: Core, 8.3.1."""
    return node("tds:GetSystemDateAndTime")


def clock(answer: Element) -> datetime | None:
    """The camera's clock, None where it has none, or one that no camera can have."""
    numbers = [
        number(answer, f"SystemDateAndTime/UTCDateTime/{name}")
        for name in ("Date/Year", "Date/Month", "Date/Day", "Time/Hour", "Time/Minute", "Time/Second")
    ]
    whole = [int(value) for value in numbers if value is not None]
    if len(whole) != len(numbers):
        return None
    year, month, day, hour, minute, second = whole
    if year > LAST_YEAR:
        return None
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def get_services() -> Node:
    """Which services there are."""
    return node("tds:GetServices", node("tds:IncludeCapability", False))


def services(answer: Element) -> dict[Service, str]:
    """The address of each service that we know."""
    by_uri: dict[str, Service] = {NAMESPACES[name]: name for name in SERVICES}
    found = ((inner(each, "Namespace"), inner(each, "XAddr")) for each in below(answer, "Service"))
    return {by_uri[uri]: where for uri, where in found if uri in by_uri and where}


def get_capabilities() -> Node:
    """The same of cameras from before GetServices."""
    return node("tds:GetCapabilities", node("tds:Category", "All"))


def services_of_capabilities(answer: Element) -> dict[Service, str]:
    """The address of each service that we know."""
    found = {name: inner(answer, f"Capabilities/{word}/XAddr") for word, name in BY_CAPABILITY.items()}
    return {name: where for name, where in found.items() if where}


def get_profiles(media: Service) -> Node:
    """All profiles, of Media or of Media2."""
    return node("trt:GetProfiles") if media == "trt" else node("tr2:GetProfiles", node("tr2:Type", "All"))


def profiles(answer: Element) -> tuple[Profile, ...]:
    """Those that have a picture, of Media or of Media2."""
    found = []
    for each in below(answer, "Profiles"):
        source = inner(each, "VideoSourceConfiguration/SourceToken") or inner(
            each, "Configurations/VideoSource/SourceToken"
        )
        motors = (*below(each, "PTZConfiguration"), *below(each, "Configurations/PTZ"))
        if source:
            token = each.get("token", "")
            name = inner(motors[0], "NodeToken") if motors else None
            limits = _span(motors[0], "ZoomLimits/Range") if motors else None
            found.append(Profile(token, source, name or "", limits))
    return tuple(found)


def get_stream(media: Service, profile: str) -> Node:
    """Where its pictures come from over RTSP."""
    if media == "tr2":
        return node("tr2:GetStreamUri", node("tr2:Protocol", "RTSP"), node("tr2:ProfileToken", profile))
    setup = node("tt:Stream", "RTP-Unicast"), node("tt:Transport", node("tt:Protocol", "RTSP"))
    return node("trt:GetStreamUri", node("trt:StreamSetup", *setup), node("trt:ProfileToken", profile))


def stream(answer: Element) -> str | None:
    """Where its pictures come from; None where it does not say."""
    return inner(answer, "MediaUri/Uri") or inner(answer, "Uri")


def get_node(token: str) -> Node:
    """What the motors can do."""
    return node("tptz:GetNode", node("tptz:NodeToken", token))


def zoom_span(answer: Element, limits: Span | None) -> Span | None:
    """The span of absolute zoom moves, in the generic space if there is one; None where there are no such."""
    spaces = [
        _read_span(each) for each in below(answer, "PTZNode/SupportedPTZSpaces/AbsoluteZoomPositionSpace")
    ]
    found = sorted((each for each in spaces if each), key=lambda each: each.space != ZOOM_SPACE)
    if not found:
        return None
    span = found[0]
    if limits is None or limits.space not in ("", span.space):
        return span
    low, high = max(span.low, limits.low), min(span.high, limits.high)
    return Span(low, high, span.space) if low < high else span


def zoom_to(profile: str, place: float, space: str) -> Node:
    """An absolute move of the zoom alone."""
    zoom = node("tt:Zoom", x=f"{place:.9g}", space=space) if space else node("tt:Zoom", x=f"{place:.9g}")
    return node("tptz:AbsoluteMove", node("tptz:ProfileToken", profile), node("tptz:Position", zoom))


def get_status(profile: str) -> Node:
    """Where the zoom stands."""
    return node("tptz:GetStatus", node("tptz:ProfileToken", profile))


def zoom_place(answer: Element) -> Place:
    """Where the zoom stands."""
    zoom = below(answer, "PTZStatus/Position/Zoom")
    position = number_in_text(zoom[0].get("x")) if zoom else None
    return Place(position, _moving(inner(answer, "PTZStatus/MoveStatus/Zoom")))


def _source(name: str, source: str, *more: Node) -> Node:
    return node(name, node("timg:VideoSourceToken", source), *more)


def get_focus_span(source: str) -> Node:
    """How the focus can be moved."""
    return _source("timg:GetMoveOptions", source)


def focus_span(answer: Element) -> Span | None:
    """The span of absolute focus moves; None where there are no such."""
    found = below(answer, "MoveOptions/Absolute/Position")
    return _read_range(found[0], "") if found else None


def focus_to(source: str, place: float) -> Node:
    """An absolute move of the focus."""
    position = node("tt:Absolute", node("tt:Position", place))
    return _source("timg:Move", source, node("timg:Focus", position))


def get_focus(source: str) -> Node:
    """Where the focus stands."""
    return _source("timg:GetStatus", source)


def focus_place(answer: Element) -> Place:
    """Where the focus stands."""
    where = "Status/FocusStatus20"
    return Place(number(answer, f"{where}/Position"), _moving(inner(answer, f"{where}/MoveStatus")))


def get_modes(source: str) -> Node:
    """How focus and exposure are set."""
    return _source("timg:GetImagingSettings", source)


def modes(answer: Element) -> Modes:
    """How focus and exposure are set."""
    focus = below(answer, "ImagingSettings/Focus")
    exposure = below(answer, "ImagingSettings/Exposure")
    return Modes(focus[0] if focus else None, exposure[0] if exposure else None)


def get_mode_options(source: str) -> Node:
    """Which modes focus and exposure have."""
    return _source("timg:GetOptions", source)


def mode_options(answer: Element) -> tuple[frozenset[str], frozenset[str]]:
    """The modes of the focus, and those of the exposure."""
    options = "ImagingOptions"
    focus = below(answer, f"{options}/Focus/AutoFocusModes")
    exposure = below(answer, f"{options}/Exposure/Mode")
    return _words(focus), _words(exposure)


def iris_span(answer: Element) -> Span | None:
    """Of GetOptions: between which attenuations in dB the iris goes; None where it cannot be set."""
    found = below(answer, "ImagingOptions/Exposure/Iris")
    return _read_range(found[0], "") if found else None


def iris_place(now: Modes) -> float | None:
    """Where the iris stands, dB; None where the camera does not tell."""
    return None if now.exposure is None else number(now.exposure, "Iris")


def iris_to(source: str, exposure: Element, place: float) -> Node:
    """The iris alone, in an exposure by hand; all else stays as `exposure` has it."""
    text = f"{place:.9g}"
    said = again(exposure, {"Mode": MANUAL, "Iris": text})
    if not below(exposure, "Iris"):  # the last part of an exposure
        said = Node(said.name, (*said.inside, node("tt:Iris", text)), said.attributes)
    return _setting(source, said)


def _setting(source: str, *parts: Node) -> Node:
    return _source(
        "timg:SetImagingSettings",
        source,
        node("timg:ImagingSettings", *parts),
        node("timg:ForcePersistence", False),
    )


def set_modes(source: str, now: Modes, *, focus: bool | None, exposure: bool | None) -> Node:
    """Switch focus and exposure, on or off, None is left; all else stays as `now` has it.

    So a manual exposure keeps the time, gain and iris that the camera told for the moment.
    """
    parts = []
    if exposure is not None and now.exposure is not None:
        parts.append(again(now.exposure, {"Mode": AUTO if exposure else MANUAL}))
    if focus is not None and now.focus is not None:
        parts.append(again(now.focus, {"AutoFocusMode": AUTO if focus else MANUAL}))
    return _setting(source, *parts)


def _is_automatic(settings: Element | None, name: str) -> bool | None:
    mode = None if settings is None else inner(settings, name)
    return None if mode not in (AUTO, MANUAL) else mode == AUTO


def _moving(status: str | None) -> bool | None:
    return {"MOVING": True, "IDLE": False}.get(status or "")


def _words(elements: list[Element]) -> frozenset[str]:
    return frozenset(word for each in elements for word in (each.text or "").split())


def _span(element: Element, path: str) -> Span | None:
    found = below(element, path)
    return _read_span(found[0]) if found else None


def _read_span(element: Element) -> Span | None:
    found = below(element, "XRange")
    return _read_range(found[0], inner(element, "URI") or "") if found else None


def _read_range(element: Element, space: str) -> Span | None:
    low, high = number(element, "Min"), number(element, "Max")
    if low is None or high is None or not low < high:
        return None
    return Span(low, high, space)


def answers(question: Node, answer: Element) -> bool:
    """Whether an answer is one to this question."""
    return local_name(answer) == f"{question.name.partition(':')[2]}Response"
