"""A bench with motors that lives in real time: one thread draws its pictures, others turn its rings."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from ..frame import Samples
from ..guide.axes import Automatic, AxisName, LensState
from ..sim.bench import Bench
from ..sim.motor import Motors
from ..sim.settings import SimSettings

JPEG_QUALITY = 95


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture: its number from 1 on, its time, and its luma, 8 bits in video range."""

    number: int
    at_s: float
    luma: Samples


class VirtualCamera:
    """A camera and its motors.

    Parameters
    ----------
    settings : SimSettings
        With motors.
    clock : callable
        The time in seconds.
    """

    def __init__(self, settings: SimSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._begun_s, self._clock = clock(), clock
        self._bench = Bench(settings)
        self._motors = Motors(self._bench.lens, self._bench.pose, self.now_s)
        self._lock, self._encoding = threading.Lock(), threading.Lock()
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._newest: Drawn | None = None
        self._jpeg: tuple[int, bytes] = (0, b"")
        self._thread = threading.Thread(target=self._draw, name="virtual camera", daemon=True)

    def now_s(self) -> float:
        """Time since it was switched on."""
        return self._clock() - self._begun_s

    def start(self) -> None:
        """Begin to draw."""
        self._thread.start()

    def close(self) -> None:
        """End the pictures."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(5.0)

    @property
    def is_closed(self) -> bool:
        """Whether its pictures have ended."""
        return self._stop.is_set()

    def delta_um(self) -> float:
        """The true back-focus error now."""
        with self._lock:
            return self._bench.lens.delta_um(self._motors.pose_at(self.now_s()))

    def move(self, axis: AxisName, position: float) -> str | None:
        """Send a motor off; what the camera says against it, or None."""
        with self._lock:
            self._motors.move(axis, position)
            return self._motors.state().refused

    def state(self) -> LensState:
        """Where the motors stand."""
        with self._lock:
            return self._motors.state()

    def automatic(self, wanted: Automatic) -> Automatic:
        """Switch automatic functions."""
        with self._lock:
            return self._motors.automatic(wanted)

    def span(self, axis: AxisName) -> tuple[float, float]:
        """The ends of a motor."""
        return self._motors.axes[axis].low, self._motors.axes[axis].high

    def share(self, axis: AxisName) -> float:
        """Where a motor stands in its span: 0 at its low end, 1 at its high one."""
        low, high = self.span(axis)
        return (self.state().positions[axis] - low) / (high - low)

    def move_to_share(self, axis: AxisName, share: float) -> str | None:
        """Send a motor to a share of its span, an end where it is beyond; as `move`."""
        low, high = self.span(axis)
        return self.move(axis, low + min(max(share, 0.0), 1.0) * (high - low))

    def jpegs(self) -> Iterator[bytes]:
        """Pictures as they come, the newest only; ends with the camera."""
        for drawn in self.drawn():
            with self._encoding:  # once for all who watch
                if self._jpeg[0] != drawn.number:
                    self._jpeg = drawn.number, _jpeg(drawn.luma)
                _, picture = self._jpeg
            yield picture

    def drawn(self) -> Iterator[Drawn]:
        """Pictures as they come, the newest only; ends with the camera."""
        seen: Drawn | None = None
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._newest is not seen or self._stop.is_set())  # noqa: B023
                seen = self._newest
            if self._stop.is_set() or seen is None:
                return
            yield seen

    def _draw(self) -> None:
        index = 0
        while not self._stop.is_set():
            at_s = self.now_s()
            with self._lock:
                pose = self._motors.pose_at(at_s - self.settings.latency_s)
            camera = self._bench.camera
            frame = camera.frame((camera.exposure(pose, at_s),), index, at_s)
            index += 1
            with self._changed:
                self._newest = Drawn(index, at_s, frame.luma)
                self._changed.notify_all()
            self._stop.wait(max(at_s + 1.0 / self.settings.fps - self.now_s(), 0.0))


def _jpeg(luma: Samples) -> bytes:
    """Video range to the full one, as JPEG has it."""
    full = np.clip((luma.astype(np.float32) - 16.0) * (255.0 / 219.0), 0.0, 255.0)
    picture = np.asarray(np.rint(full), np.uint8)
    return cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))[1].tobytes()
