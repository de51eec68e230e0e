"""RTSP as a camera speaks it: requests read, answers and descriptions written. Opens nothing.

References
----------
RFC 2326 (RTSP), RFC 4566 (SDP), RFC 6184 (H.264 over RTP).
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .h264 import PAYLOAD

METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER, SET_PARAMETER"
TRACK = "track1"
REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class RtspRequest:
    """One question; the names of headers are in small letters."""

    method: str
    url: str
    headers: Mapping[str, str]

    @property
    def length(self) -> int:
        """Bytes of a body that follows."""
        length = self.headers.get("content-length", "0")
        return int(length) if length.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class RtspAnswer:
    """What is said to it."""

    code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Transport:
    """How pictures are to go: over two channels of the connection, or to two UDP ports of the caller."""

    over_tcp: bool
    first: int
    second: int


def read_request(head: bytes) -> RtspRequest | None:
    """A question without its body; None for what is none."""
    lines = head.decode("utf-8", "replace").splitlines()
    words = lines[0].split() if lines else []
    if len(words) != 3 or not words[2].startswith("RTSP/1."):
        return None
    parted = (line.partition(":") for line in lines[1:] if ":" in line)
    return RtspRequest(words[0], words[1], {name.strip().lower(): value.strip() for name, _, value in parted})


def answer_bytes(asked: RtspRequest | None, said: RtspAnswer) -> bytes:
    """An answer with the number of its question."""
    number = asked.headers.get("cseq", "0") if asked else "0"
    headers = {"CSeq": number, **said.headers}
    if said.body:
        headers["Content-Length"] = str(len(said.body))
    lines = [
        f"RTSP/1.0 {said.code} {REASONS[said.code]}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join((*lines, "", "")).encode() + said.body


def read_transport(header: str) -> Transport | None:
    """The first way that is offered and that we have, to one viewer; None without."""
    for offered in header.split(","):
        kind, *parts = offered.strip().split(";")
        pair = re.search(r"(interleaved|client_port)=(\d{1,5})(?:-(\d{1,5}))?", offered)
        over_tcp = kind.upper() == "RTP/AVP/TCP"
        if "multicast" in parts or not (over_tcp or kind.upper() in ("RTP/AVP", "RTP/AVP/UDP")):
            continue
        if pair is None:
            if over_tcp:
                return Transport(True, 0, 1)
            continue
        first = int(pair[2])
        second = int(pair[3] or first + 1)
        if max(first, second) <= (255 if over_tcp else 65535):
            return Transport(over_tcp, first, second)
    return None


def description(host: str, sequence: bytes, picture: bytes, fps: float) -> bytes:
    """What a viewer sees, as SDP; `sequence` and `picture` are the parameter sets of the H.264."""
    sets = ",".join(base64.b64encode(each).decode() for each in (sequence, picture))
    kind = "IP6" if ":" in host else "IP4"
    lines = (
        "v=0",
        f"o=- 1 1 IN {kind} {host}",
        "s=virtual camera of backfocus",
        f"c=IN {kind} {'::' if kind == 'IP6' else '0.0.0.0'}",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD}",
        f"a=rtpmap:{PAYLOAD} H264/90000",
        f"a=fmtp:{PAYLOAD} packetization-mode=1;profile-level-id={sequence[1:4].hex()};"
        f"sprop-parameter-sets={sets}",
        f"a=framerate:{fps:g}",
        f"a=control:{TRACK}",
    )
    return "\r\n".join((*lines, "")).encode()


def interleaved(channel: int, packet: bytes) -> bytes:
    """A packet of pictures between the answers: RFC 2326, 10.12."""
    return b"$" + bytes((channel,)) + len(packet).to_bytes(2, "big") + packet
