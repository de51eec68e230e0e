"""Stars printed in colour: what luma shows of them, undone.

The oracle is the same star in black on white, where luma is light: blur mixes the light of ink and paper
whatever their colours are, so both have one curve.
"""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from backfocus.frame import Frame
from backfocus.measure.reading import Reading
from backfocus.measure.track import track

from ...oracles.render import StarDrawing, draw_star

BT601, BT709 = (0.299, 0.587, 0.114), (0.2126, 0.7152, 0.0722)


@pytest.fixture(scope="module")
def paper() -> NDArray[np.float64]:
    """How much of each pixel's light comes from paper: a star blurred by 1.1 px."""
    star = np.ones((300, 300), np.float32)
    draw_star(star, StarDrawing(149.3, 151.6, 120.0, black=0.0, white=1.0))
    return np.asarray(cv2.GaussianBlur(star, (0, 0), 1.1), np.float64)


def shown(
    share: NDArray[np.float64],
    ink: tuple[float, float, float],
    white: tuple[float, float, float],
    weights: tuple[float, float, float] = BT709,
) -> Reading:
    """As a camera shows it: each colour bent by sRGB, luma of the three, differences at half the size."""
    light = np.array(ink) + share[:, :, None] * (np.array(white) - np.array(ink))
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    luma = signal @ weights
    side = (len(share) + 1) // 2
    half = cv2.resize(signal, (side, side), interpolation=cv2.INTER_AREA)
    coarse = half @ weights
    blue, red = ((half[:, :, k] - coarse) / (2.0 - 2.0 * weights[k]) for k in (2, 0))
    codes = [np.rint(255 * each).astype(np.uint8) for each in (luma, blue + 128 / 255, red + 128 / 255)]
    return track(None, Frame(codes[0], transfer="srgb", chroma=(codes[1], codes[2]), weights=weights))[1]


@pytest.mark.parametrize(
    ("ink", "white"),
    [((0.7, 0.03, 0.05), (0.85, 0.85, 0.85)), ((0.02, 0.05, 0.6), (0.9, 0.85, 0.7))],
    ids=["red on white", "blue on cream"],
)
@pytest.mark.parametrize("weights", [BT601, BT709], ids=["BT.601", "BT.709"])
def test_a_star_in_colour_reads_as_one_in_black(paper, ink, white, weights) -> None:
    plain = shown(paper, (0.03, 0.03, 0.03), (0.85, 0.85, 0.85))
    coloured = shown(paper, ink, white, weights)
    # luma undone as if it were grey reads the red one 12 % too low
    assert coloured.mtf50_cy_px == pytest.approx(plain.mtf50_cy_px, rel=0.015)
    at = [0.1, 0.2, 0.3]
    curves = [np.interp(at, each.frequency_cy_px, each.modulation) for each in (coloured, plain)]
    assert curves[0] == pytest.approx(curves[1], abs=0.015)


def test_a_large_star_is_looked_at_here_and_there() -> None:
    # an odd side, so that the last samples of colour belong to one line of luma
    star = np.ones((701, 701), np.float32)
    draw_star(star, StarDrawing(349.3, 351.6, 320.0, black=0.0, white=1.0))
    share = np.asarray(cv2.GaussianBlur(star, (0, 0), 1.1), np.float64)
    grey, red = ((0.03, 0.03, 0.03), (0.7, 0.03, 0.05))
    plain, coloured = (shown(share, ink, (0.85, 0.85, 0.85)) for ink in (grey, red))
    assert coloured.mtf50_cy_px == pytest.approx(plain.mtf50_cy_px, rel=0.015)
