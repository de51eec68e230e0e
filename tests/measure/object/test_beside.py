"""Tele beside wide, against pictures of a scene that is exact at every zoom (`oracles.endless_scene`)."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from backfocus.measure.object.beside import Beside, beside
from backfocus.measure.object.measurement import measure_object

from .test_measurement import H_UM, off, tele, wide


def looked_at(ratio: float, um: float, gain: float = 1.0) -> Beside:
    frame, truth = wide(ratio, um, gain=gain)
    found = beside(tele(), frame, measure_object(tele(), frame, off(truth)))
    assert found is not None
    return found


def steepness(codes: np.ndarray) -> float:
    """Slopes at the scale of a few pixels, where noise counts little; more is sharper."""
    soft = cv2.GaussianBlur(codes.astype(np.float32), (0, 0), 1.0)
    return float(np.hypot(*np.gradient(soft)).mean())


@pytest.mark.parametrize(("ratio", "um"), [(0.25, 3 * H_UM), (0.6, 0.0), (0.6, 5 * H_UM)])
def test_the_two_are_of_one_size_and_lie_on_each_other(ratio: float, um: float) -> None:
    found = looked_at(ratio, um)
    assert found.shrunk.shape == found.filmed.shape
    assert found.shrunk.dtype == found.filmed.dtype == np.uint8
    one, other = (each.astype(np.float64) for each in (found.shrunk, found.filmed))
    window = cv2.createHanningWindow(one.shape[::-1], cv2.CV_64F)
    (right, down), _ = cv2.phaseCorrelate(one - one.mean(), other - other.mean(), window)
    # a person sees a pixel's step where the line moves; tiles are laid to 0.1 px
    assert np.hypot(right, down) < 0.5


def test_in_focus_both_look_the_same_and_out_of_focus_only_one_is_sharp() -> None:
    sharp, soft = looked_at(0.25, 0.0), looked_at(0.25, 5 * H_UM)
    assert np.allclose(sharp.shrunk.astype(float), soft.shrunk.astype(float), atol=12)  # codes: white differs
    # f/2 takes a sixth of what slopes at these scales hold
    assert steepness(sharp.filmed) == pytest.approx(steepness(sharp.shrunk), rel=0.2)
    # a disc of 5 px takes a third of the slopes of large leaves, and most of small ones
    assert steepness(soft.filmed) < 0.75 * steepness(soft.shrunk)


def test_less_light_changes_neither() -> None:
    one, other = looked_at(0.25, H_UM), looked_at(0.25, H_UM, gain=0.5)
    for name in ("shrunk", "filmed"):
        # codes: half the light has twice the noise, 0.8 %, which is at most 6 codes in the shadows
        apart = getattr(one, name).astype(float) - getattr(other, name)
        assert abs(apart.mean()) < 3
        assert apart.std() < 8


def test_it_lies_where_it_was_measured_and_a_field_has_its_lines_doubled() -> None:
    frame, truth = wide(0.6, H_UM)
    found = beside(tele(), frame, measure_object(tele(), frame, truth))
    assert found is not None
    top, left = round(found.top_px), round(found.left_px)
    lines, columns = found.filmed.shape
    there = frame.luma[top : top + lines, left : left + columns]
    assert np.corrcoef(there.ravel(), found.filmed.ravel())[0, 1] > 0.98  # the same, by another curve
    field = replace(frame, luma=frame.luma[1::2], field="bottom")
    half = beside(tele(), field, measure_object(tele(), field, truth))
    assert half is not None
    assert (half.filmed[::2] == half.filmed[1::2]).all()
    assert half.height_px == field.luma.shape[0] * 2
    assert abs(half.top_px - found.top_px) <= 32  # a tile: blocks are filled from the top


def test_where_nothing_was_found_there_is_nothing_to_show() -> None:
    frame, truth = wide(0.25, 0.0)
    found = measure_object(tele(), frame, truth)
    assert beside(tele(), frame, replace(found, placement=None)) is None
    assert beside(tele(), frame, replace(found, object=None)) is None
