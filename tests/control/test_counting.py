"""Steps, and a device's own numbers; what an address may say after its `?`."""

from urllib.parse import urlsplit

import pytest

from backfocus.control.counting import Counting
from backfocus.control.query import NUMBER, asked_for, which_way
from backfocus.errors import UsageError
from backfocus.guide.axes import demand_within


@pytest.mark.parametrize(
    "counting", [Counting(770, 9999), Counting(770, 9999, turned=True), Counting(0, 1, 1e-4)]
)
def test_steps_and_back_are_the_same_place(counting: Counting) -> None:
    axis = counting.axis(play=0.01)
    assert axis.play == pytest.approx(0.01 * axis.span)
    for share in (0.0, 0.3, 1.0):
        told = counting.low + share * (counting.high - counting.low)
        steps = counting.steps(told)
        assert axis.low <= steps <= axis.high
        assert counting.told(steps) == pytest.approx(told)


@pytest.mark.parametrize("turned", [False, True])
def test_the_whole_steps_at_the_ends_of_any_span_may_be_asked_for(turned: bool) -> None:
    """A zoom from -0.5 to 1 in ten thousand steps ends between two of them."""
    counting = Counting(-0.5, 1.0, 1.5e-4, turned)
    axis = counting.axis()
    ends = []
    for end in (axis.low, axis.high):
        step = axis.step_near(end)
        demand_within({"zoom": axis}, "zoom", step)
        assert step == end
        ends.append(counting.told(step))
    # told in whole steps the ends are half a step off at most, and never beyond the device's own
    assert sorted(ends) == pytest.approx([-0.5, 1.0], abs=0.75e-4)
    assert min(ends) >= -0.5
    assert max(ends) <= 1.0


def test_a_device_that_counts_the_other_way_is_turned() -> None:
    turned = Counting(770, 9999, turned=True)
    assert turned.steps(9999) == 770
    assert turned.told(9999) == 770


def test_an_address_says_what_it_may_and_no_more() -> None:
    known = {"camera": NUMBER, "focus": ("reversed", "straight")}
    assert asked_for(urlsplit("vapix://h?camera=2&focus=reversed"), known) == {
        "camera": "2",
        "focus": "reversed",
    }
    for query in ("focus=sideways", "camera=x", "pass=hunter2"):
        with pytest.raises(UsageError, match="camera=N, focus=reversed") as caught:
            asked_for(urlsplit(f"vapix://h?{query}"), known)
        assert "hunter2" not in str(caught.value)


def test_an_unknown_direction_is_told_until_a_person_has_said_it() -> None:
    axes = ("zoom", "back-focus")
    assert "focus=reversed" in which_way({}, axes, {"focus": "back-focus"})
    assert "as the lens moves away" in which_way({}, axes, {"focus": "back-focus"})
    assert which_way({"focus": "straight"}, axes, {"focus": "back-focus"}) == ""
    assert which_way({}, ("zoom",), {"focus": "focus"}) == ""
