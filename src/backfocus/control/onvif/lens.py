"""A lens behind ONVIF: the zoom of its PTZ service, and focus and iris of its imaging service.

The camera's own units, mostly 0 to 1, are counted in 10 000 steps from one end to the other. ONVIF does not
say which end of the focus is near; the upper one is taken to be, and `?focus=reversed` in the address
turns it over. The iris is told in dB that it takes away, and open is 0 dB: so the end nearest to that is.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, unquote, urlsplit
from xml.etree.ElementTree import Element

from ...errors import LensError, LensUnreachable
from ...guide.axes import Automatic, Axis, AxisName
from ..counting import Counting, axes_of, places_of
from ..http.http import Http
from ..http.http_lens import demand_here
from ..login import PASSWORD, USER, login
from ..polled import Look, NoAnswerError, Polled, polled, tried
from ..query import IRIS, LEFT_ALONE, REVERSED, STRAIGHT, asked_for, which_way
from ..seldom import Seldom
from . import onvif, soap
from .onvif import Modes, Place, Profile, Service, Span
from .soap import Fault, Login, Node

STEPS = 10_000.0


class RefusedError(LensError):
    """The camera answers that it will not, for a reason that asking again does not change."""


class Asking:
    """Questions to the services of one camera.

    Parameters
    ----------
    http : Http
    known : Login, optional
        Who asks.
    now : callable
        The time of this machine.

    While it is `patient`, a question without an answer is asked again here; later by the one who asks.
    """

    def __init__(
        self, http: Http, known: Login | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.title = http.title
        self._http, self._known, self._now = http, known, now
        self._ahead = timedelta()
        self.patient = True
        self._where: dict[Service, str] = {"tds": onvif.DEVICE_PATH}

    def find(self) -> None:
        """Learn the camera's clock and where its services are."""
        try:
            clock = onvif.clock(self._said("tds", onvif.get_clock(), None))
        except LensError:  # some tell it to those they know only; then clocks have to agree
            clock = None
        if clock is not None:
            self._ahead = clock - self._now()
        try:
            found = onvif.services(self.ask("tds", onvif.get_services()))
        except RefusedError:
            found = {}
        if not found:
            found = onvif.services_of_capabilities(self.ask("tds", onvif.get_capabilities()))
        self._where |= {name: self._http.within(address) for name, address in found.items()}

    def has(self, service: Service) -> bool:
        """Whether the camera has it."""
        return service in self._where

    def ask(self, service: Service, question: Node) -> Element:
        """The answer.

        Raises
        ------
        NoAnswerError
            There was none, or the camera has trouble: ask again.
        RefusedError
            It says no.
        LensError
            It does not take name and password.
        """
        return self._said(service, question, self._known)

    def _said(self, service: Service, question: Node, known: Login | None) -> Element:
        if self.patient:
            return tried(lambda: self._once(service, question, known))
        return self._once(service, question, known)

    def _once(self, service: Service, question: Node, known: Login | None) -> Element:
        header = (
            () if known is None else (soap.username_token(known, os.urandom(16), self._now() + self._ahead),)
        )
        answer = self._http.ask(
            self._where[service],
            method="POST",
            content=soap.envelope(question, *header),
            headers={"Content-Type": soap.CONTENT_TYPE},
        )
        demand_here(self._http, answer)
        try:
            message = soap.read(answer.content)
        except soap.NotSoapError:
            raise RefusedError(
                f"{self.title} answers, but not in ONVIF (HTTP {answer.status_code}): switch ONVIF on in the "
                "camera's menu, and look at the port"
            ) from None
        fault = soap.fault_of(message)
        if fault is not None:
            raise self._refusal(fault)
        if not onvif.answers(question, message.body):
            raise NoAnswerError("it answered something else")
        return message.body

    def _refusal(self, fault: Fault) -> Exception:
        words = fault.reason or "/".join(fault.subcodes) or fault.code
        if {"NotAuthorized", "SenderNotAuthorized"} & set(fault.subcodes):
            return LensError(
                f"{self.title} refuses name and password: give those of an ONVIF user of the camera in "
                f"{USER} and {PASSWORD}, in the keyring, or in the address"
            )
        if fault.code == "Receiver" and "ActionNotSupported" not in fault.subcodes:
            return NoAnswerError(f"it is busy: {words}")
        return RefusedError(f"{self.title}: the camera says no: {words}")


@dataclass(frozen=True, slots=True)
class Motors:
    """How a camera counts its motors; `zoom_space` is its name for the zoom's unit."""

    counting: Mapping[AxisName, Counting]
    zoom_space: str = ""
    remark: str = ""


