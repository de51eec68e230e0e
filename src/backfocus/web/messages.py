"""What a page may send: JSON to frozen records, each value of its own type and within bounds.

All else is refused in words. Nothing here is a path: recordings are named as they were listed, and only what
stands in that list is opened.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, PlainValidator, Tag, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from ..errors import Argument, Remedy, UsageError
from ..guide.hands import Word
from ..optics.profiles import f_number_over, pixel_um
from ..session.guided import RECORD_NAMES, Notes
from ..session.rig import NAMES, NOTHING_SAID, RigOptions, number_of, rig_options
from ..solve.clip import FirstTurn
from .remedies import REMEDIES

LONGEST_MESSAGE = 8192
NOT_ON_THE_PAGE = ("source", "region", "red_blue_um", "max_megapixels")
ON_THE_PAGE = tuple(name for name in NAMES if name not in NOT_ON_THE_PAGE)
"""What the set-up page asks of a rig besides its source."""
OF_A_CAMERA, OF_A_LENS = ("sensor_mm", "picture_px"), ("zoom_mm", "opening")
"""Two questions about a camera that is not listed, numbers, and two about a lens, in words."""
LABELS = {
    "camera_id": "your name for camera and mode",
    "pixel_um": "pixel size",
    "f_number": "f-number",
    "sensor_mm": "width of the sensor",
    "picture_px": "width of the picture",
    "wavelength_um": "wavelength",
    "transfer": "transfer curve",
    "range": "video range",
    "no_ring": "back-focus ring",
    "um_per_degree": "um per degree of the ring",
    "source": "address",
    "config": "configuration file",
}
IN_WORDS = "in-words"
"""The kind of a refusal that needs no name before it."""


def printable(text: str) -> str | None:
    """Text without spaces around it; None with letters that would not show, or would write over others."""
    return text.strip() if text.isprintable() else None


def _words(text: str) -> str:
    words = printable(text)
    if words is None:
        raise PydanticCustomError("letters", "there are letters in it that cannot be printed")
    return words


def _said(value: object) -> RigOptions:
    """The fields of the set-up page by the names of `RigOptions`; an empty one is not said."""
    if not isinstance(value, dict) or not set(value) <= {*ON_THE_PAGE, *OF_A_CAMERA, *OF_A_LENS}:
        raise PydanticCustomError("options", "it should hold the fields of the set-up page")
    try:
        given = {name: _words(each) if isinstance(each, str) else each for name, each in value.items()}
        return rig_options(_worked_out({name: each for name, each in given.items() if each != ""}))
    except UsageError as error:
        raise PydanticCustomError(IN_WORDS, "{words}", {"words": error.spelt(on_the_page)}) from None


def _worked_out(given: dict[str, object]) -> dict[str, object]:
    """Pixel pitch and f-number in place of what was answered about a camera or a lens that is not listed."""
    if any(name in given for name in OF_A_CAMERA):
        sensor_mm, picture_px = (_number(name, given.pop(name, None)) for name in OF_A_CAMERA)
        given["pixel_um"] = pixel_um(sensor_mm, picture_px)
    if any(name in given for name in OF_A_LENS):
        zoom_mm, opening = (str(given.pop(name, "")) for name in OF_A_LENS)
        given["f_number"] = f_number_over(zoom_mm, opening)
    return given


def _number(name: str, value: object) -> float:
    number = number_of(value)
    if math.isnan(number):
        raise UsageError(Argument(name, value), ": give a number")
    return number


def _notes(value: object) -> Notes:
    """What was written for the record; an empty line is left out."""
    if not isinstance(value, dict) or not set(value) <= set(RECORD_NAMES):
        raise PydanticCustomError("notes", "for the record are {names}", {"names": ", ".join(RECORD_NAMES)})
    if not all(isinstance(each, str) and len(each) <= 500 for each in value.values()):
        raise PydanticCustomError("notes", "write at most 500 letters")
    return tuple((name, words) for name in RECORD_NAMES if (words := _words(value.get(name, ""))))


Words = Annotated[str, Field(max_length=500), AfterValidator(_words)]
Name = Annotated[str, Field(max_length=64), AfterValidator(_words)]
Address = Annotated[str, Field(max_length=2000), AfterValidator(_words)]
ChoiceKind = Literal["given", "address", "device", "recording", "rig", "virtual", "practice"]
PracticeRing = Literal["focus", "zoom", "back-focus", "iris", "lock"]


@dataclass(frozen=True, slots=True)
class Hello:
    """A page opened; `viewer` is the name it was given before, or "". `watches`: it has no controls."""

    viewer: Name = ""
    watches: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything up to message `number` arrived: room for more."""

    number: Annotated[int, Field(ge=0, le=10**15)]


