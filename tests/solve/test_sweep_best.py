"""Pictures of a sweep in focus: where the formula of the passage puts them, whatever luck each had."""

import numpy as np
import pytest

from backfocus.solve.sweep_best import USED_HALF_DEPTHS, in_focus

H = 9.0


def passing(moments, um_a_picture, floor_um, count=80):
    """Blur of a ring that passes focus at each of the moments, turning half-way between them."""
    at = np.arange(count)
    nearest = np.abs(at[:, None] - np.array(moments)).min(axis=1)
    return np.hypot(floor_um, um_a_picture * nearest)


@pytest.mark.parametrize("moments", [(30.0,), (30.4,), (20.7, 60.2)])
@pytest.mark.parametrize("floor_um", [0.0, 5.0, 25.0])
def test_pictures_around_each_moment_of_focus_and_how_far_off_they_are(moments, floor_um):
    found = in_focus(passing(moments, 4.0, floor_um), H)
    away = 4.0 * np.abs(np.arange(80)[:, None] - np.array(moments)).min(axis=1)
    assert set(np.flatnonzero(away < 0.9 * USED_HALF_DEPTHS * H)) <= set(found.pictures)
    assert away[list(found.pictures)].max() < 1.1 * USED_HALF_DEPTHS * H
    # the moment is known to a tenth of a picture, which is 0.4 um
    assert found.off_um == pytest.approx(np.sqrt(np.mean(away[list(found.pictures)] ** 2)), abs=0.4)


def test_a_lucky_picture_off_focus_is_not_taken_and_an_unlucky_one_in_focus_is():
    blur = passing((30.0,), 4.0, 15.0)
    blur[26], blur[30] = 10.0, 22.0
    found = in_focus(blur, H)
    assert 26 not in found.pictures
    assert 30 in found.pictures


def test_what_is_taken_does_not_depend_on_which_way_the_ring_went():
    blur = passing((30.3,), 3.0, 6.0)
    forth, back = in_focus(blur, H), in_focus(blur[::-1], H)
    assert sorted(79 - at for at in back.pictures) == list(forth.pictures)


def test_a_camera_that_sharpens_reads_nothing_about_the_middle_and_its_flanks_tell():
    blur = np.sqrt(np.maximum(passing((30.0,), 3.0, 0.0) ** 2 - 64.0, 0.0))
    assert np.mean(in_focus(blur, H).pictures) == pytest.approx(30.0, abs=0.3)


def test_a_fast_ring_before_a_camera_that_sharpens_leaves_its_flanks_farther_up():
    # 8 um a picture, and nothing is read within 12 um: only two pictures on each side are within three h
    blur = np.sqrt(np.maximum(passing((30.3,), 8.0, 0.0) ** 2 - 144.0, 0.0))
    found = in_focus(blur, H)
    assert found.pictures == (30,) or found.pictures == (30, 31)
    # of the parabola nothing but its moment and speed is left to be found: 30 is 2.4 um off, 31 is 5.6
    away = 8.0 * np.abs(np.array(found.pictures) - 30.3)
    assert found.off_um == pytest.approx(np.sqrt(np.mean(away**2)), abs=0.4)


def test_a_ring_that_turned_back_short_of_focus_is_no_passage():
    blur = np.concatenate([passing((30.0,), 4.0, 5.0, 60), 4.0 * np.abs(np.arange(-12, 13)) + 16.0])
    assert max(in_focus(blur, H).pictures) < 40


def test_a_ring_that_is_slowed_down_seen_now_and_then_has_its_moment_by_the_times():
    # from 40 um on one side to its stop at 28 um on the other, slower all the way; seen every 0.08 or 0.12 s
    times = np.cumsum(np.tile([0.08, 0.12, 0.12], 10))
    off_um = -28.0 + 68.0 * (1.0 - times / times[-1]) ** 2
    found = in_focus(np.hypot(off_um, 15.0), H, at_s=times)
    # by a parabola through the numbers of the pictures the middle of those in focus was 6 um off
    assert abs(off_um[list(found.pictures)].mean()) < 1.5
    assert found.off_um == pytest.approx(np.sqrt(np.mean(off_um[list(found.pictures)] ** 2)), abs=1.0)
    # a sweep before the walk is looked at backwards, from the zoom on
    backwards = in_focus(np.hypot(off_um, 15.0)[::-1], H, at_s=times[::-1])
    assert backwards is not None
    assert {len(times) - 1 - at for at in backwards.pictures} == set(found.pictures)


def test_a_ring_that_meets_its_stop_beyond_focus_and_comes_back_was_in_focus_twice():
    times = np.arange(0.0, 3.0, 0.12)
    off_um = 14.0 - 47.0 * ((times - 1.5) / 1.5) ** 2  # from 33 um on one side to 14 um on the other and back
    found = in_focus(np.hypot(off_um, 19.0), H, at_s=times)
    # one parabola through both put the moment at the stop, 14 um off
    assert np.abs(off_um[list(found.pictures)]).max() < H
    assert {times[at] < 1.5 for at in found.pictures} == {True, False}


@pytest.mark.parametrize("blur", [[5.0] * 3, [20.0] * 60, list(np.linspace(40.0, 0.0, 60))])
def test_no_passage_no_pictures(blur):
    assert in_focus(blur, H) is None


def test_a_fast_passage_is_not_passed_over_for_lucky_pictures_at_rest():
    # a stabiliser makes pictures at rest read 5 to 13 um, the last two 0; the median of five neighbours at
    # the moment of focus is 11 um, more than one h above theirs
    rest = 9.0 + 4.0 * np.cos(2.3 * np.arange(30))
    rest[-5:] = (11.0, 7.0, 2.0, 0.0, 0.0)
    found = in_focus(np.concatenate([passing((24.0,), 7.0, 8.0, 36), rest]), H)
    assert found is not None
    assert set(found.pictures) <= {23, 24, 25}
