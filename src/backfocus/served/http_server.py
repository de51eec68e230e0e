"""HTTP of a network camera: pictures as MJPEG, and whatever faces it has for those who drive its lens."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from .faults import Luck
from .h264 import H264, Stream, mpeg_ts
from .login import Guard
from .virtual_camera import VirtualCamera

PATH = "/video.mjpg"
TS_PATH = "/video.ts"
SNAPSHOT_PATH = "/snapshot.jpg"
ONVIF = "/onvif/"
"""What stands below this path looks at names and passwords itself."""
BOUNDARY = "picture"
LONGEST_BODY = 1 << 20
"""Bytes of a question; a longer one is none of these protocols."""
SILENT_S = 30.0
"""A caller who says nothing, or takes nothing, for so long has gone."""


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

    @property
    def arguments(self) -> Mapping[str, str]:
        """What stands in the query, and in the form that some clients post instead, as whatever type."""
        return {**self.query, **dict(parse_qsl(self.body.decode("latin-1"), keep_blank_values=True))}


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
        self,
        host: str,
        port: int,
        camera: VirtualCamera,
        luck: Luck,
        faces: Sequence[Face] = (),
        *,
        video: H264 | None = None,
        guard: Guard | None = None,
    ) -> None:
        self.camera, self.luck, self.faces = camera, luck, faces
        self.video, self.guard = video, guard
        super().__init__((host, port), _Answering)


class _Answering(BaseHTTPRequestHandler):
    """One caller."""

    server: HttpServer
    protocol_version = "HTTP/1.1"
    timeout = SILENT_S
    disable_nagle_algorithm = True  # else head and body of an answer wait for each other

    def do_GET(self) -> None:
        """Pictures until the caller goes, one picture, or an answer."""
        path = _parted(self.path).path
        if self._is_stranger(path):
            self._tell(self._stranger())
        elif path == PATH:
            self._stream(
                f"multipart/x-mixed-replace; boundary={BOUNDARY}", _parts(self.server.camera.jpegs())
            )
        elif path == TS_PATH and self.server.video is not None:
            self._stream("video/mp2t", mpeg_ts(self.server.video.packets()))
        elif path == SNAPSHOT_PATH:
            self._tell(Answer(next(self.server.camera.jpegs(), b""), "image/jpeg"))
        else:
            self._answer(b"")

    def do_POST(self) -> None:
        """An answer to what was sent with it."""
        length = self.headers.get("Content-Length", "0")
        if not re.fullmatch(r"\d{1,9}", length) or int(length) > LONGEST_BODY:
            self.close_connection = True
            self._tell(Answer(b"the question is too long\n", code=413))
            return
        body = self.rfile.read(int(length))
        if self._is_stranger(_parted(self.path).path):
            self._tell(self._stranger())
        else:
            self._answer(body)

    do_PUT = do_POST  # noqa: N815  the name that is looked for

    def _answer(self, body: bytes) -> None:
        parts = _parted(self.path)
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

    def _is_stranger(self, path: str) -> bool:
        """Whether a password is missing; in SOAP it is in the document, so ONVIF looks itself."""
        guard = self.server.guard
        if guard is None or path.startswith(ONVIF):
            return False
        return not guard.lets_in(self.headers.get("Authorization", ""), self.command)

    def _stranger(self) -> Answer:
        challenge = self.server.guard.challenge if self.server.guard else ""
        return Answer(b"name and password are needed\n", code=401, headers={"WWW-Authenticate": challenge})

    def _stream(self, kind: str, parts: Stream[bytes]) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        with suppress(OSError), closing(parts):
            for part in parts:
                self.wfile.write(part)

    def _tell(self, said: Answer) -> None:
        self.send_response(said.code)
        self.send_header("Content-Type", said.kind)
        self.send_header("Content-Length", str(len(said.body)))
        for name, value in said.headers.items():
            self.send_header(name, value)
        with suppress(OSError):  # the caller may have gone
            self.end_headers()
            self.wfile.write(said.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name of the one it stands for
        """Nothing: what is asked for may hold a password."""


def _parted(target: str) -> SplitResult:
    """What is asked for, taken apart; as an empty path where that cannot be done."""
    try:
        return urlsplit(target)
    except ValueError:
        return urlsplit("")


def _parts(pictures: Iterator[bytes]) -> Stream[bytes]:
    """Pictures as the parts of a document that does not end."""
    for picture in pictures:
        head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
        yield head.encode("ascii") + picture + b"\r\n"
