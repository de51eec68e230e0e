"""What the virtual camera says in ONVIF is valid by ONVIF's own schemas, its refusals too."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from tests.clock import Clock
from tests.served.onvif_schema import demand_valid

from backfocus.control.http.http import Http
from backfocus.control.onvif import onvif, soap
from backfocus.control.onvif.lens import Asking, OnvifRemote, find_lens
from backfocus.control.onvif.soap import Node, node
from backfocus.errors import LensError
from backfocus.guide.axes import Automatic
from backfocus.served.http_server import Request
from backfocus.served.login import Guard
from backfocus.served.onvif_device import PROFILE, SOURCE, Device
from backfocus.served.onvif_face import OnvifFace
from backfocus.served.onvif_motors import OnvifMotors
from backfocus.served.virtual_camera import VirtualCamera
from backfocus.sim.settings import parse_sim

LENS = parse_sim("sim://?motor=focus&zoom=4&size=64x64&zoom_s=60&focus_s=60")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def camera(clock: Clock) -> VirtualCamera:
    return VirtualCamera(LENS, clock)


@pytest.fixture
def face(camera: VirtualCamera) -> OnvifFace:
    return OnvifFace(Device(camera, lambda host: f"rtsp://{host}:8554/video"), OnvifMotors(camera))


def said(face: OnvifFace, question: Node, *header: Node, headers: dict[str, str] | None = None) -> bytes:
    document = soap.envelope(question, *header)
    demand_valid(document)
    given = {"host": "camera.test:8090"} | (headers or {})
    answer = face(Request("POST", "/onvif/any", {}, given, document))
    assert answer is not None
    return answer.body


def of_profile(name: str, *more: Node) -> Node:
    return node(name, node("tptz:ProfileToken", PROFILE), *more)


def of_source(name: str, *more: Node) -> Node:
    return node(name, node("timg:VideoSourceToken", SOURCE), *more)


ZOOM = node("tt:Zoom", x="0.25")
SETUP = node(
    "trt:StreamSetup", node("tt:Stream", "RTP-Unicast"), node("tt:Transport", node("tt:Protocol", "RTSP"))
)
QUESTIONS = (
    onvif.get_clock(),
    onvif.get_services(),
    onvif.get_capabilities(),
    *(
        node(f"tds:{name}")
        for name in (
            "GetDeviceInformation", "GetServiceCapabilities", "GetScopes", "GetHostname",
            "GetNetworkInterfaces",
        )
    ),
    *(
        node(f"trt:{name}")
        for name in (
            "GetServiceCapabilities", "GetProfiles", "GetVideoSources", "GetVideoSourceConfigurations",
            "GetVideoEncoderConfigurations", "GetVideoEncoderConfigurationOptions",
        )
    ),
    node("trt:GetProfile", node("trt:ProfileToken", PROFILE)),
    node("trt:GetVideoSourceConfiguration", node("trt:ConfigurationToken", "sensor-settings")),
    node("trt:GetVideoEncoderConfiguration", node("trt:ConfigurationToken", "h264")),
    node("trt:GetStreamUri", SETUP, node("trt:ProfileToken", PROFILE)),
    node("trt:GetSnapshotUri", node("trt:ProfileToken", PROFILE)),
    node("tptz:GetServiceCapabilities"),
    node("tptz:GetNodes"),
    onvif.get_node("motors"),
    node("tptz:GetConfigurations"),
    node("tptz:GetConfiguration", node("tptz:PTZConfigurationToken", "motors-settings")),
    node("tptz:GetConfigurationOptions", node("tptz:ConfigurationToken", "motors-settings")),
    onvif.get_status(PROFILE),
    onvif.zoom_to(PROFILE, 0.25, onvif.ZOOM_SPACE),
    of_profile("tptz:RelativeMove", node("tptz:Translation", ZOOM)),
    of_profile("tptz:ContinuousMove", node("tptz:Velocity", ZOOM), node("tptz:Timeout", "PT60S")),
    of_profile("tptz:Stop", node("tptz:Zoom", True)),
    of_profile("tptz:SetPreset", node("tptz:PresetName", "tele")),
    of_profile("tptz:GetPresets"),
    of_profile("tptz:GotoPreset", node("tptz:PresetToken", "1")),
    of_profile("tptz:RemovePreset", node("tptz:PresetToken", "1")),
    node("timg:GetServiceCapabilities"),
    onvif.get_modes(SOURCE),
    onvif.get_mode_options(SOURCE),
    of_source(
        "timg:SetImagingSettings",
        node("timg:ImagingSettings", node("tt:Focus", node("tt:AutoFocusMode", "MANUAL"))),
    ),
    onvif.get_focus_span(SOURCE),
    onvif.focus_to(SOURCE, 0.5),
    of_source("timg:Stop"),
    onvif.get_focus(SOURCE),
)  # fmt: skip


def test_every_question_that_it_knows_is_answered_by_the_schema(face: OnvifFace) -> None:
    assert {question.name for question in QUESTIONS} == set(face.device.answers) | set(face.motors.answers)
    for question in QUESTIONS:
        document = said(face, question)
        assert onvif.answers(question, soap.read(document).body), document.decode()
        demand_valid(document)


def test_a_zoom_goes_where_it_is_sent_and_tells_so(
    face: OnvifFace, camera: VirtualCamera, clock: Clock
) -> None:
    low, high = camera.span("zoom")
    said(face, onvif.zoom_to(PROFILE, 0.75, onvif.ZOOM_SPACE))
    clock.now_s = 1.0
    assert onvif.zoom_place(soap.read(said(face, onvif.get_status(PROFILE))).body).moving
    clock.now_s = 2000.0
    assert camera.state().positions["zoom"] == pytest.approx(low + 0.75 * (high - low), abs=1)
    place = onvif.zoom_place(soap.read(said(face, onvif.get_status(PROFILE))).body)
    # one step of its motor is 1/16384
    assert place.position == pytest.approx(0.75, abs=1e-4)
    assert place.moving is False


@pytest.mark.parametrize(
    ("question", "code", "subcode"),
    [
        (onvif.focus_to(SOURCE, 0.5), "Sender", "OperationProhibited"),  # automatic focus is on
        (onvif.zoom_to(PROFILE, 1.5, ""), "Sender", "InvalidArgVal"),
        (onvif.get_status("another"), "Sender", "InvalidArgVal"),
        (node("tds:SystemReboot"), "Receiver", "ActionNotSupported"),
    ],
)
def test_what_it_will_not_do_is_a_fault_of_onvif(
    face: OnvifFace, question: Node, code: str, subcode: str
) -> None:
    fault = soap.fault_of(soap.read(said(face, question)))
    assert fault is not None
    assert (fault.code, fault.subcodes[0]) == (code, subcode)


def token(password: str, at: datetime, kind: str = soap.DIGEST) -> Node:
    """A WS-UsernameToken made by the words of its specification."""
    nonce, created = b"sixteen bytes 16", at.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()
    secret = digest if kind == soap.DIGEST else password
    return node(
        "wsse:Security",
        node(
            "wsse:UsernameToken",
            node("wsse:Username", "kim"),
            node("wsse:Password", secret, Type=kind),
            node("wsse:Nonce", base64.b64encode(nonce).decode()),
            node("wsu:Created", created),
        ),
    )


def test_a_password_is_asked_for_where_there_is_one(camera: VirtualCamera) -> None:
    guard = Guard(soap.Login("kim", "s3cret"))
    ahead = timedelta(hours=2)
    face = OnvifFace(Device(camera, ahead=ahead), OnvifMotors(camera), guard)
    now = datetime.now(UTC) + ahead
    known = {
        "of its clock": (token("s3cret", now),),
        "plain": (token("s3cret", now, soap.TEXT),),
    }
    strange = {
        "none": (),
        "wrong": (token("secret", now),),
        "old": (token("s3cret", now - timedelta(hours=2)),),
    }
    question = onvif.get_status(PROFILE)
    for name, header in (known | strange).items():
        fault = soap.fault_of(soap.read(said(face, question, *header)))
        assert (fault is None) == (name in known), name
        assert fault is None or "NotAuthorized" in fault.subcodes
    assert soap.fault_of(soap.read(said(face, onvif.get_clock()))) is None  # answered to anyone


@pytest.mark.parametrize("way", ["token", "digest"])
def test_the_driver_shows_its_password_in_the_document_and_in_http(camera: VirtualCamera, way: str) -> None:
    """Cameras take one of the two; which one is left out here on the way."""
    guard = Guard(soap.Login("kim", "s3cret"))
    face = OnvifFace(Device(camera, ahead=timedelta(hours=-3)), OnvifMotors(camera), guard)

    def carry(request: httpx.Request) -> httpx.Response:
        headers, document = dict(request.headers), request.content
        if way == "token":
            headers.pop("authorization", None)
        else:
            document = re.sub(rb"<s:Header>.*</s:Header>", b"", document)
        answer = face(Request(request.method, request.url.path, {}, headers, document))
        assert answer is not None
        told = {} if way == "token" else dict(answer.headers)
        return httpx.Response(answer.code, headers=told, content=answer.body)

    def opened(password: str) -> OnvifRemote:
        parts = urlsplit(f"onvif://kim:{password}@camera.test")
        http = Http(parts, transport=httpx.MockTransport(carry))
        return find_lens(Asking(http, soap.Login("kim", password)), "", {})

    assert opened("s3cret").automatic(Automatic()) == Automatic(focus=True, exposure=True)
    with pytest.raises(LensError, match="refuses name and password") as caught:
        opened("hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_document_with_entities_is_refused(face: OnvifFace) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'
    answer = face(Request("POST", "/onvif/any", {}, {}, bomb))
    assert answer is not None
    assert answer.code == 400
