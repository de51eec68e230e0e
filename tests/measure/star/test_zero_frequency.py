"""The contrast at zero frequency from the rings of lenses whose curve is known exactly."""

import numpy as np
import pytest
from scipy import special

from backfocus.measure.star.zero_frequency import Estimate, contrast_at_zero
from backfocus.optics.blur import diffraction_defocus_mtf


def pixel(f: np.ndarray) -> np.ndarray:
    angle = (np.arange(360) + 0.5) / 360 * np.pi / 2
    return (np.sinc(f[:, None] * np.cos(angle)) * np.sinc(f[:, None] * np.sin(angle))).mean(axis=1)


def perfect(cutoff: float, f: np.ndarray) -> np.ndarray:
    s = np.clip(f / cutoff, 0, 1)
    return 2 / np.pi * (np.arccos(s) - s * np.sqrt(1 - s * s))


def disc(diameter_px: float, f: np.ndarray) -> np.ndarray:
    return 2 * special.j1(np.pi * diameter_px * f) / (np.pi * diameter_px * f)


CURVES = {
    "diffraction": lambda f: perfect(1.82, f),
    "disc": lambda f: disc(3.0, f),
    "defocus": lambda f: diffraction_defocus_mtf(f, 35.2, f_number=4.0, pixel_um=4.0),
    "bell": lambda f: np.exp(-2 * (np.pi * 0.6 * f) ** 2),
}


def rings(name: str, lowest: float) -> tuple[np.ndarray, np.ndarray]:
    f = np.geomspace(lowest, 0.5, 60)
    return f, 0.9 * CURVES[name](f) * pixel(f)


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("lowest", [0.02, 0.08])
def test_rings_alone(name: str, lowest: float) -> None:
    f, contrast = rings(name, lowest)
    found = contrast_at_zero(f, contrast, np.full(60, 1e-3))
    assert found is not None
    # the stated sigma is what a caller relies on; from 0.08 cy/px, 1 % is what there is to be had
    assert abs(found.value - 0.9) < 3 * found.sigma
    assert found.value == pytest.approx(0.9, rel=0.004 if lowest < 0.05 else 0.012)


def test_noise_widens_sigma() -> None:
    f, contrast = rings("defocus", 0.05)
    quiet = contrast_at_zero(f, contrast, np.full(60, 1e-3))
    loud = contrast_at_zero(f, contrast, np.full(60, 1e-2))
    assert quiet is not None
    assert loud is not None
    # ten times the noise; what no lens is known better than stays
    assert loud.sigma > 1.5 * quiet.sigma


def paper(contrast: float, sigma: float, halo: float = 0.0, halo_sigma: float = 1e3) -> Estimate:
    return Estimate(np.array([contrast, halo]), np.diag([sigma, halo_sigma]) ** 2, np.zeros((2, 2)))


def test_paper_and_rings_count_by_their_sigmas_where_they_agree() -> None:
    f, contrast = rings("defocus", 0.08)
    sigma = np.full(60, 1e-3)
    alone = contrast_at_zero(f, contrast, sigma)
    assert alone is not None
    for value, its_sigma in ((0.9, 1e-5), (0.91, alone.sigma), (0.91, 1.0)):
        both = contrast_at_zero(f, contrast, sigma, paper(value, its_sigma))
        assert both is not None
        weights = 1 / np.square([alone.sigma, its_sigma])
        assert both.value == pytest.approx(np.average([alone.value, value], weights=weights))
        assert both.sigma == pytest.approx(weights.sum() ** -0.5)
    assert contrast_at_zero(f, contrast, sigma, paper(0.5, 0.002)) == alone


def test_a_known_halo_is_a_known_slope() -> None:
    # rings from 0.08 cy/px on leave contrast and slope to trade; f/8 on 4 um has a cut-off of 0.909 cy/px, so
    # a slope of 4 / (pi 0.909) and a halo of that / (4 pi**2) px
    f = np.geomspace(0.08, 0.5, 40)
    bent = 0.9 * perfect(0.909, f) * pixel(f) * (1 + 0.004 * np.cos(60 * f))
    sigma = np.full(40, 1e-3)
    alone = contrast_at_zero(f, bent, sigma)
    both = contrast_at_zero(f, bent, sigma, paper(0.9, 1.0, halo=0.0355, halo_sigma=1e-4))
    assert alone is not None
    assert both is not None
    assert both.sigma < 0.7 * alone.sigma
    assert abs(both.value - 0.9) < 0.5 * abs(alone.value - 0.9)


@pytest.mark.parametrize("name", ["diffraction", "disc", "defocus"])
def test_its_noise_is_what_noise_does(name: str) -> None:
    f, contrast = rings(name, 0.05)
    rng, sigma = np.random.default_rng(5), np.full(60, 3e-3)
    seen = [contrast_at_zero(f, contrast + rng.normal(0, sigma), sigma) for _ in range(60)]
    found = [each for each in seen if each is not None]
    # 60 draws tell a spread to 9 %, and the fit is not quite linear
    assert np.std([each.value for each in found]) == pytest.approx(
        np.mean([each.noise for each in found]), rel=0.35
    )


@pytest.mark.parametrize(("spherical", "defocus"), [(0.5, -0.5), (1.0, 0.0), (1.0, 0.5)])
def test_aberrated_lenses_stay_within_the_stated_sigma(spherical: float, defocus: float) -> None:
    # transfer function of a pupil with W040 and W020 waves, by its autocorrelation
    u = (np.arange(512) - 256) / 128
    squared = u[:, None] ** 2 + u[None, :] ** 2
    waves = defocus * squared + spherical * squared**2
    pupil = np.where(squared <= 1, np.exp(2j * np.pi * waves), 0)
    otf = np.fft.ifft2(np.abs(np.fft.fft2(pupil)) ** 2).real
    f = np.geomspace(0.05, 0.5, 55)
    contrast = 0.9 * np.interp(f / 1.82, np.arange(256) / 256, otf[0, :256] / otf[0, 0]) * pixel(f)
    found = contrast_at_zero(f, contrast, np.full(55, 1e-3))
    assert found is not None
    assert abs(found.value - 0.9) < 2.5 * found.sigma


@pytest.mark.parametrize("contrast", [np.zeros(10), -np.ones(10), np.array([0.9] * 3 + [0.01] * 7)])
def test_too_little_to_tell(contrast: np.ndarray) -> None:
    assert contrast_at_zero(np.linspace(0.1, 0.5, 10), contrast, np.full(10, 1e-3)) is None
