"""An object measured: what the picture shows of it against what the reference shows, shrunk to its size.

    modulation(f) = H_picture(f) / H_reference(k f) * pixel(k f)

with k the picture's scale over the reference's. The reference, without its own pixel and k times as large,
is the chart of the picture; so the picture's pixel is part of the curve, as in a star's, and what lens and
camera had left of the reference at k f is not in it. What those were is for the solver to know.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...frame import Frame
from ...transfer import linearise
from ..picture.clipping import clipped, least_cut
from ..reading import Flag, MeasuredCurve, Object, Tile
from .curve import (
    FEWEST_TILES,
    LEAST_COHERENCE,
    MOVED_PX,
    SURE_COHERENCE,
    SURE_FROM,
    SURE_TO,
    Fitted,
    Sums,
    band_coherence,
    fitted,
    gains,
    odd_ones,
    rings_of,
    sums,
)
from .placement import Placement
from .reference import CELL_PX, Reference, noise_of
from .region import Region, best_block, seen_by_both
from .register import Laid, register
from .shrink import Block
from .tiles import Layout, layout, noise_power

Floats64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

CUT_SHARE = 0.01
"""Of a tile's samples that may be clipped."""
SIGNAL_NOISES = 3.0
"""A tile's detail against its noise, both as rms."""
MANY = 0.25
"""Share of the tiles whose fault is the object's."""
GAINS_SPREAD = 0.15
"""Of the tiles' brightness against the reference; more, and the object mirrors light."""
DARK_LIGHT = 0.01
WHY_FLAGS = {
    "smooth": Flag.TOO_SMOOTH,
    "clipped": Flag.CLIPPED,
    "moved": Flag.MOVING,
    "depth": Flag.SEVERAL_DEPTHS,
    "outside": Flag.TOO_SMALL,
}
STRIDE_PX = 7
KNOWN_TO, SOME_CODEC = 0.15, 0.3
"""A ring whose modulation is known so well counts, however little of it there is, unless a codec took it."""


@dataclass(frozen=True, slots=True)
class ObjectMeasurement(MeasuredCurve):
    """What one picture says about an object: its curve against a reference.

    Attributes
    ----------
    placement
        Where the reference lies in the picture; None where it was not found.
    object
        The part that was compared, with its tiles.
    coherence
        How much of the picture the chart explains, ring by ring, 0 to 1.
    surety
        The same from 0.03 to 0.1 cy/px, over all rings; less than 0.9, and there is no curve.
    flags
        Without a curve: `lost` (the reference was not found), `too-small`, `too-smooth`, `moving`,
        `several-depths`, `glossy`, `clipped`, `too-dark`. With one they are remarks.
    """

    placement: Placement | None
    object: Object | None
    coherence: tuple[float, ...] = ()
    surety: float = 0.0
    flags: frozenset[Flag] = frozenset()


def measure_object(
    reference: Reference, frame: Frame, guess: Placement, *, region: Region | None = None
) -> ObjectMeasurement:
    """Measure an object in a picture (or a field) against the reference; modulation from -1 to 1.

    Parameters
    ----------
    reference : Reference
        The same object, larger or as large, and sharp.
    frame : Frame
    guess : Placement
        Where the reference lies in the picture, to half a per cent of the ratio and a few pixels.
    region : Region, optional
        The part of the picture to keep to.

    Notes
    -----
    A poor picture comes back with flags.
    """
    height_px = frame.luma.shape[0] * frame.line_step
    common = seen_by_both(reference, guess, frame.luma.shape[1], height_px)
    chosen = best_block(
        reference, guess, common.within(region) if region else common, frame.line_step, frame.first_line
    )
    if chosen is None:
        return ObjectMeasurement(None, None, flags=frozenset({Flag.TOO_SMALL}))
    block, side_px = chosen
    codes = frame.luma[block.row : block.row + block.rows, block.column : block.column + block.columns]
    light = linearise(codes, bits=frame.bits, transfer=frame.transfer, limited=frame.limited)
    laid = register(reference, light, block, side_px, guess)
    if laid is None:
        lost = _object(block, side_px)
        flags = {Flag.LOST} | ({Flag.TOO_DARK} if light.mean() < DARK_LIGHT else set())
        return ObjectMeasurement(None, lost, flags=frozenset(flags))
    return _measured(reference, frame, light, block, laid)


