"""Real sensors against exact transfers, and against themselves with a part left out."""

import itertools

import numpy as np
import pytest
from tests.oracles import camera_transfer as exact
from tests.oracles.plain_measure import light_in, ring_modulation, sine_in, wave

from backfocus.optics.blur import diffraction_defocus_mtf
from backfocus.sim.bench import Bench
from backfocus.sim.raster import Exposure, raster_of
from backfocus.sim.real_sensor import STEADIED_SHARE, RealSensor
from backfocus.sim.settings import sim_settings

from .test_bench import settled_light

F_NUMBER = 2.8


def bench_with(**given):
    usual = {
        "delta_um": 0.0,
        "tele_misfocus_um": 0.0,
        "w040": (0.0, 0.0),
        "noise": 0.0,
        "plain": True,
        "width_px": 384,
        "height_px": 320,
        "f_numbers": ((0.0, F_NUMBER),),
    }
    return Bench(sim_settings(**(usual | given)))


@pytest.mark.parametrize("given", [{"olpf": 0.7}, {"skip": 3}, {"scale": 1.25}, {"scale": 0.75, "olpf": 0.5}])
def test_photosites_collect_what_their_area_and_the_filter_before_them_pass(given):
    bench = bench_with(**given)
    bench.turn(zoom=0.5)
    light = settled_light(bench)
    per_px = given.get("scale", 1.0)
    side_px = 1.0 / per_px / given.get("skip", 1)
    spots_px = given.get("olpf", 0.0) / per_px
    centre = [(at + 0.5) * per_px - 0.5 for at in bench.camera.centre_px(bench.pose)]
    for radius in (17.0, 20.0, 25.0, 33.0, 60.0):
        frequency, modulation = ring_modulation(light, centre, radius)
        frequency *= per_px
        lens = diffraction_defocus_mtf(frequency, 0.0, f_number=F_NUMBER, pixel_um=5.0)
        whole = exact.on_ring(frequency, exact.aperture(side_px), exact.low_pass(spots_px)) * float(lens)
        # What the bench promises of its star; small photosites leave it more to fold, a third of 4/pi.
        assert modulation == pytest.approx(whole, abs=0.003 if side_px >= 0.8 else 0.006), radius


def passed(fx, fy, **given):
    """What is left of a sine of light on the photosites in the luma; fx and fy in cycles per delivered pixel.

    Its contrast is small, or the transfer curves of three colours would not add up; grain keeps the rounding
    to code values from going round with the sine.
    """
    settings = sim_settings(**({"noise": 0.005, "width_px": 384, "height_px": 320} | given))
    raster = raster_of(settings)
    crests = wave((raster.height, raster.width), fx / raster.per_px, fy / raster.per_px)
    light = (0.4 + 0.04 * np.cos(crests)).astype(np.float32)
    luma = RealSensor(settings).picture((Exposure((light,)),), None).luma
    return float(sine_in(light_in(luma), fx, fy).real) / 0.04


GRAINY = 0.006
"""Grain of 1.1 codes and rounding, a sine of 8 codes, 60,000 places that count: 0.0015, four times that."""
SINES = [
    (frequency * np.cos(turn_rad), frequency * np.sin(turn_rad))
    for frequency in (0.08, 0.2, 0.31, 0.43)
    for turn_rad in (0.05, 0.5, 0.8)
]


@pytest.mark.parametrize(("fx", "fy"), SINES)
def test_a_bilinear_demosaic_passes_what_its_means_pass(fx, fy):
    found = passed(fx, fy, sensor="bayer", demosaic="bilinear")
    assert found == pytest.approx(float(exact.bilinear_mosaic(fx, fy)), abs=GRAINY)


@pytest.mark.parametrize("scale", [1.25, 1.5, 2.0])
@pytest.mark.parametrize(("fx", "fy"), SINES)
def test_scaling_down_averages_over_areas(scale, fx, fy):
    found = passed(fx, fy, scale=scale)
    assert found == pytest.approx(float(exact.averaged_down(scale)(fx, fy)), abs=GRAINY)


@pytest.mark.parametrize("scale", [0.5, 0.75])
@pytest.mark.parametrize(("fx", "fy"), SINES)
def test_enlarging_is_a_cubic_convolution(scale, fx, fy):
    if np.hypot(fx, fy) > 0.45 * scale:
        return  # nothing that fine stands on so few photosites
    found = passed(fx, fy, scale=scale)
    assert found == pytest.approx(float(exact.enlarged(scale)(fx, fy)), abs=GRAINY)


