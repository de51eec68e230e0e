"""A star measured against pictures whose modulation is known without us.

Third-party renderings come first; the others are exact stars of `oracles.star_picture`, which are first held
against the third party's, pixel by pixel.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from backfocus.measure.reading import Flag
from backfocus.measure.star.measurement import StarMeasurement, measure_star, see_star
from backfocus.target import twist_cycles
from backfocus.transfer import curve

from ...oracles import star_picture
from ...oracles.star_picture import Scene, light
from ...oracles.transfer import CUT_OFF, bell, disc, half_modulation, hopkins, on_rings

SIZE, X, Y, RADIUS = 320, 160.3, 155.8, 110.0
BLACK, WHITE = 0.05, 0.85

OTFS = {
    "sharp": hopkins(0.25, CUT_OFF["f/4, 4 um"]),
    "soft": hopkins(0.5, CUT_OFF["f/4, 4 um"]),
    "defocused": hopkins(1.0, CUT_OFF["f/4, 4 um"]),
    "far": hopkins(2.0, CUT_OFF["f/4, 4 um"]),
    "fast lens": hopkins(1.0, CUT_OFF["f/1.8, 5 um"]),
    "bell": bell(1.0),
    "disc": disc(3.0),
    "perfect": hopkins(0.0, CUT_OFF["f/1.8, 5 um"]),
}


def truth(name: str) -> Callable[[np.ndarray], np.ndarray]:
    return on_rings(OTFS[name])


@cache
def true_mtf50(name: str) -> float:
    return half_modulation(truth(name))


def picture(name: str, **scene: float) -> np.ndarray:
    """A star of 36 cycles, 110 px radius unless told otherwise. Do not write to it."""
    return light(replace(Scene(), **scene), OTFS[name])


def noisy(picture: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Noise of a share of the step from black to white."""
    return star_picture.noisy(picture, share * (WHITE - BLACK), seed)


def off_by(measured: StarMeasurement, name: str) -> float:
    """Largest error of any point of the curve below 0.45 cy/px."""
    f, m = np.array(measured.frequency_cy_px), np.array(measured.modulation)
    return float(np.abs(m - truth(name)(f))[f < 0.45].max())


@pytest.mark.parametrize("waves", ["0", "0.25", "0.5", "1"])
def test_the_oracle_draws_what_the_third_party_drew(golden, waves: str) -> None:
    known = json.loads((golden / "star" / f"w020_{waves}.json").read_text())
    theirs = cv2.imread(str(golden / "star" / f"w020_{waves}.png"), cv2.IMREAD_UNCHANGED) / 65535
    quarter = 1.5 * np.pi / 36  # their angle is that of an edge, ours of the middle of a white bar
    scene = Scene(*theirs.shape, black=known["black"], white=known["white"], angle_rad=0.1 + quarter)
    otf = hopkins(float(waves), CUT_OFF["f/4, 4 um"])
    y, x = np.indices(theirs.shape)
    outside_blob = np.hypot(x - X, y - Y) > 10  # their polygon has a hub where bars are narrower than a pixel
    # their own error is 0.005 of any point of the curve: half of that in a bar's light
    assert float((light(scene, otf) - theirs)[outside_blob].std()) < 0.0025
    # two ways to do the same integral: strips here, to a ten-thousandth
    assert half_modulation(on_rings(otf)) == pytest.approx(known["mtf50_cy_px"], abs=5e-5)


@pytest.mark.parametrize("waves", ["0", "0.25", "0.5", "1"])
@pytest.mark.parametrize("offset", [(0.0, 0.0), (2.5, -2.0), (-4.0, 3.0)])
def test_third_party_stars(golden, waves: str, offset: tuple[float, float]) -> None:
    folder = golden / "star"
    truth = json.loads((folder / f"w020_{waves}.json").read_text())
    light = (cv2.imread(str(folder / f"w020_{waves}.png"), cv2.IMREAD_UNCHANGED) / 65535).astype(np.float32)
    measured = measure_star(light, truth["x_px"] + offset[0], truth["y_px"] + offset[1], truth["cycles"])
    # the generator's own error is 0.5 % of MTF50 and 0.005 of any point
    assert measured.mtf50_cy_px == pytest.approx(truth["mtf50_cy_px"], rel=0.007)
    assert (measured.x_px, measured.y_px) == pytest.approx((truth["x_px"], truth["y_px"]), abs=0.02)
    assert measured.radius_px == pytest.approx(truth["radius_px"], rel=0.005)
    known = truth["modulation_at_0.05_to_0.45_step_0.05"][1:]
    read = np.interp(np.arange(0.1, 0.46, 0.05), measured.frequency_cy_px, measured.modulation)
    assert read == pytest.approx(known, abs=0.007)
    assert measured.white == pytest.approx(truth["white"], abs=0.005)
    assert measured.black == pytest.approx(truth["black"], abs=0.005)
    # 0.28 and 0.16 cy/px are too soft to tell whether a camera has sharpened
    assert measured.flags == ({Flag.SHARPENING_UNKNOWN} if float(waves) >= 0.5 else set())


