"""The optical bench: a pose of the rings in, a picture out.

`Bench.pose` is what hands and motors move; `Bench.frame` is what the camera sees then. How the pieces hang
together: `lens` says how far the image is from the sensor, `wavefront` what that does to each frequency,
`room` draws what is in front of the camera, `imaging` brings both together, `sensor` makes code values of it.
"""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Frame
from .imaging import (
    WIDEST_DISC_SAMPLES,
    Floats,
    Grid,
    SharpSpectrum,
    analyse,
    canvas_size,
    coarsen,
    picture,
)
from .lens import Pose, ZoomLens
from .room import Room
from .sensor import Sensor
from .settings import STAR_RADIUS_WIDE_PX, SimSettings
from .wavefront import cutoff_cy_px, transfer

WHITE_LIGHT = 0.72
"""The chart's white at wide with the iris open: 85 % of the signal range."""
CLIPPED_LIGHT = 1.6
_COARSEST = 16


class Bench:
    """A camera with a zoom lens in front of a chart in a room.

    Parameters
    ----------
    settings : SimSettings

    Attributes
    ----------
    lens : ZoomLens
    pose : Pose
        Where the rings stand; set it to move them, it stays within their stops.
    """

    def __init__(self, settings: SimSettings) -> None:
        self.settings = settings
        self.lens = ZoomLens(settings)
        rng = np.random.default_rng((settings.seed, 4))
        width, height = settings.width_px, settings.height_px
        self._canvas = canvas_size(width), canvas_size(height)
        self._pad = (self._canvas[0] - width) // 2, (self._canvas[1] - height) // 2
        self._axis_px = (width - 1) / 2 + rng.uniform(-3, 3), (height - 1) / 2 + rng.uniform(-3, 3)
        self._aim_tele_px = rng.uniform(-22.0, 22.0), rng.uniform(-16.0, 16.0)
        self._shake = rng.uniform(0.7, 9.0, (2, 6)), rng.uniform(0.0, 2 * math.pi, (2, 6))
        self._room = Room(
            *self._canvas,
            wide_radius_px=STAR_RADIUS_WIDE_PX,
            cycles=settings.cycles,
            plain=settings.plain,
            seed=settings.seed,
        )
        self._lamps = _lamps(self._canvas, rng)
        self._grids: dict[float, tuple[Grid, Floats]] = {}
        self._sensor = Sensor(noise=settings.noise, detail=settings.detail, seed=settings.seed)
        self._spectra: dict[tuple[float, float], SharpSpectrum] = {}
        self._last_scale_px = 0.0
        self._still: tuple[object, Floats] | None = None
        self._pose = Pose()
        far_um = 0.0 if settings.far else self.lens.chart_focus_um + settings.tele_misfocus_um
        self.pose = Pose(focus_um=far_um, iris_f=settings.iris_f, locked=settings.locked)

    @property
    def pose(self) -> Pose:
        """Where the rings stand."""
        return self._pose

    @pose.setter
    def pose(self, pose: Pose) -> None:
        self._pose = self.lens.clamped(pose)

    def frame(self, index: int, at_s: float) -> Frame:
        """The picture now, before it is compressed; `at_s` moves only the shake."""
        return self.frame_of((self.light(at_s),), index, at_s)

    def frame_of(self, lights: tuple[Floats, ...], index: int, at_s: float) -> Frame:
        """The picture of one exposure, or of two woven into one as fields, the first field first."""
        interlaced = self.settings.interlaced if len(lights) == 2 else None
        light = lights[0]
        if interlaced:
            light = light.copy()
            second = 1 if interlaced == "top" else 0
            light[second::2] = lights[1][second::2]
        return Frame(
            self._sensor.codes(light),
            index=index,
            at_s=at_s,
            transfer="bt709",
            limited=True,
            interlaced=interlaced,
        )

    def light(self, at_s: float) -> Floats:
        """Light on every pixel as the rings stand, 1 is white; shape (height_px, width_px).

        While the zoom moves the scene is drawn with one sample to a pixel instead of two, which is a third of
        the work and adds moire near the star's centre only.
        """
        shift_px = self._shake_at(at_s)
        seen_from = (self.pose, shift_px, self.lens.scale_px(self.pose) == self._last_scale_px)
        if self._still is None or self._still[0] != seen_from:
            self._still = seen_from, self._render(shift_px)
        return self._still[1]

    def _render(self, shift_px: tuple[float, float]) -> Floats:
        lens, pose = self.lens, self.pose
        w020, w040 = lens.waves(pose)
        number = lens.f_number(pose)
        cutoff = cutoff_cy_px(number, self.settings.pixel_um)
        disc_px = abs(lens.residual_um(pose)) / number / self.settings.pixel_um

        def curve(frequency_cy_px: NDArray[np.float64]) -> NDArray[np.float64]:
            return transfer(frequency_cy_px, w020, w040, cutoff)

        seen = picture(self._spectrum(lens.scale_px(pose), disc_px), curve, disc_px, shift_px)
        (left, top), (width, height) = self._pad, (self.settings.width_px, self.settings.height_px)
        light = seen[top : top + height, left : left + width] * np.float32(
            self._exposure() * lens.light(pose)
        )
        light.flags.writeable = False
        return light

    def centre_px(self) -> tuple[float, float]:
        """Where the star's centre is in the picture without shake."""
        ratio = self.lens.ratio(self.pose)
        return tuple(  # type: ignore[return-value]
            axis + aim * ratio for axis, aim in zip(self._axis_px, self._aim_tele_px, strict=True)
        )

    def _spectrum(self, scale_px: float, disc_px: float) -> SharpSpectrum:
        """The sharp scene's spectrum at this zoom, kept for the next picture if nothing but focus moves."""
        settled = scale_px == self._last_scale_px
        if not settled:
            self._spectra.clear()
            self._last_scale_px = scale_px
        fine = _fineness(disc_px, settled)
        found = self._spectra.get((scale_px, fine))
        if found is None:
            found = self._spectra[scale_px, fine] = self._analysed(scale_px, fine)
        return found

    def _analysed(self, scale_px: float, fine: float) -> SharpSpectrum:
        place = [at + pad for at, pad in zip(self.centre_px(), self._pad, strict=True)]
        whole = round(place[0]), round(place[1])
        sharp = self._room.sharp(scale_px, whole, fine=2 if fine == 2 else 1)
        if fine < 1:
            sharp = coarsen(sharp, round(1 / fine))
        grid, lamps = self._grid(fine)
        return analyse(sharp, lamps, grid, (place[0] - whole[0], place[1] - whole[1]))

    def _grid(self, fine: float) -> tuple[Grid, Floats]:
        if fine not in self._grids:
            grid = Grid(*self._canvas, fine)
            size = round(self._canvas[0] * fine), round(self._canvas[1] * fine)
            lamps = cv2.resize(self._lamps, size, interpolation=cv2.INTER_LINEAR)
            self._grids[fine] = grid, np.asarray(lamps, dtype=np.float32)
        return self._grids[fine]

    def _exposure(self) -> float:
        white = CLIPPED_LIGHT if self.settings.clipped else WHITE_LIGHT
        return float(white * 2.0**self.settings.exposure_ev)

    def _shake_at(self, at_s: float) -> tuple[float, float]:
        """A hand on the tripod: six slow sines each way."""
        if not self.settings.shake_px:
            return 0.0, 0.0
        hertz, phase = self._shake
        x, y = np.sin(2 * math.pi * hertz * at_s + phase).sum(axis=1) * (
            self.settings.shake_px / math.sqrt(3.0)
        )
        return float(x), float(y)

    def turn(self, **rings: float | bool) -> None:
        """Set some of the rings: `turn(zoom=1.0, focus_um=8100.0)`."""
        self.pose = replace(self.pose, **rings)  # type: ignore[arg-type]


def _fineness(disc_px: float, settled: bool) -> float:
    if disc_px <= WIDEST_DISC_SAMPLES:
        return 2 if settled else 1
    factor = 2 ** math.ceil(math.log2(disc_px / WIDEST_DISC_SAMPLES))
    return 1.0 / float(min(factor, _COARSEST))


def _lamps(canvas: tuple[int, int], rng: np.random.Generator) -> Floats:
    """How bright each place is lit, per byte of reflectance: uneven by some per cent, white is 1."""
    width, height = canvas
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    tilt = rng.uniform(-0.05, 0.05, 2)
    lit = 1.0 + tilt[0] * x + tilt[1] * y - 0.03 * (x * x + y * y)
    return np.asarray(lit / 229.0, dtype=np.float32)
