"""A scene followed through zooms, blur, people and cuts that are known because the test draws them.

The scene is noise of many octaves, so there is detail at every zoom; it is laid on the picture by OpenCV's
warp of a version made small by area, so that nothing folds down.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from backfocus.frame import Frame
from backfocus.measure.object.follow import Followed, follow

Luma8 = NDArray[np.uint8]
SIZE = 640, 360


@lru_cache
def scene(seed: int = 0) -> Luma8:
    rng = np.random.default_rng(seed)
    total = np.zeros((1440, 2560), np.float32)
    for octave in range(2, 10):
        coarse = rng.normal(size=(1440 // 2**octave + 2, 2560 // 2**octave + 2)).astype(np.float32)
        total += cv2.resize(coarse, (2560, 1440), interpolation=cv2.INTER_CUBIC) * 1.15**octave
    return np.asarray(np.clip(128 + 22 * total / total.std() * 1.5, 4, 250), np.uint8)


def picture(grow: float, x: float = 0.0, y: float = 0.0, blur: float = 0.0, seed: int = 0) -> Luma8:
    """The scene `grow` times as large as its own pixels, its middle that far off the picture's."""
    sharp = cv2.GaussianBlur(scene(seed), (0, 0), max(0.5 * math.sqrt(max(grow**-2 - 1.0, 0.0)), 0.01))
    rows, columns = sharp.shape
    to = np.array(
        [
            [grow, 0, (SIZE[0] - 1) / 2 + x - grow * (columns - 1) / 2],
            [0, grow, (SIZE[1] - 1) / 2 + y - grow * (rows - 1) / 2],
        ]
    )
    laid = cv2.warpAffine(sharp, to, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(cv2.GaussianBlur(laid, (0, 0), blur) if blur else laid, np.uint8)


def followed(pictures: Iterator[Luma8] | list[Luma8]) -> list[Followed]:
    known, seen = None, []
    for index, luma in enumerate(pictures):
        known = follow(known, Frame(luma, index, index / 25))
        seen.append(known)
    return seen


@pytest.mark.parametrize(("first", "last"), [(2.0, 0.25), (0.25, 2.0)])
def test_the_scale_holds_to_half_a_per_cent_through_a_zoom_of_eight_times(first: float, last: float) -> None:
    grow = np.geomspace(first, last, 50)
    rng = np.random.default_rng(3)
    shake = rng.normal(0, 1.0, (50, 2))
    seen = followed([picture(float(each), *map(float, off)) for each, off in zip(grow, shake, strict=True)])
    off = [each.ratio / (now / first) - 1.0 for each, now in zip(seen, grow, strict=True)]
    assert all(each.state == "held" for each in seen)
    assert np.abs(off).max() < 0.005  # asked for over ten times
    assert seen[25].zooms
    # where the first picture's middle lies: shake, grown; a pixel is what a quarter of the width tells of it
    grown = last / first
    assert seen[-1].place.move == pytest.approx(
        complex(*shake[-1]) - grown * complex(*shake[0]), abs=1.0 + 0.005 * 320
    )


def test_blur_that_swallows_every_corner_is_followed_through() -> None:
    grow = np.geomspace(0.5, 0.8, 30)
    blur = np.interp(np.arange(30), [0, 12, 17, 29], [0, 9, 9, 0])
    seen = followed([picture(float(g), blur=float(b)) for g, b in zip(grow, blur, strict=True)])
    off = np.array([each.ratio / (now / grow[0]) - 1.0 for each, now in zip(seen, grow, strict=True)])
    assert abs(off[-1]) < 0.005
    assert np.abs(off).max() < 0.03  # the scale of a disc of 20 pixels' blur, at the worst
    assert seen[0].sharpness > 3.0 * seen[14].sharpness


def test_who_walks_by_is_not_followed() -> None:
    def covered(at: int) -> Luma8:
        seen = picture(0.6).copy()
        left = 20 * at - 150
        seen[40:, max(left, 0) : max(left + 150, 0)] = picture(1.3, 20.0 * at, seed=9)[
            40:, max(left, 0) : max(left + 150, 0)
        ]
        return seen

    seen = followed([covered(at) for at in range(40)])
    assert all(abs(each.ratio - 1.0) < 0.003 and abs(each.place.move) < 1.0 for each in seen)


def test_a_cut_begins_a_new_scene() -> None:
    seen = followed([picture(0.6)] * 5 + [picture(0.6, seed=5)] * 10)
    states = [each.state for each in seen]
    assert "cut" in states[5:9]
    assert states[-1] == "held"
    assert seen[-1].ratio == pytest.approx(1.0, abs=0.002)


def test_a_covered_lens_is_no_cut_and_the_scene_is_found_again() -> None:
    black = np.full(SIZE[::-1], 9, np.uint8)
    seen = followed([picture(0.5)] * 4 + [black] * 6 + [picture(0.62, 12.0, -7.0)] * 12)
    assert {each.state for each in seen[4:10]} == {"lost"}
    assert seen[-1].state == "held"
    assert seen[-1].ratio == pytest.approx(1.24, rel=0.005)
    assert seen[-1].place.move == pytest.approx(complex(12.0, -7.0), abs=1.0)


def test_an_empty_picture_is_no_scene() -> None:
    seen = followed([np.full(SIZE[::-1], 80, np.uint8)] * 3)
    assert {each.state for each in seen} == {"lost"}


def test_fields_are_followed_as_the_lines_of_one_picture() -> None:
    known = None
    for index in range(6):
        luma = picture(0.6 * 1.02**index)
        field = "top" if index % 2 == 0 else "bottom"
        rows = luma[0::2] if field == "top" else luma[1::2]
        known = follow(known, Frame(np.ascontiguousarray(rows), index, index / 50, field=field))
    assert known is not None
    assert known.ratio == pytest.approx(1.02**5, rel=0.003)
    assert abs(known.place.move) < 0.6  # fields lie a line apart, and that is no move


def test_a_patterned_shirt_that_walks_through_a_zoom_is_never_taken_for_the_scene() -> None:
    """It covers a third of the picture and is as large in all of them, while the scene grows fivefold."""
    grow = np.geomspace(0.4, 2.0, 40)

    def passed(at: int) -> Luma8:
        seen, left = picture(float(grow[at])).copy(), 12 * at - 160
        from_px, to_px = max(left, 0), min(left + 220, SIZE[0])
        seen[:, from_px:to_px] = scene(5)[300 : 300 + SIZE[1], 600 + from_px - left : 600 + to_px - left]
        return seen

    seen = followed([passed(at) for at in range(40)])
    off = [each.ratio / (now / grow[0]) - 1.0 for each, now in zip(seen, grow, strict=True)]
    held = np.array([each.state == "held" for each in seen])
    assert np.abs(off)[held].max() < 0.005
    assert held.mean() > 0.8
