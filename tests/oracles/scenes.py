"""What a camera sees of a plane drawn very finely: every area and every blur summed over its samples."""

import numpy as np

from .transfer import hopkins


def seen_at(fine, factor, middle, places, *, w020_waves, cut_off):
    """Light on pixels `factor` samples wide, behind a defocused lens.

    Parameters
    ----------
    fine : ndarray
        The scene, many samples to a pixel; none of its frequencies are missing that a pixel sees.
    middle : (float, float)
        The sample that lies at place (0, 0), x and y.
    places : (ndarray, ndarray)
        Where the pixels are, x and y in pixels from there.
    w020_waves, cut_off : float
        Defocus, and where diffraction ends in cycles per pixel.
    """
    y, x = (np.fft.fftfreq(size) * factor for size in fine.shape)
    lens = hopkins(w020_waves, cut_off)(np.hypot(x[None, :], y[:, None]))
    spectrum = np.fft.fft2(fine) * lens * np.sinc(x)[None, :] * np.sinc(y)[:, None]
    columns, rows = (middle[axis] + factor * places[axis] for axis in (0, 1))
    # Each pixel's value is the inverse transform at its own place, which need not be a sample's.
    right = np.exp(2j * np.pi * np.outer(np.fft.fftfreq(fine.shape[1]), columns)) / fine.shape[1]
    down = np.exp(2j * np.pi * np.outer(rows, np.fft.fftfreq(fine.shape[0]))) / fine.shape[0]
    return np.real(down @ spectrum @ right)
