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
    """`per_px` photosites each way become one pixel by area: the mean over all pixels."""
    return _resampled(per_px)


def enlarged(per_px: float) -> Part:
    """Cubic convolution between photosites that are wider apart than pixels: the mean over all pixels."""
    return _resampled(per_px)


def resampling(per_px: float, pixels: int, sites: int) -> np.ndarray:
    """What each photosite of a line gives to each pixel, shape (pixels, sites); the ends are repeated."""
    middles = (np.arange(pixels) + 0.5) * per_px - 0.5
    near = np.floor(middles).astype(int)[:, None] + np.arange(-4, 5)
    shares = _share(per_px)(near - middles[:, None])
    weights = np.zeros((pixels, sites))
    np.add.at(weights, (np.arange(pixels)[:, None], np.clip(near, 0, sites - 1)), shares)
    return weights


def _share(per_px: float) -> Callable[[np.ndarray], np.ndarray]:
    """How much a photosite counts that lies so far from a pixel's middle, in photosites.

    References
    ----------
    R. G. Keys, IEEE Trans. ASSP 29 (1981) 1153, with a slope of -0.75 at one photosite from the middle.
    """

    def area(off: np.ndarray) -> np.ndarray:
        covered = np.minimum(off + 0.5, per_px / 2) - np.maximum(off - 0.5, -per_px / 2)
        return np.maximum(covered, 0) / per_px

    def cubic(off: np.ndarray, slope: float = -0.75) -> np.ndarray:
        at = np.abs(off)
        near = (slope + 2) * at**3 - (slope + 3) * at**2 + 1
        far = slope * (at**3 - 5 * at**2 + 8 * at - 4)
        return np.where(at <= 1, near, np.where(at < 2, far, 0))

    return area if per_px > 1 else cubic


def _resampled(per_px: float) -> Part:
    middles = (np.arange(240) + 0.5) * per_px - 0.5
    off = np.floor(middles)[:, None] + np.arange(-4, 5) - middles[:, None]
    weights = _share(per_px)(off)

    def along(f: np.ndarray) -> np.ndarray:
        waves = np.cos(2 * np.pi * np.asarray(f)[..., None, None] / per_px * off)
        return (waves * weights).sum(axis=-1).mean(axis=-1)

    return lambda x, y: along(x) * along(y)


def bilinear_mosaic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Luma of a grey sine behind a mosaic of RGGB, each colour filled in from its nearest neighbours.

    Green is seen on half of the photosites and is the mean of four on the others; red is seen on a quarter,
    the mean of two on a half and of four on a quarter; blue the same. Per photosite.
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
