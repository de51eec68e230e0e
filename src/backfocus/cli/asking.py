"""What is asked before a lens moves, and how a move is ended from outside."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ..errors import Argument, UsageError
from . import options

IRIS = " An iris with a motor is opened as far as it goes, and put back at the end."
Yes = Annotated[bool, typer.Option("--yes", help="The lens may move: do not ask first.")]


def as_interrupt(_number: int, _frame: object) -> None:
    """Ended by the system, as by Ctrl-C: the lens is put back first."""
    raise KeyboardInterrupt


def ask(yes: bool, address: str, more: str = "") -> None:
    """Nothing moves before it is said once; `more`: what else will, in a sentence after a space."""
    if _is_real(address):
        question = f"Zoom and focus of this lens will move.{more} Is nobody on air with it?"
        _confirmed(yes, f"the lens will move{_lower(more)}", question)


def ask_for_presets(yes: bool, numbers: range) -> None:
    """The same where presets of the camera are overwritten."""
    which = f"presets {numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"preset {numbers[0]}"
    question = f"The lens will move, and what its camera holds in {which} is lost. Go on?"
    _confirmed(yes, f"{which} of the camera will be overwritten", question)


def ask_for_all(yes: bool, addresses: Sequence[str]) -> None:
    """The same for many, asked once."""
    count = sum(map(_is_real, addresses))
    if count:
        lenses = "1 lens" if count == 1 else f"{count} lenses"
        question = f"Zoom and focus of {lenses} will move.{IRIS} Is nobody on air with them?"
        _confirmed(yes, f"{lenses} will move{_lower(IRIS)}", question)


def _lower(sentence: str) -> str:
    """A sentence after a space as a part of another one."""
    return f", {sentence[1].lower()}{sentence[2:].rstrip('.')}" if sentence else ""


def _is_real(address: str) -> bool:
    from ..control.address import VIRTUAL, lens_kind

    return lens_kind(address) != VIRTUAL


def _confirmed(yes: bool, what: str, question: str) -> None:
    if yes:
        return
    if not options.is_at_a_terminal():
        raise UsageError(f"{what}: to allow this, add ", Argument("yes", True))
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort:  # Ctrl-C, or the end of the input
        agreed = False
    if not agreed:
        options.notice("nothing was moved")
        raise typer.Exit(130)
