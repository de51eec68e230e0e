"""A case filmed by the virtual camera and read as `check` reads a recording."""

import time
from dataclasses import dataclass

import cv2

from backfocus.session.run import readings
from backfocus.sim.source import open_sim

from .draw import draw
from .shelf import Filmed, commit, keep


@dataclass(frozen=True, slots=True)
class Job:
    """What one process is to film, and the time of the clock after which it need not begin."""

    seed: int
    session: str
    begin_by_s: float = float("inf")


def film(job: Job) -> Filmed:
    """Film and read one recording, sweep and all."""
    cv2.setNumThreads(1)
    case = draw(job.seed, job.session)
    made_by, begun_s = commit(), time.process_time()
    read = tuple(sighting.reading for sighting in readings(open_sim(case.address)))
    return Filmed(case, made_by, time.process_time() - begun_s, read)


def film_and_keep(job: Job) -> tuple[Job, float | None]:
    """The same, kept on the shelf; the seconds it took, None where time was up."""
    if time.time() > job.begin_by_s:
        return job, None
    filmed = film(job)
    keep(filmed)
    return job, filmed.took_s
