"""Time of the practice camera that goes on only when a test says so: a busy machine is slow, never late."""

import threading
import time
from dataclasses import dataclass, field

from backfocus.web.session_host import SessionHost

PATIENCE_S = 120.0
"""How long one picture may take to be drawn, measured and shown, on however busy a machine."""
PICTURE_S = 0.08
"""Every other picture of 25 a second is missed, as on a slow machine: half the work, enough for a sweep."""


@dataclass
class Steps:
    """`clock` and `pause` of a `SessionHost`; `go` lets so many pictures through."""

    now_s: float = 0.0
    granted: int = 0
    waiting: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def clock(self) -> float:
        """Seconds that were granted so far."""
        return self.now_s

    def pause(self, stop: threading.Event, seconds: float) -> None:
        """Wait until a picture may be taken, or until the event."""
        with self.changed:
            self.waiting = True
            self.changed.notify_all()
            while not self.granted and not stop.is_set():
                self.changed.wait(0.05)  # the event cannot notify
            self.waiting = False
            self.granted = max(0, self.granted - 1)
            self.now_s += max(seconds, PICTURE_S)

    def go(self, pictures: int, host: SessionHost) -> float | None:
        """Let so many pictures through; the stamp of the last, as the page knows it, once it is published.

        A session may be over before all of them were taken.
        """
        with self.changed:
            self.granted += pictures
            self.changed.notify_all()
        end_s = time.monotonic() + PATIENCE_S
        with self.changed:
            while not (self.waiting and not self.granted) and host.shown.phase != "over":
                self.changed.wait(0.05)
                assert time.monotonic() < end_s, "no picture came"
        at_s = host.shown.decoded_s
        return None if at_s is None else round(at_s * 1000.0, 1)
