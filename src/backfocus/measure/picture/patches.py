"""What the patches of our chart say: by which transfer curve the camera made its code values.

A patch is black lines on bare paper, so its mean *light* is geometry: a quarter, a half or three quarters of
the way from black to white, however the printer draws greys and whether the lines are sharp in the picture or
not. A curve is right when it makes all patches come out so. Ink that spreads darkens a patch in proportion to
its edges, which two halves of unequal pitch tell apart from a curve. White is the paper on both sides of each
patch, so that slowly falling light does not matter.

Where a harmonic of the lines comes near a multiple of the sampling frequency, a patch holds less than a wave
of moire and its mean is no geometry: nothing is read.
"""

import cmath
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ...frame import Frame, Samples
from ...target import PATCH_BOTTOM, PATCH_STEP, PATCH_TOP, PATCH_WIDTH, PATCHES
from ...transfer import TRANSFERS, linearise
from ..reading import Flag
from ..star.levels import DISC_AT_HALF
from ..star.measurement import StarMeasurement
from ..star.mtf import NYQUIST
from ..star.pose import Pose
from ..star.rings import Floats64

PUBLISHED = (*(name for name in TRANSFERS if name != "unknown"), "gamma2.2", "gamma2.6")
GAMMAS = tuple(f"gamma{number / 40:g}" for number in range(40, 121))
"""Tried where no published curve agrees: any other is near to one of these between black and white."""

UNLIKELY = {(False, False): 0.0, (False, True): 0.3, (True, False): 0.5, (True, True): 1.0}
"""By how much better a curve must agree that is not the declared one, or not in the declared range."""

ALONE = 0.5
"""By how much better than any curve that says something else."""

SAMPLING, SIGMAS = 0.0015, 1.5
"""Of white, and of the noise: how far patches may be off by the right curve."""

KEPT, CONTRADICTED = 1.4, 10.0
"""Times as far off the declared curve is kept still, and MTF50 is several per cent off."""

SAME, LEVELS = 0.004, 33
"""Of white, at so many code values: curves no further apart give the same MTF50 to half a per cent."""

SPREADS = (-0.01, 0.08)
"""Of white that the wider patches may lose by ink that spreads."""

DARKEST, DARKEST_CODE = 0.5, 0.8
"""Black may have this share of white, in light and in code values: PQ brings them so close together."""

CLEAR_PX, MOST_REACH = 1.5, 0.05
"""Beyond the blur disc, what is left out along an edge; and of the rim, the most that may be."""

SIZES = (1.0, 1.025)
"""Of the rim as read: a wrong curve may make it smaller."""

SOFTER = 1.4
"""How much softer a picture may look by the wrong curve."""

LEAST_SAMPLES = 50
"""In a patch, and in paper by its width; in a smaller one what lies around it still shows."""

MOIRE = 0.005
"""Of white that lines in step with the pixels may add to a patch or take from it, by the best of lenses."""

HARMONICS = np.arange(1, 8)[:, None]
"""Of the lines, shape (n, 1)."""
STEPS = (0.975, 0.9875, 1.0, 1.0125, 1.025)
"""Sizes of the rim, against the supposed one, for which moire is looked at."""

_WHITE = np.array([patch.white for patch in PATCHES])
_EDGES = np.array([PATCHES[1].pitch / patch.pitch for patch in PATCHES[1:]])
_MIDDLE = (PATCH_TOP + PATCH_BOTTOM) / 2
_MARKS = np.array(
    [complex(PATCHES[0].x + aside * PATCH_STEP / 2, _MIDDLE) for aside in (0, -1, 1)]
    + [complex(x, y) for x in (-1.1, 1.1) for y in (PATCH_TOP, PATCH_BOTTOM)]
)
"""The middle of black and of the paper on both sides, then the corners of the strip."""
_BETWEEN = np.arange(len(PATCHES) + 1) - len(PATCHES) / 2


@dataclass(frozen=True, slots=True)
class DetectedTransfer:
    """The transfer curve and range that patches agree with; whether they flatly contradict the declared."""

    transfer: str
    limited: bool
    contradicts: bool

    def of(self, frame: Frame) -> Frame:
        """The picture as one of this curve and range."""
        return replace(frame, transfer=self.transfer, limited=self.limited)


@dataclass(frozen=True, slots=True, eq=False)
class _Area:
    """Samples inside a patch or a strip of paper; their weights, of sum 1, fall to nothing at all sides.

    `x` is where they lie across the lines, in star radii from the middle.
    """

    samples: Samples
    weight: Floats64
    x: Floats64


