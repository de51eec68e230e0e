from collections.abc import Callable

import numpy as np
import pytest

from backfocus.video.still.floats import settled
from backfocus.video.still.tone import LINEAR, SRGB, Tone

RNG = np.random.default_rng(2)


def bright(paper: float, glint: float = 0.0) -> np.ndarray:
    """Half black at 2 %, half paper; and a glint of 0.5 % of the picture."""
    picture = np.full((200, 200), 0.02 * paper, np.float32)
    picture[:, 100:] = paper
    if glint:
        picture[0] = glint
    return picture + RNG.normal(0, 1e-3, picture.shape).astype(np.float32)


def test_light_below_1_is_left_alone() -> None:
    light = bright(0.8)
    same, bits, tone, odd = settled(light, LINEAR, None)
    assert same is light
    assert (bits, tone, odd) == (0, LINEAR, False)


@pytest.mark.parametrize("paper", [1.3, 3.0, 12.0])
def test_light_beyond_1_is_scaled_so_that_paper_is_not_clipped(paper: float) -> None:
    light = bright(paper)
    scaled, bits, _, _ = settled(light, LINEAR, None)
    assert bits == 0
    assert 0.85 < float(np.median(scaled[:, 100:])) < 0.95
    np.testing.assert_allclose(scaled / light, float(scaled[0, 150] / light[0, 150]), rtol=1e-5)


def test_a_glint_beyond_1_leaves_the_paper_where_it_is() -> None:
    light = bright(0.8, glint=40.0)
    assert settled(light, LINEAR, None)[0] is light


@pytest.mark.parametrize(("bits", "top"), [(8, 255), (10, 1000), (12, 4095), (16, 65535)])
def test_whole_numbers_are_codes_kept_as_floats(bits: int, top: int) -> None:
    codes = RNG.integers(0, top + 1, (50, 50)).astype(np.float32)
    codes[0, 0] = top
    whole, found, tone, _ = settled(codes, LINEAR, None)
    np.testing.assert_array_equal(whole, codes)
    assert (found, tone, whole.dtype.kind) == (bits, SRGB, "u")


@pytest.mark.parametrize("divided", [lambda codes: codes / 255, lambda codes: codes.astype(np.float64) / 255])
def test_codes_over_255_are_codes_and_light_is_not(divided: Callable[[np.ndarray], np.ndarray]) -> None:
    codes = RNG.integers(20, 230, (40, 50)).astype(np.float32)
    whole, bits, tone, _ = settled(divided(codes).astype(np.float32), LINEAR, None)
    np.testing.assert_array_equal(whole, codes)
    assert (bits, tone) == (8, SRGB)
    assert settled(divided(codes).astype(np.float32), Tone("linear"), None)[1] == 0  # its profile says so
    finer = RNG.integers(0, 65536, (40, 50)).astype(np.float32)
    whole, bits, tone, _ = settled(finer / np.float32(65535), LINEAR, None)
    np.testing.assert_array_equal(whole, finer)
    assert (bits, tone) == (16, SRGB)
    light = codes / 255
    light[-1, -1] += 2e-5 / 3  # one sample between two codes: these are no codes
    assert settled(light, LINEAR, None)[1:3] == (0, LINEAR)


def test_counts_without_a_curve_are_refused_and_with_one_are_read() -> None:
    counts = bright(200.0)
    with pytest.raises(ValueError, match="transfer curve"):
        settled(counts, LINEAR, None)
    assert float(settled(counts, LINEAR, "linear")[0].max()) < 1.0
    np.testing.assert_allclose(settled(counts, LINEAR, "srgb")[0], counts / 255, rtol=1e-6)
    assert float(settled(counts, Tone("linear"), None)[0].max()) < 1.0  # its profile says so


def test_what_is_no_light_is_refused() -> None:
    for value in (3e38, -3e38, 1e9):
        picture = bright(0.8)
        picture[3, 3] = value
        with pytest.raises(ValueError, match="no light"):
            settled(picture, LINEAR, None)


def test_what_is_no_number_is_black_and_what_is_infinite_white_and_both_are_said() -> None:
    picture = bright(0.8)
    picture[3, 3], picture[4, 4], picture[5, 5] = np.nan, np.inf, -np.inf
    clean, _, _, odd = settled(picture, LINEAR, None)
    assert odd
    assert clean[3, 3] == clean[5, 5] == 0.0
    assert clean[4, 4] == clean.max()


def test_codes_of_16_bits_in_floats_of_16_bits_are_codes_up_to_their_white() -> None:
    """The format ends at 65504: white itself is infinite in it."""
    codes = np.tile(np.linspace(0, 65535, 400), (50, 1)).round()
    with np.errstate(over="ignore"):
        halves = codes.astype(np.float16).astype(np.float32)
    assert np.isinf(halves).any()
    whole, bits, tone, odd = settled(halves, LINEAR, None)
    # 11 bits of each code are kept; white is as bright as the brightest that is finite, 65376 here
    np.testing.assert_allclose(whole, np.minimum(codes, 65376), rtol=2**-11)
    assert (bits, tone, odd) == (16, SRGB, True)


@pytest.mark.parametrize("top", [1000.5, 4000.5, 16000.5, 65000.5])
def test_codes_that_are_not_whole_need_a_curve_and_then_their_own_full_scale(top: float) -> None:
    """As an average of several pictures has them."""
    codes = np.linspace(10.25, top, 4000).reshape(50, 80).astype(np.float32)
    with pytest.raises(ValueError, match="name the transfer curve"):
        settled(codes, LINEAR, None)
    share = settled(codes, LINEAR, "srgb")[0]
    assert 0.97 < float(share.max()) < 1.0
    np.testing.assert_allclose(share / share.max(), codes / codes.max(), rtol=1e-6)


@pytest.mark.parametrize("transfer", [None, "srgb", "linear"])
@pytest.mark.parametrize(("full", "zero"), [(65535, 32768), (2, 1)])
def test_codes_about_a_middle_of_zero_are_refused_whatever_the_curve(
    full: int, zero: int, transfer: str | None
) -> None:
    picture = (0.9 * full * bright(0.8) - zero).astype(np.float32)
    with pytest.raises(ValueError, match="no light"):
        settled(picture, LINEAR, transfer)


def test_noise_below_black_is_light() -> None:
    dark = RNG.normal(0.0, 0.01, (40, 50)).astype(np.float32)
    assert settled(dark, LINEAR, None)[0] is dark
