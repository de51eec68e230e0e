"""Where a reference lies in a picture, to a tenth of a pixel, from where it is about.

First the whole block says how far it is off, then every tile by itself; a similarity and one radial term are
laid through what the tiles say, by weights that leave out those which disagree. That is repeated with the
chart laid again until it does not move any more.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .compare import Compared, agreement, aligned, compare
from .placement import RADIAL_PX, Placement
from .reference import Reference
from .shrink import Block, shrunk
from .tiles import Layout, layout, waves

Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]

TURNS = 4
SETTLED_PX, UNSETTLED_PX = 0.15, 1.0
"""The chart is laid again until no corner of the block moves by more than the first; by more than the second
at the end, and it is nowhere. Tiles have shifts of their own besides."""
LEAST_AGREEMENT = 0.4
"""Of a tile with what is common to all, to say where it lies."""
CLEAR = 4.0
"""How many times its rms over the tile a correlation's peak must rise to say where it is."""
FEWEST = 5
"""Tiles that must agree on a place."""
AGREE_PX = 0.35
"""Spread of the tiles about the common place beyond which there is none; more where all is soft."""
RADIAL_SIGMA = 0.03
"""Of `Placement.radial` before anything was seen; of two zooms' distortions together."""
RATIO_SIGMA = 0.02
"""Of a guess of ratio and turn: keeps a block that is small from turning by chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A placement, the block's chart there, and its tiles, aligned: each had a shift (x, y) of its own."""

    placement: Placement
    chart: Floats
    aligned: Compared
    shift_px: Floats64


def register(
    reference: Reference, picture: Floats, block: Block, side_px: int, guess: Placement
) -> Laid | None:
    """The reference laid where a block of a picture shows it; None where it does not.

    Parameters
    ----------
    picture : ndarray, shape (rows, columns)
        Light of the block.
    side_px : int
        Of its tiles.
    guess : Placement
        To half a per cent of the ratio and a quarter of a tile.
    """
    tiles = layout(block, side_px)
    if len(tiles.row) < FEWEST:
        return None
    chart = shrunk(reference, guess, block)
    off = _whole(chart, picture, block.line_step)
    placement, seen = guess.moved(*off), waves(picture, tiles)
    for turn in range(TURNS):
        if turn or any(off):
            chart = shrunk(reference, placement, block)
        compared = compare(chart, seen, tiles)
        start, trust = _peaks(compared) if turn == 0 else (np.zeros((len(tiles.row), 2)), None)
        found, shift = aligned(compared, start)
        if trust is None:
            trust = np.clip(agreement(found) - LEAST_AGREEMENT, 0.0, 1.0)
        better = _refined(placement, block, tiles, shift, trust)
        if better is None:
            return None
        moved = _farthest(placement, better, block)
        if moved < SETTLED_PX:
            return Laid(placement, chart, found, shift)
        placement = better
    return None if moved > UNSETTLED_PX else Laid(placement, chart, found, shift)


