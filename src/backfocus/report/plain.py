"""The report as plain JSON values."""

import math
from collections import Counter
from typing import Any

from .session_report import Comparison, Estimate, MtfCurve, Outcome, SessionReport, Sweep

Json = dict[str, Any]


def report_json(report: SessionReport, *, printed_at: str, version: str) -> Json:
    """Everything but the pictures; each result has the keys of `check --json` and more. Unknown is None."""
    return {
        "title": report.title,
        "started_at": report.started_at,
        "printed_at": printed_at,
        "version": version,
        "source": report.source,
        "settings": dict(report.settings),
        "results": [_outcome(outcome) for outcome in report.outcomes],
    }


def _outcome(outcome: Outcome) -> Json:
    return {
        "nd": outcome.nd,
        **_estimate(outcome.after),
        "half_depth_of_focus_um": number(outcome.half_depth_um),
        "verdict": outcome.verdict,
        "reason": outcome.reason,
        "advice": outcome.advice,
        "shim_um": number(outcome.shim_um),
        "ring_degrees": number(outcome.ring_degrees),
        "rounds": outcome.rounds,
        "before": _estimate(outcome.before) if outcome.before else None,
        "sweeps": [_sweep(sweep) for sweep in outcome.sweeps],
        "mtf": [_curve(curve) for curve in outcome.curves],
        "compared": [_comparison(each) for each in outcome.comparisons],
    }


def _estimate(found: Estimate | None) -> Json:
    return {
        "delta_um": found and number(found.delta_um),
        "sigma_um": found and number(found.sigma_um),
        "low_um": found and number(found.low_um),
        "high_um": found and number(found.high_um),
        "sign_known": found is not None and found.sign_known,
        "zoom": [
            {
                "scale_px": number(point.scale_px),
                "residual_um": number(point.residual_um),
                "sigma_um": number(point.sigma_um),
            }
            for point in (found.zoom if found else ())
        ],
    }


def _sweep(sweep: Sweep) -> Json:
    points = [[number(place), number(blur_um)] for place, blur_um in sweep.points]
    return {"title": sweep.title, "unit": sweep.unit, "points": points}


def _curve(curve: MtfCurve) -> Json:
    return {
        "title": curve.title,
        "when": curve.when,
        "frequency_cy_px": [number(value, 5) for value in curve.frequency_cy_px],
        "modulation": [number(value, 5) for value in curve.modulation],
    }


def _comparison(found: Comparison) -> Json:
    """What was compared of an object; its pictures are in the page."""
    tiles = found.object.tiles
    return {
        "when": found.when,
        "at_s": number(found.at_s),
        "ratio": number(found.ratio, 5),
        "tiles": len(tiles),
        "tiles_used": sum(tile.used for tile in tiles),
        "left_out": dict(Counter(tile.why for tile in tiles if tile.why)),
    }


def number(value: float | None, digits: int = 3) -> float | None:
    """Rounded far below any sigma; None for what JSON cannot hold."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0
