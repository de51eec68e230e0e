"""The recordings in which the light changes: the light follows the change that is said of it."""

import pytest
from tools.truth.long.disturbed import drawn


@pytest.mark.parametrize("seed", [30_000, 30_001, 30_002, 30_003])
def test_a_change_takes_the_stops_that_are_told(seed: int) -> None:
    case = drawn("iris", seed)
    before, after = case.lost(case.from_s - 0.1), case.lost(case.from_s + 0.3)
    assert after - before == pytest.approx(case.stops)
    assert min(before, after) == 0.0  # from fully open, or to it
