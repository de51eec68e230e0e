"""What a page may send: plain JSON to frozen records, each value checked. All else is refused in words.

Nothing here is a path: recordings are named as they were listed, and only what stands in that list is opened.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ..errors import UsageError

LONGEST_TEXT = 500
LONGEST_MESSAGE = 8192

Word = Literal["confirm", "repeat", "skip", "undo", "stop"]
PracticeRing = Literal["focus", "zoom", "back-focus", "iris", "lock"]


@dataclass(frozen=True, slots=True)
class Hello:
    """A page opened; `viewer` is the name it was given before, or ""."""

    viewer: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything up to message `number` arrived: room for more."""

    number: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A source and what is known of camera and lens, as chosen on the set-up page; "" is not given.

    `kind`: "address" (typed in), "device", "recording" (a name from the list), "virtual", "practice" or
    "given" (the SOURCE of the command line).
    """

    kind: Literal["given", "address", "device", "recording", "virtual", "practice"]
    name: str = ""
    camera: str = ""
    lens: str = ""
    pixel_um: float | None = None
    f_number: str = ""
    transfer: str = "auto"
    shims_um: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Show the picture and the checks of this choice; nothing is kept yet."""

    choice: Choice


@dataclass(frozen=True, slots=True)
class Begin:
    """Start the procedure on what is being looked at."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Back to the set-up page; the session stays as it is and can be resumed."""


@dataclass(frozen=True, slots=True)
class Say:
    """A word of the person in answer to `step`."""

    word: Word
    step: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something for the record; "nd" begins a result of its own."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Practice: a ring dragged by `by` pixels, to the right."""

    ring: PracticeRing
    by: float


@dataclass(frozen=True, slots=True)
class Ask:
    """The controls, please."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """The holder's answer to whoever asked."""

    yes: bool


@dataclass(frozen=True, slots=True)
class Wake:
    """Try the source again after it was lost."""


Message = Hello | Seen | Look | Begin | Leave | Say | Note | Turn | Ask | HandOver | Wake
OPEN_TO_ALL = (Hello, Seen, Ask)
"""What anybody may send; the rest needs the controls."""


def parse_message(text: str) -> Message:
    """What a page asks for in a message.

    Raises
    ------
    UsageError
        If it is too long, not JSON, or not one of the above with values that can be meant.
    """
    if len(text) > LONGEST_MESSAGE:
        raise UsageError("that message is too long")
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("that message is not JSON") from None
    if not isinstance(plain, Mapping):
        raise UsageError("that message is not an object")
    make = _READERS.get(str(plain.get("do")))
    if make is None:
        raise UsageError("the page does not know that message")
    return make(plain)


def _text(plain: Mapping[str, Any], key: str, longest: int = LONGEST_TEXT) -> str:
    value = plain.get(key, "")
    if not isinstance(value, str) or len(value) > longest:
        raise UsageError(f"{key}: write at most {longest} letters")
    if not value.isprintable():
        raise UsageError(f"{key}: there are letters in it that cannot be printed")
    return value.strip()


def _number(plain: Mapping[str, Any], key: str, low: float, high: float) -> float:
    value = plain.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{key}: give a number from {low:g} to {high:g}")
    if not low <= value <= high:
        raise UsageError(f"{key}: give a number from {low:g} to {high:g}, not {value:g}")
    return float(value)


def _one_of(plain: Mapping[str, Any], key: str, words: tuple[str, ...]) -> Any:
    value = plain.get(key)
    if value not in words:
        raise UsageError(f"{key}: one of {', '.join(words)}")
    return value


def _choice(plain: Mapping[str, Any]) -> Choice:
    pixel = plain.get("pixel_um")
    return Choice(
        kind=_one_of(plain, "kind", get_args(Choice.__annotations__["kind"])),
        name=_text(plain, "name", 2000),
        camera=_text(plain, "camera"),
        lens=_text(plain, "lens"),
        pixel_um=None if pixel in (None, "") else _number(plain, "pixel_um", 0.1, 100.0),
        f_number=_text(plain, "f_number"),
        transfer=_text(plain, "transfer") or "auto",
        shims_um=_shims(_text(plain, "shims_um")),
    )


def _shims(text: str) -> tuple[float, ...]:
    """ "10, 30, 50" to the washers at hand."""
    try:
        shims = tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise UsageError("shims: write their thickness in um, as in 10, 30, 50") from None
    if not all(0.0 < shim < 5000.0 for shim in shims) or len(shims) > 50:
        raise UsageError("shims: write their thickness in um, as in 10, 30, 50")
    return shims


def _hand_over(plain: Mapping[str, Any]) -> HandOver:
    return HandOver(plain.get("yes") is True)


_READERS: dict[str, Callable[[Mapping[str, Any]], Message]] = {
    "hello": lambda plain: Hello(_text(plain, "viewer", 64)),
    "seen": lambda plain: Seen(int(_number(plain, "number", 0, 1e15))),
    "look": lambda plain: Look(_choice(plain)),
    "begin": lambda plain: Begin(),
    "leave": lambda plain: Leave(),
    "say": lambda plain: Say(_one_of(plain, "word", get_args(Word)), _text(plain, "step", 40)),
    "note": lambda plain: Note(_text(plain, "name", 40), _text(plain, "value")),
    "turn": lambda plain: Turn(
        _one_of(plain, "ring", get_args(PracticeRing)), _number(plain, "by", -100.0, 100.0)
    ),
    "ask": lambda plain: Ask(),
    "hand-over": _hand_over,
    "wake": lambda plain: Wake(),
}