@pytest.mark.parametrize("name", sorted(set(OTFS) - {"perfect"}))
def test_exact_stars(name: str) -> None:
    measured = measure_star(picture(name), X + 2.0, Y - 1.5, 36)
    # sampling of the rings leaves up to 0.3 %
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50(name), rel=0.004)
    assert off_by(measured, name) < 0.005
    assert (measured.x_px, measured.y_px) == pytest.approx((X, Y), abs=0.005)
    assert measured.radius_px == pytest.approx(RADIUS, rel=0.005)


@pytest.mark.parametrize(
    ("cycles", "radius", "name"), [(72, 140, "soft"), (16, 120, "defocused"), (8, 140, "far")]
)
def test_other_counts_of_cycles(cycles: int, radius: float, name: str) -> None:
    measured = measure_star(picture(name, cycles=cycles, radius_px=radius), X + 1, Y + 1, cycles)
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50(name), rel=0.005)


def test_sine_star_is_told_from_bars() -> None:
    measured = measure_star(picture("soft", sine=True), X, Y, 36)
    # taken for bars it would read 21 % low
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.005)
    assert off_by(measured, "soft") < 0.006


@pytest.mark.parametrize("sine", [False, True])
def test_faint_third_harmonics_tell_sine_from_bars_together(sine: bool) -> None:
    for seed in range(4):
        measured = measure_star(noisy(picture("far", sine=sine), 0.1, seed), X, Y, 36)
        # the wrong one reads 14 % low or 18 % high; noise of a tenth scatters by 2 %
        assert measured.mtf50_cy_px == pytest.approx(true_mtf50("far"), rel=0.07)


@pytest.mark.parametrize("share", [0.06, 0.1])
def test_a_ring_too_small_to_tell_its_waves_apart_does_not_rule_a_star(share: float) -> None:
    scene = Scene(rows=140, columns=140, x_px=70.024, y_px=71.14, radius_px=44.2, cycles=14)
    star = light(scene, hopkins(1.3, CUT_OFF["f/4, 4 um"]))
    # in this noise the ring of 5 px radius, 14 cycles on 32 pixels, shows a wave twice as strong as any other
    measured = measure_star(star_picture.noisy(star, share, 11), 70, 71, 14)
    assert measured.radius_px == pytest.approx(44.2, rel=0.03)
    assert Flag.LOST not in measured.flags


@pytest.mark.parametrize("rotation", [0.0, 0.4, 1.3])
def test_rotation_changes_nothing(rotation: float) -> None:
    plain = measure_star(picture("soft"), X, Y, 36)
    turned = measure_star(picture("soft", angle_rad=rotation), X, Y, 36)
    # a quarter of a per cent each way from where the pixels fall
    assert turned.mtf50_cy_px == pytest.approx(plain.mtf50_cy_px, rel=0.005)


def test_brightness_changes_nothing() -> None:
    plain = measure_star(picture("soft"), X, Y, 36)
    dark = measure_star(picture("soft") * np.float32(0.3), X, Y, 36)
    # nothing in the method has an absolute level but 32-bit rounding
    assert dark.modulation == pytest.approx(plain.modulation, abs=1e-3)
    assert dark.white == pytest.approx(0.3 * plain.white, rel=1e-3)


def test_more_blur_reads_lower() -> None:
    read = [measure_star(picture(name), X, Y, 36) for name in ("sharp", "soft", "defocused", "far")]
    quarter = [one.modulation_025 for one in read]
    fifty = [one.mtf50_cy_px for one in read]
    assert quarter[:3] == sorted(quarter[:3], reverse=True)
    assert fifty == sorted(fifty, reverse=True)


