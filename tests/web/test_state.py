"""What is to be looked at before the start, in words."""

import pytest

from backfocus.measure.reading import Flag, Reading, Star
from backfocus.solve.remarks import REMARKS
from backfocus.web.state import Shown, sections

Rows = list[tuple[str, bool | None, str]]


def checks(*flags: Flag) -> Rows:
    reading = Reading(0, 0.0, frozenset(flags), Star(320.0, 180.0, 77.0, 36), 77.0, white=0.8)
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
