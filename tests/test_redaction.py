"""What is shown of an address: a secret put into any part of it, however it is called, is not seen again."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.redaction import redact, shown

SECRET = "Tr0ub4dor"


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("rtsp://op:Tr0ub4dor@cam:554/live", "rtsp://***@cam:554/live"),
        ("rtsp://op@cam/live", "rtsp://***@cam/live"),
        ("rtsp://op:Tr0@ub/4dor@cam/live", "rtsp://***@cam/live"),
        ("rtsp://user:123/Tr0ub4dor@h", "rtsp://***@h"),
        ("rtsp://user:123?Tr0ub4dor@h", "rtsp://***"),
        ("rtsp://user:123#Tr0ub4dor@h/live", "rtsp://***"),
        ("rtsp://user:Tr0ub4dor", "rtsp://***"),
        ("rtsp://user%3ATr0ub4dor%40h/live", "rtsp://***"),
        ("rtsp:/user:Tr0ub4dor@h/live", "rtsp:/***@h/live"),
        ("rtsp:user:Tr0ub4dor@h/live", "rtsp:***@h/live"),
        (r"rtsp:\\user:Tr0ub4dor@h\live", r"rtsp:\\***"),
        ("user:Tr0ub4dor@10.0.0.9/live", "***@10.0.0.9/live"),
        ("u:Tr0ub4dor@10.0.0.9/live", "***@10.0.0.9/live"),
        ("RTSP://OP:Tr0ub4dor@CAM/live", "RTSP://***@CAM/live"),
        ("rtsp://op:Tr0ub4dor@[fe80::1%25eth0]:554/a", "rtsp://***@[fe80::1%25eth0]:554/a"),
        ("http://cam/mjpg?user=op&pwd=Tr0ub4dor&res=hd", "http://cam/mjpg?***"),
        ("http://cam/mjpg?loginuse=op&loginpas=Tr0ub4dor", "http://cam/mjpg?***"),
        ("http://cam/mjpg?pass%77ord=Tr0ub4dor", "http://cam/mjpg?***"),
        ("http://cam/mjpg?password=my Tr0ub4dor", "http://cam/mjpg?***"),
        ("https://cam/a?access_key=x&X-Amz-Signature=Tr0ub4dor", "https://cam/a?***"),
        ("http://cam/a#token=Tr0ub4dor", "http://cam/a#***"),
        ("srt://cam:9000?passphrase=Tr0ub4dor&latency=120", "srt://cam:9000?***"),
        ("srt://cam:9000?streamid=#!::u=Tr0ub4dor", "srt://cam:9000?***"),
        ("srt://:9000?mode=listener", "srt://:9000?***"),
        ("rtsp://h/user=a_password=Tr0ub4dor_channel=1", "rtsp://h/***"),
        ("rtsp://h/live;user=a;pwd=Tr0ub4dor", "rtsp://h/***"),
        ("rtsp://h/pass%2577ord%3DTr0ub4dor/ch1", "rtsp://h/***"),
        ("rtsp://h/user/kim/password/Tr0ub4dor/ch1", "rtsp://h/***"),
        ("rtsp://h/0/kim:Tr0ub4dor/main", "rtsp://h/0/***/main"),
        ("rtsps://10.0.0.1:7441/Tr0ub4dorTr0ub4dor?enableSrtp", "rtsps://10.0.0.1:7441/***?***"),
        ("http://h/550e8400-e29b-41d4-a716-446655440000/a", "http://h/***/a"),
        ("postgresql://me:Tr0ub4dor@h:5432/lenses?sslmode=require", "postgresql://***@h:5432/lenses?***"),
        ("mysql+driver://me:Tr0ub4dor@h/db", "mysql+driver://***@h/db"),
    ],
)
def test_of_an_address_scheme_host_port_and_path_are_shown(address: str, seen: str) -> None:
    assert shown(address) == seen
    if " " not in address and not seen.startswith("***"):  # a text may hold a blank, and a word with an @
        assert redact(address) == seen


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://10.0.0.9:554/Streaming/Channels/101",
        "rtsp://h/h264Preview_01_main",
        "rtsp://h/axis-media/media.amp",
        "rtsp://h/cam/realmonitor?channel=1&subtype=0",
        "http://h/",
        "sim://?delta_um=40&seed=7",
        "file:///clips/a.mp4",
        "/clips/user=1/a@b.mp4",
        r"C:\clips\kim@studio\a.mp4",
        "device:Cam Link 4K",
        "clip 12:30.mp4",
        "",
    ],
)
def test_what_holds_no_secret_is_shown_whole(address: str) -> None:
    assert shown(address) == redact(address) == address


def test_two_channels_of_a_recorder_do_not_look_the_same() -> None:
    one, two = (shown(f"rtsp://op:x@h/cam/realmonitor?channel={n}&pw=x") for n in (1, 2))
    assert one == "rtsp://***@h/cam/realmonitor?channel=1&***"
    assert one != two


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (
            "rtsp://op:Tr0ub4dor@cam/live: no answer in time",
            "rtsp://***@cam/live: no answer in time",
        ),
        (
            "Cannot open 'http://cam/x?p=Tr0ub4dor', nor http://b/y?p=Tr0ub4dor.",
            "Cannot open 'http://cam/x?***', nor http://b/y?***.",
        ),
        ("took rtsp://op:Tr0ub4dor my@cam/live twice", "took rtsp://***@cam/live twice"),
        ("first rtsp://op:Tr0ub4dor@a\nthen rtsp://op:Tr0ub4dor@b", "first rtsp://***@a\nthen rtsp://***@b"),
        (
            "wrong password: write them as scheme://USER:PASSWORD@HOST/PATH",
            "wrong password: write them as scheme://USER:PASSWORD@HOST/PATH",
        ),
        ("half depth of focus: 9.0 um", "half depth of focus: 9.0 um"),
    ],
)
def test_in_a_text_every_address_is_hidden_and_the_rest_stays(text: str, seen: str) -> None:
    assert redact(text) == seen


HOSTS = st.sampled_from(["10.0.0.9", "cam.local:554", "[::1]:8554"])
SCHEMES = st.sampled_from(["rtsp", "rtsps", "http", "https", "srt", "udp", "postgresql", "nonsense"])
NOISE = st.text(string.ascii_letters + string.digits + "@:/?#&=;%+!$*'-_.~\\\"<>[] ", max_size=8)


@given(SCHEMES, HOSTS, NOISE, NOISE, NOISE)
def test_a_password_typed_as_it_is_is_never_seen(scheme: str, host: str, user: str, a: str, b: str) -> None:
    """Whatever letters stand around it, and however it is escaped or not."""
    for address in (
        f"{scheme}://{user}:{a}{SECRET}{b}@{host}/live",
        f"{scheme}://op:{a}{SECRET}{b}@{host}/live?channel=1",
    ):
        assert SECRET not in shown(address)
        assert shown(shown(address)) == shown(address)


@given(SCHEMES, HOSTS, st.text(string.ascii_letters + "-_.[]%", min_size=1), NOISE, NOISE)
def test_a_secret_in_a_query_or_a_fragment_is_never_seen(
    scheme: str, host: str, key: str, a: str, b: str
) -> None:
    for mark in "?#":
        address = f"{scheme}://op:{SECRET}@{host}/live{mark}x=1&{key}={a}{SECRET}{b}"
        assert SECRET not in shown(address)
        assert SECRET not in redact(f"Error: {address}") or " " in address


@given(st.text(max_size=40))
def test_any_text_is_taken_and_stays_as_it_came_out(text: str) -> None:
    assert shown(shown(text)) == shown(text)
    assert redact(redact(text)) == redact(text)
