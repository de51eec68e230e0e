"""One camera of a run over many: how far it has got, and what came out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...solve.titles import EXIT_CODES, UNREACHED, verdict_word
from ..motor_history import drift_words

Json = dict[str, Any]
State = Literal["waiting", "running", "done"]
WORST_FIRST = (1, 3, 4, 0)
"""Exit codes in the order of their badness."""
EXIT_UNREACHED = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One camera.

    Attributes
    ----------
    state
        "done" also where it could not be checked.
    looks, at_s, doing
        So far: looks taken, the time of its pictures, and where it is ("tele", "wide").
    line : mapping | None
        The JSON of its run; None before its end, and where it could not be checked.
    error : str
        Why it could not be checked; "" else.
    """

    name: str
    group: str = ""
    state: State = "waiting"
    looks: int = 0
    at_s: float = 0.0
    doing: str = ""
    line: Mapping[str, Any] | None = None
    error: str = ""

    @property
    def exit_code(self) -> int:
        """Of this camera: 1 off or drifted, 3 not reached, 4 not sure, 0 set."""
        if self.line is None:
            return EXIT_UNREACHED
        return 1 if self.line["drifted"] else EXIT_CODES[self.line["verdict"]]

    @property
    def verdict(self) -> str:
        """Its verdict; `UNREACHED` without one."""
        return UNREACHED if self.line is None else self.line["verdict"]

    @property
    def word(self) -> str:
        """The verdict in one or two words."""
        return verdict_word(self.verdict)

    @property
    def reason(self) -> str:
        """Why, in a sentence or two."""
        if self.line is None:
            return self.error
        return f"{self.line['reason']} {self.moved}".strip()

    @property
    def moved(self) -> str:
        """How far it has drifted, in a sentence; "" within half the depth of focus."""
        return drift_words(self.line) if self.line and self.line["drifted"] else ""

    @property
    def corrected(self) -> str:
        """How far it was off before its motor set it, in a sentence; "" where that did not happen."""
        line = self.line
        if not line or not line["corrected"] or line["verdict"] != "set" or line["found_um"] is None:
            return ""
        return f"It was {line['found_um']:+.1f} um off; its motor has set it."

    @property
    def half_depths(self) -> float:
        """How far off it is now or has drifted, in half depths of focus; 0 where that is not known."""
        line = self.line or {}
        half_depth_um = line.get("half_depth_of_focus_um")
        if not half_depth_um:
            return 0.0
        keys = ("delta_um",) if line["corrected"] else ("delta_um", "drift_um")
        far = [abs(line[key]) for key in keys if line[key] is not None]
        return max(far, default=0.0) / float(half_depth_um)

    def as_json(self) -> Json:
        """One line of `auto --all --json`."""
        head: Json = {"name": self.name, "group": self.group, "exit_code": self.exit_code}
        return head | {"error": self.error or None} | dict(self.line or {})


def row_of(plain: Mapping[str, Any]) -> Row:
    """The row of such a line."""
    line = {key: plain[key] for key in plain if key not in ("name", "group", "exit_code", "error")}
    return Row(plain["name"], plain["group"], "done", line=line or None, error=plain["error"] or "")


def worst(rows: Iterable[Row]) -> int:
    """The exit code of all: the worst of 1, 3, 4, in that order, else 0."""
    codes = {row.exit_code for row in rows}
    return next((code for code in WORST_FIRST if code in codes), 0)


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """As they want to be looked at: by `badness`."""
    return sorted(rows, key=badness)


def badness(row: Row) -> tuple[int, bool, float]:
    """What sorts the worst first: its exit code, whether it is set by now, how far off it is."""
    return WORST_FIRST.index(row.exit_code), row.verdict == "set", -row.half_depths
