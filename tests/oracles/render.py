"""A small renderer of Siemens stars, written apart from the package: bars by the distance to their edges.

A pixel's share of white is taken from the signed distance to the nearest bar edge, which is exact for
straight edges where bars are wider than two pixels; nearer the centre it is supersampled.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from backfocus.target import twist_cycles

SUPERSAMPLED_WAVELENGTH_PX = 6.0


@dataclass(frozen=True)
class StarDrawing:
    """`angle_rad` turns the star; `black` and `white` are levels.

    `hub` is a grey disc's radius at its centre.
    """

    x_px: float
    y_px: float
    radius_px: float
    cycles: int = 36
    angle_rad: float = 0.0
    twisted: bool = False
    sine: bool = False
    black: float = 0.05
    white: float = 0.9
    hub_px: float = 0.0


def _levels(star, x, y, pitch):
    """Levels 0 to 1 and coverage of the star at points x, y that stand for squares of side `pitch`."""
    dx, dy = x - star.x_px, y - star.y_px
    r = np.hypot(dx, dy)
    theta = star.cycles * (np.arctan2(dy, dx) - star.angle_rad)
    if star.twisted:
        theta = theta + 2 * math.pi * twist_cycles(r / star.radius_px)
    wave = np.cos(theta)
    if star.sine:
        white = (1 + wave) / 2
    else:
        distance = np.arcsin(np.clip(wave, -1, 1)) * r / star.cycles
        white = np.clip(0.5 + distance / pitch, 0, 1)
    white = np.where(r < star.hub_px, 0.5, white)
    return white, np.clip(0.5 + (star.radius_px - r) / pitch, 0, 1)


def _window(shape, star, radius):
    rows, columns = shape
    y0, y1 = max(0, int(star.y_px - radius) - 2), min(rows, int(star.y_px + radius) + 3)
    x0, x1 = max(0, int(star.x_px - radius) - 2), min(columns, int(star.x_px + radius) + 3)
    return y0, y1, x0, x1


def _paint(picture, star, radius, fine):
    y0, y1, x0, x1 = _window(picture.shape, star, radius)
    if y1 <= y0 or x1 <= x0:
        return
    steps = (np.arange(fine) + 0.5) / fine - 0.5
    ys = (np.arange(y0, y1)[:, None] + steps).ravel()[:, None].astype(np.float32)
    xs = (np.arange(x0, x1)[:, None] + steps).ravel()[None, :].astype(np.float32)
    white, cover = _levels(star, xs, ys, 1 / fine)
    shape = (y1 - y0, fine, x1 - x0, fine)
    cover_mean = cover.reshape(shape).mean((1, 3))
    level = ((star.black + (star.white - star.black) * white) * cover).reshape(shape).mean((1, 3))
    inside = np.hypot(xs[:, fine // 2 :: fine] - star.x_px, ys[fine // 2 :: fine] - star.y_px) <= radius + 1
    patch = picture[y0:y1, x0:x1]
    patch[inside] = (level + (1 - cover_mean) * patch)[inside]


def draw_star(picture, star):
    """Paint a star into `picture` (float32, 0 black to 1 white), in place; each pixel is a square's mean."""
    under = picture.copy() if star.radius_px < 2000 else picture
    _paint(picture, star, star.radius_px, 1)
    core = min(star.radius_px, star.cycles * SUPERSAMPLED_WAVELENGTH_PX / (2 * math.pi))
    y0, y1, x0, x1 = _window(picture.shape, star, core + 1)
    patch = under[y0:y1, x0:x1].copy()
    fine = np.zeros_like(picture)
    fine[y0:y1, x0:x1] = patch
    _paint(fine, star, core, 4)
    rows, columns = np.mgrid[y0:y1, x0:x1]
    inside = np.hypot(columns - star.x_px, rows - star.y_px) <= core
    picture[y0:y1, x0:x1][inside] = fine[y0:y1, x0:x1][inside]


def disc_blurred(picture, diameter_px):
    """The picture through a uniform disc: geometric defocus."""
    if diameter_px < 0.1:
        return picture
    half = math.ceil(diameter_px / 2) + 1
    fine = 5
    at = ((np.arange((2 * half + 1) * fine) + 0.5) / fine) - half - 0.5
    disc = (np.hypot(at[:, None], at) <= diameter_px / 2).astype(np.float32)
    kernel = disc.reshape(2 * half + 1, fine, 2 * half + 1, fine).mean((1, 3))
    return cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)


def clutter(shape, rng):
    """A room full of things: slow light, boxes, lines, text, wheels, gratings and texture.

    Float32, 0 to 1.
    """
    rows, columns = shape
    base = cv2.resize(rng.random((6, 8)).astype(np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC)
    texture = cv2.resize(rng.random((rows // 4, columns // 4)).astype(np.float32), (columns, rows))
    light = 0.25 + 0.5 * base + 0.15 * (texture - 0.5)
    picture = (255 * np.clip(light, 0, 1)).astype(np.uint8)
    for _ in range(30):
        x, y = int(rng.integers(columns)), int(rng.integers(rows))
        size, level = int(rng.integers(8, max(9, rows // 4))), int(rng.integers(256))
        match rng.integers(6):
            case 0:
                cv2.rectangle(picture, (x, y), (x + size, y + int(size * (0.3 + rng.random()))), level, -1)
            case 1:
                end = (int(rng.integers(columns)), int(rng.integers(rows)))
                cv2.line(picture, (x, y), end, level, int(rng.integers(1, 9)), cv2.LINE_AA)
            case 2:
                cv2.circle(picture, (x, y), size // 2, level, int(rng.choice([-1, 2, 5])), cv2.LINE_AA)
            case 3:
                cv2.putText(
                    picture, "FOCUS 1:2 Xyz", (x, y), 0, size / 80, level, 1 + size // 80, cv2.LINE_AA
                )
            case 4:
                _grating(picture, x, y, size, int(rng.integers(3, 24)), level)
            case _:
                _wheel(picture, x, y, size // 2, int(rng.integers(5, 37)), level)
    return picture.astype(np.float32) / 255


def _grating(picture, x, y, size, pitch, level):
    for at in range(x, x + size, pitch):
        cv2.line(picture, (at, y), (at, y + size), level, max(1, pitch // 2), cv2.LINE_AA)


def _wheel(picture, x, y, radius, spokes, level):
    for turn in np.arange(spokes) * 2 * math.pi / spokes:
        end = (int(x + radius * math.cos(turn)), int(y + radius * math.sin(turn)))
        cv2.line(picture, (x, y), end, level, 1, cv2.LINE_AA)
    cv2.circle(picture, (x, y), radius, level, 2, cv2.LINE_AA)


def seen(picture, *, noise=0.0, rng=None, gamma=1 / 2.2, bits=8):
    """The camera's samples: noise in light, a power curve, rounding."""
    light = picture if not noise else picture + rng.normal(0, noise, picture.shape).astype(np.float32)
    full = 2**bits - 1
    code = np.clip(light, 0, 1) ** gamma * full
    return np.round(code).astype(np.uint8 if bits == 8 else np.uint16)
