"""A source at the speed of life, and the one thread that works on it."""

import threading
import time
from collections.abc import Callable, Iterator

from ..errors import BackfocusError
from ..frame import Frame
from ..session.opened import Opened
from ..video.source import expected_frames

UNFORESEEN = "something unexpected went wrong: the terminal says what. Try again, or choose another source"
LONGEST_END_S = 15.0
"""A source that is being opened gives up before that."""


class Paced:
    """A source whose recordings and virtual cameras wait for their time.

    `decoded_s`: when the newest picture was decoded, by the clock on the wall.
    """

    def __init__(self, opened: Opened, stop: threading.Event) -> None:
        source = opened.source
        self.live, self.title = source.live, source.title
        self.decoded_s: float | None = None
        self.count = 0
        self.expected = expected_frames(source)
        self.hands = opened.hands
        self._source = source
        self._stop = stop
        self._waits = opened.waits

    def frames(self) -> Iterator[Frame]:
        """The frames of the source, each not before its time."""
        begun_s = time.monotonic()
        first_s: float | None = None
        try:
            frames = self._source.frames()
        except ValueError:  # closed before the first picture
            return
        for frame in frames:
            if self._waits and frame.at_s is not None:
                first_s = frame.at_s if first_s is None else first_s
                early_s = begun_s + frame.at_s - first_s - time.monotonic()
                if self._stop.wait(max(early_s, 0.0)):
                    return
            self.decoded_s = time.time()
            self.count += 1
            yield frame

    def close(self) -> None:
        """Close the source."""
        self._source.close()


Opens = Callable[[threading.Event], Opened]
Work = Callable[[Paced, threading.Event], None]
Ended = Callable[[BackfocusError | None], None]


class Worker:
    """Runs one piece of work at a time, each on a source of its own."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._source: Paced | None = None
        self._over = threading.Event()
        self._gives_up = False
        self._opening = threading.Lock()

    def start(self, opens: Opens, work: Work, ended: Ended) -> None:
        """Open a source and work on it in a thread; what ran before is ended first.

        Parameters
        ----------
        opens : callable
            Opens the source; given the event that ends the work, so that nothing waits longer.
        work : callable
            Works until the source is over, or the event is set.
        ended : callable
            Told when it ended by itself: None, or what went wrong.
        """
        self.end()
        self._stop = stop = threading.Event()
        self._over = over = threading.Event()

        def run() -> None:
            why: BackfocusError | None = BackfocusError(UNFORESEEN)  # which also ends in the thread's own net
            try:
                source = Paced(opens(stop), stop)
                if self._is_wanted(source, stop):
                    work(source, stop)
                why = None
            except BackfocusError as error:
                why = error
            finally:
                if not stop.is_set():
                    ended(why)
                over.set()

        self._thread = threading.Thread(target=run, name="session", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """End the work, if there is any, and wait until it has ended."""
        with self._opening:
            self._stop.set()
            source = self._source
            if source is None and self._gives_up:
                self._over.set()
        if source is not None:
            source.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._over.wait(LONGEST_END_S)
        self._thread = self._source = None

    def give_up(self) -> None:
        """From now on nothing waits for a source that is being opened: it is closed as soon as it is open."""
        with self._opening:
            self._gives_up = True
            if self._source is None:
                self._over.set()

    def _is_wanted(self, source: Paced, stop: threading.Event) -> bool:
        """Whether nobody ended the work while its source was opened; else the source is closed."""
        with self._opening:
            if not stop.is_set():
                self._source = source
                return True
        source.close()
        return False
