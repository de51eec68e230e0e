"""Cameras over HTTP: how name and password are said, and that errors hold neither."""

from urllib.parse import urlsplit

import httpx
import pytest

from backfocus.control.http import Http
from backfocus.control.polled import NoAnswerError
from backfocus.errors import LensError

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
