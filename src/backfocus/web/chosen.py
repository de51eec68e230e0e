"""A choice and all that follows from it: its address, its name on the page, and how it is kept."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..guide.records import to_dict
from ..guide.session_state import Setup
from ..redaction import shown
from .messages import Choice
from .offers import Given, address_of, is_recording, setup_of
from .practice.camera import hidden_camera

Json = dict[str, Any]

PRACTICE = "practice:"
"""What a practice session is kept as: the seed follows, never what it hides."""
_SEEDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """`address`: where its pictures come from. `setup`: what is known before the first of them."""

    choice: Choice
    address: str
    setup: Setup

    @property
    def is_practice(self) -> bool:
        """Whether its rings are dragged on the page."""
        return self.choice.kind == "practice"

    @property
    def title(self) -> str:
        """What it is called on the page: no password, no folder, and nothing that gives an error away."""
        if self.is_practice:
            return "practice"
        return self.choice.name if self.choice.kind == "recording" else shown(self.address)

    @property
    def camera(self) -> str:
        """What its sessions are listed under."""
        return self.choice.camera or ("practice" if self.is_practice else "")

    @property
    def kept_source(self) -> str:
        """The source as a session keeps it."""
        return PRACTICE + self.choice.name if self.is_practice else self.address

    def kept_setup(self) -> Json:
        """The setup as a session keeps it, with what was chosen on the page."""
        page = {**asdict(self.choice), "name": shown(self.choice.name)}
        del page["shims_um"]  # stands in the setup itself
        return {**to_dict(self.setup), "page": page}


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
        choice = replace(choice, name=str(seed))
        address = hidden_camera(seed)
    else:
        address = address_of(choice, given)
    return Chosen(choice, address, setup_of(choice, address))


def kept_choice(setup: Json) -> Choice | None:
    """The choice that `Chosen.kept_setup` wrote down; None for a session that was not begun on a page."""
    page = setup.get("page")
    if not isinstance(page, dict) or setup.get("type") != "Setup":
        return None
    return Choice(**page, shims_um=tuple(setup.get("shims_um", ())))


def is_wanted(choice: Choice, given: Given) -> bool:
    """Whether a session on this choice may be taken up by itself.

    Not where another source was asked for, where a password was not kept, or on a recording, whose hand has
    its own pace.
    """
    wanted = given.choice
    if wanted is None:
        return choice.kind not in ("given", "recording") and "***" not in choice.name
    same = choice.kind == wanted.kind and (not wanted.name or choice.name == shown(wanted.name))
    return same and not is_recording(choice, given)
