"""A scene before the camera: what it looks at instead of a chart."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from ..settings import SceneKind
from . import built, grown, people, poor, printed
from .plane import Plane, Singles, window_transfer
from .sheet import Sheet

UNITS_WIDE = 960.0
"""A picture at wide is so many units wide."""
DRAW: dict[SceneKind, Callable[[Sheet, int], None]] = {
    "text": printed.text,
    "shelf": printed.shelf,
    "leaves": grown.leaves,
    "brick": built.brick,
    "street": printed.street,
    "person": people.person,
    "grass": grown.grass,
    "gravel": grown.gravel,
    "facade": built.facade,
    "fabric": built.fabric,
    "bark": grown.bark,
    "crowd": people.crowd,
    "circuit": printed.circuit,
    "wall": poor.wall,
    "sky": poor.sky,
    "water": poor.water,
    "glossy": poor.glossy,
    "blinds": poor.blinds,
}
_MARGIN_PX = 40.0
"""How far the middle of the scene may stand off the middle of the canvas."""


class Scene:
    """A scene at any zoom.

    Parameters
    ----------
    kind : str
        One of `DRAW`.
    canvas : (int, int)
        Width and height, a little larger than the picture.
    wide_radius_px : float
        Radius a star's rim has at wide, by which scales are told, in canvas pixels.
    px_per_unit : float
        Canvas pixels to a unit of the scene at wide.
    zoom : (float, float)
        The smallest and the largest scale that is asked for, against wide.
    fine : int
        The most samples to a pixel that are asked for.
    seed : int
    """

    turned_rad = 0.0

    def __init__(
        self,
        kind: SceneKind,
        canvas: tuple[int, int],
        *,
        wide_radius_px: float,
        px_per_unit: float,
        zoom: tuple[float, float],
        fine: int,
        seed: int,
    ) -> None:
        wide, tele = (px_per_unit * scale for scale in zoom)
        half_px = [size / 2 + _MARGIN_PX for size in canvas]
        self._canvas = canvas
        self._units_per_radius = wide_radius_px / px_per_unit
        self._plane = Plane(
            partial(_draw, kind, seed),
            finest=1.0 / (tele * fine),
            coarsest=1.0 / wide,
            half_samples=(math.ceil(half_px[0] * fine), math.ceil(half_px[1] * fine)),
            half_units=(half_px[0] / wide, half_px[1] / wide),
        )

    def sharp(self, radius_px: float, centre: tuple[int, int], *, fine: int) -> Singles:
        """The scene with its middle at `centre`, `fine` samples to a pixel.

        Parameters
        ----------
        radius_px : float
            Radius a star's rim would have.
        centre : (int, int)
            x, y in canvas pixels; sample `fine * x` lies on it.
        fine : int

        Returns
        -------
        ndarray, shape (fine * height, fine * width)
            Reflectances, 255 is 100 %.
        """
        pitch = self._units_per_radius / (radius_px * fine)
        first = -centre[0] * fine * pitch, -centre[1] * fine * pitch
        return self._plane.cut(pitch, first, (fine * self._canvas[0], fine * self._canvas[1]))


def _draw(kind: SceneKind, seed: int, sheet: Sheet) -> None:
    DRAW[kind](sheet, seed)


def window(x_cy_sample: Singles, y_cy_sample: Singles) -> Singles:
    """What the window of a cut leaves of each frequency, in cycles a sample."""
    return np.asarray(window_transfer(x_cy_sample) * window_transfer(y_cy_sample))
