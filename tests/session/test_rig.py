"""One resolver for every face: what may be said, what wins over what, and what it amounts to."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.errors import UsageError
from backfocus.measure.edge.measurement import Region
from backfocus.optics.lens import Optics
from backfocus.optics.profiles import camera, lens
from backfocus.session.rig import (
    NAMES,
    NOTHING_SAID,
    OF_THE_CAMERA,
    OF_THE_LENS,
    RigOptions,
    layered,
    over,
    resolve,
    rig_options,
)

SAID = {
    "source": ["clip.mp4", "rtsp://192.0.2.1/a"],
    "camera": ["b4-hd", "b4-uhd"],
    "camera_id": ["FX9 4K50", "FX9 HD"],
    "lens": ["canon-cj20ex7.8b", "fujinon-cabrio-19-90"],
    "pixel_um": [2.5, 5.0],
    "f_number": ["1.8", "1.8@7.8-108,2.6@156"],
    "wavelength_um": [0.45, 0.6],
    "extender": [1.4, 2.0],
    "transfer": ["srgb", "slog3"],
    "range": ["full", "limited"],
    "target": ["star", "edge"],
    "region": ["1,2,30x40"],
    "no_ring": [True, False],
    "shims": ["10,30", ""],
    "um_per_degree": [1.5, 3.0],
    "red_blue_um": [-3.0, 8.0],
    "max_megapixels": [33.0],
}
anything = st.fixed_dictionaries({}, optional={name: st.sampled_from(SAID[name]) for name in SAID}).map(
    rig_options
)


def test_every_option_has_a_reader_and_an_example() -> None:
    assert set(SAID) == set(NAMES) == {each.name for each in fields(RigOptions)}


@given(anything)
def test_what_is_said_twice_is_said_once_and_nothing_changes_nothing(options: RigOptions) -> None:
    assert over(options, options) == over(options, NOTHING_SAID) == over(NOTHING_SAID, options) == options


@given(anything, anything)
def test_what_is_said_above_always_holds(upper: RigOptions, lower: RigOptions) -> None:
    both = over(upper, lower)
    for name in NAMES:
        if getattr(upper, name) is not None:
            assert getattr(both, name) == getattr(upper, name)
        else:
            assert getattr(both, name) in (None, getattr(lower, name))


@pytest.mark.parametrize("group", [OF_THE_CAMERA, OF_THE_LENS])
def test_another_camera_or_lens_leaves_out_what_is_said_of_the_first(group: tuple[str, ...]) -> None:
    first, other = SAID[group[0]]
    filed = rig_options({name: SAID[name][0] for name in NAMES})
    same, changed = (over(rig_options({group[0]: name}), filed) for name in (first, other))
    assert same == filed
    for name in NAMES:
        dropped = name in group[1:]
        assert getattr(changed, name) == (
            None if dropped else getattr(same, name) if name != group[0] else other
        )


def test_a_number_by_hand_wins_over_a_profile() -> None:
    rig = resolve(rig_options({"camera": "B4-HD", "lens": "canon-cj20ex7.8b", "f_number": 2}))
    glass = lens("canon-cj20ex7.8b")
    assert rig.camera == camera("b4-hd").name
    assert rig.optics == Optics(camera("b4-hd").pixel_um, ((0.0, 2.0),))
    assert rig.zoom_ratio == pytest.approx(glass.tele_mm / glass.wide_mm)
    assert rig.setup.back_focus_ring is glass.back_focus_ring is rig.adjusters.back_focus_ring


def test_an_extender_makes_lens_and_f_number_longer_by_its_factor() -> None:
    ramp = {"pixel_um": 5.0, "f_number": "1.8@7.8-108,2.6@156"}
    plain, longer = (resolve(rig_options({**ramp, "extender": factor})).optics for factor in (1, 2))
    assert plain is not None
    assert longer is not None
    # the entrance pupil stays: both the focal length and the f-number double
    assert longer.f_numbers == tuple((2 * mm, 2 * number) for mm, number in plain.f_numbers)


def test_the_virtual_camera_tells_its_own_optics_and_an_option_wins() -> None:
    address = "sim://?pixel_um=4&f_number=2.2"
    assert resolve(rig_options({"source": address})).optics == Optics(
        4.0,
        resolve(rig_options({"source": address})).optics.f_numbers,  # type: ignore[union-attr]
    )
    told = resolve(rig_options({"source": address, "pixel_um": 3.0, "f_number": 1.8})).optics
    assert told == Optics(3.0, ((0.0, 1.8),))


@pytest.mark.parametrize(
    ("half", "missing"), [({"pixel_um": 5.0}, "f_number or lens"), ({"f_number": 1.8}, "pixel_um or camera")]
)
def test_half_of_what_micrometres_need_is_refused_or_gives_none(half: dict[str, float], missing: str) -> None:
    with pytest.raises(UsageError, match=missing):
        resolve(rig_options(half))
    assert resolve(rig_options(half), half_is_wrong=False).optics is None


def test_a_ring_is_as_the_profile_says_unless_said_otherwise() -> None:
    for said, ring in ((None, True), (True, False), (False, True)):
        assert resolve(rig_options({"no_ring": said})).back_focus_ring is ring


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("pixel_um", 0.1, 100.0),
        ("wavelength_um", 0.2, 2.0),
        ("extender", 1.0, 4.0),
        ("um_per_degree", 0.01, 1000.0),
        ("red_blue_um", -100.0, 100.0),
        ("max_megapixels", 0.01, 10_000.0),
        ("shims", 0.1, 5000.0),
    ],
)
def test_numbers_keep_to_their_limits(name: str, low: float, high: float) -> None:
    for value in (low, high, np.float32(high), int(high)):
        assert getattr(rig_options({name: value}), name) in (float(value), (float(value),))
    outside = (
        np.nextafter(low, -np.inf),
        np.nextafter(high, np.inf),
        math.nan,
        math.inf,
        True,
        "much",
        object(),
    )
    for value in outside:
        with pytest.raises(UsageError, match=name):
            rig_options({name: value})


@pytest.mark.parametrize("text", ["10,30,50", "10 30 50", " 10, 30 ,50.0 ", (10, 30, 50), [10.0, "30", 50]])
def test_shims_are_spelt_the_same_in_every_face(text: object) -> None:
    assert rig_options({"shims": text}).shims == (10.0, 30.0, 50.0)


@pytest.mark.parametrize("text", ["thin", "10;30", "10,,x", "-10", [10, None], [[10]], "1 " * 51, b"10"])
def test_shims_that_are_none_are_refused(text: object) -> None:
    with pytest.raises(UsageError, match="shims"):
        rig_options({"shims": text})


@pytest.mark.parametrize("region", ["400,300,120x160", " 400 , 300, 120X160", (400, 300, 120, 160)])
def test_a_region_makes_an_edge_the_target(region: object) -> None:
    track = resolve(rig_options({"region": region})).track
    assert (track.want, track.region) == ("edge", Region(400, 300, 120, 160))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region", "1,2,3"),
        ("region", (1, 2, 3)),
        ("region", (1.5, 2, 3, 4)),
        ("region", "9" * 5000 + ",0,1x1"),
        ("f_number", "zero"),
        ("f_number", math.nan),
        ("f_number", True),
        ("transfer", "log-something"),
        ("range", "tv"),
        ("target", "poster"),
        ("no_ring", "yes"),
        ("source", ""),
        ("source", 5),
        ("camera", "x" * 3000),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=name) as refused:
        rig_options({name: value})
    assert len(str(refused.value)) < 400, "an error is a line, not the whole of what was given"


def test_a_profile_that_is_not_known_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="b4-hd"):
        resolve(rig_options({"camera": "b5-hd"}))


def test_layers_are_laid_over_one_another_from_the_lowest() -> None:
    low, middle, high = (rig_options({"pixel_um": um}) for um in (3.0, 4.0, 5.0))
    assert layered([low, middle, high]) == high
    assert layered([low, replace(middle, pixel_um=None)]) == low


@pytest.mark.parametrize(
    "name", ["pixel_um", "wavelength_um", "extender", "f_number", "max_megapixels", "shims"]
)
def test_a_whole_number_of_hundreds_of_digits_is_refused_like_any_other(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        rig_options({name: 10**5000})
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("size_px", "pixel_um"),
    [
        ((1920, 1080), 5.0),
        ((960, 540), 10.0),  # a proxy or a sub-stream: 9.6 mm over 960 pixels
        ((1280, 720), 7.5),
        ((540, 960), 10.0),  # filmed upright
        ((3840, 2160), 2.5),
        ((1440, 1080), 5.0),  # squeezed: as high as ever
        ((2048, 1080), 5.0),  # a wider window of the sensor
        (None, 5.0),
    ],
)
def test_a_profile_gives_the_pixel_of_the_picture_that_comes(
    size_px: tuple[int, int] | None, pixel_um: float
) -> None:
    rig = resolve(RigOptions(camera="b4-hd", f_number="2"))
    optics = rig.fitted(size_px).optics
    assert optics is not None
    assert optics.pixel_um == pytest.approx(pixel_um)
    assert rig.fitted(size_px).fitted(size_px) == rig.fitted(size_px)
    words = rig.fitted_words(size_px)
    assert bool(words) == (pixel_um != 5.0)
    assert not words or f"{pixel_um:g} um" in words


@pytest.mark.parametrize("said", [{"pixel_um": 5.0}, {"source": "sim://?delta_um=0"}])
def test_a_pixel_given_for_the_picture_stays(said: dict[str, object]) -> None:
    rig = resolve(rig_options({"camera": "b4-hd", "f_number": 2, **said}))
    assert rig.fitted((960, 540)) == rig
    assert rig.fitted_words((960, 540)) == ""
