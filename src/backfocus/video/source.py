"""The front door: any address to a source of frames, and the specification that every source satisfies."""

import os
import re
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from ..errors import Argument, SourceUnreadable, UsageError
from ..frame import Frame
from ..redaction import redact, shown
from ..transfer import curve
from . import capture, network
from .address import Kind, kind, local_path
from .clip import Clip
from .luma import Signal
from .size_limit import MAX_MEGAPIXELS
from .srt import SrtConnection
from .still import is_still
from .stills import Stills
from .stream import GIVE_UP_S, Connector, LiveStream, Patience

TIMEOUT_S = 8.0
"""Longest wait of a live source for its first picture, and between two pictures."""

_MEANT_AS_ADDRESS = re.compile(
    r"(?:(?P<scheme>rtsps?|https?|srt|ndi|sim):/?(?!/)|[\w.-]+:\d{2,5}(?:/|$)|\d{1,3}(?:\.\d{1,3}){3}(?:/|$))",
    re.I,
)
"""rtsp:HOST, http:/HOST, HOST:554/PATH or 192.0.2.10/PATH, where no file has that name."""

Range = Literal["auto", "full", "limited"]


class VideoSource(Protocol):
    """Where frames come from; `check_video_source` says exactly what that means.

    `live`: pictures are lost unless taken in time, and the source ends only when closed (or lost).
    `title`: what to call it on a screen or in a report; holds no password.
    """

    live: bool
    title: str

    def frames(self) -> Iterator[Frame]:
        """Frames in order, `index` rising from 0; ends when the source does or is closed.

        Raises ValueError after `close`, SourceLost when pictures stop coming before their end.
        """
        ...

    def close(self) -> None:
        """Let go of the file, the network and the threads; may be called again."""
        ...


def open_source(
    address: str,
    *,
    transfer: str = "auto",
    range_: str = "auto",
    timeout_s: float = TIMEOUT_S,
    give_up_s: float = GIVE_UP_S,
    max_megapixels: float = MAX_MEGAPIXELS,
    notice: Callable[[str], None] | None = None,
) -> VideoSource:
    """The source at an address: file, folder of stills, rtsp, http, srt, ndi, device or sim.

    Parameters
    ----------
    transfer : str
        Transfer curve to take instead of the one the stream names; "auto" believes the stream.
    range_ : "auto" | "full" | "limited"
        Video range to take instead of the one the stream names.
    timeout_s : float
        Live sources only: longest wait for a connection, and for the next picture before connecting again.
    give_up_s : float
        Live sources only: longest time without a picture before the source counts as lost.
    max_megapixels : float
        Larger pictures are refused by what their head says, before they are decoded.
    notice : callable taking a line of text
        Told what the source does about trouble: reconnecting, damaged pictures left out. Live sources call it
        from the thread that iterates over `frames`.

    Raises
    ------
    UsageError
        The address or an option cannot be meant.
    SourceUnreadable
        Nothing there, or no pictures in it.
    """
    signal = _signal(transfer, range_)
    found = kind(address)
    if found == "file":
        return _file(_path(address), signal, max_megapixels, notice)
    if found == "sim":
        from ..sim.source import open_sim  # the bench is heavy, and files do not need it

        return open_sim(address)
    if found == "ndi":
        from .ndi import NdiSource  # it loads nothing of the maker's before it is asked for

        return NdiSource(
            address,
            Patience(timeout_s, give_up_s),
            signal=signal,
            max_megapixels=max_megapixels,
            notice=notice,
        )
    return LiveStream(
        _connector(address, found, timeout_s, max_megapixels),
        shown(address),
        Patience(timeout_s, give_up_s),
        signal=signal,
        max_megapixels=max_megapixels,
        notice=notice,
    )


def _connector(address: str, found: Kind, timeout_s: float, max_megapixels: float) -> Connector:
    if found == "srt":
        return SrtConnection(address, timeout_s, max_megapixels)
    if found == "device":
        return capture.connection(address, timeout_s)
    return network.connection(address, found, timeout_s, max_megapixels)


