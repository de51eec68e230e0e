"""NDI: on a library made of paper, and between two processes on this machine where the real one is there."""

import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from backfocus.errors import PictureTooLarge, SourceLost, SourceUnreadable, UsageError
from backfocus.redaction import shown
from backfocus.video import check_video_source, open_source
from backfocus.video.ndi import Meant, NdiSource, meant
from backfocus.video.stream import Patience

QUICK = Patience(0.3, give_up_s=0.2)


class Paper:
    """Stands for NDIlib: two sources, and the pictures of a list."""

    FRAME_TYPE_NONE, FRAME_TYPE_VIDEO, FRAME_TYPE_AUDIO, FRAME_TYPE_METADATA = range(4)
    FOURCC_VIDEO_TYPE_UYVY, FOURCC_VIDEO_TYPE_UYVA, FOURCC_VIDEO_TYPE_P216 = range(10, 13)
    FRAME_FORMAT_TYPE_PROGRESSIVE, FRAME_FORMAT_TYPE_INTERLEAVED, FRAME_FORMAT_TYPE_FIELD_0 = range(20, 23)
    RECV_COLOR_FORMAT_FASTEST, RECV_BANDWIDTH_HIGHEST = 0, 0
    Source = FindCreate = RecvCreateV3 = SimpleNamespace

    def __init__(self, *videos: Any) -> None:
        self.captures: list[tuple[Any, ...]] = [
            (self.FRAME_TYPE_VIDEO, video, None, None) for video in videos
        ]
        self.asked: dict[str, Any] = {}
        self.freed = self.destroyed = 0

    def find_create_v2(self, how: Any) -> object:
        self.asked["at"] = getattr(how, "extra_ips", None)
        return self

    def find_get_current_sources(self, finder: object) -> list[Any]:
        return [SimpleNamespace(ndi_name=name) for name in ("HALL (Camera 1)", "HALL (Camera 2)")]

    def find_wait_for_sources(self, finder: object, wait_ms: int) -> None:
        """Nothing new."""

    def find_destroy(self, finder: object) -> None:
        """Nothing to let go."""

    def recv_create_v3(self, how: Any) -> object:
        self.asked["source"], self.asked["fields"] = how.source_to_connect_to, how.allow_video_fields
        return self

    def recv_capture_v2(self, receiver: object, wait_ms: int) -> tuple[Any, ...]:
        return self.captures.pop(0) if self.captures else (self.FRAME_TYPE_NONE, None, None, None)

    def recv_free_video_v2(self, receiver: object, video: Any) -> None:
        self.freed += 1

    def recv_free_audio_v2(self, receiver: object, audio: Any) -> None:
        self.freed += 1

    def recv_destroy(self, receiver: object) -> None:
        self.destroyed += 1


def video(luma: np.ndarray, **more: Any) -> Any:
    packed = np.full((*luma.shape, 2), 128, np.uint8)
    packed[..., 1] = luma
    told = {
        "xres": luma.shape[1],
        "yres": luma.shape[0],
        "FourCC": Paper.FOURCC_VIDEO_TYPE_UYVY,
        "frame_format_type": Paper.FRAME_FORMAT_TYPE_PROGRESSIVE,
        "timestamp": 0,
        "data": packed,
    }
    return SimpleNamespace(**told | more)


GREY = np.arange(32, dtype=np.uint8).reshape(4, 8)


def source(*videos: Any, name: str = "Camera 1", **more: Any) -> tuple[Paper, NdiSource]:
    paper = Paper(*videos)
    return paper, NdiSource(f"ndi://{name}", QUICK, ndi=paper, **more)


def test_luma_comes_out_of_the_packed_lines_and_is_kept() -> None:
    frame_in = video(GREY.copy())
    paper, found = source(frame_in)
    frame = next(found.frames())
    frame_in.data[:] = 0  # the library uses its memory again
    assert np.array_equal(frame.luma, GREY)
    assert (frame.limited, frame.transfer, frame.interlaced) == (True, "bt709", None)
    assert paper.asked["source"].ndi_name == "HALL (Camera 1)"
    assert paper.asked["fields"] is True


def test_only_the_newest_is_shown_and_all_are_let_go() -> None:
    paper = Paper(*(video(GREY + number) for number in range(3)))
    paper.captures.insert(1, (Paper.FRAME_TYPE_AUDIO, None, "sound", None))
    found = NdiSource("ndi://Camera 1", QUICK, ndi=paper)
    assert np.array_equal(next(found.frames()).luma, GREY + 2)
    assert paper.freed == 4
    found.close()
    found.close()
    assert paper.destroyed == 1


