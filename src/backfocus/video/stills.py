"""Single pictures: one file, or a folder of them in natural order (2 before 10).

Any number of them, one in memory at a time. Files of several pages and animations are several pictures. What
a file says of its picture is read in `still`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from ..errors import SourceUnreadable
from ..frame import Frame
from .address import CLIP_SUFFIXES
from .luma import AS_TAGGED, Signal
from .size_limit import MAX_MEGAPIXELS
from .still import FORMATS, RAW, STILL_SUFFIXES, Picture, frame_of, pictures

Name = tuple[tuple[int, int, str], ...]


class Stills:
    """A source of pictures without times; each call of `frames` begins at the first one."""

    live = False

    def __init__(
        self,
        path: Path,
        *,
        signal: Signal = AS_TAGGED,
        max_megapixels: float = MAX_MEGAPIXELS,
        notice: Callable[[str], None] | None = None,
    ) -> None:
        self.title = path.name or str(path)
        self._paths = _files(path, notice)
        self._signal = signal
        self._max_megapixels = max_megapixels
        self._closed = False
        self._notice = notice
        self.frame_count = len(self._paths) if path.is_dir() else None
        """Number of files in a folder; how many pictures one file holds is seen as they come."""

    def frames(self) -> Iterator[Frame]:
        """Every picture; ends early when closed. Raises SourceUnreadable at a file that is no picture."""
        if self._closed:
            raise ValueError(f"{self.title} is closed")
        return self._frames()

    def close(self) -> None:
        """End all reading; may be called again."""
        self._closed = True

    def _frames(self) -> Iterator[Frame]:
        index = 0
        for path in self._paths:
            with closing(pictures(path, self._max_megapixels)) as found:
                while not self._closed and (frame := self._next(path, found, index)) is not None:
                    yield frame
                    index += 1

    def _next(self, path: Path, found: Iterator[Picture], index: int) -> Frame | None:
        """The luma of the next picture; its colours are let go of before anyone measures it."""
        picture = next(found, None)
        if picture is None:
            return None
        try:
            frame = frame_of(picture, index, self._signal)
        except ValueError as problem:
            raise SourceUnreadable(f"{path}: {problem}") from None
        taken = _taken_as(picture, frame)
        if taken and self._signal.transfer is None and self._notice is not None:
            self._notice(f"{path.name}: {taken}")
            self._notice = None  # once is enough
        return frame


def _taken_as(picture: Picture, frame: Frame) -> str:
    """What was taken for granted of samples that do not say what they are; empty where nothing was."""
    if picture.bits == 16 and 0 < frame.bits < 16:
        return f"its samples of 16 bits end at {frame.bits} bits, and are read as such"
    if picture.bits == 0 and picture.tone.is_default:
        kept = f"codes of {frame.bits} bits" if frame.bits else "linear light"
        other = "linear" if frame.bits else "srgb"
        return f"its float samples are read as {kept}: if they are not, name the transfer curve, as {other}"
    return ""


def natural(name: str) -> Name:
    """A sort key under which numbers inside names count as numbers: `f2` before `f10`."""
    return tuple(_part(part) for part in re.split(r"([0-9]+)", name))


def _part(part: str) -> tuple[int, int, str]:
    """Numbers by their length first, which orders them at any length."""
    if not part.isascii() or not part.isdigit():
        return -1, -1, part.lower()
    digits = part.lstrip("0")
    return 0, len(digits), digits


def _files(path: Path, notice: Callable[[str], None] | None) -> tuple[Path, ...]:
    """The files to read, in their order; what computers and phones lay beside pictures is passed over."""
    if not path.is_dir():
        return (path,)
    try:
        there = list(path.iterdir())
        found = [each for each in there if _is_picture(each)]
    except OSError as fault:
        raise SourceUnreadable(f"{path}: {fault.strerror}: check the path and the rights") from fault
    if not found:
        raise SourceUnreadable(f"{path} {_what_it_holds(there)}")
    return tuple(sorted(_developed(found, notice), key=lambda each: natural(each.name)))


def _is_picture(path: Path) -> bool:
    """Hidden files are none: macOS lays `._f1.png` beside f1.png on every card that is not its own."""
    return not path.name.startswith(".") and path.suffix.lower() in STILL_SUFFIXES and path.is_file()


def _what_it_holds(there: list[Path]) -> str:
    """Why no picture comes of a folder, and what to give instead."""
    clips = [each for each in there if each.suffix.lower() in CLIP_SUFFIXES and each.is_file()]
    clips = [each for each in clips if not each.name.startswith(".")]
    if not clips:
        return f"holds no pictures ({FORMATS}): give another folder, or a video file"
    first = min(clips, key=lambda each: natural(each.name))
    words = "a clip: name it" if len(clips) == 1 else f"{len(clips)} clips: name one of them"
    return f"holds {words}, as in {first}"


def _developed(found: list[Path], notice: Callable[[str], None] | None) -> list[Path]:
    """Without the raw files that have a picture of the same name beside them."""
    ready = {path.stem for path in found if path.suffix.lower() not in RAW}
    kept = [path for path in found if path.suffix.lower() not in RAW or path.stem not in ready]
    if notice is not None and (count := len(found) - len(kept)):
        notice(f"raw files passed over, because their pictures lie beside them: {count}")
    return kept
