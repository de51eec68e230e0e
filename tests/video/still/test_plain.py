import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageFile

from backfocus.errors import SourceUnreadable

from ...oracles.still_files import curv, exif, icc, rgb
from .conftest import Reads


def save(pictures: list[Image.Image], kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    if len(pictures) > 1:
        options |= {"save_all": True, "append_images": pictures[1:]}
    pictures[0].save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1"])
def test_a_bmp_is_read_as_pillow_reads_it(mode: str, grey: np.ndarray, read: Reads) -> None:
    image = Image.fromarray(np.dstack([grey, grey[::-1], grey])).convert(mode)
    (frame,) = read(save([image], "BMP"), "a.bmp")
    expected = np.asarray(image.convert("RGB"), float) @ (0.2126, 0.7152, 0.0722)
    np.testing.assert_allclose(frame.luma, expected, atol=0.51)


@pytest.mark.parametrize(("kind", "options"), [("GIF", {}), ("WEBP", {"lossless": True})])
def test_an_animation_is_all_its_pictures(
    kind: str, options: dict[str, object], grey: np.ndarray, read: Reads
) -> None:
    pictures = [Image.fromarray(each) for each in (grey, grey[::-1].copy(), grey[:, ::-1].copy())]
    seen = read(save(pictures, kind, duration=100, **options), f"a.{kind.lower()}")
    assert len(seen) == 3
    for frame, picture in zip(seen, pictures, strict=True):
        np.testing.assert_allclose(frame.luma, np.asarray(picture), atol=1)


def test_a_webp_says_its_curve_and_its_turn(grey: np.ndarray, read: Reads) -> None:
    image = Image.fromarray(grey).convert("RGB")
    data = save([image], "WEBP", lossless=True, icc_profile=icc(rgb(curv())), exif=exif(6))
    (frame,) = read(data, "a.webp")
    assert frame.transfer == "linear"
    np.testing.assert_allclose(frame.luma, np.rot90(grey, -1), atol=1)


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("kind", ["BMP", "GIF", "WEBP"])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_what_is_cut_off_is_refused_though_another_library_lets_it_pass(
    kind: str, share: float, lenient: bool, read: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    noise = np.random.default_rng(1).integers(0, 255, (64, 64), dtype=np.uint8)
    data = save([Image.fromarray(noise)], kind)
    with pytest.raises(SourceUnreadable):
        read(data[: int(len(data) * share)], f"a.{kind.lower()}")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.gif", b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"\0" * 50),
        ("a.bmp", b"BM" + b"\0" * 12 + struct.pack("<IiiHHI", 40, 60_000, -60_000, 1, 24, 0) + b"\0" * 50),
        ("a.bmp", b"BM" + b"\0" * 12 + struct.pack("<IHHHH", 12, 60_000, 60_000, 1, 24) + b"\0" * 50),
        ("a.webp", b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0" * 2 + b"\0" * 50),
        ("a.webp", b"RIFF\x40\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xff\xff\xff\x0f" + b"\0" * 50),
    ],
)
def test_a_huge_size_is_refused_by_its_head(name: str, data: bytes, read: Reads) -> None:
    with pytest.raises(SourceUnreadable, match="too large"):
        read(data, name)


def test_a_gif_may_not_grow_on_the_way(grey: np.ndarray, read: Reads) -> None:
    data = bytearray(save([Image.fromarray(grey), Image.fromarray(grey[::-1].copy())], "GIF"))
    at = data.rindex(b"\x2c\0\0\0\0")  # the last picture's place and size
    data[at + 5 : at + 9] = struct.pack("<HH", 65535, 65535)
    with pytest.raises(SourceUnreadable, match="too large"):
        read(bytes(data), "a.gif")


def test_the_limit_of_pillow_is_put_back(grey: np.ndarray, read: Reads) -> None:
    before = Image.MAX_IMAGE_PIXELS
    read(save([Image.fromarray(grey)], "GIF"), "a.gif")
    with pytest.raises(SourceUnreadable):
        read(b"GIF89a" + bytes(range(60)), "b.gif")
    assert before == Image.MAX_IMAGE_PIXELS
