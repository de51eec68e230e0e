import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.solve.hand_sweep import FRAMES_NEAR, dips, sweep_by_hand

H = 9.0


def sweep(reach_um=40.0, frames=60, rest_um=2.0, beyond_um=None):
    """|r| of a steady turn from `reach_um` through focus to `beyond_um` on the other side."""
    r = np.linspace(reach_um, -(reach_um if beyond_um is None else beyond_um), frames)
    return tuple(np.hypot(r, rest_um))


def state(blur, sigma_um=0.5):
    found = sweep_by_hand(blur, (sigma_um,) * len(blur), H)
    assert found is not None
    return found.state


def test_a_slow_turn_through_focus_has_passed():
    found = sweep_by_hand(sweep(), (0.5,) * 60, H)
    assert found is not None
    assert found.state == "passed"
    assert found.floor_um == pytest.approx(2.0, abs=0.3)
    assert abs(found.index - 29.5) <= 1.5
    assert found.rose_um == pytest.approx(38.0, abs=1.5)  # a median of three lags one picture


# a median of three lags one picture, a micrometre; a camera may cost more than a depth of focus in focus
@pytest.mark.parametrize("rest_um", [0.0, 2.0, 16.0])
@pytest.mark.parametrize(("beyond_um", "expected"), [(0.0, "falling"), (8.5, "falling"), (11.0, "passed")])
def test_it_must_go_beyond_focus_by_the_depth_of_focus(beyond_um, rest_um, expected):
    assert state(sweep(beyond_um=beyond_um, rest_um=rest_um), sigma_um=0.2) == expected


def test_less_is_asked_where_less_of_it_shows():
    blur = sweep(beyond_um=9.2, rest_um=16.0)
    assert [sweep_by_hand(blur, (0.2,) * 60, H, risen_half_depths=share).state for share in (1.0, 0.85)] == [
        "falling",
        "passed",
    ]


def test_blur_that_comes_down_there_and_back_is_counted_twice():
    there_and_back = (*sweep(beyond_um=15.0), *sweep(beyond_um=15.0)[::-1])
    assert dips(there_and_back, 6.0, 10.0) == 2
    assert dips(there_and_back[::7], 6.0, 10.0) == 2, "turned fast, no picture of it is in focus"
    met_its_stop = np.hypot(np.abs(np.linspace(-30.0, 30.0, 60)) + 10.0, 2.0)
    assert dips(met_its_stop, 4.0, 16.0) == 1


@pytest.mark.parametrize(("sigma_um", "expected"), [(3.0, "passed"), (8.0, "falling")])
def test_or_by_three_sigma_where_that_is_more(sigma_um, expected):
    assert state(sweep(beyond_um=20.0), sigma_um) == expected


def test_a_ring_spun_through_focus_is_too_fast():
    assert state(sweep(frames=14, reach_um=100.0)) == "too-fast"
    assert FRAMES_NEAR == 8


def test_rising_only_has_not_passed():
    assert state(tuple(np.linspace(5.0, 60.0, 40))) == "falling"


@given(at=st.integers(1, 58), wild=st.floats(0.0, 300.0))
def test_one_wild_picture_neither_makes_nor_hides_a_peak(at, wild):
    falling, through = list(np.linspace(60.0, 30.0, 60)), list(sweep())
    falling[at] = through[at] = wild
    assert state(falling) == "falling"
    assert state(through) == "passed"


def test_too_few_pictures_say_nothing():
    assert sweep_by_hand((1.0, 2.0), (1.0, 1.0), H) is None
