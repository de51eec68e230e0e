"""Capture cards and USB cameras on this machine: which there are, and how each is opened.

Linux asks the kernel (V4L2); macOS and Windows ask FFmpeg (AVFoundation, DirectShow).
"""

import errno
import os
import re
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import av
import av.error

from ..errors import Remedy, SourceUnreadable, UsageError
from .network import Connection

V4L2_CLASS = Path("/sys/class/video4linux")
VIDIOC_QUERYCAP = 0x80685600
CAPABILITY = struct.Struct("16s32s32sIII12x")
"""struct v4l2_capability of linux/videodev2.h: driver, card, bus, version, capabilities, device_caps."""

CAN_CAPTURE = 0x00000001 | 0x00001000
"""V4L2_CAP_VIDEO_CAPTURE and its multi-planar sister; a card's metadata and output nodes have neither."""

HAS_DEVICE_CAPS = 0x80000000

PLATFORM: str = sys.platform

MODE_OPTIONS = {"size": "video_size", "fps": "framerate"}
"""Ours to FFmpeg's, the same for all three systems."""

FORMATS = {"darwin": "avfoundation", "win32": "dshow"}


@dataclass(frozen=True, slots=True)
class Device:
    """Something that gives pictures.

    `address`: what to give as SOURCE. `name`: what its maker calls it. `detail`: where it is plugged in, or
    why it cannot be used now.
    """

    address: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Capability:
    """What a V4L2 node says of itself."""

    card: str
    bus: str
    captures: bool


def devices() -> tuple[Device, ...]:
    """Every capture device, in the order of its numbers; empty where there is none."""
    if PLATFORM.startswith("linux"):
        return tuple(found for node in _nodes() if (found := _v4l2_device(node)) is not None)
    return listed(_enumerated(FORMATS.get(PLATFORM, "")))


def connection(address: str, timeout_s: float) -> Connection:
    """How to open `device:NUMBER`, `device:NAME` (a part of the name is enough) or `device:/dev/videoN`.

    `?size=1920x1080&fps=50` asks for a mode of the device; it chooses where nothing is asked.
    Raises SourceUnreadable when no device has that number or name, or several do; UsageError for options
    that no device has.
    """
    wanted, mode = _split(address)
    options = _mode(address, mode)
    if PLATFORM.startswith("linux"):
        path = _path(wanted)
        if not os.path.exists(path):  # False for a name of any length, where Path raises
            raise SourceUnreadable(f"{address}: no such device: ", Remedy("devices"))
        return Connection(path, timeout_s, options, "v4l2")
    device = chosen(wanted, devices())
    if PLATFORM == "win32":
        return Connection(f"video={device.name}", timeout_s, options, "dshow")
    # AVFoundation asks for 29.97 by itself, which many cameras refuse
    number = device.address.removeprefix("device:")
    return Connection(number, timeout_s, {"framerate": "30"} | options, "avfoundation")


def one_name(address: str) -> str:
    """What a device is called in one way, whichever of its names was written; as written where it has none.

    Links such as those in /dev/v4l/by-id are followed, and a mode that is asked for makes no other device.
    """
    wanted, _ = _split(address)
    try:
        if PLATFORM.startswith("linux"):
            return f"device:{os.path.realpath(_path(wanted))}"
        return chosen(wanted, devices()).address
    except SourceUnreadable:
        return f"device:{wanted}"


def chosen(wanted: str, present: Sequence[Device]) -> Device:
    """The one device with this number, this name, or this in its name. Raises SourceUnreadable otherwise."""
    exact = [d for d in present if wanted in (d.address.removeprefix("device:"), d.name)]
    found = exact or [d for d in present if wanted.lower() in d.name.lower()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise SourceUnreadable(f"device:{wanted}: no such device: ", Remedy("devices"))
    several = ", ".join(d.address for d in found)
    raise SourceUnreadable(f"device:{wanted} fits several devices: use one of {several}")


def capability(answer: bytes) -> Capability:
    """What a node says of itself, out of the 104 bytes that VIDIOC_QUERYCAP fills."""
    _, card, bus, _, of_card, of_node = CAPABILITY.unpack(answer)
    bits = of_node if of_card & HAS_DEVICE_CAPS else of_card
    return Capability(_text(card), _text(bus), bool(bits & CAN_CAPTURE))


def listed(found: Sequence[av.DeviceInfo]) -> tuple[Device, ...]:
    """FFmpeg's list as ours: pictures only, numbered in FFmpeg's order."""
    cameras = [d for d in found if "video" in d.media_types]
    return tuple(Device(f"device:{n}", d.description or d.name) for n, d in enumerate(cameras))


def _split(address: str) -> tuple[str, str]:
    """The device that an address names, and the mode it asks for."""
    wanted, _, mode = address.removeprefix("device:").removeprefix("//").partition("?")
    return wanted, mode


def _path(wanted: str) -> str:
    return wanted if wanted.startswith("/") else f"/dev/video{_number(wanted)}"


def _mode(address: str, text: str) -> dict[str, str]:
    asked = dict(parse_qsl(text, keep_blank_values=True))
    if unknown := set(asked) - set(MODE_OPTIONS):
        raise UsageError(
            f"{address}: {', '.join(sorted(unknown))} is not an option of a device: use size, fps"
        )
    return {MODE_OPTIONS[name]: value for name, value in asked.items()}


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode(errors="replace")


def _number(wanted: str) -> str:
    return wanted if wanted.isdigit() else chosen(wanted, devices()).address.removeprefix("device:")


def _nodes() -> list[Path]:
    found = V4L2_CLASS.glob("video*")
    return sorted(found, key=lambda node: int(re.sub(r"\D", "", node.name) or 0))


def _v4l2_device(node: Path) -> Device | None:
    address = "device:" + node.name.removeprefix("video")
    name = (node / "name").read_text(errors="replace").strip() if (node / "name").exists() else node.name
    try:
        said = capability(_query(Path("/dev") / node.name))
    except OSError as fault:
        if fault.errno == errno.ENOTTY:
            return None
        return Device(address, name, _trouble(fault))
    return Device(address, said.card or name, said.bus) if said.captures else None


def _trouble(fault: OSError) -> str:
    if fault.errno == errno.EACCES:
        return "permission denied: add yourself to the group `video`"
    if fault.errno == errno.EBUSY:
        return "used by another program"
    return fault.strerror or "cannot be opened"


def _query(path: Path) -> bytes:
    import fcntl  # Linux only; this module is imported everywhere

    answer = bytearray(CAPABILITY.size)
    with path.open("rb", buffering=0) as node:
        fcntl.ioctl(node, VIDIOC_QUERYCAP, answer)
    return bytes(answer)


def _enumerated(format_name: str) -> Sequence[av.DeviceInfo]:
    try:
        return av.enumerate_input_devices(format_name)
    except (av.error.FFmpegError, OSError, ValueError):
        return ()
