"""All zoom positions together: exact curves of lenses before cameras that the solver does not know of.

The lens is Hopkins' integral of `optics.blur`; the cameras are transfers written down here, not sums of the
solver's taps. Seeds: numbers of `solve.joint` were chosen on 0 to 119, these are others.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from backfocus.optics.blur import diffraction_defocus_mtf, lens_pixel_mtf
from backfocus.optics.lens import Optics
from backfocus.solve.camera import CameraCurve, camera_curve, unknown_camera
from backfocus.solve.joint import ZoomCurve, solve_zoom
from backfocus.solve.learned import next_time
from backfocus.solve.misfit import Rings

Vector = NDArray[np.float64]
OPTICS = Optics(5.0, ((1.0, 2.0), (2.0, 2.0)))
H = 10.0
ANGLES = np.linspace(0.0, np.pi / 2.0, 25)


def round_the_star(of: Callable[[Vector, Vector], Vector]) -> Callable[[Vector], Vector]:
    """A transfer by direction as the rings of a star show it: its mean over all directions."""
    return lambda f: np.array([np.mean(of(each * np.cos(ANGLES), each * np.sin(ANGLES))) for each in f])


CAMERAS: dict[str, Callable[[Vector], Vector]] = {
    "ideal": lambda f: np.ones_like(f),
    "bilinear green": round_the_star(lambda x, y: (2 + np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)) / 4),
    "low-pass": round_the_star(lambda x, y: np.cos(0.35 * 2 * np.pi * x) * np.cos(0.35 * 2 * np.pi * y)),
    "skips two of three": round_the_star(
        lambda x, y: np.sinc(x / 3) * np.sinc(y / 3) / (np.sinc(x) * np.sinc(y))
    ),
    "sharpens": lambda f: 1.0 + 0.5 * (1.0 - np.exp(-2.0 * (np.pi * f) ** 2)),
}


@lru_cache
def learned_from(camera: str) -> CameraCurve:
    """The camera as another session of it tells, with a sweep."""
    return next_time(solve_zoom(seen(22.0, camera, best=True, seed=2000), OPTICS).camera)


def seen(
    delta_um: float,
    camera: str,
    *,
    tele_um: float = 2.0,
    zoom: float = 10.0,
    steps: int = 6,
    best: bool = False,
    noise: float = 0.001,
    seed: int = 1000,
    against_tele: bool = False,
) -> list[ZoomCurve]:
    """The curves of a clip: tele, `steps` - 1 places of the walk, wide, and the best of a sweep there.

    `against_tele`: of an object, whose chart is its own picture at tele.
    """
    rng = np.random.default_rng(seed)
    scales = [1000.0 * zoom ** (-step / steps) for step in range(steps + 1)]
    places = [(each, delta_um * (1 - (each / 1000) ** 2) + tele_um * (each / 1000) ** 2) for each in scales]
    if best:
        places.append((scales[-1], 0.0))
    found = []
    for index, (scale_px, r_um) in enumerate(places):
        f = np.geomspace(0.06 if index else 0.02, 0.46, 22)
        lens = lens_pixel_mtf(f, r_um, f_number=2.0, pixel_um=5.0, wavelength_um=0.55)
        ratio = scale_px / 1000.0
        if against_tele:  # what a perfect lens takes there is put back, so a perfect one is left in
            tele, perfect = (
                diffraction_defocus_mtf(ratio * f, um, f_number=2.0, pixel_um=5.0) for um in (tele_um, 0.0)
            )
            lens *= perfect / (tele * CAMERAS[camera](ratio * f))
        shown = lens * CAMERAS[camera](f) * (1.0 + rng.normal(0.0, 0.003)) + rng.normal(0.0, noise, f.size)
        rings = Rings(f, shown, np.full(f.size, noise), 0.0015 * math.sqrt(f.size), 0.005, 0.002)
        is_best = best and index == len(places) - 1
        found.append(ZoomCurve(scale_px, rings, in_focus=is_best, against=ratio if against_tele else 0.0))
    return found


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("delta_um", [0.0, 5.0, 30.0, 60.0])
def test_the_interval_holds_the_error_whatever_the_camera(delta_um: float, camera: str) -> None:
    found = solve_zoom(seen(delta_um, camera), OPTICS).back_focus
    assert found.low_um <= delta_um <= found.high_um
    if delta_um >= 3 * H:  # and says that it is one, whatever tele was focused to
        assert found.low_um > 1.5 * H


def smoothed(curve: ZoomCurve, reach: float) -> ZoomCurve:
    """The curve after a noise reduction that averages neighbours where they differ by less than its reach.

    A sine of amplitude A loses four fifths of 1 - exp(-2 (pi f)^2) where A is far below the reach, above that
    exp(-(A / reach)^2) of it: much like a bilateral filter's law, not the solver's.
    """
    f, shown = curve.rings.frequency, curve.rings.modulation
    lost = 0.8 * (1.0 - np.exp(-2.0 * (np.pi * f) ** 2)) * np.exp(-((shown / reach) ** 2))
    return replace(curve, rings=replace(curve.rings, modulation=shown * (1.0 - lost)))


@pytest.mark.parametrize("reach", [0.08, 0.2])
def test_noise_reduction_that_takes_faint_detail_is_no_defocus(reach: float) -> None:
    curves = [smoothed(each, reach) for each in seen(45.0, "bilinear green", tele_um=6.0)]
    found = solve_zoom(curves, OPTICS).back_focus
    assert found.low_um <= 45.0 <= found.high_um
    # one camera curve for all of it reads 3.4 and 5.8 um too much, and its interval misses
    assert found.delta_um == pytest.approx(45.0, abs=1.5)


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_perfect_lens_is_never_called_off(camera: str) -> None:
    assert solve_zoom(seen(0.0, camera), OPTICS).back_focus.low_um < H


@pytest.mark.parametrize("camera", CAMERAS)
def test_with_a_best_picture_at_wide_the_camera_no_longer_counts(camera: str) -> None:
    found = solve_zoom(seen(4.0, camera, best=True), OPTICS).back_focus
    assert found.high_um <= H
    far = solve_zoom(seen(16.0, camera, best=True), OPTICS).back_focus
    assert far.low_um > H


def soft_at_wide(curve: ZoomCurve) -> ZoomCurve:
    """As a lens shows it that at wide takes half at 0.4 cy/px from what is in focus, tele 7 %.

    A Gaussian's law, no spherical aberration: the solver knows no lens like it, nor any as soft.
    """
    share = 0.03 if curve.scale_px > 900.0 else 0.28
    kept = np.exp(-share * (curve.rings.frequency / 0.25) ** 2)
    return replace(curve, rings=replace(curve.rings, modulation=curve.rings.modulation * kept))


@pytest.mark.parametrize("zoom", [3.0, 10.0])
def test_what_was_seen_to_be_its_sharpest_point_is_in_focus_however_soft_the_lens(zoom: float) -> None:
    curves = [soft_at_wide(each) for each in seen(3.0, "ideal", best=True, steps=1, zoom=zoom)]
    found = solve_zoom(curves, OPTICS).back_focus
    # a tenth of the depth of focus: as far as a hand brings a ring back
    assert found.delta_um == pytest.approx(3.0, abs=0.1 * H)
    assert found.low_um <= 3.0 <= found.high_um


def test_the_camera_comes_out_beside_the_error() -> None:
    f = np.array([0.1, 0.25, 0.45])
    for name in CAMERAS:
        out = solve_zoom(seen(40.0, name, best=True), OPTICS).camera
        # softness of the lens, up to 0.8 h, cannot be told from the camera: 0.1 of the modulation at most
        assert out.modulation(f) == pytest.approx(CAMERAS[name](f), abs=0.1)


def test_two_positions_alone_leave_tele_in_doubt() -> None:
    """They tell sqrt(r_W^2 - r_T^2): without a walk tele's half depth of focus stays in the interval."""
    curves = seen(0.0, "low-pass", tele_um=0.0)
    alone = solve_zoom([curves[0], curves[-1]], OPTICS).back_focus
    assert alone.low_um == 0.0
    assert alone.high_um > 0.4 * H


