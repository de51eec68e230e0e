"""The virtual camera's pictures as H.264: one encoder that works while anybody watches, and containers."""

import io
import threading
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import TypeVar, cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from .virtual_camera import Drawn, VirtualCamera

T = TypeVar("T")
Stream = Generator[T, None, None]
"""What comes one after the other, and is closed by the one who has seen enough."""
CODEC = "libx264"
CLOCK = Fraction(1, 90_000)
"""RTP's and MPEG's own clock."""
KEY_EVERY_S = 0.5
"""From one picture that needs no other to the next: the longest wait of who comes late."""
OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "qp": "16", "forced-idr": "1"}
"""Sharpness is what is measured: one fine quantiser for all pictures; bits are cheap on one machine."""
VIDEO_RANGE = 1
"""16 to 235, as FFmpeg numbers it."""
KEPT = 64
"""Packets for those who are slow; slower ones go on at the next key picture."""
SPS, PPS = 7, 8
"""The kinds of unit that hold the parameter sets: H.264, table 7-1."""
PAYLOAD = 96
"""The number of the stream in RTP, the first that is free to use."""


def can_encode() -> bool:
    """Whether this machine's FFmpeg has the encoder; that of the wheels has."""
    return CODEC in av.codecs_available


@dataclass(frozen=True, slots=True)
class Packet:
    """One picture, encoded: `pts` in ticks of `CLOCK`, `is_key` where it needs no other."""

    pts: int
    is_key: bool
    data: bytes


class H264:
    """The encoder of a camera."""

    def __init__(self, camera: VirtualCamera) -> None:
        self._camera = camera
        self._changed = threading.Condition()
        self._watchers = 0
        self._ended = False
        self._count = 0
        self._kept: deque[tuple[int, Packet]] = deque(maxlen=KEPT)
        self._thread: threading.Thread | None = None

    def packets(self) -> Stream[Packet]:
        """Packets as they come, from a key picture on; ends with the camera."""
        with self._changed:
            self._watchers += 1
            if self._thread is None:
                self._kept.clear()
                self._thread = threading.Thread(target=self._encode, name="h264", daemon=True)
                self._thread.start()
            seen = self._count
        try:
            yield from self._follow(seen)
        finally:
            with self._changed:
                self._watchers -= 1

    def _follow(self, seen: int) -> Stream[Packet]:
        begun = False
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._count > seen or self._ended)  # noqa: B023
                if self._count == seen:
                    return
                new = [each for each in self._kept if each[0] > seen]
            begun = begun and new[0][0] == seen + 1
            for number, packet in new:
                seen = number
                begun = begun or packet.is_key
                if begun:
                    yield packet

    def _encode(self) -> None:
        ended = True
        try:
            ended = self._encoded_all()
        finally:  # whatever ends it: nobody is to wait for more
            with self._changed:
                self._ended = ended
                self._changed.notify_all()

    def _encoded_all(self) -> bool:
        """Encode until the camera ends, True, or nobody watches any more, False."""
        coder = self._coder()
        for drawn in self._camera.drawn():
            made = [
                Packet(packet.pts or 0, packet.is_keyframe, bytes(packet))
                for packet in coder.encode(_frame(drawn))
            ]
            with self._changed:
                for packet in made:
                    self._count += 1
                    self._kept.append((self._count, packet))
                self._changed.notify_all()
                if not self._watchers:
                    self._thread = None
                    return False
        return True

    def _coder(self) -> VideoCodecContext:
        settings = self._camera.settings
        coder = cast("VideoCodecContext", av.CodecContext.create(CODEC, "w"))
        coder.width, coder.height, coder.pix_fmt = settings.width_px, settings.height_px, "yuv420p"
        coder.time_base, coder.framerate = CLOCK, Fraction(settings.fps).limit_denominator(1001)
        coder.color_range = VIDEO_RANGE
        coder.options = OPTIONS | {"g": f"{max(round(KEY_EVERY_S * settings.fps), 1)}"}
        return coder


def _frame(drawn: Drawn) -> VideoFrame:
    """Video range, without colour."""
    height, width = drawn.luma.shape
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = np.clip(np.rint(drawn.luma), 0.0, 255.0)
    frame = VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = round(drawn.at_s / CLOCK), CLOCK
    return frame


class _Written:
    """What a container writes, part by part, as it flushes them."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> list[bytes]:
        parts, self._parts = self._parts, []
        return parts


def contained(packets: Stream[Packet], kind: str, options: Mapping[str, str]) -> Stream[bytes]:
    """Packets in a container of FFmpeg's: `mpegts`, or `rtp` with one RTP or RTCP packet in each part."""
    written = _Written()
    with ExitStack() as stack:
        stack.enter_context(closing(packets))
        first = next(packets, None)
        if first is None:
            return
        parsed = stack.enter_context(av.open(io.BytesIO(first.data), format="h264"))
        made = stack.enter_context(av.open(written, "w", format=kind, options=dict(options)))
        stream = made.add_stream_from_template(parsed.streams.video[0])
        stream.time_base = CLOCK
        for each in chain((first,), packets):
            packet = av.Packet(each.data)
            packet.pts = packet.dts = each.pts
            packet.time_base, packet.stream, packet.is_keyframe = CLOCK, stream, each.is_key
            made.mux(packet)
            yield from written.taken()


def mpeg_ts(packets: Stream[Packet]) -> Stream[bytes]:
    """An MPEG transport stream."""
    return contained(packets, "mpegts", {"flush_packets": "1"})


def rtp(packets: Stream[Packet]) -> Stream[bytes]:
    """RTP packets, and RTCP reports between them."""
    return contained(packets, "rtp", {"packetsize": "1400", "payload_type": f"{PAYLOAD}"})


def is_report(packet: bytes) -> bool:
    """Whether a packet is RTCP, and not RTP: RFC 5761, 4."""
    return 200 <= packet[1] <= 204


def parameter_sets(key: Packet) -> tuple[bytes, bytes]:
    """The sequence and picture parameter sets of a key picture; ValueError without."""
    units = [unit for unit in key.data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]
    found = {unit[0] & 0x1F: unit for unit in reversed(units)}
    if SPS not in found or PPS not in found:
        raise ValueError("this is no key picture")
    return found[SPS], found[PPS]
