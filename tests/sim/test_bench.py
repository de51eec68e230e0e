"""The bench against optics worked out another way: exact integrals, and a picture drawn by brute force."""

import math

import numpy as np
import pytest
from tests.oracles.plain_measure import ring_modulation

from backfocus.optics.blur import lens_pixel_mtf
from backfocus.sim.bench import Bench
from backfocus.sim.camera import WHITE_LIGHT
from backfocus.sim.paper import BLACK, WHITE
from backfocus.sim.raster import Exposure
from backfocus.sim.sensor import bt709
from backfocus.sim.settings import sim_settings


def bench_with(**given):
    usual = {
        "delta_um": 0.0,
        "tele_misfocus_um": 0.0,
        "w040": (0.0, 0.0),
        "noise": 0.0,
        "plain": True,
        "width_px": 384,
        "height_px": 320,
        "f_numbers": ((0.0, 1.8),),
    }
    return Bench(sim_settings(**(usual | given)))


def settled_light(bench):
    """The picture once the zoom stands still."""
    bench.light(0.0)
    return bench.light(0.0)


@pytest.mark.parametrize("zoom", [0.45, 1.0])
@pytest.mark.parametrize(
    ("f_number", "delta_um"), [(1.8, 0.0), (1.8, 9.0), (1.8, -25.0), (2.6, 20.0), (5.6, 60.0)]
)
def test_the_star_shows_the_exact_modulation(zoom, f_number, delta_um):
    bench = bench_with(delta_um=delta_um, f_numbers=((0.0, f_number),))
    bench.turn(zoom=zoom)
    light = settled_light(bench)
    for radius_px in (12.8, 14.3, 17.0, 20.0, 25.0, 33.0, 45.0, 60.0):
        frequency, modulation = ring_modulation(light, bench.camera.centre_px(bench.pose), radius_px)
        exact = abs(lens_pixel_mtf(frequency, delta_um, f_number=f_number, pixel_um=5.0))
        # What the bench promises, to 0.45 cy/px. A ring 1.4 px wide mixes frequencies: 0.001 of it.
        assert modulation == pytest.approx(float(exact), abs=0.003), radius_px


def test_while_the_zoom_moves_it_is_nearly_as_good():
    bench = bench_with(delta_um=15.0)
    bench.turn(zoom=0.8)
    light = bench.light(0.0)
    for radius_px in (20.0, 25.0, 33.0, 60.0):
        frequency, modulation = ring_modulation(light, bench.camera.centre_px(bench.pose), radius_px)
        exact = float(lens_pixel_mtf(frequency, 15.0, f_number=1.8, pixel_um=5.0))
        # One sample to a pixel: what folds down comes through the lens at the wrong frequency.
        assert modulation == pytest.approx(abs(exact), abs=0.01), radius_px


def test_wide_discs_are_drawn_on_coarse_grids_with_the_same_result():
    bench = bench_with(delta_um=0.0)
    bench.turn(zoom=1.0, focus_um=bench.lens.chart_focus_um + 250.0)
    light = settled_light(bench)
    for radius_px in (100.0, 125.0, 150.0):
        frequency, modulation = ring_modulation(light, bench.camera.centre_px(bench.pose), radius_px)
        exact = float(lens_pixel_mtf(frequency, 250.0, f_number=1.8, pixel_um=5.0))
        # A disc of 28 px on samples two pixels apart, whose cubic interpolation costs a little; the picture's
        # edge, where the canvas wraps, is in these rings.
        assert modulation == pytest.approx(abs(exact), abs=0.01), radius_px


