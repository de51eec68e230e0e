"""People who walk between the camera and what it looks at: one now and then, or a crowd all the time.

A person is a drawn cut-out half a metre wide, blurred for the distance at which it walks, and sharp in every
moment: the shutter's own blur is left out.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .lens import Pose, ZoomLens
from .paper import WHITE
from .raster import Floats, Raster

Bytes = NDArray[np.uint8]

WIDTH_M, HEIGHT_M = 0.5, 1.7
HEAD_M = 0.45
"""The top of the head above the axis, which meets the chest."""
WALKER_AT = 0.8
"""Of the distance from lens to chart."""
CROWD, CROWD_NEAR, CROWD_FAR = 26, 0.97, 1.03
SPANS_M = 2.2
"""How far from the axis, to each side, somebody turns up and is gone."""
PX = (128, 436)
"""Columns and rows of a cut-out."""
COARSE_SIGMA = 3.0
"""Blur in samples from which half as many samples do."""


@dataclass(frozen=True, slots=True, eq=False)
class _Walker:
    """Somebody: cut-out, distance in m, where at the start and how fast to the right, in m and m/s."""

    looks: Bytes
    distance_m: float
    start_m: float
    speed_m_s: float

    def x_m(self, at_s: float) -> float:
        return (self.start_m + self.speed_m_s * at_s + SPANS_M) % (2 * SPANS_M) - SPANS_M


class Passers:
    """People who walk before a lens.

    Parameters
    ----------
    lens : ZoomLens
        Its settings say who walks.
    raster : Raster
    axis : (float, float)
        Where the lens looks, among the photosites.
    """

    def __init__(self, lens: ZoomLens, raster: Raster, axis: tuple[float, float]) -> None:
        self._lens, self._raster, self._axis = lens, raster, axis
        self._walkers = _walkers(lens.settings.mover, lens.settings.distance_m, lens.settings.seed)

    def before(self, light: Floats, pose: Pose, at_s: float, full: float) -> Floats:
        """The light with everybody in front of it who is in the picture; `full` is that of printed white."""
        for walker in self._walkers:
            light = self._one_before(light, walker, pose, at_s, full)
        return light

    def _one_before(self, light: Floats, walker: _Walker, pose: Pose, at_s: float, full: float) -> Floats:
        lens, raster = self._lens, self._raster
        per_m = 1e3 * lens.focal_mm(pose) / raster.pitch_um / walker.distance_m
        off_um = behind_um(lens, pose, walker.distance_m)
        sigma = abs(lens.residual_um(pose) + off_um) / lens.f_number(pose) / raster.pitch_um / 4
        x, y = self._axis[0] + per_m * walker.x_m(at_s), self._axis[1] - per_m * HEAD_M
        reach = per_m * WIDTH_M / 2 + 4 * sigma
        if x + reach < 0 or x - reach > raster.width:
            return light
        step = 2 ** max(math.ceil(math.log2(max(sigma, 1e-3) / COARSE_SIGMA)), 0)
        size = math.ceil(raster.width / step), math.ceil(raster.height / step)
        grow = per_m * WIDTH_M / PX[0] / step
        place = np.array([[grow, 0.0, x / step - grow * PX[0] / 2], [0.0, grow, y / step]])
        drawn = cv2.warpAffine(walker.looks, place, size, flags=cv2.INTER_LINEAR)
        blurred = cv2.GaussianBlur(np.asarray(drawn, np.float32), (0, 0), max(sigma / step, 0.4))
        if step > 1:
            whole = size[0] * step, size[1] * step
            blurred = cv2.resize(blurred, whole, interpolation=cv2.INTER_LINEAR)
        shown = np.asarray(blurred, np.float32)[: raster.height, : raster.width]
        return np.asarray(light * (1 - shown[..., 1] / 255) + shown[..., 0] * np.float32(full / WHITE))


def behind_um(lens: ZoomLens, pose: Pose, distance_m: float) -> float:
    """How much further behind the image of something at a distance the sensor is than behind the chart's."""
    nearer = 1.0 / lens.settings.distance_m - 1.0 / distance_m
    return float(lens.settings.tele_mm**2 * nearer * lens.ratio(pose) ** 2)


@lru_cache(maxsize=4)
def _walkers(kind: str, distance_m: float, seed: int) -> tuple[_Walker, ...]:
    """Everybody, those furthest away first."""
    rng = np.random.default_rng((seed, 71))
    if kind == "none":
        return ()
    if kind == "person":
        start, way = float(rng.uniform(-SPANS_M, SPANS_M)), float(rng.choice((-1.0, 1.0)))
        return (_Walker(_looks(rng), WALKER_AT * distance_m, start, 1.2 * way),)
    distances = np.sort(rng.uniform(CROWD_NEAR, CROWD_FAR, CROWD))[::-1] * distance_m
    return tuple(
        _Walker(
            _looks(rng),
            float(distance),
            float(rng.uniform(-SPANS_M, SPANS_M)),
            float(rng.uniform(0.4, 1.4) * rng.choice((-1.0, 1.0))),
        )
        for distance in distances
    )


def _looks(rng: np.random.Generator) -> Bytes:
    """Somebody in a patterned shirt; shape (rows, columns, 2): level times cover, and cover."""
    columns, rows = PX
    cover = np.zeros((rows, columns), np.uint8)
    cv2.ellipse(cover, (columns // 2, 34), (22, 32), 0, 0, 360, 255, -1, cv2.LINE_AA)
    shape = np.array([(0.3, 0.15), (0.7, 0.15), (0.97, 0.24), (0.93, 0.58), (0.76, 1.0), (0.24, 1.0),
                      (0.07, 0.58), (0.03, 0.24)]) * PX  # fmt: skip
    cv2.fillPoly(cover, [np.rint(shape).astype(np.int32)], 255, cv2.LINE_AA)
    level = np.full((rows, columns), rng.uniform(30, 120), np.float32)
    for _ in range(420):
        at = int(rng.integers(0, columns)), int(rng.integers(60, 260))
        size = int(11 * rng.random() ** 2) + 1
        cv2.rectangle(level, at, (at[0] + size, at[1] + size), float(rng.uniform(10, 220)), -1)
    level[:68] = cv2.GaussianBlur(rng.normal(140, 40, (68, columns)).astype(np.float32), (0, 0), 2.0)
    whole = np.stack([np.clip(level, 0, 255) * (cover / 255.0), cover], axis=-1)
    return np.asarray(np.rint(whole), np.uint8)
