"""What the spokes stand on: the halo against its integral, uneven light against light known to be even."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, special

from backfocus.chart import make_chart, parse_paper
from backfocus.measure.reading import Flag
from backfocus.measure.star.measurement import measure_star
from backfocus.measure.star.shading import _halo_in, _halo_out

from ...oracles.printed_chart import INK, PAPER, printed
from ...oracles.star_picture import Scene, light, noisy
from ...oracles.transfer import CUT_OFF, half_modulation, hopkins, on_rings


def ring(radius: float, seen_from: float) -> float:
    """A ring of the plane, each point weighing 1 / distance**3, by the complete elliptic integral."""
    far = (radius + seen_from) ** 2
    return (
        4
        * radius
        * special.ellipe(4 * radius * seen_from / far)
        / ((radius - seen_from) ** 2 * (radius + seen_from))
    )


@pytest.mark.parametrize("u", [0.2, 0.6, 0.9])
def test_halo_that_comes_in(u: float) -> None:
    # the elliptic integrals are polynomials good to 4e-5
    assert float(_halo_in(np.array(u))) == pytest.approx(integrate.quad(ring, 1, np.inf, u)[0], rel=2e-4)


@pytest.mark.parametrize("u", [1.1, 1.5, 3.0])
def test_halo_that_goes_out(u: float) -> None:
    assert float(_halo_out(np.array(u))) == pytest.approx(integrate.quad(ring, 0, 1, u)[0], rel=2e-4)


@pytest.mark.parametrize("shade", [{"slope_x": 0.3}, {"bow": 0.15}, {"slope_y": -0.15, "bow": 0.05}])
@pytest.mark.parametrize("columns", [320, 232])
def test_shading_changes_nothing(shade: dict[str, float], columns: int) -> None:
    otf = hopkins(0.5, CUT_OFF["f/4, 4 um"])
    truth = half_modulation(on_rings(otf))
    scene = replace(Scene(columns=columns), **shade)
    measured = measure_star(light(scene, otf), scene.x_px, scene.y_px, 36)
    # 0.3 % is the sampling of the rings, in even light too
    assert measured.mtf50_cy_px == pytest.approx(truth, rel=0.005)


@pytest.mark.parametrize("bow", [0.0, 0.05])
def test_the_level_is_as_unsure_as_it_says_where_noise_hides_the_shading(bow: float) -> None:
    scene = Scene(240, 240, 120.3, 119.8, 80.0, bow=bow)
    clean = light(scene, hopkins(0.5, CUT_OFF["f/4, 4 um"]))
    seen = [measure_star(noisy(clean, 0.02, seed), 120.3, 119.8, 36) for seed in range(25)]
    contrast = np.array([(each.white - each.black) / (each.white + each.black) for each in seen])
    sigma = np.mean([each.level_sigma for each in seen])
    # in 0.8 / 0.9; 25 draws tell a spread to 15 %, and the sigma holds what is not noise too
    assert np.sqrt(np.mean((contrast * 0.9 / 0.8 - 1) ** 2)) < 1.2 * sigma
    assert np.std(contrast) * 0.9 / 0.8 == pytest.approx(
        np.mean([each.level_noise for each in seen]), rel=0.45
    )
    assert sigma < 0.02


@pytest.mark.parametrize("radius", [44.0, 70.0])
def test_white_is_found_through_the_halo_of_a_slow_lens(radius: float) -> None:
    # blur and halo darken the paper near the rim by 1 to 9 %: taken for white, MTF50 would read 2 to 4 % high
    scene = Scene(190, 190, 95.2, 94.7, radius, 14)
    otf = hopkins(1.0, CUT_OFF["f/8, 4 um"])
    measured = measure_star(light(scene, otf), 95, 95, 14)
    assert measured.white == pytest.approx(0.85, rel=0.003)
    assert measured.mtf50_cy_px == pytest.approx(half_modulation(on_rings(otf)), rel=0.005)


@pytest.mark.parametrize(
    ("star_mm", "radius", "shade"), [(None, 86.0, 0.0), (None, 110.0, 0.3), (80.0, 70.0, 0.0)]
)
def test_our_chart_tells_its_white_between_marks_patches_and_wall(
    star_mm: float | None, radius: float, shade: float
) -> None:
    otf = hopkins(0.0, CUT_OFF["f/8, 4 um"])
    side = int(3.3 * radius)
    centre = (side / 2 + 0.3, 0.4 * side)
    chart = make_chart(parse_paper("A4"), star_mm=star_mm)
    picture = printed(
        chart, otf, radius_px=radius, turn_deg=2.0, size=(side, side), centre=centre, shade=shade
    )
    measured = measure_star(picture, *centre, 36, twist_radius_px=radius)
    contrast = (measured.white - measured.black) / (measured.white + measured.black)
    # 0.5 % of the rim is half a pixel; dark marks beyond it are not star: they would make 1.6 % of it
    assert measured.radius_px == pytest.approx(radius, rel=0.005)
    assert abs(contrast / ((PAPER - INK) / (PAPER + INK)) - 1) < 2 * measured.level_sigma
    assert measured.level_sigma < 0.01
    # sampling of the rings, as above; by the rings alone it is 2 % off
    assert measured.mtf50_cy_px == pytest.approx(half_modulation(on_rings(otf)), rel=0.006)


def mirrored(picture: np.ndarray, x_px: float, y_px: float, spread_px: float) -> np.ndarray:
    """The picture with a lamp mirrored in the chart: a bell of light of a quarter of white."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    return picture + 0.2 * np.exp(-((x - x_px) ** 2 + (y - y_px) ** 2) / (2 * spread_px**2))


