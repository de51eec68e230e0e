import io

import numpy as np
import pytest
from PIL import Image

from backfocus.errors import SourceUnreadable
from backfocus.video.upright import upright

from ...oracles.still_files import SRGB_PARA, curv, exif, icc, rgb
from .conftest import Reads


def jpeg(picture: np.ndarray, mode: str | None = None, **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(picture)
    image = image.convert(mode) if mode else image
    image.save(file, "JPEG", **{"quality": 95, **options})
    return file.getvalue()


def held(data: bytes) -> np.ndarray:
    """The luma that lies in the file, by another's hand: Pillow has the decoder make no colours of it."""
    image = Image.open(io.BytesIO(data))
    image.draft("L", image.size)
    return np.asarray(image, float)


@pytest.mark.parametrize("subsampling", [0, 2])
def test_colours_of_half_the_resolution_do_not_blur_the_luma(subsampling: int, read: Reads) -> None:
    # red lines a pixel wide on white: the colour differences cannot follow, and luma does. Not all colours
    # made of the two fit into RGB, where they are cut off.
    lines = np.full((64, 64, 3), 255, np.uint8)
    lines[:, ::2] = (203, 63, 63)
    data = jpeg(lines, subsampling=subsampling, quality=98)
    (frame,) = read(data, "a.jpg")
    height = np.ptp(frame.luma.astype(float), axis=1).mean()
    assert height == pytest.approx((255 - 203) * 0.299 + (255 - 63) * 0.701, rel=0.05)
    assert frame.weights == (0.299, 0.587, 0.114)
    np.testing.assert_allclose(frame.luma, held(data), atol=1)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}, {"optimize": True}])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_kind_is_read_as_another_reads_it(
    mode: str, options: dict[str, object], grey: np.ndarray, read: Reads
) -> None:
    data = jpeg(np.dstack([grey, grey[::-1], grey]), mode, **options)
    (frame,) = read(data, "a.jpg")
    # two builds of one decoder; the luma is rounded once
    np.testing.assert_allclose(frame.luma, held(data), atol=1.5)
    assert (frame.bits, frame.transfer, frame.damaged) == (8, "srgb", False)


@pytest.mark.parametrize(
    ("options", "transfer"),
    [
        ({"icc_profile": icc(rgb(curv(round(2.2 * 256))))}, "gamma2.199"),  # Adobe RGB
        ({"icc_profile": icc(rgb(SRGB_PARA))}, "srgb"),  # Display P3
        ({"icc_profile": icc(rgb(curv()))}, "linear"),
        ({"exif": exif(interop="R03")}, "gamma2.199"),  # Adobe RGB of a camera
        ({"exif": exif(space=1)}, "srgb"),
        ({"icc_profile": icc(rgb(curv())), "exif": exif(space=1)}, "linear"),
        ({"exif": b"Exif\0\0rubbish"}, "srgb"),
    ],
)
def test_what_a_jpeg_says_of_its_curve_is_taken(
    options: dict[str, object], transfer: str, grey: np.ndarray, read: Reads
) -> None:
    (frame,) = read(jpeg(grey, "RGB", **options), "a.jpg")
    assert frame.transfer.startswith(transfer)


