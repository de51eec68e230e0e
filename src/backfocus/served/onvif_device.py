"""What the virtual camera answers of itself in ONVIF: its device service and its media service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from .. import __version__
from ..control.onvif.onvif import ZOOM_SPACE
from ..control.onvif.soap import NAMESPACES, Fault, Node, inner, node
from .http_server import SNAPSHOT_PATH
from .virtual_camera import VirtualCamera

PROFILE, SOURCE, MOTORS, ENCODER = "profile", "sensor", "motors", "h264"
"""Tokens: one of each."""
PATHS = {
    "tds": "/onvif/device_service",
    "trt": "/onvif/media_service",
    "tptz": "/onvif/ptz_service",
    "timg": "/onvif/imaging_service",
}
SCOPES = (
    "onvif://www.onvif.org/type/video_encoder",
    "onvif://www.onvif.org/type/ptz",
    "onvif://www.onvif.org/Profile/Streaming",
    "onvif://www.onvif.org/name/backfocus",
    "onvif://www.onvif.org/hardware/virtual",
    "onvif://www.onvif.org/location/",
)
TIMEOUT = node("tt:SessionTimeout", "PT60S")
VERSION = (node("tt:Major", "2"), node("tt:Minor", "60"))

Answering = Callable[[Element, str], Node]
"""An answer to the body of a question; the text is host and port as the caller has them."""


class RefusalError(Exception):
    """A question that is answered with a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def no_such(what: str, token: str) -> RefusalError:
    """The fault for a token that nothing has."""
    words = {"profile": "NoProfile", "node": "NoEntity", "source": "NoSource", "preset": "NoToken"}
    return RefusalError(Fault("Sender", ("InvalidArgVal", words.get(what, "NoConfig")), f"no {what} {token}"))


def demand_token(asked: Element, path: str, wanted: str, what: str) -> None:
    """Refuse a question about anything but `wanted`."""
    token = inner(asked, path)
    if token is not None and token != wanted:
        raise no_such(what, token)


