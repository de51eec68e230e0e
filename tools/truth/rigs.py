"""What `auto` reached on seeded virtual rigs, as `python -m tools.motors` kept it, for the accuracy page."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "motors.jsonl"
FROM, TO = "<!-- counts of the virtual rigs -->", "<!-- end of the counts -->"
HEAD = "| what | reached | asked |\n| --- | --- | --- |\n"
NAMES = {"rear": "not-front-focus", "tracking": "tracking"}
PROOF = 1001
"""The first number on which nothing was chosen."""

Line = dict[str, Any]
Row = tuple[str, str, str]


def kept(path: Path = RESULTS) -> list[Line]:
    """One line a rig; none before any was run."""
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


def quoted(lines: Sequence[Line]) -> str:
    """A table of what was reached on the rigs of the proof, between two marks."""
    proof = [line for line in lines if line["rig"] >= PROOF]
    rows = "".join(f"| {what} | {reached} | {asked} |\n" for what, reached, asked in counts(proof))
    return f"{FROM}\n\n{HEAD}{rows}\n{TO}"


def counts(lines: Sequence[Line]) -> list[Row]:
    """What was asked of each kind of rig, and how many reached it."""
    by_kind = {
        kind: [each for each in lines if each["kind"] == kind] for kind in ("back-focus", "focus", *NAMES)
    }
    rows = _set(by_kind["back-focus"]) + _told(by_kind["focus"])
    for kind, name in NAMES.items():
        rows += _named(by_kind[kind], kind, name)
    return rows + (_spent(lines) if lines else [])


def _set(lines: Sequence[Line]) -> list[Row]:
    """Of lenses with a motor for the back focus."""
    if not lines:
        return []
    left_um = [abs(each["left_um"]) for each in lines]
    within = [um <= (each["half_depth_um"] or 0.0) for um, each in zip(left_um, lines, strict=True)]
    holds = [_holds(each, "left_um", "told") for each in lines]
    first = [_holds(each, "true_um", "found") for each in lines]
    return [
        ("motor for the back focus: left within h", f"{_of(within)}; at most {max(left_um):.2f} um", "100 %"),
        (
            "the same: in one correction, or none needed",
            _of([each["corrections"] <= 1 for each in lines]),
            "95 %",
        ),
        ("the same: 95 % interval of what is left holds", _of(holds), "-"),
        ("the same: 95 % interval of the error found holds", _of(first), "-"),
    ]


def _told(lines: Sequence[Line]) -> list[Row]:
    """Of lenses without."""
    if not lines:
        return []
    off_um = [abs((each["found_um"] or 0.0) - each["true_um"]) for each in lines]
    near = [
        each["found_um"] is not None and um <= max(each["half_depth_um"] / 3.0, 0.05 * abs(each["true_um"]))
        for um, each in zip(off_um, lines, strict=True)
    ]
    reached = (
        f"{_of(near)}; off by {statistics.median(off_um):.2f} um in the median, at most {max(off_um):.2f}"
    )
    holds = [_holds(each, "true_um", "found") for each in lines]
    return [
        ("no such motor: error told within h/3 or 5 %", reached, "100 %"),
        ("the same: 95 % interval holds", _of(holds), "-"),
    ]


def _named(lines: Sequence[Line], kind: str, name: str) -> list[Row]:
    what = {"rear": "focuses with its rear", "tracking": "20 um of tracking error"}[kind]
    right = [each["verdict"] == name and each["corrections"] == 0 for each in lines]
    return [(f"{what}: named as that, not corrected", _of(right), "95 %")] if lines else []


def _spent(lines: Sequence[Line]) -> list[Row]:
    ends = [looks for each in lines if each["looks"] for looks in (each["looks"][0], each["looks"][-1])]
    whole = [each["camera_s"] for each in lines if each["kind"] == "back-focus" and each["corrections"]]
    rows = [("looks at an end of the zoom, median", f"{statistics.median(ends):g}; at most {max(ends)}", "7")]
    if whole:
        time_s = f"{statistics.median(whole):.1f} s; at most {max(whole):.1f} s, of {len(whole)}"
        rows.append(("camera time of all stops, one correction and its proof, median", time_s, "40 s"))
    return rows


def _holds(line: Line, truth: str, interval: str) -> bool:
    low, high = line[f"{interval}_low_um"], line[f"{interval}_high_um"]
    return low is not None and low <= line[truth] <= high


def _of(reached: Sequence[bool]) -> str:
    return f"{sum(reached)} of {len(reached)}"
