"""A star whose codes were sharpened, against the same star before that, sharpened by another route."""

import numpy as np
import pytest

from backfocus.measure.star.measurement import StarMeasurement, measure_star
from backfocus.measure.star.pose import Pose
from backfocus.measure.star.unsharpened import Codes, Mask, own_mask, unsharpened
from backfocus.measure.star.view import View
from backfocus.transfer import curve

from ...oracles import demosaics
from ...oracles.star_picture import Scene, light, noisy
from ...oracles.transfer import CUT_OFF, hopkins, on_rings

CURVE = curve(bits=8, transfer="bt709", limited=True)
SHARPEST = hopkins(0.0, CUT_OFF["f/1.8, 5 um"])
SHARP, FAR = hopkins(0.25, CUT_OFF["f/4, 4 um"]), hopkins(1.5, CUT_OFF["f/4, 4 um"])


def signal(picture: np.ndarray) -> np.ndarray:
    """Code values of light, ITU-R BT.709-6, item 1.2, before they are rounded."""
    bent = 1.099 * np.maximum(picture, 0.018) ** 0.45 - 0.099
    return 16 + 219 * np.where(picture < 0.018, 4.5 * picture, bent)


def kept_by_mask(frequency: np.ndarray, amount: float, radius_px: float = 1.0) -> np.ndarray:
    """What an unsharp mask makes of a wave."""
    return 1 + amount * (1 - np.exp(-2 * (np.pi * radius_px * frequency) ** 2))


def sharpened(codes: np.ndarray, amount: float, radius_px: float = 1.0) -> np.ndarray:
    """The mask as a product of spectra; pictures here end in even paper."""
    rows, columns = (np.fft.fftfreq(side) for side in codes.shape)
    frequency = np.hypot(rows[:, None], columns[None, :])
    return np.fft.ifft2(np.fft.fft2(codes) * kept_by_mask(frequency, amount, radius_px)).real


def seen(
    scene: Scene, otf, amount: float, noise: float = 0.002, radius_px: float = 1.0, top: int = 254, **known
) -> StarMeasurement:
    codes = sharpened(signal(noisy(light(scene, otf), noise, 1)), amount, radius_px)
    codes = np.clip(np.rint(codes), 255 - top, top).astype(np.uint8)
    return measure_star(codes, scene.x_px, scene.y_px, scene.cycles, curve=CURVE, **known)


@pytest.mark.parametrize(("radius", "otf"), [(110.0, SHARP), (110.0, FAR), (70.0, SHARP)])
def test_sharpened_codes_read_as_if_light_had_been_sharpened(radius: float, otf) -> None:
    measured = seen(Scene(radius_px=radius, white=0.7), otf, 0.6)
    f, m = np.array(measured.frequency_cy_px), np.array(measured.modulation)
    expected = on_rings(otf)(f) * kept_by_mask(f, 0.6)
    clear = np.abs(expected) > 0.4
    # as good as unsharpened; with the codes' sharpening left in, zero frequency is off by 3 to 11 % here
    assert float(np.abs(m / expected - 1)[clear].max()) < 0.01
    assert measured.mask.amount == pytest.approx(0.6, abs=3 * measured.mask.doubt)
    assert measured.white == pytest.approx(0.7, rel=0.01)


def test_no_mask_is_told_of_codes_that_are_light() -> None:
    """Sharpened light keeps the mean of every ring, and cut-off white must not pass for a mask."""
    scene = Scene(radius_px=70.0, white=0.85)
    codes = np.clip(np.rint(sharpened(255 * noisy(light(scene, SHARP), 0.002, 1), 0.9)), 0, 255)
    linear = curve(bits=8, transfer="linear", limited=False)
    measured = measure_star(codes.astype(np.uint8), scene.x_px, scene.y_px, scene.cycles, curve=linear)
    assert measured.mask is None or measured.mask.amount == 0.0


def test_a_camera_that_does_not_sharpen_is_left_as_it_is() -> None:
    for otf in (SHARP, FAR):
        asked, plain = (seen(Scene(white=0.7), otf, 0.0, **known) for known in ({}, {"asks_mask": False}))
        assert asked.mask.taken == 0.0
        assert asked.modulation == plain.modulation


