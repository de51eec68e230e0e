"""A choice and all that follows from it: its rig, its name on the page, and how it is kept."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from ..errors import UsageError
from ..optics.profiles import camera, lens
from ..redaction import shown
from ..session.config import settled
from ..session.guided import PRACTICE, Notes, Plan
from ..session.rig import NOTHING_SAID, Rig, RigOptions, layered, resolve, rig_options
from .messages import Choice, ChoiceKind
from .offers import Given, address_of, is_recording
from .practice.camera import hidden_camera

Json = dict[str, Any]

ROOM = "room"
"""The key of a kept choice under which the room stands that began the session."""
_SEEDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """`rig`: what it means, its source among it."""

    choice: Choice
    rig: Rig

    @property
    def is_practice(self) -> bool:
        """Whether its rings are dragged on the page."""
        return self.choice.kind == "practice"

    @property
    def title(self) -> str:
        """What it is called on the page: no password, no folder, and nothing that gives an error away."""
        if self.is_practice:
            return "practice"
        return self.choice.name if self.choice.kind == "recording" else shown(self.rig.source)

    @property
    def rig_words(self) -> str:
        """Camera and lens as they were chosen, in words; "" where nothing is known of them."""
        rig = self.rig
        if self.is_practice or rig.is_virtual:
            return "virtual camera and lens"
        named = [camera(rig.camera).title if rig.camera else "", lens(rig.lens).title if rig.lens else ""]
        if rig.optics is not None and rig.camera and rig.optics.pixel_um != camera(rig.camera).pixel_um:
            named.append(f"{rig.optics.pixel_um:g} um pixels")
        elif rig.optics is not None and not all(named):
            named.append(f"{rig.optics.pixel_um:g} um pixels, f/{rig.optics.f_number():g}")
        named.append(f"extender {rig.extender:g}x" if rig.extender > 1.0 else "")
        return ", ".join(each for each in named if each)

    @property
    def plays(self) -> bool:
        """Whether it is a recording: it plays by itself, whatever is said."""
        return is_recording(self.choice, self.rig.source)

    @property
    def kept_source(self) -> str:
        """The source as a session keeps it."""
        return PRACTICE + self.choice.name if self.is_practice else self.rig.source

    def plan(self, notes: Notes = (), room: str = "") -> Plan:
        """What a session on it is about; `room`: what that which begins it is called, "" for the first."""
        return Plan(
            self.rig,
            self.kept_source,
            self.title,
            camera="practice" if self.is_practice else "",
            notes=notes,
            choice=kept(self.choice) | ({ROOM: room} if room else {}),
        )


def choose(choice: Choice, given: Given, draw: Callable[[int], int] = secrets.randbelow) -> Chosen:
    """What a choice means; `draw` gives the seed of a practice camera that has none yet.

    Raises
    ------
    UsageError
        If it was not among what is offered, or cannot be meant.
    """
    if choice.kind == "given" and given.choice is not None:
        choice = replace(choice, name=given.choice.name)
    if choice.kind == "practice":
        seed = int(choice.name) if choice.name.isdecimal() else draw(_SEEDS)
        choice = Choice("practice", str(seed))
        return Chosen(choice, resolve(RigOptions(source=hidden_camera(seed))))
    said = replace(
        _said(choice, given), source=address_of(choice, given), max_megapixels=given.max_megapixels
    )
    # half of what micrometres need is a slip where it was chosen here, and no more than that in a file
    chosen_here = choice.kind not in ("rig", "virtual") and choice != given.choice
    return Chosen(choice, resolve(said, half_is_wrong=chosen_here))


def _said(choice: Choice, given: Given) -> RigOptions:
    """What is said of the rig: as chosen, as the file says, or nothing where the camera tells it all."""
    match choice.kind:
        case "rig":
            return layered(settled(NOTHING_SAID, given.config, choice.name))
        case "virtual":
            return NOTHING_SAID
        case _:
            return choice.options


def kept(choice: Choice) -> Json:
    """A choice as a session keeps it."""
    said = {name: value for name, value in asdict(choice.options).items() if value is not None}
    return {"type": "PageChoice", "kind": choice.kind, "name": choice.name, "options": said}


def choice_from(plain: Json) -> Choice:
    """The choice that `kept` wrote down.

    Raises
    ------
    UsageError
        If it is none that this page knows.
    """
    if plain.get("type") != "PageChoice" or plain.get("kind") not in get_args(ChoiceKind):
        raise UsageError("it was begun on a page that is not known here")
    return Choice(plain["kind"], str(plain.get("name", "")), rig_options(dict(plain.get("options", {}))))
