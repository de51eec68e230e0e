"""An extender that swings in or out: by formula, and in rendered pictures of a twisted star."""

from dataclasses import replace

import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.measure.reading import Flag
from backfocus.measure.track import track
from backfocus.optics.lens import Optics
from backfocus.solve.clip import judge_clip
from backfocus.solve.extender import swung, without_extender
from backfocus.solve.zoom_pull import usable

from ..oracles.camera_codes import codes
from ..oracles.star_picture import Scene, light, noisy
from ..oracles.transfer import CUT_OFF, hopkins

OPTICS = Optics(5.0, ((0.0, 2.0),))
ZOOM, DELTA_UM, FPS = 8.0, 30.0, 25.0


def film(make_reading, parts, *, seed=3):
    """Readings of (seconds, zoom from, zoom to, extender) one after the other; zoom 0 wide, 1 tele."""
    rng = np.random.default_rng(seed)
    seen = []
    for seconds, start, end, extender in parts:
        for at in range(round(FPS * seconds)):
            zoom = start + (end - start) * (at + 1) / round(FPS * seconds)
            ratio = ZOOM ** (zoom - 1.0)
            r = DELTA_UM * (1.0 - ratio**2) * extender**2
            seen.append(
                make_reading(
                    r,
                    f_number=2.0 * extender,
                    noise=0.003,
                    rng=rng,
                    at_s=len(seen) / FPS,
                    index=len(seen),
                    scale_px=300.0 * ratio * extender * (1.0 + 0.003 * rng.standard_normal()),
                )
            )
    return seen


@pytest.mark.parametrize("factor", [1.4, 2.0])
def test_taken_out_at_tele_the_rest_gives_the_number_and_it_is_named(make_reading, factor):
    parts = [(1.2, 1.0, 1.0, factor), (1.2, 1.0, 1.0, 1.0), (2.0, 1.0, 0.0, 1.0), (1.2, 0.0, 0.0, 1.0)]
    answer = judge_clip(film(make_reading, parts), OPTICS)
    assert Flag.EXTENDER in answer.flags
    assert answer.verdict.kind == "adjust"
    assert answer.back_focus.low_um <= DELTA_UM <= answer.back_focus.high_um
    assert "extender" in answer.verdict.advice


@pytest.mark.parametrize("factor", [1.4, 2.0])
def test_swung_in_at_wide_what_follows_is_left_out(make_reading, factor):
    parts = [(1.2, 1.0, 1.0, 1.0), (2.0, 1.0, 0.0, 1.0), (1.2, 0.0, 0.0, 1.0), (1.2, 0.0, 0.0, factor)]
    answer = judge_clip(film(make_reading, parts), OPTICS)
    assert Flag.EXTENDER in answer.flags
    assert answer.back_focus.low_um <= DELTA_UM <= answer.back_focus.high_um


def test_where_only_the_extender_saw_the_zoom_there_is_no_number(make_reading):
    parts = [(1.2, 1.0, 1.0, 2.0), (2.0, 1.0, 0.0, 2.0), (1.2, 0.0, 0.0, 2.0), (1.2, 0.0, 0.0, 1.0)]
    answer = judge_clip(film(make_reading, parts), OPTICS)
    assert answer.back_focus is None
    assert answer.verdict.kind == "unsure"
    assert "extender" in answer.verdict.reason


@pytest.mark.parametrize("seconds", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("end", [0.0, 0.7])
def test_a_zoom_is_no_extender(make_reading, seconds, end):
    # To 0.7 of the way the scale changes by 8 ** 0.3 = 1.87, as an extender would.
    seen = film(make_reading, [(1.2, 1.0, 1.0, 1.0), (seconds, 1.0, end, 1.0), (1.2, end, end, 1.0)])
    assert swung(usable(seen)) == ()
    assert without_extender(usable(seen)) == (usable(seen),)


def test_a_scale_that_nothing_told_and_that_is_told_again_is_no_extender(make_reading):
    # Blur hid the twists at tele: the scale was held at half of what it is, until they could be read.
    held = {"flags": frozenset({Flag.SCALE_UNSURE}), "scale_px": 380.0}
    seen = [make_reading(10.0, at_s=at / FPS, index=at, **held) for at in range(12)]
    seen += [make_reading(5.0, at_s=at / FPS, index=at, scale_px=760.0) for at in range(12, 24)]
    assert swung(usable(seen)) == ()


@pytest.mark.parametrize(("after", "swings"), [(0.1141, 0), (0.07, 1)])
def test_twists_read_at_a_wrong_place_are_no_extender_while_the_picture_stays(make_reading, after, swings):
    # Blurred, at rest and larger than the picture, a star read twice as large, and then half of it, for good.
    seen = []
    for at in range(24):
        reading = make_reading(120.0, at_s=at / FPS, index=at, scale_px=760.0 if at < 12 else 380.0)
        star = replace(reading.star, radius_px=None)
        seen.append(replace(reading, star=star, contrast=0.1142 if at < 12 else after))
    assert len(swung(usable(seen))) == swings


def test_rendered_pictures_of_a_star_that_doubles_show_one_swing():
    sharp = hopkins(0.0, CUT_OFF["f/1.8, 5 um"])
    known, seen = None, []
    for index in range(24):
        radius_px = 60.0 if index < 12 else 118.0
        scene = Scene(rows=280, columns=280, x_px=140.3, y_px=139.8, radius_px=radius_px, twisted=True)
        picture = codes(noisy(light(scene, sharp), 0.01, index), transfer="bt709", bits=8, limited=True)
        frame = Frame(picture, index=index, at_s=index / FPS, transfer="bt709", limited=True)
        known, reading = track(known, frame)
        seen.append(reading)
    assert [into for _, into in swung(usable(seen))] == [True]


@pytest.mark.parametrize(
    ("after", "moved"),
    [
        ([(0.5, 0.0, 0.2, 1.0), (1.0, 0.2, 0.2, 1.0), (0.5, 0.2, 0.0, 1.0), (1.0, 0.0, 0.0, 1.0)], True),
        ([(0.5, 0.0, 0.2, 1.0), (1.0, 0.2, 0.2, 1.0)], True),
        ([(0.5, 0.0, 0.05, 1.0), (0.5, 0.05, 0.0, 1.0)], False),  # a lens that breathes by 11 %
        ([(1.0, 0.0, 0.6, 1.0)], False),  # on the way back when the recording ends
        ([(2.0, 0.0, 1.0, 1.0), (1.2, 1.0, 1.0, 1.0)], False),  # all the way
    ],
)
def test_a_zoom_that_leaves_its_end_and_does_not_go_to_the_other_is_named(make_reading, after, moved):
    """8 ** 0.2 = 1.5 times; and it changes nothing of the answer."""
    parts = [(1.2, 1.0, 1.0, 1.0), (2.0, 1.0, 0.0, 1.0), (1.2, 0.0, 0.0, 1.0), *after]
    answer = judge_clip(film(make_reading, parts), OPTICS)
    assert (Flag.ZOOM_MOVED in answer.flags) is moved
    assert ("hand on the zoom" in answer.verdict.advice) is moved
    assert answer.back_focus.low_um <= DELTA_UM <= answer.back_focus.high_um
