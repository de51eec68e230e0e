"""The chart as a picture, and as a function of place.

Edges are averaged in light, not in code values, so that a pixel half ink, half paper reflects half.
"""

import struct
import zlib
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..target import SQUARE_TILT_RAD, square_tone, twist_cycles
from ..transfer import srgb_signal
from .sheet import SQUARES, Chart, Rect, Sheet, Text, lay_out

INK, PAPER = 0.03, 0.9
"""Reflectances of printed black and of bare paper; usual for matt paper."""
OVERSAMPLING = 4
MAX_PIXELS = 200_000_000
_BAND_ROWS = 256


def tone_code(tone: float) -> float:
    """SRGB code value 0..1 of a tone 0..1 (IEC 61966-2-1)."""
    return float(srgb_signal(tone))


def chart_extent(chart: Chart) -> tuple[float, float, float, float]:
    """Left, top, right and bottom edge of the sheet in star radii from the star's centre."""
    sheet = lay_out(chart)
    x, y, radius = sheet.star_x_mm, sheet.star_y_mm, sheet.star_radius_mm
    return -x / radius, -y / radius, (sheet.width_mm - x) / radius, (sheet.height_mm - y) / radius


def chart_reflectance(x_r: ArrayLike, y_r: ArrayLike, chart: Chart) -> NDArray[np.float32]:
    """Reflectance 0.03..0.9 of the sheet at places in star radii from the star's centre, y down.

    Sharp-edged and without the words; bare paper beyond the sheet's edge (`chart_extent`). `x_r` and `y_r`
    broadcast to the shape of the result.
    """
    sheet = lay_out(chart)
    x, y = np.broadcast_arrays(np.asarray(x_r, dtype=np.float64), np.asarray(y_r, dtype=np.float64))
    shape = x.shape
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    tones = _star_tone(x, y, chart)
    for block in sheet.blocks:
        _paint(
            tones,
            x * sheet.star_radius_mm + sheet.star_x_mm,
            y * sheet.star_radius_mm + sheet.star_y_mm,
            block,
        )
    return np.asarray(INK + (PAPER - INK) * tones, dtype=np.float32).reshape(shape)


def _star_tone(x_r: NDArray[np.float64], y_r: NDArray[np.float64], chart: Chart) -> NDArray[np.float32]:
    """1 where the target is white or beyond its rim, else its dark tone."""
    if chart.target == "edge":
        return _squares_tone(x_r, y_r, chart)
    tones = np.ones(x_r.shape, dtype=np.float32)
    radius = np.hypot(x_r, y_r)
    inside = radius < 1
    turn = chart.cycles * np.arctan2(y_r[inside], x_r[inside])
    if chart.twisted:
        turn += 2 * np.pi * twist_cycles(radius[inside])
    tones[inside] = np.where(np.cos(turn) >= 0, 1.0, chart.dark_tone)
    return tones


def _squares_tone(x_r: NDArray[np.float64], y_r: NDArray[np.float64], chart: Chart) -> NDArray[np.float32]:
    cos, sin = np.cos(SQUARE_TILT_RAD), np.sin(SQUARE_TILT_RAD)
    half = np.maximum(np.abs(x_r * cos + y_r * sin), np.abs(y_r * cos - x_r * sin)) / SQUARES
    return np.where(square_tone(half) > 0.5, 1.0, chart.dark_tone).astype(np.float32)


def _paint(
    tones: NDArray[np.float32], x_mm: NDArray[np.float64], y_mm: NDArray[np.float64], block: tuple[Rect, ...]
) -> None:
    """Set the tones of the points that lie in a block's rectangles, looking only within its bounds."""
    left, top = min(r.x_mm for r in block), min(r.y_mm for r in block)
    right, bottom = max(r.x_mm + r.width_mm for r in block), max(r.y_mm + r.height_mm for r in block)
    near = np.nonzero((x_mm >= left) & (x_mm < right) & (y_mm >= top) & (y_mm < bottom))
    x, y, values = x_mm[near], y_mm[near], tones[near]
    for r in block:
        within = (x >= r.x_mm) & (x < r.x_mm + r.width_mm) & (y >= r.y_mm) & (y < r.y_mm + r.height_mm)
        values[within] = r.tone
    tones[near] = values


def chart_picture(chart: Chart, dpi: float = 150.0) -> NDArray[np.uint8]:
    """The whole chart as sRGB code values, shape (rows, columns); `ValueError` above 200 megapixels."""
    sheet = lay_out(chart)
    per_mm = dpi / 25.4
    columns, rows = round(sheet.width_mm * per_mm), round(sheet.height_mm * per_mm)
    if not 0 < rows * columns <= MAX_PIXELS:
        raise ValueError(f"{columns} x {rows} pixels at {dpi:g} dpi is too large: lower the dpi")
    light = np.ones((rows, columns), dtype=np.float32)
    _add_star(light, sheet, chart, per_mm)
    for block in sheet.blocks:
        for _, run in groupby(block, key=lambda rect: rect.tone):
            _add_run(light, tuple(run), per_mm)
    picture = _encode(light)
    for text in sheet.texts:
        _add_text(picture, text, per_mm)
    return picture


