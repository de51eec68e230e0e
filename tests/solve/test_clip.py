import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from backfocus.measure.reading import Against, Flag, Object
from backfocus.optics.blur import pixel_mtf
from backfocus.optics.lens import Optics
from backfocus.sim.wavefront import cutoff_cy_px, defocus_waves, sharpest_w020, transfer
from backfocus.solve.clip import judge_clip

from ..oracles.traced_zoom import both_ways, ease
from .conftest import FREQUENCIES

RAMP = Optics(5.0, ((7.8, 1.8), (108.0, 1.8), (156.0, 2.6)))
H = RAMP.half_depth_um(0.05)
OPEN = Optics(5.0, ((0.0, 1.8),))
ZOOM = 20.0
STEADY_S, WALK_S, SWEEP_S = 1.5, 3.0, 6.0


def soft_curve(r_um, f_number, w040):
    """By quadrature over the pupil, through the bench's code: `solve` has another."""
    cutoff = cutoff_cy_px(f_number, 5.0)
    w020 = defocus_waves(r_um, f_number) + sharpest_w020(w040, cutoff)
    return transfer(FREQUENCIES, w020, w040, cutoff) * pixel_mtf(FREQUENCIES)


def unrest(at_s):
    """How much a codec softens, 0 to 1: all that moves, and less and less of what rests at wide."""
    wide_s, turn_s = STEADY_S + WALK_S, 2.0 * STEADY_S + WALK_S
    rested_s = at_s - wide_s if at_s < turn_s else at_s - turn_s - SWEEP_S
    return math.exp(-max(rested_s, 0.0) / 0.4)


def quick(at, *cases):
    """Cases of several arguments, slow but for those at these places; each value is in one of them."""
    return [
        case if number in at else pytest.param(*case, marks=pytest.mark.slow)
        for number, case in enumerate(cases)
    ]


@pytest.fixture
def clip(make_reading):
    """Readings by formula: steady tele, walk, steady wide, and a sweep there that goes `sweep` first."""

    def make(
        delta_um,
        *,
        tele_um=3.0,
        sweep=0,
        nudge_um=0.0,
        nudge_s=1.0,
        stop_um=-math.inf,
        w040=0.0,
        tracking_um=0.0,
        coded=0.0,
        luck=0.0,
        seed=1,
        backwards=False,
        **more,
    ):
        rng = np.random.default_rng(seed)
        total_s = 2.0 * STEADY_S + WALK_S + (SWEEP_S + STEADY_S if sweep or nudge_um else 0.0)
        readings = []
        for at in range(round(25 * total_s)):
            at_s = at / 25.0
            zoom = 1.0 - ease((at_s - STEADY_S) / WALK_S)
            ratio = ZOOM ** (zoom - 1.0)
            turned = sweep * (8.0 * H + abs(delta_um)) * both_ways((at_s - 2.0 * STEADY_S - WALK_S) / SWEEP_S)
            turned = max(turned, stop_um - delta_um)
            turned += nudge_um * ease((at_s - 2.0 * STEADY_S - WALK_S) / nudge_s)
            r = delta_um + (tele_um - delta_um) * ratio**2 + turned + tracking_um * math.sin(math.pi * zoom)
            curve = soft_curve(r, RAMP.f_number(ratio), w040) if w040 or coded or luck else None
            if luck:
                curve = curve * (
                    1.0 + luck * rng.standard_normal() * (1.0 - np.cos(2.0 * np.pi * FREQUENCIES))
                )
            if coded:
                curve = curve * np.exp(-coded * FREQUENCIES * unrest(at_s))
            breath = 1.0 + 0.05 * math.tanh(turned / 180.0) + 0.004 * rng.standard_normal()
            readings.append(
                make_reading(
                    r,
                    f_number=RAMP.f_number(ratio),
                    noise=0.004,
                    rng=rng,
                    curve=curve,
                    at_s=total_s - at_s if backwards else at_s,
                    index=at,
                    scale_px=1540.0 * ratio * breath,
                    **more,
                )
            )
        return readings[::-1] if backwards else readings

    return make


@pytest.mark.parametrize("delta_um", [-80.0, -12.0, -4.0, 0.0, 4.0, 30.0])
def test_a_clip_without_a_move_gives_the_size(clip, delta_um):
    answer = judge_clip(clip(delta_um), RAMP)
    found = answer.back_focus
    assert found is not None
    assert not found.sign_known
    assert not answer.referenced
    assert found.delta_um == pytest.approx(abs(delta_um), abs=max(0.02 * abs(delta_um), H / 5.0))
    assert found.low_um <= abs(delta_um) <= found.high_um
    assert found.zoom[-1].residual_um > 0.0


