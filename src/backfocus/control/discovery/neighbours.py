"""Asks the local network who is there. Nothing here is done unless a person asked for it."""

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from ...errors import LensUnreachable
from .discovery import GROUP, PORT, SERVICES, TYPES, Neighbour, announced, matches, probe

SLICE_S = 0.1


def onvif(wait_s: float, to: tuple[str, int] = (GROUP, PORT), most: int | None = None) -> Iterator[Neighbour]:
    """Cameras that answer ONVIF's probe within `wait_s`, each once; it ends early after `most`.

    Raises LensUnreachable where this machine has no network.
    """
    seen: set[str] = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        asking.settimeout(SLICE_S)
        try:
            for what in TYPES:
                asking.sendto(probe(str(uuid.uuid4()), what), to)
        except OSError as fault:
            raise LensUnreachable(f"the network cannot be asked: {fault.strerror or fault}") from None
        end_s = time.monotonic() + wait_s
        while time.monotonic() < end_s and (most is None or len(seen) < most):
            try:
                found = matches(asking.recv(65535))
            except (TimeoutError, ConnectionRefusedError):
                continue
            for each in found:
                if each.address not in seen:
                    seen.add(each.address)
                    yield each


def announced_services(
    wait_s: float, interfaces: Any = None, most: int | None = None
) -> tuple[Neighbour, ...]:
    """What devices announce by zeroconf (Bonjour) within `wait_s`; it ends early after `most`.

    Raises LensUnreachable where the extra is missing, or this machine has no network.
    """
    try:
        import zeroconf
    except ImportError:
        raise LensUnreachable(
            "announced services are heard with zeroconf: pip install 'backfocus[discovery]'"
        ) from None
    try:
        net = zeroconf.Zeroconf() if interfaces is None else zeroconf.Zeroconf(interfaces=interfaces)
    except OSError as fault:
        raise LensUnreachable(f"the network cannot be heard: {fault.strerror or fault}") from None
    heard = _Heard()
    listener: Any = heard
    types = [f"{each}.local." for each in SERVICES]
    try:
        zeroconf.ServiceBrowser(net, types, listener)
        heard.wait(wait_s, most)
    finally:
        net.close()
    return heard.found


class _Heard:
    """Takes in what the browser hears, in its thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._found: dict[str, Neighbour] = {}

    @property
    def found(self) -> tuple[Neighbour, ...]:
        with self._changed:
            return tuple(self._found.values())

    def wait(self, longest_s: float, most: int | None) -> None:
        with self._changed:
            self._changed.wait_for(lambda: most is not None and len(self._found) >= most, longest_s)

    def add_service(self, net: Any, kind: str, name: str) -> None:
        info = net.get_service_info(kind, name)
        if info is None:
            return
        service = kind.removesuffix(".local.")
        called = name.removesuffix(f".{kind}")
        found = announced(service, called, info.parsed_addresses(), info.port or 0)
        if found is not None:
            with self._changed:
                self._found[found.address] = found
                self._changed.notify_all()

    def update_service(self, net: Any, kind: str, name: str) -> None:
        self.add_service(net, kind, name)

    def remove_service(self, net: Any, kind: str, name: str) -> None:
        """What has gone is left in the list: it was there a moment ago."""
