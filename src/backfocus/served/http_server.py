"""HTTP of a network camera: pictures as MJPEG, and whatever faces it has for those who drive its lens."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .faults import Luck
from .virtual_camera import VirtualCamera

PATH = "/video.mjpg"
SNAPSHOT_PATH = "/snapshot.jpg"
BOUNDARY = "picture"
LONGEST_BODY = 1 << 20
"""Bytes of a question; a longer one is none of these protocols."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question: `path` without its query, and the query's last value by name.

    `refused`: it is to be refused as busy, in the words of its protocol.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to it."""

    body: bytes
    kind: str = "text/plain; charset=utf-8"
    code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


ELSEWHERE = Answer(f"The virtual camera of backfocus: pictures are at {PATH}\n".encode(), code=404)

Face = Callable[[Request], Answer | None]
"""A protocol of the camera: its answer, or None for a path that is not its own."""


class HttpServer(ThreadingHTTPServer):
    """MJPEG at `PATH`, then the faces in their order; anything else says where the pictures are."""

    daemon_threads = True

    def __init__(
        self, host: str, port: int, camera: VirtualCamera, luck: Luck, faces: Sequence[Face] = ()
    ) -> None:
        self.camera, self.luck, self.faces = camera, luck, faces
        super().__init__((host, port), _Answering)


class _Answering(BaseHTTPRequestHandler):
    """One caller."""

    server: HttpServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else head and body of an answer wait for each other

    def do_GET(self) -> None:
        """Pictures until the caller goes, one picture, or an answer."""
        path = urlsplit(self.path).path
        if path == PATH:
            self._stream()
        elif path == SNAPSHOT_PATH:
            self._tell(Answer(next(self.server.camera.jpegs(), b""), "image/jpeg"))
        else:
            self._answer(b"")

    def do_POST(self) -> None:
        """An answer to what was sent with it."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            self.close_connection = True
            self._tell(Answer(b"the question is too long\n", code=413))
            return
        self._answer(self.rfile.read(int(length)))

    do_PUT = do_POST  # noqa: N815  the name that is looked for

    def _answer(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        fate = self.server.luck.fate(self.server.camera.now_s(), is_command=True)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Request(self.command, parts.path, query, headers, body, fate.refused is not None)
        said = next((said for face in self.server.faces if (said := face(asked)) is not None), ELSEWHERE)
        if not fate.answered:
            self.close_connection = True
            return
        time.sleep(fate.late_s)
        self._tell(said)

    def _stream(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        try:
            for picture in self.server.camera.jpegs():
                head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                self.wfile.write(head.encode("ascii") + picture + b"\r\n")
        except OSError:
            return

    def _tell(self, said: Answer) -> None:
        self.send_response(said.code)
        self.send_header("Content-Type", said.kind)
        self.send_header("Content-Length", str(len(said.body)))
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name of the one it stands for
        """Nothing: what is asked for may hold a password."""
