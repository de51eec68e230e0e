"""SRT from a sender on this machine, and its absence."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from backfocus.errors import SourceUnreadable, UsageError
from backfocus.video import open_source

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def sender(ffmpeg: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A sender that waits for one caller; its process and port."""
    if not hasattr(socket, "AF_INET") or "srt" not in protocols(ffmpeg):
        pytest.skip("this FFmpeg has no SRT")
    port = free_port()
    command = [
        *(ffmpeg, "-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", "testsrc2=s=192x128:r=25"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-f", "mpegts"),
        f"srt://127.0.0.1:{port}?mode=listener",
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield process, port
    process.kill()
    process.wait(10)


def protocols(ffmpeg: str) -> list[str]:
    said = subprocess.run([ffmpeg, "-v", "error", "-protocols"], capture_output=True, text=True, timeout=30)
    return said.stdout.split()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_pictures_come_through_and_the_helper_ends_with_the_source(
    sender: tuple[subprocess.Popen[bytes], int],
) -> None:
    _, port = sender
    source = open_source(f"srt://127.0.0.1:{port}?passphrase=")
    frames = source.frames()
    assert next(frames).luma.shape == (128, 192)
    assert next(frames).index == 1
    source.close()
    assert next(frames, None) is None


def test_nobody_sends(ffmpeg: str) -> None:
    with pytest.raises(SourceUnreadable, match=r"srt://127\.0\.0\.1") as refused:
        open_source(f"srt://127.0.0.1:{free_port()}?passphrase=0123456789", timeout_s=1.0)
    assert "0123456789" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(UsageError, match=r"pip install 'backfocus\[srt\]'"):
        open_source("srt://127.0.0.1:9000")
