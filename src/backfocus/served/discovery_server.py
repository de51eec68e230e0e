"""Answers the probe of programs that look for cameras; runs only where that is asked for."""

import contextlib
import socket
import socketserver
import uuid
from typing import Any

from ..control.discovery.discovery import GROUP, TYPES
from ..control.discovery.own_address import EVERYWHERE, own_address
from ..control.onvif.soap import Message, Node, NotSoapError, envelope, inner, node, read
from .onvif_device import PATHS, SCOPES

ACTION = "http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches"
ANYONE = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"


def answer_to(probe: bytes, device: str, address: str) -> bytes | None:
    """The answer to a probe: WS-Discovery of April 2005, 5.3; None where this camera is not looked for.

    Parameters
    ----------
    device : str
        The camera's UUID.
    address : str
        Of its device service.
    """
    try:
        message = read(probe)
    except NotSoapError:
        return None
    if message.name != "Probe" or not _is_meant(message):
        return None
    match = node(
        "wsd:ProbeMatch",
        node("wsa:EndpointReference", node("wsa:Address", f"urn:uuid:{device}")),
        node("wsd:Types", " ".join(TYPES)),
        node("wsd:Scopes", " ".join(SCOPES)),
        node("wsd:XAddrs", address),
        node("wsd:MetadataVersion", 1),
    )
    header = (
        node("wsa:MessageID", f"urn:uuid:{uuid.uuid4()}"),
        node("wsa:RelatesTo", inner(message.header, "MessageID") or ""),
        node("wsa:To", ANYONE),
        node("wsa:Action", ACTION),
    )
    return envelope(Node("wsd:ProbeMatches", (match,)), *header)


def _is_meant(message: Message) -> bool:
    """Whether all types and scopes that are looked for are this camera's."""
    ours = {name.partition(":")[2] for name in TYPES}
    types = {name.rpartition(":")[2] for name in (inner(message.body, "Types") or "").split()}
    scopes = (inner(message.body, "Scopes") or "").split()
    return types <= ours and all(any(own.startswith(each) for own in SCOPES) for each in scopes)


class DiscoveryServer(socketserver.ThreadingUDPServer):
    """Listens to the group of WS-Discovery, on the network that the camera listens on.

    Parameters
    ----------
    host : str
        As the camera's.
    port : int
        3702, or another for a test.
    http_port : int
        Of the camera's services.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, http_port: int) -> None:
        self._host, self._http_port = host, http_port
        self._device = str(uuid.uuid4())
        super().__init__(("", port), socketserver.BaseRequestHandler)
        member = socket.inet_aton(GROUP) + socket.inet_aton(host)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """One probe."""
        data, answering = request
        with contextlib.suppress(OSError):  # the one who asked may have gone
            host = own_address(client_address) if self._host == EVERYWHERE else self._host
            said = answer_to(data, self._device, f"http://{host}:{self._http_port}{PATHS['tds']}")
            if said is not None:
                answering.sendto(said, client_address)