def test_a_known_camera_tells_tele_and_narrows_the_interval() -> None:
    curves = seen(12.0, "low-pass")
    known = solve_zoom(seen(0.0, "low-pass", best=True, seed=1001), OPTICS).camera
    free, held = (solve_zoom(curves, OPTICS, camera=each).back_focus for each in (None, known))
    assert held.high_um - held.low_um <= free.high_um - free.low_um
    assert held.low_um <= 12.0 <= held.high_um


def test_an_ideal_camera_known_as_such_reads_to_a_quarter_of_the_depth_of_focus() -> None:
    sure = np.diag(np.square([0.01, 0.005, 0.005, 0.005]))
    found = solve_zoom(seen(40.0, "ideal"), OPTICS, camera=camera_curve(np.zeros(4), sure)).back_focus
    assert found.low_um <= 40.0 <= found.high_um
    assert found.high_um - found.low_um < 5.0  # asked for: half of it below 2.5 um


def test_an_f_number_that_falls_off_undeclared_makes_no_error_of_a_good_lens() -> None:
    one_value = Optics(5.0, ((1.0, 2.0),))
    curves = []
    for each in seen(0.0, "ideal"):
        ratio = each.scale_px / 1000.0
        number = 2.0 * max(1.0, ratio * math.sqrt(2.0))  # a stop at tele
        shown = lens_pixel_mtf(
            each.rings.frequency, 2.0 * ratio**2, f_number=number, pixel_um=5.0, wavelength_um=0.55
        )
        rings = Rings(each.rings.frequency, shown, each.rings.noise, each.rings.shape, 0.005, 0.002)
        curves.append(ZoomCurve(each.scale_px, rings))
    found = solve_zoom(curves, one_value).back_focus
    assert found.low_um == 0.0
    assert found.high_um <= 1.1 * H


