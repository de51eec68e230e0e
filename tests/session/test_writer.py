"""One program writes a session: the others are told so, and its end frees it."""

import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from backfocus.errors import SessionHeld, StoreError
from backfocus.session import store as module
from backfocus.session.store import Entry, NdResult, Store
from backfocus.session.writer import SILENT_S, Writer, this_machine, this_program, writer_of

HERE = this_machine()


def event(at_s: float) -> Entry:
    return Entry("event", at_s, {"type": "StarSeen"})


def written_by(store: Store, number: int, writer: Writer, silent_s: float) -> None:
    """As if another program had begun to write and then fallen silent."""
    at = module._utc_text(datetime.now(UTC) - timedelta(seconds=silent_s))
    with store._database.writing() as connection:
        where = module._sessions.c.id == number
        values = {"writer": str(writer), "written_at": at}
        connection.execute(sa.update(module._sessions).where(where).values(values))


def test_a_name_comes_back_and_no_two_are_alike() -> None:
    one, other = this_program(), this_program()
    assert writer_of(str(one)) == one != other
    strange = Writer("a host with blanks pid:[1]", 7, "word")
    assert writer_of(str(strange)) == strange


def test_who_leads_a_session_keeps_the_others_out(address: str) -> None:
    with Store.open(address) as one, Store.open(address) as two:
        number = one.begin({}, hold=True)
        for refused in (
            lambda: two.hold(number),
            lambda: two.append(number, event(1.0)),
            lambda: two.put_result(number, NdResult("clear", "set")),
            lambda: two.close_session(number, verdict=None, delta_um=None, sigma_um=None),
        ):
            with pytest.raises(SessionHeld, match=f"process {os.getpid()} on"):
                refused()
        one.append(number, event(2.0))
        one.release(number)
        two.hold(number)
        two.append(number, event(3.0))
        with pytest.raises(SessionHeld):
            one.append(number, event(4.0))
        assert [each.at_s for each in two.load(number).entries] == [2.0, 3.0]
        assert two.sessions()[0].led_by is not None


def test_closing_the_store_lets_go(address: str) -> None:
    with Store.open(address) as one:
        number = one.begin({})
        one.hold(number)
    with Store.open(address) as two:
        assert two.sessions()[0].led_by is None
        two.hold(number)


def test_two_that_want_it_at_once_do_not_both_get_it(address: str) -> None:
    with Store.open(address) as one, Store.open(address) as two:
        number = one.begin({})
        one.hold(number)
        with pytest.raises(SessionHeld):
            two.hold(number)
        one.hold(number)  # once more by its own is nothing new


@pytest.mark.parametrize(
    ("writer", "silent_s", "free"),
    [
        (Writer(HERE, os.getpid(), "another"), 0.0, False),
        (Writer(HERE, 2**22 + 1, "gone"), 0.0, os.name == "posix"),  # above any number of a process
        (Writer("elsewhere", 1, "far"), SILENT_S - 20.0, False),
        (Writer("elsewhere", 1, "far"), SILENT_S + 20.0, True),
        (Writer(HERE, os.getpid(), "hung"), SILENT_S + 20.0, True),
    ],
)
def test_who_has_gone_holds_nobody_up(address: str, writer: Writer, silent_s: float, free: bool) -> None:
    with Store.open(address) as store:
        number = store.begin({})
        written_by(store, number, writer, silent_s)
        assert (store.sessions()[0].led_by is None) is free
        if not free:
            with pytest.raises(SessionHeld):
                store.hold(number)
            return
        store.hold(number)
        store.append(number, event(1.0))
        # should the other come back after all, its word is refused and ours stands
        assert len(store.load(number).entries) == 1


def test_who_was_taken_for_gone_and_comes_back_is_refused(address: str) -> None:
    with Store.open(address) as slept, Store.open(address) as other:
        number = slept.begin({}, hold=True)
        slept.append(number, Entry("reading", 1.0))
        written_by(other, number, slept._me, SILENT_S + 1.0)
        other.hold(number)
        with pytest.raises(SessionHeld, match="taken up by"):
            slept.append(number, event(2.0))
        other.append(number, event(3.0))
        assert [each.at_s for each in other.load(number).entries] == [3.0]


def test_writing_keeps_it_held(address: str) -> None:
    with Store.open(address) as store:
        number = store.begin({}, hold=True)
        written_by(store, number, store._me, SILENT_S + 5.0)
        assert store.sessions()[0].led_by is None
        store.append(number, event(1.0))
        assert store.sessions()[0].led_by is not None


@pytest.mark.skipif(os.name != "posix", reason="processes as on POSIX")
def test_a_killed_program_frees_its_session_at_once(address: str) -> None:
    script = textwrap.dedent(
        """
        import os, signal, sys
        from backfocus.session.store import Entry, Store
        store = Store.open(sys.argv[1])
        number = store.begin({}, hold=True)
        store.append(number, Entry("event", 1.0, {"type": "StarSeen"}))
        print(number, flush=True)
        sys.stdin.readline()
        """
    )
    program = subprocess.Popen(
        [sys.executable, "-c", script, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdin is not None
    assert program.stdout is not None
    number = int(program.stdout.readline())
    with Store.open(address) as store:
        try:
            with pytest.raises(SessionHeld, match=f"process {program.pid}"):
                store.hold(number)
        finally:
            program.kill()
            program.communicate()
        store.hold(number)
        assert len(store.load(number).entries) == 1


def test_holding_what_is_not_there(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store, pytest.raises(StoreError, match="history"):
        store.hold(7)
