"""Our chart before a camera: its PDF drawn by PDFium, hung on a grey wall, through a known transfer function.

The page is drawn `FINE * OVER` times as fine as the picture, turned, and averaged to `FINE` times; the
spectrum of that is multiplied by the lens and the square pixel (and divided by the averaging), and every
`FINE`-th point is taken, as in `star_picture`.
"""

from functools import lru_cache

import cv2
import numpy as np
import pypdfium2
from scipy import fft

from backfocus.chart import Chart, chart_pdf, lay_out

from .transfer import Otf

FINE, OVER, PAD = 5, 3, 16
INK, PAPER, WALL = 0.04, 0.9, 0.3


def printed(
    chart: Chart,
    otf: Otf,
    *,
    radius_px: float = 110.0,
    turn_deg: float = 0.0,
    size: tuple[int, int] = (360, 360),
    centre: tuple[float, float] = (180.3, 150.2),
    spread_mm: float = 0.0,
    shade: float = 0.0,
) -> np.ndarray:
    """Light of each pixel, reflectance, shape `size`, with the star at `centre` (x, y).

    `spread_mm` is how far ink spreads beyond every edge; `shade` how much the light falls from left to right.
    """
    rows, columns = (fft.next_fast_len(FINE * (side + 2 * PAD)) for side in size)
    sheet = lay_out(chart)
    page = _page(chart, radius_px * FINE * OVER / sheet.star_radius_mm, spread_mm)
    x_scale, y_scale = page.shape[1] / sheet.width_mm, page.shape[0] / sheet.height_mm
    from_page = np.array([sheet.star_x_mm * x_scale - 0.5, sheet.star_y_mm * y_scale - 0.5])
    to = (np.array(centre) + PAD + 0.5) * FINE * OVER - 0.5
    turn = cv2.getRotationMatrix2D((0, 0), -turn_deg, 1.0)[:, :2]
    place = np.column_stack([turn, to - turn @ from_page])
    fine = (columns * OVER, rows * OVER)
    covered = cv2.warpAffine(
        page, place, fine, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=_WALL
    )
    small = covered.reshape(rows, OVER, columns, OVER).mean(axis=(1, 3), dtype=np.float32) / 255
    light = INK + (PAPER - INK) * small
    light = light * (1 + shade * np.linspace(-0.5, 0.5, columns, dtype=np.float32))
    return _seen(light, otf)[: size[0], : size[1]]


_WALL = 255 * (WALL - INK) / (PAPER - INK)


@lru_cache(maxsize=2)
def _page(chart: Chart, per_mm: float, spread_mm: float) -> np.ndarray:
    """Coverage by paper, 0 to 255."""
    document = pypdfium2.PdfDocument(chart_pdf(chart))
    page = np.array(document[0].render(scale=per_mm * 25.4 / 72, grayscale=True).to_numpy()).squeeze()
    document.close()
    reach = round(spread_mm * per_mm)
    return cv2.erode(page, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))


def _seen(light: np.ndarray, otf: Otf) -> np.ndarray:
    rows, columns = light.shape
    f_x, f_y = fft.rfftfreq(columns, 1 / FINE)[None, :], fft.fftfreq(rows, 1 / FINE)[:, None]
    fine_x, fine_y = f_x / FINE, f_y / FINE
    drawing = np.sinc(fine_x) * np.sinc(fine_y) * (np.sinc(fine_x / OVER) * np.sinc(fine_y / OVER)) ** 2
    transfer = otf(np.hypot(f_x, f_y)) * np.sinc(f_x) * np.sinc(f_y) / np.maximum(drawing, 0.2)
    seen = fft.irfft2(fft.rfft2(light) * transfer.astype(np.float32), s=light.shape)
    first = PAD * FINE + FINE // 2
    return np.asarray(seen[first::FINE, first::FINE], np.float32)