def test_a_position_off_the_law_shows_as_misfit() -> None:
    curves = seen(5.0, "low-pass")
    soft = seen(80.0, "low-pass", steps=6)[3]
    found = solve_zoom([*curves[:3], soft, *curves[4:]], OPTICS).back_focus
    assert abs(found.misfit_um[3]) > max(H, 3.0 * found.misfit_sigma_um[3])


@pytest.mark.parametrize("side", [1, -1])
def test_a_side_that_a_move_told_gives_the_sign(side: int) -> None:
    found = solve_zoom(seen(40.0, "bilinear green"), OPTICS, side=side).back_focus
    assert found.sign_known
    assert found.low_um <= side * 40.0 <= found.high_um


def test_only_ratios_of_scales_count() -> None:
    curves = seen(20.0, "sharpens")
    doubled = [ZoomCurve(2.0 * each.scale_px, each.rings) for each in curves]
    one, other = (solve_zoom(each, OPTICS).back_focus for each in (curves, doubled))
    assert one.delta_um == pytest.approx(other.delta_um, rel=1e-6)


def test_one_position_is_refused() -> None:
    with pytest.raises(ValueError, match="two or more"):
        solve_zoom(seen(0.0, "ideal")[:1], OPTICS, camera=unknown_camera())


@pytest.mark.parametrize("camera", ["low-pass", "skips two of three"])
def test_a_camera_that_was_learned_makes_the_answer_surer(camera: str) -> None:
    known = learned_from(camera)
    for delta_um in (0.0, 25.0):
        without, by_it = (solve_zoom(seen(delta_um, camera), OPTICS, camera=each) for each in (None, known))
        assert by_it.back_focus.low_um <= delta_um <= by_it.back_focus.high_um
        width = [each.back_focus.high_um - each.back_focus.low_um for each in (without, by_it)]
        assert width[1] < width[0] * 1.05  # where tele and the walk tell the camera already, it adds little
        assert without.other_mode is None
        assert not by_it.left_aside


def test_a_learned_camera_tells_a_perfect_lens_from_a_soft_one() -> None:
    known = learned_from("low-pass")
    by_it = solve_zoom(seen(0.0, "low-pass"), OPTICS, camera=known).back_focus
    assert by_it.high_um < H  # that is `set`, without a sweep


