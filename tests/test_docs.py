"""The examples of the manual run as they stand there."""

import re
import shutil
from pathlib import Path
from typing import Any

import cv2
import pytest
from tests.web.conftest import star_picture

from backfocus.session.config import OF_A_RIG, OF_ALL, key_of, read_config

DOCS = Path(__file__).parents[1] / "docs"


def test_every_example_of_the_python_page_runs(
    pull: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(pull, tmp_path / "clip.mp4")
    cv2.imwrite(str(tmp_path / "star.png"), cv2.cvtColor(star_picture(), cv2.COLOR_GRAY2BGR))
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "api.md").read_text("utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    for name in ("backfocus.check(", "backfocus.readings(", "backfocus.read_picture("):
        assert any(name in each for each in examples), f"an example of {name}"
    names: dict[str, Any] = {}
    for each in examples:
        exec(compile(each, "api.md", "exec"), names)  # our own text, from this repository
    said = capsys.readouterr().out
    assert said.splitlines()[-1].startswith("f_number: 'wide open' is not an f-number")


def test_the_file_of_the_manual_can_be_read_and_every_key_stands_in_it(tmp_path: Path) -> None:
    text = (DOCS / "config.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, flags=re.S)
    (tmp_path / "backfocus.toml").write_text(example, "utf-8")
    config = read_config(tmp_path / "backfocus.toml")
    assert list(config.rigs) == ["studio-a", "van"]
    told = set(re.findall(r"^\| (.*?) \|", text, flags=re.M))
    keys = {key.strip("` ") for cell in told for key in cell.split(",")}
    assert keys >= {key_of(name) for name in OF_A_RIG | OF_ALL} | {"store", "quiet"}


def test_the_first_page_leads_to_every_other() -> None:
    first = (DOCS / "index.md").read_text("utf-8").partition("```{toctree}")[0]
    linked = set(re.findall(r"\]\((\w+)\.md", first))
    assert linked == {page.stem for page in DOCS.glob("*.md")} - {"index"}
