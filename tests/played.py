"""A recording of `devices --record` played back: a camera on this machine that gives the recorded answers.

Each question gets what it got when it was recorded, in that order; the last answer is given
again. What was not asked then is not answered.
"""

import socketserver
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from backfocus.control.exchanges import Said
from backfocus.control.recorder import read, without_login
from backfocus.control.visca import visca
from backfocus.control.visca.visca import Kind, Message
from backfocus.served.pty_line import pty_line


class Answers:
    """What was said to each question, in its order."""

    def __init__(self, said: tuple[Said, ...]) -> None:
        self._by_question: dict[tuple[str, str], deque[Said]] = defaultdict(deque)
        self._lock = threading.Lock()
        for each in said:
            self._by_question[each.asked, each.body].append(each)

    def to(self, asked: str, body: str = "") -> Said | None:
        with self._lock:
            left = self._by_question.get((asked, body))
            if not left:
                return None
            return left.popleft() if len(left) > 1 else left[0]

    def packets(self, asked: bytes) -> list[bytes]:
        said = self.to(asked.hex(" "))
        return [bytes.fromhex(each) for each in said.answers] if said else []


@contextmanager
def played(text: str) -> Iterator[str]:
    """The address at which a recording answers."""
    scheme, said = read(text)
    scheme, mark, query = scheme.partition("?")
    answers = Answers(said)
    if scheme == "l10+serial":
        with pty_line(lambda data, say: [say(each) for each in answers.packets(data)] and None) as path:
            yield f"{scheme}://{path}{mark}{query}"
        return
    server = _visca(answers) if scheme == "visca" else _http(answers)
    with server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}{mark}{query}"
        server.shutdown()


def _visca(answers: Answers) -> socketserver.BaseServer:
    class Answering(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, socket = self.request
            message = visca.read_message(data)
            assert message is not None
            if message.kind == Kind.CONTROL:
                answer = Message(Kind.CONTROL_REPLY, message.sequence, b"\x01")
                socket.sendto(visca.message_bytes(answer), self.client_address)
                return
            for packet in answers.packets(message.payload):
                answer = Message(Kind.REPLY, message.sequence, packet)
                socket.sendto(visca.message_bytes(answer), self.client_address)

    return socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answering)


def _http(answers: Answers) -> socketserver.BaseServer:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            said = answers.to(f"{self.command} {self.path}", without_login(body))
            text = said.answers[0].encode() if said and said.answers else b""
            self.send_response(said.code if said else 404)
            self.send_header("Content-Type", said.kind if said else "text/plain")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_PUT = do_GET  # noqa: N815

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Answering)
