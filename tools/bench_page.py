"""Times of the page in a real browser on this machine: latency, pictures per second, weight, memory, viewers.

    .venv/bin/python tools/bench_page.py [--seconds 20] [--viewers 10] [--memory-minutes 0]

A 1080p25 recording of the virtual camera is played at its own speed through the whole chain (decode, follow,
watch, journal, socket) to Chromium on the loopback. The latency is taken in the page: from the stamp put on a
frame when it was decoded to the animation frame in which the meter was drawn; both clocks are this machine's.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
LISTEN = """() => {
  window.ages = []; window.pictures = 0;
  document.addEventListener("meter-shown", ({ detail }) => detail && window.ages.push(Date.now() - detail));
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...args) {
    if (this.canvas.className === "whole") window.pictures += 1;
    return draw.apply(this, args);
  };
}"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--memory-minutes", type=float, default=0.0, help="7 for the whole test of growth")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = _clip(Path(folder), asked.seconds + 25.0 + 60.0 * asked.memory_minutes)
        print(
            f"{platform.node() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for viewers in sorted({1, asked.viewers}):
                minutes = asked.memory_minutes if viewers == asked.viewers else 0.0
                _run(browser, clip, Path(folder), viewers, asked.seconds, minutes)
            browser.close()


def _clip(folder: Path, seconds: float) -> Path:
    """1080p25 H.264 of a star that goes in and out of focus, ten seconds looped to the length wanted."""
    short, clip = folder / "short.mp4", folder / "clip.mp4"
    from backfocus.sim.source import open_sim
    from backfocus.video.record import Recorder

    source = open_sim("sim://?seed=7&size=1920x1080&hand=none&zoom=10&codec=none&seconds=10")
    with Recorder(short, fps=25.0, options={"preset": "veryfast", "crf": "20"}) as recorder:
        for frame in source.frames():
            source.bench.turn(back_focus_deg=8.0 * ((frame.index % 100) / 50.0 - 1.0))
            recorder.write(frame)
    loops = str(int(seconds // 10) + 1)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-stream_loop", loops, "-i", str(short), "-c", "copy", str(clip)],
        check=True,
    )
    return clip


def _run(browser: Browser, clip: Path, folder: Path, viewers: int, seconds: float, minutes: float) -> None:
    command = [sys.executable, "-m", "backfocus", "serve", str(clip), "--port", "0"]
    options = ["--store", str(folder / f"{viewers}.db"), "--pixel-um", "5", "--f-number", "1.8"]
    server = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    try:
        _wait_for(address)
        pages = [browser.new_page(viewport={"width": 390, "height": 844}) for _ in range(viewers)]
        weight = _open(pages, address)
        pages[0].wait_for_selector("#begin:enabled")
        pages[0].click("#begin")
        pages[0].wait_for_selector("#guide:not([hidden])")
        time.sleep(3.0)
        for page in pages:
            page.evaluate(LISTEN)
        begun_s = time.monotonic()
        pages[0].wait_for_timeout(1000.0 * seconds)
        took_s = time.monotonic() - begun_s
        for name, page in (("first", pages[0]), ("last", pages[-1])):
            _print(f"{viewers} viewers, {name}" if viewers > 1 else "1 viewer", page, took_s)
        print(f"  first load {weight / 1000:.0f} kB (300 asked)")
        if minutes:
            _memory(server.pid, pages[0], minutes)
        for page in pages:
            page.close()
    finally:
        server.terminate()
        server.wait()


def _open(pages: list[Page], address: str) -> int:
    """Open every page; bytes that the first one loaded."""
    sizes: list[int] = []
    pages[0].on("response", lambda answer: sizes.append(len(answer.body())))
    for page in pages:
        page.goto(address)
    pages[0].wait_for_selector("#practise", state="attached")
    pages[0].wait_for_timeout(1500)
    return sum(sizes)


def _print(name: str, page: Page, took_s: float) -> None:
    ages = sorted(page.evaluate("window.ages"))
    pictures = page.evaluate("window.pictures")
    if not ages:
        print(f"  {name}: nothing was shown")
        return
    late = ages[int(0.95 * (len(ages) - 1))]
    print(
        f"  {name}: meter {len(ages) / took_s:.1f}/s, age {statistics.median(ages):.0f} ms median (120),"
        f" {late:.0f} ms at 95 % (250), pictures {pictures / took_s:.1f}/s (15 asked)"
    )


def _memory(pid: int, page: Page, minutes: float) -> None:
    """Growth of the server between a third of the time and its end."""
    page.wait_for_timeout(60_000.0 * minutes * 2 / 7)
    before = _resident_mb(pid)
    page.wait_for_timeout(60_000.0 * minutes * 5 / 7)
    print(f"  memory {before:.1f} MB, grew by {_resident_mb(pid) - before:.1f} MB (5 asked)")


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(json.dumps({"error": f"{address} does not answer"}))


if __name__ == "__main__":
    main()
