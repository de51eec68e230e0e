"""The whole procedure in a real browser: practice mode, rings dragged by a newcomer who reads the page."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import Served, Window, shows, until
from tests.web.learner import Learner
from tests.web.steps import Steps

from backfocus.sim.camera import Camera
from backfocus.web.messages import Choice
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
WHOLE_S = 300.0
"""Of the camera's time: three times what the newcomer needs."""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def practised(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> Iterator[tuple[Served, Window, Learner]]:
    """Practice from the set-up page, begun."""
    store, steps = str(tmp_path / "store.db"), Steps()
    given = Given(Choice("practice", "5"))
    host = SessionHost(store, given, clock=steps.clock, pause=steps.pause)
    served = serve(host, store)
    seen = window(served.address)
    seen.page.click("#practise")
    seen.page.wait_for_selector("#looking .live:not([hidden])")
    seen.page.click("#begin")
    yield served, seen, Learner(seen.page, lambda pictures: steps.go(pictures, host))
    served.host.close()


def test_a_newcomer_sets_the_back_focus(practised: tuple[Served, Window, Learner]) -> None:
    served, seen, learner = practised
    learner.follow(WHOLE_S, lambda words: False)
    result = served.host.shown.session.results[-1]
    score = served.host.shown.score
    assert result.verdict.kind == "set"
    assert score["remaining_um"] <= score["depth_um"]
    assert seen.page.locator("#verdict").text_content() == "The back focus is set"
    facts = seen.page.locator("#facts").text_content()
    assert all(name in facts for name in ("time", "round", "truly left", "was hidden")), facts
    assert seen.said == []


def test_the_wrong_ring_is_named(practised: tuple[Served, Window, Learner]) -> None:
    _, _, learner = practised
    learner.follow(WHOLE_S, lambda words: words["way"] == "loosen first" and not words["locked"])
    learner.mistaken = True
    words = learner.follow(
        WHOLE_S, lambda words: "FOCUS ring" in words["advice"] or "FOCUS ring" in words["notices"]
    )
    assert "FOCUS" in words["advice"] + words["notices"]


def test_a_covered_star_is_told(
    practised: tuple[Served, Window, Learner], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, seen, learner = practised
    learner.follow(
        WHOLE_S, lambda words: words["title"].startswith("Turn the FOCUS") or words["title"] == "Keep going"
    )
    light = Camera.light
    monkeypatch.setattr(Camera, "light", lambda *seen: light(*seen) * 0 + 0.1)
    learner.let(10)
    shows(seen.page, "document.querySelector('.value').textContent === 'no star'")
    assert seen.page.locator("#guide .live").text_content() == "no star"
    monkeypatch.undo()
    learner.let(10)
    shows(seen.page, "document.querySelector('.value').textContent !== 'no star'")


def test_killed_and_started_anew_half_way(window: Callable[..., Window], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.web.stepped_server", str(port), str(tmp_path / "s.db")]
    servers: list[Any] = []

    def start() -> None:
        server = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "HOME": str(tmp_path)},
        )
        servers.append(server)
        assert server.stdout.readline().strip() == f"http://127.0.0.1:{port}/"
        server.stdout.readline()  # "for a phone"

        def up() -> bool:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        until(up, "server")

    def end(how: signal.Signals) -> None:
        server = servers.pop()
        server.send_signal(how)
        server.wait()
        server.stdin.close()
        server.stdout.close()

    def grant(pictures: int) -> float | None:
        servers[-1].stdin.write(f"{pictures}\n")
        servers[-1].stdin.flush()
        stamp: float | None = json.loads(servers[-1].stdout.readline())
        return stamp

    start()
    try:
        page = window(f"http://127.0.0.1:{port}/").page
        page.wait_for_selector("#looking .live:not([hidden])")
        page.click("#begin")
        learner = Learner(page, grant)
        before = learner.follow(WHOLE_S, lambda words: words["way"] == "loosen first")
        end(signal.SIGKILL)
        page.wait_for_selector("#line:not([hidden])")
        start()
        page.wait_for_selector("#line[hidden]", state="attached")
        page.click("#left-open button")
        shows(page, "document.querySelector('#stage').textContent === " + repr(before["step"]))
        page.wait_for_selector("#deck:not([hidden])")
        after = learner.follow(WHOLE_S, lambda words: words["step"] != before["step"])
        assert after["step"].endswith(("focus at tele", "walk the zoom")), "the next round, or the proof"
    finally:
        while servers:
            end(signal.SIGTERM)