def _encode(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """SRGB codes of light by a table fine enough (1/16 of a code) for any tone."""
    table = np.rint(255 * srgb_signal(np.arange(65536) / 65535)).astype(np.uint8)
    return np.asarray(table[np.rint(light * 65535).astype(np.uint16)])


def _add_star(light: NDArray[np.float32], sheet: Sheet, chart: Chart, per_mm: float) -> None:
    """Average the star over each pixel's area, band by band to keep memory small."""
    radius = sheet.star_radius_mm * per_mm
    x, y = sheet.star_x_mm * per_mm - 0.5, sheet.star_y_mm * per_mm - 0.5
    left, right = max(0, int(x - radius) - 1), min(light.shape[1], int(x + radius) + 3)
    top, bottom = max(0, int(y - radius) - 1), min(light.shape[0], int(y + radius) + 3)
    across = (np.arange(left, right) - x) / radius
    for first in range(top, bottom, _BAND_ROWS):
        last = min(first + _BAND_ROWS, bottom)
        down = (np.arange(first - 1, last + 1) - y) / radius
        light[first:last, left:right] = _star_band(across, down, chart, 1 / radius)[1:-1]


def _star_band(
    x_r: NDArray[np.float64], y_r: NDArray[np.float64], chart: Chart, pixel_r: float
) -> NDArray[np.float32]:
    """Tones of a grid of pixels, oversampled beside edges and where spokes are fine."""
    x, y = np.meshgrid(x_r, y_r)
    tones = _star_tone(x, y, chart)
    square = np.ones((3, 3), np.uint8)
    edge = cv2.dilate(tones, square) != cv2.erode(tones, square)
    edge |= np.hypot(x, y) < chart.cycles * pixel_r
    steps = ((np.arange(OVERSAMPLING) + 0.5) / OVERSAMPLING - 0.5) * pixel_r
    dx, dy = (step.ravel() for step in np.meshgrid(steps, steps))
    tones[edge] = _star_tone(x[edge][:, None] + dx, y[edge][:, None] + dy, chart).mean(axis=1)
    return tones


def _add_run(light: NDArray[np.float32], run: tuple[Rect, ...], per_mm: float) -> None:
    """Lay rectangles of one tone over the light, in the exact share of each pixel they cover together."""
    rows, columns = _touched(light, run, per_mm)
    share = np.zeros_like(light[rows, columns])
    for rect in run:
        y, x = _touched(light, (rect,), per_mm)
        down = _shares(y, rect.y_mm * per_mm, rect.height_mm * per_mm)
        across = _shares(x, rect.x_mm * per_mm, rect.width_mm * per_mm)
        share[
            y.start - rows.start : y.stop - rows.start, x.start - columns.start : x.stop - columns.start
        ] += np.outer(down, across)
    np.minimum(share, 1, out=share)  # crossing lines cover their crossing once
    light[rows, columns] += share * (np.float32(run[0].tone) - light[rows, columns])


def _touched(light: NDArray[np.float32], run: tuple[Rect, ...], per_mm: float) -> tuple[slice, slice]:
    """Rows and columns of the pixels that the rectangles' common bounds touch."""
    top, left = min(r.y_mm for r in run), min(r.x_mm for r in run)
    bottom, right = max(r.y_mm + r.height_mm for r in run), max(r.x_mm + r.width_mm for r in run)
    spans = (top, bottom, light.shape[0]), (left, right, light.shape[1])
    rows, columns = (
        slice(max(0, int(near * per_mm)), min(limit, int(np.ceil(far * per_mm))))
        for near, far, limit in spans
    )
    return rows, columns


def _shares(pixels: slice, start: float, length: float) -> NDArray[np.float64]:
    """How much of each pixel an interval covers."""
    edges = np.clip(np.arange(pixels.start, pixels.stop + 1), start, start + length)
    return np.diff(edges)


def _add_text(picture: NDArray[np.uint8], text: Text, per_mm: float) -> None:
    """Write a line of words in OpenCV's built-in sans-serif face."""
    face, size, weight = cv2.FontFace("sans"), round(text.size_mm * per_mm), 700 if text.bold else 400
    if size < 4:
        return  # nothing to read at this resolution
    width = cv2.getTextSize((0, 0), text.text, (0, 0), face, size, weight)[2]
    x = text.x_mm * per_mm - {"start": 0.0, "middle": width / 2, "end": float(width)}[text.anchor]
    code = round(255 * tone_code(text.tone))
    cv2.putText(picture, text.text, (round(x), round(text.y_mm * per_mm)), (code,) * 3, face, size, weight)


def chart_png(chart: Chart, dpi: float = 150.0) -> bytes:
    """The picture as a PNG file that knows its true size (pHYs)."""
    encoded = cv2.imencode(".png", chart_picture(chart, dpi))[1].tobytes()
    per_metre = round(dpi / 0.0254)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
    header = 8 + 25  # the signature and IHDR; pHYs must come before the pixels
    return encoded[:header] + chunk + encoded[header:]