def expected_frames(source: VideoSource) -> int | None:
    """Number of pictures it holds, for a progress bar; None for live sources and where it is not known."""
    return source.frame_count if isinstance(source, Clip | Stills) else None


def _path(address: str) -> Path:
    try:
        return Path(local_path(address)).expanduser()
    except RuntimeError:
        user = address.split("/")[0]
        raise UsageError(f"{address}: there is no user {user} on this machine: check the path") from None


def _file(
    path: Path, signal: Signal, max_megapixels: float, notice: Callable[[str], None] | None
) -> VideoSource:
    if not os.path.exists(path):  # False for a name of any length, where Path raises
        raise SourceUnreadable(f"{shown(str(path))}: there is no such file or folder: {_way_out(str(path))}")
    if path.is_dir() or is_still(path):
        return Stills(path, signal=signal, max_megapixels=max_megapixels, notice=notice)
    return Clip(path, signal=signal, max_megapixels=max_megapixels, notice=notice)


def _way_out(name: str) -> str:
    """What to do about a file that is not there: it may have been meant as an address."""
    meant = _MEANT_AS_ADDRESS.match(name)
    if meant is None:
        return "check the path"
    scheme = meant["scheme"]
    return (
        f"an address begins with {scheme.lower()}://"
        if scheme
        else "an address begins with rtsp:// or http://"
    )


def _signal(transfer: str, range_: str) -> Signal:
    if range_ not in ("auto", "full", "limited"):
        raise UsageError(Argument("range", range_), ": use auto, full or limited")
    if transfer != "auto":
        curve(
            bits=8, transfer=transfer, limited=False
        )  # a curve with no such name is refused here, not later
    return Signal(
        transfer=None if transfer == "auto" else transfer,
        limited=None if range_ == "auto" else range_ == "limited",
    )


def check_video_source(make: Callable[[], VideoSource], *, pictures: int = 8) -> None:
    """Hold a source against the specification; anyone can run it on theirs.

    Parameters
    ----------
    make : callable
        Gives a new open source each time, with at least one picture.
    pictures : int
        How many to look at; a file may hold fewer.

    Raises AssertionError naming the first rule that is broken.
    """
    source = make()
    try:
        _check_names(source)
        _check_frames(list(islice(source.frames(), pictures)))
    finally:
        source.close()
    source.close()
    _check_closed(source)
    _check_closed_while_reading(make())


def _check_names(source: VideoSource) -> None:
    _demand(isinstance(source.live, bool), "`live` is True or False")
    _demand(bool(source.title) and "\n" not in source.title, "`title` is one line")
    _demand(redact(source.title) == source.title, "`title` holds no secret")


def _check_frames(seen: list[Frame]) -> None:
    _demand(bool(seen), "there is at least one picture")
    _demand([f.index for f in seen] == list(range(len(seen))), "indices count from 0")
    times = [f.at_s for f in seen if f.at_s is not None]
    _demand(len(times) in (0, len(seen)), "all pictures have a time or none has")
    _demand(times == sorted(times), "times never fall")
    _demand(min(times, default=0.0) >= 0.0, "times begin at 0 or later")
    _demand(all(f.luma.ndim == 2 and f.luma.size > 0 for f in seen), "luma is rows by columns")
    shares = any(np.may_share_memory(a.luma, b.luma) for a, b in pairwise(seen))
    _demand(not shares, "a picture is not overwritten by the next")


def _check_closed(source: VideoSource) -> None:
    try:
        source.frames()
    except ValueError:
        return
    raise AssertionError("frames() after close() raises ValueError")


def _check_closed_while_reading(source: VideoSource) -> None:
    frames = source.frames()
    next(frames)
    source.close()
    _demand(next(frames, None) is None, "pictures end when the source is closed")


def _demand(kept: bool, rule: str) -> None:
    if not kept:
        raise AssertionError(rule)
