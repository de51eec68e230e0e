"""Addresses of sources: what kind one is, and which file it names."""

import os
import re
from typing import Literal
from urllib.parse import unquote, urlsplit

from ..errors import Remedy, UsageError
from ..redaction import shown

Kind = Literal["file", "rtsp", "http", "srt", "device", "ndi", "sim"]

KINDS: dict[str, Kind] = {
    "rtsp": "rtsp",
    "rtsps": "rtsp",
    "http": "http",
    "https": "http",
    "srt": "srt",
    "device": "device",
    "ndi": "ndi",
    "sim": "sim",
}
NEEDS_HOST = ("rtsp", "http", "srt")

CLIP_SUFFIXES = frozenset(
    {".mp4", ".mov", ".mxf", ".mkv", ".avi", ".ts", ".m2ts", ".mts", ".webm", ".m4v", ".mpg"}
)
"""How the names of clips end, where one is looked for in a folder."""

HAS_PASSWORD = ("rtsp", "http")
"""Kinds whose password stands before the host."""

WRITTEN = {"#": "%23", "/": "%2F", "?": "%3F"}
"""How to write in a password what would end the host's part of an address."""

_RAW_PASSWORD = re.compile(r"[^/?#\s@:]*:(?!\d{1,5}(?:[/?#\s]|$))(\S*)@")
"""USER:PASSWORD@ as it was typed: a colon that no port number follows."""


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
    if not rest.startswith("//") or scheme.lower() == "file":
        return "file"
    if scheme.lower() not in KINDS:
        raise UsageError(
            f"{scheme}:// addresses are not supported yet: "
            "use a file, a folder, rtsp://, http://, srt://, ndi://, device: or sim://"
        )
    if scheme.lower() == "ndi":  # a name with blanks and brackets is no URL
        if not rest.partition("?")[0].strip("/ "):
            raise UsageError("ndi:// names no source: ", Remedy("devices"))
        return "ndi"
    return _with_host(address, KINDS[scheme.lower()])


def local_path(address: str) -> str:
    """The path that a file's address names: itself, or the one in `file:///PATH`.

    Raises UsageError for a file on another machine.
    """
    scheme, _, rest = address.partition(":")
    if scheme.lower() != "file" or not rest.startswith("/"):
        return address
    host, path = "", rest
    if rest.startswith("//"):
        host, slash, below = rest[2:].partition("/")
        path = slash + below
    if host.lower() not in ("", "localhost") or not path:
        raise UsageError(
            f"{shown(address)} is a file of another machine: write file:///PATH or the path alone"
        )
    path = unquote(path, errors="surrogateescape")
    return path[1:] if os.name == "nt" and re.match(r"/[A-Za-z]:", path) else path


def _named(address: str, name: str) -> Kind:
    if not name.strip("/ "):
        raise UsageError(f"{address} names no device: ", Remedy("devices"))
    return "device"


def _with_host(address: str, found: Kind) -> Kind:
    if found in HAS_PASSWORD:
        _demand_written(address)
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{shown(address)} is not a valid address: check host and port") from None
    if found in NEEDS_HOST and not host:
        raise UsageError(f"{shown(address)} names no host: write {parts.scheme}://HOST/PATH")
    return found


def _demand_written(address: str) -> None:
    """Refuse a password that would be taken for the path, and say how to write it."""
    after = address.partition("://")[2]
    authority = re.split(r"[/?#]", after, maxsplit=1)[0]
    typed = _RAW_PASSWORD.match(after)
    found = [sign for sign in WRITTEN if typed and sign in typed[1]] if "@" not in authority else []
    if "@" in after.partition("#")[2] and "#" not in found:
        found.append("#")
    if found:
        how = ", ".join(f"{sign} as {WRITTEN[sign]}" for sign in found)
        raise UsageError(
            f"{shown(address)}: where its password ends is not clear: in a user name or password write {how}"
        )
