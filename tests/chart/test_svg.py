"""The SVG parsed back."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from backfocus.chart import chart_svg, lay_out, make_chart, parse_paper
from backfocus.target import twist_radii

SVG = "{http://www.w3.org/2000/svg}"


def parse(chart: object) -> ET.Element:
    return ET.fromstring(chart_svg(chart).encode())  # type: ignore[arg-type]


def test_true_size_in_millimetres() -> None:
    root = parse(make_chart(parse_paper("Letter")))
    assert (root.get("width"), root.get("height")) == ("215.9mm", "279.4mm")
    assert root.get("viewBox") == "0 0 215.9 279.4"


def test_the_spokes_end_on_the_rim_and_on_the_twists() -> None:
    chart = make_chart(parse_paper("A4"))
    star = next(path for path in parse(chart).iter(f"{SVG}path") if path.get("id") == "star")
    sheet = lay_out(chart)
    ends = []
    for _, values in re.findall(r"([MLC])([-\d. ]+)", star.get("d", "")):
        ends.append([float(v) for v in values.split()][-2:])
    radii = np.unique(np.round(np.hypot(*(np.array(ends) - [sheet.star_x_mm, sheet.star_y_mm]).T), 3))
    expected = [*twist_radii(sheet.star_radius_mm)[::-1], sheet.star_radius_mm]
    merged = [r for r in radii if r > 0.05]
    # numbers are written to 1e-5 mm; the centre itself is dropped above
    for radius in merged:
        assert min(abs(radius - e) for e in expected) < 0.002
    assert len({min(range(17), key=lambda i: abs(r - expected[i])) for r in merged}) == 17


def test_words_are_escaped_and_kept() -> None:
    chart = make_chart(parse_paper("A4"), distance_m=3, made_for='<script>&"\x00')
    words = [text.text for text in parse(chart).iter(f"{SVG}text")]
    assert '<script>&"' in words
    assert "for 3 m" in words


def test_no_number_is_broken() -> None:
    text = chart_svg(make_chart(parse_paper("A0"), cycles=144))
    assert not re.search(r"nan|inf|--|e-\d", text)


@pytest.mark.parametrize("name", ["A5", "A4", "A0"])
def test_nothing_is_drawn_off_the_sheet(name: str) -> None:
    paper = parse_paper(name)
    for path in parse(make_chart(paper)).iter(f"{SVG}path"):
        for x, y in re.findall(r"M([-\d.]+) ([-\d.]+)", path.get("d", "")):
            assert 0 < float(x) < paper.width_mm
            assert 0 < float(y) < paper.height_mm
