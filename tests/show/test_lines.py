"""The JSON lines of a verdict."""

import json

from backfocus.show.lines import check_json
from backfocus.solve.backfocus import ZoomResidual, solve_back_focus
from backfocus.solve.verdict import judge

H = 9.0


def test_json_has_the_fields_of_the_design_and_nothing_that_json_cannot_say():
    found = solve_back_focus((ZoomResidual(1000.0, 0.0, 0.5), ZoomResidual(100.0, 42.0, 0.5)), signed=True)
    said = check_json(found, judge(found, H), H)
    assert list(said) == [
        "delta_um", "sigma_um", "low_um", "high_um", "sign_known", "half_depth_of_focus_um", "zoom",
        "verdict", "reason", "advice",
    ]  # fmt: skip
    assert said["zoom"][0] == {"scale_px": 1000.0, "residual_um": 0.0, "sigma_um": 0.5}
    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_json_of_nothing_known():
    said = check_json(None, judge(None, None), None)
    assert said["delta_um"] is None
    assert said["zoom"] == []
    assert said["sign_known"] is False
    assert said["verdict"] == "unsure"
