"""Sessions kept, killed, resumed, upgraded; and a store that cannot be used says what to do."""

import json
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from backfocus.errors import StoreError
from backfocus.session import database
from backfocus.session import store as module
from backfocus.session.rig import rig_options
from backfocus.session.store import Entry, NdResult, Store, clean
from backfocus.web.chosen import choice_from
from backfocus.web.messages import Choice

SETUP = {"pixel_um": 5.0, "f_numbers": ((7.8, 1.8), (156, 2.6)), "optics": None}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with Store.open(address) as opened:
        yield opened


def event(at_s: float, kind: str = "StarSeen", **more: Any) -> Entry:
    return Entry("event", at_s, {"type": kind, **more})


def test_what_was_appended_comes_back_in_order(store: Store) -> None:
    number = store.begin(SETUP, source="clip.mp4", title="Studio 2", camera="b4-hd", lens="cj20")
    told = (
        event(0.1),
        Entry("instruction", 0.1, {"type": "Hold"}),
        Entry("reading", 0.2, {"scale_px": 75.0}),
    )
    store.append(number, *told)
    store.append(number, Entry("picture", 0.3, {"caption": "tele"}, b"\x89PNG\x00\xff"))
    stored = store.load(number)
    assert stored.entries == (*told, Entry("picture", 0.3, {"caption": "tele"}, b"\x89PNG\x00\xff"))
    assert stored.setup == {"pixel_um": 5.0, "f_numbers": [[7.8, 1.8], [156, 2.6]], "optics": None}
    assert (stored.summary.title, stored.summary.camera, stored.summary.lens) == ("Studio 2", "b4-hd", "cj20")
    assert (stored.summary.state, stored.summary.verdict) == ("open", None)


def test_history_is_newest_first_in_utc(store: Store) -> None:
    late = datetime(2025, 6, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    first = store.begin({}, started_at=datetime(2025, 5, 31, 23, 0, tzinfo=UTC))
    second = store.begin({}, started_at=late)
    assert [each.id for each in store.sessions()] == [second, first]
    assert [each.id for each in store.sessions(limit=1)] == [second]
    assert store.sessions()[0].started_at == late
    assert store.sessions()[0].started_at.utcoffset() == timedelta(0)


def test_times_are_utc_text_on_the_disk(path: Path) -> None:
    with Store.open(path) as store:
        store.begin({}, started_at=datetime(2025, 6, 1, 1, 30, tzinfo=timezone(timedelta(hours=2))))
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT started_at FROM sessions").fetchone() == ("2025-05-31T23:30:00.000Z",)
    raw.close()


def test_a_time_without_its_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="zone"):
        store.begin({}, started_at=datetime(2025, 6, 1))


def test_one_result_per_nd_position(store: Store) -> None:
    number = store.begin(SETUP)
    store.put_result(number, NdResult("clear", "adjust", 40.0, 2.0))
    store.put_result(number, NdResult("clear", "set", 1.5, 0.9, {"rounds": 2}))
    store.put_result(number, NdResult("1/16", "adjust", 12.0, 1.0))
    store.close_session(number, verdict="adjust", delta_um=12.0, sigma_um=1.0)
    summary = store.sessions()[0]
    assert summary.results == (
        NdResult("1/16", "adjust", 12.0, 1.0),
        NdResult("clear", "set", 1.5, 0.9, {"rounds": 2}),
    )
    assert (summary.state, summary.verdict, summary.delta_um, summary.sigma_um) == (
        "closed",
        "adjust",
        12.0,
        1.0,
    )


def test_what_was_left_open_is_found_newest_first(store: Store) -> None:
    old, new, other = (store.begin({}, source=name) for name in ("rtsp://h/a", "rtsp://h/a", "rtsp://h/b"))

    def found(source: str | None = None, limit: int | None = None) -> list[int]:
        return [each.id for each in store.left_open(source, limit)]

    assert (found("rtsp://h/a"), found(limit=2)) == ([new, old], [other, new])
    store.close_session(new, verdict="set", delta_um=1.0, sigma_um=1.0)
    assert (found("rtsp://h/a"), found("rtsp://h/b"), found("rtsp://h/c")) == ([old], [other], [])
    store.hold(new, again=True)
    assert found("rtsp://h/a") == [new, old]
    assert store.load(new).summary.verdict is None, "what it amounts to is open again"


