import math
import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfocus.errors import UsageError
from backfocus.sim.settings import KEYS, SimSettings, parse_sim, sim_settings

PAGE = Path(__file__).parents[2] / "docs" / "virtual_camera.md"


def test_an_address_is_one_camera():
    settings = parse_sim(
        "sim://?delta_um=40&seed=7&zoom=10&noise=0.02&w040=0.3,0.9&hand=slow&size=1280x720&fps=50"
    )
    assert settings.delta_um == 40.0
    assert settings.seed == 7
    assert settings.w040 == (0.3, 0.9)
    assert (settings.width_px, settings.height_px, settings.fps) == (1280, 720, 50.0)
    assert settings.hand == "slow"
    assert settings.tele_mm == 78.0
    assert parse_sim("sim://?wide_mm=24&zoom=10").tele_mm == 240.0


def test_the_same_address_gives_the_same_camera_and_another_seed_another():
    assert parse_sim("sim://?seed=5") == parse_sim("sim://?seed=5")
    assert parse_sim("sim://?seed=5").delta_um != parse_sim("sim://?seed=6").delta_um


def test_what_is_drawn_stays_in_the_range_of_the_challenge():
    drawn = [sim_settings(seed=seed) for seed in range(200)]
    assert all(-80 <= settings.delta_um <= 80 for settings in drawn)
    assert all(0.3 <= waves <= 1.0 for settings in drawn for waves in settings.w040)
    assert len({settings.delta_um for settings in drawn}) > 190


def test_a_value_given_leaves_the_other_draws_alone():
    assert sim_settings(seed=5, delta_um=10.0).w040 == sim_settings(seed=5).w040


def test_the_ramp_ends_at_the_tele_end():
    assert parse_sim("sim://?zoom=20").f_numbers == ((7.8, 1.8), (108.0, 1.8), (156.0, 2.6))
    short = parse_sim("sim://?zoom=3").f_numbers
    assert [focal for focal, _ in short] == pytest.approx([7.8, 23.4])
    assert [number for _, number in short] == [1.8, 1.8]
    assert parse_sim("sim://?f_number=2.8&zoom=10").f_numbers == ((78.0, 2.8),)


def test_a_real_sensor_is_named_part_by_part():
    settings = parse_sim("sim://?sensor=bayer&demosaic=bilinear&olpf=0.7&scale=1.5&sharpen=0.5")
    assert (settings.sensor, settings.demosaic) == ("bayer", "bilinear")
    assert (settings.olpf, settings.scale, settings.sharpen) == (0.7, 1.5, 0.5)
    assert not settings.ideal
    assert parse_sim("sim://?sensor=mono&olpf=0&scale=1&skip=1&eis=off&shutter=global").ideal


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("demosaic=bilinear", "sensor=bayer"),
        ("demosaic=bilinear&sensor=three-chip", "sensor=bayer"),
        ("skip=3&scale=1.5", "scale"),
        ("skip=3&olpf=0.7", "olpf"),
        ("scale=1.5&sharpen=0.5&nr=0.5", "at most two"),
        ("sharpen=0.5&nr=0.5&eis=on", "at most two"),
        ("scale=3", "2"),
        ("olpf=-1", "0"),
        ("skip=0", "1"),
        ("sensor=film", "bayer"),
    ],
)
def test_what_no_camera_has_together_is_refused_in_words(query, names):
    with pytest.raises(UsageError, match="sim://") as raised:
        parse_sim("sim://?" + query)
    assert names in str(raised.value)


def test_interlace_may_be_asked_for_in_three_ways():
    assert parse_sim("sim://?interlaced=1").interlaced == "top"
    assert parse_sim("sim://?interlaced=bottom").interlaced == "bottom"
    assert parse_sim("sim://?interlaced=0").interlaced is None


@pytest.mark.parametrize("address", ["sim://", "sim://?", "sim:"])
def test_nothing_given_is_a_camera_too(address):
    assert parse_sim(address).seed == 1


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("sim://?colour=1", "delta_um"),
        ("sim://?delta_um=far", "-400"),
        ("sim://?delta_um=nan", "-400"),
        ("sim://?hand=left", "wrong-ring"),
        ("sim://?zoom=40", "30"),
        ("sim://?size=big", "1920x1080"),
        ("sim://?size=641x480", "even"),
        ("sim://?seed=-1", "whole"),
        ("sim://?f_number=zero", "f-number"),
        ("sim://?w040=1,2,3", "tele,wide"),
        ("sim://?seed=1&seed=2", "twice"),
        ("sim://?seed", "key=value"),
        ("sim://?clipped=maybe", "yes"),
        ("rtsp://?seed=1", "sim://"),
    ],
)
def test_rubbish_is_named_in_one_line_with_what_can_be_meant(address, names):
    with pytest.raises(UsageError) as raised:
        parse_sim(address)
    assert names in str(raised.value)
    assert "\n" not in str(raised.value)


@given(st.text(max_size=30))
def test_no_text_breaks_it(text):
    try:
        settings = parse_sim("sim://?" + text)
    except UsageError:
        return
    assert math.isfinite(settings.delta_um)


def test_an_unknown_setting_from_python_is_a_wrong_call():
    with pytest.raises(ValueError, match="not a setting"):
        sim_settings(colour=1)


def test_every_setting_has_a_value():
    settings = sim_settings()
    assert all(
        getattr(settings, field.name) is not None
        for field in fields(SimSettings)
        if field.name not in ("interlaced", "tele_residual_um", "scene")
    )


def test_the_page_tells_every_key():
    told = set(re.findall(r"`([a-z0-9_]+)(?:=[^`]*)?`", PAGE.read_text(encoding="utf-8")))
    assert set(KEYS) <= told
