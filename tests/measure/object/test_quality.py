"""What makes an object good or poor: pictures that say by their making what is wrong with them."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from backfocus.frame import Frame
from backfocus.measure.object.look import look, never_rests
from backfocus.measure.object.quality import quality
from backfocus.measure.object.region import Region
from backfocus.measure.object.similarity import Similarity
from backfocus.measure.reading import Flag

Floats = NDArray[np.float64]
ROWS, COLUMNS = 270, 480
Y, X = np.mgrid[:ROWS, :COLUMNS].astype(np.float64)


def frame(light: Floats, *, at_s: float = 0.0, seed: int = 1) -> Frame:
    """Codes of 0 to 1 with the noise of a usual camera."""
    noise = np.random.default_rng(seed).normal(0.0, 0.008, light.shape)
    codes = np.clip(16 + 219 * (light + noise), 0, 255).astype(np.uint8)
    return Frame(codes, index=0, at_s=at_s, transfer="bt709", limited=True)


def gravel(seed: int = 3) -> Floats:
    """Pebbles of all sizes, no two alike."""
    rng = np.random.default_rng(seed)
    drawn = np.full((ROWS, COLUMNS), 100, np.uint8)
    for radius in np.geomspace(40, 2, 900):
        at = int(rng.integers(0, COLUMNS)), int(rng.integers(0, ROWS))
        cv2.circle(drawn, at, int(radius), int(rng.integers(40, 190)), -1, cv2.LINE_AA)
    return drawn / 255.0


def soft(light: Floats, sigma_px: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(light, (0, 0), sigma_px))


WALL = 0.6 + 0.0002 * X
SLATS = np.where(Y % 11 < 2, 0.1, 0.45 + 0.03 * (Y % 11))
FENCE = np.where((X % 24 < 9) | (Y % 90 < 8), 0.7, 0.2)
CHECKS = np.where((X % 16 < 8) == (Y % 16 < 8), 0.7, 0.2)


@pytest.mark.parametrize(
    ("light", "colour", "why"),
    [
        (gravel(), "good", ()),
        (WALL, "poor", ("too-smooth",)),
        (soft(gravel(), 12.0) * 0.3 + 0.4, "poor", ("too-smooth",)),
        (SLATS, "poor", ("repeating",)),
        (FENCE, "poor", ("repeating",)),
        (CHECKS, "poor", ("repeating",)),
        (0.012 * gravel(), "poor", ("too-dark", "too-smooth")),
        (np.minimum(2.2 * gravel(), 1.2), "poor", ("clipped",)),
    ],
    ids=["gravel", "wall", "clouds", "slats", "fence", "checks", "dark", "clipped"],
)
def test_a_picture_is_called_what_it_was_made(light: Floats, colour: str, why: tuple[str, ...]) -> None:
    found = quality(frame(light))
    assert (found.colour, found.why) == (colour, why)


def test_lamps_in_a_dark_mirror_are_glossy() -> None:
    rng = np.random.default_rng(5)
    drawn = np.full((ROWS, COLUMNS), 26, np.uint8)
    for _ in range(260):
        at = int(rng.integers(0, COLUMNS)), int(rng.integers(0, ROWS))
        axes = int(rng.integers(3, 12)), int(rng.integers(1, 4))
        cv2.ellipse(drawn, at, axes, 20, 0, 360, int(rng.integers(60, 220)), -1, cv2.LINE_AA)
    found = quality(frame(drawn / 255.0))
    assert found.why == ("glossy",)
    assert found.flags == {Flag.GLOSSY}


def test_light_print_on_black_is_not_glossy() -> None:
    drawn = np.full((ROWS, COLUMNS), 24, np.uint8)
    for row, word in enumerate(("BACK FOCUS", "Light print", "on a dark", "poster 0123", "white type")):
        cv2.putText(
            drawn, word, (20 + 7 * row, 60 + 70 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 200, 3, cv2.LINE_AA
        )
    assert "glossy" not in quality(frame(drawn / 255.0)).why


def test_one_straight_edge_after_another_does_not_repeat() -> None:
    """A book beside a book looks like itself along its back, and that tells nothing of a pattern."""
    rng = np.random.default_rng(2)
    tops = np.cumsum(rng.uniform(14, 40, 40))
    levels = rng.uniform(0.15, 0.85, 41)
    books = levels[np.searchsorted(tops, X + 0.1 * Y)]
    assert "repeating" not in quality(frame(books + 0.25 * (gravel() - 0.4))).why


def test_only_what_repeats_all_over_is_poor() -> None:
    """A striped shirt among faces repeats, as pebbles do that are laid again and again; faces do not."""
    shirt = np.where(X > 200, FENCE, gravel())
    found = quality(frame(shirt))
    assert found.colour == "good"
    assert found.region.left_px < 100
    assert quality(frame(shirt), Region(224.0, 64.0, 448.0, 224.0)).why == ("repeating",)
    tile = gravel()[90:117, 200:230]
    again = np.tile(tile, (10, 16))
    assert quality(frame(again)).why == ("repeating",)
    of_one_kind = np.block(
        [[gravel(10 * row + column)[90:117, 200:230] for column in range(16)] for row in range(10)]
    )
    assert quality(frame(of_one_kind)).why == ()


def test_the_best_part_is_taken_and_a_chosen_one_kept_to() -> None:
    light = np.where(X > 300, gravel(), WALL)
    found = quality(frame(light))
    assert found.colour == "good"
    assert found.region.left_px > 240  # the part is 192 px wide, the pebbles begin at 300
    chosen = Region(32.0, 64.0, 192.0, 192.0)
    assert quality(frame(light), chosen).why == ("too-smooth",)
    assert quality(frame(light), chosen).region == chosen


def test_a_field_is_judged_as_its_picture() -> None:
    whole = frame(gravel())
    field = Frame(whole.luma[1::2], index=0, at_s=0.0, transfer="bt709", limited=True, field="bottom")
    found = quality(field)
    assert found.colour == quality(whole).colour
    assert found.region.bottom_px <= ROWS + 32  # told in lines of the whole picture


# Pictures one after another ------------------------------------------------------------------------------

TELE = Similarity(4.0 + 0j)
WHERE = Region(96.0, 64.0, 384.0, 224.0)


def test_a_good_object_out_of_focus_asks_for_the_focus_ring_and_is_good_from_when_it_was_sharp() -> None:
    seen = look(None, frame(gravel()), place=Similarity(), region=WHERE)
    said = []
    for at, blur in enumerate((9.0, 6.0, 4.0, 2.0, 0.3, 2.0, 5.0, 9.0)):
        picture = frame(soft(gravel(4), blur), at_s=0.3 * at, seed=at)
        seen = look(seen, picture, place=TELE, region=WHERE)
        said.append(seen.quality.why)
    assert said[0] == ("unfocused",)
    assert said[4:] == [()] * 4
    assert seen.quality.colour == "good"


def test_what_stays_smooth_through_its_sharpest_point_is_too_smooth() -> None:
    clouds = 0.5 + 0.1 * (soft(gravel(6), 7.0) - 0.4)
    seen = look(None, frame(gravel()), place=Similarity(), region=WHERE)
    for at, blur in enumerate((9.0, 4.0, 0.3, 4.0, 9.0, 16.0)):
        seen = look(seen, frame(soft(clouds, blur), at_s=0.3 * at, seed=at), place=TELE, region=WHERE)
        assert seen.quality.colour != "good"
    at_wide = look(None, frame(WALL), place=Similarity(), region=WHERE)
    assert at_wide.quality.why == ("too-smooth",)  # nothing there that a focus ring could bring out


def test_what_moves_is_told_from_a_shake() -> None:
    pebbles = gravel()
    seen = look(None, frame(pebbles, at_s=0.0), place=Similarity(), region=WHERE)
    shaken = np.roll(pebbles, (2, 3), axis=(0, 1))
    seen = look(seen, frame(shaken, at_s=0.2, seed=2), place=Similarity(), region=WHERE)
    assert seen.quality.why == ()
    for at in range(2, 5):
        people = np.where((X // 60) % 2 == 0, np.roll(pebbles, 17 * at, 1), np.roll(pebbles, -23 * at, 1))
        seen = look(seen, frame(people, at_s=0.2 * at, seed=at), place=Similarity(), region=WHERE)
    assert seen.quality.why == ("moving",)
    assert seen.quality.colour == "poor"


def test_who_walks_by_now_and_then_is_no_object_that_moves_by_itself() -> None:
    pebbles = gravel()
    passing = [
        frame(
            np.where(X < 300, np.roll(pebbles, 40 * at, 1), pebbles) if at % 3 == 0 else pebbles,
            at_s=0.3 * at,
        )
        for at in range(12)
    ]
    crowd = [frame(np.roll(gravel(at), 17 * at, 1), at_s=0.3 * at) for at in range(12)]
    for pictures, moves in ((passing, False), (crowd, True)):
        seen = None
        for each in pictures:
            seen = look(seen, each, place=Similarity(), region=WHERE)
        assert seen is not None
        assert never_rests(seen.moves) == moves


def test_two_depths_show_when_focus_runs_through_both() -> None:
    near = X < 240
    seen = None
    for at, turn in enumerate((-8.0, -5.0, -3.0, 0.0, 3.0, 5.0, 8.0)):
        both = np.where(near, soft(gravel(), abs(turn + 3) + 0.3), soft(gravel(), abs(turn - 3) + 0.3))
        picture = frame(both, at_s=0.3 * at, seed=at)
        seen = look(seen, picture, place=Similarity(), region=WHERE)
    assert seen is not None
    assert seen.quality.why == ("several-depths",)
