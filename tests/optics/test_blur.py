"""The transfer function against four answers by another route, and the properties any blur must have."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import j1, jv

from backfocus.optics.blur import (
    blur_diameter_um,
    diffraction_defocus_mtf,
    lens_pixel_mtf,
    pixel_mtf,
    w020_waves,
)

STARS = sorted((Path(__file__).parents[1] / "golden" / "star").glob("*.json"))
LAMBDA_UM = 0.55

frequencies = st.floats(0.005, 0.5)
defoci = st.floats(0.0, 300.0)


def at(s, waves):
    """The function in Hopkins' own terms: s = frequency over cut-off, W in waves (f/4, 4 um pixels)."""
    f_number, pixel_um = 4.0, 4.0
    return diffraction_defocus_mtf(
        np.asarray(s) * pixel_um / (LAMBDA_UM * f_number),
        np.asarray(waves) * 8 * LAMBDA_UM * f_number**2,
        f_number=f_number,
        pixel_um=pixel_um,
        wavelength_um=LAMBDA_UM,
    )


def hopkins_series(s, waves):
    """Hopkins' own answer of 1955: two series of Bessel functions."""
    a, beta = 8 * np.pi * waves * s, np.arccos(s)
    even = beta * jv(1, a)
    odd = 0.0
    for n in range(int(a) + 40):
        if n:
            even += (-1) ** (n + 1) * np.sin(2 * n * beta) / (2 * n) * (jv(2 * n - 1, a) - jv(2 * n + 1, a))
        odd += (-1) ** n * np.sin((2 * n + 1) * beta) / (2 * n + 1) * (jv(2 * n, a) - jv(2 * n + 2, a))
    return 4 / (np.pi * a) * (np.cos(a * s) * even - np.sin(a * s) * odd)


def autocorrelated_pupil(waves, radius=300, size=1280):
    """Wave optics without any formula: the pupil with its phase, correlated with itself by FFT."""
    y, x = np.mgrid[:size, :size] - size // 2
    rho = np.hypot(x, y) / radius
    cover = np.clip((1 - rho) * radius + 0.5, 0, 1)  # soft edge: the part of each sample inside the circle
    pupil = cover * np.exp(2j * np.pi * waves * rho**2)
    otf = np.fft.ifft2(np.abs(np.fft.fft2(pupil)) ** 2).real
    shifts = np.arange(30, 2 * radius, 30)  # not 0, where the soft edge would meet itself
    return shifts / (2 * radius), otf[0, shifts] / cover.sum()


@pytest.mark.parametrize("waves", [0.1, 0.25, 0.5, 1.0, 3.0, 10.0, 21.0, 40.0])
def test_meets_hopkins_bessel_series(waves):
    s = np.array([0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99])
    # Both are exact; what is left is rounding in the series' alternating terms.
    assert at(s, waves) == pytest.approx([hopkins_series(each, waves) for each in s], abs=1e-9)


@pytest.mark.parametrize("waves", [0.0, 0.25, 1.0, 3.0])
def test_meets_the_pupil_correlated_with_itself(waves):
    s, wave_optics = autocorrelated_pupil(waves)
    # The sampled rim of 300 samples' radius is good to some 1e-4 of the area.
    assert at(s, waves) == pytest.approx(wave_optics, abs=3e-4)


@pytest.mark.parametrize("waves", [0.5, 5.0, 40.0, 400.0, 4000.0])
@pytest.mark.parametrize("s", [0.003, 0.03, 0.3, 0.6])
def test_meets_adaptive_quadrature_of_the_plain_integral(s, waves):
    """Cartesian, with a rule made for oscillating integrands: shares no node with ours."""
    value, _ = quad(
        lambda x: np.sqrt(max(1 - (x + s) ** 2, 0.0)),
        0,
        1 - s,
        weight="cos",
        wvar=8 * np.pi * waves * s,
        limit=400,
    )
    assert at(s, waves) == pytest.approx(
        4 / np.pi * value, abs=1e-6
    )  # what quad reaches at the square root's end


def test_in_focus_it_is_the_textbook_curve():
    s = np.linspace(0, 1, 101)
    perfect = 2 / np.pi * (np.arccos(s) - s * np.sqrt(1 - s**2))
    assert at(s, 0.0) == pytest.approx(perfect, abs=1e-12)  # both exact


def test_far_from_focus_it_is_the_geometric_disc():
    nu_cy_px, defocus_um, f_number, pixel_um = np.linspace(0.002, 0.03, 15), 300.0, 1.8, 5.0
    x = np.pi * nu_cy_px / pixel_um * blur_diameter_um(defocus_um, f_number)
    got = diffraction_defocus_mtf(nu_cy_px, defocus_um, f_number=f_number, pixel_um=pixel_um)
    # 21 waves; the pupils overlap to all but 4 s / pi = 0.8 % at the highest frequency here.
    assert got == pytest.approx(2 * j1(x) / x, abs=0.01)


def test_geometric_disc_times_diffraction_is_wrong_near_focus():
    s = np.linspace(0.02, 0.9, 89)
    x = 8 * np.pi * 0.25 * s
    shortcut = at(s, 0.0) * 2 * j1(x) / x
    # Too low by 0.22 in modulation half-way to the cut-off: keeps anyone from putting the shortcut back.
    assert np.max(at(s, 0.25) - shortcut) > 0.2


