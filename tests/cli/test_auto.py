"""`auto` at its end: what it found is found again by what it says."""

from pathlib import Path

import pytest
from tests.forked import Forks

from backfocus.cli.auto import show_kept


def test_a_camera_that_can_tell_where_its_pictures_are_is_asked(forks: Forks, tmp_path: Path) -> None:
    # port 9 (discard) is closed on any machine without inetd: refused at once, on loopback
    optics = ("--pixel-um", "5", "--f-number", "1.8", "--yes")
    ended = forks.run("auto", "onvif://127.0.0.1:9", *optics, cwd=tmp_path)
    assert ended.returncode == 3
    assert "onvif://127.0.0.1:9 does not answer" in ended.stderr


def test_the_session_and_how_to_have_its_certificate_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    unmoved = {"drift_um": None, "half_depth_of_focus_um": 9.0, "corrected": False, "drifted": False}
    show_kept(unmoved | {"session": 41})
    (words,) = capsys.readouterr().out.splitlines()
    assert "session 41" in words
    assert "backfocus report 41" in words
