"""What a look keeps of the pictures it was made of."""

import math
from dataclasses import replace

import numpy as np
import pytest

from backfocus.guide.blur import mean_position, refer, steady_reading
from backfocus.guide.session_state import Session, Setup
from backfocus.guide.steps import Step
from backfocus.measure.reading import Reading, RingPosition
from backfocus.optics.blur import lens_pixel_mtf
from backfocus.optics.lens import Optics
from backfocus.solve.mean_curve import mean_reading

FREQUENCIES = np.linspace(0.06, 0.45, 16)
WIDE = Session(Setup(Optics(5.0, ((0.0, 1.8),))), step=Step.LOOK_WIDE)


def seen(r_um: float, *, level: float = 0.0, level_sigma: float = 0.0, noise: float = 0.002) -> Reading:
    """A picture by the exact integral whose zero frequency was read `level` too high."""
    curve = lens_pixel_mtf(FREQUENCIES, r_um, f_number=1.8, pixel_um=5.0) / (1.0 + level)
    sigma = np.hypot(noise, level_sigma * curve)
    return Reading(
        0, 0.0, frozenset(), scale_px=100.0, frequency_cy_px=tuple(FREQUENCIES), modulation=tuple(curve),
        modulation_sigma=tuple(sigma), level_sigma=level_sigma,
    )  # fmt: skip


def test_a_best_picture_whose_level_is_off_and_known_to_be_is_not_taken_for_a_soft_lens() -> None:
    best = steady_reading(WIDE, [seen(0.0, level=0.02, level_sigma=0.015)])
    judged = refer(WIDE, steady_reading(WIDE, [seen(5.0, level_sigma=0.015)]), best)
    assert judged is not None
    # h/20; taken for softness, 2 % of level would take off 1 um
    assert judged.residual_um == pytest.approx(5.0, abs=0.45)


def test_the_mean_of_many_pictures_is_as_unsure_of_their_common_level_as_one() -> None:
    one = replace(seen(20.0, level_sigma=0.02), level_noise=0.012)
    many = mean_reading([one] * 16)
    assert many is not None
    assert many.level_noise == pytest.approx(0.012 / 4.0)
    assert many.level_sigma == pytest.approx(math.hypot(0.016, 0.012 / 4.0))
    # ring by ring: the own noise of each averages, the level stays
    expected = np.hypot(0.002 / 4.0, many.level_sigma * np.array(one.modulation))
    assert many.modulation_sigma == pytest.approx(tuple(expected), rel=1e-6)


def test_where_the_rings_stood_is_averaged_only_where_every_picture_knows() -> None:
    known = RingPosition(focus_steps=10.0, zoom_steps=4.0), RingPosition(focus_steps=14.0)
    assert mean_position(known) == RingPosition(focus_steps=12.0)
    assert mean_position((*known, None)) is None
    assert mean_position((None,)) is None
