"""Anybody who can reach the port, with raw sockets against the real server: nobody keeps it from the others.

Every test ends with a page and a WebSocket that answer, and with no traceback on stderr.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.web.conftest import OPTICS, Served, open_wall, serving, until
from tests.web.strangers import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    Frames,
    all_of,
    answer,
    ask,
    connect,
    crowd,
    frame,
    get,
    head,
    is_closed,
)

from backfocus.web.callers import Limits
from backfocus.web.guard import Guard
from backfocus.web.live import MOST_OF_ONE
from backfocus.web.messages import Choice
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost
from backfocus.web.tokens import COOKIE, Tokens

AT_ONCE_S = 3.0
"""An answer of milliseconds, on however busy a machine; what is mended here took 6 seconds or more."""
SHORT = Limits(say_s=0.5, take_s=0.5)
CAMERA = Choice("address", "rtsp://cam/1", OPTICS)
QUADRATIC = 'a="' + '\\"' * 7500 + '"'
"""15 kB, every quote of which sends `http.cookies` of Python 3.11 to the end of the rest."""


@dataclass
class Page:
    """A page that is served, and what lets in somebody who may come in."""

    served: Served
    tokens: Tokens | None
    lines_open: ExitStack

    @property
    def address(self) -> str:
        return self.served.address

    def lines(self) -> tuple[str, ...]:
        """What a browser with a cookie sends along."""
        return () if self.tokens is None else (f"cookie: {COOKIE}={self.tokens.give(time.time())}",)

    def frames(self, *lines: str) -> Frames:
        """A WebSocket, closed with the test."""
        opened = Frames(self.address, *lines)
        self.lines_open.callback(opened.line.close)
        return opened

    def viewer(self, *lines: str) -> Frames:
        """An open page that said hello."""
        page = self.frames(*(lines or self.lines()))
        assert page.is_open
        page.say({"do": "hello"})
        return page

    def is_well(self) -> bool:
        """Whether somebody who may come in is answered, on a page and on a WebSocket."""
        status, _, spent_s = get(self.address, "/", *self.lines())
        begun_s = time.monotonic()
        viewer = self.viewer()
        meter = viewer.until("meter")
        viewer.line.close()
        return status == 200 and meter is not None and max(spent_s, time.monotonic() - begun_s) < AT_ONCE_S


Opens = Callable[..., Page]


@pytest.fixture
def page_for(serve: Callable[..., Served], tmp_path: Path) -> Iterator[Opens]:
    """Serve a page with other limits: on the loopback, or to the network with a cookie."""
    hosts: list[SessionHost] = []
    lines_open = ExitStack()

    def start(limits: Limits | None = None, *, lan: bool = False, buffer_bytes: int = 0, **door: Any) -> Page:
        store = str(tmp_path / "store.db")
        hosts.append(SessionHost(store, Given(), opens=open_wall))
        tokens = Tokens(b"k" * 32) if lan else None
        if lan:
            door = {"guard": lambda app: Guard(app, tokens=tokens)}
        return Page(serve(hosts[-1], store, limits, buffer_bytes, **door), tokens, lines_open)

    yield start
    lines_open.close()
    for host in hosts:
        host.close()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Page]]:
    """Pages that stand while stranger after stranger comes: usual or short limits, with a token or not."""
    made: dict[tuple[Limits, bool], Page] = {}
    with serving() as serve:

        def page(limits: Limits, lan: bool) -> Page:
            if (limits, lan) not in made:
                store = str(tmp_path_factory.mktemp("page") / "store.db")
                tokens = Tokens(b"k" * 32) if lan else None
                door = {"guard": lambda app: Guard(app, tokens=tokens)} if lan else {}
                host = SessionHost(store, Given(), opens=open_wall)
                made[limits, lan] = Page(serve(host, store, limits, **door), tokens, ExitStack())
            return made[limits, lan]

        yield page
        for each in made.values():
            each.served.host.close()


@pytest.fixture
def public(standing: Callable[..., Page]) -> Iterator[Opens]:
    """A page that others have called before, and which must be none the worse for that."""
    used: list[Page] = []

    def open_page(limits: Limits | None = None, *, lan: bool = False) -> Page:
        used.append(standing(limits or Limits(), lan))
        return used[-1]

    yield open_page
    for page in used:
        page.lines_open.close()
        page.served.host.leave()


@pytest.fixture(autouse=True)
def no_traceback(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    said = capfd.readouterr().err
    assert "Traceback" not in said
    assert all(line.startswith("backfocus: page: ") for line in said.splitlines()), said


# One request ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lan", [False, True], ids=["loopback", "lan"])
@pytest.mark.parametrize("path", ["/", "/api/papers", "/live"])
def test_a_long_cookie_is_read_at_once(public: Opens, lan: bool, path: str) -> None:
    page = public(lan=lan)
    assert sum(get(page.address, path, f"cookie: {QUADRATIC}")[2] for _ in range(8)) < AT_ONCE_S
    opening = ("connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13")
    key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="
    begun_s = time.monotonic()
    with connect(page.address) as line:
        line.sendall(head(page.address, *opening, key, f"cookie: {QUADRATIC[:7000]}", path=path))
        answer(line)
    assert time.monotonic() - begun_s < AT_ONCE_S
    assert page.is_well()


@pytest.mark.parametrize("lan", [False, True], ids=["loopback", "lan"])
def test_our_cookie_is_found_beside_others(public: Opens, lan: bool) -> None:
    page = public(lan=lan)
    others = "; ".join([f"cookie: x={'y' * 3000}", f'{COOKIE}=made-up; {COOKIE}=""; z', *page.lines()])
    assert get(page.address, "/", others.replace("; cookie:", ";"))[0] == 200


HEADS = {
    "a cookie of 32 kB": ["cookie: " + 'a="' + '\\"' * 16000],
    "a header of 200 kB": ["x: " + "y" * 200_000],
    "many headers": ["a: b"] * 200,
    "very many short headers": ["a:"] * 20_000,
    "many cookies": ["cookie: a=b"] * 100,
    "many connection options": ["connection: " + "," * 12_000],
}


@pytest.mark.parametrize("name", HEADS)
def test_what_is_too_large_is_refused_before_it_is_read(public: Opens, name: str) -> None:
    page = public()
    status, found, spent_s = get(page.address, "/", *HEADS[name])
    assert spent_s < AT_ONCE_S
    # closed without an answer, where that much was still on its way
    assert status in (0, 400, 431) or (name == "many connection options" and status == 200), found
    assert page.is_well()


@pytest.mark.parametrize(
    "query", ["?" + "a" * 9000, "?" + "&" * 9000, "?token=" + "%41" * 3000, "/" + "%2e" * 3000]
)
def test_a_long_address_is_refused(public: Opens, query: str) -> None:
    page = public(lan=True)
    status, _, spent_s = get(page.address, "/" + query.removeprefix("/"))
    assert status in (400, 414)
    assert spent_s < AT_ONCE_S


@pytest.mark.parametrize("fields", ["&" * 7000, "token=x&" * 800, "token=%" * 900, "token=" + "%F0" * 2000])
def test_a_query_full_of_fields_opens_nothing(public: Opens, fields: str) -> None:
    page = public(lan=True)
    status, _, spent_s = get(page.address, f"/?{fields}")
    assert status == 403
    assert spent_s < AT_ONCE_S


BODIES = {
    "length": (["content-length: 70000"], b""),
    "small length": (["content-length: 5"], b""),
    "length of 18 digits": (["content-length: " + "9" * 18], b""),
    "length of 5000 digits": (["content-length: " + "9" * 5000], b""),
    "length of other digits": (["content-length: ²"], b""),
    "negative length": (["content-length: -1"], b""),
    "two lengths": (["content-length: 0", "content-length: 5"], b""),
    "chunked": (["transfer-encoding: chunked"], b"5\r\nhello\r\n0\r\n\r\n"),
    "chunks that are none": (["transfer-encoding: chunked"], b"zz\r\n"),
    "a chunk of 5000 digits": (["transfer-encoding: chunked"], b"f" * 5000 + b"\r\n"),
    "length and chunked": (["content-length: 0", "transfer-encoding: chunked"], b"0\r\n\r\n"),
    "expected": (["content-length: 9", "expect: 100-continue"], b""),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", BODIES)
def test_no_body_is_read(public: Opens, name: str, method: str) -> None:
    page = public()
    lines, body = BODIES[name]
    with connect(page.address) as line:
        with suppress(ConnectionError):
            line.sendall(head(page.address, *lines, method=method) + body)
        assert all_of(line).split(b" ", 2)[1] in (b"400", b"413")
    assert page.is_well()


METHODS = ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PRI", "get", "A" * 3000]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/", "*", "/live", "/static/main.js", "http://evil.example/"])
def test_other_methods_do_nothing(public: Opens, method: str, path: str) -> None:
    page = public()
    status, found, _ = ask(page.address, head(page.address, method=method, path=path))
    allowed = {200} if method == "HEAD" and path in ("/", "/static/main.js") else {400, 404, 405}
    assert status in allowed
    assert method != "HEAD" or found.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "path",
    [
        "/api/sessions/" + "9" * 25,
        "/api/sessions/" + "9" * 5000,
        "/api/sessions/-1",
        "/api/sessions/0",
        "/api/sessions/1e3",
        "/api/sessions/%D9%A1",
        "/api/sessions/1/pictures/" + "9" * 30 + ".png",
        "/api/sessions/1/pictures/-1.png",
        "/report/" + "9" * 25 + ".pdf",
        "/report/" + "9" * 25 + ".html",
        "/report/" + "9" * 25 + ".json",
        "/chart.pdf?distance_m=nan",
        "/chart.pdf?distance_m=inf",
        "/chart.pdf?distance_m=1e999",
        "/chart.pdf?distance_m=" + "9" * 5000,
        "/chart.pdf?paper=" + "9" * 9 + "x1",
        "/chart.pdf?paper=%00",
        "/static/%00",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/static/%252e%252e/app.py",
        "//etc/passwd",
        "/static/" + "a" * 900,
        "/%ff%fe",
    ],
)
def test_no_number_and_no_path_in_an_address_is_too_much(public: Opens, path: str) -> None:
    page = public()
    status, found, spent_s = get(page.address, path)
    assert status in (400, 404, 422)
    assert len(found) < 1000, "what was asked for is not sent back"
    assert spent_s < AT_ONCE_S


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:80;script-src *",
        "evil@127.0.0.1",
        "127.0.0.1/..",
        "127.0.0.1:80:80",
        "127.0.0.1:999999",
        "[::1",
        "[" + ":" * 3000 + "]",
        "a" * 10_000,
        "127.0.0.1\t",
        "１２７.0.0.1".encode().decode("latin-1"),
        "",
    ],
)
def test_a_host_that_is_none_is_not_ours(public: Opens, host: str) -> None:
    page = public()
    request = f"GET / HTTP/1.1\r\nhost: {host}\r\n\r\n".encode("latin-1")
    status, found, _ = ask(page.address, request)
    assert (status == 200) == (host.strip() == "127.0.0.1")
    assert b"script-src *" not in found


def test_who_calls_is_not_told_by_what_it_sends(public: Opens) -> None:
    page = public()
    status, _, spent_s = get(page.address, "/", "x-forwarded-for: " + ",".join(["1.2.3.4"] * 1000))
    assert status == 200
    assert spent_s < AT_ONCE_S


# No request -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lan", [False, True], ids=["loopback", "lan"])
@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\nhost: 127", b"GET", b"\r\n"])
def test_three_hundred_silent_connections_crowd_out_nobody(page_for: Opens, lan: bool, begin: bytes) -> None:
    page = page_for(lan=lan)
    watching = page.viewer()
    assert watching.until("meter") is not None
    with crowd(page.address, 300, begin) as lines:
        assert page.is_well()
        page.served.host.look(CAMERA)
        assert watching.until("checks"), "who was there before still sees the picture"
        assert sum(not is_closed(line) for line in lines) <= Limits().unknown
    assert page.is_well()


def test_who_has_spoken_is_heard_in_the_thick_of_a_crowd(page_for: Opens) -> None:
    holding, go_on = threading.Event(), threading.Event()

    def with_a_hold(app: ASGIApp) -> ASGIApp:
        async def held(scope: Scope, receive: Receive, send: Send) -> None:
            if scope.get("path") == "/hold":
                holding.set()
                go_on.wait(60.0)  # the whole server waits, as when it is busy
            await app(scope, receive, send)

        return Guard(held)

    page = page_for(guard=with_a_hold)
    with ExitStack() as stack:
        stack.enter_context(crowd(page.address, 1, head(page.address, path="/hold")))
        assert holding.wait(60.0)
        # all these queue up, and are taken as fast as they can be
        stack.enter_context(crowd(page.address, 60))
        ours = stack.enter_context(connect(page.address))
        ours.sendall(head(page.address))
        stack.enter_context(crowd(page.address, 300))
        go_on.set()
        assert answer(ours).startswith(b"HTTP/1.1 200")


def test_strangers_without_a_token_who_ask_crowd_out_nobody(page_for: Opens) -> None:
    page = page_for(Limits(unknown=8, known=8), lan=True)
    with (
        crowd(page.address, 50, head(page.address)),
        crowd(page.address, 50, head(page.address, path="/live")),
    ):
        assert page.is_well()


def test_one_address_cannot_crowd_out_another(page_for: Opens) -> None:
    page = page_for(Limits(unknown=8))
    whole = head(page.address)
    with ExitStack() as stack:
        slow = stack.enter_context(connect(page.address))
        slow.sendall(whole[:20])
        try:
            stack.enter_context(crowd(page.address, 50, b"GET", source="127.0.0.2"))
        except OSError:
            pytest.skip("this machine's loopback has one address only")
        slow.sendall(whole[20:])
        assert answer(slow).startswith(b"HTTP/1.1 200")


def dribble(lines: list[socket.socket], what: bytes) -> None:
    """Send a letter on each connection again and again until all of them are closed."""
    places = dict.fromkeys(range(len(lines)), 0)
    nap = threading.Event()
    end_s = time.monotonic() + 30.0
    while places:
        assert time.monotonic() < end_s, "slow requests are waited for without end"
        for index in tuple(places):
            try:
                if is_closed(lines[index]):
                    raise ConnectionResetError
                lines[index].send(what[places[index] : places[index] + 1])
                places[index] = min(places[index] + 1, len(what) - 1)
            except ConnectionError:
                del places[index]
        nap.wait(0.02)


@pytest.mark.parametrize("first", [b"", b"whole"], ids=["first-request", "second-request"])
def test_a_request_that_comes_in_letters_is_not_waited_for(page_for: Opens, first: bytes) -> None:
    page = page_for(SHORT)
    start = head(page.address) if first else b""
    with crowd(page.address, 20, start) as lines:
        for line in lines:
            assert not first or answer(line).startswith(b"HTTP/1.1 200")
        dribble(lines, b"GET / HTTP/1.1\r\nx: " + b"y" * 10_000)
        assert page.is_well()


def test_who_says_nothing_is_not_waited_for(page_for: Opens) -> None:
    page = page_for(SHORT)
    with crowd(page.address, 5) as silent, crowd(page.address, 5, head(page.address)) as served:
        for line in (*silent, *served):
            all_of(line)  # until it is closed


def test_a_websocket_without_a_hello_is_not_waited_for(page_for: Opens) -> None:
    page = page_for(SHORT, lan=True)
    silent = page.frames(*page.lines())
    assert silent.is_open
    silent.frame(PING, b"x")  # which is no hello
    silent.until_closed()
    assert page.is_well()


def test_a_page_that_said_hello_may_be_silent(page_for: Opens) -> None:
    page = page_for(SHORT)
    viewer = page.viewer()
    assert viewer.until("meter") is not None
    with connect(page.address) as silent:
        all_of(silent)  # closed: as much time has passed
    page.served.host.look(CAMERA)
    assert viewer.until("checks")


@pytest.mark.parametrize(
    "lines",
    [
        ["content-length: 5"],
        ["x: " + "y" * 9000],
        ["a: b"] * 200,
        ["sec-websocket-protocol: " + "," * 5000],
        ["sec-websocket-extensions: " + "a;" * 3000],
        ["sec-websocket-key: again"],
        ["upgrade: websocket"],
    ],
)
def test_what_cannot_become_a_websocket_is_closed(public: Opens, lines: list[str]) -> None:
    page = public(SHORT)
    socket_ = page.frames(*lines)
    if socket_.is_open:  # odd, and harmless
        socket_.until_closed()
    else:
        with suppress(ConnectionError):
            socket_.line.sendall(b"x" * 100)
        all_of(socket_.line)
    assert page.is_well()


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\0" * 100_000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET\r\n\r\n",
        b"\n" * 100_000,
        b" \r\n" * 10_000,
        b"GET / HTTP/1.1\r\nhost : 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n folded: yes\r\n\r\n",
    ],
)
def test_what_is_no_http_is_closed(public: Opens, noise: bytes) -> None:
    page = public(SHORT)
    with connect(page.address) as line:
        with suppress(ConnectionError):
            line.sendall(noise)
        all_of(line)
    assert page.is_well()


def test_requests_in_one_piece_are_answered_in_turn_and_noise_after_them_ends_it(public: Opens) -> None:
    page = public(SHORT)
    with connect(page.address) as line:
        line.sendall(head(page.address, path="/api/papers") * 5 + b"\0noise\r\n\r\n")
        assert all_of(line).count(b"HTTP/1.1 200") == 5


# Answers that nobody takes ----------------------------------------------------------------------------------


def narrow(address: str) -> socket.socket:
    """A connection that takes a few kB at most while nobody reads."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(60.0)
    host, port = address.removeprefix("http://").split(":")
    line.connect((host, int(port)))
    return line