@pytest.mark.parametrize(
    ("first_turn", "delta_um"), quick((0, 4), *product(("near", "infinity"), (-80.0, 30.0, -12.0)))
)
def test_a_sweep_with_a_known_first_turn_gives_the_side(clip, delta_um, first_turn):
    # Towards near the image comes forward and r grows.
    answer = judge_clip(clip(delta_um, sweep=1 if first_turn == "near" else -1), RAMP, first_turn=first_turn)
    assert answer.referenced
    assert answer.back_focus is not None
    assert answer.back_focus.sign_known
    assert answer.back_focus.delta_um == pytest.approx(delta_um, abs=max(0.02 * abs(delta_um), H / 5.0))


@pytest.mark.parametrize(
    "delta_um", [-12.0, *(pytest.param(each, marks=pytest.mark.slow) for each in (-80.0, 30.0))]
)
@pytest.mark.parametrize("w040", [0.0, 0.65])
def test_a_codec_that_softens_the_sweep_leaves_the_error_as_it_is(clip, delta_um, w040):
    # 0.12: what H.264 at CRF 20 was seen to take from the sharpest pictures, 3 % at 0.25 cy/px
    found = judge_clip(clip(delta_um, sweep=1, w040=w040, coded=0.12), RAMP, first_turn="near").back_focus
    assert found is not None
    assert found.delta_um == pytest.approx(delta_um, abs=max(0.02 * abs(delta_um), H / 5.0))
    assert found.low_um <= delta_um <= found.high_um


@pytest.mark.parametrize(("delta_um", "stop_um"), [(45.0, 15.0), (60.0, 22.0), (25.0, 12.0)])
def test_a_ring_that_meets_its_stop_before_the_sharpest_point_is_no_reference(clip, delta_um, stop_um):
    # infinity is 20 um away at 7.8 mm and 3 m: what the stop leaves is no blur of lens or camera
    answer = judge_clip(clip(delta_um, sweep=1, stop_um=stop_um), RAMP)
    assert not answer.referenced
    assert answer.back_focus.low_um <= delta_um <= answer.back_focus.high_um


def test_the_luckiest_pictures_of_a_sweep_are_no_reference(clip):
    # a stabiliser: single pictures differ by 0.12 of the modulation at 0.5 cy/px; the sharpest three are
    # then 1.9 standard deviations above the mean of their neighbours, which is as much as 0.9 h
    found = judge_clip(clip(0.0, sweep=1, luck=0.06), RAMP)
    assert found.verdict.kind == "set"
    assert found.back_focus.low_um == 0.0


@pytest.mark.parametrize("sweep", [1, -1])
def test_without_a_known_first_turn_a_sweep_is_a_reference_and_no_sign(clip, sweep):
    # Turning delta and the sweep over together gives the very same pictures: no clip can tell.
    one, other = judge_clip(clip(20.0, sweep=sweep), RAMP), judge_clip(clip(-20.0, sweep=-sweep), RAMP)
    assert one.referenced
    assert one.back_focus is not None
    assert other.back_focus is not None
    assert not one.back_focus.sign_known
    # their noise differs: the top of a density that is flat over a step of its grid hops by one, 0.5 um
    assert one.back_focus.delta_um == pytest.approx(other.back_focus.delta_um, abs=0.6)


def test_the_first_turn_is_asked_for_only_where_it_tells_and_was_not_said(clip):
    asked = judge_clip(clip(30.0, sweep=1), RAMP).verdict
    assert asked.remedies == ("first-turn",)
    said = judge_clip(clip(30.0, sweep=1), RAMP, first_turn="near").verdict
    before_the_zoom = judge_clip(clip(30.0, sweep=1, backwards=True), RAMP).verdict
    assert said.remedies == before_the_zoom.remedies == ()
    assert "zoom out, then sweep" in before_the_zoom.advice


@pytest.mark.parametrize("delta_um", [-3.0, 2.0, pytest.param(0.0, marks=pytest.mark.slow)])
@pytest.mark.parametrize("coded", [0.0, 0.12])
def test_near_zero_no_wrong_side_is_claimed(clip, delta_um, coded):
    # A codec that comes to rest after the zoom lowers |r| as a ring does that nears focus.
    answer = judge_clip(clip(delta_um, sweep=1, coded=coded), RAMP, first_turn="near")
    assert answer.back_focus is not None
    assert not answer.back_focus.sign_known or answer.back_focus.delta_um * delta_um > 0.0
    assert answer.verdict.kind == "set"


