"""What is to be looked at before the start, in words."""

from dataclasses import replace
from typing import Any

import pytest

from backfocus.guide import events as ev
from backfocus.guide.procedure import Setup, ask, replay
from backfocus.guide.watch.pictures import StepHistory
from backfocus.measure.reading import Flag, Object, Reading, Star
from backfocus.show.view import view_of
from backfocus.solve.remarks import REMARKS
from backfocus.web.state import Shown, sections

Rows = list[tuple[str, bool | None, str]]


CURVE = (0.1, 0.2, 0.3)


def checks(*flags: Flag, white: float | None = 0.8, curve: tuple[float, ...] = CURVE) -> Rows:
    star = Star(320.0, 180.0, 77.0, 36)
    reading = Reading(
        0, 0.0, frozenset(flags), star, 77.0, frequency_cy_px=curve, modulation=curve, white=white
    )
    listed = sections(Shown(phase="looking", reading=reading))["checks"]
    return [(each["name"], each["good"], each["words"]) for each in listed]


def test_a_good_picture_passes_all_four() -> None:
    assert [(name, good) for name, good, _ in checks()] == [
        (name, True) for name in ("star", "light", "detail", "still")
    ]


@pytest.mark.parametrize("flag", [Flag.COMPRESSED, Flag.OTHER_CURVE, Flag.INTERLACED, Flag.TWO_STARS])
def test_what_else_can_change_the_answer_has_a_row_of_its_own(flag: Flag) -> None:
    *_, (name, good, words) = checks(flag)
    assert (name, good) == ("picture", False)
    assert words.endswith(REMARKS[flag].cure)


@pytest.mark.parametrize("flag", [Flag.MOVING, Flag.SHARPENED, Flag.CROPPED, Flag.ABOVE_NYQUIST])
def test_what_the_four_say_is_not_said_twice(flag: Flag) -> None:
    assert len(checks(flag)) == 4


def test_detail_is_not_called_off_where_that_cannot_be_seen() -> None:
    assert {name: good for name, good, _ in checks(Flag.SHARPENING_UNKNOWN)}["detail"] is None


def test_a_star_of_which_nothing_can_be_read_says_nothing_of_detail_or_light() -> None:
    found = {name: (good, words) for name, good, words in checks(Flag.LOST, white=None, curve=())}
    assert found["detail"][0] is None
    assert found["light"] == (None, "too soft to tell: focus first")


def test_a_soft_star_is_not_blamed_on_the_light() -> None:
    soft = {name: good for name, good, _ in checks(Flag.LOW_CONTRAST, white=0.5)}
    dark = {name: good for name, good, _ in checks(white=0.5)}
    assert (soft["light"], dark["light"]) == (True, False)


def guiding(*road: ev.Event, **more: Any) -> Shown:
    session = replay(Setup(), list(road))
    view = view_of(
        None,
        session,
        StepHistory(),
        at_s=1.0,
        reading=None,
        instructions=ask(session),
        plays=more.get("recording", False),
    )
    return Shown(phase="guiding", session=session, view=view, standing=ask(session), **more)


def test_a_recording_is_told_to_do_nothing() -> None:
    words = sections(guiding(recording=True))["words"]
    assert (words["ring"], words["way"], words["lock"]) == ("none", "", "")
    assert words["can"] == ["stop"]
    assert words["title"] == "Next: the star, fully out", "no order that nobody can obey"
    assert "plays by itself" in words["hint"]


def test_check_then_zoom_in_lights_the_zoom_unless_an_iris_is_known_to_be_closed() -> None:
    seen = ev.StarSeen(1.0, 80.0)
    assert sections(guiding(seen))["words"]["ring"] == "zoom"
    for is_open, ring in ((False, "iris"), (True, "zoom")):
        assert sections(guiding(seen, rings={"open": is_open}))["words"]["ring"] == ring


def test_before_the_start_an_object_is_called_one_and_its_light_is_not_that_of_paper() -> None:
    there = Object(320.0, 180.0, 300.0, 200.0)
    reading = Reading(0, 0.0, frozenset({Flag.NO_REFERENCE}), scale_px=320.0, object=there)
    first, light, detail, _ = sections(Shown(phase="looking", reading=reading))["checks"]
    assert (first["name"], first["good"], light["good"], detail["good"]) == ("object", True, None, None)
    dark = replace(reading, flags=frozenset({Flag.TOO_DARK}))
    assert (
        sections(Shown(phase="looking", reading=dark))["checks"][1]["words"]
        == "open the iris, then more light"
    )
