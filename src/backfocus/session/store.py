"""Sessions as events: begin, append, load, list.

Everything that happened is written as it happens, so a killed program loses nothing but the last second of
readings. What a session *means* is folded from its events elsewhere; no entry is ever rewritten. Times are
kept as UTC text ending in Z, because SQLite forgets time zones. User names, passwords and tokens in addresses
are replaced before anything is written.
"""

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import platformdirs
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ..errors import StoreError, UsageError

Json = dict[str, Any]
Kind = Literal["event", "ignored", "instruction", "reading", "sweep", "picture"]
State = Literal["open", "closed"]

HEAD = "0002"
"""The newest step in `migrations`."""
READINGS_WAIT_S = 1.0
"""Readings are written together; an event, and the end, take those before it along."""

_metadata = sa.MetaData()
_sessions = sa.Table(
    "sessions",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("started_at", sa.String(32)),
    sa.Column("source", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("camera", sa.Text),
    sa.Column("lens", sa.Text),
    sa.Column("setup", sa.JSON),
    sa.Column("state", sa.String(8)),
    sa.Column("verdict", sa.String(32)),
    sa.Column("delta_um", sa.Float),
    sa.Column("sigma_um", sa.Float),
)
_entries = sa.Table(
    "entries",
    _metadata,
    sa.Column("session_id", sa.Integer, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16)),
    sa.Column("at_s", sa.Float),
    sa.Column("payload", sa.JSON),
    sa.Column("picture", sa.LargeBinary),
)
_results = sa.Table(
    "results",
    _metadata,
    sa.Column("session_id", sa.Integer, primary_key=True),
    sa.Column("nd", sa.String(64), primary_key=True),
    sa.Column("verdict", sa.String(32)),
    sa.Column("delta_um", sa.Float),
    sa.Column("sigma_um", sa.Float),
    sa.Column("payload", sa.JSON),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, as plain JSON values; a picture is a PNG with its caption in `payload`."""

    kind: Kind
    at_s: float | None
    payload: Json = field(default_factory=dict)
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class NdResult:
    """What came out at one ND position; `payload` holds all there is to say as plain JSON values."""

    nd: str
    verdict: str
    delta_um: float | None = None
    sigma_um: float | None = None
    payload: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """A session in one line of the history; `started_at` is in UTC."""

    id: int
    started_at: datetime
    source: str
    title: str
    camera: str
    lens: str
    state: State
    verdict: str | None
    delta_um: float | None
    sigma_um: float | None
    results: tuple[NdResult, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it was kept, its entries in the order they happened."""

    summary: Summary
    setup: Json
    entries: tuple[Entry, ...]


class Store:
    """A database of sessions; use `Store.open`, and `close` it (or use it in a `with`)."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._waiting: dict[int, list[Entry]] = {}
        self._waiting_since_s: float | None = None

    @classmethod
    def open(cls, address: str | Path | None = None, *, wait_s: float = 5.0) -> Self:
        """The store at `address`, made if missing and brought up to date if older.

        Parameters
        ----------
        address : str | Path | None
            A file, a database URL, or None for `sessions.db` in the user's data folder.
        wait_s : float
            How long to wait for another program that is writing.

        Raises
        ------
        StoreError
            If it cannot be written, is no store, is of a newer backfocus, or is held by another program.
        UsageError
            If the URL cannot be meant.
        """
        url, name = _locate(address)
        engine = _engine(url, wait_s)
        store = cls(engine, name)
        with store._told():
            _bring_up_to_date(engine)
        return store

    def begin(
        self,
        setup: Mapping[str, Any],
        *,
        source: str = "",
        title: str = "",
        camera: str = "",
        lens: str = "",
        started_at: datetime | None = None,
    ) -> int:
        """The number of a new open session."""
        words = {"source": source, "title": title, "camera": camera, "lens": lens}
        values = {
            **clean(words),
            "started_at": _utc_text(started_at or datetime.now(UTC)),
            "setup": clean(setup),
            "state": "open",
        }
        with self._writing() as connection:
            number = connection.execute(sa.insert(_sessions).values(values).returning(_sessions.c.id))
            return int(number.scalar_one())

    def append(self, session_id: int, *entries: Entry) -> None:
        """Keep what happened, in order.

        Readings wait up to a second for company; anything else is on the disk when this returns, with all
        readings before it. What could not be written is kept, and written with the next call that can.
        """
        if session_id not in self._waiting:
            with self._reading() as connection:
                _must_exist(connection, session_id)
        plain = [replace(entry, payload=clean(entry.payload)) for entry in entries]
        self._waiting.setdefault(session_id, []).extend(plain)
        now_s = time.monotonic()
        if self._waiting_since_s is None:
            self._waiting_since_s = now_s
        urgent = any(entry.kind != "reading" for entry in entries)
        if urgent or now_s - self._waiting_since_s >= READINGS_WAIT_S:
            self.flush()

    def flush(self) -> None:
        """Write the readings that wait."""
        waiting = {number: entries for number, entries in self._waiting.items() if entries}
        if waiting:
            with self._writing() as connection:
                for number, entries in waiting.items():
                    _insert(connection, number, entries)
        for entries in self._waiting.values():
            entries.clear()
        self._waiting_since_s = None

    def put_result(self, session_id: int, result: NdResult) -> None:
        """Keep the result of one ND position in place of an earlier one there."""
        where = (_results.c.session_id == session_id) & (_results.c.nd == result.nd)
        row = {
            "session_id": session_id,
            "nd": result.nd,
            "verdict": result.verdict,
            "delta_um": _finite(result.delta_um),
            "sigma_um": _finite(result.sigma_um),
            "payload": clean(result.payload),
        }
        with self._writing() as connection:
            _must_exist(connection, session_id)
            connection.execute(sa.delete(_results).where(where))
            connection.execute(sa.insert(_results).values(row))

    def close_session(
        self, session_id: int, *, verdict: str | None, delta_um: float | None, sigma_um: float | None
    ) -> None:
        """Mark a session as finished, with what it amounts to."""
        self.flush()
        values = {
            "state": "closed",
            "verdict": verdict,
            "delta_um": _finite(delta_um),
            "sigma_um": _finite(sigma_um),
        }
        with self._writing() as connection:
            _must_exist(connection, session_id)
            connection.execute(sa.update(_sessions).where(_sessions.c.id == session_id).values(values))

    def load(self, session_id: int) -> StoredSession:
        """Everything kept of one session; `StoreError` if there is none of that number."""
        self.flush()
        with self._reading() as connection:
            _must_exist(connection, session_id)
            row = connection.execute(sa.select(_sessions).where(_sessions.c.id == session_id)).one()
            lines = sa.select(_entries).where(_entries.c.session_id == session_id).order_by(_entries.c.seq)
            entries = tuple(
                Entry(each.kind, each.at_s, each.payload, each.picture) for each in connection.execute(lines)
            )
            return StoredSession(_summary(row, _results_of(connection, [session_id])), row.setup, entries)

    def sessions(self, limit: int | None = None) -> tuple[Summary, ...]:
        """All sessions, newest first."""
        self.flush()
        newest = sa.select(_sessions).order_by(_sessions.c.started_at.desc(), _sessions.c.id.desc())
        with self._reading() as connection:
            rows = connection.execute(newest.limit(limit)).all()
            results = _results_of(connection, [row.id for row in rows])
            return tuple(_summary(row, results) for row in rows)

    def find_open(self, source: str) -> int | None:
        """The newest session on `source` that was never finished, to be resumed; None if there is none."""
        same = (_sessions.c.source == redact(source)) & (_sessions.c.state == "open")
        with self._reading() as connection:
            found = connection.execute(sa.select(sa.func.max(_sessions.c.id)).where(same)).scalar()
            return None if found is None else int(found)

    def close(self) -> None:
        """Write what waits and let go of the database."""
        try:
            self.flush()
        finally:
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Database errors as `StoreError` in words that say what to do."""
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(f"{self._name}: {_advice(error)}") from error
        except OSError as error:
            raise StoreError(
                f"{self._name}: {error.strerror or error}: give another place with --store"
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._told(), self._engine.connect() as connection:
            writer = connection.execution_options(backfocus_writes=True)
            with writer.begin():
                yield writer

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._told(), self._engine.connect() as connection:
            yield connection


def redact(text: str) -> str:
    """`text` with the secrets of any address in it replaced."""
    from ..video.address import redact as hide  # the whole of video comes along: not to list the history

    return hide(text) if "://" in text else text


def clean(value: Any) -> Any:
    """`value` as plain JSON: secrets out of its addresses, None for numbers that are not finite.

    Raises `TypeError` for anything JSON has no word for.
    """
    match value:
        case None | bool() | int():
            return value
        case float():
            return _finite(value)
        case str():
            return redact(str(value))
        case Mapping():
            return {redact(str(key)): clean(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [clean(each) for each in value]
        case _:
            raise TypeError(f"{type(value).__name__} cannot be kept: make it plain numbers and words first")


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _utc_text(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _locate(address: str | Path | None) -> tuple[sa.URL, str]:
    """The database URL, and what to call the store in messages (without a password)."""
    if isinstance(address, str) and "://" in address:
        try:
            url = sa.make_url(address)
            url.get_dialect()
        except (ArgumentError, NoSuchModuleError, ValueError, ImportError):
            raise UsageError(
                f"{redact(address)} is no database address: give a file, or a URL such as sqlite:///PATH"
            ) from None
        return url, redact(url.render_as_string(hide_password=True))
    file = Path(address) if address else platformdirs.user_data_path("backfocus") / "sessions.db"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{file.parent}: {error.strerror}: give another place with --store") from error
    if file.is_dir():
        raise StoreError(f"{file} is a folder: give a file in it with --store")
    return sa.URL.create("sqlite", database=str(file)), str(file)


def _engine(url: sa.URL, wait_s: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": wait_s}, json_serializer=_compact)

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


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _bring_up_to_date(engine: Engine) -> None:
    """Run the migration steps that are missing; the usual case costs one query and no import of Alembic."""
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.connect() as plain:
        writer = plain.execution_options(backfocus_writes=True)
        with writer.begin():
            config.attributes["connection"] = writer
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise StoreError(
                    f"{engine.url.database}: written by a newer backfocus: update, or give another --store"
                ) from error


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _insert(connection: Connection, session_id: int, entries: Sequence[Entry]) -> None:
    last = sa.select(sa.func.max(_entries.c.seq)).where(_entries.c.session_id == session_id)
    first = (connection.execute(last).scalar() or 0) + 1
    rows = [
        {
            "session_id": session_id,
            "seq": seq,
            "kind": entry.kind,
            "at_s": _finite(entry.at_s),
            "payload": entry.payload,
            "picture": entry.picture,
        }
        for seq, entry in enumerate(entries, first)
    ]
    connection.execute(sa.insert(_entries), rows)


def _must_exist(connection: Connection, session_id: int) -> None:
    found = connection.execute(sa.select(_sessions.c.id).where(_sessions.c.id == session_id)).first()
    if found is None:
        raise StoreError(f"there is no session {session_id}: `backfocus history` lists them")


def _results_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[NdResult, ...]]:
    found: dict[int, tuple[NdResult, ...]] = {}
    rows = sa.select(_results).where(_results.c.session_id.in_(numbers)).order_by(_results.c.nd)
    for row in connection.execute(rows):
        result = NdResult(row.nd, row.verdict, row.delta_um, row.sigma_um, row.payload)
        found[row.session_id] = (*found.get(row.session_id, ()), result)
    return found


def _summary(row: Any, results: Mapping[int, tuple[NdResult, ...]]) -> Summary:
    return Summary(
        id=row.id,
        started_at=datetime.fromisoformat(row.started_at),
        source=row.source,
        title=row.title,
        camera=row.camera,
        lens=row.lens,
        state=row.state,
        verdict=row.verdict,
        delta_um=row.delta_um,
        sigma_um=row.sigma_um,
        results=results.get(row.id, ()),
    )


_ADVICE = (
    ("locked", "another program is writing to it: close that, or give another --store"),
    ("readonly", "it cannot be written: allow writing, or give another --store"),
    (
        "unable to open",
        "it cannot be opened: does the folder exist and may you write there? Or give another --store",
    ),
    ("not a database", "this file is no backfocus store: move it away, or give another --store"),
    ("malformed", "the file is damaged: move it away, or give another --store"),
    ("disk is full", "the disk is full: make room; what was kept before is safe"),
    ("no such table", "this database holds something else: give another --store"),
    ("no such column", "this database holds something else: give another --store"),
    ("already exists", "this database holds something else: give another --store"),
)


def _advice(error: SQLAlchemyError) -> str:
    """What to do about a database error, on one line; never with the statement's values in it."""
    text = str(getattr(error, "orig", None) or error)
    for sign, advice in _ADVICE:
        if sign in text:
            return advice
    return redact(" ".join(text.split())) + ": look at the database, or give another --store"
