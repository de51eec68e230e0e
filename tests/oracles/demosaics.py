"""Demosaics written out plainly, to hold the virtual camera's against; the mosaic is RGGB, red in the corner.

Each takes a mosaic of floats and gives red, green and blue, shape (height, width, 3); the outermost two rows
and columns are not to be looked at.
"""

import numpy as np


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
