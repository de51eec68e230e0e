"""A PostgreSQL server of the tests' own, and a place of either kind to keep sessions in."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

PASSWORD = "Tr0ub4dor&3/#?@%"
"""With every letter that means something in an address."""
IN_ADDRESS = "Tr0ub4dor%263%2F%23%3F%40%25"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; `user` may make databases and has a password."""

    port: int
    folder: Path
    run: Callable[..., None]

    def address(self, database: str, *, password: str = IN_ADDRESS) -> str:
        return f"postgresql://crew:{password}@127.0.0.1:{self.port}/{database}"

    def socket_address(self, database: str) -> str:
        return f"postgresql://crew:{IN_ADDRESS}@/{database}?host={self.folder}&port={self.port}"


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server on a free port of this machine and on a socket, gone with its folder at the end."""
    pytest.importorskip("psycopg", reason="the `postgres` extra is not installed")
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    as_user: tuple[str, ...] = ()
    folder = Path(tempfile.mkdtemp(prefix="backfocus-postgres-"))
    if os.name == "posix" and os.geteuid() == 0:  # the server refuses to run as root
        try:
            shutil.chown(folder, "postgres", "postgres")
        except LookupError:
            folder.rmdir()
            pytest.skip("PostgreSQL does not run as root, and there is no user `postgres`")
        as_user = ("runuser", "-u", "postgres", "--")

    def run(*command: str) -> None:
        done = subprocess.run(
            (*as_user, *command), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=120
        )
        assert done.returncode == 0, done.stderr.decode()

    data, port = str(folder / "data"), _free_port()
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    word = folder / "password"
    word.write_text(PASSWORD)
    word.chmod(0o644)
    try:
        run(
            initdb,
            "-D",
            data,
            "-U",
            "crew",
            "-A",
            "scram-sha-256",
            f"--pwfile={word}",
            "--no-sync",
            "-E",
            "UTF8",
        )
        run(pg_ctl, "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Postgres(port, folder, lambda *command: run(pg_ctl, "-D", data, *command))
        finally:
            run(pg_ctl, "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_NUMBERS = count(1)


@pytest.fixture
def database(postgres: Postgres) -> str:
    """The name of a new, empty database."""
    import psycopg

    name = f"lens_{next(_NUMBERS)}"
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return name


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where sessions are to be kept: a file, and a database on a server."""
    if request.param == "sqlite":
        return str(tmp_path / "sessions.db")
    server: Postgres = request.getfixturevalue("postgres")
    return server.address(request.getfixturevalue("database"))
