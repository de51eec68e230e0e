"""The light behind the luma of a star that is printed in colour.

Blur mixes the light of ink and paper, but luma is a sum of code values, each bent by the transfer curve: of a
red star on white, red stays where it is and green and blue fall, and the curve undone on the sum gives no
light of anything (it reads 12 % too little). Yet each mixture of the two has one luma. So where both colours
are known, from where the spokes are widest, every code of luma tells the share of paper, and that is light.
It needs no more than the luma's own resolution, however coarse the planes of colour are.
"""

import itertools
import math

import numpy as np

from ...frame import Frame
from ...transfer import curve
from .colours import CHROMA_SPAN, colour_spans
from .measurement import StarMeasurement
from .rings import Floats, Floats64

WIDEST = (0.55, 0.92)
"""Of the outermost ring in view: between them the spokes are widest, and the rim does not reach."""

BRIGHT_SHARE = 0.2
"""Of what lies between: the brightest and the darkest fifth are paper and ink."""

COLOURED_CODES = 8.0
"""Of 8 bits: ink and paper whose colour differences are no further apart are taken for grey."""

FEWEST, ENOUGH = 40, 20_000
"""Samples of each; and of the square around the star, of which two fifths lie where it counts."""

MIXTURES = np.linspace(-0.4, 1.4, 361)
"""Shares of paper; noise and sharpening reach beyond both."""


def ink_curve(frame: Frame, star: StarMeasurement) -> Floats | None:
    """Light of every code of luma of a star just measured, shape as `transfer.curve`; None in grey.

    None too where the planes of colour are not kept, or where two mixtures of ink and paper share a luma.
    """
    both = _ink_and_paper(frame, star)
    if both is None:
        return None
    table = curve(bits=frame.bits, transfer=frame.transfer, limited=frame.limited).astype(np.float64)
    codes = np.arange(table.size, dtype=np.float64)
    ink, paper = (np.interp(each, codes, table) for each in both)
    mixed = np.clip(ink + MIXTURES[:, None] * (paper - ink), table.min(), table.max())
    weights = np.array(frame.weights)
    luma = np.interp(mixed, table, codes) @ weights
    rising = np.diff(luma[(MIXTURES >= 0.0) & (MIXTURES <= 1.0)])
    if rising.min() <= 0.0:
        return None
    luma = np.maximum.accumulate(luma)
    light = weights @ ink + MIXTURES * float(weights @ (paper - ink))
    found = np.interp(codes, luma, light).astype(np.float32)
    found.setflags(write=False)
    return found


def _ink_and_paper(frame: Frame, star: StarMeasurement) -> tuple[Floats64, Floats64] | None:
    """Red, green and blue of both, as codes; None in grey, and where too little of the spokes is in view."""
    if frame.chroma is None or not frame.bits or not star.ring_radius_px:
        return None
    samples = _where_widest(frame, star)
    least, most = np.quantile(samples[0], [BRIGHT_SHARE, 1.0 - BRIGHT_SHARE])
    dark, bright = samples[:, samples[0] <= least], samples[:, samples[0] >= most]
    if min(dark.shape[1], bright.shape[1]) < FEWEST:
        return None
    unit = float(1 << (frame.bits - 8))
    ink, paper = np.median(dark, axis=1), np.median(bright, axis=1)
    if np.abs(paper - ink)[1:].max() < COLOURED_CODES * unit:
        return None
    return _primaries(ink, frame, unit), _primaries(paper, frame, unit)


def _primaries(seen: Floats64, frame: Frame, unit: float) -> Floats64:
    luma, blue_off, red_off = seen - np.array([0.0, 128.0, 128.0]) * unit
    span = CHROMA_SPAN if frame.limited else 1.0
    by_red, by_blue = colour_spans(frame.weights)
    red, blue = luma + by_red * span * red_off, luma + by_blue * span * blue_off
    of_red, of_green, of_blue = frame.weights
    green = (luma - of_red * red - of_blue * blue) / of_green
    return np.array([red, green, blue])


def _where_widest(frame: Frame, star: StarMeasurement) -> Floats64:
    """Luma and both colour differences at the samples of colour between the rings, shape (3, samples)."""
    assert frame.chroma is not None
    rows, columns = frame.chroma[0].shape
    down, across = (round(size / half) for size, half in zip(frame.luma.shape, (rows, columns), strict=True))
    outer = star.ring_radius_px[-1]
    y, x = (
        np.arange(max(0, int((middle - outer) / step)), max(0, min(size, int((middle + outer) / step) + 2)))
        for middle, step, size in ((star.y_px, down, rows), (star.x_px, across, columns))
    )
    every = max(1, math.isqrt(y.size * x.size // ENOUGH))
    y, x = y[::every], x[::every]
    distance = np.hypot(
        (x[None, :] + 0.5) * across - 0.5 - star.x_px, (y[:, None] + 0.5) * down - 0.5 - star.y_px
    )
    row, column = np.nonzero((distance > WIDEST[0] * outer) & (distance < WIDEST[1] * outer))
    row, column = y[row], x[column]
    luma = np.zeros(row.size)
    last_row, last_column = (side - 1 for side in frame.luma.shape)
    for below, beside in itertools.product(range(down), range(across)):
        places = np.minimum(row * down + below, last_row), np.minimum(column * across + beside, last_column)
        luma += frame.luma[places]
    blue, red = (plane[row, column] for plane in frame.chroma)
    return np.array([luma / (down * across), blue, red], dtype=np.float64)
