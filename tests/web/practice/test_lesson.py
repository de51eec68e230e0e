"""Practice from the first look to the score."""

from types import SimpleNamespace
from typing import Any

import pytest

from backfocus.guide import instructions as say
from backfocus.session.store import Entry
from backfocus.web.messages import Turn
from backfocus.web.practice.camera import PracticeBench, hidden_camera
from backfocus.web.practice.lesson import RINGS_KEPT_S, Lesson


@pytest.fixture
def lesson() -> Lesson:
    return Lesson(PracticeBench(hidden_camera(5), lambda: 1.0))


def test_turning_against_the_lock_screw_is_told_and_turns_nothing(lesson: Lesson) -> None:
    lesson.turn(Turn("back-focus", 50.0))
    assert lesson.pose.back_focus_deg == 0.0
    number, words = lesson.advice
    assert number == 1
    assert "lock screw" in words


def test_the_wrong_ring_is_told_and_counts_in_the_score(lesson: Lesson) -> None:
    lesson.turn(Turn("lock", -1.0))
    lesson.turn(Turn("iris", -100.0))
    lesson.look((say.Turn("back-focus", "either"),), 1.0)
    lesson.turn(Turn("focus", 60.0))
    lesson.look((say.Turn("back-focus", "either"),), 2.0)
    ended: Any = SimpleNamespace(since_s=61.24, results=(SimpleNamespace(rounds=2),))
    score = lesson.score(ended)
    assert (score["seconds"], score["rounds"]) == (61.2, 2)
    assert len(score["mistakes"]) == 1
    assert "FOCUS ring" in score["mistakes"][0]


def test_what_is_left_is_the_truth_of_the_bench(lesson: Lesson) -> None:
    ended: Any = SimpleNamespace(since_s=0.0, results=(SimpleNamespace(rounds=1),))
    lesson.turn(Turn("lock", -1.0))
    before = lesson.score(ended)
    assert before["remaining_um"] == before["hidden_um"], "nothing was turned yet"
    lesson.turn(Turn("back-focus", 10.0))
    assert lesson.score(ended)["remaining_um"] != before["remaining_um"]
    assert lesson.score(ended)["hidden_um"] == before["hidden_um"]


def test_the_rings_are_kept_now_and_then_and_put_back(lesson: Lesson) -> None:
    lesson.turn(Turn("zoom", 50.0))
    kept = [lesson.rings(0.0), lesson.rings(RINGS_KEPT_S / 2)]
    lesson.turn(Turn("focus", 20.0))
    kept.append(lesson.rings(RINGS_KEPT_S))
    entries = tuple(each for each in kept if each is not None)
    assert [(each.kind, each.at_s) for each in entries] == [("rings", 0.0), ("rings", RINGS_KEPT_S)]
    again = Lesson(PracticeBench(hidden_camera(5)))
    stored: Any = SimpleNamespace(entries=(Entry("reading", 0.0, {"type": "Reading"}), *entries))
    again.put_back(stored)
    assert again.pose == lesson.pose
