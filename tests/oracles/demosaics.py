"""Demosaics of others, or written out plainly, to hold the virtual camera's against.

The mosaic is RGGB, red in the corner. Each takes a mosaic of floats and gives red, green and blue, shape
(height, width, 3); the outermost two rows and columns are not to be looked at.
"""

import warnings

import cv2
import numpy as np


def _by_colour():
    """`colour-demosaicing`; it brings all of Matplotlib, so it is imported where it is used."""
    with warnings.catch_warnings():
        # It asks SciPy for a name that moved.
        warnings.simplefilter("ignore", DeprecationWarning)
        import colour_demosaicing
    return colour_demosaicing


def _shifted(mosaic, dx, dy):
    return np.roll(mosaic, (-dy, -dx), axis=(0, 1))


def sites(shape):
    """Where the mosaic is red, green in a red row, green in a blue row, and blue."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return (
        (y % 2 == 0) & (x % 2 == 0),
        (y % 2 == 0) & (x % 2 == 1),
        (y % 2 == 1) & (x % 2 == 0),
        (y % 2 == 1) & (x % 2 == 1),
    )


def edge_aware(mosaic):
    """Green from the two neighbours, beside or above and below, that differ least; the others by means."""
    left, right = _shifted(mosaic, -1, 0), _shifted(mosaic, 1, 0)
    up, down = _shifted(mosaic, 0, -1), _shifted(mosaic, 0, 1)
    beside, above = (left + right) / 2, (up + down) / 2
    across = sum(_shifted(mosaic, dx, dy) for dx in (-1, 1) for dy in (-1, 1)) / 4
    red, green_in_red, green_in_blue, blue = sites(mosaic.shape)
    smooth = np.where(np.abs(left - right) > np.abs(up - down), above, beside)
    green = np.where(red | blue, smooth, mosaic)
    colours = [
        np.select([own, in_row, in_column], [mosaic, beside, above], across)
        for own, in_row, in_column in (
            (red, green_in_red, green_in_blue),
            (blue, green_in_blue, green_in_red),
        )
    ]
    return np.stack([colours[0], green, colours[1]], axis=-1)


def bilinear(mosaic):
    """By `colour-demosaicing`."""
    return _by_colour().demosaicing_CFA_Bayer_bilinear(mosaic, "RGGB")


def menon(mosaic):
    """By `colour-demosaicing`: directional filtering with a posteriori decision, a good modern camera's."""
    return _by_colour().demosaicing_CFA_Bayer_Menon2007(mosaic, "RGGB")


def vng(mosaic):
    """By OpenCV, in 8 bits."""
    return cv2.cvtColor(np.clip(np.rint(mosaic), 0, 255).astype(np.uint8), cv2.COLOR_BayerRGGB2RGB_VNG)


def hamilton_adams(mosaic):
    """Green with the curvature of the colour that is there, along the direction that changes less."""
    left, right, up, down = (_shifted(mosaic, *way) for way in ((-1, 0), (1, 0), (0, -1), (0, 1)))
    far_left, far_right, far_up, far_down = (
        _shifted(mosaic, *way) for way in ((-2, 0), (2, 0), (0, -2), (0, 2))
    )
    bend_x, bend_y = 2 * mosaic - far_left - far_right, 2 * mosaic - far_up - far_down
    change_x, change_y = np.abs(left - right) + np.abs(bend_x), np.abs(up - down) + np.abs(bend_y)
    along_x, along_y = (left + right) / 2 + bend_x / 4, (up + down) / 2 + bend_y / 4
    found = np.select([change_x < change_y, change_x > change_y], [along_x, along_y], (along_x + along_y) / 2)
    red, green_in_red, green_in_blue, blue = sites(mosaic.shape)
    green = np.where(red | blue, found, mosaic)
    off = mosaic - green
    beside = (_shifted(off, -1, 0) + _shifted(off, 1, 0)) / 2
    above = (_shifted(off, 0, -1) + _shifted(off, 0, 1)) / 2
    across = sum(_shifted(off, dx, dy) for dx in (-1, 1) for dy in (-1, 1)) / 4
    colours = [
        green + np.select([own, in_row, in_column], [off, beside, above], across)
        for own, in_row, in_column in (
            (red, green_in_red, green_in_blue),
            (blue, green_in_blue, green_in_red),
        )
    ]
    return np.stack([colours[0], green, colours[1]], axis=-1)
