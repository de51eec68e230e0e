"""Cameras over HTTP: how name and password are said, and that errors hold neither."""

import itertools
import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import pytest

from backfocus.control.http.http import Http
from backfocus.control.polled import NoAnswerError, tried
from backfocus.errors import LensError, UsageError

ADDRESS = urlsplit("vapix://root:hunter2@camera.test")


def http(challenge: str, heard: list[str]) -> Http:
    """A camera that lets in the one who says a password as `challenge` wants it."""

    def answer(request: httpx.Request) -> httpx.Response:
        said = request.headers.get("authorization", "")
        heard.append(said.partition(" ")[0])
        if said.partition(" ")[0].lower() == challenge.partition(" ")[0].lower():
            return httpx.Response(200, text="ok")
        return httpx.Response(401, headers={"WWW-Authenticate": challenge})

    return Http(ADDRESS, "offered", httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("challenge", "heard"),
    [
        ('Digest realm="x", nonce="n", qop="auth"', ["", "Digest", "Digest"]),
        ('Basic realm="x"', ["", "Basic", "Basic"]),
    ],
)
def test_a_password_is_said_as_the_camera_asks_for_it_and_remembered(
    challenge: str, heard: list[str]
) -> None:
    said: list[str] = []
    camera = http(challenge, said)
    assert camera.ask("/a").text == "ok"
    assert camera.ask("/b").text == "ok"
    assert said == heard


def test_a_password_goes_in_the_clear_only_where_nothing_better_is_offered() -> None:
    said: list[str] = []
    camera = http('Bearer realm="x"', said)
    with pytest.raises(LensError, match="refuses name and password") as caught:
        camera.ask("/a")
    assert said == [""]
    assert "hunter2" not in str(caught.value)


def test_no_answer_may_be_asked_for_again() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot reach {request.url}")

    with pytest.raises(NoAnswerError) as caught:
        Http(ADDRESS, "offered", httpx.MockTransport(fail)).ask("/a")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="x", nonce="n", algorithm=ROT13',
        'Digest realm="x", nonce="n", qop="auth-int"',
        'Digest realm="x", nonce="n", qop="secret"',
        'Digest realm="x", nonce',
        "Digest realm=, nonce=",
        "Digest ",
    ],
)
def test_a_challenge_that_nobody_understands_is_an_error_in_words(challenge: str) -> None:
    with pytest.raises(LensError, match="in a way that is not known") as caught:
        http(challenge, []).ask("/a")
    assert "hunter2" not in str(caught.value)


def endless() -> Iterator[bytes]:
    while True:
        yield bytes(1 << 16)


@pytest.mark.parametrize(
    ("code", "head"),
    [(200, {}), (401, {"WWW-Authenticate": 'Digest realm="x", nonce="n"'})],
    ids=["answer", "refusal"],
)
def test_an_answer_without_an_end_is_none(code: int, head: dict[str, str]) -> None:
    def pour(request: httpx.Request) -> httpx.Response:
        return httpx.Response(code, headers=head, content=endless())

    with pytest.raises(NoAnswerError, match="does not end"):
        Http(ADDRESS, "offered", httpx.MockTransport(pour)).ask("/a")


def test_an_answer_without_an_end_is_asked_for_once() -> None:
    asked = []

    def pour(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=endless())

    camera = Http(ADDRESS, "offered", httpx.MockTransport(pour))
    with pytest.raises(NoAnswerError, match="does not end"):
        tried(lambda: camera.ask("/a"))
    assert len(asked) == 1, "each time takes as long: four times are most of a minute"


def test_an_answer_in_drops_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = itertools.count(0.0, 2.0)
    monkeypatch.setattr("backfocus.control.http.http.time", SimpleNamespace(monotonic=lambda: next(now_s)))

    def drip(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=itertools.repeat(b"."))

    with pytest.raises(NoAnswerError, match="does not end"):
        Http(ADDRESS, "offered", httpx.MockTransport(drip)).ask("/a")


DROPS, DROP_S = 400, 0.01


def drip_a_head(listening: socket.socket) -> None:
    """A head that comes byte by byte until the caller goes, or for four seconds."""
    caller, _ = listening.accept()
    with caller:
        caller.settimeout(DROP_S)
        caller.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(DROPS):
            try:
                caller.sendall(b".")
                caller.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                return


def test_a_head_in_drops_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backfocus.control.http.http.WHOLE_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = threading.Thread(target=drip_a_head, args=(listening,))
        dripping.start()
        camera = Http(urlsplit(f"vapix://127.0.0.1:{listening.getsockname()[1]}"))
        with pytest.raises(NoAnswerError, match="does not end"):
            camera.ask("/a")
        camera.close()
        dripping.join()


def test_a_packed_answer_that_nobody_asked_for_is_not_unpacked() -> None:
    def packed(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=iter([b"no gzip"]))

    with pytest.raises(NoAnswerError, match="compressed"):
        Http(ADDRESS, "offered", httpx.MockTransport(packed)).ask("/a")


def test_a_name_that_no_host_can_have_is_a_wrong_address() -> None:
    with pytest.raises(UsageError, match="not a valid address"):
        Http(urlsplit("vapix://hô st"))
