"""Where sessions are kept: what may be given, what is left alone, and what is said when it fails."""

import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.forked import Forks

from backfocus.errors import BackfocusError, StoreError, StoreUnwritable, UsageError
from backfocus.guide.events import Noted
from backfocus.guide.records import to_dict
from backfocus.guide.session_state import Setup
from backfocus.session import database as module
from backfocus.session.certificate import session_report
from backfocus.session.store import Entry, NdResult, Store

PASSWORD = "Tr0ub4dor"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


def refusal(address: str | Path, kind: type[BackfocusError] = StoreError) -> str:
    """What is said of a store that cannot be had: one line, and no password in it."""
    with pytest.raises(kind) as caught:
        Store.open(address, wait_s=2.0).close()
    assert type(caught.value) is kind
    said = str(caught.value)
    assert "\n" not in said
    assert PASSWORD not in said
    return said


# Addresses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "mysql://me:Tr0ub4dor@h/db",
        "nonsense://me:Tr0ub4dor@h/db",
        "postgresql+psycopg2://me:Tr0ub4dor@h/db",
        "postgresql+asyncpg://h/db",
        "sqlite+aiosqlite:///a.db",
        "mssql+pyodbc://h/db",
        "http://h/Tr0ub4dor.db?x",
        "file:///tmp/a.db",
        "mongodb:/h/Tr0ub4dor",
    ],
)
def test_other_kinds_of_database_are_refused_by_name(address: str) -> None:
    said = refusal(address, UsageError)
    assert address.split(":")[0] in said
    assert "sqlite:///PATH or postgresql://" in said


@pytest.mark.parametrize(
    "address", ["postgresql://me:Tr0ub4dor@host:port:1/x", "sqlite:/x.db", "sqlite://host:port:1/x"]
)
def test_addresses_that_cannot_be_meant(address: str) -> None:
    refusal(address, UsageError)


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://host/a.db"])
def test_a_database_that_would_keep_nothing_is_refused(address: str) -> None:
    assert "sqlite:///PATH" in refusal(address, UsageError)


def test_a_file_called_as_sqlite_calls_its_memory_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open(":memory:") as store:
        store.begin({})
    assert (tmp_path / ":memory:").is_file()


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install 'backfocus[postgres]'" in refusal("postgresql://me:Tr0ub4dor@h/db", UsageError)


def test_the_user_s_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.platformdirs, "user_data_path", lambda name: tmp_path / "data" / name)
    with Store.open() as store:
        store.begin({})
    assert (tmp_path / "data" / "backfocus" / "sessions.db").is_file()


def test_a_home_folder_is_found_and_one_of_nobody_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    Store.open("~/kept/s.db").close()
    assert (tmp_path / "kept" / "s.db").is_file()
    assert "no such user" in refusal("~nobody-of-this-name/s.db", UsageError)


def test_odd_characters_in_the_path(tmp_path: Path) -> None:
    odd = tmp_path / "50 % off? #1 \u00e9" / "s.db"
    with Store.open(odd) as store:
        store.begin({})
    with Store.open(odd) as store:
        assert len(store.sessions()) == 1
    assert odd.is_file()


# Rights -----------------------------------------------------------------------------------------------------

posix = pytest.mark.skipif(os.name != "posix", reason="rights of files as POSIX has them")


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_to_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@posix
@pytest.mark.usefixtures("open_to_all")
def test_files_and_folders_are_the_owner_s_only(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "sessions.db"
    with Store.open(path) as store:
        store.begin({})
        beside = list(path.parent.iterdir())
        assert {each.name for each in beside} >= {"sessions.db", "sessions.db-wal"}
        assert {rights(each) for each in beside} == {0o600}
        assert rights(path.parent) == rights(path.parent.parent) == 0o700


@posix
def test_an_older_store_open_to_all_is_closed_but_a_group_keeps_its_rights(path: Path) -> None:
    Store.open(path).close()
    path.chmod(0o644)
    Store.open(path).close()
    assert rights(path) == 0o600
    path.chmod(0o660)
    Store.open(path).close()
    assert rights(path) == 0o660


# What is left alone -----------------------------------------------------------------------------------------


def sqlite_file(path: Path, script: str) -> None:
    raw = sqlite3.connect(path)
    raw.executescript(script)
    raw.close()


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE films (title TEXT); INSERT INTO films VALUES ('M')",
        "PRAGMA journal_mode=WAL; CREATE TABLE films (title TEXT)",
        "CREATE TABLE sessions (cinema TEXT)",
        "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('0002')",
        "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('ae1027a6acf');"
        "CREATE TABLE sessions (id INTEGER, user TEXT); CREATE TABLE entries (id INTEGER)",
        "CREATE VIEW tonight AS SELECT 1",
    ],
)
def test_somebody_else_s_database_is_not_touched(path: Path, script: str) -> None:
    sqlite_file(path, script)
    path.chmod(0o644)
    os.utime(path, (1e9, 1e9))
    content, before = path.read_bytes(), path.stat()
    assert "something else" in refusal(path)
    assert "something else" in refusal(f"sqlite:///{path}")
    after = path.stat()
    assert path.read_bytes() == content
    assert (after.st_mtime, after.st_mode) == (before.st_mtime, before.st_mode)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("written", [True, False])
