"""One table for every flag; what motion and codecs do to r is held against pictures of a lens in focus."""

import re
from pathlib import Path

import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.measure.reading import Flag, Reading
from backfocus.measure.track import track
from backfocus.optics.lens import Optics
from backfocus.solve.defocus import defocus
from backfocus.solve.remarks import REMARKS, at_tele, borne
from backfocus.solve.verdict import SOFT_PICTURE_FACTOR

from ..oracles.camera_codes import codes
from ..oracles.coded import coded
from ..oracles.star_picture import Scene, light, noisy
from ..oracles.transfer import CUT_OFF, hopkins

OPTICS = Optics(5.0, ((0.0, 1.8),))


def in_focus(motion_px: float = 0.0) -> list:
    """The star as large as at wide, seen by a perfect lens in focus, with a grain of 1 %."""
    scene = Scene(rows=240, columns=320, y_px=118.8, radius_px=77.0, white=0.75)
    sharp = light(scene, hopkins(0.0, CUT_OFF["f/1.8, 5 um"]), (motion_px, 0.0))
    return [codes(noisy(sharp, 0.01, seed), transfer="bt709", bits=8, limited=True) for seed in range(3)]


def doubled() -> list:
    (picture,) = in_focus()[:1]
    picture[1::2] = picture[::2]
    return [picture]


@pytest.mark.parametrize(
    ("pictures", "flag"),
    [
        (lambda: in_focus(3.0), Flag.MOVING),
        (lambda: in_focus(4.5), Flag.MOVING),
        (lambda: coded(in_focus(), "libx264", crf="40"), Flag.COMPRESSED),
        (lambda: coded(in_focus(), "mjpeg", qmin="31", qmax="31"), Flag.COMPRESSED),
        (doubled, Flag.INTERLACED),
    ],
)
def test_what_softens_a_lens_in_focus_is_flagged_and_never_reads_as_a_sure_error(pictures, flag):
    reading = track(None, Frame(pictures()[-1], transfer="bt709", limited=True))[1]
    assert flag in reading.flags
    assert REMARKS[flag].effect in ("too soft", "camera soft")
    um = defocus(reading, OPTICS, ratio=0.0).um
    assert OPTICS.half_depth_um() < um < SOFT_PICTURE_FACTOR * OPTICS.half_depth_um()


def crushed() -> list:
    (picture,) = in_focus()[:1]
    return [np.where(picture < 75, 16, picture).astype(np.uint8)]


def of_bits(bits: int) -> list:
    (picture,) = in_focus()[:1]
    return [(picture >> (8 - bits)) << (8 - bits)]


@pytest.mark.parametrize(
    ("pictures", "flags"),
    [
        (in_focus, set()),
        (crushed, {Flag.CRUSHED}),
        (lambda: of_bits(1), {Flag.FEW_SHADES}),
        (lambda: of_bits(2), {Flag.FEW_SHADES}),
    ],
)
def test_shades_that_are_missing_are_named_for_what_they_are(pictures, flags):
    reading = track(None, Frame(pictures()[0], transfer="bt709", limited=True))[1]
    assert reading.flags & {Flag.CRUSHED, Flag.FEW_SHADES, Flag.CLIPPED} == flags


@pytest.mark.parametrize("flag", list(Flag))
def test_every_flag_says_what_is_so_and_what_to_do(flag):
    remark = REMARKS[flag]
    assert remark.what[0].islower() or remark.what.startswith("MTF")
    assert not remark.what.endswith(".")
    assert remark.cure.endswith((".", ")", "?"))


def test_the_manual_lists_what_is_said_of_every_flag():
    manual = (Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (.+?) \| (.*)\|$", manual, re.MULTILINE)
    told = {Flag(name): (what, cure, effect.strip() or "none") for name, what, cure, effect in rows}
    assert told == {flag: (each.what, each.cure, each.effect) for flag, each in REMARKS.items()}


@pytest.mark.parametrize(("times", "counts"), [(0, False), (4, False), (5, True), (9, True)])
def test_a_flag_counts_where_half_of_the_pictures_carry_it(times, counts):
    readings = [Reading(at, None, frozenset({Flag.MOVING} if at < times else ())) for at in range(9)]
    assert borne(readings) == ({Flag.MOVING} if counts else set())


def test_flags_that_change_nothing_do_not_count():
    assert borne([Reading(0, None, frozenset({Flag.CROPPED, Flag.ABOVE_NYQUIST}))]) == set()


def test_at_tele_a_soft_picture_only_widens_the_interval():
    assert at_tele(frozenset({Flag.MOVING, Flag.CLIPPED, Flag.OTHER_CURVE})) == {
        Flag.CLIPPED,
        Flag.OTHER_CURVE,
    }
