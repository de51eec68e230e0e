"""The options of a rig: the same on every command that looks at pictures, and from a file under them."""

import json
import shutil
from pathlib import Path

import pytest
import typer.main

from backfocus.cli.app import app
from backfocus.cli.options import EVERYWHERE

from .conftest import Run

COMMANDS = typer.main.get_group(app).commands
LOOKING = ("measure", "check", "guide", "serve", "config")


@pytest.mark.parametrize("name", LOOKING)
def test_every_command_that_looks_takes_the_options_of_a_rig(name: str) -> None:
    taken = {option for each in COMMANDS[name].params for option in each.opts}
    spelt = {f"--{option.replace('_', '-')}" for option in EVERYWHERE} | {"--rig", "--config"}
    assert spelt <= taken
    assert (
        ("--shims" in taken) == ("--um-per-degree" in taken) == ("--no-ring" in taken) == (name != "measure")
    )


@pytest.fixture
def studio(tmp_path: Path, pull: Path) -> Path:
    shutil.copy(pull, tmp_path / "pull.mp4")
    file = tmp_path / "backfocus.toml"
    file.write_text('pixel-um = 5\n\n[rig.studio-a]\nsource = "pull.mp4"\nf-number = 1.8\n')
    return file


def test_nobody_types_a_rig_twice(backfocus: Run, studio: Path, pull: Path) -> None:
    typed = backfocus("check", pull, "--pixel-um", 5, "--f-number", 1.8, "--json")
    named = backfocus("check", "--rig", "studio-a", "--config", studio, "--json")
    assert named.returncode == typed.returncode == 1, named.stderr
    assert json.loads(named.stdout) == json.loads(typed.stdout)


def test_an_option_wins_over_the_file(backfocus: Run, studio: Path) -> None:
    def blur_um(*more: object) -> float:
        line = backfocus("measure", "--rig", "studio-a", "--config", studio, *more, "--frames", 1, "--json")
        return float(json.loads(line.stdout)["defocus_um"])

    # the picture is the same; behind a 2x extender a lens has twice the f-number, however it is said
    assert blur_um("--f-number", 2.8) == blur_um("--f-number", 1.4, "--extender", 2) != blur_um()


def test_config_shows_what_holds_and_from_where(backfocus: Run, studio: Path) -> None:
    asked = ("config", "--rig", "studio-a", "--config", studio)
    shown = json.loads(backfocus(*asked, "--lens", "canon-cj20ex7.8b", "--json").stdout)
    holds = {each["key"]: (each["value"], each["from"]) for each in shown["holds"]}
    assert (shown["file"], shown["found"], shown["rigs"]) == (str(studio), True, ["studio-a"])
    assert holds["pixel-um"] == (5.0, "backfocus.toml, line 1")
    assert holds["lens"] == ("canon-cj20ex7.8b", "option")
    assert holds["f-number"] == (None, "")
    assert holds["store"][1] == "BACKFOCUS_STORE"
    assert "[rig.studio-a] of backfocus.toml, line 5" in backfocus(*asked).stdout


@pytest.mark.parametrize(
    ("command", "text", "said"),
    [
        # all commands read the file by the same code: each mistake at one or two of them
        ("measure", "lense = 'x'", "lens"),
        ("check", "[rig.a]\nsource = 'x'\nf-number = 0", "line 3"),
        ("guide", "camera = ", "TOML"),
        ("serve", "lense = 'x'", "lens"),
        ("config", "[rig.a]\nsource = 'x'\nf-number = 0", "line 3"),
    ],
)
def test_a_mistake_in_the_file_ends_in_2_with_one_line(
    backfocus: Run, tmp_path: Path, command: str, text: str, said: str
) -> None:
    (tmp_path / "b.toml").write_text(text)
    ended = backfocus(command, "sim://", "--config", tmp_path / "b.toml")
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert "b.toml" in line
    assert said in line


def test_without_a_source_and_without_a_rig_that_has_one_it_says_so(backfocus: Run, tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text("[rig.a]\nlens = 'canon-cj20ex7.8b'\n")
    for more in ((), ("--rig", "a", "--config", tmp_path / "b.toml")):
        ended = backfocus("measure", *more)
        assert ended.returncode == 2
        assert "SOURCE" in ended.stderr


def test_a_region_of_an_object_goes_without_another_target(backfocus: Run, pull: Path) -> None:
    ended = backfocus("check", pull, "--region", "10,10,80x60", "--target", "star")
    assert ended.returncode == 2
    assert "--region is a part of an object here" in ended.stderr