@pytest.mark.parametrize(
    ("known", "now"), [("ideal", "low-pass"), ("sharpens", "low-pass"), ("low-pass", "ideal")]
)
def test_another_mode_is_left_aside(known: str, now: str) -> None:
    answer = solve_zoom(seen(30.0, now, best=True), OPTICS, camera=learned_from(known))
    assert answer.left_aside
    alone = solve_zoom(seen(30.0, now, best=True), OPTICS).back_focus
    # as if nothing had been known: what is left of the other camera's weight moves the ends by a hair
    assert answer.back_focus.low_um == pytest.approx(alone.low_um, abs=0.3)
    assert answer.back_focus.high_um == pytest.approx(alone.high_um, abs=0.3)


FIRST = ("low-pass", *(pytest.param(each, marks=pytest.mark.slow) for each in CAMERAS if each != "low-pass"))
"""One camera in the fast suite, all in the slow one."""


@pytest.mark.parametrize("camera", FIRST)
@pytest.mark.parametrize(("delta_um", "tele_um"), [(0.0, 2.0), (12.0, -5.0), (40.0, 2.0)])
def test_an_object_against_its_own_tele_picture_holds_the_error(
    delta_um: float, tele_um: float, camera: str
) -> None:
    curves = seen(delta_um, camera, tele_um=tele_um, against_tele=True, noise=0.01)
    found = solve_zoom(curves, OPTICS).back_focus
    assert found.low_um <= delta_um <= found.high_um


@pytest.mark.parametrize("camera", FIRST)
def test_no_perfect_lens_is_called_off_by_an_object(camera: str) -> None:
    """Not even with tele a depth of focus off: without a reference at wide 1.5 h are asked for."""
    curves = seen(0.0, camera, tele_um=9.0, against_tele=True, noise=0.01)
    assert solve_zoom(curves, OPTICS).back_focus.low_um < 1.5 * H


@pytest.mark.parametrize("camera", FIRST)
def test_a_sweep_at_wide_shows_the_camera_that_tele_hides(camera: str) -> None:
    """Tele shows the camera at a tenth of the frequency only; the best picture at wide shows it whole."""
    right, off = (
        solve_zoom(seen(um, camera, best=True, against_tele=True, noise=0.01), OPTICS).back_focus
        for um in (3.0, 18.0)
    )
    assert right.low_um <= 3.0 <= right.high_um <= H
    assert H < off.low_um <= 18.0 <= off.high_um


@pytest.mark.parametrize("delta_um", [2.0, 14.0])
def test_what_wide_and_its_own_best_are_both_off_does_not_widen_the_difference(delta_um: float) -> None:
    """Both are measured against one picture of tele, by the same waves: an error of the scene is in both."""
    curves = seen(delta_um, "low-pass", best=True, steps=1, against_tele=True)
    wide, best = curves[1:]
    doubt = 0.2 * np.linspace(0.1, 1.0, wide.rings.frequency.size)
    scene = 1.0 + doubt * np.random.default_rng(5).normal(size=doubt.size)
    off = [
        replace(each, rings=replace(each.rings, modulation=shown, noise=np.abs(doubt * shown)))
        for each in (wide, best)
        for shown in [each.rings.modulation * scene]
    ]
    found = solve_zoom([curves[0], *off], OPTICS).back_focus
    assert found.low_um <= delta_um <= found.high_um
    # 0 to 7.5 and 11.6 to 18.0 um; with doubts that know nothing of each other 0 to 13.2 and 5.3 to 21.0
    assert found.high_um < H if delta_um < H else found.low_um > H


def test_a_picture_sharper_than_its_reference_tells_tele() -> None:
    """Half-way out the lens is sharper than the tele picture it is compared with, which was out of focus."""
    curves = seen(0.0, "ideal", tele_um=15.0, zoom=3.0, against_tele=True, noise=0.003)
    found = solve_zoom(curves, OPTICS).back_focus
    assert abs(found.b_um) == pytest.approx(15.0, abs=4.0)  # a third of what tele's prior allows for
