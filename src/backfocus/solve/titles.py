"""What each verdict is called: the one place, for the terminal, the page, the report and Python."""

from dataclasses import dataclass

from .verdict import Kind


@dataclass(frozen=True, slots=True)
class Title:
    """`word`: in a list or in very large letters. `title`: above the reason, at most 28 characters."""

    word: str
    title: str


TITLES: dict[Kind, Title] = {
    "set": Title("set", "The back focus is set"),
    "adjust": Title("off", "The back focus is off"),
    "tracking": Title("tracking error", "The lens does not track"),
    "not-front-focus": Title("not a front-focus lens", "Not a front-focus lens"),
    "unsure": Title("not sure", "Not sure"),
}
"""By the name of the verdict in JSON and in Python."""
EXIT_CODES: dict[str, int] = {"set": 0, "adjust": 1, "tracking": 1, "not-front-focus": 1, "unsure": 4}
"""What a program that asked for a verdict ends with."""
UNREACHED = "unreached"
"""In place of a verdict where motors were to look and did not answer."""


def verdict_word(kind: str) -> str:
    """A verdict in one or two words; a name that this version does not know is its own word."""
    if kind == UNREACHED:
        return "not reached"
    return next((each.word for name, each in TITLES.items() if name == kind), kind)


def verdict_title(kind: str) -> str:
    """A verdict as a title; a name that this version does not know is its own title."""
    return next((each.title for name, each in TITLES.items() if name == kind), kind)
