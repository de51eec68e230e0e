"""What a camera does to a sine of light, worked out by hand: exact transfers of each of its parts.

Every function takes frequencies along rows and along columns, in cycles per delivered pixel unless it says
otherwise, and gives a signed factor. `on_ring` averages them over directions, as a ring of a star does.
"""

from collections.abc import Callable

import numpy as np

Part = Callable[[np.ndarray, np.ndarray], np.ndarray]


def aperture(side_px: float) -> Part:
    """A square photosite of this side."""
    return lambda x, y: np.sinc(side_px * x) * np.sinc(side_px * y)


def low_pass(spots_px: float) -> Part:
    """A birefringent filter of four spots in a square: two plates, each splits one way."""
    return lambda x, y: np.cos(np.pi * spots_px * x) * np.cos(np.pi * spots_px * y)


def averaged_down(per_px: float) -> Part:
    """`per_px` photosites each way become one pixel: each counts by how much of it the pixel covers."""

    def share(off: np.ndarray) -> np.ndarray:
        covered = np.minimum(off + 0.5, per_px / 2) - np.maximum(off - 0.5, -per_px / 2)
        return np.maximum(covered, 0) / per_px

    return _resampled(per_px, share)


def enlarged(per_px: float, slope: float = -0.75) -> Part:
    """Cubic convolution between photosites that are wider apart than pixels.

    References
    ----------
    R. G. Keys, IEEE Trans. ASSP 29 (1981) 1153; `slope` is that at one photosite from the middle.
    """

    def share(off: np.ndarray) -> np.ndarray:
        at = np.abs(off)
        near = (slope + 2) * at**3 - (slope + 3) * at**2 + 1
        far = slope * (at**3 - 5 * at**2 + 8 * at - 4)
        return np.where(at <= 1, near, np.where(at < 2, far, 0))

    return _resampled(per_px, share)


def _resampled(per_px: float, share: Callable[[np.ndarray], np.ndarray]) -> Part:
    """Pixels that are sums of photosites by `share` of how far off these are: the mean over all pixels."""
    middles = (np.arange(240) + 0.5) * per_px - 0.5
    off = np.floor(middles)[:, None] + np.arange(-4, 5) - middles[:, None]
    weights = share(off)

    def along(f: np.ndarray) -> np.ndarray:
        waves = np.cos(2 * np.pi * np.asarray(f)[..., None, None] / per_px * off)
        return (waves * weights).sum(axis=-1).mean(axis=-1)

    return lambda x, y: along(x) * along(y)


def bilinear_mosaic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Luma of a grey sine behind a mosaic of RGGB, each colour filled in from its nearest neighbours.

    Green is seen on half of the photosites and is the mean of four on the others; red is seen on a quarter,
    the mean of two on a half and of four on a quarter; blue likewise. Per photosite.
    """
    across, down = np.cos(2 * np.pi * np.asarray(x)), np.cos(2 * np.pi * np.asarray(y))
    green = 0.5 + (across + down) / 4
    red_or_blue = (1 + across) * (1 + down) / 4
    return 0.7152 * green + 0.2848 * red_or_blue


def on_ring(frequency: float, *parts: Part) -> float:
    """The product of the parts over all directions at one frequency."""
    turn = (np.arange(720) + 0.5) / 720 * 2 * np.pi
    x, y = frequency * np.cos(turn), frequency * np.sin(turn)
    product = np.ones_like(x)
    for part in parts:
        product = product * part(x, y)
    return float(product.mean())
