"""A recorded file: every picture, in order, as fast as it is asked for.

Only files that hold their own pictures are opened. A playlist, a list of clips or a description of a stream
names other places to read from, whatever its suffix says, and is refused.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from ..errors import PictureTooLarge, SourceLost, SourceUnreadable
from ..frame import Frame
from .ahead import ahead
from .decode import MICROSECONDS, Numbering, pictures, video_stream
from .faults import hint
from .luma import AS_TAGGED, Signal
from .size_limit import MAX_MEGAPIXELS, pixels

SHORT_BY_S = 1.0
"""A file that ends this much before its own index says is cut off; containers round by less."""

SHORT_BY_PICTURES = 2.0
"""The same, in pictures: the last one begins at least one picture before the end."""

FORMATS = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts", "mpeg", "mpegvideo"),
    *("mxf", "mxf_opatom", "gxf", "lxf", "asf", "flv", "live_flv", "ogg", "nut", "rm", "wtv", "dv", "ivf"),
    *("yuv4mpegpipe", "h264", "hevc", "vvc", "av1", "obu", "m4v", "vc1", "vc1test", "mjpeg", "mjpeg_2000"),
    *("dnxhd", "dirac", "cavsvideo", "h261", "h263", "roq", "nsv", "pva", "cine", "r3d", "ifv", "xmv"),
    *("wav", "mp3", "aac", "flac", "aiff", "au", "w64", "caf", "ac3"),  # to say that it is only sound
)
"""Demuxers that read one file and nothing beside it."""

LISTS = (b"#EXTM3U", b"ffconcat", b"v=0", b"<?xml", b"<MPD", b"<SMIL", b"[playlist]", b"RTSPtext")
"""How files begin that name other files or streams."""


class Clip:
    """The pictures of a video file; each call of `frames` begins at the first one.

    Pictures that are lost are left out and counted in a `notice`. A file that ends before its index says so
    gives all its pictures first, then raises SourceLost.
    """

    live = False

    def __init__(
        self,
        path: Path,
        *,
        signal: Signal = AS_TAGGED,
        max_megapixels: float = MAX_MEGAPIXELS,
        notice: Callable[[str], None] | None = None,
    ) -> None:
        self.title = path.name
        self._path = path
        self._signal = signal
        self._max_megapixels = max_megapixels
        self._notice = notice
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
        return self._until_closed()

    def close(self) -> None:
        """End all reading; may be called again, and from another thread."""
        self._closed = True

    def _until_closed(self) -> Iterator[Frame]:
        with closing(self._frames()) as decoded, closing(ahead(decoded)) as pictures:
            for picture in pictures:
                if self._closed:
                    return
                yield picture

    def _look(self) -> int | None:
        with self._open() as container:
            return _frame_count(container, video_stream(container, self.title, self._max_megapixels))

    def _open(self) -> InputContainer:
        if not self._path.is_file():
            raise SourceUnreadable(f"{self._path}: a device or a pipe, not a file: record it to a file first")
        try:
            return av.open(
                f"file:{self._path}",  # else a colon in the name would be taken for the end of a protocol
                options={
                    "protocol_whitelist": "file",
                    "format_whitelist": ",".join(FORMATS),
                    "max_pixels": str(pixels(self._max_megapixels)),
                },
                metadata_errors="replace",  # titles in other letters than UTF-8
            )
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            raise SourceUnreadable(f"{self._path}: {self._why(fault)}") from fault

    def _why(self, fault: Exception) -> str:
        try:
            with self._path.open("rb") as file:
                head = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        except OSError as unreadable:
            return hint(unreadable)
        if not head:
            return "the file is empty: copy or record it again"
        if head.startswith(LISTS):
            return "a list of other files or streams, not a recording: give one of those that it names"
        if head[4:8] == b"ftyp" and isinstance(fault, av.error.InvalidDataError):
            return "it breaks off before its index: end the recording, or copy it again"
        return hint(fault)

    def _frames(self) -> Generator[Frame, None, None]:
        with self._open() as container:
            stream = video_stream(container, self.title, self._max_megapixels)
            numbering, lost = Numbering(container, stream, self._signal), 0
            try:
                for decoded in pictures(container, stream):
                    if self._closed:
                        return
                    if decoded is None:
                        lost += 1
                    else:
                        yield numbering.frame(decoded)
            except PictureTooLarge as fault:
                raise PictureTooLarge(f"{self.title}: {fault}") from fault
            except (av.error.FFmpegError, OSError) as fault:
                raise SourceLost(f"{self.title} after {numbering.count} pictures: {hint(fault)}") from fault
            self._look_back(container, stream, numbering, lost)

    def _look_back(
        self, container: InputContainer, stream: VideoStream, numbering: Numbering, lost: int
    ) -> None:
        if numbering.last_s is None:
            raise SourceUnreadable(f"{self.title}: no picture could be decoded: copy the file again")
        if lost and self._notice is not None:
            self._notice(f"{self.title}: damaged pictures left out: {lost}")
        length_s = _length_s(container, stream)
        short_s = max(SHORT_BY_S, SHORT_BY_PICTURES * numbering.period_s)
        if length_s is not None and numbering.last_s < length_s - short_s:
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
    if stream.frames or length_s is None or not stream.average_rate:
        return stream.frames or None
    return round(length_s * stream.average_rate)
