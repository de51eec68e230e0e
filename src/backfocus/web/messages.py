"""What a page may send: JSON to frozen records, each value of its own type and within bounds.

All else is refused in words. Nothing here is a path: recordings are named as they were listed, and only what
stands in that list is opened.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from ..errors import UsageError

LONGEST_MESSAGE = 8192


def _words(text: str) -> str:
    """Text without spaces around it; refused with letters that would not show, or would write over others."""
    if not text.isprintable():
        raise PydanticCustomError("letters", "there are letters in it that cannot be printed")
    return text.strip()


def _shims(text: object) -> tuple[float, ...]:
    """ "10, 30, 50" to the washers at hand."""
    try:
        if not isinstance(text, str) or len(text) > 500:
            raise ValueError
        shims = tuple(float(part) for part in text.replace(",", " ").split())
        if len(shims) > 50 or not all(0.0 < shim < 5000.0 for shim in shims):
            raise ValueError
    except ValueError:
        raise PydanticCustomError("shims", "write their thickness in um, as in 10, 30, 50") from None
    return shims


Words = Annotated[str, Field(max_length=500), AfterValidator(_words)]
Name = Annotated[str, Field(max_length=64), AfterValidator(_words)]
Address = Annotated[str, Field(max_length=2000), AfterValidator(_words)]
Word = Literal["confirm", "repeat", "skip", "undo", "stop"]
PracticeRing = Literal["focus", "zoom", "back-focus", "iris", "lock"]


@dataclass(frozen=True, slots=True)
class Hello:
    """A page opened; `viewer` is the name it was given before, or ""."""

    viewer: Name = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything up to message `number` arrived: room for more."""

    number: Annotated[int, Field(ge=0, le=10**15)]


@dataclass(frozen=True, slots=True)
class Choice:
    """A source and what is known of camera and lens, as chosen on the set-up page; "" is not given.

    `kind`: "address" (typed in), "device", "recording" (a name from the list), "virtual", "practice" or
    "given" (the SOURCE of the command line).
    """

    kind: Literal["given", "address", "device", "recording", "virtual", "practice"]
    name: Address = ""
    camera: Words = ""
    lens: Words = ""
    pixel_um: Annotated[
        Annotated[float, Field(ge=0.1, le=100.0)] | None,
        BeforeValidator(lambda value: None if value == "" else value),
    ] = None
    f_number: Words = ""
    transfer: Annotated[Words, AfterValidator(lambda text: text or "auto")] = "auto"
    shims_um: Annotated[tuple[float, ...], BeforeValidator(_shims)] = ()


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
    step: Name


@dataclass(frozen=True, slots=True)
class Note:
    """Something for the record; "nd" begins a result of its own."""

    name: Name
    value: Words


@dataclass(frozen=True, slots=True)
class Turn:
    """Practice: a ring dragged by `by` pixels, to the right."""

    ring: PracticeRing
    by: Annotated[float, Field(ge=-100.0, le=100.0)]


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
    """The message in a message of a page.

    Raises
    ------
    UsageError
        If it is too long, not JSON, or not one of the above with values that can be meant.
    """
    if len(text) > LONGEST_MESSAGE:
        raise UsageError("that message is too long")
    try:
        message = _MESSAGES.validate_json(text, strict=True)
    except ValidationError as error:
        raise UsageError(_refusal(error)) from None
    return Look(message) if isinstance(message, Choice) else message


def _kind(plain: Any) -> str | None:
    """What a message asks for; None if it does not say so."""
    kind = plain.get("do") if isinstance(plain, dict) else None
    return kind if isinstance(kind, str) else None


_MESSAGES: TypeAdapter[Choice | Message] = TypeAdapter(
    Annotated[
        Annotated[Hello, Tag("hello")]
        | Annotated[Seen, Tag("seen")]
        | Annotated[Choice, Tag("look")]
        | Annotated[Begin, Tag("begin")]
        | Annotated[Leave, Tag("leave")]
        | Annotated[Say, Tag("say")]
        | Annotated[Note, Tag("note")]
        | Annotated[Turn, Tag("turn")]
        | Annotated[Ask, Tag("ask")]
        | Annotated[HandOver, Tag("hand-over")]
        | Annotated[Wake, Tag("wake")],
        Discriminator(_kind),
    ]
)


def _refusal(error: ValidationError) -> str:
    """The first thing that is wrong, in words; what was sent is not repeated."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return "that message is not JSON"
    if first["type"].startswith("union_tag"):
        return "the page does not know that message"
    words = first["msg"].replace("Input should", "it should")
    return f"{first['loc'][-1]}: {words[:1].lower()}{words[1:]}"
