"""The camera with rings to drag: a source like any other, and nothing on it gives the error away."""

import json

import pytest
from tests.clock import Clock

from backfocus.sim.lens import Pose
from backfocus.video.source import check_video_source
from backfocus.web.messages import Turn
from backfocus.web.practice.camera import (
    LEAST_UM,
    MOST_UM,
    PracticeBench,
    PracticeSource,
    hidden_camera,
    kept_pose,
)


class Waited(Clock):
    """Time goes on only while somebody waits."""

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture(scope="module")
def practice() -> PracticeBench:
    return PracticeBench(hidden_camera(5), Waited())


def test_it_keeps_the_rules_of_a_source(practice: PracticeBench) -> None:
    clock = Waited()
    practice.clock = clock
    check_video_source(lambda: PracticeSource(practice, clock.wait), pictures=3)


def test_the_hidden_error_is_the_seeds_and_never_trivial() -> None:
    errors = set()
    for seed in range(40):
        bench = PracticeBench(hidden_camera(seed))
        bench.turn(Turn("lock", -1))
        assert hidden_camera(seed) == hidden_camera(seed)
        assert LEAST_UM <= bench.remaining_um() <= MOST_UM
        errors.add(bench.settings.delta_um)
    assert len(errors) > 20
    assert min(errors) < 0.0 < max(errors)


def test_rings_turn_as_far_as_they_go(practice: PracticeBench) -> None:
    practice.put(Pose(locked=True, iris_f=8.0))
    practice.turn(Turn("back-focus", 100))
    assert practice.pose.back_focus_deg == 0.0, "locked"
    practice.turn(Turn("lock", -1))
    practice.turn(Turn("back-focus", 100))
    assert practice.pose.back_focus_deg == pytest.approx(8.0)
    practice.turn(Turn("iris", -100))
    assert practice.shown()["open"] is True
    for _ in range(5):
        practice.turn(Turn("zoom", 100))
    assert practice.pose.zoom == 1.0


def test_what_is_shown_is_the_same_for_every_hidden_error() -> None:
    first, second = (PracticeBench(hidden_camera(seed)) for seed in (1, 2))
    for each in (first, second):
        each.put(Pose(focus_um=600.0, iris_f=8.0, locked=True))
    assert first.settings.delta_um != second.settings.delta_um
    assert first.shown() == second.shown()


def test_rings_are_kept_and_put_back(practice: PracticeBench) -> None:
    practice.put(Pose(0.3, 512.25, -3.5, 4.0, False))
    again = PracticeBench(hidden_camera(5))
    again.put(kept_pose(json.loads(json.dumps(practice.kept()))))
    assert again.pose == practice.pose
