"""When a picture may be measured: after the motors and what was on its way, counted on its own clock."""

from dataclasses import replace

import pytest
from tests.solve.conftest import reading_at

from backfocus.guide.stillness import MOVES_TO_LEARN, PICTURES, UNKNOWN_LAG_S, Lag, Waiting, at_rest, wait

FPS = 25.0


def watched(lag: Lag, *, late_s: float, moves_s: float = 1.0) -> tuple[float, Lag]:
    """How long after the motors' stop a picture is measured that comes `late_s` late, and what is learned."""
    waiting = Waiting()
    for index in range(200):
        at_s = index / FPS
        done = min(max(at_s - late_s, 0.0) / moves_s, 1.0)
        reading = replace(reading_at(60.0 * (1.0 - done), scale_px=200.0), at_s=at_s)
        waiting = wait(waiting, reading, at_s, settled=at_s >= moves_s)
        if (found := at_rest(waiting, at_s, lag)) is not None:
            mean, lag = found
            assert mean.modulation == pytest.approx(reading_at(0.0, scale_px=200.0).modulation, abs=1e-3)
            return at_s - moves_s, lag
    raise AssertionError("it is never measured")


def test_late_pictures_are_waited_for_and_how_late_is_learned() -> None:
    lag = Lag()
    for _ in range(MOVES_TO_LEARN):
        waited_s, lag = watched(lag, late_s=0.25)
        assert waited_s >= UNKNOWN_LAG_S
    waited_s, _ = watched(lag, late_s=0.25)
    assert 0.25 <= lag.s < UNKNOWN_LAG_S
    assert 0.25 + (PICTURES - 1) / FPS <= waited_s < UNKNOWN_LAG_S + 0.1


def test_a_picture_that_goes_on_moving_is_not_measured() -> None:
    waiting = Waiting()
    for index in range(60):
        at_s = index / FPS
        reading = replace(reading_at(2.0 * index, scale_px=200.0), at_s=at_s)
        waiting = wait(waiting, reading, at_s, settled=True)
        assert at_rest(waiting, at_s, Lag()) is None


def test_nothing_counts_while_a_motor_moves() -> None:
    waiting = Waiting()
    for index in range(60):
        waiting = wait(waiting, replace(reading_at(0.0), at_s=index / FPS), index / FPS, settled=False)
        assert at_rest(waiting, index / FPS, Lag()) is None