def _measured(
    reference: Reference, frame: Frame, light: NDArray[np.float32], block: Block, laid: Laid
) -> ObjectMeasurement:
    tiles = laid.aligned.tiles
    rings = rings_of(laid.aligned)
    grain = _chart_noise(reference, laid.placement, tiles, rings.frequency)
    found = sums(laid.aligned, laid.chart, grain)
    why = np.full(len(tiles.row), "", dtype="<U8")
    why[_outside(reference, laid.placement, block, tiles)] = "outside"
    why[_cut(reference, frame, laid.placement, block, tiles) & (why == "")] = "clipped"
    why[_smooth(laid, noise_of(light)) & (why == "")] = "smooth"
    why[(np.abs(laid.shift_px).max(axis=1) > MOVED_PX) & (why == "")] = "moved"
    good = why == ""
    if good.sum() >= FEWEST_TILES:
        moved, depth = odd_ones(found.only(good))
        why[np.flatnonzero(good)[moved]] = "moved"
        why[np.flatnonzero(good)[depth]] = "depth"
    kept = found.only(why == "")
    target = _object(block, tiles.side_px, why)
    surety = band_coherence(kept, SURE_FROM, SURE_TO) if (why == "").any() else 0.0
    nothing = ObjectMeasurement(laid.placement, target, surety=surety, flags=_faults(why, light))
    if (why == "").sum() < FEWEST_TILES or surety < SURE_COHERENCE:
        return replace(nothing, flags=_reason(nothing.flags, why, kept))
    return _with_curve(
        nothing, fitted(kept, laid.placement.ratio, _in_step(reference, laid.placement, block))
    )


def _object(block: Block, side_px: int, why: NDArray[np.str_] | None = None) -> Object:
    """The block as the target, with its tiles."""
    tiles = layout(block, side_px)
    x, y = tiles.middles(block)
    reasons = [""] * len(x) if why is None else why.tolist()
    return Object(
        block.column + (block.columns - 1) / 2,
        block.line((block.rows - 1) / 2),
        float(block.columns),
        float(block.rows * block.line_step),
        tuple(
            Tile(float(at_x), float(at_y), float(side_px), why is not None and not reason, reason)
            for at_x, at_y, reason in zip(x, y, reasons, strict=True)
        ),
    )


def _chart_noise(reference: Reference, placement: Placement, tiles: Layout, frequency: Floats64) -> Floats64:
    """Power that the reference's noise has in a wave of the chart, by ring."""
    own = np.maximum(_pixel(frequency * placement.ratio), 0.35)
    density = reference.noise**2 * placement.ratio**2 * reference.line_step / tiles.line_step
    return np.asarray(density * noise_power(tiles.rows, tiles.side_px) * (_pixel(frequency) / own) ** 2)


def _in_step(reference: Reference, placement: Placement, block: Block) -> float:
    """How far the pixels of picture and reference fall on the same places, 0 to 1; below 0: between them."""
    x = block.column + np.arange(0, block.columns, STRIDE_PX, dtype=float)[None, :]
    y = block.line(0) + block.line_step * np.arange(0, block.rows, STRIDE_PX, dtype=float)[:, None]
    dx, dy = placement.inverse(x, y)
    column = dx + (reference.width_px - 1) / 2
    row = (dy + (reference.height_px - 1) / 2 - reference.first_line) / reference.line_step
    return float(np.cos(2 * np.pi * np.stack([column + 0 * row, row + 0 * column])).mean())


def _corners(block: Block, tiles: Layout) -> tuple[Floats64, Floats64]:
    """Columns and lines of the tiles' four corners, shape (tiles, 4)."""
    x, y = tiles.middles(block)
    half = tiles.side_px / 2
    return x[:, None] + half * np.array([-1, 1, -1, 1]), y[:, None] + half * np.array([-1, -1, 1, 1])


def _outside(reference: Reference, placement: Placement, block: Block, tiles: Layout) -> Mask:
    """Tiles that are not wholly in the reference."""
    dx, dy = placement.inverse(*_corners(block, tiles))
    beyond = (np.abs(dx) > reference.width_px / 2 - 1) | (np.abs(dy) > reference.height_px / 2 - 1)
    return np.asarray(beyond.any(axis=1))


def _cut(reference: Reference, frame: Frame, placement: Placement, block: Block, tiles: Layout) -> Mask:
    """Tiles with highlights that are cut off, in the picture or in the reference."""
    found = _cut_in_reference(reference, placement, block, tiles)
    whole = frame.luma[block.row : block.row + block.rows, block.column : block.column + block.columns]
    if frame.bits and int(whole.max()) >> (frame.bits - 8) < least_cut(frame.limited):
        return found
    for number, (row, column) in enumerate(zip(tiles.row, tiles.column, strict=True)):
        top, left = block.row + row, block.column + column
        codes = frame.luma[top : top + tiles.rows, left : left + tiles.side_px]
        found[number] |= clipped(codes, bits=frame.bits, limited=frame.limited, piled_up=CUT_SHARE)
    return found