def test_only_the_kinds_asked_for_are_loaded(store: Store) -> None:
    number = store.begin({})
    store.append(number, Entry("reading", 0.1), event(0.2), Entry("rings", 0.3, {"zoom": 1.0}), event(0.4))
    assert [each.at_s for each in store.load(number, "event").entries] == [0.2, 0.4]
    assert [each.at_s for each in store.load(number, "rings", "reading").entries] == [0.1, 0.3]


SECRET_ADDRESSES = (
    "rtsp://operator:Tr0ub4dor@192.0.2.7:554/stream",
    "rtsp://operator:Tr0ub4dor/3#x@192.0.2.7/stream",
    "http://192.0.2.7/mjpg?password=Tr0ub4dor&fps=25",
    "srt://192.0.2.7:9000?passphrase=Tr0ub4dor",
)


@pytest.mark.parametrize("address", SECRET_ADDRESSES)
def test_secrets_never_reach_the_disk(path: Path, address: str) -> None:
    with Store.open(path) as store:
        number = store.begin(
            {"source": address, "deep": [{address: address}]}, source=address, title=f"on {address}"
        )
        store.append(number, event(0.0, "Noted", value=f"seen at {address}"))
        store.put_result(number, NdResult("clear", "set", payload={"source": address}))
        assert [each.id for each in store.left_open(address)] == [number]
        files = [file.read_bytes() for file in path.parent.iterdir()]
    files += [file.read_bytes() for file in path.parent.iterdir()]
    assert not any(b"Tr0ub4dor" in content for content in files)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
        max_leaves=20,
    )
)
def test_clean_values_are_json_and_stay_clean(value: Any) -> None:
    once = clean(value)
    assert clean(once) == once
    database._compact(once)


@pytest.mark.parametrize("value", [object(), b"bytes", 1j])
def test_what_json_has_no_word_for_is_a_wrong_call(store: Store, value: Any) -> None:
    number = store.begin({})
    with pytest.raises(TypeError, match="plain"):
        store.append(number, Entry("event", 0.0, {"value": value}))
    store.append(number, event(1.0))  # and what follows is kept
    assert store.load(number).entries == (event(1.0),)


def test_not_a_number_becomes_null(store: Store) -> None:
    number = store.begin({})
    store.append(number, Entry("event", float("nan"), {"x": [float("inf"), 1.0]}))
    assert store.load(number).entries == (Entry("event", None, {"x": [None, 1.0]}),)


