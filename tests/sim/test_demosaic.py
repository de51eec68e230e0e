"""The virtual camera's demosaics against those of others, photosite by photosite."""

import numpy as np
import pytest
from tests.oracles import demosaics
from tests.oracles.render import StarDrawing, disc_blurred, draw_star

from backfocus.sim.demosaic import demosaic

INNER = np.s_[4:-4, 4:-4]
LUMA = np.array([0.2126, 0.7152, 0.0722])


def rubbish(top):
    return np.random.default_rng(3).integers(0, top, (60, 80)).astype(np.uint16)


def star_raw(blur_px=1.2):
    """A grey star as a camera's raw values, bright red and all, with a little grain."""
    light = np.full((240, 320), 0.5, np.float32)
    draw_star(light, StarDrawing(160.3, 119.6, 110.0, cycles=36))
    rng = np.random.default_rng(5)
    light = disc_blurred(light, blur_px) + rng.normal(0, 0.004, light.shape)
    return np.rint(4000 + 40000 * light).astype(np.uint16)


def colours(raw, method):
    return demosaic(raw, method)[:, :, ::-1].astype(float)


@pytest.mark.parametrize(
    ("method", "theirs"),
    [
        ("bilinear", demosaics.bilinear),
        ("edge-aware", demosaics.edge_aware),
        ("hamilton-adams", demosaics.hamilton_adams),
    ],
)
def test_every_photosite_is_what_the_definition_makes_it(method, theirs):
    raw = rubbish(60_000)
    expected = np.clip(theirs(raw.astype(float)), 0, 65535)
    # Means of four are rounded down or to the nearest.
    assert np.abs(colours(raw, method) - expected)[INNER].max() <= 0.76


def test_many_gradients_are_those_of_the_library_where_red_and_blue_are():
    raw = rubbish(256)
    found = np.clip(colours(raw, "vng"), 0, 255)
    error = np.abs(found - demosaics.vng(raw.astype(float)))[INNER]
    red, _, _, blue = (site[INNER] for site in demosaics.sites(raw.shape))
    # Both round; a tie of gradients may fall either way after that, which is rare.
    assert np.mean(error[red | blue] > 1.01) < 0.02


def test_many_gradients_show_a_star_as_the_library_does():
    """On green the library compares other pairs along the diagonals than the paper does."""
    raw = np.rint(star_raw() / 180.0).astype(np.uint16)
    found, expected = colours(raw, "vng"), demosaics.vng(raw.astype(float)).astype(float)
    error = (found - expected)[INNER]
    assert abs(error.mean()) < 0.1
    # Of a swing of 180: where spokes are finer than the mosaic either guess is as good.
    assert np.sqrt(np.mean((error @ LUMA) ** 2)) < 1.5
    assert np.std(found @ LUMA) == pytest.approx(np.std(expected @ LUMA), rel=0.002)


def test_the_best_comes_near_to_a_good_modern_one():
    raw = star_raw()
    menon = demosaics.menon(raw.astype(float))
    off = {
        method: np.sqrt(np.mean(((colours(raw, method) - menon) @ LUMA)[INNER] ** 2))
        for method in ("bilinear", "edge-aware", "vng", "hamilton-adams")
    }
    assert min(off, key=off.get) == "hamilton-adams"
    # Of a swing of 34,000, moire of the star's centre included.
    assert off["hamilton-adams"] < 0.5 * off["edge-aware"]


@pytest.mark.parametrize("method", ["bilinear", "edge-aware", "vng", "hamilton-adams"])
def test_a_grey_slope_stays_grey_and_straight(method):
    y, x = np.mgrid[:40, :60]
    raw = (8000 + 300 * x + 200 * y).astype(np.uint16)
    found = colours(raw, method)[INNER]
    assert np.abs(found - raw[INNER][..., None]).max() <= 1.0


@pytest.mark.parametrize("method", ["bilinear", "edge-aware", "vng", "hamilton-adams"])
def test_turned_by_half_the_picture_is_the_same(method):
    """Half a turn brings red onto blue: the two change places."""
    raw = rubbish(30_000)
    turned = colours(raw[::-1, ::-1], method)[::-1, ::-1, ::-1]
    assert np.abs(turned - colours(raw, method))[INNER].max() <= 1.0


@pytest.mark.parametrize("method", ["vng", "hamilton-adams"])
def test_it_does_not_matter_which_rows_are_filled_in_together(method):
    """A few rows less at the top, and every band of a large picture begins elsewhere."""
    raw = np.random.default_rng(6).integers(0, 60_000, (450, 640)).astype(np.uint16)
    np.testing.assert_array_equal(demosaic(raw[10:], method)[4:], demosaic(raw, method)[14:])
