"""The virtual camera with all its faces on the network, from one address."""

import errno
import socketserver
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from ..control.discovery.own_address import EVERYWHERE, own_address
from ..control.onvif.soap import Login
from ..errors import UsageError
from ..sim.settings import SimSettings, parse_sim
from .aw_face import AwFace
from .blackmagic_face import BlackmagicFace
from .discovery_server import DiscoveryServer
from .faults import Faults, Luck
from .h264 import H264, can_encode
from .http_server import PATH, TS_PATH, Face, HttpServer
from .l10_server import L10Camera
from .login import Guard
from .ndi_sender import ndi_address, sent_over_ndi
from .onvif_device import Device
from .onvif_face import OnvifFace
from .onvif_motors import OnvifMotors
from .pty_line import pty_line
from .rtsp_server import VIDEO_PATH, RtspServer
from .vapix_face import VapixFace
from .virtual_camera import VirtualCamera
from .visca_server import SerialCamera, TcpServer, UdpServer, ViscaCamera
from .vivotek_face import VivotekFace

OVER_HTTP = (
    ("vapix", "?api=ptz"),
    ("vapix", "?focus=straight"),
    ("onvif", "?focus=straight"),
    ("vivotek", "?zoom=straight&focus=straight"),
    ("aw", ""),
    ("blackmagic", ""),
)
"""Scheme, and what follows the port, of each face that drives the motors."""


@dataclass(frozen=True, slots=True)
class Served:
    """A camera that runs, and where its faces are.

    Attributes
    ----------
    camera : VirtualCamera
    host : str
        At which other machines reach it, where the whole network is let in.
    video_port, visca_port, visca_tcp_port : int
    l10_line, visca_line : str
        The paths of its serial lines; "" without.
    ndi_name : str
        What it is called in NDI; "" where it does not send that.
    luck : Luck
        Of what is said to it and answered.
    """

    camera: VirtualCamera
    luck: Luck
    host: str
    video_port: int
    visca_port: int
    visca_tcp_port: int
    rtsp_port: int = 0
    l10_line: str = ""
    visca_line: str = ""
    ndi_name: str = ""

    @property
    def video(self) -> str:
        """The address of its pictures."""
        return f"http://{self.host}:{self.video_port}{PATH}"

    @property
    def rtsp(self) -> str:
        """The address of its pictures over RTSP; "" where they cannot be encoded."""
        return f"rtsp://{self.host}:{self.rtsp_port}{VIDEO_PATH}" if self.rtsp_port else ""

    @property
    def ndi(self) -> str:
        """The address of its pictures over NDI; "" where it does not send that."""
        return ndi_address(self.ndi_name, self.host) if self.ndi_name else ""

    @property
    def ts(self) -> str:
        """The address of its pictures as a transport stream; "" where they cannot be encoded."""
        return f"http://{self.host}:{self.video_port}{TS_PATH}" if self.rtsp_port else ""

    @property
    def onvif(self) -> str:
        """The address of its motors in ONVIF; which end of its focus is near is known."""
        return f"onvif://{self.host}:{self.video_port}?focus=straight"

    @property
    def visca(self) -> str:
        """The address of its motors over UDP."""
        return f"visca://{self.host}:{self.visca_port}"

    @property
    def visca_tcp(self) -> str:
        """The address of its motors over TCP."""
        return f"visca+tcp://{self.host}:{self.visca_tcp_port}"

    @property
    def l10(self) -> str:
        """The address of its motors over a serial line, as Fujinon's lenses speak."""
        back_focus = "?back-focus=yes" if self.camera.settings.motor == "back-focus" else ""
        return f"l10+serial://{self.l10_line}{back_focus}"

    @property
    def visca_serial(self) -> str:
        """The address of its motors over a serial line, as Sony's cameras speak."""
        return f"visca+serial://{self.visca_line}"

    @property
    def over_http(self) -> tuple[str, ...]:
        """The addresses of its motors in the protocols that go over HTTP, on the port of its pictures."""
        return tuple(f"{scheme}://{self.host}:{self.video_port}{which}" for scheme, which in OVER_HTTP)

    @property
    def f_number(self) -> str:
        """Its f-number as people write it: one, or a ramp over focal lengths."""
        knots = self.camera.settings.f_numbers
        if len({number for _, number in knots}) == 1:
            return f"{knots[0][1]:g}"
        return ",".join(f"{number:g}@{focal_mm:g}" for focal_mm, number in knots)


