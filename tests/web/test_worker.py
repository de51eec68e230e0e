"""A thread that works on a source: at the speed of life, ended when asked, and heard of when it fails."""

import threading
import time
from collections.abc import Iterator

import pytest
from tests.web.conftest import Wall, until

from backfocus.errors import BackfocusError, SourceLost
from backfocus.frame import Frame
from backfocus.session.opened import Opened
from backfocus.web.worker import Paced, Worker


class Clip:
    """Six pictures, 50 ms apart, that could be had at once."""

    live, title = False, "clip"

    def frames(self) -> Iterator[Frame]:
        luma = Wall().luma
        for index in range(6):
            yield Frame(luma, index=index, at_s=index * 0.05)

    def close(self) -> None:
        """Nothing is open."""


def test_a_recording_is_shown_at_the_speed_of_life() -> None:
    begun_s = time.monotonic()
    assert len(list(Paced(Opened(Clip(), waits=True), threading.Event()).frames())) == 6
    # five steps of 50 ms; a busy machine is only ever slower
    assert time.monotonic() - begun_s >= 0.25


def test_who_is_told_to_stop_does_not_wait_for_the_next_picture() -> None:
    stop = threading.Event()
    stop.set()
    assert list(Paced(Opened(Clip(), waits=True), stop).frames()) == []


class Told:
    """What a worker reported of its end."""

    def __init__(self) -> None:
        self.ends: list[BackfocusError | None] = []

    def __call__(self, error: BackfocusError | None) -> None:
        self.ends.append(error)


def count(seen: list[int]):  # type: ignore[no-untyped-def]
    def work(source: Paced, stop: threading.Event) -> None:
        for frame in source.frames():
            if stop.is_set():
                return
            seen.append(frame.index)

    return work


def test_work_that_ends_by_itself_is_told_and_work_that_was_ended_is_not() -> None:
    worker, told = Worker(), Told()
    seen: list[int] = []
    worker.start(lambda stop: Opened(Clip(), waits=True), count(seen), told)
    until(lambda: told.ends == [None], "over")
    assert seen == [0, 1, 2, 3, 4, 5]
    wall = Wall()
    worker.start(lambda stop: Opened(wall), count(seen), told)
    until(lambda: len(seen) > 8, "pictures")
    worker.end()
    pictures = len(seen)
    assert told.ends == [None]
    assert list(wall.frames()) == [], "its source is closed"
    assert len(seen) == pictures


def test_one_piece_of_work_at_a_time() -> None:
    worker, told = Worker(), Told()
    first, second = Wall(), Wall()
    seen: list[int] = []
    worker.start(lambda stop: Opened(first), count(seen), told)
    until(lambda: seen, "pictures")
    worker.start(lambda stop: Opened(second), count([]), told)
    assert list(first.frames()) == []
    worker.end()


def test_what_went_wrong_is_told() -> None:
    worker, told = Worker(), Told()
    error = SourceLost("gone")

    def opens(stop: threading.Event) -> Opened:
        raise error

    worker.start(opens, count([]), told)
    until(lambda: told.ends == [error], "told")


def test_a_fault_that_nobody_foresaw_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda failed: seen.append(failed.exc_type))
    told = Told()

    def fail(source: Paced, stop: threading.Event) -> None:
        raise ZeroDivisionError

    worker = Worker()
    worker.start(lambda stop: Opened(Wall()), fail, told)
    until(lambda: told.ends, "told")
    assert "terminal" in str(told.ends[0]), "no page waits for pictures that do not come"
    until(lambda: seen, "the thread's own net")
    assert seen == [ZeroDivisionError]
    worker.end()


def test_a_source_that_does_not_answer_holds_nobody_up_once_all_is_given_up() -> None:
    answers, asked = threading.Event(), threading.Event()
    wall, seen, told = Wall(), [], Told()

    def opens(stop: threading.Event) -> Opened:
        asked.set()
        # as long as a test may take: only who waits for it finds out
        answers.wait(60.0)
        return Opened(wall)

    worker = Worker()
    worker.start(opens, count(seen), told)
    assert asked.wait(10.0)
    ends = threading.Thread(target=worker.end, daemon=True)
    ends.start()
    worker.give_up()
    ends.join(10.0)
    assert not ends.is_alive(), "who waits for it already goes on too"
    answers.set()
    until(wall._closed.is_set, "it is closed as soon as it is open")
    assert (seen, told.ends) == ([], [])
