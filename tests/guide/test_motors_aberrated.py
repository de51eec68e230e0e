"""The procedure with motors through a lens that is no hyperbola; pictures are plain sums over the pupil."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from tests.guide.test_motors import Lens, rig, run
from tests.oracles.pupil import sharpest_w020
from tests.solve.conftest import FREQUENCIES

from backfocus.guide.motors import Ask, Seen

UM_PER_WAVE = 8.0 * 0.55 * 1.8**2
PUPIL = np.linspace(-0.995, 0.995, 200)


@dataclass
class Aberrated(Lens):
    """With W040 waves at both ends, and a camera that takes `soft` of the modulation at the finest detail."""

    w040: float = 0.0
    soft: float = 0.0

    def seen(self, ask: Ask) -> Seen:
        seen = super().seen(ask)
        if not seen.reading.frequency_cy_px:
            return seen
        camera = 1.0 - self.soft * (1.0 - np.cos(2.0 * np.pi * FREQUENCIES)) / 2.0
        curve = camera * _lens(round(self.residual_um(ask), 2), self.w040)
        return replace(seen, reading=replace(seen.reading, modulation=tuple(map(float, curve))))


def _lens(um: float, w040: float) -> np.ndarray:
    """Lens and pixel: what the two shifted pupils have in common, point by point."""
    x, y = np.meshgrid(PUPIL, PUPIL[PUPIL > 0.0])
    waves = um / UM_PER_WAVE + sharpest_w020(w040, f_number=1.8, pixel_um=5.0)
    shown = []
    for s in FREQUENCIES * 0.55 * 1.8 / 5.0:
        inside = (np.abs(x) + s) ** 2 + y**2 <= 1.0
        one, other = (x[inside] + s) ** 2 + y[inside] ** 2, (x[inside] - s) ** 2 + y[inside] ** 2
        phase = waves * (one - other) + w040 * (one**2 - other**2)
        shown.append(np.sum(np.cos(2.0 * np.pi * phase)))
    return np.asarray(shown) / np.sum(x**2 + y**2 <= 1.0) * np.sinc(FREQUENCIES)


def test_an_aberrated_lens_draws_nothing_aside() -> None:
    """All looks from one side of focus read less than they are off, or more: the error is not theirs."""
    lens = Aberrated(38.0, w040=0.8)
    found, _ = run(rig(), lens.seen)
    assert found.answer is not None
    back_focus = found.answer.back_focus
    assert back_focus is not None
    # the sum is within 2e-3 of modulation, 0.3 um where the curve is steep; a hyperbola is 2 um off
    assert back_focus.delta_um == pytest.approx(38.0, abs=0.6)
    assert back_focus.low_um <= 38.0 <= back_focus.high_um


def test_a_back_focus_motor_sets_an_aberrated_lens_in_one_correction() -> None:
    lens = Aberrated(-70.0, w040=0.9, soft=0.3)
    found, told = run(rig(back_focus=True), lens.seen)
    assert found.verdict.kind == "set"
    places = {ask.back_focus for ask, _ in told if ask.why in ("tele", "wide")}
    assert len(places) == 2
    # as above, and a step of the motor is 0.2 um
    assert -70.0 + 0.2 * (told[-1][0].back_focus - 2000.0) == pytest.approx(0.0, abs=0.8)
