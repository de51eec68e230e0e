"""Addresses of sources: what kind one is."""

from typing import Literal
from urllib.parse import urlsplit

from ..errors import UsageError
from ..redaction import shown

Kind = Literal["file", "rtsp", "http", "srt", "device", "sim"]

KINDS: dict[str, Kind] = {
    "rtsp": "rtsp",
    "rtsps": "rtsp",
    "http": "http",
    "https": "http",
    "srt": "srt",
    "device": "device",
    "sim": "sim",
}
NEEDS_HOST = ("rtsp", "http", "srt")


def kind(address: str) -> Kind:
    """What sort of source an address names; anything without a scheme is a file or a folder.

    Raises UsageError for a scheme that is not supported, a device without a name and a URL without a host.
    """
    scheme, marker, rest = address.partition(":")
    if not address.strip():
        raise UsageError(
            "the source is empty: give a file, a folder of stills, or an address such as rtsp://HOST/PATH"
        )
    if scheme == "device" and marker:
        return _named(address, rest)
    if not rest.startswith("//"):
        return "file"
    if scheme.lower() not in KINDS:
        raise UsageError(
            f"{scheme}:// addresses are not supported yet: "
            "use a file, a folder, rtsp://, http://, srt://, device: or sim://"
        )
    return _with_host(address, KINDS[scheme.lower()])


def _named(address: str, name: str) -> Kind:
    if not name.strip("/ "):
        raise UsageError(f"{address} names no device: `backfocus devices` lists them")
    return "device"


def _with_host(address: str, found: Kind) -> Kind:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{shown(address)} is not a valid address: check host and port") from None
    if found in NEEDS_HOST and not host:
        raise UsageError(f"{shown(address)} names no host: write {parts.scheme}://HOST/PATH")
    return found
