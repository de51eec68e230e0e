"""The virtual camera over NDI: what it sends is what a source of the same program sees, in two processes."""

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from tests.clock import Clock
from tools.camera_process import camera_process

from backfocus.errors import UsageError
from backfocus.guide.axes import Automatic
from backfocus.served.ndi_sender import ndi_address, obey, packed, sent_over_ndi
from backfocus.served.virtual_camera import Drawn, VirtualCamera
from backfocus.sim.settings import parse_sim
from backfocus.video.ndi import meant
from backfocus.video.source import open_source


def test_a_grey_picture_is_packed_as_luma_between_differences_of_colour() -> None:
    luma = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert packed(luma).reshape(3, 8)[:, 1::2].tolist() == luma.tolist()
    assert set(packed(luma)[..., 0].ravel().tolist()) == {128}


class Library:
    """Stands for the maker's: keeps what it is told."""

    FOURCC_VIDEO_TYPE_UYVY, FRAME_TYPE_METADATA = "UYVY", "metadata"
    SendCreate = VideoFrameV2 = MetadataFrame = SimpleNamespace

    def __init__(self) -> None:
        self.names, self.sent, self.destroyed = [], [], False
        self.told, self.commands, self.freed = [], [], []

    def send_add_connection_metadata(self, sender, metadata) -> None:
        self.told.append(metadata.data)

    def send_capture(self, sender, metadata, _wait_ms):
        assert not self.destroyed
        if not self.commands:
            return "none"
        metadata.data = self.commands.pop(0)
        return self.FRAME_TYPE_METADATA

    def send_free_metadata(self, sender, metadata) -> None:
        self.freed.append(metadata.data)

    def send_create(self, how):
        self.names.append(how.ndi_name)
        return self

    def send_send_video_v2(self, sender, frame) -> None:
        assert sender is self
        assert not self.destroyed
        self.sent.append(frame)

    def send_destroy(self, sender) -> None:
        self.destroyed = sender is self


class Shown:
    """A camera that shows three pictures and ends."""

    is_closed = True

    def drawn(self) -> Iterator[Drawn]:
        for number in range(1, 4):
            yield Drawn(number, 0.1 * number, np.full((2, 4), 50 * number, np.uint8))


def test_every_picture_is_sent_before_the_sender_goes() -> None:
    ndi = Library()
    with sent_over_ndi(Shown(), "stage left", ndi):
        pass
    assert ndi.names == ["stage left"]
    assert [frame.data[0, 0, 1] for frame in ndi.sent] == [50, 100, 150]
    assert ndi.destroyed


def test_commands_are_obeyed_as_the_maker_documents_them() -> None:
    """As in *PTZ and Control Messages*: 0 is zoomed in, and at infinity; what is none is passed over."""
    clock = Clock()
    camera = VirtualCamera(parse_sim("sim://?motor=focus&zoom=4&size=64x64"), clock)

    def shares(*texts: str) -> dict[str, float]:
        for text in texts:
            obey(camera, text)
        clock.now_s += 60.0
        return {axis: round(camera.share(axis), 3) for axis in ("zoom", "focus")}

    zoomed = shares('<ntk_ptz_zoom zoom="0.185000"/>', '<ntk_ptz_focus mode="manual" distance="0.485000"/>')
    assert zoomed == {"zoom": 0.815, "focus": 0.485}
    assert camera.state().automatic == Automatic(focus=False, exposure=True)
    bombs = (
        "",
        "<",
        "<ntk_ptz_zoom/>",
        '<ntk_ptz_zoom zoom="nan"/>',
        "<!DOCTYPE x><ntk_ptz_zoom zoom='0'/>",
        "x" * 10**6,
    )
    assert shares(*bombs) == zoomed
    shares('<ntk_ptz_focus mode="auto"/>', '<ntk_ptz_exposure mode="manual" value="0.5"/>')
    assert camera.state().automatic == Automatic(focus=True, exposure=False)


@pytest.mark.parametrize("name", ["stage left", "50 % (a)", "left?right", "a%20b", "#1", "Bühne"])
def test_the_address_that_is_told_names_the_sender(name: str) -> None:
    with sent_over_ndi(Shown(), name, Library()):
        assert meant(ndi_address(name, "192.0.2.10")).name == name


def test_a_name_that_the_library_does_not_take_is_refused() -> None:
    ndi = Library()
    ndi.send_create = lambda how: None
    with pytest.raises(UsageError, match="shorter"), sent_over_ndi(Shown(), "x" * 250, ndi):
        pass


@pytest.mark.parametrize("name", ["camera:5961", " ", "a\n", "slash/"])
def test_a_name_that_no_source_would_find_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="give a name"), sent_over_ndi(Shown(), name, Library()):
        pass


@pytest.fixture
def camera() -> Iterator[dict[str, str]]:
    """A camera in a process of its own, by its addresses."""
    NDIlib = pytest.importorskip("NDIlib", reason="ndi-python is not installed")
    if not NDIlib.initialize():
        pytest.skip("NDI does not run here")
    sim, name = "sim://?size=320x180&fps=10", f"backfocus test {id(object())}"
    ports = [part for port in ("video", "visca", "visca-tcp", "rtsp") for part in (f"--{port}-port", "0")]
    with camera_process(sim, *ports, "--ndi", name) as told:
        yield told


def test_pictures_go_from_one_process_to_another_as_they_were_drawn(camera: dict[str, str]) -> None:
    """The same camera over HTTP is the other route: a JPEG of the same grey."""
    means = []
    for address in (camera["ndi"], camera["video"]):
        source = open_source(address)
        try:
            frame = next(source.frames())
        finally:
            source.close()
        assert frame.luma.shape == (180, 320)
        light = frame.luma.astype(float)
        means.append(light.mean() if not frame.limited else (light.mean() - 16.0) * 255.0 / 219.0)
    # the noise of a picture averages out over 57600 pixels, and both codecs keep the mean to a code
    assert means[0] == pytest.approx(means[1], abs=1.5)
