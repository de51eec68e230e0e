"""`check` without a chart: the virtual camera's scenes, whose error is known."""

import pytest

from backfocus.session.clip_check import ClipCheck, check_clip
from backfocus.session.rig import RigOptions, resolve


def checked(address: str) -> ClipCheck:
    return check_clip(resolve(RigOptions(source=address)))


def test_a_bookshelf_tells_the_error_of_its_own_tele_picture() -> None:
    found = checked("sim://?scene=shelf&clip=check&delta_um=30&zoom=6&size=960x540&seed=3")
    error = found.answer.back_focus
    assert found.target == "object"
    assert found.answer.verdict.kind == "adjust"
    assert "without a chart" in found.answer.verdict.reason
    assert error is not None
    assert error.low_um <= 30.0 <= error.high_um


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
