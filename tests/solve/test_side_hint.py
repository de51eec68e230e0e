"""Colours hint at the side: stars through prysm's pupil at three wavelengths, as video codes."""

from functools import cache

import cv2
import numpy as np
import pytest

from backfocus.frame import Frame, fields
from backfocus.measure.track import Track, track
from backfocus.optics.lens import Optics
from backfocus.sim.sensor import bt709
from backfocus.solve.side_hint import ColourGap, colour_gap, side_hint

from ..oracles.pupil import pupil_transfer
from ..oracles.star_picture import Scene, light

OPTICS = Optics(5.0, ((0.0, 1.8),))
SCENE = Scene(rows=200, columns=200, x_px=100.3, y_px=98.8, radius_px=84.0, cycles=24, black=0.04, white=0.7)
WAVELENGTHS_UM = (0.61, 0.55, 0.46)


@cache
def lens(r_um, w040_um, wavelength_um):
    waves = r_um / (8.0 * wavelength_um * 1.8**2), w040_um / wavelength_um
    return lambda f: pupil_transfer(f, *waves, f_number=1.8, pixel_um=5.0, wavelength_um=wavelength_um)


def frame(r_um, apart_um, *, w040_um=0.0, noise=0.01, seed=1, **more):
    """BT.709 codes, colour at half the size: red is focused `apart_um` further from the lens than blue."""
    rng = np.random.default_rng(seed)
    offsets = (-apart_um / 2.0, 0.0, apart_um / 2.0)
    red, green, blue = (
        bt709(light(SCENE, lens(r_um + off_um, w040_um, wave_um)).astype(float))
        + noise * rng.standard_normal((200, 200))
        for off_um, wave_um in zip(offsets, WAVELENGTHS_UM, strict=True)
    )
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    chroma = tuple(
        np.rint(128 + 224 * cv2.resize(difference, (100, 100), interpolation=cv2.INTER_AREA)).astype(np.uint8)
        for difference in ((blue - luma) / 1.8556, (red - luma) / 1.5748)
    )
    codes = np.clip(np.rint(16 + 219 * luma), 1, 254).astype(np.uint8)
    return Frame(codes, transfer="bt709", limited=True, chroma=chroma, **more)


def gap_of(*seen):
    return colour_gap([track(Track(colours=True), each)[1] for each in seen], OPTICS, 1.0)


@pytest.mark.parametrize(("r_um", "apart_um"), [(-40.0, 10.0), (25.0, 10.0), (-14.0, -6.0), (40.0, -6.0)])
def test_the_gap_is_how_far_red_and_blue_are_apart(r_um, apart_um) -> None:
    # near focus grain moves the gap of one picture by 0.9 um, the median of seven by 0.4
    gap = gap_of(*(frame(r_um, apart_um, seed=seed) for seed in range(1, 8)))
    # a hint needs the side and about the size: 1 um that aberrations cost, 0.3 of what noise and codes leave
    assert gap.um == pytest.approx(np.sign(r_um) * apart_um, abs=1.0 + 0.3 * abs(apart_um))
    assert side_hint(gap, apart_um) == ("far" if r_um > 0 else "near")


@pytest.mark.parametrize("r_um", [-40.0, 25.0])
def test_spherical_aberration_turns_no_hint_over(r_um) -> None:
    # 0.4 um of W040 draws best focus some 10 um towards the lens: both lie clear of it
    assert side_hint(gap_of(frame(r_um, 8.0, w040_um=0.4)), 8.0) == ("far" if r_um > 0 else "near")


def test_grey_pictures_fields_and_focus_give_no_hint() -> None:
    grey = np.full((100, 100), 128, np.uint8)
    plain = frame(30.0, 10.0)
    for seen in (
        Frame(plain.luma, transfer="bt709", limited=True, chroma=(grey, grey)),
        Frame(plain.luma, transfer="bt709", limited=True),
        fields(frame(30.0, 10.0, interlaced="top"))[0],
        frame(0.0, 10.0),
    ):
        assert gap_of(seen) is None
    assert side_hint(None, 10.0) is None


def test_colour_is_read_only_where_asked_for() -> None:
    assert track(None, frame(30.0, 10.0))[1].colours is None


@pytest.mark.parametrize(
    ("um", "hint"), [(8.0, "far"), (-8.0, "near"), (2.0, None), (4.0, None), (25.0, None)]
)
def test_a_gap_unlike_the_lens_is_no_hint(um, hint) -> None:
    assert side_hint(ColourGap(um, 1.0), 10.0) == hint
