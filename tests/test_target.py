"""The printed star's geometry: the code of its twists names every place, and angles jump where it says."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backfocus.target import TWIST_RATIO, TWIST_SIGNS, TWIST_WINDOW, twist_cycles, twist_radii


def test_every_window_occurs_once_and_the_closed_code_holds_all_of_them() -> None:
    count = len(TWIST_SIGNS)
    windows = [TWIST_SIGNS[at : at + TWIST_WINDOW] for at in range(count - TWIST_WINDOW + 1)]
    assert len(set(windows)) == len(windows)
    closed = TWIST_SIGNS + TWIST_SIGNS
    assert {closed[at : at + TWIST_WINDOW] for at in range(count)} == set(
        product((-1, 1), repeat=TWIST_WINDOW)
    )


@given(st.integers(1, 16))
def test_the_spokes_jump_by_a_signed_quarter_at_each_radius(j: int) -> None:
    radius = TWIST_RATIO**-j
    outside, inside = twist_cycles(np.array([radius * 1.001, radius * 0.999]))
    assert inside - outside == TWIST_SIGNS[j - 1] / 4


def test_nothing_is_twisted_outside_the_first_radius_nor_after_the_last() -> None:
    assert twist_cycles(1.0) == 0.0
    last = twist_radii(1.0)[-1]
    assert twist_cycles(0.99 * last) == twist_cycles(1e-6) == sum(TWIST_SIGNS) / 4
