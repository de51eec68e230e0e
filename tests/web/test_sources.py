"""Real sources through the same pages in a real browser: a camera on the network, a recording, a device."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest
from tests.web.conftest import Served, Window, open_wall, shows, star_picture, until

from backfocus.api import check
from backfocus.frame import Frame
from backfocus.session.opened import Opened
from backfocus.session.rig import Rig
from backfocus.sim.source import open_sim
from backfocus.video.capture import Device
from backfocus.video.record import record
from backfocus.web import offers
from backfocus.web.offers import Given
from backfocus.web.session_host import SessionHost

RTSP = Path(__file__).parents[1] / "video" / "rtsp_server.py"
SYSTEM_PYTHON = Path("/usr/bin/python3")
NOT_INSTALLED = 77
IN_MICROMETRES = "document.querySelector('.value').textContent.includes('µm')"


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[Callable[[int], Any]]:
    """Starts a camera's RTSP server that shows a star, on a port."""
    if not SYSTEM_PYTHON.exists():
        pytest.skip("no system Python with GStreamer")
    picture = tmp_path / "star.png"
    cv2.imwrite(str(picture), star_picture())
    running: list[Any] = []

    def start(port: int) -> Any:
        server = subprocess.Popen(
            [str(SYSTEM_PYTHON), str(RTSP), str(port), f"picture={picture}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        running.append(server)
        said = server.stdout.readline()
        if server.poll() == NOT_INSTALLED:
            pytest.skip(said.strip())
        assert said.startswith("ready"), said
        return server

    yield start
    for server in running:
        server.kill()
        server.wait()
        server.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="GStreamer's RTSP server runs here on Linux")
def test_a_network_camera_goes_through_the_same_pages(
    camera: Callable[[int], Any], serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = camera(port)
    host = SessionHost(str(tmp_path / "s.db"), Given())
    served = serve(host, str(tmp_path / "s.db"))
    seen = window(served.address)
    page = seen.page
    page.wait_for_selector("#kinds input")
    page.check("[value=address]", force=True)
    page.fill("[name=address]", f"rtsp://127.0.0.1:{port}/star")
    page.fill("[name=pixel_um]", "5")
    page.fill("[name=f_number]", "1.8")
    page.click("[type=submit]")
    page.wait_for_selector("#looking .live:not([hidden])")
    shows(page, "document.querySelector('#looking .live').textContent === 'star, 36 spokes'")
    shows(page, "document.querySelectorAll('#checks li.good').length >= 3")
    page.click("#begin")
    shows(page, IN_MICROMETRES)
    shows(page, "document.querySelector('#title').textContent.startsWith('Check')")
    page.keyboard.press("Enter")
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    server.kill()
    server.wait()
    page.wait_for_selector("#trouble:not([hidden])")
    camera(port)
    page.wait_for_selector("#trouble[hidden]", state="attached")
    shows(page, "document.querySelector('#title').textContent.includes('IN')")
    until(lambda: host.shown.session.step == "to-tele", "it goes on where it was")
    assert seen.said == []
    host.close()


@pytest.mark.slow
def test_a_recording_is_chosen_from_the_list(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    star = star_picture()
    record((Frame(star, index=n, at_s=n / 25) for n in range(50)), media / "<b>star & co.mp4", fps=25.0)
    host = SessionHost(str(tmp_path / "s.db"), Given(None, media))
    served = serve(host, str(tmp_path / "s.db"))
    page = window(served.address).page
    page.wait_for_selector("#kinds input")
    page.check("[value=recording]", force=True)
    assert page.locator("[name=recording] option").all_text_contents() == ["<b>star & co.mp4"]
    page.click("[type=submit]")
    page.wait_for_selector("#looking .live:not([hidden])")
    page.wait_for_selector("#trouble:not([hidden])")
    assert "the recording is over" in page.text_content("#trouble")
    page.click("#wake")
    page.wait_for_selector("#looking:not([hidden]) .live:not([hidden])")
    host.close()


@pytest.mark.slow
def test_a_recording_with_a_sweep_gets_its_direction_as_in_the_terminal(
    serve: Callable[..., Served], window: Callable[..., Window], tmp_path: Path
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    filmed = open_sim("sim://?clip=check&delta_um=-40&seed=3&size=640x360&codec=none&sweep=1&fps=12.5")
    record(filmed.frames(), media / "sweep.mp4", fps=12.5)
    store = str(tmp_path / "s.db")
    host = SessionHost(store, Given(None, media))
    page = window(serve(host, store).address).page
    page.wait_for_selector("#kinds input")
    page.check("[value=recording]", force=True)
    page.fill("[name=pixel_um]", "5")
    page.fill("[name=f_number]", "1.8")
    page.click("[type=submit]")
    page.wait_for_selector("#looking .live:not([hidden])")
    page.click("#begin")
    until(lambda: host.shown.phase == "over", "the end")
    page.wait_for_selector("#first-turn:not([hidden])")
    page.click("[data-turn=near]")  # as the virtual sweep begins
    shows(page, "document.querySelector('#reason').textContent.includes('too close to the lens')")
    answer = check(str(media / "sweep.mp4"), pixel_um=5.0, f_number=1.8, first_turn="near")
    assert answer.reason.replace("um", "\u00b5m") in page.text_content("#reason")
    host.close()


def test_a_device_of_the_machine_is_chosen_from_the_list(
    serve: Callable[..., Served],
    window: Callable[..., Window],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    found = [Device("device:/dev/video7", "Card <i>7</i>", "V4L2")]
    monkeypatch.setattr(offers, "devices", lambda: found)
    opened: list[str] = []

    def opens(rig: Rig, notice: object) -> Opened:
        opened.append(rig.source)
        return open_wall(rig, notice)

    host = SessionHost(str(tmp_path / "s.db"), Given(), opens=opens)
    page = window(serve(host, str(tmp_path / "s.db")).address).page
    page.wait_for_selector("#kinds input")
    page.check("[value=device]", force=True)
    assert page.locator("[name=device] option").all_text_contents() == ["Card <i>7</i>, V4L2"]
    page.click("[type=submit]")
    page.wait_for_selector("#looking .live:not([hidden])")
    assert opened == ["device:/dev/video7"]
    host.close()
