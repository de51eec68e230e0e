"""`hold` on virtual motors: while the zoom moves, the residual stays within the depth of focus."""

import math

import numpy as np
import pytest

from backfocus.control.guarded import Guarded
from backfocus.errors import LensError, UsageError
from backfocus.guide.axes import BY_HAND, Axis, AxisName
from backfocus.session.hold import demand_own_table, demand_told_zoom, hold
from backfocus.sim.bench import Bench
from backfocus.sim.motor import Motors
from backfocus.sim.settings import parse_sim
from backfocus.solve.focus_table import FocusTable, Knot

LATE_S = 0.1
STEP_S = 0.04


class Late:
    """Motors on a network: what they say is as old as an answer takes, and a command arrives as late."""

    def __init__(self, motors: Motors, clock) -> None:
        self.axes, self._motors, self._clock = motors.axes, motors, clock
        self._states, self._commands = [], []

    def pump(self) -> None:
        for command in [each for each in self._commands if each[0] <= self._clock() - LATE_S / 2]:
            self._commands.remove(command)
            self._motors.move(*command[1:])
        self._states = [*self._states, (self._clock(), self._motors.state())][-20:]

    def move(self, axis, position):
        self._commands.append((self._clock(), axis, position))

    def state(self):
        old = [state for at_s, state in self._states if at_s <= self._clock() - LATE_S / 2]
        return old[-1] if old else self._motors.state()

    def automatic(self, wanted):
        return self._motors.automatic(wanted)


def test_a_zoom_that_does_not_tell_its_place_cannot_be_followed() -> None:
    demand_told_zoom({"zoom": Axis(0.0, 1.0)})
    with pytest.raises(LensError, match="does not tell where the zoom stands"):
        demand_told_zoom({"zoom": Axis(0.0, 1.0, tells_position=False)})


@pytest.mark.parametrize("more", ["lens=rear&drift_um=90&delta_um=20", "lens=rear&drift_um=-120&delta_um=0"])
def test_a_varifocal_stays_sharp_through_a_ten_times_zoom_of_five_seconds(more: str) -> None:
    settings = parse_sim(f"sim://?zoom=10&motor=focus&zoom_s=5&f_number=1.8&backlash=12&{more}")
    bench, now = Bench(settings), [0.0]
    motors = Motors(bench.lens, bench.pose, lambda: now[0])
    motors.automatic(BY_HAND)
    lens = Late(motors, lambda: now[0])
    table = _table(bench, motors)
    off, told = [], [False]

    def wait() -> bool:
        now[0] += STEP_S
        lens.pump()
        if now[0] > 4.0 and not told[0]:
            told[0] = True
            motors.move("zoom", 0x4000)
        if now[0] > 4.0:
            off.append(abs(bench.lens.residual_um(motors.pose_at(now[0]))))
        return now[0] < 10.0

    for _ in hold(Guarded(lens, lambda: now[0]), table, clock=lambda: now[0], wait=wait, ahead_s=LATE_S):
        pass
    half_depth_um = bench.lens.half_depth_um(0.1)
    # the issue asks for 95 % of the pictures; without any hold three quarters of them are out of focus
    assert np.mean(np.array(off) < half_depth_um) >= 0.95
    assert motors.state().positions["zoom"] == 0x4000


def _table(bench: Bench, motors: Motors) -> FocusTable:
    """As `auto` would find it, by the arithmetic of the bench: the residual is straight in the focus."""
    knots = []
    for zoom in np.linspace(0.0, 1.0, 5):
        steps, um = [10_000.0, 50_000.0], []
        for at in steps:
            pose = motors._turned(motors._turned(bench.pose, "zoom", zoom * 0x4000), "focus", at)
            um.append(bench.lens.residual_um(pose))
        best = steps[0] - um[0] * (steps[1] - steps[0]) / (um[1] - um[0])
        assert math.isfinite(best)
        # places are approached from below, as `auto` does: the ring then stands lower than its motor
        knots.append(Knot(zoom * 0x4000, best + 12.0, 5.0, 77.0 * 10.0**zoom))
    return FocusTable(tuple(knots), motors.axes["focus"].low, motors.axes["focus"].high)


@pytest.mark.parametrize(
    ("zoom", "focus", "words"),
    [
        ((20_000.0, 30_000.0), (0.0, 16_384.0), "its zoom goes from 20000 to 30000"),
        ((-9_000.0, 16_000.0), (0.0, 16_384.0), "its zoom goes from -9000"),
        ((0.0, 10_000.0), (0.0, 61_440.0), "its focus goes from 0 to 61440"),
        ((0.0, 16_400.0), (500.0, 16_000.0), None),
    ],
)
def test_the_table_of_another_lens_moves_nothing(
    zoom: tuple[float, float], focus: tuple[float, float], words: str | None
) -> None:
    axes: dict[AxisName, Axis] = {"zoom": Axis(0.0, 16_384.0), "focus": Axis(0.0, 16_384.0)}
    table = FocusTable(tuple(Knot(each, focus[0] + 10.0, 5.0, 100.0) for each in zoom), *focus)
    if words is None:
        demand_own_table(table, axes)
        return
    with pytest.raises(UsageError, match="another lens") as refused:
        demand_own_table(table, axes)
    assert words in str(refused.value)