def is_cut(line: socket.socket) -> bool:
    """Whether nobody is there to send to any more; what was sent before still waits to be read."""
    try:
        line.send(b"x")
    except ConnectionError:
        return True
    return False


def test_who_takes_no_answer_is_cut_off(page_for: Opens) -> None:
    page = page_for(SHORT, buffer_bytes=4096)
    with narrow(page.address) as line:
        line.sendall(head(page.address, path="/static/page.css"))
        until(lambda: is_cut(line), "cut off")
    assert page.is_well()


def test_a_viewer_who_takes_no_pictures_is_cut_off_though_it_says_it_has_seen_them(page_for: Opens) -> None:
    page = page_for(SHORT, buffer_bytes=4096)
    honest = page.viewer()
    liar = page.viewer()
    liar.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    while (honest.until("controls") or {}).get("viewers") != 2:
        pass
    page.served.host.look(CAMERA)
    end_s = time.monotonic() + 30.0
    viewers = 2
    while viewers == 2:
        assert time.monotonic() < end_s, "pictures pile up for somebody who takes none"
        with suppress(ConnectionError):
            liar.say({"do": "seen", "number": 10**15})
        viewers = (honest.heard() or {}).get("controls", {}).get("viewers", viewers)
    assert page.is_well()


def test_pings_whose_answers_nobody_takes_end_the_line(page_for: Opens) -> None:
    page = page_for(buffer_bytes=4096)
    pinging = page.viewer()
    pinging.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    many = frame(PING, b"x" * 125) * 1000

    def send_much() -> None:
        for _ in range(200):  # 26 MB, far more than may wait
            pinging.line.sendall(many)

    with pytest.raises(ConnectionError):
        send_much()
    assert page.is_well()


