"""The edge chart found, named and followed in pictures drawn here: exact squares, blurred, among clutter."""

import cv2
import numpy as np
import pytest

from backfocus.errors import UsageError
from backfocus.frame import Frame
from backfocus.measure.edge.measurement import Region
from backfocus.measure.edge.squares import find_squares
from backfocus.measure.reading import Flag
from backfocus.measure.track import Track, track
from backfocus.target import SQUARE_RATIOS, SQUARE_SHARES, SQUARE_TILT_RAD, square_tone

from ...oracles.edge import ExactEdge, gaussian_lens
from ...oracles.render import clutter

FINE = 2


def drawn(half_px, *, x=320.0, y=240.0, sigma=1.0, turn=SQUARE_TILT_RAD, noise=0.0, room=None):
    """A picture of 640 x 480: the squares twice as fine, blurred by a Gaussian and averaged on pixels."""
    rows, columns = np.mgrid[: 480 * FINE, : 640 * FINE].astype(np.float32)
    dx, dy = (columns + 0.5) / FINE - 0.5 - x, (rows + 0.5) / FINE - 0.5 - y
    cos, sin = np.cos(turn), np.sin(turn)
    half = np.maximum(np.abs(dx * cos + dy * sin), np.abs(dy * cos - dx * sin)) / half_px
    light = 0.04 + 0.6 * square_tone(half)
    if room is not None:
        beyond = half > 1.35
        light[beyond] = cv2.resize(room, (640 * FINE, 480 * FINE))[beyond]
    fine = cv2.GaussianBlur(light.astype(np.float32), (0, 0), sigma * FINE)
    picture = cv2.resize(fine, (640, 480), interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(1).normal(0, noise, picture.shape)
    return Frame((255 * np.clip(picture + grain, 0, 1)).astype(np.uint8), transfer="linear")


def drawn_mtf50(sigma):
    """Of such a picture: the Gaussian, and a pixel that is the mean of two points half a pixel apart."""
    f = np.linspace(0, 0.5, 50_001)
    return float(f[np.flatnonzero(np.exp(-2 * (np.pi * sigma * f) ** 2) * np.cos(np.pi * f / 2) < 0.5)[0]])


def test_every_row_of_three_squares_has_sizes_of_its_own() -> None:
    steps = np.log(SQUARE_RATIOS)
    rows = np.array([steps[k : k + 2] for k in range(len(steps) - 1)])
    apart = np.abs(rows[:, None] - rows[None]).max(axis=2) + np.eye(len(rows))
    # squares of 12 px half side are found to half a pixel, 4 %: twice that tells rows apart
    assert apart.min() > 0.08


@pytest.mark.parametrize("half_px", [60.0, 150.0, 400.0, 900.0, 1400.0])
def test_scale_place_and_curve_at_every_zoom(half_px) -> None:
    frame = drawn(half_px, x=317.3, y=244.8)
    _, reading = track(None, frame)
    assert reading.star is None
    # eight bits and a picture drawn twice as fine
    assert reading.scale_px == pytest.approx(half_px, rel=0.002)
    assert (reading.edge.x_px, reading.edge.y_px) == pytest.approx((317.3, 244.8), abs=0.1)
    # the mean of four sides of 50 px and more, rounded to 8 bits
    assert reading.mtf50_cy_px == pytest.approx(drawn_mtf50(1.0), rel=0.01)
    assert not reading.flags


def test_followed_through_a_zoom_and_named_right_throughout() -> None:
    known = None
    for half_px in np.geomspace(150, 600, 9):
        known, reading = track(known, drawn(half_px, sigma=2.0))
        assert reading.scale_px == pytest.approx(half_px, rel=0.005)
        assert reading.frequency_cy_px


@pytest.mark.parametrize("sigma", [1.0, 3.0, 6.0])
def test_blur_and_noise(sigma) -> None:
    _, reading = track(None, drawn(180.0, sigma=sigma, noise=0.02))
    assert reading.scale_px == pytest.approx(180.0, rel=0.005)
    assert reading.mtf50_cy_px == pytest.approx(drawn_mtf50(sigma), rel=0.03)


def test_found_in_a_cluttered_room() -> None:
    rng = np.random.default_rng(5)
    for _ in range(2):
        half = float(rng.uniform(60, 130))
        _, reading = track(None, drawn(half, room=clutter((480, 640), rng), sigma=1.5))
        assert reading.scale_px == pytest.approx(half, rel=0.005)


def test_clutter_has_no_squares() -> None:
    rng = np.random.default_rng(6)
    for _ in range(3):
        picture = (255 * clutter((540, 960), rng)).astype(np.uint8)
        assert find_squares(picture) is None


def test_no_edge_chart_in_real_pictures(golden) -> None:
    for path in sorted((golden / "stack").glob("*.JPG")):
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert find_squares(np.asarray(cv2.resize(picture, (640, 428)), np.uint8)) is None


def test_covered_it_is_lost_and_found_again() -> None:
    known, _ = track(None, drawn(120.0))
    known, reading = track(known, Frame(np.full((480, 640), 90, np.uint8)))
    assert reading.flags == {Flag.NO_EDGE, Flag.LOST}
    assert reading.target is None
    known, reading = track(known, drawn(125.0))
    assert reading.scale_px == pytest.approx(125.0, rel=0.005)


def test_a_lone_square_counts_only_when_asked_for() -> None:
    rows, columns = np.mgrid[:480, :640]
    cos, sin = np.cos(0.1), np.sin(0.1)
    dx, dy = columns - 320.0, rows - 240.0
    square = np.maximum(np.abs(dx * cos + dy * sin), np.abs(dy * cos - dx * sin)) < 100
    light = cv2.GaussianBlur(np.where(square, 20.0, 200.0), (0, 0), 1.5)
    frame = Frame(np.rint(light).astype(np.uint8), transfer="linear")
    assert track(None, frame)[1].flags == {Flag.NO_STAR}
    _, reading = track(Track(want="edge"), frame)
    assert reading.scale_px == pytest.approx(100.0, rel=0.01)
    assert reading.mtf50_cy_px is not None


def test_an_edge_in_a_given_region() -> None:
    codes = np.rint(255 * ExactEdge(gaussian_lens(1.0), 5.0, 60.0, 60.0).seen(120, 120)).astype(np.uint8)
    frame = Frame(codes, transfer="linear")
    _, reading = track(Track(want="edge", region=Region(20, 10, 80, 100)), frame)
    truth = ExactEdge(gaussian_lens(1.0), 5.0).mtf50_cy_px
    assert reading.mtf50_cy_px == pytest.approx(truth, rel=0.01)  # 8 bits
    assert reading.flags == {Flag.SCALE_UNSURE}
    assert reading.edge.angle_deg == pytest.approx(95.0, abs=0.1)
    with pytest.raises(UsageError, match="region"):
        track(Track(want="edge", region=Region(100, 10, 80, 100)), frame)


def test_clipped_white_and_motion_are_flagged() -> None:
    frame = drawn(150.0)
    bright = Frame(np.clip(frame.luma * 2.0, 0, 255).astype(np.uint8), transfer="linear")
    assert Flag.CLIPPED in track(None, bright)[1].flags
    known, _ = track(None, frame)
    assert Flag.MOVING in track(known, drawn(150.0, x=326.0))[1].flags


def test_the_shares_are_the_ratios_multiplied() -> None:
    assert SQUARE_SHARES[0] == 1.0
    assert np.divide(SQUARE_SHARES[:-1], SQUARE_SHARES[1:]) == pytest.approx(SQUARE_RATIOS)
    assert square_tone(np.array([1.2, 0.9, 0.5])).tolist() == [1.0, 0.0, 1.0]
