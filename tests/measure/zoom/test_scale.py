"""Which witness of the zoom is believed, on made-up measurements."""

import numpy as np
import pytest

from backfocus.measure.find.ring_harmonics import pyramid
from backfocus.measure.star.measurement import StarMeasurement
from backfocus.measure.zoom.scale import Scale, next_scale
from backfocus.measure.zoom.twist import TwistScale

EVEN = pyramid(np.full((200, 300), 90, np.uint8))


def measured(radius_px=None, top=0.95):
    return StarMeasurement(
        150.0,
        100.0,
        0.01,
        36,
        radius_px=radius_px,
        radius_sigma_px=0.1,
        frequency_cy_px=(0.1,),
        modulation=(top,),
    )


def test_the_rim_is_the_first_witness():
    scale = next_scale(Scale(), measured(80.0), None, EVEN)
    assert (scale.px, scale.sigma_px, scale.sure, scale.twisted) == (80.0, 0.1, True, None)


def test_a_rim_and_twists_that_agree_make_a_twisted_chart():
    scale = next_scale(Scale(), measured(80.0), TwistScale(80.5, 0.5, 3), EVEN)
    assert (scale.px, scale.sure, scale.twisted) == (80.0, True, True)


def test_many_twists_correct_a_rim_that_the_frame_cut():
    scale = next_scale(Scale(), measured(90.0), TwistScale(95.0, 0.5, 6), EVEN)
    assert scale.px == 95.0


def test_twists_alone_are_believed_after_three_pictures():
    scale, sure = Scale(), []
    for _ in range(5):
        scale = next_scale(scale, measured(), TwistScale(700.0, 3.0, 7), EVEN)
        sure.append(scale.sure)
    assert sure == [False, False, False, True, True]
    assert scale.px == 700.0


def test_twists_that_continue_the_rim_are_believed_at_once():
    before = next_scale(Scale(), measured(300.0), TwistScale(301.0, 1.0, 4), EVEN)
    assert next_scale(before, measured(), TwistScale(330.0, 1.0, 4), EVEN).sure
    assert not next_scale(before, measured(), TwistScale(480.0, 1.0, 4), EVEN).sure


def test_a_twisted_star_keeps_its_scale_unsure_while_nothing_tells():
    before = next_scale(Scale(), measured(300.0), TwistScale(301.0, 1.0, 4), EVEN)
    held = next_scale(before, measured(), None, EVEN)
    assert (held.px, held.sure) == (300.0, False)
    assert held.sigma_px == pytest.approx(30.0)  # focusing changes the scale by up to 15 %


def test_a_plain_star_has_none_then():
    before = next_scale(Scale(), measured(300.0), None, EVEN)
    after = next_scale(before, measured(), None, EVEN)
    assert (after.px, after.sigma_px, after.sure) == (None, None, False)


def test_a_faint_rim_alone_owns_up():
    scale = next_scale(Scale(), measured(80.0, top=0.2), None, EVEN)
    assert scale.px == 80.0
    assert scale.sigma_px == pytest.approx(8.0)
