"""What is counted of runs that were cut off: one that left anything behind does not hold."""

import pytest
from tools.cut_offs import KINDS, drawn, holds, quoted

from backfocus.sim.settings import parse_sim

KILLED = {
    "kind": "killed", "wire": "visca", "true_um": 30.0, "was_over": False, "put_back_at_once": False,
    "words": False, "went_on": True, "put_back": True, "verdict": "adjust", "delta_um": 30.4,
}  # fmt: skip


def test_every_number_names_a_camera_that_can_be_and_each_kind_comes() -> None:
    runs = [drawn(number) for number in range(1, 31)]
    for each in runs:
        assert parse_sim(each.sim).delta_um == pytest.approx(each.true_um, abs=0.06)
    assert {each.kind for each in runs} == set(KINDS)


@pytest.mark.parametrize(
    "changed",
    [
        {"put_back": False},
        {"delta_um": 34.0},
        {"verdict": "unsure"},
        {"verdict": None, "delta_um": None},
        {"kind": "interrupted"},  # what Ctrl-C ends is put back at once
        {"kind": "cut"},  # nor were the words said
    ],
)
def test_what_was_left_behind_or_read_wrongly_does_not_hold(changed: dict[str, object]) -> None:
    assert holds(KILLED)
    assert not holds(KILLED | changed)


def test_the_table_counts_each_kind() -> None:
    too_early = KILLED | {"went_on": False, "put_back_at_once": True}  # nothing was changed yet
    table = quoted([KILLED, KILLED | {"put_back": False}, too_early, KILLED | {"kind": "cut", "words": True}])
    assert "| killed | 1 of 2 | 1 |" in table
    assert "| cut | 1 of 1 | 1 |" in table


@pytest.mark.parametrize(("code", "counted"), [(130, True), (-2, False)])
def test_an_interrupt_counts_only_where_it_was_caught(code: int, counted: bool) -> None:
    """One that ended the program before it listened had nothing to put back."""
    ended = KILLED | {"kind": "interrupted", "went_on": False, "put_back_at_once": True, "code": code}
    assert ("| interrupted | 1 of 1 | 1 |" in quoted([ended])) == counted
