"""What the tests of the page stand on: pictures without a bench, a server in a thread, Debian's browser."""

import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.session.opened import Opened
from backfocus.session.rig import Rig, rig_options
from backfocus.target import CYCLES
from backfocus.web.app import make_app
from backfocus.web.callers import Callers, Limits
from backfocus.web.connections import PageServer
from backfocus.web.offers import Given
from backfocus.web.serving import listen
from backfocus.web.session_host import SessionHost

with warnings.catch_warnings():
    # starlette would rather have another HTTP client beneath its test client; ours does
    warnings.simplefilter("ignore")
    import starlette.testclient  # noqa: F401

PATIENCE_S = 120.0
NOTE_WHAT_IS_SHOWN = """
document.addEventListener("meter-shown", ({ detail }) => (globalThis.shownMs = detail));
"""


def star_picture(width: int = 640, height: int = 360, radius: float = 90.0) -> np.ndarray:
    """A star on grey as a good lens draws it: light blurred by half a pixel, then coded.

    Jagged or blurred as codes it would be a picture that no camera makes, and flagged as one.
    """
    return _star_picture(width, height, radius).copy()


@cache
def _star_picture(width: int, height: int, radius: float) -> np.ndarray:
    fine = 4
    y, x = np.mgrid[: fine * height, : fine * width].astype(np.float32)
    dx, dy = x - fine * width / 2, y - fine * height / 2
    inside = np.hypot(dx, dy) < fine * radius
    spokes = np.where(np.cos(CYCLES * np.arctan2(dy, dx)) > 0, 0.5, 0.02)
    light = cv2.GaussianBlur(np.where(inside, spokes, 0.2).astype(np.float32), (0, 0), 0.5 * fine)
    light = light.reshape(height, fine, width, fine).mean((1, 3))
    return np.round(255 * (1.099 * light**0.45 - 0.099)).astype(np.uint8)


HURRY = 4.0
"""How much faster than the clock a wall shows its time: nobody turns a ring there, and tests wait less."""


class Wall:
    """A source that shows one still star, `fps` times a second of its own time, until closed."""

    live = True

    def __init__(self, title: str = "wall", fps: float = 25.0, pictures: int | None = None) -> None:
        self.title = title
        self._closed = threading.Event()
        self._fps = fps
        self._pictures = pictures
        self.luma = star_picture()

    def frames(self) -> Iterator[Frame]:
        index = 0
        while self._pictures is None or index < self._pictures:
            if self._closed.wait(1.0 / self._fps / HURRY):
                return
            yield Frame(self.luma.copy(), index=index, at_s=index / self._fps)
            index += 1

    def close(self) -> None:
        self._closed.set()


def open_wall(rig: Rig, notice: object) -> Opened:
    """A wall in place of the source of a rig."""
    return Opened(Wall(rig.source))


OPTICS = rig_options({"pixel_um": 5.0, "f_number": "2"})


def until(true: Callable[[], Any], what: str = "") -> Any:
    """Wait for something another thread does; fails after a while that is long on a busy machine."""
    end_s = time.monotonic() + PATIENCE_S
    nap = threading.Event()
    while not (found := true()):
        assert time.monotonic() < end_s, f"nothing came of it: {what or true}"
        nap.wait(0.02)
    return found


def shows(page: Any, true: str) -> None:
    """Wait until an expression is true in a page; its content policy forbids Playwright's own way (eval)."""
    until(lambda: page.evaluate(true), true)


@pytest.fixture
def walls() -> list[Wall]:
    """Every source that was opened."""
    return []


@pytest.fixture
def host(tmp_path: Path, walls: list[Wall]) -> Iterator[SessionHost]:
    def opens(rig: Rig, notice: object) -> Opened:
        walls.append(Wall(rig.source))
        return Opened(walls[-1])

    made = SessionHost(str(tmp_path / "store.db"), Given(), opens=opens)
    yield made
    made.close()


@dataclass
class Served:
    """A server in a thread."""

    address: str
    host: SessionHost


@contextmanager
def serving() -> Iterator[Callable[..., Served]]:
    """Serve hosts on the loopback, each by a server in a thread; they end with the block."""
    running: list[tuple[PageServer, threading.Thread, socket.socket]] = []

    def start(
        host: SessionHost,
        store_address: str | None = None,
        limits: Limits | None = None,
        buffer_bytes: int = 0,
        **door: Any,
    ) -> Served:
        listening = listen("127.0.0.1", 0)
        if buffer_bytes:  # connections have it from the socket that listens: less is sent ahead
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
        app = make_app(host, store_address=store_address, **door)
        server = PageServer(app, Callers(limits or Limits()))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        running.append((server, thread, listening))
        until(lambda: server.started, "server")
        return Served(f"http://127.0.0.1:{listening.getsockname()[1]}", host)

    yield start
    for server, _, _ in running:
        server.should_exit = True
    for _, thread, listening in running:
        thread.join(10.0)
        listening.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Serve a host on the loopback; ends with the test."""
    with serving() as start:
        yield start


@dataclass
class Window:
    """A page in the browser, what its console said and which hosts it asked."""

    page: Any
    said: list[str]
    asked: list[str]


@pytest.fixture
def window(chromium: Any) -> Iterator[Callable[..., Window]]:
    """Open an address in a browser of its own, of a given size; `before` runs before its scripts."""
    contexts = []

    def open_window(
        address: str, width: int = 390, height: int = 844, before: str = "", **options: Any
    ) -> Window:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.add_init_script(NOTE_WHAT_IS_SHOWN + before)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE_S)
        seen = Window(page, [], [])
        page.on(
            "console", lambda message: message.type in ("error", "warning") and seen.said.append(message.text)
        )
        page.on("pageerror", lambda error: seen.said.append(str(error)))
        page.on("request", lambda request: seen.asked.append(request.url))
        page.goto(address)
        return seen

    yield open_window
    for context in contexts:
        context.close()
