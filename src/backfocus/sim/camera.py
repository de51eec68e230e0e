"""What the camera sees for one pose of the rings.

How the pieces hang together: `lens` says how far the image is from the sensor, `wavefront` what that does to
each frequency, `room` draws what is in front of the camera, `imaging` brings both together, `sensor` makes
code values of it.
"""

import math

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
from .room import WHITE, Room
from .sensor import Sensor, frame_of_colours
from .settings import STAR_RADIUS_WIDE_PX, SimSettings
from .wavefront import cutoff_cy_px, defocus_waves, transfer

WHITE_LIGHT = 0.72
"""The chart's white at wide with the iris open: 85 % of the signal range."""
CLIPPED_LIGHT = 1.6
_COARSEST = 16


class Camera:
    """A sensor behind a zoom lens, pointed at a chart in a room.

    Parameters
    ----------
    lens : ZoomLens
    """

    def __init__(self, lens: ZoomLens) -> None:
        settings = lens.settings
        self._lens = lens
        self._settings = settings
        rng = np.random.default_rng((settings.seed, 4))
        width, height = settings.width_px, settings.height_px
        self._canvas = canvas_size(width), canvas_size(height)
        self._pad = (self._canvas[0] - width) // 2, (self._canvas[1] - height) // 2
        self._axis_px = (width - 1) / 2 + rng.uniform(-3, 3), (height - 1) / 2 + rng.uniform(-3, 3)
        self._aim_tele_px = rng.uniform(-22.0, 22.0), rng.uniform(-16.0, 16.0)
        self._shake = rng.uniform(0.7, 9.0, (2, 6)), rng.uniform(0.0, 2 * math.pi, (2, 6))
        self._lamps = _lamps(self._canvas, rng)
        self._room = _room(settings, self._canvas)
        self._sensor = Sensor(noise=settings.noise, detail=settings.detail, seed=settings.seed)
        self._grids: dict[float, tuple[Grid, Floats]] = {}
        self._spectra: dict[float, SharpSpectrum] = {}
        self._last_scale_px = 0.0
        self._last: tuple[object, Floats] | None = None

    @property
    def turned_rad(self) -> float:
        """How the chart hangs: the angle of its first white bar."""
        return self._room.turned_rad

    def centre_px(self, pose: Pose) -> tuple[float, float]:
        """Where the star's centre is in the picture without shake."""
        ratio = self._lens.ratio(pose)
        (axis_x, axis_y), (aim_x, aim_y) = self._axis_px, self._aim_tele_px
        return axis_x + aim_x * ratio, axis_y + aim_y * ratio

    def light(self, pose: Pose, at_s: float) -> Floats:
        """Light on every pixel, 1 is white; shape (height_px, width_px), read-only. `at_s` moves only the
        shake.

        While the zoom moves the scene is drawn with one sample to a pixel instead of two, which is a third of
        the work and adds moire near the star's centre only.
        """
        shift_px = self.shake_px(at_s)
        seen_from = (pose, shift_px, self._lens.scale_px(pose) == self._last_scale_px)
        if self._last is None or self._last[0] != seen_from:
            self._last = seen_from, self._render(pose, shift_px)
        return self._last[1]

    def frame(self, lights: tuple[Floats, ...], index: int, at_s: float) -> Frame:
        """The picture of one exposure, or of two woven into one as fields, before it is compressed."""
        interlaced = self._settings.interlaced if len(lights) == 2 else None
        light = lights[0]
        if interlaced:
            light = light.copy()
            second = 1 if interlaced == "top" else 0
            light[second::2] = lights[1][second::2]
        codes = self._sensor.codes(light)
        return Frame(codes, index=index, at_s=at_s, transfer="bt709", limited=True, interlaced=interlaced)

    def in_colour(self, frame: Frame, pose: Pose, at_s: float) -> Frame:
        """A progressive picture of this pose with red and blue focused apart; grey without `lca_um`."""
        apart_um = self._settings.lca_um
        if not apart_um or frame.interlaced:
            return frame
        shift_px = self.shake_px(at_s)
        red, blue = (
            self._sensor.codes(self._render(pose, shift_px, off_um)).astype(np.float32)
            for off_um in (-0.5 * apart_um, 0.5 * apart_um)
        )
        return frame_of_colours(frame, red, blue)

    def shake_px(self, at_s: float) -> tuple[float, float]:
        """A hand on the tripod: six slow sines each way."""
        if not self._settings.shake_px:
            return 0.0, 0.0
        hertz, phase = self._shake
        sway = np.sin(2 * math.pi * hertz * at_s + phase).sum(axis=1) / math.sqrt(3.0)
        x, y = sway * self._settings.shake_px
        return float(x), float(y)

    def _render(self, pose: Pose, shift_px: tuple[float, float], off_um: float = 0.0) -> Floats:
        """The light on every pixel; `off_um`: further behind the image than green is."""
        lens, settings = self._lens, self._settings
        w020, w040 = lens.waves(pose)
        number = lens.f_number(pose)
        w020 += defocus_waves(off_um, number)
        cutoff = cutoff_cy_px(number, settings.pixel_um)
        disc_px = abs(lens.residual_um(pose) + off_um) / number / settings.pixel_um

        def curve(frequency_cy_px: NDArray[np.float64]) -> NDArray[np.float64]:
            return transfer(frequency_cy_px, w020, w040, cutoff)

        seen = picture(self._spectrum(pose, disc_px), curve, disc_px, shift_px)
        left, top = self._pad
        light = seen[top : top + settings.height_px, left : left + settings.width_px]
        light = light * np.float32(_exposure(settings) * lens.light(pose))
        light.flags.writeable = False
        return light

    def _spectrum(self, pose: Pose, disc_px: float) -> SharpSpectrum:
        """The sharp scene's spectrum at this zoom, kept for the next picture if nothing but focus moves."""
        scale_px = self._lens.scale_px(pose)
        settled = scale_px == self._last_scale_px
        if not settled:
            self._spectra.clear()
            self._last_scale_px = scale_px
        fine = _fineness(disc_px, settled)
        if fine not in self._spectra:
            self._spectra[fine] = self._analysed(pose, fine)
        return self._spectra[fine]

    def _analysed(self, pose: Pose, fine: float) -> SharpSpectrum:
        x, y = (at + pad for at, pad in zip(self.centre_px(pose), self._pad, strict=True))
        whole = round(x), round(y)
        sharp = self._room.sharp(self._lens.scale_px(pose), whole, fine=2 if fine == 2 else 1)
        if fine < 1:
            sharp = coarsen(sharp, round(1 / fine))
        grid, lamps = self._grid(fine)
        return analyse(sharp, lamps, grid, (x - whole[0], y - whole[1]))

    def _grid(self, fine: float) -> tuple[Grid, Floats]:
        if fine not in self._grids:
            size = round(self._canvas[0] * fine), round(self._canvas[1] * fine)
            lamps = cv2.resize(self._lamps, size, interpolation=cv2.INTER_LINEAR)
            self._grids[fine] = Grid(*self._canvas, fine), np.asarray(lamps, dtype=np.float32)
        return self._grids[fine]


def _room(settings: SimSettings, canvas: tuple[int, int]) -> Room:
    return Room(
        *canvas,
        wide_radius_px=STAR_RADIUS_WIDE_PX,
        cycles=settings.cycles,
        plain=settings.plain,
        seed=settings.seed,
        squares=settings.target == "edge",
    )


def _exposure(settings: SimSettings) -> float:
    white = CLIPPED_LIGHT if settings.clipped else WHITE_LIGHT
    return float(white * 2.0**settings.exposure_ev)


def _fineness(disc_px: float, settled: bool) -> float:
    if disc_px <= WIDEST_DISC_SAMPLES:
        return 2 if settled else 1
    factor = 2 ** math.ceil(math.log2(disc_px / WIDEST_DISC_SAMPLES))
    return 1.0 / float(min(factor, _COARSEST))


def _lamps(canvas: tuple[int, int], rng: np.random.Generator) -> Floats:
    """How bright each place is lit, per byte of reflectance: uneven by some per cent, printed white is 1."""
    width, height = canvas
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    tilt = rng.uniform(-0.05, 0.05, 2)
    lit = 1.0 + tilt[0] * x + tilt[1] * y - 0.03 * (x * x + y * y)
    return np.asarray(lit / WHITE, dtype=np.float32)