def test_what_sharp_pictures_told_holds_in_those_that_tell_little() -> None:
    # the few rings that a small star out of focus has do not tell a mask of 60 % from none
    scene = Scene(radius_px=70.0, white=0.7)
    known = seen(scene, SHARP, 0.6).mask
    alone, both = seen(scene, FAR, 0.6), seen(scene, FAR, 0.6, mask=known)
    assert alone.mask.taken == 0.0
    assert both.mask.taken == pytest.approx(0.6, abs=0.1)
    assert both.white == pytest.approx(0.7, rel=0.005)


def test_a_mask_is_taken_back_to_a_fraction_of_a_code() -> None:
    codes = np.random.default_rng(3).uniform(90, 140, (320, 320))
    for amount in (0.2, 1.0):
        steep = sharpened(codes, amount).astype(np.float32)
        found = unsharpened(Codes(np.rint(steep).astype(np.uint8), CURVE), amount, 1)
        # rounding leaves a third of a code; the border of a picture has no other side
        inside = np.s_[12:-12, 12:-12]
        assert float(np.std(found.picture[inside] / 256 - codes[inside])) < 0.35
        # finer codes show the same light
        assert found.curve[::256][100] == pytest.approx(CURVE[100])


@pytest.mark.parametrize("amount", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("first", [0.0, 0.8])
def test_the_mask_that_leaves_none_is_found_though_what_is_left_is_told_too_small(
    amount: float, first: float
) -> None:
    def left(taken: float) -> Mask:
        rest = amount - taken
        return Mask(rest / (1.0 + 0.6 * abs(rest)), 0.01)

    # it ends where less than one part in a hundred is left
    assert own_mask(left, first).amount == pytest.approx(amount, abs=0.01)


def test_where_no_mask_shows_the_picture_is_asked_once() -> None:
    asked = []

    def left(taken: float) -> Mask:
        asked.append(taken)
        return Mask(0.02, 0.01)

    assert own_mask(left, 0.0) == Mask(0.02, 0.01)
    assert asked == [0.0]


def worst(measured: StarMeasurement, otf, amount: float, radius_px: float) -> float:
    """Of the rings that show much: off what lens and mask leave, as a share."""
    f, m = np.array(measured.frequency_cy_px), np.array(measured.modulation)
    expected = on_rings(otf)(f) * kept_by_mask(f, amount, radius_px)
    clear = np.abs(expected) > 0.4
    return float(np.abs(m / expected - 1)[clear].max())


@pytest.mark.parametrize("radius_px", [0.7, 1.5])
def test_a_mask_of_another_radius_is_told_by_the_means_too(radius_px: float) -> None:
    scene = Scene(white=0.7)
    focused = seen(scene, SHARP, 0.6, radius_px=radius_px)
    # a star of 110 px tells the radius to a fifth; by a mask of 1 px these were 3 and 6 % off
    assert focused.mask.radius_px == pytest.approx(radius_px, rel=0.2)
    assert worst(focused, SHARP, 0.6, radius_px) < 0.015
    assert worst(seen(scene, FAR, 0.6, radius_px=radius_px, mask=focused.mask), FAR, 0.6, radius_px) < 0.015


@pytest.mark.parametrize(("amount", "radius_px"), [(0.8, 1.0), (1.0, 0.7), (0.6, 1.5)])
def test_what_is_cut_off_at_white_after_sharpening_is_put_back(amount: float, radius_px: float) -> None:
    scene = Scene(white=0.85)
    focused = seen(scene, SHARP, amount, radius_px=radius_px, top=235)
    assert focused.mask.ends.lifted
    assert focused.mask.ends.high == pytest.approx(235, abs=0.5)
    # up to a seventh of a wave is given back, by waves that are straight: to a seventh of that. Left cut off,
    # the best of these three was 9 % off and the worst 30
    assert worst(focused, SHARP, amount, radius_px) < 0.025
    far = seen(scene, FAR, amount, radius_px=radius_px, top=235, mask=focused.mask)
    assert worst(far, FAR, amount, radius_px) < 0.025


def test_a_field_of_few_samples_ends_where_its_frame_does() -> None:
    scene = Scene(white=0.85)
    codes = sharpened(signal(noisy(light(scene, SHARP), 0.002, 1)), 0.9)
    field = np.clip(np.rint(codes), 16, 235).astype(np.uint8)[1::2]
    seen_of = measure_star(
        field, scene.x_px, scene.y_px, scene.cycles, curve=CURVE, line_step=2, first_line=1
    )
    # more of its samples lie on 232 than on 235
    assert seen_of.mask.ends.high == pytest.approx(235, abs=0.5)
    assert seen_of.mask.taken > 0.0


@pytest.mark.parametrize("bits", [8, 10])
def test_the_last_code_of_a_full_range_is_an_end_too(bits: int) -> None:
    scene, last = Scene(white=0.85), 2**bits - 1
    full = (signal(noisy(light(scene, SHARP), 0.002, 1)) - 16) / 219 * last
    codes = np.clip(np.rint(sharpened(full, 0.9)), 0, last).astype(np.uint8 if bits == 8 else np.uint16)
    of_bits = curve(bits=bits, transfer="bt709", limited=False)
    measured = measure_star(codes, scene.x_px, scene.y_px, scene.cycles, curve=of_bits)
    # codes are counted in 256 steps
    assert measured.mask.ends.high == pytest.approx(last / 2 ** (bits - 8), abs=0.5)
    assert worst(measured, SHARP, 0.9, 1.0) < 0.025


@pytest.mark.parametrize("noise", [0.002, 0.05])
def test_bright_paper_and_noise_up_to_the_end_of_the_codes_are_no_mask(noise: float) -> None:
    scene = Scene(white=0.97)
    asked, plain = (seen(scene, SHARP, 0.0, noise, top=235, **known) for known in ({}, {"asks_mask": False}))
    assert not asked.mask.ends.lifted
    assert asked.mask.taken == 0.0
    assert asked.modulation == plain.modulation


@pytest.mark.parametrize(("demosaic", "otf"), [(demosaics.bilinear, SHARP), (demosaics.edge_aware, SHARPEST)])
def test_a_demosaic_of_a_camera_that_does_not_sharpen_is_no_mask(demosaic, otf) -> None:
    # it lifts the means of the finest rings, as a mask of half a pixel would: so the usual mask decides
    colours = demosaic(light(Scene(white=0.85), otf).astype(float))
    luma = np.rint(signal(colours) @ (0.2126, 0.7152, 0.0722)).astype(np.uint8)
    assert measure_star(luma, 160.3, 155.8, 36, curve=CURVE).mask.taken == 0.0


def test_dead_pixels_and_a_lamp_in_the_star_are_no_mask() -> None:
    scene = Scene(white=0.7)
    codes = np.rint(signal(noisy(light(scene, SHARP), 0.002, 1)))
    dead, lamp = codes.copy(), codes.copy()
    dead[np.random.default_rng(2).random(codes.shape) < 1 / 300] = 235
    y, x = np.mgrid[: scene.rows, : scene.columns]
    lamp += np.where(np.hypot(x - 190, y - 150) < 25, 60, 0)
    for each in (dead, lamp):
        picture = np.clip(each, 1, 235).astype(np.uint8)
        assert measure_star(picture, scene.x_px, scene.y_px, scene.cycles, curve=CURVE).mask.taken == 0.0


@pytest.mark.parametrize(("line_step", "x_px"), [(1, 160.0), (2, 160.0), (1, 40.0)])
def test_a_mask_taken_back_at_the_rings_alone_shows_what_it_shows_in_the_picture(
    line_step: int, x_px: float
) -> None:
    picture = np.rint(signal(noisy(light(Scene(x_px=x_px), SHARP), 0.002, 1))).astype(np.uint8)
    first_line = line_step - 1
    view = View(picture[first_line::line_step], 36, CURVE, line_step, first_line, 150.0)
    pose, outer = Pose(x_px, 160.0), np.arange(20, 40)
    rings = view.rings(pose)
    softer, in_picture = view.softer(rings, pose, outer), view.without(0.6, pose).rings(pose)
    counts = rings.weight[outer] > 0
    # the sum is taken in another order: now and then a code falls on the next 256th
    assert float(np.abs(softer(0.6) - in_picture.light[outer])[counts].max()) < 1e-4
    assert np.array_equal(softer(0.0)[counts], rings.light[outer][counts])
