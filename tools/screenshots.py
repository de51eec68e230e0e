"""Pictures of the page for the README and the docs: `make screenshots` writes them to docs/images.

The virtual camera is guided by the page, its hand obeys, and Debian's browser takes a picture of each state.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

OUT = Path(__file__).parent.parent / "docs" / "images"
CAMERA = "sim://?seed=7&delta_um=40&zoom=10&codec=none&noise=0.006"
PHONE, TABLET, DESKTOP = (390, 844), (820, 1180), (1440, 900)
STATES = {"focus": "Turn the FOCUS", "back-focus": "BACK FOCUS ring"}
LONGEST_S = 300.0
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("screenshots need chromium: apt-get install chromium")
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        store = str(Path(folder) / "store.db")
        with _served([], store) as address:
            _take(_open(browser, address, PHONE), "setup-phone")
            _take(_open(browser, address, DESKTOP), "setup-desktop")
            _take(_open(browser, f"{address}chart", DESKTOP), "chart-desktop")
        with _served(["--practice"], str(Path(folder) / "practice.db")) as address:
            _practice(browser, address)
        with _served([CAMERA], store) as address:
            _procedure(browser, address)
        browser.close()


def _practice(browser: Browser, address: str) -> None:
    page = _open(browser, address, PHONE)
    _wait(page, "document.querySelector('#looking .live')?.hidden === false")
    _take(page, "practice-checks-phone")
    page.click("#begin")
    _wait(page, "document.querySelector('.value').textContent.includes('µm')")
    page.wait_for_timeout(2500)
    _take(page, "practice-phone")


def _procedure(browser: Browser, address: str) -> None:
    """Follow the hand through the procedure on three screens."""
    phone = _open(browser, address, PHONE)
    _wait(phone, "document.querySelector('#looking .live')?.hidden === false")
    others = {"tablet": _open(browser, address, TABLET), "desktop": _open(browser, address, DESKTOP)}
    light = _open(browser, address, PHONE, scheme="light")
    _take(others["desktop"], "checks-desktop")
    phone.click("#begin")
    for name, title in STATES.items():
        if not _wait(phone, f"over.hidden === false || title.textContent.includes({title!r})"):
            break
        phone.wait_for_timeout(1800)
        _take(phone, f"guide-{name}-phone")
        _take(light, f"guide-{name}-phone-light")
        for size, page in others.items():
            _take(page, f"guide-{name}-{size}")
    _wait(phone, "over.hidden === false")
    phone.wait_for_timeout(500)
    _take(phone, "verdict-phone")
    _take(others["desktop"], "verdict-desktop")
    page = _open(browser, f"{address}results#1", DESKTOP)
    page.wait_for_timeout(1500)
    page.screenshot(path=OUT / "page-results-desktop.png", full_page=True)
    page = _open(browser, f"{address}results", PHONE)
    page.wait_for_timeout(800)
    _take(page, "results-phone")


def _open(browser: Browser, address: str, size: tuple[int, int], scheme: str = "dark") -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="light" if scheme == "light" else "dark",
        device_scale_factor=1.5,
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_timeout(1200)
    return page


def _take(page: Page, name: str) -> None:
    page.screenshot(path=OUT / f"page-{name}.png")
    print(f"docs/images/page-{name}.png")


def _wait(page: Page, true: str) -> bool:
    """Wait for an expression; the page's own policy forbids Playwright's way (eval)."""
    end_s = time.monotonic() + LONGEST_S
    while time.monotonic() < end_s:
        if page.evaluate(true):
            return True
        page.wait_for_timeout(50)
    print(f"screenshots: gave up waiting for {true}", file=sys.stderr)
    return False


@contextmanager
def _served(options: list[str], store: str) -> Iterator[str]:
    command = [sys.executable, "-m", "backfocus", "serve", *options, "--port", "0", "--store", store]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    try:
        for _ in range(200):
            try:
                with urllib.request.urlopen(address):
                    break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
