"""A plain pair of axes in SVG: hairlines, few ticks, words in the page's own type.

Each mark names its ink, so that a plot is right in light, in dark, on paper and by itself.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from .ink import FONT, inked
from .words import printable

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axes:
    """A rectangle of the drawing (left, top, right, bottom) and the values at its sides."""

    left: float
    top: float
    right: float
    bottom: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        """Where a value stands across."""
        return self.left + (value - self.x_low) / (self.x_high - self.x_low) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Where a value stands, up being more."""
        return self.bottom - (value - self.y_low) / (self.y_high - self.y_low) * (self.bottom - self.top)

    def holds(self, value: float) -> bool:
        """Whether a value is within the upright range."""
        return self.y_low <= value <= self.y_high


def finite(points: Iterable[Point]) -> tuple[Point, ...]:
    """The points that are numbers."""
    return tuple(p for p in points if math.isfinite(p[0]) and math.isfinite(p[1]))


def ticks(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Round values between low and high, `about` so many of them."""
    if not high > low:
        return (low,)
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(i * step, 12) for i in range(first, last + 1))


def drawing(width: float, height: float, label: str, parts: Iterable[str]) -> Markup:
    """An SVG picture of the given size in its own units; `label` is what a screen reader says."""
    head = Markup('<svg viewBox="0 0 {:g} {:g}" role="img" aria-label="{}" font-family="{}" font-size="12">')
    return head.format(width, height, printable(label), FONT) + Markup("".join(parts)) + Markup("</svg>")


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    """A straight line."""
    return f'<line {inked(style)} x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def path(points: Sequence[Point], style: str, *, closed: bool = False) -> str:
    """A line through points of the drawing."""
    steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path {inked(style)} d="M{steps}{"Z" if closed else ""}"/>' if points else ""


def dot(x: float, y: float, style: str, radius: float = 4.5) -> str:
    """A round mark."""
    return f'<circle {inked(style)} cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>'


def words(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    """A short text; `anchor` is start, middle or end."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {inked(style)} {place}>{escape(printable(text))}</text>"


def plain(value: float) -> str:
    """A tick's number, with a true minus."""
    return f"{value:g}".replace("-", "\u2212")


def scale_left(axes: Axes, values: Sequence[float], unit: str = "") -> str:
    """Hairlines across with their numbers at the left; the unit stands above the highest."""
    parts = [
        line(axes.left, axes.y(v), axes.right, axes.y(v), "zero" if v == 0 else "grid")
        + words(axes.left - 8, axes.y(v) + 4, plain(v), "tick", "end")
        for v in values
    ]
    return "".join(parts) + words(axes.left - 8, axes.top - 10, unit, "tick", "end")


def scale_below(axes: Axes, values: Sequence[tuple[float, str]], label: str = "") -> str:
    """Ticks with their words below, and what they mean below those."""
    parts = [
        line(axes.x(v), axes.bottom, axes.x(v), axes.bottom + 4, "axis")
        + words(axes.x(v), axes.bottom + 18, text, "tick", "middle")
        for v, text in values
    ]
    base = line(axes.left, axes.bottom, axes.right, axes.bottom, "axis")
    return (
        base + "".join(parts) + words((axes.left + axes.right) / 2, axes.bottom + 35, label, "tick", "middle")
    )


def clipped(axes: Axes, name: str, body: str) -> str:
    """`body` cut at the axes' edges; `name` must be its own on the page."""
    box = (
        f'<rect x="{axes.left:.1f}" y="{axes.top:.1f}" width="{axes.right - axes.left:.1f}"'
        f' height="{axes.bottom - axes.top:.1f}"/>'
    )
    return f'<clipPath id="{name}">{box}</clipPath><g clip-path="url(#{name})">{body}</g>'
