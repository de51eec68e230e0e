"""The PDF, rendered by another program (PDFium) and measured like a print on a table."""

import cv2
import numpy as np
import pypdfium2
import pytest

from backfocus.chart import Chart, chart_pdf, lay_out, make_chart, parse_paper, tiling
from backfocus.chart.sheet import middle_of
from backfocus.target import PATCH_TOP, PATCH_WIDTH, PATCHES, TWIST_SIGNS, twist_radii

DPI = 600
PER_MM = DPI / 25.4
CHART = make_chart(parse_paper("A4"), distance_m=1.5, made_for="Canon CJ20ex7.8B")


def render(data: bytes, page: int = 0, dpi: float = DPI) -> np.ndarray:
    document = pypdfium2.PdfDocument(data)
    try:
        bitmap = document[page].render(scale=dpi / 72, grayscale=True)
        return np.array(bitmap.to_numpy()).squeeze()
    finally:
        document.close()


def words(data: bytes, page: int = 0) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return str(document[page].get_textpage().get_text_range())
    finally:
        document.close()


@pytest.fixture(scope="module")
def sheet_picture() -> np.ndarray:
    return render(chart_pdf(CHART))


def crossings(profile: np.ndarray) -> np.ndarray:
    """Sub-pixel places (pixel centres at integers) where a profile passes half grey."""
    level = profile.astype(float) - 127.5
    at = np.nonzero(np.sign(level[:-1]) != np.sign(level[1:]))[0]
    return at + level[at] / (level[at] - level[at + 1])


def along(picture: np.ndarray, x_mm: np.ndarray, y_mm: np.ndarray) -> np.ndarray:
    """Values at places of an A4 page in mm, bilinear.

    PDFium stretches a page to whole pixels, 0.02 mm over its length: the picture's own size is the scale.
    """
    x = np.asarray(x_mm) * picture.shape[1] / 210 - 0.5
    y = np.asarray(y_mm) * picture.shape[0] / 297 - 0.5
    i, j = np.floor(y).astype(int), np.floor(x).astype(int)
    u, v = x - j, y - i
    p = picture
    top = p[i, j] * (1 - u) + p[i, j + 1] * u
    return np.asarray(top * (1 - v) + (p[i + 1, j] * (1 - u) + p[i + 1, j + 1] * u) * v)


def test_the_page_has_the_paper_s_size(sheet_picture: np.ndarray) -> None:
    # PDFium rounds up to whole pixels
    assert sheet_picture.shape == pytest.approx((297 * PER_MM, 210 * PER_MM), abs=1)


def test_the_star_s_rim(sheet_picture: np.ndarray) -> None:
    sheet = lay_out(CHART)
    radii = np.arange(sheet.star_radius_mm - 1, sheet.star_radius_mm + 1, 0.005)
    errors = []
    for spoke in range(36):
        phi = (spoke + 0.5) * 2 * np.pi / 36  # the middle of a black spoke outside the first twist
        profile = along(
            sheet_picture, sheet.star_x_mm + radii * np.cos(phi), sheet.star_y_mm + radii * np.sin(phi)
        )
        errors.append(radii[0] + crossings(profile)[0] * 0.005 - sheet.star_radius_mm)
    # a pixel is 0.042 mm; a quarter of it is what anti-aliasing in 256 (PDFium: 16) steps leaves
    assert np.abs(errors).max() < 0.012
    assert abs(np.mean(errors)) < 0.004


def test_the_twists_jump_at_their_radii_to_their_sides(sheet_picture: np.ndarray) -> None:
    sheet = lay_out(CHART)
    phi = np.arange(14400) * 2 * np.pi / 14400

    def phase(radius: float) -> float:
        ring = along(
            sheet_picture, sheet.star_x_mm + radius * np.cos(phi), sheet.star_y_mm + radius * np.sin(phi)
        )
        return float(np.angle((ring * np.exp(-36j * phi)).sum()) / (2 * np.pi))

    for radius, sign in zip(twist_radii(sheet.star_radius_mm), TWIST_SIGNS, strict=True):
        if radius < 1.2:  # spokes there are finer than 3 px of this rendering
            break
        jump = phase(radius - 0.08) - phase(radius + 0.08)
        # 0.08 mm either side: a twist that is off by more would not show its quarter cycle here
        assert (jump + 0.5) % 1 - 0.5 == pytest.approx(sign / 4, abs=0.02)
    assert radius < 1.5


def test_the_ruler_is_a_hundred_millimetres(sheet_picture: np.ndarray) -> None:
    ruler = lay_out(CHART).blocks[5]
    first, y = ruler[1], ruler[0].y_mm
    x = np.arange(first.x_mm - 1, first.x_mm + 102, 1 / PER_MM / 4)
    profile = along(sheet_picture, x, np.full_like(x, y + 1.5))
    edges = x[0] + crossings(profile) / PER_MM / 4
    ticks = (edges[0::2] + edges[1::2]) / 2
    assert len(ticks) == 101
    # each tick is 0.2 mm wide and rendered with 0.042 mm pixels
    assert np.diff(ticks) == pytest.approx(np.ones(100), abs=0.015)
    assert ticks[-1] - ticks[0] == pytest.approx(100, abs=0.01)


