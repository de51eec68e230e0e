"""Scenes are right at every zoom: tele's picture summed up is wide's, and the lens blurs it as it must."""

import numpy as np
import pytest
from tests.oracles.scenes import seen_at

from backfocus.errors import UsageError
from backfocus.sim.bench import Bench
from backfocus.sim.imaging import Grid, analyse, canvas_size, picture
from backfocus.sim.scene.scene import DRAW, Scene, window
from backfocus.sim.scene.sheet import Sheet
from backfocus.sim.settings import parse_sim, sim_settings
from backfocus.sim.wavefront import transfer

CANVAS = canvas_size(288), canvas_size(160)
RADIUS_PX, ZOOM = 77.0, 8.0
F_NUMBER, PIXEL_UM = 2.0, 5.0
CUT_OFF = PIXEL_UM / (0.55 * F_NUMBER)


@pytest.fixture(scope="module")
def scene():
    return Scene(
        "text",
        CANVAS,
        wide_radius_px=RADIUS_PX,
        px_per_unit=1.0,
        zoom=(1.0, ZOOM),
        fine=2,
        seed=4,
    )


def _drawn(kind, pitch, half):
    sheet = Sheet.blank(pitch, *half)
    DRAW[kind](sheet, 3)
    return sheet.samples.astype(float)


@pytest.mark.parametrize("scale", [1.0, 1.7])
@pytest.mark.parametrize("residual_um", [0.0, 12.0, 40.0])
def test_a_wide_picture_is_the_finest_drawing_summed_up_behind_the_lens(scene, scale, residual_um):
    waves = residual_um / (8 * 0.55 * F_NUMBER**2)
    middle = CANVAS[0] // 2, CANVAS[1] // 2
    grid = Grid(*CANVAS, 2, window=window)
    sharp = scene.sharp(RADIUS_PX * scale, middle, fine=2)
    off = 0.3, -0.2
    seen = picture(
        analyse(sharp, np.ones_like(sharp), grid, off),
        lambda frequency: transfer(frequency, waves, 0.0, CUT_OFF),
        residual_um / F_NUMBER / PIXEL_UM,
    )
    fine = scene.sharp(RADIUS_PX * ZOOM, middle, fine=2).astype(float)
    places = np.arange(-8, 9), np.arange(-4, 5)
    factor = 2 * ZOOM / scale
    expected = seen_at(
        fine,
        factor,
        (2 * middle[0], 2 * middle[1]),
        (places[0] - off[0], places[1] - off[1]),
        w020_waves=waves,
        cut_off=CUT_OFF,
    )
    got = seen[np.ix_(places[1] + middle[1], places[0] + middle[0])]
    # Bytes of levels that are halved four times, and what folds from above their filters at the edges of
    # letters: in focus, where most of it is left, 6 % of the scene's contrast (60 of 255); else less.
    assert np.sqrt(np.mean((got - expected) ** 2)) < (4.2 if residual_um == 0.0 else 3.0)
    assert expected.std() > 5.0


@pytest.mark.parametrize("kind", DRAW)
def test_a_scene_is_the_same_on_every_sheet(kind):
    fine, coarse = _drawn(kind, 0.5, (128, 64)), _drawn(kind, 1.0, (64, 32))
    summed = fine[:-1, :-1].reshape(64, 2, 128, 2).mean(axis=(1, 3))
    both = np.corrcoef(summed.ravel(), coarse[:-1, :-1].ravel())[0, 1]
    # A sample is half a unit aside and the finest detail is on the finer sheet only; two different scenes
    # have nothing in common. What is painted smooth is half random.
    assert both > (0.3 if kind in ("wall", "glossy") else 0.6)


