"""A recording holds what was said and no password, and plays back as the lens that was recorded."""

import os
from collections.abc import Iterator

import pytest
from tests.played import played

from backfocus.control.address import open_lens
from backfocus.control.exchanges import Said
from backfocus.control.recorder import read, record, written
from backfocus.guide.axes import Automatic
from backfocus.served.serving import Served, serve_camera


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    sim = "sim://?motor=back-focus&zoom=4&size=64x64&zoom_s=0.2&focus_s=0.2&fps=5"
    with serve_camera(sim, serial=hasattr(os, "openpty")) as found:
        yield found


def address(served: Served, scheme: str) -> str:
    if scheme == "l10+serial" and not served.l10_line:
        pytest.skip("this machine has no virtual serial lines")
    known = {"visca": served.visca, "l10+serial": served.l10}
    return known.get(scheme, f"{scheme}://127.0.0.1:{served.video_port}")


@pytest.mark.parametrize("scheme", ["visca", "l10+serial", "vapix", "onvif"])
def test_what_was_recorded_plays_back_as_the_same_lens(served: Served, scheme: str) -> None:
    at = address(served, scheme)
    before = served.camera.state()
    text = written(at, record(at))
    assert served.camera.state() == before  # nothing has moved, nothing was switched
    with open_lens(at) as opened:
        axes, places = opened.control.axes, opened.control.state().positions
        automatic = opened.control.automatic(Automatic())
    with played(text) as again, open_lens(again) as opened:
        assert opened.control.axes == axes
        assert opened.control.state().positions == places
        assert opened.control.automatic(Automatic()) == automatic


def test_no_password_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKFOCUS_USER", "kim")
    monkeypatch.setenv("BACKFOCUS_PASSWORD", 'p"4 w')
    security = '<wsse:Security s:mustUnderstand="1"><wsse:Nonce>abc</wsse:Nonce></wsse:Security>'
    said = [
        Said("http", "GET /x?pwd=p%224%20w", answers=['you are p"4 w'], code=200),
        Said("http", "POST /onvif", f"<s:Header>{security}</s:Header><s:Body/>", ["<ok/>"], 200),
    ]
    text = written("onvif://192.0.2.10", said)
    for secret in ("p%224", 'p\\"4', "Nonce", "192.0.2.10"):
        assert secret not in text
    scheme, back = read(text)
    assert scheme == "onvif"
    assert [each.asked for each in back] == ["GET /x?pwd=***", "POST /onvif"]
    assert back[1].body == "<s:Header></s:Header><s:Body/>"
