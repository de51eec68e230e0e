"""VIVOTEK's remote focus on the wire: answers as its manuals lay them out, and what is asked."""

from urllib.parse import urlsplit

import httpx
import pytest

from backfocus.control.http import vivotek
from backfocus.control.http.http import Http
from backfocus.control.http.vivotek_lens import VivotekRemote
from backfocus.errors import LensError
from backfocus.guide.axes import Automatic

# The names and their order are the manual's; a camera of theirs writes each value in quotes.
STATUS = "\r\n".join(
    f"remote_focus_{name}='{value}'"
    for name, value in (
        ("zoom_motor_max", 1150), ("focus_motor_max", 1150),
        ("zoom_motor_start", 0), ("zoom_motor_end", 1100),
        ("focus_motor_start", 20), ("focus_motor_end", 1120), ("zoom_motor", 316), ("focus_motor", 720),
        ("zoom_enable", 0), ("focus_enable", 0), ("iris_open", 0),
    )
)  # fmt: skip
BACK_FOCUS = (
    "remote_focus_focus_motor_max='1150'\r\nremote_focus_focus_motor_start='0'\r\n"
    "remote_focus_focus_motor_end='1150'\r\nremote_focus_focus_motor='483'\r\nremote_focus_focus_enable='2'\r\n"
)


def test_the_status_of_a_motorised_varifocal() -> None:
    assert vivotek.read_status(STATUS) == vivotek.Status(
        vivotek.Motor(0, 1100, 316, 0), vivotek.Motor(20, 1120, 720, 0), iris_open=False
    )


def test_the_status_of_a_body_with_back_focus_alone() -> None:
    status = vivotek.read_status(BACK_FOCUS)
    assert status == vivotek.Status(None, vivotek.Motor(0, 1150, 483, 2), iris_open=None)
    assert status is not None
    assert status.moving


def test_older_firmware_tells_no_ends_of_the_zoom() -> None:
    old = "remote_focus_zoom_motor_max=800\nremote_focus_zoom_motor=12\n"
    status = vivotek.read_status(old)
    assert status is not None
    assert status.zoom == vivotek.Motor(0, 800, 12, 0)


@pytest.mark.parametrize("text", ["", "OK", "<html>no</html>", "remote_focus_focus_motor='far'"])
def test_what_is_no_status_is_none(text: str) -> None:
    assert vivotek.read_status(text) is None


def http(status: str, heard: list[str], *, wants_channel: bool = False) -> Http:
    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request.url.query.decode())
        if (wants_channel and "channel" not in heard[-1]) or "position=1100" in heard[-1]:
            return httpx.Response(400)
        return httpx.Response(200, text=status if "getstatus" in heard[-1] else "OK")

    return Http(urlsplit("vivotek://root:hunter2@camera.test"), "offered", httpx.MockTransport(answer))


def test_motors_go_straight_to_their_places_and_a_refusal_is_told() -> None:
    heard: list[str] = []
    remote = VivotekRemote(http(STATUS, heard), {"focus": "reversed"})
    assert (remote.axes["zoom"].low, remote.axes["zoom"].high) == (0, 1100)
    assert remote.look().positions == {"zoom": 316, "focus": 20 + 1120 - 720}
    remote.send({"focus": 120.0})
    assert heard[-1] == "function=focus&direction=direct&position=1020"
    remote.send({"zoom": 1100.0})
    assert remote.look().refused == "zoom is not sent there"
    assert "which way zoom counts" in remote.remark


def test_the_iris_is_held_open_and_given_back() -> None:
    heard: list[str] = []
    remote = VivotekRemote(http(STATUS, heard, wants_channel=True), {})
    assert remote.automatic(Automatic(focus=False, exposure=False)) == Automatic(exposure=True)
    assert heard[-1] == "channel=0&function=irisopen"
    assert "function=irisenable of vivotek://camera.test" in remote.how_to_restore(Automatic(exposure=True))


def test_a_camera_without_motors_says_so_without_the_password() -> None:
    with pytest.raises(LensError, match="no motors") as caught:
        VivotekRemote(http("OK", []), {})
    assert "hunter2" not in str(caught.value)
