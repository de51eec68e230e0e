"""Faults of the database, said in one line with what to do next. Pure."""

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ..redaction import redact

ELSEWHERE = "give another place for the store"
NO_DATABASE = f"this file is no backfocus store: {ELSEWHERE}"
FOREIGN = f"this database holds something else: {ELSEWHERE}"
DAMAGED = "the store is damaged: move it away or put a copy back, or give another store"
_BUSY = "another program is writing to it: close that, or give another store"
_FULL = "the disk is full: make room; what was kept before is safe"
_READ_ONLY = "it cannot be written: allow writing, or give another store"
_SHUT = "it cannot be opened: does the folder exist and may you write there? Or give another store"
UNWRITABLE = frozenset({_FULL, _READ_ONLY, _SHUT})
"""Those where nothing is wrong with what was kept: there is no place to write."""
_GONE = "the database server ended the connection: start it, then begin again"
_ADVICE = (
    ("locked", _BUSY),
    ("readonly", _READ_ONLY),
    ("unable to open", _SHUT),
    ("not a database", NO_DATABASE),
    ("malformed", DAMAGED),
    ("disk I/O error", DAMAGED),
    ("not decode to UTF-8", DAMAGED),
    ("disk is full", _FULL),
    ("no such table", FOREIGN),
    ("no such column", FOREIGN),
    ("already exists", FOREIGN),
    ("password authentication failed", "wrong user or password: see the address of the store"),
    (
        "no password supplied",
        "the server asks for a password: write postgresql://USER:PASSWORD@HOST/DATABASE",
    ),
    ("does not exist", "the server has no such user or database: create it, or correct its address"),
    ("Connection refused", "no PostgreSQL server answers there: start it, or correct host and port"),
    ("resolve host", "there is no host of this name: check its spelling and the network"),
    ("translate host", "there is no host of this name: check its spelling and the network"),
    ("No such file", "no PostgreSQL server answers there: start it, or correct its address"),
    ("timeout", "no answer in time: check host, port and the network"),
    ("no route", "the host cannot be reached: check its name and the network"),
    ("server closed", _GONE),
    ("is closed", _GONE),
    ("is lost", _GONE),
)
"""What a database says and what to do about it; the first that fits holds."""
_BY_STATE = {
    "42501": "this user may not make tables there: grant it CREATE on the schema, or name another database",
    "25006": _READ_ONLY,
    "42P07": FOREIGN,
    "42P01": FOREIGN,
    "42703": FOREIGN,
    "53100": _FULL,
    "53300": "the server has too many connections: close some, then begin again",
    "55P03": _BUSY,
    "57P01": _GONE,
    "57P03": "the server is starting or stopping: begin again in a moment",
}
"""The same by the codes of PostgreSQL, whose words depend on the server's language."""


def advice(error: SQLAlchemyError, url: sa.URL) -> str:
    """What to do about a database error, on one line; never with the statement's values in it."""
    cause = getattr(error, "orig", None) or error
    by_state = _BY_STATE.get(str(getattr(cause, "sqlstate", None)))
    if by_state is not None:
        return by_state
    text = str(cause)
    for sign, words in _ADVICE:
        if sign in text:
            return words
    for secret in (
        str(url.password or ""),
        *(value for value in url.query.values() if isinstance(value, str)),
    ):
        text = text.replace(secret, "***") if secret else text
    return redact(" ".join(text.split())) + ": look at the database, or give another store"
