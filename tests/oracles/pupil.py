"""A pupil with aberrations through prysm's wavefront propagation: the other route to every curve here."""

import warnings
from functools import cache

import numpy as np
from scipy import optimize

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # prysm imports pkg_resources, whose deprecation is not ours to mend
    from prysm.coordinates import cart_to_polar, make_xy_grid
    from prysm.geometry import circle
    from prysm.otf import otf_from_psf
    from prysm.propagation import Wavefront

SAMPLES = 256
"""Across the pupil. Its stair-stepped edge leaves 1.5e-3 of error in the transfer function."""


def pupil_transfer(frequency_cy_px, w020, w040, *, f_number, pixel_um, wavelength_um=0.55):
    """Transfer function of a round pupil with W020 and W040 waves at its edge; no pixel."""
    at_cy_mm, line = _transfer_line(float(w020), float(w040), f_number, wavelength_um)
    return np.interp(np.asarray(frequency_cy_px) / pixel_um * 1e3, at_cy_mm, line)


@cache
def _transfer_line(w020, w040, f_number, wavelength_um):
    x, y = make_xy_grid(SAMPLES, diameter=2.0)
    rho, _ = cart_to_polar(x, y)
    opd_nm = (w020 * rho**2 + w040 * rho**4) * wavelength_um * 1e3
    aperture = circle(1.0, rho).astype(float)
    wave = Wavefront.from_amp_and_phase(aperture, opd_nm, wavelength_um, x[0, 1] - x[0, 0])
    otf = otf_from_psf(wave.focus(efl=2.0 * f_number, Q=4).intensity)
    centre = otf.data.shape[0] // 2
    line = np.real(otf.data[centre, centre:]).copy()  # a view would keep the whole plane
    return np.arange(len(line)) * otf.dx, line


@cache
def sharpest_w020(w040, *, f_number, pixel_um):
    """The W020 that is sharpest at 0.25 cy/px beside a W040, to 0.01 waves."""
    if w040 == 0.0:
        return 0.0

    def softness(share):
        return -pupil_transfer([0.25], share * w040, w040, f_number=f_number, pixel_um=pixel_um)[0]

    found = optimize.minimize_scalar(softness, bounds=(-1.6, -0.6), options={"xatol": 0.01})
    return float(found.x * w040)
