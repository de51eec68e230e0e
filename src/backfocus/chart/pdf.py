"""The chart as PDF in true size: one sheet, or a poster in tiles with a page that shows how to join them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from .outline import target_outline
from .picture import tone_code
from .sheet import SOFT, TITLE, Chart, Rect, Sheet, Text, lay_out, middle_of, ruler_at, wrap
from .tiles import OVERLAP_MM, Tile, Tiling, tiling

POINTS_PER_MM = 72 / 25.4
_MARK_MM = 0.2

STEPS = (
    "Print every page at 100 %, not \u201cfit to page\u201d, and check it with this ruler.",
    "Cut each page along its crop marks, on the left and on top, where it has a neighbour.",
    "Join the pages of a row, then the rows: lay the cut edge on the marks of the page before. "
    "The spokes must run through.",
    "Glue it on a flat board: a curled chart is out of focus at its edges.",
)


def chart_pdf(chart: Chart) -> bytes:
    """A PDF file of the chart; tiled charts begin with an assembly page.

    Needs reportlab. The same chart gives the same bytes.
    """
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas("chart.pdf", invariant=1, pageCompression=1)
    canvas.setTitle(TITLE)
    canvas.setSubject("Target for setting the back focus of a zoom lens")
    canvas.setViewerPreference("PrintScaling", "None")
    sheet = lay_out(chart)
    if chart.tiled:
        _draw_tiles(canvas, sheet, chart)
    else:
        _page(canvas, sheet.width_mm, sheet.height_mm)
        _draw(canvas, _View(sheet.height_mm), sheet, chart)
        canvas.showPage()
    return bytes(canvas.getpdfdata())


@dataclass(frozen=True, slots=True)
class _View:
    """From millimetres of a drawing (y down) to points of a page (y up)."""

    page_height_mm: float
    x_mm: float = 0.0
    y_mm: float = 0.0
    scale: float = 1.0

    def points(self, values: tuple[float, ...]) -> Iterator[float]:
        for x, y in zip(values[::2], values[1::2], strict=True):
            yield (self.x_mm + self.scale * x) * POINTS_PER_MM
            yield (self.page_height_mm - self.y_mm - self.scale * y) * POINTS_PER_MM

    def length(self, mm: float) -> float:
        return mm * self.scale * POINTS_PER_MM


def _page(canvas: Any, width_mm: float, height_mm: float) -> None:
    canvas.setPageSize((width_mm * POINTS_PER_MM, height_mm * POINTS_PER_MM))


def _draw(canvas: Any, view: _View, sheet: Sheet, chart: Chart) -> None:
    _draw_star(canvas, view, sheet, chart)
    for block in sheet.blocks:
        _draw_rects(canvas, view, block)
    for text in sheet.texts:
        _draw_text(canvas, view, text)


def _draw_star(canvas: Any, view: _View, sheet: Sheet, chart: Chart) -> None:
    path = canvas.beginPath()
    steps = {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo, "Z": path.close}
    for name, values in target_outline(sheet, chart):
        steps[name](*view.points(values))
    canvas.setFillGray(tone_code(chart.dark_tone))
    canvas.drawPath(path, stroke=0, fill=1, fillMode=1)


def _draw_rects(canvas: Any, view: _View, block: tuple[Rect, ...]) -> None:
    """Fill neighbours of one tone as one path: they show no seams."""
    for tone, run in groupby(block, key=lambda rect: rect.tone):
        path = canvas.beginPath()
        for rect in run:
            left, bottom = view.points((rect.x_mm, rect.y_mm + rect.height_mm))
            path.rect(left, bottom, view.length(rect.width_mm), view.length(rect.height_mm))
        canvas.setFillGray(tone_code(tone))
        canvas.drawPath(path, stroke=0, fill=1)


def _draw_text(canvas: Any, view: _View, text: Text) -> None:
    x, y = view.points((text.x_mm, text.y_mm))
    canvas.setFillGray(tone_code(text.tone))
    canvas.setFont("Helvetica-Bold" if text.bold else "Helvetica", view.length(text.size_mm))
    write = {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}
    write[text.anchor](x, y, text.text.replace("\u2212", "\u2013"))  # Helvetica's Latin set has no minus


def _draw_tiles(canvas: Any, sheet: Sheet, chart: Chart) -> None:
    cut = tiling(chart.poster, chart.paper, middle_of(chart))
    _page(canvas, chart.paper.width_mm, chart.paper.height_mm)
    _draw_assembly(canvas, sheet, chart, cut)
    canvas.showPage()
    left, top = (cut.page_width_mm - cut.width_mm) / 2, (cut.page_height_mm - cut.height_mm) / 2
    for tile in cut.tiles:
        _page(canvas, cut.page_width_mm, cut.page_height_mm)
        view = _View(cut.page_height_mm, left - tile.x_mm, top - tile.y_mm)
        canvas.saveState()
        _clip(canvas, view, tile, cut)
        _draw(canvas, view, sheet, chart)
        canvas.restoreState()
        window = _View(cut.page_height_mm, left, top)
        _draw_rects(canvas, window, tuple(_marks(tile, cut)))
        _draw_rects(canvas, window, tuple(_locator(tile, cut)))
        _draw_text(canvas, window, _page_label(tile, cut, chart))
        canvas.showPage()


def _clip(canvas: Any, view: _View, tile: Tile, cut: Tiling) -> None:
    left, bottom = view.points((tile.x_mm, tile.y_mm + cut.height_mm))
    path = canvas.beginPath()
    path.rect(left, bottom, view.length(cut.width_mm), view.length(cut.height_mm))
    canvas.clipPath(path, stroke=0, fill=0)


def _marks(tile: Tile, cut: Tiling) -> Iterator[Rect]:
    """Crop marks at the tile's corners, and shorter ones where the next page's cut edge comes to lie."""
    xs, ys = [(0.0, 5.0), (cut.width_mm, 5.0)], [(0.0, 5.0), (cut.height_mm, 5.0)]
    if tile.column + 1 < cut.columns:
        xs.append((cut.width_mm - OVERLAP_MM, 3.0))
    if tile.row + 1 < cut.rows:
        ys.append((cut.height_mm - OVERLAP_MM, 3.0))
    half, gap = _MARK_MM / 2, 1.5
    for x, long in xs:
        yield Rect(x - half, -gap - long, _MARK_MM, long)
        yield Rect(x - half, cut.height_mm + gap, _MARK_MM, long)
    for y, long in ys:
        yield Rect(-gap - long, y - half, long, _MARK_MM)
        yield Rect(cut.width_mm + gap, y - half, long, _MARK_MM)


def _page_label(tile: Tile, cut: Tiling, chart: Chart) -> Text:
    number = tile.row * cut.columns + tile.column + 1
    words = (
        f"{number} of {len(cut.tiles)}  \u00b7  row {tile.row + 1}, column {tile.column + 1}"
        f"  \u00b7  {TITLE}, star {chart.star_mm:g} mm"
    )
    return Text(16.0, cut.height_mm + 5.2, 2.7, words, tone=SOFT)


def _locator(tile: Tile, cut: Tiling) -> Iterator[Rect]:
    """A tiny plan of the poster, this page's field filled."""
    cell = min(5.0 / cut.rows, 20.0 / cut.columns, 2.4)
    for other in cut.tiles:
        x, y = 8.0 + (other.column - cut.columns / 2) * cell, cut.height_mm + 1.8 + other.row * cell
        yield Rect(x, y, cell - 0.25, cell - 0.25, 0.0 if other == tile else 0.7)


