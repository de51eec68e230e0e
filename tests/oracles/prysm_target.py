"""A sine star that is prysm's from chart to pixel: its target, its pupil, its convolution, its detector."""

import warnings

import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # prysm imports pkg_resources, whose deprecation is not ours to mend
    from prysm.convolution import conv
    from prysm.coordinates import cart_to_polar, make_xy_grid
    from prysm.detector import bindown
    from prysm.geometry import circle
    from prysm.objects import siemensstar
    from prysm.propagation import Wavefront

PUPIL_SAMPLES, FINE = 512, 5
WINDOW_PX = 181
"""Of the point-spread function: at f/1.8 on 5 um a pupil so sampled repeats itself beyond 204 px."""
SIDE_PX = 300
CENTRE_PX = (SIDE_PX - 1) / 2
"""Of the star, along both axes; integers are pixel centres."""


def sine_star(w020, w040=0.0, *, f_number, pixel_um, cycles=36, radius_px=110.0, contrast=1.0):
    """Linear light of a square picture, 0 to 1, white around the star; waves at the edge of the pupil."""
    x, y = make_xy_grid(SIDE_PX * FINE, dx=1 / FINE)
    shift = 0.5 / FINE  # prysm counts from the sample right of the middle
    r, t = cart_to_polar(x + shift, y + shift)
    chart = siemensstar(
        r, t + 0.02, 2 * cycles, oradius=radius_px, background="white", contrast=contrast, sinusoidal=True
    )
    return bindown(conv(chart, _point_spread(w020, w040, f_number, pixel_um)), FINE)


def _point_spread(w020, w040, f_number, pixel_um, wavelength_um=0.55):
    x, y = make_xy_grid(PUPIL_SAMPLES, diameter=2.0)
    rho, _ = cart_to_polar(x, y)
    opd_nm = (w020 * rho**2 + w040 * rho**4) * wavelength_um * 1e3
    aperture = circle(1.0, rho).astype(float)
    wave = Wavefront.from_amp_and_phase(aperture, opd_nm, wavelength_um, x[0, 1] - x[0, 0])
    psf = wave.focus_fixed_sampling(efl=2.0 * f_number, dx=pixel_um / FINE, samples=WINDOW_PX * FINE)
    intensity = psf.intensity.data / psf.intensity.data.sum()
    before = SIDE_PX * FINE // 2 - len(intensity) // 2
    return np.pad(intensity, (before, SIDE_PX * FINE - before - len(intensity)))


def ring_pixel(f):
    """What prysm's pixel, the mean of `FINE` by `FINE` points, leaves round a ring."""
    angle = (np.arange(360) + 0.5) / 360 * np.pi / 2
    across = np.asarray(f)[..., None]

    def points(g):
        return np.sinc(g) / np.sinc(g / FINE)

    return (points(across * np.cos(angle)) * points(across * np.sin(angle))).mean(axis=-1)