# On the WebSocket -------------------------------------------------------------------------------------------

NONSENSE = [
    '{"do":"seen","number":' + "9" * 4000 + "}",
    '{"do":"seen","number":' + "9" * 8000 + "}",
    '{"do":"seen","number":1e308}',
    '{"do":"seen","number":-1}',
    '{"do":"seen","number":"7"}',
    '{"do":"seen"}',
    '{"do":"turn","ring":"focus","by":' + "9" * 400 + "}",
    '{"do":"turn","ring":"focus","by":1e999}',
    '{"do":"turn","ring":"focus","by":NaN}',
    '{"do":"turn","ring":"focus","by":-Infinity}',
    '{"do":"turn","ring":"focus","by":true}',
    '{"do":"look","kind":"address","name":"rtsp://h/","options":{"pixel_um":' + "9" * 4000 + "}}",
    '{"do":"look","kind":"practice","name":"' + "9" * 1900 + '"}',
    '{"do":"look","kind":"address","name":"rtsp://h/","options":{"pixel_um":5,"f_number":"'
    + "9" * 400
    + '"}}',
    '{"do":"look","kind":"address","name":"rtsp://h/","options":{"pixel_um":5,"f_number":"1e999"}}',
    '{"do":"look","kind":"address","name":"rtsp://h/","options":{"shims":"' + "9" * 400 + '"}}',
    '{"do":"look","kind":"address","name":"rtsp://h/","options":{"shims":"nan"}}',
    '{"do":"look","kind":"address","name":"rtsp://h/","options":{"colour":"red"}}',
    '{"do":"look","kind":"address","name":"rtsp://["}',
    '{"do":"look","kind":"address","name":"sim://["}',
    '{"do":"look","kind":"address","name":"sim://?seed=' + "9" * 1900 + '"}',
    '{"do":"look","kind":"address","name":"sim://?size=99999x99999"}',
    '{"do":"look","kind":"address","name":"sim://?fps=nan"}',
    '{"do":"look","kind":"address","name":"rtsp://h:' + "9" * 1900 + '/"}',
    "[" * 8000,
    '{"do":' * 1300,
    '{"do":["begin"]}',
    '{"do":{}}',
    '{"do":"shutdown"}',
    '{"do":"note","name":"operator","value":"\\ud800"}',
    '{"do":"note","name":"operator","value":"a\\u0000b"}',
    '{"do":"note","name":"operator","value":' + "9" * 4000 + "}",
    "null",
    "0",
    "",
    "x" * 30_000,
]


