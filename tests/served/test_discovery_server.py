"""Those who look for cameras find the virtual one, where it is asked to answer; only by its own types."""

import pytest
from tests.served.onvif_schema import FOLDER, etree

from backfocus.control.discovery import neighbours
from backfocus.control.discovery.discovery import matches, probe
from backfocus.control.onvif.soap import envelope, node
from backfocus.served.discovery_server import DiscoveryServer, answer_to
from backfocus.served.serving import serve_camera

ADDRESS = "http://192.0.2.10:8090/onvif/device_service"


def test_an_answer_is_valid_by_the_schema_and_names_the_camera() -> None:
    said = answer_to(probe("1"), "0a", ADDRESS)
    assert said is not None
    file = FOLDER / "ws-discovery.xsd"
    # it names its sister by the address in the net; she lies beside it
    text = file.read_bytes().replace(
        b'schemaLocation="http://schemas.xmlsoap.org/ws/2004/08/addressing"', b'schemaLocation="addressing"'
    )
    parser = etree.XMLParser(no_network=True)
    schema = etree.XMLSchema(etree.fromstring(text, parser, base_url=str(file)))
    body = etree.fromstring(etree.tostring(etree.fromstring(said).find("{*}Body")[0]))
    assert schema.validate(body), schema.error_log
    (found,) = matches(said)
    assert (found.address, found.use, found.name) == ("onvif://192.0.2.10:8090", "lens", "backfocus")


@pytest.mark.parametrize(
    ("types", "scopes", "answers"),
    [
        ("", "", True),
        ("dn:NetworkVideoTransmitter", "onvif://www.onvif.org/type", True),
        ("dn:NetworkVideoDisplay", "", False),
        ("", "onvif://www.onvif.org/location/london", False),
    ],
)
def test_only_what_is_looked_for_answers(types: str, scopes: str, answers: bool) -> None:
    asked = envelope(node("wsd:Probe", node("wsd:Types", types), node("wsd:Scopes", scopes)))
    assert (answer_to(asked, "0a", ADDRESS) is not None) == answers


def test_other_datagrams_get_no_answer() -> None:
    for other in (b"", b"\xff" * 100, envelope(node("wsd:Hello"))):
        assert answer_to(other, "0a", ADDRESS) is None


def test_the_camera_is_found_where_it_is_asked_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[DiscoveryServer] = []

    class Noted(DiscoveryServer):
        def __init__(self, *arguments) -> None:
            super().__init__(*arguments)
            made.append(self)

    monkeypatch.setattr("backfocus.served.serving.DiscoveryServer", Noted)
    with serve_camera("sim://?size=64x64&fps=5", discovery_port=0) as served:
        to = ("127.0.0.1", made[0].server_address[1])
        found = list(neighbours.onvif(10.0, to, most=1))
    assert [each.address for each in found] == [f"onvif://127.0.0.1:{served.video_port}"]
    with serve_camera("sim://?size=64x64&fps=5"):
        assert len(made) == 1  # nothing listens that was not asked for
