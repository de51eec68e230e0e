"""A known step between two clips: readings by formula through a lens whose f-number is not the one told."""

import math

import numpy as np
import pytest

from backfocus.optics.lens import Optics
from backfocus.solve.shim import calibrate

TOLD = 1.8
OPTICS = Optics(5.0, ((0.0, TOLD),))
H = OPTICS.half_depth_um()
K = 0.1


@pytest.fixture
def clip(make_reading):
    def make(delta_um, f_number, seed=1):
        rng = np.random.default_rng(seed)
        return tuple(
            make_reading(
                2.0 if ratio == 1.0 else delta_um * (1.0 - ratio**2) + 2.0 * ratio**2,
                f_number=f_number,
                noise=0.003,
                rng=rng,
                at_s=at / 25.0,
                index=at,
                scale_px=1000.0 * ratio,
            )
            for at, ratio in enumerate([1.0] * 25 + [K] * 25)
        )

    return make


WRONG = (0.9, 1.0, 1.1)
STEPS = ((30.0, 50.0), (-30.0, 50.0), (-90.0, 50.0), (60.0, -50.0), (20.0, -50.0), (-20.0, -30.0))


@pytest.mark.parametrize(
    ("wrong", "before_um", "step_um"),
    [
        # away from focus with a number told too large, through focus with one too small; all in minutes
        pytest.param(wrong, *step, marks=() if (number, also) == (0, 0) else pytest.mark.slow)
        for number, wrong in enumerate(WRONG)
        for also, step in enumerate(STEPS)
    ],
)
def test_the_f_number_the_size_and_the_side_come_out(clip, wrong, before_um, step_um):
    found = calibrate(
        clip(before_um, TOLD * wrong), clip(before_um + step_um, TOLD * wrong, 2), OPTICS, step_um
    )
    assert found is not None
    # Each clip is solved with a camera of its own, which two holds alone know to some per cent.
    assert found.factor == pytest.approx(wrong, rel=0.05)
    for answer, true in ((found.before, before_um), (found.after, before_um + step_um)):
        assert answer.back_focus is not None
        assert answer.back_focus.delta_um == pytest.approx(true, abs=max(0.05 * abs(true), H / 3.0))
        assert answer.back_focus.sign_known


@pytest.mark.slow
def test_a_step_that_no_f_number_explains_is_no_calibration(clip):
    assert calibrate(clip(30.0, TOLD), clip(40.0, TOLD), OPTICS, 20.0) is None
    assert calibrate(clip(30.0, TOLD), (), OPTICS, 50.0) is None


@pytest.mark.slow
def test_in_focus_after_the_step_the_side_there_stays_open(clip):
    found = calibrate(clip(-50.0, TOLD), clip(0.0, TOLD), OPTICS, 50.0)
    assert found is not None
    assert found.after.verdict.kind == "set"
    assert found.before.back_focus is not None
    assert found.before.back_focus.delta_um == pytest.approx(-50.0, rel=0.06)


@pytest.mark.parametrize("step_um", [0.0, math.nan])
def test_no_step_is_a_wrong_call(clip, step_um):
    with pytest.raises(ValueError, match="calibrates nothing"):
        calibrate(clip(30.0, TOLD), clip(30.0, TOLD), OPTICS, step_um)
