"""Every exception of backfocus, grouped by what the caller would do about it.

    BackfocusError
    ├── SourceError            there is no picture: look at the cable, the address, the file
    │   ├── SourceUnreadable       it never opened, or is not video
    │   │   └── PictureTooLarge        larger than the limit that was set
    │   └── SourceLost             it was open and went away
    ├── LensError              the motors do not obey: look at the address, the network, the camera's menu
    │   ├── LensUnreachable        no answer when it was called
    │   └── LensLost               it answered and went away, or a move did not end
    ├── UsageError             the request cannot be meant: correct the argument named
    ├── OutOfOrder             an event that cannot happen in this step of the procedure
    ├── StoreError             the session could not be kept: look at the disk or the database address
    │   ├── SessionHeld            another program leads it: close that one first
    │   └── StoreUnwritable        it is full, read-only or cannot be made: as other output
    └── OutputError            what was made cannot be written: look at the disk, choose another place
        └── PipeClosed             the reader of the output has gone: nothing to say

A wrong call from Python raises `ValueError` as everywhere. A poor *picture* is never an exception: it is a
`Reading` with a flag.

The same request comes from a command line, a page, a file and from Python, and each calls an argument by
another name. So an error says `Argument("f_number")` and not `--f-number`, and each face spells it. Where
help is found differs too: `Remedy("profiles")` is a command in the terminal and a list on the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

LONGEST_VALUE = 80
"""Letters of a value that an error shows."""


@dataclass(frozen=True, slots=True)
class Argument:
    """The name of an argument in the words of an error, with the value it was given where that is at fault.

    `name` is the one in Python; `str` spells it as there: `f_number`, or `f_number='two'`.
    """

    name: str
    value: object = None

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}={_shortened(_written(self.value))}"

    @property
    def given(self) -> str:
        """The value as it was typed, printable and short enough for a line; "" without one."""
        match self.value:
            case None:
                return ""
            case float():
                return f"{self.value:g}"
            case str() if self.value.isprintable():
                return _shortened(self.value)
            case _:
                return _shortened(_written(self.value).strip("'"))


def _written(value: object) -> str:
    """A value as Python writes it; it writes no whole number of thousands of digits."""
    try:
        return repr(value)
    except ValueError:
        return "a number of thousands of digits"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


RemedyKey = Literal["profiles", "optics", "devices", "sessions", "report", "chart", "first-turn"]

IN_PYTHON: dict[RemedyKey, str] = {
    "profiles": "`backfocus profiles` lists them",
    "optics": "give camera and lens, or pixel_um and f_number",
    "devices": "`backfocus devices` lists them",
    "sessions": "`backfocus history` lists them",
    "report": "`backfocus report {}` prints it",
    "chart": "`backfocus chart` prints one",
    "first-turn": "give first_turn, near or infinity (away or towards for the back-focus ring)",
}
"""What helps, as the end of a sentence, in the words of Python; every face has such a table."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """Where to find what helps, by a key; `value` is the number or name it is about."""

    key: RemedyKey
    value: object = ""

    def __str__(self) -> str:
        return self.said(IN_PYTHON)

    def said(self, table: dict[RemedyKey, str]) -> str:
        """The remedy in the words of a face."""
        return table[self.key].format(self.value)


Spelling = Callable[[Argument | Remedy], str]


class BackfocusError(Exception):
    """The root; its text is one line and says what to do next.

    Made of words and of the arguments and remedies they speak of; `str` spells these as in Python.
    """

    def __init__(self, *said: str | Argument | Remedy) -> None:
        super().__init__(*said)

    def __str__(self) -> str:
        return self.spelt(str)

    def spelt(self, spell: Spelling) -> str:
        """The text with each argument and remedy spelt by a face."""
        return "".join(
            spell(part) if isinstance(part, Argument | Remedy) else str(part) for part in self.args
        )


class SourceError(BackfocusError):
    """No picture could be had from a source."""


class SourceUnreadable(SourceError):
    """The source never opened, or holds no pictures."""


class PictureTooLarge(SourceUnreadable):
    """A picture has more pixels than the limit allows."""


class SourceLost(SourceError):
    """The source was open and went away, and did not come back in time."""


class LensError(BackfocusError):
    """The motors of a lens do not obey."""


class LensUnreachable(LensError):
    """The lens did not answer when it was called."""


class LensLost(LensError):
    """The lens answered and went away, or a move did not end."""


class UsageError(BackfocusError):
    """An argument or address that cannot be meant."""


class OutOfOrder(BackfocusError):
    """An event that cannot happen in this step; the session is unchanged."""


class StoreError(BackfocusError):
    """A session could not be stored or found."""


class SessionHeld(StoreError):
    """Another program leads this session."""


class StoreUnwritable(StoreError):
    """The store cannot be made or written."""


class OutputError(BackfocusError):
    """A file or the text that was asked for could not be written."""


class PipeClosed(OutputError):
    """Nobody reads the output any more."""
