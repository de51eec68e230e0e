"""`backfocus devices`: capture cards and USB cameras on this machine."""

import json
import sys

import typer

from . import options


def devices(json_: options.Json = False) -> None:
    """List the capture devices of this machine.

    With the address to use for each.

    Example:

      backfocus devices

    Exit code 4 when there is none.
    """
    from ..video.capture import devices as capture_devices

    found = capture_devices()
    for device in found:
        line = (
            json.dumps({"address": device.address, "name": device.name, "detail": device.detail})
            if json_
            else f"{device.address:<16} {device.name}  {device.detail}".rstrip()
        )
        sys.stdout.write(line + "\n")
    if not found:
        options.notice(
            "no capture device found: plug one in, or use the address of a network camera (rtsp://...)"
        )
        raise typer.Exit(4)
