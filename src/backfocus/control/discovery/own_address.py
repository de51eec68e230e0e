"""What another machine writes to reach this one."""

import socket

EVERYWHERE = "0.0.0.0"
"""The host of a server that listens on every network of this machine; nobody reaches it by that."""
ELSEWHERE = ("192.0.2.1", 9)
"""A host that is on no network of anybody."""


def own_address(other: tuple[str, int] = ELSEWHERE) -> str:
    """The address at which another machine sees this one; the loopback where there is no way to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        try:
            way.connect(other)  # sends nothing: only asks which way it would go
            return str(way.getsockname()[0])
        except OSError:
            return "127.0.0.1"
