"""The transfer curve read off our chart: its PDF by PDFium, before cameras with published curves."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from backfocus.chart import make_chart, parse_paper
from backfocus.frame import Frame, fields
from backfocus.measure.reading import Flag, Reading
from backfocus.measure.track import Track, track

from ...oracles.camera_codes import codes
from ...oracles.printed_chart import printed
from ...oracles.star_picture import Scene, light
from ...oracles.transfer import CUT_OFF, half_modulation, hopkins, on_rings

OTF = hopkins(0.5, CUT_OFF["f/4, 4 um"])
TRUTH = half_modulation(on_rings(OTF))
WHITE = {"pq": 0.03, "hlg": 0.25}
"""Light of the chart's paper as these curves count it; 0.75 by the others."""

seen = cache(lambda **view: printed(make_chart(parse_paper("A4")), OTF, **view))


def frame(
    picture: np.ndarray, made: str, tag: str, *, limited: bool = True, tag_limited: bool = True
) -> Frame:
    """A picture through the curve `made`, said to be `tag`."""
    samples = codes(
        picture * WHITE.get(made, 0.75) / 0.9, transfer=made, bits=10, limited=limited, grain=0.7, seed=3
    )
    return Frame(samples, bits=10, transfer=tag, limited=tag_limited)


def read(picture: np.ndarray, made: str, tag: str, **ranges: bool) -> tuple[Track, Reading]:
    return track(None, frame(picture, made, tag, **ranges))


@pytest.mark.parametrize(
    ("made", "tag"),
    [
        ("bt709", "linear"),
        ("slog3", "bt709"),
        ("linear", "srgb"),
        ("hlg", "vlog"),
        ("gamma2.2", "hlg"),
        ("vlog", "linear"),
    ],
)
def test_a_wrong_tag_is_noticed_and_undone(made, tag):
    _, reading = read(seen(), made, tag)
    assert Flag.OTHER_CURVE in reading.flags
    # 0.5 % by the right tag; gammas between those that are tried, grain and the spread of ink that is fitted
    # along leave as much again. By the wrong tag it is 15 to 34 % off.
    assert reading.mtf50_cy_px == pytest.approx(TRUTH, rel=0.01)


def test_a_wrong_range_is_undone():
    _, reading = read(seen(), "bt709", "bt709", limited=True, tag_limited=False)
    assert reading.mtf50_cy_px == pytest.approx(TRUTH, rel=0.01)  # as above; by the wrong range 6 %


@pytest.mark.parametrize("made", ["bt709", "srgb", "slog3", "hlg", "pq", "logc4"])
def test_a_right_tag_is_kept(made):
    known, reading = read(seen(), made, made)
    assert (known.detected.transfer, known.detected.limited) == (made, True)
    assert Flag.OTHER_CURVE not in reading.flags


@pytest.mark.parametrize(("radius_px", "waves", "turn_deg"), [(77.0, 0.28, 2.0), (77.0, 0.0, 1.0)])
@pytest.mark.parametrize("tag", ["bt709", "slog3"])
def test_nothing_is_concluded_from_lines_in_step_with_the_pixels(radius_px, waves, turn_deg, tag):
    known, reading = read(_slanted(radius_px, waves, turn_deg), "bt709", tag)
    assert known.detected is None  # pairs of lines are 0.96 px wide: moire of 1 % of white
    assert Flag.OTHER_CURVE not in reading.flags


def test_moire_averages_out_over_a_patch_that_holds_waves_of_it():
    known, _ = read(_slanted(113.3, 0.42, 0.5), "bt709", "slog3")
    assert (known.detected.transfer, known.detected.limited) == ("bt709", True)


def _slanted(radius_px, waves, turn_deg):
    """Before a lens that passes what the pixels cannot hold."""
    side = int(3.3 * radius_px)
    otf = hopkins(waves, CUT_OFF["f/1.8, 5 um"])
    centre = (side / 2, side / 2 - 0.1 * radius_px)
    chart = make_chart(parse_paper("A4"))
    return printed(chart, otf, radius_px=radius_px, turn_deg=turn_deg, size=(side, side), centre=centre)


def test_a_curve_that_nobody_named_is_no_contradiction():
    _, reading = read(seen(), "slog3", "unknown")
    assert Flag.OTHER_CURVE not in reading.flags
    assert reading.mtf50_cy_px == pytest.approx(TRUTH, rel=0.01)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_chart_may_hang_on_its_side_or_head(quarters):
    known, _ = read(np.rot90(seen(), quarters).copy(), "slog3", "bt709")
    assert known.detected.transfer == "slog3"


@pytest.mark.parametrize("view", [{"turn_deg": 3.0}, {"spread_mm": 0.06}, {"shade": 0.3}], ids=str)
def test_neither_a_slant_nor_spread_ink_nor_a_shadow_changes_the_curve(view):
    known, _ = read(seen(**view), "slog3", "bt709")
    assert known.detected.transfer == "slog3"


def test_fields_tell_it_too():
    whole = replace(
        frame(seen(radius_px=140.0, size=(460, 460), centre=(230.0, 190.0)), "slog3", "bt709"),
        interlaced="top",
    )
    assert [track(None, field)[0].detected.transfer for field in fields(whole)] == ["slog3", "slog3"]


def _shadowed(picture):
    """A hard shadow over half of the patches."""
    half = picture.copy()
    half[280:, :190] *= 0.4
    return half


@pytest.mark.parametrize(
    "made",
    [
        lambda: light(Scene(), OTF),
        lambda: seen()[:280],
        lambda: _shadowed(seen()),
        lambda: printed(make_chart(parse_paper("A4")), hopkins(2.0, CUT_OFF["f/4, 4 um"]), radius_px=70.0),
    ],
    ids=["another's star", "patches out of view", "shadow", "too soft"],
)
def test_nothing_is_concluded_where_the_patches_do_not_tell(made):
    known, reading = read(made(), "bt709", "slog3")
    assert known.detected is None
    assert Flag.OTHER_CURVE not in reading.flags


def test_a_curve_changed_on_the_way_is_noticed_within_a_second():
    known, _ = track(None, frame(seen(), "bt709", "bt709"))
    for index in range(1, 26):
        known, reading = track(known, replace(frame(seen(), "slog3", "bt709"), index=index))
    assert known.detected.transfer == "slog3"
    assert reading.mtf50_cy_px == pytest.approx(TRUTH, rel=0.01)  # as above
