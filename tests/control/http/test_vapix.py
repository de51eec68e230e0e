"""VAPIX on the wire: the examples of the maker's documents are read as they are meant, and written so."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
import pytest

from backfocus.control.http import vapix
from backfocus.control.http.http import Http
from backfocus.control.http.vapix_lens import OpticsRemote, PtzRemote, remote_of
from backfocus.errors import LensError
from backfocus.guide.axes import Automatic

# Answers of an Axis PTZ camera as users of the interface quote them.
POSITION = "\r\n".join(
    ("pan=104.5400", "tilt=-6.0300", "zoom=1", "iris=3936", "focus=1852", "autofocus=on", "autoiris=off", "")
)
LIMITS = "MinPan=-170\nMaxPan=170\nMinZoom=1\nMaxZoom=9999\nMinFocus=770\nMaxFocus=9999\n"

# The examples of the document on optics control.
OPTICS = """{"apiVersion": "1.1", "method": "getOptics", "data": {"numberOfOptics": 2, "optics": [
  {"opticsId": "0", "focusPosition": 0.5, "focusMoving": false, "magnification": 1.4, "zoomMoving": true,
   "temperatureCompensation": true, "irCutFilterState": "auto", "irCompensation": false},
  {"opticsId": "1", "focusPosition": 0.3, "focusMoving": false}]}}"""
CAPABILITIES = """{"method": "getCapabilities", "data": {"numberOfOptics": 1, "optics": [
  {"opticsId": "0", "capabilities": ["focus", "zoom", "irCutFilter"], "maxMagnification": 2.4}]}}"""
SET_FOCUS = """{"apiVersion": "1.0", "method": "setFocus",
  "params": {"optics": [{"opticsId": "0", "position": 0.2}]}}"""
ERROR = '{"method": "setFocus", "error": {"code": 1200, "message": "Temperature out of range"}}'


def test_what_a_ptz_camera_answers() -> None:
    assert vapix.read_position(POSITION) == vapix.PtzPosition(1.0, 1852.0, True, False, iris=3936.0)
    assert vapix.read_limits(LIMITS) == vapix.PtzLimits((1.0, 9999.0), (770.0, 9999.0))
    assert vapix.complaint("Error:\r\nfocus: not supported\r\n") == "Error: focus: not supported"
    assert vapix.complaint("") is None


@pytest.mark.parametrize("text", ["", "zoom=fast\nfocus=", "<html>login</html>", "MinZoom=5\nMaxZoom=5"])
def test_what_is_no_number_is_not_told(text: str) -> None:
    assert vapix.read_position(text).zoom is None
    assert vapix.read_limits(text).zoom is None


def test_optics_control_as_in_the_document() -> None:
    said = json.loads(OPTICS)
    state = vapix.read_optics(said, "0")
    assert state is not None
    assert (state.focus, state.magnification, state.moving) == (0.5, 1.4, True)
    assert state.compensates == {"setTemperatureCompensation": True, "setIrCompensation": False}
    assert vapix.read_optics(said, "7") is None
    assert vapix.read_abilities(json.loads(CAPABILITIES)) == (vapix.OpticsAbility("0", True, 2.4),)
    assert vapix.optics_question("setFocus", "0", position=0.2) == json.loads(SET_FOCUS)
    assert vapix.optics_fault(json.loads(ERROR)) == (1200, "Temperature out of range")


@pytest.mark.parametrize("said", [None, [], {"data": None}, {"data": {"optics": [3]}}, {"error": "no"}])
def test_other_json_is_no_optics(said: object) -> None:
    assert vapix.read_abilities(said) == ()
    assert vapix.optics_fault(said) is None


def http(answers: Mapping[str, str], heard: list[str]) -> Http:
    """A camera that answers by query, and with 204 to commands."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.query.decode() or json.loads(request.content)["method"]
        heard.append(asked)
        text = answers.get(asked)
        return httpx.Response(204) if text is None else httpx.Response(200, text=text)

    return Http(urlsplit("vapix://root:hunter2@camera.test"), "offered", httpx.MockTransport(answer))


