"""SRT, which PyAV does not speak: a second FFmpeg receives it and hands on MPEG-TS through a pipe.

The address may hold a passphrase, and every program of a machine may read the command lines of all others.
So FFmpeg is told the address through its standard input, as a list of one file for its concat demuxer.
"""

import contextlib
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from typing import IO

import av
import av.error
from av.container import InputContainer

from ..errors import SourceUnreadable, UsageError
from ..redaction import redact, shown
from .network import SHORT_PROBE
from .size_limit import MAX_MEGAPIXELS, pixels

NOTHING_TOLD = "Input/output error"
"""What FFmpeg says of a sender that does not answer, and of most else."""
INSTALL = "srt:// needs a part that is not installed: pip install 'backfocus[srt]'"


class SrtConnection:
    """An srt:// address, caller or listener as its `mode=` says. Satisfies `Connector`."""

    def __init__(self, address: str, timeout_s: float, max_megapixels: float = MAX_MEGAPIXELS) -> None:
        self._options = SHORT_PROBE | {"max_pixels": str(pixels(max_megapixels))}
        self._command = (
            *(ffmpeg_path(), "-hide_banner", "-nostdin", "-loglevel", "error"),
            *(part for name, value in SHORT_PROBE.items() for part in ("-" + name, value)),
            *("-protocol_whitelist", "pipe,srt", "-safe", "0", "-f", "concat", "-i", "pipe:0"),
            *("-map", "0:v:0", "-c", "copy", "-f", "mpegts", "pipe:1"),
        )
        self._list = _one_file(address, {"timeout": str(round(timeout_s * 1e6)), **SHORT_PROBE})
        self._title = shown(address)
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: _Pipe | None = None

    def open(self) -> InputContainer:
        """A new process and the stream out of it. Raises SourceUnreadable with the last thing FFmpeg said."""
        self.cut()
        with tempfile.TemporaryFile() as words:
            self._process = process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, bufsize=0
            )
            self._pipe = _Pipe(process.stdout)
            _tell(process, self._list)
            try:
                return av.open(self._pipe, "r", format="mpegts", options=self._options)
            except (av.error.FFmpegError, OSError) as fault:
                self.cut()
                raise SourceUnreadable(f"{self._title}: {_said(words)}") from fault

    def cut(self) -> None:
        """End the process; its pipe then ends, and so does a read that waits on it."""
        process, pipe = self._process, self._pipe
        if process is not None:
            process.kill()
            process.wait()
        if pipe is not None:
            pipe.close()


def _one_file(address: str, options: Mapping[str, str]) -> bytes:
    """FFmpeg's list of this one file. Raises UsageError for an address that no line can hold."""
    if not address.isprintable():
        raise UsageError(f"{shown(address)} is not a valid address: it holds a letter that cannot be printed")
    quoted = address.replace("'", r"'\''")
    lines = [
        "ffconcat version 1.0",
        f"file '{quoted}'",
        *(f"option {each} {options[each]}" for each in options),
    ]
    return "\n".join(lines).encode() + b"\n"


def _tell(process: subprocess.Popen[bytes], words: bytes) -> None:
    """Write to a process and end its input; one that has gone already says why elsewhere."""
    assert process.stdin is not None
    with contextlib.suppress(OSError), process.stdin as end:
        end.write(words)


class _Pipe:
    """The reading end of a pipe; may be closed while another thread waits in it, once its writer is dead."""

    def __init__(self, end: IO[bytes] | None) -> None:
        self._end, self._reading = end, threading.Lock()

    def read(self, size: int) -> bytes:
        with self._reading:
            return self._end.read(size) if self._end is not None else b""

    def close(self) -> None:
        with self._reading:
            if self._end is not None:
                self._end.close()
                self._end = None


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
    last = lines[-1] if lines else ""
    why = "no pictures came" if not last or NOTHING_TOLD in last else last
    return f"{why}: check host, port, passphrase and latency on the sender"
