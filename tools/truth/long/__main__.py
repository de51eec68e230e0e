"""`make truth-long`: film hundreds of recordings, read them, judge them; goes on where it was stopped.

    python -m tools.truth.long                       the 600 that prove: seeds 10000 to 10599
    python -m tools.truth.long --tune                the 600 on which thresholds may be chosen: seeds 0 to 599
    python -m tools.truth.long --seeds 20000:20040   others
    python -m tools.truth.long --judge-only          only what is filmed already, judged again: minutes
    python -m tools.truth.long --learned             film another session of each camera too
    python -m tools.truth.long --guided              lead 200 procedures instead, seeds 10000 to 10199
    python -m tools.truth.long --objects             check 500 clips without a chart, seeds 300 to 799;
                                                     --hours, --judge-only and --write as above

Readings are kept in truth-long/, one file a recording; the outcomes of this run go to truth-long/ as JSON
lines, and with --write those of the proof to tools/truth/long/results.jsonl (of procedures guided.jsonl)
and into the accuracy page.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable
from itertools import chain

import cv2

from ..quoting import put
from . import guided, objects
from .draw import PROVED_FROM
from .film import Job, film_and_keep
from .judge import WORDS, Count, Outcome, all_ways, counted
from .quoted import FROM, TO, kept_outcomes, quoted
from .results import RESULTS, write
from .shelf import FOLDER, is_kept

CLIPS, GUIDED = 600, 200
PROOF = PROVED_FROM, PROVED_FROM + CLIPS
Filming = Callable[[Job], tuple[Job, float | None]]
OBJECTS = objects.PROVED_FROM, objects.PROVED_FROM + objects.CLIPS


def main() -> int:
    options = _options()
    cv2.setNumThreads(1)
    seeds = range(*(options.seeds or (OBJECTS if options.objects else PROOF)))
    with multiprocessing.get_context("spawn").Pool(options.jobs, cv2.setNumThreads, (1,)) as pool:
        if options.guided:
            led = _lead(pool, seeds[:GUIDED])
            if options.write:
                guided.write(led)
                put(guided.quoted(guided.kept_outcomes()), guided.FROM, guided.TO)
            return 0
        if options.objects:
            _check_objects(pool, seeds, options)
            return 0
        if not options.judge_only:
            sessions = ("judged", "learned") if options.learned else ("judged",)
            by_s = time.time() + 3600 * options.hours
            jobs = [Job(seed, session, by_s) for seed in seeds for session in sessions]
            _film(pool, [job for job in jobs if not is_kept(job.seed, job.session)])
        pairs = [pair for pair in pool.imap(all_ways, seeds) if pair]
    outcomes = list(chain.from_iterable(pairs))
    _show(outcomes)
    write(outcomes, FOLDER / f"outcomes-{seeds.start}-{seeds.stop}.jsonl")
    if options.write:
        write(outcomes, RESULTS)
        put(quoted(kept_outcomes()), FROM, TO)
    return 0


def _film(pool: "multiprocessing.pool.Pool", jobs: list[Job], film: Filming = film_and_keep) -> None:
    begun_s = time.monotonic()
    for done, (job, took_s) in enumerate(pool.imap_unordered(film, jobs), start=1):
        if took_s is None:
            print(f"{job.session} {job.seed}: time is up, run again to go on")
            continue
        left_s = (time.monotonic() - begun_s) / done * (len(jobs) - done)
        print(f"{job.session} {job.seed}: {took_s:.0f} s, {done} of {len(jobs)}, {left_s / 60:.0f} min left")
        sys.stdout.flush()


def _lead(pool: "multiprocessing.pool.Pool", seeds: range) -> list[guided.Led]:
    outcomes = []
    for each in pool.imap_unordered(guided.led, seeds):
        outcomes.append(each)
        print(
            f"guided {each.seed}: {each.began_um:+.1f} um, left {each.left_um:+.2f} of {each.h_um:.1f}, "
            f"{each.verdict}, {each.rounds} rounds, {each.took_s:.0f} s, {len(outcomes)} of {len(seeds)}"
        )
        sys.stdout.flush()
    _tell(guided.counted(outcomes))
    return outcomes


def _check_objects(pool: "multiprocessing.pool.Pool", seeds: range, options: argparse.Namespace) -> None:
    if not options.judge_only:
        _film(pool, objects.jobs(seeds, time.time() + 3600 * options.hours), objects.film)
    clips = []
    for each in pool.imap(objects.checked, seeds):
        if each is None:
            continue
        clips.append(each)
        found = each.outcome
        said = "no number" if found.delta_um is None else f"{found.low_um} to {found.high_um} um"
        wrong = f"WRONG {found.wrong}, " if found.wrong else "" if found.held is not False else "not held, "
        print(f"object {found.seed}: {each.scene}, {found.true_um:+.1f} um, {found.verdict}, {said}, {wrong}")
        sys.stdout.flush()
    _tell(objects.counted(clips))
    if options.write:
        objects.write(clips)
        print("all that prove")
        _tell(objects.counted(objects.proved()))


def _tell(counts: Iterable[Count]) -> None:
    for count in counts:
        print(f"  {count.what:<40} {count.reached:4d} of {count.of:4d}  {count.share:6.1%}  {count.wanted}")


def _show(outcomes: list[Outcome]) -> None:
    for how, title in WORDS.items():
        part = [each for each in outcomes if each.judged == how]
        print(f"\n{len(part)} clips {title}")
        _tell(counted(part, how))
        for each in part:
            if each.wrong:
                print(f"  wrong {each.wrong}: seed {each.seed}, {each.true_h:.2f} h, {each.address}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=_range, metavar="A:B")
    parser.add_argument("--tune", dest="seeds", action="store_const", const=(0, CLIPS))
    parser.add_argument("--judge-only", action="store_true")
    parser.add_argument("--learned", action="store_true")
    parser.add_argument("--guided", action="store_true")
    parser.add_argument("--objects", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _range(text: str) -> tuple[int, int]:
    first, _, beyond = text.partition(":")
    return int(first), int(beyond)


if __name__ == "__main__":
    sys.exit(main())
