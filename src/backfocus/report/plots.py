"""The plots: where the error stands, residual over zoom, through focus, MTF, drift over sessions.

Each returns an SVG picture, or an empty text when there is nothing to show.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .axes import (
    Axes,
    Point,
    clipped,
    dot,
    drawing,
    finite,
    line,
    path,
    plain,
    scale_below,
    scale_left,
    ticks,
    words,
)
from .session_report import Estimate, MtfCurve, Outcome, PastError, Sweep, ZoomPoint
from .words import error, micrometres

FARTHEST_HALF_DEPTHS = 5.0
"""Half depths of focus a scale spans; what lies beyond is named at its edge, or nothing near zero shows."""
FARTHEST_BEFORE = 5.0
"""Times the errors shown now: worse ones from before are left out of the plot."""


def gauge(outcome: Outcome) -> str:
    """The error before and after, beside the depth of focus."""
    after, depth = outcome.after, outcome.half_depth_um
    if after is None or not depth or not _numbers(after.delta_um, after.low_um, after.high_um):
        return ""
    signed = after.sign_known
    reach = _reach(after, depth)
    axes = Axes(4, 28, 396, 60, -reach if signed else 0.0, reach, 0, 1)
    edges = (-depth, depth) if signed else (0.0, depth)
    parts = [
        _band(axes.x(edges[0]), axes.top, axes.x(depth), axes.bottom),
        line(axes.left, axes.bottom, axes.right, axes.bottom, "axis"),
        *(_gauge_number(axes, value) for value in sorted({*edges, 0.0})),
        words(axes.x(sum(edges) / 2), 20, "depth of focus", "tick", "middle"),
        _gauge_before(axes, outcome.before) if outcome.before else "",
        line(axes.x(_within(axes, after.low_um)), 44, axes.x(_within(axes, after.high_um)), 44, "interval"),
        dot(axes.x(_within(axes, after.delta_um)), 44, "after", 6),
    ]
    return drawing(400, 84, f"error {error(after)} um, half depth of focus {depth:.1f} um", parts)


def _reach(after: Estimate, depth: float) -> float:
    """How far the scale goes: to the interval's end, also where only that lies beyond the usual scale."""
    usual = FARTHEST_HALF_DEPTHS * depth
    farthest = usual if abs(after.delta_um) > usual else 2.0 * usual
    return min(max(abs(after.low_um), abs(after.high_um), 2.2 * depth) * 1.1, farthest)


def _numbers(*values: float) -> bool:
    return all(map(math.isfinite, values))


def _within(axes: Axes, value: float) -> float:
    """The value, or the end of the scale it lies beyond."""
    return min(max(value, axes.x_low), axes.x_high)


def _gauge_number(axes: Axes, value: float) -> str:
    x, shown = axes.x(value), f"{micrometres(value, signed=axes.x_low < 0)} \u00b5m" if value else "0"
    anchor = "start" if x < axes.left + 20 else "end" if x > axes.right - 20 else "middle"
    return line(x, axes.bottom, x, axes.bottom + 5, "axis") + words(
        x, axes.bottom + 20, shown, "tick", anchor
    )


def _band(left: float, top: float, right: float, bottom: float) -> str:
    return path([(left, top), (right, top), (right, bottom), (left, bottom)], "band", closed=True)


def _gauge_before(axes: Axes, before: Estimate) -> str:
    """A hollow mark; at the edge with an arrow where it lies beyond."""
    signed = axes.x_low < 0
    value = before.delta_um if signed else abs(before.delta_um)
    if not math.isfinite(value):
        return ""
    if axes.x_low <= value <= axes.x_high:
        return dot(axes.x(value), 44, "before", 6)
    x, way = (axes.right, 1) if value > 0 else (axes.left, -1)
    arrow = path([(x - 8 * way, 38), (x, 44), (x - 8 * way, 50)], "beyond")
    label = f"before {micrometres(value, signed=signed)}"
    return arrow + words(x, 20, label, "tick", "end" if way > 0 else "start")


def residual_plot(outcome: Outcome, name: str) -> str:
    """Residual over zoom with the depth-of-focus band; `name` makes its parts unique on the page."""
    after, before = _seen(outcome.after), _seen(outcome.before)
    if not after and not before:
        return ""
    scales = [point.scale_px for point in (*after, *before)]
    widest = min(scales)
    high = max(math.log(max(scales) / widest), 0.02)
    axes = Axes(52, 28, 672, 234, -0.03 * high, 1.03 * high, *_range(outcome, after, before))
    laws = (
        _law(axes, found, widest, style)
        for found, style in ((outcome.before, "before-line"), (outcome.after, "after-line"))
    )
    parts = [
        clipped(axes, f"{name}-band", _depth_band(axes, outcome, after or before, widest)),
        scale_left(axes, ticks(axes.y_low, axes.y_high), "\u00b5m"),
        scale_below(axes, _zoom_ticks(max(scales) / widest), "zoom"),
        clipped(axes, f"{name}-law", "".join(laws)),
        *(_residual_mark(axes, point, widest, "before") for point in before),
        *(_residual_mark(axes, point, widest, "after") for point in after),
        *_line_names(axes, after, before, widest),
    ]
    return drawing(690, 276, "residual over zoom", parts)


