"""Tele beside wide in a real browser: the line moves by keys and by finger, and nothing lies on anything."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.web.conftest import Served, Window, until

from backfocus.guide.events import Stopped
from backfocus.guide.records import to_dict
from backfocus.guide.session_state import Setup
from backfocus.session.comparison import entries_of
from backfocus.session.store import Entry, Store
from backfocus.web.session_host import SessionHost

from .test_results import comparison

PLACES = """() => Object.fromEntries(['.shrunk', '.filmed', '.left-of', '.right-of'].map((name) => {
  const box = document.querySelector(`.split ${name}`).getBoundingClientRect();
  return [name, [box.left, box.top, box.right, box.bottom]];
}))"""
LINE = "parseFloat(document.querySelector('.split').style.getPropertyValue('--at'))"


@pytest.mark.slow
def test_the_line_between_tele_and_wide(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    address = str(tmp_path / "s.db")
    with Store.open(address) as store:
        number = store.begin(to_dict(Setup()), source="x", title="x")
        store.append(number, *entries_of(comparison(), 1.0))
        store.append(number, Entry("event", 3.0, to_dict(Stopped(3.0, "aim"))))
    served = serve(SessionHost(address), address)
    seen = window(served.address + "/results#1", accept_downloads=True)
    page = seen.page
    slider = page.locator(".split input")
    slider.wait_for()
    loaded = "[...document.querySelectorAll('.split img')].every((each) => each.naturalWidth === 112)"
    assert until(lambda: page.evaluate(loaded))
    places = page.evaluate(PLACES)
    assert places[".shrunk"] == pytest.approx(places[".filmed"], abs=0.01)
    assert places[".left-of"][2] < places[".right-of"][0], "the names stand beside each other on a phone"
    assert page.evaluate(LINE) == 50
    slider.press("End")
    assert page.evaluate(LINE) == 100
    slider.press("ArrowLeft")
    assert page.evaluate(LINE) == 99.5
    left, top, right, bottom = places[".filmed"]
    reach = (slider.bounding_box()["width"] - (right - left)) / 2
    slider.click(position={"x": reach + 0.25 * (right - left), "y": 0.8 * (bottom - top)})
    # where the finger is: the slider's handle is as wide as it reaches beyond the picture
    assert page.evaluate(LINE) == pytest.approx(25, abs=1)
    with page.expect_download() as download:
        page.get_by_text("Save as a picture").click()
    card = cv2.imdecode(
        np.frombuffer(Path(download.value.path()).read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE
    )
    # 640 px hold the 112 five times, twice beside each other
    assert card.shape[1] == 2 * 40 + 24 + 2 * 5 * 112
    assert (card[40 : 40 + 240 : 5, 40 : 40 + 560 : 5] >= 198).sum() == 48 * 112 // 2
    assert seen.said == []
