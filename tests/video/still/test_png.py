import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from backfocus.errors import SourceUnreadable

from ...oracles.still_files import PNG, SRGB_PARA, chunk, curv, exif, icc, png_of, rgb, with_chunk
from .conftest import Reads


def png(picture: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", **options)
    return file.getvalue()


def gamma(exponent: float) -> bytes:
    return struct.pack(">I", round(1e5 / exponent))


ICC_GAMMA = b"a name\0\0" + zlib.compress(icc(rgb(curv(round(1.8 * 256)))))
SRGB_COLOURS = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


@pytest.mark.parametrize(
    ("chunks", "transfer", "limited"),
    [
        ({}, "srgb", False),
        ({b"sRGB": b"\0"}, "srgb", False),
        ({b"gAMA": gamma(1.0)}, "linear", False),
        ({b"gAMA": gamma(1.8)}, "gamma1.8", False),
        ({b"gAMA": struct.pack(">I", 45455)}, "gamma2.2", False),
        # what ImageMagick writes for sRGB
        ({b"gAMA": struct.pack(">I", 45455), b"cHRM": SRGB_COLOURS}, "srgb", False),
        ({b"sRGB": b"\0", b"gAMA": gamma(1.0)}, "srgb", False),
        ({b"iCCP": ICC_GAMMA}, "gamma1.8", False),
        ({b"iCCP": ICC_GAMMA, b"sRGB": b"\0", b"gAMA": gamma(1.0)}, "gamma1.8", False),
        ({b"iCCP": b"P3\0\0" + zlib.compress(icc(rgb(SRGB_PARA)))}, "srgb", False),
        ({b"cICP": bytes([9, 16, 0, 1]), b"iCCP": ICC_GAMMA}, "pq", False),
        ({b"cICP": bytes([9, 18, 0, 0])}, "hlg", True),
        ({b"cICP": bytes([1, 2, 0, 1]), b"gAMA": gamma(1.0)}, "linear", False),
        ({b"eXIf": exif(interop="R03")[6:]}, "gamma2.199", False),
    ],
)
def test_what_a_png_says_of_its_curve_is_taken(
    chunks: dict[bytes, bytes], transfer: str, limited: bool, grey: np.ndarray, read: Reads
) -> None:
    data = png(grey)
    for name, body in reversed(chunks.items()):
        data = with_chunk(data, name, body)
    (frame,) = read(data)
    if transfer.startswith("gamma"):  # rounded in the file
        assert float(frame.transfer[5:]) == pytest.approx(float(transfer[5:]), abs=1e-3)
    else:
        assert frame.transfer == transfer
    assert frame.limited is limited
    assert not frame.damaged
    np.testing.assert_array_equal(frame.luma, grey)


@pytest.mark.parametrize("name", [b"cICP", b"iCCP"])
def test_a_curve_that_is_not_known_is_refused_unless_the_user_names_one(
    name: bytes, grey: np.ndarray, read: Reads
) -> None:
    body = bytes([9, 10, 0, 1]) if name == b"cICP" else b"x\0\0" + zlib.compress(b"no profile")
    with pytest.raises(SourceUnreadable, match="transfer curve"):
        read(with_chunk(png(grey), name, body))


@pytest.mark.parametrize(
    "mode", ["L", "1", "P", "LA", "RGB", "RGBA", "P with transparency", "RGB with a key"]
)
def test_every_kind_is_read_as_pillow_reads_it_on_white(mode: str, grey: np.ndarray, read: Reads) -> None:
    colour = np.dstack([grey, grey[::-1], grey[:, ::-1]])
    image, options = Image.fromarray(colour), {}
    if mode == "P with transparency":
        image, options = image.convert("P", palette=Image.Palette.ADAPTIVE, colors=16), {"transparency": 3}
    elif mode == "RGB with a key":
        options = {"transparency": tuple(int(v) for v in colour[4, 5])}
    else:
        image = image.convert(mode)
        if image.mode.endswith("A"):
            image.putalpha(Image.fromarray(grey.T.copy()).resize(image.size))
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    file.seek(0)
    white = Image.new("RGBA", image.size, "white")
    expected = np.asarray(Image.alpha_composite(white, Image.open(file).convert("RGBA")), float)[:, :, :3]
    (frame,) = read(file.getvalue())
    # rounded for the mix, for the luma, and by Pillow
    np.testing.assert_allclose(frame.luma, expected @ (0.2126, 0.7152, 0.0722), atol=1.6)


def test_16_bits_stay_16_bits(read: Reads) -> None:
    y, x = np.mgrid[:31, :29].astype(np.uint16)
    grey = 2113 * y + 17 * x
    (frame,) = read(imagecodecs.png_encode(grey))
    np.testing.assert_array_equal(frame.luma, grey)
    assert frame.bits == 16
    (frame,) = read(imagecodecs.png_encode(np.dstack([grey] * 3)))
    # the weights add up to 1, rounded once
    np.testing.assert_allclose(frame.luma, grey, atol=1)


@pytest.mark.parametrize("most", [255, 1023, 4095, 16383])
def test_samples_of_fewer_bits_in_16_are_told_by_their_end(most: int, read: Reads) -> None:
    y, x = np.mgrid[:32, :32]
    grey = (most * (y + x) / 62).astype(np.uint16)
    (frame,) = read(imagecodecs.png_encode(grey))
    np.testing.assert_array_equal(frame.luma, grey)
    assert frame.bits == most.bit_length()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95])
def test_a_png_cut_off_anywhere_is_refused(share: float, grey: np.ndarray, read: Reads) -> None:
    data = png(grey)
    with pytest.raises(SourceUnreadable, match=r"cut off|empty|not a picture"):
        read(data[: int(len(data) * share)])


