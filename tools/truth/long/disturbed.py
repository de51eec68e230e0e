"""What changes by itself in a recording or a procedure, whether it is named, and what is named of nothing.

    python -m tools.truth.long.disturbed                    20 of each kind and 200 clean ones, on every face
    python -m tools.truth.long.disturbed --each 3           a handful, 30 clean
    python -m tools.truth.long.disturbed --from 29000 --kinds iris nd --faces check
    python -m tools.truth.long.disturbed --write            those of the proof, kept for the accuracy page

Two faces. `check` reads recordings by the virtual camera, drawn picture by picture as `check` reads a file
(`draw_disturbed`). `guide` leads whole procedures through its real code with readings made of formulas, a
whole one in two seconds (`guide_disturbed`): where a hand must answer, hundreds of seeds cannot be drawn.

Thresholds were chosen on seeds below 30000; these are seeds from 30000 on. Outcomes are kept as they come, a
line each with seed and commit, and a run that was stopped goes on where it was.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from . import draw_disturbed, guide_disturbed
from .shelf import FOLDER, commit

RESULTS = Path(__file__).with_name("disturbed.jsonl")
"""Those of the proof, which the accuracy page quotes."""
PROVED_FROM = 30_000
CLEAN_TIMES = {"check": 10, "guide": 2}
NAMED, FALSELY = 0.95, 0.01
FACES = {"check": draw_disturbed.KINDS, "guide": guide_disturbed.KINDS}


@dataclass(frozen=True, slots=True)
class Job:
    """One recording or procedure."""

    face: str
    kind: str
    seed: int


@dataclass(frozen=True, slots=True)
class Told:
    """What was named in one, and what it was that happened."""

    face: str
    kind: str
    seed: int
    named: tuple[str, ...]
    right: bool
    case: str
    commit: str
    took_s: float


def told(job: Job) -> Told:
    """Film or lead one, and see what is named in it."""
    cv2.setNumThreads(1)
    begun_s = time.process_time()
    of_face = draw_disturbed if job.face == "check" else guide_disturbed
    case = of_face.drawn(job.kind, job.seed)
    named = of_face.named(case)
    wanted = of_face.WANTED.get(job.kind)
    right = not named if wanted is None else wanted in named
    took_s = round(time.process_time() - begun_s, 1)
    return Told(job.face, job.kind, job.seed, named, right, str(case), commit(), took_s)


def main() -> int:
    """Exit code 0 where every promise is kept."""
    options = _options()
    jobs = [
        Job(face, kind, options.start + at)
        for face in options.faces
        for kind in FACES[face]
        if not options.kinds or kind in options.kinds
        for at in range(options.each * (CLEAN_TIMES[face] if kind == "clean" else 1))
    ]
    # a run that is stopped has seen something of every kind
    jobs.sort(
        key=lambda job: (job.seed - options.start) // (CLEAN_TIMES[job.face] if job.kind == "clean" else 1)
    )
    path = RESULTS if options.write else FOLDER / f"disturbed-{options.start}.jsonl"
    kept = {} if options.again else _kept(path)
    left = [job for job in jobs if job not in kept]
    path.parent.mkdir(exist_ok=True)
    with path.open("w" if options.again else "a", encoding="utf-8") as lines:
        for done in _all(left, options.jobs):
            kept[Job(done.face, done.kind, done.seed)] = done
            lines.write(json.dumps(asdict(done)) + "\n")
            lines.flush()
            if not done.right:
                print(f"{done.face} {done.kind} {done.seed}: {', '.join(done.named) or '-'}; {done.case}")
                sys.stdout.flush()
    return 0 if _tell([kept[job] for job in jobs]) else 1


def _all(jobs: Sequence[Job], processes: int) -> Iterator[Told]:
    """Each as soon as it is done."""
    if processes == 1:
        yield from map(told, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(told, jobs)


def _kept(path: Path) -> dict[Job, Told]:
    if not path.exists():
        return {}
    kept = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        plain = json.loads(line)
        kept[Job(plain["face"], plain["kind"], plain["seed"])] = Told(
            **plain | {"named": tuple(plain["named"])}
        )
    return kept


def _tell(all_told: Sequence[Told]) -> bool:
    """Print the counts; whether all are as promised."""
    good = True
    for face, kind in dict.fromkeys((each.face, each.kind) for each in all_told):
        part = [each for each in all_told if (each.face, each.kind) == (face, kind)]
        right, of = sum(each.right for each in part), len(part)
        good &= of - right <= FALSELY * of if kind == "clean" else right >= NAMED * of
        words = f"falsely named in {of - right}" if kind == "clean" else f"named in {right}"
        print(f"{face:<6} {kind:<16} {words} of {of}")
    return good


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--from", dest="start", type=int, default=PROVED_FROM)
    parser.add_argument("--faces", nargs="+", choices=list(FACES), default=list(FACES))
    parser.add_argument("--kinds", nargs="+", default=())
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="do not go on where the last run was stopped")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
