"""What is said and written is plain English: words that were taken out do not come back.

Looked at: help, screens, pages, docs, docstrings and comments. Names in code are left alone.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("tools/**/*.py")])
TEXTS = sorted(
    [
        *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile")),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("tools/**/*.md"),
        *ROOT.glob("src/**/*.html"),
        *ROOT.glob("src/**/*.js"),
        *ROOT.glob("src/**/*.toml"),
    ]
)

OLD_WORDS = {
    # word or turn: what to say instead
    "afresh": "again",
    "albeit": "although",
    "alike": "the same, equally, both",
    "anew": "again",
    "aught": "anything",
    "beforehand": "before, in advance",
    "behold": "see",
    "betwixt": "between",
    "forthwith": "at once",
    "hence": "so",
    "henceforth": "from now on",
    "hitherto": "so far",
    "inasmuch": "because",
    "lest": "so that ... not",
    "likewise": "the same way, too",
    "nought": "nothing",
    "shall": "will, must",
    "thereby": "so",
    "therein": "in it",
    "thereof": "of it",
    "thereupon": "then",
    "upon": "on",
    "whence": "from where",
    "wherein": "in which",
    "whilst": "while",
    "whither": "to where",
    "whoever": "anyone who, the person who",
    "whosoever": "anyone who",
    "all the same": "still, after all",
    "as it should be": "fine",
    "be it only": "even if only",
    "in numbers for every picture": "log every frame",
    "have numbers for every picture": "log every frame",
    "is the hand": "plays by itself",
    "look after": "check",
    "looked after": "checked",
    "nobody foresaw": "unexpected",
    "of its own accord": "by itself",
    "so sharp is": "sharper than",
    "surer": "more certain",
    "to expect": "expect ...",
    "to who": "to people who",
    "too far from or too near": "off by ..., direction not known yet",
    "unless given": "default: ...",
    "what is to be": "what to ...",
}
FORBIDDEN = re.compile(
    r"(?<![\w-])(" + "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in OLD_WORDS) + r")(?![\w-])",
    re.I,
)
# "Who changes this runs that" is not how people talk; a question is fine.
WHO = re.compile(r"(?:^|[.:;|] )Who\s+[a-z]+s\b[^?.]*[.,]", re.M)


def said_in(source: str) -> Iterator[str]:
    """The strings and comments of a Python file, joined where a sentence goes on in the next line."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lstrip("# ")
        elif token.type == tokenize.STRING or tokenize.tok_name[token.type] == "FSTRING_MIDDLE":
            yield token.string.strip("rbfRBF\"' \n")


def old_words(text: str, *more: re.Pattern[str]) -> list[str]:
    """The old words and turns in a text."""
    return [" ".join(found.group().split()) for each in (FORBIDDEN, *more) for found in each.finditer(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Look after these: iris.", ["Look after"]),
        ("one more round\nto expect", ["to expect"]),
        ("Who names another lens leaves that out.", ["Who names another lens leaves that out."]),
        ("Who uses it?", []),
        ("the same place, and so on", []),
        ("a shallow depth; the pencil; --unlike", []),
    ],
)
def test_old_words_are_seen(text: str, found: list[str]) -> None:
    assert old_words(text, WHO) == found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_and_docs_are_plain(path: Path) -> None:
    assert not old_words(path.read_text(encoding="utf-8"), WHO)


@pytest.mark.parametrize("room", sorted({path.relative_to(ROOT).parts[:3] for path in PYTHON}), ids="/".join)
def test_what_python_says_is_plain(room: tuple[str, ...]) -> None:
    inside = [path for path in PYTHON if path.relative_to(ROOT).parts[:3] == room]
    said = {
        str(path.relative_to(ROOT)): found
        for path in inside
        if (found := old_words("\n".join(said_in(path.read_text(encoding="utf-8")))))
    }
    assert not said