class OnvifRemote:
    """Zoom, focus and iris of a camera whose services are found; a `Remote`.

    Parameters
    ----------
    asking : Asking
    profile : Profile
    motors : Motors

    Raises what `Asking.ask` raises.
    """

    def __init__(self, asking: Asking, profile: Profile, motors: "Motors") -> None:
        self.title, self.remark = asking.title, motors.remark
        self._asking, self._profile = asking, profile
        self._zoom_space = motors.zoom_space
        self._counting = motors.counting
        self._focus_modes, self._exposure_modes = self._mode_options()
        self._last: Mapping[AxisName, float] = {}
        self._found: Modes | None = None
        self._iris = Seldom(lambda: onvif.iris_place(self._modes()))
        tells = self._focus_place().position is not None
        axes = axes_of(self._counting)
        self.axes: Mapping[AxisName, Axis] = {**axes, "focus": replace(axes["focus"], tells_position=tells)}

    def send(self, places: Mapping[AxisName, float]) -> None:
        """Send them off."""
        for axis, steps in places.items():
            place = self._counting[axis].told(steps)
            if axis == "zoom":
                self._asking.ask("tptz", onvif.zoom_to(self._profile.token, place, self._zoom_space))
            elif axis == "iris":
                self._send_iris(place)
            else:
                self._asking.ask("timg", onvif.focus_to(self._profile.source, place))

    def _send_iris(self, place: float) -> None:
        """A camera that will not is seen by where its iris stands then."""
        self._iris.again()
        exposure = self._modes().exposure
        if exposure is None:
            return
        try:
            self._asking.ask("timg", onvif.iris_to(self._profile.source, exposure, place))
        except RefusedError:
            return

    def look(self) -> Look:
        """Where they stand; what has moved since the last look moves, whatever the camera says of it."""
        zoom = onvif.zoom_place(self._asking.ask("tptz", onvif.get_status(self._profile.token)))
        told: dict[AxisName, Place] = {"zoom": zoom, "focus": self._focus_place()}
        places = {axis: place.position for axis, place in told.items()}
        if "iris" in self._counting:
            places["iris"] = self._iris.at()
        at = places_of(self._counting, places)
        moved, self._last = at != self._last, at
        said = {place.moving for place in told.values()}
        if True in said or (moved and None not in said):
            return Look(at, moving=True)
        return Look(at, moving=None if None in said else False)

    def automatic(self, wanted: Automatic) -> Automatic:
        """Switch focus and exposure; an exposure that was switched off here comes back with all it had."""
        now = self._modes()
        was = self._told(now)
        focus, exposure = _change(was.focus, wanted.focus), _change(was.exposure, wanted.exposure)
        if exposure is False:
            self._found = now
        if exposure and self._found is not None:
            now = Modes(now.focus, self._found.exposure)
        if focus is not None or exposure is not None:
            setting = onvif.set_modes(self._profile.source, now, focus=focus, exposure=exposure)
            self._asking.ask("timg", setting)
            self._iris.again()
        return was

    def how_to_restore(self, was: Automatic) -> str:
        """What to do by hand."""
        words = {True: "automatic", False: "manual", None: "as it is"}
        return (
            f"on the camera's own page set focus to {words[was.focus]} and exposure to {words[was.exposure]} "
            f"(ONVIF: SetImagingSettings of video source {self._profile.source})"
        )

    def _modes(self) -> Modes:
        try:
            return onvif.modes(self._asking.ask("timg", onvif.get_modes(self._profile.source)))
        except RefusedError:
            return Modes(None, None)

    def _told(self, now: Modes) -> Automatic:
        """How they are, of those that can be switched."""
        both = {onvif.AUTO, onvif.MANUAL}
        return Automatic(
            focus=now.focus_is_automatic if both <= self._focus_modes else None,
            exposure=now.exposure_is_automatic if both <= self._exposure_modes else None,
        )

    def _mode_options(self) -> tuple[frozenset[str], frozenset[str]]:
        try:
            return onvif.mode_options(self._asking.ask("timg", onvif.get_mode_options(self._profile.source)))
        except RefusedError:
            return frozenset(), frozenset()

    def _focus_place(self) -> Place:
        try:
            return onvif.focus_place(self._asking.ask("timg", onvif.get_focus(self._profile.source)))
        except RefusedError:
            return Place(None, None)


def _change(was: bool | None, wanted: bool | None) -> bool | None:
    """What to switch, None for nothing."""
    return None if wanted is None or was is None or was == wanted else wanted


def find_lens(asking: Asking, token: str, given: dict[str, str]) -> OnvifRemote:
    """The lens of a camera, of the profile named or of the first that has motors.

    Parameters
    ----------
    token : str
        The profile, or "".
    given : dict
        What the address says after its `?`.

    Raises
    ------
    LensUnreachable
        It cannot be sent to a place.
    NoAnswerError, LensError
        As `Asking.ask`.
    """
    asking.find()
    profile = _profile(asking, token)
    zoom, focus = _zoom(asking, profile), _focus(asking, profile)
    missing = [name for name, span in (("zoom", zoom), ("focus", focus)) if span is None]
    if zoom is None or focus is None:
        raise LensUnreachable(
            f"{asking.title} cannot send its {' and '.join(missing)} to a place over ONVIF, at "
            "most turn it at a speed: try its maker's own protocol, such as visca://"
        )
    counting: dict[AxisName, Counting] = {
        "zoom": _counting(zoom),
        "focus": _counting(focus, turned=given.get("focus") == REVERSED),
    }
    iris = None if given.get("iris") == LEFT_ALONE else _iris(asking, profile)
    if iris is not None:
        closes_upwards = abs(iris.low) <= abs(iris.high)
        counting["iris"] = _counting(iris, turned=closes_upwards == (given.get("iris") == REVERSED))
    remark = which_way(given, counting, {"focus": "focus"})
    return OnvifRemote(asking, profile, Motors(counting, zoom.space, remark))