def test_what_follows_the_end_is_nobodys_business(grey: np.ndarray, read: Reads) -> None:
    (frame,) = read(png(grey) + b"\0" * 70_000)
    assert not frame.damaged


def test_a_wrong_checksum_is_damage(grey: np.ndarray, read: Reads) -> None:
    data = bytearray(with_chunk(png(grey), b"tEXt", b"Title\0a star"))
    at = data.index(b"tEXt")
    data[at + 6] ^= 1
    (frame,) = read(bytes(data))
    assert frame.damaged
    np.testing.assert_array_equal(frame.luma, grey)
    data = bytearray(png(grey))
    data[data.index(b"IEND") - 5] ^= 1  # the checksum of the last data
    (frame,) = read(bytes(data))
    assert frame.damaged


def test_no_flip_of_a_bit_goes_unnoticed(grey: np.ndarray, read: Reads) -> None:
    whole, rng = png(grey), np.random.default_rng(4)
    for at in rng.integers(8, len(whole) - 12, 60):
        data = bytearray(whole)
        data[at] ^= 1 << int(rng.integers(8))
        try:
            (frame,) = read(bytes(data))
        except SourceUnreadable:
            continue
        assert frame.damaged


@pytest.mark.parametrize(
    "head", [(0, 5, 8, 0), (5, 0, 8, 0), (5, 5, 7, 0), (5, 5, 8, 5), (200_000, 200_000, 1, 0)]
)
def test_a_head_that_cannot_be_is_refused(head: tuple[int, int, int, int], read: Reads) -> None:
    with pytest.raises(SourceUnreadable):
        read(png_of(head, zlib.compress(b"\0" * 60)))


def test_data_without_end_and_chunks_that_swell_are_not_unpacked(grey: np.ndarray, read: Reads) -> None:
    swollen = zlib.compress(b"\0" * 50_000_000)
    with pytest.raises(SourceUnreadable, match="sRGB"):
        read(with_chunk(png(grey), b"iCCP", b"x\0\0" + swollen))
    (frame,) = read(with_chunk(png(grey), b"zTXt", b"Comment\0\0" + swollen))
    assert not frame.damaged
    with pytest.raises(SourceUnreadable, match="more than its size"):
        read(png_of((10, 10, 8, 0), zlib.compress(np.random.default_rng(1).bytes(3_000_000))))


def test_interlaced_pictures_are_whole_too(read: Reads) -> None:
    # Adam7 by hand, from the picture in PNG (third edition), 8.2: the order in which an 8 x 8 block is sent
    order = np.array(
        [
            [1, 6, 4, 6, 2, 6, 4, 6],
            [7, 7, 7, 7, 7, 7, 7, 7],
            [5, 6, 5, 6, 5, 6, 5, 6],
            [7, 7, 7, 7, 7, 7, 7, 7],
            [3, 6, 4, 6, 3, 6, 4, 6],
            [7, 7, 7, 7, 7, 7, 7, 7],
            [5, 6, 5, 6, 5, 6, 5, 6],
            [7, 7, 7, 7, 7, 7, 7, 7],
        ]
    )
    for width, height in ((1, 1), (3, 2), (5, 9), (8, 8), (20, 13)):
        picture = np.random.default_rng(width).integers(0, 256, (height, width), dtype=np.uint8)
        pass_of = np.tile(order, (height // 8 + 1, width // 8 + 1))[:height, :width]
        rows = [
            b"\0" + picture[y, pass_of[y] == number].tobytes()
            for number in range(1, 8)
            for y in range(height)
            if (pass_of[y] == number).any()
        ]
        head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
        parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")]
        (frame,) = read(PNG + b"".join(chunk(name, body) for name, body in parts))
        np.testing.assert_array_equal(frame.luma, picture)


@pytest.mark.parametrize("fault", ["check", "short", "long"])
def test_packed_data_that_do_not_fit_are_refused_and_nothing_stands_on_stderr(
    fault: str, read: Reads, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = b"".join(b"\0" + bytes(range(20)) for _ in range(20 + {"short": -3, "long": 3}.get(fault, 0)))
    packed = zlib.compress(rows)
    if fault == "check":
        packed = packed[:-1] + bytes([packed[-1] ^ 1])
    with pytest.raises(SourceUnreadable, match="damaged"):
        read(png_of((20, 20, 8, 0), packed))
    assert capfd.readouterr().err == ""


def animation(pictures: list[np.ndarray], **options: object) -> bytes:
    file = io.BytesIO()
    first, *others = [Image.fromarray(picture) for picture in pictures]
    first.save(file, "PNG", save_all=True, append_images=others, **options)
    return file.getvalue()


def test_an_animation_is_all_its_pictures(grey: np.ndarray, read: Reads) -> None:
    pictures = [grey, grey[::-1].copy(), grey[:, ::-1].copy()]
    seen = read(animation(pictures, duration=100))
    assert [frame.index for frame in seen] == [0, 1, 2]
    for frame, picture in zip(seen, pictures, strict=True):
        np.testing.assert_array_equal(frame.luma, picture)


def test_the_stand_in_of_an_animation_is_none_of_its_pictures(grey: np.ndarray, read: Reads) -> None:
    seen = read(animation([grey, grey[::-1].copy(), grey[:, ::-1].copy()], default_image=True))
    assert len(seen) == 2
    np.testing.assert_array_equal(seen[0].luma, grey[::-1])


def test_an_empty_png_is_refused(read: Reads) -> None:
    with pytest.raises(SourceUnreadable):
        read(PNG + chunk(b"IEND", b""))
