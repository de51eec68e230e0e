from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.measure.reading import Flag
from backfocus.solve.backfocus import BackFocus, ZoomResidual, solve_back_focus
from backfocus.solve.remarks import REMARKS
from backfocus.solve.verdict import (
    Adjusters,
    SweepSlope,
    follows_zoom_law,
    judge,
    move_words,
    nearest_shim_um,
)

H = 9.0


def at(low_um, high_um, *, k=0.1, sign_known=True, delta_um=None) -> BackFocus:
    """A back focus with this interval."""
    middle = (low_um + high_um) / 2.0 if delta_um is None else delta_um
    zoom = (ZoomResidual(1000.0, 0.0, 0.5), ZoomResidual(1000.0 * k, middle, 0.5))
    found = solve_back_focus(zoom, signed=True)
    return replace(found, delta_um=middle, low_um=low_um, high_um=high_um, sign_known=sign_known)


def off_the_law(misfit_um, sigma_um=1.0, **more) -> BackFocus:
    """A back focus with one residual off the law by `misfit_um`."""
    zoom = tuple(ZoomResidual(scale, 0.0, sigma_um) for scale in (1000.0, 500.0, 100.0))
    found = solve_back_focus(zoom, signed=True)
    return replace(found, misfit_um=(0.0, misfit_um, 0.0), misfit_sigma_um=(sigma_um,) * 3, **more)


OTHER_LAW = (SweepSlope(1000.0, 1.0, 0.01), SweepSlope(100.0, 0.5, 0.01))
FRONT_LAW = (SweepSlope(1000.0, 1.0, 0.01), SweepSlope(100.0, 0.012, 0.002))


@pytest.mark.parametrize(
    ("found", "options", "kind"),
    [
        (off_the_law(50.0), {"slopes": OTHER_LAW}, "not-front-focus"),
        (None, {"slopes": OTHER_LAW}, "not-front-focus"),
        (at(-1.0, 1.0), {"adjusters": Adjusters(lens_kind="varifocal")}, "not-front-focus"),
        (at(-1.0, 1.0), {"adjusters": Adjusters(lens_kind="front-focus")}, "set"),
        (off_the_law(50.0), {"slopes": FRONT_LAW}, "tracking"),
        (off_the_law(-9.1), {}, "tracking"),
        (off_the_law(8.9), {}, "set"),  # below h
        (off_the_law(13.0, sigma_um=4.5), {}, "set"),  # above h, below 3 sigma
        (replace(off_the_law(50.0), zoom=off_the_law(0.0).zoom[:1] * 3), {}, "tracking"),  # before k > 0.7
        (at(30.0, 31.0, k=0.71), {}, "unsure"),
        (at(-1.0, 1.0, k=0.71), {}, "unsure"),
        (at(-1.0, 1.0, k=0.69), {}, "set"),
        (at(-8.9, 8.9), {}, "set"),
        (at(-8.9, 9.1), {}, "unsure"),
        (at(5.0, 20.0), {"referenced": True}, "unsure"),
        (at(9.1, 20.0), {"referenced": True}, "adjust"),
        (at(9.1, 20.0), {}, "unsure"),  # a soft lens looks like that
        (at(13.6, 20.0), {}, "adjust"),
        (at(-20.0, -13.6), {}, "adjust"),
        (at(-20.0, 20.0), {}, "unsure"),
        (at(13.6, 20.0, sign_known=False), {}, "adjust"),
        (at(-1.0, 1.0), {"flags": frozenset({Flag.CLIPPED})}, "unsure"),
        (at(90.0, 95.0), {"flags": frozenset({Flag.CLIPPED})}, "adjust"),
        (at(-1.0, 1.0), {"flags": frozenset({Flag.CRUSHED})}, "unsure"),  # it reads too sharp or too soft
        (at(90.0, 95.0), {"flags": frozenset({Flag.CRUSHED})}, "unsure"),
        (at(90.0, 95.0), {"flags": frozenset({Flag.FEW_SHADES})}, "unsure"),
        (at(90.0, 95.0), {"flags": frozenset({Flag.CLIPPED, Flag.GLOSSY})}, "unsure"),  # glare hides spokes
        (
            at(-1.0, 1.0),
            {"flags": frozenset({Flag.SHARPENED})},
            "set",
        ),  # in every picture: solved for
        (at(-1.0, 1.0), {"flags": frozenset({Flag.SHARPENED}), "camera_solved": False}, "unsure"),
        (at(30.0, 31.0), {"flags": frozenset({Flag.INTERLACED})}, "adjust"),
        (at(30.0, 31.0), {"flags": frozenset({Flag.INTERLACED}), "camera_solved": False}, "unsure"),
        (
            at(30.0, 31.0),
            {"camera_half_depths": 3.6},
            "unsure",
        ),  # no camera is that soft: tele was not focused
        (at(30.0, 31.0), {"camera_half_depths": 3.4}, "adjust"),
        (at(30.0, 31.0), {"camera_half_depths": 3.6, "referenced": True}, "adjust"),
        (at(-1.0, 1.0), {"flags": frozenset({Flag.CROPPED})}, "set"),
        (at(30.0, 31.0), {"flags": frozenset({Flag.SHARPENED})}, "adjust"),  # it reads too sharp, and is off
        (at(-1.0, 1.0), {"flags": frozenset({Flag.COMPRESSED})}, "set"),  # it reads too soft, and is right
        (at(30.0, 31.0), {"flags": frozenset({Flag.MOVING})}, "unsure"),  # in focus it could read like that
        (at(36.1, 37.0), {"flags": frozenset({Flag.MOVING})}, "adjust"),
        (at(9.1, 20.0), {"referenced": True, "flags": frozenset({Flag.MOVING})}, "adjust"),
        (off_the_law(20.0), {"flags": frozenset({Flag.MOVING})}, "unsure"),
        (off_the_law(37.0), {"flags": frozenset({Flag.MOVING})}, "tracking"),
        (at(-1.0, 1.0), {"flags": frozenset({Flag.OTHER_CURVE})}, "set"),  # read by the patches' curve
        (None, {}, "unsure"),
    ],
)
def test_the_rules_in_their_order(found, options, kind):
    assert judge(found, H, **options).kind == kind