def _zoom(asking: Asking, profile: Profile) -> Span | None:
    """Where the zoom can be sent; None where it cannot."""
    if not (asking.has("tptz") and profile.node):
        return None
    try:
        return onvif.zoom_span(asking.ask("tptz", onvif.get_node(profile.node)), profile.zoom_limits)
    except RefusedError:
        return None


def _focus(asking: Asking, profile: Profile) -> Span | None:
    """Where the focus can be sent; None where it cannot: a fixed lens says no to the question."""
    if not asking.has("timg"):
        return None
    try:
        return onvif.focus_span(asking.ask("timg", onvif.get_focus_span(profile.source)))
    except RefusedError:
        return None


def _iris(asking: Asking, profile: Profile) -> Span | None:
    """Where the iris can be set, in an exposure by hand; None where it cannot."""
    try:
        answer = asking.ask("timg", onvif.get_mode_options(profile.source))
    except RefusedError:
        return None
    return onvif.iris_span(answer) if onvif.MANUAL in onvif.mode_options(answer)[1] else None


def _counting(span: Span, *, turned: bool = False) -> Counting:
    return Counting(span.low, span.high, (span.high - span.low) / STEPS, turned)


def _media(asking: Asking) -> Service:
    media: Service = "trt" if asking.has("trt") else "tr2"
    if not asking.has(media):
        raise LensUnreachable(f"{asking.title} has no media service: it is no camera")
    return media


def find_stream(asking: Asking, token: str) -> str:
    """Where the pictures of a camera come from, in the camera's own words.

    Raises LensUnreachable where it does not tell, and as `Asking.ask`.
    """
    asking.find()
    media = _media(asking)
    try:
        told = onvif.stream(asking.ask(media, onvif.get_stream(media, _profile(asking, token).token)))
    except RefusedError as fault:
        raise LensUnreachable(f"{fault}: name the address of its pictures yourself") from None
    if told is None:
        raise LensUnreachable(f"{asking.title} does not say where its pictures are: name their address")
    return told


def _profile(asking: Asking, token: str) -> Profile:
    media = _media(asking)
    found = onvif.profiles(asking.ask(media, onvif.get_profiles(media)))
    if token:
        found = tuple(each for each in found if each.token == token)
    if not found:
        named = f"profile {token}" if token else "profile with a picture"
        raise LensUnreachable(f"{asking.title} has no {named}: look at the camera's page")
    return next((each for each in found if each.node), found[0])


@contextmanager
def open_lens(parts: SplitResult) -> Iterator[Polled]:
    """The lens of a camera, `onvif://HOST[:PORT][/PROFILE]`.

    Raises UsageError, LensUnreachable and LensError.
    """
    given = asked_for(parts, {"focus": (REVERSED, STRAIGHT), "iris": IRIS})
    with _asking(parts) as asking:
        with _answering(asking):
            lens = find_lens(asking, _token(parts), given)
        asking.patient = False
        with polled(lens) as opened:
            yield opened


def stream_address(parts: SplitResult) -> str:
    """Where the pictures of a camera come from, with the name and password of its own address.

    Raises LensUnreachable where it does not tell, and LensError.
    """
    with _asking(parts) as asking, _answering(asking):
        told = at_host(find_stream(asking, _token(parts)), parts)
    if told is None:
        raise LensUnreachable(f"{asking.title} tells no RTSP address of its pictures: name their address")
    return told


def at_host(told: str, parts: SplitResult) -> str | None:
    """An RTSP address that a camera gave, at the host that was asked; None where it is no such address.

    Its own host is not believed, for behind a router it is another, and the password goes nowhere else.
    """
    try:
        stream = urlsplit(told.strip())
        port = stream.port
    except ValueError:
        return None
    if stream.scheme.lower() not in ("rtsp", "rtsps"):
        return None
    who, at, host = parts.netloc.rpartition("@")
    host = host.removesuffix(f":{parts.port}") if parts.port is not None else host
    return stream._replace(netloc=who + at + host + (f":{port}" if port else "")).geturl()


def _token(parts: SplitResult) -> str:
    """The profile that an address names, or ""."""
    return unquote(parts.path.strip("/"))


@contextmanager
def _asking(parts: SplitResult) -> Iterator[Asking]:
    """What asks a camera, let go at the end."""
    http = Http(parts)
    known = login(parts)
    try:
        yield Asking(http, Login(*known) if known else None)
    finally:
        http.close()


@contextmanager
def _answering(asking: Asking) -> Iterator[None]:
    """A camera that is asked for the first time: one that does not answer is not there."""
    try:
        yield
    except NoAnswerError as fault:
        raise LensUnreachable(f"{asking.title} does not answer: {fault}: look at the address") from None
