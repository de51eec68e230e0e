"""A real RTSP server, killed, restarted, frozen and locked while it streams."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backfocus.errors import SourceLost, SourceUnreadable
from backfocus.frame import Frame
from backfocus.video import network, open_source
from backfocus.video.stream import LiveStream, Patience

pytestmark = [
    pytest.mark.timeout(90),
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="GStreamer's RTSP server runs here on Linux"
    ),
]

SYSTEM_PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).parent / "rtsp_server.py"
NOT_INSTALLED = 77
PATIENCE = Patience(timeout_s=5.0, give_up_s=60.0, first_pause_s=0.1)


class Server:
    """The server as a process of its own, so that it can be killed."""

    def __init__(self, port: int, *options: str) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [SYSTEM_PYTHON, str(SCRIPT), str(port), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        if not said.startswith("ready"):
            self.kill()
            if self.process.returncode == NOT_INSTALLED:
                pytest.skip(said.strip())
            raise AssertionError(f"the RTSP server did not start: {said}")

    def address(self, user: str = "") -> str:
        return f"rtsp://{user}127.0.0.1:{self.port}/star"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


Run = Callable[..., Server]


@pytest.fixture
def run() -> Iterator[Run]:
    """Starts servers, on a free port unless told otherwise, and ends them whatever the test does."""
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip("no system Python with GStreamer")
    made: list[Server] = []

    def make(*options: str, port: int = 0) -> Server:
        made.append(Server(port or free_port(), *options))
        return made[-1]

    yield make
    for server in made:
        if server.process.poll() is None:
            server.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def watch() -> Iterator[Callable[..., LiveStream]]:
    """Makes live streams and closes them, whatever the test does."""
    made: list[LiveStream] = []

    def make(server: Server, notice: Callable[[str], None], patience: Patience = PATIENCE) -> LiveStream:
        connector = network.connection(server.address(), "rtsp", patience.timeout_s)
        made.append(LiveStream(connector, "camera", patience, notice=notice))
        return made[-1]

    yield make
    for stream in made:
        stream.close()


Watch = Callable[..., LiveStream]


def first_after_return(said: list[str], frames: Iterator[Frame]) -> Frame:
    for frame in frames:
        if any("connected again" in line for line in said):
            return frame
    raise AssertionError(f"it did not come back: {said}")


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_camera_is_watched_by_tcp_or_where_it_must_by_udp(transport: str, run: Run) -> None:
    source = open_source(run(transport).address())
    try:
        frames = source.frames()
        seen = [next(frames) for _ in range(12)]
    finally:
        source.close()
    assert {f.luma.shape for f in seen} == {(180, 320)}
    assert len({f.luma.tobytes() for f in seen}) > 6  # the ball moves
    times = [f.at_s for f in seen if f.at_s is not None]
    assert times[0] == 0.0
    assert times == sorted(times)
    assert seen[0].limited


def test_killed_and_restarted_it_comes_back(run: Run, watch: Watch) -> None:
    server = run()
    said: list[str] = []

    def note(line: str) -> None:
        said.append(line)
        if "connecting again in 0.1 s" in line:
            run(port=server.port)

    frames = watch(server, note).frames()
    before = [next(frames) for _ in range(5)][-1]
    server.kill()
    after = first_after_return(said, frames)
    # the last packets before the cut may be damaged, which is said first
    assert any("connecting again in 0.1 s" in line for line in said)
    assert after.index > before.index
    assert after.at_s is not None
    assert before.at_s is not None
    assert after.at_s > before.at_s
    assert after.luma.shape == before.luma.shape


def test_killed_for_good_it_is_lost_in_time(run: Run, watch: Watch) -> None:
    server = run()
    stream = watch(server, lambda _: None, Patience(timeout_s=3.0, give_up_s=1.5, first_pause_s=0.1))
    frames = stream.frames()
    next(frames)
    server.kill()
    with pytest.raises(SourceLost, match=r"camera: no picture for 1\.5 s"):
        list(frames)


@pytest.mark.slow
def test_frozen_in_the_middle_it_times_out_and_comes_back(run: Run, watch: Watch) -> None:
    server = run()
    said: list[str] = []

    def note(line: str) -> None:
        said.append(line)
        server.thaw()

    stream = watch(server, note, Patience(timeout_s=3.0, give_up_s=60.0, first_pause_s=0.1))
    frames = stream.frames()
    next(frames)
    server.freeze()
    first_after_return(said, frames)
    assert "no answer within" in said[0]


def test_a_locked_camera_asks_for_the_right_password(run: Run) -> None:
    server = run("op:secret")
    for user in ("", "op:oops@"):
        with pytest.raises(SourceUnreadable, match="wrong user name or password") as refused:
            open_source(server.address(user))
        assert "oops" not in str(refused.value)
    source = open_source(server.address("op:secret@"))
    try:
        assert next(source.frames()).luma.shape == (180, 320)
        assert source.title == f"rtsp://***@127.0.0.1:{server.port}/star"
    finally:
        source.close()


def test_a_path_that_is_not_there(run: Run) -> None:
    with pytest.raises(SourceUnreadable, match="nothing at this path"):
        open_source(run().address().replace("star", "moon"))