def test_modulation_keeps_its_sign_past_the_zero() -> None:
    measured = measure_star(picture("far"), X, Y, 36)
    lobe = np.interp(0.2, measured.frequency_cy_px, measured.modulation)
    assert truth("far")(np.array(0.2)) < -0.05
    assert lobe == pytest.approx(float(truth("far")(np.array(0.2))), abs=0.005)


@pytest.mark.parametrize(("share", "bias", "spread"), [(0.03, 0.01, 0.02), (0.1, 0.02, 0.04)])
def test_noise_moves_nothing_and_widens_sigma(share: float, bias: float, spread: float) -> None:
    read = [measure_star(noisy(picture("soft"), share, seed), X + 1, Y - 1, 36) for seed in range(12)]
    fifty = np.array([one.mtf50_cy_px for one in read]) / true_mtf50("soft") - 1
    assert abs(fifty.mean()) < bias
    assert fifty.std() < spread
    stated = np.mean([one.mtf50_sigma_cy_px for one in read]) / true_mtf50("soft")
    # twelve draws tell a spread to a fifth; the stated sigma also covers what they share
    assert 0.5 * fifty.std() < stated < 4 * fifty.std()
    assert stated > 1.2 * measure_star(picture("soft"), X, Y, 36).mtf50_sigma_cy_px / true_mtf50("soft")
    assert max(np.hypot(one.x_px - X, one.y_px - Y) for one in read) < 0.05
    assert read[0].noise == pytest.approx(share * (WHITE - BLACK), rel=0.1)


def test_a_ring_of_no_modulation_reads_none_in_noise() -> None:
    f = np.linspace(0.3, 0.4, 1001)
    zero = float(f[np.argmin(np.abs(truth("defocused")(f)))])
    read = [measure_star(noisy(picture("defocused"), 0.03, seed), X, Y, 36) for seed in range(12)]
    values = [np.interp(zero, one.frequency_cy_px, one.modulation) for one in read]
    # magnitudes would average 0.008 here; one ring scatters by 0.006
    assert abs(np.mean(values)) < 0.004


@pytest.mark.parametrize("name", ["sharp", "far"])
def test_centre_in_noise(name: str) -> None:
    off = []
    for seed in range(8):
        one = measure_star(noisy(picture(name), 0.03, seed), X + 3, Y - 3, 36)
        off.append(np.hypot(one.x_px - X, one.y_px - Y))
    # the bar is 0.05 px median and 0.1 px worst
    assert np.median(off) < 0.02
    assert max(off) < 0.05


def test_a_third_cropped_away() -> None:
    measured = measure_star(picture("soft")[:, :224], X, Y, 36)
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.005)
    assert Flag.CROPPED in measured.flags


def test_overfilling_star_has_no_rim() -> None:
    measured = measure_star(picture("soft")[90:230, 90:240], X - 90, Y - 90, 36)
    # no white in view: the contrast is carried on from 0.08 cy/px, to about 1 %
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.015)
    assert measured.radius_px is None
    assert Flag.CROPPED in measured.flags


def test_grey_paper_around_the_star_is_not_taken_for_white() -> None:
    measured = measure_star(picture("soft", paper=0.6), X, Y, 36)
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.015)
    assert measured.radius_px == pytest.approx(RADIUS, rel=0.005)


def test_levels_from_patches() -> None:
    measured = measure_star(picture("soft", paper=0.6), X, Y, 36, levels=(BLACK, WHITE))
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.005)


def test_paper_around_a_star_seen_at_a_slant_from_near_is_its_white() -> None:
    scene = Scene(198, 198, 99.3, 98.6, 67.3, 24, 2.5, tilt_deg=20.0, axis_deg=150.0, view_px=507.0)
    lens = hopkins(0.3, CUT_OFF["f/8, 4 um"])
    measured = measure_star(light(scene, lens), 99, 98, 24)
    # its rim is a circle whose centre lies 3 px off the star's: spokes taken for paper cost 0.9 %
    assert measured.mtf50_cy_px == pytest.approx(half_modulation(on_rings(lens)), rel=0.004)


@pytest.mark.parametrize("cycles", [36, 72])
def test_tilted_star(cycles: int) -> None:
    light = picture("soft", cycles=cycles, tilt_deg=20.0, axis_deg=10.0)
    measured = measure_star(light, X + 1, Y - 1, cycles)
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.01)
    # circles become ellipses of axes 1 : cos 20; the shears that undo it: (1 - cos 20) / (1 + cos 20)
    assert np.hypot(measured.stretch, measured.skew) == pytest.approx(0.0311, abs=0.001)
    assert Flag.TILTED in measured.flags


