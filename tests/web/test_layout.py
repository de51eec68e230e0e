"""What is seen without scrolling, read from a metre, and shown on a screen beside: in a real browser."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import Served, Window, open_wall, shows, until

from backfocus.guide import events as ev
from backfocus.guide.procedure import Setup, ask, replay
from backfocus.guide.watch.pictures import StepHistory
from backfocus.measure.reading import Reading, Star
from backfocus.optics.lens import Optics
from backfocus.show.notices import Trouble
from backfocus.show.view import view_of
from backfocus.solve.backfocus import BackFocus, ZoomResidual
from backfocus.solve.clip import ClipAnswer, FirstTurn
from backfocus.solve.verdict import judge
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost
from backfocus.web.state import Shown

UPRIGHT, ON_ITS_SIDE = (375, 667), (667, 375)
FROM_A_METRE_PX = 24.0
SETUP = Setup(optics=Optics(5.0, ((0.0, 1.8),)), zoom_ratio=10.0)
ROAD = [
    ev.StarSeen(1.0, 80.0),
    ev.Confirmed(3.0, "check"),
    ev.ZoomStopped(8.0, "tele", 800.0),
    ev.TeleSharp(9.0, ev.SteadyReading(800.0, 1.0, 1.0)),
    ev.ZoomStopped(14.0, "wide", 80.0),
    ev.StillOff(15.0, ev.SteadyReading(80.0, 44.0, 1.0), 44.0, 1.0),
]
REMARKS = ("White is clipped. Less light.", "The picture moves. Lock the tripod.")
READ = """() => {
  const deck = document.querySelector('.deck');
  const floor = deck && !deck.hidden ? deck.getBoundingClientRect().top : innerHeight;
  const seen = (part) => [...document.querySelectorAll(part)].filter((each) => each.getClientRects().length);
  const scale = (each) => (each.ownerSVGElement ? each.getScreenCTM().a : 1);
  const px = (each) => parseFloat(getComputedStyle(each).fontSize) * scale(each);
  const below = (each) => Math.round(each.getBoundingClientRect().bottom - floor);
  return ['#title', '.value', '.ring-word', '.way-word', '.g-text', '#left'].flatMap((part) =>
    seen(part).map((each) => ({ part, px: px(each), below: below(each), text: each.textContent })));
}"""
CUT = """() => [...document.querySelectorAll('.knob b')].filter(
  (name) => name.getBoundingClientRect().right > name.parentElement.getBoundingClientRect().right - 2
).map((name) => name.textContent)"""


def turning(**more: Any) -> Shown:
    """The guide asks for the back-focus ring; 2.8 um are read."""
    session = replay(SETUP, ROAD)
    standing = ask(session)
    view = view_of(None, session, StepHistory(), at_s=30.0, reading=None, instructions=standing)
    view = replace(view, blur_um=2.8, blur_sigma_um=0.6, half_depth_um=9.0, sharpness=0.9)
    star = Reading(0, 0.0, frozenset(), Star(320.0, 180.0, 77.0, 36), 77.0, (0.1,), (0.9,))
    shown = Shown(phase="guiding", source="rtsp://cam/1", rig="B4 camera", session=session, view=view)
    return replace(shown, standing=standing, reading=star, **more)


@pytest.fixture
def served(serve: Callable[..., Served], tmp_path: Path) -> Served:
    store = str(tmp_path / "store.db")
    host = SessionHost(store, Given(), opens=open_wall)
    host.shown = turning()
    return serve(host, store)


def show(served: Served, shown: Shown) -> None:
    served.host.shown = shown
    served.host.wake()


def test_the_number_is_seen_without_scrolling_and_all_that_matters_is_read_from_a_metre(
    served: Served, window: Callable[..., Window]
) -> None:
    page = window(served.address).page
    shows(page, "document.querySelector('.value').textContent.includes('2.8')")
    for width, height in (UPRIGHT, ON_ITS_SIDE):
        page.set_viewport_size({"width": width, "height": height})
        found = page.evaluate(READ)
        assert {each["part"] for each in found} == {
            "#title", ".value", ".ring-word", ".way-word", ".g-text", "#left",
        }  # fmt: skip
        assert [each for each in found if each["px"] < FROM_A_METRE_PX] == []
        at_once = ("#title", ".value", ".ring-word", ".g-text")
        assert [each for each in found if each["part"] in at_once and each["below"] > 0] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".rig-words").last.text_content() == "rtsp://cam/1 · B4 camera"


def test_one_notice_at_most_stands_large_and_the_number_stays_in_view(
    served: Served, window: Callable[..., Window]
) -> None:
    view = turning().view
    assert view is not None
    wrong = Trouble(ev.WrongRing(20.0, "focus", 40.0, None), 20.0)
    show(served, replace(turning(), view=replace(view, troubles=(wrong,), remarks=REMARKS)))
    page = window(served.address, *UPRIGHT).page
    shows(page, "document.querySelectorAll('#notices li').length === 2")
    large = page.locator(".do #notice")
    assert large.text_content() == wrong.words
    size = "(part) => parseFloat(getComputedStyle(document.querySelector(part)).fontSize)"
    assert page.evaluate(size, "#notice") > page.evaluate(size, "#notices li")
    assert [each for each in page.evaluate(READ) if each["part"] == ".value" and each["below"] > 0] == []


def test_the_rings_of_the_practice_camera_show_their_whole_names(
    served: Served, window: Callable[..., Window]
) -> None:
    rings = {"zoom": 0.2, "focus": 3.0, "back-focus": 1.0, "iris": 11.0, "focal_mm": 23.0}
    rings |= {"open": False, "lock": True}
    show(served, turning(practice=True, rings=rings, advice=(0, "")))
    page = window(served.address).page
    page.wait_for_selector("#rings:not([hidden])")
    for width, height in (UPRIGHT, ON_ITS_SIDE):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(CUT) == []
        assert [each for each in page.evaluate(READ) if each["part"] == ".value" and each["below"] > 0] == []


def test_the_meter_page_has_no_controls_and_takes_none(served: Served, window: Callable[..., Window]) -> None:
    seen = window(served.address + "/meter?transparent", 667, 375)
    page = seen.page
    shows(page, "document.querySelector('.value').textContent.includes('2.8')")
    assert page.locator("button, a, input, select").count() == 0
    assert page.locator(".ring-word").text_content() == "BACK FOCUS"
    ground = "['html', 'body'].map((part) => getComputedStyle(document.querySelector(part)).backgroundColor)"
    assert set(page.evaluate(ground)) == {"rgba(0, 0, 0, 0)"}
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    guide = window(served.address).page  # the first that can hold them
    guide.wait_for_selector("#words:not([hidden])")
    assert seen.said == []


def test_a_recording_has_no_before_and_after_and_no_lens_to_turn(
    served: Served, window: Callable[..., Window]
) -> None:
    plays = turning(recording=True)
    show(served, replace(plays, source="rtsp://cam/" + "x" * 80))
    page = window(served.address, *UPRIGHT).page
    shows(page, "document.querySelector('.value').textContent.includes('2.8')")
    assert not page.locator("#lens").is_visible()
    assert "plays by itself" in (page.locator("#before-hint").text_content() or "")
    assert page.evaluate("document.querySelector('#begin-help').hidden")
    said = page.locator(".rig-words").last.text_content()
    assert said.endswith("… · B4 camera"), "the camera is read behind a long address too"
    show(served, replace(plays, phase="over", session=replay(SETUP, [*ROAD, ev.Ended(16.0)])))
    page.wait_for_selector("#over:not([hidden])")
    assert page.locator("#facts dt").all_text_contents() == ["depth of focus"]
    assert not page.locator("#next-nd").is_visible()


def clip_over(first_turn: FirstTurn | None, *, ring: bool = True, sign_known: bool = False) -> Shown:
    """A recording that ended 40 um off, with a sweep in it; a ring as told."""
    zoom = (ZoomResidual(1520.0, 1.0, 1.0, 1.0, 0.0), ZoomResidual(76.0, 40.0, 1.0, 1.0, 0.0))
    fit = (0.0, 0.0), (1.0, 1.0)
    found = BackFocus(40.0, 1.0, 38.0, 42.0, 0.0, sign_known, zoom, *fit, None, 0.0, 0)
    verdict = judge(found, 9.0, referenced=True, turn_asked=first_turn is None)
    shown = ClipAnswer(found, verdict, 9.0, True, frozenset())
    road: list[ev.Event] = [ev.Ended(16.0, shown)]
    road += [ev.TurnTold(16.0, first_turn, shown)] if first_turn else []
    session = replay(replace(SETUP, back_focus_ring=ring), road)
    return replace(turning(recording=True), phase="over", session=session)


@pytest.mark.parametrize(("width", "height"), [(375, 812), (1280, 800)])
def test_a_clip_with_a_sweep_asks_which_way_it_began_and_takes_another_answer(
    served: Served, window: Callable[..., Window], width: int, height: int
) -> None:
    show(served, clip_over(None))
    seen = window(served.address, width, height)
    page = seen.page
    page.wait_for_selector("#first-turn:not([hidden])")
    assert page.locator("[data-turn]:visible").count() == 4
    assert page.locator("[data-turn][aria-pressed=true]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    thumb_px = "Math.min(...[...document.querySelectorAll('[data-turn]')].map((each) => each.offsetHeight))"
    assert page.evaluate(thumb_px) >= 44
    told: list[str] = []
    served.host.tell_first_turn = told.append
    page.click("[data-turn=infinity]")
    until(lambda: told == ["infinity"], "the answer")
    assert page.text_content("#turn-told") == "Judging the clip again …"
    show(served, clip_over("infinity", sign_known=True))
    page.wait_for_selector("[data-turn=infinity][aria-pressed=true]")
    page.click("[data-turn=infinity]")
    assert "tap another if it was wrong" in page.text_content("#turn-told"), "nothing new is judged"
    assert page.locator("[data-turn=near]").is_enabled()
    show(served, clip_over("infinity", ring=False))
    shows(page, "document.querySelector('#turn-told').textContent.startsWith('Even so')")
    assert "say how the ring" not in page.text_content("#advice-end"), "it was said"
    assert page.locator("[data-turn]:visible").count() == 2, "a lens without the ring has it not turned"
    assert seen.said == []


def test_nobody_is_asked_for_a_first_turn_that_tells_nothing(
    served: Served, window: Callable[..., Window]
) -> None:
    session = replay(SETUP, [*ROAD, ev.Ended(16.0)])
    show(served, replace(turning(recording=True), phase="over", session=session))
    page = window(served.address, *UPRIGHT).page
    page.wait_for_selector("#over:not([hidden])")
    assert not page.locator("#first-turn").is_visible()


def test_a_source_that_is_missing_says_why(served: Served, window: Callable[..., Window]) -> None:
    show(served, Shown())
    page = window(served.address, *UPRIGHT).page
    page.wait_for_selector("#practise:enabled")
    page.locator(".kinds input[value=recording]").check(force=True)
    assert "a folder" in page.locator("#kind-help").text_content()
    assert not page.locator("label[data-for=recording]").is_visible()
    assert page.locator("#choose [type=submit]").is_disabled()
    page.locator(".kinds input[value=address]").check(force=True)
    assert page.locator("#choose [type=submit]").is_enabled()


def test_a_camera_and_a_lens_that_are_not_listed_are_asked_two_questions_each(
    served: Served, window: Callable[..., Window]
) -> None:
    show(served, Shown())
    page = window(served.address, *UPRIGHT).page
    page.wait_for_selector("#practise:enabled")
    page.locator(".kinds input[value=address]").check(force=True)
    page.fill("[name=address]", "rtsp://cam/1")
    assert not page.locator("[name=sensor_mm]").is_visible()
    for part, instead in (("camera", "pixel_um"), ("lens", "f_number")):
        page.select_option(f"[name={part}]", label="mine is not listed")
        assert page.locator(f"[data-unlisted={part}] input:visible").count() == 2
        assert not page.locator(f"[name={instead}]").is_visible()
    answers = {"sensor_mm": "9,6", "picture_px": "1920", "zoom_mm": "7.8-156", "opening": "T2.0/0.8"}
    for name, answer in answers.items():
        page.fill(f"[name={name}]", answer)
    page.click("#choose [type=submit]")
    until(lambda: served.host.shown.rig, "looking")
    assert served.host.shown.rig.startswith("5 um pixels")


def test_dark_and_light_are_a_tap_apart_and_stay(served: Served, window: Callable[..., Window]) -> None:
    page = window(served.address, color_scheme="dark").page
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.click("#theme")
    light = page.evaluate(ground)
    assert light != dark
    page.goto(served.address + "/results")
    assert page.evaluate(ground) == light


def test_the_list_of_results_shows_micrometres_on_a_phone(
    served: Served, window: Callable[..., Window]
) -> None:
    session = {
        "id": 12, "started_at": "2026-11-26T23:10:00Z", "state": "finished", "verdict": "set",
        "delta_um": 1.2, "sigma_um": 0.6,
        "camera": "camera with a long name", "lens": "lens " * 8, "source": "rtsp://cam/" + "x" * 80,
    }  # fmt: skip
    page = window(served.address + "/chart", *UPRIGHT).page
    page.route("**/api/sessions", lambda route: route.fulfill(json=[session]))
    page.goto(served.address + "/results")
    page.wait_for_selector("td.delta")
    box = page.locator("td.delta").bounding_box()
    assert 0 <= box["x"] < box["x"] + box["width"] <= UPRIGHT[0]
    assert page.locator("td.delta").text_content() == "1.2 ± 0.6"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
