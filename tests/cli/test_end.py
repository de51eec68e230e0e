"""The end is understood: what counts stands first, and tele waits for the focus ring."""

import io

import pytest
from rich.console import Console

from backfocus.cli.live import ends_words, residual_plot
from backfocus.measure.reading import Flag
from backfocus.show.lines import mtf50_words
from backfocus.solve.backfocus import BackFocus, ZoomResidual, solve_back_focus
from backfocus.solve.clip import judge_clip
from backfocus.solve.verdict import judge

H = 9.0


def found(delta_um: float, tele_um: float, *, sign_known: bool = True) -> BackFocus:
    """Solved from residuals that follow the zoom law at a tenth of the zoom."""
    wide_um = delta_um + 0.01 * (tele_um - delta_um)
    ends = (ZoomResidual(1500.0, tele_um, 1.0), ZoomResidual(150.0, wide_um, 1.0))
    return solve_back_focus(ends, signed=sign_known)


def shown(back_focus: BackFocus) -> list[str]:
    console = Console(width=110, file=io.StringIO(), color_system=None)
    console.print(residual_plot(back_focus, H))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_after_a_correction_wide_stands_first_and_tele_waits() -> None:
    lines = shown(found(0.3, -45.0))
    assert lines[0].startswith("Wide: within the depth of focus")
    assert lines[1].startswith("Tele: 45 um off for now. That is the focus ring's part")
    rows = [line.split()[0] for line in lines if "●" in line]
    assert rows == ["150.0", "1500.0"]


def test_tele_is_not_spoken_of_while_the_back_focus_is_off_or_tele_is_sharp() -> None:
    assert ends_words(found(40.0, -45.0), H) == ()
    (only,) = ends_words(found(0.3, 2.0), H)
    assert only.startswith("Wide")


@pytest.mark.parametrize(
    ("mtf50", "flags", "words"),
    [(0.4321, set(), "0.432"), (None, {Flag.ABOVE_NYQUIST}, "> 0.5"), (None, set(), "-")],
)
def test_sharper_than_pixels_show_is_no_dash(mtf50: float | None, flags: set[Flag], words: str) -> None:
    assert mtf50_words(mtf50, flags) == words


def test_a_small_opening_is_said() -> None:
    small, open_ = (judge(found(1.0, 0.0), H, f_number=number) for number in (8.0, 1.8))
    assert "at this opening, f/8" in small.reason
    assert "open the iris" in small.advice
    assert "opening" not in open_.reason + open_.advice


def test_a_clip_with_a_sweep_asks_how_it_began() -> None:
    off = found(40.0, 0.0, sign_known=False)
    swept, plain = (judge(off, H, referenced=True, turn_asked=each) for each in (True, False))
    assert swept.remedies == ("first-turn",)
    assert plain.remedies == ()
    assert "first towards infinity" in plain.advice
    assert judge(found(40.0, 0.0), H, referenced=True, turn_asked=True).remedies == ()  # the side is known


def test_a_clip_without_a_star_says_so_first() -> None:
    answer = judge_clip([], None)
    assert answer.verdict.reason.startswith("There is no star")
    assert answer.verdict.remedies[0] == "chart"