@pytest.mark.parametrize(
    ("at", "slope_x"),
    [
        ((130.0, 80.0, 32.0), 0.15),
        ((103.0, 97.0, 32.0), 0.0),
        ((160.0, 160.0, 80.0), 0.0),
        ((99.7, 100.4, 25.0), 0.0),  # just in the centre, where no ring tells one side from the other
    ],
)
def test_light_that_the_chart_mirrors_is_no_blur(at: tuple[float, float, float], slope_x: float) -> None:
    scene = Scene(200, 200, 99.7, 100.4, 75.0, slope_x=slope_x)
    otf = hopkins(0.5, CUT_OFF["f/4, 4 um"])
    measured = measure_star(noisy(mirrored(light(scene, otf), *at), 0.008, 1), 100, 100, 36)
    f, m = np.array(measured.frequency_cy_px), np.array(measured.modulation)
    # noise of 1 %; taken for a lamp's falling off, the bell lifted and sank the curve by .05 to .4
    assert np.abs(m - on_rings(otf)(f))[f < 0.45].max() < 0.02
    assert Flag.GLOSSY in measured.flags


def test_a_lamp_brightest_in_the_centre_or_too_much_light_is_not_mirrored() -> None:
    even = light(Scene(200, 200, 99.7, 100.4, 75.0), hopkins(0.5, CUT_OFF["f/4, 4 um"]))
    y, x = np.mgrid[:200, :200]
    spot = 1.0 + 0.4 * np.exp(-((x - 99.7) ** 2 + (y - 100.4) ** 2) / (2 * 40.0**2))
    hot, cut = noisy(even * spot, 0.008, 1), np.minimum(noisy(even, 0.008, 1), 0.75 * even.max())
    for picture in (hot, cut.astype(np.float32)):
        assert Flag.GLOSSY not in measure_star(picture, 100, 100, 36).flags


def test_a_lamp_that_falls_off_is_not_mirrored() -> None:
    scene = Scene(200, 200, 99.7, 100.4, 75.0, slope_x=0.1)
    for seed in range(3):
        picture = noisy(light(scene, hopkins(1.0, CUT_OFF["f/4, 4 um"])), 0.04, seed)
        assert Flag.GLOSSY not in measure_star(picture, 100, 100, 36).flags
