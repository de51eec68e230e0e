"""A hand that turns to and fro far from focus: the place where it turned round is no sharpest point."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.guide.paper_bench import Camera, Lens

from backfocus.guide import events as ev
from backfocus.guide.procedure import Step, start
from backfocus.guide.watch.pictures import StepHistory, TimedReading
from backfocus.guide.watch.sweep import judge_sweep

LENS = Lens(zoom=10.0)
DEPTH_UM = LENS.optics.half_depth_um()
SOFT_UM = 4.0 * DEPTH_UM
"""What a very soft lens reads as in focus."""


def told_of(blur_um: Sequence[float]) -> list[str]:
    """What a sweep at tele is told, picture by picture, ten a second; each sure to 3 % of itself."""
    camera = Camera(LENS)
    camera.pose.zoom, camera.pose.focus_um = 1.0, -LENS.delta_um
    session = replace(start(LENS.setup)[0], step=Step.SWEEP_TELE, turn=7)
    reading = camera.read(0.0)
    state, told = StepHistory(turn=7), []
    for at, um in enumerate(blur_um):
        seen = TimedReading(at / 10.0, replace(reading, at_s=at / 10.0), True, um, 0.03 * um)
        state = replace(state, pictures=(*state.pictures, seen))
        if (event := judge_sweep(state, session)) is not None:
            told.append(type(event).__name__)
            state = replace(state, told=type(event), told_s=at / 10.0)
    return told


def test_where_a_hand_turned_round_far_from_focus_is_no_sharpest_point() -> None:
    step_um = 0.2 * DEPTH_UM
    down = [16.0 * DEPTH_UM - step_um * each for each in range(60)]
    fro = [down[-1] + step_um * each for each in range(1, 9)]
    on = [fro[-1] - step_um * each for each in range(1, 15)]
    again = [on[-1] + step_um * each for each in range(1, 7)]
    told = told_of([*down, *fro, *on, *again])
    assert ev.PeakPassed.__name__ not in told
    assert ev.PeakMissed.__name__ not in told


@pytest.mark.parametrize("reach", [1.5, 3.0])
def test_the_focus_of_a_very_soft_lens_is_one_between_flanks_that_rise_by_half_of_it(reach: float) -> None:
    ring_um = [0.2 * DEPTH_UM * each for each in range(-40, int(reach * 5 * 4) + 1)]
    told = told_of([math.hypot(SOFT_UM, um) for um in ring_um])
    assert ev.PeakPassed.__name__ in told
