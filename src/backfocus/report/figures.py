"""The drawings of one result with their captions, in the order in which a person reads them."""

from collections.abc import Iterator
from dataclasses import dataclass

from .plots import mtf_plot, residual_plot, sweep_plot
from .session_report import Outcome

RESIDUALS = (
    "How far the sensor stands from the image at each zoom position; an error at tele "
    "alone is the focus ring's part: focusing there cures it. Shaded: the depth of focus. "
    "Bars: one standard deviation. Lines: the zoom law fitted to the readings."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """`drawing`: an SVG picture."""

    drawing: str
    caption: str


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """Figures under one heading; a `broad` one takes a whole line."""

    heading: str
    figures: tuple[Figure, ...]
    broad: bool = False


def figure_groups(outcome: Outcome, name: str) -> tuple[FigureGroup, ...]:
    """What there is to draw of a result; `name` makes the parts of drawings unique on the page."""
    groups = (
        FigureGroup("Residual over zoom", (Figure(residual_plot(outcome, name), RESIDUALS),), broad=True),
        FigureGroup(
            "Through focus", tuple(Figure(sweep_plot(sweep), sweep.title) for sweep in outcome.sweeps)
        ),
        FigureGroup("MTF, lens and pixel", tuple(_mtf(outcome, name))),
    )
    drawn = ((each, tuple(figure for figure in each.figures if figure.drawing)) for each in groups)
    return tuple(FigureGroup(each.heading, figures, each.broad) for each, figures in drawn if figures)


def _mtf(outcome: Outcome, name: str) -> Iterator[Figure]:
    """One plot per zoom position, in the order the curves were given."""
    for number, title in enumerate(dict.fromkeys(curve.title for curve in outcome.curves)):
        curves = [curve for curve in outcome.curves if curve.title == title]
        both = len({curve.when for curve in curves}) > 1
        caption = title + (" \u00b7 dashed: before" if both else "")
        yield Figure(mtf_plot(title, curves, f"{name}-mtf{number}"), caption)
