"""Pictures over RTSP: over the connection itself, or over UDP."""

import secrets
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from urllib.parse import urlsplit

from .h264 import H264, is_report, parameter_sets, rtp
from .login import Guard
from .rtsp import (
    METHODS,
    RtspAnswer,
    RtspRequest,
    Transport,
    answer_bytes,
    description,
    interleaved,
    read_request,
    read_transport,
)

VIDEO_PATH = "/video"
LONGEST_LINE, LONGEST_BODY = 4096, 1 << 16
TRIES = 20
"""Pairs of UDP ports that are tried for one that is free."""


class RtspServer(socketserver.ThreadingTCPServer):
    """One stream, at `VIDEO_PATH`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, video: H264, fps: float, guard: Guard | None = None) -> None:
        self.video, self.fps, self.guard = video, fps, guard
        super().__init__((host, port), _Viewer)


class _Viewer(socketserver.StreamRequestHandler):
    """One who watches, for as long as the connection stands."""

    server: RtspServer
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Nothing is asked for yet."""
        super().setup()
        self._session = secrets.token_hex(8)
        self._transport: Transport | None = None
        self._sockets: tuple[socket.socket, ...] = ()
        self._gone = threading.Event()
        self._sending = threading.Lock()
        self._playing = False

    def handle(self) -> None:
        """Answer until the viewer goes."""
        try:
            while not self._gone.is_set() and (head := self._head()) is not None:
                asked = read_request(head)
                if asked is not None:
                    self.rfile.read(min(asked.length, LONGEST_BODY))
                self._send(answer_bytes(asked, self._answer(asked)))
                if asked is not None and asked.method == "PLAY" and self._playing:
                    threading.Thread(target=self._play, daemon=True).start()
        except OSError:
            return

    def finish(self) -> None:
        """Let go."""
        self._gone.set()
        for each in self._sockets:
            each.close()
        super().finish()

    def _head(self) -> bytes | None:
        """The lines of a question; what the viewer reports of the pictures in between is left aside."""
        lines: list[bytes] = []
        while True:
            if not lines and self.rfile.peek(1)[:1] == b"$":  # type: ignore[attr-defined]
                self.rfile.read(int.from_bytes(self.rfile.read(4)[2:], "big"))
                continue
            line = self.rfile.readline(LONGEST_LINE)
            if not line or len(lines) > 64:
                return None
            if line.strip():
                lines.append(line)
            elif lines:
                return b"".join(lines)

    def _answer(self, asked: RtspRequest | None) -> RtspAnswer:
        if asked is None:
            return RtspAnswer(400)
        if asked.method == "OPTIONS":
            return RtspAnswer(headers={"Public": METHODS})
        guard = self.server.guard
        if guard is not None and not guard.lets_in(asked.headers.get("authorization", ""), asked.method):
            return RtspAnswer(401, {"WWW-Authenticate": guard.challenge})
        answers: dict[str, Callable[[RtspRequest], RtspAnswer]] = {
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._begin,
            "TEARDOWN": self._end,
            "GET_PARAMETER": self._alive,
            "SET_PARAMETER": self._alive,
        }
        answer = answers.get(asked.method)
        return RtspAnswer(501) if answer is None else answer(asked)

    def _describe(self, asked: RtspRequest) -> RtspAnswer:
        try:
            path = urlsplit(asked.url).path
        except ValueError:
            return RtspAnswer(400)
        if path.rstrip("/") != VIDEO_PATH:
            return RtspAnswer(404)
        with closing(self.server.video.packets()) as packets:
            key = next(packets, None)
        if key is None:
            return RtspAnswer(503)
        body = description(self.request.getsockname()[0], *parameter_sets(key), self.server.fps)
        return RtspAnswer(
            headers={"Content-Base": f"{asked.url.rstrip('/')}/", "Content-Type": "application/sdp"},
            body=body,
        )

    def _set_up(self, asked: RtspRequest) -> RtspAnswer:
        transport = read_transport(asked.headers.get("transport", ""))
        if transport is None:
            return RtspAnswer(461)
        if self._playing:
            return RtspAnswer(455)
        self._transport = transport
        pair = f"{transport.first}-{transport.second}"
        if transport.over_tcp:
            said = f"RTP/AVP/TCP;unicast;interleaved={pair}"
        else:
            self._sockets = _two_ports(self.request.getsockname()[0], self.request.family)
            ours = "-".join(f"{each.getsockname()[1]}" for each in self._sockets)
            said = f"RTP/AVP;unicast;client_port={pair};server_port={ours}"
        return RtspAnswer(headers={"Transport": said, "Session": f"{self._session};timeout=60"})

    def _begin(self, asked: RtspRequest) -> RtspAnswer:
        if self._transport is None:
            return RtspAnswer(455)
        self._playing = True
        return self._alive(asked)

    def _end(self, asked: RtspRequest) -> RtspAnswer:
        self._gone.set()
        return self._alive(asked)

    def _alive(self, asked: RtspRequest) -> RtspAnswer:
        return RtspAnswer(headers={"Session": self._session})

    def _send(self, data: bytes) -> None:
        with self._sending:
            self.request.sendall(data)

    def _play(self) -> None:
        """Pictures until the viewer goes."""
        with suppress(OSError), closing(rtp(self.server.video.packets())) as packets:
            for packet in packets:
                if self._gone.is_set():
                    return
                self._deliver(packet)

    def _deliver(self, packet: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        number = int(is_report(packet))
        to = (transport.first, transport.second)[number]
        if transport.over_tcp:
            self._send(interleaved(to, packet))
        else:
            self._sockets[number].sendto(packet, (self.client_address[0], to))


def _two_ports(host: str, family: int) -> tuple[socket.socket, socket.socket]:
    """Two UDP sockets at an even port and the next, as RTP has them; raises OSError."""
    for _ in range(TRIES):
        first, second = (socket.socket(family, socket.SOCK_DGRAM) for _ in range(2))
        try:
            first.bind((host, 0))
            port = first.getsockname()[1]
            if port % 2 == 0:
                second.bind((host, port + 1))
                return first, second
        except OSError:
            pass
        first.close()
        second.close()
    raise OSError("no two UDP ports are free")
