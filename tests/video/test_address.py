import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.errors import UsageError
from backfocus.video.address import kind, redact


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("clip.mp4", "file"),
        ("/a/b/clip:2.mp4", "file"),
        (r"C:\clips\a.mp4", "file"),
        ("rtsp://cam/1", "rtsp"),
        ("RTSP://cam/1", "rtsp"),
        ("https://cam/mjpg", "http"),
        ("srt://cam:9000?mode=caller", "srt"),
        ("device:0", "device"),
        ("device:Cam Link 4K", "device"),
        ("sim://?seed=7", "sim"),
    ],
)
def test_each_kind_of_address_is_known(address: str, expected: str) -> None:
    assert kind(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "  ",
        "ndi://CAM 1",
        "gopher://x",
        "rtsp:///x",
        "http://:80/",
        "http://cam:notaport/",
        "device:",
        "rtsp://[::1",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        kind(address)
    assert "\n" not in str(refused.value)


def test_ndi_is_named_as_not_supported_yet() -> None:
    with pytest.raises(UsageError, match="ndi:// addresses are not supported yet"):
        kind("ndi://STUDIO (CAM 1)")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://op:secret@cam:554/live", "rtsp://***@cam:554/live"),
        ("rtsp://op:p@ss/w@cam/live", "rtsp://***@cam/live"),
        ("http://cam/mjpg?user=op&pwd=secret&res=hd", "http://cam/mjpg?user=***&pwd=***&res=hd"),
        ("srt://cam:9000?passphrase=0123456789&latency=120", "srt://cam:9000?passphrase=***&latency=120"),
        ("http://cam/a?Token=abc#top", "http://cam/a?Token=***#top"),
        ("/clips/user=1/a@b.mp4", "/clips/user=1/a@b.mp4"),
        ("device:Cam", "device:Cam"),
    ],
)
def test_secrets_are_not_shown(address: str, shown: str) -> None:
    assert redact(address) == shown


WORD = st.text("abcdefghijkLMNOP0123456789@:!$%*-_.~", min_size=6)


@given(WORD, WORD, st.sampled_from(["rtsp", "http", "https", "srt"]))
def test_no_password_survives(user: str, password: str, scheme: str) -> None:
    shown = redact(f"{scheme}://{user}:{password}@10.0.0.9/live?token={password}")
    assert shown == f"{scheme}://***@10.0.0.9/live?token=***"
    assert redact(shown) == shown


@given(st.text("abc@:/?#&=", min_size=1))
def test_no_password_survives_unescaped(password: str) -> None:
    assert redact(f"rtsp://op:{password}@10.0.0.9/live").endswith("://***@10.0.0.9/live")
