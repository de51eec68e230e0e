from pathlib import Path

import numpy as np
import pytest
import tifffile

from backfocus.errors import SourceUnreadable
from backfocus.frame import Frame
from backfocus.video import open_source

from ...oracles.still_files import curv, icc, rgb


def frames(path: Path, **options: object) -> list[Frame]:
    return list(open_source(str(path), **options).frames())  # type: ignore[arg-type]


@pytest.fixture
def deep(grey: np.ndarray) -> np.ndarray:
    """The same picture with 16 bits, lower bits in use."""
    return (grey.astype(np.uint16) * 255 + np.arange(56, dtype=np.uint16)).astype(np.uint16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.tif"


@pytest.mark.parametrize("compression", [None, "lzw", "deflate", "zstd", "packbits"])
@pytest.mark.parametrize(
    "options", [{}, {"tile": (16, 16)}, {"rowsperstrip": 7}, {"byteorder": ">"}, {"bigtiff": True}]
)
def test_every_way_to_pack_gives_the_same_picture(
    compression: str | None, options: dict[str, object], deep: np.ndarray, path: Path
) -> None:
    tifffile.imwrite(path, deep, compression=compression, photometric="minisblack", **options)
    (frame,) = frames(path)
    np.testing.assert_array_equal(frame.luma, deep)
    assert (frame.bits, frame.transfer, frame.damaged) == (16, "srgb", False)


def test_white_may_be_zero(deep: np.ndarray, path: Path) -> None:
    tifffile.imwrite(path, 65535 - deep, photometric="miniswhite")
    np.testing.assert_array_equal(frames(path)[0].luma, deep)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_colour_in_planes_or_pixels(planar: str, deep: np.ndarray, path: Path) -> None:
    picture = np.stack([deep, deep[::-1], deep[:, ::-1]])
    expected = np.tensordot((0.2126, 0.7152, 0.0722), picture.astype(float), 1)
    stored = picture if planar == "separate" else np.moveaxis(picture, 0, -1)
    tifffile.imwrite(path, stored, photometric="rgb", planarconfig=planar)
    # rounded once
    np.testing.assert_allclose(frames(path)[0].luma, expected, atol=0.51)


@pytest.mark.parametrize(("kind", "premultiplied"), [("unassalpha", False), ("assocalpha", True)])
def test_what_is_transparent_lies_on_white(
    kind: str, premultiplied: bool, grey: np.ndarray, path: Path
) -> None:
    alpha = np.roll(grey, 9, axis=1)
    colour = grey * (alpha / 255.0) if premultiplied else grey
    picture = np.dstack([*[np.rint(colour).astype(np.uint8)] * 3, alpha])
    tifffile.imwrite(path, picture, photometric="rgb", extrasamples=[kind])
    expected = 255 - alpha / 255.0 * (255 - grey.astype(float))
    # rounded for the file, the mix and the luma
    np.testing.assert_allclose(frames(path)[0].luma, expected, atol=1.6)


def test_other_channels_are_left_out(grey: np.ndarray, path: Path) -> None:
    infrared = np.full_like(grey, 9)
    tifffile.imwrite(path, np.dstack([grey, grey, grey, infrared]), photometric="rgb", extrasamples=[0])
    np.testing.assert_allclose(frames(path)[0].luma, grey, atol=1)


@pytest.mark.parametrize("bits", [1, 2, 4, 10, 12, 14])
def test_packed_bits(bits: int, path: Path) -> None:
    y, x = np.mgrid[:16, :64]
    codes = (y * 64 + x) % (1 << bits)
    kind = bool if bits == 1 else np.uint8 if bits < 8 else np.uint16
    tifffile.imwrite(path, codes.astype(kind), bitspersample=bits, photometric="minisblack")
    (frame,) = frames(path)
    light = frame.luma.astype(float) / ((1 << frame.bits) - 1)
    np.testing.assert_allclose(light, codes / ((1 << bits) - 1), atol=1e-9)


@pytest.mark.parametrize("most", [1023, 4095, 16383])
def test_fewer_bits_in_16(most: int, deep: np.ndarray, path: Path) -> None:
    few = (deep.astype(float) / deep.max() * most).astype(np.uint16)
    tifffile.imwrite(path, few, photometric="minisblack")
    said: list[str] = []
    assert frames(path, notice=said.append)[0].bits == most.bit_length()
    assert len(said) == 1
    assert "read as such" in said[0]


def test_fewer_bits_by_the_file_s_own_word(path: Path) -> None:
    dark = np.full((8, 8), 4000, np.uint16)
    dark[0, 0] = 4200  # one hot pixel beyond what the file calls its top
    tifffile.imwrite(path, dark, photometric="minisblack", extratags=[(281, "H", 1, 4095, True)])
    assert frames(path)[0].bits == 12


def test_a_palette(grey: np.ndarray, path: Path) -> None:
    table = np.random.default_rng(3).integers(0, 65536, (3, 256), dtype=np.uint16)
    tifffile.imwrite(path, grey, photometric="palette", colormap=table)
    expected = np.tensordot((0.2126, 0.7152, 0.0722), table[:, grey].astype(float), 1)
    np.testing.assert_allclose(frames(path)[0].luma, expected, atol=0.51)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_floats_are_light(kind: type, path: Path) -> None:
    light = np.random.default_rng(1).random((9, 8)).astype(kind)
    tifffile.imwrite(path, light, photometric="minisblack")
    (frame,) = frames(path)
    assert (frame.bits, frame.transfer) == (0, "linear")
    np.testing.assert_array_equal(frame.luma, light.astype(np.float32))


@pytest.mark.parametrize("opaque", [1.0, 65535.0])
def test_codes_kept_as_floats_lie_on_white_where_they_are_transparent(opaque: float, path: Path) -> None:
    codes = np.random.default_rng(1).integers(0, 65536, (9, 8)).astype(np.float32)
    codes[0, 0] = 65535.0
    alpha = np.full(codes.shape, opaque, np.float32)
    alpha[4:] = 0.0
    rgba = np.dstack([codes, codes, codes, alpha])
    tifffile.imwrite(path, rgba, photometric="rgb", extrasamples=["unassalpha"])
    (frame,) = frames(path)
    assert (frame.bits, frame.transfer) == (16, "srgb")
    np.testing.assert_allclose(frame.luma[:4], codes[:4], atol=1.0)  # the sum of three weights of each
    np.testing.assert_allclose(frame.luma[4:], 65535, atol=1.0)


def test_a_profile_is_believed(grey: np.ndarray, path: Path) -> None:
    tifffile.imwrite(path, grey, photometric="minisblack", iccprofile=icc({b"kTRC": curv()}, b"GRAY"))
    assert frames(path)[0].transfer == "linear"
    table = [int(v) for v in 65535 * np.linspace(0, 1, 256) ** 3]
    tifffile.imwrite(path, grey, photometric="minisblack", iccprofile=icc(rgb(curv(*table))))
    assert float(frames(path)[0].transfer.removeprefix("gamma")) == pytest.approx(3.0, abs=1e-3)


def test_a_curve_without_a_name_becomes_light(grey: np.ndarray, path: Path) -> None:
    bend = 0.3 * np.linspace(0, 1, 256) + 0.7 * np.linspace(0, 1, 256) ** 3
    profile = icc(rgb(curv(*(round(65535 * v) for v in bend))))
    tifffile.imwrite(path, grey, photometric="minisblack", iccprofile=profile)
    (frame,) = frames(path)
    assert (frame.bits, frame.transfer) == (0, "linear")
    # the table is kept at 4096 places
    np.testing.assert_allclose(frame.luma, bend[grey], atol=2e-4)
    (frame,) = frames(path, transfer="srgb")
    np.testing.assert_array_equal(frame.luma, grey)


@pytest.mark.parametrize("orientation", [3, 6])
def test_orientation(orientation: int, grey: np.ndarray, path: Path) -> None:
    tifffile.imwrite(path, grey, photometric="minisblack", extratags=[(274, "H", 1, orientation, True)])
    expected = grey[::-1, ::-1] if orientation == 3 else np.rot90(grey, -1)
    np.testing.assert_array_equal(frames(path)[0].luma, expected)


def test_pages_are_pictures_and_previews_are_none(grey: np.ndarray, path: Path) -> None:
    pages = [grey, grey[::-1], grey[:, ::-1]]
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(page, photometric="minisblack", metadata=None)
            writer.write(page[::4, ::4], photometric="minisblack", subfiletype=1, metadata=None)
        writer.write(grey[::8, ::8], photometric="minisblack", metadata=None)  # one that does not say so
    seen = frames(path)
    assert [frame.index for frame in seen] == [0, 1, 2]
    for frame, page in zip(seen, pages, strict=True):
        np.testing.assert_array_equal(frame.luma, page)


def test_a_preview_may_come_first_and_say_nothing(grey: np.ndarray, path: Path) -> None:
    with tifffile.TiffWriter(path) as writer:
        writer.write(grey[::4, ::4], photometric="minisblack", metadata=None)
        writer.write(grey, photometric="minisblack", metadata=None)
    (seen,) = frames(path)
    np.testing.assert_array_equal(seen.luma, grey)


def test_a_stack_behind_one_page_is_refused(grey: np.ndarray, path: Path) -> None:
    tifffile.imwrite(path, np.stack([grey] * 7), photometric="minisblack", truncate=True)
    with pytest.raises(SourceUnreadable, match="7 pictures and lists one"):
        frames(path)


def test_an_imagej_stack_is_all_its_pictures(grey: np.ndarray, path: Path) -> None:
    tifffile.imwrite(path, np.stack([grey, grey[::-1], grey]), imagej=True)
    assert len(frames(path)) == 3


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"dtype": np.int16}, "int16"),
        ({"dtype": np.uint32}, "uint32"),
        ({"dtype": np.complex64}, "complex64"),
        ({"photometric": "separated", "channels": 4}, "CMYK"),
        ({"photometric": "cielab", "channels": 3}, "rare kind of colour"),
        ({"photometric": "miniswhite", "dtype": np.float32}, "white at zero"),
    ],
)
def test_other_kinds_are_refused_in_words(options: dict[str, object], why: str, path: Path) -> None:
    channels = options.get("channels")
    shape = (16, 16, channels) if channels else (16, 16)
    picture = np.ones(shape, options.get("dtype", np.uint8))  # type: ignore[call-overload]
    tifffile.imwrite(path, picture, photometric=options.get("photometric", "minisblack"))
    with pytest.raises(SourceUnreadable, match=why):
        frames(path)


