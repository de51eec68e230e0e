"""VISCA on the wire: what is said to a camera as bytes, and what it answers as records. Opens nothing.

A packet is `8x ... FF` to camera x and `y0 ... FF` back, y = x + 8. Numbers go in nibbles, one to a byte, so
that FF never stands inside. A command is answered by ACK (4s: taken on, in socket s) and later Completion
(5s), an inquiry by one packet 50 with what was asked for; either may be refused (6s and a code). Over Sony's
UDP each packet has a head of eight bytes before it: its type, its length and a sequence number that comes
back with every answer.

References
----------
.. [1] Sony, *SRG-300H Command List*, VISCA over IP: payload types, sequence number, RESET.
.. [2] Sony, *SRG-H40UH / BRC-X400 Command List*: CAM_Zoom Direct, CAM_Focus Direct, CAM_AE, CAM_Iris
   (a higher position is wider open, Up opens), inquiries.
.. [3] PTZOptics, *VISCA over IP Commands*: the same packets, raw, over TCP port 5678 and UDP port 1259.

No camera of either maker has been tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

END = 0xFF
LONGEST = 16
"""Bytes of a packet; what goes on beyond them is noise."""

Asked = Literal["zoom", "focus", "iris", "focus-mode", "exposure-mode", "version"]

_INQUIRIES: dict[Asked, bytes] = {
    "zoom": bytes((0x04, 0x47)),
    "focus": bytes((0x04, 0x48)),
    "iris": bytes((0x04, 0x4B)),
    "focus-mode": bytes((0x04, 0x38)),
    "exposure-mode": bytes((0x04, 0x39)),
    "version": bytes((0x00, 0x02)),
}
LAST_PRESET = 0x7F
AUTO, MANUAL = 0x02, 0x03
"""Focus modes."""
EXPOSURE_AUTO, EXPOSURE_MANUAL = 0x00, 0x03
"""Exposure modes; the others (shutter, iris or gain first) are automatic too."""


class Kind(IntEnum):
    """Payload types of Sony's head."""

    COMMAND = 0x0100
    INQUIRY = 0x0110
    REPLY = 0x0111
    SETTING = 0x0120
    CONTROL = 0x0200
    CONTROL_REPLY = 0x0201


RESET = b"\x01"
"""Payload of a control message: begin to count at 0."""

REFUSALS = {
    0x01: "the message has a wrong length",
    0x02: "the camera does not know this command",
    0x03: "the camera's command buffer is full",
    0x04: "the command was cancelled",
    0x05: "there is no such socket",
    0x41: "the camera cannot carry this out now",
}
BUFFER_FULL, NOT_EXECUTABLE = 0x03, 0x41


# To the camera --------------------------------------------------------------------------------------------


def zoom_to(steps: int, camera: int = 1) -> bytes:
    """CAM_Zoom Direct: 8x 01 04 47 0p 0q 0r 0s FF."""
    return _packet(camera, b"\x01\x04\x47" + _nibbles(steps, 4))


def focus_to(steps: int, camera: int = 1) -> bytes:
    """CAM_Focus Direct: 8x 01 04 48 0p 0q 0r 0s FF; higher is nearer."""
    return _packet(camera, b"\x01\x04\x48" + _nibbles(steps, 4))


def iris_to(steps: int, camera: int = 1) -> bytes:
    """CAM_Iris Direct: 8x 01 04 4B 00 00 0p 0q FF; higher is wider open."""
    return _packet(camera, b"\x01\x04\x4b" + _nibbles(steps, 4))


def iris_wider(camera: int = 1) -> bytes:
    """CAM_Iris Up: 8x 01 04 0B 02 FF; one step wider open. Where that ends differs from camera to camera."""
    return _packet(camera, b"\x01\x04\x0b\x02")


def focus_mode(mode: int, camera: int = 1) -> bytes:
    """CAM_FocusMode: 8x 01 04 38 02 FF automatic, 03 by hand."""
    return _packet(camera, bytes((0x01, 0x04, 0x38, mode)))


def exposure_mode(mode: int, camera: int = 1) -> bytes:
    """CAM_AE: 8x 01 04 39 0p FF; 00 automatic, 03 by hand."""
    return _packet(camera, bytes((0x01, 0x04, 0x39, mode)))


def memory_set(number: int, camera: int = 1) -> bytes:
    """CAM_Memory Set: 8x 01 04 3F 01 pp FF; keeps where the camera stands as preset pp."""
    return _packet(camera, b"\x01\x04\x3f\x01" + _preset(number))


def memory_recall(number: int, camera: int = 1) -> bytes:
    """CAM_Memory Recall: 8x 01 04 3F 02 pp FF."""
    return _packet(camera, b"\x01\x04\x3f\x02" + _preset(number))


def _preset(number: int) -> bytes:
    if not 0 <= number <= LAST_PRESET:
        raise ValueError(f"presets have numbers from 0 to {LAST_PRESET}, not {number}")
    return bytes((number,))


def inquire(what: Asked, camera: int = 1) -> bytes:
    """An inquiry: 8x 09 .. .. FF."""
    return _packet(camera, b"\x09" + _INQUIRIES[what])


def clear(camera: int = 1) -> bytes:
    """IF_Clear: 8x 01 00 01 FF; empties the sockets."""
    return _packet(camera, b"\x01\x00\x01")