@pytest.mark.parametrize(
    ("first_turn", "delta_um"), quick((0, 3, 4), *product((None, "near", "infinity"), (-30.0, 30.0)))
)
def test_a_clip_that_runs_from_wide_to_tele(clip, delta_um, first_turn):
    # The sweep ended before the zoom began: from its first turn to there nobody knows how often it turned.
    answer = judge_clip(clip(delta_um, sweep=1, backwards=True), RAMP, first_turn=first_turn)
    assert answer.referenced
    assert answer.back_focus is not None
    assert not answer.back_focus.sign_known
    assert answer.back_focus.delta_um == pytest.approx(abs(delta_um), abs=H / 5.0)


@pytest.mark.parametrize(
    ("turn", "delta_um"),
    # a near and a far one with each way, a positive and a negative one
    quick((0, 5, 9, 12), *product(("near", "infinity", "away", "towards"), (-40.0, 14.0, -14.0, 40.0))),
)
def test_a_nudge_of_known_direction_gives_the_side(clip, turn, delta_um):
    way = {"near": 1, "infinity": -1, "away": 1, "towards": -1}[turn]
    answer = judge_clip(clip(delta_um, nudge_um=way * H), RAMP, first_turn=turn)
    assert not answer.referenced
    assert answer.back_focus is not None
    assert answer.back_focus.sign_known
    assert answer.back_focus.delta_um == pytest.approx(delta_um, abs=H / 5.0)


@pytest.mark.parametrize(
    ("soft", "way", "delta_um"),
    # towards focus and away from it, sharp and soft
    quick((0, 5, 9, 12), *product((0.0, 1.0), (-1, 1), (-5.0, 2.0, -2.0, 5.0))),
)
def test_within_the_depth_of_focus_a_nudge_never_tells_a_wrong_side(clip, delta_um, way, soft):
    # A lens with a wave of W040 is as soft in focus as 6 um off: |r| hardly falls before it rises.
    turn = "near" if way > 0 else "infinity"
    found = judge_clip(clip(delta_um, nudge_um=3.0 * way * H, w040=soft), RAMP, first_turn=turn).back_focus
    assert found is not None
    assert not found.sign_known or found.delta_um * delta_um > 0.0


@pytest.mark.parametrize("delta_um", [-20.0, 20.0])
def test_a_ring_that_jumps_across_focus_tells_no_side(clip, delta_um):
    # From 20 um to -25 between two pictures |r| only rises, as it would away from focus.
    jumped = clip(delta_um, nudge_um=-math.copysign(45.0, delta_um), nudge_s=0.02)
    found = judge_clip(jumped, RAMP, first_turn="infinity" if delta_um > 0 else "near").back_focus
    assert found is not None
    assert not found.sign_known or found.delta_um * delta_um > 0.0


def test_verdicts_of_clips(clip):
    assert judge_clip(clip(2.0), RAMP).verdict.kind == "set"
    assert judge_clip(clip(40.0), RAMP).verdict.kind == "adjust"
    assert judge_clip(clip(11.0), RAMP).verdict.kind == "unsure"  # a soft lens looks like that
    assert judge_clip(clip(11.0, sweep=1), RAMP).verdict.kind == "adjust"
    assert judge_clip(clip(10.0, tracking_um=40.0), RAMP).verdict.kind == "tracking"


def test_the_depth_of_focus_is_that_of_wide(clip):
    assert judge_clip(clip(10.0), RAMP).half_depth_um == pytest.approx(H)


def test_a_hold_is_no_reference_for_itself(clip):
    # It would read as in focus whatever the error.
    assert not judge_clip(clip(40.0), RAMP).referenced


@pytest.mark.parametrize(("flag", "kind"), [(Flag.SHARPENED, "set"), (Flag.CLIPPED, "unsure")])
def test_clipped_pictures_are_not_believed_and_a_camera_that_sharpens_all_alike_is(clip, flag, kind):
    answer = judge_clip(clip(0.0, flags=frozenset({flag})), RAMP)
    assert answer.verdict.kind == kind
    assert answer.flags == {flag}


def test_a_few_flagged_pictures_are_forgiven(clip):
    readings = [
        replace(each, flags=frozenset({Flag.CLIPPED})) if at % 5 == 0 else each
        for at, each in enumerate(clip(0.0))
    ]
    assert judge_clip(readings, RAMP).verdict.kind == "set"


def test_what_cannot_be_judged_is_unsure(clip):
    readings = clip(40.0)
    for answer in (judge_clip(readings, None), judge_clip(readings[:30], RAMP), judge_clip((), RAMP)):
        assert answer.back_focus is None
        assert answer.verdict.kind == "unsure"
        assert answer.verdict.advice