def test_the_patches_have_their_mean_light(sheet_picture: np.ndarray) -> None:
    sheet = lay_out(CHART)
    radius = sheet.star_radius_mm
    for patch in PATCHES:
        left, top = (
            sheet.star_x_mm + (patch.x - PATCH_WIDTH / 2) * radius,
            sheet.star_y_mm + PATCH_TOP * radius,
        )
        x, y = np.meshgrid(left + np.linspace(0, PATCH_WIDTH * radius, 2000), top + np.array([1.0, 5.0]))
        # coverage is averaged in code values; a pixel is 0.042 mm, a fine line 0.6 mm with its two edges
        assert along(sheet_picture, x, y).mean() / 255 == pytest.approx(patch.white, abs=0.015)


def test_the_words_are_on_it() -> None:
    text = words(chart_pdf(CHART))
    for part in ("Back-focus chart", "for 1.5 m", "Canon CJ20ex7.8B", "36 cycles", "Print at 100 %"):
        assert part in text


def test_plain_is_plain() -> None:
    plain = make_chart(parse_paper("A4"), twisted=False)
    picture, sheet = render(chart_pdf(plain)), lay_out(plain)
    radii = np.linspace(5, sheet.star_radius_mm - 0.2, 400)
    # along the middle of a white and of a black spoke nothing changes from near the centre to the rim
    assert along(picture, sheet.star_x_mm + radii, np.full(400, sheet.star_y_mm)).min() > 250
    phi = np.pi / 36
    black = along(picture, sheet.star_x_mm + radii * np.cos(phi), sheet.star_y_mm + radii * np.sin(phi))
    assert black.max() < 5


def test_the_same_chart_gives_the_same_bytes() -> None:
    assert chart_pdf(CHART) == chart_pdf(CHART)


@pytest.mark.parametrize("name", ["A4", "Letter", "Tabloid", "A1", "100x150"])
def test_no_page_is_blank(name: str) -> None:
    data = chart_pdf(make_chart(parse_paper(name)))
    assert len(pypdfium2.PdfDocument(data)) == 1
    assert render(data, dpi=20).min() < 60


class TestPoster:
    chart = Chart(290, parse_paper("A4"), distance_m=3)

    def test_an_assembly_page_and_the_tiles(self) -> None:
        data = chart_pdf(self.chart)
        cut = tiling(self.chart.poster, self.chart.paper, middle_of(self.chart))
        assert len(pypdfium2.PdfDocument(data)) == len(cut.tiles) + 1
        assert "6 pages of A4" in words(data)
        for number in range(1, 7):
            assert f"{number} of 6" in words(data, number)
            assert render(data, number, dpi=20).min() < 60

    def test_the_tiles_join_to_the_poster(self) -> None:
        """Laid together as the marks say, the pages are the poster drawn on one sheet."""
        dpi = 609.6  # 24 px a mm, so that pages shift by whole pixels: they do by thirds of a mm
        cut = tiling(self.chart.poster, self.chart.paper, middle_of(self.chart))
        whole = render(chart_pdf(Chart(290, self.chart.poster, distance_m=3)), dpi=dpi)
        data = chart_pdf(self.chart)
        left = (cut.page_width_mm - cut.width_mm) / 2
        top = (cut.page_height_mm - cut.height_mm) / 2
        for number in (1, 6):  # opposite corners: between them all four edges, and seams either way
            tile, page = cut.tiles[number - 1], render(data, number, dpi=dpi)
            inner = 2.0  # mm inside the crop marks
            y, x = round((top + inner) * 24), round((left + inner) * 24)
            v, u = round((tile.y_mm + inner) * 24), round((tile.x_mm + inner) * 24)
            h, w = round((cut.height_mm - 2 * inner) * 24), round((cut.width_mm - 2 * inner) * 24)
            piece = whole[v : v + h, u : u + w]
            nearby = np.ones((3, 3), np.uint8)  # the renderer rounds pages to pixels: one pixel is 0.04 mm
            shown = page[y : y + h, x : x + w]
            below = cv2.subtract(cv2.erode(piece, nearby), shown)  # saturates at 0
            above = cv2.subtract(shown, cv2.dilate(piece, nearby))
            # of 13 million pixels the few finer than a pixel, at the star's centre, may differ
            assert np.count_nonzero(np.maximum(below, above) > 40) < 1e-4 * shown.size

    def test_the_crop_marks_stand_outside_the_corners(self) -> None:
        cut = tiling(self.chart.poster, self.chart.paper, middle_of(self.chart))
        page = render(chart_pdf(self.chart), 1)
        left = (cut.page_width_mm - cut.width_mm) / 2
        top = (cut.page_height_mm - cut.height_mm) / 2
        x = np.arange(left - 3, left + 3, 0.005)
        profile = along(page, x, np.full_like(x, top - 4))
        edges = x[0] + crossings(profile) * 0.005
        assert edges.mean() == pytest.approx(left, abs=0.02)
