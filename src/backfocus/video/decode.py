"""From an open container to pictures: which stream, which pictures are whole, when each is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import av.error
from av.codec import CodecContext
from av.container import InputContainer
from av.filter import Graph
from av.packet import Packet
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream

from ..errors import PictureTooLarge, SourceUnreadable
from ..frame import Field, Frame
from .luma import Signal, frame_of
from .size_limit import MAX_MEGAPIXELS, TOO_LARGE, pixels, too_large

MICROSECONDS = 1_000_000
STRICT = {"err_detect": "explode"}
"""Makes FFmpeg give an error for a damaged picture, where it would paint over the damage and say nothing."""

MOST_OBLONG = 2.2
"""Broadcast samples are at most twice as wide as high (anamorphic); tags beyond are mistakes."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """One picture; `damaged`: the decoder complained of it, or of one that it was predicted from."""

    picture: av.VideoFrame
    damaged: bool


def video_stream(
    container: InputContainer, title: str, max_megapixels: float = MAX_MEGAPIXELS
) -> VideoStream:
    """The stream that holds the moving picture, set to decode on all cores.

    Raises SourceUnreadable where there is none (sound only; the cover picture of a song does not count), and
    where its pictures are larger than the limit.
    """
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or Disposition.attached_pic in stream.disposition:
        raise SourceUnreadable(f"{title} holds no picture, only {_other_streams(container)}: give a video")
    if stream.codec_context is None:
        raise SourceUnreadable(f"{title}: no decoder for its picture: convert it to H.264, HEVC or ProRes")
    context = stream.codec_context
    if problem := too_large(context.width, context.height, max_megapixels):
        raise PictureTooLarge(f"{title}: its picture is {problem}")
    context.options = {"max_pixels": str(pixels(max_megapixels))}
    if context.codec.intra_only:
        context.options |= STRICT
    # Picture by picture where each stands alone: an error then belongs to the one just given.
    stream.thread_type = "SLICE" if context.codec.intra_only else "AUTO"
    return stream


def sample_aspect(stream: VideoStream) -> float:
    """Width of a sample over its height; 1 where the stream says nothing, or nothing that can be."""
    told = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or 1
    return float(told) if MOST_OBLONG >= told >= 1 / MOST_OBLONG else 1.0


def pictures(container: InputContainer, stream: VideoStream) -> Iterator[Decoded | None]:
    """Decoded pictures in presentation order; None stands for one that is lost.

    A picture whose errors the decoder has painted over is left out where others are predicted from it, and
    those are marked as damaged until the next one that stands alone.

    Raises PictureTooLarge at a picture beyond the limit, which the container did not announce.
    """
    decoder = _Decoder(stream)
    for packet in _packets(container, stream):
        yield from decoder.decoded(packet)


def _packets(container: InputContainer, stream: VideoStream) -> "Iterator[Packet[VideoStream]]":
    try:
        yield from container.demux(stream)
    except IndexError:
        return  # PyAV, at the very end, of a file whose streams became more on the way


class _Decoder:
    """The decoder of one stream, and whether what it gives now rests on something damaged."""

    def __init__(self, stream: VideoStream) -> None:
        self._lenient: VideoCodecContext | None = None
        self._context = stream.codec_context
        self._stands_alone = self._context.codec.intra_only
        self._tainted = False

    def decoded(self, packet: "Packet[VideoStream]") -> Iterator[Decoded | None]:
        """The pictures that come out with one packet."""
        lost = packet.is_corrupt
        try:
            found = packet.decode()
        except av.error.ArgumentError as fault:  # the limit set as `max_pixels`
            raise PictureTooLarge(f"its pictures are {TOO_LARGE}") from fault
        except av.error.InvalidDataError:
            found = self._patched(packet)
            yield from (Decoded(picture, damaged=True) for picture in found)
            lost, found = lost or not found, []
        for picture in found:
            yield self._judged(picture)
        if lost:
            self._tainted = not self._stands_alone
            yield None

    def _judged(self, picture: av.VideoFrame) -> Decoded | None:
        if picture.is_corrupt and self._stands_alone:
            return Decoded(picture, damaged=True)
        if picture.is_corrupt:
            self._tainted = True
            return None
        if picture.pict_type == PictureType.I:
            self._tainted = False
        return Decoded(picture, damaged=self._tainted)

    def _patched(self, packet: "Packet[VideoStream]") -> list[av.VideoFrame]:
        """What can be had of a damaged picture that stands alone: the strict decoder gives nothing of it."""
        if not self._stands_alone:
            return []
        if self._lenient is None:
            self._lenient = _like(self._context)
        try:
            return self._lenient.decode(packet)
        except av.error.FFmpegError:
            return []


def _like(context: VideoCodecContext) -> VideoCodecContext:
    """Another decoder for the same stream, that gives what it can."""
    other = CodecContext.create(context.codec.name, "r")
    if not isinstance(other, VideoCodecContext):
        raise TypeError(f"{context.codec.name} decodes no pictures")
    other.extradata = context.extradata
    other.width, other.height = context.width, context.height
    other.pix_fmt = context.pix_fmt
    other.options = {name: value for name, value in context.options.items() if name not in STRICT}
    return other


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
        self.period_s = float(1 / stream.average_rate) if stream.average_rate else 0.0
        self._signal = signal
        self._sample_aspect = sample_aspect(stream)

    def frame(self, decoded: Decoded) -> Frame:
        """The next `Frame`."""
        index, self.count = self.count, self.count + 1
        picture = decoded.picture
        self.last_s = self._after(self._at_s(picture, index))
        first = self._fields.of(picture)
        return frame_of(
            picture,
            index=index,
            at_s=self.last_s,
            interlaced=first,
            signal=self._signal,
            sample_aspect=self._sample_aspect,
            damaged=decoded.damaged,
        )

    def _after(self, at_s: float) -> float:
        """The time, set on where a stream's clock begins again, as in recordings that were joined."""
        if self.last_s is None:
            return max(at_s, 0.0)
        if at_s < self.last_s:
            next_s = self.last_s + self.period_s
            self._start_s -= next_s - at_s
            return next_s
        return at_s

    def _at_s(self, picture: av.VideoFrame, index: int) -> float:
        if picture.pts is None:  # elementary streams carry no times
            return index * self.period_s
        return picture.time - self._start_s


def _other_streams(container: InputContainer) -> str:
    kinds = sorted({"sound" if s.type == "audio" else s.type for s in container.streams if s.type != "video"})
    return " and ".join(kinds) or "a cover picture"
