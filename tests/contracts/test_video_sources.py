"""One specification, every source."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.video import VideoSource, check_video_source, open_source, record
from backfocus.video.stream import LiveStream, Patience

pytestmark = pytest.mark.timeout(90)


def frames(count: int = 12) -> Iterator[Frame]:
    for n in range(count):
        yield Frame(luma=np.full((48, 64), 40 + 10 * n, np.uint8), index=n, at_s=n / 25, interlaced="top")


@pytest.fixture
def clip(tmp_path: Path) -> str:
    record(frames(), tmp_path / "a.mp4")
    return str(tmp_path / "a.mp4")


@pytest.fixture
def stills(tmp_path: Path) -> str:
    for frame in frames(4):
        cv2.imwrite(str(tmp_path / f"{frame.index}.png"), frame.luma)
    return str(tmp_path)


class Again:
    """A connection that plays a file as if it were live."""

    def __init__(self, path: str) -> None:
        self.path = path

    def open(self) -> "av.container.InputContainer":
        return av.open(self.path)

    def cut(self) -> None:
        pass


def test_a_clip(clip: str) -> None:
    check_video_source(lambda: open_source(clip))


def test_a_folder_of_stills(stills: str) -> None:
    check_video_source(lambda: open_source(stills))


def test_a_single_still(stills: str) -> None:
    check_video_source(lambda: open_source(stills + "/2.png"))


def test_a_live_stream(clip: str) -> None:
    check_video_source(lambda: LiveStream(Again(clip), "camera", Patience(2.0, first_pause_s=0.01)))


@pytest.mark.parametrize("address", ["sim://?seed=1&size=320x180&codec=none", "sim://?seed=1&size=320x180"])
def test_the_virtual_camera(address: str) -> None:
    check_video_source(lambda: open_source(address), pictures=4)


class Broken:
    """A source that keeps the rules, but for what a test replaces."""

    live = False
    title = "broken"
    closed = False

    def frames(self) -> Iterator[Frame]:
        if self.closed:
            raise ValueError
        return self.pictures()

    def pictures(self) -> Iterator[Frame]:
        for frame in frames(4):
            if self.closed:
                return
            yield frame

    def close(self) -> None:
        self.closed = True


def breaking(**parts: object) -> Callable[[], VideoSource]:
    return type("Worse", (Broken,), parts)


def shared(_: object) -> Iterator[Frame]:
    luma = np.zeros((4, 4), np.uint8)
    for n in range(3):
        luma[:] = n
        yield Frame(luma=luma, index=n)


def test_the_check_itself_passes_what_is_right() -> None:
    check_video_source(breaking())


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        ({"title": "rtsp://op:secret@cam/1"}, "no secret"),
        ({"title": "two\nlines"}, "one line"),
        ({"live": None}, "True or False"),
        ({"pictures": lambda _: iter(())}, "at least one picture"),
        ({"pictures": lambda _: iter([Frame(luma=np.zeros((2, 2), np.uint8), index=1)])}, "count from 0"),
        ({"pictures": lambda _: iter([*frames(2)][::-1])}, "count from 0"),
        ({"pictures": lambda _: (replace(f, at_s=-f.index) for f in frames(2))}, "never fall"),
        ({"pictures": shared}, "not overwritten"),
        ({"pictures": lambda _: frames(4)}, "pictures end when"),
        ({"frames": lambda self: self.pictures()}, "raises ValueError"),
    ],
)  # fmt: skip
def test_the_check_names_the_rule_that_is_broken(parts: dict[str, object], rule: str) -> None:
    with pytest.raises(AssertionError, match=rule):
        check_video_source(breaking(**parts))


def test_pictures_kept_by_the_caller_stay_as_they_were(clip: str) -> None:
    kept = [(f, f.luma.copy()) for f in open_source(clip).frames()]
    assert all((frame.luma == copy).all() for frame, copy in kept)
    assert all((a.luma != b.luma).any() for (a, _), (b, _) in pairwise(kept))