def _packet(camera: int, body: bytes) -> bytes:
    if not 1 <= camera <= 7:
        raise ValueError(f"cameras have numbers from 1 to 7, not {camera}")
    return bytes((0x80 | camera,)) + body + bytes((END,))


def _nibbles(value: int, count: int) -> bytes:
    if not 0 <= value < 16**count:
        raise ValueError(f"{value} does not go into {count} nibbles")
    return bytes((value >> 4 * place) & 0xF for place in reversed(range(count)))


def number(nibbles: bytes) -> int | None:
    """The number that nibbles make; None where one of them is none."""
    if not nibbles or any(each > 0xF for each in nibbles):
        return None
    value = 0
    for each in nibbles:
        value = value << 4 | each
    return value


# From the camera ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ack:
    """Taken on, in a socket."""

    socket: int


@dataclass(frozen=True, slots=True)
class Completed:
    """Carried out."""

    socket: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked for; `data`: without head and end."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """Not carried out, and why."""

    socket: int
    code: int

    @property
    def words(self) -> str:
        """Why."""
        return REFUSALS.get(self.code, f"the camera answers with error {self.code:02x}")


Reply = Ack | Completed | Answer | Refused


def read_reply(packet: bytes) -> Reply | None:
    """What a packet from a camera says; None for what is none."""
    if not 3 <= len(packet) <= LONGEST or packet[-1] != END or not 0x90 <= packet[0] <= 0xF0:
        return None
    kind, socket = packet[1] >> 4, packet[1] & 0xF
    match kind:
        case 0x4 if len(packet) == 3:
            return Ack(socket)
        case 0x5 if len(packet) == 3:
            return Completed(socket)
        case 0x5:
            return Answer(packet[2:-1])
        case 0x6 if len(packet) == 4:
            return Refused(socket, packet[2])
    return None


def packets(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole packets at the start of a stream of bytes, and what is left of it."""
    *whole, rest = stream.split(bytes((END,)))
    return [each + bytes((END,)) for each in whole], rest[-LONGEST:]


# Sony's head ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """One datagram: what kind, its number, and the packet in it."""

    kind: int
    sequence: int
    payload: bytes


def message_bytes(message: Message) -> bytes:
    """Type and length in two bytes each, the sequence number in four, the payload."""
    head = message.kind.to_bytes(2, "big") + len(message.payload).to_bytes(2, "big")
    return head + message.sequence.to_bytes(4, "big") + message.payload


def read_message(datagram: bytes) -> Message | None:
    """A datagram taken apart; None where its length is not what it says."""
    if len(datagram) < 9:
        return None
    kind, length = int.from_bytes(datagram[:2], "big"), int.from_bytes(datagram[2:4], "big")
    if length != len(datagram) - 8 or length > LONGEST:
        return None
    return Message(kind, int.from_bytes(datagram[4:8], "big"), datagram[8:])


# The camera's side ----------------------------------------------------------------------------------------

Command = Literal[
    "zoom",
    "focus",
    "iris",
    "iris-wider",
    "focus-mode",
    "exposure-mode",
    "clear",
    "memory-set",
    "memory-recall",
]
Heard = tuple[Command, int] | Asked
"""A command with its number, or what is asked for."""

_COMMANDS: dict[bytes, tuple[Literal["zoom", "focus", "iris"], int]] = {
    b"\x04\x47": ("zoom", 4),
    b"\x04\x48": ("focus", 4),
    b"\x04\x4b": ("iris", 4),
}


def read_command(packet: bytes) -> Heard | None:
    """What a controller says, for a virtual camera; None for what is not known."""
    if len(packet) < 4 or packet[-1] != END or packet[0] >> 4 != 8:
        return None
    form, body = packet[1], packet[2:-1]
    if form == 0x09:
        return next((what for what, code in _INQUIRIES.items() if code == body), None)
    if form != 0x01:
        return None
    if body == b"\x00\x01":
        return "clear", 0
    code, rest = body[:2], body[2:]
    if code in _COMMANDS and len(rest) == _COMMANDS[code][1]:
        value = number(rest)
        return None if value is None else (_COMMANDS[code][0], value)
    if body == b"\x04\x0b\x02":
        return "iris-wider", 0
    if code == b"\x04\x38" and rest in (b"\x02", b"\x03"):
        return "focus-mode", rest[0]
    if code == b"\x04\x3f" and len(rest) == 2 and rest[0] in (1, 2):
        return "memory-set" if rest[0] == 1 else "memory-recall", rest[1]
    if code == b"\x04\x39" and len(rest) == 1:
        return "exposure-mode", rest[0]
    return None


def reply_bytes(reply: Reply, camera: int = 1) -> Iterator[int]:
    """The bytes of a packet from a camera."""
    yield 0x80 | camera << 4
    match reply:
        case Ack(socket):
            yield 0x40 | socket
        case Completed(socket):
            yield 0x50 | socket
        case Answer(data):
            yield 0x50
            yield from data
        case Refused(socket, code):
            yield 0x60 | socket
            yield code
    yield END


def four_nibbles(value: int) -> bytes:
    """A position as an answer has it."""
    return _nibbles(value, 4)
