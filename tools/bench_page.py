"""Times of the page in a real browser on this machine: latency, pictures per second, weight, viewers, memory.

    .venv/bin/python -m tools.bench_page [--seconds 20] [--viewers 10] [--memory-minutes 7]

A 1080p25 recording of the virtual camera is played at its own speed through the whole chain (decode, follow,
watch, journal, socket) to Chromium on the loopback. The latency is taken in the page: from the stamp put on a
frame when it was decoded to the animation frame in which the meter was drawn; both clocks are this machine's.
Beside it stands how much of it had passed when the message arrived, and how many cores server and browser
took: on a machine that others use too, the times say little and the cores say more.

Memory is the server's, with one page and nine viewers who read and answer as a page does.
"""

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import Browser, Page
from tests.browser import CHROMIUM, started
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from .served_page import Server, served

LISTEN = """
globalThis.ages = []; globalThis.arrivals = []; globalThis.pictures = 0;
document.addEventListener("meter-shown", ({ detail }) => detail && ages.push(Date.now() - detail));
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...args) {
  if (this.canvas.className === "whole") pictures += 1;
  return draw.apply(this, args);
};
const Line = WebSocket;
globalThis.WebSocket = class extends Line {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", ({ data }) => {
      const decoded = typeof data === "string" && /"decoded_ms":([0-9.]+)/.exec(data);
      if (decoded) arrivals.push(Date.now() - Number(decoded[1]));
    });
  }
};
"""
RESET = "ages.length = arrivals.length = pictures = 0"
WARM_UP_S = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--memory-minutes", type=float, default=7.0, help="0: not measured")
    asked = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("the bench of the page needs chromium: apt-get install chromium")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"the page on {platform.node() or platform.machine()}, {os.cpu_count()} cores, load {load:.1f}")
    with tempfile.TemporaryDirectory() as name, started() as browser:
        folder = Path(name)
        clip = _clip(folder, asked.seconds + 40.0 + 60.0 * asked.memory_minutes)
        for viewers in sorted({1, asked.viewers} - {0}):
            with _of_clip(clip, folder / f"{viewers}.db") as server:
                _times(browser, server, viewers, asked.seconds)
        if asked.memory_minutes:
            with _of_clip(clip, folder / "memory.db") as server:
                _memory(browser, server, asked.viewers or 10, asked.memory_minutes)


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


def _of_clip(clip: Path, store: Path) -> AbstractContextManager[Server]:
    return served(str(clip), "--store", str(store), "--pixel-um", "5", "--f-number", "1.8")


def _times(browser: Browser, server: Server, viewers: int, seconds: float) -> None:
    pages = [browser.new_page(viewport={"width": 390, "height": 844}) for _ in range(viewers)]
    weight = _open(pages, server.address)
    _begin(pages[0])
    pages[0].wait_for_timeout(1000.0 * WARM_UP_S)
    for page in pages:
        page.evaluate(RESET)
    begun_s, worked_s = time.monotonic(), _worked_s(server)
    pages[0].wait_for_timeout(1000.0 * seconds)
    took_s = time.monotonic() - begun_s
    cores = [(now - before) / took_s for now, before in zip(_worked_s(server), worked_s, strict=True)]
    for name, page in (("first", pages[0]), ("last", pages[-1])):
        _print(f"{viewers} viewers, {name}" if viewers > 1 else "1 viewer", page, took_s)
        if viewers == 1:
            break
    print(f"  {viewers} viewers: server {cores[0]:.2f} cores, browser {cores[1]:.2f} cores")
    print(f"  first load {weight / 1000:.0f} kB (300 asked)")
    for page in pages:
        page.close()


def _open(pages: list[Page], address: str) -> int:
    """Open every page; bytes that the first one loaded."""
    sizes: list[int] = []
    pages[0].on("response", lambda answer: sizes.append(len(answer.body())))
    for page in pages:
        page.add_init_script(LISTEN)
        page.goto(address)
    pages[0].wait_for_selector("#practise", state="attached")
    pages[0].wait_for_timeout(1500)
    return sum(sizes)


def _begin(page: Page) -> None:
    page.wait_for_selector("#begin:enabled")
    page.click("#begin")
    page.wait_for_selector("#guide:not([hidden])")


def _worked_s(server: Server) -> tuple[float, float]:
    """Seconds of a core that the server and the browser have taken so far; Linux only."""
    everybody = {int(path.name): _stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    ours = {os.getpid()}
    for _ in range(8):  # deeper than any browser's tree
        ours |= {pid for pid, (parent, _) in everybody.items() if parent in ours}
    server_s = everybody[server.pid][1]
    return server_s, sum(everybody[pid][1] for pid in ours - {server.pid, os.getpid()})


def _stat(process: Path) -> tuple[int, float]:
    """(parent, seconds of a core) of a process; (0, 0.0) of one that is gone."""
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0.0
    return int(fields[1]), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _print(name: str, page: Page, took_s: float) -> None:
    ages, arrivals = sorted(page.evaluate("ages")), page.evaluate("arrivals")
    if not ages:
        print(f"  {name}: nothing was shown")
        return
    late = ages[int(0.95 * (len(ages) - 1))]
    print(
        f"  {name}: meter {len(ages) / took_s:.1f}/s, age {statistics.median(ages):.0f} ms median (120),"
        f" {late:.0f} ms at 95 % (250), of which {statistics.median(arrivals):.0f} ms to the browser;"
        f" pictures {page.evaluate('pictures') / took_s:.1f}/s (15 asked)"
    )


def _memory(browser: Browser, server: Server, viewers: int, minutes: float) -> None:
    """Growth of the server between two sevenths of the time and its end."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.add_init_script(LISTEN)
    page.goto(server.address)
    _begin(page)
    others = [_Viewer(server.address) for _ in range(viewers - 1)]
    page.wait_for_timeout(60_000.0 * minutes * 2 / 7)
    before = _resident_mb(server.pid)
    page.wait_for_timeout(60_000.0 * minutes * 5 / 7)
    after = _resident_mb(server.pid)
    rate = page.evaluate("ages.length") / (60.0 * minutes)
    messages = min([other.messages for other in others], default=0)
    print(
        f"  {viewers} viewers: memory {before:.1f} MB after {minutes * 2 / 7:.1f} minutes, grew by"
        f" {after - before:+.1f} MB until {minutes:.1f} (5 asked); meter {rate:.1f}/s,"
        f" each other viewer read at least {messages} messages"
    )
    page.close()


class _Viewer:
    """Reads whatever comes and answers with its number, as a page does, in a thread of its own."""

    def __init__(self, address: str) -> None:
        self.messages = 0
        self._address = f"ws{address.removeprefix('http')}live"
        threading.Thread(target=lambda: asyncio.run(self._read()), daemon=True).start()

    async def _read(self) -> None:
        async with connect(self._address, compression=None) as line:
            await line.send(json.dumps({"do": "hello", "viewer": ""}))
            try:
                async for message in line:
                    self.messages += 1
                    await line.send(json.dumps({"do": "seen", "number": _number(message)}))
            except ConnectionClosed:
                return


def _number(message: str | bytes) -> int:
    if isinstance(message, str):
        return int(json.loads(message)["number"])
    return int(json.loads(message[4 : 4 + int.from_bytes(message[:4], "big")])["number"])


if __name__ == "__main__":
    main()
