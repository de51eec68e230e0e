"""Answers over HTTP that are none, as each driver tells them."""

from urllib.parse import urlsplit

import httpx
import pytest

from backfocus.control.http.http import Http
from backfocus.control.http.http_lens import demand_ok
from backfocus.errors import LensError


@pytest.mark.parametrize(
    ("scheme", "to", "todo"),
    [
        ("vapix", "https://camera.test/a", r"write vapix\+https://"),
        ("vapix", "http://other.test/a", "look at host and port"),
        ("vapix", "/login.html", "look at host and port"),
        ("vapix+https", "https://other.test/a", "look at host and port"),
    ],
)
def test_a_redirect_is_not_followed_and_its_cure_fits(scheme: str, to: str, todo: str) -> None:
    heard: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        heard.append(request.url.host)
        return httpx.Response(302, headers={"Location": to})

    http = Http(urlsplit(f"{scheme}://camera.test"), "offered", httpx.MockTransport(elsewhere))
    with pytest.raises(LensError, match=todo):
        demand_ok(http, http.ask("/a"))
    assert heard == ["camera.test"]
