"""Raw sockets, as somebody opens them who is no browser: half requests, endless ones, and none at all."""

import base64
import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 60.0
"""How long anything may take on however busy a machine."""
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def connect(address: str, source: str = "127.0.0.1") -> socket.socket:
    """A connection to the server of an address, from another address of this machine's loopback if wanted."""
    parts = urlsplit(address)
    line = socket.create_connection((parts.hostname, parts.port), PATIENCE_S, (source, 0))
    line.settimeout(PATIENCE_S)
    return line


def head(address: str, *lines: str, path: str = "/", method: str = "GET") -> bytes:
    """The head of a request, with a right Host."""
    asked = [f"{method} {path} HTTP/1.1", f"host: {urlsplit(address).netloc}", *lines, "", ""]
    return "\r\n".join(asked).encode("latin-1")


def all_of(line: socket.socket) -> bytes:
    """Everything until the other side closes; it fails where that takes longer than patience."""
    found = b""
    with suppress(ConnectionError):  # closed with something of ours unread
        while part := line.recv(1 << 16):
            found += part
    return found


def answer(line: socket.socket, *, head_only: bool = False) -> bytes:
    """One answer with a length: head and body, or the head alone."""
    found = b""
    while b"\r\n\r\n" not in found:
        part = line.recv(1 << 16)
        if not part:
            return found
        found += part
    start, _, body = found.partition(b"\r\n\r\n")
    lengths = [int(each[15:]) for each in start.lower().split(b"\r\n") if each.startswith(b"content-length:")]
    while lengths and not head_only and len(body) < lengths[0]:
        part = line.recv(1 << 16)
        if not part:
            break
        body += part
    return start + b"\r\n\r\n" + body


def ask(address: str, request: bytes) -> tuple[int, bytes, float]:
    """Send a request, read all of the answer: status (0: closed without one), answer, seconds."""
    with connect(address) as line:
        begun_s = time.perf_counter()
        with suppress(ConnectionError):
            line.sendall(request)
        found = answer(line, head_only=request.startswith(b"HEAD "))
        spent_s = time.perf_counter() - begun_s
    return int(found.split(b" ", 2)[1]) if found.startswith(b"HTTP/") else 0, found, spent_s


def get(address: str, path: str = "/", *lines: str) -> tuple[int, bytes, float]:
    """`ask` for a page."""
    return ask(address, head(address, *lines, path=path))


def is_closed(line: socket.socket) -> bool:
    """Whether the other side closed it meanwhile; what it said before is passed over."""
    line.setblocking(False)
    try:
        while line.recv(1 << 16):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    finally:
        line.settimeout(PATIENCE_S)


class Frames:
    """A WebSocket, a frame at a time."""

    def __init__(self, address: str, *lines: str, source: str = "127.0.0.1") -> None:
        self.line = connect(address, source)
        key = base64.b64encode(os.urandom(16)).decode()
        opening = ("connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13")
        self.line.sendall(head(address, *opening, f"sec-websocket-key: {key}", *lines, path="/live"))
        self._unread = b""
        while b"\r\n\r\n" not in self._unread:
            part = self.line.recv(1 << 16)
            if not part:
                break
            self._unread += part
        self.opened, _, self._unread = self._unread.partition(b"\r\n\r\n")

    @property
    def is_open(self) -> bool:
        """Whether the server took it."""
        return self.opened.startswith(b"HTTP/1.1 101")

    def frame(self, kind: int, data: bytes, *, last: bool = True) -> None:
        """Send one frame."""
        self.line.sendall(frame(kind, data, last=last))

    def say(self, message: Any) -> None:
        """Send one message, as JSON unless it is text already."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.frame(TEXT, text.encode())

    def next(self) -> tuple[int, bytes]:
        """The next frame: kind and data; CLOSE with nothing where the line was cut."""
        try:
            first, second = self._take(2)
            length = second & 127
            if length > 125:
                length = int.from_bytes(self._take(2 if length == 126 else 8), "big")
            return first & 15, self._take(length)
        except ConnectionError:
            return CLOSE, b""

    def heard(self) -> dict[str, Any] | None:
        """The next message in words, each picture and message answered as a page does; None: closed."""
        while True:
            kind, data = self.next()
            if kind == CLOSE:
                return None
            if kind == PING:
                self.frame(PONG, data)
            if kind == BINARY:
                size = int.from_bytes(data[:4], "big")
                self.say({"do": "seen", "number": json.loads(data[4 : 4 + size])["number"]})
            if kind == TEXT:
                plain = json.loads(data)
                if "number" in plain:
                    self.say({"do": "seen", "number": plain["number"]})
                assert isinstance(plain, dict)
                return plain

    def until(self, key: str) -> Any:
        """What the next message with this key says; None: closed."""
        while (plain := self.heard()) is not None:
            if key in plain:
                return plain[key]
        return None

    def until_closed(self) -> int:
        """Read to the end; the code it was closed with, 0 without one."""
        while True:
            kind, data = self.next()
            if kind == CLOSE:
                return int.from_bytes(data[:2], "big")

    def _take(self, count: int) -> bytes:
        while len(self._unread) < count:
            part = self.line.recv(1 << 16)
            if not part:
                raise ConnectionResetError
            self._unread += part
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken


def frame(kind: int, data: bytes, *, last: bool = True) -> bytes:
    """A frame as a client sends it; a mask of zeros leaves the data as it is."""
    size = len(data)
    length = (
        bytes([128 | size])
        if size < 126
        else bytes([254]) + struct.pack(">H", size)
        if size < 1 << 16
        else bytes([255]) + struct.pack(">Q", size)
    )
    return bytes([kind | (128 if last else 0)]) + length + bytes(4) + data


@contextmanager
def crowd(
    address: str, count: int, begin: bytes = b"", source: str = "127.0.0.1"
) -> Iterator[list[socket.socket]]:
    """So many connections that have each sent this, and say no more."""
    lines: list[socket.socket] = []
    try:
        for _ in range(count):
            line = connect(address, source)
            lines.append(line)
            with suppress(ConnectionError):
                line.sendall(begin)
        yield lines
    finally:
        for line in lines:
            line.close()
