"""A kept picture looked for in another one."""

import cv2
import numpy as np

from backfocus.measure.object.match import by_features


def test_many_dots_that_all_look_like_a_single_one_are_no_match() -> None:
    # it was one that shrank to nothing, and what was looked for next divided by that
    dots = np.full((360, 640), 200, np.uint8)
    for x in range(60, 640, 100):
        for y in range(60, 360, 100):
            cv2.circle(dots, (x, y), 10, 40, -1, cv2.LINE_AA)
    single = np.full((360, 640), 200, np.uint8)
    cv2.circle(single, (160, 160), 10, 40, -1, cv2.LINE_AA)
    single[200:, 300:] = (
        np.random.default_rng(1).integers(0, 255, (16, 34), dtype=np.uint8).repeat(10, 0).repeat(10, 1)
    )
    assert by_features(dots, single) is None