def test_interlaced_pictures_begin_with_the_top_field() -> None:
    _, found = source(video(GREY, frame_format_type=Paper.FRAME_FORMAT_TYPE_INTERLEAVED))
    assert next(found.frames()).interlaced == "top"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"FourCC": Paper.FOURCC_VIDEO_TYPE_P216}, SourceUnreadable),
        ({"frame_format_type": Paper.FRAME_FORMAT_TYPE_FIELD_0}, SourceUnreadable),
        ({"xres": 100_000, "yres": 100_000}, PictureTooLarge),
    ],
)
def test_what_cannot_be_read_is_named_and_let_go(more: dict[str, Any], error: type[Exception]) -> None:
    paper = Paper(video(GREY, **more))
    with pytest.raises(error):
        NdiSource("ndi://Camera 1", QUICK, ndi=paper)
    assert (paper.freed, paper.destroyed) == (1, 1)


def test_a_source_that_falls_silent_is_lost() -> None:
    _, found = source(video(GREY))
    frames = found.frames()
    next(frames)
    with pytest.raises(SourceLost):
        next(frames)


class Sounding(Paper):
    """Sends sound every 20 ms by its own clock, and after the pictures of its list nothing else."""

    now_s = 0.0

    def recv_capture_v2(self, receiver: object, wait_ms: int) -> tuple[Any, ...]:
        if self.captures or not wait_ms:
            return super().recv_capture_v2(receiver, wait_ms)
        self.now_s += 0.02
        assert self.now_s < 10.0, "it listens without end"
        return self.FRAME_TYPE_AUDIO, None, "sound", None


@pytest.mark.parametrize(("videos", "error"), [((), SourceUnreadable), ((video(GREY),), SourceLost)])
def test_sound_without_pictures_keeps_nobody_waiting(
    videos: tuple[Any, ...], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = Sounding(*videos)
    monkeypatch.setattr("backfocus.video.ndi.time", SimpleNamespace(monotonic=lambda: paper.now_s))
    with pytest.raises(error):
        list(NdiSource("ndi://Camera 1", QUICK, ndi=paper).frames())


@pytest.mark.parametrize(
    ("name", "said"), [("Camera", "several"), ("Studio", r"there are HALL \(Camera 1\)")]
)
def test_a_name_that_fits_none_or_several_is_named(name: str, said: str) -> None:
    with pytest.raises(SourceUnreadable, match=said):
        source(video(GREY), name=name)


def test_addresses() -> None:
    assert meant("ndi://HALL (Camera 1)") == Meant("HALL (Camera 1)")
    assert meant("ndi://HALL%20(Camera%201)?at=10.0.0.7") == Meant("HALL (Camera 1)", ask="10.0.0.7")
    assert meant("ndi://10.0.0.7:5961") == Meant("10.0.0.7:5961", direct=True)
    assert shown("ndi://HALL (Camera 1)") == "ndi://HALL (Camera 1)"
    for wrong in ("ndi://", "ndi://x?port=1", "ndi://x?at=a b"):
        with pytest.raises(UsageError):
            meant(wrong)


SENDER = """
import sys, time
import NDIlib as ndi
import numpy as np
if not ndi.initialize():
    sys.exit(1)
how = ndi.SendCreate()
how.ndi_name, how.clock_video = sys.argv[1], True
sender = ndi.send_create(how)
picture = np.zeros((120, 160, 4), np.uint8)
picture[:, 80:, :3] = 255
frame = ndi.VideoFrameV2()
frame.FourCC, frame.data = ndi.FOURCC_VIDEO_TYPE_BGRX, picture
print("sending", flush=True)
while True:
    ndi.send_send_video_v2(sender, frame)
"""


@pytest.fixture
def sender() -> Iterator[str]:
    pytest.importorskip("NDIlib", reason="ndi-python is not installed")
    name = f"backfocus test {id(object())}"
    command = [sys.executable, "-c", SENDER, name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "sending":
                pytest.skip("NDI does not run here")
            yield f"ndi://{name}?at=127.0.0.1"
        finally:
            process.kill()


def test_between_two_processes(sender: str) -> None:
    check_video_source(lambda: open_source(sender), pictures=3)
    found = open_source(sender)
    try:
        luma = next(found.frames()).luma
    finally:
        found.close()
    # black and white in video range; the codec is not lossless
    assert luma.shape == (120, 160)
    assert luma[:, :70].mean() == pytest.approx(16.0, abs=2.0)
    assert luma[:, 90:].mean() == pytest.approx(235.0, abs=2.0)