def _draw_assembly(canvas: Any, sheet: Sheet, chart: Chart, cut: Tiling) -> None:
    """The page that shows the poster with its tiles numbered, and how to join them."""
    paper = chart.paper
    width, height, margin = paper.width_mm, paper.height_mm, 16.0
    inner = width - 2 * margin
    page = _View(height)
    _draw_text(canvas, page, Text(margin, margin + 6, 6.2, TITLE, bold=True))
    count = (
        f"{len(cut.tiles)} pages of {paper.name}, joined to {sheet.width_mm:g} \u00d7 {sheet.height_mm:g} mm"
    )
    _draw_text(canvas, page, Text(margin, margin + 11.5, 2.9, count, tone=SOFT))
    lines = [
        (f"{n}" if not i else "", line)
        for n, step in enumerate(STEPS, 1)
        for i, line in enumerate(wrap(step, inner - 8, 3.4))
    ]
    foot = height - margin - 5.2 * len(lines) - 18
    scale = min(inner / sheet.width_mm, (foot - margin - 24) / sheet.height_mm)
    left, top = (width - scale * sheet.width_mm) / 2, margin + 18
    thumb = _View(height, left, top, scale)
    _draw(canvas, thumb, sheet, chart)
    _draw_plan(canvas, thumb, sheet, cut)
    ticks, numbers = ruler_at(margin, foot, inner, 1.0)
    _draw_rects(canvas, page, ticks)
    for text in numbers:
        _draw_text(canvas, page, text)
    for row, (number, line) in enumerate(lines):
        y = foot + 18 + 5.2 * row
        _draw_text(canvas, page, Text(margin, y, 3.4, number, bold=True))
        _draw_text(canvas, page, Text(margin + 8, y, 3.4, line))


def _draw_plan(canvas: Any, thumb: _View, sheet: Sheet, cut: Tiling) -> None:
    """Frame, seams and page numbers over the thumbnail."""
    line = 0.3 / thumb.scale
    edges = [Rect(0, y, sheet.width_mm, line) for y in (0.0, sheet.height_mm)]
    edges += [Rect(x, 0, line, sheet.height_mm) for x in (0.0, sheet.width_mm)]
    seams = [
        Rect(0, tile.y_mm, sheet.width_mm, line, 0.35) for tile in cut.tiles if tile.row and not tile.column
    ]
    seams += [
        Rect(tile.x_mm, 0, line, sheet.height_mm, 0.35) for tile in cut.tiles if tile.column and not tile.row
    ]
    _draw_rects(canvas, thumb, (*edges, *seams))
    for number, tile in enumerate(cut.tiles, 1):
        _draw_badge(canvas, thumb, tile.x_mm + cut.width_mm / 2, tile.y_mm + cut.height_mm / 2, number)


def _draw_badge(canvas: Any, thumb: _View, x_mm: float, y_mm: float, number: int) -> None:
    size = 7.0 / thumb.scale
    label = Text(x_mm, y_mm + 0.21 * size, 0.6 * size, f"{number}", "middle", bold=True)
    _draw_rects(canvas, thumb, (Rect(x_mm - size / 2, y_mm - size / 2, size, size, 1.0),))
    _draw_text(canvas, thumb, label)
