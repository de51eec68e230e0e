"""Each mistake is named when it is made, and nothing else is."""

from dataclasses import replace

import pytest

from backfocus.guide import instructions as say
from backfocus.sim.lens import Pose
from backfocus.web.practice.coach import QUIET_S, Coach, instructed, looked

OPEN = Pose(zoom=0.0, focus_um=800.0)
FOCUS, BACK_FOCUS = say.Turn("focus", "either"), say.Turn("back-focus", "either")


@pytest.mark.parametrize(
    ("asked", "pose", "mistake"),
    [
        (BACK_FOCUS, replace(OPEN, focus_um=820.0), "focus-for-back-focus"),
        (FOCUS, replace(OPEN, back_focus_deg=2.0), "back-focus-for-focus"),
        (FOCUS, replace(OPEN, zoom=0.1), "zoom-while-turning"),
        (say.ZoomTo("wide"), replace(OPEN, focus_um=820.0), "focus-while-zooming"),
        (say.WalkZoom(), replace(OPEN, back_focus_deg=2.0), "back-focus-while-zooming"),
        (say.Hold(), replace(OPEN, focus_um=820.0), "moved-while-reading"),
        (FOCUS, replace(OPEN, focus_um=820.0, iris_f=8.0), "iris"),
        (say.Hold(), replace(OPEN, iris_f=8.0), "iris"),
        (say.ZoomTo("tele"), replace(OPEN, zoom=1.0, iris_f=8.0), "iris"),
        (FOCUS, replace(OPEN, focus_um=900.0), None),
        (BACK_FOCUS, replace(OPEN, back_focus_deg=5.0), None),
        (say.ZoomTo("tele"), replace(OPEN, zoom=1.0), None),
        (BACK_FOCUS, replace(OPEN, focus_um=801.0), None),
        (say.Confirm("check", ()), replace(OPEN, iris_f=8.0, focus_um=900.0), None),
    ],
)
def test_mistakes(asked: say.Instruction, pose: Pose, mistake: str | None) -> None:
    coach = looked(instructed(Coach(), (say.LoosenLock(), asked), OPEN), pose, 1.0)
    assert [what for what, _ in coach.told] == ([mistake] if mistake else [])


def test_a_mistake_is_told_once_in_a_while() -> None:
    coach = instructed(Coach(), (BACK_FOCUS,), OPEN)
    for at_s, focus_um in ((0.0, 820.0), (1.0, 840.0), (QUIET_S, 860.0)):
        coach = looked(coach, replace(OPEN, focus_um=focus_um), at_s)
    assert [at_s for _, at_s in coach.told] == [0.0, QUIET_S]


def test_turning_against_the_lock_is_told() -> None:
    coach = looked(instructed(Coach(), (BACK_FOCUS,), OPEN), OPEN, 1.0, tried_locked=True)
    assert "lock screw" in coach.advice


def test_what_was_moved_before_the_instruction_does_not_count() -> None:
    coach = instructed(Coach(), (FOCUS,), OPEN)
    moved = replace(OPEN, focus_um=950.0)
    coach = looked(instructed(coach, (say.ZoomTo("wide"),), moved), moved, 1.0)
    assert not coach.told
