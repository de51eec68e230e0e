"""How sharp `hold` keeps virtual varifocal lenses while they zoom.

    python tools/hold.py [--rigs 100] [--first 1]

Each lens zooms ten times in 5 s, with answers and commands 100 ms late; its focus motor, its play and how far
its focus wanders over the zoom are drawn from its number. The table of focus over zoom is that of the lens at
five places, each off by about as much as `auto` leaves. No picture is drawn: the residual is known.
"""

import argparse
import statistics
from typing import Any

import numpy as np

from backfocus.control.guarded import Guarded
from backfocus.guide.axes import BY_HAND, Automatic, AxisName, LensState
from backfocus.session.hold import hold
from backfocus.sim.bench import Bench
from backfocus.sim.motor import FOCUS, ZOOM, Motors
from backfocus.sim.settings import parse_sim
from backfocus.solve.focus_table import FocusTable, Knot

LATE_S, STEP_S, BEGINS_S, ENDS_S = 0.1, 0.04, 4.0, 10.0
KNOTS = (0.0, 0.25, 0.5, 0.75, 1.0)
KNOWN_DEPTHS = 0.05
"""Of half the depth of focus: what the best focus of a stop is off in `auto`, one sigma."""


class Late:
    """Motors on a network: an answer is old when it comes, a command arrives later."""

    def __init__(self, motors: Motors, clock: Any) -> None:
        self.axes, self._motors, self._clock = motors.axes, motors, clock
        self._states: list[tuple[float, LensState]] = []
        self._commands: list[tuple[float, AxisName, float]] = []

    def pump(self) -> None:
        arrived = [each for each in self._commands if each[0] <= self._clock() - LATE_S / 2.0]
        self._commands = [each for each in self._commands if each not in arrived]
        for _, axis, place in arrived:
            self._motors.move(axis, place)
        self._states = [*self._states, (self._clock(), self._motors.state())][-20:]

    def move(self, axis: AxisName, position: float) -> None:
        self._commands.append((self._clock(), axis, position))

    def state(self) -> LensState:
        old = [state for at_s, state in self._states if at_s <= self._clock() - LATE_S / 2.0]
        return old[-1] if old else self._motors.state()

    def automatic(self, wanted: Automatic) -> Automatic:
        return self._motors.automatic(wanted)


def address(number: int) -> str:
    """The lens of a number."""
    rng = np.random.default_rng((number, 78))
    return (
        f"sim://?seed={number}&zoom=10&motor=focus&zoom_s=5&f_number=1.8&lens=rear"
        f"&delta_um={rng.uniform(-100.0, 100.0):.1f}&drift_um={rng.uniform(-120.0, 120.0):.1f}"
        f"&focus_s={rng.uniform(1.0, 3.0):.2f}&backlash={rng.uniform(0.0, 20.0):.1f}"
    )


def within(number: int) -> float:
    """The share of pictures of a zoom within the depth of focus, 0 to 1."""
    bench, now = Bench(parse_sim(address(number))), [0.0]
    motors = Motors(bench.lens, bench.pose, lambda: now[0])
    motors.automatic(BY_HAND)
    lens, off = Late(motors, lambda: now[0]), list[bool]()
    is_told = False

    def wait() -> bool:
        nonlocal is_told
        now[0] += STEP_S
        lens.pump()
        if now[0] > BEGINS_S:
            if not is_told:
                motors.move("zoom", ZOOM.high)
            is_told = True
            pose = motors.pose_at(now[0])
            off.append(abs(bench.lens.residual_um(pose)) <= bench.lens.half_depth_um(bench.lens.ratio(pose)))
        return now[0] < ENDS_S

    guarded, clock = Guarded(lens, lambda: now[0]), lambda: now[0]
    for _ in hold(guarded, _table(number, bench, motors), clock=clock, wait=wait, ahead_s=LATE_S):
        pass
    return float(np.mean(off))


def _table(number: int, bench: Bench, motors: Motors) -> FocusTable:
    """As `auto` finds it, which comes to every place from below: the ring stands lower than its motor."""
    rng, knots = np.random.default_rng((number, 79)), []
    play = bench.settings.backlash
    for share in KNOTS:
        um_per_step = _residual_um(bench, motors, share, 1.0) - _residual_um(bench, motors, share, 0.0)
        best = -_residual_um(bench, motors, share, 0.0) / um_per_step
        sigma = KNOWN_DEPTHS * bench.lens.half_depth_um(1.0) / um_per_step
        at = best + play + sigma * rng.standard_normal()
        knots.append(Knot(share * ZOOM.high, at, max(sigma, 0.5), 77.0 * 10.0**share))
    return FocusTable(tuple(knots), FOCUS.low, FOCUS.high)


def _residual_um(bench: Bench, motors: Motors, zoom: float, focus: float) -> float:
    """Of a lens whose motors stand there without play; it is straight in the focus."""
    pose = motors._turned(motors._turned(bench.pose, "zoom", zoom * ZOOM.high), "focus", focus)
    return bench.lens.residual_um(pose)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rigs", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    given = parser.parse_args()
    shares = {number: within(number) for number in range(given.first, given.first + given.rigs)}
    soft = {number: share for number, share in shares.items() if share < 0.95}
    for number, share in soft.items():
        print(f"{number}: {share:.1%} of the pictures  {address(number)}")
    print(f"{len(shares) - len(soft)} of {len(shares)} lenses are sharp in 95 % of the pictures or more")
    print(
        f"median {statistics.median(shares.values()):.1%}, all pictures {np.mean(list(shares.values())):.1%}"
    )


if __name__ == "__main__":
    main()
