"""The one loop: frames to readings to events to the guide, and back to the person or the motor.

Nothing else in the package owns a clock or a thread of control. Everything that decides is pure and lives
below; everything that shows or stores is handed what happened here, moment by moment.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from .frame import Frame, fields
from .measure.follow import Sight, follow
from .measure.reading import Reading
from .video.source import VideoSource


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop a source that would go on: after `frames` pictures or `seconds` of its own time."""

    frames: int | None = None
    seconds: float | None = None

    def passed(self, count: int, elapsed_s: float) -> bool:
        """Whether `count` pictures or `elapsed_s` are enough."""
        return (self.frames is not None and count >= self.frames) or (
            self.seconds is not None and elapsed_s >= self.seconds
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One picture (or field) and what was read from it."""

    frame: Frame
    reading: Reading


def readings(source: VideoSource, limits: Limits | None = None) -> Iterator[Sighting]:
    """Measure every picture of `source` in turn; closes the source at the end, also when abandoned.

    Raises
    ------
    SourceError
        When the source cannot be read, or was lost and did not come back.
    """
    limits = limits or Limits()
    sight: Sight | None = None
    first_s: float | None = None
    with closing(source):
        for count, frame in enumerate(source.frames(), start=1):
            if first_s is None:
                first_s = frame.at_s
            for picture in fields(frame):
                sight, reading = follow(sight, picture)
                yield Sighting(picture, reading)
            elapsed_s = (frame.at_s or 0.0) - (first_s or 0.0)
            if limits.passed(count, elapsed_s):
                return