@pytest.mark.parametrize("compression", [None, "deflate", "lzw"])
@pytest.mark.parametrize("share", [0.001, 0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_tiff_cut_off_anywhere_is_refused(
    share: float, compression: str | None, deep: np.ndarray, path: Path
) -> None:
    tifffile.imwrite(path, np.tile(deep, (4, 4)), compression=compression, photometric="minisblack")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(SourceUnreadable, match=r"cut off|damaged|not a picture"):
        frames(path)


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_a_tiff_claiming_a_huge_size_is_refused_by_its_head(byteorder: str, tmp_path: Path) -> None:
    import struct

    path = tmp_path / "a.tif"
    tags = [(256, 4, 1_000_000), (257, 4, 1_000_000), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
    tags += [(277, 3, 1), (278, 4, 1_000_000), (279, 4, 2**32 - 1)]
    body = struct.pack(byteorder + "H", len(tags))
    for tag, kind, value in tags:
        held = struct.pack(byteorder + ("H2x" if kind == 3 else "I"), value)
        body += struct.pack(byteorder + "HHI", tag, kind, 1) + held
    head = (b"II" if byteorder == "<" else b"MM") + struct.pack(byteorder + "HI", 42, 8)
    path.write_bytes(head + body + b"\0" * 4)
    with pytest.raises(SourceUnreadable, match="too large"):
        frames(path)


def test_a_broken_description_is_nobodys_business(grey: np.ndarray, path: Path) -> None:
    tifffile.imwrite(path, grey, photometric="minisblack")
    data = path.read_bytes()
    path.write_bytes(data.replace(b'{"shape": [40, 56]}', b'{"shape": [4<, 56]}'))
    assert path.read_bytes() != data
    np.testing.assert_array_equal(frames(path)[0].luma, grey)


def test_a_width_that_is_no_number_is_refused(grey: np.ndarray, path: Path) -> None:
    import struct

    tifffile.imwrite(path, grey, photometric="minisblack", byteorder="<")
    data = bytearray(path.read_bytes())
    at = data.index(struct.pack("<HHI", 256, 4, 1))
    data[at + 2 : at + 8] = struct.pack("<HI", 3, 2)  # two short numbers in place of one long
    path.write_bytes(bytes(data))
    with pytest.raises(SourceUnreadable, match="damaged"):
        frames(path)
