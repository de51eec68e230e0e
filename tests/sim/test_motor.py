"""Motors of the virtual lens: speed, play, lateness and refusals, by sums made here."""

import pytest
from tests.clock import Clock

from backfocus.guide.axes import BY_HAND
from backfocus.sim.bench import Bench
from backfocus.sim.motor import FOCUS, ZOOM, Motors
from backfocus.sim.settings import parse_sim


def motors(more: str = "") -> tuple[Motors, Clock, Bench]:
    bench, clock = Bench(parse_sim(f"sim://?motor=focus&zoom=10&motor_noise=0&settle_s=0{more}")), Clock()
    made = Motors(bench.lens, bench.pose, clock)
    made.automatic(BY_HAND)
    return made, clock, bench


def test_a_motor_takes_its_time() -> None:
    made, clock, _ = motors("&zoom_s=4")
    made.move("zoom", ZOOM.high / 2)
    clock.now_s = 1.0
    assert made.state().positions["zoom"] == pytest.approx(ZOOM.high / 4, abs=1)
    assert not made.state().settled
    clock.now_s = 2.01
    assert made.state().settled
    assert made.pose_at(2.01).zoom == pytest.approx(0.5, abs=0.01)
    assert made.pose_at(1.0).zoom == pytest.approx(0.25, abs=0.01)


def test_play_is_between_coming_from_below_and_from_above() -> None:
    made, clock, bench = motors("&backlash=200")
    um_per_step = 1.03 * bench.lens.focus_range_um / FOCUS.span
    seen = []
    for place in (20_000.0, 30_000.0, 20_000.0, 10_000.0, 20_000.0):
        made.move("focus", place)
        clock.now_s += 5.0
        seen.append(made.pose_at(clock.now_s).focus_um)
    above, below = seen[2], seen[4]
    assert above - below == pytest.approx(200 * um_per_step, rel=1e-6)


def test_automatic_focus_holds_its_motor() -> None:
    made, clock, _ = motors()
    made.automatic(type(BY_HAND)(focus=True))
    before = made.state().positions["focus"]
    made.move("focus", 20_000.0)
    clock.now_s = 5.0
    assert made.state().positions["focus"] == before
    assert "automatic focus" in (made.state().refused or "")


def test_a_move_on_the_way_goes_on_from_where_it_is() -> None:
    made, clock, _ = motors("&zoom_s=4&backlash=0")
    made.move("zoom", ZOOM.high)
    clock.now_s = 1.0
    made.move("zoom", 0.0)
    assert made.pose_at(1.0).zoom == pytest.approx(0.25, abs=0.01)
    clock.now_s = 1.5
    assert made.pose_at(1.5).zoom == pytest.approx(0.125, abs=0.01)
