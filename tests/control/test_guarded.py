"""No lens is sent where it must not go, hurried, left to hang, or left without its automatic functions."""

import math

import pytest
from tests.clock import Clock
from tests.endings import run_to

from backfocus.control.guarded import Guarded, by_hand, places_put_back
from backfocus.errors import LensError, LensLost
from backfocus.guide.axes import BY_HAND, Automatic, Axis, LensState

ON = Automatic(focus=True, exposure=True)


class Lens:
    """A lens that does as it is told at once, unless it is stuck."""

    def __init__(self) -> None:
        self.axes = {"zoom": Axis(0.0, 100.0), "focus": Axis(10.0, 90.0, spacing_s=0.5)}
        self.at = {"zoom": 0.0, "focus": 50.0}
        self.sent: list[tuple[str, float]] = []
        self.stuck = self.dead = False
        self.now, self.aim = ON, dict(self.at)

    def move(self, axis, position):
        self.sent.append((axis, position))
        self.aim[axis] = position
        if not self.stuck:
            self.at[axis] = position

    def state(self):
        return LensState(dict(self.at), self.at == self.aim)

    def automatic(self, wanted):
        if self.dead:
            raise LensLost("gone")
        was, self.now = self.now, wanted
        return was


@pytest.mark.parametrize(
    ("axis", "place"),
    [("focus", 9.9), ("focus", 90.1), ("zoom", math.nan), ("iris", 1.0), ("zoom", math.inf)],
)
def test_nothing_is_sent_outside_the_span(axis, place) -> None:
    lens = Lens()
    with pytest.raises(ValueError, match=r"goes from|no motor"):
        Guarded(lens, Clock()).move(axis, place)
    assert lens.sent == []


def test_moves_that_come_too_soon_are_sent_later_and_the_newest_wins() -> None:
    lens, clock = Lens(), Clock()
    guarded = Guarded(lens, clock)
    for place in (20.0, 30.0, 40.0):
        guarded.move("focus", place)
    assert lens.sent == [("focus", 20.0)]
    assert not guarded.state().settled
    clock.now_s = 0.6
    assert guarded.state().settled
    assert lens.sent == [("focus", 20.0), ("focus", 40.0)]


def test_a_motor_that_stands_still_is_stopped_and_told() -> None:
    lens, clock = Lens(), Clock()
    guarded = Guarded(lens, clock)
    lens.stuck = True
    guarded.move("zoom", 70.0)
    guarded.state()
    clock.now_s = 4.0
    with pytest.raises(
        LensLost, match=r"zoom motor was sent to 70 and stands still at 0, or .* answers no more"
    ):
        guarded.state()
    assert lens.sent[-1] == ("zoom", 0.0)


def test_an_iris_that_opens_no_further_stops_no_later_move_of_the_zoom() -> None:
    """It was sent to its end and rests before it; the zoom turns long after that."""
    lens, clock = Lens(), Clock()
    lens.axes["iris"], lens.at["iris"], lens.aim["iris"] = Axis(0.0, 32.0), 20.0, 20.0
    guarded = Guarded(lens, clock)
    guarded.move("iris", 0.0)
    lens.at["iris"] = lens.aim["iris"] = 7.0
    assert guarded.state().settled
    clock.now_s = 60.0
    lens.stuck = True
    guarded.move("zoom", 70.0)
    for share in range(1, 5):
        lens.at["zoom"] = 10.0 * share
        clock.now_s += 1.0
        assert not guarded.state().settled
    clock.now_s += 30.0
    with pytest.raises(LensLost, match="zoom motor"):
        guarded.state()


def test_what_the_camera_refuses_is_an_error_in_words() -> None:
    lens = Lens()
    lens.state = lambda: LensState({}, False, refused="focus: the camera cannot carry this out now")
    with pytest.raises(LensError, match=r"does not obey .*cannot carry this out"):
        Guarded(lens, Clock()).state()


@pytest.mark.parametrize("end", [None, LensLost("cut"), KeyboardInterrupt(), RuntimeError("bug")])
def test_automatic_functions_are_put_back_however_it_ends(end) -> None:
    lens, said = Lens(), []

    def run() -> None:
        with by_hand(lens, how_to_restore=lambda was: "press AUTO", notice=said.append):
            assert lens.now == BY_HAND
            if end is not None:
                raise end

    run_to(end, run)
    assert lens.now == ON
    assert said == []


def test_where_they_cannot_be_put_back_it_is_said_how() -> None:
    lens, said = Lens(), []

    def run() -> None:
        with by_hand(lens, how_to_restore=lambda was: "press AUTO", notice=said.append):
            lens.dead = True
            raise LensLost("cut")

    with pytest.raises(LensLost, match="cut"):
        run()
    assert said == ["automatic functions could not be put back: press AUTO"]


@pytest.mark.parametrize(
    ("refused", "where"),
    [
        ("", []),
        ("iris", ["iris closed by 25 % of its way"]),
        ("zoom", ["zoom 12"]),
        ("focus", ["focus 70"]),
        ("zoom iris", ["zoom 12, iris closed by 25 % of its way"]),
    ],
)
def test_what_does_not_go_back_is_told(refused, where) -> None:
    """Its camera refuses it without a word: of an iris that is no error, as it may have opened no further."""
    lens, said = Lens(), []
    lens.axes["iris"], lens.at["iris"], lens.aim["iris"] = Axis(0.0, 32.0), 0.0, 0.0
    moved, places = lens.move, {"zoom": 12.0, "focus": 70.0, "iris": 8.0}
    lens.move = lambda axis, position: None if axis in refused.split() else moved(axis, position)
    with places_put_back(lens, places, wait=lambda: False, notice=said.append):
        pass
    assert said == [f"it did not go back to where it was: {each}" for each in where]


def test_a_motor_that_rests_within_its_backlash_is_back() -> None:
    lens, said = Lens(), []
    lens.axes["focus"] = Axis(10.0, 90.0, play=3.0)
    moved = lens.move
    lens.move = lambda axis, position: moved(axis, position - 3.0)
    with places_put_back(lens, {"focus": 70.0}, wait=lambda: False, notice=said.append):
        pass
    assert said == []


def test_where_a_lens_cannot_be_moved_back_it_is_said_where_it_was() -> None:
    lens, said = Lens(), []
    lens.axes["iris"] = Axis(0.0, 32.0)

    def run() -> None:
        places = {"zoom": 12.0, "iris": 8.0}
        with places_put_back(lens, places, wait=lambda: False, notice=said.append):
            lens.move = cut

    def cut(axis, position):
        raise LensLost("cut")

    run()
    assert said == [
        "the lens could not be moved back to where it was: zoom 12, iris closed by 25 % of its way"
    ]
