"""NDI: pictures by the name that a camera or a mixer announces on the network.

The maker's library finds the source, receives in threads of its own and connects again by itself; here the
newest picture is taken out of it. It finds names through Avahi (on Linux), or asks machines that it is told.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import numpy as np

from ..errors import PictureTooLarge, SourceLost, SourceUnreadable, UsageError
from ..frame import Field, Frame, Samples
from .luma import AS_TAGGED, Signal
from .size_limit import MAX_MEGAPIXELS, pixels
from .stream import Patience, Times

LOOK_S = 2.0
"""How long the network is asked whether two names are one source: sources announce themselves each second."""
SLICE_MS = 100
"""Longest wait inside the library; a close is heard in between."""
TICKS_S = 1e7
"""Time stamps count tenths of microseconds."""
NO_TIME = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Meant:
    """What an address names: a source by its name, or by host and port; and the machines to ask for it."""

    name: str
    direct: bool = False
    ask: str = ""


def meant(address: str) -> Meant:
    """`ndi://NAME`, `ndi://NAME?at=HOST` or `ndi://HOST:PORT`; UsageError for what cannot be meant."""
    name, _, query = address.partition("://")[2].partition("?")
    name = unquote(name).strip().rstrip("/")
    asked = dict(parse_qsl(query, keep_blank_values=True))
    ask = asked.pop("at", "")
    if not name.isprintable() or not name or asked or not re.fullmatch(r"[\w.:,-]*", ask):
        raise UsageError("write ndi://NAME, ndi://NAME?at=HOST or ndi://HOST:PORT")
    return Meant(name, bool(re.fullmatch(r"[\w.-]+:\d{1,5}", name)), ask)


class NdiSource:
    """Pictures of one NDI source.

    Parameters
    ----------
    address : str
        As in `meant`.
    patience : Patience
        How long to look for the source and to wait for its first picture, and for the next before it is lost.
    ndi : optional
        What stands for NDIlib, in tests.

    Raises SourceUnreadable where the library or the source is missing, or sends no pictures.
    """

    live = True

    def __init__(
        self,
        address: str,
        patience: Patience,
        *,
        signal: Signal = AS_TAGGED,
        max_megapixels: float = MAX_MEGAPIXELS,
        notice: Callable[[str], None] | None = None,
        ndi: Any = None,
    ) -> None:
        wanted = meant(address)
        self.title = f"NDI {wanted.name}"
        self._ndi = ndi or library()
        self._patience, self._signal = patience, signal
        self._most_pixels, self._notice = pixels(max_megapixels), notice or (lambda words: None)
        self._lock, self._closed = threading.Lock(), False
        self._times, self._count, self._is_told = Times(), 0, False
        self._receiver: Any = self._connected(found(self._ndi, wanted, patience.timeout_s))
        self._last_s = time.monotonic()
        self._waiting: Frame | None = self._first()

    def frames(self) -> Iterator[Frame]:
        """The newest picture whenever there is a new one; ends when closed.

        Raises ValueError after `close`, SourceLost when no picture came for too long.
        """
        if self._closed:
            raise ValueError(f"{self.title} is closed")
        return self._frames()

    def close(self) -> None:
        """Let go; may be called again, and from another thread."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._ndi.recv_destroy(self._receiver)

    def _frames(self) -> Iterator[Frame]:
        while not self._closed:
            frame, self._waiting = self._waiting or self._newest(), None
            if frame is not None:
                yield frame
            elif not self._closed:
                self._demand_there()

    def _demand_there(self) -> None:
        silent_s = time.monotonic() - self._last_s
        if silent_s > self._patience.give_up_s:
            self.close()
            raise SourceLost(
                f"{self.title}: no picture for {self._patience.give_up_s:g} s: "
                "check the camera and the network, then start again"
            )
        if silent_s > self._patience.timeout_s and not self._is_told:
            self._is_told = True
            self._notice(f"{self.title}: no pictures; waiting for it to come back")

    def _connected(self, source: Any) -> Any:
        how = self._ndi.RecvCreateV3()
        how.source_to_connect_to = source
        how.color_format = self._ndi.RECV_COLOR_FORMAT_FASTEST
        how.bandwidth = self._ndi.RECV_BANDWIDTH_HIGHEST
        how.allow_video_fields = True  # else it takes fields for pictures, and fills their lines up
        receiver = self._ndi.recv_create_v3(how)
        if receiver is None:
            raise SourceUnreadable(f"{self.title}: it cannot be received")
        return receiver

    def _first(self) -> Frame:
        end_s = time.monotonic() + self._patience.timeout_s
        try:
            while time.monotonic() < end_s:
                if (frame := self._newest()) is not None:
                    return frame
        except BaseException:
            self.close()
            raise
        self.close()
        raise SourceUnreadable(
            f"{self.title}: no picture came within {self._patience.timeout_s:g} s: is it sending?"
        )

    def _newest(self) -> Frame | None:
        """The newest picture; older ones that have piled up are let go unseen."""
        frame: Frame | None = None
        with self._lock:
            wait_ms = SLICE_MS
            while not self._closed:
                kind, video, *other = self._ndi.recv_capture_v2(self._receiver, wait_ms)
                if kind != self._ndi.FRAME_TYPE_VIDEO:
                    self._free(kind, *other)
                    if frame is None or kind == self._ndi.FRAME_TYPE_NONE:
                        break  # with sound alone there would be no end, and no close
                    continue
                try:
                    frame, wait_ms = self._frame(video), 0
                finally:
                    self._ndi.recv_free_video_v2(self._receiver, video)
        if frame is None:
            return None
        self._last_s, self._is_told = time.monotonic(), False
        index, self._count = self._count, self._count + 1
        return replace(frame, index=index)

    def _free(self, kind: Any, audio: Any = None, metadata: Any = None) -> None:
        if kind == self._ndi.FRAME_TYPE_AUDIO:
            self._ndi.recv_free_audio_v2(self._receiver, audio)
        elif kind == self._ndi.FRAME_TYPE_METADATA:
            self._ndi.recv_free_metadata(self._receiver, metadata)

    def _frame(self, video: Any) -> Frame:
        if video.xres * video.yres > self._most_pixels:
            raise PictureTooLarge(f"{self.title}: {video.xres}x{video.yres} is larger than allowed")
        stamp_s = None if video.timestamp in (0, NO_TIME) else video.timestamp / TICKS_S
        return Frame(
            luma=self._luma(video),
            at_s=self._times.next(stamp_s, time.monotonic()),
            transfer=self._signal.transfer or "bt709",
            limited=True if self._signal.limited is None else self._signal.limited,
            interlaced=self._fields(video),
        )

    def _luma(self, video: Any) -> Samples:
        """Every second sample of the packed lines, copied out of the library's memory."""
        packed = (self._ndi.FOURCC_VIDEO_TYPE_UYVY, self._ndi.FOURCC_VIDEO_TYPE_UYVA)
        if video.FourCC not in packed:
            raise SourceUnreadable(f"{self.title}: it sends pictures of a kind that is not known")
        line = 2 * video.xres
        samples = np.asarray(video.data, np.uint8).reshape(-1)[: video.yres * line].reshape(video.yres, line)
        luma = np.ascontiguousarray(samples[:, 1::2])
        luma.flags.writeable = False
        return luma

    def _fields(self, video: Any) -> Field | None:
        if video.frame_format_type == self._ndi.FRAME_FORMAT_TYPE_PROGRESSIVE:
            return None
        if video.frame_format_type == self._ndi.FRAME_FORMAT_TYPE_INTERLEAVED:
            return "top"
        raise SourceUnreadable(f"{self.title}: it sends its fields one by one: set it to whole pictures")


