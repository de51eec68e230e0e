import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import pytest

from backfocus.errors import SourceUnreadable
from backfocus.frame import Frame
from backfocus.measure.track import track
from backfocus.optics.lens import Optics
from backfocus.solve.defocus import defocus
from backfocus.video import expected_frames, open_source
from backfocus.video.stills import natural

RNG = np.random.default_rng(5)


def one(path: Path, **options: str) -> Frame:
    (frame,) = open_source(str(path), **options).frames()  # type: ignore[arg-type]
    return frame


def save(path: Path, picture: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), picture)
    return path


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_samples_come_back_as_they_are(suffix: str, dtype: type, tmp_path: Path) -> None:
    if suffix == ".bmp" and dtype is np.uint16:
        pytest.skip("BMP has no 16-bit samples")
    picture = RNG.integers(0, np.iinfo(dtype).max, (31, 17), dtype=dtype)
    frame = one(save(tmp_path / f"a{suffix}", picture))
    np.testing.assert_array_equal(frame.luma, picture)
    assert (frame.bits, frame.at_s, frame.limited, frame.transfer) == (
        np.iinfo(dtype).bits,
        None,
        False,
        "srgb",
    )


def test_colour_is_kept_at_half_the_size(tmp_path: Path) -> None:
    # BT.709 in full range: pure red has Cb = 128 - 255 * 0.2126 / 1.8556 and Cr at the top
    frame = one(save(tmp_path / "a.png", np.full((20, 30, 3), (0, 0, 255), np.uint8)))
    assert frame.chroma is not None
    blue, red = frame.chroma
    assert blue.shape == red.shape == (10, 15)
    assert blue[5, 5] == pytest.approx(128 - 255 * 0.2126 / 1.8556, abs=1)
    assert red[5, 5] == 255


def test_float_tiff_keeps_its_values(tmp_path: Path) -> None:
    picture = RNG.random((9, 8), dtype=np.float32)
    frame = one(save(tmp_path / "a.tiff", picture))
    np.testing.assert_array_equal(frame.luma, picture)
    assert (frame.bits, frame.transfer, frame.damaged) == (0, "linear", False)


def test_what_is_taken_for_granted_of_float_samples_is_said_once(tmp_path: Path) -> None:
    light = RNG.random((9, 8), dtype=np.float32)
    codes = (RNG.integers(20, 230, (9, 8)) / 255).astype(np.float32)
    for name, picture, words in (("a", light, "linear light"), ("b", codes, "codes of 8 bits")):
        (tmp_path / name).mkdir()
        save(tmp_path / name / "1.tif", picture), save(tmp_path / name / "2.tif", picture)
        said: list[str] = []
        list(open_source(str(tmp_path / name), notice=said.append).frames())
        assert len(said) == 1
        assert words in said[0]
        assert not list(
            open_source(str(tmp_path / name / "1.tif"), transfer="srgb", notice=said.append).frames()
        )[1:]
        assert len(said) == 1  # who names the curve is told nothing


def test_what_is_no_number_is_black_and_what_is_infinite_white(tmp_path: Path) -> None:
    picture = RNG.random((9, 8), dtype=np.float32)
    picture[4, 4], picture[0, 0], picture[1, 1] = np.nan, np.inf, -np.inf
    frame = one(save(tmp_path / "a.tiff", picture))
    assert [float(frame.luma[at]) for at in ((4, 4), (1, 1))] == [0.0, 0.0]
    assert frame.luma[0, 0] == frame.luma.max()
    assert frame.damaged


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_colour_becomes_luma_by_the_weights_of_bt709(dtype: type, tmp_path: Path) -> None:
    top = 1 if dtype is np.float32 else np.iinfo(dtype).max
    # taller than a strip, so that the seams show if there are any
    bgr = (RNG.random((600, 7, 3)) * top).astype(dtype)
    blue, green, red = np.moveaxis(bgr.astype(np.float64), -1, 0)
    luma = one(save(tmp_path / "a.tiff", bgr)).luma
    # integers are rounded once
    np.testing.assert_allclose(
        luma, 0.2126 * red + 0.7152 * green + 0.0722 * blue, atol=0.51 if top > 1 else 1e-6
    )


def test_what_is_transparent_lies_on_white(tmp_path: Path) -> None:
    bgra = np.full((5, 5, 4), 100, np.uint8)
    bgra[..., 3] = alpha = RNG.integers(0, 256, (5, 5))
    expected = 255 - alpha / 255 * (255 - 100)
    # rounded once for the mix and once for the luma
    np.testing.assert_allclose(one(save(tmp_path / "a.png", bgra)).luma, expected, atol=1)


def test_a_folder_is_read_in_natural_order_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        save(tmp_path / f"shot {number}.png", np.full((4, 4), number, np.uint8))
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "more.png").mkdir()
    source = open_source(str(tmp_path))
    assert expected_frames(source) == 3
    (tmp_path / "._shot 1.png").write_bytes(b"\0\5\x16\7 what macOS lays beside a picture")
    source = open_source(str(tmp_path))
    seen = list(source.frames())
    assert [f.luma[0, 0] for f in seen] == [1, 2, 10]
    assert [f.index for f in seen] == [0, 1, 2]


