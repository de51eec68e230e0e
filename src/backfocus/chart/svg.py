"""The chart as SVG, one user unit to the millimetre."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from .outline import target_outline
from .picture import tone_code
from .sheet import TITLE, Chart, Rect, Text, lay_out


def chart_svg(chart: Chart) -> str:
    """The whole chart in true size as an SVG document; a poster is one sheet."""
    sheet = lay_out(chart)
    width, height = _number(sheet.width_mm), _number(sheet.height_mm)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
        f' viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, sans-serif">',
        f"<title>{TITLE}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<path id="{chart.target}" fill="{_colour(chart.dark_tone)}"'
        f' d="{_path(target_outline(sheet, chart))}"/>',
        *(_rects(run) for block in sheet.blocks for run in _runs(block)),
        *map(_text, sheet.texts),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _runs(block: Iterable[Rect]) -> Iterator[list[Rect]]:
    """Neighbours of one tone together: filled as one path they show no seams."""
    return (list(run) for _, run in groupby(block, key=lambda rect: rect.tone))


def _path(commands: Iterable[tuple[str, tuple[float, ...]]]) -> str:
    return "".join(name + " ".join(map(_number, points)) for name, points in commands)


def _rects(run: list[Rect]) -> str:
    shapes = "".join(map(_corners, run))
    return f'<path fill="{_colour(run[0].tone)}" d="{shapes}"/>'


def _corners(r: Rect) -> str:
    width, height = _number(r.width_mm), _number(r.height_mm)
    return f"M{_number(r.x_mm)} {_number(r.y_mm)}h{width}v{height}h-{width}z"


def _text(text: Text) -> str:
    bold = ' font-weight="bold"' if text.bold else ""
    return (
        f'<text x="{_number(text.x_mm)}" y="{_number(text.y_mm)}" font-size="{_number(text.size_mm)}"'
        f' text-anchor="{text.anchor}" fill="{_colour(text.tone)}"{bold}>{escape(text.text)}</text>'
    )


def _colour(tone: float) -> str:
    return "#" + 3 * f"{round(255 * tone_code(tone)):02x}"


def _number(value: float) -> str:
    """Five decimals, a hundredth of a micrometre, without idle zeros."""
    return f"{value:.5f}".rstrip("0").rstrip(".")