def test_uneven_light() -> None:
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32) / SIZE - 0.5
    for shade in (1 + 0.3 * x - 0.1 * y, 1 - 0.6 * (x**2 + y**2)):
        measured = measure_star(picture("soft") * shade, X, Y, 36)
        assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.006)


def test_dust_and_dead_pixels() -> None:
    rng = np.random.default_rng(2)
    light = picture("soft").copy()
    light[rng.integers(0, SIZE, 300), rng.integers(0, SIZE, 300)] = 1.0
    for _ in range(25):
        row, column = rng.integers(50, 270, 2)
        light[row : row + 3, column : column + 3] = 0.03
    measured = measure_star(light, X, Y, 36)
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.006)


def test_large_specks_do_not_hide_small_ones() -> None:
    clean = picture("soft", cycles=16)
    dusty = clean.copy()
    for angle in (0.2, 2.0, 4.1):
        row, column = int(Y + 18 * np.sin(angle)), int(X + 18 * np.cos(angle))
        dusty[row - 1 : row + 2, column - 1 : column + 2] *= 0.5
    seen = [np.array(measure_star(each, X, Y, 16).modulation) for each in (clean, dusty)]
    # a quarter of the pixels of one ring; taken out once they leave 0.014
    assert np.abs(seen[1] - seen[0]).max() < 0.004


@pytest.mark.parametrize("first_line", [0, 1])
def test_a_field_reads_as_the_whole_picture(first_line: int) -> None:
    whole = measure_star(picture("soft"), X, Y, 36)
    field = measure_star(picture("soft")[first_line::2], X + 1, Y - 1, 36, line_step=2, first_line=first_line)
    # half the pixels, the same star
    assert field.mtf50_cy_px == pytest.approx(whole.mtf50_cy_px, rel=0.005)
    assert (field.x_px, field.y_px) == pytest.approx((X, Y), abs=0.01)
    assert field.radius_px == pytest.approx(RADIUS, rel=0.005)


def test_codes_with_their_curve_read_as_light() -> None:
    codes = np.rint(picture("soft") ** (1 / 2.2) * 255).astype(np.uint8)
    table = (np.arange(256) / 255).astype(np.float32) ** np.float32(2.2)
    measured = measure_star(codes, X, Y, 36, curve=table)
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.005)
    assert measured.white == pytest.approx(WHITE, abs=0.01)
    # gamma ignored: the mistake this exists to avoid costs 5 % and more
    ignored = measure_star(codes.astype(np.float32) / 255, X, Y, 36)
    assert ignored.mtf50_cy_px != pytest.approx(true_mtf50("soft"), rel=0.04)


def test_video_codes_through_a_jpeg() -> None:
    # BT.709 camera curve, 8-bit video range, 1 % noise, JPEG quality 92: what a capture card hands over
    light = np.clip(noisy(picture("soft"), 0.01, 3), 0, 1)
    signal = np.where(light < 0.018, 4.5 * light, 1.099 * light**0.45 - 0.099)
    codes = np.rint(16 + 219 * signal).astype(np.uint8)
    codes = cv2.imdecode(cv2.imencode(".jpg", codes, [cv2.IMWRITE_JPEG_QUALITY, 92])[1], cv2.IMREAD_GRAYSCALE)
    table = curve(bits=8, transfer="bt709", limited=True)
    measured = measure_star(codes, X + 1, Y, 36, curve=table)
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.015)
    assert (measured.x_px, measured.y_px) == pytest.approx((X, Y), abs=0.03)


@pytest.mark.parametrize("name", ["sharp", "defocused"])
@pytest.mark.parametrize("known", [True, False])
def test_twisted_star(name: str, known: bool) -> None:
    light = picture(name, radius_px=140.0, twisted=True)
    measured = measure_star(light, X + 1, Y - 1, 36, twist_radius_px=140.0 if known else None)
    # between twists stand two or three rings in five
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50(name), rel=0.01)
    assert measured.radius_px == pytest.approx(140.0, rel=0.005)
    if known or name == "defocused":
        assert off_by(measured, name) < 0.01