def _cut_in_reference(reference: Reference, placement: Placement, block: Block, tiles: Layout) -> Mask:
    if not reference.cut.any():
        return np.zeros(len(tiles.row), bool)
    dx, dy = placement.inverse(*_corners(block, tiles))
    rows, columns = reference.cut.shape
    x = np.clip((dx + reference.width_px / 2) / CELL_PX, 0, columns)
    y = np.clip((dy + reference.height_px / 2) / CELL_PX / reference.line_step, 0, rows)
    found = np.zeros(len(dx), bool)
    for number in range(len(dx)):
        cells = reference.cut[
            int(y[number].min()) : math.ceil(y[number].max()),
            int(x[number].min()) : math.ceil(x[number].max()),
        ]
        found[number] = bool(cells.size and cells.mean() > CUT_SHARE)
    return found


def _smooth(laid: Laid, noise: float) -> Mask:
    """Tiles whose detail does not stand out of the picture's noise."""
    plane = laid.aligned.plane
    tiles = laid.aligned.tiles
    grain = noise**2 * noise_power(tiles.rows, tiles.side_px) * float(plane.weight.sum())
    return np.asarray(laid.aligned.chart.sum(axis=1) < SIGNAL_NOISES**2 * grain)


def _faults(why: NDArray[np.str_], light: NDArray[np.float32]) -> frozenset[Flag]:
    """What is the matter with a good part of the tiles."""
    flags = {flag for key, flag in WHY_FLAGS.items() if key != "outside" and (why == key).mean() > MANY}
    return frozenset(flags | ({Flag.TOO_DARK} if float(light[::4, ::4].mean()) < DARK_LIGHT else set()))


def _reason(flags: frozenset[Flag], why: NDArray[np.str_], kept: Sums) -> frozenset[Flag]:
    """Why there is no curve: at least one flag."""
    if flags:
        return flags
    if (why == "").sum() < FEWEST_TILES:
        counts = {flag: int((why == key).sum()) for key, flag in WHY_FLAGS.items()}
        return frozenset({max(counts, key=lambda flag: counts[flag])})
    middle = gains(kept)
    spread = float(np.std(middle) / max(abs(float(np.median(middle))), 1e-9))
    return frozenset({Flag.GLOSSY if spread > GAINS_SPREAD else Flag.MOVING})


def _with_curve(nothing: ObjectMeasurement, curve: Fitted) -> ObjectMeasurement:
    pixel = _pixel(curve.frequency_cy_px)
    known = (curve.sigma * pixel < KNOWN_TO) & (curve.coded < SOME_CODEC)
    keep = known | (curve.coherence > LEAST_COHERENCE)
    frequency = curve.frequency_cy_px[keep]
    modulation, sigma = (curve.ratio * pixel)[keep], (curve.sigma * pixel)[keep]
    fifty = _fifty(frequency, modulation, sigma)
    quarter = frequency[0] <= 0.25 <= frequency[-1] if len(frequency) else False
    gain = curve.gain / np.median(curve.gain)
    flags = set(nothing.flags) | ({Flag.GLOSSY} if float(np.std(gain)) > GAINS_SPREAD else set())
    return replace(
        nothing,
        frequency_cy_px=tuple(frequency.tolist()),
        modulation=tuple(modulation.tolist()),
        modulation_sigma=tuple(sigma.tolist()),
        level_sigma=curve.level_sigma,
        level_noise=curve.level_noise,
        modulation_025=float(np.interp(0.25, frequency, modulation)) if quarter else None,
        modulation_025_sigma=float(np.interp(0.25, frequency, sigma)) if quarter else None,
        mtf50_cy_px=fifty and fifty[0],
        mtf50_sigma_cy_px=fifty and fifty[1],
        coherence=tuple(curve.coherence[keep].tolist()),
        flags=frozenset(flags if fifty else flags | {Flag.ABOVE_NYQUIST}),
    )


def _fifty(frequency: Floats64, modulation: Floats64, sigma: Floats64) -> tuple[float, float] | None:
    """MTF50 and its sigma; None where the curve does not come down to 0.5."""
    below = np.flatnonzero(modulation < 0.5)
    if not below.size or below[0] == 0:
        return None
    after = int(below[0])
    before = after - 1
    fall = float(modulation[before] - modulation[after])
    share = float(modulation[before] - 0.5) / fall
    width = float(frequency[after] - frequency[before])
    return float(frequency[before]) + share * width, float(sigma[after]) * width / fall


def _pixel(frequency: Floats64) -> Floats64:
    """What a pixel leaves of the modulation, the mean over all directions."""
    angle = (np.arange(16) + 0.5) / 16 * np.pi / 4
    column = np.asarray(frequency)[..., None]
    return np.asarray((np.sinc(column * np.cos(angle)) * np.sinc(column * np.sin(angle))).mean(axis=-1))