def test_nonsense_is_refused_in_words_and_the_line_stays(public: Opens) -> None:
    page = public()
    viewer = page.viewer()
    for text in NONSENSE:
        viewer.say(text)
        words = viewer.until("refused")
        assert words, f"the line was closed by {text[:80]}"
        assert len(words) < 400, "what was sent is not sent back"
    viewer.frame(BINARY, b"\x80\x81")
    assert "text" in viewer.until("refused")
    viewer.say({"do": "look", "kind": "address", "name": "rtsp://cam/1"})
    assert viewer.until("checks"), "and it does what it is told"


FRAMES = {
    "not UTF-8": frame(TEXT, b"\xff\xfe"),
    "half a letter": frame(TEXT, "µ".encode()[:1]),
    "too long": frame(TEXT, b"x" * 40_000),
    "a length of 63 bits": bytes([0x81, 0xFF]) + b"\x7f" * 8,
    "no mask": bytes([0x81, 0x01]) + b"x",
    "a reserved kind": frame(3, b""),
    "a long ping": frame(PING, b"x" * 200),
    "a piece of nothing": frame(0, b"x"),
    "endless pieces": frame(TEXT, b"", last=False) + frame(0, b"", last=False) * 1000,
    "a close that is no reason": frame(CLOSE, b"\x03\xe8\xff\xfe"),
    "a close of one byte": frame(CLOSE, b"x"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_that_are_none_end_the_line(public: Opens, name: str) -> None:
    page = public()
    viewer = page.viewer()
    viewer.line.sendall(FRAMES[name])
    viewer.until_closed()
    assert page.is_well()


@pytest.mark.parametrize("first", ["", "null", '{"do":"begin"}', '{"do":"seen","number":1}', "x" * 20_000])
def test_a_line_that_does_not_begin_with_hello_is_closed(public: Opens, first: str) -> None:
    page = public()
    line = page.frames()
    line.say(first)
    assert line.until_closed() == 1008
    assert page.is_well()


def test_a_flood_of_messages_keeps_nobody_waiting(page_for: Opens) -> None:
    page = page_for()
    flooding = page.viewer()
    over = threading.Event()
    many = frame(TEXT, b'{"do":"seen","number":1}') * 500

    def flood() -> None:
        with suppress(OSError):
            while not over.is_set():
                flooding.line.sendall(many)

    thread = threading.Thread(target=flood, daemon=True)
    thread.start()
    try:
        assert all(page.is_well() for _ in range(3))
    finally:
        over.set()
        flooding.line.close()
        thread.join(30.0)


def test_with_one_cookie_so_many_pages_and_the_newest_stays(page_for: Opens) -> None:
    page = page_for(lan=True)
    lines, others = page.lines(), page.lines()
    other = page.viewer(*others)
    pages = [page.viewer(*lines) for _ in range(MOST_OF_ONE)]
    assert all(each.until("controls") for each in pages)
    newest = page.viewer(*lines)
    assert newest.until("controls")
    assert pages[0].until_closed() == 1013
    page.served.host.look(CAMERA)
    for each in (newest, other, *pages[1:]):
        assert each.until("checks"), "everybody else stays"
