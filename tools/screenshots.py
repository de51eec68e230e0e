"""Pictures of the page for the README and the docs: `make screenshots` writes them to docs/images.

The virtual camera is guided by the page, its hand obeys, and Debian's browser takes a picture of each state.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page
from tests.browser import CHROMIUM, started

from backfocus.sim.settings import SHOWN_CAMERA, SHOWN_CHART
from backfocus.web.controls import GONE_S

from .served_page import served

OUT = Path(__file__).parent.parent / "docs" / "images"
LENS = "sim://?seed=7&delta_um=40&zoom=10&codec=none&noise=0.006&fps=12.5&size=960x540"
CAMERA = f"{LENS}&{SHOWN_CAMERA}&{SHOWN_CHART}"
"""A single sensor and the chart as people print it, as in practice."""
SHELF = "sim://?scene=shelf&clip=check&delta_um=30&zoom=6&size=960x540&seed=3"
PHONE, TABLET, DESKTOP = (390, 844), (820, 1180), (1440, 900)
ON_ITS_SIDE, SECOND_SCREEN = (844, 390), (1280, 720)
LONGEST_S = 900.0


def main() -> None:
    if CHROMIUM is None:
        sys.exit("screenshots need chromium: apt-get install chromium")
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, started() as browser:
        store = str(Path(folder) / "store.db")
        with served("--store", store) as server:
            for path, size, name in (
                ("", PHONE, "setup-phone"),
                ("", DESKTOP, "setup-desktop"),
                ("chart", DESKTOP, "chart-desktop"),
            ):
                page = _open(browser, server.address + path, size)
                _take(page, name)
                page.context.close()
                time.sleep(GONE_S + 1.0)  # until the next may hold the controls
        with served("--practice", "--store", str(Path(folder) / "practice.db")) as server:
            _practice(browser, server.address)
        _tele_beside_wide(browser, Path(folder) / "answer.html")
        with served(CAMERA, "--store", store) as server:
            _procedure(browser, server.address)


def _tele_beside_wide(browser: Browser, report: Path) -> None:
    """What a report shows of a clip without a chart."""
    check = [sys.executable, "-m", "backfocus", "check", SHELF, "--report", str(report)]
    subprocess.run(check, stdout=subprocess.DEVNULL, check=False)  # that it is off is an answer
    page = _open(browser, report.as_uri(), DESKTOP)
    box = page.locator(".object figure").first.bounding_box()
    assert box is not None
    left, top, wide, tall = (box[name] for name in ("x", "y", "width", "height"))
    around = {"x": left - 16, "y": top - 8, "width": wide + 32, "height": tall + 22}
    page.screenshot(path=OUT / "tele-beside-wide.png", full_page=True, clip=around)
    print("docs/images/tele-beside-wide.png", flush=True)
    page.context.close()


def _practice(browser: Browser, address: str) -> None:
    page = _open(browser, address, PHONE)
    _wait(page, "document.querySelector('#looking .live')?.hidden === false")
    _take(page, "practice-checks-phone")
    page.click("#begin")
    _wait(page, "document.querySelector('.value').textContent.includes('µm')")
    for _ in range(4):
        page.locator(".knob[data-ring=iris]").press("Home")
    _wait(page, "title.textContent.startsWith('Check')")
    page.wait_for_timeout(1000)
    page.evaluate("document.activeElement.blur()")  # its frame is that of the keyboard
    _take(page, "practice-phone")
    page.close()


def _procedure(browser: Browser, address: str) -> None:
    """Follow the hand through the procedure on a phone; other screens look in, and take the controls."""
    phone = _open(browser, address, PHONE)
    _wait(phone, "document.querySelector('#looking .live')?.hidden === false")
    _take_on(browser, address, phone, DESKTOP, "checks-desktop")
    phone.click("#begin")
    if _wait(phone, _stands("Turn the FOCUS")):
        phone.wait_for_timeout(1500)
        _take(phone, "guide-focus-phone")
        _take_on(browser, address, phone, PHONE, "guide-focus-phone-light", "light")
        _take_on(browser, address, phone, TABLET, "guide-focus-tablet")
    meter = _open(browser, address + "meter", SECOND_SCREEN)
    if _wait(phone, _stands("BACK FOCUS ring")):
        phone.wait_for_timeout(1000)
        _take(phone, "guide-back-focus-phone")
        _take(meter, "meter")
        _take_on(browser, address, phone, DESKTOP, "guide-back-focus-desktop")
        _take_on(browser, address, phone, ON_ITS_SIDE, "guide-back-focus-phone-on-its-side")
    meter.context.close()
    _wait(phone, "over.hidden === false")
    phone.wait_for_timeout(500)
    _take(phone, "verdict-phone")
    page = _open(browser, f"{address}results#1", DESKTOP)
    page.wait_for_selector("#outcomes > *")
    # below the window pictures wait until somebody scrolls there
    page.evaluate(
        """() => {
            for (const each of document.images) each.loading = "eager";
            return Promise.all([...document.images].map((each) => each.decode()));
        }"""
    )
    page.screenshot(path=OUT / "page-results-desktop.png", full_page=True)
    print("docs/images/page-results-desktop.png")


def _stands(title: str) -> str:
    return f"over.hidden === false || document.querySelector('#title').textContent.includes({title!r})"


def _take_on(
    browser: Browser, address: str, holder: Page, size: tuple[int, int], name: str, scheme: str = "dark"
) -> None:
    """The same moment on another screen, which holds the controls for it."""
    page = _open(browser, address, size, scheme)
    _hand_over(holder, page)
    _take(page, name)
    _hand_over(page, holder)
    page.context.close()


def _hand_over(holder: Page, to: Page) -> None:
    to.click("#ask")
    holder.click("#give")
    to.wait_for_selector("#watching", state="hidden")


def _open(browser: Browser, address: str, size: tuple[int, int], scheme: str = "dark") -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="light" if scheme == "light" else "dark",
        device_scale_factor=1.5 if size == PHONE else 1.0,
    )
    page = context.new_page()
    page.set_default_timeout(1000.0 * LONGEST_S)
    page.goto(address)
    page.wait_for_timeout(1200)
    return page


def _take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=OUT / f"page-{name}.png", animations="disabled")
    print(f"docs/images/page-{name}.png", flush=True)


def _wait(page: Page, true: str) -> bool:
    """Wait for an expression; the page's own policy forbids Playwright's way (eval)."""
    end_s = time.monotonic() + LONGEST_S
    while time.monotonic() < end_s:
        if page.evaluate(true):
            return True
        page.wait_for_timeout(50)
    print(f"screenshots: gave up waiting for {true}", file=sys.stderr)
    return False


if __name__ == "__main__":
    main()