def test_a_star_is_measured_from_rings_that_were_read_before_its_twists_were_known() -> None:
    light = picture("defocused", radius_px=140.0, twisted=True)
    seen = see_star(light, X + 1, Y - 1, 36, twist_radius_px=150.0)
    assert seen.radius_px == pytest.approx(140.0, rel=0.005)
    # the same rings, so bit for bit the same
    assert seen.measured(140.0) == measure_star(light, X + 1, Y - 1, 36, twist_radius_px=140.0)
    radius, phase, _, _ = seen.waves
    measured = seen.measured(150.0)
    assert measured.ring_radius_px == tuple(radius.tolist())
    assert measured.ring_phase_rad == tuple(phase.tolist())


def test_no_sign_is_guessed_past_a_zero_of_an_unknown_twisted_star() -> None:
    measured = measure_star(picture("far", radius_px=140.0, twisted=True), X, Y, 36)
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("far"), rel=0.01)
    assert min(measured.modulation) > 0.05
    assert measured.modulation_025 is None


def test_ring_phases_show_the_twists() -> None:
    measured = measure_star(picture("sharp", radius_px=140.0, twisted=True), X, Y, 36)
    radius, phase = np.array(measured.ring_radius_px), np.array(measured.ring_phase_rad)
    # theta = n phi + 2 pi twist, so the phase of cos(n phi - phase) falls by 2 pi twist
    middles = 140.0 / np.sqrt(2) ** np.array([0.5, 1.5, 2.5, 3.5])
    seen = phase[[int(np.argmin(np.abs(radius - middle))) for middle in middles]]
    steps = np.angle(np.exp(1j * np.diff(seen)))
    expected = -2 * np.pi * np.diff(twist_cycles(middles / 140.0))
    assert steps == pytest.approx(expected, abs=0.05)


def test_sharpened_picture_is_flagged() -> None:
    light = picture("sharp")
    soft = cv2.GaussianBlur(light, (0, 0), 1.0)
    measured = measure_star(light + (light - soft), X, Y, 36)
    assert Flag.SHARPENED in measured.flags
    assert Flag.SHARPENED not in measure_star(light, X, Y, 36).flags


def test_too_sharp_for_its_pixels() -> None:
    measured = measure_star(picture("perfect"), X, Y, 36)
    assert measured.mtf50_cy_px is None
    assert Flag.ABOVE_NYQUIST in measured.flags
    assert measured.modulation_025 == pytest.approx(float(truth("perfect")(np.array(0.25))), abs=0.005)


def test_low_contrast_and_dark_are_flagged() -> None:
    grey = picture("soft") * np.float32(0.1) + np.float32(0.4)
    assert Flag.LOW_CONTRAST in measure_star(grey, X, Y, 36).flags
    assert Flag.TOO_DARK in measure_star(picture("soft") * np.float32(0.02), X, Y, 36).flags


@pytest.mark.parametrize("seed", range(3))
def test_noise_alone_is_lost(seed: int) -> None:
    grain = np.random.default_rng(seed).normal(0.5, 0.1, (200, 200)).astype(np.float32)
    measured = measure_star(grain, 100, 100, 36)
    assert Flag.LOST in measured.flags
    assert measured.mtf50_cy_px is None


@pytest.mark.parametrize("light", [np.zeros((1, 1), np.float32), np.full((60, 60), 0.5, np.float32)])
def test_nothing_there_is_lost_and_no_error(light: np.ndarray) -> None:
    assert Flag.LOST in measure_star(light, 0, 0, 36).flags


def test_nan_pixels_are_left_out() -> None:
    light = picture("soft").copy()
    light[100:103, :] = np.nan
    measured = measure_star(light, X, Y, 36)
    assert measured.mtf50_cy_px == pytest.approx(true_mtf50("soft"), rel=0.006)


def test_wrong_calls_raise() -> None:
    with pytest.raises(ValueError, match="3 cycles"):
        measure_star(picture("soft"), X, Y, 2)
    with pytest.raises(ValueError, match="finite"):
        measure_star(picture("soft"), float("nan"), Y, 36)


def test_measurements_are_frozen_and_replaceable() -> None:
    measured = measure_star(picture("soft"), X, Y, 36)
    assert replace(measured, cycles=36) == measured
    assert list(measured.frequency_cy_px) == sorted(measured.frequency_cy_px)
    assert len(measured.frequency_cy_px) == len(measured.modulation) == len(measured.modulation_sigma)
