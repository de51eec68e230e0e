"""The optical transfer function of a round pupil with defocus and spherical aberration, by quadrature.

The function at a frequency is the overlap of the pupil with itself, shifted by that frequency, each point
weighed by the difference of the two wave fronts there. The overlap is symmetric in both axes, so one quarter
is summed, with Gauss-Legendre nodes in coordinates that have no edges: `y = sin(t)`, and `x` as a part of
what is left there.

Wave front in waves at the pupil radius p, 0 to 1:  W(p) = w020 p^2 + w040 p^4.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WAVELENGTH_UM = 0.55


def cutoff_cy_px(f_number: float, pixel_um: float) -> float:
    """The frequency above which a perfect lens passes nothing, in cycles per pixel."""
    return pixel_um / (WAVELENGTH_UM * f_number)


def defocus_waves(residual_um: float, f_number: float) -> float:
    """The w020 of a sensor `residual_um` behind the image, in waves; same sign."""
    return residual_um / (8.0 * WAVELENGTH_UM * f_number**2)


def transfer(frequency_cy_px: Array, w020: float, w040: float, cutoff: float) -> Array:
    """Transfer function of the lens alone, signed, 1 at zero frequency, 0 from the cutoff on.

    Parameters
    ----------
    frequency_cy_px : ndarray, shape (n,)
    w020, w040 : float
        Defocus and spherical aberration in waves.
    cutoff : float
        In cycles per pixel.

    Notes
    -----
    The number of nodes follows the phase, so the sum is exact to 1e-6 for any defocus; the cost grows with
    it.

    References
    ----------
    .. [1] J. W. Goodman, *Introduction to Fourier Optics*, 3rd ed., 6.4 (overlap integral with aberrations).
    """
    shift = np.minimum(2.0 * np.abs(frequency_cy_px) / cutoff, 2.0)
    steepest = abs(w020) + 2.0 * abs(w040)
    phase = 4.0 * math.pi * float(np.max(shift * (1.0 - shift / 2.0), initial=0.0)) * steepest
    u, u_weight = _nodes(12 + math.ceil(phase * 0.6))
    v, v_weight = _nodes(10 + math.ceil(phase * 0.4))
    s = shift[:, None, None]
    angle = np.arccos(s / 2.0) * v[None, :, None]
    width = np.cos(angle) - s / 2.0
    x = width * u[None, None, :]
    turns = 2.0 * s * x * (w020 + w040 * (2.0 * (x**2 + np.sin(angle) ** 2) + s**2 / 2.0))
    inner = np.cos(2.0 * math.pi * turns) @ u_weight
    outer = inner * (width * np.cos(angle))[:, :, 0]
    return np.asarray((outer @ v_weight) * np.arccos(shift / 2.0) * 4.0 / math.pi)


@lru_cache(maxsize=256)
def sharpest_w020(w040: float, cutoff: float, frequency_cy_px: float = 0.25) -> float:
    """The defocus in waves at which a lens with spherical aberration `w040` is sharpest at one frequency.

    This is where focus *is*, for the eye as for a meter: residuals of the bench count from here.
    """
    from scipy.optimize import minimize_scalar

    if w040 == 0.0:
        return 0.0
    frequency = np.array([min(frequency_cy_px, 0.4 * cutoff)])
    found = minimize_scalar(
        lambda w020: -float(transfer(frequency, w020, w040, cutoff)[0]),
        bounds=sorted((-2.0 * w040, 0.0)),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(found.x)


@lru_cache(maxsize=512)
def _nodes(count: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on 0 to 1."""
    x, weight = np.polynomial.legendre.leggauss(count)
    return (x + 1.0) / 2.0, weight / 2.0
