"""A secret in an address, wherever it stands, is in no output and in no file of any face."""

import base64
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import pytest

from backfocus.errors import BackfocusError
from backfocus.session.rig import RigOptions
from backfocus.video import open_source
from backfocus.web.app import make_app
from backfocus.web.messages import Choice, Note
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost
from backfocus.web.state import sections

from .forked import Forks
from .web.conftest import star_picture, until

SECRET = "Tr0ub4dor"
PATH = f"/live/user=kim_password={SECRET}_channel=1/a?loginpas={SECRET}&pass%77ord={SECRET}&channel=1"
OPTICS = ("--pixel-um", "5", "--f-number", "1.8")


@pytest.fixture
def camera() -> Iterator[str]:
    """An MJPEG camera that shows a star to callers that know the password; its address with every secret."""
    picture = cv2.imencode(".jpg", star_picture())[1].tobytes()
    stop = threading.Event()
    asked = "Basic " + base64.b64encode(f"kim:{SECRET}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            if self.headers.get("Authorization") != asked:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                self.end_headers()
                return
            self.send_response(200 if self.path.startswith("/live") else 404)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
            self.end_headers()
            head = b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
            try:
                while not stop.wait(0.04):
                    self.wfile.write(head + picture + b"\r\n")
            except OSError:
                pass  # the viewer left

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://kim:{SECRET}@127.0.0.1:{server.server_port}{PATH}#token={SECRET}"
    stop.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "tmp").mkdir()
    return tmp_path


@pytest.fixture
def backfocus(home: Path, forks: Forks) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs `backfocus ARGS...` with everything it may write below `home`."""
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("DATA", "CONFIG", "STATE", "CACHE")}
    environment = {**os.environ, **folders, "HOME": str(home), "TMPDIR": str(home / "tmp")}
    environment.pop("BACKFOCUS_STORE", None)

    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        return forks.run(*arguments, cwd=home, environment=environment)

    return run


def places_of(secret: str, folder: Path, *said: str) -> list[str]:
    """Where a secret can be read: in which output, in which file below a folder."""
    found = [f"said: {words[max(0, words.find(secret) - 200) :][:300]}" for words in said if secret in words]
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert files
    return found + [str(each) for each in files if secret.encode() in each.read_bytes()]


def test_the_terminal_shows_and_keeps_no_secret(
    camera: str, home: Path, backfocus: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    note = f"note=as {camera}"
    ended = [
        backfocus("measure", camera, *OPTICS, "--frames", 3),
        backfocus("measure", camera, *OPTICS, "--frames", 3, "--json"),
        backfocus("check", camera, *OPTICS, "--frames", 3),
        backfocus("guide", camera, *OPTICS, "--frames", 3, "--note", note),
        backfocus("guide", camera, *OPTICS, "--frames", 3, "--note", note, "--json", "--record", "a.mp4"),
        backfocus("history"),
        backfocus("history", "--json"),
        backfocus("report", 1),
        backfocus("report", 2, "--json"),
    ]
    assert [each.returncode for each in ended] == [0, 0, 4, 4, 4, 0, 0, 0, 0], [e.stderr for e in ended]
    assert "***@127.0.0.1" in ended[5].stdout
    assert (home / "backfocus-1.html").is_file()
    assert places_of(SECRET, home, *(words for each in ended for words in (each.stdout, each.stderr))) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rtsp://kim:Tr0ub4dor@127.0.0.1:1/user=kim_password=Tr0ub4dor"),
        ("rtsp://kim:Tr0ub4dor@h/live",),
        ("measure", "clip.mp4", "rtsp://kim:Tr0ub4dor@h/live"),
        ("guide", "http://h/", "--lens", "rtsp://kim:Tr0ub4dor@h/live"),
        ("history", "--store", "postgresql://kim:Tr0ub4dor@127.0.0.1:1/lenses?password=Tr0ub4dor"),
        ("history", "--store", "mysql://kim:Tr0ub4dor@h/lenses"),
    ],
)
def test_a_refusal_repeats_no_secret(
    arguments: tuple[str, ...], home: Path, backfocus: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    (home / "clip.mp4").touch()
    ended = backfocus(*arguments)
    assert ended.returncode in (2, 3)
    assert places_of(SECRET, home, ended.stdout, ended.stderr) == []


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://kim:Tr0ub4dor@127.0.0.1:1/user=kim_password=Tr0ub4dor",
        "rtsp://kim:1/Tr0ub4dor@127.0.0.1:1/live",
        "http://kim:Tr0ub4dor@no-such-host.invalid/live?token=Tr0ub4dor",
        "http://kim:Tr0ub4dor@127.0.0.1:99999/live",
        "srt://127.0.0.1:1?passphrase=Tr0ub4dor1&streamid=#!::u=Tr0ub4dor",
        "srt://kim:Tr0ub4dor@[::1/x",
        "rtsp:/kim:Tr0ub4dor@h/live",
        "kim:Tr0ub4dor@h/live",
        "gopher://kim:Tr0ub4dor@h/live",
    ],
)
def test_an_address_that_cannot_be_opened_is_named_without_its_secrets(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BackfocusError) as refused:
        open_source(address, timeout_s=1.0)
    assert SECRET not in str(refused.value) + "".join(capfd.readouterr())


def test_the_page_shows_and_keeps_no_secret(camera: str, tmp_path: Path) -> None:
    from starlette.testclient import TestClient  # after the page's conftest, which knows its warning

    store = str(tmp_path / "s.db")
    choice = Choice("given", camera, RigOptions(pixel_um=5.0, f_number="1.8"))
    host = SessionHost(store, Given(choice))
    said: list[str] = []
    try:
        client = TestClient(make_app(host, store_address=store), base_url="http://127.0.0.1")
        host.look(choice)
        until(lambda: host.shown.reading or host.shown.trouble, "a reading")
        said.append(json.dumps(sections(host.shown)))
        host.begin()
        host.say(Note("note", f"as {camera}"))
        until(lambda: host.shown.phase == "guiding" and host.shown.reading, "the guide")
        until(lambda: client.get("/api/sessions").json(), "a session in which something happened")
        said.append(json.dumps(sections(host.shown)))
        host.look(Choice("address", camera.replace("kim:Tr0ub4dor", "kim:wrong")))
        until(lambda: host.shown.trouble, "a refusal")
        said.append(json.dumps(sections(host.shown)))
        paths = ["offers", "sessions", "sessions/1"]
        answers = [client.get(f"/api/{path}") for path in paths]
        answers += [client.get(f"/report/1.{kind}") for kind in ("html", "json")]
        assert [answer.status_code for answer in answers] == [200] * 5
        said += [answer.text for answer in answers]
    finally:
        host.close()
    assert sum("***@127.0.0.1" in words for words in said) >= 6
    assert places_of(SECRET, tmp_path, *said) == []
