"""The pages in a real browser: sizes, accessibility, console, weight, hosts, hostile words, two windows."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.conftest import OPTICS, Served, Window, open_wall, shows, until

from backfocus.guide.events import Stopped
from backfocus.guide.records import to_dict
from backfocus.guide.session_state import Setup
from backfocus.optics.lens import Optics
from backfocus.session.journal import fold
from backfocus.session.store import Entry, Store
from backfocus.web.messages import Choice, Say
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost

PHONE, TABLET, DESKTOP = (390, 844), (820, 1180), (1440, 900)
FIRST_LOAD_BYTES = 300_000
HOSTILE = "\"><img src=x onerror=document.title=1><script>document.title=1</script>' OR 1=1 -- ☠ \u202e"
CAMERA = Choice("address", "rtsp://cam/1", options=OPTICS)


@pytest.fixture
def served(serve: Callable[..., Served], tmp_path: Path) -> Served:
    store = str(tmp_path / "store.db")
    return serve(SessionHost(store, Given(), opens=open_wall), store)


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
    served.host.look(CAMERA)
    seen.page.wait_for_selector("#looking .live:not([hidden])")
    return seen


def at_guiding(served: Served, window: Callable[..., Window], **options: Any) -> Window:
    seen = at_looking(served, window, **options)
    seen.page.click("#begin")
    seen.page.wait_for_selector("#guide:not([hidden])")
    until(lambda: served.host.shown.session.step == "check", "check")
    shows(seen.page, "document.querySelector('#title').textContent.startsWith('Check')")
    return seen


SIZES = (PHONE, TABLET, DESKTOP)
SCHEMES = [
    pytest.param("dark", PHONE, id="dark-phone"),
    pytest.param("light", DESKTOP, id="light-desktop", marks=pytest.mark.slow),
    pytest.param("dark", DESKTOP, id="dark-desktop", marks=pytest.mark.slow),
    pytest.param("light", PHONE, id="light-phone", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("scheme", "size"), SCHEMES)
def test_every_page_fits_is_accessible_and_its_console_is_silent(
    served: Served, window: Callable[..., Window], scheme: str, size: tuple[int, int]
) -> None:
    """Fits: at every size. Accessible: at one, where each scheme is as often used."""
    seen = window(served.address, *size, color_scheme=scheme)
    page = seen.page

    def is_fine() -> bool:
        for width, height in (*SIZES, size):  # as it was at the end
            page.set_viewport_size({"width": width, "height": height})
            assert fits(page), (page.url, width)
        assert serious(page) == [], page.url
        return True

    page.wait_for_selector("#practise:enabled")
    assert is_fine()
    served.host.look(CAMERA)
    page.wait_for_selector("#looking .live:not([hidden])")
    assert is_fine()
    page.click("#begin")
    shows(page, "document.querySelector('#title').textContent.startsWith('Check')")
    assert is_fine()
    page.keyboard.press("q")
    page.click("#finish-yes")
    page.wait_for_selector("#over:not([hidden])")
    assert is_fine()
    for path in ("/results", "/results#1", "/chart"):
        page.goto(served.address + path)
        page.wait_for_load_state("networkidle")
        assert is_fine()
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


def test_a_store_that_cannot_be_used_is_said_before_anything_is_begun(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    store = str(tmp_path / "file" / "store.db")
    opened = window(serve(SessionHost(store, Given(), opens=open_wall), store).address, *PHONE)
    opened.page.wait_for_selector("#refusal:not([hidden]) p:text('give another place for the store')")
    assert [said for said in opened.said if "404" not in said] == []


def test_keys_answer_the_guide(served: Served, window: Callable[..., Window]) -> None:
    page = at_guiding(served, window).page
    page.keyboard.press("Enter")
    until(lambda: served.host.shown.session.step == "to-tele", "confirmed")
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    page.keyboard.press("u")
    until(lambda: served.host.shown.session.step == "check", "undone")


@pytest.mark.slow
def test_keys_work_after_a_tap_on_a_button(served: Served, window: Callable[..., Window]) -> None:
    page = at_guiding(served, window).page
    page.click("[data-word=confirm]")
    until(lambda: served.host.shown.session.step == "to-tele", "confirmed")
    shows(page, "document.activeElement.dataset.word === 'confirm'")
    page.wait_for_selector("[data-word=undo]:enabled")
    page.keyboard.press("u")
    until(lambda: served.host.shown.session.step == "check", "undone")
    page.wait_for_selector("[data-word=confirm]:enabled")
    page.locator("[data-word=confirm]").press("Enter")  # the button's own, and once
    until(lambda: served.host.shown.session.step == "to-tele", "confirmed")


def test_the_instruction_is_announced(served: Served, window: Callable[..., Window]) -> None:
    page = at_guiding(served, window).page
    assert page.locator("#announce").get_attribute("aria-live") == "assertive"
    assert page.locator("#announce").text_content().startswith("Check")


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_refresh_half_way_changes_nothing(served: Served, window: Callable[..., Window]) -> None:
    page = at_guiding(served, window).page
    page.keyboard.press("Enter")
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    page.reload()
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    page.wait_for_selector("[data-word=confirm]:enabled")


class Cable:
    """A line between a page and its server that can be pulled out and put back."""

    def __init__(self, to: str) -> None:
        self.far = to.removeprefix("http://").split(":")
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.ends: list[socket.socket] = []
        self.is_in = True
        threading.Thread(target=self._answer, daemon=True).start()

    def pull(self) -> None:
        self.is_in = False
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def put_back(self) -> None:
        self.is_in = True

    def close(self) -> None:
        self.pull()
        self.listening.close()

    def _answer(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self.listening.accept()
                if not self.is_in:
                    near.close()
                    continue
                far = socket.create_connection((self.far[0], int(self.far[1])))
                self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            end.close()


def test_a_pulled_cable_is_told_and_the_page_goes_on_where_it_was(
    served: Served, window: Callable[..., Window]
) -> None:
    cable = Cable(served.address)
    page = at_guiding(Served(cable.address, served.host), window).page
    cable.pull()
    page.wait_for_selector("#line:not([hidden])")
    served.host.say(Say("confirm", "check"))
    until(lambda: served.host.shown.session.step == "to-tele", "it goes on without the page")
    cable.put_back()
    page.wait_for_selector("#line[hidden]", state="attached")
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    page.wait_for_selector("[data-word=undo]:enabled")  # and it holds the controls as before
    cable.close()


@pytest.mark.slow
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
    for name in ("pixel_um", "f_number", "shims", "address"):
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


def test_what_is_noted_stands_in_the_record_as_words(
    served: Served, window: Callable[..., Window], tmp_path: Path
) -> None:
    page = at_looking(served, window, width=DESKTOP[0], height=DESKTOP[1]).page
    page.click("#record summary")
    names = page.eval_on_selector_all("#record input", "inputs => inputs.map(({ name }) => name)")
    printable = HOSTILE.removesuffix("\u202e").strip()
    for name in names:
        page.fill(f"#record [name={name}]", f"{name} {printable}"[:60])
    assert serious(page) == []
    page.click("#begin")
    until(
        lambda: served.host.shown.session and len(served.host.shown.session.notes) == len(names) - 1, "noted"
    )
    until(lambda: served.host.shown.session.nd.startswith("nd "), "the ND names the result")
    page.wait_for_selector("#guide:not([hidden])")  # what the server knows the page shows a moment later
    page.keyboard.press("q")
    page.click("#finish-yes")
    page.wait_for_selector("#over:not([hidden])")
    page.click("#next-nd")
    page.fill("#nds [name=nd]", printable[:60])
    page.click("#nds-yes")
    page.wait_for_selector("#guide:not([hidden])")
    until(lambda: served.host.shown.session.nd == printable[:60], "another result")
    with Store.open(tmp_path / "store.db") as store:
        assert len(fold(store.load(1)).session.results) == 1
    page.goto(f"{served.address}/results#1")
    page.wait_for_selector("#settings dd")
    assert printable[:30] in page.text_content("#settings")
    assert page.title() == "Results - backfocus"


@pytest.mark.slow
def test_a_hostile_source_name_is_shown_as_text(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    name = "<img src=x onerror=document.title=1>.mp4"
    media = tmp_path / "media"
    media.mkdir()
    (media / name).touch()
    host = SessionHost(str(tmp_path / "s.db"), Given(media=media), opens=open_wall)
    served = serve(host, str(tmp_path / "s.db"))
    host.look(Choice("recording", name))
    page = window(served.address, *DESKTOP).page
    page.wait_for_selector("#looking .live:not([hidden])")
    page.click("#begin")
    page.wait_for_selector("#guide:not([hidden])")
    assert page.locator("#source").text_content() == name
    until(lambda: page.request.get(f"{served.address}/api/sessions").json(), "the session is kept")
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


def test_the_chart_fills_the_screen(served: Served, window: Callable[..., Window]) -> None:
    page = window(f"{served.address}/chart", *TABLET).page
    shows(page, "document.querySelector('[name=paper]').options.length > 2")
    page.click("#full")
    shows(page, "document.fullscreenElement?.id === 'screen'")
    box = page.evaluate("(({ width, height }) => [width, height])(sheet.getBoundingClientRect())")
    assert box == [page.evaluate("innerWidth"), page.evaluate("innerHeight")]
    page.click("#sheet")
    shows(page, "document.fullscreenElement === null")


@pytest.fixture
def history(served: Served, tmp_path: Path) -> Served:
    """Two finished sessions on one camera and lens, one on another."""
    with Store.open(tmp_path / "store.db") as store:
        for camera, delta_um in (("b4-hd", 41.0), ("b4-hd", -3.5), ("s35", 12.0)):
            number = store.begin(
                to_dict(Setup(Optics(5.0, ((0.0, 1.8),)))),
                source="rtsp://cam/1",
                title=HOSTILE,
                camera=camera,
                lens="canon-cj20ex7.8b",
            )
            store.append(number, Entry("event", 3.0, to_dict(Stopped(3.0, "aim"))))
            store.close_session(number, verdict="adjust", delta_um=delta_um, sigma_um=1.0)
    return served


def test_earlier_sessions_are_listed_with_the_drift_per_camera_and_lens(
    history: Served, window: Callable[..., Window]
) -> None:
    seen = window(f"{history.address}/results", *DESKTOP)
    page = seen.page
    page.wait_for_selector("tbody tr")
    assert page.locator("#list tbody tr").count() == 3
    page.wait_for_selector("#drifts svg .after")
    assert page.locator("#drifts svg circle").count() == 2
    assert page.locator("#drifts h2").all_text_contents() == ["Drift of delta: b4-hd with canon-cj20ex7.8b"]
    page.click("#list tbody tr:last-child a")
    page.wait_for_selector("#one:not([hidden])")
    assert "<img src=x onerror" in page.text_content("#when")
    assert page.title() == "Results - backfocus"
    assert serious(page) == []
    assert seen.said == []


def test_a_session_is_taken_away_in_three_forms(history: Served, window: Callable[..., Window]) -> None:
    page = window(f"{history.address}/results#1", *DESKTOP).page
    page.wait_for_selector("#one:not([hidden])")

    def taken(kind: str) -> bytes:
        with page.expect_download() as download:
            page.click(f"#{kind}")
        assert download.value.suggested_filename == f"backfocus-1.{kind}"
        return Path(download.value.path()).read_bytes()

    assert json.loads(taken("json"))["results"][0]["verdict"] == "unsure"
    html = taken("html").decode()
    assert "<script" not in html
    assert "src=x" not in html.replace("&lt;img src=x", "")
    pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    assert taken("pdf").startswith(b"%PDF")


@pytest.fixture
def rings(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> Iterator[tuple[SessionHost, Window]]:
    """A phone at the practice camera, before the start."""
    host = SessionHost(str(tmp_path / "s.db"), Given(Choice("practice", "5")))
    served = serve(host, str(tmp_path / "s.db"))
    seen = window(served.address, has_touch=True)
    seen.page.click("#practise")
    seen.page.wait_for_selector("#looking .live:not([hidden])")
    yield host, seen
    host.close()


def test_rings_turn_by_touch_mouse_wheel_and_keyboard(rings: tuple[SessionHost, Window]) -> None:
    host, seen = rings
    page = seen.page
    knob = page.locator(".knob[data-ring=focus]")
    box = knob.bounding_box()
    left, right, y = box["x"] + 20, box["x"] + 100, box["y"] + 20

    def moves_um(act: Callable[[], Any], by: float) -> None:
        """Exactly that far: movements may come in several messages."""
        wanted = host.practice_pose().focus_um + by
        act()
        until(lambda: abs(host.practice_pose().focus_um - wanted) < 0.01, f"{by} um")

    def drag() -> None:
        page.mouse.move(left, y)
        page.mouse.down()
        page.mouse.move(right, y, steps=8)
        page.mouse.up()

    def stroke() -> None:
        finger = page.context.new_cdp_session(page)
        for kind, x in (("touchStart", left), *(("touchMove", left + 10 * n) for n in range(1, 9))):
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    moves_um(drag, 40.0)  # 80 px at half a micrometre
    moves_um(stroke, 40.0)
    assert page.evaluate("scrollY") == 0, "a stroke on a ring does not scroll the page"
    page.mouse.move(left, y)
    moves_um(lambda: page.mouse.wheel(0, 100), -3.0)
    knob.focus()
    moves_um(lambda: page.keyboard.press("ArrowRight"), 2.0)
    moves_um(lambda: page.keyboard.press("Shift+ArrowLeft"), -0.5)
    assert serious(page) == []
    assert seen.said == []


def test_iris_zoom_and_lock_turn_by_keyboard(rings: tuple[SessionHost, Window]) -> None:
    host, seen = rings
    page = seen.page
    assert host.practice_pose().locked
    page.locator("#lock").press("Enter")
    until(lambda: not host.practice_pose().locked, "loosened")
    shows(page, "lock.getAttribute('aria-pressed') === 'false'")
    page.locator(".knob[data-ring=iris]").press("Home")
    shows(page, "document.querySelector('.knob[data-ring=iris] output').textContent === 'open'")
    page.locator(".knob[data-ring=zoom]").press("End")
    until(lambda: host.practice_pose().zoom > 0.3, "zoomed")
    page.locator(".knob[data-ring=back-focus]").press("ArrowUp")
    until(lambda: host.practice_pose().back_focus_deg > 0.0, "turned")
