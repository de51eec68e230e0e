"""The sheet that the target is printed on, without the target: the bench's own, or the one that people print.

Reflectances are bytes, 255 is 100 %. A sheet is kept at several sizes, each the mean of four samples of the
one before: lines finer than the picture's samples come out as the grey that they are, and not as moire.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ..chart import chart_picture, lay_out, make_chart, parse_paper
from ..chart.sheet import SQUARES
from ..transfer import curve

Bytes = NDArray[np.uint8]

BLACK, WHITE, GREY, PAPER = 10, 229, 46, 229
"""Printed black 4 %, grey card 18 %, paper 90 %: white is where nothing is printed."""
RIM_TEXELS = 320.0
"""Radius of the rim on the largest drawing of a sheet."""
_HALVED = 4
_SHARPEST = 1.4
"""Samples of the picture that one of the sheet may cover, before a finer drawing is taken."""
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True, eq=False)
class HungPaper:
    """A sheet at several sizes.

    Attributes
    ----------
    levels : tuple of ndarray
        The largest first, each half as large as the one before.
    middle : (float, float)
        x, y of the target's centre on the largest, in samples.
    """

    levels: tuple[Bytes, ...]
    middle: tuple[float, float]

    def at(self, scale: float) -> tuple[Bytes, tuple[float, float], float]:
        """The drawing nearest to the picture's samples, its middle and its scale."""
        level = 0
        while level + 1 < len(self.levels) and scale * 2 <= _SHARPEST:
            scale, level = scale * 2, level + 1
        x, y = ((at + 0.5) / 2**level - 0.5 for at in self.middle)
        return self.levels[level], (x, y), scale


def bench_paper(*, squares: bool) -> HungPaper:
    """The bench's sheet: patches for the levels on both sides, marks in the corners, a ruler.

    Squares leave the ruler out and stand on more paper: what is measured beside their edges must be white.
    """
    rim = RIM_TEXELS
    half_w, half_h = round(1.75 * rim), round((1.45 if squares else 1.25) * rim)
    paper = np.full((2 * half_h + 1, 2 * half_w + 1), PAPER, np.uint8)
    side = round(0.26 * rim)
    for row, level in enumerate((BLACK, GREY, 110, WHITE)):
        top = half_h + round((row - 2) * 0.45 * rim)
        for left in (half_w - round(1.6 * rim), half_w + round(1.6 * rim) - side):
            cv2.rectangle(paper, (left, top), (left + side, top + side), int(level), -1)
    for x in (round(0.15 * rim), 2 * half_w - round(0.15 * rim)):
        for y in (round(0.15 * rim), 2 * half_h - round(0.15 * rim)):
            for size, level in ((0.09, BLACK), (0.05, PAPER), (0.02, BLACK)):
                reach = round(size * rim)
                cv2.rectangle(paper, (x - reach, y - reach), (x + reach, y + reach), level, -1)
    for tick in range(0 if squares else 21):
        at = round(half_w - rim * 0.5 + tick * rim * 0.05)
        cv2.line(paper, (at, 2 * half_h - 12), (at, 2 * half_h - (36 if tick % 5 else 50)), BLACK, 2)
    return HungPaper((paper,), (float(half_w), float(half_h)))


@lru_cache(maxsize=4)
def printed_paper(*, squares: bool, cycles: int, plain: bool) -> HungPaper:
    """The sheet of `backfocus chart` on A3: greys of fine lines below the star, marks, ruler, words."""
    chart = make_chart(parse_paper("A3"), cycles=cycles, twisted=not plain)
    sheet = lay_out(chart)
    rim_mm = sheet.star_radius_mm * (SQUARES if squares else 1.0)
    per_mm = RIM_TEXELS / rim_mm
    tone = curve(bits=8, transfer="srgb", limited=False)
    reflects = np.rint(BLACK + (WHITE - BLACK) * tone).astype(np.uint8)
    levels = [reflects[chart_picture(chart, per_mm * _MM_PER_INCH)]]
    for _ in range(_HALVED):
        height, width = (size // 2 for size in levels[-1].shape)
        even = levels[-1][: 2 * height, : 2 * width]
        halved = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(halved, np.uint8))
    return HungPaper(tuple(levels), (sheet.star_x_mm * per_mm - 0.5, sheet.star_y_mm * per_mm - 0.5))
