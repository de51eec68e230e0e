"""Zooms of which one end was not read: stars too large at tele for their size, too small or soft at wide."""

from dataclasses import replace

import pytest

from backfocus.measure.reading import Flag, Reading
from backfocus.solve.clip import judge_clip

from .test_clip import RAMP, H, clip

__all__ = ["clip"]


def overfilled(readings: list[Reading], above_px: float) -> list[Reading]:
    """As a plain star whose rim is out of the picture: its blur is read, its size is not."""
    return [
        replace(each, scale_px=None, scale_sigma_px=None, flags=each.flags | {Flag.SCALE_UNSURE})
        if (each.scale_px or 0.0) > above_px
        else each
        for each in readings
    ]


def lost(readings: list[Reading], below_px: float) -> list[Reading]:
    """As a star that is seen and cannot be read."""
    nothing = {
        "frequency_cy_px": (),
        "modulation": (),
        "modulation_sigma": (),
        "flags": frozenset({Flag.LOST}),
    }
    return [replace(each, **nothing) if (each.scale_px or 0.0) < below_px else each for each in readings]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("zoom_ratio", [None, 20.0])
def test_a_star_that_overfills_the_picture_at_tele(clip, zoom_ratio, backwards):
    seen = overfilled(clip(60.0, backwards=backwards), 600.0)
    found = judge_clip(seen, RAMP, zoom_ratio=zoom_ratio).back_focus
    assert found is not None
    assert found.low_um <= 60.0 <= found.high_um
    assert found.delta_um == pytest.approx(60.0, rel=0.024)  # what k below 0.15 costs at most


def test_a_large_k_that_is_not_known_gives_no_number(clip):
    seen = overfilled(clip(60.0), 300.0)  # k may be anything below a quarter
    assert judge_clip(seen, RAMP).back_focus is None
    found = judge_clip(seen, RAMP, zoom_ratio=20.0).back_focus
    assert found is not None
    assert found.low_um <= 60.0 <= found.high_um


@pytest.mark.parametrize("backwards", [False, True])
def test_a_star_that_is_lost_on_the_way_out_is_judged_where_it_was_read(clip, backwards):
    answer = judge_clip(lost(clip(60.0, backwards=backwards), 200.0), RAMP)
    found = answer.back_focus
    assert found is not None
    assert found.low_um <= 60.0 <= found.high_um
    assert found.zoom[-1].scale_px == pytest.approx(210.0, rel=0.1)
    assert "stop the zoom there" in answer.verdict.advice


def test_a_zoom_that_was_broken_off_is_not_blamed_on_the_star(clip):
    # 2.5 s: the zoom is under way, and nothing was seen beyond
    broken = [each for each in clip(60.0) if each.at_s < 3.0]
    answer = judge_clip(broken, RAMP)
    assert answer.back_focus is None
    assert "stop the zoom" not in answer.verdict.advice


def test_a_perfect_lens_stays_one(clip):
    for seen in (overfilled(clip(0.0), 600.0), lost(clip(0.0), 200.0)):
        found = judge_clip(seen, RAMP).back_focus
        assert found is not None
        assert found.low_um < H
