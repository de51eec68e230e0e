"""A place that is remembered: asked for while it may change, and no longer."""

from backfocus.control.polled import BEGIN_S
from backfocus.control.seldom import Seldom


class Slow:
    """An iris at 7 that goes to 2 at `begins_s`; it counts the questions."""

    def __init__(self, begins_s: float) -> None:
        self.begins_s, self.now_s, self.asked = begins_s, 0.0, 0

    def ask(self) -> float:
        self.asked += 1
        return 2.0 if self.now_s >= self.begins_s else 7.0

    def clock(self) -> float:
        return self.now_s


def test_one_that_begins_late_is_not_remembered_where_it_stood_before() -> None:
    iris = Slow(begins_s=1.0 + 0.8 * BEGIN_S)
    seldom = Seldom(iris.ask, iris.clock)
    assert [seldom.at() for _ in range(3)] == [7.0] * 3
    assert iris.asked == 2, "two answers agree"
    iris.now_s = 1.0
    seldom.again()
    told = []
    for _ in range(20):
        iris.now_s += 0.1 * BEGIN_S
        told.append(seldom.at())
    assert told[0] == 7.0
    assert told[-1] == 2.0
    assert iris.asked == 2 + 9, (
        "every tenth of the time it may take to begin, and a second answer once it has"
    )


def test_one_that_does_not_move_is_asked_no_longer_than_it_may_begin() -> None:
    iris = Slow(begins_s=100.0)
    seldom = Seldom(iris.ask, iris.clock)
    seldom.at()
    seldom.again()
    for _ in range(20):
        iris.now_s += 0.3 * BEGIN_S
        assert seldom.at() == 7.0
    assert iris.asked == 1 + 4


def test_one_that_tells_nothing_is_not_asked_for_ever() -> None:
    asked = []
    seldom = Seldom(lambda: asked.append(1), lambda: 0.0)  # type: ignore[func-returns-value]
    assert [seldom.at() for _ in range(3)] == [None] * 3
    assert len(asked) == 1