def _seen(found: Estimate | None) -> tuple[ZoomPoint, ...]:
    points = found.zoom if found else ()
    return tuple(p for p in points if p.scale_px > 0 and _numbers(p.scale_px, p.residual_um, p.sigma_um))


def _range(outcome: Outcome, after: Sequence[ZoomPoint], before: Sequence[ZoomPoint]) -> tuple[float, float]:
    """Lowest and highest residual shown: the proof must be legible, what was before may be beyond."""
    depths = [p.half_depth_um for p in (*after, *before) if p.half_depth_um] + [outcome.half_depth_um or 0.0]
    shown = [p.residual_um + s * p.sigma_um for p in after for s in (-1, 1)]
    shown += [1.3 * max(depths), -1.3 * max(depths)]
    first = [p.residual_um for p in before]
    if not after or max(map(abs, first), default=0.0) <= FARTHEST_BEFORE * max(map(abs, shown)):
        shown += first
    low, high = min(shown), max(shown)
    room = max(0.1 * (high - low), 1e-3)
    return low - room, high + room


def _depth_band(axes: Axes, outcome: Outcome, points: Sequence[ZoomPoint], widest: float) -> str:
    depths = [
        (math.log(p.scale_px / widest), p.half_depth_um or outcome.half_depth_um or 0.0)
        for p in sorted(points, key=lambda p: p.scale_px)
    ]
    if not any(depth for _, depth in depths):
        return ""
    edge = [(axes.left, axes.y(depths[0][1]))]
    edge += [(axes.x(x), axes.y(depth)) for x, depth in depths]
    edge += [(axes.right, axes.y(depths[-1][1]))]
    zero = axes.y(0)
    mirrored = [(x, 2 * zero - y) for x, y in reversed(edge)]
    return path([*edge, *mirrored], "band", closed=True)


def _law(axes: Axes, found: Estimate | None, widest: float, style: str) -> str:
    """Delta + b (M / M_tele)**2, as far as it was seen."""
    points = _seen(found)
    if found is None or len(points) < 2:
        return ""
    longest = max(p.scale_px for p in points)
    first, last = (math.log(m / widest) for m in (min(p.scale_px for p in points), longest))
    steps = [first + (last - first) * i / 60 for i in range(61)]
    side = _relative_sign(found, points)
    curve = [(x, side * found.delta_um + found.b_um * (widest * math.exp(x) / longest) ** 2) for x in steps]
    return path([(axes.x(x), axes.y(y)) for x, y in finite(curve)], style)


def _relative_sign(found: Estimate, points: Sequence[ZoomPoint]) -> float:
    """Magnitudes are drawn on the side of the widest residual."""
    if found.sign_known:
        return 1.0
    return math.copysign(1.0, min(points, key=lambda p: p.scale_px).residual_um) * math.copysign(
        1.0, found.delta_um
    )


def _zoom_ticks(ratio: float) -> list[tuple[float, str]]:
    """Wide, tele and some whole steps between them."""
    if ratio < 1.05:
        return [(0.0, "one zoom position")]
    steps = [m for m in (2, 3, 5, 10, 20, 50, 100) if 1.3 <= m <= ratio / 1.2]
    middle = [(math.log(m), f"{m}\u00d7") for m in steps]
    return [
        (0.0, "wide"),
        *middle,
        (math.log(ratio), f"tele {ratio:.1f}\u00d7".replace(".0\u00d7", "\u00d7")),
    ]


def _residual_mark(axes: Axes, point: ZoomPoint, widest: float, style: str) -> str:
    x, r = axes.x(math.log(point.scale_px / widest)), point.residual_um
    if not axes.holds(r):
        return _beyond(axes, x, r, "before " if style == "before" and point.scale_px == widest else "")
    ends = [min(max(r + s * point.sigma_um, axes.y_low), axes.y_high) for s in (-1, 1)]
    return line(x, axes.y(ends[0]), x, axes.y(ends[1]), f"{style}-bar") + dot(x, axes.y(r), style)


def _beyond(axes: Axes, x: float, residual_um: float, name: str) -> str:
    """An arrow at the edge with the value that lies beyond it."""
    y, way = (axes.top, 1) if residual_um > axes.y_high else (axes.bottom, -1)
    arrow = path([(x - 6, y + 10 * way), (x, y + 2 * way), (x + 6, y + 10 * way)], "beyond")
    beside, anchor = (x - 11, "end") if x > axes.right - 50 else (x + 11, "start")
    label = name + micrometres(residual_um, signed=True)
    return arrow + words(beside, y + (12 if way > 0 else -4), label, "tick", anchor)


def _line_names(
    axes: Axes, after: Sequence[ZoomPoint], before: Sequence[ZoomPoint], widest: float
) -> Iterator[str]:
    """Each curve's name above its widest point, where there are two to tell apart."""
    if not (after and before):
        return
    for name, points in (("before", before), ("after", after)):
        first = min(points, key=lambda p: p.scale_px)
        if axes.holds(first.residual_um):
            x = axes.x(math.log(first.scale_px / widest))
            yield words(x + 10, axes.y(first.residual_um) - 9, name, f"{name}-name")


