"""Recorded sessions fold to the same steps, results and instructions for ever."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.replay.logs import LOGS, lines_in, put_back

from backfocus.errors import StoreError
from backfocus.guide import records
from backfocus.guide.former import FORMER
from backfocus.guide.procedure import advance, ask, start
from backfocus.guide.records import from_dict, to_dict
from backfocus.guide.session_state import Session
from backfocus.session.certificate import session_report
from backfocus.session.journal import fold
from backfocus.session.store import Store, StoredSession

SAME_SHARE = 0.05
"""The same looks are solved again: a better solver may differ by a twentieth of what it says it doubts."""
TRUE_SIGMAS = 3.0
"""The recorded answers against the virtual camera's truth: its noise makes three sigma one in 400."""


def names(path: Path) -> str:
    return f"{path.parent.name}-{path.name.removesuffix('.jsonl.gz')}"


@pytest.fixture(params=LOGS, ids=names)
def log(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return lines_in(request.param)


@pytest.fixture
def stored(log: list[dict[str, Any]], tmp_path: Path) -> Iterator[StoredSession]:
    with Store.open(tmp_path / "sessions.db") as store:
        yield store.load(put_back(store, log))


def test_all_kinds_of_sessions_are_there() -> None:
    wanted = ["set", "adjust", "wrong-ring", "resume", "nd-change", "lost-target", "edge-chart", "lock"]
    assert {f"version-1-{name}" for name in (*wanted, "page")} <= set(map(names, LOGS))
    assert all(path.stat().st_size < 60_000 for path in LOGS)


def test_the_steps_are_the_same_in_the_same_order(log: list[dict[str, Any]], stored: StoredSession) -> None:
    session, _ = start(from_dict(stored.setup))
    steps = [str(session.step)]
    for entry in stored.entries:
        if entry.kind == "event":
            session, _ = advance(session, from_dict(entry.payload))
            steps += [str(session.step)] if session.step != steps[-1] else []
    assert steps == log[-1]["steps"]
    assert fold(stored).session == session


def test_the_results_are_the_same(log: list[dict[str, Any]], stored: StoredSession) -> None:
    results, recorded = fold(stored).session.results, log[-1]["results"]
    assert [(each.nd, each.verdict.kind, each.rounds) for each in results] == [
        (each["nd"], each["verdict"], each["rounds"]) for each in recorded
    ]
    for result, was in zip(results, recorded, strict=True):
        found, before, near_um = result.back_focus, result.before, SAME_SHARE * was["sigma_um"]
        assert found is not None
        assert before is not None
        assert found.delta_um == pytest.approx(was["delta_um"], abs=near_um)
        assert found.sigma_um == pytest.approx(was["sigma_um"], rel=SAME_SHARE)
        assert before.delta_um == pytest.approx(was["before_um"], abs=near_um)


def test_what_was_recorded_beside_the_events_says_the_same(stored: StoredSession) -> None:
    replayed = {each.nd: each for each in fold(stored).session.results}
    for row in stored.summary.results:
        assert replayed[row.nd].verdict.kind == row.verdict
    assert len(replayed) == len(stored.summary.results)
    last = fold(stored).session.results[-1]
    assert (stored.summary.state, stored.summary.verdict) == ("closed", last.verdict.kind)


def test_the_notes_are_kept(log: list[dict[str, Any]], stored: StoredSession) -> None:
    assert [list(note) for note in fold(stored).session.notes] == log[-1]["notes"]


def test_the_same_events_give_the_same_instructions(stored: StoredSession) -> None:
    session, said = start(from_dict(stored.setup))
    due, resumed = list(said), 0
    for entry in stored.entries:
        if entry.kind == "event":
            session, said = advance(session, from_dict(entry.payload))
            due += said
        elif entry.kind == "instruction":
            instruction = from_dict(entry.payload)
            if not due:
                # a person who takes a session up is told what stands
                due, resumed = list(ask(session)), resumed + 1
            assert _alike(to_dict(instruction), to_dict(due.pop(0))), f"at {entry.at_s} s"
    assert due == []
    assert resumed <= 1


SENTENCES = {"reason", "advice"}
"""Words may be put better; what they rest on stands beside them."""


def _alike(one: Any, other: Any) -> bool:
    """The same but for sentences and the last digits of numbers, which another processor rounds otherwise."""
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-6, abs=1e-9)
    if isinstance(one, dict) and isinstance(other, dict):
        told = one.keys() - SENTENCES
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in told)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other)


def test_every_record_in_it_can_be_read_and_written(stored: StoredSession) -> None:
    for entry in stored.entries:
        if entry.kind in ("event", "instruction", "reading") and entry.payload["type"] != "Rings":
            record = from_dict(entry.payload)
            assert from_dict(to_dict(record)) == record


def test_a_certificate_comes_out_of_it(log: list[dict[str, Any]], stored: StoredSession) -> None:
    report = session_report(stored)
    assert [each.verdict for each in report.outcomes] == [each["verdict"] for each in log[-1]["results"]]
    assert all(each.sweeps and each.curves and each.pictures for each in report.outcomes)


def test_the_recorded_answer_was_true(log: list[dict[str, Any]], stored: StoredSession) -> None:
    results: list[Any] = list(fold(stored).session.results)
    for result, truth_um in zip(results, log[-1]["truly_left_um"], strict=True):
        found = result.back_focus
        assert abs(found.delta_um - abs(truth_um)) <= max(TRUE_SIGMAS * found.sigma_um, 0.3)


def test_a_session_taken_up_anywhere_stands_where_it_stood(log: list[dict[str, Any]], tmp_path: Path) -> None:
    """Folding the first half, then the rest on top, is folding all: nothing hides outside the events."""
    entries = [each for each in log if each["line"] == "entry"]
    half = len(entries) // 2
    with Store.open(tmp_path / "sessions.db") as store:
        summary = {**log[0]["summary"], "state": "open"}
        head = {**log[0], "summary": summary}
        first = fold(store.load(put_back(store, [head, *entries[:half]]))).session
        whole = fold(store.load(put_back(store, [head, *entries]))).session
    session: Session = first
    for entry in entries[half:]:
        if entry["kind"] == "event":
            session, _ = advance(session, from_dict(entry["payload"]))
    assert session == whole


@pytest.mark.parametrize("kind", ["PeakPassed", "Confirmed", "StarSeen"])
def test_a_log_under_other_names_is_migrated_or_refused(
    kind: str, log: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if this event had been called otherwise when the log was written."""
    if not any(line.get("payload", {}).get("type") == kind for line in log):
        pytest.skip(f"no {kind} in this log")
    with Store.open(tmp_path / "sessions.db") as store:
        session = fold(store.load(put_back(store, log))).session
        for line in log:
            if line.get("payload", {}).get("type") == kind:
                line["payload"] = {**line["payload"], "type": "Former"}
        kept = store.load(put_back(store, log))
    with pytest.raises(StoreError, match=r"session 2 .*Former at .* s: no record is called 'Former'"):
        fold(kept)
    types = {**FORMER[1].types, "Former": kind}
    monkeypatch.setattr(records, "FORMER", {1: replace(FORMER[1], types=types)})
    assert fold(kept).session == session
