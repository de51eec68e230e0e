"""Blackmagic's REST interface on the wire: both shapes in which cameras answer."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from backfocus.control.http import blackmagic
from backfocus.control.http.blackmagic_lens import BlackmagicRemote
from backfocus.control.http.http import Http
from backfocus.errors import LensError
from backfocus.guide.axes import Automatic

NEWER = {"mode": "Continuous", "type": "Iris"}
OLDER = {"mode": {"mode": "Continuous", "type": "Iris,Shutter"}}


def test_places_in_either_shape() -> None:
    assert blackmagic.read_place({"focalLength": 24, "normalised": 0.25}) == ("normalised", 0.25)
    assert blackmagic.read_place({"focus": 0.42}) == ("focus", 0.42)
    for said in (None, [], {"normalised": None}, {"normalised": True}, {"focalLength": 24}):
        assert blackmagic.read_place(said) is None


@pytest.mark.parametrize("said", [NEWER, OLDER])
def test_the_exposure_goes_off_in_the_shape_it_came_in(said: dict[str, Any]) -> None:
    assert blackmagic.read_exposure(said) == "Continuous"
    off = blackmagic.with_exposure(said, "Off")
    assert blackmagic.read_exposure(off) == "Off"
    assert blackmagic.with_exposure(off, "Continuous") == said


class Camera:
    """Properties, set as they are put; what it has not is 501, as the document says."""

    def __init__(self, **properties: dict[str, Any]) -> None:
        self.properties = {
            f"/control/api/v1/{name.replace('_', '/')}": each for name, each in properties.items()
        }
        address = urlsplit("blackmagic://root:hunter2@camera.test")
        self.http = Http(address, "offered", httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        known = self.properties.get(request.url.path)
        if known is None:
            return httpx.Response(501)
        if request.method == "GET":
            return httpx.Response(200, json=known)
        body = json.loads(request.content)
        if set(body) - set(known) or body.get("normalised", 0) > 0.9:
            return httpx.Response(400)
        known |= body
        return httpx.Response(204)


def test_near_is_the_high_end_here_and_the_low_one_there() -> None:
    camera = Camera(lens_zoom={"normalised": 0.25}, lens_focus={"focus": 0.4})
    remote = BlackmagicRemote(camera.http, {})
    assert remote.look().positions == pytest.approx({"zoom": 2500, "focus": 6000})
    remote.send({"focus": 10_000.0, "zoom": 10_000.0})
    assert camera.properties["/control/api/v1/lens/focus"] == {"focus": 0.0}
    assert remote.look().refused == "zoom is not sent there"


@pytest.mark.parametrize("said", [NEWER, OLDER])
def test_the_exposure_is_put_back_as_it_was(said: dict[str, Any]) -> None:
    camera = Camera(lens_focus={"normalised": 0.5}, video_autoExposure=dict(said))
    remote = BlackmagicRemote(camera.http, {})
    assert set(remote.axes) == {"focus"}
    assert remote.automatic(Automatic(focus=False, exposure=False)) == Automatic(exposure=True)
    assert remote.automatic(Automatic()) == Automatic(exposure=False)
    remote.automatic(Automatic(exposure=True))
    assert camera.properties["/control/api/v1/video/autoExposure"] == said


def test_a_camera_without_a_lens_that_it_drives_says_so_without_the_password() -> None:
    with pytest.raises(LensError, match="no lens that it drives") as caught:
        BlackmagicRemote(Camera().http, {})
    assert "hunter2" not in str(caught.value)


def test_an_iris_opens_downwards_here_and_upwards_there() -> None:
    """And one on its automatic, which takes no place, keeps nothing from the focus."""
    camera = Camera(lens_focus={"normalised": 0.5}, lens_iris={"apertureStop": 5.6, "normalised": 0.4})
    remote = BlackmagicRemote(camera.http, {})
    assert remote.look().positions["iris"] == pytest.approx(6000)
    remote.send({"iris": 2000.0})
    assert camera.properties["/control/api/v1/lens/iris"]["normalised"] == 0.8
    assert remote.look().positions["iris"] == pytest.approx(2000)
    remote.send({"iris": 0.0})  # this camera takes no more than 0.9
    assert remote.look().refused is None
    assert set(BlackmagicRemote(camera.http, {"iris": "no"}).axes) == {"focus"}
