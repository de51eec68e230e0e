"""SRT from a sender on this machine, and its absence."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backfocus.errors import SourceUnreadable, UsageError
from backfocus.video import open_source

pytestmark = pytest.mark.timeout(60)

PASSPHRASE = f"{secrets.token_hex(5)}'and'3"
"""With quotes, which mean something in FFmpeg's lists; no other test's on this machine."""


@pytest.fixture
def sender(ffmpeg: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A sender that waits for one caller; its process and port."""
    if not hasattr(socket, "AF_INET") or "srt" not in protocols(ffmpeg):
        pytest.skip("this FFmpeg has no SRT")
    port = free_port()
    command = [
        *(ffmpeg, "-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", "testsrc2=s=192x128:r=25"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-f", "mpegts"),
        f"srt://127.0.0.1:{port}?mode=listener&passphrase={PASSPHRASE}",
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
    source = open_source(f"srt://127.0.0.1:{port}?passphrase={PASSPHRASE}")
    frames = source.frames()
    assert next(frames).luma.shape == (128, 192)
    assert next(frames).index == 1
    source.close()
    assert next(frames, None) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_no_process_shows_the_passphrase(sender: tuple[subprocess.Popen[bytes], int]) -> None:
    """Neither in its command nor in its environment, while pictures come; the sender's own does not count."""
    process, port = sender
    source = open_source(f"srt://127.0.0.1:{port}?passphrase={PASSPHRASE}")
    next(source.frames())
    others = [each for each in Path("/proc").glob("[0-9]*") if each.name != str(process.pid)]
    said = {each: read(each / "cmdline") + read(each / "environ") for each in others}
    receiving = [each for each in said if read(each / "stat").split()[3:4] == [str(os.getpid()).encode()]]
    source.close()
    assert any(b"concat" in said[each] for each in receiving)
    assert not [each for each, words in said.items() if PASSPHRASE.encode() in words]


def read(path: Path) -> bytes:
    """A file of /proc; nothing of a process that is gone."""
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


@pytest.mark.parametrize("address", ["srt://127.0.0.1:9\nfile x", "srt://127.0.0.1:9?passphrase=a\rb\0c"])
def test_an_address_cannot_say_more_to_ffmpeg_than_itself(ffmpeg: str, address: str) -> None:
    with pytest.raises(UsageError, match="valid") as refused:
        open_source(address)
    assert "\n" not in str(refused.value)


def test_nobody_sends(ffmpeg: str) -> None:
    with pytest.raises(SourceUnreadable, match=r"srt://127\.0\.0\.1") as refused:
        open_source(f"srt://127.0.0.1:{free_port()}?passphrase=0123456789", timeout_s=1.0)
    assert "0123456789" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(UsageError, match=r"pip install 'backfocus\[srt\]'"):
        open_source("srt://127.0.0.1:9000")
