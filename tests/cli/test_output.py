"""Where the output goes: full, closed, a pipe nobody reads, a terminal without Unicode."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from backfocus.cli.lettering import QUARTERS
from backfocus.cli.live import BARS
from backfocus.cli.output import IN_ASCII
from backfocus.cli.screen import EIGHTHS, MARKS
from backfocus.solve.focus_table import FORM

OPTICS = "--pixel-um 5 --f-number 1.8"

posix = pytest.mark.skipif(os.name != "posix", reason="redirects by a POSIX shell")
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


def shell(line: str, tmp_path: Path, **more: str) -> "subprocess.CompletedProcess[bytes]":
    """One line of shell, with BACKFOCUS for the command."""
    environment: Mapping[str, str] = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))},
        "BACKFOCUS_STORE": str(tmp_path / "sessions.db"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "BACKFOCUS": f"{sys.executable} -m backfocus",
        **more,
    }
    return subprocess.run(
        ["/bin/sh", "-c", line], capture_output=True, timeout=120, env=environment, cwd=tmp_path, check=False
    )


@posix
@needs_full
@pytest.mark.parametrize(
    ("command", "unbuffered"),
    [
        ("--help", ""),
        ("profiles", "1"),
        ("measure 'sim://?seed=1&codec=none&size=320x180' --frames 2 --json", ""),
        pytest.param("--help", "1", marks=pytest.mark.slow),
        pytest.param("profiles", "", marks=pytest.mark.slow),
    ],
)
def test_a_full_disk_is_said_in_one_line(command: str, unbuffered: str, tmp_path: Path) -> None:
    ended = shell(f"$BACKFOCUS {command} >/dev/full", tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert ended.returncode == 74
    assert b"Traceback" not in ended.stderr
    assert ended.stderr.count(b"cannot be written: No space left") == 1
    assert b"Exception ignored" not in ended.stderr


@posix
def test_where_the_input_is_closed_nobody_is_asked(tmp_path: Path) -> None:
    table = tmp_path / "table.json"
    stop = {"focus": 9000, "sigma": 1, "scale_px": 100}
    stops = [{"zoom": zoom, **stop} for zoom in (0, 16384)]
    table.write_text(json.dumps({"form": FORM, "low": 4096, "high": 61440, "stops": stops}))
    ended = shell(f"$BACKFOCUS hold visca://127.0.0.1:9 --table {table} <&-", tmp_path)
    assert ended.returncode == 2, ended.stderr
    assert b"--yes" in ended.stderr


@posix
@pytest.mark.parametrize("command", ["--help", "measure 'sim://?seed=1&codec=none&size=320x180' --frames 2"])
def test_a_closed_output_is_said_in_one_line(command: str, tmp_path: Path) -> None:
    ended = shell(f"$BACKFOCUS {command} >&-", tmp_path)
    assert ended.returncode == 74
    assert (
        ended.stderr.splitlines()[-1]
        == b"backfocus: the output cannot be written: it is closed: look at where it goes"
    )


@posix
def test_a_reader_that_has_gone_is_no_news(tmp_path: Path) -> None:
    # The reader takes one line and leaves; 400 lines are more than a pipe and its buffers hold back.
    command = "measure 'sim://?seed=1&codec=none&size=320x180' --frames 400 --json"
    ended = shell(f"{{ $BACKFOCUS {command}; echo $? >code; }} | head -n 1 >line", tmp_path)
    assert (tmp_path / "code").read_text().strip() == "74"
    assert (tmp_path / "line").read_text().startswith("{")
    said = [line for line in ended.stderr.splitlines() if b"picture" not in line and b"camera" not in line]
    assert not [line for line in said if b"written" in line or b"pipe" in line.lower()]


@posix
@needs_full
@pytest.mark.parametrize("redirect", ["2>/dev/full", "2>&-"])
def test_errors_that_cannot_be_told_change_no_exit_code(redirect: str, tmp_path: Path) -> None:
    assert shell(f"$BACKFOCUS measure missing.png {redirect}", tmp_path).returncode == 3


@posix
@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"LANG": "C"}, marks=pytest.mark.slow),
        pytest.param({"LC_ALL": "C"}, marks=pytest.mark.slow),
        pytest.param({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, marks=pytest.mark.slow),
        {"PYTHONIOENCODING": "ascii"},
    ],
)
def test_ascii_terminals_get_ascii(environment: dict[str, str], tmp_path: Path, pull: Path) -> None:
    ended = shell(f"$BACKFOCUS check {pull} {OPTICS}", tmp_path, **environment)
    assert ended.returncode == 1, ended.stderr
    assert ended.stdout.isascii()
    assert ended.stderr.isascii()
    assert b"OFF" in ended.stdout  # in letters, not in blocks
    assert b"+-" in ended.stdout
    assert b"?" not in ended.stdout


@pytest.mark.slow
@posix
def test_other_terminals_get_what_they_can_show(tmp_path: Path, pull: Path) -> None:
    check = f"$BACKFOCUS check {pull} {OPTICS}"
    assert "±" in shell(check, tmp_path, LANG="C.UTF-8").stdout.decode("utf-8")
    assert b"\xb1" in shell(check, tmp_path, PYTHONIOENCODING="latin-1").stdout


@posix
@pytest.mark.parametrize(
    ("name", "environment"),
    [
        (b"a\xff\xfe.png", {"LC_ALL": "C.UTF-8"}),
        ("Bühne ☃.png".encode(), {"LC_ALL": "C"}),
        pytest.param(b"a\xff\xfe.png", {"LC_ALL": "C"}, marks=pytest.mark.slow),
        pytest.param("Bühne ☃.png".encode(), {"LC_ALL": "C.UTF-8"}, marks=pytest.mark.slow),
    ],
)
def test_names_in_any_letters_are_said(name: bytes, environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backfocus", "measure", name]
    ended = subprocess.run(
        command, capture_output=True, timeout=60, env=os.environ | environment, cwd=tmp_path, check=False
    )
    assert ended.returncode == 3
    assert b"there is no such file" in ended.stderr


def test_every_sign_of_the_screen_has_one_in_ascii() -> None:
    drawn = set(EIGHTHS + BARS + QUARTERS + "".join(MARKS.values()) + "┃│┊·●")
    assert all(len(IN_ASCII[sign]) == 1 for sign in drawn if not sign.isascii())
    assert all(text.isascii() for text in IN_ASCII.values())
