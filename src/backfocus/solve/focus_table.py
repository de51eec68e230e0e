"""Focus over zoom: where a lens is sharp at each zoom position, and how well that is known.

A lens that does not hold focus by itself can be held by its focus motor. Between the stops the place of best
focus follows one of two laws, whichever fits: with its front a lens focuses on a straight line against
1 / M^2, with its rear on one against M^2 (a drift). Where neither does, a smooth curve through the stops is
taken, and its doubt grows with how much it bends between them.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

FITS = 2.0
"""Reduced misfit up to which a law is believed."""
BEND = 0.25
"""Of the difference between a curve and the straight line between two stops: what is doubted of it."""
SURE = 2.0
"""Sigmas beyond its end from which best focus is out of the motor's reach."""
FORM = "backfocus focus table 1"
MOST_STEPS, LEAST_STEPS = 1e9, 1e-6
"""No motor counts further, and none more finely: a file with such numbers is damaged."""
SCALES_PX = 1e-3, 1e6


@dataclass(frozen=True, slots=True)
class Knot:
    """One stop: steps of zoom and focus, the focus' standard deviation, and the scale of the picture."""

    zoom: float
    focus: float
    sigma: float
    scale_px: float

    def __post_init__(self) -> None:
        if not all(abs(steps) <= MOST_STEPS for steps in (self.zoom, self.focus, self.sigma)):
            raise ValueError(f"a stop has steps up to {MOST_STEPS:.0e}")
        if self.sigma < LEAST_STEPS or not SCALES_PX[0] <= self.scale_px <= SCALES_PX[1]:
            raise ValueError("a stop has a sigma above 0, and the scale of a picture")


@dataclass(frozen=True, slots=True)
class FocusTable:
    """Focus over zoom.

    `knots`: two or more, zoom rising. `low`, `high`: the span of the focus motor, never left.
    """

    knots: tuple[Knot, ...]
    low: float
    high: float

    def __post_init__(self) -> None:
        zoom = [knot.zoom for knot in self.knots]
        if len(zoom) < 2 or any(later - earlier < LEAST_STEPS for earlier, later in pairwise(zoom)):
            raise ValueError("a table has two stops or more, their zoom rising")
        if not -math.inf < self.low < self.high < math.inf:
            raise ValueError("the focus motor has a span")

    @property
    def out_of_reach(self) -> tuple[Knot, ...]:
        """The stops at which it is sharp where the focus motor does not go."""
        return tuple(
            knot
            for knot in self.knots
            if max(self.low - knot.focus, knot.focus - self.high) > SURE * knot.sigma
        )

    def focus_at(self, zoom: float) -> tuple[float, float]:
        """Where it is sharp at a zoom position, and one standard deviation, in steps of the focus motor.

        Outside the outermost stops it is what it is there.
        """
        at = min(max(zoom, self.knots[0].zoom), self.knots[-1].zoom)
        place, sigma = _by_law(self.knots, at) or _by_curve(self.knots, at)
        return min(max(place, self.low), self.high), sigma


def _by_law(knots: Sequence[Knot], zoom: float) -> tuple[float, float] | None:
    """By the law that fits three stops or more; None where neither does."""
    if len(knots) < 3:
        return None
    at, focus, sigma, scale = (
        np.array([getattr(knot, name) for knot in knots]) for name in ("zoom", "focus", "sigma", "scale_px")
    )
    if not (scale > 0.0).all() or np.ptp(scale) == 0.0:  # it says nothing of how far each is zoomed in
        return None
    ratio = np.exp(np.interp(zoom, at, np.log(scale / scale.max())))
    found = []
    for power in (-2.0, 2.0):
        design = np.stack([np.ones_like(at), (scale / scale.max()) ** power], axis=1) / sigma[:, None]
        normal = np.linalg.inv(design.T @ design)
        answer = normal @ design.T @ (focus / sigma)
        misfit = float(np.sum((focus / sigma - design @ answer) ** 2)) / (len(knots) - 2)
        row = np.array([1.0, ratio**power])
        doubt = math.sqrt(float(row @ normal @ row) * max(misfit, 1.0))
        found.append((misfit, float(row @ answer), doubt))
    misfit, place, doubt = min(found)
    return (place, doubt) if misfit <= FITS**2 else None


def _by_curve(knots: Sequence[Knot], zoom: float) -> tuple[float, float]:
    """By a curve that turns nowhere but at the stops (Fritsch and Carlson), and by how much it bends."""
    from scipy.interpolate import PchipInterpolator

    at, focus, sigma = (np.array([getattr(k, name) for k in knots]) for name in ("zoom", "focus", "sigma"))
    straight = float(np.interp(zoom, at, focus))
    place = straight if len(knots) < 3 else float(PchipInterpolator(at, focus)(zoom))
    step = float(np.ptp(focus)) / (len(knots) - 1)
    between = float(np.min(np.abs(at - zoom))) / float(np.max(np.diff(at)))
    doubt = math.hypot(float(np.interp(zoom, at, sigma)), abs(place - straight), BEND * step * between)
    return place, doubt


def table_text(table: FocusTable, name: str) -> str:
    """The table as a file of this name holds it: for a spreadsheet where that ends in .csv."""
    return table_csv(table) if name.lower().endswith(".csv") else table_json(table)


def table_json(table: FocusTable) -> str:
    """The table as a file holds it."""
    knots = [asdict(each) for each in table.knots]
    return json.dumps({"form": FORM, "low": table.low, "high": table.high, "stops": knots}, indent=1) + "\n"


def table_csv(table: FocusTable, places: int = 33) -> str:
    """Focus at equal steps of zoom, for a spreadsheet: zoom, focus, sigma."""
    zoom = np.linspace(table.knots[0].zoom, table.knots[-1].zoom, places)
    rows = ((at, *table.focus_at(float(at))) for at in zoom)
    lines = (f"{at:.0f},{place:.1f},{sigma:.1f}" for at, place, sigma in rows)
    return "\n".join(["zoom,focus,sigma", *lines]) + "\n"


def read_table(text: str) -> FocusTable:
    """A table from a file; ValueError for what is none."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Mapping) or found.get("form") != FORM:
        raise ValueError("it is not a table of focus over zoom")
    try:
        knots = tuple(
            Knot(*(float(each[name]) for name in ("zoom", "focus", "sigma", "scale_px")))
            for each in found["stops"]
        )
        low, high = float(found["low"]), float(found["high"])
    except (KeyError, TypeError, ValueError, OverflowError) as fault:
        raise ValueError(f"a part of the table is missing or no number: {fault}") from None
    return FocusTable(knots, low, high)
