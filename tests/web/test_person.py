"""What was tapped, as events of the guide with the time of the next picture."""

from typing import get_args

import pytest

from backfocus.guide import events as ev
from backfocus.web.messages import Note, Say, Word
from backfocus.web.person import AtThePage, event_of


@pytest.mark.parametrize("word", get_args(Word))
def test_every_word_is_a_command_that_carries_its_step(word: Word) -> None:
    event = event_of(Say(word, "check"))(3.0)
    assert isinstance(event, ev.Command)
    assert (event.at_s, event.step) == (3.0, "check")


def test_notes_are_noted_and_another_nd_is_more_than_a_note() -> None:
    assert event_of(Note("operator", "Ann"))(1.0) == ev.Noted(1.0, "operator", "Ann")
    assert event_of(Note("nd", "1/4"))(1.0) == ev.NdChanged(1.0, "1/4")


def test_everything_said_is_answered_once_in_its_order() -> None:
    person = AtThePage()
    person.say(event_of(Note("a", "1")))
    person.say(event_of(Say("undo", "check")))
    assert [type(event) for event in person.answers(2.0)] == [ev.Noted, ev.Undone]
    assert person.answers(3.0) == ()
