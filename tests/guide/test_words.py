"""What is said: something for everything, large words short, one plain sentence."""

import re
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfocus.guide import events as ev
from backfocus.guide import instructions as say
from backfocus.guide.procedure import Setup, start
from backfocus.guide.words import STEP_WORDS, event_words, instruction_words, of_target, progress_words

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


STEPS = [of_target(words, "object") for words in STEP_WORDS.values()]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_of_an_object_nobody_says_star_or_chart(data: Any) -> None:
    st.register_type_strategy(float, UMS)
    st.register_type_strategy(str, st.just("x"))
    kind = data.draw(st.sampled_from([each for each in get_args(say.Instruction) if each is not say.Finish]))
    words = instruction_words(data.draw(st.from_type(kind)), "object")
    kind = data.draw(st.sampled_from([each for each in get_args(ev.Seen) if each is not ev.TargetTaken]))
    happened = event_words(data.draw(st.from_type(kind)), "object")
    for said in (words.title, words.sentence, words.hint, happened, *STEPS):
        assert not re.search(r"\b(stars?|charts?)\b", said, re.IGNORECASE), said
    assert len(words.title) <= 28


def test_of_a_star_all_is_said_as_before() -> None:
    assert of_target("Aim at the star", "star") == "Aim at the star"
    assert "chart" in instruction_words(say.Aim("aim", "clipped")).sentence
