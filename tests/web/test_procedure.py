"""The whole procedure in a real browser: practice mode, rings dragged by a newcomer who reads the page."""

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

from backfocus.sim.bench import Bench
from backfocus.web.desk import Desk
from backfocus.web.offers import Given
from backfocus.web.orders import Choice

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
WHOLE_S = 600.0


@pytest.fixture
def practised(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> Iterator[tuple[Served, Window]]:
    """Practice from the set-up page, begun."""
    store = str(tmp_path / "store.db")
    served = serve(Desk(store, Given(Choice("practice", "5"))), store)
    seen = window(served.address)
    seen.page.click("#practise")
    seen.page.wait_for_selector("#looking .live:not([hidden])")
    seen.page.click("#begin")
    yield served, seen
    served.desk.close()


def test_a_newcomer_sets_the_back_focus(practised: tuple[Served, Window]) -> None:
    served, seen = practised
    Learner(seen.page).follow(WHOLE_S, lambda words: False)
    result = served.desk.shown.session.results[-1]
    score = served.desk.shown.score
    assert result.verdict.kind == "set"
    assert score["remaining_um"] <= score["depth_um"]
    assert seen.page.locator("#verdict").text_content() == "The back focus is set"
    assert "truly left" in seen.page.locator("#facts").text_content()
    assert seen.said == []


def test_the_wrong_ring_is_named(practised: tuple[Served, Window]) -> None:
    _, seen = practised
    learner = Learner(seen.page)
    learner.follow(WHOLE_S, lambda words: words["way"] == "loosen first" and not words["locked"])
    learner.mistaken = True
    words = learner.follow(
        WHOLE_S, lambda words: "FOCUS ring" in words["advice"] or "FOCUS ring" in words["warnings"]
    )
    assert "FOCUS" in words["advice"] + words["warnings"]


def test_a_covered_star_is_told(practised: tuple[Served, Window], monkeypatch: pytest.MonkeyPatch) -> None:
    _, seen = practised
    learner = Learner(seen.page)
    learner.follow(
        WHOLE_S, lambda words: words["title"].startswith("Turn the FOCUS") or words["title"] == "Keep going"
    )
    light = Bench.light
    monkeypatch.setattr(Bench, "light", lambda bench, at_s: light(bench, at_s) * 0 + 0.1)
    shows(seen.page, "document.querySelector('.live').textContent === 'no star'")
    shows(seen.page, "document.querySelector('.value').textContent === 'no star'")
    monkeypatch.undo()
    shows(seen.page, "document.querySelector('.live').textContent.startsWith('star')")


def test_killed_and_started_anew_half_way(window: Callable[..., Window], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "backfocus",
        "serve",
        "--practice",
        "--port",
        str(port),
        "--store",
        str(tmp_path / "s.db"),
    ]

    def start() -> Any:
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "HOME": str(tmp_path)}
        )
        assert server.stdout.readline().strip() == f"http://127.0.0.1:{port}/"

        def up() -> bool:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                    return answer.status == 200
            except OSError:
                return False

        until(up, "server")
        return server

    server = start()
    try:
        seen = window(f"http://127.0.0.1:{port}/")
        page = seen.page
        page.wait_for_selector("#looking .live:not([hidden])")
        page.click("#begin")
        learner = Learner(page)
        before = learner.follow(WHOLE_S, lambda words: words["way"] == "loosen first")
        server.send_signal(signal.SIGKILL)
        server.wait()
        server.stdout.close()
        page.wait_for_selector("#line:not([hidden])")
        server = start()
        page.wait_for_selector("#line[hidden]", state="attached")
        shows(page, "document.querySelector('#stage').textContent === " + repr(before["step"]))
        page.wait_for_selector("#deck:not([hidden])")
        learner.follow(WHOLE_S, lambda words: False)
        assert page.locator("#verdict").text_content() == "The back focus is set"
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
