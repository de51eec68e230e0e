"""The simulated hand: obeys the guide, as people do. (First version: being deepened.)"""

from ..guide.events import Event
from ..guide.instructions import Instruction
from .bench import Bench
from .settings import SimSettings


class Hand:
    """Turns the rings of a bench as it is told."""

    def __init__(self, settings: SimSettings) -> None:
        self._settings = settings

    def hear(self, instruction: Instruction, at_s: float) -> None:
        """Take in what to do."""

    def move(self, bench: Bench, at_s: float) -> None:
        """Turn the rings up to `at_s`."""

    def answers(self, at_s: float) -> tuple[Event, ...]:
        """What the person says by `at_s`."""
        return ()
