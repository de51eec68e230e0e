"""`auto --all` as it is typed."""

import io
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from backfocus.cli.fleet import _write_metrics, print_what_to_do, rows_that_fit, table_of_rows
from backfocus.session.fleet.rows import Row

Run = Callable[..., "subprocess.CompletedProcess[str]"]
LOST = """
pixel-um = 5
f-number = 1.8
[cameras.lobby]
address = "visca://127.0.0.1:9"
video = "http://ann:secret@127.0.0.1:9/video.mjpg"
"""


def test_a_camera_that_is_not_reached_is_named_in_all_that_is_written(backfocus: Run, tmp_path: Path) -> None:
    (tmp_path / "cameras.toml").write_text(LOST)
    asked = (
        "auto",
        "--all",
        "cameras.toml",
        "--yes",
        "--json",
        "--report",
        "wall.html",
        "--prometheus",
        "b.prom",
    )
    ended = backfocus(*asked)
    assert ended.returncode == 3
    camera, all_ = map(json.loads, ended.stdout.splitlines())
    assert (camera["name"], camera["exit_code"], all_["exit_code"]) == ("lobby", 3, 3)
    assert "refuses the connection" in camera["error"]
    assert "chmod 600" in ended.stderr
    for text in (ended.stdout, ended.stderr, *(Path(tmp_path, name).read_text() for name in asked[-3::2])):
        assert "secret" not in text
    assert "lobby" in (tmp_path / "wall.html").read_text()
    assert "exit_code" in (tmp_path / "b.prom").read_text()
    assert "not reached" in backfocus("history").stdout


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("--all", "cameras.toml"), "1 lens will move, an iris with a motor is opened"),
        (("--all", "cameras.toml", "--yes", "visca://192.0.2.1"), "leave LENS out"),
        (("--all", "cameras.toml", "--yes", "--video", "a.mp4"), "leave --rig and --video out"),
        (("--all", "cameras.toml", "--yes", "--report", "wall.pdf"), "end its name in .html"),
        (("--all", "cameras.toml", "--mqtt", "http://h"), "write mqtt://HOST"),
        (("--all", "none.toml", "--yes"), "No such file"),
        (("visca://192.0.2.1", "--report", "wall.html"), "--report goes with --all"),
        ((), "no LENS"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_moves(
    backfocus: Run, tmp_path: Path, asked: tuple[str, ...], words: str
) -> None:
    (tmp_path / "cameras.toml").write_text(LOST)
    ended = backfocus("auto", *asked)
    assert ended.returncode == 2
    assert words in ended.stderr


@pytest.mark.parametrize("asked", [("--all", "cameras.toml"), ("visca://192.0.2.1", "--video", "rtsp://h/s")])
def test_where_nothing_can_be_kept_nobody_is_asked_and_nothing_moves(
    backfocus: Run, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    """As an output that cannot be written; 3 would say that a camera was not reached."""
    (tmp_path / "cameras.toml").write_text(LOST)
    optics = ("--pixel-um", "5", "--f-number", "2")
    ended = backfocus("auto", *asked, *optics, "--store", str(tmp_path / "cameras.toml" / "store.db"))
    assert ended.returncode == 74, ended.stderr
    assert "give another place for the store" in ended.stderr


def test_a_name_is_no_markup_and_those_at_work_are_seen_where_not_all_fit() -> None:
    rows = [Row(f"[red]{number}[/]", state="waiting") for number in range(30)]
    rows[20] = Row("at work", state="running", looks=3, doing="tele")
    rows[3] = Row("lost", state="done", error="nothing answers")
    assert [row.name for row in rows_that_fit(rows, 4)] == ["at work", "lost", "[red]0[/]", "[red]1[/]"]
    assert rows_that_fit(rows, 30) == rows
    console = Console(width=100)
    with console.capture() as capture:
        console.print(table_of_rows(rows))
    assert "[red]0[/]" in capture.get()
    assert "tele, 3 looks" in capture.get()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_breaks_what_to_do_between_words_and_a_pipe_has_it_in_one_line(is_terminal: bool) -> None:
    said = "the host refuses the connection: check the port and that streaming is switched on"
    console = Console(file=io.StringIO(), width=30, force_terminal=is_terminal, color_system=None)
    print_what_to_do([Row("[b]hall[/]", state="done", error=said)], console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().strip().splitlines()
    assert " ".join(line.strip() for line in lines) == f"[b]hall[/]: {said}"
    assert (max(map(len, lines)) <= 30) == is_terminal


def test_of_a_camera_that_its_motor_has_set_the_error_before_is_told() -> None:
    told = {"verdict": "set", "corrected": True, "found_um": 20.04, "drifted": False, "advice": ""}
    console = Console(file=io.StringIO(), width=90, color_system=None)
    rows = [
        Row("hall", state="done", line=told),
        Row("door", state="done", line=told | {"corrected": False}),
        Row("desk", state="done", line=told | {"verdict": "adjust", "advice": "Again."}),
    ]
    print_what_to_do(rows, console)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().split("\n")[1:] == [
        "desk: Again.",
        "hall: It was +20.0 um off; its motor has set it.",
        "",
    ]


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name and links are those of POSIX")
def test_metrics_replace_neither_a_pipe_nor_a_link(tmp_path: Path) -> None:
    rows = [Row("hall", error="it does not answer")]
    pipe, link, file = (tmp_path / name for name in ("pipe", "link.prom", "file.prom"))
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    _write_metrics(pipe, rows)
    assert b"hall" in os.read(reader, 1 << 16)
    os.close(reader)
    assert pipe.is_fifo()
    link.symlink_to(file)
    _write_metrics(link, rows)
    assert link.is_symlink()
    assert "hall" in file.read_text()
