"""Where a kept picture lies in another one, three ways: by its corners, all of its pixels, its features.

Corners are the most exact, and a few people in front of them do no harm. Where focus is so soft that none is
left, every pixel of two small pictures still tells. Features find the scene without any guess: after a cut,
a leap of the zoom, or somebody who stood before the lens.

All pictures here are small, `WIDTH_PX` wide with square pixels, and similarities are in their pixels.
"""

import math
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from .similarity import Complex, Similarity, fitted

Luma8 = NDArray[np.uint8]
Picture = NDArray[np.uint8] | NDArray[np.float32]
Floats = NDArray[np.float32]

WIDTH_PX = 640

MOST_CORNERS = 1500
CORNER_QUALITY = 0.001
CELL_PX, CORNERS_A_CELL = 80, 4
"""All over the picture: the strongest may all be on one person's shirt."""
CORNER_APART_PX = 8.0
WINDOW_PX = 17
LEVELS = 4
"""Of the corners' pyramid: a window of 17 px eight times reduced follows what moved by 60 px."""
THERE_AND_BACK_PX = 0.5
OFF_PX = 0.8
"""Corners further than this from the common move belong to something else."""
ELSEWHERE_PX = 3.0
"""Corners so far off are on something that moves, and no help next time."""
LEAST_CORNERS = 10
LEAST_SHARE = 0.3
"""Of the corners followed that must go one way; the rest may be people."""
LEAST_SPREAD_PX = 25.0
"""Distance of the corners from their middle, root of its mean square: huddled ones tell no scale."""
LEAP = 0.03
"""A guess of the scale further off than this is mended and the corners are followed once more."""
SURE_SHARE, LEAP_WIDTHS = 0.5, 0.04
"""Fewer corners of those in view, gone so much further than guessed: somebody walks by, close to the lens."""
FLOOR_SIGMA = 2e-4

SMALL_WIDTHS_PX = (40, 80, 160)
BLURS_PX = (1.0, 2.0, 4.0, 8.0)
"""Of 160 px: what a sharp picture is blurred by until it looks most like a soft one."""
CELLS_WIDTH_PX, CELL_OF_PX = 160, 10
"""Width of the pictures that are held against each other cell by cell, and the side of a cell."""
CELL_SAME, CELL_CODES = 0.6, 2.0
"""Correlation of a cell that shows the same in both, and the spread that it needs."""
ROUNDS = 8
ONE_SCENE = 0.85
"""Correlation of two small pictures of one scene."""
FAR = 0.25
"""All pixels together find no scale further off the guess than this."""
LEAST_OVERLAP = 0.25
PIXELS_A_FREEDOM = 40.0
"""Neighbours in a blurred small picture say the same."""

FEATURES, FEATURES_NOW = 400, 1500
"""Of the kept picture and of the one it is looked for in, where it may be small."""
FEATURE_RATIO = 0.8
LEAST_FEATURES = 12
MOST_GROWTH = 30.0
"""From one picture to another, either way; beyond, many features of one kind met a single one."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Where a picture lies in another.

    `sigma`: of the ratio, as a share. `corners`: how many said so, 0 by all pixels. `elsewhere`: which of the
    kept picture's corners were seen to go another way; shape (corners,). `share`: of the corners that lie in
    the picture, those that said so.
    """

    place: Similarity
    sigma: float
    corners: int = 0
    elsewhere: NDArray[np.bool_] | None = None
    share: float = 1.0


