"""Connections that FFmpeg makes itself: RTSP, HTTP, and capture devices."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import av
from av.container import InputContainer

from ..errors import SourceUnreadable
from ..redaction import shown
from .address import Kind
from .size_limit import MAX_MEGAPIXELS, pixels

SHORT_PROBE = {"analyzeduration": "2000000", "fpsprobesize": "0"}
"""How long to look before the first picture. FFmpeg would watch MPEG-TS for five seconds, because it may
always bring another stream, and 20 pictures of any stream to guess a frame rate that nobody asks for."""

PROTOCOLS = {
    "rtsp": "rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,httpproxy",
    "http": "http,https,httpproxy,tcp,tls,crypto,data",
}
"""What an answer may lead to: never to a file of this machine, whatever a playlist names."""

OPTIONS: dict[Kind, dict[str, str]] = {
    "rtsp": {
        "protocol_whitelist": PROTOCOLS["rtsp"],
        "rtsp_flags": "prefer_tcp",  # UDP loses packets on busy networks; used only where TCP is refused
        "allowed_media_types": "video",
        **SHORT_PROBE,
    },
    "http": {
        "protocol_whitelist": PROTOCOLS["http"],
        "reconnect": "0",
        "user_agent": "backfocus",
        **SHORT_PROBE,
    },
}


@dataclass(frozen=True, slots=True)
class Connection:
    """One address, one way to open it. Satisfies `Connector`."""

    url: str
    timeout_s: float
    options: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None

    def open(self) -> InputContainer:
        """A new connection; FFmpeg interrupts its own reads after `timeout_s`."""
        if self.format is None:
            socket.getaddrinfo(
                urlsplit(self.url).hostname, None
            )  # FFmpeg does not say that a name is unknown
        container = av.open(self.url, format=self.format, options=dict(self.options), timeout=self.timeout_s)
        if problem := _not_live(container):
            container.close()
            raise SourceUnreadable(f"{shown(self.url)}: {problem}")
        return container

    def cut(self) -> None:
        """Nothing to do: reads end by their own time-out."""


def connection(
    address: str, kind: Kind, timeout_s: float, max_megapixels: float = MAX_MEGAPIXELS
) -> Connection:
    """The connection for an rtsp:// or http:// address."""
    scheme, _, rest = address.partition(":")  # FFmpeg knows its protocols in small letters only
    limit = {"max_pixels": str(pixels(max_megapixels))}
    return Connection(f"{scheme.lower()}:{rest}", timeout_s, OPTIONS[kind] | limit)


def _not_live(container: InputContainer) -> str | None:
    if container.format.name.endswith("_pipe") or container.format.name == "image2":
        return "a single picture, not a stream: use the camera's MJPEG or RTSP address"
    if container.duration is not None and container.duration > 0 and container.size > 0:
        return "a recording, not a live stream: download it and give the file"
    return None
