"""Free-D on the wire: where a camera and its lens stand, as tracking systems send it. Opens nothing.

A D1 message has 29 bytes: D1, the camera's number, three angles and three places of three bytes each, zoom
and focus of three bytes each, two bytes for the maker's own use, and a check sum: 40 (hex) less all bytes
before it, modulo 256. Zoom and focus are the encoders' own numbers, without a sign; which way they run and
from where to where is the business of the person who sets the system up.

References
----------
.. [1] Vinten Radamec, *free-d User Manual*, appendix A.3: messages to and from the free-d unit.
.. [2] Public receivers that agree: Unreal Engine's LiveLinkFreeD, `stvmyr/freeD`, `ssav7912/rust-FreeD`.

No tracking system has been tried.
"""

from dataclasses import dataclass

LENGTH, KIND = 29, 0xD1
PORT = 40000
"""Where most systems send."""
_ZOOM, _FOCUS, _SUM = slice(20, 23), slice(23, 26), 28


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a message says of a lens: `camera` is its number."""

    camera: int
    zoom: int
    focus: int


def read_message(datagram: bytes) -> Tracked | None:
    """What a datagram says; None for what is no D1 message, or a damaged one."""
    if len(datagram) != LENGTH or datagram[0] != KIND or datagram[_SUM] != check_sum(datagram[:_SUM]):
        return None
    zoom, focus = (int.from_bytes(datagram[place], "big") for place in (_ZOOM, _FOCUS))
    return Tracked(datagram[1], zoom, focus)


def message_bytes(tracked: Tracked) -> bytes:
    """A D1 message of a camera that stands at the origin."""
    body = bytes((KIND, tracked.camera)) + bytes(18)
    body += tracked.zoom.to_bytes(3, "big") + tracked.focus.to_bytes(3, "big") + bytes(2)
    return body + bytes((check_sum(body),))


def check_sum(body: bytes) -> int:
    """The last byte of a message, from those before it."""
    return (0x40 - sum(body)) & 0xFF
