"""Outcomes on the disk: JSON lines, one recording judged once, with the commit that judged it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from .judge import Outcome
from .shelf import commit

Line = dict[str, Any]

RESULTS = Path(__file__).with_name("results.jsonl")
"""Those of the proof, which the accuracy page quotes."""


def write(outcomes: Sequence[Outcome], path: Path) -> None:
    """One line each, with the commit that judged it; other seeds stay as they are."""
    judged_at = commit()
    write_lines(path, [{**asdict(each), "judged_at": judged_at} for each in outcomes], _seed)


def write_lines(path: Path, new: Iterable[Line], seed: Callable[[Line], int]) -> None:
    """Put lines into a file by seed, in place of those that it has of the same seeds."""
    new = list(new)
    seeds = {seed(each) for each in new}
    lines = [each for each in lines_of(path) if seed(each) not in seeds] + new
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{json.dumps(each)}\n" for each in sorted(lines, key=seed)), encoding="utf-8")


def lines_of(path: Path) -> list[Line]:
    """The lines of such a file; none of one that is not there."""
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


def _seed(line: Line) -> int:
    return int(line["seed"])


def outcome_of(plain: Mapping[str, Any]) -> Outcome:
    """The outcome of such a line."""
    values = {each.name: plain[each.name] for each in fields(Outcome)}
    return Outcome(**values | {"flags": tuple(values["flags"])})