@pytest.mark.parametrize(
    ("names", "words"), [(["b 10.MOV", "b 2.mp4"], "2 clips: name one"), (["b 2.mp4"], "a clip")]
)
def test_a_folder_of_clips_says_so_and_which_to_name(tmp_path: Path, names: list[str], words: str) -> None:
    for name in (*names, "._b 1.mp4", "notes.txt"):
        (tmp_path / name).write_bytes(b"\0")
    with pytest.raises(SourceUnreadable, match=words) as refused:
        open_source(str(tmp_path))
    assert str(tmp_path / "b 2.mp4") in str(refused.value)


def test_natural_order_counts_numbers_as_numbers() -> None:
    names = ["a10b2", "a2b10", "a2b9", "b1", "A3"]
    assert sorted(names, key=natural) == ["a2b9", "a2b10", "A3", "a10b2", "b1"]
    long = "9" * 5000
    names = [f"a{long}", "a1", "a5²3", "a54", "a٣", "a007", "a0"]
    assert [name for name in sorted(names, key=natural) if name.isascii()] == [
        *("a0", "a1", "a007", "a54"),
        f"a{long}",
    ]


def test_a_real_focus_stack_opens(golden: Path) -> None:
    seen = list(open_source(str(golden / "stack")).frames())
    assert len(seen) == 5
    assert {f.luma.shape for f in seen} == {(1536, 2048)}


def test_one_pixel_is_a_picture(tmp_path: Path) -> None:
    assert one(save(tmp_path / "a.png", np.full((1, 1), 7, np.uint8))).luma.tolist() == [[7]]


def test_a_picture_of_16k_needs_its_own_size_and_little_more(tmp_path: Path) -> None:
    picture = np.zeros((8640, 15360, 3), np.uint8)
    picture[::64] = 255
    size = picture.nbytes
    path = save(tmp_path / "a.jpg", picture)
    del picture
    tracemalloc.start()
    try:
        assert one(path).luma.shape == (8640, 15360)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # decoded colour, the luma beside it (a third), the file and the strips
    assert peak < 1.5 * size


def test_what_the_user_says_about_the_signal_wins(tmp_path: Path) -> None:
    frame = one(save(tmp_path / "a.png", np.zeros((2, 2), np.uint8)), transfer="hlg", range_="limited")
    assert (frame.transfer, frame.limited) == ("hlg", True)


@pytest.mark.parametrize(
    ("name", "share"), [("a.png", 0.6), ("a.jpg", 0.6), ("a.tif", 0.3), ("a.png", 0.0), ("a.jpg", 0.01)]
)
def test_a_picture_cut_off_is_refused_in_one_line(name: str, share: float, tmp_path: Path) -> None:
    path = save(tmp_path / name, RNG.integers(0, 255, (64, 64, 3), dtype=np.uint8))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(SourceUnreadable, match=name) as refused:
        one(path)
    assert "\n" not in str(refused.value)


def test_a_text_called_png_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("this is a text")
    with pytest.raises(SourceUnreadable, match="save it as PNG, TIFF or JPEG"):
        one(tmp_path / "a.png")


def test_samples_of_an_odd_type_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.tif", np.zeros((4, 4), np.int32))
    with pytest.raises(SourceUnreadable, match="8 or 16 bits"):
        one(path)


def png_claiming(width: int, height: int) -> bytes:
    """A small PNG whose head claims another size, its checksum put right."""
    import struct
    import zlib

    ok, data = cv2.imencode(".png", np.zeros((1, 1), np.uint8))
    assert ok
    raw = bytearray(data.tobytes())
    raw[16:24] = struct.pack(">II", width, height)
    raw[29:33] = struct.pack(">I", zlib.crc32(bytes(raw[12:29])))
    return bytes(raw)


def test_a_picture_beyond_all_bounds_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_claiming(200_000, 200_000))
    with pytest.raises(SourceUnreadable, match="too large"):
        one(tmp_path / "a.png")


@pytest.mark.parametrize(("name", "um", "mtf50"), [("focus00um", 0.0, 0.475), ("focus10um", 10.0, 0.460)])
def test_stills_that_say_nothing_are_srgb(name: str, um: float, mtf50: float, golden: Path) -> None:
    _, reading = track(None, one(golden / "faults" / f"{name}_srgb.png"))
    optics = Optics(pixel_um=5.0, f_numbers=((0.0, 4.0),))
    read = defocus(reading, optics, ratio=1.0)
    assert read is not None
    # Read as BT.709 both are 6 um softer or 2 um off; half of the smaller of those, and 8 bits give no more.
    assert read.um == pytest.approx(um, abs=1.5)
    assert reading.mtf50_cy_px == pytest.approx(mtf50, abs=0.005)


def test_a_centre_crushed_to_one_code_is_read_or_flagged(golden: Path) -> None:
    _, reading = track(None, one(golden / "faults" / "small160.png"))
    assert reading.flags or reading.mtf50_cy_px