@dataclass(frozen=True, slots=True)
class Device:
    """Who it is, where its services are, and where its pictures are.

    Attributes
    ----------
    camera : VirtualCamera
    video : callable taking a host and giving an address, or None
        Where its pictures are over RTSP.
    ahead : timedelta
        How far its clock is ahead of the machine's.
    """

    camera: VirtualCamera
    video: Callable[[str], str] | None = None
    ahead: timedelta = timedelta()

    @property
    def answers(self) -> dict[str, Answering]:
        """By the name of the question."""
        return {
            "tds:GetSystemDateAndTime": lambda asked, here: self._clock(),
            "tds:GetDeviceInformation": lambda asked, here: _information(self.camera.settings.seed),
            "tds:GetServices": _services,
            "tds:GetCapabilities": _capabilities,
            "tds:GetServiceCapabilities": lambda asked, here: _device_capabilities(),
            "tds:GetScopes": lambda asked, here: node(
                "tds:GetScopesResponse",
                *(
                    node("tds:Scopes", node("tt:ScopeDef", "Fixed"), node("tt:ScopeItem", each))
                    for each in SCOPES
                ),
            ),
            "tds:GetHostname": lambda asked, here: node(
                "tds:GetHostnameResponse",
                node("tds:HostnameInformation", node("tt:FromDHCP", False), node("tt:Name", "backfocus")),
            ),
            "tds:GetNetworkInterfaces": lambda asked, here: node(
                "tds:GetNetworkInterfacesResponse", _interface()
            ),
            "trt:GetServiceCapabilities": lambda asked, here: _media_capabilities(),
            "trt:GetProfiles": lambda asked, here: node(
                "trt:GetProfilesResponse", self._profile("trt:Profiles")
            ),
            "trt:GetProfile": self._one_profile,
            "trt:GetVideoSources": lambda asked, here: node("trt:GetVideoSourcesResponse", self._source()),
            "trt:GetVideoSourceConfigurations": lambda asked, here: node(
                "trt:GetVideoSourceConfigurationsResponse", self._source_settings("trt:Configurations")
            ),
            "trt:GetVideoEncoderConfigurations": lambda asked, here: node(
                "trt:GetVideoEncoderConfigurationsResponse", self._encoder("trt:Configurations")
            ),
            "trt:GetVideoSourceConfiguration": lambda asked, here: node(
                "trt:GetVideoSourceConfigurationResponse", self._source_settings("trt:Configuration")
            ),
            "trt:GetVideoEncoderConfiguration": lambda asked, here: node(
                "trt:GetVideoEncoderConfigurationResponse", self._encoder("trt:Configuration")
            ),
            "trt:GetVideoEncoderConfigurationOptions": lambda asked, here: self._encoder_options(),
            "trt:GetStreamUri": self._stream,
            "trt:GetSnapshotUri": _snapshot,
        }

    def _clock(self) -> Node:
        now = datetime.now(UTC) + self.ahead
        time = node(
            "tt:Time", node("tt:Hour", now.hour), node("tt:Minute", now.minute), node("tt:Second", now.second)
        )
        date = node(
            "tt:Date", node("tt:Year", now.year), node("tt:Month", now.month), node("tt:Day", now.day)
        )
        return node(
            "tds:GetSystemDateAndTimeResponse",
            node(
                "tds:SystemDateAndTime",
                node("tt:DateTimeType", "NTP"),
                node("tt:DaylightSavings", False),
                node("tt:TimeZone", node("tt:TZ", "UTC0")),
                node("tt:UTCDateTime", time, date),
            ),
        )

    def _one_profile(self, asked: Element, here: str) -> Node:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        return node("trt:GetProfileResponse", self._profile("trt:Profile"))

    def _profile(self, name: str) -> Node:
        return node(
            name,
            node("tt:Name", "lens"),
            self._source_settings("tt:VideoSourceConfiguration"),
            self._encoder("tt:VideoEncoderConfiguration"),
            ptz_settings("tt:PTZConfiguration"),
            token=PROFILE,
            fixed="true",
        )

    def _size(self, name: str = "tt:Resolution") -> Node:
        settings = self.camera.settings
        return node(name, node("tt:Width", settings.width_px), node("tt:Height", settings.height_px))

    def _source(self) -> Node:
        return node(
            "trt:VideoSources", node("tt:Framerate", self.camera.settings.fps), self._size(), token=SOURCE
        )

    def _source_settings(self, name: str) -> Node:
        settings = self.camera.settings
        whole = {"x": "0", "y": "0", "width": str(settings.width_px), "height": str(settings.height_px)}
        return node(
            name,
            node("tt:Name", "sensor"),
            node("tt:UseCount", 1),
            node("tt:SourceToken", SOURCE),
            node("tt:Bounds", **whole),
            token="sensor-settings",
        )

    def _encoder(self, name: str) -> Node:
        fps = max(round(self.camera.settings.fps), 1)
        limits = node(
            "tt:RateControl",
            node("tt:FrameRateLimit", fps),
            node("tt:EncodingInterval", 1),
            node("tt:BitrateLimit", 20000),
        )
        address = node("tt:Address", node("tt:Type", "IPv4"), node("tt:IPv4Address", "0.0.0.0"))
        multicast = node(
            "tt:Multicast", address, node("tt:Port", 0), node("tt:TTL", 0), node("tt:AutoStart", False)
        )
        return node(
            name,
            node("tt:Name", "H.264"),
            node("tt:UseCount", 1),
            node("tt:Encoding", "H264"),
            self._size(),
            node("tt:Quality", 100),
            limits,
            node("tt:H264", node("tt:GovLength", fps), node("tt:H264Profile", "Baseline")),
            multicast,
            TIMEOUT,
            token=ENCODER,
        )

    def _encoder_options(self) -> Node:
        fps = max(round(self.camera.settings.fps), 1)
        h264 = node(
            "tt:H264",
            self._size("tt:ResolutionsAvailable"),
            span("tt:GovLengthRange", fps, fps),
            span("tt:FrameRateRange", fps, fps),
            span("tt:EncodingIntervalRange", 1, 1),
            node("tt:H264ProfilesSupported", "Baseline"),
        )
        return node(
            "trt:GetVideoEncoderConfigurationOptionsResponse",
            node("trt:Options", span("tt:QualityRange", 100, 100), h264),
        )

    def _stream(self, asked: Element, here: str) -> Node:
        demand_token(asked, "ProfileToken", PROFILE, "profile")
        if self.video is None:
            raise RefusalError(
                Fault(
                    "Receiver",
                    ("ActionNotSupported", "NoStream"),
                    "there is no H.264 encoder on this machine",
                )
            )
        return node("trt:GetStreamUriResponse", _media_uri(self.video(_host(here))))