def sweep_plot(sweep: Sweep) -> str:
    """Blur while a ring turned: a valley whose floor is best focus."""
    points = finite(sweep.points)
    if len(points) < 2 or points[0][0] == points[-1][0]:
        return ""
    places, blurs = zip(*points, strict=True)
    top = 1.08 * max(*blurs, sweep.half_depth_um or 0.0, 1e-3)
    axes = Axes(44, 24, 332, 156, min(places), max(places), 0.0, top)
    depth = sweep.half_depth_um
    band = _band(axes.left, axes.y(depth), axes.right, axes.bottom) if depth else ""
    parts = [
        band,
        scale_left(axes, ticks(0.0, top, 4), "\u00b5m"),
        scale_below(axes, [(v, plain(v)) for v in ticks(axes.x_low, axes.x_high)], sweep.unit),
        path([(axes.x(x), axes.y(y)) for x, y in points], "after-line"),
        _best_mark(axes, points),
    ]
    return drawing(342, 196, f"{sweep.title}: blur through focus", parts)


def _best_mark(axes: Axes, points: Sequence[Point]) -> str:
    place, blur = min(points, key=lambda p: p[1])
    return dot(axes.x(place), axes.y(blur), "after")


def mtf_plot(title: str, curves: Sequence[MtfCurve], name: str) -> str:
    """Modulation over frequency, before and after, up to Nyquist; `name` as in `residual_plot`."""
    drawn = [(curve, finite(zip(curve.frequency_cy_px, curve.modulation, strict=True))) for curve in curves]
    drawn = [(curve, points) for curve, points in drawn if len(points) > 1]
    if not drawn:
        return ""
    bottom = min(0.0, *(y for _, points in drawn for _, y in points))
    axes = Axes(44, 14, 332, 156, 0.0, 0.5, max(-0.5, 1.05 * bottom), 1.05)
    body = "".join(
        path([(axes.x(x), axes.y(y)) for x, y in points], f"{curve.when}-line") for curve, points in drawn
    )
    levels = [v for v in (-0.4, -0.2, 0.0, 0.25, 0.5, 0.75, 1.0) if axes.holds(v)]
    parts = [
        scale_left(axes, levels),
        scale_below(axes, [(v / 10, plain(v / 10)) for v in range(6)], "cycles per pixel"),
        clipped(axes, name, body),
        *_mtf50_marks(axes, drawn),
    ]
    return drawing(342, 196, f"MTF at {title}", parts)


def _mtf50_marks(axes: Axes, drawn: Sequence[tuple[MtfCurve, Sequence[Point]]]) -> Iterator[str]:
    """Where each curve first falls to one half; the number stands on the side away from the other curve."""
    found = [(curve.when, half) for curve, points in drawn if (half := _at_half(points)) is not None]
    rightmost = max((half for _, half in found), default=0.0)
    for when, half in found:
        x, y = axes.x(half), axes.y(0.5)
        yield dot(x, y, when, 3.5)
        below = half < rightmost and x > axes.left + 40
        beside, anchor = (x - 7, "end") if below else (x + 8, "start")
        yield words(beside, y + 16 if below else y - 7, f"{half:.2f}", f"{when}-name", anchor)


def _at_half(points: Sequence[Point]) -> float | None:
    """The frequency at which a curve first falls to one half."""
    for (x1, y1), (x2, y2) in pairwise(points):
        if y1 >= 0.5 > y2:
            return x1 + (y1 - 0.5) / (y1 - y2) * (x2 - x1)
    return None


def drift_plot(errors: Sequence[PastError]) -> str:
    """The error of one camera with one lens from session to session, with its 95 % interval."""
    shown = [each for each in errors if _numbers(each.at_s, each.delta_um, each.sigma_um)]
    if len(shown) < 2:
        return ""
    first, last = shown[0].at_s, max(shown[-1].at_s, shown[0].at_s + 1.0)
    ends = [each.delta_um + way * 2 * each.sigma_um for each in shown for way in (-1, 1)] + [0.0]
    room = 0.1 * (max(ends) - min(ends)) + 1e-3
    axes = Axes(52, 28, 652, 234, first, last, min(ends) - room, max(ends) + room)
    places = [(axes.x(each.at_s), axes.y(each.delta_um)) for each in shown]
    parts = [
        scale_left(axes, ticks(axes.y_low, axes.y_high), "\u00b5m"),
        scale_below(axes, [(first, shown[0].day), (last, shown[-1].day)]),
        path(places, "after-line"),
        *(_drift_bar(axes, each) for each in shown),
        *(dot(x, y, "after") for x, y in places),
    ]
    return drawing(690, 276, f"drift of the error over {len(shown)} sessions", parts)


def _drift_bar(axes: Axes, each: PastError) -> str:
    x = axes.x(each.at_s)
    ends = [axes.y(each.delta_um + way * 2 * each.sigma_um) for way in (-1, 1)]
    return line(x, ends[0], x, ends[1], "after-bar")
