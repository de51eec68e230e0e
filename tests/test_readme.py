"""What the README promises runs: its Python as it stands there, and every command it names exists."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.forked import Forks

from backfocus.sim.source import open_sim
from backfocus.video.record import record

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_the_python_example_finds_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.S)
    assert len(code.strip().splitlines()) <= 10
    # what the reader has: a clip of a lens that is 120 um off, its sensor of 9.6 mm in 640 pixels of 15 um;
    # a camera on the network; a picture
    source = open_sim("sim://?clip=check&delta_um=120&pixel_um=15&seed=7&fps=12.5&codec=none&size=640x360")
    record(source.frames(), tmp_path / "clip.mp4", fps=12.5)
    camera = "sim://?delta_um=40&seed=7&hand=none"
    array = next(iter(open_sim(f"{camera}&codec=none").frames())).luma
    monkeypatch.chdir(tmp_path)
    assert "rtsp://CAMERA/stream" in code
    names: dict[str, Any] = {"array": array}
    exec(compile(code.replace("rtsp://CAMERA/stream", camera), "README.md", "exec"), names)
    answer, reading = names["answer"], names["reading"]
    # without a sweep the softness of the lens may add up to half the depth of focus of 27 um
    assert answer.verdict in ("adjust", "unsure")
    assert abs(answer.delta_um - 120.0) < 27.0
    assert reading.star.cycles == 36


def test_every_command_named_has_a_help_text(tmp_path: Path, forks: Forks) -> None:
    named = {name for name in re.findall(r"backfocus ([a-z]+)\b", TEXT) if name not in ("itself",)}
    listed = forks.run("--help", cwd=tmp_path).stdout
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