def read_patches(
    frame: Frame, star: StarMeasurement, supposed: DetectedTransfer | None = None
) -> DetectedTransfer | None:
    """The transfer curve of a picture, by the patches below its star; None where they do not tell.

    The `supposed` curve is kept, then the frame's own, unless the patches refute it; else it is the one that
    alone agrees.

    Parameters
    ----------
    frame : Frame
        With the curve it declares.
    star : StarMeasurement
        Measured in it, by whatever curve.
    supposed : DetectedTransfer, optional
        By an earlier picture.
    """
    reach_px = _reach_px(star)
    if reach_px is None:
        return None
    units = (unit for size in SIZES for unit in _turns(star, size))
    places = (areas for unit in units if (areas := _areas(frame, star, unit, reach_px)))
    return next((detected for areas in places if (detected := _detected(frame, areas, supposed))), None)


def _reach_px(star: StarMeasurement) -> float | None:
    """What blur spoils along an edge; None where it leaves too little of a patch, or no rim is in view."""
    sharp = NYQUIST if Flag.ABOVE_NYQUIST in star.flags else star.mtf50_cy_px
    if sharp is None and Flag.TOO_SMALL in star.flags:
        sharp = star.frequency_cy_px[-1]
    if star.radius_px is None or sharp is None:
        return None
    reach, most = CLEAR_PX + DISC_AT_HALF / sharp, MOST_REACH * star.radius_px
    return min(reach, most) if reach < SOFTER * most else None


def _turns(star: StarMeasurement, size: float) -> Iterator[complex]:
    """The x axis of the chart, a rim long, in the picture: upright or by quarters, as the spokes allow."""
    rim = star.radius_px or 0.0
    radius, phase = np.array(star.ring_radius_px), np.array(star.ring_phase_rad)
    outer = np.abs(radius - 0.85 * rim) < 0.1 * rim  # no twist lies there
    wave = (np.array(star.ring_amplitude) * np.exp(1j * phase))[outer].sum()
    spoke = 2 * math.pi / star.cycles
    first = float(np.angle(wave)) / star.cycles
    for quarter in range(4):
        yield cmath.rect(size * rim, first + spoke * round((quarter * math.pi / 2 - first) / spoke))


def _areas(frame: Frame, star: StarMeasurement, unit: complex, reach_px: float) -> tuple[_Area, ...] | None:
    """The patches, then the paper beside them, without their edges.

    None unless all are in the picture, free of moire, and rise from black to white.
    """
    shear = Pose(star.x_px, star.y_px, star.stretch, star.skew).shear
    marks = unit * _MARKS
    marks = (marks - shear * np.conj(marks)) / (1 - abs(shear) ** 2)
    x, y = star.x_px + marks.real, (star.y_px + marks.imag - frame.first_line) / frame.line_step
    rows, columns = frame.luma.shape
    if x.min() < 0 or y.min() < 0 or x.max() > columns - 1 or y.max() > rows - 1:
        return None
    black, *paper = frame.luma[y[:3].astype(int), x[:3].astype(int)].tolist()
    if black > DARKEST_CODE * min(paper):
        return None
    window = slice(int(y.min()), int(y.max()) + 2), slice(int(x.min()), int(x.max()) + 2)
    row, column = np.ogrid[window]
    z = column - star.x_px + 1j * (frame.first_line + frame.line_step * row - star.y_px)
    areas = _windowed(frame.luma[window], (z + shear * np.conj(z)) / unit, reach_px / abs(unit))
    return areas if areas and _rising(areas) and _moire(areas, unit) < MOIRE else None


def _windowed(samples: Samples, z: NDArray[np.complex128], reach: float) -> tuple[_Area, ...] | None:
    """What lies in each patch, then in the paper beside it, further than `reach` from their edges.

    `z` is where the samples lie on the chart, in star radii from its centre; None where one holds too few.
    """
    high = (PATCH_BOTTOM - PATCH_TOP) / 2 - reach
    row_of_patches = np.abs(z.imag - _MIDDLE) < high
    places = [(patch.x, PATCH_WIDTH) for patch in PATCHES]
    places += [(PATCH_STEP * between, PATCH_STEP - PATCH_WIDTH) for between in _BETWEEN]
    areas = []
    for centre, width in places:
        half = width / 2 - reach
        inside = row_of_patches & (np.abs(z.real - centre) < half)
        if np.count_nonzero(inside) < LEAST_SAMPLES * width / PATCH_WIDTH:
            return None
        at = z[inside] - complex(centre, _MIDDLE)
        weight = (np.cos(np.pi / 2 * at.real / half) * np.cos(np.pi / 2 * at.imag / high)) ** 2
        areas.append(_Area(samples[inside], weight / weight.sum(), at.real))
    return tuple(areas)


