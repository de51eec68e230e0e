"""Sessions as events: begin, append, load, list.

Everything that happened is written as it happens, so a killed program loses nothing but the last second of
readings. What a session *means* is folded from its events elsewhere; no entry is ever rewritten. Times are
kept as UTC text ending in Z, because SQLite forgets time zones. Whatever may be secret in an address is
replaced before anything is written.
"""

import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import Remedy, SessionHeld, StoreError
from ..redaction import redact, shown
from .database import Database, open_database
from .writer import Writer, this_program, writer_of

Json = dict[str, Any]
Kind = Literal[
    "event", "ignored", "instruction", "reading", "sweep", "picture", "compared", "region", "choice", "rings"
]
State = Literal["open", "closed"]

READINGS_WAIT_S = 1.0
"""Readings are written together; an event, and the end, take those before it along."""

LARGEST_ID = 2**31 - 1

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
    sa.Column("writer", sa.Text),
    sa.Column("written_at", sa.String(32)),
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
    sa.Column("nd", sa.Text, primary_key=True),
    sa.Column("verdict", sa.String(32)),
    sa.Column("delta_um", sa.Float),
    sa.Column("sigma_um", sa.Float),
    sa.Column("payload", sa.JSON),
)


_references = sa.Table(
    "reference_pictures",
    _metadata,
    sa.Column("session_id", sa.Integer, primary_key=True),
    sa.Column("at_s", sa.Float),
    sa.Column("payload", sa.JSON),
    sa.Column("picture", sa.LargeBinary),
)
_cameras = sa.Table(
    "cameras",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text),
    sa.Column("lens", sa.Text),
    sa.Column("payload", sa.JSON),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, as plain JSON values; a picture is a PNG with its caption in `payload`.

    "compared" is an object at tele beside wide: three pictures, one entry each. "region" is the part in
    which somebody says the object stands. "choice" is what was chosen on the page, "rings" is where those of
    a practice camera stand.
    """

    kind: Kind
    at_s: float | None
    payload: Json = field(default_factory=dict)
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """The picture that an object is measured against, and its numbers; `at_s`: when it was taken."""

    at_s: float | None
    payload: Json
    picture: bytes


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
    """A session in one line of the history; `started_at` is in UTC. `led_by`: the program that leads it."""

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
    led_by: str | None = None


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it was kept, its entries in the order they happened."""

    summary: Summary
    setup: Json
    entries: tuple[Entry, ...]


