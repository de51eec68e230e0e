"""The table: nothing unreachable, no dead end, and the diagram in the docs is printed from it."""

from pathlib import Path
from typing import get_args

import pytest

from backfocus.guide import events as ev
from backfocus.guide.steps import NEXT, NEXT_WITHOUT_RING, Step, diagram, table
from backfocus.guide.words import STEP_WORDS

PAGE = Path(__file__).parents[2] / "docs" / "procedure.md"
TABLES = pytest.mark.parametrize("ring", [True, False])


def reached_from(first: Step, *, ring: bool, without: set[type] | None = None) -> set[Step]:
    arrows = {
        (a, b) for (a, event), b in table(back_focus_ring=ring).items() if event not in (without or set())
    }
    reached, new = set(), {first}
    while new:
        reached |= new
        new = {b for a, b in arrows if a in reached} - reached
    return reached


@TABLES
def test_end_is_reachable_from_every_step_by_what_is_seen_alone(ring: bool) -> None:
    by_hand = {*get_args(ev.Command), ev.Ended, ev.NdChanged, ev.Noted}
    used = reached_from(Step.AIM, ring=ring)
    stuck = {step for step in used if Step.DONE not in reached_from(step, ring=ring, without=by_hand)}
    # The lock screw cannot be seen tightened; zooming out, which can be seen, says it.
    assert stuck == set()


def test_every_step_is_used() -> None:
    assert reached_from(Step.AIM, ring=True) == set(Step)


def test_lens_without_ring_is_never_asked_to_lock_one() -> None:
    assert Step.LOCK not in reached_from(Step.AIM, ring=False, without={ev.Noted})


@TABLES
def test_every_open_step_can_be_repeated_stopped_and_ended(ring: bool) -> None:
    now = table(back_focus_ring=ring)
    for step in Step:
        if step is not Step.DONE:
            assert now[step, ev.Repeated] is step
            assert now[step, ev.Stopped] is now[step, ev.Ended] is Step.DONE
            assert (step, ev.Noted) in now


@TABLES
def test_every_open_step_can_be_skipped_or_is_a_measurement_of_the_way_in(ring: bool) -> None:
    now = table(back_focus_ring=ring)
    missing = {step for step in Step if (step, ev.Skipped) not in now}
    assert missing == {Step.DONE}


def test_tables_differ_only_where_a_ring_is_turned_or_locked() -> None:
    differing = {
        step for step, event in NEXT_WITHOUT_RING if NEXT.get((step, event)) != NEXT_WITHOUT_RING[step, event]
    }
    assert differing == {Step.LOOK_WIDE, Step.SWEEP_WIDE, Step.WALK}


def test_every_step_has_words() -> None:
    assert set(STEP_WORDS) == set(Step)


@TABLES
def test_diagram_on_the_page_is_printed_from_the_table(ring: bool) -> None:
    # To renew: python -c "from backfocus.guide.steps import diagram; print(diagram())"
    assert diagram(back_focus_ring=ring) in PAGE.read_text(encoding="utf-8")


def test_diagram_shows_every_move_that_can_be_seen() -> None:
    drawn = diagram()
    moves = [
        (a, e, b)
        for (a, e), b in NEXT.items()
        if a is not b
        and e in get_args(ev.Seen)
        and e not in (ev.Bumped, ev.ExtenderSwung)
        and (a, e) != (Step.AIM, ev.NothingThere)  # only in older sessions
    ]
    for step, event, after in moves:
        line = next(
            row
            for row in drawn.splitlines()
            if f" {step.replace('-', '_')} --> {after.replace('-', '_')}:" in row
        )
        assert event.__name__ in line
