import io
import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from backfocus.errors import SourceUnreadable
from backfocus.frame import Frame
from backfocus.video import open_source
from backfocus.video.still.boxes import BoxesError, boxes, main_picture
from backfocus.video.upright import upright

from ...oracles.still_files import curv, icc, rgb
from .conftest import Reads


def whole(path: Path) -> list[Frame]:
    return list(open_source(str(path)).frames())


def heic(picture: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    held = pillow_heif.from_pillow(Image.fromarray(picture))
    held.save(file, quality=-1, chroma=444, **options)
    return file.getvalue()


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


@pytest.fixture
def colour(grey: np.ndarray) -> np.ndarray:
    return np.tile(np.dstack([grey] * 3), (4, 4, 1))


def test_a_picture_of_tiles_is_read_whole(golden: Path) -> None:
    (frame,) = whole(golden / "faults" / "scene_grid.heic")
    assert frame.luma.shape == (1024, 1536)
    assert not frame.damaged


def test_a_heic_is_read_at_its_depth_and_by_its_curve(colour: np.ndarray, read: Reads) -> None:
    (frame,) = read(heic(colour), "a.heic")
    assert frame.transfer == "srgb"
    # lossless but for the way through YCbCr and back
    np.testing.assert_allclose(frame.luma, colour[:, :, 1], atol=3)
    profile = icc(rgb(curv()))
    (frame,) = read(heic(colour, icc_profile=profile), "b.heic")
    assert frame.transfer == "linear"


@pytest.mark.parametrize(
    ("matrix", "weights"),
    [(None, (0.299, 0.587, 0.114)), (1, (0.2126, 0.7152, 0.0722)), (9, (0.2627, 0.678, 0.0593))],
)
def test_colours_of_half_the_resolution_do_not_blur_the_luma(
    matrix: int | None, weights: tuple[float, float, float], read: Reads
) -> None:
    # lines that are 2 px wide: half the height is luma's alone, the rest is what RGB of both cannot keep
    lines = np.full((128, 128, 3), 235, np.uint8)
    lines[:, ::2] = (203, 63, 63)
    file = io.BytesIO()
    told = {} if matrix is None else {"matrix_coefficients": matrix}
    pillow_heif.from_pillow(Image.fromarray(lines)).save(file, quality=95, chroma=420, **told)
    (frame,) = read(file.getvalue(), "a.heic")
    assert frame.weights == weights
    height = np.ptp(frame.luma[:, 32:96].astype(float), axis=1).mean()
    step = np.array([235, 235, 235]) - (203, 63, 63)
    assert height == pytest.approx(float(step @ weights), rel=0.12)


@pytest.mark.parametrize(("transfer", "name"), [(16, "pq"), (18, "hlg"), (1, "bt709"), (13, "srgb")])
def test_a_code_point_is_believed(transfer: int, name: str, colour: np.ndarray, read: Reads) -> None:
    data = heic(colour, color_primaries=9, transfer_characteristics=transfer, matrix_coefficients=9)
    assert read(data, "a.heic")[0].transfer == name


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_heic_cut_off_is_refused(share: float, golden: Path, read: Reads) -> None:
    data = (golden / "faults" / "scene_grid.heic").read_bytes()
    with pytest.raises(SourceUnreadable):
        read(data[: int(len(data) * share)], "a.heic")


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_an_avif_is_read_at_its_depth(bits: int, grey: np.ndarray, read: Reads) -> None:
    codes = (grey.astype(np.uint32) * ((1 << bits) - 1) // 255).astype(np.uint8 if bits == 8 else np.uint16)
    data = imagecodecs.avif_encode(np.dstack([codes] * 3), level=100, bitspersample=bits)
    (frame,) = read(data, "a.avif")
    assert frame.bits == bits
    np.testing.assert_allclose(frame.luma, codes, atol=1)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_an_avif_cut_off_is_refused(share: float, colour: np.ndarray, read: Reads) -> None:
    data = imagecodecs.avif_encode(colour)
    with pytest.raises(SourceUnreadable):
        read(data[: int(len(data) * share)], "a.avif")


def meta(*properties: tuple[bytes, bytes], ends: int = 100) -> bytes:
    """A meta box of one item with these properties."""
    kept = box(b"ipco", b"".join(box(name, body) for name, body in properties))
    marks = bytes(n + 1 for n in range(len(properties)))
    associations = box(b"ipma", b"\0\0\0\0" + struct.pack(">IHB", 1, 1, len(marks)) + marks)
    location = b"\0\0\0\0\x44\0" + struct.pack(">HHHHII", 1, 1, 0, 1, 0, ends)
    return b"\0\0\0\0" + b"".join(
        [box(b"pitm", struct.pack(">IH", 0, 1)), box(b"iloc", location), box(b"iprp", kept + associations)]
    )


SIZE = (b"ispe", struct.pack(">III", 0, 300, 200))


def test_the_boxes_say_size_depth_and_end() -> None:
    main = main_picture(meta(SIZE, (b"pixi", b"\0\0\0\0\3\x0a\x0a\x0a"), ends=77))
    assert (main.width, main.height, main.bits, main.ends_at) == (300, 200, 10, 77)
    assert (main.transfer, main.orientation) == (2, 1)


@pytest.mark.parametrize("angle", range(4))
@pytest.mark.parametrize("mirror", [None, 0, 1])
def test_turns_and_mirrors_come_in_their_order(angle: int, mirror: int | None) -> None:
    # irot: a quarter turn anticlockwise each; imir: 0 top to bottom, 1 left to right (ISO/IEC 23008-12)
    turns = [(b"irot", bytes([angle])), *([] if mirror is None else [(b"imir", bytes([mirror]))])]
    stored = np.arange(15, dtype=np.uint8).reshape(3, 5)
    shown = np.rot90(stored, angle)
    if mirror is not None:
        shown = shown[::-1] if mirror == 0 else shown[:, ::-1]
    orientation = main_picture(meta(SIZE, *turns)).orientation
    np.testing.assert_array_equal(upright(stored, orientation), shown)


def test_boxes_that_contradict_themselves_are_said_so() -> None:
    good, rng = meta(SIZE), np.random.default_rng(5)
    for cut in range(0, len(good), 3):
        with pytest.raises(BoxesError):
            main_picture(good[:cut])
    for _ in range(300):
        data = bytearray(good)
        data[int(rng.integers(len(data)))] = int(rng.integers(256))
        try:
            main_picture(bytes(data))
        except BoxesError:
            continue
    with pytest.raises(BoxesError):
        list(boxes(box(b"free", b"") * 20_000))


def test_a_heic_claiming_a_huge_size_is_refused_by_its_boxes(read: Reads) -> None:
    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    huge = meta((b"ispe", struct.pack(">III", 0, 60_000, 60_000)))
    for name in ("a.heic", "a.avif"):
        with pytest.raises(SourceUnreadable, match="too large, 60000 x 60000"):
            read(head + box(b"meta", huge) + box(b"mdat", b"\0" * 200), name)
