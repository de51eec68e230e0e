"""What is said: something for everything, large words short, one plain sentence."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfocus.guide import events as ev
from backfocus.guide import instructions as say
from backfocus.guide.procedure import Setup, start
from backfocus.guide.words import event_words, instruction_words, progress_words

LINES = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=8)
UMS = st.floats(0.0, 400.0)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_every_instruction_has_large_words_and_a_sentence(data: Any) -> None:
    st.register_type_strategy(float, UMS)
    st.register_type_strategy(str, LINES)
    kind = data.draw(st.sampled_from(get_args(say.Instruction)))
    if kind is say.Finish:
        verdict = data.draw(st.sampled_from(["set", "adjust", "tracking", "not-front-focus", "unsure"]))
        said = say.Finish(verdict, "Because.", "Do this.")
    else:
        said = data.draw(st.from_type(kind))
    words = instruction_words(said)
    assert len(words.title) <= 28, "read from two metres"
    assert words.title or kind is say.Ignored
    assert words.sentence.endswith((".", "?"))
    assert "\n" not in words.sentence


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_everything_seen_has_a_sentence(data: Any) -> None:
    st.register_type_strategy(float, UMS)
    event = data.draw(st.sampled_from(get_args(ev.Seen)).flatmap(st.from_type))
    words = event_words(event)
    assert words.endswith((".", "?"))
    assert "\n" not in words


@pytest.mark.parametrize("way", get_args(say.Way))
def test_the_ring_is_named_in_capitals_wherever_it_is_turned(way: say.Way) -> None:
    for ring, name in (("focus", "FOCUS"), ("back-focus", "BACK FOCUS")):
        assert name in instruction_words(say.Turn(ring, way)).sentence


def test_first_turn_warns_of_the_other_ring() -> None:
    assert "BACK FOCUS" in instruction_words(say.Turn("focus", "either")).hint
    assert instruction_words(say.Turn("back-focus", "either")).hint == "Do not touch the FOCUS ring."


def test_how_far_is_said_only_where_it_is_known() -> None:
    assert "42 um" in instruction_words(say.Turn("back-focus", "either", left_um=41.7)).sentence
    assert "um" not in instruction_words(say.Turn("back-focus", "either")).sentence
    assert progress_words(start(Setup())[0]) == ""
