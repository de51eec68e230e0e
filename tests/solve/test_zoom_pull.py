import numpy as np
import pytest

from backfocus.measure.reading import Flag
from backfocus.solve.zoom_pull import find_holds, find_pulls, finished, usable

FPS = 25.0


def path(*legs, start=1000.0):
    """Scales at 25 pictures a second: each leg is (seconds, scale at its end), in equal ratios."""
    scales = [start]
    for seconds, end in legs:
        count = round(seconds * FPS)
        scales += list(scales[-1] * (end / scales[-1]) ** (np.arange(1, count + 1) / count))
    return scales


PULL = ((1.5, 1000.0), (3.0, 60.0), (1.5, 60.0))


@pytest.fixture
def pictures(make_reading):
    def make(scales, noise=0.0, seed=0, timed=True, fps=FPS):
        rng = np.random.default_rng(seed)
        return tuple(
            make_reading(
                5.0,
                at_s=at / fps if timed else None,
                index=at,
                scale_px=float(scale * (1.0 + noise * rng.standard_normal())),
            )
            for at, scale in enumerate(scales)
        )

    return make


@pytest.mark.parametrize("noise", [0.0, 0.005])
def test_a_pull_is_two_holds_and_the_walk_between(pictures, noise):
    pull = find_pulls(pictures(path(*PULL), noise))[-1]
    assert pull is not None
    assert pull.long is pull.early
    # The median of some 38 scales that scatter by 0.5 %: 0.1 %.
    assert pull.long.scale_px == pytest.approx(1000.0, rel=0.004)
    assert pull.wide.scale_px == pytest.approx(60.0, rel=0.004)
    assert len(pull.between) == pytest.approx(75, abs=6)


def test_the_other_way_round(pictures):
    pull = find_pulls(pictures(path(*PULL)[::-1]))[-1]
    assert pull is not None
    assert pull.long is pull.late
    assert pull.wide.scale_px == pytest.approx(60.0, rel=0.004)


def test_of_two_pulls_the_last_counts_and_a_short_zoom_does_not(pictures):
    twice = path(*PULL, (2.0, 1000.0), (1.0, 1000.0), (2.0, 60.0), (1.0, 60.0), (1.0, 200.0), (1.0, 200.0))
    pull = find_pulls(pictures(twice))[-1]
    assert pull is not None
    assert pull.early.first > 200
    assert pull.wide.scale_px == pytest.approx(60.0, rel=0.004)


def test_a_pause_on_the_way_is_walked_through(pictures):
    paused = path((1.5, 1000.0), (2.0, 400.0), (1.0, 400.0), (2.0, 60.0), (1.5, 60.0))
    pull = find_pulls(pictures(paused))[-1]
    assert pull is not None
    assert pull.long.scale_px == pytest.approx(1000.0, rel=0.004)
    assert pull.wide.scale_px == pytest.approx(60.0, rel=0.004)


def test_a_breathing_sweep_at_wide_is_no_zoom(pictures):
    swept = path(*PULL, (2.0, 65.0), (3.0, 55.0), (1.5, 60.0), (1.0, 60.0))
    pull = find_pulls(pictures(swept))[-1]
    assert pull is not None
    assert pull.late.first < 125
    assert pull.wide.scale_px == pytest.approx(60.0, rel=0.01)


def test_breathing_alone_is_no_pull(pictures):
    assert find_pulls(pictures(path((1.5, 1000.0), (1.0, 930.0), (1.5, 930.0)))) == ()
    assert find_pulls(pictures(path((3.0, 1000.0)))) == ()
    assert find_pulls(()) == ()


def test_one_wild_scale_does_not_end_a_hold(pictures):
    scales = path((2.0, 1000.0))
    scales[20] = 400.0
    assert len(find_holds(pictures(scales))) == 1


def test_no_hold_goes_on_over_a_time_without_pictures(pictures):
    # a plain star at tele has no scale: the zoom passed 300 px inwards, and again outwards
    seen = pictures(path((0.2, 300.0), (8.0, 300.0), (0.2, 300.0)))
    assert find_holds([*seen[:5], *seen[-5:]]) == ()


@pytest.mark.parametrize("fps", [2.0, 0.6, 0.02])
def test_a_clip_of_an_interval_timer_has_the_same_pull(pictures, fps):
    # the same pictures further apart: a timer that takes one a minute shows what a film of it does
    scales = path(*PULL)
    assert find_pulls(pictures(scales, fps=fps)) == find_pulls(pictures(scales))


@pytest.mark.parametrize("fps", [2.0, 0.6])
def test_nor_does_a_hold_of_a_slow_clip(pictures, fps):
    # two of its own pictures are missing, in which the zoom may have gone anywhere
    seen = pictures([1000.0] * 12, fps=fps)
    assert len(find_holds(seen)) == 1
    assert len(find_holds([*seen[:5], *seen[7:]])) == 2


def test_stills_without_times_are_holds(pictures):
    pull = find_pulls(pictures([1000.0, 500.0, 60.0], timed=False))[-1]
    assert pull is not None
    assert (pull.long.scale_px, pull.wide.scale_px) == (1000.0, 60.0)
    assert list(pull.between) == [1]


def test_pictures_without_a_star_a_scale_or_a_curve_are_passed_over(make_reading):
    readings = (
        make_reading(5.0, scale_px=100.0),
        make_reading(5.0),
        make_reading(5.0, scale_px=100.0, flags=frozenset({Flag.LOST})),
        make_reading(5.0, scale_px=100.0, frequency=np.array([]), curve=np.array([])),
        make_reading(5.0, scale_px=100.0, flags=frozenset({Flag.CROPPED})),
    )
    assert usable(readings) == (readings[0], readings[4])


def test_live_ends_at_the_first_steady_wide_after_a_steady_tele(pictures):
    seen = pictures(path(*PULL))
    done = [finished(seen[:count]) for count in range(1, len(seen) + 1)]
    assert not any(done[:130])  # a second of wide is not over
    assert done[-1]


def test_live_does_not_end_at_wide_alone_nor_at_tele(pictures):
    assert not finished(pictures(path((4.0, 60.0), start=60.0)))
    assert not finished(pictures(path((2.0, 60.0), (3.0, 1000.0), (2.0, 1000.0), start=60.0)))
    assert not finished(())
