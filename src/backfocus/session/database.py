"""Where sessions are kept: a SQLite file or a PostgreSQL database, made private and brought up to date.

What holds something else is never touched: it is looked at before anything is written. Whatever goes wrong is
said in one line that tells what to do, without the password of the address.
"""

import json
import math
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import platformdirs
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ..errors import Argument, StoreError, StoreUnwritable, UsageError
from ..redaction import shown
from .faults import DAMAGED, ELSEWHERE, FOREIGN, NO_DATABASE, UNWRITABLE, advice

STEPS = ("0001", "0002", "0003", "0004", "0005")
"""The steps in `migrations`, newest last."""

POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
INSTALL = "postgresql:// needs a part that is not installed: pip install 'backfocus[postgres]'"
_USE = "give a file, sqlite:///PATH or postgresql://USER@HOST/DATABASE"
_SHORTEST_WAIT_S = 2
"""What PostgreSQL's library makes of any shorter wait for a connection."""
_ONE_AT_A_TIME = 0x6261636B
"""The lock under which programs bring a PostgreSQL store up to date; any number will do."""

_HEAD = b"SQLite format 3\0"
"""How every database of SQLite begins."""


class Database:
    """An open store; `name` is what to call it in messages."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are kept together, or not at all."""
        with self.told(), self.engine.connect() as connection:
            writer = connection.execution_options(backfocus_writes=True)
            with writer.begin():
                yield writer

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to look things up; what is kept there may be damaged."""
        with self.told(), self.engine.connect() as connection:
            try:
                yield connection
            except (TypeError, ValueError) as error:  # neither JSON nor a time any more
                raise StoreError(f"{self.name}: {DAMAGED}") from error

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors of the database as `StoreError` in words that say what to do."""
        try:
            yield
        except SQLAlchemyError as error:
            words = advice(error, self.engine.url)
            kind = StoreUnwritable if words in UNWRITABLE else StoreError
            raise kind(f"{self.name}: {words}") from None
        except OSError as error:
            raise StoreUnwritable(f"{self.name}: {error.strerror or error}: {ELSEWHERE}") from error


def open_database(address: str | Path | None, *, wait_s: float) -> Database:
    """The store at an address, made if missing and brought up to date if older; see `Store.open`."""
    url = _url(address)
    if url.get_backend_name() == "sqlite":
        file = _file(url)
        database = Database(_sqlite(url, wait_s), str(file))
        with database.told():
            _make_private(file)
    else:
        database = Database(_postgres(url, wait_s), shown(_plainly(url)))
    try:
        with database.told():
            _bring_up_to_date(database)
    except StoreError:
        database.engine.dispose()
        raise
    return database


def _url(address: str | Path | None) -> sa.URL:
    """What is meant by an address; UsageError if nothing can be."""
    scheme = re.match(r"([a-z][\w+.-]+):/", str(address or ""), re.IGNORECASE)
    if scheme is None:
        return sa.URL.create("sqlite", database=str(_path(address)))
    if scheme[1].lower() not in ("sqlite", *POSTGRES):
        raise UsageError(f"sessions cannot be kept at {scheme[1]}://: {_USE}")
    try:
        url = sa.make_url(str(address))
    except (ArgumentError, ValueError):
        raise UsageError(f"{shown(str(address))} is no database address: {_USE}") from None
    if scheme[1].lower() != "sqlite":
        return url.set(drivername="postgresql+psycopg")
    if url.host or url.database in (None, "", ":memory:"):
        raise UsageError("that address names no file, and nothing would be kept: write sqlite:///PATH")
    return url


