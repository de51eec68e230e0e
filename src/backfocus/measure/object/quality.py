"""How good an object is to measure by: seen in one picture, before anything is measured.

Detail counts in bands an octave apart, cell by cell. What is smooth has none in the fine ones. What repeats
looks like itself at another place, so nothing tells which slat is which.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Frame, Samples
from ...transfer import linearise
from ..picture.clipping import clipped
from ..picture.contrast import halved, noise_variance
from ..picture.eight_bits import eight_bits
from ..reading import Flag
from .region import Region

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

Colour = Literal["good", "fair", "poor"]
Why = Literal[
    "too-dark", "clipped", "too-smooth", "unfocused", "moving", "repeating", "glossy", "several-depths"
]


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the object in a part of a picture is, as far as the pictures so far tell.

    Attributes
    ----------
    colour
        "good", "fair" (it will do, or more must be seen first) or "poor" (choose another).
    why
        What is wrong, the worst first; "unfocused": only that, and a turn of the focus ring tells more.
    region
        The part of the picture that was judged.
    detail
        Fine contrast of the better half of that part, as a share of its light.
    """

    colour: Colour
    why: tuple[Why, ...]
    region: Region
    detail: float = 0.0

    @property
    def flags(self) -> frozenset[Flag]:
        """What a reading of it carries; out of focus is no fault of an object."""
        return frozenset(Flag(why) for why in self.why if why != "unfocused")


REFUSED = frozenset({Flag.TOO_SMOOTH, Flag.GLOSSY, Flag.REPEATING})
"""What makes an object none to measure by; clipped and dark tiles are left out one by one."""
CELL_PX = 32
"""Detail is told in cells so large; the finer bands in as many samples, reduced."""
FINEST_BAND = 1
"""Of the bands an octave apart, from that at 0.35 cy/px: the one at 0.18 is the finest that codecs leave."""
BANDS = 4
"""From the finest on: two fine ones and two coarse ones."""
LEAST_DETAIL, LEAST_NOISES = 0.012, 2.5
"""Contrast in each of the fine bands, as a share of the light and against the noise there, that is detail."""
LEAST_COARSE = 0.006
"""The same in the coarse bands: less, and nothing stands there that focus could bring out."""
ENOUGH, SOME = 0.5, 0.25
"""Share of the cells with detail that makes an object good, and fair."""
PART = 0.4
"""Of the picture's width and height, the part that is judged where nobody chose one."""
MOST_PARTS = 5
"""Looked at for one that does not repeat, where the best one does."""
FROM_MIDDLE = 0.3
"""How much less detail in a corner counts than in the middle, where the zoom goes."""
DARK_LIGHT, BRIGHT_SHARE = 0.01, 0.01
"""Mean light that is too little, and the share of samples on one value at the top that is cut off."""
DARK_BRIGHT = 0.05
"""Light of the brightest twentieth, of white, below which a picture is dark: scenes that are exposed for
reach 0.3, and 4 stops less leave a sixteenth of that."""
REPEATS_FROM = 0.85
"""Correlation of a part with another part of its surroundings, from which it repeats: the courses of an old
brick wall reach 0.7."""
LOBE_OVER = 0.4
"""What a part has to fall to beside itself before it can be found again."""
TEMPLATE_PX, AROUND_PX = (96, 64), (240, 135)
PLACES = ((0.5, 0.5), (0.0, 0.0), (1.0, 1.0))
SPARKLES, DARK_GROUND = 2.8, 0.3
"""Highlights over the middle in codes, and the most that middle may be of white: lamps in a dark mirror. Of
pictures of matt things the darkest middle is at 0.3, and highlights at 2.2 times as much."""
LIT_FROM, LEAST_LIT_PX, DIFFER = 0.3, 6, 0.12
"""Between middle and brightest, where a bright spot begins, and its fewest samples; by what share the spots
of light print differ in brightness: 0.00 to 0.08. Lamps differ by what they are, 0.2 and more."""
TOP, FLANK, ONE_TONE = 0.75, 0.4, 0.36
"""Of the brightest: what is above the one as a share of what is above the other. A reflection falls off from
its middle, 0.22 to 0.27; light print is of one tone, 0.45 to 0.74 (scenes of seeds 5 to 10)."""


def is_dark(frame: Frame) -> bool:
    """Whether even the bright parts of a picture are too dark to be measured: night, or a closed iris."""
    light = linearise(frame.luma[::8, ::8], bits=frame.bits, transfer=frame.transfer, limited=frame.limited)
    return float(np.quantile(light, 0.95)) < DARK_BRIGHT


