"""Somebody else's ONVIF clients ask the virtual camera and move it, and are told the truth.

One is onvif-zeep-async, which asks through aiohttp. The other is zeep alone on ONVIF's own WSDL files: the
other clients have the same module name as the first, so they cannot be installed beside it.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from backfocus.served.serving import Served, serve_camera

onvif = pytest.importorskip("onvif", reason="onvif-zeep-async is not installed")
zeep = pytest.importorskip("zeep", reason="zeep, which comes with onvif-zeep-async, is not installed")

ADDRESS = "sim://?motor=focus&zoom=4&size=64x64&zoom_s=0.1&focus_s=0.1&fps=20"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve_camera(ADDRESS) as found:
        yield found


def rested(served: Served) -> None:
    for _picture in served.camera.jpegs():
        if served.camera.state().settled:
            return


async def as_an_application(port: int) -> dict[str, Any]:
    """What a program that records or drives cameras asks first."""
    camera = onvif.ONVIFCamera("127.0.0.1", port, "kim", "any")
    try:
        await camera.update_xaddrs()
        media = await camera.create_media_service()
        ptz = await camera.create_ptz_service()
        imaging = await camera.create_imaging_service()
        profile = (await media.GetProfiles())[0]
        source = profile.VideoSourceConfiguration.SourceToken
        settings = await imaging.GetImagingSettings({"VideoSourceToken": source})
        was = settings.Focus.AutoFocusMode
        settings.Focus.AutoFocusMode = "MANUAL"
        await imaging.SetImagingSettings({"VideoSourceToken": source, "ImagingSettings": settings})
        await ptz.AbsoluteMove({"ProfileToken": profile.token, "Position": {"Zoom": {"x": 0.25}}})
        await imaging.Move({"VideoSourceToken": source, "Focus": {"Absolute": {"Position": 0.5}}})
        spans = await imaging.GetMoveOptions({"VideoSourceToken": source})
        return {"was": was, "focus_to": spans.Absolute.Position.Max}
    finally:
        await camera.close()


def test_a_foreign_application_zooms_and_focuses(served: Served) -> None:
    with ThreadPoolExecutor(1) as alone:  # a browser's test leaves a loop running in this thread
        found = alone.submit(lambda: asyncio.run(as_an_application(served.video_port))).result()
    assert found == {"was": "AUTO", "focus_to": 1.0}
    rested(served)
    state = served.camera.state()
    assert state.automatic.focus is False
    for axis, share in (("zoom", 0.25), ("focus", 0.5)):
        low, high = served.camera.span(axis)
        assert state.positions[axis] == pytest.approx(low + share * (high - low), abs=1)


def test_a_client_of_the_wsdl_files_alone_is_told_where_the_motors_stand(served: Served) -> None:
    client = zeep.Client(f"{next(iter(onvif.__path__))}/wsdl/ptz.wsdl")
    ptz = client.create_service(
        "{http://www.onvif.org/ver20/ptz/wsdl}PTZBinding",
        f"http://127.0.0.1:{served.video_port}/onvif/ptz_service",
    )
    node = ptz.GetNodes()[0]
    assert node.SupportedPTZSpaces.AbsoluteZoomPositionSpace[0].XRange.Max == 1.0
    rested(served)
    status = ptz.GetStatus("profile")
    low, high = served.camera.span("zoom")
    stands = (served.camera.state().positions["zoom"] - low) / (high - low)
    assert status.Position.Zoom.x == pytest.approx(stands, abs=1e-5)  # told to six digits
    assert status.MoveStatus.Zoom == "IDLE"
