"""Cameras as they answer in ONVIF, old and new, odd and forgetful, and what the driver makes of it."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from backfocus.control.http.http import Http
from backfocus.control.onvif import soap
from backfocus.control.onvif.lens import Asking, OnvifRemote, at_host, find_lens, find_stream
from backfocus.control.polled import NoAnswerError, polled
from backfocus.errors import LensError, LensUnreachable
from backfocus.guide.axes import BY_HAND, Automatic

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SERVICE = "<tds:Service><tds:Namespace>{}</tds:Namespace><tds:XAddr>{}</tds:XAddr></tds:Service>"
HOST = "192.168.1.64"


def services(**paths: str) -> str:
    return "".join(SERVICE.format(soap.NAMESPACES[prefix], where) for prefix, where in paths.items())


PROFILES = (
    '<trt:Profiles token="p0"><tt:VideoSourceConfiguration><tt:SourceToken>s0</tt:SourceToken>'
    "</tt:VideoSourceConfiguration></trt:Profiles>"
    '<trt:Profiles token="p1"><tt:VideoSourceConfiguration><tt:SourceToken>s1</tt:SourceToken>'
    "</tt:VideoSourceConfiguration><tt:PTZConfiguration token='c'><tt:NodeToken>n1</tt:NodeToken>{}"
    "</tt:PTZConfiguration></trt:Profiles>"
)
PROFILES_2 = (
    '<tr2:Profiles token="p1"><tr2:Configurations><tr2:VideoSource><tt:SourceToken>s1</tt:SourceToken>'
    "</tr2:VideoSource><tr2:PTZ><tt:NodeToken>n1</tt:NodeToken></tr2:PTZ></tr2:Configurations></tr2:Profiles>"
)
SPACE = "<tt:{0}><tt:URI>{1}</tt:URI><tt:XRange><tt:Min>{2}</tt:Min><tt:Max>{3}</tt:Max></tt:XRange></tt:{0}>"
ZOOM_SPACE = "http://www.onvif.org/ver10/tptz/ZoomSpaces/PositionGenericSpace"
ABSOLUTE = SPACE.format("AbsoluteZoomPositionSpace", ZOOM_SPACE, 0, 1)
CONTINUOUS = SPACE.format("ContinuousZoomVelocitySpace", "any", -1, 1)
NODE = "<tptz:PTZNode token='n1'><tt:SupportedPTZSpaces>{}</tt:SupportedPTZSpaces></tptz:PTZNode>"
EXPOSURE = (
    "<tt:Exposure><tt:Mode>{}</tt:Mode><tt:ExposureTime>8333</tt:ExposureTime><tt:Gain>12.5</tt:Gain>"
    "</tt:Exposure>"
)


class Camera:
    """Answers by the name of the question; keeps what it was asked."""

    def __init__(self, **answers: str) -> None:
        self.zoom, self.focus, self.status = 0.25, 40.0, "IDLE"
        self.modes = {"focus": "AUTO", "exposure": "AUTO"}
        self.asked: list[tuple[str, httpx.Request]] = []
        self.lost: set[str] = set()
        self.tells_focus = True
        self.answers: dict[str, str | Callable[[], str]] = {
            "GetSystemDateAndTime": lambda: "",
            "GetServices": services(
                trt=f"http://{HOST}/m", tptz=f"http://{HOST}:8000/ptz", timg="http://10.0.0.9/img?x=1"
            ),
            "GetProfiles": PROFILES.format(""),
            "GetNode": NODE.format(ABSOLUTE + CONTINUOUS),
            "GetMoveOptions": "<timg:MoveOptions><tt:Absolute><tt:Position><tt:Min>0</tt:Min>"
            "<tt:Max>100</tt:Max></tt:Position></tt:Absolute></timg:MoveOptions>",
            "GetOptions": "<timg:ImagingOptions><tt:Exposure><tt:Mode>AUTO</tt:Mode><tt:Mode>MANUAL</tt:Mode>"
            "</tt:Exposure><tt:Focus><tt:AutoFocusModes>AUTO</tt:AutoFocusModes><tt:AutoFocusModes>MANUAL"
            "</tt:AutoFocusModes></tt:Focus></timg:ImagingOptions>",
            "GetStatus": self._status,
            "GetImagingSettings": lambda: (
                f"<timg:ImagingSettings>{EXPOSURE.format(self.modes['exposure'])}"
                f"<tt:Focus><tt:AutoFocusMode>{self.modes['focus']}</tt:AutoFocusMode></tt:Focus></timg:ImagingSettings>"
            ),
            "SetImagingSettings": self._set,
            "AbsoluteMove": "",
            "Move": "",
        } | answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        message = soap.read(request.content)
        self.asked.append((message.name, request))
        answer = self.answers.get(message.name)
        if answer is None:
            return httpx.Response(400, content=fault("Receiver", "ActionNotSupported"))
        if answer in FAULTS:
            return httpx.Response(400, content=fault(*FAULTS[str(answer)]))
        inside = answer if isinstance(answer, str) else answer()
        if message.name in self.lost:
            self.lost.discard(message.name)
            raise httpx.ReadTimeout("lost")
        prefix = soap.prefixed(message.body)
        document = soap.envelope(soap.Node(f"{prefix}Response", ("@",)))
        return httpx.Response(200, content=document.replace(b"@", inside.encode()))

    def _status(self) -> str:
        if "<tptz:GetStatus" in self.asked[-1][1].content.decode():
            return (
                f"<tptz:PTZStatus><tt:Position><tt:Zoom x='{self.zoom}'/></tt:Position><tt:MoveStatus>"
                f"<tt:Zoom>{self.status}</tt:Zoom></tt:MoveStatus></tptz:PTZStatus>"
            )
        if not self.tells_focus:
            return "<timg:Status/>"
        return (
            f"<timg:Status><tt:FocusStatus20><tt:Position>{self.focus}</tt:Position>"
            f"<tt:MoveStatus>{self.status}</tt:MoveStatus></tt:FocusStatus20></timg:Status>"
        )

    def _set(self) -> str:
        settings = soap.read(self.asked[-1][1].content).body
        for name, path in (("focus", "Focus/AutoFocusMode"), ("exposure", "Exposure/Mode")):
            self.modes[name] = soap.inner(settings, f"ImagingSettings/{path}") or self.modes[name]
        return ""

    def bodies(self, name: str) -> list[str]:
        return [
            request.content.decode().partition("<s:Body>")[2]
            for asked, request in self.asked
            if asked == name
        ]


FAULTS = {
    "unauthorized": ("Sender", "NotAuthorized"),
    "busy": ("Receiver", "Action"),
    "unsupported": ("Receiver", "ActionNotSupported"),
}


def fault(code: str, subcode: str) -> bytes:
    return soap.fault_document(soap.Fault(code, (subcode,), "its words"))


def asking(camera: Camera, known: soap.Login | None = None) -> Asking:
    http = Http(urlsplit(f"onvif://{HOST}"), transport=httpx.MockTransport(camera))
    return Asking(http, known, lambda: NOW)


def lens(camera: Camera, profile: str = "", given: Mapping[str, str] | None = None) -> OnvifRemote:
    return find_lens(asking(camera), profile, dict(given or {}))


def test_the_first_profile_with_motors_is_taken_and_its_units_become_steps() -> None:
    camera = Camera()
    found = lens(camera)
    look = found.look()
    assert look.positions == {"zoom": pytest.approx(2500.0), "focus": pytest.approx(4000.0)}
    found.send({"zoom": 7500.0, "focus": 100.0})
    assert 'x="0.75"' in camera.bodies("AbsoluteMove")[0]
    assert "<tptz:ProfileToken>p1<" in camera.bodies("AbsoluteMove")[0]
    assert "<tt:Position>1<" in camera.bodies("Move")[0]


def test_a_focus_that_counts_the_other_way_is_turned_over() -> None:
    camera = Camera()
    found = lens(camera, given={"focus": "reversed"})
    assert found.look().positions["focus"] == pytest.approx(6000.0)
    found.send({"focus": 10_000.0})
    assert "<tt:Position>0<" in camera.bodies("Move")[0]
    assert found.remark == ""
    assert "which way focus" in lens(camera).remark


def test_cameras_that_know_only_capabilities_or_media2_are_understood() -> None:
    old = Camera(
        GetCapabilities="<tds:Capabilities><tt:Imaging><tt:XAddr>http://x/i</tt:XAddr></tt:Imaging><tt:Media>"
        "<tt:XAddr>http://x/m</tt:XAddr></tt:Media><tt:PTZ><tt:XAddr>http://x/p</tt:XAddr></tt:PTZ></tds:Capabilities>"
    )
    del old.answers["GetServices"]
    new = Camera(
        GetServices=services(tr2="http://x/m2", tptz="http://x/p", timg="http://x/i"), GetProfiles=PROFILES_2
    )
    for camera in (old, new):
        assert set(lens(camera).axes) == {"zoom", "focus"}


def test_limits_that_the_camera_sets_to_its_zoom_are_kept() -> None:
    limits = f"<tt:ZoomLimits>{SPACE.format('Range', ZOOM_SPACE, 0, 0.5)}</tt:ZoomLimits>"
    camera = Camera(GetProfiles=PROFILES.format(limits))
    found = lens(camera)
    found.send({"zoom": found.axes["zoom"].high})
    assert 'x="0.5"' in camera.bodies("AbsoluteMove")[0]


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        ({"GetNode": NODE.format(CONTINUOUS)}, "its zoom"),
        ({"GetMoveOptions": "<timg:MoveOptions/>"}, "its focus"),
        ({"GetMoveOptions": "unsupported"}, "its focus"),
    ],
)
def test_a_camera_that_only_turns_at_a_speed_is_refused_in_words(answers: dict[str, str], what: str) -> None:
    with pytest.raises(LensUnreachable, match=f"cannot send {what} to a place"):
        lens(Camera(**answers))


def test_a_motor_whose_place_changes_moves_though_the_camera_says_idle() -> None:
    camera = Camera()
    found = lens(camera)
    found.look()
    assert found.look().moving is False
    camera.zoom = 0.5
    assert found.look().moving is True
    assert found.look().moving is False
    camera.status = "UNKNOWN"
    assert found.look().moving is None


def test_a_focus_that_does_not_tell_its_place_is_where_it_was_sent() -> None:
    camera = Camera()
    camera.tells_focus = False
    found = lens(camera)
    assert not found.axes["focus"].tells_position
    look = found.look()
    assert set(look.positions) == {"zoom"}
    assert look.moving is None  # what nobody tells is not believed to stand


def test_exposure_by_hand_keeps_what_the_camera_had_and_gives_it_back() -> None:
    camera = Camera()
    found = lens(camera)
    assert found.automatic(BY_HAND) == Automatic(focus=True, exposure=True)
    assert camera.modes == {"focus": "MANUAL", "exposure": "MANUAL"}
    (sent,) = camera.bodies("SetImagingSettings")
    assert "<tt:ExposureTime>8333<" in sent
    assert "<tt:Gain>12.5<" in sent
    assert found.automatic(Automatic(focus=True, exposure=True)) == BY_HAND
    assert camera.modes == {"focus": "AUTO", "exposure": "AUTO"}


def options(iris: str) -> str:
    return (
        f"<timg:ImagingOptions><tt:Exposure><tt:Mode>AUTO</tt:Mode><tt:Mode>MANUAL</tt:Mode>{iris}</tt:Exposure>"
        "</timg:ImagingOptions>"
    )


@pytest.mark.parametrize(("low", "high", "open_db"), [(0, 20, 0), (-22, 0, 0), (2, 18, 2)])
def test_the_end_of_an_iris_that_takes_least_away_is_open(low: int, high: int, open_db: int) -> None:
    """Schema onvif.xsd: 0 dB is a fully opened iris; some cameras count down from it."""
    span = f"<tt:Iris><tt:Min>{low}</tt:Min><tt:Max>{high}</tt:Max></tt:Iris>"
    camera = Camera(GetOptions=options(span))
    found = lens(camera)
    found.send({"iris": found.axes["iris"].low})
    (sent,) = camera.bodies("SetImagingSettings")
    assert (
        f"<tt:Iris>{open_db}</tt:Iris></tt:Exposure>" in sent
    )  # it had told none: the last part of the sequence
    assert "<tt:ExposureTime>8333<" in sent
    assert camera.modes["exposure"] == "MANUAL"
    assert set(lens(camera, given={"iris": "no"}).axes) == {"zoom", "focus"}


def test_an_iris_without_a_span_is_no_motor() -> None:
    assert set(lens(Camera(GetOptions=options(""))).axes) == {"zoom", "focus"}


def test_a_switch_whose_answer_is_lost_is_put_back_all_the_same() -> None:
    camera = Camera()
    asks = asking(camera)
    found = find_lens(asks, "", {"focus": "straight"})
    asks.patient = False
    camera.lost = {"SetImagingSettings"}
    with polled(found) as opened:
        was = opened.automatic(BY_HAND)
        assert camera.modes == {"focus": "MANUAL", "exposure": "MANUAL"}  # it was carried out
        opened.automatic(was)
    assert camera.modes == {"focus": "AUTO", "exposure": "AUTO"}
    assert "<tt:ExposureTime>8333<" in camera.bodies("SetImagingSettings")[-1]


def test_what_has_no_manual_mode_is_left_alone() -> None:
    camera = Camera(GetOptions="<timg:ImagingOptions/>")
    assert lens(camera).automatic(BY_HAND) == Automatic()
    assert not camera.bodies("SetImagingSettings")


def test_a_refused_password_and_a_busy_camera_are_told_apart() -> None:
    with pytest.raises(LensError, match="refuses name and password"):
        lens(Camera(GetProfiles="unauthorized"))
    with pytest.raises(NoAnswerError, match="its words"):
        lens(Camera(GetProfiles="busy"))
    web_page = httpx.MockTransport(lambda request: httpx.Response(404, text="<html>no</html>"))
    with pytest.raises(LensError, match="not in ONVIF"):
        find_lens(Asking(Http(urlsplit(f"onvif://{HOST}"), transport=web_page), None), "", {})


def test_a_password_is_said_by_the_cameras_own_clock_and_to_no_other_host() -> None:
    ahead = timedelta(days=400)
    then = NOW + ahead
    clock = (
        f"<tds:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>{then.hour}</tt:Hour><tt:Minute>{then.minute}"
        f"</tt:Minute><tt:Second>{then.second}</tt:Second></tt:Time><tt:Date><tt:Year>{then.year}</tt:Year>"
        f"<tt:Month>{then.month}</tt:Month><tt:Day>{then.day}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
    )
    camera = Camera(GetSystemDateAndTime=clock)
    find_lens(asking(camera, soap.Login("kim", "s3cret")), "", {})
    assert f"<wsu:Created>{then:%Y-%m-%dT%H:%M:%SZ}<" in camera.asked[-1][1].content.decode()
    assert all("s3cret" not in request.content.decode() for _, request in camera.asked)
    assert {request.url.host for _, request in camera.asked} == {HOST}
    ports = {name: request.url.port for name, request in camera.asked}
    assert ports["GetNode"] == 8000  # its own host at another port is believed
    assert {request.url.raw_path for name, request in camera.asked if name == "GetOptions"} == {b"/img?x=1"}


def test_the_digest_of_a_password_is_that_of_the_document() -> None:
    # the example of the ONVIF Application Programmer's Guide, 1.0, 6.1.1.3
    nonce = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    assert (
        soap.password_digest("userpassword", nonce, "2010-09-16T07:50:45Z") == "tuOSpGlFlIXsozq4HFNeeGeFLEI="
    )


STREAM = "rtsp://10.0.0.9:8554/live?ch=1"


@pytest.mark.parametrize(
    ("media", "answers"),
    [
        ("trt", {"GetStreamUri": f"<trt:MediaUri><tt:Uri>{STREAM}</tt:Uri></trt:MediaUri>"}),
        (
            "tr2",
            {
                "GetServices": services(tr2=f"http://{HOST}/m2"),
                "GetProfiles": PROFILES_2,
                "GetStreamUri": f"<tr2:Uri>{STREAM}</tr2:Uri>",
            },
        ),
    ],
)
def test_the_camera_says_where_its_pictures_are(media: str, answers: dict[str, str]) -> None:
    camera = Camera(**answers)
    assert find_stream(asking(camera), "") == STREAM
    name, request = camera.asked[-1]
    assert name == "GetStreamUri"
    assert b">p1</" in request.content, "of the profile whose motors are driven"
    assert f"<{media}:GetStreamUri".encode() in request.content


def test_a_camera_without_a_stream_is_named() -> None:
    with pytest.raises(LensUnreachable, match="yourself"):
        find_stream(asking(Camera()), "")


@pytest.mark.parametrize(
    ("told", "at"),
    [
        (STREAM, "rtsp://ann:s%40@[::1]:8554/live?ch=1"),
        ("rtsp://user:else@evil/x", "rtsp://ann:s%40@[::1]/x"),
        ("http://10.0.0.9/mjpg", None),
        ("rtsp://10.0.0.9:99999/x", None),
        ("", None),
    ],
)
def test_its_host_is_not_believed_and_the_password_goes_nowhere_else(told: str, at: str | None) -> None:
    assert at_host(told, urlsplit("onvif://ann:s%40@[::1]:8000/p1")) == at
