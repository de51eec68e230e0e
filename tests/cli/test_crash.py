"""The net: an unexpected error ends in one line and a record, and gives no secret away."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

BREAK = """
import sys
import backfocus.video.source as source
def broken(*a, **k):
    {statement}
source.open_source = broken
from backfocus.cli.app import main
main()
"""


def crash(tmp_path: Path, statement: str, state: str = "state") -> "subprocess.CompletedProcess[str]":
    """`backfocus measure` of an address with a password, whose opening does `statement`."""
    return subprocess.run(
        [sys.executable, "-c", BREAK.format(statement=statement), "measure", "rtsp://op:hunter2@cam/1"],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path / state), "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        check=False,
    )


def record_in(tmp_path: Path) -> Path:
    (path,) = tmp_path.rglob("crash-*.log")
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="XDG_STATE_HOME is Linux's")
def test_what_nobody_foresaw_is_one_line_and_a_record(tmp_path: Path) -> None:
    ended = crash(tmp_path, "raise KeyError('rtsp://op:hunter2@cam/1 is\\nnot there')")
    assert ended.returncode == 70
    (line,) = ended.stderr.splitlines()
    path = record_in(tmp_path)
    assert str(path) in line
    assert "report" in line
    assert path.is_relative_to(tmp_path / "state")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = path.read_text()
    assert "Traceback" in kept
    assert "KeyError" in kept
    assert "'measure'" in kept
    assert "hunter2" not in kept + line + ended.stdout


def test_a_record_goes_elsewhere_when_there_is_no_room_for_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    ended = crash(tmp_path, "1 / 0", state="file")
    assert ended.returncode == 70
    assert len(ended.stderr.splitlines()) == 1
    assert str(record_in(tmp_path)) in ended.stderr


def test_only_the_last_records_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "backfocus" / "log"
    folder.mkdir(parents=True)
    for number in range(30):
        (folder / f"crash-20200101-0000{number:02d}-1.log").touch()
    crash(tmp_path, "1 / 0")
    left = sorted(path.name for path in folder.iterdir())
    assert len(left) == 20
    assert left[0] == "crash-20200101-000011-1.log"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("raise MemoryError", 3),
        ("from backfocus.errors import OutputError; raise OutputError('no room')", 74),
        ("from backfocus.errors import UsageError; raise UsageError('9' * 5000)", 2),
    ],
)
def test_what_was_foreseen_leaves_no_record(tmp_path: Path, statement: str, code: int) -> None:
    ended = crash(tmp_path, statement)
    assert ended.returncode == code
    assert not list(tmp_path.rglob("crash-*.log"))
    assert len(ended.stderr.strip().splitlines()) == 1
    assert len(ended.stderr) < 600


def test_a_fault_in_another_thread_is_one_line_too(tmp_path: Path) -> None:
    ended = crash(
        tmp_path,
        "import threading; t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join(); sys.exit(9)",
    )
    assert ended.returncode == 9
    assert "Traceback" not in ended.stderr
    assert str(record_in(tmp_path)) in ended.stderr