class Store:
    """A database of sessions; use `Store.open`, and `close` it (or use it in a `with`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, list[Entry]] = {}
        self._waiting_since_s: float | None = None
        self._me = this_program()
        self._held: set[int] = set()

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
        return cls(open_database(address, wait_s=wait_s))

    def begin(
        self,
        setup: Mapping[str, Any],
        *,
        source: str = "",
        title: str = "",
        camera: str = "",
        lens: str = "",
        started_at: datetime | None = None,
        hold: bool = False,
    ) -> int:
        """The number of a new open session; `hold`: nobody else may write into it, see `hold`."""
        words = {"source": shown(source), "title": title, "camera": camera, "lens": lens}
        values = {
            **clean(words),
            "started_at": _utc_text(started_at or datetime.now(UTC)),
            "setup": clean(setup),
            "state": "open",
        }
        with self._database.writing() as connection:
            if hold:
                values |= {"writer": str(self._me), "written_at": _utc_text(_now(connection))}
            insert = sa.insert(_sessions).values(values).returning(_sessions.c.id)
            number = int(connection.execute(insert).scalar_one())
        if hold:
            self._held.add(number)
        return number

    def hold(self, session_id: int, *, again: bool = False) -> None:
        """Be the one that writes into a session, until `release`, `close`, or the end of this program.

        Parameters
        ----------
        again : bool
            Open it again where it was finished.

        Raises
        ------
        SessionHeld
            If another program that still runs leads it.
        """
        mine = {"writer": str(self._me)}
        opened = {"state": "open", "verdict": None, "delta_um": None, "sigma_um": None} if again else {}
        with self._database.writing() as connection:
            row = _locked(connection, session_id)
            now = _now(connection)
            if (other := _other(row, self._me, now)) is not None:
                raise SessionHeld(f"session {session_id} is led by {other.words}: close that first")
            values = {**mine, **opened, "written_at": _utc_text(now)}
            connection.execute(sa.update(_sessions).where(_sessions.c.id == session_id).values(values))
        self._held.add(session_id)

    def release(self, session_id: int) -> None:
        """Let others write into a session."""
        self.flush()
        if session_id in self._held:
            self._held.remove(session_id)
            self._let_go(_sessions.c.id == session_id)

    def _let_go(self, which: sa.ColumnElement[bool]) -> None:
        mine = which & (_sessions.c.writer == str(self._me))
        with self._database.writing() as connection:
            connection.execute(sa.update(_sessions).where(mine).values(writer=None, written_at=None))

    def append(self, session_id: int, *entries: Entry) -> None:
        """Keep what happened, in order.

        Readings wait up to a second for company; anything else is on the disk when this returns, with all
        readings before it. What could not be written is kept, and written with the next call that can.
        """
        if session_id not in self._waiting:
            with self._database.reading() as connection:
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
            with self._database.writing() as connection:
                for number, entries in waiting.items():
                    self._must_be_mine(connection, number)
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
        with self._database.writing() as connection:
            self._must_be_mine(connection, session_id)
            connection.execute(sa.delete(_results).where(where))
            connection.execute(sa.insert(_results).values(row))

    def put_reference(self, session_id: int, reference: KeptPicture) -> None:
        """Keep what an object is measured against, in place of an earlier one of that session."""
        row = {
            "session_id": session_id,
            "at_s": _finite(reference.at_s),
            "payload": clean(reference.payload),
            "picture": reference.picture,
        }
        with self._database.writing() as connection:
            self._must_be_mine(connection, session_id)
            connection.execute(sa.delete(_references).where(_references.c.session_id == session_id))
            connection.execute(sa.insert(_references).values(row))

    def reference(self, session_id: int) -> KeptPicture | None:
        """What an object was measured against last in that session; None without one."""
        wanted = sa.select(_references).where(_references.c.session_id == session_id)
        with self._database.reading() as connection:
            _must_exist(connection, session_id)
            row = connection.execute(wanted).first()
            return KeptPicture(row.at_s, _object(row.payload), row.picture) if row else None

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
        with self._database.writing() as connection:
            self._must_be_mine(connection, session_id)
            connection.execute(sa.update(_sessions).where(_sessions.c.id == session_id).values(values))

    def put_camera(self, name: str, lens: str, payload: Mapping[str, Any]) -> None:
        """Keep what was learned of a camera, in place of what was learned through the same lens before."""
        where = (_cameras.c.name == name) & (_cameras.c.lens == lens)
        with self._database.writing() as connection:
            connection.execute(sa.delete(_cameras).where(where))
            values = clean({"name": name, "lens": lens, "payload": payload})
            connection.execute(sa.insert(_cameras).values(values))

    def cameras(self, name: str | None = None) -> tuple[Json, ...]:
        """What was learned of one camera or of all, as it was kept, newest first."""
        which = sa.true() if name is None else _cameras.c.name == name
        newest = sa.select(_cameras.c.payload).where(which).order_by(_cameras.c.id.desc())
        with self._database.reading() as connection:
            return tuple(_object(row.payload) for row in connection.execute(newest))

    def forget_camera(self, name: str) -> bool:
        """Drop all that was learned of a camera; whether there was anything."""
        with self._database.writing() as connection:
            return connection.execute(sa.delete(_cameras).where(_cameras.c.name == name)).rowcount > 0

    def load(self, session_id: int, *kinds: Kind) -> StoredSession:
        """What is kept of one session, or only its entries of some kinds; `StoreError` if there is none."""
        self.flush()
        with self._database.reading() as connection:
            _must_exist(connection, session_id)
            row = connection.execute(sa.select(_sessions).where(_sessions.c.id == session_id)).one()
            lines = sa.select(_entries).where(_entries.c.session_id == session_id).order_by(_entries.c.seq)
            lines = lines.where(_entries.c.kind.in_(kinds)) if kinds else lines
            entries = tuple(
                Entry(each.kind, each.at_s, _object(each.payload), each.picture)
                for each in connection.execute(lines)
            )
            summary = _summary(row, _results_of(connection, [session_id]), _now(connection))
            return StoredSession(summary, _object(row.setup), entries)

    def sessions(self, limit: int | None = None) -> tuple[Summary, ...]:
        """All sessions, newest first."""
        return self._summaries(sa.true(), limit)

    def called(self, title: str, limit: int | None = None) -> tuple[Summary, ...]:
        """The sessions of this title, newest first."""
        return self._summaries(_sessions.c.title == clean(title), limit)

    def left_open(self, source: str | None = None, limit: int | None = None) -> tuple[Summary, ...]:
        """The sessions, on `source` or on any, that were never finished, newest first."""
        unfinished = _sessions.c.state == "open"
        if source is not None:
            unfinished &= _sessions.c.source == clean(shown(source))
        return self._summaries(unfinished, limit)

    def _summaries(self, which: sa.ColumnElement[bool], limit: int | None) -> tuple[Summary, ...]:
        self.flush()
        newest = sa.select(_sessions).where(which)
        newest = newest.order_by(_sessions.c.started_at.desc(), _sessions.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(newest).all()
            results, now = _results_of(connection, [row.id for row in rows]), _now(connection)
            return tuple(_summary(row, results, now) for row in rows)

    def _must_be_mine(self, connection: Connection, session_id: int) -> None:
        """StoreError without such a session, or where another program has taken it up; beats the time."""
        row = _locked(connection, session_id)
        if row.writer is None:
            return
        if row.writer != str(self._me):
            self._waiting.pop(session_id, None)
            raise SessionHeld(
                f"session {session_id} was taken up by {writer_of(row.writer).words}: it goes on there"
            )
        now = _utc_text(_now(connection))
        connection.execute(sa.update(_sessions).where(_sessions.c.id == session_id).values(written_at=now))

    def close(self) -> None:
        """Write what waits, let go of the sessions that are held, and of the database."""
        try:
            self.flush()
            if self._held:
                self._let_go(sa.true())
        finally:
            self._database.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


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
            return _writable(redact(str(value)))
        case Mapping():
            return {_writable(redact(str(key))): clean(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [clean(each) for each in value]
        case _:
            raise TypeError(f"{type(value).__name__} cannot be kept: make it plain numbers and words first")


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise TypeError("a damaged store: no JSON object")
    return value


def _writable(text: str) -> str:
    """`text` without what a database has no letter for: NUL, and bytes of file names that are not UTF-8."""
    return re.sub("[\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _utc_text(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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
    wanted = sa.select(_sessions.c.id).where(_sessions.c.id == session_id)
    if not 0 < session_id <= LARGEST_ID or connection.execute(wanted).first() is None:
        raise StoreError(f"there is no session {session_id}: ", Remedy("sessions"))


def _locked(connection: Connection, session_id: int) -> Any:
    """A session's row; nobody else writes into the session until the end. StoreError if there is none."""
    wanted = sa.select(_sessions).where(_sessions.c.id == session_id)
    wanted = wanted.with_for_update()  # SQLite has one writer anyway
    row = connection.execute(wanted).first() if 0 < session_id <= LARGEST_ID else None
    if row is None:
        raise StoreError(f"there is no session {session_id}: ", Remedy("sessions"))
    return row


def _now(connection: Connection) -> datetime:
    """The time by which all programs that share this database measure."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def _other(row: Any, me: Writer | None, now: datetime) -> Writer | None:
    """Who leads the session of a row, if that is not `me` and has not gone."""
    if row.writer is None or row.writer == str(me):
        return None
    writer = writer_of(row.writer)
    silent_s = (now - datetime.fromisoformat(row.written_at)).total_seconds()
    return None if writer.is_gone(silent_s) else writer


def _results_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[NdResult, ...]]:
    found: dict[int, tuple[NdResult, ...]] = {}
    rows = sa.select(_results).where(_results.c.session_id.in_(numbers)).order_by(_results.c.nd)
    for row in connection.execute(rows):
        result = NdResult(row.nd, row.verdict, row.delta_um, row.sigma_um, row.payload)
        found[row.session_id] = (*found.get(row.session_id, ()), result)
    return found


def _summary(row: Any, results: Mapping[int, tuple[NdResult, ...]], now: datetime) -> Summary:
    writer = _other(row, None, now)
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
        led_by=writer.words if writer else None,
    )
