"""The front door: any address to a source of frames, and the specification that every source satisfies."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, Protocol

from ..errors import SourceUnreadable, UsageError
from ..frame import Frame
from .address import kind
from .clip import Clip
from .luma import Signal
from .stills import Stills, is_still

TIMEOUT_S = 8.0
"""Longest wait of a live source for its first picture, and between two pictures."""

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
    notice: Callable[[str], None] | None = None,
) -> VideoSource:
    """The source at an address: file, folder of stills, rtsp, http, srt, device or sim.

    Parameters
    ----------
    transfer : str
        Transfer curve to take instead of the one the stream names; "auto" believes the stream.
    range_ : "auto" | "full" | "limited"
        Video range to take instead of the one the stream names.
    timeout_s : float
        Live sources only: longest wait for a connection, and for the next picture.
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
    match kind(address):
        case "file":
            return _file(Path(address.removeprefix("file://")).expanduser(), signal, notice)
        case "sim":
            from ..sim.source import open_sim  # the bench is heavy, and files do not need it

            return open_sim(address)
        case _:
            raise UsageError("not yet")


def expected_frames(source: VideoSource) -> int | None:
    """Number of pictures to expect, for a progress bar; None for live sources and where it is not known."""
    return source.frame_count if isinstance(source, Clip | Stills) else None


def _file(path: Path, signal: Signal, notice: Callable[[str], None] | None) -> VideoSource:
    if not path.exists():
        raise SourceUnreadable(f"{path}: there is no such file or folder: check the path")
    if path.is_dir() or is_still(path):
        return Stills(path, signal=signal)
    return Clip(path, signal=signal, notice=notice)


def _signal(transfer: str, range_: str) -> Signal:
    if range_ not in ("auto", "full", "limited"):
        raise UsageError(f"--range {range_}: use auto, full or limited")
    return Signal(
        transfer=None if transfer == "auto" else transfer,
        limited=None if range_ == "auto" else range_ == "limited",
    )
