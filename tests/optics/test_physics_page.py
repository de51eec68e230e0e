"""The numbers printed on the physics page are what the code gives."""

from pathlib import Path

import numpy as np
import pytest

from backfocus.optics.blur import diffraction_defocus_mtf, pixel_mtf
from backfocus.optics.lens import GREEN_UM, half_depth_of_focus_um
from backfocus.optics.zoom import focused_at_tele_um

PAGE = Path(__file__).parents[2] / "docs" / "physics.md"


def rows(heading):
    """The cells of the table whose head starts so."""
    lines = PAGE.read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading}"))
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            return
        yield [cell.strip().replace("−", "-") for cell in line.strip("|").split("|")]


def test_zoom_table():
    for ratio, *_, by_law in rows("scale ratio"):
        assert focused_at_tele_um(50.0, float(ratio)) == pytest.approx(
            float(by_law), abs=0.0011
        )  # as printed


def test_depth_table():
    found = list(rows("camera"))
    assert len(found) == 5
    for _, number, pixel, disc, wave, half in found:
        assert float(number) * float(pixel) == pytest.approx(float(disc), abs=0.0051)  # as printed
        assert 2 * GREEN_UM * float(number) ** 2 == pytest.approx(float(wave), abs=0.0051)
        assert half_depth_of_focus_um(float(number), float(pixel)) == pytest.approx(float(half), abs=0.0051)


def test_transfer_table():
    f_number, pixel_um = 4.0, 4.0
    s = np.array([0.1, 0.2, 0.3, 0.5, 0.7])
    found = list(rows("$W_{020}$"))
    assert len(found) == 5
    for waves, *values in found:
        got = diffraction_defocus_mtf(
            s * pixel_um / (GREEN_UM * f_number),
            float(waves) * 8 * GREEN_UM * f_number**2,
            f_number=f_number,
            pixel_um=pixel_um,
        )
        assert got == pytest.approx([float(value) for value in values], abs=0.51e-4)  # as printed


def test_pixel_in_the_text():
    text = PAGE.read_text("utf-8")
    assert f"{float(pixel_mtf(0.5)):.3f} at 0.5 cy/px" in text
    assert f"{float(pixel_mtf(0.5, angle_averaged=False)):.3f} along a row" in text
