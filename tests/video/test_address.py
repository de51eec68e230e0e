import pytest

from backfocus.errors import UsageError
from backfocus.video.address import kind


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
