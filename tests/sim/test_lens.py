import numpy as np
import pytest

from backfocus.optics.lens import Optics
from backfocus.sim.lens import BACK_FOCUS_UM_PER_DEG, Pose, ZoomLens
from backfocus.sim.settings import sim_settings


def zoom_lens(**given):
    return ZoomLens(sim_settings(**({"delta_um": 50.0, "tele_misfocus_um": 0.0} | given)))


def focused_at_tele(lens):
    return lens.chart_focus_um - lens.settings.delta_um


@pytest.mark.parametrize(
    ("ratio", "residual_um"), [(0.10016, 49.499), (0.21572, 47.675), (0.46453, 39.213), (1.0, 0.0)]
)
def test_residuals_are_those_of_a_ray_traced_zoom(ratio, residual_um):
    lens = zoom_lens(zoom=20.0)
    pose = Pose(zoom=1.0 + np.log(ratio) / np.log(20.0), focus_um=focused_at_tele(lens))
    # The traced lens leaves M squared by 2.4 nm in the middle.
    assert lens.residual_um(pose) == pytest.approx(residual_um, abs=3e-3)


def test_unfocused_at_infinity_the_disc_at_tele_fills_the_picture():
    lens = zoom_lens(delta_um=0.0)
    far = Pose(zoom=1.0, focus_um=0.0)
    disc_px = abs(lens.residual_um(far)) / lens.f_number(far) / 5.0
    # The design: 156 mm, chart at 3 m, f/2.6, 5 um: 620 px (from 156^2 / 3 m = 8.1 mm of image travel).
    assert disc_px == pytest.approx(620, rel=0.02)


def test_the_back_focus_ring_moves_every_zoom_position_alike():
    lens = zoom_lens()
    for zoom in (0.0, 0.5, 1.0):
        before = Pose(zoom=zoom, focus_um=focused_at_tele(lens))
        after = Pose(zoom=zoom, focus_um=focused_at_tele(lens), back_focus_deg=-3.0)
        assert lens.residual_um(after) - lens.residual_um(before) == pytest.approx(
            -3.0 * BACK_FOCUS_UM_PER_DEG
        )


def test_a_rear_focus_lens_does_not_follow_the_square():
    lens = zoom_lens(lens="rear")
    moves = [
        lens.residual_um(Pose(zoom=zoom, focus_um=100.0)) - lens.residual_um(Pose(zoom=zoom, focus_um=0.0))
        for zoom in (0.0, 1.0)
    ]
    assert moves == pytest.approx([100.0, 100.0])


def test_a_rear_focus_lens_drifts_from_tele_to_wide_whatever_is_turned():
    lens = zoom_lens(lens="rear", drift_um=50.0, zoom=10.0)
    wide, tele = (lens.residual_um(Pose(zoom=zoom, focus_um=7.0)) for zoom in (0.0, 1.0))
    # By M squared, which no walk through the zoom can tell from a front-focus lens: 1 - 0.1 ** 2 of it.
    assert wide - tele == pytest.approx(0.99 * 50.0)


def test_tracking_error_is_none_at_the_ends_and_whole_in_the_middle():
    plain, tracking = zoom_lens(), zoom_lens(tracking_um=30.0)
    extra = [tracking.residual_um(Pose(zoom=z)) - plain.residual_um(Pose(zoom=z)) for z in (0.0, 0.5, 1.0)]
    assert extra == pytest.approx([0.0, 30.0, 0.0], abs=1e-9)


def test_the_screw_moves_the_back_focus():
    lens = zoom_lens(lock_um=12.0)
    assert lens.delta_um(Pose(locked=True)) - lens.delta_um(Pose()) == pytest.approx(12.0)


def test_f_numbers_are_those_of_the_data_sheet():
    lens = zoom_lens()
    optics = Optics(5.0, ((7.8, 1.8), (108.0, 1.8), (156.0, 2.6)))
    for ratio in (0.05, 0.5, 0.8, 1.0):
        assert lens.open_f_number(ratio) == pytest.approx(optics.f_number(ratio))
        assert lens.half_depth_um(ratio) == pytest.approx(optics.half_depth_um(ratio))


def test_the_ramp_costs_a_stop_of_light_at_tele():
    lens = zoom_lens()
    assert lens.light(Pose(zoom=1.0)) / lens.light(Pose()) == pytest.approx((1.8 / 2.6) ** 2)


def test_an_automatic_iris_keeps_the_light_and_closes_at_wide():
    lens = zoom_lens(auto_iris=True)
    assert lens.light(Pose(zoom=1.0)) == pytest.approx(lens.light(Pose()))
    assert lens.f_number(Pose()) == pytest.approx(2.6)


def test_an_extender_doubles_picture_and_f_number_and_a_filter_takes_light_alone():
    lens = zoom_lens()
    plain, longer, grey = Pose(zoom=0.4), Pose(zoom=0.4, extender=2.0), Pose(zoom=0.4, nd_stops=3.0)
    assert lens.scale_px(longer) == pytest.approx(2.0 * lens.scale_px(plain))
    assert lens.f_number(longer) == pytest.approx(2.0 * lens.f_number(plain))
    assert lens.light(longer) == pytest.approx(lens.light(plain) / 4.0)
    assert lens.light(grey) == pytest.approx(lens.light(plain) / 8.0)
    assert lens.waves(grey) == lens.waves(plain)


def test_breathing_changes_the_scale_of_a_focus_sweep_only():
    still, breathes = zoom_lens(), zoom_lens(breathing=0.1)
    there = Pose(zoom=1.0, focus_um=still.chart_focus_um)
    swept = Pose(zoom=1.0, focus_um=still.chart_focus_um + 20 * still.half_depth_um(1.0))
    assert still.scale_px(there) == still.scale_px(swept)
    # tanh(1) of the tenth after 20 depths of focus.
    assert breathes.scale_px(swept) / breathes.scale_px(there) == pytest.approx(1.076, abs=0.001)


def test_rings_have_stops():
    lens = zoom_lens()
    pose = lens.clamped(Pose(zoom=3.0, focus_um=1e9, back_focus_deg=-1e9))
    assert pose.zoom == 1.0
    assert pose.focus_um == pytest.approx(lens.focus_range_um)
    assert pose.back_focus_deg * BACK_FOCUS_UM_PER_DEG == pytest.approx(-420.0)


def test_the_zoom_position_of_a_scale_is_found_again():
    lens = zoom_lens(zoom=7.0)
    assert lens.zoom_at(lens.scale_px(Pose(zoom=0.37))) == pytest.approx(0.37)
