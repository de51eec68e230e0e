"""Drift on numbers made up here."""

import pytest

from backfocus.solve.drift import Found, Place, drift

H_UM = 9.0


def error(um: float | None, sigma_um: float = 1.0) -> Found:
    return Found(um, sigma_um, {})


@pytest.mark.parametrize(("now", "beyond"), [(10.0, False), (14.1, True), (-4.1, True), (-3.0, False)])
def test_more_than_half_the_depth_of_focus_either_way_is_drift(now: float, beyond: bool) -> None:
    found = drift(error(now), error(5.0), H_UM)
    assert found is not None
    assert found.um == now - 5.0
    assert found.beyond is beyond


def test_two_poor_pictures_are_no_drift() -> None:
    found = drift(error(20.0, sigma_um=6.0), error(0.0, sigma_um=6.0), H_UM)
    assert found is not None
    assert not found.beyond  # 20 um is 2.4 of its standard deviation of 8.5 um


def test_of_a_lens_without_an_error_the_places_of_best_focus_tell() -> None:
    """At wide it moved by 400 steps of 0.05 um, at tele not at all; other zooms say nothing."""
    then = Found(None, None, {0.0: Place(1000.0, 5.0, 0.05), 16384.0: Place(9000.0, 5.0, 0.05)})
    now = Found(None, None, {0.0: Place(1400.0, 5.0, 0.05), 16384.0: Place(9000.0, 5.0, 0.05)})
    found = drift(now, then, H_UM)
    assert found is not None
    assert found.um == pytest.approx(20.0)
    assert found.beyond
    assert drift(Found(None, None, {5.0: Place(1.0, 1.0, 1.0)}), then, H_UM) is None


def test_what_cannot_be_compared_is_not() -> None:
    assert drift(error(3.0), error(None), H_UM) is None