def corners_of(picture: Luma8) -> Complex:
    """The best corners of every part of a picture, shape (corners,), from its middle."""
    found = cv2.goodFeaturesToTrack(picture, MOST_CORNERS, CORNER_QUALITY, CORNER_APART_PX)
    points = np.empty((0, 2)) if np.size(found) < 2 else np.asarray(found, np.float64).reshape(-1, 2)
    cell = (points // CELL_PX) @ np.array([1, 1000])
    order = np.argsort(cell, kind="stable")  # the best of a cell stay first in it
    first = np.searchsorted(cell[order], cell[order], side="left")
    points = points[order[np.arange(len(points)) - first < CORNERS_A_CELL]]
    return np.asarray(points[:, 0] + 1j * points[:, 1]) - middle_of(picture)


def middle_of(picture: Picture) -> complex:
    """The middle of a picture, in its own columns and rows."""
    rows, columns = picture.shape
    return complex((columns - 1) / 2, (rows - 1) / 2)


def by_corners(kept: Luma8, corners: Complex, picture: Luma8, guess: Similarity) -> Match | None:
    """Where `kept`, about where `guess` says, lies in `picture`; None where too few corners agree."""
    found = _followed_once(kept, corners, picture, guess)
    if found is not None and abs(math.log(found.place.ratio / guess.ratio)) > LEAP:
        found = _followed_once(kept, corners, picture, found.place) or found
    return found


def _followed_once(kept: Luma8, corners: Complex, picture: Luma8, guess: Similarity) -> Match | None:
    middle = middle_of(picture)
    there = guess.of(corners)
    inside = _inside(there, picture) & _inside(there, picture, WINDOW_PX / 2)
    if inside.sum() < LEAST_CORNERS:
        return None
    start, laid = there[inside], _laid(kept, picture.shape, guess)
    end, followed = _there_and_back(laid, picture, start + middle)
    start, end = start[followed], end[followed] - middle
    if len(start) < LEAST_CORNERS:
        return None
    one_way = _widest_way(start, end)
    if one_way.sum() < max(LEAST_CORNERS, LEAST_SHARE * len(start)):
        return None
    if _spread(start, one_way) < one_way.sum() * LEAST_SPREAD_PX**2:
        return None
    change, sigma = fitted(start[one_way], end[one_way])
    off_px = np.abs(end - change.of(start))
    agree, share = int(one_way.sum()), float(one_way.sum() / inside.sum())
    if share < SURE_SHARE and abs(change.move) > LEAP_WIDTHS * picture.shape[1]:
        return None
    elsewhere = np.zeros(len(corners), bool)
    elsewhere[np.flatnonzero(inside)[followed]] = off_px > ELSEWHERE_PX
    return Match(change.after(guess), max(sigma, FLOOR_SIGMA), agree, elsewhere, share)


def agreement(kept: Luma8, picture: Luma8, place: Similarity) -> float:
    """Over how much of what both show they show the same there, 0 to 1: people may stand before the rest."""
    share = CELLS_WIDTH_PX / picture.shape[1]
    sharp, soft = (_small(each, share) for each in (kept, picture))
    small = Similarity(place.grow, place.move * share)
    one, other = _blurred(sharp, _likest_blur_px(sharp, soft, small)), _blurred(soft, 1.0)
    laid = np.asarray(_laid(one, other.shape, small), np.float32)
    covered = _covered(one, other, small)
    rows, columns = (size // CELL_OF_PX for size in other.shape)
    cut = rows * CELL_OF_PX, columns * CELL_OF_PX

    def cells(of: Floats) -> NDArray[np.float64]:
        parts = of[: cut[0], : cut[1]].reshape(rows, CELL_OF_PX, columns, CELL_OF_PX)
        return np.asarray(parts.swapaxes(1, 2).reshape(rows * columns, -1), np.float64)

    mine, its, seen = cells(laid), cells(other), cells(covered.astype(np.float32)).min(axis=1) > 0
    mine, its = (each - each.mean(axis=1, keepdims=True) for each in (mine, its))
    spread = np.sqrt((mine**2).sum(axis=1) * (its**2).sum(axis=1))
    tells = seen & (np.minimum(mine.std(axis=1), its.std(axis=1)) > CELL_CODES)
    if not tells.any():
        return 0.0
    return float(((mine * its).sum(axis=1)[tells] / spread[tells] > CELL_SAME).mean())


def _inside(places: Complex, picture: Luma8, margin_px: float = 0.0) -> NDArray[np.bool_]:
    middle = middle_of(picture)
    return np.asarray(
        (np.abs(places.real) < middle.real - margin_px) & (np.abs(places.imag) < middle.imag - margin_px)
    )


def _laid(kept: Picture, shape: tuple[int, ...], place: Similarity) -> Picture:
    """The kept picture as it would look in a picture of this shape; by area where it shrinks."""
    rows, columns = shape
    if place.ratio < 0.7:
        kept = cast(Picture, cv2.GaussianBlur(kept, (0, 0), 0.5 * math.sqrt(place.ratio**-2 - 1.0)))
    to = complex((columns - 1) / 2, (rows - 1) / 2) + place.move - place.grow * middle_of(kept)
    grow = place.grow
    matrix = np.array([[grow.real, -grow.imag, to.real], [grow.imag, grow.real, to.imag]])
    laid = cv2.warpAffine(
        kept, matrix, (columns, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return cast(Picture, laid)


def _there_and_back(before: Picture, after: Luma8, start: Complex) -> tuple[Complex, NDArray[np.bool_]]:
    """Where the corners went, and which of them come back to where they started."""
    points = np.stack([start.real, start.imag], axis=1).astype(np.float32)
    window, levels = (WINDOW_PX, WINDOW_PX), LEVELS - 1
    end, ok, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points, np.empty_like(points), winSize=window, maxLevel=levels
    )
    back, ok_back, _ = cv2.calcOpticalFlowPyrLK(
        after,
        before,
        end,
        points.copy(),
        winSize=window,
        maxLevel=levels,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    home = np.hypot(*(back - points).T) < THERE_AND_BACK_PX
    found = np.asarray(end, np.float64)
    return found[:, 0] + 1j * found[:, 1], (ok.ravel() == 1) & (ok_back.ravel() == 1) & home


def _widest_way(start: Complex, end: Complex) -> NDArray[np.bool_]:
    """Of the two moves that most corners share, the one with corners spread furthest: not a passer-by."""
    first = _one_way(start, end)
    rest = np.flatnonzero(~first)
    if len(rest) < LEAST_CORNERS or len(rest) < LEAST_SHARE * len(start):
        return first
    second = np.zeros(len(start), bool)
    second[rest[_one_way(start[rest], end[rest])]] = True
    return second if _spread(start, second) > _spread(start, first) else first


def _spread(start: Complex, which: NDArray[np.bool_]) -> float:
    """How many corners there are, each by the square of its distance from their middle."""
    return float((np.abs(start[which] - start[which].mean()) ** 2).sum()) if which.any() else 0.0


def _one_way(start: Complex, end: Complex) -> NDArray[np.bool_]:
    """Which corners share one move."""
    before, after = (
        np.stack([places.real, places.imag], axis=1).astype(np.float32) for places in (start, end)
    )
    _, inliers = cv2.estimateAffinePartial2D(before, after, ransacReprojThreshold=OFF_PX, maxIters=500)
    return np.zeros(len(start), bool) if inliers is None else np.asarray(np.ravel(inliers) == 1)


def by_pixels(kept: Luma8, picture: Luma8, guess: Similarity) -> Match | None:
    """Where `kept` lies in `picture` by all of their pixels, made small; None if they differ too much."""
    place, found = guess, None
    for width_px in SMALL_WIDTHS_PX:
        share = width_px / picture.shape[1]
        small, soft = (_small(each, share) for each in (kept, picture))
        start = Similarity(place.grow, place.move * share)
        sigma_px = _likest_blur_px(small, soft, start) * width_px / SMALL_WIDTHS_PX[-1]
        found = _settled(_blurred(small, max(sigma_px, 0.8)), _blurred(soft, 0.8), start)
        if found is None or abs(math.log(found.place.ratio / guess.ratio)) > FAR:
            return None
        place = Similarity(found.place.grow, found.place.move / share)
    return found and Match(place, max(found.sigma, 10 * FLOOR_SIGMA))


def _small(picture: Luma8, share: float) -> Floats:
    rows, columns = picture.shape
    size = (round(columns * share), max(1, round(rows * share)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _blurred(small: Floats, sigma_px: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(small, (0, 0), sigma_px), np.float32)


def _likest_blur_px(kept: Floats, picture: Floats, place: Similarity) -> float:
    """By how much the kept picture is to be blurred, in pixels of the widest small one."""
    share = picture.shape[1] / SMALL_WIDTHS_PX[-1]
    soft = _blurred(picture, 0.8)
    correlation = [
        _correlation(
            _laid(_blurred(kept, max(by_px * share, 0.8)), picture.shape, place),
            soft,
            _covered(kept, picture, place),
        )
        for by_px in BLURS_PX
    ]
    return BLURS_PX[int(np.argmax(correlation))]


def _covered(kept: Floats, picture: Floats, place: Similarity) -> NDArray[np.bool_]:
    """Which pixels of the picture the kept one reaches."""
    rows, columns = picture.shape
    middle = middle_of(picture)
    there = np.arange(columns)[None, :] - middle.real + 1j * (np.arange(rows)[:, None] - middle.imag)
    return _inside(place.inverse.of(there), cast(Luma8, kept), 1.0)


def _correlation(one: Picture, other: Floats, where: NDArray[np.bool_]) -> float:
    if where.mean() < LEAST_OVERLAP:
        return 0.0
    first, second = (np.asarray(each[where], np.float64) for each in (one, other))
    first, second = first - first.mean(), second - second.mean()
    size = math.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / size if size > 0 else 0.0


def _settled(kept: Floats, picture: Floats, place: Similarity) -> Match | None:
    """Gauss and Newton's steps in scale, turn and place; gain and offset are free, what moves counts less."""
    middle = middle_of(picture)
    rows, columns = picture.shape
    x = np.broadcast_to(np.arange(columns) - middle.real, picture.shape)
    y = np.broadcast_to((np.arange(rows) - middle.imag)[:, None], picture.shape)
    sigma = math.inf
    for _ in range(ROUNDS):
        where = _covered(kept, picture, place)
        if where.mean() < LEAST_OVERLAP:
            return None
        laid = np.asarray(_laid(kept, picture.shape, place), np.float32)
        step, sigma = _step(laid, picture, x, y, where)
        place = step.after(place)
        if abs(step.grow - 1.0) * columns / 2 + abs(step.move) < 0.01:
            break
    laid = np.asarray(_laid(kept, picture.shape, place), np.float32)
    correlation = _correlation(laid, picture, _covered(kept, picture, place))
    return Match(place, sigma) if correlation > ONE_SCENE else None


def _step(
    laid: Floats, picture: Floats, x: Floats, y: Floats, where: NDArray[np.bool_]
) -> tuple[Similarity, float]:
    dx = 0.5 * np.asarray(cv2.Sobel(laid, cv2.CV_32F, 1, 0, ksize=1))
    dy = 0.5 * np.asarray(cv2.Sobel(laid, cv2.CV_32F, 0, 1, ksize=1))
    columns = (dx * x + dy * y, dy * x - dx * y, dx, dy, -laid, -np.ones_like(laid))
    parts = np.stack([-each[where] for each in columns], axis=1).astype(np.float64)
    wanted = picture[where]
    solved, _ = _solved(parts, wanted, np.ones(1))
    off = np.abs(wanted - parts @ solved)
    weight = 1.0 / np.maximum(1.0, off / max(2.0 * 1.4826 * float(np.median(off)), 1e-6))
    solved, normal = _solved(parts, wanted, weight)
    gain = solved[4] if abs(solved[4]) > 0.05 else 0.05
    variance = float(np.average((wanted - parts @ solved) ** 2, weights=weight)) * PIXELS_A_FREEDOM
    sigma = math.sqrt(variance * abs(float(np.linalg.inv(normal)[0, 0]))) / abs(gain)
    grow, turn, right, down = solved[:4] / gain
    return Similarity(complex(1.0 + grow, turn), complex(right, down)), sigma


def _solved(
    parts: NDArray[np.floating], wanted: NDArray[np.floating], weight: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weighted least squares, and the matrix of its normal equations."""
    weighted = weight[:, None] * parts
    normal = parts.T @ weighted
    normal[np.diag_indices_from(normal)] += 1e-6 * np.diag(normal) + 1e-9
    return np.asarray(np.linalg.solve(normal, weighted.T @ wanted), np.float64), np.asarray(
        normal, np.float64
    )


def by_features(kept: Luma8, picture: Luma8) -> Match | None:
    """Where `kept` lies in `picture` without any guess; None where too few features agree. Slow: 50 ms."""
    (points, kinds), (others, other_kinds) = (
        cv2.SIFT.create(count).detectAndCompute(each, None)
        for each, count in ((kept, FEATURES), (picture, FEATURES_NOW))
    )
    if kinds is None or other_kinds is None or min(len(points), len(others)) < LEAST_FEATURES:
        return None
    pairs = cv2.BFMatcher().knnMatch(kinds, other_kinds, k=2)
    best = [
        pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < FEATURE_RATIO * pair[1].distance
    ]
    if len(best) < LEAST_FEATURES:
        return None
    start = np.array([complex(*points[each.queryIdx].pt) for each in best]) - middle_of(kept)
    end = np.array([complex(*others[each.trainIdx].pt) for each in best]) - middle_of(picture)
    one_way = _one_way(start, end)
    if one_way.sum() < LEAST_FEATURES:
        return None
    place, sigma = fitted(start[one_way], end[one_way])
    if not 1.0 / MOST_GROWTH < place.ratio < MOST_GROWTH:
        return None
    return Match(place, max(sigma, FLOOR_SIGMA), int(one_way.sum()))
