"""The pages in a real browser: sizes, accessibility, console, weight, hosts, hostile words, two windows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.conftest import Served, Wall, Window, shows, until

from backfocus.web.desk import Desk
from backfocus.web.offers import Given
from backfocus.web.orders import Choice, Say

PHONE, TABLET, DESKTOP = (390, 844), (820, 1180), (1440, 900)
FIRST_LOAD_BYTES = 300_000
HOSTILE = "\"><img src=x onerror=document.title=1><script>document.title=1</script>' OR 1=1 -- ☠ \u202e"
CAMERA = Choice("address", "rtsp://cam/1", pixel_um=5.0, f_number="2")


@pytest.fixture
def served(serve: Callable[..., Served], tmp_path: Path) -> Served:
    store = str(tmp_path / "store.db")
    return serve(Desk(store, Given(), opens=lambda name, **_: Wall(name)), store)


def fits(page: Any) -> bool:
    """Nothing sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def serious(page: Any) -> list[str]:
    """Serious and critical findings of axe-core."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def at_looking(served: Served, window: Callable[..., Window], **options: Any) -> Window:
    seen = window(served.address, **options)
    seen.page.wait_for_selector("#practise:enabled")
    served.desk.look(CAMERA)
    seen.page.wait_for_selector("#looking .live:not([hidden])")
    return seen


def at_guiding(served: Served, window: Callable[..., Window], **options: Any) -> Window:
    seen = at_looking(served, window, **options)
    seen.page.click("#begin")
    seen.page.wait_for_selector("#guide:not([hidden])")
    until(lambda: served.desk.shown.session.step == "check", "check")
    shows(seen.page, "document.querySelector('#title').textContent.startsWith('Check')")
    return seen


SIZES = [
    pytest.param(PHONE, "dark", id="phone"),
    pytest.param(TABLET, "dark", id="tablet"),
    pytest.param(DESKTOP, "light", id="desktop-light"),
    pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.slow),
    pytest.param(TABLET, "light", id="tablet-light", marks=pytest.mark.slow),
    pytest.param(DESKTOP, "dark", id="desktop", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("size", "scheme"), SIZES)
def test_every_page_fits_is_accessible_and_its_console_is_silent(
    served: Served, window: Callable[..., Window], size: tuple[int, int], scheme: str
) -> None:
    options: dict[str, Any] = {"width": size[0], "height": size[1], "color_scheme": scheme}
    seen = window(served.address, **options)
    page = seen.page
    page.wait_for_selector("#practise:enabled")
    assert fits(page)
    assert serious(page) == []
    served.desk.look(CAMERA)
    page.wait_for_selector("#looking .live:not([hidden])")
    assert fits(page)
    assert serious(page) == []
    page.click("#begin")
    shows(page, "document.querySelector('#title').textContent.startsWith('Check')")
    assert fits(page)
    assert serious(page) == []
    page.keyboard.press("q")
    page.click("#finish-yes")
    page.wait_for_selector("#over:not([hidden])")
    assert fits(page)
    assert serious(page) == []
    for path in ("/results", "/results#1", "/chart"):
        page.goto(served.address + path)
        page.wait_for_load_state("networkidle")
        assert fits(page), path
        assert serious(page) == [], path
    assert seen.said == []
    assert all(
        url.startswith((served.address, served.address.replace("http", "ws"), "blob:")) for url in seen.asked
    )


def test_the_first_load_is_light(served: Served, window: Callable[..., Window]) -> None:
    sizes: list[int] = []
    seen = window("about:blank")
    seen.page.on("response", lambda answer: sizes.append(len(answer.body())))
    seen.page.goto(served.address, wait_until="networkidle")
    seen.page.wait_for_selector("#practise:enabled")
    assert 10_000 < sum(sizes) < FIRST_LOAD_BYTES


def test_keys_answer_the_guide(served: Served, window: Callable[..., Window]) -> None:
    page = at_guiding(served, window).page
    page.keyboard.press("Enter")
    until(lambda: served.desk.shown.session.step == "to-tele", "confirmed")
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    page.keyboard.press("u")
    until(lambda: served.desk.shown.session.step == "check", "undone")


def test_the_instruction_is_announced(served: Served, window: Callable[..., Window]) -> None:
    page = at_guiding(served, window).page
    assert page.locator("#announce").get_attribute("aria-live") == "assertive"
    assert page.locator("#announce").text_content().startswith("Check")


def test_sound_starts_with_a_tap_and_each_part_can_be_muted(
    served: Served, window: Callable[..., Window]
) -> None:
    page = at_guiding(served, window).page
    page.click("#sound")
    for name in ("tone", "signal", "voice", "buzz"):
        assert page.locator(f"[data-sound={name}]").is_checked()
        page.uncheck(f"[data-sound={name}]")
    page.click("#sound-off")
    page.reload()
    page.click("#sound")
    assert not page.locator("[data-sound=tone]").is_checked()


def test_a_refresh_half_way_changes_nothing(served: Served, window: Callable[..., Window]) -> None:
    page = at_guiding(served, window).page
    page.keyboard.press("Enter")
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    page.reload()
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    page.wait_for_selector("[data-word=confirm]:enabled")


def test_the_line_comes_back_by_itself(served: Served, window: Callable[..., Window]) -> None:
    page = at_guiding(served, window).page
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.context.set_offline(False)
    served.desk.say(Say("confirm", "check"))
    shows(page, "document.querySelector('#title').textContent.includes('IN')")


def test_two_windows_see_the_same_and_hand_over(served: Served, window: Callable[..., Window]) -> None:
    first = at_guiding(served, window).page
    second = window(served.address, *DESKTOP).page
    shows(second, "document.querySelector('#title').textContent.startsWith('Check')")
    assert second.locator("#words").is_hidden()
    second.click("#ask")
    first.click("#give")
    second.wait_for_selector("#words:not([hidden]) [data-word=confirm]:enabled")
    first.wait_for_selector("#watching:not([hidden])")


def test_hostile_words_in_every_field_are_words(served: Served, window: Callable[..., Window]) -> None:
    seen = window(served.address, *DESKTOP)
    page = seen.page
    page.wait_for_selector("#practise:enabled")
    page.wait_for_selector("#kinds input")
    for name in ("pixel_um", "f_number", "shims_um", "address"):
        page.fill(f"[name={name}]", HOSTILE)
        page.click("[type=submit]")
        page.wait_for_selector("#refusal:not([hidden])")
        assert page.title() == "backfocus"
        page.click("#refusal .close")
        page.fill(f"[name={name}]", "")
    page.goto(f"{served.address}/results#<img src=x onerror=alert(1)>")
    page.goto(f"{served.address}/chart")
    shows(page, "document.querySelector('[name=paper]').options.length > 2")
    page.fill("[name=distance_m]", HOSTILE[:8])
    page.click("#download")
    shows(page, "document.querySelector('#trouble').textContent !== ''")


def test_a_hostile_source_name_is_shown_as_text(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    name = "rtsp://cam/<img src=x onerror=document.title=1>"
    desk = Desk(str(tmp_path / "s.db"), Given(Choice("given", name)), opens=lambda title, **_: Wall(title))
    served = serve(desk, str(tmp_path / "s.db"))
    desk.look(Choice("given"))
    page = window(served.address, *DESKTOP).page
    page.wait_for_selector("#looking .live:not([hidden])")
    page.click("#begin")
    page.wait_for_selector("#guide:not([hidden])")
    assert page.locator("#source").text_content() == name
    page.goto(f"{served.address}/results")
    page.wait_for_selector("tbody tr")
    assert page.title() != "1"
    assert page.locator("tbody img").count() == 0


def test_the_chart_is_shown_and_downloaded(served: Served, window: Callable[..., Window]) -> None:
    page = window(f"{served.address}/chart", *DESKTOP).page
    shows(page, "document.querySelector('[name=paper]').options.length > 2")
    assert page.evaluate("document.querySelector('#sheet').naturalWidth") > 0
    page.select_option("[name=paper]", "A4")
    with page.expect_download() as download:
        page.click("#download")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    assert download.value.suggested_filename == "backfocus-star-A4.pdf"


def test_rings_turn_by_mouse_wheel_and_keyboard(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    desk = Desk(str(tmp_path / "s.db"), Given(Choice("practice", "5")))
    served = serve(desk, str(tmp_path / "s.db"))
    seen = window(served.address, has_touch=True)
    page = seen.page
    page.click("#practise")
    page.wait_for_selector("#looking .live:not([hidden])")
    knob = page.locator(".knob[data-ring=focus]")
    box = knob.bounding_box()

    def moved(act: Callable[[], None]) -> float:
        before = desk.practice_pose().focus_um
        act()
        until(lambda: desk.practice_pose().focus_um != before, "the ring turned")
        page.wait_for_timeout(100)
        return float(desk.practice_pose().focus_um - before)

    def drag() -> None:
        page.mouse.move(box["x"] + 20, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 100, box["y"] + 20, steps=8)
        page.mouse.up()

    assert moved(drag) == pytest.approx(40.0, abs=0.5)  # 80 px at half a micrometre
    assert moved(lambda: page.mouse.wheel(0, 100)) < 0.0
    knob.focus()
    assert moved(lambda: page.keyboard.press("ArrowRight")) == pytest.approx(2.0)
    assert serious(page) == []
    assert seen.said == []
