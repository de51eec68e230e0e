"""Rooms: sessions side by side, each at its own address, behind the same door."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.session.fleet.test_run import line
from tests.web.conftest import OPTICS, Served, Wall, Window, open_wall, shows, until
from tests.web.test_live import CAMERA, Phone
from tests.web.test_pages import DESKTOP, PHONE, fits, serious

from backfocus.errors import SessionHeld, UsageError
from backfocus.optics.lens import Optics
from backfocus.session.config import Config
from backfocus.session.motor_history import MotorCamera, keep_run
from backfocus.session.rig import Rig, rig_options
from backfocus.session.store import Store
from backfocus.video import capture, ndi
from backfocus.video.capture import Device
from backfocus.web import cameras
from backfocus.web.app import make_app
from backfocus.web.chosen import choose
from backfocus.web.guard import Guard
from backfocus.web.messages import Choice
from backfocus.web.offers import Given
from backfocus.web.rooms import MOST_ROOMS
from backfocus.web.session_host import SessionHost
from backfocus.web.tokens import Tokens
from backfocus.web.watched import Watched

HOME = "http://127.0.0.1"
RIG = rig_options({"source": "rtsp://cam/rig", "pixel_um": 5.0, "f_number": "2"})


class House:
    """A server as its callers know it."""

    def __init__(self, client: Any, stack: ExitStack) -> None:
        self.client, self._stack = client, stack

    def open(self, **asked: str) -> Any:
        return self.client.post("/api/rooms", params=asked).json()

    def rooms(self) -> dict[str, Any]:
        return {each["title"]: each for each in self.client.get("/api/rooms").json()["rooms"]}

    def enter(self, address: str) -> Phone:
        line = self.client.websocket_connect(f"{address}/live", headers={"host": "127.0.0.1"})
        return Phone(self._stack.enter_context(line))


@pytest.fixture
def house(host: SessionHost) -> Iterator[House]:
    from starlette.testclient import TestClient

    with TestClient(make_app(host), HOME) as client, ExitStack() as stack:
        yield House(client, stack)


def test_two_rooms_go_on_side_by_side_and_the_end_of_one_is_nothing_to_the_other(
    house: House, host: SessionHost, walls: list[Wall]
) -> None:
    addresses = [house.open(title=title)["address"] for title in ("Left", "Right, upstairs")]
    assert addresses == ["/room/left", "/room/right-upstairs"]
    assert house.open(title="Left")["address"] == "/room/left", "it is found, not opened twice"
    left, right = (house.enter(address) for address in addresses)
    assert (left.mine, right.mine) == (True, True), "each has controls of its own"
    assert left.state["room"] == "Left"
    left.send(**CAMERA)
    right.send(**{**CAMERA, "name": "rtsp://cam/2"})
    for phone in (left, right):
        phone.read_until(lambda phone=phone: phone.state["phase"]["phase"] == "looking" and phone.pictures)
    assert [phone.state["phase"]["source"] for phone in (left, right)] == ["rtsp://cam/1", "rtsp://cam/2"]
    left.send(do="begin")
    left.read_until(lambda: left.state["phase"]["phase"] == "guiding")
    listed = house.rooms()
    assert listed["Left"]["phase"] == "guiding"
    assert listed["Right, upstairs"]["state"] == "before the start"
    assert host.shown.phase == "setup", "the first room saw nothing of it"
    assert house.client.get("/room/left/picture.jpg").content.startswith(b"\xff\xd8")

    refused = house.client.post("/api/rooms/left/close")
    assert "holds the controls" in refused.json()["refused"]
    left.send(do="close")
    first = next(wall for wall in walls if wall.title == "rtsp://cam/1")
    until(first._closed.is_set, "its source is ended")
    until(lambda: "Left" not in house.rooms())
    assert house.client.get("/room/left").status_code == 404
    before = right.pictures
    right.read_until(lambda: right.pictures > before + 2)


def test_the_number_of_rooms_is_bounded_and_a_name_that_cannot_be_one_is_refused(house: House) -> None:
    titles = [f"Kamera ñ{'!' * index}" for index in range(MOST_ROOMS)]
    addresses = [house.open(title=title)["address"] for title in titles]
    assert len(set(addresses)) == MOST_ROOMS, "titles that are spelt alike have addresses of their own"
    assert "close one first" in house.open(title="one more")["refused"]
    assert house.client.post(f"/api{addresses[0].replace('room', 'rooms')}/close").status_code == 200
    assert house.open(title="one more")["address"] == "/room/one-more"
    for title in ("", "   ", "a\u202eb"):
        assert "refused" in house.open(title=title), title
    first = house.enter("")
    first.send(do="close")
    first.read_until(lambda: first.refused)
    assert "first" in first.refused


def test_a_rig_opens_on_its_picture_and_one_without_leaves_no_room_behind(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    config = Config(tmp_path / "backfocus.toml", rigs={"stage": RIG, "bare": rig_options({})})
    host = SessionHost(str(tmp_path / "store.db"), Given(config=config), opens=open_wall)
    with TestClient(make_app(host), HOME) as client, ExitStack() as stack:
        house = House(client, stack)
        assert [each["name"] for each in client.get("/api/rooms").json()["rigs"]] == ["stage"]
        address = client.post("/api/rooms/rig", params={"name": "stage"}).json()["address"]
        until(lambda: house.rooms()["stage"]["phase"] == "looking")
        assert house.rooms()["stage"]["source"] == "rtsp://cam/rig"
        assert address == "/room/stage"
        assert "no source" in client.post("/api/rooms/rig", params={"name": "bare"}).json()["refused"]
        assert set(house.rooms()) == {"First room", "stage"}


def test_a_camera_of_the_wall_is_looked_at_as_it_was_checked(tmp_path: Path) -> None:
    rig = Rig(source="rtsp://ann:secret@cam/1", optics=Optics(2.9, ((4.4, 1.8), (88.0, 2.8))))
    with Store.open(tmp_path / "store.db") as store:
        camera = MotorCamera("left", "visca://cam")
        kept = keep_run(store, camera, rig, line(1.0, "set"), None, begun_at=datetime.now(UTC))
        title, choice = cameras.choice_of(store, kept["session"])
    assert title == "left"
    said = rig_options({"pixel_um": 2.9, "f_number": "1.8@4.4,2.8@88"})
    assert choice == Choice("address", "rtsp://cam/1", said), "its password was never kept"


def test_rooms_that_were_open_are_offered_after_a_restart_and_go_on_where_they_stopped(
    tmp_path: Path,
) -> None:
    from starlette.testclient import TestClient

    def server() -> TestClient:
        host = SessionHost(str(tmp_path / "store.db"), Given(), opens=open_wall)
        return TestClient(make_app(host), HOME)

    with server() as client, ExitStack() as stack:
        house = House(client, stack)
        left = house.enter(house.open(title="Left")["address"])
        left.send(**CAMERA)
        left.read_until(lambda: left.state["phase"]["phase"] == "looking" and left.pictures)
        left.send(do="begin")
        left.read_until(lambda: left.state["phase"]["session"])
        number = left.state["phase"]["session"]
        assert client.get("/api/rooms/left-open").json() == [], "a room leads it"
    with server() as client, ExitStack() as stack:
        house = House(client, stack)
        assert set(house.rooms()) == {"First room"}
        (offer,) = client.get("/api/rooms/left-open").json()
        assert (offer["session"], offer["room"], offer["refused"]) == (number, "Left", "")
        taken_up = client.post("/api/rooms/left-open", params={"session": number}).json()
        assert taken_up == {"address": "/room/left"}
        until(lambda: house.rooms()["Left"]["phase"] == "guiding")
        assert house.rooms()["Left"]["source"] == "rtsp://cam/1"
        assert client.get("/api/rooms/left-open").json() == []
        again = client.post("/api/rooms/left-open", params={"session": number}).json()
        assert "a room leads it" in again["refused"]


def test_a_source_that_a_room_looks_at_is_refused_to_another_in_words(
    house: House, walls: list[Wall]
) -> None:
    left, right = (house.enter(house.open(title=title)["address"]) for title in ("Left", "Right"))
    left.send(**CAMERA)
    left.read_until(lambda: left.state["phase"]["phase"] == "looking" and left.pictures)
    same = {**CAMERA, "name": CAMERA["name"].replace("rtsp://", "RTSP://ann:secret@")}
    right.send(**same)
    right.read_until(lambda: right.refused)
    assert "the room Left looks at" in right.refused
    assert "secret" not in right.refused
    assert right.state["phase"]["phase"] == "setup"
    assert len(walls) == 1
    left.send(do="leave")
    left.read_until(lambda: left.state["phase"]["phase"] == "setup")
    right.send(**same)
    right.read_until(lambda: right.state["phase"]["phase"] == "looking" and right.pictures)


def test_a_room_that_could_not_go_on_keeps_no_other_from_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object) -> None:
        raise SessionHeld("it is led by another program")

    chosen, watched = choose(Choice("address", "rtsp://cam/back", options=OPTICS), Given()), Watched()
    room = SessionHost("", opens=open_wall, title="Left", watched=watched)
    monkeypatch.setattr(room, "_chosen_for", lambda number: chosen)
    monkeypatch.setattr("backfocus.web.session_host.resume", held)
    with pytest.raises(SessionHeld):
        room.resume(1)
    watched.take("another room", "Right", chosen)
    room.close()


class Network:
    """Stands for NDIlib: two cameras announce themselves."""

    Source = FindCreate = SimpleNamespace

    def find_create_v2(self, how: Any) -> object:
        return self

    def find_get_current_sources(self, finder: object) -> list[Any]:
        names = {"HALL (Camera 1)": "192.0.2.7:5961", "HALL (Camera 2)": "192.0.2.8:5961"}
        return [SimpleNamespace(ndi_name=name, url_address=at) for name, at in names.items()]

    def find_wait_for_sources(self, finder: object, wait_ms: int) -> None:
        """Nothing new."""

    def find_destroy(self, finder: object) -> None:
        """Nothing to let go."""


ONE_STREAM = [
    ("rtsp://cam/1", "RTSP://Cam:554/1"),
    ("http://cam/video.mjpg", "http://ann:secret@cam:80/video.mjpg"),
    ("ndi://HALL (Camera 1)", "ndi://hall%20(camera%201)"),
    ("ndi://HALL (Camera 1)", "ndi://camera 1?at=192.0.2.7"),
    ("ndi://camera 1", "ndi://(CAMERA 1)"),
    ("ndi://HALL (Camera 1)", "ndi://192.0.2.7:5961"),
]
TWO_STREAMS = [
    ("rtsp://cam/1", "rtsp://cam/2"),
    ("rtsp://cam/1", "rtsp://cam:8554/1"),
    ("ndi://HALL (Camera 1)", "ndi://HALL (Camera 2)"),
    ("ndi://192.0.2.7:5961", "ndi://192.0.2.7:5962"),
    ("ndi://camera 1", "ndi://192.0.2.8:5961"),
    ("device:0", "device:1"),
]


def both_looked_at(one: str, other: str) -> None:
    watched = Watched()
    for number, (title, source) in enumerate({"Left": one, "Right": other}.items()):
        given = Choice("given", source)
        watched.take(number, title, choose(given, Given(given)))


@pytest.mark.parametrize(("one", "other"), ONE_STREAM)
def test_one_stream_is_refused_whichever_way_it_is_written(
    one: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndi, "library", Network)
    for first, second in ((one, other), (other, one)):
        with pytest.raises(UsageError, match="the room Left looks at"):
            both_looked_at(first, second)


@pytest.mark.parametrize(("one", "other"), TWO_STREAMS)
def test_two_streams_are_not_taken_for_one(one: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndi, "library", Network)
    both_looked_at(one, other)


def test_a_device_is_one_by_its_number_its_node_and_the_links_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "PLATFORM", "linux")
    link = tmp_path / "usb-Cam_Link_4K-video-index0"
    link.symlink_to("/dev/video0")  # as udev lays it into /dev/v4l/by-id
    for other in ("device:/dev/video0", "device:///dev/video0", f"device:{link}", "device:0?fps=50"):
        with pytest.raises(UsageError, match="the room Left looks at"):
            both_looked_at("device:0", other)


def test_elsewhere_a_device_is_one_by_its_number_and_a_part_of_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(capture, "PLATFORM", "darwin")
    monkeypatch.setattr(capture, "devices", lambda: (Device("device:0", "Cam Link 4K"),))
    with pytest.raises(UsageError, match="the room Left looks at"):
        both_looked_at("device:0", "device:cam link")


@pytest.mark.parametrize(
    "choice", [Choice("virtual", ""), Choice("practice", "7"), Choice("address", "sim://?delta_um=40")]
)
def test_a_virtual_camera_is_one_for_each_room(choice: Choice) -> None:
    chosen = choose(choice, Given())
    watched = Watched()
    watched.take(1, "Left", chosen)
    watched.take(2, "Right", chosen)


def test_the_door_of_a_room_is_that_of_the_page(host: SessionHost) -> None:
    from starlette.testclient import TestClient
    from starlette.websockets import WebSocketDisconnect

    tokens = Tokens(b"k" * 32)

    def guard(app: Any) -> Guard:
        return Guard(app, tokens=tokens, clock=lambda: 0.0)

    app = make_app(host, guard=guard, invite=lambda page: {"address": page})
    with TestClient(app, "http://192.168.1.5:8080") as client:
        token = tokens.issue(0.0)
        for path in ("/room/left", "/room/left/picture.jpg", "/api/rooms"):
            assert client.get(path).status_code == 403, path
        assert client.post("/api/rooms", params={"title": "Left"}).status_code == 403
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/room/left/live"):
            pass
        entered = client.get("/room/left", params={"token": token})
        assert 'url=/room/left"' in entered.text, "it leads on to the room, without the token"
        assert client.post("/api/rooms", params={"title": "Left"}).json() == {"address": "/room/left"}
        foreign = client.post("/api/rooms", params={"title": "Right"}, headers={"origin": "http://evil"})
        assert foreign.status_code == 403
        assert client.post("/api/invite", params={"room": "left"}).json() == {"address": "/room/left"}


def left_open_in(title: str, store: str) -> None:
    """A session that a server left open in a room."""
    host = SessionHost(store, opens=open_wall, title=title)
    host.look(Choice("address", "rtsp://cam/back", options=OPTICS))
    until(lambda: host.shown.phase == "looking")
    host.begin()
    until(lambda: host.shown.session_id)
    host.close()


@pytest.mark.slow
def test_rooms_are_opened_and_closed_from_the_list_in_a_browser(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    store = str(tmp_path / "store.db")
    config = Config(tmp_path / "backfocus.toml", rigs={"stage": RIG})
    left_open_in("Back", store)
    served = serve(SessionHost(store, Given(config=config), opens=open_wall), store)
    at_the_list = window(f"{served.address}/cameras", *DESKTOP)
    phone = window(f"{served.address}/cameras", *PHONE)

    phone.page.click("text=Open stage")
    phone.page.wait_for_selector("#looking .live:not([hidden])")
    assert phone.page.title() == "stage - backfocus"
    assert phone.page.locator("#room-name").text_content() == "stage"
    assert fits(phone.page)
    phone.page.click("#begin")
    phone.page.wait_for_selector("#guide:not([hidden])")

    page = at_the_list.page
    page.fill("#open input", "Hall")
    page.click("#open button")
    page.wait_for_selector("#room:not([hidden])")
    page.wait_for_selector("#choose [type=submit]:enabled")
    page.click("#kinds span:text('Network camera')")
    page.fill("[name=address]", "rtsp://cam/hall")
    page.click("#choose [type=submit]")
    page.wait_for_selector("#looking .live:not([hidden])")

    second = window(f"{served.address}/cameras", *DESKTOP)
    shows(second.page, "[...document.querySelectorAll('#rooms img:not([hidden])')].length === 2")
    shows(second.page, "document.querySelectorAll('#rooms .state')[1].dataset.phase === 'guiding'")
    names = second.page.locator("#rooms h2").all_text_contents()
    assert names == ["First room", "stage", "Hall"]
    assert serious(second.page) == []
    assert fits(second.page)
    second.page.click("text=Continue Back")
    second.page.wait_for_selector("#guide:not([hidden])")
    assert second.page.title() == "Back - backfocus"
    page.click("#close-room")
    page.wait_for_url("**/cameras")
    shows(page, "document.querySelectorAll('#rooms > div').length === 3")
    shows(page, "document.querySelector('#left').hidden")
    shows(phone.page, "!document.querySelector('#guide').hidden")
    for seen in (at_the_list, phone, second):
        assert [said for said in seen.said if "404" not in said] == []