def test_a_database_that_broke_off_in_the_middle_is_left_to_its_owner(path: Path, written: bool) -> None:
    """Another program was killed while it wrote: its log beside the file is its way back, or all there is."""
    script = (
        "import os, sqlite3, sys\n"
        "raw = sqlite3.connect(sys.argv[1])\n"
        "raw.execute('PRAGMA journal_mode=WAL')\n"
        "raw.execute('CREATE TABLE films (title TEXT)')\n"
        f"raw.execute('PRAGMA wal_checkpoint') if {written} else None\n"
        "raw.execute(\"INSERT INTO films VALUES ('M')\")\n"
        "raw.commit()\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    assert "sessions.db-wal" in before
    assert "something else" in refusal(path)
    after = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    for name in ("sessions.db", "sessions.db-wal"):  # -shm is but an index of the log
        assert after[name] == before[name]


def test_a_store_of_a_newer_version_is_left_alone(path: Path) -> None:
    Store.open(path).close()
    sqlite_file(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    assert "newer backfocus" in refusal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is not a database, it is a diary" * 100, b"\x00" * 5000, b"x"])
def test_a_file_that_is_no_database(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert "store" in refusal(path)
    assert path.read_bytes() == content


@posix
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no file" in refusal(tmp_path / "pipe")
    assert "no file" in refusal("/dev/null")
    assert "folder" in refusal(tmp_path)


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    with Store.open(path) as store:
        store.begin({})
        assert len(store.sessions()) == 1


# What fails -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store with something of everything in it, as bytes."""
    path = tmp_path_factory.mktemp("store") / "sessions.db"
    with Store.open(path) as store:
        for n in range(20):
            number = store.begin(to_dict(Setup()), source="rtsp://h/a", title=f"take {n}")
            store.append(number, *(Entry("event", k, to_dict(Noted(k, "note", "x" * 40))) for k in range(10)))
            store.append(number, Entry("picture", 1.0, {"end": "tele"}, b"\x89PNG" * 500))
            store.put_result(number, NdResult("clear", "set", 1.0, 1.0, {"rounds": 2}))
    return path.read_bytes()


def read_all(path: Path) -> None:
    with Store.open(path) as store:
        for each in store.sessions():
            session_report(store.load(each.id))


def test_a_damaged_store_says_so(path: Path, content: bytes) -> None:
    path.write_bytes(content[:4096] + b"\x5a" * (len(content) - 4096))
    with pytest.raises(StoreError, match=r"damaged.*another store"):
        read_all(path)


@pytest.mark.parametrize("column", ["payload", "started_at", "setup"])
@pytest.mark.parametrize("value", ["'{\"cut o'", "CAST(x'ff41' AS TEXT)", "x'00ff'", "''", "'[1]'"])
def test_a_damaged_value_says_so(path: Path, content: bytes, column: str, value: str) -> None:
    path.write_bytes(content)
    table = "entries" if column == "payload" else "sessions"
    sqlite_file(path, f"UPDATE {table} SET {column} = {value}")
    with pytest.raises(StoreError, match=r"damaged.*another store"):
        read_all(path)


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_damaged_is_said_or_harmless(path: Path, content: bytes, seed: int) -> None:
    """Some bytes overwritten, or the end cut off: an answer, or one line that says what to do."""
    chance = random.Random(seed)
    damaged = bytearray(content)
    if seed % 5 == 0:
        del damaged[chance.randrange(1, len(damaged)) :]
    else:
        at, length = chance.randrange(len(damaged)), chance.choice((1, 40, 5000))
        damaged[at : at + length] = chance.randbytes(min(length, len(damaged) - at))
    path.write_bytes(damaged)
    said = "store"
    try:
        read_all(path)
    except StoreError as error:
        said = str(error)
    assert "store" in said or "cannot be read" in said
    assert "\n" not in said


def test_a_locked_store_says_so_and_loses_nothing(path: Path) -> None:
    with Store.open(path, wait_s=0.05) as store:
        number = store.begin({})
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program"):
            store.append(number, Entry("event", 1.0))
        other.execute("ROLLBACK")
        other.close()
        store.append(number, Entry("event", 2.0))
        assert [entry.at_s for entry in store.load(number).entries] == [1.0, 2.0]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert "store" in refusal(blocked / "sessions.db", StoreUnwritable)
    assert "store" in refusal(tmp_path / ("x" * 300), StoreUnwritable)


def test_a_read_only_store(path: Path) -> None:
    with Store.open(path) as store:
        number = store.begin({})
    with Store.open(f"sqlite:///file:{path}?mode=ro&uri=true") as store:
        assert len(store.sessions()) == 1
        with pytest.raises(StoreUnwritable, match="cannot be written"):
            store.put_result(number, NdResult("clear", "set"))


# PostgreSQL -------------------------------------------------------------------------------------------------


@pytest.fixture
def rightless(postgres: Any, database: str) -> Iterator[str]:
    """The address of a user who may look, but not make anything."""
    import psycopg

    with psycopg.connect(postgres.address(database), autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'Tr0ub4dor'")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    yield f"postgresql://guest:Tr0ub4dor@127.0.0.1:{postgres.port}/{database}"
    with psycopg.connect(postgres.address(database), autocommit=True) as connection:
        connection.execute("DROP ROLE guest")


@pytest.mark.parametrize("spelled", ["postgres", "postgresql+psycopg", "PostgreSQL"])
def test_a_server_is_reached_however_its_scheme_is_spelled(
    postgres: Any, database: str, spelled: str
) -> None:
    address = postgres.address(database).replace("postgresql", spelled)
    with Store.open(address) as store:
        store.begin({}, title="over the network")
    with Store.open(postgres.socket_address(database)) as store:
        assert [each.title for each in store.sessions()] == ["over the network"]


def test_a_name_of_a_server_shows_neither_user_nor_password(postgres: Any, database: str) -> None:
    with Store.open(postgres.address(database)) as store:
        assert store._database.name == (f"postgresql://***@127.0.0.1:{postgres.port}/{database}")


def test_the_commands_work_on_a_server(postgres: Any, database: str, tmp_path: Path, forks: Forks) -> None:
    def backfocus(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return forks.run(*arguments, "--store", postgres.address(database), cwd=tmp_path)

    with Store.open(postgres.address(database)) as store:
        store.begin(to_dict(Setup()), source="rtsp://h/a")
    listed = backfocus("history", "--json")
    assert (listed.returncode, json.loads(listed.stdout)["source"]) == (0, "rtsp://h/a"), listed.stderr
    assert backfocus("report", "1").stdout == "backfocus-1.html\n"
    assert (tmp_path / "backfocus-1.html").is_file()


def test_a_wrong_password(postgres: Any, database: str) -> None:
    assert "wrong user or password" in refusal(postgres.address(database, password=PASSWORD))


def test_no_such_database_user_host_or_server(postgres: Any, database: str) -> None:
    assert "no such user or database" in refusal(postgres.address("nowhere"))
    assert "no PostgreSQL server answers" in refusal(f"postgresql://me:{PASSWORD}@127.0.0.1:1/x")
    assert "no host of this name" in refusal(f"postgresql://me:{PASSWORD}@no-such-host.invalid/x")
    assert "no PostgreSQL server answers" in refusal(f"postgresql://me:{PASSWORD}@/x?host=/nowhere")


def test_an_option_that_no_server_has(postgres: Any, database: str) -> None:
    assert "store" in refusal(f"{postgres.address(database)}?password2={PASSWORD}")


def test_a_user_who_may_not_make_tables(rightless: str) -> None:
    assert "grant" in refusal(rightless)


def test_somebody_else_s_tables_on_a_server(postgres: Any, database: str) -> None:
    import psycopg

    with psycopg.connect(postgres.address(database), autocommit=True) as connection:
        connection.execute("CREATE TABLE films (title TEXT)")
    assert "something else" in refusal(postgres.address(database))
    with psycopg.connect(postgres.address(database)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("films",)]


def test_a_server_that_is_busy_says_so_and_loses_nothing(postgres: Any, database: str) -> None:
    import psycopg

    with Store.open(postgres.address(database), wait_s=0.05) as store:
        number = store.begin({})
        with psycopg.connect(postgres.address(database)) as other:
            other.execute("LOCK TABLE sessions IN EXCLUSIVE MODE")
            with pytest.raises(StoreError, match="another program"):
                store.append(number, Entry("event", 1.0))
            other.rollback()
        store.append(number, Entry("event", 2.0))
        assert [entry.at_s for entry in store.load(number).entries] == [1.0, 2.0]


def test_a_server_that_ends_the_connection_is_found_again(postgres: Any, database: str) -> None:
    import psycopg

    with Store.open(postgres.address(database)) as store:
        number = store.begin({})
        with psycopg.connect(postgres.address("postgres"), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
            )
        store.append(number, Entry("event", 1.0))
        assert len(store.load(number).entries) == 1
