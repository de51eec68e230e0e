"""One viewer and several: the newest only, resumed after a drop, one holder of the controls."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import until

from backfocus.web.app import make_app
from backfocus.web.live import (
    DOZING_S,
    MOST_OF_ONE,
    MOST_VIEWERS,
    PICTURES_ON_THE_WAY,
    STATES_ON_THE_WAY,
    Viewer,
    gives_way,
)
from backfocus.web.messages import Choice
from backfocus.web.session_host import SessionHost

CAMERA = {
    "do": "look",
    "kind": "address",
    "name": "rtsp://cam/1",
    "options": {"pixel_um": 5, "f_number": "2"},
}


class Phone:
    """A page as the server knows it."""

    def __init__(self, socket: Any, viewer: str = "", *, watches: bool = False) -> None:
        self.socket = socket
        self.state: dict[str, Any] = {}
        self.pictures = 0
        self.refused = ""
        self.send(do="hello", viewer=viewer, watches=watches)
        self.read_until(lambda: "controls" in self.state)

    def send(self, **message: Any) -> None:
        self.socket.send_text(json.dumps(message))

    def read(self, *, answer: bool = True) -> int:
        message = self.socket.receive()
        if message.get("bytes") is not None:
            data = message["bytes"]
            head = json.loads(data[4 : 4 + int.from_bytes(data[:4], "big")])
            number, self.pictures = head["number"], self.pictures + 1
        else:
            plain = json.loads(message["text"])
            if "refused" in plain:
                self.refused = plain["refused"]
                return 0
            number = plain.pop("number")
            self.state |= plain
        if answer:
            self.send(do="seen", number=number)
        return int(number)

    def read_until(self, true: Any) -> None:
        for _ in range(2000):
            if true():
                return
            self.read()
        raise AssertionError("it never came")

    @property
    def mine(self) -> bool:
        return bool(self.state["controls"]["mine"])


@pytest.fixture
def opened(host: SessionHost) -> Iterator[Any]:
    from starlette.testclient import TestClient

    with TestClient(make_app(host), "http://127.0.0.1") as client, ExitStack() as stack:

        def phone(viewer: str = "", *, watches: bool = False) -> Phone:
            line = client.websocket_connect("/live", headers={"host": "127.0.0.1"})
            return Phone(stack.enter_context(line), viewer, watches=watches)

        yield phone


def test_a_viewer_sees_what_the_host_shows(opened: Any, host: SessionHost) -> None:
    phone = opened()
    assert phone.mine
    phone.send(**CAMERA)
    phone.read_until(lambda: phone.state["phase"]["phase"] == "looking" and phone.pictures)
    assert phone.state["checks"][0]["good"] is True
    phone.send(do="begin")
    phone.read_until(lambda: phone.state.get("words") and phone.state["words"]["title"])
    phone.read_until(lambda: phone.state["meter"].get("blur_um") is not None)


def test_a_page_that_watches_never_holds_the_controls_and_is_sent_no_pictures(
    opened: Any, host: SessionHost
) -> None:
    meter = opened(watches=True)
    assert not meter.mine
    for message in (CAMERA, {"do": "ask"}):
        meter.send(**message)
        meter.read_until(lambda: meter.refused)
        assert "only watches" in meter.refused
        meter.refused = ""
    phone = opened()
    assert phone.mine
    assert phone.state["controls"]["viewers"] == 1
    phone.send(**CAMERA)
    phone.read_until(lambda: phone.pictures > 1)
    meter.read_until(lambda: meter.state["phase"]["phase"] == "looking")
    assert meter.pictures == 0


def test_what_has_not_changed_is_not_sent_again(opened: Any, host: SessionHost) -> None:
    phone = opened()
    phone.send(**CAMERA)
    phone.read_until(lambda: phone.state["phase"]["phase"] == "looking")
    phone.state.clear()
    for _ in range(12):
        phone.read()
    assert "phase" not in phone.state
    assert "meter" in phone.state


def test_a_phone_that_does_not_answer_gets_no_queue_and_then_the_newest(
    opened: Any, host: SessionHost
) -> None:
    phone = opened()
    phone.send(**CAMERA)
    phone.read_until(lambda: phone.state["phase"]["phase"] == "looking" and phone.pictures)
    before = host.pictures
    until(lambda: host.pictures > before + 20)
    host.leave()
    # whatever was on the way is little; what follows is the state of now
    for _ in range(STATES_ON_THE_WAY + PICTURES_ON_THE_WAY + 1):
        phone.read()
        if phone.state["phase"]["phase"] == "setup":
            return
    raise AssertionError("old messages were queued up")


def test_the_second_viewer_looks_on_and_gets_the_controls_when_handed_over(opened: Any) -> None:
    first, second = opened(), opened()
    assert not second.mine
    second.send(**CAMERA)
    second.read_until(lambda: second.refused)
    assert "controls" in second.refused
    second.send(do="ask")
    first.read_until(lambda: first.state["controls"]["asked"])
    second.send(do="hand-over", yes=True)
    first.send(do="hand-over", yes=True)
    second.read_until(lambda: second.mine)
    first.read_until(lambda: not first.mine)


def test_a_reload_keeps_the_controls(host: SessionHost) -> None:
    from starlette.testclient import TestClient

    with TestClient(make_app(host), "http://127.0.0.1") as client:
        with client.websocket_connect("/live", headers={"host": "127.0.0.1"}) as socket:
            first = Phone(socket)
            name = first.state["controls"]["viewer"]
        with client.websocket_connect("/live", headers={"host": "127.0.0.1"}) as socket:
            assert Phone(socket, name).mine


@pytest.mark.parametrize(
    "text", ["", "null", "{", '{"do":"look","kind":"recording","name":"../../etc/passwd"}', "\u0000"]
)
def test_hostile_messages_are_refused_in_words_and_the_line_stays(opened: Any, text: str) -> None:
    phone = opened()
    phone.socket.send_text(text)
    phone.read_until(lambda: phone.refused)
    assert phone.state["phase"]["phase"] == "setup"


def test_ten_viewers_see_the_same(opened: Any, host: SessionHost) -> None:
    host.look(Choice("address", "rtsp://cam/1"))
    phones = [opened() for _ in range(10)]
    for phone in phones:
        phone.read_until(lambda phone=phone: phone.state["phase"]["phase"] == "looking" and phone.pictures)
    assert sum(phone.mine for phone in phones) == 1
    assert phones[0].state["controls"]["viewers"] <= 10


def test_pages_downloads_and_refusals(host: SessionHost, tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    store = str(tmp_path / "other.db")
    with TestClient(make_app(host, store_address=store), "http://127.0.0.1") as client:
        for path in ("/", "/results", "/chart", "/static/main.js", "/api/offers", "/api/sessions"):
            assert client.get(path).status_code == 200, path
        assert client.get("/chart.pdf", params={"paper": "A4"}).content.startswith(b"%PDF")
        assert (
            client.get("/chart.svg").text.startswith("<svg") or "<svg" in client.get("/chart.svg").text[:200]
        )
        assert client.get("/chart.pdf", params={"paper": "<b>"}).status_code == 400
        assert client.get("/report/99.html").status_code == 404
        for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/docs", "/openapi.json", "/.env"):
            assert client.get(path).status_code == 404, path


def viewer(heard_s: float, cookie: str = "", states: list[int] | None = None) -> Viewer:
    return Viewer(f"viewer {heard_s}", None, cookie, heard_s, states=states or [])  # type: ignore[arg-type]


def test_where_there_is_room_nobody_gives_way() -> None:
    viewers = [viewer(0.0, "other") for _ in range(MOST_VIEWERS - 1)]
    assert gives_way(viewers, viewer(100.0, "mine")) is None


def test_of_one_cookie_the_page_that_was_silent_longest_gives_way() -> None:
    viewers = [viewer(at_s, "mine") for at_s in range(1, MOST_OF_ONE + 1)] + [viewer(0.0, "other")]
    assert gives_way(viewers, viewer(100.0, "mine")) is viewers[0]
    assert gives_way(viewers, viewer(100.0, "third")) is None


def test_in_a_full_house_a_page_that_owes_an_answer_gives_way_and_else_the_newcomer() -> None:
    viewers = [viewer(100.0) for _ in range(MOST_VIEWERS - 2)]
    calm, dozing = viewer(0.0), viewer(100.0 - DOZING_S, states=[7])
    comes = viewer(100.0)
    assert gives_way([*viewers, calm, dozing], comes) is dozing, "nothing was asked of the calm one"
    assert gives_way([*viewers, calm, viewer(99.0, states=[7])], comes) is comes
