"""What a chart is, and that its layout keeps every part on the sheet and apart from the others."""

import cv2
import numpy as np
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from backfocus.chart import Chart, Paper, chart_picture, largest_star_mm, lay_out, make_chart, parse_paper
from backfocus.chart.sheet import PAPERS
from backfocus.errors import UsageError

PAPER_SIZES = (*PAPERS, parse_paper("100x150"), parse_paper("90x90"), parse_paper("3000x5000"))


@pytest.mark.parametrize(
    ("text", "width_mm", "height_mm"),
    [
        ("A4", 210, 297),
        ("a0", 841, 1189),
        (" Tabloid ", 279.4, 431.8),
        ("600x900", 600, 900),
        ("900X600mm", 600, 900),
        ("100.5 \u00d7 150", 100.5, 150),
    ],
)
def test_papers_by_name_and_by_size(text: str, width_mm: float, height_mm: float) -> None:
    paper = parse_paper(text)
    assert (paper.width_mm, paper.height_mm) == (width_mm, height_mm)


@pytest.mark.parametrize(
    "text", ["", "A9", "x", "600", "0x100", "-1x5", "1e9x3", "50x50", "100x99999", "nanx5"]
)
def test_rubbish_paper_names_the_ways_out(text: str) -> None:
    with pytest.raises(UsageError, match="mm"):
        parse_paper(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"star_mm": 5},
        {"star_mm": float("nan")},
        {"cycles": 7},
        {"cycles": 145},
        {"distance_m": 0},
        {"distance_m": -1},
    ],
)
def test_a_chart_is_valid_or_not_at_all(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"star|chart"):
        make_chart(parse_paper("A4"), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("paper", PAPER_SIZES, ids=lambda paper: paper.name)
@pytest.mark.parametrize("words", [None, "2/3\u2033 HD, Canon CJ20ex7.8B", "a very long name " * 12])
def test_every_part_stays_inside_the_margin(paper: Paper, words: str | None) -> None:
    chart = make_chart(paper, distance_m=3.0 if words else None, made_for=words or "")
    sheet = lay_out(chart)
    assert not chart.tiled
    assert (sheet.width_mm, sheet.height_mm) == (paper.width_mm, paper.height_mm)
    inside = 9.7  # the margin is 10 mm or more; half a ruler line and half a numeral may hang over it
    for rect in (rect for block in sheet.blocks for rect in block):
        assert inside <= rect.x_mm
        assert inside <= rect.y_mm
        assert rect.x_mm + rect.width_mm <= paper.width_mm - inside
        assert rect.y_mm + rect.height_mm <= paper.height_mm - inside
    for text in sheet.texts:
        width = stringWidth(text.text, "Helvetica-Bold" if text.bold else "Helvetica", text.size_mm)
        left = text.x_mm - {"start": 0, "middle": width / 2, "end": width}[text.anchor]
        assert left >= 10 - 3.2, text  # a centred numeral under the ruler's end hangs over by half its width
        assert left + width <= paper.width_mm - 10 + 3.2, text
        assert 10 <= text.y_mm <= paper.height_mm - 10


@pytest.mark.parametrize("paper", PAPER_SIZES, ids=lambda paper: paper.name)
def test_words_do_not_run_into_each_other(paper: Paper) -> None:
    sheet = lay_out(make_chart(paper, distance_m=3.0, made_for="2/3\u2033 HD, Canon CJ20ex7.8B"))
    boxes = []
    for text in sheet.texts:
        width = stringWidth(text.text, "Helvetica-Bold" if text.bold else "Helvetica", text.size_mm)
        left = text.x_mm - {"start": 0, "middle": width / 2, "end": width}[text.anchor]
        boxes.append((left, text.y_mm - 0.72 * text.size_mm, left + width, text.y_mm, text.text))
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b)


@pytest.mark.parametrize("paper", PAPER_SIZES, ids=lambda paper: paper.name)
def test_labels_are_legible(paper: Paper) -> None:
    smallest = min(text.size_mm for text in lay_out(make_chart(paper)).texts)
    assert smallest >= 2.0 * (1 if paper.width_mm < 150 else 1.2)  # 5.7 pt on cards, 6.8 pt on sheets


def test_star_and_neighbours_do_not_touch() -> None:
    sheet = lay_out(make_chart(parse_paper("A4")))
    for rect in (rect for block in sheet.blocks for rect in block):
        x = np.clip(sheet.star_x_mm, rect.x_mm, rect.x_mm + rect.width_mm)
        y = np.clip(sheet.star_y_mm, rect.y_mm, rect.y_mm + rect.height_mm)
        gap = np.hypot(x - sheet.star_x_mm, y - sheet.star_y_mm) - sheet.star_radius_mm
        # a fiducial needs one white module around it to be found
        assert gap > sheet.star_radius_mm * 0.24 / 6


def test_control_characters_and_odd_letters_do_not_reach_the_sheet() -> None:
    chart = make_chart(parse_paper("A4"), distance_m=3, made_for="a\x00b\n\u65e5\u672c 2/3\u2033 \x1b[31m")
    words = [text.text for text in lay_out(chart).texts if "2/3" in text.text]
    assert words == ['a b ?? 2/3" [31m']


def test_larger_paper_takes_a_larger_star() -> None:
    stars = [largest_star_mm(parse_paper(name)) for name in ("A5", "A4", "A3", "A2", "A1", "A0")]
    assert stars == sorted(stars)
    assert stars[1] >= 180  # an A4 sheet is 210 mm wide; any printer reaches within 12 mm of its edge


def test_a_star_that_does_not_fit_becomes_a_poster_that_just_holds_it() -> None:
    chart = Chart(400, parse_paper("A4"))
    assert chart.tiled
    assert largest_star_mm(chart.poster) >= 400
    assert chart.poster.width_mm < 400 * 1.2


def test_fiducials_are_found_by_opencv_where_the_layout_says() -> None:
    chart = make_chart(parse_paper("A4"))
    per_mm = 100 / 25.4
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    corners, ids, _ = detector.detectMarkers(chart_picture(chart, dpi=100))
    sheet = lay_out(chart)
    found = {
        int(n): np.asarray(c).reshape(4, 2) for n, c in zip(np.asarray(ids).ravel(), corners, strict=True)
    }
    assert sorted(found) == [0, 1, 2, 3]
    for number, quad in found.items():
        rect = sheet.blocks[number][0]
        # first corner is the mark's own top left; the detector is good to a pixel without refinement
        assert quad[0] == pytest.approx([rect.x_mm * per_mm - 0.5, rect.y_mm * per_mm - 0.5], abs=1.0)
