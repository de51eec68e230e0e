"""A pose moves, and drops shears too small to mean anything."""

import numpy as np
import pytest

from backfocus.measure.star.pose import Pose


def test_small_shears_are_dropped() -> None:
    assert Pose(1.0, 2.0, 1e-4, -1e-4).squared(1e-3) == Pose(1.0, 2.0)
    assert Pose(1.0, 2.0, 1e-2, 0.0).squared(1e-3).stretch == 1e-2


def test_a_step_moves_all_four_numbers() -> None:
    moved = Pose(1.0, 2.0, 0.01, -0.02).moved(np.array([0.5, -0.5, 0.01, 0.01]))
    assert (moved.x_px, moved.y_px, moved.stretch, moved.skew) == pytest.approx((1.5, 1.5, 0.02, -0.01))


def test_shear_turns_ellipses_back_into_circles() -> None:
    pose = Pose(0.0, 0.0, 0.03, -0.01)
    turn = np.exp(1j * np.linspace(0, 2 * np.pi, 90))
    matrix = np.array([[1.03, -0.01], [-0.01, 0.97]])
    seen = np.linalg.solve(matrix, np.stack([turn.real, turn.imag]))
    offset = seen[0] + 1j * seen[1]
    assert np.abs(offset + pose.shear * offset.conj()) == pytest.approx(1.0)
