"""The wall of cameras in a real browser, and what Prometheus is told."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.session.fleet.test_run import line
from tests.web.conftest import Served, Window, open_wall, shows
from tests.web.test_pages import DESKTOP, HOSTILE, PHONE, fits, serious

from backfocus.session.motor_history import MotorCamera, keep_run, keep_unreached
from backfocus.session.rig import Rig
from backfocus.session.shots import Shot
from backfocus.session.store import Store
from backfocus.web import cameras
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost

GREY = np.full((90, 160), 90, np.uint8)
SHOT = Shot(1.0, cv2.imencode(".jpg", GREY)[1].tobytes(), cv2.imencode(".png", GREY)[1].tobytes())
NIGHTS = [datetime(2026, 11, day, 3, 30, tzinfo=UTC) for day in (25, 26)]


@pytest.fixture
def wall(serve: Callable[..., Served], tmp_path: Path) -> Served:
    """Two nights: one camera was set and is off now, one was off and is set, one is no longer reached."""
    address = str(tmp_path / "store.db")
    found: dict[str, tuple[Any, Any]] = {
        "left": (line(1.0, "set"), line(30.0, "adjust")),
        HOSTILE: (line(20.0, "adjust"), line(2.0, "set")),
        "lost": (line(0.0, "set"), None),
    }
    with Store.open(address) as store:
        for night, at in enumerate(NIGHTS):
            for name, nights in found.items():
                camera = MotorCamera(name, "visca://192.0.2.1", "studio 1")
                if (told := nights[night]) is None:
                    keep_unreached(store, camera, Rig(), "nothing answers", begun_at=at)
                else:
                    keep_run(store, camera, Rig(), told, SHOT, begun_at=at, is_reference=night == 0)
    return serve(SessionHost(address, Given(), opens=open_wall), address)


def test_each_camera_stands_there_once_with_its_last_state_and_picture(
    wall: Served, window: Callable[..., Window]
) -> None:
    seen = window(f"{wall.address}/cameras", *DESKTOP)
    page = seen.page
    page.wait_for_selector("#wall a")
    words = page.locator("#wall .tag").all_text_contents()
    assert words == ["off", "set", "not reached"], "the worst first; a drift of 18 um is worse than no answer"
    assert "left" in page.locator("#wall h2").first.text_content()
    assert HOSTILE in page.locator("#wall h2").nth(1).text_content()
    assert "drifted −18.0 µm" in page.locator("#wall a").nth(1).text_content()
    shows(page, "[...document.querySelectorAll('#wall img')].every((each) => each.naturalWidth > 0)")
    assert page.locator("#wall img").count() == 4
    assert serious(page) == []
    page.emulate_media(media="print", color_scheme="dark")
    mark = "getComputedStyle(document.querySelector('#wall .scale b'))"
    assert page.evaluate(f"{mark}.printColorAdjust") == "exact", "or a printer leaves the mark out"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.set_viewport_size(dict(zip(("width", "height"), PHONE, strict=True)))
    assert fits(page)
    page.click("#wall a >> nth=0")
    page.wait_for_selector("#one:not([hidden])")
    assert page.locator("#outcomes .tag").text_content() == "off"
    assert seen.said == []
    assert all(each.startswith((wall.address, "data:")) for each in seen.asked)


def test_prometheus_and_the_wall_are_told_the_same(wall: Served, tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.db") as store:
        text, cards = cameras.metrics(store), cameras.walled(store)
    assert [card["exit_code"] for card in cards] == [1, 1, 3]
    assert 'backfocus_exit_code{camera="lost",group="studio 1"} 3.0' in text
    assert 'backfocus_drift_micrometres{camera="left",group="studio 1"} 29.0' in text
    assert (
        f'backfocus_checked_timestamp_seconds{{camera="left",group="studio 1"}} {NIGHTS[1].timestamp()}'
        in text
    )
