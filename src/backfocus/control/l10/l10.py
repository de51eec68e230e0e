"""Fujinon's L10 on the wire: blocks to a lens as bytes, and what it answers. Opens nothing.

A block is its data's length (0 to 15), a function code, the data with the highest byte first, and a check sum
that makes the sum of all bytes 0 (modulo 256). The host asks, the lens answers with the same code; to what it
does not know it answers with no data. While a lens sets itself, after the first call since it was switched
on, it answers everything with CONNECT and one byte. 38400 baud, 8 bits, no parity, 1 stop bit.

References
----------
.. [1] Fujinon, *Digi Power TV Lens System Protocol L10 Specifications*, version 1.40: all but F.f.
.. [2] Fujinon, *DIGI POWER Series TV Lens RS-232C External Control Specifications*, 2006.
.. [3] The observed protocol in the public repository `fujinon-tv-lens-control`: F.f. is 2D to send and 90 to
   ask, and bits 4 and 2 of switch 4 hand F.f. and iris over; both bits are confirmed by a public driver after
   version 1.90.

The codes of F.f. stand in [3] alone, and no maker's document that has them was found. No lens has been tried.
"""

from dataclasses import dataclass
from enum import IntEnum

BAUD = 38400
LONGEST_DATA = 15
FULL = 0xFFFF
"""Positions go from 0 to this."""
IRIS_REMOTE = 0x10
"""Bit of switch 2: 0 is automatic."""
LOCAL_FOCUS, LOCAL_ZOOM, LOCAL_IRIS, LOCAL_FF = 0x01, 0x02, 0x04, 0x10
"""Bits of switch 4: 0 is the host, 1 the handle; of the iris the camera."""
PF_OFF, PF_LOCAL = 0x01, 0x01
"""Bits of PF switch 0 and of PF switch 2; PF (precision focus) is the automatic focus of these lenses."""


class Code(IntEnum):
    """Function codes."""

    CONNECT = 0x01
    NAME = 0x11
    NAME_END = 0x12
    IRIS_TO = 0x20
    ZOOM_TO = 0x21
    FOCUS_TO = 0x22
    FF_TO = 0x2D
    IRIS = 0x30
    ZOOM = 0x31
    FOCUS = 0x32
    SWITCH_2_TO = 0x42
    SWITCH_4_TO = 0x44
    SWITCH_2 = 0x52
    SWITCH_4 = 0x54
    FF = 0x90
    PF_SWITCH_0_TO = 0xA5
    PF_SWITCH_2_TO = 0xA7
    PF_SWITCH_0 = 0xB5
    PF_SWITCH_2 = 0xB7


@dataclass(frozen=True, slots=True)
class Block:
    """One message, either way."""

    code: int
    data: bytes = b""

    @property
    def says_busy(self) -> bool:
        """Whether a lens answers so because it sets itself."""
        return self.code == Code.CONNECT and len(self.data) == 1


def block_bytes(block: Block) -> bytes:
    """Length, code, data and check sum; ValueError for more data than a block takes."""
    if len(block.data) > LONGEST_DATA:
        raise ValueError(f"a block takes {LONGEST_DATA} bytes of data, not {len(block.data)}")
    body = bytes((len(block.data), block.code)) + block.data
    return body + bytes((-sum(body) & 0xFF,))


def length_of(head: int) -> int | None:
    """Bytes of the block that begins with `head`; None where none begins so."""
    return None if head > LONGEST_DATA else head + 3


def read_block(received: bytes) -> Block | None:
    """The block that these bytes are; None where length or check sum is wrong."""
    if not received or length_of(received[0]) != len(received) or sum(received) & 0xFF:
        return None
    return Block(received[1], received[2:-1])


def position(data: bytes) -> int | None:
    """A position out of an answer; None where the lens has none."""
    return int.from_bytes(data, "big") if len(data) == 2 else None


def position_bytes(place: int) -> bytes:
    """A position as data; ValueError outside 0 to `FULL`."""
    if not 0 <= place <= FULL:
        raise ValueError(f"positions go from 0 to {FULL}, not to {place}")
    return place.to_bytes(2, "big")


def name_of(first: bytes, rest: bytes) -> str:
    """The name of a lens out of its two halves; the second is asked for where the first is full."""
    return (first + rest).decode("ascii", "replace").strip()
