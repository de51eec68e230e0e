"""The door: host, origin, token, headers; in front of a bare app and in front of the real one."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from tests.clock import Clock

from backfocus.web.guard import Guard, host_is_ours, origin_is_ours, path_is_ours
from backfocus.web.tokens import COOKIE, COOKIE_S, Tokens

NAMES = frozenset({"localhost", "127.0.0.1", "::1", "cart.local"})


async def live(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("in")
    with suppress(WebSocketDisconnect):
        await socket.receive_text()
        await socket.send_text("still in")
        await socket.close()


async def secret(_request: object) -> PlainTextResponse:
    return PlainTextResponse("secret")


def bare() -> Starlette:
    routes = [
        Route("/", secret, methods=["GET", "HEAD", "POST"]),
        WebSocketRoute("/live", live),
        Mount("/static", app=secret_app),
    ]
    return Starlette(routes=routes)


async def secret_app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
    await PlainTextResponse("secret")(scope, receive, send)


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(b"k" * 32)


@pytest.fixture
def phone(tokens: Tokens, clock: Clock) -> Iterator[TestClient]:
    with TestClient(
        Guard(bare(), names=NAMES, tokens=tokens, clock=clock), "http://192.168.1.5:8080"
    ) as client:
        yield client


@pytest.fixture
def desktop() -> Iterator[TestClient]:
    with TestClient(Guard(bare(), names=NAMES), "http://localhost:8080") as client:
        yield client


PATHS = [
    "/",
    "/static/page.css",
    "/static/../../../etc/passwd",
    "/live",
    "/chart.pdf",
    "/api/sessions",
    "/nothing",
]


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_nothing_is_served(phone: TestClient, path: str) -> None:
    answer = phone.get(path)
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize("token", ["", "wrong", "a" * 5000, "%00", "é", "' or 1=1 --"])
def test_a_wrong_token_is_refused(phone: TestClient, token: str) -> None:
    assert phone.get("/", params={"token": token}).status_code == 403


def test_a_token_is_traded_for_a_strict_cookie_and_spent(
    phone: TestClient, tokens: Tokens, clock: Clock
) -> None:
    token = tokens.issue(clock())
    answer = phone.get("/", params={"token": token})
    assert answer.status_code == 200
    assert token not in answer.text, "the address the page leads on to has no token in it"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert phone.get("/").text == "secret"
    phone.cookies.clear()
    assert phone.get("/", params={"token": token}).status_code == 403


def test_a_token_opens_the_page_it_stands_behind(phone: TestClient, tokens: Tokens, clock: Clock) -> None:
    answer = phone.get(f"/meter?transparent&token={tokens.issue(clock())}")
    assert answer.status_code == 200
    assert 'url=/meter?transparent"' in answer.text


def test_a_token_reused_after_its_time_is_refused(phone: TestClient, tokens: Tokens, clock: Clock) -> None:
    token = tokens.issue(clock())
    clock.now_s += 3600.0
    assert phone.get("/", params={"token": token}).status_code == 403


def test_a_cookie_ends_too(phone: TestClient, tokens: Tokens, clock: Clock) -> None:
    phone.get("/", params={"token": tokens.issue(clock())})
    assert phone.get("/").status_code == 200
    clock.now_s += 24 * 3600.0
    assert phone.get("/").status_code == 403


def test_looking_ahead_does_not_spend_the_token(phone: TestClient, tokens: Tokens, clock: Clock) -> None:
    token = tokens.issue(clock())
    assert phone.get("/", params={"token": token}, headers={"sec-purpose": "prefetch"}).status_code == 403
    assert phone.head("/", params={"token": token}).status_code == 403
    assert phone.get("/", params={"token": token}).status_code == 200


def test_a_spent_token_calls_for_the_next(tokens: Tokens) -> None:
    calls: list[int] = []
    app = Guard(bare(), names=NAMES, tokens=tokens, used=lambda: calls.append(1), clock=lambda: 0.0)
    with TestClient(app, "http://192.168.1.5") as client:
        client.get("/", params={"token": tokens.issue(0.0)})
        client.get("/")
    assert calls == [1]


def refused_socket(client: TestClient, headers: dict[str, str] | None = None) -> bool:
    try:
        with client.websocket_connect("/live", headers=headers or {}) as socket:
            socket.receive_text()
    except WebSocketDisconnect:
        return True
    return False


def test_a_socket_needs_the_cookie(phone: TestClient, tokens: Tokens, clock: Clock) -> None:
    assert refused_socket(phone)
    phone.get("/", params={"token": tokens.issue(clock())})
    cookie = f"{COOKIE}={phone.cookies[COOKIE]}"
    # the test client sends cookies only to the scheme they came by
    assert not refused_socket(phone, {"cookie": cookie, "host": "192.168.1.5:8080"})


def test_an_open_socket_is_shut_when_the_cookie_ends(phone: TestClient, tokens: Tokens, clock: Clock) -> None:
    phone.get("/", params={"token": tokens.issue(clock())})
    headers = {"cookie": f"{COOKIE}={phone.cookies[COOKIE]}", "host": "192.168.1.5:8080"}
    with phone.websocket_connect("/live", headers=headers) as socket:
        assert socket.receive_text() == "in"
        clock.now_s += COOKIE_S
        socket.send_text("more")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://localhost:8081",
        "https://localhost",
        "http://localhost:8080.evil.example",
    ],
)
def test_a_foreign_origin_gets_no_socket(desktop: TestClient, origin: str) -> None:
    assert refused_socket(desktop, {"origin": origin, "host": "localhost:8080"})
    assert desktop.post("/", headers={"origin": origin}).status_code == 403


def test_our_own_origin_gets_one(desktop: TestClient) -> None:
    assert not refused_socket(desktop, {"origin": "http://localhost:8080", "host": "localhost:8080"})


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "[", "192.168.1.5:8080"]
)
def test_a_name_that_was_rebound_to_us_gets_nothing(desktop: TestClient, host: str) -> None:
    assert desktop.get("/", headers={"host": host}).status_code == 421
    assert refused_socket(desktop, {"host": host, "origin": f"http://{host}"})


HERE = ("127.0.0.1", 50000)


def at_hand(tokens: Tokens, clock: Clock, client: tuple[str, int], address: str) -> TestClient:
    app = Guard(bare(), names=NAMES, tokens=tokens, clock=clock, at_hand=True)
    return TestClient(app, address, client=client)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_whoever_started_it_comes_in_without_a_token(tokens: Tokens, clock: Clock, address: str) -> None:
    with at_hand(tokens, clock, HERE, address) as client:
        assert client.get("/live").status_code == 403, "only a page lets them in"
        answer = client.get("/")
        assert "samesite=strict" in answer.headers["set-cookie"].lower()
        assert "secret" not in answer.text, "a page that leads on"
        client.cookies.set(COOKIE, answer.cookies[COOKIE])
        assert client.get("/").text == "secret"


@pytest.mark.parametrize(
    ("client", "address", "headers"),
    [
        (("192.168.1.7", 50000), "http://127.0.0.1:8080", {}),
        (HERE, "http://192.168.1.5:8080", {}),
        (HERE, "http://cart.local:8080", {}),
        (HERE, "http://127.0.0.1:8080", {"x-forwarded-for": "192.168.1.7"}),
        (HERE, "http://127.0.0.1:8080", {"forwarded": "for=192.168.1.7"}),
        (HERE, "http://127.0.0.1:8080", {"via": "1.1 proxy"}),
        (HERE, "http://127.0.0.1:8080", {"purpose": "prefetch"}),
    ],
)
def test_nobody_else_does(
    tokens: Tokens, clock: Clock, client: tuple[str, int], address: str, headers: dict[str, str]
) -> None:
    with at_hand(tokens, clock, client, address) as stranger:
        answer = stranger.get("/", headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("site", "mode", "dest", "status"),
    [
        ("same-origin", "no-cors", "image", 200),
        ("none", "navigate", "document", 200),
        ("cross-site", "navigate", "document", 200),
        ("cross-site", "no-cors", "image", 403),
        ("same-site", "no-cors", "script", 403),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "cors", "empty", 403),
    ],
)
def test_a_page_of_another_port_makes_us_draw_nothing(
    desktop: TestClient, site: str, mode: str, dest: str, status: int
) -> None:
    headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
    assert desktop.get("/", headers=headers).status_code == status


def test_a_refusal_ends_the_connection(desktop: TestClient, phone: TestClient) -> None:
    assert phone.get("/").headers["connection"] == "close"
    assert desktop.get("/", headers={"host": "evil.example"}).headers["connection"] == "close"
    assert "connection" not in desktop.get("/").headers


def test_paths() -> None:
    assert path_is_ours("/api/sessions/12/pictures/3.png")
    assert path_is_ours("/static/page.css")
    for path in ("", "*", "http://evil.example/", "/a b", "/../x", "/\0", "/a\\b", "/é", "/a\n", "/a?b"):
        assert not path_is_ours(path), path


def test_hosts() -> None:
    assert host_is_ours("cart.local:8080", NAMES, addresses=True)
    assert host_is_ours("[::1]:8080", NAMES, addresses=False)
    assert host_is_ours("192.168.1.5", NAMES, addresses=True)
    assert not host_is_ours("192.168.1.5", NAMES, addresses=False)
    assert not host_is_ours("evil.example", NAMES, addresses=True)


def test_origins() -> None:
    assert origin_is_ours(None, "localhost:8080")
    assert not origin_is_ours("", "localhost:8080")
    assert not origin_is_ours("http://localhost", "localhost:8080")


def test_every_answer_carries_a_strict_policy(desktop: TestClient) -> None:
    for answer in (
        desktop.get("/"),
        desktop.get("/nothing"),
        desktop.get("/", headers={"host": "evil.example"}),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_long_bodies_are_refused(desktop: TestClient) -> None:
    assert desktop.post("/", content=b"x" * 70_000).status_code == 413
