"""The search against a lens made of one line of arithmetic: |r| = hypot(floor, slope (e - best))."""

from dataclasses import replace

import numpy as np
import pytest

from backfocus.solve.focus_search import MOST_LOOKS, Look, Search, Slope

LOW, HIGH, H = 4096.0, 61440.0, 9.0
LOST_UM = 400.0


def searched(slope: float, best: float, start: float, *, known: Slope | None = None, seed: int = 1) -> Search:
    rng = np.random.default_rng(seed)
    search, place = Search(LOW, HIGH, H, known, None if known is None else 4.0), start
    while place is not None:
        assert LOW <= place <= HIGH
        um = float(np.hypot(4.0, slope * (place - best)))
        look = Look(place) if um > LOST_UM else Look(place, um * (1.0 + 0.01 * rng.standard_normal()), 0.3)
        search = replace(search, looks=(*search.looks, look))
        place = search.next_position()
    return search


CASES = [(0.3, 21_000.0, 300.0), (0.02, 30_000.0, -150.0), (0.002, 45_000.0, 60.0), (0.06, 56_000.0, -280.0)]


@pytest.mark.parametrize(("slope", "best", "off_um"), CASES)
def test_best_focus_is_found_in_few_looks_without_knowing_anything(slope, best, off_um) -> None:
    search = searched(slope, best, float(np.clip(best + off_um / slope, LOW, HIGH)))
    belief = search.belief
    assert belief is not None
    # 0.3 um and 1 % of noise on seven looks at 10 to 25 um leave a few tenths of a um
    assert abs(belief.best - best) * slope < 1.0
    assert abs(belief.best - best) < 4.0 * belief.sigma
    assert belief.um_per_step == pytest.approx(slope, rel=0.04)
    assert len(search.looks) <= 9


def test_a_best_focus_beyond_the_span_is_told_from_inside() -> None:
    """A front-focus lens at wide: the motor moves the image by 70 um in all, and the error is 90."""
    slope = 70.0 / (HIGH - LOW)
    best = LOW - 40.0 / slope
    known = Slope(slope / 1.6, slope * 1.6, slope)
    search = searched(slope, best, 22_000.0, known=known)
    found = search.residual_at(22_000.0)
    true_um = slope * (22_000.0 - best)
    assert found.um == pytest.approx(true_um, abs=3.0)
    assert abs(found.um - true_um) < 3.0 * found.sigma_um
    assert len(search.looks) <= 7


def test_it_gives_up_where_nothing_can_be_read() -> None:
    search = searched(5.0, 1e6, 30_000.0)
    assert search.belief is None
    assert len(search.looks) <= MOST_LOOKS
    assert len({look.position for look in search.looks}) == len(search.looks)


def test_a_narrow_lens_is_found_from_the_dark() -> None:
    """Nothing can be read but within a seventh of the span."""
    search = searched(0.1, 50_000.0, 5_000.0)
    assert search.belief is not None
    assert abs(search.belief.best - 50_000.0) * 0.1 < 1.0


def test_a_long_zoom_is_found_from_far_off_where_pictures_read_too_little() -> None:
    """28x: a step moves the image by a um; what is 740 um off reads a fifth too little on drawn pictures."""
    slope, best, place = 0.95, 22_425.0, 22_754.0
    search: Search = Search(LOW, HIGH, 13.0)
    while place is not None:
        um = slope * abs(place - best)
        read = um * (1.0 - 0.2 * (um / 740.0) ** 2)
        search = search.with_look(Look(place) if um > 800.0 else Look(place, read, 0.1 * read + 0.1))
        place = search.next_position()
    assert search.belief is not None
    assert abs(search.belief.best - best) * slope < 13.0 / 3.0
    places = [look.position for look in search.looks]
    assert len(set(places)) == len(places) <= 10


def test_turned_over_it_finds_the_same() -> None:
    """The other end for the one: nothing in the search prefers a side."""
    one = searched(0.02, 30_000.0, 37_000.0).belief
    other = searched(0.02, LOW + HIGH - 30_000.0, LOW + HIGH - 37_000.0).belief
    assert one is not None
    assert other is not None
    assert abs(one.best - (LOW + HIGH - other.best)) * 0.02 < 1.0


def test_looks_against_a_picture_that_was_not_at_best_focus_itself() -> None:
    """They tell |r|^2 less that picture's own, and where it was taken is known."""
    slope, best, taken = 0.1, 20_000.0, 20_180.0  # two half depths of focus off
    search = Search(LOW, HIGH, H, Slope(slope / 3.0, slope * 3.0, 1.5 * slope), 0.0, reference=taken)
    place: float | None = taken - 300.0
    while place is not None:
        left = (slope * (place - best)) ** 2 - (slope * (taken - best)) ** 2
        search = replace(search, looks=(*search.looks, Look(place, max(left, 0.0) ** 0.5, 1.0)))
        place = search.next_position()
    assert search.belief is not None
    # 1 um on looks of 10 to 25 um
    assert abs(search.belief.best - best) * slope < 2.0
    assert len(search.looks) <= 10