def _moire(areas: tuple[_Area, ...], unit: complex) -> float:
    """Of white, the most by which lines that fall in step with the pixels may shift the mean of a patch.

    By any lens: every harmonic of the lines as it passes the pixel's square, summed over the very samples.
    """
    along = unit / abs(unit) ** 2
    most = 0.0
    for patch, area in zip(PATCHES[1:], areas[1 : len(PATCHES)], strict=True):
        drawn = 2 / np.pi / HARMONICS * np.abs(np.sin(np.pi * HARMONICS * patch.white))
        for step in STEPS:
            lines = HARMONICS / (patch.pitch * step)
            passed = drawn * np.abs(np.sinc(lines * along.real) * np.sinc(lines * along.imag))
            left = np.abs(np.exp(2j * np.pi * lines * area.x) @ area.weight)
            most = max(most, float((passed[:, 0] * left).max()))
    return most


def _rising(areas: tuple[_Area, ...]) -> bool:
    """Whether the patches could be ours, by any curve."""
    code = [float(area.weight @ area.samples) for area in areas]
    black, quarter, half, fine, most = code[: len(PATCHES)]
    return black < quarter < min(half, fine) and max(half, fine) < most < min(code[len(PATCHES) :])


def _detected(
    frame: Frame, areas: tuple[_Area, ...], supposed: DetectedTransfer | None
) -> DetectedTransfer | None:
    """The supposed or the declared curve unless it is refuted, else the one that alone agrees."""
    if supposed is not None and _misfit(supposed.of(frame), areas) < KEPT:
        return supposed
    declared = _misfit(frame, areas)
    if declared < KEPT:
        return DetectedTransfer(frame.transfer, frame.limited, contradicts=False)
    for curves in (frame.transfer, *PUBLISHED), GAMMAS:
        tried = (DetectedTransfer(*made, declared > CONTRADICTED) for made in product(curves, (True, False)))
        misfits = ((_misfit(detected.of(frame), areas), detected) for detected in tried)
        if agree := [(misfit, detected) for misfit, detected in misfits if misfit < 1]:
            return _alone(agree, frame, areas)
    return None


def _alone(
    agree: list[tuple[float, DetectedTransfer]], frame: Frame, areas: tuple[_Area, ...]
) -> DetectedTransfer | None:
    """The likeliest of the curves that agree; None where another, hardly less likely, says something else."""
    scores = [
        misfit + UNLIKELY[detected.transfer != frame.transfer, detected.limited != frame.limited]
        for misfit, detected in agree
    ]
    least = min(scores)
    rivals = [detected for score, (_, detected) in zip(scores, agree, strict=True) if score < least + ALONE]
    shares = [_shares(detected.of(frame), areas) for detected in rivals]
    return agree[scores.index(least)][1] if np.ptp(shares, axis=0).max() < SAME else None


def _shares(frame: Frame, areas: tuple[_Area, ...]) -> Floats64:
    """How far from black to white the code values between them are by the frame's curve; shape (LEVELS,)."""
    black, paper = areas[0], areas[-1]
    first, last = (float(area.weight @ area.samples) for area in (black, paper))
    codes = paper.samples[np.zeros(LEVELS, int)]
    codes[:] = np.linspace(first, last, LEVELS)
    light = linearise(codes, bits=frame.bits, transfer=frame.transfer, limited=frame.limited).astype(float)
    return np.asarray((light - light[0]) / (light[-1] - light[0]))


def _misfit(frame: Frame, areas: tuple[_Area, ...]) -> float:
    """How far off the patches come out by the frame's curve, against what it may be."""
    light = [
        linearise(area.samples, bits=frame.bits, transfer=frame.transfer, limited=frame.limited)
        for area in areas
    ]
    mean = np.array([area.weight @ values for area, values in zip(areas, light, strict=True)])
    patches, paper = mean[: len(PATCHES)], mean[len(PATCHES) :]
    if paper.min() <= 0:
        return math.inf
    share = patches / (paper[1:] + paper[:-1]) * 2
    if not 0 <= share[0] < DARKEST:
        return math.inf
    off = ((share - share[0]) / (1 - share[0]) - _WHITE)[1:]
    spread = np.clip(-(off @ _EDGES) / (_EDGES @ _EDGES), *SPREADS)
    sheet = zip(areas[len(PATCHES) :], light[len(PATCHES) :], paper, strict=True)
    noise = min(
        float(values.std() / value * np.sqrt(area.weight @ area.weight)) for area, values, value in sheet
    )
    return float(np.sqrt(np.square(off + spread * _EDGES).mean()) / math.hypot(SAMPLING, SIGMAS * noise))
