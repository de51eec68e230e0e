"""`backfocus devices`: capture cards and USB cameras on this machine, and cameras on the network."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from . import options
from .files import file_in_folder, write_file

if TYPE_CHECKING:
    from ..control.discovery.discovery import Neighbour

Network = Annotated[
    bool,
    typer.Option(
        "--network",
        help="Also ask the local network: ONVIF's probe goes to all of it, and announced services are heard.",
    ),
]
Wait = Annotated[
    float,
    typer.Option(
        "--seconds", metavar="S", min=0.1, max=60.0, help="How long to wait for answers of the network."
    ),
]


Record = Annotated[
    str | None,
    typer.Option(
        "--record",
        metavar="LENS",
        help="Write down what this lens answers, for a test: visca://HOST, vapix://HOST... Nothing moves.",
        show_default=False,
    ),
]
To = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FILE", help="Where --record writes: a file of JSON lines.", show_default=False
    ),
]


def devices(
    network: Network = False,
    seconds: Wait = 3.0,
    record: Record = None,
    to: To = None,
    json_: options.Json = False,
) -> None:
    """List capture devices, and with --network the cameras near you.

    With the address to use for each: as SOURCE for pictures, as LENS of `backfocus auto` for motors. Nothing
    is sent to the network without --network.

    Examples:

      backfocus devices

      backfocus devices --network

      backfocus devices --record visca://192.0.2.10 --to my-camera.jsonl

    Exit code 4 when there is none.
    """
    if record is not None or to is not None:
        _record(record, to)
        return
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


def _record(address: str | None, to: Path | None) -> None:
    from ..control.recorder import record, written

    if address is None or to is None:
        raise UsageError("--record LENS and --to FILE go together")
    file_in_folder("--to", to)
    said = record(address)
    write_file("--to", to, written(address, said))
    options.notice(
        f"{len(said)} answers are in {to}. No password is among them, but what the camera says of itself is, "
        "such as its serial number: read it before you pass it on"
    )


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
    from ..control.discovery.neighbours import announced_services, onvif
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