def test_a_ptz_camera_focuses_nearer_as_steps_rise() -> None:
    heard: list[str] = []
    remote = PtzRemote(http({"query=limits": LIMITS, "query=position": POSITION}, heard), {})
    assert (remote.axes["focus"].low, remote.axes["focus"].high) == (770, 9999)
    assert remote.look().positions == {"zoom": 1.0, "focus": 770 + 9999 - 1852}
    remote.send({"focus": 9999.0, "zoom": 42.0})  # near: its low value
    assert heard[-1] == "focus=770&zoom=42"
    assert remote.automatic(Automatic(focus=False, exposure=False)) == Automatic(focus=True, exposure=False)
    assert heard[-1] == "autofocus=off&autoiris=off"
    assert "autofocus=on&autoiris=off" in remote.how_to_restore(Automatic(focus=True, exposure=False))


def test_a_ptz_camera_opens_its_iris_as_steps_fall() -> None:
    heard: list[str] = []
    limits = LIMITS + "MinIris=1\nMaxIris=9999\n"
    answers = {"query=limits": limits, "query=position": POSITION, "iris=9999": "Error:\niris: no\n"}
    remote = PtzRemote(http(answers, heard), {})
    assert remote.look().positions["iris"] == 1 + 9999 - 3936
    remote.send({"iris": remote.axes["iris"].low})  # a high value is open: document [1]
    assert heard[-1] == "iris=9999"
    assert remote.look().refused is None  # zoom and focus still go
    assert set(PtzRemote(http(answers, heard), {"iris": "no"}).axes) == {"zoom", "focus"}


def test_a_body_without_a_zoom_motor_moves_its_back_focus() -> None:
    remote = OpticsRemote(
        http({"getOptics": OPTICS, "setFocus": ERROR}, []), {}, vapix.OpticsAbility("1", True, None)
    )
    assert set(remote.axes) == {"back-focus"}
    assert "back-focus is taken to rise as the lens moves away" in remote.remark
    assert remote.look().positions == pytest.approx({"back-focus": 3000.0})
    remote.send({"back-focus": 1000.0})
    assert remote.look().refused == "Temperature out of range"


def test_what_moves_the_focus_by_itself_is_put_back_as_it_was() -> None:
    heard: list[str] = []
    ok = '{"data": {}}'
    answers = {"getOptics": OPTICS, "setTemperatureCompensation": ok, "setIrCompensation": ok}
    remote = OpticsRemote(http(answers, heard), {}, vapix.OpticsAbility("0", True, 2.4))
    assert remote.automatic(Automatic(focus=False)) == Automatic(focus=True)
    remote.automatic(Automatic(focus=True))
    assert heard == ["getOptics", "setTemperatureCompensation"] * 2  # the other was off before


def test_a_camera_without_motors_says_so_without_the_password() -> None:
    with pytest.raises(LensError, match="no motors") as caught:
        PtzRemote(http({"query=limits": "MinPan=-170\nMaxPan=170"}, []), {})
    assert "hunter2" not in str(caught.value)


def test_a_login_that_may_not_ask_for_the_optics_never_drives_a_digital_zoom() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(403) if request.method == "POST" else httpx.Response(200, text=LIMITS)

    camera = Http(urlsplit("vapix://kim:hunter2@camera.test"), "offered", httpx.MockTransport(answer))
    with pytest.raises(LensError, match="refuses name and password"):
        remote_of(camera, {})
    assert isinstance(remote_of(camera, {"api": "ptz"}), PtzRemote)


def test_a_ptz_camera_has_no_optics_control() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if request.method == "POST" else httpx.Response(200, text=LIMITS)

    camera = Http(urlsplit("vapix://camera.test"), "offered", httpx.MockTransport(answer))
    assert isinstance(remote_of(camera, {}), PtzRemote)
    with pytest.raises(LensError, match="code 404"):
        remote_of(camera, {"api": "optics"})
