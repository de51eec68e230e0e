"""Where a name and a password come from; pictures are asked for with them too."""

import base64
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from backfocus.control import login as module
from backfocus.control.login import PASSWORD, USER, login, with_login
from backfocus.errors import SourceError
from backfocus.session.rig import Rig


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (USER, PASSWORD):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module, "_from_keyring", lambda host, user: "")


def test_an_address_of_pictures_gets_what_the_environment_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_login("rtsp://192.0.2.1/s") == "rtsp://192.0.2.1/s"
    monkeypatch.setenv(USER, "ann")
    monkeypatch.setenv(PASSWORD, "p@ss/w:rd")
    found = urlsplit(with_login("rtsp://192.0.2.1:554/s?channel=1"))
    assert login(found) == ("ann", "p@ss/w:rd")
    assert (found.hostname, found.port, found.path, found.query) == ("192.0.2.1", 554, "/s", "channel=1")
    own = "rtsp://bob:other@192.0.2.1/s"
    assert with_login(own) == own
    for other in ("clip.mp4", "device:0", "sim://?zoom=4", "srt://192.0.2.1:9000", "C:\\clips\\a.mp4"):
        assert with_login(other) == other


def test_a_name_in_the_address_takes_its_password_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("192.0.2.1", "ann"): "secret"}
    monkeypatch.setattr(module, "_from_keyring", lambda host, user: kept.get((host, user), ""))
    assert with_login("http://ann@192.0.2.1/v.mjpg") == "http://ann:secret@192.0.2.1/v.mjpg"
    assert with_login("http://bob@192.0.2.1/v.mjpg") == "http://bob@192.0.2.1/v.mjpg"


@pytest.fixture
def camera() -> Iterator[SimpleNamespace]:
    """Asks for a password, notes what it is told, and has no pictures."""
    told = SimpleNamespace(said=[], address="")

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            told.said.append(self.headers.get("Authorization", ""))
            self.send_response(404 if told.said[-1] else 401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.address = f"http://127.0.0.1:{server.server_port}/v.mjpg"
        Thread(target=server.serve_forever, daemon=True).start()
        yield told
        server.shutdown()


def test_it_is_sent_to_the_camera_that_asks_and_never_shown(
    camera: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(USER, "ann")
    monkeypatch.setenv(PASSWORD, "p@ss/w:rd")
    with pytest.raises(SourceError) as refused:
        Rig(source=camera.address).pictures()
    assert "p@ss" not in str(refused.value)
    assert "p%40ss" not in str(refused.value)
    assert camera.said[0] == "", "nothing is told to one that does not ask"
    assert base64.b64decode(camera.said[1].removeprefix("Basic ")).decode() == "ann:p@ss/w:rd"
