"""Depth of focus and f-number ramps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.errors import UsageError
from backfocus.optics.blur import blur_diameter_um, w020_waves
from backfocus.optics.lens import Optics, extended, half_depth_of_focus_um, parse_f_numbers


@pytest.mark.parametrize(
    ("f_number", "pixel_um", "h_um", "within"),
    [
        (1.8, 5.0, 9.0, 1e-9),  # 2/3-inch HD, exact
        (1.8, 2.5, 4.5, 1e-9),  # 2/3-inch UHD, exact
        (3.8, 1.5, 16.0, 0.2),  # the design rounds 15.88
    ],
)
def test_half_depths_of_the_design(f_number, pixel_um, h_um, within):
    assert half_depth_of_focus_um(f_number, pixel_um) == pytest.approx(h_um, abs=within)


@given(f_number=st.floats(1.0, 16.0), pixel_um=st.floats(1.0, 10.0))
def test_at_the_half_depth_one_limit_is_just_reached(f_number, pixel_um):
    """By the definitions, not the formula: a disc of one pixel or a quarter of a wave, whichever is later."""
    h_um = half_depth_of_focus_um(f_number, pixel_um)
    disc_px = blur_diameter_um(h_um, f_number) / pixel_um
    waves = w020_waves(h_um, f_number)
    assert max(disc_px - 1, waves * 4 - 1) >= -1e-9
    assert min(disc_px - 1, waves * 4 - 1) <= 1e-9


@pytest.mark.parametrize(
    ("text", "knots"),
    [
        ("1.8", ((0.0, 1.8),)),
        (" f/2 ", ((0.0, 2.0),)),
        ("F/2.8", ((0.0, 2.8),)),
        ("1.8@7.8-108,2.6@156", ((7.8, 1.8), (108.0, 1.8), (156.0, 2.6))),
        ("2.0@4.4, 3.8@88 mm", ((4.4, 2.0), (88.0, 3.8))),
        ("2.8@50", ((50.0, 2.8),)),
    ],
)
def test_f_numbers_as_people_write_them(text, knots):
    assert parse_f_numbers(text) == knots


@pytest.mark.parametrize(
    "text",
    [
        *("", "fast", "0", "0.3", "-2", "nan", "inf", "1.8,2.6"),
        *("1.8@", "@50", "1.8@x", "1.8@1-2-3", "1.8@7.8,", "1.8@@3", "1.8@0", "1.8@-5", "1.8@inf", "2@1e9"),
        *("1.8@50,2.6@50", "1.8@50-20", "2.6@156,1.8@7.8"),
    ],
)
def test_rubbish_is_refused_in_one_line(text):
    with pytest.raises(UsageError) as caught:
        parse_f_numbers(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=20))
def test_any_text_gives_knots_or_a_usage_error(text):
    try:
        knots = parse_f_numbers(text)
    except UsageError:
        return
    Optics(5.0, knots)  # what is accepted is valid


def test_ramp_is_flat_outside_and_straight_between():
    optics = Optics(5.0, parse_f_numbers("1.8@7.8-108,2.6@156"))
    assert optics.tele_mm == 156.0
    assert optics.f_number() == 2.6
    assert optics.f_number(0.05) == pytest.approx(1.8)
    assert optics.f_number(0.01) == pytest.approx(1.8)  # wider than the widest: flat
    assert optics.f_number(132 / 156) == pytest.approx(2.2)  # half-way up the ramp
    assert optics.half_depth_um(0.05) == pytest.approx(9.0)
    assert optics.half_depth_um() == pytest.approx(13.0)


def test_one_f_number_holds_everywhere():
    optics = Optics(5.0, ((0.0, 2.8),))
    assert optics.tele_mm == 0.0
    assert [optics.f_number(ratio) for ratio in np.linspace(0, 1, 5)] == [2.8] * 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"pixel_um": 0.0},
        {"pixel_um": float("nan")},
        {"wavelength_um": -1.0},
        {"f_numbers": ()},
        {"f_numbers": ((5.0, 2.0), (5.0, 3.0))},
        {"f_numbers": ((-1.0, 2.0),)},
        {"f_numbers": ((float("nan"), 2.0), (5.0, 2.0))},
        {"f_numbers": ((5.0, 0.0),)},
    ],
)
def test_optics_are_valid_or_not_at_all(wrong):
    with pytest.raises(ValueError, match="must"):
        Optics(**{"pixel_um": 5.0, "f_numbers": ((0.0, 2.0),), **wrong})


@pytest.mark.parametrize(
    ("text", "number"),
    # T = N / sqrt(transmission), worked by hand: sqrt(0.81) = 0.9, sqrt(0.85) = 0.92195, sqrt(0.64) = 0.8
    [("T2.0/0.81", 1.8), ("t2", 1.8439), ("T2.5/0.64", 2.0), ("T2/1", 2.0)],
)
def test_a_t_stop_is_an_f_number_less_the_light_lost(text, number):
    assert parse_f_numbers(text) == ((0.0, pytest.approx(number, abs=1e-4)),)


def test_a_ramp_of_t_stops():
    assert parse_f_numbers("T2/0.81@7.8-108,T3/0.81@156") == (
        (7.8, pytest.approx(1.8)),
        (108.0, pytest.approx(1.8)),
        (156.0, pytest.approx(2.7)),
    )


@pytest.mark.parametrize("text", ["T", "T2/0", "T2/1.5", "T2/x", "2/0.8", "T0.2"])
def test_what_is_no_t_stop_is_refused(text):
    with pytest.raises(UsageError):
        parse_f_numbers(text)


@given(number=st.floats(1.0, 5.0), factor=st.floats(1.2, 2.0), ratio=st.floats(0.0, 1.0))
def test_an_extender_keeps_the_pupil_and_lengthens_the_focus(number, factor, ratio):
    lens = Optics(5.0, ((8.0, number), (100.0, number), (150.0, 1.4 * number)))
    longer = Optics(5.0, extended(lens.f_numbers, factor))
    # The entrance pupil, focal length over f-number, is that of the lens in front.
    focal_mm = max(ratio * lens.tele_mm, 8.0)
    at = focal_mm / lens.tele_mm
    assert at * longer.tele_mm / longer.f_number(at) == pytest.approx(focal_mm / lens.f_number(at))