def test_readings_wait_for_company_but_never_longer_than_a_second(
    store: Store, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    number = store.begin({})

    def on_disk() -> int:
        with Store.open(address) as other:
            return len(other.load(number).entries)

    for step in range(10):
        clock[0] = 100.0 + step * 0.05
        store.append(number, Entry("reading", step * 0.05))
    assert on_disk() == 0
    clock[0] = 101.0
    store.append(number, Entry("reading", 1.0))
    assert on_disk() == 11
    store.append(number, Entry("reading", 1.1))
    assert on_disk() == 11
    store.append(number, event(1.2))
    assert on_disk() == 13
    assert [entry.at_s for entry in store.load(number).entries][-2:] == [1.1, 1.2]


def test_a_killed_program_loses_no_event(address: str) -> None:
    script = textwrap.dedent(
        """
        import os, signal, sys
        from backfocus.session.store import Entry, Store
        store = Store.open(sys.argv[1])
        number = store.begin({"pixel_um": 5.0}, source="rtsp://h/a")
        for at_s in range(20):
            store.append(number, Entry("reading", at_s), Entry("event", at_s, {"type": "StarSeen"}))
        store.append(number, Entry("reading", 20))
        os.kill(os.getpid(), signal.SIGKILL) if hasattr(signal, "SIGKILL") else os._exit(9)
        """
    )
    done = subprocess.run([sys.executable, "-c", script, address], check=False, capture_output=True)
    assert done.returncode != 0
    assert not done.stderr
    with Store.open(address) as store:
        (number,) = [each.id for each in store.left_open("rtsp://h/a")]
        entries = store.load(number).entries
        assert [entry.at_s for entry in entries if entry.kind == "event"] == list(range(20))
        store.append(number, event(21.0))
        assert store.load(number).entries[-1] == event(21.0)


def test_two_programs_may_use_it_at_once(address: str) -> None:
    with Store.open(address) as one, Store.open(address) as two:
        first, second = one.begin({}), two.begin({})
        for at_s in range(5):
            one.append(first, event(at_s))
            two.append(second, event(at_s))
        assert len(one.load(second).entries) == len(two.load(first).entries) == 5


def test_an_older_store_is_brought_up_to_date(path: Path) -> None:
    """A store of the first schema, made by hand as that version made it, opens and keeps its sessions."""
    raw = sqlite3.connect(path)
    raw.executescript(
        """
        CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
        INSERT INTO alembic_version VALUES ('0001');
        CREATE TABLE sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, started_at VARCHAR(32) NOT NULL,
            source TEXT NOT NULL, title TEXT NOT NULL, camera TEXT NOT NULL, lens TEXT NOT NULL,
            setup JSON NOT NULL, state VARCHAR(8) NOT NULL, verdict VARCHAR(32), delta_um FLOAT,
            sigma_um FLOAT);
        CREATE INDEX sessions_by_source ON sessions (source, state);
        CREATE TABLE entries (session_id INTEGER REFERENCES sessions (id), seq INTEGER,
            kind VARCHAR(16) NOT NULL, at_s FLOAT, payload JSON NOT NULL, picture BLOB,
            PRIMARY KEY (session_id, seq));
        INSERT INTO sessions VALUES (7, '2025-01-02T03:04:05.000Z', 'a.mp4', 't', '', '', '{}', 'closed',
            'set', 1.0, 0.5);
        INSERT INTO entries VALUES (7, 1, 'event', 0.5, '{"type": "StarSeen"}', NULL);
        """
    )
    raw.close()
    with Store.open(path) as store:
        assert store.load(7).entries == (event(0.5),)
        store.put_result(7, NdResult("clear", "set", 1.0, 0.5))
        assert store.sessions()[0].results == (NdResult("clear", "set", 1.0, 0.5),)


def test_choices_and_rings_of_older_stores_get_records_of_their_own(path: Path) -> None:
    Store.open(path).close()
    page = {"kind": "practice", "name": "7", "camera": "", "lens": "", "pixel_um": None, "transfer": "auto"}
    setup = {"type": "Setup", "optics": None, "shims_um": [10.0], "page": page}
    rings = {"type": "Rings", "zoom": 0.5, "locked": True}
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TABLE reference_pictures")
        raw.execute("DROP TABLE cameras")
        raw.execute("ALTER TABLE sessions DROP COLUMN writer")
        raw.execute("ALTER TABLE sessions DROP COLUMN written_at")
        raw.execute("UPDATE alembic_version SET version_num = '0002'")
        for number, each in ((1, setup), (2, {"type": "Setup"})):
            row = (number, "2025-01-02T03:04:05.000Z", "practice:7", "t", "", "", json.dumps(each), "open")
            raw.execute(f"INSERT INTO sessions VALUES ({', '.join('?' * 8)}, NULL, NULL, NULL)", row)
        for seq, payload in enumerate(({"type": "Reading", "index": 1}, rings), 1):
            raw.execute(
                "INSERT INTO entries VALUES (1, ?, 'reading', 0.5, ?, NULL)", (seq, json.dumps(payload))
            )
    raw.close()
    with Store.open(path) as store:
        stored = store.load(1)
        assert [each.kind for each in stored.entries] == ["choice", "reading", "rings"]
        assert "page" not in stored.setup
        assert choice_from(stored.entries[0].payload) == Choice(
            "practice", "7", rig_options({"shims": (10,)})
        )
        assert stored.entries[2].payload == rings
        assert store.load(2).entries == ()


def test_the_steps_make_the_schema_that_the_code_expects(address: str) -> None:
    with Store.open(address) as store:
        inspector = sa.inspect(store._database.engine)
        for table in module._metadata.sorted_tables:
            made = {column["name"] for column in inspector.get_columns(table.name)}
            assert made == {column.name for column in table.columns}


def test_the_steps_are_those_there_are_and_every_one_can_be_undone(address: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == database.STEPS
    with (
        Store.open(address) as store,
        store._database.engine.connect() as connection,
        connection.begin(),
    ):
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
        command.upgrade(config, "head")


@pytest.mark.parametrize("number", [0, 99, -1, 2**31, 10**30])
def test_no_such_session(store: Store, number: int) -> None:
    with pytest.raises(StoreError, match="history"):
        store.load(number)
    with pytest.raises(StoreError, match="history"):
        store.append(number, event(0.0))
    with pytest.raises(StoreError, match="history"):
        store.close_session(number, verdict=None, delta_um=None, sigma_um=None)
    with pytest.raises(StoreError, match="history"):
        store.put_result(number, NdResult("clear", "set"))


def test_letters_that_no_database_has_are_replaced(store: Store) -> None:
    """A file name with a NUL does not exist, but a title may hold one; names of files need not be UTF-8."""
    source = "rtsp://h/caf\udce9"
    number = store.begin(
        {"a\0b": "\udcff"}, source=source, title="\u65e5\u672c \0 '; DROP TABLE sessions; --"
    )
    assert [each.id for each in store.left_open(source)] == [number]
    kept = store.load(number)
    assert kept.summary.title == "\u65e5\u672c \ufffd '; DROP TABLE sessions; --"
    assert kept.setup == {"a\ufffdb": "\ufffd"}


def test_long_words_are_kept_whole(store: Store) -> None:
    nd = "ND 1/64 and a polariser, " * 40
    number = store.begin({}, title=nd, camera=nd, lens=nd)
    store.put_result(number, NdResult(nd, "not-front-focus", 1.0, 1.0, {"advice": nd}))
    kept = store.load(number)
    assert (kept.summary.title, kept.summary.results[0].nd) == (nd, nd)


WRITER = """
import sys
from backfocus.session.store import Entry, NdResult, Store

address, name, number = sys.argv[1:]
with Store.open(address, wait_s=60.0) as store:
    number = int(number) or store.begin({}, title=name)
    for at_s in range(20):
        store.append(number, Entry("reading", at_s, {"by": name}), Entry("event", at_s, {"by": name}))
        store.put_result(number, NdResult(f"ND {at_s}", "set", 1.0, 1.0, {"by": name}))
"""


def write_at_once(address: str, number: int) -> None:
    """Three programs that open a store and write to one session, or (0) to one of their own."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, address, f"p{i}", str(number)], stderr=subprocess.PIPE
        )
        for i in range(3)
    ]
    said = [writer.communicate(timeout=120)[1].decode() for writer in writers]
    assert said == [""] * 3


def test_programs_that_make_a_store_at_once_all_get_it(address: str) -> None:
    write_at_once(address, 0)
    with Store.open(address) as store:
        sessions = store.sessions()
        assert sorted(each.title for each in sessions) == ["p0", "p1", "p2"]
        assert all(len(store.load(each.id).entries) == 40 for each in sessions)


def test_programs_that_write_to_one_session_lose_nothing(address: str) -> None:
    with Store.open(address) as store:
        number = store.begin({})
        write_at_once(address, number)
        kept = store.load(number)
    assert len(kept.summary.results) == 20
    assert len(kept.entries) == 3 * 40
    for name in ("p0", "p1", "p2"):  # each one's own in the order it wrote them
        own = [(e.at_s, e.kind) for e in kept.entries if e.payload["by"] == name]
        assert own == [(at_s, kind) for at_s in range(20) for kind in ("reading", "event")]
