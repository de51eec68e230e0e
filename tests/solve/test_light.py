"""Light that changes where only the zoom was to move: the white of the chart by formula, 1 / N**2."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backfocus.measure.reading import Flag, Reading
from backfocus.optics.lens import Optics
from backfocus.session.run import readings
from backfocus.solve.clip import judge_clip
from backfocus.solve.light import beyond_ramp, unexplained_stops, wandered_stops
from backfocus.video.source import open_source

CLIPS = Path(__file__).parents[1] / "golden" / "cameras"
CONSTANT = Optics(5.0, ((0.0, 2.0),))
RAMP = Optics(5.0, ((7.8, 1.8), (156.0, 2.6)))
ZOOM = 8.0
DELTA_UM = 30.0


def shone(reading: Reading, light: float) -> Reading:
    return replace(reading, white_light=light)


def clip_through(
    make_reading: Callable[..., Reading], wide_number: float, *, light: Callable[[float, float], float]
) -> list[Reading]:
    """Steady at tele, out, steady at wide; `light(f_number, at_s)` is the white that is seen."""
    rng = np.random.default_rng(7)
    seen = []
    for at in range(100):
        at_s = at / 25.0
        zoomed = min(max((at_s - 1.0) / 2.0, 0.0), 1.0)
        ratio = ZOOM**-zoomed
        number = 2.0 + (wide_number - 2.0) * zoomed
        r = DELTA_UM * (1.0 - ratio**2)
        reading = make_reading(
            r, f_number=number, noise=0.003, rng=rng, at_s=at_s, index=at, scale_px=600.0 * ratio
        )
        seen.append(shone(reading, light(number, at_s) * (1.0 + 0.01 * rng.standard_normal())))
    return seen


def through_iris(number: float, at_s: float) -> float:
    return 0.8 * (2.0 / number) ** 2


# An iris from f/2 to f/2.3 takes 0.4 of a stop, to f/5.6 three.
@pytest.mark.parametrize("wide_number", [2.3, 5.6])
def test_an_iris_that_closes_on_the_way_out_is_named_and_gives_no_number(make_reading, wide_number):
    answer = judge_clip(clip_through(make_reading, wide_number, light=through_iris), CONSTANT)
    assert answer.verdict.kind == "unsure"
    assert answer.back_focus is None
    assert Flag.LIGHT_CHANGED in answer.flags
    assert "iris, ND or lamp" in answer.verdict.reason


def test_a_lamp_that_goes_dim_while_wide_is_held_is_named(make_reading):
    seen = clip_through(make_reading, 2.0, light=lambda number, at_s: 0.8 if at_s < 3.6 else 0.5)
    assert Flag.LIGHT_CHANGED in judge_clip(seen, CONSTANT).flags


def test_light_that_stands_gives_the_number_it_gave(make_reading):
    answer = judge_clip(clip_through(make_reading, 2.0, light=through_iris), CONSTANT)
    assert Flag.LIGHT_CHANGED not in answer.flags
    assert answer.back_focus is not None
    assert answer.back_focus.low_um <= DELTA_UM <= answer.back_focus.high_um


@pytest.mark.parametrize(
    ("optics", "brighter_stops", "named"),
    [
        (CONSTANT, 0.0, False),
        (CONSTANT, 1.0, False),  # tele a stop darker: a ramp that nobody declared
        (CONSTANT, 1.4, True),  # more than any such ramp
        (CONSTANT, -0.4, True),  # no lens is darker at wide
        (RAMP, 1.06, False),  # 2 log2(2.6 / 1.8), as declared
        (RAMP, 0.8, False),
        (RAMP, 0.0, True),  # an auto iris that held the light against the ramp
        (RAMP, 1.5, True),
    ],
)
def test_what_a_ramp_explains(make_reading, optics, brighter_stops, named):
    assert (beyond_ramp(brighter_stops, optics, 0.05) is not None) is named
    tele, wide = ([shone(make_reading(3.0), light)] * 3 for light in (0.3, 0.3 * 2.0**brighter_stops))
    assert (unexplained_stops(tele, wide, optics, 0.05) is not None) is named


def test_clipped_white_and_pictures_without_one_tell_nothing(make_reading):
    dim, bright = shone(make_reading(3.0), 0.2), shone(make_reading(3.0), 0.9)
    clipped = replace(bright, flags=frozenset({Flag.CLIPPED}))
    assert unexplained_stops([dim], [clipped], RAMP, 0.05) is None
    assert unexplained_stops([dim], [replace(bright, white_light=None)], RAMP, 0.05) is None


def test_a_flash_is_no_change(make_reading):
    steady = [shone(make_reading(3.0), 0.4)] * 20
    flash = [*steady[:9], shone(make_reading(3.0), 0.9), *steady[10:]]
    assert wandered_stops(flash) is None
    assert wandered_stops([*steady, *[shone(each, 0.2) for each in steady]]) == pytest.approx(-1.0)


def test_the_film_of_an_iris_that_closed_is_named_and_gives_no_number():
    name = "f20_iris5.6_30"
    drawn = json.loads((CLIPS / f"{name}.json").read_text(encoding="utf-8"))
    seen = [each.reading for each in readings(open_source(str(CLIPS / f"{name}.mp4")))]
    answer = judge_clip(seen, Optics(drawn["pix"], ((1.0, drawn["declN"]),)))
    assert Flag.LIGHT_CHANGED in answer.flags
    assert answer.verdict.kind == "unsure"
    assert answer.back_focus is None


@pytest.mark.parametrize(("stops", "named"), [(0.5, False), (0.7, True)])
def test_the_white_of_a_sharpened_picture_goes_with_its_blur(make_reading, stops, named):
    """0.5 stops were seen on a virtual camera with detail at 100 % in even light; 0.7 are an iris."""
    sharp = replace(make_reading(3.0), flags=frozenset({Flag.SHARPENED}))
    bright, dim = (
        [shone(each, 0.4 * by)] * 12 for each, by in ((sharp, 1.0), (make_reading(40.0), 2.0**-stops))
    )
    assert (wandered_stops([*bright, *dim]) is not None) is named
    assert (unexplained_stops(bright, dim, CONSTANT, 0.05) is not None) is named
    assert wandered_stops([*dim, *[shone(each, 0.4) for each in dim]]) is not None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 21))
def test_a_clean_recording_is_not_called_changed(seed):
    seen = [each.reading for each in readings(open_source(f"sim://?clip=check&size=960x540&seed={seed}"))]
    optics = Optics(5.0, ((7.8, 1.8), (108.0, 1.8), (156.0, 2.6)))
    assert Flag.LIGHT_CHANGED not in judge_clip(seen, optics).flags


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_an_auto_iris_that_closes_at_wide_is_named(seed):
    address = f"sim://?clip=check&size=960x540&seed={seed}&auto_iris=yes&delta_um=30"
    seen = [each.reading for each in readings(open_source(address))]
    optics = Optics(5.0, ((7.8, 1.8), (108.0, 1.8), (156.0, 2.6)))
    assert Flag.LIGHT_CHANGED in judge_clip(seen, optics).flags
