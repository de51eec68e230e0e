import struct
from pathlib import Path

import av
import pytest

from backfocus.errors import SourceUnreadable, UsageError
from backfocus.video import capture, open_source
from backfocus.video.capture import Device, capability, chosen, listed

CAMERAS = (
    Device("device:0", "Cam Link 4K"),
    Device("device:2", "HD Pro Webcam C920"),
    Device("device:4", "HD Pro Webcam C930"),
)


def answer(card: bytes, capabilities: int, node: int) -> bytes:
    """struct v4l2_capability as linux/videodev2.h lays it out."""
    return struct.pack(
        "=16s32s32s6I", b"uvcvideo", card, b"usb-0000:00:14.0-2", 0x60100, capabilities, node, 0, 0, 0
    )


def test_a_capture_node_is_told_from_its_metadata_sister() -> None:
    # device_caps speak for the node; capabilities for the whole card (videodev2.h)
    picture = capability(answer(b"Cam Link 4K\0rest", 0x84A00001, 0x04200001))
    metadata = capability(answer(b"Cam Link 4K", 0x84A00001, 0x04A00000))
    assert (picture.card, picture.bus, picture.captures) == ("Cam Link 4K", "usb-0000:00:14.0-2", True)
    assert not metadata.captures


def test_multi_planar_and_old_drivers_count() -> None:
    assert capability(answer(b"hdmi-in", 0x80001000, 0x00001000)).captures
    assert capability(answer(b"bttv", 0x00000001, 0)).captures  # no device_caps before kernel 3.1
    assert not capability(answer(b"loopback", 0x00000002, 0)).captures


@pytest.mark.parametrize(
    ("wanted", "address"),
    [("0", "device:0"), ("Cam Link 4K", "device:0"), ("c920", "device:2"), ("C93", "device:4")],
)
def test_a_device_is_found_by_number_or_part_of_its_name(wanted: str, address: str) -> None:
    assert chosen(wanted, CAMERAS).address == address


def test_a_name_that_fits_several_says_which() -> None:
    with pytest.raises(SourceUnreadable, match="fits several devices: use one of device:2, device:4"):
        chosen("webcam", CAMERAS)


@pytest.mark.parametrize("wanted", ["7", "Blackmagic"])
def test_a_device_that_is_not_there_says_how_to_list(wanted: str) -> None:
    with pytest.raises(SourceUnreadable, match="`backfocus devices` lists them"):
        chosen(wanted, CAMERAS)


def test_ffmpegs_list_keeps_cameras_only() -> None:
    found = [
        av.DeviceInfo("0", "FaceTime HD", False, ["video"]),
        av.DeviceInfo("0", "Built-in Microphone", True, ["audio"]),
        av.DeviceInfo("1", "USB3 Capture", False, ["video", "audio"]),
    ]
    assert listed(found) == (Device("device:0", "FaceTime HD"), Device("device:1", "USB3 Capture"))


@pytest.fixture
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A /sys with three nodes: a camera, its metadata node, and one that another program holds."""
    for number, name in [(0, "Cam Link 4K"), (1, "Cam Link 4K"), (10, "Busy card")]:
        (tmp_path / f"video{number}").mkdir()
        (tmp_path / f"video{number}" / "name").write_text(name + "\n")
    monkeypatch.setattr(capture, "V4L2_CLASS", tmp_path)
    monkeypatch.setattr(capture, "PLATFORM", "linux")
    return tmp_path


@pytest.mark.usefixtures("linux")
def test_linux_lists_what_captures_and_why_some_cannot_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def query(path: Path) -> bytes:
        if path.name == "video10":
            raise OSError(16, "Device or resource busy")
        return answer(b"Cam Link 4K", 0x84A00001, 0x04200001 if path.name == "video0" else 0x04A00000)

    monkeypatch.setattr(capture, "_query", query)
    assert capture.devices() == (
        Device("device:0", "Cam Link 4K", "usb-0000:00:14.0-2"),
        Device("device:10", "Busy card", "used by another program"),
    )


def test_a_machine_without_video_has_no_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "V4L2_CLASS", tmp_path / "none")
    monkeypatch.setattr(capture, "PLATFORM", "linux")
    assert capture.devices() == ()


@pytest.mark.parametrize(
    ("platform", "url", "format_"),
    [("darwin", "1", "avfoundation"), ("win32", "video=USB3 Capture", "dshow")],
)
def test_other_systems_open_by_their_own_rules(
    platform: str, url: str, format_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "PLATFORM", platform)
    cameras = [av.DeviceInfo(n, d, False, ["video"]) for n, d in [("0", "FaceTime"), ("1", "USB3 Capture")]]
    monkeypatch.setattr(capture, "_enumerated", lambda _: cameras)
    opened = capture.connection("device:usb3", 5.0)
    assert (opened.url, opened.format, opened.timeout_s) == (url, format_, 5.0)


def test_a_mode_of_the_device_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "PLATFORM", "darwin")
    monkeypatch.setattr(capture, "_enumerated", lambda _: [av.DeviceInfo("0", "FaceTime", False, ["video"])])
    asked = capture.connection("device:FaceTime?size=1920x1080&fps=50", 5.0)
    assert asked.options == {"framerate": "50", "video_size": "1920x1080"}
    assert capture.connection("device:0", 5.0).options == {"framerate": "30"}
    with pytest.raises(UsageError, match="colour is not an option of a device: use size, fps"):
        capture.connection("device:0?colour=red", 5.0)


@pytest.mark.usefixtures("linux")
def test_opening_a_missing_device_is_one_line() -> None:
    with pytest.raises(SourceUnreadable, match="device:99: no such device: `backfocus devices` lists them"):
        open_source("device:99")
