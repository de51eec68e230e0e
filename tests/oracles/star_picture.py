"""Pictures of a Siemens star whose modulation is known exactly, by another route than the one measured.

The chart is drawn `FINE` times as fine in continuous coordinates: turned, tilted in perspective, distorted
and unevenly lit there, its edges smoothed over one fine step. Its spectrum is multiplied by a transfer
function worked out elsewhere and by the square pixel (and divided by the smoothing), and every `FINE`-th
point is taken.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from backfocus.target import twist_cycles

from .transfer import Otf

FINE, PAD = 5, 16


@dataclass(frozen=True)
class Scene:
    """A star before a camera; lengths in pixels, integers are pixel centres.

    `tilt_deg` turns the chart out of the picture's plane about the line through its centre at `axis_deg`,
    seen from `view_px` away; `distortion` moves the corners outwards by that share; `slope_x`, `slope_y` and
    `bow` shade the light linearly and by the square of the distance, as shares over the picture's width.
    `black` and `white` are light; `paper` is what surrounds the star, 0 black to 1 white. A disc of `hub_px`
    covers its centre where that is not 0, as light as `hub`; a ring where `hub_inner_px` is not 0 either.
    """

    rows: int = 320
    columns: int = 320
    x_px: float = 160.3
    y_px: float = 155.8
    radius_px: float = 110.0
    cycles: int = 36
    angle_rad: float = 0.1
    sine: bool = False
    twisted: bool = False
    tilt_deg: float = 0.0
    axis_deg: float = 0.0
    view_px: float = 1000.0
    distortion: float = 0.0
    slope_x: float = 0.0
    slope_y: float = 0.0
    bow: float = 0.0
    black: float = 0.05
    white: float = 0.85
    paper: float = 1.0
    hub_px: float = 0.0
    hub: float = 1.0
    hub_inner_px: float = 0.0


@lru_cache(maxsize=64)
def light(scene: Scene, otf: Otf, motion_px: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """What the pixels see: linear light, float32, shape (rows, columns); do not write to it.

    `otf` is the lens alone; `motion_px` is how far the picture ran while the shutter was open.
    """
    spectrum, f_x, f_y = _spectrum(scene)
    transfer = otf(np.hypot(f_x, f_y)) * np.sinc(f_x) * np.sinc(f_y)
    if motion_px != (0.0, 0.0):
        transfer = transfer * np.sinc(f_x * motion_px[0] + f_y * motion_px[1])
    shape = (
        fft.next_fast_len(FINE * (scene.rows + 2 * PAD)),
        fft.next_fast_len(FINE * (scene.columns + 2 * PAD)),
    )
    seen = fft.irfft2(spectrum * transfer.astype(np.float32), s=shape)
    first = PAD * FINE + FINE // 2
    seen = seen[first::FINE, first::FINE][: scene.rows, : scene.columns].copy()
    seen.setflags(write=False)
    return seen


def noisy(picture: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    """The picture with white noise of this sigma."""
    grain = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return (picture + grain).astype(np.float32)


@lru_cache(maxsize=4)
def _spectrum(scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spectrum of the finely drawn chart, its smoothing taken out, and the frequencies along x and y."""
    rows, columns = (fft.next_fast_len(FINE * (side + 2 * PAD)) for side in (scene.rows, scene.columns))
    x = ((np.arange(columns) + 0.5) / FINE - 0.5 - PAD)[None, :].astype(np.float32)
    y = ((np.arange(rows) + 0.5) / FINE - 0.5 - PAD)[:, None].astype(np.float32)
    chart = (_reflectance(scene, x, y) * _shade(scene, x, y)).astype(np.float32)
    f_x = fft.rfftfreq(columns, 1 / FINE)[None, :].astype(np.float32)
    f_y = fft.fftfreq(rows, 1 / FINE)[:, None].astype(np.float32)
    smoothing = 1.0 if scene.sine else np.sinc(np.minimum(np.hypot(f_x, f_y) / FINE, 0.6))
    return fft.rfft2(chart) / np.asarray(smoothing, np.float32), f_x, f_y


def _reflectance(scene: Scene, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Light of the chart at picture points, its edges a straight ramp over one fine step."""
    u, v = _chart_point(scene, x, y)
    (u_y, u_x), (v_y, v_x) = np.gradient(u, 1 / FINE), np.gradient(v, 1 / FINE)
    r = np.maximum(np.hypot(u, v), 1e-6)
    theta = scene.cycles * (np.arctan2(v, u) - scene.angle_rad)
    if scene.twisted:
        theta = theta + 2 * np.pi * twist_cycles(r / scene.radius_px)
    wave = np.cos(theta)
    if not scene.sine:
        steep = scene.cycles * np.hypot(u * v_x - v * u_x, u * v_y - v * u_y) / r**2
        wave = 2 * np.clip(np.arcsin(wave) / steep * FINE, -0.5, 0.5)
    outwards = np.hypot(u * u_x + v * v_x, u * u_y + v * v_y) / r
    inside = np.clip((scene.radius_px - r) / outwards * FINE + 0.5, 0, 1)
    white = inside * (1 + wave) / 2 + (1 - inside) * scene.paper
    if scene.hub_px:
        held = np.clip((scene.hub_px - r) / outwards * FINE + 0.5, 0, 1)
        held *= np.clip((r - scene.hub_inner_px) / outwards * FINE + 0.5, 0, 1)
        white += held * (scene.hub - white)
    return np.asarray(scene.black + (scene.white - scene.black) * white)


def _chart_point(scene: Scene, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chart coordinates, from its centre, of points of the picture."""
    middle_x, middle_y = (scene.columns - 1) / 2, (scene.rows - 1) / 2
    out = ((x - middle_x) ** 2 + (y - middle_y) ** 2) / (middle_x**2 + middle_y**2)
    bent = 1 - scene.distortion * out
    at = ((scene.x_px - middle_x) ** 2 + (scene.y_px - middle_y) ** 2) / (middle_x**2 + middle_y**2)
    held = 1 - scene.distortion * at
    dx = (x - middle_x) * bent - (scene.x_px - middle_x) * held
    dy = (y - middle_y) * bent - (scene.y_px - middle_y) * held
    axis, tilt = math.radians(scene.axis_deg), math.radians(scene.tilt_deg)
    along, across = dx * math.cos(axis) + dy * math.sin(axis), dy * math.cos(axis) - dx * math.sin(axis)
    # across = Z v cos / (Z + v sin), along = Z u / (Z + v sin)
    v = scene.view_px * across / (scene.view_px * math.cos(tilt) - across * math.sin(tilt))
    u = along * (1 + v * math.sin(tilt) / scene.view_px)
    return (
        u * math.cos(axis) - v * math.sin(axis),
        v * math.cos(axis) + u * math.sin(axis),
    )


def _shade(scene: Scene, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    across, down = (x - scene.columns / 2) / scene.columns, (y - scene.rows / 2) / scene.columns
    return np.asarray(
        1 + scene.slope_x * across + scene.slope_y * down - 4 * scene.bow * (across**2 + down**2)
    )
