"""What the README promises runs: its Python as it stands there, and every command it names exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_the_python_example_finds_the_error(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.S)
    assert len(code.strip().splitlines()) <= 10
    exec(compile(code, "README.md", "exec"), {})  # our own text, from this repository
    kind, error_um, _ = capsys.readouterr().out.split()
    # 40 um was asked for; without a sweep the softness of the lens may add up to half the depth of focus.
    assert kind in ("adjust", "unsure")
    assert abs(float(error_um) - 40.0) < 9.0


def test_every_command_named_has_a_help_text() -> None:
    named = {name for name in re.findall(r"backfocus ([a-z]+)\b", TEXT) if name not in ("itself",)}
    listed = subprocess.run(
        [sys.executable, "-m", "backfocus", "--help"], capture_output=True, text=True, check=True
    ).stdout
    commands = set(re.findall(r"^  ([a-z]+) ", listed, flags=re.M))
    assert commands, listed
    assert {name for name in named if name in commands} >= {
        "demo",
        "guide",
        "check",
        "measure",
        "chart",
        "report",
    }


@pytest.mark.parametrize("target", ["demo", "test", "docs"])
def test_every_make_target_named_exists(target: str) -> None:
    assert f"make {target}" in TEXT
    assert re.search(rf"^{target}:", (README.parent / "Makefile").read_text(), flags=re.M)
