"""Two questions about a camera, two about a lens; numbers with a decimal comma."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from backfocus.cli import options
from backfocus.cli.app import app
from backfocus.cli.options import asked, decimal
from backfocus.cli.unlisted import Answer, Ask, unlisted_words
from backfocus.errors import UsageError
from backfocus.optics.lens import parse_f_numbers
from backfocus.optics.profiles import camera, picture_px, pixel_um, sensor_mm


def answering(*answers: str) -> Ask:
    left = iter(answers)

    def ask(question: str, read: Callable[[str], Answer]) -> Answer:
        return read(next(left))

    return ask


@pytest.mark.parametrize(
    ("zoom", "stop", "f_number"),
    [
        ("7.8-156", "1.8", "1.8@7.8-156"),
        ("7,8 - 156 mm", "1,8-2,6", "1.8@7.8,2.6@156"),
        ("18-90", "T2.9", "T2.9@18-90"),
        ("25-300", "T3.5-3.85", "T3.5@25,T3.85@300"),
        ("18-55mm", "f/2.8-4", "2.8@18,4@55"),
        ("18-55", "F2.8", "2.8@18-55"),
    ],
)
def test_what_to_type_can_be_typed(zoom: str, stop: str, f_number: str) -> None:
    words = unlisted_words(answering("35,6", "3840", zoom, stop))
    assert f"--pixel-um 9.271 --f-number {f_number}\n" in words  # 35600 / 3840 = 9.2708
    assert parse_f_numbers(f_number)[-1][0] == float(f_number.rpartition("@")[2].rpartition("-")[2])


@pytest.mark.parametrize(
    "answers",
    [
        ("wide", "3840", "7.8-156", "1.8"),
        ("36", "3840", "156", "1.8"),
        ("36", "3840", "156-7.8", "1.8"),
        ("36", "3840", "7.8-156", "open"),
        ("36", "20", "7.8-156", "1.8"),
    ],
)
def test_an_answer_that_cannot_be_meant_is_refused_in_words(answers: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        unlisted_words(answering(*answers))


@pytest.mark.parametrize(
    ("sensor", "picture", "profile"),
    [
        ("full frame", "4K", "full-frame-uhd"),
        ("Full-frame sensor", "1920x1080", "full-frame-hd"),
        ("APS-C", "3840 x 2160", "aps-c-uhd"),
        ("mft", "UHD", "mft-uhd"),
        ("super 35", "4k", "s35-uhd"),
        ("1 inch", "uhd", "one-inch-uhd"),
        ("2/3", "HD", "b4-hd"),
        ('2/3"', "uhd", "b4-uhd"),
        ("1/2 inch", "1920", "half-inch-hd"),
        ("1/2.8 inch", "hd", "cs-box"),
        ("1/2.5", "4k", "ptz-uhd"),
        ("1/3", "hd", "third-inch-hd"),
    ],
)
def test_sizes_go_by_their_names_too(sensor: str, picture: str, profile: str) -> None:
    """As wide as the profiles have them, to the thousandth of a micrometre that is printed."""
    pitch_um = pixel_um(sensor_mm(sensor), picture_px(picture))
    assert pitch_um == pytest.approx(camera(profile).pixel_um, abs=1.5e-3)


def test_a_slip_is_asked_about_again() -> None:
    typed = "huge", "APS-C", "4k", "18", "18-55", "open", "f/2.8-4", ""
    ended = CliRunner().invoke(app, ["profiles", "--unlisted"], input="\n".join(typed))
    assert "--pixel-um 6.146 --f-number 2.8@18,4@55" in ended.output
    assert "'huge' is not understood" in ended.output


def test_a_decimal_comma_is_a_point() -> None:
    assert (decimal("1,8"), decimal(" 2.5 "), decimal("3")) == (1.8, 2.5, 3.0)
    assert parse_f_numbers("1,8") == parse_f_numbers("1.8")
    assert parse_f_numbers("T2,9") == parse_f_numbers("T2.9")
    said = asked({"pixel_um": "2,9", "f_number": "1,8"}, None, None).said
    assert (said.pixel_um, said.f_number) == (2.9, "1,8")
    for wrong in ("1,8,2", "1.8,2", "two", ""):
        with pytest.raises(UsageError):
            decimal(wrong)
    with pytest.raises(UsageError, match="pixel_um='two'"):
        asked({"pixel_um": "two"}, None, None)


def test_an_answer_that_does_not_come_ends_as_interrupted() -> None:
    assert CliRunner().invoke(app, ["profiles", "--unlisted"], input="").exit_code == 130


@pytest.mark.parametrize("said", ["n\n", ""])
def test_a_lens_that_may_not_move_is_no_bad_answer(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "is_at_a_terminal", lambda: True)
    asked = ["auto", "visca://127.0.0.1:9", "--video", "a.mp4", "--pixel-um", "5", "--f-number", "1.8"]
    ended = CliRunner().invoke(app, asked, input=said)
    assert (ended.exit_code, "nothing was moved" in ended.stderr) == (130, True)
