"""The edge chart rendered by another program (PDFium) and measured back; its picture against the PDF."""

import re
from itertools import pairwise

import cv2
import numpy as np
import pypdfium2
import pytest

from backfocus.chart import Chart, chart_pdf, chart_picture, chart_svg, lay_out, parse_paper
from backfocus.chart.sheet import SQUARES
from backfocus.frame import Frame
from backfocus.measure.edge.squares import find_squares
from backfocus.measure.track import track
from backfocus.target import SQUARE_SHARES, SQUARE_TILT_RAD

DPI = 100
CHART = Chart(170.0, parse_paper("A4"), target="edge")


def rendered(chart: Chart) -> np.ndarray:
    document = pypdfium2.PdfDocument(chart_pdf(chart))
    try:
        return np.array(document[0].render(scale=DPI / 72, grayscale=True).to_numpy()).squeeze()
    finally:
        document.close()


def test_the_printed_squares_have_their_size_place_and_tilt() -> None:
    page = rendered(CHART)
    sheet = lay_out(CHART)
    _, reading = track(None, Frame(np.ascontiguousarray(page), transfer="srgb"))
    per_mm = page.shape[1] / 210
    # PDFium averages codes, not light: a pixel half black reads a fifth of white, 0.3 px to the black side
    assert reading.scale_px == pytest.approx(SQUARES * sheet.star_radius_mm * per_mm, abs=0.4)
    assert reading.edge.x_px == pytest.approx(sheet.star_x_mm * per_mm - 0.5, abs=0.3)
    assert reading.edge.y_px == pytest.approx(sheet.star_y_mm * page.shape[0] / 297 - 0.5, abs=0.3)
    assert reading.edge.angle_deg == pytest.approx(np.degrees(SQUARE_TILT_RAD), abs=0.05)


def test_squares_take_turns_in_black_and_white() -> None:
    page, sheet = rendered(CHART), lay_out(CHART)
    shares = (*SQUARE_SHARES, 0.0)
    for number, (outer, inner) in enumerate(pairwise(shares)):
        at = SQUARES * sheet.star_radius_mm * (outer + inner) / 2
        x, y = (round(mm * DPI / 25.4) for mm in (sheet.star_x_mm + at, sheet.star_y_mm))
        assert page[y, x] == (255 if number % 2 else 0)


def test_low_contrast_is_four_to_one_in_light() -> None:
    from backfocus.cli.chart import _with_target

    pale = _with_target(Chart(170.0, parse_paper("A4")), "edge", 4.0, plain=False)
    sheet = lay_out(pale)
    row, column = (
        round(mm * DPI / 25.4) for mm in (sheet.star_y_mm, sheet.star_x_mm + 0.7 * sheet.star_radius_mm)
    )
    code = rendered(pale)[row, column] / 255
    tone = code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4
    # ink reflects 3 %, paper 90 %; a code is 0.4 % of the tone here
    assert 0.9 / (0.03 + 0.87 * tone) == pytest.approx(4.0, rel=0.02)


def test_picture_and_pdf_agree() -> None:
    page, picture = rendered(CHART), chart_picture(CHART, DPI)
    size = page.shape[1], page.shape[0]
    sheet = lay_out(CHART)
    middle = [round(mm * DPI / 25.4) for mm in (sheet.star_y_mm, sheet.star_x_mm)]
    half = round(sheet.star_radius_mm * DPI / 25.4)
    box = slice(middle[0] - half, middle[0] + half), slice(middle[1] - half, middle[1] + half)
    off = np.abs(page[box].astype(float) - cv2.resize(picture, size)[box])
    assert np.mean(off > 60) < 0.02  # edge pixels: PDFium averages codes, the picture light


def test_svg_draws_the_same_squares() -> None:
    text = chart_svg(CHART)
    outline = re.search(r'<path id="edge" fill="#000000" d="([^"]+)"', text)
    assert outline is not None
    assert outline[1].count("M") == outline[1].count("Z") == len(SQUARE_SHARES)
    assert not re.search(r"nan|inf|--|e-\d", text)


def test_a_star_chart_has_no_squares() -> None:
    page = rendered(Chart(170.0, parse_paper("A4")))
    assert find_squares(np.ascontiguousarray(page)) is None
