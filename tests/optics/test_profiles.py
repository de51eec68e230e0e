"""Profiles: every number has a source, wrong names and wrong files are told in one line."""

import math
import re
from dataclasses import fields

import pytest

from backfocus.errors import UsageError
from backfocus.optics.profiles import (
    NO_SOURCE,
    camera,
    cameras,
    lens,
    lenses,
    matching,
    mount,
    mounts,
    optics_for,
    pixel_um,
)

OWN = """
[[lens]]
name = "My-Zoom"
title = "mine"
wide_mm = 10
tele_mm = 100
f_numbers = 2.8
kind = "front-focus"
back_focus_ring = true
source.wide_mm = "engraved"

[[camera]]
name = "b4-hd"
title = "my own reading of it"
pixel_um = 5.01
width_px = 1920
height_px = 1080
"""


@pytest.mark.parametrize("profile", [*cameras(), *lenses(), *mounts()], ids=lambda profile: profile.name)
def test_every_packaged_number_has_a_source(profile):
    numbers = {
        field.name
        for field in fields(profile)
        if isinstance(getattr(profile, field.name), int | float | tuple)
    } - {"back_focus_ring", "sources"}
    told = dict(profile.sources)
    assert set(told) == numbers
    assert NO_SOURCE not in told.values()


def test_packaged_mounts_are_known():
    known = {each.name for each in mounts()}
    assert {each.mount for each in (*cameras(), *lenses())} - {None} <= known


def test_what_the_first_users_need_is_there():
    assert {"b4-hd", "b4-uhd", "ptz-uhd", "s35-uhd", "cs-box"} <= {each.name for each in cameras()}
    assert {"canon-cj20ex7.8b", "ptz-4.4-88", "cs-2.8-12"} <= {each.name for each in lenses()}
    assert {"b4", "pl", "ef", "e", "c", "cs", "mft"} <= {each.name for each in mounts()}


def test_flange_distances_agree_with_each_other():
    # A C lens fits a CS camera over a 5 mm ring: known without either figure. Exact but for rounding.
    assert mount("c").flange_mm - mount("cs").flange_mm == pytest.approx(5.0, abs=1e-9)


def test_sensor_widths_are_those_of_their_formats():
    # 2/3 inch 16:9 is 9.6 x 5.4 mm at every pixel count: exact.
    for name in ("b4-hd", "b4-uhd"):
        assert camera(name).pixel_um * camera(name).width_px == pytest.approx(9600)
        assert camera(name).pixel_um * camera(name).height_px == pytest.approx(5400)
    # 1/2.5 inch: diagonal 7.2 mm for the whole sensor, of which UHD is 99 % each way.
    ptz = camera("ptz-uhd")
    assert ptz.pixel_um * (ptz.width_px**2 + ptz.height_px**2) ** 0.5 == pytest.approx(7200, rel=0.015)


def test_design_depths_of_focus_from_the_profiles():
    lens_b4 = lens("canon-cj20ex7.8b")
    assert optics_for(camera("b4-hd"), lens_b4).half_depth_um(0.05) == pytest.approx(9.0)  # exact: 1.8 x 5
    assert optics_for(camera("b4-uhd"), lens_b4).half_depth_um(0.05) == pytest.approx(4.5)
    # Diffraction rules: 2 x 0.55 x 3.8^2 = 15.88, in the design "16".
    assert optics_for(camera("ptz-uhd"), lens("ptz-4.4-88")).half_depth_um() == pytest.approx(15.88, abs=0.01)


@pytest.mark.parametrize("known", cameras(), ids=lambda known: known.name)
def test_a_pixel_is_the_width_of_the_sensor_over_that_of_the_picture(known):
    told = re.match(r"([\d.]+) mm over (\d+) pixels", dict(known.sources)["pixel_um"])
    if told is None:
        pytest.skip("its source gives the pixel itself")
    assert int(told[2]) == known.width_px
    # The profile is rounded to a thousandth of a micrometre, which at 2 um is a part in 4000.
    assert known.pixel_um == pytest.approx(1000.0 * float(told[1]) / known.width_px, rel=3e-4)


def test_there_is_a_choice():
    assert len(cameras()) >= 40
    assert len(lenses()) >= 30


