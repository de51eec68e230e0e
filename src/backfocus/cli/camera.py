"""`backfocus camera`: the virtual camera on the network."""

import json
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from . import options

if TYPE_CHECKING:
    from ..served.serving import Served

Address = Annotated[
    str,
    typer.Argument(
        metavar="[SIM]", help="Which camera: sim://?delta_um=40&zoom=10&seed=7, as in the manual."
    ),
]
Host = Annotated[str, typer.Option("--host", help="Address to listen on; 0.0.0.0 lets the whole network in.")]
VideoPort = Annotated[int, typer.Option("--video-port", help="Port of the pictures; 0: a free one.")]
ViscaPort = Annotated[int, typer.Option("--visca-port", help="UDP port of VISCA; 0: a free one.")]
TcpPort = Annotated[int, typer.Option("--visca-tcp-port", help="TCP port of VISCA; 0: a free one.")]
SerialLines = Annotated[
    bool,
    typer.Option("--serial", help="Two serial lines too: one speaks Fujinon's L10, with F.f., one VISCA."),
]
FaultsText = Annotated[
    str,
    typer.Option(
        "--faults",
        help="What goes wrong, as shares: lost=0.1,late=0.1,late_s=0.8,full=0.05,busy=0.05,cut_s=30.",
    ),
]


def camera(
    address: Address = "sim://",
    host: Host = "127.0.0.1",
    video_port: VideoPort = 8090,
    visca_port: ViscaPort = 52381,
    visca_tcp_port: TcpPort = 5678,
    serial: SerialLines = False,
    faults: FaultsText = "",
    seconds: options.Seconds = None,
    json_: options.Json = False,
) -> None:
    """Put the virtual camera on the network: pictures over HTTP, its motors over VISCA.

    It listens on this machine only, unless --host says otherwise; it has no password. Ctrl-C ends it.

    Examples:

      backfocus camera "sim://?delta_um=40&zoom=10"

      backfocus camera "sim://?delta_um=40&zoom=10&motor=back-focus" --serial

      backfocus camera "sim://?delta_um=-25&lens=rear&drift_um=60" --faults lost=0.1,full=0.05

    In another terminal, the command that it prints, for example:

      backfocus auto visca://127.0.0.1 --video http://127.0.0.1:8090/video.mjpg --pixel-um 5 --f-number 1.8
    """
    from ..served.faults import parse_faults
    from ..served.serving import serve_camera
    from ..sim.settings import parse_sim

    wrong = parse_faults(faults, parse_sim(address).seed)
    ports = (video_port, visca_port, visca_tcp_port)
    with serve_camera(address, host=host, ports=ports, faults=wrong, serial=serial) as served:
        if json_:
            where: dict[str, object] = {"video": served.video, "visca": served.visca}
            where |= {"visca_tcp": served.visca_tcp, "over_http": served.over_http}
            if serial:
                where |= {"l10": served.l10, "visca_serial": served.visca_serial}
            sys.stdout.write(json.dumps(where) + "\n")
        else:
            typer.echo(f"pictures   {served.video}")
            typer.echo(f"motors     {served.visca}   or {served.visca_tcp}")
            if serial:
                typer.echo(f"serial     {served.l10}   or {served.visca_serial}")
            for lens in served.over_http:
                typer.echo(f"           {lens}")
            typer.echo("try it     " + _command(served))
        sys.stdout.flush()
        threading.Event().wait(seconds)


def _command(served: "Served") -> str:
    pixel_um = served.camera.settings.pixel_um
    optics = f"--pixel-um {pixel_um:g} --f-number {served.f_number}"
    return f"backfocus auto {served.visca} --video {served.video} {optics} --yes"
