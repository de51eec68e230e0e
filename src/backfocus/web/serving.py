"""The server: where it listens, what it is called, the addresses it prints, and the key of its cookies."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import segno
from starlette.types import ASGIApp

from ..control.discovery.own_address import EVERYWHERE, own_address
from ..errors import UsageError
from ..session.database import make_private_folder
from .app import make_app
from .callers import Callers, Limits
from .connections import BACKLOG, UNREAD_BYTES, PageServer
from .guard import LOOPBACK, Guard
from .logs import Fault, name_of
from .session_host import SessionHost
from .tokens import TOKEN_S, Tokens

Says = Callable[[str], None]


class Door:
    """Who may come in from the local network: prints an address and QR code, another when one is spent."""

    def __init__(self, tokens: Tokens, host: str, port: int, say: Says) -> None:
        self._tokens = tokens
        self._host, self._port = host, port
        self._say = say
        self._renewal: threading.Timer | None = None

    def address(self, page: str = "/") -> str:
        """A new address that opens one of the pages, once."""
        return f"http://{url_host(self._host)}:{self._port}{page}?token={self._tokens.issue(time.time())}"

    def announce(self) -> None:
        """Print a new address on a line of its own, and its QR code; again when it has expired."""
        address = self.address()
        self._say(f"{address}\n\n{qr_text(address)}")
        minutes = TOKEN_S / 60
        self._say(f"It opens the page for one phone, within {minutes:.0f} minutes; then another stands here.")
        self._later(TOKEN_S)

    def renew(self) -> None:
        """Print another address, soon and elsewhere: no page waits for a slow terminal."""
        self._later(0.0)

    def invite(self, page: str = "/") -> dict[str, str]:
        """An address and its QR code for one more viewer, to be shown on the page."""
        address = self.address(page)
        return {"address": address, "qr": segno.make(address, error="m").svg_data_uri(scale=6, border=2)}

    def close(self) -> None:
        """No further addresses."""
        if self._renewal is not None:
            self._renewal.cancel()

    def _later(self, wait_s: float) -> None:
        self.close()
        self._renewal = threading.Timer(wait_s, self.announce)
        self._renewal.daemon = True
        self._renewal.start()


def serve(
    session_host: SessionHost,
    *,
    port: int,
    lan: bool,
    store_address: str | None,
    say: Says,
    key_file: Path | None = None,
    limits: Limits | None = None,
    fault: Fault = name_of,
) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    limits : Limits | None
        How many may be connected, and how long they may be silent; others in tests.
    fault : callable
        Words on stderr for unexpected errors.

    Raises
    ------
    UsageError
        If the port is taken or may not be used.
    """
    listening = listen(EVERYWHERE if lan else "127.0.0.1", port)
    callers = Callers(limits or Limits())
    port = listening.getsockname()[1]
    if not lan:
        app = make_app(session_host, store_address=store_address)
        say(f"http://127.0.0.1:{port}/")
        say("for a phone: add --lan")
        PageServer(app, callers, fault).run([listening])
        return
    tokens = Tokens(kept_key(key_file) if key_file else secrets.token_bytes(32))
    door = Door(tokens, own_address(), port, say)

    def guard(app: ASGIApp) -> ASGIApp:
        return Guard(app, names=LOOPBACK | own_names(), tokens=tokens, used=door.renew, at_hand=True)

    door.announce()
    say(f"on this machine: http://127.0.0.1:{port}/")
    try:
        app = make_app(session_host, store_address=store_address, invite=door.invite, guard=guard)
        PageServer(app, callers, fault).run([listening])
    finally:
        door.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; any free port for 0. UsageError if it cannot be had."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD_BYTES)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        words = error.strerror if isinstance(error, OSError) else "no such port"
        raise UsageError(f"port {port}: {words}: choose another with --port") from None
    return listening


def kept_key(file: Path) -> bytes:
    """The key that signs cookies, made at first: phones stay known when the server is started again."""
    try:
        key = file.read_bytes()
        if len(key) >= 32:
            return key
    except OSError:
        pass
    key = secrets.token_bytes(32)
    try:
        make_private_folder(file.parent)
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(key)
    except OSError:
        pass  # phones then have to be let in again after a restart
    return key


def own_names() -> frozenset[str]:
    """What this machine is called on its network."""
    name = socket.gethostname().lower()
    return frozenset({name, f"{name.split('.')[0]}.local"})


def url_host(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def qr_text(address: str) -> str:
    """A QR code in half-height blocks, dark on light as readers expect, for a terminal."""
    rows = [[bool(cell) for cell in row] for row in segno.make(address, error="l").matrix_iter(border=2)]
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    blocks = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    pairs = zip(rows[0::2], rows[1::2], strict=True)
    return "\n".join("".join(blocks[top, low] for top, low in zip(*pair, strict=True)) for pair in pairs)
