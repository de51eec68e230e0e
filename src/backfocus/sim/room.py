"""What stands in front of the camera, sharp: a printed star on its paper, in a cluttered room.

Reflectances are bytes, 255 is 100 %. The star is drawn through a window of known transfer, which `imaging`
takes out again, so that hardly anything folds down on the way to the pixels.
"""

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ..target import SQUARE_SHARES, SQUARE_TILT_RAD, TWIST_SIGNS, twist_radii
from .paper import BLACK, RIM_TEXELS, WHITE, bench_paper, printed_paper

Bytes = NDArray[np.uint8]
Singles = NDArray[np.float32]

_TABLE_STEPS = 32
_MARGIN_PX = 64
"""How far the star may stand off the middle of the canvas."""


class Room:
    """The sharp scene at any zoom.

    Parameters
    ----------
    width_px, height_px : int
        The canvas, a little larger than the picture.
    view_px : (int, int)
        The canvas at the delivered size: one room, whatever samples it.
    wide_radius_px : float
        Radius of the star's rim at wide, at the delivered size.
    cycles, plain
        The star; `plain` has no twists.
    squares : bool
        The edge chart hangs there instead of the star; the outermost square's half side is its rim.
    printed : bool
        It hangs on the sheet that `backfocus chart` prints instead of the bench's own.
    seed : int
        Draws the room and the angle at which the chart hangs.
    """

    def __init__(
        self,
        width_px: int,
        height_px: int,
        *,
        view_px: tuple[int, int],
        wide_radius_px: float,
        cycles: int,
        plain: bool,
        seed: int,
        squares: bool = False,
        printed: bool = False,
    ) -> None:
        rng = np.random.default_rng((seed, 2))
        self._size = width_px, height_px
        self._wide_radius_px = wide_radius_px
        self._cycles = cycles
        self._plain = plain
        self._squares = squares
        self.turned_rad = float(rng.uniform(-0.05, 0.05))
        self._clutter = _clutter(2 * view_px[0], 2 * view_px[1], rng)
        self._paper = (
            printed_paper(squares=squares, cycles=cycles, plain=plain)
            if printed
            else bench_paper(squares=squares)
        )
        self._bars = lru_cache(maxsize=2)(self._draw_bars)

    def sharp(self, radius_px: float, centre: tuple[int, int], *, fine: int) -> Bytes:
        """The scene with a rim of `radius_px` around `centre`, `fine` samples to a pixel.

        Parameters
        ----------
        radius_px : float
        centre : (int, int)
            x, y in canvas pixels; sample `fine * x` lies on it.
        fine : int
            1 or 2.

        Returns
        -------
        ndarray, shape (fine * height, fine * width), uint8
        """
        width, height = (fine * size for size in self._size)
        x, y = (fine * place for place in centre)
        rim = radius_px * fine
        canvas = np.empty((height, width), np.uint8)
        covered = rim / math.sqrt(2.0) if self._squares else rim
        if math.hypot(max(x, width - x), max(y, height - y)) > covered:
            self._hang_paper(canvas, x, y, rim)
        if self._squares:
            _paint_squares(canvas, x, y, rim, SQUARE_TILT_RAD + self.turned_rad)
        else:
            self._paint_star(canvas, x, y, rim, fine)
        return canvas

    def _hang_paper(self, canvas: Bytes, x: int, y: int, rim: float) -> None:
        height, width = canvas.shape
        paper, middle, scale = self._paper.at(rim / RIM_TEXELS)
        left, above = scale * middle[0], scale * middle[1]
        right, below = scale * paper.shape[1] - left, scale * paper.shape[0] - above
        if x > left or x + right < width or y > above or y + below < height:
            wide = rim / self._wide_radius_px / 2.0
            _lay(canvas, self._clutter, (x, y), _middle(self._clutter), wide, 0.0, cv2.BORDER_REFLECT)
        _lay(canvas, paper, (x, y), middle, scale, self.turned_rad, cv2.BORDER_TRANSPARENT)

    def _paint_star(self, canvas: Bytes, x: int, y: int, rim: float, fine: int) -> None:
        bars = self._bars(fine)
        quarter = 0
        radii = [rim] if self._plain else [rim, *twist_radii(rim)]
        for radius, sign in zip(radii, (0, *TWIST_SIGNS), strict=False):
            quarter += sign
            if radius > 1.0:
                _copy_disc(canvas, bars[quarter % 4], x, y, radius)

    def _draw_bars(self, fine: int) -> tuple[Bytes, ...]:
        """The star without a rim at four quarters of a cycle, its centre in the middle."""
        half_w, half_h = (fine * (size // 2 + _MARGIN_PX) for size in self._size)
        x = np.arange(-half_w, half_w + 1, dtype=np.float32)
        y = np.arange(-half_h, half_h + 1, dtype=np.float32)[:, None]
        angle = np.float32(self._cycles) * (np.arctan2(y, x) - np.float32(self.turned_rad))
        # Distance to the nearest edge along the ring, in samples: the bars are radial, so it is the distance.
        radius = np.asarray(np.hypot(x, y) / np.float32(self._cycles), dtype=np.float32)
        return tuple(_bars(angle + np.float32(quarter * math.pi / 2), radius) for quarter in range(4))


def _bars(angle: Singles, radius: Singles) -> Bytes:
    """The bars through a triangular window two samples wide, whose transfer is sinc(frequency)^2.

    Parameters
    ----------
    angle : ndarray
        0 in the middle of a white bar, 2 pi from one to the next.
    radius : ndarray, broadcast with `angle`
        In samples, over the number of cycles.
    """
    edge = np.clip(np.arcsin(np.cos(angle)) * radius, -1.0, 1.0)
    white = 0.5 + edge - edge * np.abs(edge) / 2.0
    # Bars narrower than the window: the first terms of the Fourier series, the window kills the others.
    narrow = np.broadcast_to(math.pi * radius < 2.0, angle.shape)
    a, per_sample = (
        angle[narrow],
        1.0 / (2 * math.pi * np.maximum(np.broadcast_to(radius, angle.shape)[narrow], 1e-3)),
    )
    white[narrow] = 0.5 + sum(
        sign * 2.0 / (math.pi * order) * np.sinc(order * per_sample) ** 2 * np.cos(order * a)
        for order, sign in ((1, 1), (3, -1), (5, 1))
    )
    return np.asarray(np.rint(BLACK + (WHITE - BLACK) * white), dtype=np.uint8)


def _paint_squares(canvas: Bytes, x: int, y: int, half: float, turn_rad: float) -> None:
    """The nested squares through the same window as the bars, which is exact beside a straight edge."""
    height, width = canvas.shape
    reach = math.ceil(half * math.sqrt(2.0)) + 2
    left, right = max(x - reach, 0), min(x + reach + 1, width)
    top, bottom = max(y - reach, 0), min(y + reach + 1, height)
    if left >= right or top >= bottom:
        return
    dx = np.arange(left - x, right - x, dtype=np.float32)
    dy = np.arange(top - y, bottom - y, dtype=np.float32)[:, None]
    cos, sin = np.float32(math.cos(turn_rad)), np.float32(math.sin(turn_rad))
    on = np.maximum(np.abs(dx * cos + dy * sin), np.abs(dy * cos - dx * sin))
    table = _square_levels(half)
    levels = np.take(table, np.rint(on * _TABLE_STEPS).astype(np.intp), mode="clip")
    part = canvas[top:bottom, left:right]
    np.copyto(part, levels, where=on < half + 1)


def _square_levels(half: float) -> Bytes:
    """Bytes along the half side, `_TABLE_STEPS` to a sample, from the centre to just outside the squares."""
    at = np.arange(math.ceil((half + 1) * _TABLE_STEPS) + 1) / _TABLE_STEPS
    white = np.ones(at.size)
    for number, share in enumerate(SQUARE_SHARES):
        edge = np.clip(half * share - at, -1.0, 1.0)
        inside = 0.5 + edge - edge * np.abs(edge) / 2.0
        white += inside if number % 2 else -inside
    return np.asarray(np.rint(BLACK + (WHITE - BLACK) * np.clip(white, 0.0, 1.0)), np.uint8)


def _copy_disc(canvas: Bytes, bars: Bytes, x: int, y: int, radius: float) -> None:
    """Copy what of `bars` lies within `radius` of (x, y)."""
    height, width = canvas.shape
    reach = math.ceil(radius) + 1
    left, right = max(x - reach, 0), min(x + reach + 1, width)
    top, bottom = max(y - reach, 0), min(y + reach + 1, height)
    if left >= right or top >= bottom:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    cv2.circle(mask, ((x - left) * 16, (y - top) * 16), round(radius * 16), 255, -1, cv2.LINE_8, 4)
    dx, dy = bars.shape[1] // 2 - x, bars.shape[0] // 2 - y
    cv2.copyTo(bars[top + dy : bottom + dy, left + dx : right + dx], mask, canvas[top:bottom, left:right])


def _lay(
    canvas: Bytes,
    picture: Bytes,
    at: tuple[int, int],
    middle: tuple[float, float],
    scale: float,
    turn_rad: float,
    border: int,
) -> None:
    """Draw `picture` over the canvas, its sample `middle` at `at`."""
    (x, y), (mid_x, mid_y) = at, middle
    cos, sin = scale * math.cos(turn_rad), scale * math.sin(turn_rad)
    place = np.array(
        [[cos, -sin, x - cos * mid_x + sin * mid_y], [sin, cos, y - sin * mid_x - cos * mid_y]],
        dtype=np.float64,
    )
    size = canvas.shape[1], canvas.shape[0]
    cv2.warpAffine(picture, place, size, dst=canvas, flags=cv2.INTER_LINEAR, borderMode=border)


def _middle(picture: Bytes) -> tuple[float, float]:
    return (picture.shape[1] - 1) / 2, (picture.shape[0] - 1) / 2


def _clutter(width: int, height: int, rng: np.random.Generator) -> Bytes:
    """A room: wall, shelves with books, a striped curtain, lines of text, lamps."""
    wall = np.linspace(70, 120, width)[None, :] + np.linspace(15, -25, height)[:, None]
    grain = cv2.resize(
        rng.normal(0, 9, (height // 8, width // 8)), (width, height), interpolation=cv2.INTER_CUBIC
    )
    room = np.clip(wall + grain + rng.normal(0, 3, (height, width)), 5, 250).astype(np.uint8)
    _curtain(room, rng)
    for shelf in (0.12, 0.4, 0.68):
        _books(room, round(shelf * height), round(0.2 * height), rng)
    _posters(room, rng)
    for _ in range(10):
        place = int(rng.integers(0, width)), int(rng.integers(0, height // 3))
        cv2.circle(room, place, int(rng.integers(6, 24)), 255, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(room, (0, 0), 0.8), dtype=np.uint8)


def _curtain(room: Bytes, rng: np.random.Generator) -> None:
    width = room.shape[1]
    left, right = round(0.02 * width), round(0.16 * width)
    folds = 110 + 60 * np.sin(np.arange(right - left) / rng.uniform(4, 9)) + rng.normal(0, 4, right - left)
    room[:, left:right] = np.clip(folds, 0, 255).astype(np.uint8)[None, :]


def _books(room: Bytes, top: int, tall: int, rng: np.random.Generator) -> None:
    width = room.shape[1]
    x = round(0.72 * width)
    cv2.rectangle(room, (x, top + tall), (width, top + tall + 10), 40, -1)
    while x < width:
        thick = int(rng.integers(10, 44))
        head = top + int(rng.integers(0, tall // 3))
        cv2.rectangle(room, (x, head), (x + thick, top + tall), int(rng.integers(15, 220)), -1)
        for band in rng.integers(head, top + tall, 3):
            cv2.line(room, (x + 2, int(band)), (x + thick - 2, int(band)), int(rng.integers(15, 250)), 2)
        x += thick + 2


def _posters(room: Bytes, rng: np.random.Generator) -> None:
    height, width = room.shape
    for _ in range(6):
        x, y = int(rng.integers(round(0.16 * width), round(0.7 * width))), int(rng.integers(0, height))
        w, h = int(rng.integers(60, 260)), int(rng.integers(60, 240))
        cv2.rectangle(room, (x, y), (x + w, y + h), int(rng.integers(120, 240)), -1)
        for line in range(y + 12, y + h - 8, 12):
            letters = (rng.random(max((w - 20) // 3, 1)) > 0.45).repeat(3)
            row = room[line : line + 6, x + 10 : x + 10 + letters.size]
            row[:, letters[: row.shape[1]]] = 30
