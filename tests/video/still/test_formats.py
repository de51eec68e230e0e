import builtins
import os
import stat
import sys
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from backfocus.errors import SourceUnreadable
from backfocus.frame import Frame
from backfocus.video import open_source
from backfocus.video.still import is_still

from ...oracles.still_files import write_dng
from .conftest import Reads


def frames(path: Path, **options: object) -> list[Frame]:
    return list(open_source(str(path), **options).frames())  # type: ignore[arg-type]


def test_what_is_in_a_file_counts_not_its_name(grey: np.ndarray, read: Reads) -> None:
    data = imagecodecs.png_encode(grey)
    for name in ("a.jpg", "a.tif", "a", "a.mp4", "a.heic"):
        np.testing.assert_array_equal(read(data, name)[0].luma, grey)


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x4f\xff\x51\0", "JPEG 2000"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"v/1\x01\2\0\0\0", "OpenEXR"),
        (b"SDPX\0\0\0\0", "DPX"),
        (b"8BPS\0\1", "Photoshop"),
        (b"P5\n9 9\n255\n", "Netpbm"),
        (b"#?RADIANCE\n", "Radiance"),
        (b"%PDF-1.7", "PDF"),
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a", "a.mp4"])
def test_other_stills_are_refused_by_name(head: bytes, what: str, name: str, read: Reads) -> None:
    with pytest.raises(SourceUnreadable, match=what) as refused:
        read(head + b"\0" * 300, name)
    assert "PNG" in str(refused.value)


def test_no_name_tells_a_video_from_a_still_wrongly(tmp_path: Path) -> None:
    for name in ("a.mjpeg", "a.mp4", "a.mov", "a"):
        (tmp_path / name).write_bytes(b"\xff\xd8\xff\xe0" if name == "a.mjpeg" else b"\0\0\0\x18ftypisom")
        assert not is_still(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["a.png", "a.mp4"])
def test_a_pipe_is_no_file_and_nothing_waits_for_it(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(SourceUnreadable, match="not a file"):
        frames(tmp_path / name)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg", "a.mp4", "a"])
def test_a_device_is_no_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(SourceUnreadable, match="not a file"):
        frames(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "a.png").chmod(stat.S_IWUSR)
    with pytest.raises(SourceUnreadable, match="rights"):
        frames(tmp_path / "a.png")


def mosaic_of(grey: np.ndarray) -> np.ndarray:
    """A grey picture as a sensor of 12 bits under equal filters gives it; large enough for a demosaic."""
    return (np.tile(grey, (3, 3)).astype(np.uint16)) * 13 + 200


@pytest.mark.parametrize("name", ["a.dng", "a.tif"])
def test_a_raw_file_is_developed_whole_under_any_name(name: str, grey: np.ndarray, tmp_path: Path) -> None:
    pytest.importorskip("rawpy", reason="the `raw` extra is not installed")
    mosaic = mosaic_of(grey)
    preview = np.dstack([grey[::4, ::4]] * 3)
    (frame,) = frames(write_dng(tmp_path / name, mosaic, preview))
    assert frame.luma.shape == mosaic.shape
    assert (frame.transfer, frame.bits) == ("linear", 16)
    # Without noise and colour a demosaic changes a ramp by little, away from the tiles' seams and the rim.
    inner = np.s_[8:32, 8:48]
    light = frame.luma[inner] / frame.luma[inner].mean()
    np.testing.assert_allclose(light, mosaic[inner] / mosaic[inner].mean(), rtol=0.03)


def test_without_the_extra_a_raw_file_is_refused_in_words(
    grey: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = builtins.__import__

    def without(name: str, *args: object, **options: object) -> object:
        if name == "rawpy":
            raise ImportError(name)
        return known(name, *args, **options)  # type: ignore[arg-type]

    monkeypatch.delitem(sys.modules, "rawpy", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    path = write_dng(tmp_path / "a.dng", mosaic_of(grey), np.dstack([grey] * 3))
    with pytest.raises(SourceUnreadable, match="raw file: develop it to TIFF first"):
        frames(path)
    (tmp_path / "b.cr3").write_bytes(b"\0\0\0\x18ftypcrx " + b"\0" * 100)
    with pytest.raises(SourceUnreadable, match="develop it"):
        frames(tmp_path / "b.cr3")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_raw_file_cut_off_is_refused_and_nothing_stands_raw_on_stderr(
    share: float, grey: np.ndarray, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rawpy", reason="the `raw` extra is not installed")
    path = write_dng(tmp_path / "a.dng", mosaic_of(grey), np.dstack([grey] * 3))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(SourceUnreadable):
        frames(path)
    assert capfd.readouterr().err == ""


def test_a_raw_file_with_its_picture_beside_it_is_passed_over(grey: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "IMG_1.png").write_bytes(imagecodecs.png_encode(grey))
    (tmp_path / "IMG_1.CR3").write_bytes(b"\0\0\0\x18ftypcrx " + b"\0" * 100)
    said: list[str] = []
    assert len(frames(tmp_path, notice=said.append)) == 1
    assert len(said) == 1


def test_the_limit_is_raised_by_who_knows(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(imagecodecs.png_encode(np.zeros((600, 500), np.uint8)))
    with pytest.raises(SourceUnreadable, match=r"too large, 500 x 600 pixels where 0\.2 megapixels"):
        frames(path, max_megapixels=0.2)
    assert frames(path, max_megapixels=0.3)[0].luma.shape == (600, 500)
