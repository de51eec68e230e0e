"""A picture as it is kept and shown: all of it small, and the target in it as the camera's own pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Frame
from ..guide.motors import Ask
from ..measure.reading import Reading
from .journal import star_png
from .motors import Progress
from .run import Sighting
from .store import Entry

WIDEST_PX = 640
QUALITY = 82
WHOLE = "wide-whole"
"""What the whole picture is called in the store, where "wide" is the star in it."""
_FULL_RANGE = np.clip((np.arange(256) - 16.0) * (255.0 / 219.0), 0, 255).round().astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: all of it as a small JPEG, and the middle of the target as a PNG where there was one."""

    at_s: float
    whole: bytes
    target: bytes | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """As the store keeps it."""
        whole = Entry("picture", self.at_s, {"end": WHOLE}, self.whole)
        if self.target is None:
            return (whole,)
        return whole, Entry("picture", self.at_s, {"end": "wide"}, self.target)


class WideShot:
    """The picture that a run of `auto` is shown by, picked while it goes on.

    It is the first look of the last visit to wide: there the focus stands where tele is sharp, so that it is
    as soft as the verdict says. Without one it is the last picture there was.
    """

    def __init__(self) -> None:
        self._before: Ask | None = None
        self._wide: Shot | None = None
        self._last: tuple[Frame, Reading, float] | None = None

    def take(self, progress: Progress) -> None:
        """One more look."""
        picture, seen = progress.picture, progress.seen
        if picture is None or seen is None:
            return
        self._last = picture, seen.reading, progress.at_s
        arrived = self._before is None or self._before.why != "wide"
        if progress.ask.why == "wide" and arrived:
            self._wide = shot_of(*self._last)
        self._before = progress.ask

    @property
    def shot(self) -> Shot | None:
        """The picture; None before there was any."""
        if self._wide is not None or self._last is None:
            return self._wide
        return shot_of(*self._last)


def shot_of(frame: Frame, reading: Reading, at_s: float) -> Shot:
    """The picture of a look."""
    return Shot(at_s, jpeg(small(frame), QUALITY), star_png(Sighting(frame, reading)))


def jpeg(codes: NDArray[np.uint8], quality: int) -> bytes:
    """Code values as a file."""
    return cv2.imencode(".jpg", codes, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes()


def small(frame: Frame) -> NDArray[np.uint8]:
    """All of a picture as a screen takes it, `WIDEST_PX` wide at most, with the lines of both fields."""
    width_px, height_px = frame.size_px
    share = min(1.0, WIDEST_PX / width_px)
    size = max(1, round(width_px * share)), max(1, round(height_px * share))
    return np.asarray(cv2.resize(on_screen(frame), size, interpolation=cv2.INTER_AREA), np.uint8)


def on_screen(frame: Frame, luma: NDArray[np.generic] | None = None) -> NDArray[np.uint8]:
    """Code values as a screen takes them: 8 bits, full range; linear light gets a screen's gamma.

    `luma`: a part of the frame instead of all of it.
    """
    codes = frame.luma if luma is None else luma
    if frame.bits == 0:
        light = np.clip(np.nan_to_num(codes), 0.0, 1.0)
        return np.asarray(255.0 * (np.sqrt(light) if frame.transfer == "linear" else light), np.uint8)
    eight = codes if frame.bits == 8 else np.right_shift(codes, frame.bits - 8)
    codes8 = np.asarray(np.minimum(eight, 255), np.uint8)
    return np.asarray(cv2.LUT(codes8, _FULL_RANGE), np.uint8) if frame.limited else codes8
