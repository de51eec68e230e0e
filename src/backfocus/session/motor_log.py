"""What a run of `auto` was told, on the disk look by look: a run that was killed goes on where it stopped.

A file in the user's data folder for each lens, gone when the run is over and all is put back. Its first line
says how the automatic functions were and where the motors stood, so that the next run puts back what the last
one could not; it is written before anything is switched. It holds no address and no password: the file's name
is a digest. Of a run on an object it holds the picture that its looks are against, before the look that took
it.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from ..guide.axes import Automatic, AxisName
from ..guide.motors import Ask, Seen
from ..guide.records import from_dict, to_dict
from ..measure.object.keeping import KeptReference
from .json_lines import add_line, begin_file, digest, read_file

STALE_S = 1800.0
"""After so long warmth has moved the focus: what was seen then is not gone on with."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an unfinished run left behind; `age_s`: since its last look.

    `kept`: the picture that its last looks are against; None where they are of a chart, or it is lost.
    `same`: whether it was asked for the same as now.
    """

    automatic: Automatic
    found: Mapping[AxisName, float]
    looks: tuple[tuple[Ask, Seen], ...]
    age_s: float
    kept: KeptReference | None = None
    same: bool = True

    @property
    def fresh(self) -> bool:
        """Whether its looks still count."""
        return self.same and 0.0 <= self.age_s <= STALE_S


class MotorLog:
    """The file of one run.

    Parameters
    ----------
    path : Path
    what : str
        A digest of what the run is asked for: of a run that was asked for something else the looks do not
        count, and what it switched off is put back.
    """

    def __init__(self, path: Path, what: str = "") -> None:
        self.path = path
        self.is_answered = False
        self._first: dict[str, Any] = {}
        self._what = what

    def begin(
        self,
        automatic: Automatic,
        found: Mapping[AxisName, float],
        looks: Sequence[tuple[Ask, Seen]] = (),
        kept: KeptReference | None = None,
    ) -> None:
        """A new run, or one that goes on with looks; `kept`: what the last of these are against."""
        self._first = {"automatic": asdict(automatic), "found": dict(found), "what": self._what}
        lines, last = [self._first], keeps(looks)
        for index, (ask, seen) in enumerate(looks):
            lines += _lines(ask, seen, kept if index == last else None)
        begin_file(self.path, lines)

    def begin_again(self) -> None:
        """The same run from its start: what it had seen does not count any more."""
        begin_file(self.path, (self._first,))

    def add(self, ask: Ask, seen: Seen, kept: KeptReference | None = None) -> None:
        """One look more, on the disk before the next move; `kept`: what later ones are against from it on."""
        for line in _lines(ask, seen, kept):
            add_line(self.path, line)

    def end(self) -> None:
        """The run is over."""
        self.path.unlink(missing_ok=True)

    def read(self, now_s: float) -> Told | None:
        """What an unfinished run left; None without one. A last line that was cut off is left out."""
        file = read_file(self.path)
        if file is None:
            return None
        told, written_s = file
        try:
            first, *rest = told
            looks, kept = _looks(rest)
            was, same = Automatic(**first["automatic"]), first.get("what", "") == self._what
            return Told(was, first["found"], looks, now_s - written_s, kept, same)
        except (ValueError, KeyError, TypeError):
            return None


def log_for(lens: str, *what: str, folder: Path | None = None) -> MotorLog:
    """The log of the lens at an address, and of what is asked of it."""
    there = folder or platformdirs.user_data_path("backfocus") / "motors"
    return MotorLog(there / f"{digest(lens)}.jsonl", digest(*what))


def keeps(looks: Sequence[tuple[Ask, Seen]]) -> int | None:
    """Which look took the picture that those after it are against; None where they are of a chart."""
    return max((index for index, (ask, _) in enumerate(looks) if ask.keep), default=None)


def _lines(ask: Ask, seen: Seen, kept: KeptReference | None) -> list[dict[str, Any]]:
    """A look as the file has it, after the picture that it was kept as."""
    look = {"ask": asdict(ask), "reading": to_dict(seen.reading), "positions": dict(seen.positions)}
    if kept is None:
        return [look]
    return [{"kept": asdict(kept) | {"picture": b64encode(kept.picture).decode()}}, look]


def _looks(told: Sequence[Mapping[str, Any]]) -> tuple[tuple[tuple[Ask, Seen], ...], KeptReference | None]:
    """The looks, and the picture that the last of them are against."""
    looks, taken, kept = [], None, None
    for each in told:
        if "kept" in each:
            taken = KeptReference(**each["kept"] | {"picture": b64decode(each["kept"]["picture"])})
            continue
        looks.append(_look(each))
        if looks[-1][0].keep:
            kept, taken = taken, None
    return tuple(looks), kept


def _look(told: Mapping[str, Any]) -> tuple[Ask, Seen]:
    return Ask(**told["ask"]), Seen(from_dict(told["reading"]), told["positions"])