@pytest.mark.parametrize("path", STARS, ids=lambda path: path.stem)
def test_meets_the_exact_tables_of_the_rendered_stars(path):
    truth = json.loads(path.read_text("utf-8"))
    optics = {
        "f_number": truth["f_number"],
        "pixel_um": truth["pixel_um"],
        "wavelength_um": truth["wavelength_um"],
    }
    frequency = np.arange(0.05, 0.46, 0.05)
    table = truth["modulation_at_0.05_to_0.45_step_0.05"]
    # Five decimals are printed; their mean over angle was itself a sum, good to some 1e-5.
    assert lens_pixel_mtf(frequency, truth["defocus_um"], **optics) == pytest.approx(table, abs=6e-5)
    at_half = lens_pixel_mtf(truth["mtf50_cy_px"], truth["defocus_um"], **optics)
    assert at_half == pytest.approx(0.5, abs=6e-5)
    assert w020_waves(truth["defocus_um"], truth["f_number"]) == pytest.approx(truth["w020_waves"])


def test_stars_are_at_hand():
    assert len(STARS) == 4


def test_pixel_is_the_mean_over_a_full_turn():
    def towards(angle, nu):
        return np.sinc(nu * np.cos(angle)) * np.sinc(nu * np.sin(angle))

    for nu in (0.0, 0.1, 0.25, 0.5, 1.0, 2.0):
        whole, _ = quad(towards, 0, 2 * np.pi, args=(nu,))
        assert pixel_mtf(nu) == pytest.approx(whole / (2 * np.pi), abs=1e-8)  # quad's own error


def test_pixel_along_a_row_at_nyquist():
    assert pixel_mtf(0.5, angle_averaged=False) == pytest.approx(2 / np.pi)  # sin(pi/2) / (pi/2), exact
    assert 0.64 <= float(pixel_mtf(0.5)) <= 0.66


def test_in_focus_mtf50_of_the_design():
    # "f/1.8, 5 um: 0.54 cy/px" along a row, two digits; the curve falls by 0.01 in 0.008 cy/px there.
    lens = diffraction_defocus_mtf([0.535, 0.545], 0.0, f_number=1.8, pixel_um=5.0)
    before, after = lens * pixel_mtf([0.535, 0.545], angle_averaged=False)
    assert before > 0.5 > after


@given(nu=frequencies, defocus=defoci, f_number=st.floats(1.2, 8.0))
def test_sign_of_defocus_and_frequency_do_not_matter(nu, defocus, f_number):
    values = diffraction_defocus_mtf([nu, -nu], [[defocus], [-defocus]], f_number=f_number, pixel_um=4.0)
    assert np.ptp(values) == 0.0


@given(nu=frequencies, defocus=st.floats(1.0, 300.0), f_number=st.floats(1.2, 8.0))
def test_more_defocus_lowers_modulation_up_to_the_first_zero(nu, defocus, f_number):
    curve = diffraction_defocus_mtf(nu, np.linspace(0, defocus, 40), f_number=f_number, pixel_um=4.0)
    positive = curve[: int(np.argmax(curve <= 0)) or None] if np.any(curve <= 0) else curve
    assume(positive.size > 1 and positive[0] > 1e-3)
    assert np.all(np.diff(positive) < 1e-12)


@given(nu=frequencies, defocus=defoci, f_number=st.floats(1.2, 4.0), by=st.floats(1.1, 3.0))
def test_only_frequency_over_cut_off_and_waves_count(nu, defocus, f_number, by):
    plain = diffraction_defocus_mtf(nu, defocus, f_number=f_number, pixel_um=4.0)
    stopped_down = diffraction_defocus_mtf(nu / by, defocus * by**2, f_number=f_number * by, pixel_um=4.0)
    assert stopped_down == pytest.approx(float(plain), abs=1e-9)  # rounding of s and W times 8 pi W


@given(nu=frequencies, defocus=defoci)
def test_values_stay_within_their_bounds(nu, defocus):
    value = float(lens_pixel_mtf(nu, defocus, f_number=1.8, pixel_um=5.0))
    assert -0.14 < value < 1.0  # the geometric disc's first negative lobe is -0.132


def test_arrays_of_any_size_agree_with_single_values():
    nu = np.linspace(0.0, 0.5, 41)
    defocus = np.linspace(-300.0, 300.0, 301)[:, None]
    whole = lens_pixel_mtf(nu, defocus, f_number=1.8, pixel_um=5.0)
    assert whole.shape == (301, 41)
    for row, column in ((0, 1), (7, 40), (150, 20), (151, 3), (300, 40)):
        one = lens_pixel_mtf(nu[column], float(defocus[row, 0]), f_number=1.8, pixel_um=5.0)
        assert one.shape == ()
        assert whole[row, column] == pytest.approx(
            float(one), abs=1e-12
        )  # other points of the same exact rule


def test_beyond_the_cut_off_nothing_is_left():
    assert at([1.0, 1.5, 10.0], 2.0) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_what_is_not_finite_is_a_wrong_call(wrong):
    for nu, defocus in ((wrong, 3.0), (0.2, wrong)):
        with pytest.raises(ValueError, match="finite"):
            lens_pixel_mtf(nu, defocus, f_number=1.8, pixel_um=5.0)


def test_nothing_asked_nothing_answered():
    assert lens_pixel_mtf([], 3.0, f_number=1.8, pixel_um=5.0).shape == (0,)


def test_blur_disc_of_the_design():
    # Infinity focus, chart 3 m before the front focal point, 156 mm at f/2.6: by Newton f^2 / x behind.
    defocus_um = 1000 * 156**2 / 3000
    assert blur_diameter_um(defocus_um, 2.6) / 5.0 == pytest.approx(620, rel=0.01)  # "620 px", two digits
    assert blur_diameter_um(-300.0, 1.8) / 5.0 == pytest.approx(33, abs=0.5)  # "a disc of 33 px"
