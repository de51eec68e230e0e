"""Results of cameras in the text format of Prometheus, for its textfile collector or to be asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """One camera: a line of `auto --all --json`, and when that was, in seconds since 1970."""

    row: Json
    at_s: float


@dataclass(frozen=True, slots=True)
class Gauge:
    """One number of each camera, by its key in the line."""

    name: str
    key: str
    words: str


GAUGES = (
    Gauge(
        "error_micrometres", "delta_um", "Back-focus error; positive: the sensor is too far from the lens."
    ),
    Gauge("error_sigma_micrometres", "sigma_um", "One standard deviation of the error."),
    Gauge("half_depth_of_focus_micrometres", "half_depth_of_focus_um", "An error within it is not seen."),
    Gauge("drift_micrometres", "drift_um", "How far it has moved since its reference."),
    Gauge("exit_code", "exit_code", "0 set, 1 off or drifted, 3 not reached, 4 not sure."),
)


def exposition(cameras: Iterable[Checked]) -> str:
    """The text; a number that is not known is left out."""
    listed = sorted(cameras, key=lambda each: str(each.row["name"]))
    lines: list[str] = []
    for gauge in GAUGES:
        values = [(each, each.row.get(gauge.key)) for each in listed]
        lines += _gauge(
            gauge.name, gauge.words, [(each, value) for each, value in values if value is not None]
        )
    told = [(each, each.at_s) for each in listed]
    lines += _gauge("checked_timestamp_seconds", "When it was checked last, since 1970.", told)
    return "".join(f"{line}\n" for line in lines)


def _gauge(name: str, words: str, values: Iterable[tuple[Checked, float]]) -> list[str]:
    full = f"backfocus_{name}"
    rows = [f"{full}{{{_labels(each.row)}}} {float(value)!r}" for each, value in values]
    return [f"# HELP {full} {words}", f"# TYPE {full} gauge", *rows] if rows else []


def _labels(row: Json) -> str:
    return f'camera="{_escaped(row["name"])}",group="{_escaped(row["group"])}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
