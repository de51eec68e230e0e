"""What a chart is, and where everything on its sheet stands.

Lengths are millimetres from the sheet's top left corner, y down. A tone is light: 0 ink, 1 bare paper; the
printed code value is its sRGB encoding. Everything but the star and the words is an upright rectangle, so
that the PDF, the SVG, the picture and the reflectance all draw the same few shapes.
"""

import math
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from ..errors import UsageError
from ..target import CYCLES, PATCH_BOTTOM, PATCH_STEP, PATCH_TOP, PATCH_WIDTH, PATCHES, Patch

Anchor = Literal["start", "middle", "end"]
Target = Literal["star", "edge"]

TITLE = "Back-focus chart"
WIDE_PX = 150
"""Pixels the star's diameter should cover at full wide."""

PATCH_NAMES = ("black", "25 %", "50 %", "50 % fine", "75 %")
RULER_MM = 8.0
"""Height of the ruler with its numbers, on A4."""
FIDUCIAL_FRACTION = 0.12
"""Side of a corner mark over the star's diameter: 3 px a module when the star covers 150 px."""

SQUARES = 0.8
"""Side of the outermost slanted square over the star's diameter: white paper is left on all its sides."""

TALL = (1 + PATCH_BOTTOM) / 2
"""Height of the star with its patches over its diameter."""

SOFT = 0.13
"""Tone of secondary words: dark enough to read, light enough to stand back."""