@pytest.mark.parametrize(
    ("tele_um", "options", "kind"),
    [
        (36.5, {"camera_half_depths": -3.0}, "unsure"),  # all of it at tele too: a camera that is odd
        (-36.5, {"camera_half_depths": -3.0}, "adjust"),  # on the other side of focus: no camera does that
        (20.0, {"camera_half_depths": 0.0}, "adjust"),  # people leave 2 h at tele now and then
        (24.0, {"camera_half_depths": 0.0}, "unsure"),
        (24.0, {}, "adjust"),  # the camera is known
        (24.0, {"camera_half_depths": 0.0, "referenced": True}, "adjust"),
    ],
)
def test_an_error_that_tele_has_as_well_may_be_the_camera(tele_um, options, kind):
    found = at(33.0, 38.0, delta_um=36.0)
    assert judge(replace(found, b_um=tele_um - 36.0), H, **options).kind == kind


@pytest.mark.parametrize(
    ("found", "kind"), [(at(-3.0, 5.0, delta_um=1.0), "set"), (at(18.0, 22.0, delta_um=20.0), "adjust")]
)
def test_a_tele_far_out_of_focus_is_no_odd_camera_where_wide_is_much_sharper(found, kind):
    """Most of it comes with the zoom, and wide is not nearly as soft: no camera does that."""
    assert judge(replace(found, b_um=60.0), H, camera_half_depths=0.0).kind == kind


@pytest.mark.parametrize("found", [at(-1.0, 1.0), at(12.0, 14.0), at(40.0, 41.0), off_the_law(50.0), None])
@pytest.mark.parametrize("flag", list(Flag))
def test_what_can_change_the_answer_is_said_once(found, flag):
    verdict = judge(found, H, flags=frozenset({flag}))
    said = f"{verdict.reason} {verdict.advice}".count(REMARKS[flag].cure)
    if REMARKS[flag].effect.startswith("camera"):  # solved for: said where the answer is not known
        assert said == (verdict.kind == "unsure")
    else:
        assert said == (REMARKS[flag].effect != "none")


def test_a_soft_picture_may_be_made_sharper_or_compared_with_the_sharpest():
    verdict = judge(at(30.0, 31.0), H, flags=frozenset({Flag.MOVING}))
    assert "soft picture" in verdict.reason
    assert "sweep the focus ring" in verdict.advice
    assert "tripod" in verdict.advice


def test_without_optics_nothing_is_claimed():
    verdict = judge(at(-1.0, 1.0), None)
    assert verdict.kind == "unsure"
    assert "camera and lens" in verdict.advice


def test_each_position_is_held_to_its_own_depth_of_focus():
    found = off_the_law(12.0)
    assert judge(found, H, half_depths_um=(15.0, 13.0, 9.0)).kind == "set"
    assert judge(found, H, half_depths_um=(15.0, 11.0, 9.0)).kind == "tracking"


