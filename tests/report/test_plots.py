"""Plots read back like a person reads them: by their ticks."""

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from backfocus.report import Estimate, MtfCurve, Outcome, PastError, Sweep, ZoomPoint
from backfocus.report.axes import ticks
from backfocus.report.plots import drift_plot, gauge, mtf_plot, residual_plot, sweep_plot

SVG = "{http://www.w3.org/2000/svg}"
ZOOM = (ZoomPoint(1600.0, 2.0, 0.5, 13.0), ZoomPoint(400.0, 17.0, 0.7, 9.0), ZoomPoint(100.0, 20.0, 0.9, 9.0))
AFTER = Estimate(20.0, 0.9, 18.2, 21.8, True, -18.0, ZOOM)
OUTCOME = Outcome("clear", "adjust", "", "", 9.0, AFTER)


def parse(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)


def number(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def reading_off(root: ET.Element, axis: str) -> np.poly1d:
    """The straight line from drawing units to values that the numbered ticks show."""
    along, labels = [], []
    for text in root.iter("text"):
        try:
            value = number((text.text or "").removesuffix(" \u00b5m"))
        except ValueError:
            continue
        if text.get("class") != "tick" or text.get("text-anchor") != ("end" if axis == "y" else "middle"):
            continue
        if axis == "y" and float(text.get("x", "")) > 60:
            continue  # not a tick of the scale: the name of a point beyond it
        along.append(float(text.get(axis, "")) - (4 if axis == "y" else 0))
        labels.append(value)
    return np.poly1d(np.polyfit(along, labels, 1))


def marks(root: ET.Element, style: str) -> list[tuple[float, float]]:
    found = [dot for dot in root.iter("circle") if dot.get("class") == style]
    return [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in found]


def line_through(root: ET.Element, style: str) -> np.ndarray:
    (path,) = [path for path in root.iter("path") if path.get("class") == style]
    return np.array([[float(v) for v in p.split()] for p in path.get("d", "")[1:].strip("Z").split("L")])


def test_residuals_stand_at_their_values() -> None:
    root = parse(residual_plot(OUTCOME, "a"))
    value = reading_off(root, "y")
    # coordinates are written to a tenth of a unit, 0.02 um here
    assert [value(y) for _, y in marks(root, "after")] == pytest.approx([2.0, 17.0, 20.0], abs=0.05)


def test_equal_zoom_factors_are_equally_far_apart() -> None:
    tele, middle, wide = (x for x, _ in marks(parse(residual_plot(OUTCOME, "a")), "after"))
    assert tele - middle == pytest.approx(middle - wide, abs=0.15)
    assert wide < middle < tele


def test_the_line_is_the_zoom_law() -> None:
    root = parse(residual_plot(OUTCOME, "a"))
    curve, value = line_through(root, "after-line"), reading_off(root, "y")
    scale = np.geomspace(100, 1600, len(curve))
    assert value(curve[:, 1]) == pytest.approx(20 - 18 * (scale / 1600) ** 2, abs=0.1)


def test_the_band_is_the_depth_of_focus() -> None:
    root = parse(residual_plot(OUTCOME, "a"))
    band, value = line_through(root, "band"), reading_off(root, "y")
    assert value(band[:, 1].min()) == pytest.approx(13, abs=0.05)
    assert value(band[:, 1].max()) == pytest.approx(-13, abs=0.05)
    assert value(band[0, 1]) == pytest.approx(9, abs=0.05)


def test_what_was_far_off_before_is_named_at_the_edge() -> None:
    close = replace(AFTER, delta_um=1.0, b_um=0.0, zoom=tuple(replace(p, residual_um=1.0) for p in ZOOM))
    before = replace(AFTER, delta_um=-300.0, zoom=tuple(replace(p, residual_um=-300.0) for p in ZOOM))
    root = parse(residual_plot(replace(OUTCOME, after=close, before=before), "a"))
    assert not marks(root, "before")
    words = [text.text for text in root.iter("text")]
    assert words.count("\u2212300") == 2
    assert "before \u2212300" in words
    value = reading_off(root, "y")
    assert [value(y) for _, y in marks(root, "after")] == pytest.approx([1.0] * 3, abs=0.05)


def test_before_and_after_share_the_scale_when_they_can() -> None:
    before = replace(AFTER, zoom=tuple(replace(p, residual_um=-40.0) for p in ZOOM))
    root = parse(residual_plot(replace(OUTCOME, before=before), "a"))
    value = reading_off(root, "y")
    assert [value(y) for _, y in marks(root, "before")] == pytest.approx([-40.0] * 3, abs=0.1)
    assert {"before", "after"} <= {text.text for text in root.iter("text")}


@pytest.mark.parametrize(
    ("delta_um", "low_um", "high_um"),
    [(1.5, -0.5, 3.5), (-8.0, -12.0, -4.0), (0.0, -1.0, 1.0), (44.0, 39.9, 50.4)],
)
def test_the_gauge_shows_error_and_interval(delta_um: float, low_um: float, high_um: float) -> None:
    root = parse(gauge(replace(OUTCOME, after=Estimate(delta_um, 1.0, low_um, high_um))))
    value = reading_off(root, "x")
    ((x, _),) = marks(root, "after")
    # a drawing is told to a tenth of a unit of 392
    within = max(0.02, 2e-3 * high_um)
    assert value(x) == pytest.approx(delta_um, abs=within)
    (interval,) = [line for line in root.iter("line") if line.get("class") == "interval"]
    assert [value(float(interval.get(f"x{i}", ""))) for i in (1, 2)] == pytest.approx(
        [low_um, high_um], abs=within
    )


def test_the_gauge_of_a_magnitude_begins_at_zero() -> None:
    drawing = gauge(replace(OUTCOME, after=Estimate(14.0, 3.0, 0.0, 19.0, sign_known=False)))
    assert "\u2212" not in "".join(text.text or "" for text in parse(drawing).iter("text"))


def test_a_gauge_far_off_stays_on_its_scale() -> None:
    root = parse(gauge(replace(OUTCOME, after=Estimate(500.0, 3.0, 494.0, 506.0))))
    ((x, _),) = marks(root, "after")
    assert x <= 396


def test_best_focus_is_the_lowest_point_of_the_sweep() -> None:
    points = tuple((t / 10, abs(t - 30) * 2.0 + 1.0) for t in range(100))
    root = parse(sweep_plot(Sweep("ring", points, "seconds", 9.0)))
    ((x, y),) = marks(root, "after")
    assert reading_off(root, "x")(x) == pytest.approx(3.0, abs=0.05)
    assert reading_off(root, "y")(y) == pytest.approx(1.0, abs=0.5)


def test_mtf50_is_marked_where_the_curve_crosses_a_half() -> None:
    frequency = tuple(np.linspace(0, 0.5, 26).tolist())
    curve = MtfCurve("wide", "after", frequency, tuple(math.exp(-f / 0.2) for f in frequency))
    root = parse(mtf_plot("wide", [curve], "a"))
    ((x, _),) = marks(root, "after")
    expected = 0.2 * math.log(2)
    assert reading_off(root, "x")(x) == pytest.approx(expected, abs=0.002)
    assert f"{expected:.2f}" in [text.text for text in root.iter("text")]


def test_no_mtf50_above_nyquist() -> None:
    curve = MtfCurve("wide", "after", (0.1, 0.5), (0.95, 0.6))
    assert not marks(parse(mtf_plot("wide", [curve], "a")), "after")


def test_the_drift_shows_each_session_where_and_when_it_was() -> None:
    days = ((0.0, "2025-01-01", 41.0), (86400.0, "2025-01-02", -3.5), (10 * 86400.0, "2025-01-11", 12.0))
    root = parse(drift_plot([PastError(at_s, day, delta_um, 2.0) for at_s, day, delta_um in days]))
    value = reading_off(root, "y")
    places = marks(root, "after")
    assert [value(y) for _, y in places] == pytest.approx([41.0, -3.5, 12.0], abs=0.1)
    along = [x for x, _ in places]
    assert (along[1] - along[0]) / (along[2] - along[0]) == pytest.approx(0.1, abs=0.001)
    bars = [bar for bar in root.iter("line") if bar.get("class") == "after-bar"]
    ends = [value(float(bars[0].get(name, ""))) for name in ("y1", "y2")]
    assert sorted(ends) == pytest.approx([37.0, 45.0], abs=0.1)  # two sigma each way
    assert {"2025-01-01", "2025-01-11"} <= {text.text for text in root.iter("text")}


def test_one_session_is_no_drift() -> None:
    one = PastError(0.0, "2025-01-01", 41.0, 2.0)
    assert drift_plot([one]) == ""
    assert drift_plot([one, replace(one, delta_um=math.nan)]) == ""
    parse(drift_plot([one, one]))  # both at once


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (-13.7, 22.1), (0, 151), (1e-6, 3e-6), (-1e9, 1e9), (5, 5), (0.0, 0.5)]
)
def test_ticks_are_round_and_inside(low: float, high: float) -> None:
    values = ticks(low, high)
    assert 1 <= len(values) <= 8
    assert all(low - 1e-9 <= v <= high + 1e-9 for v in values)
    for step in np.diff(values):
        assert re.match(r"[125]\.?0*(e|$)", f"{step:.6e}"), step
