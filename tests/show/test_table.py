"""Tables as a spreadsheet opens them: read back by the standard library, to the same values."""

import csv
import io

import pytest

from backfocus.measure.reading import Flag, Reading, Star
from backfocus.show.table import (
    READING_COLUMNS,
    SESSION_COLUMNS,
    csv_line,
    reading_row,
    session_row,
)
from backfocus.solve.defocus import Defocus


def read_back(*rows: tuple[object, ...]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(map(csv_line, rows)))))  # type: ignore[arg-type]


def test_a_picture_comes_back_with_its_numbers() -> None:
    star = Star(320.25, 180.5, 77.0, 36)
    flags = frozenset({Flag.MOVING, Flag.CLIPPED})
    reading = Reading(
        7, 0.28, flags, star, 77.0, modulation_025=0.5, frequency_cy_px=(0.1,), modulation=(0.9,)
    )
    blur = Defocus(12.347, 0.5, frozenset())
    (row,) = read_back(READING_COLUMNS, reading_row(reading, blur))
    assert (row["picture"], row["time_s"], row["target"]) == ("7", "0.28", "star")
    assert [float(row[name]) for name in ("x_px", "scale_px", "blur_um")] == [320.25, 77.0, 12.35]
    assert row["mtf50_cy_px"] == ""
    assert set(row["flags"].split()) >= {"moving", "clipped"}


def test_a_picture_without_a_star_has_empty_cells() -> None:
    (row,) = read_back(READING_COLUMNS, reading_row(Reading(0, None, frozenset({Flag.NO_STAR})), None))
    assert {name for name, value in row.items() if value} == {"picture", "flags"}


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "+1", "-2", "@SUM(A1)", 'a "lens", f/2', "two\nlines"])
def test_no_name_becomes_a_formula_or_breaks_the_table(name: str) -> None:
    begun = "2026-11-26 23:10:00"
    (row,) = read_back(SESSION_COLUMNS, session_row(3, begun, "set", -1.5, 0.5, "cam", name, "rtsp://cam/1"))
    assert row["lens"].lstrip("'") == name
    assert not row["lens"].startswith(("=", "+", "-", "@"))
    assert float(row["delta_um"]) == -1.5
    assert row["source"] == "rtsp://cam/1"
