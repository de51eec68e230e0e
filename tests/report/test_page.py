"""The page as text: whole, well-formed, safe with hostile words, and complete."""

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.report import (
    Estimate,
    MtfCurve,
    Outcome,
    Picture,
    SessionReport,
    Sweep,
    ZoomPoint,
    report_html,
)

PNG = cv2.imencode(".png", np.arange(64, dtype=np.uint8).reshape(8, 8))[1].tobytes()
ZOOM = (ZoomPoint(1500.0, 0.4, 0.5, 13.0), ZoomPoint(300.0, -0.8, 0.7, 9.0), ZoomPoint(75.0, -1.2, 0.9, 9.0))
AFTER = Estimate(-1.2, 0.9, -3.0, 0.6, True, 1.5, ZOOM)
BEFORE = Estimate(
    -143.0, 3.0, -149.0, -137.0, True, 60.0, tuple(replace(p, residual_um=p.residual_um - 141) for p in ZOOM)
)
FULL = Outcome(
    "clear",
    "set",
    "The back focus is right: 1.2 um off (95 % interval -3.0 to 0.6 um).",
    "Lock the ring.",
    half_depth_um=9.0,
    after=AFTER,
    before=BEFORE,
    rounds=2,
    sweeps=(Sweep("Back-focus ring at wide", ((0.0, 90.0), (1.0, 2.0), (2.0, 60.0)), "seconds", 9.0),),
    curves=(
        MtfCurve("tele", "after", (0.1, 0.3, 0.5), (0.9, 0.6, 0.4)),
        MtfCurve("wide", "before", (0.1, 0.3, 0.5), (0.3, -0.1, 0.0)),
        MtfCurve("wide", "after", (0.1, 0.3, 0.5), (0.9, 0.7, 0.6)),
    ),
    pictures=(Picture("wide, after", PNG),),
)
REPORT = SessionReport(
    "Camera 3", "2025-11-23 14:05 UTC", "clip.mxf", (FULL,), (("Operator", "J. Lindqvist"), ("Note", ""))
)


def page(report: SessionReport) -> str:
    return report_html(report, printed_at="2025-11-23 15:00 UTC", version="0.1.0")


class Reader(HTMLParser):
    """Collects tags and words, and insists that every element is closed in its turn."""

    VOID = frozenset({"meta", "br", "img", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    return reader


def said(text: str) -> str:
    """The page's words, with plain spaces."""
    return " ".join(" ".join(read(text).words).split())


def test_everything_there_is_to_say_is_said() -> None:
    words = said(page(REPORT))
    for part in (
        "Set",
        "\u22121.2 \u00b1 0.9",
        "\u2212143 \u00b1 3.0",
        "Lock the ring.",
        "1.2 \u00b5m off (95 % interval \u22123.0 to",
        "Residual over zoom",
        "Through focus",
        "Back-focus ring at wide",
        "MTF",
        "wide, after",
        "J. Lindqvist",
        "clip.mxf",
        "2025-11-23 14:05 UTC",
        "backfocus 0.1.0",
    ):
        assert part in words, part
    assert "Note" not in words  # nothing was noted


def test_what_to_do_is_said_in_um_shim_and_degrees() -> None:
    far = Outcome(
        "clear", "adjust", "", "", 9.0, Estimate(43.0, 2.0, 39.0, 47.0), shim_um=50, ring_degrees=-12.4
    )
    words = said(page(SessionReport("", "", "", (far,))))
    assert "Move the lens 43 \u00b5m towards the sensor" in words
    assert "take out 50 \u00b5m" in words
    assert "12\u00b0" in words
    near = replace(far, after=Estimate(-43.0, 2.0, -47.0, -39.0))
    words = said(page(SessionReport("", "", "", (near,))))
    assert "43 \u00b5m away from the sensor" in words
    assert "add 50 \u00b5m" in words


def test_a_side_that_is_not_known_is_not_made_up() -> None:
    unsigned = Estimate(43.0, 2.0, 39.0, 47.0, sign_known=False)
    words = said(
        page(SessionReport("", "", "", (Outcome("clear", "adjust", "", "", 9.0, unsigned, shim_um=50),)))
    )
    assert "which way is not known" in words
    for side in ("towards", "away from", "take out", "add", "+43", "\u221243"):
        assert side not in words


def test_one_result_per_nd_position() -> None:
    found = Estimate(43.0, 2.0, 39.0, 47.0, zoom=ZOOM)
    other = Outcome("1/16", "adjust", "Off.", "Turn.", 9.0, found, curves=FULL.curves)
    text = page(replace(REPORT, outcomes=(FULL, other)))
    words = said(text)
    assert "ND positions" in words
    assert "ND clear" in words
    assert "ND 1/16" in words
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


def test_the_pictures_are_in_the_page() -> None:
    (image,) = [attributes for tag, attributes in read(page(REPORT)).tags if tag == "img"]
    head, data = (image["src"] or "").split(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == PNG


def test_the_page_needs_nothing_from_outside_and_runs_nothing() -> None:
    reader = read(page(REPORT))
    assert not {tag for tag, _ in reader.tags} & {
        "script",
        "link",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
    }
    for _, attributes in reader.tags:
        assert not any(name.startswith("on") or name == "href" for name in attributes)
    assert "url(" not in re.sub(r"url\(#[a-z0-9-]+\)", "", page(REPORT))
    assert "@import" not in page(REPORT)


def test_every_drawing_is_well_formed() -> None:
    drawings = re.findall(r"<svg.*?</svg>", page(REPORT), re.S)
    assert len(drawings) == 5  # gauge, residuals, a sweep, MTF at both ends
    for drawing in drawings:
        ET.fromstring(drawing)
        assert "nan" not in drawing
        assert "inf" not in drawing


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title><svg onload=alert(1)>",
    "&lt;b&gt; & \x00\x1b[31m \ud7ff \u202e",
    "a" * 5000,
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words: str) -> None:
    """Put into every place that takes text, they add no tag and no attribute."""

    def poisoned(evil: str) -> SessionReport:
        outcome = replace(
            FULL,
            nd=evil,
            verdict=evil,
            reason=evil,
            advice=evil,
            sweeps=(replace(FULL.sweeps[0], title=evil, unit=evil),),
            curves=(replace(FULL.curves[0], title=evil),),
            pictures=(replace(FULL.pictures[0], title=evil),),
        )
        return SessionReport(evil, evil, evil, (outcome, outcome), ((evil, evil),))

    calm = read(report_html(poisoned("calm"), printed_at="calm", version="calm"))
    evil = read(report_html(poisoned(words), printed_at=words, version=words))
    assert [tag for tag, _ in evil.tags] == [tag for tag, _ in calm.tags]
    assert [sorted(names) for _, names in evil.tags] == [sorted(names) for _, names in calm.tags]
    assert "\x00" not in page(poisoned(words))


@given(st.text(), st.text())
def test_any_words_at_all(first: str, second: str) -> None:
    outcome = Outcome(first, second, first, second)
    read(page(SessionReport(first, second, first, (outcome, outcome), ((second, first),)))).words  # noqa: B018


def test_a_session_in_which_nothing_was_measured() -> None:
    assert "Nothing was measured" in said(page(SessionReport("", "", "", ())))


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("clear", "unsure", "", ""),
        replace(FULL, after=None),
        replace(FULL, before=None),
        replace(FULL, half_depth_um=None),
        replace(FULL, half_depth_um=0.0),
        replace(FULL, after=replace(AFTER, zoom=())),
        replace(FULL, after=replace(AFTER, zoom=ZOOM[:1]), before=None),
        replace(FULL, after=replace(AFTER, zoom=(ZOOM[0], ZOOM[0]))),
        replace(FULL, after=replace(AFTER, zoom=tuple(replace(p, half_depth_um=None) for p in ZOOM))),
        replace(FULL, sweeps=(Sweep("empty", ()),), curves=(), pictures=()),
        replace(FULL, sweeps=(Sweep("one", ((1.0, 2.0),)), Sweep("still", ((1.0, 2.0), (1.0, 3.0))))),
        replace(FULL, sweeps=(Sweep("flat", ((0.0, 0.0), (1.0, 0.0))),)),
        replace(FULL, curves=(MtfCurve("tele", "after", (), ()), MtfCurve("wide", "after", (0.1,), (0.5,)))),
    ],
    ids=range(13),
)
def test_what_is_missing_is_left_out(outcome: Outcome) -> None:
    text = page(replace(REPORT, outcomes=(outcome,)))
    for drawing in re.findall(r"<svg.*?</svg>", text, re.S):
        ET.fromstring(drawing)
        assert "nan" not in drawing
    assert "<figure><figcaption>" not in text
    assert "None" not in said(text)


