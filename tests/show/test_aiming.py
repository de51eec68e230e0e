"""What a person is told of the object while aiming."""

from typing import get_args

import pytest

from backfocus.measure.object.quality import Why
from backfocus.measure.reading import Object, ObjectQuality, Reading
from backfocus.show.aiming import object_words
from backfocus.web.state import Shown, sections


@pytest.mark.parametrize("why", [why for why in get_args(Why) if why != "unfocused"])
def test_every_fault_has_its_words_and_a_cure(why: str) -> None:
    what, cure = object_words(ObjectQuality("poor", (why,))).removeprefix("Poor object: ").split(". ", 1)
    assert what
    assert cure.endswith(".")


def test_out_of_focus_is_no_fault() -> None:
    assert "focus ring" in object_words(ObjectQuality("fair", ("unfocused",)))
    assert object_words(ObjectQuality("good")).startswith("Good")


def test_the_page_says_it_among_what_is_looked_at_first() -> None:
    shown = Object(320.0, 180.0, 640.0, 360.0, quality=ObjectQuality("poor", ("repeating",)))
    reading = Reading(0, 0.0, frozenset(), scale_px=320.0, object=shown)
    first = sections(Shown(phase="looking", reading=reading))["checks"][0]
    assert first["good"] is False
    assert "repeats" in first["words"]
