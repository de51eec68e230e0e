"""`check` without a chart: the virtual camera's scenes, whose error is known."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from backfocus.guide.procedure import start
from backfocus.report import report_html
from backfocus.session.certificate import check_report
from backfocus.session.clip_check import ClipCheck, check_clip
from backfocus.session.rig import RigOptions, resolve, rig_options
from backfocus.session.run import guide
from backfocus.sim.source import open_sim

SHELF = "sim://?scene=shelf&clip=check&delta_um=30&zoom=6&size=960x540&fps=12.5&seed=3"


def checked(address: str) -> ClipCheck:
    return check_clip(resolve(RigOptions(source=address)))


def test_a_bookshelf_tells_the_error_of_its_own_tele_picture() -> None:
    found = checked(SHELF)
    error = found.answer.back_focus
    assert found.target == "object"
    assert found.answer.verdict.kind == "adjust"
    assert "without a chart" in found.answer.verdict.reason
    assert error is not None
    assert error.low_um <= 30.0 <= error.high_um
    _shows_tele_beside_wide(found)


def _shows_tele_beside_wide(found: ClipCheck) -> None:
    """Two pictures that lie on each other, one of them soft; the report holds both."""
    comparison = found.comparison
    assert comparison is not None
    assert comparison.ratio == pytest.approx(1 / 6, rel=0.01)
    sharp, soft = (
        cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE).astype(np.float64)
        for png in (comparison.shrunk_png, comparison.filmed_png)
    )
    assert sharp.shape == soft.shape == (comparison.height_px, comparison.width_px)
    window = cv2.createHanningWindow(sharp.shape[::-1], cv2.CV_64F)
    (right, down), _ = cv2.phaseCorrelate(sharp - sharp.mean(), soft - soft.mean(), window)
    assert np.hypot(right, down) < 1.0
    # 30 um are a blur of 3 pixels: the fine slopes are gone, those of the books' edges and of noise stay
    steep, gentle = (np.hypot(*np.gradient(each)).mean() for each in (sharp, soft))
    assert gentle < 0.85 * steep
    report = check_report(found, resolve(RigOptions(source=SHELF)), started_at="2026-11-27 10:00 UTC")
    page = report_html(report, printed_at="now", version="1")
    assert "tele, shrunk 6\u00d7" in page
    assert "without a chart" in page


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["text", "leaves", "brick", "street"])
@pytest.mark.parametrize("delta_um", [0.0, 40.0])
def test_other_objects_tell_it_too_or_say_that_they_do_not(scene: str, delta_um: float) -> None:
    found = checked(f"sim://?scene={scene}&clip=check&delta_um={delta_um}&zoom=5&size=960x540&seed=8")
    error, kind = found.answer.back_focus, found.answer.verdict.kind
    assert kind != ("adjust" if delta_um == 0.0 else "set")
    assert error is None or error.low_um <= delta_um <= error.high_um


@pytest.mark.slow
def test_a_wall_without_detail_is_no_object_and_says_why() -> None:
    found = checked("sim://?scene=wall&clip=check&delta_um=30&zoom=5&size=640x360&seed=2")
    assert found.answer.verdict.kind == "unsure"
    assert found.answer.back_focus is None


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["shelf", "blinds"])
def test_a_recording_that_is_guided_ends_with_what_check_says_of_it(scene: str) -> None:
    """Nobody obeys there, and no peak of tele is passed that a live guide would measure against."""
    address = f"sim://?scene={scene}&clip=check&delta_um=40&zoom=5&size=960x540&seed=101&fps=12.5"
    rig = resolve(RigOptions(source=address))
    session, _ = start(rig.setup)
    for moment in guide(open_sim(address), session, measure=rig.measure()):
        session = moment.session
    said = checked(address).answer
    (result,) = session.results
    assert result.verdict.reason == said.verdict.reason
    assert result.verdict.kind == ("unsure" if scene == "blinds" else "adjust")


@pytest.mark.parametrize("optics", [{"pixel_um": 3.0, "f_number": "2"}, {}])
def test_a_single_still_is_one_zoom_position_and_nobody_is_told_to_hold_still(
    tmp_path: Path, optics: dict[str, object]
) -> None:
    still = tmp_path / "still.png"
    noise = np.random.default_rng(3).integers(0, 256, (90, 160), dtype=np.uint8)
    assert cv2.imwrite(str(still), noise)
    verdict = check_clip(resolve(rig_options({"source": str(still), **optics}))).answer.verdict
    assert verdict.kind == "unsure"
    assert "one zoom position" in verdict.reason
    assert "hold still" not in verdict.advice.lower()
