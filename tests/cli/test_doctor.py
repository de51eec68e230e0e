"""The doctor: all is looked at, what is missing has a cure, what stands in the way gives exit code 1."""

import json
from pathlib import Path

import pytest
import typer

from backfocus.cli.doctor import doctor, findings


def test_everything_is_looked_at_and_what_is_missing_has_a_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor(store=str(tmp_path / "sessions.db"), config=None, json_=True)
    found = {line["name"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {"Python", "codecs", "devices", "sound", "settings", "store", "network"} <= set(found)
    assert found["store"]["state"] == "good"
    for line in found.values():
        assert line["cure"] or line["state"] == "good"


def test_a_store_that_cannot_be_written_stands_in_the_way(tmp_path: Path) -> None:
    broken = tmp_path / "sessions.db"
    broken.write_text("not a database, and long enough to be looked at as one" * 30)
    (store,) = (each for each in findings(str(broken), None) if each.name == "store")
    assert store.state == "bad"
    with pytest.raises(typer.Exit):
        doctor(store=str(broken), config=None, json_=False)


def test_no_secret_of_a_store_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        doctor(store="postgresql://kim:geheim@127.0.0.1:1/x", config=None, json_=False)
    assert "geheim" not in capsys.readouterr().out
