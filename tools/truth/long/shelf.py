"""Readings of recordings on the disk: filmed and measured once, judged as often as the judge changes.

One file a recording, whole or not there: a campaign that is stopped goes on where it was.
"""

import gzip
import json
import subprocess
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from backfocus.guide.records import from_dict, to_dict
from backfocus.measure.reading import Reading

from .draw import Case

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "truth-long"
DIGITS = 5
"""Of every number kept: far below what a reading is sure of."""


@dataclass(frozen=True, slots=True)
class Filmed:
    """A recording as it was read: the case, the commit that filmed and measured it, seconds it took."""

    case: Case
    commit: str
    took_s: float
    readings: tuple[Reading, ...]


def keep(filmed: Filmed, folder: Path = FOLDER) -> None:
    """Write it down, whole or not at all."""
    plain = {
        "seed": filmed.case.seed,
        "session": filmed.case.session,
        "address": filmed.case.address,
        "declared": filmed.case.declared,
        "commit": filmed.commit,
        "took_s": round(filmed.took_s, 1),
        "readings": [_short(reading) for reading in filmed.readings],
    }
    folder.mkdir(exist_ok=True)
    path = _path(folder, filmed.case.seed, filmed.case.session)
    part = path.with_suffix(".part")
    part.write_bytes(gzip.compress(json.dumps(plain).encode(), 6))
    part.replace(path)


def kept(seed: int, session: str = "judged", folder: Path = FOLDER) -> Filmed | None:
    """The recording of a seed, if it was filmed."""
    path = _path(folder, seed, session)
    if not path.exists():
        return None
    plain = json.loads(gzip.decompress(path.read_bytes()))
    return Filmed(
        Case(plain["seed"], plain["session"], plain["address"], plain["declared"]),
        plain["commit"],
        plain["took_s"],
        tuple(from_dict({"type": "Reading", **each}) for each in plain["readings"]),
    )


def is_kept(seed: int, session: str = "judged", folder: Path = FOLDER) -> bool:
    """Whether the recording of a seed is there."""
    return _path(folder, seed, session).exists()


@cache
def commit() -> str:
    """The commit of this tree when it was first asked for, with a mark where files differ from it."""
    said = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=10", "--dirty", "--exclude", "*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() or "unknown"


def _path(folder: Path, seed: int, session: str) -> Path:
    return folder / f"{session}-{seed:06d}.json.gz"


def _short(reading: Reading) -> dict[str, Any]:
    """Without what is as if nothing had been said, and with numbers as long as they mean something."""
    plain = to_dict(reading)
    return {name: _rounded(plain[name]) for name in plain if plain[name] != _UNSAID.get(name, plain)}


def _rounded(plain: Any) -> Any:
    if isinstance(plain, float):
        return float(f"{plain:.{DIGITS}g}")
    if isinstance(plain, dict):
        return {key: _rounded(value) for key, value in plain.items()}
    return [_rounded(each) for each in plain] if isinstance(plain, list) else plain


_UNSAID = {
    each.name: [] if each.default == () else each.default
    for each in fields(Reading)
    if each.default is not MISSING
} | {"type": "Reading"}
