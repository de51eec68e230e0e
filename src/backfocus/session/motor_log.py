"""What a run of `auto` was told, on the disk look by look: a run that was killed goes on where it stopped.

A file in the user's data folder for each lens, gone when the run is over. Its first line says how the
automatic functions were and where the motors stood, so that the next run puts back what the last one could
not. It holds no address and no password: the file's name is a digest.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from ..guide.axes import Automatic, AxisName
from ..guide.motors import Ask, Seen
from ..guide.records import from_dict, to_dict
from .json_lines import add_line, begin_file, digest, read_file

STALE_S = 1800.0
"""After so long warmth has moved the focus: what was seen then is not gone on with."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an unfinished run left behind; `age_s`: since its last look."""

    automatic: Automatic
    found: Mapping[AxisName, float]
    looks: tuple[tuple[Ask, Seen], ...]
    age_s: float

    @property
    def fresh(self) -> bool:
        """Whether its looks still count."""
        return 0.0 <= self.age_s <= STALE_S


class MotorLog:
    """The file of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, automatic: Automatic, found: Mapping[AxisName, float]) -> None:
        """A new run."""
        begin_file(self.path)
        add_line(self.path, {"automatic": asdict(automatic), "found": dict(found)})

    def add(self, ask: Ask, seen: Seen) -> None:
        """One look more, on the disk before the next move."""
        told = {"ask": asdict(ask), "reading": to_dict(seen.reading), "positions": dict(seen.positions)}
        add_line(self.path, told)

    def end(self) -> None:
        """The run is over."""
        self.path.unlink(missing_ok=True)

    def read(self, now_s: float) -> Told | None:
        """What an unfinished run left; None without one. A last line that was cut off is left out."""
        kept = read_file(self.path)
        if kept is None:
            return None
        told, written_s = kept
        try:
            first, *looks = told
            return Told(
                Automatic(**first["automatic"]), first["found"], tuple(map(_look, looks)), now_s - written_s
            )
        except (ValueError, KeyError, TypeError):
            return None


def log_for(*what: str, folder: Path | None = None) -> MotorLog:
    """The log of a lens and what is asked of it, by a digest of both."""
    return MotorLog(
        (folder or platformdirs.user_data_path("backfocus") / "motors") / f"{digest(*what)}.jsonl"
    )


def _look(told: Mapping[str, Any]) -> tuple[Ask, Seen]:
    return Ask(**told["ask"]), Seen(from_dict(told["reading"]), told["positions"])
