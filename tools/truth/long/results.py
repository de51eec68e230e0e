"""Outcomes on the disk: JSON lines, one recording judged once, with the commit that judged it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from .judge import Outcome
from .shelf import commit

RESULTS = Path(__file__).with_name("results.jsonl")
"""Those of the proof, which the accuracy page quotes."""


def write(outcomes: Sequence[Outcome], path: Path) -> None:
    """One line each."""
    path.parent.mkdir(exist_ok=True)
    judged_at = commit()
    lines = (json.dumps({**asdict(each), "judged_at": judged_at}) for each in outcomes)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def outcome_of(plain: Mapping[str, Any]) -> Outcome:
    """The outcome of such a line."""
    values = {each.name: plain[each.name] for each in fields(Outcome)}
    return Outcome(**values | {"flags": tuple(values["flags"])})
