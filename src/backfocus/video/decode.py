"""From an open container to pictures: which stream, which pictures are whole, when each is shown."""

from collections.abc import Iterator
from fractions import Fraction

import av
import av.error
from av.container import InputContainer
from av.filter import Graph
from av.stream import Disposition
from av.video.stream import VideoStream

from ..errors import SourceUnreadable
from ..frame import Field, Frame
from .luma import Signal, frame_of

MICROSECONDS = 1_000_000
MOST_OBLONG = 2.2
"""Broadcast samples are at most twice as wide as high (anamorphic); tags beyond are mistakes."""


def video_stream(container: InputContainer, title: str) -> VideoStream:
    """The stream that holds the moving picture, set to decode on all cores.

    Raises SourceUnreadable where there is none (sound only; the cover picture of a song does not count).
    """
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or Disposition.attached_pic in stream.disposition:
        raise SourceUnreadable(f"{title} holds no picture, only {_other_streams(container)}: give a video")
    if stream.codec_context is None:
        raise SourceUnreadable(f"{title}: no decoder for its picture: convert it to H.264, HEVC or ProRes")
    stream.thread_type = "AUTO"
    return stream


def sample_aspect(stream: VideoStream) -> float:
    """Width of a sample over its height; 1 where the stream says nothing, or nothing that can be."""
    told = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or 1
    return float(told) if MOST_OBLONG >= told >= 1 / MOST_OBLONG else 1.0


def pictures(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame | None]:
    """Decoded pictures in presentation order; None stands for one that arrived damaged."""
    for packet in container.demux(stream):
        damaged = packet.is_corrupt
        try:
            decoded = packet.decode()
        except av.error.InvalidDataError:
            decoded, damaged = [], True
        for picture in decoded:
            yield None if picture.is_corrupt else picture
        if damaged:
            yield None


class FieldOrder:
    """Which field of the pictures of one stream comes first.

    Asked of the first interlaced picture itself, through FFmpeg's `select` filter: PyAV does not show that
    mark, and containers contradict each other on what the field order of the codec means.
    """

    def __init__(self) -> None:
        self._first: Field | None = None

    def of(self, picture: av.VideoFrame) -> Field | None:
        """The first field; None for a progressive picture, also in a stream that says it is interlaced."""
        if not picture.interlaced_frame:
            return None
        if self._first is None:
            self._first = "top" if _is_top_first(picture) else "bottom"
        return self._first


def _is_top_first(picture: av.VideoFrame) -> bool:
    graph = Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=Fraction(1, 25)
    )
    select = graph.add("select", r"eq(interlace_type\,TOPFIRST)")
    sink = graph.add("buffersink")
    source.link_to(select)
    select.link_to(sink)
    graph.configure()
    graph.push(picture)
    graph.push(None)
    try:
        graph.pull()
    except (av.error.BlockingIOError, av.error.EOFError):
        return False
    return True


class Numbering:
    """Gives pictures their index, and their time from the start of the stream, which never runs backwards."""

    def __init__(self, container: InputContainer, stream: VideoStream, signal: Signal) -> None:
        self.count = 0
        self.last_s: float | None = None
        self._fields = FieldOrder()
        self._start_s = (container.start_time or 0) / MICROSECONDS
        self._period_s = float(1 / stream.average_rate) if stream.average_rate else 0.0
        self._signal = signal
        self._sample_aspect = sample_aspect(stream)

    def frame(self, picture: av.VideoFrame) -> Frame:
        """The next `Frame`."""
        index, self.count = self.count, self.count + 1
        self.last_s = max(self._at_s(picture, index), self.last_s or 0.0)
        first = self._fields.of(picture)
        return frame_of(
            picture,
            index=index,
            at_s=self.last_s,
            interlaced=first,
            signal=self._signal,
            sample_aspect=self._sample_aspect,
        )

    def _at_s(self, picture: av.VideoFrame, index: int) -> float:
        if picture.pts is None:  # elementary streams carry no times
            return index * self._period_s
        return picture.time - self._start_s


def _other_streams(container: InputContainer) -> str:
    kinds = sorted({"sound" if s.type == "audio" else s.type for s in container.streams if s.type != "video"})
    return " and ".join(kinds) or "a cover picture"
