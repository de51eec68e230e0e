"""The source of a rig, open, with what turns the rings in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..frame import Frame
from ..guide.hands import Hands
from ..video.source import VideoSource
from .rig import Rig


@dataclass(frozen=True, slots=True)
class Opened:
    """An open source.

    Attributes
    ----------
    source : VideoSource
    hands : tuple of Hands
        What obeys in front of it: the hand of the virtual camera. People are not among them.
    waits : bool
        Whether its pictures come as fast as they are taken, and a person who looks on needs them in time.
    """

    source: VideoSource
    hands: tuple[Hands, ...] = ()
    waits: bool = False


def open_rig(rig: Rig, notice: Callable[[str], None] | None = None) -> Opened:
    """The source of a rig; raises as `open_source`."""
    if rig.is_virtual:
        from ..sim.source import open_sim  # the bench is heavy, and real cameras do not need it

        virtual = open_sim(rig.source)
        return Opened(virtual, (virtual.hand,), waits=True)
    source = rig.pictures(notice)
    return Opened(source, waits=not source.live)


class Seen:
    """A source whose first picture has come: it is there, and there is time to ask something.

    A live one begins with the picture that comes when the asking is over, and its time with that.

    Attributes
    ----------
    size_px : (int, int) | None
        Width and height of its pictures; None where there is none.

    Raises
    ------
    SourceError
        If there is no picture.
    """

    def __init__(self, source: VideoSource) -> None:
        self.live, self.title = source.live, source.title
        self._source = source
        self._frames = source.frames()
        self._first = next(self._frames, None)
        self.size_px = self._first.size_px if self._first else None

    def frames(self) -> Iterator[Frame]:
        """As of the source itself."""
        if self._first is None:
            return iter(())
        return self._from_now() if self.live else self._all(self._first)

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def _all(self, first: Frame) -> Iterator[Frame]:
        yield first
        yield from self._frames

    def _from_now(self) -> Iterator[Frame]:
        first: Frame | None = None
        for frame in self._frames:
            first = first or frame
            at_s = None if frame.at_s is None else frame.at_s - (first.at_s or 0.0)
            yield replace(frame, index=frame.index - first.index, at_s=at_s)
