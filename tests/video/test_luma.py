import gc
from fractions import Fraction

import av
import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.video.luma import Signal, frame_of

WIDTH, HEIGHT = 50, 20


def picture(pixel_format: str, *, seed: int = 1) -> av.VideoFrame:
    """A picture whose every plane is filled with noise."""
    made = av.VideoFrame(WIDTH, HEIGHT, pixel_format)
    rng = np.random.default_rng(seed)
    for plane in made.planes:
        view = np.frombuffer(memoryview(plane), np.uint8)
        view[:] = rng.integers(0, 256, view.size, dtype=np.uint8)
    made.pts, made.time_base = 0, Fraction(1, 25)
    return made


def read(made: av.VideoFrame, **options: object) -> Frame:
    return frame_of(made, index=3, at_s=0.5, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pixel_format", "bits"),
    [
        ("yuv420p", 8),
        ("yuv422p", 8),
        ("nv12", 8),
        ("gray", 8),
        ("yuv420p10le", 10),
        ("yuv422p12le", 12),
        ("gray16le", 16),
    ],
)
def test_luma_is_plane_0_itself(pixel_format: str, bits: int) -> None:
    made = picture(pixel_format)
    frame = read(made)
    dtype = np.uint8 if bits == 8 else np.uint16
    plane = np.frombuffer(memoryview(made.planes[0]), dtype).reshape(HEIGHT, -1)
    assert np.shares_memory(frame.luma, plane)
    assert frame.luma.shape == (HEIGHT, WIDTH)
    np.testing.assert_array_equal(frame.luma, plane[:, :WIDTH])
    assert (frame.bits, frame.index, frame.at_s) == (bits, 3, 0.5)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10le"])
def test_samples_wider_than_high_are_stretched_to_squares(pixel_format: str) -> None:
    made = picture(pixel_format)
    dtype = np.uint8 if pixel_format == "yuv420p" else np.uint16
    view = np.frombuffer(memoryview(made.planes[0]), dtype).reshape(HEIGHT, -1)
    view[:] = np.arange(HEIGHT, dtype=dtype)[:, None] + 100
    frame = read(made, sample_aspect=4 / 3)
    assert frame.luma.shape == (HEIGHT, round(WIDTH * 4 / 3))
    # A line that is the same all along stays itself: nothing is mixed from one line into the next.
    np.testing.assert_array_equal(frame.luma, np.repeat(view[:, :1], frame.luma.shape[1], axis=1))
    with pytest.raises(ValueError, match="read-only"):
        frame.luma[0, 0] = 1


def test_luma_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        read(picture("yuv420p")).luma[0, 0] = 1


def test_samples_outlive_the_picture_they_came_from() -> None:
    made = picture("yuv420p")
    expected = np.array(np.frombuffer(memoryview(made.planes[0]), np.uint8).reshape(HEIGHT, -1)[:, :WIDTH])
    luma = read(made).luma
    del made
    gc.collect()
    others = [picture("yuv420p", seed=n) for n in range(20)]  # would reuse freed memory
    np.testing.assert_array_equal(luma, expected)
    assert others


@pytest.mark.parametrize(("pixel_format", "first"), [("yuyv422", 0), ("uyvy422", 1)])
def test_packed_yuv_keeps_its_codes(pixel_format: str, first: int) -> None:
    made = picture(pixel_format)
    rows = np.frombuffer(memoryview(made.planes[0]), np.uint8).reshape(HEIGHT, -1)
    np.testing.assert_array_equal(read(made).luma, rows[:, first : 2 * WIDTH : 2])


def test_big_endian_is_turned() -> None:
    made = picture("gray16be")
    rows = np.frombuffer(memoryview(made.planes[0]), ">u2").reshape(HEIGHT, -1)[:, :WIDTH]
    frame = read(made)
    np.testing.assert_array_equal(frame.luma, rows)
    assert frame.luma.dtype == np.uint16
    assert frame.luma.dtype.isnative


def test_ten_bits_in_the_upper_part_read_as_sixteen() -> None:
    frame = read(picture("p010le"))
    assert frame.bits == 16


@pytest.mark.parametrize("pixel_format", ["rgb24", "bgra", "gbrp"])
def test_rgb_becomes_bt709_luma_at_full_range(pixel_format: str) -> None:
    red, green, blue = 200, 40, 90
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:] = red, green, blue
    made = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format=pixel_format)
    frame = read(made)
    expected = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # swscale works in 15-bit integers: one code value of rounding
    np.testing.assert_allclose(frame.luma, expected, atol=1.0)
    assert not frame.limited


@pytest.mark.parametrize(("grey", "limited"), [(0, True), (255, True), (0, False), (255, False)])
def test_converted_black_and_white_keep_their_codes(grey: int, limited: bool) -> None:
    made = picture("yuyv422")
    np.frombuffer(memoryview(made.planes[0]), np.uint8)[:] = grey
    made.color_range = 1 if limited else 2
    frame = read(made)
    assert (frame.luma == grey).all()
    assert frame.limited == limited


@pytest.mark.parametrize(
    ("tag", "name"),
    # Recommendation ITU-T H.273, table 3
    [(1, "bt709"), (6, "bt709"), (14, "bt709"), (13, "srgb"), (8, "linear"), (16, "pq"), (18, "hlg"),
     (4, "gamma2.2"), (2, "unknown"), (0, "unknown")],
)  # fmt: skip
def test_the_curve_comes_from_the_tag(tag: int, name: str) -> None:
    made = picture("yuv420p")
    made.color_trc = tag
    assert read(made).transfer == name


def test_every_curve_named_here_is_known_to_the_measurement() -> None:
    from backfocus.transfer import curve
    from backfocus.video.luma import TRANSFER_OF_TAG

    for name in TRANSFER_OF_TAG.values():
        assert curve(bits=8, transfer=name, limited=True).size == 256


@pytest.mark.parametrize(
    ("pixel_format", "tag", "limited"),
    [("yuv420p", 0, True), ("yuvj420p", 0, False), ("yuv420p", 2, False), ("yuvj420p", 1, True),
     ("gray", 0, False), ("gray", 1, True), ("rgb24", 0, False), ("yuyv422", 0, True)],
)  # fmt: skip
def test_the_range_comes_from_the_tag_else_from_the_format(
    pixel_format: str, tag: int, limited: bool
) -> None:
    made = picture(pixel_format)
    made.color_range = tag
    assert read(made).limited == limited


def test_what_the_user_says_wins() -> None:
    made = picture("yuv420p")
    made.color_trc = 1
    frame = read(made, signal=Signal(transfer="slog3", limited=False))
    assert (frame.transfer, frame.limited) == ("slog3", False)
