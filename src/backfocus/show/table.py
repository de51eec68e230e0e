"""Readings and sessions as rows for a spreadsheet: one header, plain numbers, texts, empty cells."""

from collections.abc import Sequence

from ..measure.reading import Flag, Reading, RingPosition, Star
from ..solve.defocus import Defocus
from .lines import flags_of

Cell = str | int | float | None

READING_COLUMNS = (
    "picture", "time_s", "field", "target", "x_px", "y_px", "radius_px", "scale_px", "modulation_025",
    "mtf50_cy_px", "blur_um", "blur_sigma_um", "flags", "zoom_steps", "focus_steps", "back_focus_steps",
)  # fmt: skip
SESSION_COLUMNS = (
    "session", "started_at_utc", "result", "delta_um", "sigma_um", "camera", "lens", "source",
)  # fmt: skip
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a text."""


def reading_row(reading: Reading, defocus: Defocus | None) -> tuple[Cell, ...]:
    """One picture under `READING_COLUMNS`."""
    target = reading.target
    radius_px = target.radius_px if isinstance(target, Star) else None
    at = reading.position or RingPosition()
    return (
        reading.index,
        _rounded(reading.at_s, 4),
        reading.field or "",
        reading.target_name or "",
        _rounded(target.x_px if target else None, 2),
        _rounded(target.y_px if target else None, 2),
        _rounded(radius_px, 2),
        _rounded(reading.scale_px, 2),
        _rounded(reading.modulation_025, 4),
        _rounded(reading.mtf50_cy_px, 4),
        _rounded(defocus.um if defocus else None, 2),
        _rounded(defocus.sigma_um if defocus else None, 2),
        " ".join(flag.value for flag in Flag if flag in flags_of(reading, defocus)),
        *(_rounded(steps, 3) for steps in (at.zoom_steps, at.focus_steps, at.back_focus_steps)),
    )


def session_row(
    number: int,
    started_at_utc: str,
    result: str,
    delta_um: float | None,
    sigma_um: float | None,
    *names: str,
) -> tuple[Cell, ...]:
    """One session under `SESSION_COLUMNS`; `names`: camera, lens and source."""
    return (number, started_at_utc, result, _rounded(delta_um, 2), _rounded(sigma_um, 2), *names)


def csv_line(cells: Sequence[Cell]) -> str:
    """One line of a table, as a spreadsheet opens it: quoted where needed, and never a formula."""
    return ",".join(map(_cell, cells)) + "\n"


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, int) else f"{value}"
    text = f"'{value}" if value.startswith(FORMULAS) else value
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if any(letter in text for letter in ',"\n\r') else text


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits) + 0.0
