"""Frames into a video file: to keep the pictures of a session, and to make the clips of tests."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.error
import numpy as np
from av.filter import Graph
from av.video.stream import VideoStream

from ..errors import OutputError
from ..frame import Field, Frame
from .faults import hint
from .luma import FULL_RANGE_TAG, LIMITED_RANGE_TAG, TRANSFER_OF_TAG, WEIGHTS_OF_TAG

CLOCK_HZ = 90_000
"""Time base of the codecs that allow uneven time; the others count pictures."""

UNEVEN_TIME = ("libx264", "libx265")

NEAR_LOSSLESS = {"libx264": {"preset": "veryfast", "crf": "12"}, "libx265": {"preset": "fast", "crf": "12"}}

TAG_OF_TRANSFER = {name: tag for tag, name in reversed(TRANSFER_OF_TAG.items())}
TAG_OF_WEIGHTS = {weights: tag for tag, weights in reversed(WEIGHTS_OF_TAG.items())}


def record(
    frames: Iterable[Frame],
    path: str | Path,
    *,
    fps: float = 25.0,
    codec: str = "libx264",
    pixel_format: str | None = None,
    options: Mapping[str, str] | None = None,
) -> int:
    """Write frames to a video file and return how many; the rest as `Recorder`."""
    with Recorder(path, fps=fps, codec=codec, pixel_format=pixel_format, options=options) as recorder:
        for frame in frames:
            recorder.write(frame)
    return recorder.count


class Recorder:
    """A video file being written, samples as given; chroma neutral where there is none of this size.

    Parameters
    ----------
    path : path
        Its suffix chooses the container: .mp4, .mov, .mkv, .ts, .mxf, .avi.
    fps : float
        Pictures per second, where frames carry no `at_s`.
    pixel_format : str | None
        A planar YUV or grey format; None chooses by the depth of the first frame. Where it is deeper than the
        frames, samples move up to the top bits.
    options : mapping
        Options of the encoder; None asks for nearly lossless.

    Notes
    -----
    The first frame fixes size, range, transfer curve and field order. An odd last row or column is left out,
    because chroma comes in pairs. Raises OutputError when the file cannot be written.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        fps: float = 25.0,
        codec: str = "libx264",
        pixel_format: str | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.count = 0
        self._path, self._codec, self._pixel_format = str(path), codec, pixel_format
        self._rate = Fraction(fps).limit_denominator(1001)
        self._options = dict(NEAR_LOSSLESS.get(codec, {}) if options is None else options)
        self._stream: VideoStream | None = None
        self._shape: tuple[int, ...] = ()
        self._marking: Graph | None = None
        self._last_tick = -1
        try:
            self._container = av.open(self._path, "w")
        except (av.error.FFmpegError, OSError, ValueError) as fault:
            raise OutputError(f"{path}: cannot write: {hint(fault)}") from fault

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, frame: Frame) -> None:
        """Append one picture. Raises ValueError for a field, for floats and for a size unlike the first."""
        if frame.field is not None or frame.bits == 0:
            raise ValueError("only whole pictures of integer samples can be recorded")
        if self._stream is None:
            self._stream, self._shape = self._begin(frame), frame.luma.shape
        if frame.luma.shape != self._shape:
            (high, wide), (rows, columns) = self._shape, frame.luma.shape
            raise ValueError(
                f"a picture of {columns} x {rows} pixels does not go into a recording of {wide} x {high}"
            )
        picture = _picture(frame, self._stream)
        picture.pts = self._last_tick = max(self._tick(frame), self._last_tick + 1)
        picture.time_base = self._stream.codec_context.time_base
        if frame.interlaced is not None:
            picture = self._marked(picture, frame.interlaced)
        self._mux(self._stream, picture)
        self.count += 1

    def close(self) -> None:
        """Write what is still in the encoder and the file's index; may be called again."""
        stream, self._stream = self._stream, None
        if stream is not None:
            self._mux(stream, None)
        self._container.close()

    def _begin(self, frame: Frame) -> VideoStream:
        deep = {"prores_ks": "yuv422p10le"}.get(self._codec, "yuv420p10le" if frame.bits > 8 else "yuv420p")
        if frame.interlaced is not None:
            self._options.setdefault("flags", "+ildct+ilme")
        stream = self._container.add_stream(self._codec, rate=self._rate, options=self._options)
        if not isinstance(stream, VideoStream):
            raise ValueError(f"{self._codec} is not a video codec")
        stream.height, stream.width = (side - side % 2 for side in frame.luma.shape)
        stream.pix_fmt = self._pixel_format or deep
        context = stream.codec_context
        context.time_base = Fraction(1, CLOCK_HZ) if self._codec in UNEVEN_TIME else 1 / self._rate
        context.color_range = LIMITED_RANGE_TAG if frame.limited else FULL_RANGE_TAG
        context.color_trc = TAG_OF_TRANSFER.get(frame.transfer, 2)
        context.colorspace = TAG_OF_WEIGHTS.get(frame.weights, 1)
        return stream

    def _marked(self, picture: av.VideoFrame, first: Field) -> av.VideoFrame:
        """The picture marked as interlaced, by FFmpeg's filter: PyAV has no way to set the mark."""
        if self._marking is None:
            self._marking = _marking(picture, first)
        self._marking.push(picture)
        marked = self._marking.pull()
        if not isinstance(marked, av.VideoFrame):
            raise TypeError(f"not a picture: {marked}")
        return marked

    def _tick(self, frame: Frame) -> int:
        if self._codec not in UNEVEN_TIME:
            return self.count
        at_s = self.count / self._rate if frame.at_s is None else frame.at_s
        return round(at_s * CLOCK_HZ)

    def _mux(self, stream: VideoStream, picture: av.VideoFrame | None) -> None:
        try:
            self._container.mux(stream.encode(picture))
        except (av.error.FFmpegError, OSError) as fault:
            raise OutputError(f"{self._path}: cannot write: {hint(fault)}") from fault


def _marking(like: av.VideoFrame, first: Field) -> Graph:
    graph = Graph()
    source = graph.add_buffer(
        width=like.width, height=like.height, format=like.format, time_base=like.time_base
    )
    mark = graph.add("setfield", "tff" if first == "top" else "bff")
    sink = graph.add("buffersink")
    source.link_to(mark)
    mark.link_to(sink)
    graph.configure()
    return graph


def _picture(frame: Frame, stream: VideoStream) -> av.VideoFrame:
    width, height = stream.width, stream.height
    picture = av.VideoFrame(width, height, stream.format.name)
    luma = frame.luma[:height, :width]
    bits = stream.format.components[0].bits
    up, down = max(0, bits - frame.bits), max(0, frame.bits - bits)
    for number, plane in enumerate(picture.planes):
        samples = np.frombuffer(memoryview(plane), np.uint16 if bits > 8 else np.uint8)
        rows = samples.reshape(plane.height, -1)
        given = luma if number == 0 else frame.chroma[number - 1] if frame.chroma else None
        if given is not None and given.shape == (plane.height, plane.width):
            codes = given.astype(np.uint16, copy=False)
            rows[:, : plane.width] = (codes >> down << up).astype(samples.dtype)
        else:
            rows[:] = 1 << (bits - 1)
    picture.color_range = LIMITED_RANGE_TAG if frame.limited else FULL_RANGE_TAG
    picture.color_trc = TAG_OF_TRANSFER.get(frame.transfer, 2)
    picture.colorspace = TAG_OF_WEIGHTS.get(frame.weights, 1)
    return picture
