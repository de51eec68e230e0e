"""What is printed: streams that say so when nothing more can be written, and plain ASCII where that is asked.

A disk that is full, a closed standard output and a pipe whose reader has gone all end in one `OutputError`
instead of whatever the library at hand makes of it. Standard error is never the reason to fail.
"""

import codecs
import io
import os
import sys
import unicodedata
from typing import TextIO

from ..errors import OutputError, PipeClosed
from ..redaction import redact

IN_ASCII = {
    **dict.fromkeys("█▉▊▋▇▆▙▛▜▟", "#"),
    **dict.fromkeys("▌▍▎▏▀▐▖▗▘▝▚▞━─", "-"),
    **dict.fromkeys("▅▄", "="),
    **dict.fromkeys("▃▂▁", "_"),
    **dict.fromkeys("┃│┊", "|"),
    **dict.fromkeys("·•…", "."),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("–—−", "-"),
    "±": "+-",
    "×": "x",
    "µ": "u",
    "μ": "u",
    "°": " deg",
    "→": "->",
    "←": "<-",
    "↑": "^",
    "↓": "v",
    "≤": "<=",
    "≥": ">=",
    "✓": "x",
    "▶": ">",
    "●": "o",
}
"""What stands for a character that a terminal cannot show; one for one in bars and plots."""

PLAIN = "backfocus-plain"
"""Name of the error handler that writes `IN_ASCII`."""


def prepare() -> None:
    """Make standard output and error ready; call once, before anything is printed."""
    codecs.register_error(PLAIN, _in_plain_letters)
    _open_again((0, 1, 2))
    if sys.stdin is None:  # it was closed: nobody is there to ask
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
    sys.stdout = Output(sys.stdout, in_ascii=_is_c_locale(), must_arrive=True)
    sys.stderr = Output(sys.stderr, in_ascii=_is_c_locale(), must_arrive=False, redacted=True)


class Output(io.TextIOBase):
    """Text to a stream that may have gone.

    `must_arrive`: raise `OutputError` when it cannot be written, `PipeClosed` when the reader has gone.
    `redacted`: hide what may be secret in addresses, also where something else repeats what was typed.
    """

    def __init__(
        self, stream: TextIO | None, *, in_ascii: bool, must_arrive: bool, redacted: bool = False
    ) -> None:
        self._stream = stream
        self._redacted = redacted
        self._must_arrive = must_arrive
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="ascii" if in_ascii else None, errors=PLAIN)

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only here
        """Of the stream below: by it rich chooses its characters."""
        return (self._stream and self._stream.encoding) or "ascii"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """As of any text stream."""
        return PLAIN

    def writable(self) -> bool:
        """True."""
        return True

    def isatty(self) -> bool:
        """Whether a person may be looking."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """Number of the file below."""
        if self._stream is None:
            raise io.UnsupportedOperation("the stream is closed")
        return self._stream.fileno()

    def write(self, text: str, /) -> int:
        """Write `text`, or raise as the class says; nothing is tried for an empty one."""
        if not isinstance(text, str):  # typer probes streams for taking bytes
            raise TypeError(f"text is written here, not {type(text).__name__}")
        if not text:
            return 0
        if self._stream is None:
            self._lost(None)
        else:
            try:
                self._stream.write(redact(text) if self._redacted else text)
            except (OSError, ValueError) as fault:
                self._lost(fault)
        return len(text)

    def flush(self) -> None:
        """Write what is held back, or raise as the class says."""
        if self._stream is not None:
            try:
                self._stream.flush()
            except (OSError, ValueError) as fault:
                self._lost(fault)

    def _lost(self, fault: OSError | ValueError | None) -> None:
        """Let go of the stream, so that the interpreter does not try once more at its end, and say so."""
        stream, self._stream = self._stream, None
        if stream is not None:
            _into_nothing(stream)
        must_arrive, self._must_arrive = self._must_arrive, False
        if not must_arrive:
            return
        if isinstance(fault, BrokenPipeError):
            raise PipeClosed("nobody reads the output any more") from fault
        why = fault.strerror if isinstance(fault, OSError) and fault.strerror else "it is closed"
        raise OutputError(f"the output cannot be written: {why}: look at where it goes") from fault


def _into_nothing(stream: TextIO) -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _open_again(numbers: tuple[int, ...]) -> None:
    """Let closed standard streams lead nowhere: else the next file opened takes their number, and prints."""
    for number in numbers:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _is_c_locale() -> bool:
    """Whether the person asked for plain ASCII; Python itself takes UTF-8 under such a locale."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    if sys.flags.utf8_mode and not os.environ.get("PYTHONUTF8") and not os.environ.get("LC_ALL"):
        named = os.environ.get("LANG", "")  # LC_CTYPE is Python's own doing then (PEP 538)
    return named in ("C", "POSIX") and not os.environ.get("PYTHONIOENCODING")


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_plain(letter) for letter in text), error.end


def _plain(letter: str) -> str:
    if letter in IN_ASCII:
        return IN_ASCII[letter]
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base.isascii() else "?"
