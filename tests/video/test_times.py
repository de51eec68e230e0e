import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.video.stream import Times

MOMENTS = st.one_of(st.none(), st.floats(-1e6, 1e6))


def test_the_streams_own_clock_smooths_the_arrivals() -> None:
    times = Times()
    arrivals = [0.0, 0.001, 0.002, 0.2, 0.21]  # a burst, as after the connection is made
    assert [times.next(9.0 + 0.04 * n, s) for n, s in enumerate(arrivals)] == pytest.approx(
        [0.0, 0.04, 0.08, 0.12, 0.16]
    )


@pytest.mark.parametrize("jump", [-5.0, 3600.0, None])
def test_a_clock_that_jumps_is_not_believed(jump: float | None) -> None:
    times = Times()
    times.next(10.0, 100.0)
    assert times.next(None if jump is None else 10.0 + jump, 100.5) == 0.5
    after = 10.04 + (jump or 0.0)
    assert times.next(after, 100.6) == pytest.approx(0.6 if jump is None else 0.54)


def test_a_pause_in_the_stream_shows_in_both_clocks() -> None:
    times = Times()
    times.next(10.0, 100.0)
    assert times.next(40.0, 130.0) == 30.0


def test_a_new_connection_goes_on_by_the_arrivals() -> None:
    times = Times()
    times.next(500.0, 100.0)
    times.forget()
    assert times.next(0.0, 107.0) == 7.0
    assert times.next(0.04, 107.3) == pytest.approx(7.04)


@given(st.lists(st.tuples(MOMENTS, st.floats(0.0, 1e6))))
def test_time_never_runs_backwards(pictures: list[tuple[float | None, float]]) -> None:
    times = Times()
    seen = [times.next(stream_s, arrived_s) for stream_s, arrived_s in pictures]
    assert seen == sorted(seen)
    assert seen[:1] in ([], [0.0])
