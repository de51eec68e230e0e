"""`sim://` as a source of video: the bench seen through a camera and a cable, with a hand on its rings.

The source keeps the time: before each picture the hand moves by one frame's period. What runs the
procedure tells the hand what was said (`source.hand.hear`) and asks it for answers (`source.hand.answers`);
the rest is looking.
"""

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor

from ..frame import Frame
from .bench import Bench
from .clip import play
from .codec import H264Link
from .hand import Hand
from .lens import Pose
from .motor import Motors
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
    motors : Motors | None
        What turns the rings in place of the hand, where the settings have them; `now_s` is their time.
    """

    def __init__(self, settings: SimSettings) -> None:
        self.settings = settings
        self.bench = Bench(settings)
        self.hand = Hand(settings)
        self.live = settings.clip == "none" and settings.seconds == 0
        self.title = f"virtual camera, seed {settings.seed}"
        self.now_s = 0.0
        self.motors: Motors | None = None
        if settings.motor != "none":
            self.motors = Motors(self.bench.lens, self.bench.pose, lambda: self.now_s)
        self._closed = False
        self._link: H264Link | None = None
        if settings.codec == "h264":
            size_px = settings.width_px, settings.height_px
            self._link = H264Link(*size_px, settings.fps, settings.interlaced, settings.mbit_s)

    def frames(self) -> Iterator[Frame]:
        """Frames in order; ends with the clip, after the seconds set, or when closed."""
        if self._closed:
            raise ValueError("the virtual camera is closed")
        return self._frames()

    def close(self) -> None:
        """End the pictures."""
        self._closed = True

    def _frames(self) -> Iterator[Frame]:
        """While one picture is looked at, the next is drawn: the hand hears a picture later than it might."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="bench") as drawer:
            drawn = self._draw(drawer, 0)
            while drawn is not None and not self._closed:
                frame = drawn.result()
                drawn = self._draw(drawer, frame.index + 1)
                yield frame

    def _draw(self, drawer: Executor, index: int) -> Future[Frame] | None:
        """Move the rings to the next picture's moment and have it drawn; None when there is none."""
        at_s = index / self.settings.fps
        if self.settings.seconds and at_s >= self.settings.seconds:
            return None
        poses = []
        for moment_s in self._moments(at_s):
            if not self._move(moment_s):
                return None
            poses.append((self.bench.pose, moment_s))
        return drawer.submit(self._picture, tuple(poses), index, at_s)

    def _moments(self, at_s: float) -> tuple[float, ...]:
        """When the light of one picture is taken: once, or once for each field."""
        return (at_s, at_s + 0.5 / self.settings.fps) if self.settings.interlaced else (at_s,)

    def _move(self, at_s: float) -> bool:
        if self.settings.clip != "none":
            return play(self.bench, at_s)
        self.now_s = at_s
        if self.motors is not None:
            self.bench.pose = self.motors.pose_at(at_s - self.settings.latency_s)
            return True
        self.hand.move(self.bench, at_s)
        return True

    def _picture(self, poses: tuple[tuple[Pose, float], ...], index: int, at_s: float) -> Frame:
        camera = self.bench.camera
        frame = camera.frame(tuple(camera.exposure(*seen) for seen in poses), index, at_s)
        return self._link.carry(frame) if self._link else frame
