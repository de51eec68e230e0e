"""Single keys from the terminal while the guide runs; none where there is no terminal."""

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

HELP = (
    "Enter done", "R repeat", "S skip", "U undo", "N note", "1-8 ND", "M mute", "Q finish", "Ctrl-C leave",
)  # fmt: skip
"""What the keys do."""
ESCAPE = "\x1b"
ARROWS = {"A": "up", "B": "down", "C": "right", "D": "left"}
"""What comes last of the characters that an arrow key sends."""
POLL_S = 0.1
"""How soon the reader notices that it is to end; keys themselves arrive at once."""


class Keyboard:
    """Keys as they are pressed, without Return; put back as it was on leaving."""

    def __init__(self) -> None:
        self._pressed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._leaving = threading.Event()
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> Self:
        if sys.stdin is not None and sys.stdin.isatty():
            if sys.platform == "win32":
                reader = self._read_windows
            else:
                self._undo.enter_context(_unbuffered())
                reader = self._read_posix
            thread = threading.Thread(target=reader, name="keyboard", daemon=True)
            thread.start()
            self._undo.callback(thread.join, 2 * POLL_S)
            self._undo.callback(self._leaving.set)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def pressed(self) -> Iterator[str]:
        """The keys pressed since last asked, in order: one character each, or "up" and so on for arrows."""
        while not self._pressed.empty():
            yield self._pressed.get()

    def _read_posix(self) -> None:
        import select

        while not self._leaving.is_set():
            ready, _, _ = select.select([sys.stdin], [], [], POLL_S)
            if ready:
                # Past Python's buffer, which would hold back what select cannot see.
                came = os.read(sys.stdin.fileno(), 64).decode(errors="ignore")
                if came.startswith(ESCAPE) and len(came) > 1:
                    if came[1] in "[O" and (arrow := ARROWS.get(came[2:])):
                        self._pressed.put(arrow)
                    continue  # else a function key: several characters, and none is meant
                for key in came:
                    self._pressed.put(key)

    def _read_windows(self) -> None:
        import msvcrt

        while not self._leaving.wait(POLL_S):
            while msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
                self._pressed.put(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]


@contextlib.contextmanager
def _unbuffered() -> Iterator[None]:
    import termios
    import tty

    stdin = sys.stdin.fileno()
    before = termios.tcgetattr(stdin)
    tty.setcbreak(stdin)
    try:
        yield
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)
