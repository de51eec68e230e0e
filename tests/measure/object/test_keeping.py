"""A reference kept and taken up: the next picture is found by it, and measured as if nothing had been."""

from dataclasses import replace

import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.measure.object import keeping
from backfocus.measure.object.keeping import KeptReference, kept, taken_up
from backfocus.measure.object.track import ObjectTrack, track_object
from backfocus.measure.reading import Flag, Reading

from .test_follow import picture
from .test_track import IN, OUT, SWEEP


def frame_of(index: int, grow: float, blur: float) -> Frame:
    return Frame(picture(grow, blur=blur), index, index / 25)


@pytest.fixture(scope="module")
def session() -> tuple[ObjectTrack, list[Reading]]:
    """A session up to wide: what is known then, and its readings."""
    known: ObjectTrack | None = None
    readings = []
    for index, (grow, blur) in enumerate([*IN, *SWEEP, *OUT]):
        known, reading = track_object(known, frame_of(index, grow, blur))
        readings.append(reading)
    assert known is not None
    return known, readings


def again(found: KeptReference, grow: float, blur: float, index: int = 500) -> Reading:
    """The first picture after it was taken up."""
    return track_object(taken_up(found), frame_of(index, grow, blur))[1]


@pytest.fixture(scope="module")
def found(session: tuple[ObjectTrack, list[Reading]]) -> KeptReference:
    at_rest = kept(session[0])
    assert at_rest is not None
    return at_rest


def test_before_the_peak_of_tele_there_is_nothing_to_keep() -> None:
    known = None
    for index, (grow, blur) in enumerate([*IN, *SWEEP[:4]]):
        known, _ = track_object(known, frame_of(index, grow, blur))
    assert known is not None
    assert kept(known) is None


@pytest.mark.parametrize("grow", [0.4, 1.2], ids=["at wide", "at tele"])
def test_the_first_picture_counts_and_is_measured_as_before(
    session: tuple[ObjectTrack, list[Reading]], found: KeptReference, grow: float
) -> None:
    known, readings = session
    goes_on, resumed = track_object(known, frame_of(500, grow, 1.0))[1], again(found, grow, 1.0)
    assert resumed.scale_px is not None
    # the first picture of all was 0.3: the scale still counts against that; a ratio is known to 0.3 %
    assert resumed.scale_px / (readings[0].scale_px or 1.0) == pytest.approx(grow / 0.3, rel=0.005)
    assert resumed.against is not None
    assert resumed.against.index == known.reference.index  # type: ignore[union-attr]
    assert resumed.against.ratio == pytest.approx(grow / 1.2, rel=0.004)
    f = np.array(resumed.frequency_cy_px)
    before = np.interp(f, goes_on.frequency_cy_px, goes_on.modulation)
    sigma = np.interp(f, goes_on.frequency_cy_px, goes_on.modulation_sigma)
    # 8 bits of the square root are 0.3 codes of noise, below that of the picture; at tele the picture that
    # goes on leapt there from wide, and its place is found anew
    allowed = 0.005 if grow < 1 else 2.5 * np.hypot(sigma, resumed.modulation_sigma)
    assert (np.abs(np.array(resumed.modulation) - before) < allowed).all()


def test_it_goes_on_from_there(found: KeptReference) -> None:
    known = taken_up(found)
    for index, grow in enumerate((0.4, 0.42, 0.45, 0.5)):
        known, reading = track_object(known, frame_of(index, grow, 0.8))
        assert reading.against is not None
        assert reading.against.ratio == pytest.approx(grow / 1.2, rel=0.004)


def test_a_picture_without_it_is_lost_and_not_measured(found: KeptReference) -> None:
    another = np.random.default_rng(1).integers(0, 255, (18, 32), np.uint8).repeat(20, 0).repeat(20, 1)
    reading = track_object(taken_up(found), Frame(another, 0, 0.0))[1]
    assert Flag.LOST in reading.flags
    assert reading.scale_px is None


def test_light_comes_back_to_half_a_code(
    session: tuple[ObjectTrack, list[Reading]], found: KeptReference
) -> None:
    was, now = session[0].reference, taken_up(found)
    assert was is not None
    assert now is not None
    assert now.reference is not None
    apart = np.sqrt(now.reference.light / found.peak) - np.sqrt(np.clip(was.light, 0, None) / found.peak)
    assert np.abs(apart).max() < 0.6 / 255


def test_a_noisy_picture_stays_small_and_highlights_stay_known(
    session: tuple[ObjectTrack, list[Reading]], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = session[0]
    assert known.reference is not None
    monkeypatch.setattr(keeping, "MOST_BYTES", 60_000)
    light = 0.8 * known.reference.light
    peak = 1.2 * light.max()
    light[:64, :160] = peak
    cut = np.zeros_like(known.reference.cut)
    cut[:4, :10] = 1.0
    reference = replace(known.reference, light=light, cut=cut)
    small = kept(replace(known, reference=reference))
    assert small is not None
    assert small.picture[:3] == b"\xff\xd8\xff"
    assert len(small.picture) <= 60_000
    back = taken_up(small)
    assert back is not None
    assert back.reference is not None
    assert np.abs(back.reference.cut[:4, :10] - 1).max() < 0.05
    assert back.reference.cut[6:, 12:].max() < 0.05


def test_a_damaged_file_is_no_reference(found: KeptReference) -> None:
    assert taken_up(replace(found, picture=b"no picture")) is None
