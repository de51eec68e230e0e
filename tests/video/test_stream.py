"""The live source against connections that break in every way, made of files in this process."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from av.container import InputContainer

from backfocus.errors import SourceLost, SourceUnreadable
from backfocus.frame import Frame
from backfocus.video import record
from backfocus.video.stream import LiveStream, Patience

Moving = Callable[..., list[Frame]]
BRISK = Patience(timeout_s=2.0, give_up_s=20.0, first_pause_s=0.01)
DEADLINE_S = 20.0

pytestmark = pytest.mark.timeout(60)


class Script:
    """Connections by a script, the last step for ever: a file to play, a fault to raise, a call to make."""

    def __init__(self, *steps: Path | Exception | Callable[[], InputContainer]) -> None:
        self.steps = list(steps)
        self.opened = 0
        self.cuts = 0
        self.cut_now = threading.Event()
        self.again = threading.Event()
        """Set when a second connection is asked for: the first has been read to its end."""

    def open(self) -> InputContainer:
        self.opened += 1
        if self.opened > 1:
            self.again.set()
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        return step() if callable(step) else av.open(str(step))

    def cut(self) -> None:
        self.cuts += 1
        self.cut_now.set()


@pytest.fixture
def clip(tmp_path: Path, moving: Moving) -> Path:
    record(moving(30), tmp_path / "a.mkv", codec="ffv1", pixel_format="gray")
    return tmp_path / "a.mkv"


@pytest.fixture
def start() -> Iterator[Callable[..., LiveStream]]:
    """Makes live streams and closes them, whatever the test does."""
    made: list[LiveStream] = []

    def make(script: Script, patience: Patience = BRISK, **options: object) -> LiveStream:
        made.append(LiveStream(script, "camera 1", patience, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for stream in made:
        stream.close()


Start = Callable[..., LiveStream]


def until(said: list[str], words: str, frames: Iterator[Frame]) -> Frame:
    """The first frame after a notice with these words."""
    for frame in frames:
        if any(words in line for line in said):
            return frame
    raise AssertionError(f"no notice with {words!r} in {said}")


def test_only_the_newest_picture_is_kept(clip: Path, moving: Moving, start: Start) -> None:
    script = Script(clip, ConnectionRefusedError())
    stream = start(script)
    frames = stream.frames()
    assert script.again.wait(DEADLINE_S)
    newest = next(frames)
    assert (newest.luma == moving(30)[-1].luma).all()
    assert (newest.index, newest.at_s) == (0, 0.0)


def test_pictures_are_numbered_as_they_are_given(clip: Path, start: Start) -> None:
    frames = start(Script(clip)).frames()
    seen = [next(frames) for _ in range(5)]
    assert [f.index for f in seen] == [0, 1, 2, 3, 4]
    times = [f.at_s for f in seen if f.at_s is not None]
    assert times == sorted(times)


def test_it_comes_back_with_growing_pauses_and_says_so(clip: Path, start: Start) -> None:
    refused = ConnectionRefusedError(111, "Connection refused")
    said: list[str] = []
    stream = start(Script(clip, refused, refused, refused, clip), notice=said.append)
    until(said, "connected again", stream.frames())
    pauses = [line.rsplit(" in ", 1)[1] for line in said if "connecting again" in line]
    assert pauses[:4] == ["0.01 s", "0.02 s", "0.04 s", "0.08 s"]
    assert said[0] == "camera 1: the stream ended; connecting again in 0.01 s"
    assert "the host refuses the connection" in said[1]
    assert all("\n" not in line for line in said)


def test_the_pause_starts_small_again_once_pictures_came(clip: Path, start: Start) -> None:
    refused = ConnectionRefusedError()
    pauses: list[str] = []

    def note(line: str) -> None:
        if "connecting again" in line:
            pauses.append(line.rsplit(" in ", 1)[1])
        if len(pauses) == 5:
            stream.close()

    stream = start(Script(clip, refused, refused, clip, refused), notice=note)
    for _ in stream.frames():
        pass
    assert pauses == ["0.01 s", "0.02 s", "0.04 s", "0.01 s", "0.02 s"]


def test_a_source_that_stays_away_is_lost(clip: Path, start: Start) -> None:
    stream = start(Script(clip, ConnectionRefusedError()), Patience(0.2, give_up_s=0.4, first_pause_s=0.01))
    with pytest.raises(SourceLost, match=r"camera 1: no picture for 0\.4 s: check the camera"):
        list(stream.frames())
    with pytest.raises(ValueError, match="closed"):
        stream.frames()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ConnectionRefusedError(), "check the port"),
        (av.error.HTTPUnauthorizedError(1, "401"), "wrong user name or password"),
        (OSError(113, "No route to host"), "the host cannot be reached"),
        (TimeoutError(), "no answer in time"),
        (SourceUnreadable("camera 1: a recording"), "camera 1: a recording"),
    ],
)
def test_a_first_connection_that_fails_is_not_tried_again(
    fault: Exception, expected: str, start: Start
) -> None:
    script = Script(fault)
    with pytest.raises(SourceUnreadable, match=expected) as refused:
        start(script)
    assert script.opened == 1
    assert "\n" not in str(refused.value)


def test_a_connection_that_never_answers_is_given_up(start: Start) -> None:
    never = threading.Event()

    def hang() -> InputContainer:
        never.wait(DEADLINE_S)
        raise TimeoutError

    began = time.monotonic()
    with pytest.raises(SourceUnreadable, match="no answer within"):
        start(Script(hang), Patience(timeout_s=0.2))
    assert time.monotonic() - began < 5.0  # its time-out, and one second for the thread that hangs
    never.set()


class Stalling:
    """A file that gives its first half and then nothing until it is cut."""

    def __init__(self, path: Path, cut: threading.Event) -> None:
        data = path.read_bytes()
        self.data, self.at, self.cut = data[: len(data) // 2], 0, cut

    def read(self, size: int) -> bytes:
        if self.at >= len(self.data):
            self.cut.wait(DEADLINE_S)
            return b""
        part = self.data[self.at : self.at + size]
        self.at += len(part)
        return part


def test_a_read_that_ignores_its_time_out_is_cut_and_made_anew(
    tmp_path: Path, moving: Moving, start: Start
) -> None:
    record(moving(30), tmp_path / "a.ts", options={"qp": "0", "g": "5"})
    whole = tmp_path / "a.ts"
    script = Script(whole)
    script.steps[:0] = [whole, lambda: av.open(Stalling(whole, script.cut_now), "r", format="mpegts")]
    said: list[str] = []
    stream = start(script, Patience(timeout_s=0.3, give_up_s=20.0, first_pause_s=0.01), notice=said.append)
    until(said, "connected again", stream.frames())
    assert script.cuts >= 1


def test_closing_ends_a_wait_in_another_thread_at_once(clip: Path, start: Start) -> None:
    script = Script(clip, ConnectionRefusedError())
    stream = start(script, Patience(timeout_s=30.0, give_up_s=60.0, first_pause_s=30.0))
    ended = threading.Event()

    def consume() -> None:
        for _ in stream.frames():
            pass
        ended.set()

    consumer = threading.Thread(target=consume)
    consumer.start()
    stream.close()
    assert ended.wait(5.0)
    consumer.join(5.0)


def test_closing_leaves_no_thread_and_may_be_repeated(clip: Path, start: Start) -> None:
    stream = start(Script(clip))
    next(stream.frames())
    stream.close()
    stream.close()
    assert not [t for t in threading.enumerate() if t.name == "reader of camera 1"]


def test_sound_without_a_picture_is_refused(tmp_path: Path, ffmpeg: str, start: Start) -> None:
    import subprocess

    sound = tmp_path / "a.ts"
    subprocess.run(
        [ffmpeg, "-v", "error", "-f", "lavfi", "-i", "sine", "-t", "0.2", str(sound)], check=True, timeout=60
    )
    with pytest.raises(SourceUnreadable, match="camera 1 holds no picture, only sound"):
        start(Script(sound))


def test_a_damaged_picture_is_left_out_and_said_once(tmp_path: Path, moving: Moving, start: Start) -> None:
    path = tmp_path / "a.mov"
    record(moving(30), path, codec="prores_ks")
    data = bytearray(path.read_bytes())
    heads = [n for n in range(len(data)) if data[n : n + 4] == b"icpf"]  # each picture of ProRes begins so
    for head in heads[3:6]:
        data[head : head + 4] = bytes(4)
    path.write_bytes(data)
    said: list[str] = []
    script = Script(path, ConnectionRefusedError())
    frames = start(script, notice=said.append).frames()
    assert script.again.wait(DEADLINE_S)
    next(frames)
    assert sum("damaged pictures left out" in line for line in said) == 1
