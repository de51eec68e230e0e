"""Who answers on the network: documents as cameras send them, and answers on this machine."""

import socket
import threading

import pytest

from backfocus.control.discovery import discovery, neighbours
from backfocus.control.discovery.discovery import Neighbour, announced, matches, probe
from backfocus.control.onvif.soap import read

# as the example of the ONVIF Core Specification has it, with the scopes of a real camera's manual
ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<SOAP-ENV:Header><w:RelatesTo>uuid:84ede3de-7dec-11d0-c360-f01234567890</w:RelatesTo></SOAP-ENV:Header>
<SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>
<w:EndpointReference><w:Address>urn:uuid:a1f48ac2</w:Address></w:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>onvif://www.onvif.org/type/ptz onvif://www.onvif.org/hardware/D1-566
 onvif://www.onvif.org/name/Dome%20Cam</d:Scopes>
<d:XAddrs>http://[fe80::1]/onvif/device_service http://ADDRESS/onvif/device_service</d:XAddrs>
<d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>"""


def answer(address: str) -> bytes:
    return ANSWER.replace("ADDRESS", address).encode()


def test_the_probe_asks_for_cameras_under_its_own_number() -> None:
    asked = read(probe("84ede3de-7dec-11d0-c360-f01234567890"))
    assert asked.name == "Probe"
    assert [each.text for each in asked.body] == ["dn:NetworkVideoTransmitter"]
    header = {each.tag.rpartition("}")[2]: each.text for each in asked.header}
    assert header["MessageID"] == "uuid:84ede3de-7dec-11d0-c360-f01234567890"
    assert header["Action"] == "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe"


@pytest.mark.parametrize(
    ("at", "address"), [("10.0.0.7", "onvif://10.0.0.7"), ("10.0.0.7:8080", "onvif://10.0.0.7:8080")]
)
def test_an_answer_becomes_the_address_to_use(at: str, address: str) -> None:
    assert matches(answer(at)) == (Neighbour(address, "lens", "Dome Cam", "D1-566"),)


@pytest.mark.parametrize("at", ["10.0.0.7:99999", "a%20b", "$(reboot)", "-x", "user:secret@"])
def test_what_is_no_host_is_not_printed(at: str) -> None:
    assert matches(answer(at)) == ()


@pytest.mark.parametrize("noise", [b"", b"<a/>", b"\xff\xfe", b"<!DOCTYPE x><a/>", probe("1")])
def test_what_is_no_answer_is_passed_over(noise: bytes) -> None:
    assert matches(noise) == ()


def test_cameras_on_this_machine_are_found_once_each() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as camera:
        camera.bind(("127.0.0.1", 0))

        def answering() -> None:
            for _ in discovery.TYPES:
                _, asking = camera.recvfrom(65535)
                for each in (answer("127.0.0.1"), b"noise", answer("127.0.0.1:8080")):
                    camera.sendto(each, asking)

        thread = threading.Thread(target=answering)
        thread.start()
        found = list(neighbours.onvif(5.0, camera.getsockname(), most=2))
        thread.join()
    assert [each.address for each in found] == ["onvif://127.0.0.1", "onvif://127.0.0.1:8080"]


@pytest.mark.parametrize(
    ("service", "name", "port", "address"),
    [
        ("_axis-video._tcp", "AXIS P1375 - ACCC8E", 80, "vapix://10.0.0.9"),
        ("_vapix-https._tcp", "AXIS P1375 - ACCC8E", 443, "vapix+https://10.0.0.9"),
        ("_rtsp._tcp", "Encoder", 8554, "rtsp://10.0.0.9:8554"),
        ("_blackmagic._tcp", "Studio Camera", 9990, "blackmagic://10.0.0.9"),
        ("_ndi._tcp", "STUDIO (Camera 1)", 5961, "ndi://STUDIO (Camera 1)"),
    ],
)
def test_an_announced_service_becomes_an_address(service: str, name: str, port: int, address: str) -> None:
    found = announced(service, name, ["fe80::5", "10.0.0.9"], port)
    assert found is not None
    assert (found.address, found.name) == (address, name)


def test_a_name_is_shown_on_one_line_without_control_signs() -> None:
    found = announced("_rtsp._tcp", "Cam\x1b[2J\n" + "x" * 200, ["10.0.0.9"], 554)
    assert found is not None
    assert found.name.isprintable()
    assert len(found.name) == 80
    assert announced("_ssh._tcp", "x", ["10.0.0.9"], 22) is None


@pytest.mark.slow  # registering a name takes a second and a half, as the protocol has it
def test_an_announcement_on_this_machine_is_heard() -> None:
    zeroconf = pytest.importorskip("zeroconf", reason="zeroconf is not installed")
    kind = "_axis-video._tcp.local."
    host = socket.inet_aton("127.0.0.1")
    told = zeroconf.ServiceInfo(kind, f"Hall 3.{kind}", addresses=[host], port=8080, server="hall.local.")
    net = zeroconf.Zeroconf(interfaces=["127.0.0.1"])
    try:
        net.register_service(told)
        found = neighbours.announced_services(10.0, ["127.0.0.1"], most=1)
    finally:
        net.unregister_all_services()
        net.close()
    assert [(each.address, each.name) for each in found] == [("vapix://127.0.0.1:8080", "Hall 3")]