def _plainly(url: sa.URL) -> str:
    """A PostgreSQL URL as people write it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _path(address: str | Path | None) -> Path:
    try:
        return (
            Path(address).expanduser()
            if address
            else platformdirs.user_data_path("backfocus") / "sessions.db"
        )
    except RuntimeError:  # ~somebody
        raise UsageError(Argument("store", str(address)), ": there is no such user") from None


# Files ------------------------------------------------------------------------------------------------------


def _file(url: sa.URL) -> Path:
    """The file of a SQLite URL, which may be written as a URI."""
    name = str(url.database)
    return Path(unquote(urlsplit(name).path) if name.startswith("file:") else name).absolute()


def _make_private(file: Path) -> None:
    """Make a file that only its owner may read, and its folder; StoreError where one stands in the way.

    One that was open to all, as older versions made it, is closed; rights given to a group stay.
    """
    if "\0" in str(file):
        raise UsageError(Argument("store"), ": the name of a file cannot hold a NUL")
    if file.is_dir():
        raise StoreError(f"{file} is a folder: give a file in it as the store")
    if not file.exists():
        make_private_folder(file.parent)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    elif not file.is_file():
        raise StoreError(f"{file} is no file that can hold sessions: {ELSEWHERE}")
    else:
        _look_without_trace(file)
        if os.name == "posix" and file.stat().st_mode & 0o007 and file.stat().st_uid == os.geteuid():
            file.chmod(0o600)


def make_private_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner only."""
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _look_without_trace(file: Path) -> None:
    """StoreError if a file holds something else; neither it nor anything beside it is written."""
    with file.open("rb") as content:
        head = content.read(len(_HEAD))
    if head not in (b"", _HEAD):  # SQLite takes a file of one byte for an empty one
        raise StoreError(f"{file}: {NO_DATABASE}")
    if _look(file, "immutable=1") is None and _has_log(file):
        _look(file, "mode=ro")


def _look(file: Path, how: str) -> str | None:
    """The step of a file that is opened in a way that does not change it."""
    address = f"{file.as_uri()}?{how}"
    looker = sa.create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool
    )
    with looker.connect() as connection:
        return _step_of(connection, str(file))


def _has_log(file: Path) -> bool:
    """Whether tables may stand in the log beside a file only, as another program left them or makes them."""
    log = file.with_name(f"{file.name}-wal")
    return log.is_file() and log.stat().st_size > 0


# Engines ----------------------------------------------------------------------------------------------------


def _sqlite(url: sa.URL, wait_s: float) -> Engine:
    engine = sa.create_engine(
        url, connect_args={"timeout": wait_s}, json_serializer=_compact, hide_parameters=True
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own transactions would leave schema changes out
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a writer takes its turn at once: one that first reads cannot wait for another
        writes = connection.get_execution_options().get("backfocus_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres(url: sa.URL, wait_s: float) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise UsageError(INSTALL) from None
    patience = {} if "connect_timeout" in url.query else {"connect_timeout": _whole_s(wait_s)}
    engine = sa.create_engine(
        url, connect_args=patience, json_serializer=_compact, hide_parameters=True, pool_pre_ping=True
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.execute(f"SET lock_timeout = {round(wait_s * 1000)}")
        connection.commit()

    return engine


def _whole_s(wait_s: float) -> int:
    return max(_SHORTEST_WAIT_S, math.ceil(wait_s))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


# Steps ------------------------------------------------------------------------------------------------------


def _bring_up_to_date(database: Database) -> None:
    """Run the migration steps that are missing; the usual case imports no Alembic."""
    with database.engine.connect() as connection:
        step = _step_of(connection, database.name)
    if step == STEPS[-1]:
        return
    if step is not None and step not in STEPS:
        raise StoreError(f"{database.name}: written by a newer backfocus: update, or give another store")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with database.writing() as writer:
        if writer.dialect.name == "postgresql":
            writer.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
        config.attributes["connection"] = writer
        command.upgrade(config, "head")


def _step_of(connection: Connection, name: str) -> str | None:
    """The step at which a store stands, None for an empty one; StoreError where something else is kept."""
    inspector = sa.inspect(connection)
    tables = {*inspector.get_table_names(), *inspector.get_view_names()}
    if not tables:
        return None
    step = None
    if tables >= {"alembic_version", "sessions", "entries"}:
        columns = {column["name"] for column in inspector.get_columns("sessions")}
        if columns >= {"started_at", "source", "setup", "delta_um"}:
            step = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if not isinstance(step, str):
        raise StoreError(f"{name}: {FOREIGN}")
    return step
