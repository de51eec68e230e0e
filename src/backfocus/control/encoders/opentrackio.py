"""OpenTrackIO on the wire: where a camera and its lens stand, as JSON in datagrams. Opens nothing.

A datagram begins with 16 bytes: "OTrk", a byte that is reserved, the encoding (1 is JSON, 2 is CBOR), a
sequence number (2), where its part of the text begins (4), the part's length with the highest bit set in the
last one (2), and Fletcher-16 modulo 256 over the head before it and the part (2). A sample that goes into one
datagram is one part. Encoders are told as they count (`rawEncoders`) or from 0 to 1 (`encoders`: focus from
infinity to the closest, zoom from wide to tele).

References
----------
.. [1] SMPTE RIS-OSVP, *OpenTrackIO* 1.0 (opentrackio.org): header, multicast groups, `lens` schema.
.. [2] Its reference sender and receiver, `SMPTE/ris-osvp-metadata-camdkit`.

CBOR is not read. No tracking system has been tried.
"""

from dataclasses import dataclass
from typing import Any

from ..untrusted import number_in_json, read_json

PORT = 55555
HEAD = 16
JSON = 0x01
LAST = 0x8000
FINE = 0xFFFF
"""Steps from 0 to 1."""
LONGEST_SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True)
class Lens:
    """What a sample says of a lens, in steps; None for what it does not say."""

    zoom: float | None = None
    focus: float | None = None


def group(source: int) -> str:
    """The multicast group of a source with a number from 1 to 200; ValueError outside."""
    if not 1 <= source <= 200:
        raise ValueError(f"sources have numbers from 1 to 200, not {source}")
    return f"239.135.1.{source}"


def datagram(text: bytes, sequence: int = 0, *, start: int = 0, last: bool = True) -> bytes:
    """A part of a sample with its head."""
    head = b"OTrk" + bytes((0, JSON)) + sequence.to_bytes(2, "big") + start.to_bytes(4, "big")
    head += (len(text) | (LAST if last else 0)).to_bytes(2, "big")
    return head + fletcher(head + text) + text


def fletcher(data: bytes) -> bytes:
    """Fletcher-16 modulo 256."""
    low = high = 0
    for each in data:
        low = (low + each) % 256
        high = (high + low) % 256
    return bytes((high, low))


class Parts:
    """Puts samples together from datagrams as they come; what is damaged or lost is dropped whole."""

    def __init__(self) -> None:
        self._text = b""

    def take(self, data: bytes) -> bytes | None:
        """A whole sample, or None while there is none."""
        text, start = data[HEAD:], int.from_bytes(data[8:12], "big")
        length = int.from_bytes(data[12:14], "big")
        if len(data) < HEAD or data[:4] != b"OTrk" or data[5] != JSON or len(text) != length & ~LAST:
            return None
        if fletcher(data[:14] + text) != data[14:16]:
            return None
        if start == 0:
            self._text = b""
        if start != len(self._text) or start + len(text) > LONGEST_SAMPLE:
            self._text = b""
            return None
        self._text += text
        if not length & LAST:
            return None
        whole, self._text = self._text, b""
        return whole


def read_sample(text: bytes) -> Lens | None:
    """What a sample says of its lens; None where it says nothing, or is no JSON."""
    try:
        sample = read_json(text)
    except ValueError:
        return None
    lens = sample.get("lens") if isinstance(sample, dict) else None
    if not isinstance(lens, dict):
        return None
    zoom, focus = (_steps(lens, axis) for axis in ("zoom", "focus"))
    return None if zoom is None and focus is None else Lens(zoom, focus)


def _steps(lens: dict[str, Any], axis: str) -> float | None:
    for kind, most in (("rawEncoders", 1.0), ("encoders", float(FINE))):
        told = lens.get(kind)
        value = number_in_json(told.get(axis)) if isinstance(told, dict) else None
        if value is not None:
            return value * most
    return None