@pytest.fixture
def refocused(make_reading):
    """Readings by formula of a clip that zooms in, is focused at tele and zooms out.

    `behind`: a lens that focuses behind its zoom: the ring moves the image as far at every zoom position, and
    `drift_um` is its own error at wide. `early`: part of the turn that happens while zooming in.
    """

    def make(delta_um=0.0, *, off_um=40.0, behind=False, drift_um=0.0, zoom=8.0, early=0.0, seed=1):
        rng = np.random.default_rng(seed)
        readings = []
        for at in range(round(25 * (4.0 * STEADY_S + 2.0 * WALK_S + 1.5))):
            at_s = at / 25.0
            inwards = ease((at_s - STEADY_S) / WALK_S)
            outwards = ease((at_s - 3.0 * STEADY_S - WALK_S - 1.5) / WALK_S)
            ratio = zoom ** (inwards - outwards - 1.0)
            turned = early * inwards + (1.0 - early) * ease((at_s - 2.0 * STEADY_S - WALK_S) / 1.5)
            b = 2.0 - delta_um + off_um * (1.0 - turned)
            r = delta_um + (b + drift_um * (1.0 - ratio**2) if behind else b * ratio**2)
            readings.append(
                make_reading(
                    r,
                    noise=0.004,
                    rng=rng,
                    at_s=at_s,
                    index=at,
                    scale_px=600.0 * ratio * (1.0 + 0.004 * rng.standard_normal()),
                )
            )
        return readings

    return make


# a drift of +20 would read 18 um before and 22 after
@pytest.mark.parametrize(
    ("zoom", "drift_um", "off_um"), quick((0, 3), *product((15.0, 3.0), (-60.0, 70.0), (-40.0, 30.0)))
)
def test_a_lens_whose_focus_ring_moves_wide_as_far_as_tele_is_refused(refocused, off_um, drift_um, zoom):
    readings = refocused(behind=True, off_um=off_um, drift_um=drift_um, zoom=zoom)
    assert judge_clip(readings, OPEN).verdict.kind == "not-front-focus"


@pytest.mark.parametrize(
    ("early", "zoom", "delta_um", "off_um"),
    quick((0, 3), *product((0.5, 0.0), (15.0, 2.0), (-50.0, 4.0), (-80.0, 30.0))),
)
def test_a_front_focus_lens_may_be_focused_anew_at_tele(refocused, off_um, delta_um, zoom, early):
    readings = refocused(delta_um, off_um=off_um, zoom=zoom, early=early)
    assert judge_clip(readings, OPEN).verdict.kind in ("set", "unsure", "adjust")


def test_a_star_that_does_not_tell_its_size_at_tele_is_said(clip):
    readings = [replace(each, scale_px=None) if each.scale_px > 300.0 else each for each in clip(40.0)]
    verdict = judge_clip(readings, RAMP).verdict
    assert verdict.kind == "unsure"
    assert "rim" in verdict.reason
    assert "chart" in verdict.advice


def test_lost_pictures_on_the_way_do_no_harm(clip):
    readings = clip(40.0)
    for at in range(55, 75):
        readings[at] = replace(
            readings[at], frequency_cy_px=(), modulation=(), modulation_sigma=(), scale_px=None
        )
    found = judge_clip(readings, RAMP).back_focus
    assert found is not None
    assert found.delta_um == pytest.approx(40.0, abs=H / 5.0)


def test_two_stills_are_a_clip(make_reading):
    stills = [
        make_reading(1.0, f_number=2.6, at_s=None, scale_px=1540.0),
        make_reading(40.0, at_s=None, scale_px=77.0),
    ]
    found = judge_clip(stills, RAMP).back_focus
    assert found is not None
    # from two curves the camera is known to some per cent: it may take a tenth of the depth of focus
    assert found.delta_um == pytest.approx(40.0 / (1.0 - 1.0 / ZOOM**2), abs=H / 10.0)


# from 8 um back to it through 12 um beyond focus a soft camera's |r| goes from 21 to 20, 23, 20 and 21 um
@pytest.mark.parametrize(("delta_um", "stop_um"), [(16.0, -14.0), (8.0, -12.0), (10.0, -10.0)])
def test_a_sweep_is_seen_though_an_object_s_readings_all_doubt_the_same(clip, delta_um, stop_um):
    """The ring goes through focus to its stop and back, and a soft camera hides most of that."""

    def as_object(reading):
        f = np.array(reading.frequency_cy_px)
        soft = np.array(reading.modulation) * np.cos(2.0 * np.pi * 0.35 * np.minimum(f, 0.45)) ** 2
        return replace(
            reading,
            star=None,
            object=Object(480.0, 270.0, 200.0, 150.0),
            against=Against(min(reading.scale_px / 1540.0, 1.0)),
            modulation=tuple(soft),
            modulation_sigma=tuple(np.hypot(0.004, 0.03 * soft)),
            level_sigma=0.012,
        )

    for sweep in (0, 1):
        found = judge_clip([as_object(each) for each in clip(delta_um, sweep=sweep, stop_um=stop_um)], RAMP)
        assert found.referenced == bool(sweep)
