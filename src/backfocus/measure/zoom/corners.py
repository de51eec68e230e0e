"""How much a scene grew around a star from one picture to another.

A plain star looks the same at every size, so nothing along its spokes tells the zoom, and a corner followed
there seems to stand still. What tells is whatever has corners from its rim outwards. They are followed from
picture to picture; the scale is the change of their distance from the star's centre. Where there are too
few of them, or they do not agree, nothing is said.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Luma8 = NDArray[np.uint8]
Points = NDArray[np.float32]

CORNERS = 120
LEAST_CORNERS = 8
WINDOW = (21, 21)
STAR_SHARE = 0.95
"""Of the rim's radius: corners further in belong to the spokes."""
THERE_AND_BACK_PX = 0.5
OUTLIER = 3.0
MOST_SPREAD = 0.02
"""Of the corners' ratios: more, and they do not tell one zoom."""


@dataclass(frozen=True, slots=True)
class Change:
    """From one picture to the next: scale ratio and its sigma, and how many corners said so."""

    ratio: float
    sigma: float
    corners: int


def scale_change(
    before: Luma8,
    centre_before: tuple[float, float],
    after: Luma8,
    centre_after: tuple[float, float],
    *,
    corners: Points | None = None,
    radius_before: float,
    line_step: int = 1,
) -> Change | None:
    """How much larger the scene is in `after`, about the star's centre; None when nothing tells.

    Parameters
    ----------
    before, after : ndarray, shape (rows, columns), uint8
        Two pictures of one size, best about a thousand pixels wide.
    centre_before, centre_after : (float, float)
        The star's centre (x, y) in each, in their columns and rows.
    corners : ndarray, optional
        Those of `before` (`corners_around`), where many pictures are compared with it.
    radius_before : float
        The star's rim in `before`, in columns.
    line_step : int
        Height of a row in columns: 2 for fields.
    """
    if before.shape != after.shape or min(before.shape) < 3 * WINDOW[0]:
        return None
    start = (
        corners_around(before, centre_before, radius_before, line_step=line_step)
        if corners is None
        else corners
    )
    if len(start) < LEAST_CORNERS:
        return None
    end, kept = _followed(before, after, start, np.subtract(centre_after, centre_before))
    square = np.array([1.0, line_step], np.float32)
    near = (start[kept] - np.asarray(centre_before, np.float32)) * square
    far = (end[kept] - np.asarray(centre_after, np.float32)) * square
    straight = _straight_out(near, far)
    return _agreed(np.hypot(*near[straight].T), np.hypot(*far[straight].T))


def corners_around(
    picture: Luma8, centre: tuple[float, float], radius: float, *, line_step: int = 1
) -> Points:
    """The best corners outside the star, shape (corners, 2): the whole picture is looked through for them."""
    around = np.full(picture.shape, 255, np.uint8)
    axes = (int(STAR_SHARE * radius), int(STAR_SHARE * radius / line_step))
    cv2.ellipse(around, (round(centre[0]), round(centre[1])), axes, 0, 0, 360, 0, -1)
    found = cv2.goodFeaturesToTrack(picture, CORNERS, 0.02, 10, mask=around)
    return np.empty((0, 2), np.float32) if found is None else np.asarray(found, np.float32).reshape(-1, 2)


def _followed(
    before: Luma8, after: Luma8, start: Points, moved: NDArray[np.floating]
) -> tuple[Points, NDArray[np.bool_]]:
    """Where the corners went, and which of them come back to where they started."""
    guess = start + np.asarray(moved, np.float32)
    end, ok, _ = cv2.calcOpticalFlowPyrLK(
        before, after, start, guess, winSize=WINDOW, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    back, ok_back, _ = cv2.calcOpticalFlowPyrLK(
        after, before, end, start.copy(), winSize=WINDOW, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    home = np.hypot(*(back - start).T) < THERE_AND_BACK_PX
    return np.asarray(end, np.float32), (ok.ravel() == 1) & (ok_back.ravel() == 1) & home


def _straight_out(near: Points, far: Points) -> NDArray[np.bool_]:
    """Corners that went straight out or in: a zoom does not turn them about the centre."""
    across = np.abs(near[:, 0] * far[:, 1] - near[:, 1] * far[:, 0]) / np.maximum(np.hypot(*near.T), 1.0)
    return np.asarray(across < np.maximum(1.5, 0.01 * np.hypot(*far.T)))


def _agreed(near: NDArray[np.floating], far: NDArray[np.floating]) -> Change | None:
    """The common ratio of corners that agree; None when too few do."""
    if len(near) < LEAST_CORNERS:
        return None
    logs = np.log(far / near)
    middle = float(np.median(logs))
    spread = max(1.4826 * float(np.median(np.abs(logs - middle))), 1e-4)
    kept = np.abs(logs - middle) < OUTLIER * spread
    if kept.sum() < LEAST_CORNERS or spread > MOST_SPREAD:
        return None
    ratio = float(np.average(logs[kept], weights=near[kept] ** 2))
    sigma = 1.5 * spread / math.sqrt(float(kept.sum()))
    return Change(math.exp(ratio), max(sigma, 2e-4), int(kept.sum()))
