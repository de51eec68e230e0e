"""`backfocus report`: the name of the file says what is in it."""

import os
from pathlib import Path

import pytest

from backfocus.cli.files import file_in_folder
from backfocus.cli.session import Wanted, end
from backfocus.errors import OutputError
from backfocus.guide.events import Stopped
from backfocus.guide.procedure import advance
from backfocus.guide.records import to_dict
from backfocus.guide.session_state import Session, Setup
from backfocus.guide.watch.watch import StepHistory
from backfocus.session.rig import Rig
from backfocus.session.run import Moment
from backfocus.session.store import Entry, Store

from .conftest import Run


@pytest.fixture(autouse=True)
def session(tmp_path: Path) -> None:
    with Store.open(tmp_path / "sessions.db") as store:
        number = store.begin(to_dict(Setup()), source="clip.mp4", title="clip.mp4")
        store.append(number, Entry("event", 3.0, to_dict(Stopped(3.0, "aim"))))


@pytest.mark.parametrize("name", ["cert.html", "CERT.HTM"])
def test_a_page(backfocus: Run, tmp_path: Path, name: str) -> None:
    ended = backfocus("report", 1, "--out", name)
    assert (ended.returncode, ended.stdout) == (0, f"{name}\n")
    assert (tmp_path / name).read_bytes().startswith(b"<!doctype html>")


@pytest.mark.parametrize("name", ["cert.pdf", "CERT.PDF"])
def test_a_pdf(backfocus: Run, tmp_path: Path, name: str) -> None:
    pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    ended = backfocus("report", 1, "--out", name)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{name}\n", "")
    assert (tmp_path / name).read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", ["cert", "cert.txt", "cert.pdf.gz", "cert.docx", ".pdf"])
def test_another_name_is_refused_before_anything_is_written(
    backfocus: Run, tmp_path: Path, name: str
) -> None:
    ended = backfocus("report", 1, "--out", name)
    assert ended.returncode == 2
    assert ".html or .pdf" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / name).exists()


def test_a_session_at_its_end_writes_the_certificate_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "cert.html"
    stopped, _ = advance(Session(Setup()), Stopped(3.0, "aim"))
    last = Moment(3.0, None, stopped, StepHistory(), (), ())
    wanted = Wanted(Rig(source="clip.mp4"), "", store=str(tmp_path / "sessions.db"), json=True, report=path)
    assert end(wanted, last, 1) == 4
    assert path.read_bytes().startswith(b"<!doctype html>")


def test_the_demonstration_refuses_another_name_before_it_begins(backfocus: Run) -> None:
    ended = backfocus("demo", "--report", "cert.txt")
    assert ended.returncode == 2
    assert "--report" in ended.stderr


def test_json_goes_to_the_terminal_only(backfocus: Run, tmp_path: Path) -> None:
    ended = backfocus("report", 1, "--json", "--out", "a.html")
    assert ended.returncode == 2
    assert not (tmp_path / "a.html").exists()


def test_a_pdf_without_the_extra(backfocus: Run, tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise ImportError")  # the folder it runs in is searched first
    ended = backfocus("report", 1, "--out", "cert.pdf")
    assert ended.returncode == 2
    assert "pip install 'backfocus[pdf]'" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "cert.pdf").exists()


@pytest.mark.skipif(os.name != "posix", reason="/proc")
@pytest.mark.parametrize("place", [".", "gone/wall.html", "read-me/wall.html", "/proc/wall.html"])
def test_a_place_that_takes_no_file_is_refused_before_the_work(tmp_path: Path, place: str) -> None:
    (tmp_path / "read-me").write_text("a file, and no folder")
    with pytest.raises(OutputError, match="choose another place with --report"):
        file_in_folder("--report", tmp_path / place)


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_trying_a_place_changes_nothing_there(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    kept, pipe = folder / "kept.html", folder / "pipe.html"
    kept.write_text("kept")
    os.mkfifo(pipe)  # opening it would wait for a reader, for ever
    for path in (kept, pipe, folder / "new.html"):
        assert file_in_folder("--report", path) == path
    assert kept.read_text() == "kept"
    assert {each.name for each in folder.iterdir()} == {"kept.html", "pipe.html"}