def are_one(one: str, other: str, *, longest_s: float = LOOK_S, ndi: Any = None) -> bool:
    """Whether two addresses name one source; the network is asked where their words do not tell.

    A part of the name is enough to open a source, so a name that holds the other may mean the same. False
    where the network is silent or the library missing: then neither can be opened.
    """
    wanted = meant(one), meant(other)
    names = [each.name.lower() for each in wanted]
    if all(each.direct for each in wanted):
        return names[0] == names[1]
    if not any(each.direct for each in wanted) and (names[0] in names[1] or names[1] in names[0]):
        return True
    try:
        machines = [_machine(ndi or library(), each, longest_s) for each in wanted]
    except SourceUnreadable:
        return False
    return machines[0] == machines[1]


def _machine(ndi: Any, wanted: Meant, longest_s: float) -> str:
    """Host and port that a source sends from."""
    return str(found(ndi, wanted, longest_s).url_address).lower()


def found(ndi: Any, wanted: Meant, longest_s: float) -> Any:
    """A source as the library knows it, looked for so long; raises SourceUnreadable where there is none."""
    if wanted.direct:
        source = ndi.Source()
        source.url_address = wanted.name
        return source
    how = ndi.FindCreate()
    if wanted.ask:
        how.extra_ips = wanted.ask
    finder = ndi.find_create_v2(how)
    if finder is None:
        raise SourceUnreadable(f"NDI {wanted.name}: the network cannot be searched")
    try:
        return _named(ndi, finder, wanted.name, longest_s)
    finally:
        ndi.find_destroy(finder)


def _named(ndi: Any, finder: Any, name: str, longest_s: float) -> Any:
    end_s = time.monotonic() + longest_s
    while True:
        known = ndi.find_get_current_sources(finder)
        fitting = _fitting(name, known)
        if len(fitting) == 1:
            return fitting[0]
        if time.monotonic() >= end_s:
            raise SourceUnreadable(f"NDI {name}: {_why_not(fitting, known)}")
        ndi.find_wait_for_sources(finder, SLICE_MS)


def _fitting(name: str, known: Sequence[Any]) -> list[Any]:
    """The sources of that name, else those that have it in theirs."""
    exact = [each for each in known if each.ndi_name == name]
    return exact or [each for each in known if name.lower() in each.ndi_name.lower()]


def _why_not(fitting: Sequence[Any], known: Sequence[Any]) -> str:
    if fitting:
        names = ", ".join(each.ndi_name for each in fitting)
        return f"several sources fit: {names}. Write more of the name"
    if known:
        return f"there is none of that name; there are {', '.join(each.ndi_name for each in known)}"
    return (
        "no NDI source was found: is Avahi running (systemctl start avahi-daemon)? Or name the machine that "
        "sends with ?at=HOST"
    )


def library() -> Any:
    """The maker's library, ready; SourceUnreadable where it is missing or does not run here."""
    try:
        import NDIlib
    except ImportError:
        raise SourceUnreadable(
            "NDI needs ndi-python: pip install 'backfocus[ndi]'; its licence is NDI's own"
        ) from None
    if not NDIlib.initialize():
        raise SourceUnreadable("NDI does not run on this processor")
    return NDIlib