def test_a_large_profile_in_parts_is_put_together(grey: np.ndarray, read: Reads) -> None:
    large = icc(rgb(curv()) | {b"desc": b"x" * 150_000})
    data = jpeg(grey, "RGB", icc_profile=large)
    assert data.count(b"ICC_PROFILE\0") == 3
    assert read(data, "a.jpg")[0].transfer == "linear"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright(orientation: int, grey: np.ndarray, read: Reads) -> None:
    colour = np.dstack([grey, grey[::-1], grey])
    data = jpeg(colour, exif=exif(orientation))
    (frame,) = read(data, "a.jpg")
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    expected = np.asarray(turned, float) @ (0.299, 0.587, 0.114)  # JFIF: BT.601
    np.testing.assert_allclose(frame.luma, expected, atol=1.5)
    assert frame.chroma is not None
    rows, columns = frame.luma.shape
    assert frame.chroma[0].shape == (rows // 2, columns // 2)


def test_turning_undoes_what_exif_says() -> None:
    # Exif 3.0, 4.6.4: which side of the picture row 0 and column 0 are, for each number
    sides = {1: "TL", 2: "TR", 3: "BR", 4: "BL", 5: "LT", 6: "RT", 7: "RB", 8: "LB"}
    for orientation, (row_0, column_0) in sides.items():
        stored = np.zeros((4, 6), np.uint8)
        stored[0, :] += 1
        stored[:, 0] += 2
        stands = upright(stored, orientation)
        edge = {"T": stands[0], "B": stands[-1], "L": stands[:, 0], "R": stands[:, -1]}
        assert (edge[row_0] & 1).all()
        assert (edge[column_0] & 2).all()


@pytest.mark.parametrize(
    "behind",
    [b"\0" * 70_000, b"\xff\xd9" * 10, b"....ftypmp42" + bytes(range(256)) * 40],
    ids=["zeros", "ends", "video"],
)
def test_what_follows_the_end_is_the_phones_business(behind: bytes, grey: np.ndarray, read: Reads) -> None:
    data = jpeg(grey)
    (plain,), (frame,) = read(data, "a.jpg"), read(data + behind, "b.jpg")
    np.testing.assert_array_equal(frame.luma, plain.luma)
    assert not frame.damaged
    (frame,) = read(data + data, "c.jpg")  # a second picture, as in MPO
    np.testing.assert_array_equal(frame.luma, plain.luma)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("share", [0.0001, 0.02, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999])
def test_a_jpeg_cut_off_anywhere_is_refused(
    share: float, progressive: bool, grey: np.ndarray, read: Reads
) -> None:
    data = jpeg(np.tile(grey, (4, 4)), progressive=progressive)
    with pytest.raises(SourceUnreadable, match=r"cut off|not a picture|at its beginning"):
        read(data[: int(len(data) * share) + 1], "a.jpg")


def test_a_jpeg_cut_off_with_an_end_put_on_is_damaged(grey: np.ndarray, read: Reads) -> None:
    data = jpeg(np.tile(grey, (4, 4)))
    (frame,) = read(data[: len(data) * 3 // 4] + b"\xff\xd9", "a.jpg")
    assert frame.damaged


def test_what_the_decoder_complains_of_is_damage(grey: np.ndarray, read: Reads) -> None:
    whole = jpeg(np.tile(grey, (4, 4)))
    begin = whole.index(b"\xff\xda") + 14
    # a marker that does not belong there, in the middle of the packed data
    data = whole[: begin + 500] + b"\xff\xd0" + whole[begin + 500 :]
    (frame,) = read(data, "a.jpg")
    assert frame.damaged


def test_kinds_that_are_not_read_are_refused_in_words(grey: np.ndarray, read: Reads) -> None:
    import imagecodecs

    with pytest.raises(SourceUnreadable, match="CMYK"):
        read(jpeg(np.dstack([grey] * 3), "CMYK"), "a.jpg")
    deep = imagecodecs.jpeg8_encode(grey.astype(np.uint16) * 16, bitspersample=12)
    with pytest.raises(SourceUnreadable, match="12 bits"):
        read(deep, "b.jpg")
    with pytest.raises(SourceUnreadable, match="rare kind"):
        read(imagecodecs.ljpeg_encode(grey), "c.jpg")


def test_a_jpeg_claiming_a_huge_size_is_refused_by_its_head(grey: np.ndarray, read: Reads) -> None:
    data = bytearray(jpeg(grey))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(SourceUnreadable, match="too large, 65535 x 65535"):
        read(bytes(data), "a.jpg")


def test_a_jpeg_of_endless_scans_is_refused(grey: np.ndarray, read: Reads) -> None:
    data = jpeg(grey, progressive=True)
    begin, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    with pytest.raises(SourceUnreadable, match="scans"):
        read(data[:begin] + data[begin:end] * 600 + b"\xff\xd9", "a.jpg")
