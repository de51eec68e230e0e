"""A recording read sparingly: every picture while something changes, a few a second while nothing does.

What a clip tells lies in its holds and in what moves between them. Of a hold that has been read for half a
second another picture says the same again, so only every so often one is read. Where it differs from the
hold, those that were left out before it are read after all, in their order: no beginning of a movement is
missed. So a recording of hours takes little more time than its decoding, and little memory.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from ..frame import Frame, fields
from ..measure.reading import Flag, Reading
from ..measure.track import Track, track
from ..video.source import VideoSource
from .run import Limits, Sighting

REST_S = 0.5
"""So long all pictures are equal before some are left out: a hold that is believed, and a mean of a dozen."""
EVERY_S = 0.2
"""From one picture to the next of a hold."""
LONG_REST_S, EVERY_LONG_S = 30.0, 0.8
"""The same after half a minute; a hold is believed to go on over a second without a picture."""
MOST_WAITING = 8
"""Pictures kept in case they are needed after all."""

SAME_SCALE, SAME_LIGHT, SAME_PLACE_PX = 0.005, 0.02, 1.0
SIGMAS, SAME_MODULATION = 4.0, 0.004
"""What a picture at rest differs by from another: noise, coding and the breath of a tripod."""


@dataclass
class _Rest:
    """What pictures have shown since they are the same, and those left out since the last that was read."""

    known: Track
    anchor: Reading | None = None
    since_s: float = 0.0
    last_s: float = 0.0
    waiting: list[Frame] = field(default_factory=list)

    def leaves_out(self, at_s: float) -> bool:
        """Whether a picture at this time need not be read."""
        long = self.last_s - self.since_s
        every_s = EVERY_LONG_S if long > LONG_REST_S else EVERY_S
        return self.anchor is not None and long >= REST_S and at_s - self.last_s < 0.99 * every_s

    def is_same(self, readings: list[Sighting]) -> bool:
        """Whether readings show what the first of this rest did."""
        return self.anchor is not None and all(same_picture(self.anchor, each.reading) for each in readings)

    def take(self, known: Track, seen: list[Sighting], at_s: float) -> None:
        """A picture that was read; the rest begins with it where it differs."""
        if not self.is_same(seen):
            self.anchor, self.since_s = seen[0].reading, at_s
        self.known, self.last_s = known, at_s
        self.waiting.clear()


def sparing_readings(source: VideoSource, known: Track, limits: Limits | None = None) -> Iterator[Sighting]:
    """The pictures of a recording that say something new, measured; closes the source at the end.

    `known`: what to look for. Pictures without a time, and those of a live source, are all read.
    """
    limits, rest = limits or Limits(), _Rest(known)
    first_s: float | None = None
    with closing(source):
        for count, frame in enumerate(source.frames(), start=1):
            at_s = frame.at_s
            first_s = at_s if first_s is None else first_s
            if not source.live and at_s is not None and rest.leaves_out(at_s):
                rest.waiting = [*rest.waiting, frame][-MOST_WAITING:]
            else:
                yield from _read(rest, frame)
            if limits.passed(count, (at_s or 0.0) - (first_s or 0.0)):
                break
        for frame in rest.waiting:
            rest.known, seen = _measured(rest.known, frame)
            yield from seen


def _read(rest: _Rest, frame: Frame) -> Iterator[Sighting]:
    """One picture, and those before it where it differs from what was there."""
    known, seen = _measured(rest.known, frame)
    if not rest.waiting or rest.is_same(seen):
        rest.take(known, seen, frame.at_s or 0.0)
        yield from seen
        return
    for each in [*rest.waiting, frame]:
        known, seen = _measured(rest.known, each)
        rest.take(known, seen, each.at_s or 0.0)
        yield from seen


def _measured(known: Track, frame: Frame) -> tuple[Track, list[Sighting]]:
    """The picture, or both its fields, and what is known then."""
    seen = []
    for picture in fields(frame):
        known, reading = track(known, picture)
        seen.append(Sighting(picture, reading))
    return known, seen


def same_picture(one: Reading, other: Reading) -> bool:
    """Whether two readings show the same target at the same size, as sharp, and in the same light."""
    here, there = one.target, other.target
    if here is None or there is None or one.scale_px is None or other.scale_px is None:
        return False
    if one.flags - {Flag.MOVING} != other.flags - {Flag.MOVING}:
        return False
    return (
        abs(here.x_px - there.x_px) + abs(here.y_px - there.y_px) < 2.0 * SAME_PLACE_PX
        and abs(other.scale_px / one.scale_px - 1.0) < SAME_SCALE
        and _as_sharp(one, other)
        and _as_light(one.white_light, other.white_light)
    )


def _as_sharp(one: Reading, other: Reading) -> bool:
    if one.modulation_025 is None or other.modulation_025 is None:
        return False
    noise = max(one.modulation_025_sigma or 0.0, other.modulation_025_sigma or 0.0)
    return abs(one.modulation_025 - other.modulation_025) < SIGMAS * noise + SAME_MODULATION


def _as_light(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(other - one) < SAME_LIGHT * max(one, 1e-6)