@contextmanager
def serve_camera(
    address: str,
    *,
    host: str = "127.0.0.1",
    ports: tuple[int, int, int] = (0, 0, 0),
    faults: Faults | None = None,
    rtsp_port: int = 0,
    login: Login | None = None,
    serial: bool = False,
    discovery_port: int | None = None,
    ndi_name: str = "",
) -> Iterator[Served]:
    """The virtual camera at a sim:// address on the network; switched off at the end.

    Parameters
    ----------
    ports : (int, int, int)
        For pictures, VISCA over UDP and VISCA over TCP; 0 takes a free one.
    rtsp_port : int
        For pictures over RTSP, where this machine can encode them.
    login : Login, optional
        Name and password that are asked for wherever the protocol has such; VISCA has none.
    serial : bool
        Whether it has serial lines too, one for L10 and one for VISCA.
    discovery_port : int, optional
        Where it answers those who look for ONVIF cameras; default: nowhere.
    ndi_name : str
        What it is called in NDI, to the whole network; "": it does not send that.

    Raises
    ------
    UsageError
        For an address or a name that cannot be meant, for a port that is taken, and where this machine has no
        virtual serial lines.
    SourceUnreadable
        Where NDI is wanted and does not run.
    """
    settings = _settings(address)
    camera = VirtualCamera(settings)
    luck = Luck(faults or Faults(seed=settings.seed))
    visca = ViscaCamera(camera, luck)
    video = H264(camera) if can_encode() else None
    guard = Guard(login) if login else None
    with ExitStack() as stack:
        with _taken(host):
            rtsp = video and stack.enter_context(RtspServer(host, rtsp_port, video, settings.fps, guard))
            at = rtsp.socket.getsockname()[1] if rtsp else 0
            pictures = stack.enter_context(
                HttpServer(host, ports[0], camera, luck, faces(camera, at, guard), video=video, guard=guard)
            )
            listens_at, http_port = pictures.socket.getsockname()
            found = discovery_port is not None and stack.enter_context(
                DiscoveryServer(listens_at, discovery_port, http_port)
            )
            udp = stack.enter_context(UdpServer(host, ports[1], visca))
            tcp = stack.enter_context(TcpServer(host, ports[2], visca))
        if ndi_name:
            stack.enter_context(sent_over_ndi(camera, ndi_name))
        camera.start()
        stack.callback(camera.close)
        stack.callback(visca.close)
        servers: tuple[socketserver.TCPServer, ...] = (pictures, udp, tcp)
        for server in (*servers, *(each for each in (rtsp, found) if each)):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.shutdown)
        lines = (L10Camera(camera, luck).hear, SerialCamera(visca).hear) if serial else ()
        paths = [stack.enter_context(pty_line(hear)) for hear in lines]
        places = [server.socket.getsockname()[1] for server in servers]
        reached = own_address() if listens_at == EVERYWHERE else host
        served = Served(camera, luck, reached, places[0], places[1], places[2], at, *paths)
        yield replace(served, ndi_name=ndi_name)


def _settings(address: str) -> SimSettings:
    settings = parse_sim(address)
    if settings.interlaced is not None or settings.clip != "none":
        raise UsageError(
            "the camera on the network sends whole pictures, live: leave interlaced and clip out"
        )
    return replace(settings, motor="focus") if settings.motor == "none" else settings


@contextmanager
def _taken(host: str) -> Iterator[None]:
    """Ports are taken inside; UsageError for one that cannot be had."""
    try:
        yield
    except OSError as fault:
        wrong = fault.errno == errno.EADDRINUSE
        todo = "another camera runs there? choose other ports" if wrong else "look at the host"
        raise UsageError(f"{host}: {fault.strerror or fault}: {todo}") from None


def faces(camera: VirtualCamera, rtsp_port: int, guard: Guard | None) -> tuple[Face, ...]:
    """The protocols that it speaks over HTTP, beside its pictures."""

    def video(host: str) -> str:
        return f"rtsp://{host}:{rtsp_port}{VIDEO_PATH}"

    device = Device(camera, video if rtsp_port else None)
    makers = (VapixFace(camera), VivotekFace(camera), AwFace(camera), BlackmagicFace(camera))
    return *makers, OnvifFace(device, OnvifMotors(camera), guard)
