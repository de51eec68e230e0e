"""What the camera sees for one pose of the rings.

How the pieces hang together: `lens` says how far the image is from the sensor, `wavefront` what that does to
each frequency, `room` or `scene` draws what is in front of the camera, `imaging` brings both together on the
photosites of a `raster`, `sensor` or `real_sensor` makes code values of it.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Frame
from .imaging import (
    WIDEST_DISC_SAMPLES,
    Grid,
    SharpSpectrum,
    analyse,
    canvas_size,
    coarsen,
    picture,
    star_window,
)
from .lens import Pose, ZoomLens
from .paper import WHITE
from .passers import Passers, behind_um
from .raster import Exposure, Floats, Raster, raster_of
from .real_sensor import RealSensor
from .room import Room
from .scene.scene import UNITS_WIDE, Scene
from .scene.scene import window as scene_window
from .sensor import Sensor
from .settings import STAR_RADIUS_WIDE_PX, SimSettings
from .shutter import growth, read_at_s, rolled
from .wavefront import cutoff_cy_px, defocus_waves, transfer

WHITE_LIGHT = 0.72
"""The chart's white at wide with the iris open: 85 % of the signal range."""
CLIPPED_LIGHT = 1.6
DENSE_PER_PX = 1.5
_COARSEST = 16
SECTOR_BORDER = 4.0


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
        self._raster = raster_of(settings)
        self._canvas = canvas_size(self._raster.width), canvas_size(self._raster.height)
        self._pad = (
            (self._canvas[0] - self._raster.width) // 2,
            (self._canvas[1] - self._raster.height) // 2,
        )
        width, height = settings.width_px, settings.height_px
        self._axis_px = (width - 1) / 2 + rng.uniform(-3, 3), (height - 1) / 2 + rng.uniform(-3, 3)
        self._aim_tele_px = rng.uniform(-22.0, 22.0), rng.uniform(-16.0, 16.0)
        self._shake = rng.uniform(0.7, 9.0, (2, 6)), rng.uniform(0.0, 2 * math.pi, (2, 6))
        view_px = canvas_size(width), canvas_size(height)
        self._lamps = _lamps(self._canvas, view_px, self._raster.per_px, rng)
        self._room = _scene(settings, self._canvas, self._raster) or _room(settings, self._canvas, view_px)
        axis = self._raster.place(self._axis_px[0]), self._raster.place(self._axis_px[1])
        self._passers = Passers(lens, self._raster, axis) if settings.mover != "none" else None
        self._sensor = _sensor(settings)
        self._grids: dict[float, tuple[Grid, Floats]] = {}
        self._spectra: dict[float, SharpSpectrum] = {}
        self._last_scale_px = 0.0
        self._last: tuple[object, Floats] | None = None
        self._unrolled: tuple[object, Floats] | None = None
        self._growth_per_s = 0.0
        self._seen = 0.0, 0.0

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
        """Light on every photosite, 1 is white; shape (height, width) of the raster, read-only.

        `at_s` moves only the shake. While the zoom moves the scene is drawn with one sample to a photosite
        instead of two, which is a third of the work and adds moire near the star's centre only.
        """
        scale_px = self._lens.scale_px(pose)
        settled = scale_px == self._last_scale_px
        self._growth_per_s = growth(scale_px, self._seen[1], at_s - self._seen[0])
        self._seen = at_s, scale_px
        seen_from = (pose, self.shake_px(at_s), settled, self._growth_per_s)
        if self._last is None or self._last[0] != seen_from:
            self._last = seen_from, self._render(pose, at_s)
        return self._last[1]

    def exposure(self, pose: Pose, at_s: float) -> Exposure:
        """The light of one exposure; red and blue are focused apart from green with `lca_um`.

        The ideal camera takes fields, which are half an exposure, without colour.
        """
        green, shift_px = self._passed(self.light(pose, at_s), pose, at_s), self.shake_px(at_s)
        apart_um = self._settings.lca_um
        if not apart_um or (self._settings.interlaced and self._settings.ideal):
            return Exposure((green,), shift_px)
        red, blue = (
            self._passed(self._render(pose, at_s, off_um), pose, at_s)
            for off_um in (-0.5 * apart_um, 0.5 * apart_um)
        )
        return Exposure((red, green, blue), shift_px)

    def frame(self, exposures: tuple[Exposure, ...], index: int, at_s: float) -> Frame:
        """The picture of one exposure, or of two woven into one as fields, before it is compressed."""
        interlaced = self._settings.interlaced if len(exposures) == 2 else None
        picture = self._sensor.picture(exposures, interlaced)
        return Frame(
            picture.luma,
            index=index,
            at_s=at_s,
            transfer="bt709",
            limited=True,
            interlaced=interlaced,
            chroma=picture.chroma,
        )

    def shake_px(self, at_s: float) -> tuple[float, float]:
        """A hand on the tripod: six slow sines each way."""
        x, y = self._sway_px(np.array([at_s]))
        return float(x[0]), float(y[0])

    def _sway_px(self, at_s: NDArray[np.float64]) -> NDArray[np.float64]:
        hertz, phase = (part[:, :, None] for part in self._shake)
        sway = np.sin(2 * math.pi * hertz * at_s + phase).sum(axis=1) / math.sqrt(3.0)
        return np.asarray(sway * self._settings.shake_px)

    @property
    def _rolls(self) -> bool:
        """Whether rows that are read in turn see something else than rows that are read together."""
        moves = self._settings.shake_px != 0.0 or self._growth_per_s != 0.0
        return self._settings.shutter == "rolling" and moves

    def _passed(self, light: Floats, pose: Pose, at_s: float) -> Floats:
        """The light with the people before it who walk by."""
        if self._passers is None:
            return light
        return self._passers.before(light, pose, at_s, _exposure(self._settings) * self._lens.light(pose))

    def _render(self, pose: Pose, at_s: float, off_um: float = 0.0) -> Floats:
        """The light on every photosite; `off_um`: further behind the image than green is."""
        light = self._plane(pose, at_s, off_um)
        if self._settings.depth_m:
            behind = behind_um(self._lens, pose, self._settings.depth_m)
            light = light + self._sectors(pose, at_s) * (self._plane(pose, at_s, off_um + behind) - light)
        light = light * np.float32(_exposure(self._settings) * self._lens.light(pose))
        light.flags.writeable = False
        return light

    def _sectors(self, pose: Pose, at_s: float) -> Floats:
        """How much of each photosite's light comes from the second plane, 0 to 1."""
        x, y = (
            self._raster.place(at + shake)
            for at, shake in zip(self.centre_px(pose), self.shake_px(at_s), strict=True)
        )
        across = np.arange(self._raster.width, dtype=np.float32)[None, :] - np.float32(x)
        down = np.arange(self._raster.height, dtype=np.float32)[:, None] - np.float32(y)
        # along the ring from the nearest border, in photosites, so that borders are a few of them wide
        along = np.arcsin(np.cos(3 * np.arctan2(down, across))) / 3 * np.hypot(across, down)
        return np.asarray(np.clip(0.5 + along / SECTOR_BORDER, 0.0, 1.0), np.float32)

    def _plane(self, pose: Pose, at_s: float, off_um: float) -> Floats:
        """One plane of the scene, `off_um` further behind its image than the chart's green; white is 1."""
        lens, raster = self._lens, self._raster
        w020, w040 = lens.waves(pose)
        number = lens.f_number(pose)
        w020 += defocus_waves(off_um, number)
        cutoff = cutoff_cy_px(number, raster.pitch_um)
        disc = abs(lens.residual_um(pose) + off_um) / number / raster.pitch_um

        def curve(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
            return transfer(frequency, w020, w040, cutoff)

        if not self._rolls:
            x_px, y_px = self.shake_px(at_s)
            shift = x_px * raster.per_px, y_px * raster.per_px
            light = self._cut(picture(self._spectrum(pose, disc), curve, disc, shift))
        else:
            if self._unrolled is None or self._unrolled[0] != (pose, off_um):
                seen = picture(self._spectrum(pose, disc), curve, disc, between=True)
                self._unrolled = (pose, off_um), seen
            light = self._rolled(self._unrolled[1], at_s)
        return light

    def _cut(self, canvas: Floats) -> Floats:
        """The raster's part of the canvas."""
        left, top = self._pad
        return canvas[top : top + self._raster.height, left : left + self._raster.width]

    def _spectrum(self, pose: Pose, disc: float) -> SharpSpectrum:
        """The sharp scene's spectrum at this zoom, kept for the next picture if nothing but focus moves."""
        scale_px = self._lens.scale_px(pose)
        settled = scale_px == self._last_scale_px
        if not settled:
            self._spectra.clear()
            self._last_scale_px = scale_px
        # What is bent is interpolated, which needs room between the samples.
        fine = _fineness(disc, settled or self._rolls, self._raster)
        if fine not in self._spectra:
            self._spectra[fine] = self._analysed(pose, fine)
        return self._spectra[fine]

    def _analysed(self, pose: Pose, fine: float) -> SharpSpectrum:
        centre = (self._raster.place(at) for at in self.centre_px(pose))
        x, y = (at + pad for at, pad in zip(centre, self._pad, strict=True))
        whole = round(x), round(y)
        rim = self._lens.scale_px(pose) * self._raster.per_px
        sharp = self._room.sharp(rim, whole, fine=2 if fine == 2 else 1)
        if fine < 1:
            sharp = coarsen(sharp, round(1 / fine))
        grid, lamps = self._grid(fine)
        return analyse(sharp, lamps, grid, (x - whole[0], y - whole[1]))

    def _rolled(self, seen: Floats, at_s: float) -> Floats:
        """The light on photosites of rows that are read in turn, the middle one at `at_s`."""
        rows_s = read_at_s(self._raster, self._settings.fps)
        axis_x, axis_y = (self._raster.place(at) for at in self._axis_px)
        return rolled(
            seen,
            self._raster,
            self._pad,
            axis=(axis_x, axis_y),
            growth_per_s=self._growth_per_s,
            rows_s=rows_s,
            shake=self._sway_px(at_s + rows_s) * self._raster.per_px,
        )

    def _grid(self, fine: float) -> tuple[Grid, Floats]:
        if fine not in self._grids:
            size = round(self._canvas[0] * fine), round(self._canvas[1] * fine)
            lamps = cv2.resize(self._lamps, size, interpolation=cv2.INTER_LINEAR)
            window = scene_window if self._settings.scene else star_window
            grid = Grid(*self._canvas, fine, self._raster.aperture, self._raster.spots, window)
            self._grids[fine] = grid, np.asarray(lamps, dtype=np.float32)
        return self._grids[fine]


def _room(settings: SimSettings, canvas: tuple[int, int], view_px: tuple[int, int]) -> Room:
    return Room(
        *canvas,
        view_px=view_px,
        wide_radius_px=STAR_RADIUS_WIDE_PX,
        cycles=settings.cycles,
        plain=settings.plain,
        seed=settings.seed,
        squares=settings.target == "edge",
        printed=settings.printed,
    )


def _scene(settings: SimSettings, canvas: tuple[int, int], raster: Raster) -> Scene | None:
    if settings.scene is None:
        return None
    return Scene(
        settings.scene,
        canvas,
        wide_radius_px=STAR_RADIUS_WIDE_PX * raster.per_px,
        px_per_unit=settings.width_px * raster.per_px / UNITS_WIDE,
        zoom=(1.0 - abs(settings.breathing), settings.zoom * (1.0 + abs(settings.breathing))),
        fine=_finest(raster),
        seed=settings.seed,
    )


def _sensor(settings: SimSettings) -> Sensor | RealSensor:
    if settings.ideal:
        return Sensor(noise=settings.noise, detail=settings.detail, seed=settings.seed)
    return RealSensor(settings)


def _exposure(settings: SimSettings) -> float:
    white = CLIPPED_LIGHT if settings.clipped else WHITE_LIGHT
    return float(white * 2.0**settings.exposure_ev)


def _fineness(disc: float, settled: bool, raster: Raster) -> float:
    """How many samples of the scene to a photosite.

    Photosites much closer than pixels need no second sample: what folds there is averaged away. What skips
    rows shows moire wherever it looks, so there the moving picture has two as well.
    """
    if disc <= WIDEST_DISC_SAMPLES:
        return _finest(raster) if settled or raster.aperture < 1.0 else 1
    factor = 2 ** math.ceil(math.log2(disc / WIDEST_DISC_SAMPLES))
    return 1.0 / float(min(factor, _COARSEST))


def _finest(raster: Raster) -> int:
    return 1 if raster.per_px >= DENSE_PER_PX else 2


def _lamps(
    canvas: tuple[int, int], view_px: tuple[int, int], per_px: float, rng: np.random.Generator
) -> Floats:
    """How bright each place is lit, per byte of reflectance: uneven by some per cent, printed white is 1.

    The lamps light the room, so what counts is the place in delivered pixels of a view of `view_px`.
    """
    x, y = (
        (np.arange(count) - (count - 1) / 2) / per_px / ((view - 1) / 2)
        for count, view in zip(canvas, view_px, strict=True)
    )
    x, y = x.astype(np.float32)[None, :], y.astype(np.float32)[:, None]
    tilt = rng.uniform(-0.05, 0.05, 2)
    lit = 1.0 + tilt[0] * x + tilt[1] * y - 0.03 * (x * x + y * y)
    return np.asarray(lit / WHITE, dtype=np.float32)
