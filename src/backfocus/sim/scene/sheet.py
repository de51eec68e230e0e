"""One sheet of samples of a scene, and what can be drawn on it.

Places and sizes are in units of the scene: a 960th of the picture's width at wide, from the middle of the
scene, x to the right and y down. Levels are reflectances in bytes, 255 is 100 %. What is smaller than a
sample is left out: a finer sheet has it.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .glyphs import glyph

Bytes = NDArray[np.uint8]
Points = NDArray[np.float64]
Singles = NDArray[np.float32]

_SHIFT = 4
_TILE = 509
"""Side of the tile that random numbers are repeated from; a prime, so that no two layers fall together."""


@dataclass(slots=True, eq=False)
class Sheet:
    """Samples `pitch` units apart, an odd number each way: the middle one is the middle of the scene.

    `known` is how far each way from the middle, in units, nothing need be drawn: a finer sheet will fill it.
    """

    pitch: float
    samples: Bytes
    known: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def blank(cls, pitch: float, half_width: int, half_height: int) -> "Sheet":
        """A black sheet of so many samples each way from the middle."""
        return cls(pitch, np.zeros((2 * half_height + 1, 2 * half_width + 1), np.uint8))

    @property
    def half(self) -> tuple[float, float]:
        """How far it reaches each way, in units."""
        rows, columns = self.samples.shape
        return columns / 2 * self.pitch, rows / 2 * self.pitch

    @property
    def x(self) -> Singles:
        """Of the columns, in units; shape (1, n)."""
        columns = self.samples.shape[1]
        return np.asarray((np.arange(columns) - columns // 2) * self.pitch, np.float32)[None, :]

    @property
    def y(self) -> Singles:
        """Of the rows, in units; shape (n, 1)."""
        rows = self.samples.shape[0]
        return np.asarray((np.arange(rows) - rows // 2) * self.pitch, np.float32)[:, None]

    def shows(self, x: float, y: float, reach: float) -> bool:
        """Whether something of this size around (x, y) would be seen on this sheet."""
        if reach <= self.pitch:
            return False
        (half_x, half_y), (known_x, known_y) = self.half, self.known
        inside = abs(x) + reach < known_x and abs(y) + reach < known_y
        return not inside and abs(x) - reach < half_x and abs(y) - reach < half_y

    def thin(self, width: float) -> bool:
        """Whether a line of this width is too thin for this sheet."""
        return width <= self.pitch / 2

    def flood(self, level: float) -> None:
        """One level everywhere."""
        self.samples[:] = round(level)

    def fill(self, outline: Points, level: float) -> None:
        """A polygon, shape (n, 2)."""
        self.fill_all((outline,), level)

    def fill_all(self, outlines: tuple[Points, ...], level: float) -> None:
        """Polygons at once: where two overlap is a hole."""
        rows, columns = self.samples.shape
        middle = np.array([columns // 2, rows // 2])
        texels = [
            np.rint((outline / self.pitch + middle) * 2**_SHIFT).astype(np.int32) for outline in outlines
        ]
        cv2.fillPoly(self.samples, texels, round(min(max(level, 0.0), 255.0)), cv2.LINE_AA, _SHIFT)

    def rectangle(
        self, x: float, y: float, width: float, height: float, level: float, turn_rad: float = 0.0
    ) -> None:
        """A rectangle around (x, y)."""
        reach = math.hypot(width, height) / 2
        if not self.thin(min(width, height)) and self.shows(x, y, reach):
            corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (width / 2, height / 2)
            self.fill(turned(corners, turn_rad) + np.array((x, y)), level)

    def ellipse(
        self, x: float, y: float, half_x: float, half_y: float, level: float, turn_rad: float = 0.0
    ) -> None:
        """An ellipse around (x, y)."""
        if self.shows(x, y, max(half_x, half_y)):
            corners = 12 + round(4 * math.sqrt(max(half_x, half_y) / self.pitch))
            angle = np.arange(corners) * (2 * math.pi / corners)
            around = np.stack((half_x * np.cos(angle), half_y * np.sin(angle)), axis=1)
            self.fill(turned(around, turn_rad) + np.array((x, y)), level)

    def stroke(self, line: Points, width: float | Points, level: float) -> None:
        """A line of points, shape (n, 2), of one width or a width at each point."""
        if not self.thin(float(np.max(width))):
            self.fill(ribbon(line, width), level)

    def write(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        level: float,
        *,
        weight: int = 400,
        turn_rad: float = 0.0,
    ) -> float:
        """Text from (x, y) on its base line, `size` from line to line; its length in units comes back."""
        along = 0.0
        cos, sin = math.cos(turn_rad), math.sin(turn_rad)
        for letter in text:
            form = glyph(letter, weight)
            at = x + along * cos, y + along * sin
            if form.outlines and size > 4 * self.pitch and self.shows(*at, size):
                self.fill_all(
                    tuple(turned(outline * size, turn_rad) + np.array(at) for outline in form.outlines), level
                )
            along += form.advance * size
        return along

    def noise(self, seed: int, coarse: float, fine: float = 0.0, gain: float = 1.0) -> Singles:
        """Random hills of every size from `coarse` to `fine` units, each size as high as the others.

        Parameters
        ----------
        seed : int
        coarse, fine : float
            In units; nothing finer than two samples is there.
        gain : float
            How high hills of half the size are.

        Returns
        -------
        ndarray
            Mean 0; each size has a standard deviation of about 0.5, times its gain.
        """
        rows, columns = self.samples.shape
        sizes = max(1, round(math.log2(coarse / (self.pitch * 2))) + 1)
        hills = np.zeros((1, 1), np.float32)
        height = 1.0
        for octave in range(sizes - 1, -1, -1):
            half = [math.ceil((length // 2) / 2**octave) + 3 for length in (rows, columns)]
            hills = _grown(hills, half)
            size = self.pitch * 2 ** (octave + 1)
            if size > 0.7 * fine:
                hills += np.float32(height) * _random(seed, size, half)
            height *= gain
        return hills[
            hills.shape[0] // 2 - rows // 2 : hills.shape[0] // 2 + rows // 2 + 1,
            hills.shape[1] // 2 - columns // 2 : hills.shape[1] // 2 + columns // 2 + 1,
        ]

    def shade(self, factor: Singles) -> None:
        """Multiply every level."""
        self.samples = np.asarray(cv2.multiply(self.samples, factor, dtype=cv2.CV_8U))

    def grain(self, seed: int, share: float, coarse: float, fine: float = 0.0, gain: float = 1.0) -> None:
        """Multiply by 1 and hills of `share`."""
        self.shade(np.float32(1.0) + np.float32(share) * self.noise(seed, coarse, fine, gain))

    def paint(self, levels: Singles | Points) -> None:
        """Levels everywhere, shape of the samples."""
        np.copyto(self.samples, np.clip(np.rint(levels), 0, 255).astype(np.uint8))


def turned(points: Points, turn_rad: float) -> Points:
    """Points turned about the origin, from x towards y."""
    if turn_rad == 0.0:
        return points
    cos, sin = math.cos(turn_rad), math.sin(turn_rad)
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]))


def ribbon(line: Points, width: float | Points) -> Points:
    """The outline of a line of points with a width."""
    along = np.empty_like(line)
    along[1:-1] = line[2:] - line[:-2]
    along[0], along[-1] = line[1] - line[0], line[-1] - line[-2]
    share = width / (2.0 * np.maximum(np.sqrt((along * along).sum(axis=1)), 1e-9))
    side = np.empty_like(line)
    side[:, 0], side[:, 1] = -along[:, 1] * share, along[:, 0] * share
    return np.concatenate((line + side, (line - side)[::-1]))


def _grown(hills: Singles, half: list[int]) -> Singles:
    """Twice as many samples each way, cut or padded to `half` of them from the middle."""
    if hills.shape == (1, 1):
        return np.zeros([2 * count + 1 for count in half], np.float32)
    up = cv2.pyrUp(hills)[:-1, :-1] if hills.size > 1 else hills
    middle = [length // 2 for length in up.shape]
    missing = [max(count - at, 0) for count, at in zip(half, middle, strict=True)]
    if any(missing):
        up = cv2.copyMakeBorder(
            up, missing[0], missing[0], missing[1], missing[1], borderType=cv2.BORDER_REPLICATE
        )
        middle = [length // 2 for length in up.shape]
    return np.ascontiguousarray(
        up[middle[0] - half[0] : middle[0] + half[0] + 1, middle[1] - half[1] : middle[1] + half[1] + 1]
    )


def _random(seed: int, size: float, half: list[int]) -> Singles:
    """Random numbers of deviation 1, the same at a place for all sheets that ask for this size there."""
    tile = _tile(seed, round(8 * math.log2(size) + 1000))
    first = [-count % _TILE for count in half]
    times = [math.ceil((at + 2 * count + 1) / _TILE) for at, count in zip(first, half, strict=True)]
    many = np.tile(tile, times)
    return np.asarray(many[first[0] : first[0] + 2 * half[0] + 1, first[1] : first[1] + 2 * half[1] + 1])


@lru_cache(maxsize=16)
def _tile(seed: int, size: int) -> Singles:
    return np.random.default_rng((seed, size)).standard_normal((_TILE, _TILE), dtype=np.float32)
