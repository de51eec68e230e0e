"""The simulated hand: obeys the guide as people do, late, unevenly and a little too far.

Its clock is that of the pictures it moves for; times it is told only stamp its answers.

It hears what a person would hear (instructions, and the warning that the wrong ring was turned), knows what a
person knows (how this lens feels, where the rings stop), and never looks at a measurement or at the error it
is to remove.

    heard -> waits its reaction time -> done in order, each once -> holds until the next

How fast: sweeps run at 3 to 6 depths of focus per second, so that the peak is a matter of a second and not of
a frame; the way back over a peak is a third of that, and halves each time it went too far.
"""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from ..guide import instructions as say
from ..guide.events import Confirmed, Ring, WrongRing
from .bench import Bench
from .clip import ease
from .lens import BACK_FOCUS_UM_PER_DEG, ZoomLens
from .settings import SimSettings

SWEEP_DEPTHS_S = 3.3
RETURN_PART = 0.35
SLOWEST_PART = 0.12
PATIENCE_S = 1.5
"""Told "slower" again within this time means the same "slower"."""
SEARCH_DEPTHS_S = 60.0
SETTLE_S = 0.12
"""Time constant of a hand that starts or stops a ring."""
STICKS_UM = 0.02
"""A push smaller than this per picture moves no ring."""
ANSWER_S = 1.0
GIVES_UP_AIMING_S = 6.0
LOCK_S = 0.7


@dataclass(frozen=True, slots=True)
class _Temper:
    """How somebody moves: reaction time from and to, speed, pauses per second."""

    soonest_s: float
    latest_s: float
    pace: float
    pauses_s: float


_TEMPERS = {
    "good": _Temper(0.2, 0.5, 1.0, 0.08),
    "slow": _Temper(0.5, 1.1, 0.55, 0.25),
    "wrong-ring": _Temper(0.2, 0.5, 1.0, 0.08),
    "none": _Temper(0.2, 0.5, 1.0, 0.0),
}


@dataclass(slots=True)
class _Turning:
    """A ring being turned: `goal_um_s` is the wish, `speed_um_s` what the hand does, in image movement."""

    ring: Ring
    way: int
    base_um_s: float
    goal_um_s: float
    since_s: float
    speed_um_s: float = 0.0
    stuck_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Zooming:
    """The zoom on its way from one place to another."""

    start: float
    end: float
    since_s: float
    takes_s: float


