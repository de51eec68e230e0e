"""A rolling shutter: each row must be the row of the picture taken as a whole when that row is read."""

import numpy as np
import pytest

from backfocus.sim.bench import Bench
from backfocus.sim.raster import raster_of
from backfocus.sim.settings import sim_settings
from backfocus.sim.shutter import READOUT_S, read_at_s, rolled

SIZE = {"width_px": 384, "height_px": 320}
ROWS = (30, 90, 160, 230, 290)


def bench_with(**given):
    usual = {"delta_um": 12.0, "tele_misfocus_um": 0.0, "noise": 0.0, "zoom": 10.0, "plain": True, **SIZE}
    return Bench(sim_settings(**(usual | given)))


def read_after_s(row):
    return (row - 159.5) / 320 * READOUT_S


def test_a_still_camera_is_seen_alike_by_both_shutters():
    pictures = []
    for shutter in ("global", "rolling"):
        bench = bench_with(shutter=shutter, sensor="bayer", noise=0.01)
        bench.turn(zoom=0.4)
        pictures.append([bench.frame(index, index / 25).luma for index in range(3)])
    np.testing.assert_array_equal(*pictures)


def on_the_star(bench, row):
    """Columns of a row where spokes are wider than two pixels and not yet at the rim."""
    x, y = bench.camera.centre_px(bench.pose)
    radius = np.hypot(np.arange(SIZE["width_px"]) - x, row - y)
    return (radius > 30) & (radius < 0.9 * bench.lens.scale_px(bench.pose))


def test_shake_bends_row_by_row():
    bench, still = (bench_with(shutter=shutter, shake_px=4.0) for shutter in ("rolling", "global"))
    for each in (bench, still):
        each.turn(zoom=0.4)
        each.light(0.0)
    at_s = 0.4
    seen = bench.light(at_s)
    for row in ROWS:
        there = on_the_star(bench, row)
        whole = still.light(at_s + read_after_s(row))[row][there]
        # The scene is moved by a kernel of eight on two samples to a pixel: a hundredth of the contrast.
        assert np.abs(seen[row][there] - whole).max() < 0.007, row
        if row != 160:
            assert np.abs(still.light(at_s)[row][there] - whole).max() > 0.2, row


def test_zoom_bends_row_by_row():
    bench = bench_with(shutter="rolling")
    rate = 0.5  # of the zoom's travel in a second; scale grows evenly in its logarithm
    for index in range(3):
        bench.turn(zoom=0.3 + rate * index / 25)
        seen = bench.light(index / 25)
    at = bench.pose.zoom
    for row in ROWS:
        there = on_the_star(bench, row)
        still = bench_with()
        still.turn(zoom=at + rate * read_after_s(row))
        still.light(0.0)
        # The same, and the blur of 1.3 px is stretched with the scene: by a part in a hundred.
        assert np.abs(seen[row] - still.light(0.0)[row])[there].max() < 0.01, row


@pytest.mark.parametrize("fps", [25.0, 100.0])
def test_no_picture_takes_longer_than_its_time(fps):
    bench = bench_with(shutter="rolling", shake_px=3.0, fps=fps)
    bench.turn(zoom=0.4)
    for index in range(2):
        light = bench.light(index / fps)
    assert np.all(np.isfinite(light))


@pytest.mark.parametrize("fine", [1, 2])
def test_the_quick_way_for_a_lens_that_does_not_zoom_is_the_general_one(fine):
    raster, pad = raster_of(sim_settings(**SIZE)), (32, 16)
    shape = fine * (raster.height + 2 * pad[1]), fine * (raster.width + 2 * pad[0])
    noise = np.random.default_rng(4).random(shape, dtype=np.float32)
    rows_s = read_at_s(raster, 25.0)
    given = {"axis": (190.2, 160.7), "rows_s": rows_s, "shake": np.sin([60 * rows_s + 1, 45 * rows_s]) * 1.3}
    quick, general = (rolled(noise, raster, pad, growth_per_s=growth, **given) for growth in (0.0, 1e-300))
    # Where a row falls half-way between two of the 32 places that a sample has, single precision says which;
    # elsewhere only rounding differs. White noise shows the most of it.
    off = np.abs(quick - general).max(axis=1)
    assert np.mean(off > 1e-5) < 0.02
    assert off.max() < 0.2