def quality(frame: Frame, region: Region | None = None, cells: "Cells | None" = None) -> Quality:
    """How good what stands in a picture is to measure by, taking the picture as in focus.

    Parameters
    ----------
    frame : Frame
        One picture, or one field of it.
    region : Region, optional
        The part to judge; by default the part with the most usable detail, rather in the middle.
    cells : Cells, optional
        Of the picture, where they are known.

    Notes
    -----
    About 10 ms at 1920 columns: a few pictures a second are enough.
    """
    cells = cells or cells_of(frame)
    if region is not None:
        return _judged(frame, cells, region)
    parts = _best_parts(cells)
    best = _judged(frame, cells, next(parts))
    if best.why != ("repeating",):
        return best
    # a striped shirt among faces repeats, and the faces tell where it is: only what repeats all over is poor
    others = (_judged(frame, cells, part) for part in parts)
    return next((each for each in others if each.colour != "poor"), best)


def _judged(frame: Frame, cells: "Cells", region: Region) -> Quality:
    """How good one part is."""
    part = cells.within(region)
    if not part.light.size:
        return Quality("poor", ("too-smooth",), region)
    why = tuple(_whys(frame, part, region))
    detailed = float(part.detailed.mean())
    worst: Colour = "poor" if why else "good" if detailed >= ENOUGH else "fair"
    return Quality(worst, why, region, part.better_half)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A picture cell by cell: light in codes, contrast in bands (bands, rows, columns), and noise."""

    light: Floats
    bands: Floats
    noise: float
    line_step: int

    @property
    def fine(self) -> Floats:
        """Contrast in the poorer of the two fine bands."""
        return np.asarray(self.bands[:2].min(axis=0))

    @property
    def detailed(self) -> Mask:
        """Cells with detail to measure by."""
        noise = self.noise / 2**FINEST_BAND / np.maximum(self.light, 1.0)
        return np.asarray(self.fine > np.maximum(LEAST_DETAIL, LEAST_NOISES * noise))

    @property
    def coarse(self) -> float:
        """Contrast in the coarse bands of the better half."""
        return _better_half(self.bands[-2:].max(axis=0))

    @property
    def better_half(self) -> float:
        """Fine contrast of the better half."""
        return _better_half(self.fine)

    def within(self, region: Region) -> "Cells":
        """Those of a part of the picture."""
        step = self.line_step
        top, bottom = (round(px / step / CELL_PX) for px in (region.top_px, region.bottom_px))
        left, right = (round(px / CELL_PX) for px in (region.left_px, region.right_px))
        rows, columns = (
            slice(max(top, 0), max(bottom, top + 1, 1)),
            slice(max(left, 0), max(right, left + 1, 1)),
        )
        return replace(self, light=self.light[rows, columns], bands=self.bands[:, rows, columns])


def _better_half(values: Floats) -> float:
    return float(np.quantile(values, 0.75)) if values.size else 0.0


def cells_of(frame: Frame) -> Cells:
    """The picture cell by cell."""
    luma = eight_bits(frame)
    level = np.asarray(luma, np.float32)
    rows, columns = (max(size // CELL_PX, 1) for size in level.shape)
    noise = noise_variance(luma)
    left = noise
    for _ in range(FINEST_BAND):
        level, left = np.asarray(halved(level), np.float32), left / 4
    light = mean_of(level, rows, columns)
    bands = []
    for _ in range(BANDS):
        smaller = np.asarray(halved(level), np.float32)
        back = cv2.resize(smaller, level.shape[::-1], interpolation=cv2.INTER_LINEAR)
        power = mean_of((level - back) ** 2, rows, columns) - 0.8 * left
        bands.append(np.sqrt(np.maximum(power, 0.0)) / np.maximum(light, 1.0))
        level, left = smaller, left / 4
    return Cells(light, np.stack(bands), math.sqrt(noise), frame.line_step)


def mean_of(values: Floats, rows: int, columns: int) -> Floats:
    """Means of so many cells."""
    return np.asarray(cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _best_parts(cells: Cells) -> Iterator[Region]:
    """The part with the most cells of detail, those with more of it first, rather in the middle; then others.

    None of them shares anything with an earlier one.
    """
    rows, columns = cells.light.shape
    tall, wide = max(round(PART * rows), 1), max(round(PART * columns), 1)
    worth = cells.detailed + np.minimum(cells.fine / LEAST_DETAIL, 4.0) / 8
    total = np.zeros((rows + 1, columns + 1))
    total[1:, 1:] = worth.astype(np.float64).cumsum(axis=0).cumsum(axis=1)
    score = (total[tall:, wide:] - total[:-tall, wide:] - total[tall:, :-wide] + total[:-tall, :-wide]) / (
        tall * wide
    )
    y, x = (np.linspace(-1.0, 1.0, size) if size > 1 else np.zeros(1) for size in score.shape)
    score = (score + 0.1) * (1 - FROM_MIDDLE * np.minimum(np.hypot(y[:, None], x[None, :]), 1.0))
    step = CELL_PX * cells.line_step
    for _ in range(MOST_PARTS):
        row, column = map(int, np.unravel_index(int(np.argmax(score)), score.shape))
        if not score[row, column] > 0.0:
            return
        yield Region(
            float(column * CELL_PX),
            float(row * step),
            float((column + wide) * CELL_PX),
            float((row + tall) * step),
        )
        score[max(row - tall + 1, 0) : row + tall, max(column - wide + 1, 0) : column + wide] = 0.0


def _whys(frame: Frame, part: Cells, region: Region) -> list[Why]:
    """All that is wrong with a part, the worst first."""
    codes = codes_of(frame, region)
    why: list[Why] = []
    light = linearise(codes[::4, ::4], bits=frame.bits, transfer=frame.transfer, limited=frame.limited)
    if float(light.mean()) < DARK_LIGHT:
        why.append("too-dark")
    if clipped(codes, bits=frame.bits, limited=frame.limited, piled_up=BRIGHT_SHARE):
        why.append("clipped")
    if part.detailed.mean() < SOME:
        return [*why, "too-smooth"]
    luma = np.asarray(eight_bits(replace(frame, luma=codes)), np.float32)
    if _repeats(luma):
        why.append("repeating")
    if _sparkles(luma):
        why.append("glossy")
    return why


def codes_of(frame: Frame, region: Region) -> Samples:
    """The samples of a part of the picture, one at least."""
    step = frame.line_step
    top, bottom = (max(int((px - frame.first_line) // step), 0) for px in (region.top_px, region.bottom_px))
    return frame.luma[top : max(bottom, top + 1), max(int(region.left_px), 0) : max(int(region.right_px), 1)]


def _repeats(luma: Floats) -> bool:
    """Whether parts are found again beside themselves, fine or reduced by two."""
    for level in (luma, np.asarray(halved(luma), np.float32)):
        found = [each for place in PLACES if (each := _second(level, place)) is not None]
        if found and float(np.median(found)) > REPEATS_FROM:
            return True
    return False


def _second(luma: Floats, place: tuple[float, float]) -> float | None:
    """How like a part the likest other one around it is; None where blur or smoothness hides it."""
    rows, columns = luma.shape
    tall, wide = min(AROUND_PX[1], rows), min(AROUND_PX[0], columns)
    down, across = min(TEMPLATE_PX[1], tall // 2), min(TEMPLATE_PX[0], wide // 2)
    if min(down, across) < 16:
        return None
    top, left = round(place[1] * (rows - tall)), round(place[0] * (columns - wide))
    around = luma[top : top + tall, left : left + wide]
    around = np.asarray(cv2.GaussianBlur(around, (0, 0), 1.0) - cv2.GaussianBlur(around, (0, 0), 6.0))
    y, x = (tall - down) // 2, (wide - across) // 2
    template = around[y : y + down, x : x + across]
    if float(template.std()) < 1.0:
        return None
    like = cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED)
    # a lone edge is like itself all along: what hangs together with the part's own place is no other one
    _, joined = cv2.connectedComponents((like > LOBE_OVER).astype(np.uint8))
    other = (joined != joined[y, x]) & (like > LOBE_OVER)
    return float(like[other].max()) if other.any() else 0.0


def _sparkles(luma: Floats) -> bool:
    """Whether a dark ground shows little bright lamps."""
    middle, bright = np.quantile(luma[::2, ::2], (0.5, 0.99))
    if middle >= DARK_GROUND * 255 or bright <= SPARKLES * max(middle, 1.0):
        return False
    falls_off = (luma > TOP * bright).mean() < ONE_TONE * (luma > FLANK * bright).mean()
    peaks = _peaks(luma, middle + LIT_FROM * (bright - middle))
    return bool(falls_off or len(peaks) < 2 or peaks.std() > DIFFER * peaks.mean())


def _peaks(luma: Floats, above: float) -> Floats:
    """The brightest sample of every spot."""
    count, spots, found, _ = cv2.connectedComponentsWithStats((luma > above).astype(np.uint8))
    brightest = np.zeros(count, np.float32)
    np.maximum.at(brightest, np.asarray(spots, np.intp).ravel(), luma.ravel())
    return np.asarray(brightest[1:][found[1:, cv2.CC_STAT_AREA] >= LEAST_LIT_PX])