NUMBER = st.floats(allow_nan=True, allow_infinity=True, width=32)


@given(
    st.lists(st.tuples(NUMBER, NUMBER, NUMBER), max_size=4),
    st.lists(st.tuples(NUMBER, NUMBER), max_size=5),
    NUMBER,
    NUMBER,
    st.booleans(),
)
def test_any_numbers_at_all(
    zoom: Any, points: Any, delta_um: float, sigma_um: float, sign_known: bool
) -> None:
    places = tuple(ZoomPoint(m, r, abs(s), 9.0) for m, r, s in zoom)
    found = Estimate(delta_um, sigma_um, delta_um - 1, delta_um + 1, sign_known, sigma_um, places)
    curve = MtfCurve("tele", "after", tuple(x for x, _ in points), tuple(y for _, y in points))
    outcome = Outcome(
        "clear", "adjust", "", "", 9.0, found, AFTER, sweeps=(Sweep("s", tuple(points)),), curves=(curve,)
    )
    for drawing in re.findall(r"<svg.*?</svg>", page(SessionReport("", "", "", (outcome,))), re.S):
        ET.fromstring(drawing)
        assert not re.search(r'="[^"]*(nan|inf)\b', drawing)


def test_the_same_report_gives_the_same_page() -> None:
    assert page(REPORT) == page(REPORT)


def test_a_picture_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a PNG"):
        Picture("star", b"GIF89a")


def test_a_curve_of_two_lengths_is_refused() -> None:
    with pytest.raises(ValueError, match="as many"):
        MtfCurve("tele", "after", (0.1,), ())


def test_a_lens_that_is_set_needs_no_side() -> None:
    unsigned = Estimate(0.0, 1.5, 0.0, 5.0, sign_known=False)
    words = said(page(SessionReport("", "", "", (Outcome("clear", "set", "", "", 9.0, unsigned),))))
    assert "which way is not known" not in words


def test_a_source_that_names_the_report_is_said_once() -> None:
    words = said(page(SessionReport("Session 7: clip.mxf", "", "clip.mxf", ())))
    head, _, _ = words.partition("backfocus 0.1.0")
    assert head.count("clip.mxf") == 2, "in the title of the window and the heading, not beside it again"
