"""The wall of many cameras: one page, in the order given, whatever the cameras are called."""

import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from backfocus.report import Card, Estimate, wall_html
from backfocus.report.wall import scale_of

GREY = np.full((9, 16), 90, np.uint8)
JPEG = cv2.imencode(".jpg", GREY)[1].tobytes()
PNG = cv2.imencode(".png", GREY)[1].tobytes()
CARDS = (
    Card("<b>left</b>", "studio 1", "adjust", "off", "The sensor is 19 um too far.", "Move it.",
         Estimate(19.0, 1.0, 17.0, 21.0), 9.0, 12.0, JPEG, PNG),
    Card("lost", "", "unreached", "not reached", "nothing answers"),
    Card("right", "", "set", "set", "It is right.", "", Estimate(0.5, 1.0, -1.5, 2.5), 9.0, None, JPEG),
)  # fmt: skip


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.words.append(data)


def test_it_needs_nothing_else_and_a_name_is_words() -> None:
    page = Page(wall_html(CARDS, title="Studio", checked_at="today", version="1"))
    assert "script" not in page.tags
    assert "b" in page.tags  # the counts, and nothing that a camera was called
    assert all(address.startswith("data:image/") for address in page.addresses)
    assert len(page.addresses) == 3
    text = " ".join(page.words).split("}")[-1]
    assert text.index("<b>left</b>") < text.index("lost") < text.index("right")
    assert "It is right" not in text, "what is set needs no words"
    assert "drifted +12.0 µm" in text
    counts = re.findall(r"<b>(\d)</b><span>([^<]*)", wall_html(CARDS, title="", checked_at="", version=""))
    assert counts == [("1", "off"), ("1", "not reached"), ("1", "set")]


@pytest.mark.parametrize(("um", "percent"), [(0.0, 50.0), (9.0, 66.7), (-27.0, 0.0), (400.0, 100.0)])
def test_a_scale_is_three_half_depths_to_either_side(um: float, percent: float) -> None:
    assert scale_of(Estimate(um, 1.0, um - 2.0, um + 2.0), 9.0).at == percent


@pytest.mark.parametrize(("um", "beyond"), [(26.9, ""), (27.1, "over"), (-27.1, "under")])
def test_an_error_beyond_the_end_of_the_scale_is_an_arrow_that_points_there(um: float, beyond: str) -> None:
    card = Card("a", "", "adjust", "off", "", "", Estimate(um, 1.0, um - 2.0, um + 2.0), 9.0)
    page = wall_html([card], title="", checked_at="", version="")
    assert f'<b class="{beyond}" style="left:' in page


def test_of_one_that_its_motor_has_set_the_error_before_is_told() -> None:
    note = "It was -20.0 um off; its motor has set it."
    page = wall_html(
        [Card("hall", "", "set", "set", "It is right.", note=note)], title="", checked_at="", version=""
    )
    assert "It was \u221220.0 µm off; its motor has set it." in re.sub("\\s", " ", page)
    assert "It is right" not in page