@pytest.mark.parametrize(
    ("high_um", "sign_known", "kind"),
    [(8.0, False, "tracking"), (17.0, False, "unsure"), (17.0, True, "tracking")],
)
def test_what_another_error_in_the_interval_accounts_for_is_no_tracking(high_um, sign_known, kind):
    # half-way in an error counts by 1 - 1/4: 17 um there make 12.75, more than 12
    found = replace(off_the_law(12.0, sign_known=sign_known), delta_um=0.0, low_um=0.0, high_um=high_um)
    assert judge(found, H).kind == kind


def test_two_positions_cannot_show_tracking():
    assert judge(at(-1.0, 1.0), H).kind == "set"


@given(low=st.floats(-100.0, 100.0), width=st.floats(0.0, 100.0), referenced=st.booleans())
def test_set_and_adjust_are_never_said_of_an_interval_across_the_limit(low, width, referenced):
    kind = judge(at(low, low + width), H, referenced=referenced).kind
    if kind == "set":
        assert low >= -H
        assert low + width <= H
    if kind == "adjust":
        assert low > H or low + width < -H


@given(low=st.floats(-100.0, 100.0), width=st.floats(0.0, 100.0))
def test_both_sides_are_judged_alike(low, width):
    assert judge(at(low, low + width), H).kind == judge(at(-low - width, -low), H).kind


def test_the_words_say_which_way():
    far = judge(at(41.0, 43.0), H)
    assert "42 um too far from the lens" in far.reason
    assert "towards the sensor" in far.advice
    near = judge(at(-43.0, -41.0), H)
    assert "42 um too close to the lens" in near.reason
    assert "away from the sensor" in near.advice
    open_side = judge(at(41.0, 43.0, sign_known=False), H)
    assert "direction is not known yet" in open_side.reason
    assert "direction not known yet" in open_side.advice
    assert "zoom out, then sweep the focus ring" in open_side.advice


def test_the_ring_in_degrees_once_learned():
    advice = judge(at(41.0, 43.0), H, adjusters=Adjusters(um_per_degree=-6.0)).advice
    assert "about 7 degrees" in advice


@pytest.mark.parametrize(
    ("delta_um", "shims_um", "nearest"),
    [(42.0, (10, 30, 50), 50), (-38.0, (10, 30, 50), 30), (4.0, (10, 30), None), (42.0, (), None)],
)
def test_the_nearest_shim_of_a_set(delta_um, shims_um, nearest):
    assert nearest_shim_um(delta_um, shims_um) == nearest


def test_a_lens_without_a_ring_gets_a_shim_or_another_way():
    shimmed = judge(at(-43.0, -41.0), H, adjusters=Adjusters(False, (10.0, 30.0, 50.0))).advice
    assert "Add the shim of 50 um (8 um would be left)" in shimmed
    assert "ring" not in shimmed
    assert "Take out a shim of 50 um" in judge(at(41.0, 43.0), H, adjusters=Adjusters(False, (50.0,))).advice
    assert "refocus after each zoom" in judge(at(41.0, 43.0), H, adjusters=Adjusters(False)).advice


def test_spoilt_pictures_name_their_cure():
    verdict = judge(at(-1.0, 1.0), H, flags=frozenset({Flag.SHARPENED, Flag.CLIPPED}))
    assert "with detail (sharpening) off" in verdict.advice
    assert "not with the iris" in verdict.advice


def test_unsure_always_says_what_to_do():
    assert "sweep the focus ring" in judge(at(5.0, 12.0), H).advice
    assert "larger star" in judge(at(5.0, 12.0), H, referenced=True).advice
    assert "all the way" in judge(at(5.0, 12.0, k=0.8), H).advice
    assert judge(None, H).advice


def test_move_words_end_a_sentence():
    assert move_words(12.4, sign_known=True) == "the lens must move 12 um towards the sensor"
    assert move_words(-12.4, sign_known=True) == "the lens must move 12 um away from the sensor"


@pytest.mark.parametrize("step_sigma", [0.001, 0.01])
def test_the_zoom_law_of_two_sweeps(step_sigma):
    tele = SweepSlope(1000.0, 2.0, 0.0)
    within = SweepSlope(200.0, -(0.08 + 2.9 * step_sigma), step_sigma)  # the way of the steps does not matter
    beyond = SweepSlope(200.0, 0.08 + 3.1 * step_sigma, step_sigma)
    assert follows_zoom_law(tele, within)
    assert follows_zoom_law(within, tele)
    assert not follows_zoom_law(tele, beyond)


def test_a_sweep_that_was_made_is_not_asked_for_as_if_it_had_not_been():
    without, after = (judge(at(5.0, 12.0), H, swept=swept) for swept in (False, True))
    assert "once more" not in without.advice
    assert "once more" in after.advice
    assert without.kind == after.kind == "unsure"
