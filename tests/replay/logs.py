"""The recorded sessions of `tests/replay`, put back into a store as they were kept."""

import base64
import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from backfocus.session.store import Entry, NdResult, Store

FOLDER = Path(__file__).parent
LOGS = sorted(FOLDER.glob("version-*/*.jsonl.gz"))

Line = dict[str, Any]


def lines_in(path: Path) -> list[Line]:
    """The lines of one log."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def put_back(store: Store, lines: list[Line]) -> int:
    """The number of the session in `store` that these lines are."""
    head, summary = lines[0], lines[0]["summary"]
    words = {name: summary[name] for name in ("source", "title", "camera", "lens")}
    number = store.begin(head["setup"], started_at=datetime.fromisoformat(summary["started_at"]), **words)
    store.append(number, *(_entry(line) for line in lines if line["line"] == "entry"))
    for line in lines:
        if line["line"] == "result":
            store.put_result(number, NdResult(**{k: v for k, v in line.items() if k != "line"}))
    if summary["state"] == "closed":
        ended = {name: summary[name] for name in ("verdict", "delta_um", "sigma_um")}
        store.close_session(number, **ended)
    return number


def _entry(line: Line) -> Entry:
    png = base64.b64decode(line["png"]) if "png" in line else None
    return Entry(line["kind"], line["at_s"], line["payload"], png)
