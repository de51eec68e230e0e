"""Somebody else's VISCA client moves the virtual camera, and is told the truth."""

import sys
from collections.abc import Iterator

import pytest

from backfocus.served.serving import Served, serve_camera

foreign = pytest.importorskip("visca_over_ip", reason="visca-over-ip is not installed")

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux answers at 127.0.0.2 without being told"
)

ADDRESS = "sim://?motor=focus&zoom=4&size=64x64&zoom_s=0.1&focus_s=0.1&fps=5"


@pytest.fixture
def served() -> Iterator[Served]:
    # that client listens on the camera's own port, so the camera needs another address of this machine
    with serve_camera(ADDRESS, host="127.0.0.2") as found:
        yield found


def test_a_foreign_client_zooms_focuses_and_asks(served: Served) -> None:
    camera = foreign.Camera("127.0.0.2", served.visca_port)
    try:
        camera.set_focus_mode("manual")
        assert served.camera.state().automatic.focus is False
        camera.zoom_to(0.25)
        for _picture in served.camera.jpegs():
            if served.camera.state().settled:
                break
        assert camera.get_zoom_position() == pytest.approx(0x4000 / 4, abs=2)
        assert camera.get_focus_mode() == "manual"
    finally:
        camera.close_connection()
