"""The picture and the reflectance, against the star's formula and each other."""

import struct

import cv2
import numpy as np
import pytest

from backfocus.chart import (
    Chart,
    chart_extent,
    chart_picture,
    chart_png,
    chart_reflectance,
    lay_out,
    make_chart,
    parse_paper,
)
from backfocus.chart.picture import INK, PAPER
from backfocus.target import PATCH_BOTTOM, PATCH_TOP, PATCH_WIDTH, PATCHES, TWIST_SIGNS, twist_radii

A4 = make_chart(parse_paper("A4"))


def to_light(picture: np.ndarray) -> np.ndarray:
    """sRGB decoded by the standard's own inverse."""
    code = picture / 255.0
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def ring_phase(radius: float, cycles: int = 36) -> float:
    """Phase in cycles of the reflectance around a ring, read by a Fourier sum."""
    phi = np.arange(7200) * 2 * np.pi / 7200
    values = chart_reflectance(radius * np.cos(phi), radius * np.sin(phi), A4)
    return float(np.angle((values * np.exp(-1j * cycles * phi)).sum()) / (2 * np.pi))


def test_the_twists_jump_where_and_as_the_target_says() -> None:
    for radius, sign in zip(twist_radii(1.0), TWIST_SIGNS, strict=True):
        jump = ring_phase(radius * 0.999) - ring_phase(radius * 1.001)
        # a quarter of a cycle inwards; 7200 samples on 36 cycles place a phase to 1/200 of a cycle
        assert (jump + 0.5) % 1 - 0.5 == pytest.approx(sign / 4, abs=0.01)


def test_a_plain_star_has_no_twist() -> None:
    plain = make_chart(parse_paper("A4"), twisted=False)
    phi = (np.arange(3600)[:, None] + 0.5) * 2 * np.pi / 3600  # between the edges, never on one
    radii = np.array([0.9, 0.5, 0.1])
    values = chart_reflectance(radii * np.cos(phi), radii * np.sin(phi), plain)
    assert (values == values[:, :1]).all()


def test_reflectance_is_ink_or_paper() -> None:
    left, top, right, bottom = chart_extent(A4)
    x, y = np.meshgrid(np.linspace(left - 1, right + 1, 700), np.linspace(top - 1, bottom + 1, 900))
    assert np.unique(chart_reflectance(x, y, A4)) == pytest.approx([INK, PAPER], abs=1e-6)


def test_extent_has_the_paper_s_proportions() -> None:
    left, top, right, bottom = chart_extent(A4)
    radius = A4.star_mm / 2
    assert ((right - left) * radius, (bottom - top) * radius) == pytest.approx((210, 297))


def test_scalars_and_grids_broadcast() -> None:
    assert chart_reflectance(5.0, 5.0, A4).shape == ()
    assert chart_reflectance(np.zeros((3, 1)), np.zeros(4), A4).shape == (3, 4)


def test_the_picture_is_the_reflectance_averaged_over_pixels() -> None:
    chart = Chart(100, parse_paper("A4"), cycles=24)
    picture = to_light(chart_picture(chart, dpi=50))
    sheet, n = lay_out(chart), 12
    per_mm = 50 / 25.4
    half = int(sheet.star_radius_mm * per_mm) + 3
    x0, y0 = int(sheet.star_x_mm * per_mm) - half, int(sheet.star_y_mm * per_mm) - half
    step = (np.arange(2 * half * n) + 0.5) / n
    x, y = np.meshgrid(x0 + step, y0 + step)
    sharp = chart_reflectance(
        (x / per_mm - sheet.star_x_mm) / sheet.star_radius_mm,
        (y / per_mm - sheet.star_y_mm) / sheet.star_radius_mm,
        chart,
    )
    mean = sharp.reshape(2 * half, n, 2 * half, n).mean(axis=(1, 3))
    error = picture[y0 : y0 + 2 * half, x0 : x0 + 2 * half] - (mean - INK) / (PAPER - INK)
    # 4 x 4 samples against 12 x 12: at worst a slanted edge through a pixel differs by one row in four
    assert np.abs(error).max() < 0.3
    assert np.abs(error).mean() < 0.01
    assert abs(error.mean()) < 0.001  # and no bias to black or white


def test_the_mean_light_of_a_patch_is_its_share_of_white() -> None:
    x, y = np.meshgrid(
        (np.arange(1000) + 0.5) / 1000, np.linspace(PATCH_TOP + 0.001, PATCH_BOTTOM - 0.001, 3)
    )
    for patch in PATCHES:
        light = chart_reflectance(patch.x + PATCH_WIDTH * (x - 0.5), y, A4)
        # a thousand samples across 10 or 20 lines place each edge to 1/2000 of the patch
        assert (light.mean() - INK) / (PAPER - INK) == pytest.approx(patch.white, abs=0.01)


def test_the_png_decodes_to_the_picture_and_knows_its_size() -> None:
    data = chart_png(A4, dpi=100)
    assert (
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) == chart_picture(A4, dpi=100)
    ).all()
    at = data.index(b"pHYs")
    assert at < data.index(b"IDAT")
    assert struct.unpack(">IIB", data[at + 4 : at + 13]) == (3937, 3937, 1)


def test_a_picture_nobody_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="lower the dpi"):
        chart_picture(make_chart(parse_paper("A0")), dpi=1200)
