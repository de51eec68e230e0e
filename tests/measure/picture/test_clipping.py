"""Clipped whites and doubled lines, on renders where they are known."""

import numpy as np
import pytest

from backfocus.measure.picture.clipping import (
    clipped,
    combed,
    crushed,
    few_shades,
    glare_cut,
    line_doubled,
    shades,
)

from ...oracles.render import StarDrawing, disc_blurred, draw_star, seen


def star(white=0.85, blur_px=3.0, bits=8, noise=0.01):
    picture = np.full((300, 300), white, np.float32)
    draw_star(picture, StarDrawing(150.2, 149.7, 120, white=white))
    return seen(disc_blurred(picture, blur_px), noise=noise, rng=np.random.default_rng(1), bits=bits)


@pytest.mark.parametrize("blur_px", [0.0, 3.0, 8.0])
@pytest.mark.parametrize("noise", [0.0, 0.01, 0.03])
def test_whites_beyond_the_range_are_clipped(blur_px, noise):
    assert clipped(star(1.3, blur_px, noise=noise), bits=8, limited=False)


@pytest.mark.parametrize("white", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_whites_inside_the_range_are_not(white, noise):
    assert not clipped(star(white, noise=noise), bits=8, limited=False)


@pytest.mark.parametrize(("blur_px", "below"), [(1.0, 70), (1.0, 90), (3.0, 70), (3.0, 90), (8.0, 110)])
@pytest.mark.parametrize("floor", [0, 16])
def test_blacks_below_a_level_that_are_all_one_code_are_crushed(blur_px, floor, below):
    whole = star(blur_px=blur_px)[30:270, 30:270]
    assert crushed(shades(np.where(whole < below, floor, whole).astype(np.uint8), bits=8))


@pytest.mark.parametrize("blur_px", [0.0, 1.0, 3.0, 8.0])
@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize("white", [0.05, 0.3, 0.85, 1.3])
def test_whole_blacks_are_not_nor_are_shades_few(blur_px, noise, white):
    whole = star(white, blur_px=blur_px, noise=noise)[30:270, 30:270]
    assert not crushed(shades(whole, bits=8))
    assert not few_shades(shades(whole, bits=8))


@pytest.mark.parametrize(
    "cut",
    [np.s_[:40], np.s_[:, -60:], np.s_[150:190, 20:180], np.s_[[*range(40), *range(200, 240)]]],
    ids=["bar above", "bar beside", "box of a clock", "letterbox"],
)
def test_black_bars_over_a_star_are_no_crushed_blacks(cut):
    whole = star()[30:270, 30:270].copy()
    whole[cut] = 0
    assert not crushed(shades(whole, bits=8))


@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (2, 2)])
def test_a_sliver_of_a_star_has_no_shades_to_miss(shape):
    assert not crushed(shades(np.zeros(shape, np.uint8), bits=8))
    assert not few_shades(shades(np.zeros(shape, np.uint8), bits=8))


@pytest.mark.parametrize("bits", [1, 2, 3])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_picture_of_three_bits_has_few_shades(bits, noise):
    kept = star(noise=noise)[30:270, 30:270] >> (8 - bits)
    assert few_shades(shades((kept * (255 // (2**bits - 1))).astype(np.uint8), bits=8))


@pytest.mark.parametrize("at_px", [(150, 150), (190, 120)], ids=["centre", "beside it"])
def test_a_lamp_that_cuts_one_part_is_glare(at_px):
    y, x = np.mgrid[:300, :300]
    lamp = 160 * np.exp(-((x - at_px[0]) ** 2 + (y - at_px[1]) ** 2) / (2 * 45.0**2))
    lit = np.clip(star(0.5) + lamp, 0, 255).astype(np.uint8)[30:270, 30:270]
    assert glare_cut(lit, bits=8)


@pytest.mark.parametrize("blur_px", [0.0, 3.0, 8.0])
def test_too_much_light_everywhere_is_none(blur_px):
    assert not glare_cut(star(1.3, blur_px)[30:270, 30:270], bits=8)


def test_video_range_is_clipped_at_its_own_white():
    codes = np.minimum(16 + star(1.3).astype(float) * 219 / 255, 235).astype(np.uint8)
    assert clipped(codes, bits=8, limited=True)
    assert not clipped(codes, bits=8, limited=False)


def test_more_bits_make_no_difference():
    full = (star(1.3).astype(np.uint16) * 257) >> 6
    assert clipped(full, bits=10, limited=False)


def test_floats_run_to_one():
    assert clipped((star(1.3) / np.float32(255)).astype(np.float32), bits=0, limited=False)


def test_black_is_not_clipped_white():
    assert not clipped(np.zeros((50, 50), np.uint8), bits=8, limited=False)


def test_a_doubled_field_is_recognised():
    field = star()[::2]
    assert line_doubled(np.repeat(field, 2, axis=0))
    assert line_doubled(np.repeat(field, 2, axis=0)[1:])


@pytest.mark.parametrize("blur_px", [0.0, 5.0, 20.0])
def test_a_clean_picture_is_not(blur_px):
    assert not line_doubled(star(blur_px=blur_px))
    assert not line_doubled(star(blur_px=blur_px, noise=0.0))


def test_an_even_crop_is_not():
    assert not line_doubled(np.full((40, 40), 9, np.uint8))


def woven(shift_px, **drawn):
    """Two fields of a star that moved sideways between them, in one picture."""
    first, second = star(**drawn), np.roll(star(**drawn), shift_px, axis=1)
    first[1::2] = second[1::2]
    return first


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.03])
@pytest.mark.parametrize("shift_px", [3, 5])
def test_fields_of_a_moving_picture_woven_together_are_recognised(shift_px, noise):
    assert combed(woven(shift_px, noise=noise))
    assert combed(woven(-shift_px, noise=noise)[1:])


@pytest.mark.parametrize("blur_px", [0.0, 5.0, 20.0])
@pytest.mark.parametrize("noise", [0.0, 0.03, 0.2])
def test_a_picture_taken_at_once_is_not_combed(blur_px, noise):
    assert not combed(star(blur_px=blur_px, noise=noise))


def test_noise_alone_is_not_combed():
    rng = np.random.default_rng(2)
    assert not combed(rng.integers(0, 255, (200, 200)).astype(np.uint8))
