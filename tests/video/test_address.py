import pytest

from backfocus.errors import SourceUnreadable, UsageError
from backfocus.video import open_source
from backfocus.video.address import kind, local_path


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
        ("ndi://CAM 1 (Hall [3])", "ndi"),
    ],
)
def test_each_kind_of_address_is_known(address: str, expected: str) -> None:
    assert kind(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "  ",
        "ndi://",
        "ndi://?at=10.0.0.7",
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


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("clip.mp4", "clip.mp4"),
        ("12:30.mp4", "12:30.mp4"),
        ("file:///a/b%20c.mp4", "/a/b c.mp4"),
        ("FILE://localhost/a/%231.mp4", "/a/#1.mp4"),
        ("file:/a/b.mp4", "/a/b.mp4"),
        ("file:///a/%FF.mp4", "/a/\udcff.mp4"),
        ("file.mp4", "file.mp4"),
        ("file:b.mp4", "file:b.mp4"),
    ],
)
def test_a_file_is_named_by_its_path_or_its_address(address: str, path: str) -> None:
    assert kind(address) == "file"
    assert local_path(address) == path


@pytest.mark.parametrize("address", ["file://server/a.mp4", "file://~user/a.mp4", "file://"])
def test_a_file_of_another_machine_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="file:///PATH"):
        local_path(address)


@pytest.mark.parametrize(
    "address", ["RTSP://cam/1", "Http://cam/x", "rtsp://u:p%23w@cam/1", "rtsp://cam/p#x"]
)
def test_schemes_are_known_in_any_letters(address: str) -> None:
    assert kind(address) == address[:4].lower()


@pytest.mark.parametrize(
    ("address", "how"),
    [
        ("rtsp://op:pa#ss@192.0.2.7/1", "# as %23"),
        ("rtsp://op:#@192.0.2.7:554/1", "# as %23"),
        ("http://op:a/b?c@192.0.2.7/1", "/ as %2F, \\? as %3F"),
        ("rtsp://op:a@b#c@192.0.2.7/1", "# as %23"),
    ],
)
def test_signs_that_end_the_host_in_a_password_are_said_how_to_write(address: str, how: str) -> None:
    with pytest.raises(UsageError, match=how) as refused:
        kind(address)
    assert "ss@" not in str(refused.value)
    assert "op" not in str(refused.value).split()[0]


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://cam:554/u@x#1",
        "http://cam/a?mail=a@b",
        "srt://cam:9000?streamid=#!::r=a,u=b@c",
        "rtsp://a@b@cam/1",
    ],
)
def test_what_can_be_meant_is_left_alone(address: str) -> None:
    kind(address)


def test_a_scheme_that_is_not_supported_is_named() -> None:
    with pytest.raises(UsageError, match="rtmp:// addresses are not supported yet"):
        kind("rtmp://cam/live")


@pytest.mark.parametrize(
    ("typed", "way_out"),
    [
        ("http:/127.0.0.1/x", "begins with http://"),
        ("RTSP:cam.local", "begins with rtsp://"),
        ("cam.local:554/stream", "begins with rtsp:// or http://"),
        ("192.0.2.10/stream", "begins with rtsp:// or http://"),
        ("12:30.mp4", "check the path"),
        ("clips/none.mp4", "check the path"),
    ],
)
def test_what_was_meant_as_an_address_is_told_how_to_write_one(typed: str, way_out: str) -> None:
    with pytest.raises(SourceUnreadable, match=way_out):
        open_source(typed)