@pytest.mark.parametrize(("fx", "fy"), SINES)
def test_sharpening_adds_what_a_bell_takes_away(fx, fy):
    found = passed(fx, fy, sharpen=0.5)
    bell = np.exp(-2 * (np.pi * 1.0) ** 2 * (fx**2 + fy**2))
    # The kernel is cut at three or four sigma.
    assert found == pytest.approx(1 + 0.5 * (1 - bell), abs=2 * GRAINY)


@pytest.mark.parametrize(
    "given",
    [
        {"sensor": "bayer"},
        {"sensor": "bayer", "demosaic": "bilinear", "olpf": 0.8},
        {"sensor": "three-chip"},
        {"scale": 1.5},
        {"scale": 0.7, "sharpen": 0.5},
        {"sensor": "bayer", "skip": 3},
    ],
)
def test_a_flat_grey_stays_flat_and_grey(given):
    settings = sim_settings(noise=0.0, width_px=128, height_px=96, **given)
    raster = raster_of(settings)
    light = np.full((raster.height, raster.width), 0.3, np.float32)
    picture = RealSensor(settings).picture((Exposure((light,)),), None)
    assert np.ptp(picture.luma) == 0
    assert light_in(picture.luma[0, 0]) == pytest.approx(0.3, abs=0.003)  # half a code
    assert picture.chroma is None or all(np.all(plane == 128) for plane in picture.chroma)


@pytest.mark.parametrize(
    "given",
    [
        {"sensor": "three-chip"},
        {"sensor": "bayer", "demosaic": "bilinear"},
        {"sensor": "bayer", "demosaic": "vng"},
        {"sensor": "bayer", "demosaic": "edge-aware", "scale": 1.5},
        {"sensor": "bayer", "demosaic": "hamilton-adams", "skip": 3},
    ],
)
def test_an_even_colour_is_that_colour(given):
    settings = sim_settings(noise=0.0, width_px=128, height_px=96, **given)
    raster = raster_of(settings)
    colour = 0.5, 0.3, 0.15  # red, green, blue
    planes = tuple(np.full((raster.height, raster.width), part, np.float32) for part in colour)
    picture = RealSensor(settings).picture((Exposure(planes),), None)
    red, green, blue = (1.099 * part**0.45 - 0.099 for part in colour)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # BT.709-6, items 3.2 to 3.5; a code for rounding, in raw values too.
    inner = np.s_[4:-4, 4:-4]
    assert np.abs(picture.luma[inner] - (16 + 219 * luma)).max() <= 1.0
    assert np.abs(picture.chroma[0][inner] - (128 + 224 * (blue - luma) / 1.8556)).max() <= 1.0
    assert np.abs(picture.chroma[1][inner] - (128 + 224 * (red - luma) / 1.5748)).max() <= 1.0


def test_a_full_photosite_is_full():
    settings = sim_settings(noise=0.0, width_px=128, height_px=96, sensor="bayer")
    bright, brighter = (
        RealSensor(settings).picture((Exposure((np.full((96, 128), light, np.float32),)),), None).luma
        for light in (1.3, 30.0)
    )
    np.testing.assert_array_equal(bright, brighter)
    assert np.all(bright == 254)


def test_a_lens_that_focuses_red_apart_shows_in_the_colours_of_a_mosaic():
    shown = []
    for lca_um in (0.0, 60.0):
        bench = bench_with(sensor="bayer", demosaic="hamilton-adams", olpf=0.7, lca_um=lca_um, delta_um=60.0)
        bench.turn(zoom=0.3)
        settled_light(bench)
        shown.append([np.std(plane) for plane in bench.frame(0, 0.0).chroma])
    # A grey star shows moire only, and a blur of some pixels has none; one that differs by colour shows it.
    assert max(shown[0]) < 1.0
    assert min(shown[1]) > 3 * max(shown[0])


@pytest.mark.parametrize(
    "given", [{"olpf": 0.0}, {"scale": 1.0}, {"skip": 1}, {"sensor": "mono"}, {"nr": 0.0}]
)
def test_a_part_set_to_nothing_is_no_part(given):
    with_it, without = bench_with(noise=0.01, **given), bench_with(noise=0.01)
    np.testing.assert_array_equal(with_it.frame(0, 0.0).luma, without.frame(0, 0.0).luma)


