"""A case filmed by the virtual camera and read as `check` reads a recording.

While the lens zooms every picture is filmed; before and after, where one picture is like the next, every
second, which saves four in ten. Each has the bits that it would have among all of them.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import cv2

from backfocus.frame import Frame
from backfocus.session.run import readings
from backfocus.sim.bench import Bench
from backfocus.sim.clip import STEADY_S, ZOOM_S, play
from backfocus.sim.codec import H264Link

from .draw import Case, draw
from .shelf import Filmed, commit, keep


@dataclass(frozen=True, slots=True)
class Job:
    """What one process is to film, and the time of the clock after which it need not begin."""

    seed: int
    session: str
    begin_by_s: float = float("inf")


class Recording:
    """The pictures of a case that are filmed, as a video source."""

    live = False

    def __init__(self, case: Case) -> None:
        self.title = f"{case.session} {case.seed}"
        self._settings = case.settings

    def frames(self) -> Iterator[Frame]:
        """They count from 0 without a gap, as the coder takes them; their times tell what was left out."""
        settings, bench = self._settings, Bench(self._settings)
        link = H264Link(settings.width_px, settings.height_px, settings.fps, mbit_s=settings.mbit_s)
        moment = count = 0
        while play(bench, at_s := moment / settings.fps):
            if moment % 2 == 0 or STEADY_S < at_s < STEADY_S + ZOOM_S:
                exposure = bench.camera.exposure(bench.pose, at_s)
                yield link.carry(bench.camera.frame((exposure,), count, at_s))
                count += 1
            moment += 1

    def close(self) -> None:
        """Nothing is held open."""


def film(job: Job) -> Filmed:
    """Film and read one recording, sweep and all."""
    cv2.setNumThreads(1)
    case = draw(job.seed, job.session)
    made_by, begun_s = commit(), time.process_time()
    read = tuple(sighting.reading for sighting in readings(Recording(case)))
    return Filmed(case, made_by, time.process_time() - begun_s, read)


def film_and_keep(job: Job) -> tuple[Job, float | None]:
    """The same, kept on the shelf; the seconds it took, None where time was up."""
    if time.time() > job.begin_by_s:
        return job, None
    filmed = film(job)
    keep(filmed)
    return job, filmed.took_s
