"""Panasonic's AW protocol on the wire: the examples of its documents, and the gap between commands."""

from itertools import pairwise
from urllib.parse import urlsplit

import httpx
import pytest

from backfocus.control.http import aw
from backfocus.control.http.aw_lens import AwRemote
from backfocus.control.http.http import Http
from backfocus.control.polled import NoAnswerError
from backfocus.guide.axes import Automatic


def test_commands_as_in_the_documents() -> None:
    assert aw.focus_to(0x555) == "#AXF555"
    assert aw.zoom_to(0xFFF) == "#AXZFFF"
    assert aw.iris_to(0x800) == "#AXI800"
    assert (aw.autofocus(False), aw.auto_iris(True)) == ("#D10", "ORS:1")
    url = httpx.URL("http://192.168.0.10" + aw.path("#AXF555"), params=aw.query("#AXF555"))
    assert str(url) == "http://192.168.0.10/cgi-bin/aw_ptz?cmd=%23AXF555&res=1"
    assert aw.path("ORS:1") == "/cgi-bin/aw_cam"
    for outside in (0x554, 0x1000):
        with pytest.raises(ValueError, match="555h to FFFh"):
            aw.zoom_to(outside)


def test_answers_as_in_the_documents() -> None:
    assert aw.read_position(aw.ZOOM, "gz555") == 0x555
    assert aw.read_position(aw.FOCUS, '"gfF93"\r\n') == 0xF93
    assert aw.read_position(aw.FOCUS, "gf---") is None
    assert aw.read_position(aw.FOCUS, "gz555") is None
    assert aw.read_position(aw.IRIS, "giD421") == 0xD42  # 1: it is automatic
    assert aw.read_position(aw.IRIS, "giD42") is None
    assert aw.read_switch(aw.AUTOFOCUS, "d11") is True
    assert aw.read_switch(aw.AUTO_IRIS, "ORS:0") is False
    assert aw.read_switch(aw.AUTOFOCUS, "eR1:D1") is None
    assert aw.read_refusal("eR2:AXZ") == aw.Refused(aw.BUSY)
    assert aw.read_refusal("ER3:OWS") == aw.Refused(aw.NOT_NOW)
    assert aw.read_refusal("axz555") is None


class Camera:
    """Answers from a table, on a clock that only pauses move."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers, self.now_s = answers, 0.0
        self.heard: list[tuple[str, float]] = []
        address = urlsplit("aw://admin:hunter2@camera.test")
        http = Http(address, "offered", httpx.MockTransport(self.answer))
        self.remote = AwRemote(http, {}, lambda: self.now_s, self.pause)

    def pause(self, seconds: float) -> None:
        self.now_s += seconds

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.heard.append((request.url.params["cmd"], self.now_s))
        self.now_s += 0.05
        return httpx.Response(200, text=self.answers.get(self.heard[-1][0], "eR1:"))


def test_near_is_the_high_end_here_and_the_low_one_there() -> None:
    camera = Camera({"#GZ": "gz555", "#GF": "gf600", "#AXFFFF": "axfFFF"})
    assert camera.remote.look().positions == {"zoom": 0x555, "focus": 0x555 + 0xFFF - 0x600}
    camera.remote.send({"focus": camera.remote.axes["focus"].low})
    assert camera.heard[-1][0] == "#AXFFFF"


def test_commands_keep_their_gap() -> None:
    camera = Camera({"#GZ": "gz555", "#GF": "gf600", "#D1": "d11", "QRS": "ORS:1"})
    camera.remote.look()
    assert camera.remote.automatic(Automatic(focus=False, exposure=False)) == Automatic(True, True)
    assert [command for command, _ in camera.heard] == ["#GI", "#GZ", "#GF", "#D1", "QRS", "#D10", "ORS:0"]
    times = [at_s for _, at_s in camera.heard]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 0.13  # of the document


def test_a_busy_camera_is_asked_again_and_a_refusal_is_told() -> None:
    camera = Camera({"#GZ": "gz555", "#GF": "gf600", "#AXZ555": "eR2:AXZ", "#AXFFFF": "eR3:AXF"})
    with pytest.raises(NoAnswerError, match="busy, or in standby"):
        camera.remote.send({"zoom": 0x555})
    camera.remote.send({"focus": 0x555})
    refused = camera.remote.look().refused
    assert refused == "focus: the camera does not carry this out now"


def test_what_is_to_be_sent_by_hand_holds_no_password() -> None:
    words = Camera({}).remote.how_to_restore(Automatic(focus=True, exposure=False))
    assert "/cgi-bin/aw_ptz?cmd=%23D11&res=1 and /cgi-bin/aw_cam?cmd=ORS:0&res=1" in words
    assert "hunter2" not in words


def test_an_iris_opens_downwards_here_and_is_asked_for_while_it_moves_only() -> None:
    camera = Camera({"#GZ": "gz555", "#GF": "gf600", "#GI": "gi6000", "#AXIFFF": "axiFFF"})
    axis = camera.remote.axes["iris"]
    assert camera.remote.look().positions["iris"] == 0x555 + 0xFFF - 0x600
    camera.remote.send({"iris": axis.low})
    assert camera.heard[-1][0] == "#AXIFFF"
    camera.answers["#GI"] = "giFFF0"
    for _ in range(4):
        assert camera.remote.look().positions["iris"] == axis.low
    asked = [command for command, _ in camera.heard].count("#GI")
    assert asked == 4  # twice before it is known to stand, and twice after the move


def test_an_iris_that_is_refused_keeps_nothing_from_zoom_and_focus() -> None:
    camera = Camera({"#GZ": "gz555", "#GF": "gf600", "#GI": "gi6000", "#AXIFFF": "eR3:AXI"})
    camera.remote.send({"iris": camera.remote.axes["iris"].low})
    assert camera.remote.look().refused is None