class Hand:
    """A person at the lens.

    Parameters
    ----------
    settings : SimSettings
        `hand` says what kind of person; "none" hears nothing and touches nothing.
    """

    def __init__(self, settings: SimSettings) -> None:
        self._kind = settings.hand
        self._temper = _TEMPERS[settings.hand]
        self._mistaken = settings.hand == "wrong-ring"
        self._lens = ZoomLens(settings)
        self._zoom_ratio = settings.zoom
        self._rng = np.random.default_rng((settings.seed, 5))
        self._orders: deque[tuple[float, say.Instruction]] = deque()
        self._says: list[tuple[float, str]] = []
        self._turning: _Turning | None = None
        self._zooming: _Zooming | None = None
        self._last_way: dict[Ring, int] = {}
        self._resting_until_s = 0.0
        self._sharpened = False
        self._slowed_s = -math.inf
        self._now_s = 0.0
        self._heard_s = -math.inf

    def hear(self, said: say.Instruction | WrongRing, at_s: float) -> None:
        """Take in an instruction, or the warning that the wrong ring was turned.

        What was heard is done after the reaction time, in order. Said at the same moment means: one after
        another.
        """
        if self._kind == "none":
            return
        if isinstance(said, WrongRing):
            self._mistaken = False
            return
        self._says = [(due_s, step) for due_s, step in self._says if due_s <= self._now_s]
        reaction_s = float(self._rng.uniform(self._temper.soonest_s, self._temper.latest_s))
        if isinstance(said, say.Turn) and said.way == "stop":
            # A hand that waits for "stop" is quicker than one that is told something new.
            reaction_s = self._temper.soonest_s * float(self._rng.uniform(0.7, 1.2))
        due_s = self._now_s + reaction_s
        if self._orders:
            after_s = LOCK_S if at_s == self._heard_s else 0.0
            due_s = max(due_s, self._orders[-1][0] + after_s)
        self._heard_s = at_s
        self._orders.append((due_s, said))

    def answers(self, at_s: float) -> tuple[Confirmed, ...]:
        """What the person has said by `at_s`, each thing once."""
        said = tuple(Confirmed(at_s, step) for due_s, step in self._says if due_s <= self._now_s)
        self._says = [(due_s, step) for due_s, step in self._says if due_s > self._now_s]
        return said

    def position(self, at_s: float) -> None:
        """Nobody reads steps off a hand."""

    def move(self, bench: Bench, at_s: float) -> None:
        """Do what is due by `at_s` and turn the rings on to it; the same moment again changes nothing."""
        elapsed_s = at_s - self._now_s
        self._now_s = at_s
        while self._orders and self._orders[0][0] <= at_s:
            self._obey(self._orders.popleft()[1], bench, at_s)
        if self._zooming:
            self._zoom_on(bench, at_s)
        if self._turning and elapsed_s > 0.0:
            self._turn_on(self._turning, bench, elapsed_s)

    def _obey(self, said: say.Instruction, bench: Bench, at_s: float) -> None:
        match said:
            case say.Turn():
                self._begin_turn(said, at_s)
            case say.ZoomTo(end=end):
                self._begin_zoom(bench, 1.0 if end == "tele" else 0.0, at_s, 3.0)
            case say.ZoomUntilLost(scale_px=scale_px):
                # What was lost there has come back for sure only some way further in.
                about_px = scale_px * float(self._rng.uniform(1.25, 1.6))
                self._begin_zoom(bench, self._lens.zoom_at(about_px), at_s, 3.0)
            case say.WalkZoom():
                self._begin_zoom(bench, 1.0, at_s, 9.0)
            case say.Hold():
                self._let_go()
            case _:
                self._handle(said, bench, at_s)

    def _handle(self, said: say.Instruction, bench: Bench, at_s: float) -> None:
        """What is done with screws, levers and words."""
        match said:
            case say.Aim(step=step):
                self._let_go()
                if bench.pose.zoom > 0.0:
                    self._begin_zoom(bench, 0.0, at_s, 3.0)
                self._answer(step, at_s + GIVES_UP_AIMING_S)
            case say.Confirm(step=step, items=items):
                self._let_go()
                if any("iris" in item for item in items):
                    bench.turn(iris_f=0.0)
                self._answer(step, at_s + ANSWER_S * float(self._rng.uniform(0.7, 1.3)))
            case say.LoosenLock():
                bench.turn(locked=False)
            case say.TightenLock(step=step):
                self._let_go()
                bench.turn(locked=True)
                self._answer(step, at_s + ANSWER_S)
            case say.AskAgain(step=step):
                self._answer(step, at_s + ANSWER_S)
            case say.CheckThat(doubt="lock-screw"):
                bench.turn(locked=False)
            case say.CheckThat(doubt="right-ring"):
                self._mistaken = False
                self._let_go()
            case say.CheckThat(doubt="iris-open"):
                bench.turn(iris_f=0.0)

    def _answer(self, step: str, at_s: float) -> None:
        self._says.append((at_s, step))

    def _let_go(self) -> None:
        if self._turning:
            self._turning.goal_um_s = 0.0

    def _begin_zoom(self, bench: Bench, end: float, at_s: float, whole_s: float) -> None:
        """`whole_s`: how long a 20x zoom takes from end to end."""
        self._let_go()
        start = bench.pose.zoom
        part = abs(end - start) * math.log(self._zoom_ratio) / math.log(20.0)
        takes_s = (0.8 + whole_s * part) * float(self._rng.uniform(0.9, 1.15)) / self._temper.pace
        self._zooming = _Zooming(start, end, at_s, takes_s)

    def _zoom_on(self, bench: Bench, at_s: float) -> None:
        assert self._zooming is not None
        part = (at_s - self._zooming.since_s) / self._zooming.takes_s
        bench.turn(zoom=self._zooming.start + (self._zooming.end - self._zooming.start) * ease(part))
        if part >= 1.0:
            self._zooming = None

    def _begin_turn(self, said: say.Turn, at_s: float) -> None:
        ring: Ring = "focus" if self._mistaken else said.ring
        if said.way == "stop":
            self._let_go()
            return
        turning = self._turning if self._turning and self._turning.ring == ring else None
        way = self._way(said.way, ring)
        base_um_s = self._pace_um_s(said, ring, turning)
        going_on = turning is not None and turning.way == way and turning.goal_um_s != 0.0
        since_s = turning.since_s if turning and going_on else at_s
        self._sharpened = said.way == "on" or (self._sharpened and said.way == "back")
        self._last_way[ring] = way
        speed_um_s = turning.speed_um_s if turning else 0.0
        self._turning = _Turning(ring, way, base_um_s, way * base_um_s, since_s, speed_um_s)

    def _pace_um_s(self, said: say.Turn, ring: Ring, turning: _Turning | None) -> float:
        """How fast to turn from now on: back over a peak is slow, back from a wrong start is not."""
        usual_um_s = self._base_um_s(said, ring)
        if said.searching:
            # Where something appears one slows down.
            return usual_um_s * (0.4 if said.way == "on" else 1.0)
        if turning is None or said.way == "either":
            return usual_um_s * (0.5 if said.slower else 1.0)
        if said.way == "on":
            return min(turning.base_um_s, usual_um_s)
        if said.slower:
            return max(self._slowed() * min(turning.base_um_s, usual_um_s), SLOWEST_PART * usual_um_s)
        return usual_um_s * (RETURN_PART if self._sharpened else 1.0)

    def _slowed(self) -> float:
        """Half as fast, but nobody slows down again with each word of one sentence."""
        if self._now_s - self._slowed_s < PATIENCE_S:
            return 1.0
        self._slowed_s = self._now_s
        return 0.5

    def _way(self, way: say.Way, ring: Ring) -> int:
        last = self._last_way.get(ring)
        if last is None or way == "either":
            return int(self._rng.choice((-1, 1)))
        return -last if way == "back" else last

    def _base_um_s(self, said: say.Turn, ring: Ring) -> float:
        """How fast this ring is turned by somebody who knows the lens."""
        pace = self._temper.pace
        if ring != said.ring:
            # The wrong ring hardly does anything at wide, so it is turned far.
            return self._lens.focus_range_um / 8.0 * pace
        depth_um = self._lens.half_depth_um(1.0 if ring == "focus" else 1.0 / self._zoom_ratio)
        return depth_um * (SEARCH_DEPTHS_S if said.searching else SWEEP_DEPTHS_S) * pace

    def _turn_on(self, turning: _Turning, bench: Bench, elapsed_s: float) -> None:
        goal_um_s = self._wish_um_s(turning)
        turning.speed_um_s += (goal_um_s - turning.speed_um_s) * (1.0 - math.exp(-elapsed_s / SETTLE_S))
        step_um = turning.speed_um_s * elapsed_s * float(self._rng.uniform(0.85, 1.15))
        if abs(step_um) < STICKS_UM:
            return
        before = bench.pose
        if turning.ring == "focus":
            bench.turn(focus_um=before.focus_um + step_um)
        elif not before.locked:
            bench.turn(back_focus_deg=before.back_focus_deg + step_um / BACK_FOCUS_UM_PER_DEG)
        turning.stuck_s = turning.stuck_s + elapsed_s if bench.pose == before and not before.locked else 0.0
        if turning.stuck_s > 0.8:
            self._turn_round(turning)

    def _wish_um_s(self, turning: _Turning) -> float:
        """The speed meant now: gathers after some seconds on the way, with pauses."""
        if self._now_s < self._resting_until_s or turning.goal_um_s == 0.0:
            return 0.0
        if self._rng.random() < self._temper.pauses_s / 25.0:
            self._resting_until_s = self._now_s + float(self._rng.uniform(0.2, 0.6))
        gathers = min(max((self._now_s - turning.since_s - 2.0) / 3.0, 0.0), 1.0)
        return turning.goal_um_s * (1.0 + 0.8 * gathers)

    def _turn_round(self, turning: _Turning) -> None:
        """At the ring's stop there is only one way left."""
        turning.way = -turning.way
        turning.goal_um_s = -turning.goal_um_s
        turning.speed_um_s = turning.stuck_s = 0.0
        turning.since_s = self._now_s
        self._last_way[turning.ring] = turning.way
