"""What the terminal shows, sounds and hears, at any size."""

import io
import itertools
import os
import sys
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from backfocus.cli.keys import HELP, Keyboard
from backfocus.cli.lettering import large_words
from backfocus.cli.live import column_plot, residual_plot, verdict_lines
from backfocus.cli.screen import NOTHING_ASIDE, Aside, draw
from backfocus.cli.tone import LOWEST_HZ, OCTAVES, Tone, pitch_hz
from backfocus.guide.events import StarLost
from backfocus.show.notices import Trouble
from backfocus.show.view import View
from backfocus.solve.backfocus import ZoomResidual, solve_back_focus
from backfocus.solve.verdict import Verdict

TITLES = (
    "Turn the FOCUS ring",
    "BACK FOCUS ring BACK",
    "Zoom fully OUT",
    "STOP",
    "Tighten the lock screw",
    "",
)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("columns", [30, 78, 106, 200])
def test_large_words_fit_their_columns(title: str, columns: int) -> None:
    rows = large_words(title, columns)
    assert all(len(row) <= columns for row in rows) or rows == [title]


HINT = "Turn the BACK FOCUS ring slowly, either way. About 44 um to go. Do not touch the FOCUS ring."
REMARKS = (
    "White is clipped. Darken the picture until white is at 60 to 90 %, not with the iris.",
    "The picture moves. Lock the tripod; stabiliser off.",
)
STAGES = (
    "aim at the star",
    "check the lens",
    "focus at tele",
    "look at wide",
    "set back focus",
    "walk the zoom",
)
FULL = View(
    "Turn the BACK FOCUS ring",
    HINT,
    steps=(*((name, "done") for name in STAGES), ("lock the ring", "now"), ("look again", "ahead")),
    sharpness=0.5,
    best_sharpness=1.0,
    blur_um=12.0,
    blur_sigma_um=0.5,
    half_depth_um=9.0,
    sweep=tuple(float(abs(20 - x)) for x in range(60)),
    left="One more round",
    troubles=(Trouble(StarLost(1.0), 1.0),),
)
SIZES = [(60, 18), (80, 24), (110, 40), (200, 50)]


def drawn(view: View, width: int, height: int, aside: Aside = NOTHING_ASIDE) -> list[str]:
    """The lines of a screen, without colours."""
    file = io.StringIO()
    console = Console(width=width, height=height, file=file, force_terminal=True, color_system=None)
    console.print(draw(view, console, "a source with a long name " * 4, aside))
    return file.getvalue().rstrip("\n").split("\n")


def said(lines: list[str]) -> str:
    """What stands on them, as running text."""
    return " ".join(" ".join(line.strip("│╭╮╰╯─ ") for line in lines).split())


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("title", TITLES)
def test_the_screen_fits_and_cuts_nothing_that_must_be_read(width: int, height: int, title: str) -> None:
    lines = drawn(replace(FULL, title=title), width, height)
    assert len(lines) <= height
    assert {len(line) for line in lines} == {width}
    words = said(lines)
    for each in (HINT, "12.0 ± 0.5 um", "± 9.0 um", "One more round", "! The star is lost.", *HELP):
        assert each in words
    assert "step 7 of 8: lock the ring" in words or "▶ lock the ring" in words
    assert title.upper() in words or any("█" in line for line in lines[1:8])


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_question_and_a_message_of_the_stream_stand_inside_the_panel(width: int, height: int) -> None:
    aside = Aside("Finish here? Enter: yes. Any other key: no.", ("lost: connecting again",))
    lines = drawn(replace(FULL, remarks=REMARKS), width, height, aside)
    assert len(lines) <= height
    words = said(lines)
    assert aside.question in words
    assert aside.messages[0] in words
    assert "Ctrl-C leave" in words
    assert "Enter done" not in words
    assert "Q finish" not in words
    if height >= 24:
        assert all(f"! {each}" in words for each in REMARKS)


def test_a_large_terminal_is_used_whole() -> None:
    lines = drawn(FULL, 200, 50)
    meter = next(line for line in lines if "sharp" in line)
    assert len(meter.rstrip("│ ")) > 180
    # the sweep of 60 pictures has a column for each, and more rows than the eight of the steps
    assert sum("▇" in line or "█" in line for line in lines[12:]) > 8
    assert "M sound" in said(drawn(FULL, 200, 50, Aside(muted=True)))


def test_an_empty_view_can_be_drawn() -> None:
    console = Console(width=80, file=io.StringIO())
    console.print(draw(View("", ""), console))


@given(st.lists(st.floats(0.0, 1e6), max_size=50), st.integers(1, 8))
def test_a_plot_has_its_rows_and_columns_and_never_falls_when_values_rise(
    values: list[float], rows: int
) -> None:
    plot = column_plot(values, rows)
    assert len(plot) == rows
    assert {len(row) for row in plot} == {len(values)}
    heights = [sum(" ▁▂▃▄▅▆▇█".index(row[column]) for row in plot) for column in range(len(values))]
    for (one, low), (other, high) in zip(
        zip(values, heights, strict=True), zip(values[1:], heights[1:], strict=True), strict=False
    ):
        assert (one <= other) <= (low <= high)


def test_the_verdict_is_shown_with_its_plot() -> None:
    found = solve_back_focus((ZoomResidual(1500.0, 1.0, 0.5), ZoomResidual(75.0, 42.0, 0.02)), signed=False)
    console = Console(width=90, file=io.StringIO(), color_system=None)
    console.print(verdict_lines(Verdict("adjust", "Because.", "Do."), console))
    console.print(residual_plot(found, 9.0))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Because." in shown
    assert "42.0   0.1" in shown, "not 0.0: nothing is known so well"


def test_pitch_rises_with_sharpness_over_its_octaves() -> None:
    steps = [pitch_hz(share / 10) for share in range(11)]
    assert steps == sorted(steps)
    assert steps[0] == LOWEST_HZ
    assert steps[-1] == pytest.approx(LOWEST_HZ * 2**OCTAVES)
    assert pitch_hz(-1.0) == steps[0]
    assert pitch_hz(7.0) == steps[-1]


def test_a_machine_without_sound_is_only_silent() -> None:
    with Tone() as tone:
        tone.follow(0.5)
        tone.chime()
        tone.follow(None)


def test_the_tone_has_the_pitch_it_was_told() -> None:
    tone = Tone()
    tone.follow(0.4)
    samples = tone._samples()
    next(samples)
    samples.send(44_100)  # a second for the loudness to settle
    block = samples.send(44_100)
    rising = sum(a < 0 <= b for a, b in itertools.pairwise(block))
    # crossings in one second, one may be cut off at either end
    assert rising == pytest.approx(pitch_hz(0.4), abs=1.5)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_keys_are_heard_without_return_and_the_terminal_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import termios

    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    with open(slave, closefd=False) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        heard: list[str] = []
        with Keyboard() as keyboard:
            os.write(master, b"R xq3")
            deadline_s = time.monotonic() + 20
            while len(heard) < 5 and time.monotonic() < deadline_s:
                heard.extend(keyboard.pressed())
        assert heard == list("R xq3")
        assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)
