"""What each verdict is called, once for every face."""

import re
from pathlib import Path
from typing import get_args

import backfocus
from backfocus.cli.person import KEYS
from backfocus.guide.hands import COMMANDS, Word
from backfocus.guide.instructions import Finish
from backfocus.guide.words import instruction_words
from backfocus.solve.titles import TITLES, verdict_title, verdict_word
from backfocus.solve.verdict import Kind

PAGE = Path(backfocus.__file__).parent / "web" / "static"


def test_every_verdict_has_a_word_and_a_title() -> None:
    assert set(TITLES) == set(get_args(Kind))
    for kind, each in TITLES.items():
        assert instruction_words(Finish(kind, "Because.", "Do.")).title == each.title
    assert verdict_word("of-tomorrow") == verdict_title("of-tomorrow") == "of-tomorrow"


def test_the_page_has_no_titles_of_its_own() -> None:
    scripts = "".join(path.read_text("utf-8") for path in sorted(PAGE.glob("*.js")))
    for each in TITLES.values():
        assert each.title not in scripts


def test_keys_and_buttons_say_the_words_of_the_guide() -> None:
    assert set(COMMANDS) == set(get_args(Word)) == {*KEYS.values(), "stop"}
    page = dict(
        re.findall(
            r"(\w+): \"(\w+)\"",
            re.findall(r"const KEYS = \{(.*?)\}", (PAGE / "main.js").read_text("utf-8"))[0],
        )
    )
    assert page.pop("Enter") == "confirm"
    assert page.pop("q") == "stop"  # asked about first, on either face
    assert page == {key: word for key, word in KEYS.items() if key.isalpha()}
    buttons = re.findall(r'data-word="(\w+)"', (PAGE / "index.html").read_text("utf-8"))
    assert set(buttons) == set(COMMANDS)
