"""The door in a real browser: without, with a wrong, a spent or an expired token; and from another page."""

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import Served, Window, open_wall, shows

from backfocus.web.guard import Guard
from backfocus.web.messages import Choice
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost
from backfocus.web.tokens import COOKIE_S, TOKEN_S, Tokens

EVERYTHING = ("/", "/results", "/chart", "/static/main.js", "/static/star.svg", "/chart.svg", "/api/sessions")
KNOCK = """(address) => new Promise((tell) => {
  const socket = new WebSocket(address);
  socket.onopen = () => tell("in");
  socket.onerror = () => tell("refused");
})"""


@dataclass
class Locked:
    """A page that asks for a token, and the hands of its clock."""

    served: Served
    tokens: Tokens
    now_s: float = 1000.0

    def clock(self) -> float:
        return self.now_s

    def token(self) -> str:
        return f"{self.served.address}/?token={self.tokens.issue(self.now_s)}"


@pytest.fixture
def locked(serve: Callable[..., Served], tmp_path: Path) -> Locked:
    host = SessionHost(str(tmp_path / "store.db"), Given(), opens=open_wall)
    made = Locked(Served("", host), Tokens(b"k" * 32))
    made.served = serve(host, guard=lambda app: Guard(app, tokens=made.tokens, clock=made.clock), invite=dict)
    return made


def knock(seen: Window, locked: Locked) -> Any:
    return seen.page.evaluate(KNOCK, locked.served.address.replace("http", "ws") + "/live")


def is_shut(seen: Window, address: str) -> bool:
    answer = seen.page.goto(address)
    return bool(answer.status == 403 and "opens with the link" in seen.page.text_content("body"))


def test_without_a_token_a_browser_gets_nothing(locked: Locked, window: Callable[..., Window]) -> None:
    seen = window("about:blank")
    for path in EVERYTHING:
        assert is_shut(seen, locked.served.address + path), path
    assert is_shut(seen, locked.served.address + "/?token=wrong")
    assert knock(seen, locked) == "refused"
    assert seen.page.evaluate("document.images.length") == 0


def test_a_token_opens_the_page_for_one_browser_until_the_cookie_ends(
    locked: Locked, window: Callable[..., Window]
) -> None:
    address = locked.token()
    seen = window(address)
    seen.page.wait_for_selector("#practise:enabled")
    assert seen.page.url == locked.served.address + "/", "the token stays in no history"
    assert seen.page.evaluate("document.cookie") == "", "no script reads the cookie"
    assert knock(seen, locked) == "in"
    assert is_shut(window("about:blank"), address), "spent"
    locked.now_s += COOKIE_S
    locked.served.host.look(Choice("address", "rtsp://cam/1"))  # something to see, that is not shown any more
    seen.page.wait_for_selector("#line:not([hidden])")
    shows(seen.page, "document.querySelector('#line').textContent.includes('newest address')")
    assert seen.page.locator("#looking .live").is_hidden()
    assert is_shut(seen, locked.served.address)
    assert is_shut(seen, address), "spent and expired"


def test_a_token_that_was_not_used_in_time_opens_nothing(
    locked: Locked, window: Callable[..., Window]
) -> None:
    address = locked.token()
    locked.now_s += TOKEN_S
    assert is_shut(window("about:blank"), address)
    locked.now_s -= TOKEN_S
    assert is_shut(window("about:blank"), address), "reused after expiry"


def test_a_browser_on_the_machine_itself_needs_no_token(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    host = SessionHost(str(tmp_path / "store.db"), Given(), opens=open_wall)
    served = serve(host, guard=lambda app: Guard(app, tokens=Tokens(b"k" * 32), at_hand=True))
    seen = window(served.address + "/results")
    seen.page.wait_for_selector("h1")
    assert seen.page.url == served.address + "/results", "it leads on to what was asked for"
    seen.page.goto(served.address)
    seen.page.wait_for_selector("#practise:enabled")
    assert seen.page.evaluate("document.cookie") == "", "no script reads the cookie"
    assert seen.said == []


@pytest.fixture
def foreign() -> Iterator[str]:
    """The address of a page of somebody else on this machine."""

    class Blank(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title>")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


READ = """(address) => fetch(address, { credentials: "include" }).then(() => "read", () => "refused")"""
FRAME = """(address) => new Promise((tell) => {
  const image = new Image();
  image.onload = () => tell("shown");
  image.onerror = () => tell("refused");
  image.src = address + "/chart.svg";
})"""


def test_another_page_gets_no_socket_and_no_picture(
    locked: Locked, foreign: str, window: Callable[..., Window]
) -> None:
    seen = window(locked.token())
    seen.page.wait_for_selector("#practise:enabled")
    seen.page.goto(foreign)  # the same browser, with the cookie
    assert knock(seen, locked) == "refused"
    assert seen.page.evaluate(READ, locked.served.address + "/api/sessions") == "refused"
    assert seen.page.evaluate(FRAME, locked.served.address) == "refused"
