"""On which side of focus a picture probably lies, by its colours: a hint, which enters no verdict.

`red_blue_um` is how much further from the lens red focuses than blue, learned of a lens from a picture whose
side is known. If it is positive, red is the sharper of the two where the sensor is too far away.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..measure.reading import Reading
from ..measure.star.colours import SHRUNK
from ..optics.blur import lens_pixel_mtf
from ..optics.lens import Optics
from .defocus import defocus

Hint = Literal["far", "near"]
"""The sensor is probably too far from the lens, or too near to it."""

RED_UM, BLUE_UM = 0.61, 0.46
"""Wavelengths in the middle of the two bands."""
LEAST_SIGMA_UM = 1.0
"""Aberrations that differ between the colours, and the encoder's colour filter."""
LEAST_HALF_DEPTHS = 0.5
"""Nearer to focus than this the curves hardly change with |r|."""
CLEAR_SHARE, MOST_SHARE = 0.5, 2.0
"""Of what is known of the lens: a smaller or larger difference is something else."""


@dataclass(frozen=True, slots=True)
class ColourGap:
    """How much larger |r| is in blue than in red, um; positive where red is sharper."""

    um: float
    sigma_um: float

    @property
    def clear(self) -> bool:
        """Whether one of them is surely sharper."""
        return abs(self.um) > 3.0 * self.sigma_um


def colour_gap(pictures: Sequence[Reading], optics: Optics, ratio: float) -> ColourGap | None:
    """The gap in pictures of one focus and zoom; None without colours, and near focus."""
    gaps = [gap for each in pictures if (gap := _gap_um(each, optics, ratio)) is not None]
    if not gaps:
        return None
    scatter = float(np.std(gaps)) / math.sqrt(len(gaps))
    return ColourGap(float(np.median(gaps)), math.hypot(LEAST_SIGMA_UM, scatter))


def side_hint(gap: ColourGap | None, red_blue_um: float) -> Hint | None:
    """The side a gap hints at on a lens whose `red_blue_um` is known; None where it does not."""
    if gap is None or not gap.clear:
        return None
    if not CLEAR_SHARE < abs(gap.um / red_blue_um) < MOST_SHARE:
        return None
    return "far" if gap.um * red_blue_um > 0.0 else "near"


def _gap_um(reading: Reading, optics: Optics, ratio: float) -> float | None:
    """What moves the curve of blue beside that of red, by the exact curves about the |r| of the luma.

    The two are compared with each other, not each with a lens: aberrations are in both.
    """
    if reading.colours is None or (found := defocus(reading, optics, ratio=ratio)) is None:
        return None
    if found.um < LEAST_HALF_DEPTHS * optics.half_depth_um(ratio):
        return None
    red, blue = reading.colours
    at = np.array([f for f in red.frequency_cy_px if f <= blue.frequency_cy_px[-1]])
    seen = np.interp(at, red.frequency_cy_px, red.modulation)
    seen -= np.interp(at, blue.frequency_cy_px, blue.modulation)

    def curve(um: float, wavelength_um: float) -> np.ndarray:
        return lens_pixel_mtf(
            at,
            um,
            f_number=optics.f_number(ratio),
            pixel_um=SHRUNK * optics.pixel_um,
            wavelength_um=wavelength_um,
        )

    usual = curve(found.um, RED_UM) - curve(found.um, BLUE_UM)
    slope = (curve(found.um + 1.0, optics.wavelength_um) - curve(found.um - 1.0, optics.wavelength_um)) / 2.0
    return float(-slope @ (seen - usual) / max(float(slope @ slope), 1e-12))
