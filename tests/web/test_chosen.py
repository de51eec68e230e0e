"""What follows from a choice, and what of it is kept."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from backfocus.errors import UsageError
from backfocus.guide.records import from_dict
from backfocus.web.chosen import choose, is_wanted, kept_choice
from backfocus.web.messages import Choice
from backfocus.web.offers import Given

CAMERA = Choice("address", "rtsp://ann:secret@cam/1", pixel_um=5.0, f_number="2", shims_um=(10.0, 50.0))


@pytest.mark.parametrize("choice", [CAMERA, Choice("virtual"), Choice("practice", "7")])
def test_a_choice_comes_back_from_what_is_kept(choice: Choice) -> None:
    kept = json.loads(json.dumps(choose(choice, Given()).kept_setup()))
    assert kept_choice(kept) == replace(choice, name=choice.name.replace("ann:secret", "***"))
    assert from_dict(kept) == choose(choice, Given()).setup


def test_sessions_of_the_terminal_are_not_taken_up_here() -> None:
    kept = choose(CAMERA, Given()).kept_setup()
    del kept["page"]
    assert kept_choice(kept) is None


def test_no_title_tells_a_secret(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    assert "secret" not in choose(CAMERA, Given()).title
    assert choose(Choice("recording", "a.mp4"), Given(None, tmp_path)).title == "a.mp4"
    practice = choose(Choice("practice", "7"), Given())
    assert practice.title == "practice"
    assert practice.kept_source == "practice:7", "the seed, never what it hides"


def test_every_practice_has_an_error_of_its_own() -> None:
    seeds = iter((3, 4))
    first, second = (choose(Choice("practice"), Given(), draw=lambda _: next(seeds)) for _ in range(2))
    assert (first.choice.name, second.choice.name) == ("3", "4")
    assert first.address != second.address


def test_what_cannot_be_meant_is_refused_before_anything_is_opened() -> None:
    for choice in (
        Choice("address", "/etc/passwd"),
        Choice("given"),
        Choice("address", "rtsp://c", lens="x"),
    ):
        with pytest.raises(UsageError):
            choose(choice, Given())


@pytest.mark.parametrize(
    ("choice", "wanted", "taken_up"),
    [
        (Choice("address", "rtsp://cam/1"), None, True),
        (Choice("address", "rtsp://***@cam/1"), None, False),  # the password was not kept
        (Choice("given", "rtsp://cam/1"), None, False),
        (Choice("recording", "a.mp4"), None, False),  # a recording begins at its beginning
        (Choice("given", "rtsp://cam/1"), Choice("given", "rtsp://cam/1"), True),
        (Choice("given", "rtsp://***@cam/1"), Choice("given", "rtsp://ann:secret@cam/1"), True),
        (Choice("given", "rtsp://cam/2"), Choice("given", "rtsp://cam/1"), False),
        (Choice("practice", "7"), Choice("practice"), True),
        (Choice("practice", "7"), Choice("practice", "8"), False),
        (Choice("given", "clip.mp4"), Choice("given", "clip.mp4"), False),
    ],
)
def test_which_sessions_are_taken_up(choice: Choice, wanted: Choice | None, taken_up: bool) -> None:
    assert is_wanted(choice, Given(wanted)) == taken_up
