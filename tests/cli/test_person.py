"""The person at the keyboard: what each key comes to, and what is asked before it is done."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from rich.console import Console

from backfocus.cli import options, showing
from backfocus.cli.person import Person
from backfocus.cli.showing import Messages
from backfocus.cli.tone import Tone
from backfocus.guide import events as ev
from backfocus.guide.procedure import Setup, advance, start
from backfocus.guide.watch.pictures import StepHistory
from backfocus.session.run import Moment


@dataclass
class Typist:
    """Keys that are pressed by the test."""

    keys: list[str] = field(default_factory=list)

    def pressed(self) -> Iterator[str]:
        while self.keys:
            yield self.keys.pop(0)


def person(**more: object) -> Person:
    return Person(Typist(), start(Setup())[0], **more)  # type: ignore[arg-type]


def press(who: Person, keys: str, at_s: float = 5.0) -> tuple[ev.Event, ...]:
    who.keyboard.keys.extend(keys)  # type: ignore[attr-defined]
    return who.answers(at_s)


def test_letters_in_either_case_answer_the_step_they_were_given_in() -> None:
    assert press(person(), "\rRsux") == (
        ev.Confirmed(5.0, "aim"),
        ev.Repeated(5.0, "aim"),
        ev.Skipped(5.0, "aim"),
        ev.Undone(5.0, "aim"),
    )


@pytest.mark.parametrize(("key", "event"), [("q", ev.Stopped(9.0, "aim")), ("3", ev.NdChanged(9.0, "ND 3"))])
@pytest.mark.parametrize("yes", ["\r", "y"])
def test_what_cannot_be_taken_back_is_asked_about_first(key: str, event: ev.Event, yes: str) -> None:
    who = person()
    assert press(who, key) == ()
    assert "Enter: yes" in who.question
    assert press(who, yes, 9.0) == (event,)
    assert who.question == ""


@pytest.mark.parametrize("key", ["q", "3"])
def test_any_other_key_is_a_no_and_does_nothing_else(key: str) -> None:
    who = person()
    assert press(who, key + "s") == ()
    assert who.question == ""
    assert press(who, "s") == (ev.Skipped(5.0, "aim"),)


def test_a_note_is_typed_letter_by_letter_and_added_to_those_before() -> None:
    who = person()
    assert press(who, "nqquiet") == ()  # letters of a note are no commands
    assert who.question.endswith("qquiet_")
    (noted,) = press(who, "\x7f\x7f\x7f\r")
    assert noted == ev.Noted(5.0, "note", "qqu")
    who.session, _ = advance(who.session, noted)
    (noted,) = press(who, "n  wind \r")
    assert noted == ev.Noted(5.0, "note", "qqu; wind")


def test_a_note_that_is_dropped_or_empty_is_none() -> None:
    who = person()
    assert press(who, "nx\x1b") == ()
    assert press(who, "n  \r") == ()
    assert who.question == ""


def test_m_mutes_and_sounds_again() -> None:
    tone = Tone()
    tone.follow(0.5)
    who = person(mute=tone.mute)
    press(who, "m")
    assert who.muted
    assert tone._sounding_hz() is None
    press(who, "M")
    assert not who.muted
    assert tone._sounding_hz() is not None


def test_a_stream_does_not_print_through_the_screen_and_is_heard_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed: list[str] = []
    monkeypatch.setattr(options, "notice", printed.append)
    now_s = [100.0]
    messages = Messages(clock=lambda: now_s[0])
    messages("before")
    with messages.held():
        messages("lost: connecting again")
        assert printed == ["before"]
        assert messages.newest() == ("lost: connecting again",)
        now_s[0] += 60.0
        assert messages.newest() == ()
    assert printed == ["before", "lost: connecting again"]


def test_a_window_of_another_size_is_drawn_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the other screen of the terminal, from its corner: nothing of the old size stays."""
    file, sizes = io.StringIO(), iter([(110, 40), (80, 24)])
    session, instructions = start(Setup())
    console = Console(file=file, force_terminal=True, color_system=None, legacy_windows=False)
    monkeypatch.setattr(showing, "Console", lambda: console)

    def shrinking() -> Iterator[Moment]:
        for at_s in (0.0, 1.0):
            console.size = next(sizes)  # type: ignore[assignment]
            yield Moment(at_s, None, session, StepHistory(), (), instructions)

    showing.show(shrinking(), "source", person(), Messages(), None)
    shown = file.getvalue()
    assert "\x1b[?1049h" in shown
    _, first, last = shown.split("\x1b[H")[-3:]
    assert (len(first.splitlines()), len(last.split("\x1b")[0].splitlines())) == (40, 24)
    assert {len(line) for line in last.split("\x1b")[0].splitlines()} == {80}


def test_arrows_move_the_place_of_the_object_and_answer_no_question() -> None:
    places: list[tuple[float, float]] = []
    who = person(aim=lambda x, y: places.append((x, y)))

    def arrows(*keys: str) -> tuple[ev.Event, ...]:
        who.keyboard.keys.extend(keys)  # type: ignore[attr-defined]
        return who.answers(5.0)

    assert arrows("right", "right", "up") == ()
    assert places == [(0.6, 0.5), (0.7, 0.5), (0.7, 0.4)]
    arrows(*["right"] * 9)
    assert places[-1] == (1.0, 0.4)
    press(who, "q")
    arrows("down")
    assert who.question
    assert places[-1] == (1.0, 0.4)
