"""H.264 in memory: one picture in, the same picture out as a stream would deliver it."""

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..frame import Field, Frame

if TYPE_CHECKING:
    from av import VideoCodecContext, VideoFrame

QUALITY = "20"
"""x264's constant rate factor: a good contribution link."""
_BT709 = 1
_LIMITED = 1


class H264Link:
    """An encoder and a decoder back to back.

    Parameters
    ----------
    width_px, height_px : int
        Even.
    fps : float
    interlaced : "top" | "bottom" | None
        First field, for pictures of two fields.
    mbit_s : float
        Megabits a second that may be spent; 0 is a constant quality, whatever it takes.
    """

    def __init__(
        self,
        width_px: int,
        height_px: int,
        fps: float,
        interlaced: Field | None = None,
        mbit_s: float = 0.0,
    ) -> None:
        from av import CodecContext

        self._encoder = _encoder(CodecContext.create("libx264", "w"), width_px, height_px, fps, interlaced)
        if mbit_s:
            self._encoder.options = _at_rate(self._encoder.options, mbit_s)
        decoder = CodecContext.create("h264", "r")
        decoder.thread_count = 1
        decoder.flags |= 1 << 19  # low delay: a picture comes out as soon as it is in
        self._decoder = decoder

    def carry(self, frame: Frame) -> Frame:
        """The frame after its samples went through the link; everything else stays."""
        packets = self._encoder.encode(_picture(frame))
        arrived = [picture for packet in packets for picture in self._decoder.decode(packet)]
        if len(arrived) != 1:
            raise RuntimeError(f"the encoder kept a picture back: {len(arrived)} arrived for one sent")
        chroma = None if frame.chroma is None else (_samples(arrived[0], 1), _samples(arrived[0], 2))
        return replace(frame, luma=_samples(arrived[0], 0), chroma=chroma)


def _encoder(
    context: "VideoCodecContext", width_px: int, height_px: int, fps: float, interlaced: Field | None
) -> "VideoCodecContext":
    """`context` set up for pictures of the bench: BT.709, video range, no picture kept back."""
    context.width, context.height = width_px, height_px
    context.pix_fmt = "yuv420p"
    context.framerate = Fraction(fps).limit_denominator(1001)
    context.time_base = 1 / context.framerate
    context.color_range = _LIMITED
    context.colorspace = context.color_trc = context.color_primaries = _BT709
    context.thread_count = 1
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": QUALITY, "g": "50"}
    if interlaced:
        context.options |= {"x264-params": "tff=1" if interlaced == "top" else "bff=1"}
    return context


def _at_rate(options: dict[str, str], mbit_s: float) -> dict[str, str]:
    """The options with a rate instead of a quality, kept to within half a second."""
    kbit_s = round(1000 * mbit_s)
    rate = {"b": f"{kbit_s}k", "maxrate": f"{kbit_s}k", "bufsize": f"{max(kbit_s // 2, 1)}k"}
    return {key: value for key, value in options.items() if key != "crf"} | rate


def _picture(frame: Frame) -> "VideoFrame":
    """The frame as a picture an encoder takes, grey where it has no colour."""
    from av import VideoFrame

    height_px, width_px = frame.luma.shape
    picture = VideoFrame(width_px, height_px, "yuv420p")
    _plane(picture, 0)[:, :width_px] = frame.luma
    for colour in (0, 1):
        plane = _plane(picture, colour + 1)
        if frame.chroma is None:
            plane[:] = 128
        else:
            plane[:, : width_px // 2] = frame.chroma[colour]
    picture.pts = frame.index
    picture.color_range = _LIMITED
    return picture


def _plane(picture: "VideoFrame", number: int) -> NDArray[np.uint8]:
    plane = picture.planes[number]
    samples = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]
    return np.asarray(samples.reshape(plane.height, plane.line_size))


def _samples(picture: "VideoFrame", number: int) -> NDArray[np.uint8]:
    samples = _plane(picture, number)[:, : picture.planes[number].width].copy()
    samples.flags.writeable = False
    return samples