@pytest.mark.parametrize(("words", "first"), [("sony fx3", "sony-fx3-uhd"), ("FX-3", "sony-fx3-uhd")])
def test_cameras_are_found_by_any_words_of_theirs(words, first):
    assert [each.name for each in matching(words, cameras()) if "fx30" not in each.name] == [first]


def test_no_words_fit_all_and_signs_fit_none():
    assert matching("", cameras()) == cameras()
    assert matching("--", cameras()) == ()


def test_the_pixel_of_a_camera_that_is_not_listed():
    assert pixel_um(36.0, 3840) == 9.375  # exact
    for sensor_mm, picture_px in ((3840, 36), (0, 1920), (36, 0), (math.nan, 1920)):
        with pytest.raises(UsageError, match=r"not understood|no sensor is|no picture is"):
            pixel_um(sensor_mm, picture_px)


def test_names_are_found_in_any_case():
    assert lens("Canon-CJ20ex7.8B") == lens("canon-cj20ex7.8b")


@pytest.mark.parametrize(
    ("look_up", "wrong", "nearest"),
    [(camera, "b5-hd", "b4-hd"), (lens, "canon-cj20ex8.7b", "canon-cj20ex7.8b"), (mount, "b5", "b4")],
)
def test_an_unknown_name_brings_the_nearest(look_up, wrong, nearest):
    with pytest.raises(UsageError, match=f"the nearest is '{nearest}'"):
        look_up(wrong)


def test_a_name_that_is_like_none_brings_no_other_camera():
    with pytest.raises(UsageError, match="may not be listed") as refused:
        camera("HDC-3500")  # a broadcast camera, and none of these
    assert "nearest" not in str(refused.value)
    with pytest.raises(UsageError, match=r"size of its sensor \(.*full-frame-uhd.*mft-uhd") as refused:
        camera("sony-a7")  # another Sony's pixel would be a wrong answer
    assert "nearest" not in str(refused.value)
    assert matching("hdc", cameras()) == (), "not the end of one word and the start of the next: UHD Canon"
    assert matching("venice2", cameras()) == matching("venice 2", cameras()) != ()


@pytest.mark.parametrize("words", ["cj20ex7.8", "CJ20 EX7.8B", "cj20"])
def test_part_of_a_name_brings_those_it_fits(words):
    with pytest.raises(UsageError, match=r"these fit: canon-cj20ex7\.8b"):
        lens(words)


def test_a_folder_of_ones_own_adds_and_wins(tmp_path):
    (tmp_path / "mine.toml").write_text(OWN, "utf-8")
    own = lens("my-zoom", tmp_path)
    assert own.f_numbers == ((0.0, 2.8),)
    assert own.near_m is None
    assert own.k == pytest.approx(0.1)
    assert dict(own.sources)["wide_mm"] == "engraved"
    assert dict(own.sources)["tele_mm"] == NO_SOURCE
    assert camera("b4-hd", tmp_path).pixel_um == 5.01
    assert camera("b4-hd").pixel_um == 5.0
    assert len(cameras(tmp_path)) == len(cameras())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("wide_mm = 10", ""), "wide_mm is missing"),
        (("wide_mm = 10", 'wide_mm = "10"'), "wide_mm must be a number"),
        (("wide_mm = 10", "wide_mm = 200"), "wide_mm must be below"),
        (("f_numbers = 2.8", 'f_numbers = "fast"'), "'fast' is not an f-number"),
        (("f_numbers = 2.8", 'f_numbers = "2@10,3@90"'), "must end at tele_mm"),
        (('"front-focus"', '"prime"'), "kind must be one of"),
        (("back_focus_ring = true", 'back_focus_ring = "yes"'), "true or false"),
        (('name = "My-Zoom"', ""), "name is missing"),
        (('title = "mine"', 'titel = "mine"'), "title is missing"),
        (('title = "mine"', 'title = "mine"\nweight_kg = 2'), "weight_kg is not a field"),
        (('source.wide_mm = "engraved"', 'source = "engraved"'), "write sources as"),
        (("[[lens]]", "[lens]"), "under a line"),
        (("[[lens]]", "[[lens"), "is not a TOML file"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path, change, told):
    (tmp_path / "mine.toml").write_text(OWN.replace(*change), "utf-8")
    with pytest.raises(UsageError, match=told) as caught:
        lenses(tmp_path)
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        lenses(tmp_path)
