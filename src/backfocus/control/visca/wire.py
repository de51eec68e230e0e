"""Wires: datagrams, a stream, a serial line; and one thread that keeps a conversation going."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from ..exchanges import tell_packet
from ..serial_line import open_line
from .talk import Talk
from .visca import packets

SLICE_S = 0.02
"""Longest wait for bytes before it is looked whether there is something to say."""
CONNECT_S = 5.0


class Wire(Protocol):
    """Carries packets to a camera and back."""

    def send(self, data: bytes) -> None:
        """Send one packet; raises OSError."""
        ...

    def receive(self) -> list[bytes]:
        """The packets that came within a slice of time; raises OSError where the link is cut."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class Datagrams:
    """UDP to one host."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(SLICE_S)
        try:
            self._socket.connect((host, port))
        except OSError:
            self._socket.close()
            raise

    def send(self, data: bytes) -> None:
        """One datagram; that nobody listened to the one before says nothing of this one."""
        try:
            self._socket.send(data)
        except ConnectionRefusedError:
            self._socket.send(data)

    def receive(self) -> list[bytes]:
        """One datagram, or none."""
        try:
            return [self._socket.recv(2048)]
        except (TimeoutError, ConnectionRefusedError):
            return []

    def close(self) -> None:
        """Let go."""
        self._socket.close()


class Stream:
    """TCP to one host."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), CONNECT_S)
        self._socket.settimeout(SLICE_S)
        self._rest = b""

    def send(self, data: bytes) -> None:
        """All bytes of a packet."""
        self._socket.sendall(data)

    def receive(self) -> list[bytes]:
        """The whole packets that came."""
        try:
            data = self._socket.recv(2048)
        except TimeoutError:
            return []
        if not data:
            raise ConnectionError("the camera has closed the connection")
        whole, self._rest = packets(self._rest + data)
        return whole

    def close(self) -> None:
        """Let go."""
        self._socket.close()


class Serial:
    """RS-232 or RS-422 through pyserial, 9600 baud as cameras are set when they leave the factory."""

    def __init__(self, path: str, baud: int = 9600) -> None:
        self._line: Any = open_line(path, baud, SLICE_S)
        self._rest = b""

    def send(self, data: bytes) -> None:
        """All bytes of a packet."""
        self._line.write(data)

    def receive(self) -> list[bytes]:
        """The whole packets that came."""
        whole, self._rest = packets(self._rest + self._line.read(64))
        return whole

    def close(self) -> None:
        """Let go."""
        self._line.close()


class Conversation:
    """A thread that carries a talk over a wire until it is closed.

    `changed` guards the talk, and is told of whatever came.
    """

    def __init__(
        self, talk: Talk, make: Callable[[], Wire], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.talk, self.changed, self.clock = talk, threading.Condition(), clock
        self._wire = make()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="visca", daemon=True)
        self._thread.start()

    def wait(self, done: Callable[[Talk], bool], longest_s: float) -> bool:
        """Wait until something is so; False where it did not come to that, or the camera is lost."""
        with self.changed:
            self.changed.wait_for(lambda: done(self.talk) or bool(self.talk.lost), longest_s)
            return done(self.talk)

    def close(self) -> None:
        """End the thread and let go of the wire."""
        self._stop.set()
        self._thread.join(1.0)
        self._wire.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._once()
            except OSError as fault:
                with self.changed:
                    self.talk.lost = fault.strerror or str(fault)
            with self.changed:
                self.changed.notify_all()
                if self.talk.lost:
                    return

    def _once(self) -> None:
        with self.changed:
            data = self.talk.due(self.clock())
        if data is not None:
            self._wire.send(data)
            tell_packet("visca", self.talk.packet_in(data))
        for packet in self._wire.receive():
            tell_packet("visca", None, self.talk.packet_in(packet))
            with self.changed:
                self.talk.received(packet, self.clock())
