"""Clips of cameras people own, with known truth (golden/cameras/ORIGIN.md); they once were judged wrongly."""

import json
from pathlib import Path

import pytest

from backfocus.optics.lens import Optics
from backfocus.session.run import readings
from backfocus.solve.clip import judge_clip
from backfocus.video.source import open_source

CLIPS = Path(__file__).parents[1] / "golden" / "cameras"


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("f03_bayer_btele_m17", {"adjust", "unsure"}),
        ("f08_eis_0", {"set", "unsure"}),
        pytest.param("e30_inter_3", {"set", "unsure"}, marks=pytest.mark.slow),
        ("b29_inter_40", {"adjust"}),
        pytest.param("b02_p120_z20", {"adjust"}, marks=pytest.mark.slow),
        ("b43_40px", {"adjust"}),
    ],
)
def test_the_verdict_is_right_and_the_interval_holds_the_error(name: str, kinds: set[str]) -> None:
    drawn = json.loads((CLIPS / f"{name}.json").read_text(encoding="utf-8"))
    optics = Optics(drawn["pix"], ((1.0, drawn["declN"] or drawn["N"]),))
    read = [each.reading for each in readings(open_source(str(CLIPS / f"{name}.mp4")))]
    answer = judge_clip(read, optics)
    assert answer.verdict.kind in kinds
    assert answer.back_focus is not None
    assert answer.back_focus.low_um <= drawn["delta"] <= answer.back_focus.high_um
