"""A recording of what none should measure by: no curve, and the reason on every picture of it."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from backfocus.frame import Frame
from backfocus.measure.object.album import Album
from backfocus.measure.reading import Flag, Reading
from backfocus.optics.lens import Optics, parse_f_numbers
from backfocus.solve.clip import judge_clip

Floats = NDArray[np.float64]
ROWS, COLUMNS = 270, 480
Y, X = np.mgrid[:ROWS, :COLUMNS].astype(np.float64)


def pebbles() -> Floats:
    rng = np.random.default_rng(3)
    drawn = np.full((ROWS, COLUMNS), 100, np.uint8)
    for radius in np.geomspace(40, 2, 900):
        at = int(rng.integers(0, COLUMNS)), int(rng.integers(0, ROWS))
        cv2.circle(drawn, at, int(radius), int(rng.integers(40, 190)), -1, cv2.LINE_AA)
    return drawn / 255.0


PEBBLES = pebbles()


def still(_at: int) -> Floats:
    return PEBBLES


def slats(_at: int) -> Floats:
    return np.where(Y % 11 < 2, 0.1, 0.45 + 0.03 * (Y % 11)) + 0.02 * PEBBLES


def clouds(_at: int) -> Floats:
    return np.asarray(0.4 + 0.3 * cv2.GaussianBlur(PEBBLES, (0, 0), 12.0))


def crowd(at: int) -> Floats:
    """Rows of people, each going its own way."""
    ways = (13, -17, 9, -11, 21, -7)
    return np.concatenate(
        [np.roll(PEBBLES[45 * row : 45 * row + 45], way * at, 1) for row, way in enumerate(ways)]
    )


def filmed(scene: Callable[[int], Floats], count: int = 14) -> list[Reading]:
    album = Album()
    for at in range(count):
        noise = np.random.default_rng(at).normal(0.0, 0.008, (ROWS, COLUMNS))
        codes = np.clip(16 + 219 * (scene(at) + noise), 0, 255).astype(np.uint8)
        album.take(Frame(codes, index=at, at_s=0.1 * at, transfer="bt709", limited=True))
    return album.readings()


@pytest.mark.parametrize(
    ("scene", "flag", "words"),
    [(slats, Flag.REPEATING, "repeats"), (clouds, Flag.TOO_SMOOTH, "detail"), (crowd, Flag.MOVING, "moves")],
    ids=["slats", "clouds", "crowd"],
)
def test_a_bad_object_has_no_curve_and_the_verdict_says_why(
    scene: Callable[[int], Floats], flag: Flag, words: str
) -> None:
    seen = filmed(scene)
    assert seen
    assert all(flag in each.flags and not each.frequency_cy_px for each in seen)
    verdict = judge_clip(seen, Optics(5.0, parse_f_numbers("1.8"))).verdict
    assert verdict.kind == "unsure"
    assert words in verdict.reason
    assert "star" in verdict.advice


def test_a_good_object_at_rest_is_measured() -> None:
    seen = filmed(still)
    assert seen
    assert all(each.frequency_cy_px for each in seen)
    assert not any(each.flags & {Flag.REPEATING, Flag.TOO_SMOOTH, Flag.GLOSSY, Flag.MOVING} for each in seen)


def test_the_middle_of_a_rest_is_seen_too_for_a_ring_may_turn_there_about_focus() -> None:
    times = [each.at_s or 0.0 for each in filmed(still, 60)]
    # 44 pictures between its first and its last 8 leave 16, a third of a second apart if all alike
    assert len(times) <= 32
    assert np.diff(times).max() < 0.7
