"""A live source: the newest picture only, never a hang, and back again when the connection breaks.

How it works. One reader thread connects, decodes, and keeps the newest picture; older ones are dropped
unseen. The thread that iterates over `frames` waits for that picture, makes a `Frame` of it and delivers
notices. When the connection breaks, or ends (a live source has no end of its own), the reader connects again,
waiting 0.5 s, 1 s, 2 s ... up to 8 s between attempts, until no picture has come for `give_up_s`.

Every wait has an end: FFmpeg's own reads by a time-out; ours by a deadline, should a read ignore its own.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import av.error
from av.container import InputContainer

from ..errors import PictureTooLarge, SourceError, SourceLost, SourceUnreadable
from ..frame import Frame
from .decode import Decoded, FieldOrder, pictures, sample_aspect, video_stream
from .faults import hint, silence
from .luma import AS_TAGGED, Signal, frame_of
from .size_limit import MAX_MEGAPIXELS

GIVE_UP_S = 60.0
"""Without a picture for this long a source counts as lost; most cameras restart in less."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0

JOIN_S = 1.0
"""Longest that `close` waits for the reader; one in a stalled read ends by itself within its time-out."""

NEARLY = 0.9
"""Of the time-out: who answered as late as this did not answer."""

SLICE_S = 0.2
"""Waits are cut into slices, because Windows hears Ctrl-C only between them."""


class Connector(Protocol):
    """Makes connections to one live source."""

    def open(self) -> InputContainer:
        """A new connection. Raises FFmpegError, OSError or SourceUnreadable, soon."""
        ...

    def cut(self) -> None:
        """Make a read that waits return, where that is possible; called from any thread."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait: for a connection or the next picture, and in all, before giving up; seconds."""

    timeout_s: float
    give_up_s: float = GIVE_UP_S
    first_pause_s: float = FIRST_PAUSE_S


@dataclass(frozen=True, slots=True, eq=False)
class _Arrival:
    decoded: Decoded
    at_s: float
    sample_aspect: float


class Times:
    """When each picture was taken, in seconds since the first: by its own clock where that makes sense.

    A stream's clock is smoother than the arrival of its pictures, but it jumps when the camera restarts or
    the connection is made again. A step of it counts unless it goes back, or runs ahead of the arrivals by
    more than `AHEAD_S`; the time between arrivals counts then.
    """

    AHEAD_S = 2.0

    def __init__(self) -> None:
        self._at_s = 0.0
        self._stream_s: float | None = None
        self._arrived_s: float | None = None

    def next(self, stream_s: float | None, arrived_s: float) -> float:
        """Time of the next picture, never before that of the last one."""
        waited_s = 0.0 if self._arrived_s is None else max(0.0, arrived_s - self._arrived_s)
        step_s = waited_s if stream_s is None or self._stream_s is None else stream_s - self._stream_s
        if not 0.0 <= step_s <= waited_s + self.AHEAD_S:
            step_s = waited_s
        self._at_s, self._stream_s, self._arrived_s = self._at_s + step_s, stream_s, arrived_s
        return self._at_s

    def forget(self) -> None:
        """Begin a new connection, whose clock has nothing to do with the last one's."""
        self._stream_s = None


class LiveStream:
    """Pictures from something that does not wait.

    `notice` is told of every break and every return, from the thread that iterates over `frames`.
    Raises SourceUnreadable when the first connection fails.
    """

    live = True

    def __init__(
        self,
        connector: Connector,
        title: str,
        patience: Patience,
        *,
        signal: Signal = AS_TAGGED,
        max_megapixels: float = MAX_MEGAPIXELS,
        notice: Callable[[str], None] | None = None,
    ) -> None:
        self.title = title
        self._patience, self._signal, self._notice = patience, signal, notice
        self._count, self._first_s = 0, 0.0
        self._fields = FieldOrder()
        self._reader = _Reader(connector, title, patience, max_megapixels)
        self._reader.start()
        self._reader.wait_for_connection()

    def frames(self) -> Iterator[Frame]:
        """The newest picture whenever there is a new one; ends when closed.

        Raises ValueError after `close`, SourceLost when no picture came for too long.
        """
        if self._reader.stopped():
            raise ValueError(f"{self.title} is closed")
        return self._frames()

    def close(self) -> None:
        """Stop reading and let the connection go; may be called again, and from another thread."""
        self._reader.stop()

    def _frames(self) -> Iterator[Frame]:
        while not self._reader.stopped():
            arrival, said = self._reader.news()
            if self._notice is not None:
                for line in said:
                    self._notice(line)
            if arrival is not None:
                yield self._frame(arrival)

    def _frame(self, arrival: _Arrival) -> Frame:
        if self._count == 0:
            self._first_s = arrival.at_s
        index, self._count = self._count, self._count + 1
        return frame_of(
            arrival.decoded.picture,
            index=index,
            at_s=arrival.at_s - self._first_s,
            interlaced=self._fields.of(arrival.decoded.picture),
            signal=self._signal,
            sample_aspect=arrival.sample_aspect,
            damaged=arrival.decoded.damaged,
        )


