"""The report as JSON values."""

import json
from dataclasses import replace

from backfocus.report import Estimate, MtfCurve, Outcome, SessionReport, Sweep, ZoomPoint, report_json
from backfocus.show.lines import check_json
from backfocus.solve.backfocus import BackFocus, ZoomResidual
from backfocus.solve.verdict import Verdict

ZOOM = (ZoomPoint(1500.0, 0.4, 0.5, 13.0), ZoomPoint(75.0, -1.23456, 0.9, 9.0))
OUTCOME = Outcome("clear", "set", "Right.", "Lock.", 9.0, Estimate(-1.2, 0.9, -3.0, 0.6, True, 1.5, ZOOM))


def test_a_result_has_the_keys_and_values_of_check() -> None:
    """A program that reads `check --json` reads this too."""
    solved = BackFocus(
        delta_um=-1.2,
        sigma_um=0.9,
        low_um=-3.0,
        high_um=0.6,
        b_um=1.5,
        sign_known=True,
        zoom=tuple(ZoomResidual(p.scale_px, p.residual_um, p.sigma_um) for p in ZOOM),
        misfit_um=(0.0, 0.0),
        misfit_sigma_um=(1.0, 1.0),
        scatter_um=None,
        chi2=0.0,
        dof=0,
    )
    checked = check_json(solved, Verdict("set", "Right.", "Lock."), 9.0)
    printed = report_json(SessionReport("", "", "", (OUTCOME,)), printed_at="", version="")["results"][0]
    assert {key: printed[key] for key in checked} == checked


def test_it_survives_json_and_keeps_everything_but_pictures() -> None:
    outcome = replace(
        OUTCOME,
        before=OUTCOME.after,
        sweeps=(Sweep("ring", ((0.0, 5.0), (1.0, 2.0)), "s"),),
        curves=(MtfCurve("wide", "after", (0.1, 0.2), (0.9, 0.8)),),
    )
    report = SessionReport("t", "2025-11-23 14:05 UTC", "clip.mxf", (outcome,), (("Operator", "J. L."),))
    printed = report_json(report, printed_at="2025-11-23 15:00 UTC", version="0.1.0")
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    assert printed["settings"] == {"Operator": "J. L."}
    assert printed["version"] == "0.1.0"
    result = printed["results"][0]
    assert result["before"]["delta_um"] == -1.2
    assert result["sweeps"][0]["points"] == [[0.0, 5.0], [1.0, 2.0]]
    assert result["mtf"][0]["modulation"] == [0.9, 0.8]


def test_what_is_not_a_number_is_null() -> None:
    outcome = replace(OUTCOME, half_depth_um=float("nan"), after=Estimate(float("inf"), 1.0, 0.0, 1.0))
    result = report_json(SessionReport("", "", "", (outcome,)), printed_at="", version="")["results"][0]
    assert result["delta_um"] is None
    assert result["half_depth_of_focus_um"] is None
    nothing = report_json(SessionReport("", "", "", (Outcome("", "", "", ""),)), printed_at="", version="")
    assert nothing["results"][0]["delta_um"] is None
    assert nothing["results"][0]["zoom"] == []
