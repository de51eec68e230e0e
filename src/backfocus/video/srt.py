"""SRT, which PyAV does not speak: a second FFmpeg receives it and hands on MPEG-TS through a pipe."""

import subprocess
import tempfile
from typing import IO

import av
import av.error
from av.container import InputContainer

from ..errors import SourceUnreadable, UsageError
from .address import redact

INSTALL = "srt:// needs a part that is not installed: pip install 'backfocus[srt]'"


class SrtConnection:
    """An srt:// address, caller or listener as its `mode=` says. Satisfies `Connector`."""

    def __init__(self, address: str, timeout_s: float) -> None:
        self._command = (
            *(ffmpeg_path(), "-hide_banner", "-nostdin", "-loglevel", "error"),
            *("-timeout", str(round(timeout_s * 1e6))),
            *("-i", address, "-map", "0:v:0", "-c", "copy", "-f", "mpegts", "pipe:1"),
        )
        self._title = redact(address)
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> InputContainer:
        """A new process and the stream out of it. Raises SourceUnreadable with the last thing FFmpeg said."""
        self.cut()
        with tempfile.TemporaryFile() as words:
            process = self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words, bufsize=0
            )
            try:
                return av.open(process.stdout, "r", format="mpegts")
            except (av.error.FFmpegError, OSError) as fault:
                self.cut()
                raise SourceUnreadable(f"{self._title}: {_said(words)}") from fault

    def cut(self) -> None:
        """End the process; its pipe then ends, and so does a read that waits on it."""
        process = self._process
        if process is not None:
            process.kill()
            process.wait()


def ffmpeg_path() -> str:
    """The FFmpeg of the `srt` extra. Raises UsageError, saying how to install it, where it is missing."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        raise UsageError(INSTALL) from None
    return str(get_ffmpeg_exe())


def _said(words: IO[bytes]) -> str:
    words.seek(0)
    lines = [
        redact(line.strip()) for line in words.read().decode(errors="replace").splitlines() if line.strip()
    ]
    last = lines[-1] if lines else "no pictures came"
    return f"{last}: check host, port, passphrase and latency on the sender"
