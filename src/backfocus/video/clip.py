"""A recorded file: every picture, in order, as fast as it is asked for."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from ..errors import SourceLost, SourceUnreadable
from ..frame import Frame
from .decode import MICROSECONDS, Numbering, pictures, video_stream
from .faults import hint
from .luma import AS_TAGGED, Signal

SHORT_BY_S = 1.0
"""A file that ends this much before its own index says is cut off; containers round by less."""


class Clip:
    """The pictures of a video file; each call of `frames` begins at the first one.

    Pictures that arrive damaged are left out and counted in a `notice`. A file that ends before its index
    says so gives all its pictures first, then raises SourceLost.
    """

    live = False

    def __init__(
        self, path: Path, *, signal: Signal = AS_TAGGED, notice: Callable[[str], None] | None = None
    ) -> None:
        self.title = path.name
        self._path = path
        self._signal = signal
        self._notice = notice
        self._lock = threading.Lock()  # a container must not be closed while it decodes
        self._closed = False
        self.frame_count = self._look()
        """Number of pictures by the file's index, or from its length; None where neither is known."""

    def frames(self) -> Iterator[Frame]:
        """Every picture in presentation order; ends early and cleanly when the clip is closed.

        Raises ValueError when the clip is closed already, SourceUnreadable when no picture could be decoded
        and SourceLost when the file breaks off.
        """
        if self._closed:
            raise ValueError(f"{self.title} is closed")
        return self._frames()

    def close(self) -> None:
        """End all reading; may be called again, and from another thread."""
        self._closed = True

    def _look(self) -> int | None:
        with self._open() as container:
            return _frame_count(container, video_stream(container, self.title))

    def _open(self) -> InputContainer:
        try:
            return av.open(str(self._path))
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            raise SourceUnreadable(f"{self._path}: {self._why(fault)}") from fault

    def _why(self, fault: Exception) -> str:
        if self._path.is_file() and self._path.stat().st_size == 0:
            return "the file is empty: copy or record it again"
        return hint(fault)

    def _frames(self) -> Iterator[Frame]:
        with self._open() as container:
            stream = video_stream(container, self.title)
            numbering, damaged = Numbering(container, stream, self._signal), 0
            try:
                for picture in pictures(container, stream):
                    if self._closed:
                        return
                    if picture is None:
                        damaged += 1
                    else:
                        yield numbering.frame(picture)
            except (av.error.FFmpegError, OSError) as fault:
                raise SourceLost(f"{self.title} after {numbering.count} pictures: {hint(fault)}") from fault
            self._look_back(container, stream, numbering, damaged)

    def _look_back(
        self, container: InputContainer, stream: VideoStream, numbering: Numbering, damaged: int
    ) -> None:
        if numbering.last_s is None:
            raise SourceUnreadable(f"{self.title}: no picture could be decoded: copy the file again")
        if damaged and self._notice is not None:
            self._notice(f"{self.title}: damaged pictures left out: {damaged}")
        length_s = _length_s(container, stream)
        if length_s is not None and numbering.last_s < length_s - SHORT_BY_S:
            at_of = f"{numbering.last_s:.1f} s of {length_s:.1f} s"
            raise SourceLost(f"{self.title} breaks off at {at_of}: copy the file again")


def _length_s(container: InputContainer, stream: VideoStream) -> float | None:
    """How long the picture should run; the container's length counts only where no sound outlasts it."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None and len(container.streams) == 1:
        return container.duration / MICROSECONDS
    return None


def _frame_count(container: InputContainer, stream: VideoStream) -> int | None:
    length_s = _length_s(container, stream)
    if stream.frames or length_s is None or stream.average_rate is None:
        return stream.frames or None
    return round(length_s * stream.average_rate)
