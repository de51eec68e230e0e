"""`backfocus devices`: capture cards and USB cameras on this machine, and cameras on the network."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from . import options

if TYPE_CHECKING:
    from ..control.discovery import Neighbour

Network = Annotated[
    bool,
    typer.Option(
        "--network",
        help="Also ask the local network: ONVIF's probe goes to all of it, and announced services are heard.",
    ),
]
Wait = Annotated[
    float, typer.Option("--seconds", min=0.1, max=60.0, help="How long to wait for answers of the network.")
]


def devices(network: Network = False, seconds: Wait = 3.0, json_: options.Json = False) -> None:
    """List the capture devices of this machine, and with --network the cameras on the local one.

    With the address to use for each: as SOURCE for pictures, as LENS of `backfocus auto` for motors. Nothing
    is sent to the network without --network.

    Examples:

      backfocus devices

      backfocus devices --network

    Exit code 4 when there is none.
    """
    from ..video.capture import devices as capture_devices

    count = 0
    for device in capture_devices():
        count += 1
        _write(device.address, device.name, device.detail, "pictures", json_)
    if network:
        for each in _neighbours(seconds):
            count += 1
            _write(each.address, each.name, each.detail, each.use, json_)
    if not count:
        options.notice(
            "no camera found on this machine or its network"
            if network
            else "no capture device found: plug one in, use the address of a network camera (rtsp://...), or "
            "look for one with --network"
        )
        raise typer.Exit(4)


def _write(address: str, name: str, detail: str, use: str, json_: bool) -> None:
    line = (
        json.dumps({"address": address, "name": name, "detail": detail, "use": use})
        if json_
        else f"{address:<16} {name}  {detail}".rstrip()
    )
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _neighbours(wait_s: float) -> Iterator["Neighbour"]:
    """Those that answer, each address once; what cannot be asked is said, and the rest goes on."""
    from ..control.neighbours import announced_services, onvif
    from ..errors import LensError

    seen: set[str] = set()
    for ask in (onvif, announced_services):
        try:
            for each in ask(wait_s):
                if each.address not in seen:
                    seen.add(each.address)
                    yield each
        except LensError as fault:
            options.notice(str(fault))
