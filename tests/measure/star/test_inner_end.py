"""Discs in the centre of a star against blur of every kind, which is none; and pictures given to us."""

import cv2
import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.measure.reading import Flag
from backfocus.measure.star.inner_end import find_inner_end
from backfocus.measure.star.measurement import measure_star
from backfocus.measure.star.rings import RingFit
from backfocus.measure.track import track
from backfocus.optics.lens import Optics
from backfocus.solve.defocus import defocus

from ...oracles.star_picture import Scene, light
from ...oracles.transfer import CUT_OFF, Otf, bell, disc, hopkins, on_rings

RADIUS_PX = 9.5 * 1.04 ** np.arange(70)
GREY, FULL = 0.45, 0.51
INSIDE = np.ones(RADIUS_PX.size, bool)


def fit(amplitude: np.ndarray, mean: np.ndarray | float = GREY, noise: float = 0.005) -> RingFit:
    nothing, seen = np.zeros(RADIUS_PX.size, complex), np.full(RADIUS_PX.size, 1.0)
    return RingFit(mean * seen, nothing, amplitude + 0j, nothing, noise * seen, 320 * seen, np.zeros((70, 1)))


def sharpened(otf: Otf, share: float, radius_px: float) -> Otf:
    return lambda f: otf(f) * (1 + share - share * bell(radius_px)(f))


BLURS = {
    **{f"disc {d}": disc(d) for d in (1.5, 3.0, 8.0, 16.0)},
    **{f"bell {s}": bell(s) for s in (0.5, 1.0, 4.0)},
    **{f"{w} waves": hopkins(w, CUT_OFF["f/1.8, 5 um"]) for w in (0.0, 0.5, 2.0)},
    "straight motion": lambda f: np.sinc(9.0 * f),
    "sharpened": sharpened(disc(3.0), 1.0, 1.0),
    "much sharpened": sharpened(disc(3.0), 2.0, 2.0),
}


@pytest.mark.parametrize("cycles", [8, 36, 144])
@pytest.mark.parametrize("name", BLURS)
def test_no_blur_passes_for_a_disc(name: str, cycles: int) -> None:
    amplitude = FULL * BLURS[name](cycles / (2 * np.pi * RADIUS_PX))
    for seed in range(5):
        grain = np.random.default_rng(seed).normal(0, 0.004, RADIUS_PX.size)
        # noise of 5 % on 320 pixels
        assert find_inner_end(RADIUS_PX, fit(amplitude + grain, noise=0.05), INSIDE) is None


@pytest.mark.parametrize("tone", [0.0, GREY, 1.0])
@pytest.mark.parametrize(("disc_px", "edge_px"), [(15.0, 1.0), (30.0, 3.0)])
def test_a_disc_ends_where_it_was_drawn(disc_px: float, edge_px: float, tone: float) -> None:
    spokes = np.clip((RADIUS_PX - disc_px) / (2 * edge_px) + 0.5, 0, 1)
    amplitude = FULL * disc(1.0)(36 / (2 * np.pi * RADIUS_PX)) * spokes
    # half a ring is half a pixel to a pixel there
    end = find_inner_end(RADIUS_PX, fit(amplitude, GREY + (tone - GREY) * (1 - spokes)), INSIDE)
    assert end == pytest.approx(disc_px, abs=1.0)


def test_rings_beside_a_disc_read_as_without_it() -> None:
    scene = Scene(200, 200, 99.7, 100.4, 75.0, twisted=True, hub_px=22.0, hub=0.0)
    otf = hopkins(0.5, CUT_OFF["f/4, 4 um"])
    measured = measure_star(light(scene, otf), 100, 100, 36)
    f, m = np.array(measured.frequency_cy_px), np.array(measured.modulation)
    # sampling and the disc's own halo; the ring at its edge read .9 too low
    assert np.abs(m - on_rings(otf)(f)).max() < 0.012
    assert 0.18 < f[-1] < 36 / (2 * np.pi * 22.0)
    assert Flag.SHARPENED not in measured.flags


@pytest.mark.parametrize(("name", "um"), [("disc0.1_focus0", 0.0), ("disc0.2_focus20um", 20.0)])
def test_given_pictures(golden, name: str, um: float) -> None:
    codes = cv2.imread(str(golden / "faults" / f"{name}.png"), cv2.IMREAD_UNCHANGED)
    reading = track(None, Frame(codes, transfer="srgb"))[1]
    found = defocus(reading, Optics(5.0, ((0.0, 4.0),)))
    assert found is not None
    assert abs(found.um - um) < 2 * found.sigma_um < 17.0
    # nothing tells where MTF50 lies: not that it is above Nyquist
    assert reading.mtf50_cy_px is None
    assert {Flag.SHARPENED, Flag.ABOVE_NYQUIST, Flag.TOO_SMALL} & reading.flags == {Flag.TOO_SMALL}
    if um == 0:
        read = np.interp((0.06, 0.1, 0.125), reading.frequency_cy_px, reading.modulation)
        assert read == pytest.approx((0.966, 0.935, 0.910), abs=0.006)


@pytest.mark.parametrize("tone", [0.05, 0.45, 0.85])
@pytest.mark.parametrize("name", ["oblong", "beside the centre"])
def test_a_logo_that_is_not_round_is_no_blur(name: str, tone: float) -> None:
    # drawn and blurred by sums over pixels a fifth as wide: a bell of 0.7 px, and the pixel
    fine, size, cycles = 5, 240, 36
    at = (np.arange(fine * size) + 0.5) / fine - 0.5 - size / 2
    x, y = at[None, :], at[:, None]
    picture = np.where(np.cos(cycles * np.arctan2(y, x)) > 0, 0.85, 0.05)
    picture[np.hypot(x, y) > 105] = 0.85
    picture[(abs(x) < 30) & (abs(y) < 11) if name == "oblong" else np.hypot(x - 10, y + 5) < 17] = tone
    seen = cv2.GaussianBlur(picture, (0, 0), 0.7 * fine).reshape(size, fine, size, fine).mean(axis=(1, 3))
    measured = measure_star(seen.astype(np.float32), size / 2, size / 2, cycles)
    f = np.array(measured.frequency_cy_px)
    expected = np.exp(-2 * (np.pi * 0.7 * f) ** 2) * (1 - (np.pi * f) ** 2 / 6)
    # the pixel by its series, sampling, and the logo's own halo; rings half covered read .14 to .26 too low
    assert np.abs(np.array(measured.modulation) - expected).max() < 0.02
    assert f[-1] > 0.15
    assert Flag.SHARPENED not in measured.flags


def test_the_twists_of_a_chart_are_no_logo() -> None:
    for waves in (0.5, 1.0):
        otf = hopkins(waves, CUT_OFF["f/4, 4 um"])
        twisted = Scene(240, 240, 119.7, 120.4, 105.0, twisted=True)
        plain = Scene(240, 240, 119.7, 120.4, 105.0)
        rings = [measure_star(light(each, otf), 120, 120, 36).ring_radius_px for each in (twisted, plain)]
        assert rings[0][0] == rings[1][0]