HOW_TO = (
    "Hang it flat, evenly lit. Zoom in: focus with the focus ring. "
    "Zoom out: correct with the back-focus ring. Repeat."
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of paper, upright: `height_mm` is the longer side."""

    name: str
    width_mm: float
    height_mm: float

    def __post_init__(self) -> None:
        if not 90 <= self.width_mm <= self.height_mm <= 20_000:
            raise ValueError(f"paper must be upright, 90 mm to 20 m: {self.width_mm} x {self.height_mm} mm")


PAPERS = (
    Paper("A5", 148, 210),
    Paper("A4", 210, 297),
    Paper("A3", 297, 420),
    Paper("A2", 420, 594),
    Paper("A1", 594, 841),
    Paper("A0", 841, 1189),
    Paper("Letter", 215.9, 279.4),
    Paper("Legal", 215.9, 355.6),
    Paper("Tabloid", 279.4, 431.8),
)


def parse_paper(text: str) -> Paper:
    """The paper a person names: a size of `PAPERS`, or WxH in mm; `UsageError` otherwise."""
    for paper in PAPERS:
        if paper.name.lower() == text.strip().lower():
            return paper
    sides = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*[xX\u00d7]\s*(\d+(?:\.\d+)?)\s*(?:mm)?\s*", text)
    if sides is None:
        names = ", ".join(paper.name for paper in PAPERS)
        raise UsageError(f"paper {text!r} is not known: use {names}, or width x height in mm such as 600x900")
    short, long = sorted(float(side) for side in sides.groups())
    try:
        return Paper(f"{short:g} \u00d7 {long:g} mm", short, long)
    except ValueError:
        raise UsageError(f"paper {text!r} does not work: its sides must be 90 mm to 20 m") from None


@dataclass(frozen=True, slots=True)
class Chart:
    """A target to print.

    Attributes
    ----------
    star_mm : float
        Diameter of the star, 20 mm or more.
    paper : Paper
        What the printer holds. A star that does not fit is printed as a tiled poster.
    cycles : int
        Black-and-white pairs per turn, 8 to 144.
    twisted : bool
        With the twists of `target`, which tell the zoom; a plain star has none.
    distance_m : float | None
        The distance it is made for.
    made_for : str
        Camera and lens in words.
    target : "star" | "edge"
        The star, or nested slanted squares in its place, the outermost `SQUARES` of its size.
    dark_tone : float
        Of the dark squares: 0 is ink; more for a chart of low contrast.
    """

    star_mm: float
    paper: Paper
    cycles: int = CYCLES
    twisted: bool = True
    distance_m: float | None = None
    made_for: str = ""
    target: Target = "star"
    dark_tone: float = 0.0

    def __post_init__(self) -> None:
        if not 20 <= self.star_mm <= 20_000:
            raise ValueError(f"a star is 20 mm to 20 m across, not {self.star_mm:g} mm")
        if not 8 <= self.cycles <= 144:
            raise ValueError(f"a star has 8 to 144 cycles, not {self.cycles}")
        if not 0 <= self.dark_tone < 1:
            raise ValueError(f"dark squares have a tone of 0 to 1, not {self.dark_tone:g}")
        if self.distance_m is not None and not 0 < self.distance_m < math.inf:
            raise ValueError(f"a chart cannot be made for {self.distance_m} m")

    @property
    def tiled(self) -> bool:
        """Whether the star needs more than one sheet of its paper."""
        return self.star_mm > largest_star_mm(self.paper) + 1e-6

    @property
    def poster(self) -> Paper:
        """The whole sheet: the paper itself, or what its tiles make together."""
        return _poster_for(self.star_mm) if self.tiled else self.paper


def make_chart(
    paper: Paper,
    *,
    star_mm: float | None = None,
    cycles: int = CYCLES,
    twisted: bool = True,
    distance_m: float | None = None,
    made_for: str = "",
) -> Chart:
    """A chart on `paper`, its star as large as one sheet takes unless `star_mm` says otherwise."""
    return Chart(star_mm or largest_star_mm(paper), paper, cycles, twisted, distance_m, made_for)


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle of one tone."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    tone: float = 0.0


@dataclass(frozen=True, slots=True)
class Text:
    """A line of words; `y_mm` is the baseline, `size_mm` the em."""

    x_mm: float
    y_mm: float
    size_mm: float
    text: str
    anchor: Anchor = "start"
    bold: bool = False
    tone: float = 0.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A laid-out chart: the star's circle, blocks of rectangles (later ones on top) and words."""

    width_mm: float
    height_mm: float
    star_x_mm: float
    star_y_mm: float
    star_radius_mm: float
    blocks: tuple[tuple[Rect, ...], ...]
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Grid:
    """The measures a sheet is set in, mm; `unit` scales type and gaps more slowly than the paper grows."""

    margin: float
    unit: float
    inner: float
    how_to: tuple[str, ...]

    @property
    def header(self) -> float:
        """Height of the title block with the gap below it."""
        return 19 * self.unit

    @property
    def foot_lines(self) -> float:
        """Height of the line on what to do."""
        return 4.2 * self.unit * len(self.how_to)

    @property
    def footer(self) -> float:
        """Height of the patches' names, ruler and last line."""
        return 6 * self.unit + RULER_MM * self.rule + 7 * self.unit + self.foot_lines

    @property
    def rule(self) -> float:
        """Size of the ruler's ticks and numbers: large paper is read from further away."""
        return min(max(self.unit, 1.0), 1.6)


def _grid(paper: Paper) -> _Grid:
    margin = max(10.0, 0.05 * paper.width_mm)
    unit = min(max((paper.width_mm / 210) ** 0.75, 0.78), 6.0)
    inner = paper.width_mm - 2 * margin
    return _Grid(margin, unit, inner, tuple(wrap(HOW_TO, inner, 2.9 * unit)))


def wrap(text: str, width_mm: float, size_mm: float) -> list[str]:
    """Lines of `text` that stay within `width_mm` in any plain sans-serif face."""
    return textwrap.wrap(text, max(12, int(width_mm / (0.52 * size_mm))))


def largest_star_mm(paper: Paper) -> float:
    """Diameter of the largest star one sheet of `paper` takes, to a whole millimetre."""
    grid = _grid(paper)
    room = paper.height_mm - 2 * grid.margin - grid.header - grid.footer
    return float(math.floor(min(grid.inner, room / TALL) + 1e-9))


def _poster_for(star_mm: float) -> Paper:
    """The smallest sheet, in whole mm of width, on which `star_mm` fills the measure."""
    width = math.ceil(star_mm / 0.9)
    grid = _grid(Paper("", width, max(2 * width, 200)))
    height = math.ceil(TALL * star_mm + 2 * grid.margin + grid.header + grid.footer)
    return Paper("poster", width, max(height, width))


def middle_of(chart: Chart) -> tuple[float, float]:
    """Where the middle of the star is on the sheet, mm from its left and from its top."""
    sheet = lay_out(chart)
    return sheet.star_x_mm, sheet.star_y_mm


def lay_out(chart: Chart) -> Sheet:
    """The sheet of `chart`: the paper, or the whole poster where it is tiled."""
    paper = chart.poster
    grid = _grid(paper)
    foot = paper.height_mm - grid.margin - grid.footer
    radius = chart.star_mm / 2
    x, y = paper.width_mm / 2, (grid.margin + grid.header + foot - (PATCH_BOTTOM - 1) * radius) / 2
    fiducials = tuple(_fiducial(number, x, y, radius) for number in range(4))
    patches = tuple(rect for patch in PATCHES for rect in _lines(patch, x, y, radius))
    ruler_y = paper.height_mm - grid.margin - grid.foot_lines - 3 * grid.unit - RULER_MM * grid.rule
    ruler, numbers = ruler_at(grid.margin, ruler_y, grid.inner, grid.rule)
    names = _patch_names(grid, x, y, radius)
    texts = (*_header(chart, paper, grid), *names, *numbers, *_footer(paper, grid, ruler_y))
    return Sheet(paper.width_mm, paper.height_mm, x, y, radius, (*fiducials, patches, ruler), texts)


def _header(chart: Chart, paper: Paper, grid: _Grid) -> Iterator[Text]:
    unit, left, right, top = grid.unit, grid.margin, paper.width_mm - grid.margin, grid.margin
    twist = "twisted" if chart.twisted else "plain"
    kind = f"Siemens star \u00b7 {chart.cycles} cycles \u00b7 {twist} \u00b7 {chart.star_mm:g} mm across"
    if chart.target == "edge":
        kind = f"Slanted squares \u00b7 5\u00b0 \u00b7 {SQUARES * chart.star_mm:.4g} mm a side"
    yield Text(left, top + 5 * unit, 6.2 * unit, TITLE, bold=True)
    if chart.distance_m is None:
        target = "star covers" if chart.target == "star" else "squares cover"
        aside = f"Hang it where the {target} {WIDE_PX} px or more at full wide"
    else:
        yield Text(right, top + 5 * unit, 6.2 * unit, f"for {chart.distance_m:g} m", "end", bold=True)
        aside = printable(chart.made_for)
    size = 2.9 * unit
    room = grid.inner / (0.52 * size)
    if len(kind) + len(aside) + 4 <= room:
        yield Text(left, top + 10.5 * unit, size, kind, tone=SOFT)
        yield Text(right, top + 10.5 * unit, size, aside, "end", tone=SOFT)
    else:
        for row, words in enumerate((kind, textwrap.shorten(aside, int(room), placeholder="\u2026"))):
            yield Text(left, top + (10 + 4 * row) * unit, size, words, tone=SOFT)


def printable(text: str) -> str:
    """`text` on one line without control characters, in the Latin letters every printer's Helvetica has."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text).replace("\u2033", '"')
    return " ".join(plain.encode("cp1252", "replace").decode("cp1252").split())


def _fiducial(number: int, x_mm: float, y_mm: float, radius_mm: float) -> tuple[Rect, ...]:
    """ArUco mark `number` (DICT_4X4_50) in its corner of the star's square, clockwise from the top left."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    cells = np.asarray(cv2.aruco.generateImageMarker(dictionary, number, 6)) > 127
    side = FIDUCIAL_FRACTION * 2 * radius_mm
    module = side / 6
    left = x_mm - radius_mm if number in (0, 3) else x_mm + radius_mm - side
    top = y_mm - radius_mm if number in (0, 1) else y_mm + radius_mm - side
    white = (
        Rect(left + column * module, top + row * module, module, module, 1.0)
        for row, column in np.argwhere(cells).tolist()
    )
    return (Rect(left, top, side, side), *white)


def _lines(patch: Patch, x_mm: float, y_mm: float, radius_mm: float) -> Iterator[Rect]:
    """The black lines of a patch, each in the middle of its pitch."""
    line = (1 - patch.white) * patch.pitch
    for number in range(round(PATCH_WIDTH / patch.pitch)):
        left = patch.x - PATCH_WIDTH / 2 + (number + 0.5) * patch.pitch - line / 2
        yield Rect(
            x_mm + left * radius_mm,
            y_mm + PATCH_TOP * radius_mm,
            line * radius_mm,
            (PATCH_BOTTOM - PATCH_TOP) * radius_mm,
        )


def _patch_names(grid: _Grid, x_mm: float, y_mm: float, radius_mm: float) -> Iterator[Text]:
    """What each patch is, below it; nothing where the star is too small for words."""
    size = 2.6 * grid.unit
    if PATCH_STEP * radius_mm < 0.52 * size * max(map(len, PATCH_NAMES)):
        return
    for patch, name in zip(PATCHES, PATCH_NAMES, strict=True):
        below = y_mm + PATCH_BOTTOM * radius_mm + 1.5 * size
        yield Text(x_mm + patch.x * radius_mm, below, size, name, "middle", tone=SOFT)


def ruler_at(
    x_mm: float, y_mm: float, room_mm: float, size: float
) -> tuple[tuple[Rect, ...], tuple[Text, ...]]:
    """A ruler of 100 mm (less on narrow paper) whose zero tick is centred on `x_mm`, with its numbers."""
    length = int(min(100, (room_mm - 8 * size) // 10 * 10))  # beside it stands the unit
    line = 0.2
    ticks = [Rect(x_mm - line / 2, y_mm, length + line, line)]
    for mm in range(length + 1):
        tall = 4.6 if mm % 10 == 0 else 3.4 if mm % 5 == 0 else 2.2
        ticks.append(Rect(x_mm + mm - line / 2, y_mm, line, tall * size))
    base = y_mm + RULER_MM * size
    numbers = (
        Text(x_mm + mm, base, 2.6 * size, f"{mm}", "middle", tone=SOFT) for mm in range(0, length + 1, 10)
    )
    unit = Text(x_mm + length + 3.2 * size, base, 2.6 * size, "mm", tone=SOFT)
    return tuple(ticks), (*numbers, unit)


def _footer(paper: Paper, grid: _Grid, ruler_y: float) -> Iterator[Text]:
    """The words beside the ruler and the line on what to do."""
    unit, right = grid.unit, paper.width_mm - grid.margin
    size = 2.9 * unit
    check = "Print at 100 %, not \u201cfit to page\u201d,", "and check the print with this ruler."
    middle = ruler_y + RULER_MM * grid.rule / 2
    if grid.inner - 100 - 10 * grid.rule > max(map(len, check)) * 0.52 * size:
        for row, words in enumerate(check):
            yield Text(right, middle + (4.2 * row - 1.1) * unit, size, words, "end", tone=SOFT)
    first = paper.height_mm - grid.margin - grid.foot_lines + 3.6 * unit
    for row, words in enumerate(grid.how_to):
        yield Text(grid.margin, first + 4.2 * unit * row, size, words, tone=SOFT)