@pytest.mark.parametrize(
    "given", [{"sensor": "bayer"}, {"sensor": "three-chip"}, {"scale": 1.5}, {"skip": 3}]
)
def test_every_sensor_sees_the_same_scene_at_the_same_place(given):
    ideal, real = bench_with(delta_um=60.0), bench_with(delta_um=60.0, **given)
    for bench in (ideal, real):
        bench.turn(zoom=0.3)
        settled_light(bench)
    first, second = (light_in(bench.frame(0, 0.0).luma)[8:-8, 8:-8] for bench in (ideal, real))
    # So far out of focus (4.3 px of blur) nothing fine is left for a sensor to lose.
    assert second.mean() == pytest.approx(first.mean(), rel=0.002)
    shares = [np.sum(first * np.roll(second, step, axis)) for axis in (0, 1) for step in (-1, 0, 1)]
    for left, middle, right in (shares[:3], shares[3:]):
        assert (right - left) / (2 * (2 * middle - left - right)) == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize(("fx", "fy"), [(0.0, 0.2), (0.0, 0.37), (0.3, 0.0), (0.2, 0.25)])
def test_fields_of_a_real_sensor_average_pairs_of_lines(fx, fy):
    settings = sim_settings(noise=0.005, width_px=384, height_px=320, sensor="three-chip", interlaced="top")
    light = (0.4 + 0.04 * np.cos(wave((320, 384), fx, fy))).astype(np.float32)
    exposure = Exposure((light,))
    luma = RealSensor(settings).picture((exposure, exposure), "top").luma
    # Half a line lower both lines of a pair agree.
    moved = sine_in(light_in(luma), fx, fy) / 0.04 * np.exp(-1j * np.pi * fy)
    assert moved == pytest.approx(np.cos(np.pi * fy), abs=GRAINY)


def test_noise_at_white_is_as_asked_on_every_sensor():
    """In the dark it is a little more: the transfer curve is steeper there, and reading adds its own."""
    for sensor, share in (("mono", 1.0), ("three-chip", np.linalg.norm([0.2126, 0.7152, 0.0722]))):
        settings = sim_settings(noise=0.02, sharpen=1e-9, sensor=sensor, width_px=384, height_px=320)
        picture = RealSensor(settings).picture((Exposure((np.full((320, 384), 0.7, np.float32),)),), None)
        assert np.std(picture.luma) == pytest.approx(0.02 * 219 * share, rel=0.03)


def graininess(**given):
    """Standard deviation of noise after a second, in codes, on flat grey."""
    settings = sim_settings(noise=0.02, width_px=384, height_px=320, **given)
    sensor = RealSensor(settings)
    grey = Exposure((np.full((320, 384), 0.4, np.float32),))
    return float(np.std([sensor.picture((grey,), None).luma for _ in range(25)][-1]))


def test_noise_falls_with_noise_reduction():
    spread = [graininess(sensor="bayer", nr=nr) for nr in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert all(more > 1.1 * less for more, less in itertools.pairwise(spread))


def test_noise_reduction_keeps_edges_and_the_mean():
    settings = sim_settings(noise=0.01, width_px=384, height_px=320, nr=1.0)
    light = np.full((320, 384), 0.1, np.float32)
    light[:, 192:] = 0.5
    luma = RealSensor(settings).picture((Exposure((light,)),), None).luma
    across = luma.mean(axis=0)
    dark, bright = across[100], across[300]
    # A step of 70 codes is 30 times the noise: no neighbour beyond it counts.
    assert across[191] == pytest.approx(dark, abs=1.0)
    assert across[192] == pytest.approx(bright, abs=1.0)
    assert light_in(across[20:180]).mean() == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize("part", [0.0, 0.25, 0.5])
def test_the_stabiliser_moves_by_parts_of_a_pixel_and_loses_what_that_loses(part):
    settings = sim_settings(noise=0.005, width_px=384, height_px=320, eis=True)
    frequency = 0.3
    crests = wave((320, 384), frequency, 0.0)
    moved_px = part / STEADIED_SHARE
    light = (0.4 + 0.04 * np.cos(crests - 2 * np.pi * frequency * moved_px)).astype(np.float32)
    luma = RealSensor(settings).picture((Exposure((light,), (moved_px, 0.0)),), None).luma
    found = sine_in(light_in(luma), frequency, 0.0) / 0.04
    # Two neighbours weighed by how near they are, moved back by what the stabiliser knows of the shake.
    turn = 2j * np.pi * frequency
    both = (1 - part) + part * np.exp(turn)
    expected = both * np.exp(-turn * moved_px)
    assert found == pytest.approx(expected, abs=GRAINY)


def test_a_stabiliser_takes_the_shake_away():
    def wander(**given):
        bench = bench_with(shake_px=2.0, **given)
        bench.turn(zoom=0.3)
        settled_light(bench)
        pictures = [bench.frame(index, index / 25).luma.astype(float) for index in range(8)]
        return np.mean([np.abs(later - earlier).mean() for earlier, later in itertools.pairwise(pictures)])

    assert wander(eis=True) < 0.3 * wander()