class _Reader:
    """The thread that reads, and where it meets the caller: `_changed` guards all that is shared."""

    def __init__(self, connector: Connector, title: str, patience: Patience, max_megapixels: float) -> None:
        self._connector, self._title, self._patience = connector, title, patience
        self._max_megapixels = max_megapixels
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._newest: _Arrival | None = None
        self._said: deque[str] = deque(maxlen=32)
        self._connected = False
        self._refused: SourceError | None = None
        self._last_s = time.monotonic()
        self._times = Times()
        self._thread = threading.Thread(target=self._run, name=f"reader of {title}", daemon=True)

    def stopped(self) -> bool:
        return self._stop.is_set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        self._connector.cut()
        if self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)
            self._connector.cut()  # once more for a connection that was being made the first time

    # Called by the caller's thread.

    def wait_for_connection(self) -> None:
        """Return once connected; raises SourceUnreadable when refused, or when nothing answers in time."""
        self._wait(lambda: self._connected or self._refused is not None, self._patience.timeout_s + SLICE_S)
        if self._connected and self._refused is None:
            return
        self.stop()
        raise self._refused or SourceUnreadable(f"{self._title}: {silence(self._patience.timeout_s)}")

    def news(self) -> tuple[_Arrival | None, tuple[str, ...]]:
        """The newest picture not seen yet, if any, and what was said since; waits for either.

        Raises SourceLost when the last picture is too long ago.
        """
        left_s = self._last_s + self._patience.give_up_s - time.monotonic()
        longest_s = min(self._patience.timeout_s, max(left_s, 0.0))
        self._wait(lambda: bool(self._newest or self._said or self._refused), longest_s)
        with self._changed:
            arrival, self._newest = self._newest, None
            said = tuple(self._said)
            self._said.clear()
            refused = self._refused
        if arrival is None and refused is not None:
            self.stop()
            raise refused
        if arrival is None and not said and not self.stopped():
            self._nothing_came()
        return arrival, said

    def _nothing_came(self) -> None:
        if time.monotonic() - self._last_s < self._patience.give_up_s:
            self._connector.cut()  # a read that ignored its time-out
            return
        self.stop()
        raise SourceLost(
            f"{self._title}: no picture for {self._patience.give_up_s:g} s: "
            "check the camera, its cable and the network, then start again"
        )

    def _wait(self, ready: Callable[[], bool], longest_s: float) -> None:
        end_s = time.monotonic() + longest_s
        with self._changed:
            while not (ready() or self.stopped()) and (left_s := end_s - time.monotonic()) > 0:
                self._changed.wait(min(left_s, SLICE_S))

    # Called by the reader's own thread.

    def _run(self) -> None:
        pause_s = self._patience.first_pause_s
        while not self.stopped():
            seen_s = self._last_s
            why = self._one_connection()
            if self.stopped() or self._refused is not None:
                return
            if not self._connected:
                self._tell(refused=SourceUnreadable(f"{self._title}: {why}"))
                return
            if self._last_s > seen_s:
                pause_s = self._patience.first_pause_s
            self._tell(f"{self._title}: {why}; connecting again in {pause_s:g} s")
            self._stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _one_connection(self) -> str:
        """Read until the connection breaks; says why it did."""
        begun_s = time.monotonic()
        try:
            with self._connector.open() as container:
                self._pass_on(container)
        except PictureTooLarge as fault:
            said = str(fault).removeprefix(f"{self._title}: ")
            self._tell(refused=PictureTooLarge(f"{self._title}: {said}"))
            return said
        except SourceUnreadable as fault:
            return str(fault).removeprefix(f"{self._title}: ")
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            return self._why(fault, time.monotonic() - max(begun_s, self._last_s))
        return "the stream ended"

    def _why(self, fault: Exception, waited_s: float) -> str:
        """FFmpeg's RTSP takes silence for rubbish: how long it waited tells the two apart."""
        timeout_s = self._patience.timeout_s
        is_silence = isinstance(fault, TimeoutError | av.error.ExitError | av.error.InvalidDataError)
        return silence(timeout_s) if is_silence and waited_s >= NEARLY * timeout_s else hint(fault)

    def _pass_on(self, container: InputContainer) -> None:
        stream = video_stream(container, self._title, self._max_megapixels)
        self._tell(*([f"{self._title}: connected again"] if self._connected else []), connected=True)
        self._times.forget()
        damaged = 0
        for decoded in pictures(container, stream):
            if self.stopped():
                return
            if decoded is not None:
                taken_s = decoded.picture.time if decoded.picture.pts is not None else None
                at_s = self._times.next(taken_s, time.monotonic())
                self._tell(newest=_Arrival(decoded, at_s, sample_aspect(stream)))
            elif not damaged:
                damaged += 1
                self._tell(f"{self._title}: damaged pictures left out: check the cable and the network")

    def _tell(
        self,
        *said: str,
        newest: _Arrival | None = None,
        connected: bool = False,
        refused: SourceError | None = None,
    ) -> None:
        with self._changed:
            self._said.extend(said)
            self._connected |= connected
            self._refused = refused or self._refused
            if newest is not None:
                self._newest, self._last_s = newest, time.monotonic()
            self._changed.notify_all()
