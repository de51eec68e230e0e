"""An object live, in a drawn scene whose zoom and blur are known: when there is a reference, and which."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from backfocus.errors import UsageError
from backfocus.frame import Frame
from backfocus.measure.object.reference import reference_from
from backfocus.measure.object.region import Region
from backfocus.measure.object.similarity import Similarity
from backfocus.measure.object.track import ObjectTrack, chosen_at, track_object
from backfocus.measure.picture.eight_bits import eight_bits, eight_bits_of
from backfocus.measure.reading import Flag, ObjectQuality, Reading, Star
from backfocus.measure.track import Track, pointed_at

from .test_follow import picture


def seen(path: list[tuple[float, float]]) -> list[Reading]:
    """The readings of pictures with these scales and blurs, sigma in px."""
    known: ObjectTrack | None = None
    readings = []
    for index, (grow, blur) in enumerate(path):
        known, reading = track_object(known, Frame(picture(grow, blur=blur), index, index / 25))
        readings.append(reading)
    return readings


IN = [(float(grow), 1.0) for grow in np.geomspace(0.3, 1.2, 12)]
SWEEP = [(1.2, blur) for blur in (1.5, 1.0, 0.6, 0.0, 0.0, 0.6, 1.2, 1.8, 1.0, 0.4)]
OUT = [(float(grow), 1.0) for grow in np.geomspace(1.2, 0.4, 12)]


def test_before_the_peak_of_tele_there_is_nothing_to_measure_against() -> None:
    readings = seen([*IN, *SWEEP[:5]])
    assert all(each.flags == {Flag.NO_REFERENCE} and not each.frequency_cy_px for each in readings)
    assert all(each.object is not None and each.scale_px for each in readings)


def test_behind_it_pictures_are_measured_against_the_sharpest_one() -> None:
    readings = seen([*IN, *SWEEP, *OUT])
    sharpest = len(IN) + 3
    last_of_tele, wide = readings[len(IN) + len(SWEEP) - 1], readings[-1]
    assert last_of_tele.against is not None
    assert last_of_tele.against.index in (sharpest, sharpest + 1)
    assert abs(last_of_tele.against.ratio - 1.0) < 0.003
    assert wide.against is not None
    assert abs(wide.against.ratio / (0.4 / 1.2) - 1.0) < 0.003
    # a Gaussian of sigma 1 px leaves exp(-2 pi^2 f^2) at f, a sharp reference hides little of it
    f, left = np.array(wide.frequency_cy_px), np.array(wide.modulation)
    at = (f > 0.05) & (f < 0.2)
    assert at.any()
    assert np.abs(left[at] - np.exp(-2 * np.pi**2 * f[at] ** 2)).max() < 0.12


def test_the_scale_counts_against_the_first_picture() -> None:
    readings = seen([*IN, *SWEEP, *OUT])
    assert np.isclose((readings[len(IN)].scale_px or 0.0) / (readings[0].scale_px or 1.0), 4.0, rtol=0.005)
    assert np.isclose((readings[-1].scale_px or 0.0) / (readings[0].scale_px or 1.0), 4.0 / 3.0, rtol=0.005)


def test_an_empty_picture_holds_no_object() -> None:
    _, reading = track_object(None, Frame(np.full((360, 640), 90, np.uint8)))
    assert reading.flags == {Flag.NO_OBJECT, Flag.LOST}
    assert reading.object is None


def test_a_ring_that_is_turned_fast_leaves_a_reference() -> None:
    """One sharp picture among soft ones; the lens breathes by 1 % from picture to picture meanwhile."""
    fast = [(1.2, 4.0), (1.212, 2.5), (1.224, 0.0), (1.236, 2.5), (1.248, 4.0), (1.248, 4.0)]
    readings = seen([*IN, *fast])
    last = readings[-1]
    assert last.against is not None
    assert last.against.index == len(IN) + 2
    assert last.frequency_cy_px


def test_a_focus_ring_that_breathes_leaves_the_zoom_where_it_is() -> None:
    """Soft on the far side 12 % larger, and back: the sharpest picture stays what others are held against."""
    breathes = [(1.2 * float(grow), 6.0 * (float(grow) - 1.0) / 0.12) for grow in np.linspace(1.0, 1.12, 9)]
    readings = seen([*IN, *SWEEP[:5], *breathes, *breathes[::-1]])
    assert {each.against.index for each in readings if each.against} <= {
        len(IN) + 3,
        len(IN) + 4,
        len(IN) + 5,
    }
    assert readings[-1].against is not None


def lamps(grow: float, blur: float) -> Frame:
    """A dark mirror full of little lamps, so many times as large."""
    rng = np.random.default_rng(5)
    drawn = np.full((1440, 2560), 26, np.uint8)
    for _ in range(1600):
        at = int(rng.integers(0, 2560)), int(rng.integers(0, 1440))
        axes = int(rng.integers(6, 30)), int(rng.integers(3, 9))
        cv2.ellipse(drawn, at, axes, 20, 0, 360, int(rng.integers(60, 220)), -1, cv2.LINE_AA)
    to = np.array([[grow, 0, 319.5 - grow * 1279.5], [0, grow, 179.5 - grow * 719.5]])
    laid = cv2.warpAffine(drawn, to, (640, 360), flags=cv2.INTER_AREA)
    return Frame(np.asarray(cv2.GaussianBlur(laid, (0, 0), blur + 0.3), np.uint8), 0, 0.0)


def test_what_nobody_should_measure_by_gives_no_curve_and_says_why() -> None:
    known: ObjectTrack | None = None
    for index, (grow, blur) in enumerate([*IN[::2], *SWEEP, *OUT[::3]]):
        known, reading = track_object(known, replace(lamps(grow, blur), index=index, at_s=index / 25))
        assert not reading.frequency_cy_px
    assert reading.flags == {Flag.GLOSSY}
    assert reading.object is not None
    assert reading.object.quality == ObjectQuality("poor", ("glossy",))
    assert known is not None
    # something else in view that is chosen begins anew, and the same thing is refused at once
    _, reading = track_object(chosen_at(known, 0.5, 0.5, 640, 360), lamps(*OUT[-1]))
    assert reading.flags == {Flag.GLOSSY}


def test_what_only_gets_softer_is_out_of_focus_and_neither_poor_nor_a_reference() -> None:
    """A ring turned the wrong way first: the picture it began with is the sharpest, and far out of focus."""
    away = [(1.2, blur) for blur in (8.0, 9.0, 11.0, 13.0, 16.0)]
    wrong_way = seen([*IN, *away])
    for reading in wrong_way[len(IN) :]:
        assert reading.flags == {Flag.NO_REFERENCE}
    after = seen([*IN, *away, *away[::-1], *((1.2, blur) for blur in (5.0, 2.0, 0.0, 2.0, 4.0))])[-1]
    assert after.frequency_cy_px
    assert after.against is not None
    assert after.against.index == len(IN) + 2 * len(away) + 2


def test_a_stop_half_way_in_is_no_reference_for_tele() -> None:
    """There everything is sharp and small; at tele, soft at first, it must be looked for anew."""
    half_way = [(0.45, 0.0), (0.45, 0.0), (0.45, 0.0)]
    further = [(float(grow), 3.0) for grow in np.geomspace(0.55, 1.3, 6)]
    tele = [(1.3, blur) for blur in (8.0, 6.0, 3.0, 0.0, 3.0, 6.0, 8.0)]
    readings = seen([(0.3, 0.0), (0.37, 0.0), *half_way, *further, *tele])
    before = 5 + len(further)
    assert not any(each.frequency_cy_px for each in readings[: before + 4])
    last = readings[-1]
    assert last.against is not None
    assert last.against.index == before + 3


@pytest.mark.parametrize("transfer", ["bt709", "slog3", "hlg"])
def test_a_kept_reference_is_found_in_pictures_of_every_curve(transfer: str) -> None:
    def frame(grow: float) -> Frame:
        codes = picture(grow).astype(np.uint16) * 3 + 64
        return Frame(codes, 0, 0.0, bits=10, transfer=transfer, limited=True)

    tele = frame(1.2)
    known = ObjectTrack(
        reference=reference_from(tele), place=Similarity(4.0 + 0j), sharpness=1.0, is_peak=True, longest=4.0
    )
    as_now = eight_bits_of(reference_from(tele).light, tele)
    assert np.abs(as_now.astype(int) - eight_bits(tele)).max() <= 1
    _, reading = track_object(known, tele)
    assert reading.against is not None
    assert abs(reading.against.ratio - 1.0) < 0.003


def test_a_chosen_part_is_kept_to_at_every_zoom() -> None:
    """Tiles lie where the part of the first picture has grown to; the drawn scene grows from its middle."""
    part = Region(250.0, 140.0, 330.0, 200.0)
    known: ObjectTrack | None = ObjectTrack(region=part)
    for index, (grow, blur) in enumerate([*IN, *SWEEP]):
        known, reading = track_object(known, Frame(picture(grow, blur=blur), index, index / 25))
    assert reading.object is not None
    assert reading.frequency_cy_px
    grown = part.through(Similarity(4.0 + 0j), 640, 360)
    half = reading.object.tiles[0].side_px / 2
    for tile in reading.object.tiles:
        assert grown.left_px - 2 < tile.x_px - half
        assert tile.x_px + half < grown.right_px + 2
        assert grown.top_px - 2 < tile.y_px - half
        assert tile.y_px + half < grown.bottom_px + 2


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Region(5000.0, 5000.0, 5100.0, 5100.0), "5000,5000,100x100 is not within the picture of 640 x 360"),
        (Region(600.0, 0.0, 700.0, 100.0), "600,0,100x100 is not within the picture of 640 x 360"),
        (Region(0.0, 0.0, 0.0, 0.0), "0 x 0 pixels is too small"),
        (Region(0.0, 0.0, 300.0, 3.0), "300 x 3 pixels is too small"),
    ],
)
def test_a_part_beside_the_picture_or_too_small_is_refused(part: Region, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        track_object(ObjectTrack(region=part), Frame(picture(0.5), 0, 0.0))


def test_a_camera_that_looks_past_the_chosen_part_is_no_fault_of_the_program() -> None:
    """The scene grows eight times from its middle: a part at its corner is far outside then."""
    known: ObjectTrack | None = ObjectTrack(region=Region(0.0, 0.0, 60.0, 60.0))
    for index, grow in enumerate(np.geomspace(0.3, 2.4, 16)):
        known, reading = track_object(known, Frame(picture(float(grow)), index, index / 25))
    known, reading = track_object(known, Frame(picture(2.4), 16, 2.0))
    assert reading.object is not None
    assert reading.object.quality is None


def test_a_part_that_is_pointed_at_is_where_it_was_in_the_first_picture() -> None:
    known: ObjectTrack | None = None
    for index, (grow, blur) in enumerate(IN):
        known, _ = track_object(known, Frame(picture(grow, blur=blur), index, index / 25))
    assert known is not None
    pointed = chosen_at(known, 0.7, 0.5, 640, 360)
    assert pointed.region is not None
    # four times as large now: what is 128 px right of the middle was 32 px right of it
    middle = (pointed.region.left_px + pointed.region.right_px) / 2
    assert abs(middle - (319.5 + (0.7 * 640 - 319.5) / 4)) < 0.5
    assert abs(pointed.region.right_px - pointed.region.left_px - 0.4 * 640 / 4) < 1.0
    known, reading = track_object(pointed, Frame(picture(1.2), 20, 0.9))
    assert reading.object is not None
    assert reading.object.quality is not None
    # and the reading says so before anything of it is measured, for a page that is opened again
    assert not reading.object.tiles
    now = known.followed.place
    shown = pointed.region.through(now, 640, 360)
    assert abs(reading.object.x_px - ((shown.left_px + shown.right_px) / 2 - 0.5)) < 0.1
    assert abs(reading.object.width_px - 0.1 * 640 * now.ratio) < 1.0


def test_pointing_chooses_the_object_but_no_star_in_view_gives_way_to_it() -> None:
    frame = Frame(picture(0.5))
    pointed = pointed_at(Track(), frame, 0.25, 0.5)
    assert pointed.object is not None
    region = pointed.object.region
    assert region is not None
    assert (region.left_px, region.right_px) == pytest.approx((0.05 * 640, 0.45 * 640))
    assert (region.top_px, region.bottom_px) == pytest.approx((0.3 * 360, 0.7 * 360))
    with_star = Track(star=Star(320.0, 180.0, 100.0, 36))
    assert pointed_at(with_star, frame, 0.25, 0.5) is with_star
