"""`auto` at its end: what it found is found again by what it says."""

import pytest

from backfocus.cli.auto import show_kept


def test_the_session_and_how_to_have_its_certificate_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    unmoved = {"drift_um": None, "half_depth_of_focus_um": 9.0, "corrected": False, "drifted": False}
    show_kept(unmoved | {"session": 41})
    (words,) = capsys.readouterr().out.splitlines()
    assert "session 41" in words
    assert "backfocus report 41" in words
