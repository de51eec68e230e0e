"""What goes wrong on a network and in a camera, on request and by a seed."""

import threading
from dataclasses import dataclass

import numpy as np

from ..control.visca import visca
from ..errors import UsageError

KEYS = ("lost", "late", "late_s", "full", "busy", "cut_s")


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong.

    Attributes
    ----------
    lost, late : float
        Shares of the answers that never come, or come `late_s` too late.
    full, busy : float
        Shares of the commands that are refused with a full buffer, or as not executable.
    cut_s : float
        After so long the control link answers nothing more; 0 is never.
    seed : int
        Draws which.
    """

    lost: float = 0.0
    late: float = 0.0
    late_s: float = 0.8
    full: float = 0.0
    busy: float = 0.0
    cut_s: float = 0.0
    seed: int = 1


def parse_faults(text: str, seed: int) -> Faults:
    """Faults as they are typed, `lost=0.1,full=0.05`; UsageError for what cannot be meant."""
    given: dict[str, float] = {}
    for part in text.split(",") if text else ():
        key, _, value = part.strip().partition("=")
        if key not in KEYS:
            raise UsageError(f"faults: '{key}' is not known; there are {', '.join(KEYS)}")
        most = 1e6 if key.endswith("_s") else 1.0
        try:
            given[key] = float(value)
        except ValueError:
            given[key] = -1.0
        if not 0.0 <= given[key] <= most:
            raise UsageError(f"faults: {key}={value}: give a number from 0 to {most:g}")
    return Faults(**given, seed=seed)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one message: how late its answer is, whether there is one, and what it says instead."""

    answered: bool = True
    late_s: float = 0.0
    refused: int | None = None


class Luck:
    """Draws the fate of each message; `faults` may be changed on the way."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._rng = np.random.default_rng((faults.seed, 17))
        self._lock = threading.Lock()

    def fate(self, at_s: float, *, is_command: bool) -> Fate:
        """Of a message that came `at_s` after the camera was switched on."""
        with self._lock:
            lost, late, refused = self._rng.random(3)
        faults = self.faults
        if (faults.cut_s and at_s > faults.cut_s) or lost < faults.lost:
            return Fate(answered=False)
        late_s = faults.late_s if late < faults.late else 0.0
        if is_command and refused < faults.full + faults.busy:
            return Fate(True, late_s, visca.BUFFER_FULL if refused < faults.full else visca.NOT_EXECUTABLE)
        return Fate(True, late_s)
