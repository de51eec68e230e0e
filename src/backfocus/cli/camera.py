"""`backfocus camera`: the virtual camera on the network."""

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from . import options

if TYPE_CHECKING:
    from ..control.onvif.soap import Login
    from ..served.serving import Served

NO_H264 = "           (no H.264: this machine's FFmpeg has no x264, so there is no RTSP)"

Address = Annotated[
    str,
    typer.Argument(metavar="SIM", help="Which camera: sim://?delta_um=40&zoom=10&seed=7, as in the manual."),
]
Host = Annotated[
    str,
    typer.Option(
        "--host", metavar="ADDRESS", help="Address to listen on; 0.0.0.0 lets the whole network in."
    ),
]
VideoPort = Annotated[
    int,
    typer.Option(
        "--video-port", metavar="PORT", min=0, max=65535, help="Port of the pictures; 0: a free one."
    ),
]
ViscaPort = Annotated[
    int,
    typer.Option("--visca-port", metavar="PORT", min=0, max=65535, help="UDP port of VISCA; 0: a free one."),
]
TcpPort = Annotated[
    int,
    typer.Option(
        "--visca-tcp-port", metavar="PORT", min=0, max=65535, help="TCP port of VISCA; 0: a free one."
    ),
]
RtspPort = Annotated[
    int,
    typer.Option(
        "--rtsp-port", metavar="PORT", min=0, max=65535, help="Port of the pictures over RTSP; 0: a free one."
    ),
]
Discoverable = Annotated[
    bool,
    typer.Option(
        "--discoverable",
        help="Answer programs that look for ONVIF cameras on the network (multicast, UDP port 3702).",
    ),
]
User = Annotated[
    str,
    typer.Option(
        "--user",
        metavar="NAME",
        help="Ask for this name, and for a password, wherever the protocol has them.",
    ),
]
PasswordEnv = Annotated[
    str,
    typer.Option("--password-env", metavar="NAME", help="The environment variable that holds the password."),
]
SerialLines = Annotated[
    bool,
    typer.Option("--serial", help="Two serial lines too: one speaks Fujinon's L10, with F.f., one VISCA."),
]
Ndi = Annotated[
    str,
    typer.Option(
        "--ndi",
        metavar="NAME",
        help="Send the pictures over NDI too, under this name, to the whole network; it has no password. It "
        "needs the extra `ndi`.",
        show_default=False,
    ),
]
FaultsText = Annotated[
    str,
    typer.Option(
        "--faults",
        metavar="LIST",
        help="What goes wrong, as shares: lost=0.1,late=0.1,late_s=0.8,full=0.05,busy=0.05,cut_s=30.",
    ),
]


def camera(
    address: Address = "sim://",
    host: Host = "127.0.0.1",
    video_port: VideoPort = 8090,
    visca_port: ViscaPort = 52381,
    visca_tcp_port: TcpPort = 5678,
    rtsp_port: RtspPort = 8554,
    discoverable: Discoverable = False,
    user: User = "",
    password_env: PasswordEnv = "BACKFOCUS_PASSWORD",
    serial: SerialLines = False,
    ndi: Ndi = "",
    faults: FaultsText = "",
    seconds: options.Seconds = None,
    json_: options.Json = False,
) -> None:
    """Put the virtual camera on the network, to try things out.

    It sends pictures over HTTP and RTSP, and its motors obey VISCA, ONVIF and more.
    It listens on this machine only, unless --host says otherwise, and has no password without --user (VISCA
    never has one). Ctrl-C ends it.

    Examples:

      backfocus camera "sim://?delta_um=40&zoom=10"

      backfocus camera "sim://?delta_um=40&zoom=10&motor=back-focus" --serial

      backfocus camera "sim://?delta_um=-25&lens=rear&drift_um=60" --faults lost=0.1,full=0.05

    In another terminal, the command that it prints, for example:

      backfocus auto visca://127.0.0.1 --video http://127.0.0.1:8090/video.mjpg --pixel-um 5 --f-number 1.8

      backfocus auto onvif://127.0.0.1:8090 --video rtsp://127.0.0.1:8554/video --pixel-um 5 --f-number 1.8
    """
    from ..control.discovery.discovery import PORT
    from ..served.faults import parse_faults
    from ..served.serving import serve_camera
    from ..sim.settings import parse_sim

    wrong = parse_faults(faults, parse_sim(address).seed)
    ports = (video_port, visca_port, visca_tcp_port)
    served_by = serve_camera(
        address,
        host=host,
        ports=ports,
        faults=wrong,
        rtsp_port=rtsp_port,
        login=_login(user, password_env),
        serial=serial,
        discovery_port=PORT if discoverable else None,
        ndi_name=ndi,
    )
    with served_by as served:
        if json_:
            sys.stdout.write(json.dumps(_addresses(served)) + "\n")
        else:
            _say_where(served)
        sys.stdout.flush()
        threading.Event().wait(seconds)


def _addresses(served: "Served") -> dict[str, object]:
    where: dict[str, object] = {"video": served.video, "visca": served.visca}
    where |= {"visca_tcp": served.visca_tcp, "over_http": served.over_http}
    where |= {"onvif": served.onvif, "rtsp": served.rtsp, "ts": served.ts}
    if served.ndi:
        where |= {"ndi": served.ndi}
    if served.l10_line:
        where |= {"l10": served.l10, "visca_serial": served.visca_serial}
    return where


def _say_where(served: "Served") -> None:
    typer.echo(f"pictures   {served.video}")
    typer.echo(f"           {served.rtsp}   or {served.ts}" if served.rtsp else NO_H264)
    if served.ndi:
        typer.echo(f"           {served.ndi}")
    typer.echo(f"motors     {served.visca}   or {served.visca_tcp}")
    for lens in served.over_http:
        typer.echo(f"           {lens}")
    if served.l10_line:
        typer.echo(f"serial     {served.l10}   or {served.visca_serial}")
    typer.echo("try it     " + command(served, served.visca, served.video))
    if served.rtsp:
        typer.echo("or         " + command(served, served.onvif, served.rtsp))


def _login(user: str, password_env: str) -> "Login | None":
    """Name and password to ask for; UsageError where the password is missing."""
    from ..control.onvif.soap import Login

    if not user:
        return None
    password = os.environ.get(password_env, "")
    if not password:
        raise UsageError(f"no password for {user}: put it in the environment variable {password_env}")
    return Login(user, password)


def command(served: "Served", lens: str, video: str) -> str:
    """What to type to verify it, by the addresses of its motors and its pictures."""
    pixel_um = served.camera.settings.pixel_um
    optics = f"--pixel-um {pixel_um:g} --f-number {served.f_number}"
    quoted = f'"{lens}"' if "?" in lens else lens
    return f"backfocus auto {quoted} --video {video} {optics} --yes"
