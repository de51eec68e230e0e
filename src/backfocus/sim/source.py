"""`sim://` as a source of video: the bench seen through a camera and a cable, with a hand on its rings.

The source keeps the time: before each picture the hand moves by one frame's period. Whoever runs the
procedure tells the hand what was said (`source.hand.hear`) and asks it for answers (`source.hand.answers`);
the rest is looking.
"""

from collections.abc import Iterator

from ..frame import Frame
from .bench import Bench
from .clip import play
from .codec import H264Link
from .hand import Hand
from .settings import SimSettings, parse_sim


def open_sim(address: str) -> "SimSource":
    """The virtual camera at `sim://?key=value&...`; UsageError names what it does not know."""
    return SimSource(parse_sim(address))


class SimSource:
    """A virtual camera.

    Attributes
    ----------
    live : bool
        Whether it goes on until closed; a clip ends by itself.
    title : str
    settings : SimSettings
    bench : Bench
    hand : Hand
    """

    def __init__(self, settings: SimSettings) -> None:
        self.settings = settings
        self.bench = Bench(settings)
        self.hand = Hand(settings)
        self.live = settings.clip == "none" and settings.seconds == 0
        self.title = f"virtual camera, seed {settings.seed}"
        self._closed = False

    def frames(self) -> Iterator[Frame]:
        """Frames in order; ends with the clip, after the seconds set, or when closed."""
        if self._closed:
            raise ValueError("the virtual camera is closed")
        return self._frames()

    def close(self) -> None:
        """End the pictures."""
        self._closed = True

    def _frames(self) -> Iterator[Frame]:
        settings = self.settings
        link = None
        if settings.codec == "h264":
            link = H264Link(settings.width_px, settings.height_px, settings.fps, settings.interlaced)
        index = 0
        while not self._closed:
            at_s = index / settings.fps
            if settings.seconds and at_s >= settings.seconds:
                return
            frame = self._look(index, at_s)
            if frame is None:
                return
            yield link.carry(frame) if link else frame
            index += 1

    def _look(self, index: int, at_s: float) -> Frame | None:
        """The next picture, one exposure or two fields; None when the clip is over."""
        moments = (at_s, at_s + 0.5 / self.settings.fps) if self.settings.interlaced else (at_s,)
        lights = []
        for moment in moments:
            if not self._move(moment):
                return None
            lights.append(self.bench.light(moment))
        return self.bench.frame_of(tuple(lights), index, at_s)

    def _move(self, at_s: float) -> bool:
        if self.settings.clip != "none":
            return play(self.bench, at_s)
        self.hand.move(self.bench, at_s)
        return True
