"""What counts of a camera that was learned, and what it takes off one picture."""

from dataclasses import replace

import numpy as np
import pytest

from backfocus.measure.reading import Reading
from backfocus.optics.blur import lens_pixel_mtf
from backfocus.optics.lens import Optics
from backfocus.solve.camera import TAPS, CameraCurve, camera_curve
from backfocus.solve.defocus import defocus
from backfocus.solve.learned import LearnedCamera, Mode, best_known, cost_words, lens_alone, one_name

OPTICS = Optics(5.0, ((0.0, 1.8),))


def taps(first: float, sigma: float = 0.01) -> CameraCurve:
    return camera_curve(np.array([first, *[0.0] * (TAPS - 1)]), np.eye(TAPS) * sigma**2)


def learned(first: float, lens: str = "", **more: object) -> LearnedCamera:
    made = LearnedCamera("FX9", taps(first), 1.0, lens, "wide", 1.8, 5.0, (1920, 1080), "bt709")
    return replace(made, **more)  # type: ignore[arg-type]


def test_through_the_same_lens_the_newest_counts() -> None:
    known = (learned(0.2, "cj20"), learned(0.1, "cj20"), learned(0.0, "other"))
    assert best_known(known, Mode(5.0, "cj20")) is known[0]


@pytest.mark.parametrize("lens", ["", "fourth"])
def test_through_another_lens_the_sharpest_counts(lens: str) -> None:
    known = (learned(0.2, "cj20"), learned(0.1, "other"), learned(0.3, "third"))
    assert best_known(known, Mode(5.0, lens)) is known[1]


@pytest.mark.parametrize(
    "mode",
    [Mode(2.5, "cj20"), Mode(5.0, "cj20", (3840, 2160)), Mode(5.0, "cj20", (1920, 1080), "slog3")],
)
def test_another_pitch_raster_or_curve_is_another_camera(mode: Mode) -> None:
    assert best_known([learned(0.2, "cj20")], mode) is None


def test_what_is_not_known_of_the_mode_does_not_part_them() -> None:
    assert best_known([learned(0.2)], Mode(None)) is not None
    assert (
        best_known([learned(0.2, size_px=None, transfer="")], Mode(5.0, "", (1280, 720), "hlg")) is not None
    )


def test_a_name_is_compared_as_people_read_it() -> None:
    assert one_name("  FX9   4K50 ") == one_name("fx9 4k50") != one_name("FX9 4K25")


@pytest.mark.parametrize("r_um", [0.0, 12.0, 35.0])
def test_one_picture_reads_the_lens_alone(r_um: float) -> None:
    frequency = np.linspace(0.02, 0.45, 30)
    lens = lens_pixel_mtf(frequency, r_um, f_number=1.8, pixel_um=5.0, wavelength_um=0.55)
    camera = taps(0.25)
    ideal = Reading(
        0,
        0.0,
        frozenset(),
        frequency_cy_px=tuple(frequency),
        modulation=tuple(lens),
        modulation_sigma=(0.002,) * len(frequency),
    )
    shown = replace(ideal, modulation=tuple(lens * camera.modulation(frequency)))
    alone = defocus(lens_alone(shown, camera), OPTICS)
    plain = defocus(ideal, OPTICS)
    assert alone
    assert plain
    # the camera's doubt of 0.01 a tap weighs the rings otherwise; near focus um follow modulation weakly
    assert alone.um == pytest.approx(plain.um, abs=0.5)
    assert alone.um == pytest.approx(r_um, abs=1.5)
    spoilt = defocus(shown, OPTICS)
    assert spoilt
    assert spoilt.um > alone.um + (1.0 if r_um else 8.0)


def test_the_cost_is_said_in_words() -> None:
    assert "1.9 h" in cost_words(1.9)
    assert "sharpens" in cost_words(-1.2)
    assert "next to nothing" in cost_words(0.1)