@dataclass(frozen=True, slots=True)
class Choice:
    """A source and what is said of camera and lens, as chosen on the set-up page.

    `kind`: "address" (typed in), "device", "recording" (a name from the list), "rig" (by its name in the
    configuration file), "virtual", "practice" or "given" (the SOURCE of the command line).
    """

    kind: ChoiceKind
    name: Address = ""
    options: Annotated[RigOptions, PlainValidator(_said)] = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Look:
    """Show the picture and the checks of this choice; nothing is kept yet."""

    choice: Choice


@dataclass(frozen=True, slots=True)
class Begin:
    """Start the procedure on what is being looked at; `notes`: (name, value) for the record."""

    notes: Annotated[Notes, PlainValidator(_notes)] = ()


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with a session that was left open."""

    session: Annotated[int, Field(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Leave:
    """Back to the set-up page; the session stays as it is and can be resumed."""


@dataclass(frozen=True, slots=True)
class Close:
    """End this room; its session stays as it is and can be resumed elsewhere."""


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
class TellTurn:
    """Which way a ring went first in the sweep of the recording that is over."""

    first_turn: FirstTurn


@dataclass(frozen=True, slots=True)
class Turn:
    """Practice: a ring dragged by `by` pixels, to the right."""

    ring: PracticeRing
    by: Annotated[float, Field(ge=-100.0, le=100.0)]


@dataclass(frozen=True, slots=True)
class Aim:
    """The object stands there: a place of the picture, in shares of it from the left and from the top."""

    x: Annotated[float, Field(ge=0.0, le=1.0)]
    y: Annotated[float, Field(ge=0.0, le=1.0)]


@dataclass(frozen=True, slots=True)
class Ask:
    """The controls, please."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """The holder's answer to the viewer who asked."""

    yes: bool


@dataclass(frozen=True, slots=True)
class Wake:
    """Try the source again after it was lost."""


Message = (
    Hello
    | Seen
    | Look
    | Begin
    | Resume
    | Leave
    | Close
    | Say
    | Note
    | TellTurn
    | Turn
    | Aim
    | Ask
    | HandOver
    | Wake
)
OPEN_TO_ALL = (Hello, Seen, Ask)
"""What anybody may send; the rest needs the controls."""


def on_the_page(argument: Argument | Remedy) -> str:
    """How the page calls an argument: by the label of its field; and where help is found on it."""
    if isinstance(argument, Remedy):
        return argument.said(REMEDIES)
    return f"{LABELS.get(argument.name, argument.name)} {argument.given}".rstrip()


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
        | Annotated[Resume, Tag("resume")]
        | Annotated[Leave, Tag("leave")]
        | Annotated[Close, Tag("close")]
        | Annotated[Say, Tag("say")]
        | Annotated[Note, Tag("note")]
        | Annotated[TellTurn, Tag("tell-turn")]
        | Annotated[Turn, Tag("turn")]
        | Annotated[Aim, Tag("aim")]
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
    if first["type"] == IN_WORDS:
        return first["msg"]
    words = first["msg"].replace("Input should", "it should")
    return f"{first['loc'][-1]}: {words[:1].lower()}{words[1:]}"