def test_the_longest_focal_length_sees_detail_to_its_own_pixels():
    scene = Scene(
        "brick", CANVAS, wide_radius_px=RADIUS_PX, px_per_unit=1.0, zoom=(1.0, 20.0), fine=2, seed=2
    )
    tele = scene.sharp(20 * RADIUS_PX, (CANVAS[0] // 2, CANVAS[1] // 2), fine=1)
    spectrum = np.abs(
        np.fft.fft2((tele - tele.mean()) * np.hanning(CANVAS[1])[:, None] * np.hanning(CANVAS[0]))
    )
    radius = np.hypot(np.fft.fftfreq(CANVAS[0])[None, :], np.fft.fftfreq(CANVAS[1])[:, None])
    low, high = (spectrum[(radius > at) & (radius < at + 0.05)].mean() for at in (0.05, 0.35))
    # A natural scene's contrast falls with the frequency: a seventh at seven times of it, less the window's
    # quarter. A texture that is only enlarged has a thousandth there.
    assert high > low / 20


def test_a_scene_stands_before_the_camera_instead_of_a_chart():
    address = "sim://?scene=shelf&size=192x108&zoom=3&codec=none&seed=3&delta_um=0"
    first, second = (Bench(parse_sim(address)).frame().luma for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, Bench(parse_sim(address.replace("seed=3", "seed=4"))).frame().luma)
    assert first.std() > 15


@pytest.mark.parametrize("chart", [{"cycles": 40}, {"plain": True}, {"target": "edge"}])
def test_a_scene_has_no_chart_in_it(chart):
    with pytest.raises(UsageError, match="scene"):
        sim_settings(scene="leaves", **chart)


# Depth and people ----------------------------------------------------------------------------------------

SMALL = "size=192x108&zoom=3&codec=none&noise=0&seed=3&delta_um=0"


def _seen(keys, *, at_s=0.0, zoom=0.0):
    bench = Bench(parse_sim(f"sim://?{SMALL}&{keys}"))
    bench.turn(zoom=zoom, focus_um=bench.lens.chart_focus_um)
    return bench.frame(0, at_s).luma.astype(float), bench


def test_every_second_sector_of_a_scene_stands_at_another_depth_and_is_as_soft_as_that_depth_is():
    flat, bench = _seen("scene=blinds", zoom=1.0)
    deep, _ = _seen("scene=blinds&depth_m=3.5", zoom=1.0)
    x, y = bench.camera.centre_px(bench.pose)
    rows, columns = np.mgrid[: flat.shape[0], : flat.shape[1]]
    third = np.cos(3 * np.arctan2(rows - y, columns - x))
    far_out = np.hypot(rows - y, columns - x) > 20
    near = far_out & (third < -0.6)
    assert np.array_equal(flat[near], deep[near])
    # the same scene with the ring turned by what 3.5 m instead of 3 m moves the image: f^2 (1/d - 1/d')
    bench.turn(focus_um=bench.lens.chart_focus_um + bench.lens.settings.tele_mm**2 * (1 / 3.0 - 1 / 3.5))
    turned = bench.frame(0, 0.0).luma.astype(float)
    far = far_out & (third > 0.6)
    assert np.abs(turned[far] - deep[far]).max() <= 1.0  # codes are rounded
    steep, soft = (np.abs(np.diff(each, axis=0))[far[1:]].max() for each in (flat, deep))
    assert soft < 0.7 * steep


def test_somebody_walks_by_as_fast_and_as_large_as_people_are():
    still, bench = _seen("scene=wall")
    per_m = 1e3 * bench.lens.settings.wide_mm / 5.0 / (0.8 * 3.0)
    _, passed = _seen("scene=wall&mover=person")
    places = []
    for at_s in np.arange(0.0, 4.0, 0.1):
        off = np.abs(passed.frame(0, at_s).luma.astype(float) - still) > 4
        seen = np.flatnonzero(off.mean(axis=0) > 0.3)
        if len(seen) and seen[0] > 0:  # the edge that comes in from the right, or goes out there
            places.append((at_s, float(seen[0])))
    (start_s, start), (end_s, end) = places[0], places[-1]
    # a head is at least as wide as that and leads or follows the shoulders: the steps are even anyway
    speed = abs(end - start) / (end_s - start_s) / per_m
    assert len(places) > 2
    assert abs(speed - 1.2) < 0.15  # places are whole pixels, 0.1 s apart


def test_a_crowd_never_stands_still():
    _, bench = _seen("scene=wall&mover=crowd")
    first, second = (bench.frame(0, at_s).luma.astype(float) for at_s in (1.0, 1.5))
    assert np.abs(first - second).mean() > 10


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("depth_m=4", "scene"),
        ("scene=text&depth_m=4&lens=rear", "lens=rear"),
        ("mover=person&shutter=rolling", "shutter=rolling"),
        ("scene=text&depth_m=0.4", "depth_m"),
    ],
)
def test_depth_and_people_that_cannot_be_drawn_are_refused_in_words(keys, word):
    with pytest.raises(UsageError, match=word):
        parse_sim(f"sim://?{keys}")


@pytest.mark.parametrize(
    ("aperture", "shift_px"), [(1.0, (0.0, 0.0)), (1.0, (0.37, -1.61)), (0.5, (0.37, -1.61))]
)
def test_what_a_sensor_folds_is_what_its_photosites_see(aperture, shift_px):
    """The quick way to every second sample, and all samples with every second left out."""
    grid = Grid(*CANVAS, 2, aperture)
    sharp = np.random.default_rng(7).uniform(10, 230, (2 * CANVAS[1], 2 * CANVAS[0])).astype(np.float32)
    for axis in (0, 1):  # as everything is drawn: with nothing left at the grid's own Nyquist frequency
        sharp = sharp / 2 + np.roll(sharp, 1, axis) / 4 + np.roll(sharp, -1, axis) / 4
    spectrum = analyse(sharp, np.full(sharp.shape, 1 / 229, np.float32), grid, (0.2, 0.4))
    seen, all_seen = (
        picture(
            spectrum, lambda frequency: transfer(frequency, 0.3, 0.1, CUT_OFF), 3.0, shift_px, between=between
        )
        for between in (False, True)
    )
    # Single precision through a transform of 1e5 samples.
    np.testing.assert_allclose(seen, all_seen[::2, ::2], atol=2e-6)