def span(name: str, low: float, high: float) -> Node:
    """A range."""
    return node(name, node("tt:Min", low), node("tt:Max", high))


def _host(here: str) -> str:
    """A host without its port."""
    return here[: here.index("]") + 1] if here.startswith("[") else here.partition(":")[0]


def _media_uri(address: str) -> Node:
    return node(
        "trt:MediaUri",
        node("tt:Uri", address),
        node("tt:InvalidAfterConnect", False),
        node("tt:InvalidAfterReboot", False),
        node("tt:Timeout", "PT0S"),
    )


def _snapshot(asked: Element, here: str) -> Node:
    demand_token(asked, "ProfileToken", PROFILE, "profile")
    return node("trt:GetSnapshotUriResponse", _media_uri(f"http://{here}{SNAPSHOT_PATH}"))


def _information(seed: int) -> Node:
    return node(
        "tds:GetDeviceInformationResponse",
        node("tds:Manufacturer", "backfocus"),
        node("tds:Model", "virtual camera"),
        node("tds:FirmwareVersion", __version__),
        node("tds:SerialNumber", f"{seed}"),
        node("tds:HardwareId", "virtual"),
    )


def _services(asked: Element, here: str) -> Node:
    return node(
        "tds:GetServicesResponse",
        *(
            node(
                "tds:Service",
                node("tds:Namespace", NAMESPACES[prefix]),
                node("tds:XAddr", f"http://{here}{path}"),
                node("tds:Version", *VERSION),
            )
            for prefix, path in PATHS.items()
        ),
    )


def _capabilities(asked: Element, here: str) -> Node:
    at = {prefix: node("tt:XAddr", f"http://{here}{path}") for prefix, path in PATHS.items()}
    streaming = node(
        "tt:StreamingCapabilities",
        node("tt:RTPMulticast", False),
        node("tt:RTP_TCP", True),
        node("tt:RTP_RTSP_TCP", True),
    )
    return node(
        "tds:GetCapabilitiesResponse",
        node(
            "tds:Capabilities",
            node("tt:Device", at["tds"]),
            node("tt:Imaging", at["timg"]),
            node("tt:Media", at["trt"], streaming),
            node("tt:PTZ", at["tptz"]),
        ),
    )


def _device_capabilities() -> Node:
    return node(
        "tds:GetServiceCapabilitiesResponse",
        node(
            "tds:Capabilities",
            node("tds:Network"),
            node("tds:Security", HttpDigest="true", UsernameToken="true"),
            node("tds:System"),
        ),
    )


def _media_capabilities() -> Node:
    return node(
        "trt:GetServiceCapabilitiesResponse",
        node(
            "trt:Capabilities",
            node("trt:ProfileCapabilities", MaximumNumberOfProfiles="1"),
            node("trt:StreamingCapabilities", RTPMulticast="false", RTP_TCP="true", RTP_RTSP_TCP="true"),
            SnapshotUri="true",
        ),
    )


def _interface() -> Node:
    return node(
        "tds:NetworkInterfaces",
        node("tt:Enabled", True),
        node("tt:Info", node("tt:Name", "virtual"), node("tt:HwAddress", "02-00-00-00-00-01")),
        token="virtual",
    )


def ptz_settings(name: str) -> Node:
    """The settings of the motors."""
    return node(
        name,
        node("tt:Name", "motors"),
        node("tt:UseCount", 1),
        node("tt:NodeToken", MOTORS),
        node("tt:DefaultAbsoluteZoomPositionSpace", ZOOM_SPACE),
        node("tt:DefaultPTZTimeout", "PT10S"),
        token="motors-settings",
    )