def _whole(chart: Floats, picture: Floats, line_step: int) -> tuple[float, float]:
    """How far a block is off as one, to two pixels: (x, y) in columns and lines."""
    from scipy.fft import irfft2, next_fast_len, rfft2

    # only what is coarse has a say, and half the samples show that
    rows, columns = (size // 2 for size in picture.shape)
    picture, chart = (
        np.asarray(cv2.resize(each, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
        for each in (picture, chart)
    )
    shape = next_fast_len(rows, real=True), next_fast_len(columns, real=True)
    window, coarse = _window(rows, columns), _coarse(shape, min(rows, columns))
    seen, known = (
        rfft2((each - (each * window).sum() / window.sum()) * window, shape) for each in (picture, chart)
    )
    cross = np.conj(known) * seen / (np.abs(known) + 1e-6 * np.abs(known).max())
    cross *= coarse
    correlation = irfft2(cross, shape)
    row, column = divmod(int(np.argmax(correlation)), shape[1])
    if correlation.max() < CLEAR * correlation.std():
        return 0.0, 0.0
    row, column = _signed(row, shape[0]), _signed(column, shape[1])
    return float(2 * column), float(2 * row * line_step)


@lru_cache(maxsize=8)
def _window(rows: int, columns: int) -> Floats:
    """Falls to the borders of a block."""
    down, across = (np.hanning(size + 2)[1:-1] for size in (rows, columns))
    return np.outer(down, across).astype(np.float32)


@lru_cache(maxsize=8)
def _coarse(shape: tuple[int, int], side: int) -> Floats64:
    """How much each wave of a block counts: the finer the less, and nothing as long as its shorter side."""
    radius = np.hypot(np.fft.rfftfreq(shape[1])[None, :], np.fft.fftfreq(shape[0])[:, None])
    return np.asarray(np.exp(-((radius / 0.3) ** 2)) * (radius > 1.5 / side))


def _signed(at: int, size: int) -> int:
    return at - size if at > size // 2 else at


def _peaks(compared: Compared) -> tuple[Floats64, Floats64]:
    """How far each tile is off, shape (tiles, 2), and how far it is to be trusted, from 0."""
    from scipy.fft import irfft2

    tiles = compared.tiles
    rows, columns = tiles.rows, tiles.side_px
    plane = compared.plane
    soft = np.exp(-((plane.frequency / 0.25) ** 2))
    chart = np.sqrt(compared.chart / plane.weight)
    cross = compared.cross * (soft / plane.weight / (chart + 1e-3 * chart.max(axis=1, keepdims=True)))
    half = np.zeros((len(cross), rows * (columns // 2 + 1)), np.complex64)
    half[:, plane.index] = cross
    correlation = irfft2(half.reshape(-1, rows, columns // 2 + 1), (rows, columns), axes=(1, 2))
    flat = correlation.reshape(len(cross), -1)
    best = flat.argmax(axis=1)
    row, column = np.divmod(best, columns)
    each = np.arange(len(cross))
    spread = np.sqrt(np.vecdot(flat, flat) / flat.shape[1])  # about 0: no wave that counts is the mean
    clear = flat[each, best] / np.maximum(spread, 1e-20)
    x = column + _top(*(correlation[each, row, (column + step) % columns] for step in (-1, 0, 1)))
    y = row + _top(*(correlation[each, (row + step) % rows, column] for step in (-1, 0, 1)))
    x, y = np.where(x > columns / 2, x - columns, x), np.where(y > rows / 2, y - rows, y)
    return np.stack([x, y * tiles.line_step], axis=1), np.clip(clear - CLEAR, 0.0, 10.0)


def _top(before: Floats, at: Floats, after: Floats) -> Floats64:
    """Where between its neighbours a peak lies, -0.5 to 0.5."""
    bend = before - 2 * at + after
    return np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), 0.0)


def _refined(
    placement: Placement,
    block: Block,
    tiles: Layout,
    off_px: Floats64,
    trust: Floats64,
) -> Placement | None:
    """The placement that most tiles agree on; None where too few do."""
    x, y = tiles.middles(block)
    dx, dy = placement.inverse(x, y)
    z = (dx + 1j * dy) * placement.ratio * np.exp(1j * placement.turn_rad)
    off = off_px[:, 0] + 1j * off_px[:, 1]
    sure = trust > 0
    if sure.sum() < FEWEST:
        return None
    bend = z * (np.abs(z) / placement.ratio / RADIAL_PX) ** 2
    ways = np.stack([np.ones_like(z), 1j * np.ones_like(z), z, 1j * z, bend], axis=1)
    matrix = np.concatenate([ways.real, ways.imag])
    target = np.concatenate([off.real, off.imag])
    prior = np.array([0.0, 0.0, RATIO_SIGMA, RATIO_SIGMA, RADIAL_SIGMA])
    prior = np.divide(1.0, prior, out=np.zeros(5), where=prior > 0)
    weight = trust / trust.max()
    middle = complex(_median(off.real[sure]), _median(off.imag[sure]))
    left = np.abs(off - middle)
    for _ in range(8):
        spread = max(1.4826 * _median(left[sure]), 0.02)
        kept = weight * np.clip(1 - (left / (4 * spread)) ** 2, 0.0, 1.0) ** 2
        w = np.concatenate([kept, kept])[:, None]
        answer = np.linalg.solve(
            matrix.T @ (w * matrix) + np.diag((spread * prior) ** 2), matrix.T @ (w[:, 0] * target)
        )
        left = np.abs(off - ways @ answer)
    agree = (left < max(AGREE_PX, 3 * spread)) & sure
    if agree.sum() < FEWEST or spread > 4 * AGREE_PX:
        return None
    right, down, larger, turned, radial = answer.tolist()
    return replace(
        placement,
        x_px=placement.x_px + right,
        y_px=placement.y_px + down,
        ratio=placement.ratio * math.hypot(1 + larger, turned),
        turn_rad=placement.turn_rad + math.atan2(turned, 1 + larger),
        radial=placement.radial + radial,
    )


def _median(values: Floats64) -> float:
    """As `np.median`, of few values in a tenth of the time."""
    ordered, half = np.sort(values), values.size // 2
    return float(ordered[half] + ordered[~half]) / 2


def _farthest(before: Placement, after: Placement, block: Block) -> float:
    """How far the corners of a block move from one placement to another, the farthest of them."""
    x = block.column + np.array([0, block.columns, 0, block.columns], float)
    y = np.array([block.line(0)] * 2 + [block.line(block.rows)] * 2, float)
    moved = after.points(*before.inverse(x, y))
    return float(np.hypot(moved[0] - x, moved[1] - y).max())
