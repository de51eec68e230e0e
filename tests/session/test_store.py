"""Sessions kept, killed, resumed, upgraded; and a store that cannot be used says what to do."""

import os
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

from backfocus.errors import StoreError, UsageError
from backfocus.session import store as module
from backfocus.session.store import Entry, NdResult, Store, clean

SETUP = {"pixel_um": 5.0, "f_numbers": ((7.8, 1.8), (156, 2.6)), "optics": None}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as opened:
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


def test_times_are_utc_text_on_the_disk(store: Store, path: Path) -> None:
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


def test_the_newest_open_session_on_a_source_is_found(store: Store) -> None:
    old, new, other = (store.begin({}, source=name) for name in ("rtsp://h/a", "rtsp://h/a", "rtsp://h/b"))
    assert store.find_open("rtsp://h/a") == new
    store.close_session(new, verdict="set", delta_um=1.0, sigma_um=1.0)
    assert store.find_open("rtsp://h/a") == old
    assert store.find_open("rtsp://h/b") == other
    assert store.find_open("rtsp://h/c") is None


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
        assert store.find_open(address) == number
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
    module._compact(once)


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
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    number = store.begin({})

    def on_disk() -> int:
        raw = sqlite3.connect(path)
        try:
            return int(raw.execute("SELECT count(*) FROM entries").fetchone()[0])
        finally:
            raw.close()

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


def test_a_killed_program_loses_no_event(path: Path) -> None:
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
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False, capture_output=True)
    assert done.returncode != 0
    assert not done.stderr
    with Store.open(path) as store:
        number = store.find_open("rtsp://h/a")
        assert number is not None
        entries = store.load(number).entries
        assert [entry.at_s for entry in entries if entry.kind == "event"] == list(range(20))
        store.append(number, event(21.0))
        assert store.load(number).entries[-1] == event(21.0)


def test_two_programs_may_use_it_at_once(path: Path) -> None:
    with Store.open(path) as one, Store.open(path) as two:
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


def test_the_steps_make_the_schema_that_the_code_expects(path: Path) -> None:
    with Store.open(path) as store:
        inspector = sa.inspect(store._engine)
        for table in module._metadata.sorted_tables:
            made = {column["name"] for column in inspector.get_columns(table.name)}
            assert made == {column.name for column in table.columns}


def test_head_is_the_newest_step_and_every_step_can_be_undone(path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == module.HEAD
    with Store.open(path) as store, store._engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
        command.upgrade(config, "head")


def test_a_store_of_a_newer_version_is_left_alone(path: Path) -> None:
    with Store.open(path) as store, store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer backfocus"):
        Store.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is not a database, it is a diary" * 100, b"\x00" * 5000])
def test_a_file_that_is_no_database(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"--store") as caught:
        Store.open(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_a_damaged_store(path: Path) -> None:
    with Store.open(path) as store:
        for _ in range(200):
            store.begin({"words": "x" * 200})
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(1) * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"--store"), Store.open(path) as store:
        store.sessions()


def test_somebody_else_s_database(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE sessions (cinema TEXT)")
    raw.close()
    with pytest.raises(StoreError, match="something else"):
        Store.open(path)


def test_a_locked_store_says_so_and_loses_nothing(path: Path) -> None:
    with Store.open(path, wait_s=0.05) as store:
        number = store.begin({})
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program"):
            store.append(number, event(1.0))
        other.execute("ROLLBACK")
        other.close()
        store.append(number, event(2.0))
        assert [entry.at_s for entry in store.load(number).entries] == [1.0, 2.0]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(StoreError, match=r"--store"):
        Store.open(blocked / "sessions.db")
    with pytest.raises(StoreError, match="folder"):
        Store.open(tmp_path)


def test_a_read_only_store(path: Path) -> None:
    with Store.open(path) as store:
        number = store.begin({})
    with Store.open(f"sqlite:///file:{path}?mode=ro&uri=true") as store:
        assert len(store.sessions()) == 1
        with pytest.raises(StoreError, match="cannot be written"):
            store.put_result(number, NdResult("clear", "set"))


@pytest.mark.parametrize(
    "address", ["nonsense://here", "sqlite://host:port:1/x", "postgresql+nodriver://h/db"]
)
def test_rubbish_database_addresses(address: str) -> None:
    with pytest.raises(UsageError, match="database address"):
        Store.open(address)


def test_an_error_shows_no_password() -> None:
    with pytest.raises((UsageError, StoreError)) as caught:
        Store.open("nonsense://me:Tr0ub4dor@host/db")
    assert "Tr0ub4dor" not in str(caught.value)


@pytest.mark.parametrize("number", [0, 99, -1])
def test_no_such_session(store: Store, number: int) -> None:
    with pytest.raises(StoreError, match="history"):
        store.load(number)
    with pytest.raises(StoreError, match="history"):
        store.append(number, event(0.0))
    with pytest.raises(StoreError, match="history"):
        store.close_session(number, verdict=None, delta_um=None, sigma_um=None)
    with pytest.raises(StoreError, match="history"):
        store.put_result(number, NdResult("clear", "set"))


def test_the_user_s_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.platformdirs, "user_data_path", lambda name: tmp_path / "data" / name)
    with Store.open() as store:
        store.begin({})
    assert (tmp_path / "data" / "backfocus" / "sessions.db").is_file()


def test_odd_characters_in_the_path(tmp_path: Path) -> None:
    odd = tmp_path / "50 % off? #1 \u00e9" / "s.db"
    with Store.open(odd) as store:
        store.begin({}, title="\u65e5\u672c \x00 '; DROP TABLE sessions; --")
        assert "DROP TABLE" in store.sessions()[0].title
    assert odd.is_file()
