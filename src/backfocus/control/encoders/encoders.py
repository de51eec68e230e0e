"""Encoders on a lens that hands turn: they tell where zoom and focus stand, and obey nobody.

Satisfies `Hands` by shape, so that the loop asks it for each picture where the rings stood.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from ...errors import LensUnreachable, UsageError
from ...guide.events import Event
from ...guide.hands import Heard
from ...measure.reading import RingPosition
from ...redaction import shown
from ..query import NUMBER, asked_for
from . import freed, opentrackio

FRESH_S = 1.0
"""What was last told so long ago says nothing of now."""
SLICE_S = 0.2
EXAMPLES = "freed://:40000 or opentrackio://:55555"

Read = Callable[[bytes], RingPosition | None]


class Encoders:
    """What was last told over UDP.

    Parameters
    ----------
    listening : socket
        Bound; closed by `close`.
    read : callable
        What a datagram tells; None for nothing.
    clock : callable
        The time in seconds.
    """

    def __init__(
        self, listening: socket.socket, read: Read, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._socket, self._read, self._clock = listening, read, clock
        self._told: tuple[float, RingPosition] | None = None
        self._changed, self._closing = threading.Condition(), False
        listening.settimeout(SLICE_S)
        self._thread = threading.Thread(target=self._listen, name="encoders", daemon=True)
        self._thread.start()

    def hear(self, said: Heard, at_s: float) -> None:
        """Nothing: it does not turn anything."""

    def answers(self, at_s: float) -> tuple[Event, ...]:
        """Nothing."""
        return ()

    def position(self, at_s: float) -> RingPosition | None:
        """Where the rings stand now; None where nobody has told for a second."""
        with self._changed:
            if self._told is None or self._clock() - self._told[0] > FRESH_S:
                return None
            return self._told[1]

    def wait(self, longest_s: float) -> bool:
        """Wait until something was told; False where nothing came."""
        with self._changed:
            return self._changed.wait_for(lambda: self._told is not None, longest_s)

    def close(self) -> None:
        """Listen no more."""
        self._closing = True
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._closing:
            try:
                position = self._read(self._socket.recv(65535))
            except TimeoutError:
                continue
            except OSError:
                return
            if position is not None:
                with self._changed:
                    self._told = self._clock(), position
                    self._changed.notify_all()


@contextmanager
def open_encoders(address: str) -> Iterator[Encoders]:
    """The encoders at an address; the host is the one to listen on, and may be left out.

    `freed://:40000?camera=3` takes camera 3 alone, `opentrackio://:55555?source=2` listens to that source's
    multicast group; with a host it takes what is sent to that.

    Raises
    ------
    UsageError
        For an address that cannot be meant.
    LensUnreachable
        Where one cannot listen there.
    """
    host, port, group, read = _meant(address)
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        if group:
            joined = socket.inet_aton(group) + socket.inet_aton("0.0.0.0")
            listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
    except OSError as fault:
        listening.close()
        raise LensUnreachable(f"{shown(address)}: {fault.strerror or fault}: look at the address") from None
    encoders = Encoders(listening, read)
    try:
        yield encoders
    finally:
        encoders.close()


def check_encoders(address: str) -> None:
    """UsageError for an address that cannot be meant; opens nothing."""
    _meant(address)


def _meant(address: str) -> tuple[str, int, str, Read]:
    """Where to listen, the multicast group to join or "", and how to read what comes."""
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(f"{shown(address)} is not a valid address: check host and port") from None
    if scheme == "freed":
        camera = asked_for(parts, {"camera": NUMBER}).get("camera")
        wanted = None if camera is None else int(camera)
        return host, freed.PORT if port is None else port, "", lambda data: _freed(data, wanted)
    if scheme == "opentrackio":
        source = int(asked_for(parts, {"source": NUMBER}).get("source", "1"))
        group = "" if host else opentrackio.group(max(source, 1))
        return host, opentrackio.PORT if port is None else port, group, _opentrackio()
    raise UsageError(f"'{shown(address)}' names no encoders: write {EXAMPLES}")


def _freed(data: bytes, camera: int | None) -> RingPosition | None:
    told = freed.read_message(data)
    if told is None or camera not in (None, told.camera):
        return None
    return RingPosition(focus_steps=float(told.focus), zoom_steps=float(told.zoom))


def _opentrackio() -> Read:
    parts = opentrackio.Parts()

    def read(data: bytes) -> RingPosition | None:
        text = parts.take(data)
        lens = opentrackio.read_sample(text) if text is not None else None
        return None if lens is None else RingPosition(focus_steps=lens.focus, zoom_steps=lens.zoom)

    return read
