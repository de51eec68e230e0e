"""The sheet before the virtual camera is the one that people print."""

import math

import numpy as np
import pytest

from backfocus.chart import chart_reflectance, make_chart, parse_paper
from backfocus.chart.picture import INK, PAPER
from backfocus.sim.paper import BLACK, WHITE
from backfocus.sim.room import Room
from backfocus.target import PATCH_BOTTOM, PATCH_STEP, PATCH_TOP, PATCH_WIDTH, PATCHES
from backfocus.web.practice.camera import PracticeBench, hidden_camera

CANVAS = 800, 600


@pytest.fixture(scope="module")
def room() -> Room:
    return Room(
        *CANVAS, view_px=(400, 300), wide_radius_px=77.0, cycles=36, plain=False, seed=3, printed=True
    )


def on_the_sheet(room: Room, radius_px: float, x_r: np.ndarray, y_r: np.ndarray) -> np.ndarray:
    """What the canvas shows at places in star radii from the star's centre, 0 ink, 1 paper."""
    canvas = room.sharp(radius_px, (400, 300), fine=1)
    cos, sin = math.cos(room.turned_rad), math.sin(room.turned_rad)
    x = np.rint(400 + radius_px * (x_r * cos - y_r * sin)).astype(int)
    y = np.rint(300 + radius_px * (x_r * sin + y_r * cos)).astype(int)
    return (canvas[y, x].astype(float) - BLACK) / (WHITE - BLACK)


@pytest.mark.parametrize("radius_px", [77.0, 154.0, 200.0])
def test_it_is_the_chart_that_people_print(room: Room, radius_px: float) -> None:
    """Star with its twists and marks in the corners: the same drawing as a function of place."""
    x_r, y_r = np.meshgrid(np.linspace(-1.1, 1.1, 400), np.linspace(-1.1, 1.1, 400))
    # bars near the centre are finer than samples
    outside = np.hypot(x_r, y_r) > 0.5
    drawn = (chart_reflectance(x_r, y_r, make_chart(parse_paper("A3"))) - INK) / (PAPER - INK)
    seen = on_the_sheet(room, radius_px, x_r, y_r)
    # Sampled anew twice, edges are soft over a sample on each side: at 77 px a bar half-way out has 3.4.
    assert np.corrcoef(drawn[outside], seen[outside])[0, 1] > (0.85 if radius_px < 100.0 else 0.93)


@pytest.mark.parametrize("radius_px", [50.0, 77.0, 154.0])
def test_fine_lines_are_the_grey_that_they_are(room: Room, radius_px: float) -> None:
    """At every size, though the lines are finer than the samples: their mean is geometry."""
    for patch in PATCHES:
        half = 0.4 * PATCH_WIDTH
        x_r, y_r = np.meshgrid(
            patch.x + np.linspace(-half, half, 60), np.linspace(PATCH_TOP + 0.03, PATCH_BOTTOM - 0.03, 60)
        )
        # the drawing cuts lines at whole samples, of which the finest have two and two
        assert on_the_sheet(room, radius_px, x_r, y_r).mean() == pytest.approx(patch.white, abs=0.03)
    between = on_the_sheet(room, radius_px, np.array([PATCH_STEP / 2]), np.array([1.18]))
    assert between[0] == pytest.approx(1.0, abs=0.03)


def test_practice_hangs_the_chart_that_is_printed() -> None:
    assert PracticeBench(hidden_camera(5)).settings.printed