def brute_force(bench, size=64, fine=16):
    """A small piece round the star's centre: bars sampled `fine` times a pixel each way, a pupil sampled on a
    grid, its autocorrelation by Fourier transform, and the pixel as a mean of samples."""
    settings, pose = bench.settings, bench.pose
    count = size * fine
    number = bench.lens.f_number(pose)
    centre = bench.camera.centre_px(bench.pose)
    corner = [round(at) - size // 2 for at in centre]
    step = (np.arange(count) + 0.5) / fine - 0.5
    dx, dy = step[None, :] + corner[0] - centre[0], step[:, None] + corner[1] - centre[1]
    angle = settings.cycles * (np.arctan2(dy, dx) - bench.camera.turned_rad)
    scene = np.where(np.cos(angle) > 0, WHITE, BLACK).astype(float)
    frequency = np.hypot(np.fft.fftfreq(count, 1 / fine)[:, None], np.fft.fftfreq(count, 1 / fine)[None, :])
    cutoff = 5.0 / (0.55 * number)
    pupil_radius = cutoff / 2
    squared = (frequency / pupil_radius) ** 2
    w020, w040 = bench.lens.waves(pose)
    pupil = np.where(squared <= 1, np.exp(2j * np.pi * (w020 * squared + w040 * squared**2)), 0)
    spread = np.abs(np.fft.ifft2(pupil)) ** 2
    transfer = np.fft.fft2(spread).real
    seen = np.fft.ifft2(np.fft.fft2(scene) * transfer / transfer[0, 0]).real
    return seen.reshape(size, fine, size, fine).mean(axis=(1, 3)), corner


@pytest.mark.parametrize(
    ("delta_um", "w040", "worst"), [(0.0, 0.0, 0.06), (18.0, 0.0, 0.02), (-12.0, 0.8, 0.02)]
)
def test_every_pixel_is_that_of_a_picture_drawn_by_brute_force(delta_um, w040, worst):
    bench = bench_with(delta_um=delta_um, w040=(w040, w040))
    bench.turn(zoom=1.0)
    light = settled_light(bench)
    drawn, (left, top) = brute_force(bench)
    inner = slice(12, -12)
    seen = light[top : top + 64, left : left + 64][inner, inner]
    drawn = drawn[inner, inner]
    seen = seen * (drawn.mean() / seen.mean())
    # Of a swing of 219. With two samples to a pixel the moire of what lies above 1 cy/px is missing: in focus
    # the third harmonic of the bars inside 17 px, a third of 4/pi times the pixel's side lobe of 0.2.
    y, x = np.mgrid[:40, :40] - 19.5
    away = np.hypot(x, y) > 8
    assert np.abs(seen - drawn)[away].max() < worst * 219
    assert np.sqrt(np.mean((seen - drawn)[away] ** 2)) < worst / 5 * 219


@pytest.mark.parametrize("axis", [0, 1])
def test_the_centre_is_where_it_says(axis):
    bench = bench_with(delta_um=10.0)
    bench.turn(zoom=1.0)
    light = settled_light(bench)
    steps = np.linspace(-0.5, 0.5, 5)
    tried = np.repeat([bench.camera.centre_px(bench.pose)], 5, axis=0)
    tried[:, axis] += steps
    # A ring about the wrong centre loses modulation, quadratically near the right one.
    modulation = [ring_modulation(light, centre, 17.0)[1] for centre in tried]
    square, slope, _ = np.polyfit(steps, modulation, 2)
    # The fourth order of the fit costs less than a hundredth of a pixel; folding is the rest.
    assert -slope / (2 * square) == pytest.approx(0.0, abs=0.02)


def test_light_falls_a_stop_at_tele_and_with_the_iris():
    bench = bench_with(f_numbers=((7.8, 1.8), (108.0, 1.8), (156.0, 2.6)))
    wide = settled_light(bench)
    bench.turn(zoom=1.0)
    tele = settled_light(bench)
    middle = tuple(round(at) for at in bench.camera.centre_px(bench.pose))
    near = np.s_[middle[1] - 40 : middle[1] + 41, middle[0] - 40 : middle[0] + 41]
    # The same star fills both pieces; 3 % of lamps and of bars cut at the piece's edge.
    assert tele[near].mean() / wide[near].mean() == pytest.approx((1.8 / 2.6) ** 2, rel=0.03)
    bench.turn(iris_f=5.2)
    assert settled_light(bench).mean() / tele.mean() == pytest.approx(0.25, rel=1e-3)


def test_white_stands_at_85_percent_of_the_signal():
    bench = bench_with()
    bench.turn(zoom=0.5)
    settled_light(bench)
    luma = bench.frame(0, 0.0).luma
    # The wide bars far from the centre are flat inside; lamps are uneven by a few per cent there.
    signal = (np.percentile(luma, 90) - 16) / 219
    assert signal == pytest.approx(float(bt709(np.array(WHITE_LIGHT))), abs=0.02)


def test_clipped_clips():
    frame = bench_with(clipped=True).frame(0, 0.0)
    assert np.mean(frame.luma == 254) > 0.02


def test_noise_is_as_asked():
    clean = bench_with(noise=0.0, seed=4).frame(0, 0.0)
    noisy = bench_with(noise=0.02, seed=4).frame(0, 0.0)
    inside = (clean.luma > 30) & (clean.luma < 235)
    spread = np.std(noisy.luma.astype(float)[inside] - clean.luma[inside])
    # 0.02 of 219 codes, plus a twelfth of a code squared for each rounding; 100,000 samples: 0.5 %.
    assert spread == pytest.approx(math.hypot(0.02 * 219, math.sqrt(2 / 12)), rel=0.01)


def test_noise_is_new_in_every_picture():
    bench = bench_with(noise=0.01)
    settled_light(bench)
    first, second = (bench.frame(index, 0.0).luma.astype(float) for index in range(2))
    shared = np.corrcoef((first - second).ravel()[:-1], (first - second).ravel()[1:])[0, 1]
    assert abs(shared) < 0.02  # white: 120,000 samples scatter by 0.003


def test_detail_overshoots_at_edges():
    plain = bench_with().frame(0, 0.0).luma
    sharpened = bench_with(detail=1.0).frame(0, 0.0).luma
    assert sharpened.max() > plain.max() + 3
    # What is added at edges sums to nothing, but for the darkest, which cannot go below black.
    assert sharpened.mean() == pytest.approx(plain.mean(), abs=1.5)


def test_fields_are_woven_line_by_line():
    bench = bench_with(interlaced="bottom")
    first, second = np.full((320, 384), 0.1, np.float32), np.full((320, 384), 0.5, np.float32)
    frame = bench.camera.frame((Exposure((first,)), Exposure((second,))), 3, 0.12)
    assert frame.interlaced == "bottom"
    assert np.all(frame.luma[1::2] == frame.luma[1, 0])
    assert np.all(frame.luma[0::2] > frame.luma[1, 0])


def test_shake_moves_the_picture_by_its_rms():
    bench = bench_with(shake_px=0.5)
    moves = np.array([bench.camera.shake_px(at_s) for at_s in np.arange(0, 60, 0.04)])
    # Six sines beat: over a minute their rms is within a few per cent of its long mean.
    assert np.sqrt(np.mean(moves**2, axis=0)) == pytest.approx([0.5, 0.5], rel=0.1)
    still, moved = bench.light(0.0), bench.light(0.3)
    assert np.abs(still - moved).max() > 0.01


def test_one_seed_is_one_picture():
    one, two, other = (bench_with(seed=seed, noise=0.01).frame(0, 0.0).luma for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, two)
    assert np.any(one != other)


def test_a_twisted_star_has_the_spokes_of_the_plain_one_outside_its_first_twist():
    plain, twisted = bench_with(), bench_with(plain=False)
    for bench in (plain, twisted):
        bench.turn(zoom=0.2)
    difference = np.abs(settled_light(plain) - settled_light(twisted))
    x, y = plain.camera.centre_px(plain.pose)
    rows, columns = np.mgrid[:320, :384]
    radius = np.hypot(columns - x, rows - y) / plain.lens.scale_px(plain.pose)
    assert difference[(radius > 0.73) & (radius < 0.98)].max() < 0.01
    assert difference[(radius > 0.55) & (radius < 0.65)].max() > 0.3
