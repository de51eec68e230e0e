"""The virtual camera over NDI: what it sends is what a source of the same program sees, in two processes."""

import json
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from backfocus.served.ndi_sender import packed
from backfocus.video.source import open_source


def test_a_grey_picture_is_packed_as_luma_between_differences_of_colour() -> None:
    luma = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert packed(luma).reshape(3, 8)[:, 1::2].tolist() == luma.tolist()
    assert set(packed(luma)[..., 0].ravel().tolist()) == {128}


@pytest.fixture
def camera() -> Iterator[dict[str, str]]:
    """A camera in a process of its own, by its addresses."""
    NDIlib = pytest.importorskip("NDIlib", reason="ndi-python is not installed")
    if not NDIlib.initialize():
        pytest.skip("NDI does not run here")
    sim, name = "sim://?size=320x180&fps=10", f"backfocus test {id(object())}"
    ports = [part for port in ("video", "visca", "visca-tcp", "rtsp") for part in (f"--{port}-port", "0")]
    command = [sys.executable, "-m", "backfocus", "camera", sim, *ports, "--ndi", name, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


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
