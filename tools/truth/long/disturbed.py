"""What changes by itself in a recording, and whether it is named: light, and nothing at all.

    python -m tools.truth.long.disturbed             20 of each kind and 40 clean ones, a quarter of an hour
    python -m tools.truth.long.disturbed --each 3    a handful

An iris closes or opens by 0.7 to 3 stops within a fifth of a second (`iris`), or an ND filter of 1 to 3 stops
goes in or out (`nd`), at any time from the hold at tele to the sweep at wide. Clean recordings are of lenses
that are up to a stop slower at tele, half of them undeclared. Seeds from 30000 on: no threshold was chosen on
them.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from backfocus.frame import Frame
from backfocus.measure.reading import Flag
from backfocus.optics.lens import Optics, parse_f_numbers
from backfocus.session.run import readings
from backfocus.sim.bench import Bench
from backfocus.sim.clip import STEADY_S, SWEEP_S, ZOOM_S, play
from backfocus.sim.settings import SimSettings, parse_sim
from backfocus.solve.clip import judge_clip

Kind = Literal["iris", "nd", "clean"]
KINDS: tuple[Kind, ...] = ("iris", "nd", "clean")
PROVED_FROM = 30_000
TAKES_S = {"iris": 0.2, "nd": 0.0, "clean": 0.0}
EARLIEST_S, LATEST_S = 0.6, 2.0 * STEADY_S + ZOOM_S + 0.5 * SWEEP_S
"""Of a change: a picture or two of tele before it, and a good part of the sweep after it."""
NAMED, FALSELY = 0.95, 0.01


@dataclass(frozen=True, slots=True)
class Case:
    """One recording; `stops` are those by which the light falls at `from_s`, below 0 where it rises."""

    kind: Kind
    seed: int
    address: str
    declared: str
    stops: float
    from_s: float

    def lost(self, at_s: float) -> float:
        """Stops of light lost at a moment."""
        part = (at_s - self.from_s) / max(TAKES_S[self.kind], 1e-9)
        before = max(-self.stops, 0.0)
        return before + self.stops * min(max(part, 0.0), 1.0)


def drawn(kind: Kind, seed: int) -> Case:
    """The recording of a seed."""
    rng = np.random.default_rng((seed, 53, KINDS.index(kind)))
    ramp = f"2@24-60,{2.0 * 2.0 ** (rng.uniform(0.0, 1.0) / 2.0):.2f}@144"
    declared = ramp if rng.random() < 0.5 else "2"
    least, most = (0.7, 3.0) if kind == "iris" else (1.0, 3.0)
    stops = 0.0 if kind == "clean" else float(rng.uniform(least, most) * rng.choice((-1.0, 1.0)))
    address = (
        f"sim://?clip=check&sweep=1&size=640x360&fps=12.5&codec=none&sensor=mono&zoom=6&wide_mm=24&pixel_um=5"
        f"&f_number={ramp}&noise={rng.uniform(0.003, 0.012):.4f}&delta_um={rng.uniform(-40.0, 40.0):.1f}"
        f"&shake_px={rng.choice((0.0, 0.3))}&seed={seed}"
    )
    return Case(kind, seed, address, declared, stops, float(rng.uniform(EARLIEST_S, LATEST_S)))


class Disturbed:
    """The recording as a video source."""

    live = False

    def __init__(self, case: Case) -> None:
        self.title = f"{case.kind} {case.seed}"
        self._case = case

    def frames(self) -> Iterator[Frame]:
        """Its pictures in order."""
        settings: SimSettings = parse_sim(self._case.address)
        bench, index = Bench(settings), 0
        while play(bench, at_s := index / settings.fps):
            yield self._picture(bench, index, at_s)
            index += 1

    def close(self) -> None:
        """Nothing is held open."""

    def _picture(self, bench: Bench, index: int, at_s: float) -> Frame:
        lost = self._case.lost(at_s)
        if self._case.kind == "iris":
            # closed by so many stops from where the lens is open
            bench.turn(iris_f=2.0 * 2.0 ** (lost / 2.0))
        exposure = bench.camera.exposure(bench.pose, at_s)
        if self._case.kind == "nd":
            planes = tuple(np.asarray(each * np.float32(2.0**-lost), np.float32) for each in exposure.planes)
            exposure = replace(exposure, planes=planes)
        return bench.camera.frame((exposure,), index, at_s)


def is_named(case: Case) -> bool:
    """Whether the change is named, in the flags of the answer."""
    cv2.setNumThreads(1)
    read = [each.reading for each in readings(Disturbed(case))]
    answer = judge_clip(read, Optics(5.0, parse_f_numbers(case.declared)))
    return Flag.LIGHT_CHANGED in answer.flags


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    good = True
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for kind in KINDS:
            count = options.each * (2 if kind == "clean" else 1)
            cases = [drawn(kind, PROVED_FROM + seed) for seed in range(count)]
            told = pool.map(is_named, cases, chunksize=1)
            good &= sum(told) <= FALSELY * count if kind == "clean" else sum(told) >= NAMED * count
            print(f"{kind}: light said to have changed in {sum(told)} of {count}")
            for case, named in zip(cases, told, strict=True):
                if named == (kind == "clean"):
                    print(f"  {case.stops:+.2f} stops, {case.from_s:.1f} s, {case.address}")
            sys.stdout.flush()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
