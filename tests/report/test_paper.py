"""The report as pictures: on paper it shows what the browser shows, plot by plot."""

import re
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from backfocus.errors import UsageError
from backfocus.report import SessionReport
from backfocus.report.style import STYLE
from backfocus.session.paper import report_pdf

from .test_page import FULL, REPORT, page

PIXELS_PER_POINT = 96 / 72
"""A CSS pixel is a 96th of an inch, a PDF point a 72nd."""
BLUE, GREEN, GREY = (11, 87, 194), (223, 238, 228), (139, 147, 158)
"""The data, the depth of focus and what was before."""


@pytest.fixture
def paper() -> Callable[[str], list[np.ndarray]]:
    """Pictures of the PDF's pages, (rows, columns, RGB), a pixel of it as large as one of the browser."""
    pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    pypdfium2 = pytest.importorskip("pypdfium2")

    def pages(html: str) -> list[np.ndarray]:
        with pypdfium2.PdfDocument(report_pdf(html)) as pdf:
            return [np.array(each.render(scale=PIXELS_PER_POINT).to_pil().convert("RGB")) for each in pdf]

    return pages


@pytest.fixture(scope="module")
def screen(chromium: Any) -> Callable[[str, int, int], np.ndarray]:
    """A picture of a page in Debian's browser, in light, of the given size."""

    def seen(html: str, width: int, height: int) -> np.ndarray:
        window = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        window.set_content(html)
        png = window.screenshot()
        window.close()
        return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]

    return seen


def drawings(html: str) -> list[str]:
    return re.findall(r"<svg.*?</svg>", html, re.S)


def alone(drawing: str, width: int, height: int) -> str:
    """A page that holds one drawing and nothing else; its words are left out, since fonts differ."""
    marks = re.sub(r"<text.*?</text>", "", drawing, flags=re.S)
    sheet = f"@page {{size:{width}px {height}px;margin:0;@bottom-right{{content:none}}}}"
    bare = "body{margin:0!important;padding:0!important;max-width:none!important}"
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}{sheet}{bare}</style>{marks}"


def share(picture: np.ndarray, colour: tuple[int, int, int], within: int = 24) -> float:
    """How much of a picture has about this colour."""
    return float((np.abs(picture.astype(int) - colour).max(axis=2) <= within).mean())


def quarter(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(int)


@pytest.mark.parametrize("number", range(5))
def test_a_plot_looks_the_same_on_paper_and_on_the_screen(
    number: int,
    paper: Callable[[str], list[np.ndarray]],
    screen: Callable[[str, int, int], np.ndarray],
) -> None:
    """Gauge, residuals, a sweep and MTF at both ends, in their colours."""
    drawing = drawings(page(REPORT))[number]
    width, height = (int(v) for v in re.findall(r'viewBox="0 0 (\d+) (\d+)"', drawing)[0])
    html = alone(drawing, width, height)
    (printed, *more), shown = paper(html), screen(html, width, height)
    assert not more
    assert printed.shape == shown.shape
    # edges of lines are smoothed by two programs in two ways: compared over 4 x 4 pixels
    small = [
        cv2.resize(each, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) for each in (printed, shown)
    ]
    apart = np.abs(small[0].astype(int) - small[1]).max(axis=2)
    assert apart.max() < 90  # a shape filled with black is 200 and more from what is there
    assert apart.mean() < 2.0
    for colour in (BLUE, GREEN, GREY):
        # lines of 1.5 pixels are full in none or in two of them, by where they lie
        assert share(printed, colour) == pytest.approx(share(shown, colour), rel=0.5, abs=0.002)
    assert share(shown, BLUE) > 0.0005


def test_the_sheets_of_the_whole_report(paper: Callable[[str], list[np.ndarray]]) -> None:
    pages = paper(page(REPORT))
    assert all(abs(each.shape[0] / each.shape[1] - 2**0.5) < 0.005 for each in pages)  # A4
    assert share(pages[0], GREEN) > 0.01  # the depth of focus in the large plot
    assert sum(share(each, BLUE) for each in pages) > 0.001
    # words are thin: dark shapes where there is none would cover much of a sheet
    assert all((each.max(axis=2) < 70).mean() < 0.03 for each in pages)


def test_a_screen_in_the_dark_changes_no_sheet(paper: Callable[[str], list[np.ndarray]]) -> None:
    assert all(share(each, (255, 255, 255)) > 0.5 for each in paper(page(REPORT)))


def test_the_words_are_on_the_sheets_and_each_names_its_session() -> None:
    pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    pypdfium2 = pytest.importorskip("pypdfium2")
    many = tuple(FULL for _ in range(3))
    with pypdfium2.PdfDocument(report_pdf(page(SessionReport("Camera 3", "", "clip.mxf", many)))) as pdf:
        sheets = [each.get_textpage().get_text_bounded() for each in pdf]
    assert all("Camera 3" in sheet for sheet in sheets)
    assert f"Page {len(sheets)} of {len(sheets)}" in sheets[-1]
    assert "Residual over zoom" in sheets[0]
    assert "\u22121.2 \u00b1 0.9" in sheets[0]


def test_a_long_table_goes_over_several_sheets_without_an_empty_one(
    paper: Callable[[str], list[np.ndarray]],
) -> None:
    bare = replace(FULL, before=None, after=None, sweeps=(), curves=(), pictures=())
    many = SessionReport("Camera 3", "", "", tuple(replace(bare, nd=f"ND {n}") for n in range(60)))
    pages = paper(page(many))
    heads = [each[: each.shape[0] * 4 // 5] for each in pages[:-1]]
    assert all((each.max(axis=2) < 200).mean() > 0.005 for each in heads)
    assert len(pages) < 30  # results without a plot do not take a sheet each


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UsageError, match=r"pip install 'backfocus\[pdf\]'"):
        report_pdf("")


def test_without_a_library_of_the_system_one_line_says_which(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            print("-----\n\nWeasyPrint could not import some external libraries.")
            raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setitem(sys.modules, "weasyprint", Broken("weasyprint"))
    with pytest.raises(UsageError, match="Pango"):
        report_pdf("")
    assert capsys.readouterr().out == ""
