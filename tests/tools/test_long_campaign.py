"""The long campaign draws what it says, keeps what it read, and counts what was said."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tools.truth.long import guided, objects
from tools.truth.long.draw import CHOSEN_BELOW, PROVED_FROM, Case, aberration, draw, draw_live
from tools.truth.long.film import Recording
from tools.truth.long.judge import Outcome, counted
from tools.truth.long.quoted import kept_outcomes, quoted
from tools.truth.long.results import lines_of, outcome_of, write
from tools.truth.long.shelf import Filmed, is_kept, keep, kept
from tools.truth.quoting import PAGE

from backfocus.measure.reading import Against, Flag, Object, Reading, Star, Tile
from backfocus.sim.clip import STEADY_S, ZOOM_S
from backfocus.sim.wavefront import cutoff_cy_px, defocus_waves, sharpest_w020, transfer


@cache
def cases():
    return tuple(draw(seed) for seed in range(150))


def test_a_seed_is_one_recording():
    assert draw(7) == draw(7)
    assert len({case.address for case in cases()}) == len(cases())
    assert PROVED_FROM > CHOSEN_BELOW


def test_every_draw_is_a_camera_and_stays_in_its_range():
    settings = [case.settings for case in cases()]  # what no camera has together is refused here
    assert all(1.5 <= each.pixel_um <= 5.0 and 3.0 <= each.zoom <= 20.0 for each in settings)
    assert all(8.0 <= each.mbit_s <= 50.0 for each in settings)
    errors = np.abs([case.settings.delta_um / case.h_um for case in cases()])
    assert errors.max() <= 6.01
    # A third of 150 within 1.2 h: 50, give or take 6.
    assert 32 <= np.count_nonzero(errors < 1.2) <= 68
    kinds = {(each.sensor, each.demosaic, each.skip > 1, each.eis, each.shutter) for each in settings}
    assert len(kinds) > 15
    assert all(each.shake_px > 0.0 for each in settings if each.eis)


def test_half_of_the_ramps_are_declared():
    declared = sum("," in case.declared for case in cases())
    assert 55 <= declared <= 95
    for case in cases():
        wide, tele = (case.settings.f_numbers[end][1] for end in (0, -1))
        # To a stop slower; numbers are printed with two digits.
        assert 1.0 <= tele / wide <= 1.4143 * 1.005
        assert case.optics.f_number(0.0) == pytest.approx(wide)


def test_another_session_is_the_same_camera_and_lens_with_another_error():
    first, second = draw(3).settings, draw(3, "learned").settings
    assert first.delta_um != second.delta_um
    same = {"delta_um": 0.0, "tele_residual_um": 0.0, "seed": 0, "tele_misfocus_um": 0.0}
    assert replace(first, **same) == replace(second, **same)


def test_what_is_led_is_live_and_within_80_um():
    live = [draw_live(seed) for seed in range(40)]
    assert all(case.settings.clip == "none" and abs(case.settings.delta_um) <= 80.0 for case in live)
    assert len({case.settings.sensor for case in live}) == 3
    assert all("," in case.declared for case in live)


def test_procedures_are_counted_kept_and_quoted(tmp_path):
    good = guided.Led(10000, "sim://", "c", 40.0, -3.0, 9.0, "set", 1, (), 70.0, 40.0)
    false_set = replace(good, seed=10001, left_um=-9.1)
    touched = replace(good, seed=10002, verdict="unsure", named=("FocusTouched",), rounds=4)
    reached = {each.what: each.reached for each in guided.counted((good, false_set, touched))}
    assert reached == {
        "left within h": 2,
        "`set`": 2,
        "in three rounds": 2,
        "`set` of more than h": 1,
        "a mishap told that was none": 1,
        "`unsure`": 1,
    }
    guided.write((touched, good), tmp_path / "guided.jsonl")
    guided.write((replace(good, verdict="unsure"), false_set), tmp_path / "guided.jsonl")
    assert guided.kept_outcomes(tmp_path / "guided.jsonl") == [
        replace(good, verdict="unsure"),
        false_set,
        touched,
    ]
    assert guided.quoted(guided.kept_outcomes()) in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("f_number", "pixel_um"), [(1.8, 5.0), (4.0, 1.5), (2.8, 3.0)])
def test_aberration_costs_what_the_defocus_costs_that_it_stands_for(f_number, pixel_um):
    h_um = max(f_number * pixel_um, 1.1 * f_number**2)
    w040 = aberration(0.6 * h_um, f_number, pixel_um)
    cutoff, at = cutoff_cy_px(f_number, pixel_um), np.array([0.25])
    aberrated = transfer(at, sharpest_w020(w040, cutoff), w040, cutoff)
    defocused = transfer(at, defocus_waves(0.6 * h_um, f_number), 0.0, cutoff)
    # W040 is kept to a thousandth of a wave.
    assert aberrated == pytest.approx(defocused, abs=2e-3)


def test_what_is_kept_comes_back(tmp_path):
    reading = Reading(
        index=3,
        at_s=0.12,
        flags=frozenset({Flag.CLIPPED}),
        star=Star(0.0, 12.3456789, None, 36),
        scale_px=77.0,
        frequency_cy_px=(0.1, 0.2),
        modulation=(0.9, 0.0),
        white=0.0,
    )
    blind = Reading(index=4, at_s=None, flags=frozenset())
    keep(Filmed(draw(5), "abc", 12.34, (reading, blind)), tmp_path)
    assert is_kept(5, folder=tmp_path)
    assert not is_kept(5, "learned", tmp_path)
    found = kept(5, folder=tmp_path)
    assert found.case == draw(5)
    assert found.readings == (replace(reading, star=Star(0.0, 12.346, None, 36)), blind)


def outcome(true_h, verdict, low=None, high=None):
    return Outcome(1, False, "", "", "", -10.0 * true_h, 10.0, verdict, low, low, high, False, False, ())


def test_words_are_counted_as_the_promise_counts_them():
    assert outcome(1.2, "set").wrong == "set"
    assert outcome(0.8, "adjust").wrong == "adjust"
    assert not outcome(1.0, "adjust").wrong
    assert not outcome(1.0, "set").wrong
    assert not outcome(0.1, "unsure").wrong
    assert outcome(2.0, "adjust", 18.0, 22.0).held  # the side is not known: its size counts
    assert outcome(2.0, "adjust", 21.0, 25.0).held is False
    counts = {
        count.what: count for count in counted([outcome(3, "adjust", 25, 35), outcome(3, "unsure")], "plain")
    }
    assert counts["decided beyond 2.5 h"].share == 0.5
    assert (counts["interval holds the truth"].reached, counts["interval holds the truth"].of) == (
        1,
        1,
    )


def test_outcomes_come_back_from_their_lines(tmp_path):
    told = [outcome(1.2, "set", 0.0, 9.0), outcome(3.0, "unsure")]
    write(told, tmp_path / "outcomes.jsonl")
    path = tmp_path / "outcomes.jsonl"
    assert [outcome_of(line) for line in lines_of(path)] == told
    other, anew = replace(told[0], seed=told[0].seed - 1), outcome(1.2, "unsure")
    write([other], path)
    write([anew], path)
    assert [outcome_of(line) for line in lines_of(path)] == [other, anew], "other seeds stay, the same go"


def test_objects_are_drawn_as_they_are_told():
    drawn = [objects.draw(seed) for seed in range(objects.PROVED_FROM, objects.PROVED_FROM + 260)]
    assert {case.settings.scene for case in drawn} == set(objects.SCENES)
    assert all(case.h_um == pytest.approx(objects.H_UM, rel=0.02) for case in drawn)
    assert all(3.0 <= case.settings.zoom <= 10.0 for case in drawn)
    sizes = np.abs([case.settings.delta_um / case.h_um for case in drawn])
    assert sizes.max() <= 6.05
    # a third of 260, and a fifth of the others by luck: 122, give or take 8
    assert 98 <= np.count_nonzero(sizes < 1.2) <= 146


def test_clips_of_objects_are_kept_judged_and_counted(tmp_path):
    tile = Tile(100.0, 60.0, 64.0, used=True)
    blind = Reading(3, 0.12, frozenset({Flag.TOO_SMOOTH}), object=Object(90.0, 60.0, 80.0, 70.0, (tile,)))
    blind = replace(blind, against=Against(0.25, 7, 0.5))
    keep(Filmed(objects.draw(300), "abc", 12.3, (blind,)), tmp_path)
    found = kept(300, objects.SESSION, tmp_path)
    assert found.case == objects.draw(300)
    assert found.readings == (blind,)
    clip = objects.checked(300, tmp_path)
    assert (clip.outcome.verdict, clip.scene, clip.target) == ("unsure", "facade", "object")
    assert "too little fine detail" in clip.reason
    assert objects.checked(301, tmp_path) is None

    said = {"verdict": "adjust", "delta_um": 21.0, "low_um": 15.0, "high_um": 27.0, "true_um": -20.0}
    right = replace(clip, outcome=replace(clip.outcome, judged="swept", **said))
    wrong = replace(right, outcome=replace(right.outcome, verdict="set"), target="star")
    far = right.outcome.address.replace("delta_um=-16.8", "delta_um=-90")  # no ring reaches that at wide
    short = replace(right, outcome=replace(right.outcome, address=far))
    assert not short.is_swept
    objects.write([clip, right, wrong], tmp_path / "objects.jsonl")
    told = objects.proved(tmp_path / "objects.jsonl")
    assert told == [clip, right, wrong]
    counts = {each.what: (each.reached, each.of) for each in objects.counted(told)}
    assert counts["wrong word"] == (1, 3)
    assert counts["interval holds the truth"] == (2, 2)
    assert counts["swept, from h up: within max(h/3, 10 %)"] == (2, 2)
    assert counts["with a number, facade"] == (2, 3)
    assert counts["another target taken"] == (1, 3)

    later = replace(clip, outcome=replace(clip.outcome, seed=301))
    seen = replace(clip, outcome=replace(clip.outcome, seed=min(objects.LOOKED_AT)))
    objects.write([later, seen], tmp_path / "objects.jsonl")
    told = objects.proved(tmp_path / "objects.jsonl")
    assert told == [clip, right, wrong, later], "others stay as they were"


def test_every_picture_of_the_zoom_is_filmed_and_every_second_of_the_rest():
    address = "sim://?clip=check&size=96x64&mbit_s=8&sensor=mono&zoom=4&sharpen=0.2"
    seen = list(Recording(Case(1, "judged", address, "2")).frames())
    at_s = np.array([each.at_s for each in seen])
    assert [each.index for each in seen] == list(range(len(seen)))
    gaps = np.diff(at_s)
    zooms = (at_s[:-1] > STEADY_S) & (at_s[1:] < STEADY_S + ZOOM_S)
    assert zooms.sum() > 70
    np.testing.assert_allclose(gaps[zooms], 0.04)
    assert np.mean(gaps[~zooms] > 0.07) > 0.9  # all but where the zoom begins or ends between two of them


def test_the_accuracy_page_quotes_the_outcomes_that_are_kept():
    assert quoted(kept_outcomes()) in PAGE.read_text(encoding="utf-8")
