"""Focus over zoom against lenses whose law is known."""

import json
import math
from collections.abc import Callable

import pytest

from backfocus.solve.focus_table import FORM, FocusTable, Knot, read_table, table_csv, table_json

RATIO = 10.0


def ratio(zoom: float) -> float:
    return float(RATIO ** (zoom / 1000.0 - 1.0))


def table(best: Callable[[float], float], places=(0.0, 333.0, 667.0, 1000.0), low=-1e6) -> FocusTable:
    return FocusTable(tuple(Knot(z, best(z), 5.0, 700.0 * ratio(z)) for z in places), low, 1e6)


LAWS = {
    "front": lambda zoom: 20_000.0 - 4.0 / ratio(zoom) ** 2,
    "rear": lambda zoom: 9_000.0 + 700.0 * (1.0 - ratio(zoom) ** 2),
}


@pytest.mark.parametrize("law", LAWS)
def test_between_the_stops_it_follows_the_law_of_the_lens(law: str) -> None:
    found = table(LAWS[law])
    for zoom in (50.0, 150.0, 500.0, 850.0):
        place, sigma = found.focus_at(zoom)
        # the scale between stops is itself interpolated: exactly, as equal steps are equal ratios here
        assert place == pytest.approx(LAWS[law](zoom), abs=1.0)
        assert 1.0 < sigma < 20.0


def test_a_lens_of_no_law_goes_through_its_stops_and_doubts_between() -> None:
    def best(zoom: float) -> float:
        return 20_000.0 + 3_000.0 * math.sin(zoom / 250.0)

    places = tuple(125.0 * step for step in range(9))
    found = table(best, places)
    for zoom in places:
        assert found.focus_at(zoom)[0] == pytest.approx(best(zoom), abs=1e-6)
    for zoom in (60.0, 310.0, 700.0, 930.0):
        place, sigma = found.focus_at(zoom)
        assert abs(place - best(zoom)) < 3.0 * sigma
        assert sigma > found.focus_at(250.0)[1]


def test_it_never_leaves_the_span_of_the_motor_nor_that_of_the_zoom() -> None:
    found = table(LAWS["front"], low=19_900.0)
    assert found.focus_at(0.0)[0] == 19_900.0
    assert found.focus_at(5_000.0) == found.focus_at(1_000.0)


def test_a_file_gives_it_back() -> None:
    found = table(LAWS["rear"])
    assert read_table(table_json(found)) == found
    rows = table_csv(found).splitlines()
    assert rows[0] == "zoom,focus,sigma"
    assert float(rows[-1].split(",")[1]) == pytest.approx(9_000.0, abs=5.0)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "{", "zoom,focus", "\ufffd", "[" * 100_000])
def test_what_is_no_table_is_refused_in_words_of_ours(text: str) -> None:
    with pytest.raises(ValueError, match="not a table of focus over zoom"):
        read_table(text)


@pytest.mark.parametrize("stop", ["{}", '{"zoom": 1' + "0" * 400 + "}", "[]", "null", '{"zoom": "wide"}'])
def test_a_part_that_is_no_number_is_refused(stop: str) -> None:
    with pytest.raises(ValueError, match="part of the table"):
        read_table(f'{{"form": "{FORM}", "low": 0, "high": 9, "stops": [{stop}]}}')


@pytest.mark.parametrize(
    "damage",
    [
        {"zoom": 1e300},
        {"focus": -1e308},
        {"sigma": 1e-300},
        {"scale_px": 1e-300},
        {"scale_px": 1e300},
        {"zoom": 1e-300},
    ],
)
def test_finite_numbers_that_no_motor_has_are_refused(damage: dict[str, float]) -> None:
    """Squared or divided they are no numbers any more, and the lens would be sent there."""
    stops: list[dict[str, float]] = [{"zoom": 0, "focus": 5, "sigma": 1, "scale_px": 9}]
    stops.append(stops[0] | {"zoom": 9} | damage)
    with pytest.raises(ValueError, match="stop"):
        read_table(json.dumps({"form": FORM, "low": 0, "high": 9, "stops": stops}))


def test_stops_must_rise() -> None:
    with pytest.raises(ValueError, match="rising"):
        table(LAWS["rear"], (0.0, 0.0))


@pytest.mark.parametrize(("low", "soft"), [(-1e6, []), (9_011.0, []), (9_200.0, [0.0])])
def test_stops_beyond_the_span_are_told_and_those_within_their_doubt_are_not(
    low: float, soft: list[float]
) -> None:
    """A rear focus is sharp at 9 007 to 9 700 steps, each known to 5."""
    places = (0.0, 1000.0)
    found = table(lambda zoom: 9_700.0 - 0.693 * (1000.0 - zoom), places, low)
    assert [knot.zoom for knot in found.out_of_reach] == soft
