"""Tele beside wide in the report: two pictures of one size, a line that needs no script, and the tiles."""

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import cv2
import numpy as np
import pytest

from backfocus.measure.reading import Object, Tile
from backfocus.report import report_html, report_json
from backfocus.report.beside import (
    BROAD_PX,
    STEPS,
    comparison_words,
    enlarged,
    sharp_name,
    slider_rules,
    tiles_drawing,
    tiles_words,
)
from backfocus.report.session_report import Comparison
from backfocus.report.summary import summary_html

from .test_page import FULL, REPORT, read, said

TILES = (
    *(Tile(x, 100.0, 32.0, True) for x in (60.0, 76.0, 92.0)),
    Tile(108.0, 100.0, 32.0, False, "smooth"),
    Tile(124.0, 100.0, 32.0, False, "smooth"),
    Tile(140.0, 100.0, 32.0, False, "moved"),
)
SHARP = (np.indices((48, 112)).sum(axis=0) % 2 * 200).astype(np.uint8)


def file(ending: str, codes: np.ndarray) -> bytes:
    return cv2.imencode(ending, codes)[1].tobytes()


COMPARISON = Comparison(
    file(".png", SHARP),
    file(".png", cv2.blur(SHARP, (5, 5))),
    file(".jpg", np.full((90, 160), 90, np.uint8)),
    112,
    48,
    44.0,
    76.0,
    320,
    180,
    Object(100.0, 100.0, 112.0, 48.0, TILES),
    1 / 6,
)


def shown(**changes: object) -> str:
    outcome = replace(FULL, comparisons=(replace(COMPARISON, **changes),))
    return report_html(replace(REPORT, outcomes=(outcome,)), printed_at="now", version="1")


def test_both_pictures_stand_on_each_other_pixel_by_pixel() -> None:
    images = {a.get("class"): a for tag, a in read(shown()).tags if tag == "img" and a.get("class")}
    decoded = {
        name: cv2.imdecode(
            np.frombuffer(base64.b64decode((images[name]["src"] or "").split(",")[1]), np.uint8),
            cv2.IMREAD_GRAYSCALE,
        )
        for name in ("shrunk", "filmed")
    }
    assert decoded["shrunk"].shape == decoded["filmed"].shape == (48, 112)
    assert (decoded["shrunk"] == SHARP).all()


def test_a_pixel_of_the_camera_is_a_square_of_whole_pixels_of_the_page() -> None:
    for width_px in (40, 112, 144, 288, 500, 1000):
        times = enlarged(replace(COMPARISON, width_px=width_px))
        assert times == 1 or times * width_px <= BROAD_PX < (times + 1) * width_px
    assert f"width:{6 * 112}px" in shown()


def test_the_line_needs_no_script_and_every_place_of_it_has_a_button_and_a_rule() -> None:
    reader = read(shown())
    buttons = [a for tag, a in reader.tags if tag == "input"]
    assert len(buttons) == STEPS
    assert [a["type"] for a in buttons] == ["radio"] * STEPS
    assert sum("checked" in a for a in buttons) == 1
    labels = [a["for"] for tag, a in reader.tags if tag == "label"]
    assert labels == [a["id"] for a in buttons]
    assert not {"script"} & {tag for tag, _ in reader.tags}
    places = re.findall(r"input:nth-of-type\((\d+)\):checked~\*{--at:([\d.]+)%}", slider_rules())
    assert [float(at) for _, at in places] == pytest.approx(np.linspace(0, 100, STEPS), abs=0.01)
    assert slider_rules() in shown()


def test_without_an_object_the_page_has_none_of_it() -> None:
    text = report_html(REPORT, printed_at="now", version="1")
    assert 'class="split"' not in text
    assert slider_rules() not in text


def test_two_results_have_lines_of_their_own() -> None:
    outcome = replace(FULL, comparisons=(COMPARISON,))
    text = report_html(
        replace(REPORT, outcomes=(outcome, replace(outcome, nd="1/4"))), printed_at="now", version="1"
    )
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


def test_all_that_is_fetched_is_in_the_page() -> None:
    for _, attributes in read(shown()).tags:
        for name in ("src", "href"):
            assert (attributes.get(name) or "data:").startswith("data:")


def test_it_says_what_is_what() -> None:
    words = said(shown())
    assert "Tele beside wide" in words
    assert "tele, shrunk 6\u00d7" in words
    assert "wide, as filmed" in words
    assert "6 times smaller" in words
    assert "None" not in words
    assert sharp_name(replace(COMPARISON, ratio=0.2564)) == "tele, shrunk 3.9\u00d7"
    assert sharp_name(replace(COMPARISON, ratio=0.0712)) == "tele, shrunk 14\u00d7"
    assert "sharpest picture" in comparison_words(replace(COMPARISON, ratio=0.999))


def test_tiles_are_counted_with_why_others_did_not() -> None:
    assert tiles_words(COMPARISON.object) == "3 of 6 tiles counted. Left out: 2 too smooth, 1 that moved."
    assert tiles_words(replace(COMPARISON.object, tiles=TILES[:3])) == "3 of 3 tiles counted."
    drawing = ET.fromstring(str(tiles_drawing(COMPARISON, "data:,")))
    titles = [each.text for each in drawing.iter("title")]
    assert titles == ["counted"] * 3 + ["left out: too smooth"] * 2 + ["left out: that moved"]
    # the middle of the first tile, in the pair: 60 - 44 + half a pixel
    first = next(drawing.iter("rect"))
    assert float(first.get("x", 0)) + float(first.get("width", 0)) / 2 == pytest.approx(16.5, abs=0.1)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="PNG"):
        replace(COMPARISON, filmed_png=b"GIF89a")
    with pytest.raises(ValueError, match="JPEG"):
        replace(COMPARISON, whole_jpeg=COMPARISON.shrunk_png)


def test_in_json_stand_its_numbers_and_in_a_notebook_its_pictures() -> None:
    outcome = replace(FULL, comparisons=(COMPARISON,))
    (plain,) = report_json(replace(REPORT, outcomes=(outcome,)), printed_at="now", version="1")["results"]
    (found,) = plain["compared"]
    assert (found["ratio"], found["tiles"], found["tiles_used"]) == (0.16667, 6, 3)
    assert found["left_out"] == {"smooth": 2, "moved": 1}
    html = summary_html(outcome, "x")
    for png in (COMPARISON.shrunk_png, COMPARISON.filmed_png):
        assert base64.b64encode(png).decode("ascii") in html
    assert summary_html(FULL, "x").count("<img") == 0
