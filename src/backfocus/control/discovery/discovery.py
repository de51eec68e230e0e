"""Who answers on the network, and the address to use: ONVIF's probe, and services that devices announce.

Opens nothing. What a device says of itself is believed only as far as a host, a port and a printable name.

References
----------
.. [1] ONVIF, *Core Specification*, 7 (Device discovery); OASIS, *WS-Discovery* 1.0 of April 2005.
.. [2] IETF RFC 6763 (DNS-based service discovery), and the makers' service types in `SERVICES`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Literal
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from ..onvif.soap import Node, NotSoapError, envelope, inner, node, read

GROUP, PORT = "239.255.255.250", 3702
_ACTION = "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe"
_TO = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
TYPES = ("dn:NetworkVideoTransmitter", "tds:Device")
"""What is looked for: the older of the two is all that many cameras answer to."""
LONGEST_NAME = 80

Use = Literal["lens", "pictures"]


@dataclass(frozen=True, slots=True)
class Service:
    """A type of service: what to write before its host, and what it is good for."""

    scheme: str
    use: Use
    maker: str
    usual_port: int
    """0: the port that is announced is not the one to use."""


SERVICES: dict[str, Service] = {
    "_axis-video._tcp": Service("vapix", "lens", "Axis", 80),
    "_vapix-http._tcp": Service("vapix", "lens", "Axis", 80),
    "_vapix-https._tcp": Service("vapix+https", "lens", "Axis", 443),
    "_rtsp._tcp": Service("rtsp", "pictures", "RTSP", 554),
    "_blackmagic._tcp": Service("blackmagic", "lens", "Blackmagic, if it is a camera", 0),
    "_ndi._tcp": Service("ndi", "pictures", "NDI", 0),
}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A device on the network.

    `address`: what to give as LENS or as SOURCE, as `use` says. `name`: what it calls itself.
    """

    address: str
    use: Use
    name: str = ""
    detail: str = ""


def probe(message_id: str, what: str = TYPES[0]) -> bytes:
    """The question who is there; `message_id` is a new UUID each time."""
    header = (
        node("wsa:MessageID", f"uuid:{message_id}"),
        node("wsa:To", _TO),
        node("wsa:Action", _ACTION),
    )
    return envelope(Node("wsd:Probe", (node("wsd:Types", what),)), *header)


def matches(datagram: bytes) -> tuple[Neighbour, ...]:
    """The cameras that an answer names; () for what is no answer to a probe."""
    try:
        message = read(datagram)
    except NotSoapError:
        return ()
    if message.name != "ProbeMatches":
        return ()
    return tuple(_onvif(message.body.findall("{*}ProbeMatch")))


def _onvif(found: Sequence[Element]) -> Iterator[Neighbour]:
    for match in found:
        addresses = (inner(match, "XAddrs") or "").split()
        scopes = (inner(match, "Scopes") or "").split()
        if (place := _place(addresses)) is not None:
            yield Neighbour(
                place, "lens", printable(_scope(scopes, "name")), printable(_scope(scopes, "hardware"))
            )


def _place(addresses: Sequence[str]) -> str | None:
    """`onvif://HOST[:PORT]` of the first address that can be used, by IPv4 before IPv6."""
    usable = [place for each in addresses if (place := _host_and_port(each)) is not None]
    usable.sort(key=lambda place: ":" in place[1])
    if not usable:
        return None
    scheme, host, port = usable[0]
    secure = scheme == "https"
    return _written("onvif+https" if secure else "onvif", host, port, 443 if secure else 80)


def _host_and_port(address: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not is_host(host):
        return None
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80)


def announced(service: str, name: str, hosts: Sequence[str], port: int) -> Neighbour | None:
    """A service that a device announces, as `_rtsp._tcp`; None for one that is not of `SERVICES`."""
    known = SERVICES.get(service)
    usable = sorted((host for host in hosts if is_host(host)), key=lambda host: ":" in host)
    if known is None or not (usable or known.scheme == "ndi"):
        return None
    called = printable(name)
    address = (
        f"ndi://{called}"
        if known.scheme == "ndi"
        else _written(known.scheme, usable[0], port, known.usual_port)
    )
    return Neighbour(address, known.use, called, known.maker)


def is_host(text: str) -> bool:
    """Whether it is an address of the local net, or a name, and nothing else."""
    try:
        found = ip_address(text)
    except ValueError:
        return bool(re.fullmatch(r"[A-Za-z\d]([A-Za-z\d.-]{0,250}[A-Za-z\d])?", text))
    return isinstance(found, IPv4Address) or not found.is_link_local


def printable(text: str) -> str:
    """A name as it may be shown: one short line without control signs."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable())[:LONGEST_NAME]


def _scope(scopes: Sequence[str], what: str) -> str:
    mark = f"onvif://www.onvif.org/{what}/"
    return next((unquote(each[len(mark) :]) for each in scopes if each.lower().startswith(mark)), "")


def _written(scheme: str, host: str, port: int, usual_port: int) -> str:
    where = f"[{host}]" if ":" in host else host
    return f"{scheme}://{where}" + ("" if usual_port in (0, port) else f":{port}")
