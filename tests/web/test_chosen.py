"""What follows from a choice, and what of it is kept."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backfocus.errors import UsageError
from backfocus.guide import events as ev
from backfocus.guide.session_state import Session
from backfocus.optics.profiles import camera, lens
from backfocus.session.config import read_config
from backfocus.session.guided import choice_of
from backfocus.session.journal import Journal
from backfocus.session.rig import rig_options
from backfocus.session.store import Store
from backfocus.web.chosen import choice_from, choose
from backfocus.web.messages import Choice
from backfocus.web.offers import Given

SAID = rig_options(
    {
        "pixel_um": 5.0,
        "f_number": "2",
        "shims": (10.0, 50.0),
        "extender": 2,
        "no_ring": True,
        "target": "edge",
    }
)
CAMERA = Choice("address", "rtsp://ann:secret@cam/1", SAID)


@pytest.mark.parametrize("choice", [CAMERA, Choice("virtual"), Choice("practice", "7")])
def test_a_choice_comes_back_from_what_is_kept(choice: Choice, tmp_path: Path) -> None:
    plan = choose(choice, Given()).plan()
    with Store.open(tmp_path / "s.db") as store:
        journal = Journal.begin(store, plan.setup, source=plan.source, title="t", choice=plan.choice)
        journal.add(Session(plan.setup), ev.StarSeen(1.0, 80.0))
        plain = choice_of(store.load(1, "choice"))
    assert plain is not None
    assert choice_from(plain) == replace(choice, name=choice.name.replace("ann:secret", "***"))


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"type": "PageChoice", "kind": "file", "name": "/etc/passwd"},
        {"type": "PageChoice", "kind": "address", "name": "x", "options": {"pixel_um": -1}},
    ],
)
def test_what_is_no_choice_of_this_page_is_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        choice_from(plain)


def test_what_is_chosen_makes_the_rig() -> None:
    rig = choose(CAMERA, Given()).rig
    assert rig.optics is not None
    assert (rig.optics.f_number(), rig.optics.pixel_um, rig.shims_um) == (4.0, 5.0, (10.0, 50.0))
    assert (rig.back_focus_ring, rig.track.want) == (False, "edge")
    named = Choice("address", "rtsp://c", rig_options({"camera": "b4-hd", "lens": "canon-cj20ex7.8b"}))
    assert choose(named, Given()).rig.zoom_ratio == pytest.approx(20.0)


def test_half_of_what_is_needed_is_refused_where_it_was_chosen(tmp_path: Path) -> None:
    half = rig_options({"camera": "b4-hd"})
    with pytest.raises(UsageError, match="both"):
        choose(Choice("address", "rtsp://c", half), Given())
    (tmp_path / "b.toml").write_text('camera = "b4-hd"\n[rig.a]\nsource = "rtsp://c"\n')
    config = read_config(tmp_path / "b.toml")
    started = Choice("given", "rtsp://c", config.top)
    for choice in (started, Choice("rig", "a")):
        rig = choose(choice, Given(started, config=config)).rig
        assert (rig.camera, rig.optics, rig.source) == ("b4-hd", None, "rtsp://c")


def test_the_virtual_camera_tells_its_own_optics() -> None:
    said = rig_options({"pixel_um": 2.0, "f_number": 4})
    assert choose(Choice("virtual", options=said), Given()).rig == choose(Choice("virtual"), Given()).rig


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
    assert first.rig.source != second.rig.source


def test_what_cannot_be_meant_is_refused_before_anything_is_opened() -> None:
    for choice in (
        Choice("address", "/etc/passwd"),
        Choice("given"),
        Choice("address", "rtsp://c", rig_options({"lens": "x"})),
    ):
        with pytest.raises(UsageError):
            choose(choice, Given())


def test_camera_and_lens_are_named_as_they_were_chosen() -> None:
    named = rig_options({"camera": "b4-hd", "lens": "canon-cj20ex7.8b"})
    words = choose(Choice("address", "rtsp://cam/1", named), Given()).rig_words
    assert words == f"{camera('b4-hd').title}, {lens('canon-cj20ex7.8b').title}"
    assert choose(CAMERA, Given()).rig_words == "5 um pixels, f/4, extender 2x"
    assert choose(Choice("address", "rtsp://cam/1"), Given()).rig_words == ""
    assert "delta" not in choose(Choice("practice", "7"), Given()).rig_words
