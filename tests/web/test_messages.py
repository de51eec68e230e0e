"""What a page may send, and what is made of anything else."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.errors import UsageError
from backfocus.session.rig import rig_options
from backfocus.web.messages import (
    Aim,
    Begin,
    Choice,
    HandOver,
    Hello,
    Look,
    Message,
    Note,
    Resume,
    Say,
    Seen,
    TellTurn,
    Turn,
    parse_message,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=12,
)
WORDS = [
    "hello",
    "seen",
    "look",
    "begin",
    "resume",
    "leave",
    "say",
    "note",
    "turn",
    "tell-turn",
    "aim",
    "ask",
    "hand-over",
    "wake",
]
KEYS = [
    "viewer",
    "number",
    "kind",
    "name",
    "word",
    "step",
    "ring",
    "by",
    "value",
    "pixel_um",
    "shims",
    "yes",
    "camera",
    "no_ring",
    "session",
    "notes",
    "first_turn",
]


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"do": "hello", "viewer": "x"}, Hello("x")),
        ({"do": "seen", "number": 7}, Seen(7)),
        ({"do": "begin"}, Begin()),
        ({"do": "begin", "notes": {"operator": "Ann", "nd": " "}}, Begin((("operator", "Ann"),))),
        ({"do": "resume", "session": 7}, Resume(7)),
        ({"do": "say", "word": "skip", "step": "find"}, Say("skip", "find")),
        ({"do": "note", "name": "operator", "value": "Ann"}, Note("operator", "Ann")),
        ({"do": "turn", "ring": "focus", "by": -2.5}, Turn("focus", -2.5)),
        ({"do": "hand-over", "yes": True}, HandOver(True)),
        ({"do": "hand-over", "yes": False}, HandOver(False)),
        (
            {"do": "look", "kind": "virtual", "options": {"pixel_um": "", "transfer": " "}, "more": [1]},
            Look(Choice("virtual")),
        ),
        (
            {
                "do": "look",
                "kind": "address",
                "name": " rtsp://h/p ",
                "options": {"pixel_um": 5, "shims": "10, 30", "no_ring": True, "extender": None},
            },
            Look(
                Choice(
                    "address",
                    "rtsp://h/p",
                    rig_options({"pixel_um": 5, "shims": (10, 30), "no_ring": True}),
                )
            ),
        ),
        (
            # 9.6 mm over 1920 pixels; a camera and a lens that no list has, as one answers two questions each
            {
                "do": "look",
                "kind": "given",
                "options": {
                    "sensor_mm": 9.6,
                    "picture_px": 1920,
                    "zoom_mm": "7,8 - 156 mm",
                    "opening": "1,8",
                },
            },
            Look(Choice("given", "", rig_options({"pixel_um": 5.0, "f_number": "1.8@7.8-156"}))),
        ),
    ],
)
def test_messages(plain: dict[str, Any], message: Message) -> None:
    assert parse_message(json.dumps(plain)) == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        '{"do": "shutdown"}',
        '{"do": "say", "word": "rm -rf", "step": "x"}',
        '{"do": "turn", "ring": "focus", "by": 1e9}',
        '{"do": "turn", "ring": "focus", "by": NaN}',
        '{"do": "turn", "ring": "focus", "by": true}',
        '{"do": "turn", "ring": "mount", "by": 1}',
        '{"do": "hand-over", "yes": "no"}',
        '{"do": "turn", "ring": "focus", "by": "1"}',
        '{"do": "turn", "ring": "focus", "by": ' + "9" * 400 + "}",
        '{"do": "turn", "ring": "focus", "by": 1e999}',
        '{"do": "turn", "ring": "focus", "by": -Infinity}',
        '{"do": "seen", "number": 7.5}',
        '{"do": "seen", "number": ' + "9" * 4000 + "}",
        '{"do": "seen"}',
        '{"do": ["seen"], "number": 1}',
        '{"do": "look", "kind": "address", "options": {"pixel_um": false}}',
        '{"do": "look", "kind": "address", "options": {"pixel_um": "5"}}',
        '{"do": "look", "kind": "address", "options": {"shims": "nan"}}',
        '{"do": "look", "kind": "address", "options": {"shims": [0]}}',
        '{"do": "look", "kind": "address", "options": {"pixel_um": -1}}',
        '{"do": "look", "kind": "address", "options": {"shims": "ten"}}',
        '{"do": "look", "kind": "address", "options": {"no_ring": "yes"}}',
        '{"do": "look", "kind": "address", "options": {"wavelength_um": 550}}',
        '{"do": "look", "kind": "address", "options": {"range": "tv"}}',
        '{"do": "look", "kind": "address", "options": {"sensor_mm": 36}}',
        '{"do": "look", "kind": "address", "options": {"sensor_mm": "wide", "picture_px": 1920}}',
        '{"do": "look", "kind": "address", "options": {"sensor_mm": 36, "picture_px": 3}}',
        '{"do": "look", "kind": "address", "options": {"sensor_mm": true, "picture_px": 1920}}',
        '{"do": "look", "kind": "address", "options": {"sensor_mm": 36, "picture_px": 1' + "0" * 400 + "}}",
        '{"do": "look", "kind": "address", "options": {"zoom_mm": "156-7.8", "opening": "1.8"}}',
        '{"do": "look", "kind": "address", "options": {"zoom_mm": "7.8-156"}}',
        '{"do": "look", "kind": "address", "options": {"zoom_mm": "1-inf", "opening": "1.8"}}',
        '{"do": "look", "kind": "address", "options": {"zoom_mm": [7], "opening": "1.8"}}',
        '{"do": "look", "kind": "address", "options": {"source": "/etc/passwd"}}',
        '{"do": "look", "kind": "address", "options": {"region": "1,2,3x4"}}',
        '{"do": "look", "kind": "address", "options": {"lens": "a\\u0000b"}}',
        '{"do": "look", "kind": "address", "options": {"pixel_um": 1e999}}',
        '{"do": "look", "kind": "address", "options": {"f_number": [2]}}',
        '{"do": "look", "kind": "address", "options": {"transfer": {}}}',
        '{"do": "look", "kind": "address", "options": [1]}',
        '{"do": "note", "name": "x", "value": "\\ud800"}',
        '{"do": "look", "kind": "file", "name": "/etc/passwd"}',
        '{"do": "begin", "notes": {"shoe size": "43"}}',
        '{"do": "begin", "notes": ["operator"]}',
        '{"do": "resume", "session": 0}',
        '{"do": "look", "kind": "address", "name": "a\\u0000b"}',
        '{"do": "look", "kind": "address", "name": "a\\r\\nb"}',
        '{"do": "note", "name": "x", "value": "' + "y" * 600 + '"}',
        "[" * 100_000,
        "x" * 10_000,
    ],
)
def test_nonsense_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_message(text)
    assert len(str(refused.value)) < 200, "what was sent is not repeated"


@given(st.sampled_from(WORDS), st.dictionaries(st.sampled_from(KEYS), JSON))
def test_any_values_make_a_message_or_a_refusal(word: str, values: dict[str, Any]) -> None:
    with suppress(UsageError):
        parse_message(json.dumps({**values, "do": word}))


def test_a_first_turn_is_one_of_four() -> None:
    assert parse_message('{"do": "tell-turn", "first_turn": "near"}') == TellTurn("near")
    for text in ('{"do": "tell-turn", "first_turn": "left"}', '{"do": "tell-turn"}'):
        with pytest.raises(UsageError):
            parse_message(text)


def test_a_place_of_the_picture_lies_within_it() -> None:
    assert parse_message('{"do": "aim", "x": 0.25, "y": 1.0}') == Aim(0.25, 1.0)
    for text in ('{"do": "aim", "x": 1.5, "y": 0.5}', '{"do": "aim", "x": 0.5}'):
        with pytest.raises(UsageError):
            parse_message(text)
