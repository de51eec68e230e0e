"""A serial line that ends in this program: the other end has a path, such as /dev/pts/3."""

import os
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import UsageError

Say = Callable[[bytes], None]
Hear = Callable[[bytes, Say], None]
"""Takes in the bytes that came; answers, perhaps later and from another thread, go to `Say`."""
SLICE_S = 0.05


@contextmanager
def pty_line(hear: Hear) -> Iterator[str]:
    """The path of a serial line whose other end hears; UsageError where this machine has none."""
    try:
        import tty
    except ImportError:
        raise UsageError("a virtual serial line needs Linux or macOS") from None
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    stop = threading.Event()
    thread = threading.Thread(target=_listen, args=(ours, hear, stop), name="serial line", daemon=True)
    thread.start()
    try:
        yield os.ttyname(theirs)
    finally:
        stop.set()
        thread.join()
        os.close(ours)
        os.close(theirs)


def _listen(ours: int, hear: Hear, stop: threading.Event) -> None:
    def say(answer: bytes) -> None:
        if not stop.is_set():
            os.write(ours, answer)

    while not stop.is_set():
        if select.select([ours], [], [], SLICE_S)[0]:
            hear(os.read(ours, 256), say)
